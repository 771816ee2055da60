package routing

import "time"

// Channel is how a contact reached us. The three named here have usual offer times and capacities; any other word is a
// channel too. Channels are a closed, small set: what strangers write must not become one.
type Channel string

// Channels that have usual offer times and capacities.
const (
	Phone Channel = "phone"
	Chat  Channel = "chat"
	Email Channel = "email"
)

// Queue is where contacts wait, and whom they wait for.
type Queue struct {
	ID    int64
	Want  Want   // what the agents who work on the queue must know from the start
	Steps []Step // how that widens, by rising After
	Hours Hours  // when it is worked on; nil: always
	Heads Heads
	// Prefer is how long after entry only a preferred agent may have a contact, while one is there. 0: a preferred
	// agent is only taken first.
	Prefer time.Duration
	// AskAgain is how long an agent who declined a contact, or let the offer run out, is not asked again for the same
	// contact. 0: UsualAskAgain.
	AskAgain time.Duration
	Overflow *Overflow         // nil: contacts stay
	Offers   map[Channel]Offer // a channel that is missing has its UsualOffer
}

// Step widens a queue. It only ever adds: whoever was good enough before stays so.
type Step struct {
	After time.Duration // since entry into the queue
	Want  *Want         // enough from here on, beside what was enough before; nil: nothing new
	Teams []int64       // whose members help from here on, without having the queue in their order
}

// Hours say when a queue is worked on. At tells for an instant whether it is, and the next instant at which that changes
// (zero: never). Its answer depends on t alone.
type Hours interface {
	At(t time.Time) (open bool, change time.Time)
}

// Heads are the head starts that contacts of a queue have: a contact of class "vip" with five minutes counts as waiting
// five minutes longer than it does. What is missing has none. Each is cut to MaxHead.
type Heads struct {
	Class    map[string]time.Duration
	Severity map[string]time.Duration
	Channel  map[Channel]time.Duration
	Priority map[int]time.Duration // 1 urgent to 4 low
}

// MaxHead bounds each head start, and with it how long a contact can be kept waiting by more important ones.
const MaxHead = 7 * 24 * time.Hour

// Overflow sends contacts on to another queue, when that is open.
type Overflow struct {
	To         int64
	After      time.Duration // since entry; 0: not by time
	WhenClosed bool          // outside the queue's hours
	WhenNobody bool          // while none of those who work on it, in any step, is signed in
}

// Offer is how a contact is handed to an agent.
type Offer struct {
	Auto bool          // it is accepted without asking
	For  time.Duration // how long the agent may think; 0: the channel's usual time
}

// UsualAskAgain keeps a contact from coming straight back to who declined it, and from having nobody where there is only
// one agent.
const UsualAskAgain = time.Minute

// UsualOffer is how a channel's contacts are offered where a queue does not say. A call's 15 s are three rings in China
// (docs/metrics.md, "within three rings").
func UsualOffer(c Channel) Offer {
	switch c {
	case Phone:
		return Offer{For: 15 * time.Second}
	case Chat:
		return Offer{For: 20 * time.Second}
	case Email:
		return Offer{For: time.Minute}
	}
	return Offer{For: 30 * time.Second}
}
