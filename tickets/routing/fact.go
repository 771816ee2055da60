package routing

import "time"

// Why is an explanation: facts in the order in which they are told. It keeps its meaning as JSON, and Words puts it in
// words.
type Why []Fact

// Fact is a code, with what it is about.
type Fact struct {
	Code    string    `json:"code"`
	Agent   int64     `json:"agent,omitempty"`
	Name    string    `json:"name,omitempty"` // the agent's, then
	Skill   string    `json:"skill,omitempty"`
	Have    int       `json:"have,omitempty"` // a level
	Need    int       `json:"need,omitempty"`
	Count   int       `json:"count,omitempty"`
	Seconds int64     `json:"seconds,omitempty"`
	Head    int64     `json:"head,omitempty"` // seconds of head start, in Waits
	At      time.Time `json:"at,omitzero"`
}

// Codes of an assignment: who, because, who fits as well but could not, and how long the contact waits.
const (
	Got       = "got"        // Agent, Name
	PrefLast  = "pref_last"  // had the customer's last contact
	PrefOwner = "pref_owner" // owns the account
	Pref      = "pref"       // is preferred for another reason
	Skilled   = "skill"      // Skill, Have, Need
	Widened   = "widened"    // good enough since step Count, Seconds after entry
	Place     = "place"      // the queue is the agent's Count-th
	InHand    = "in_hand"    // Count contacts
	Idle      = "idle"       // Seconds
	NoRoom    = "no_room"    // Agent, Name, as in all that follow
	NotThere  = "not_ready"  // on a break
	Finishing = "after_work" // still finishing a contact
	NotIn     = "away"       // told of preferred agents only
	Declined  = "declined"   // this contact, lately
	LetRunOut = "timed_out"  // did not answer its offer, lately
	More      = "more"       // Count others of these
	Waits     = "waits"      // the contact: Seconds since arrival, Head
)

// Codes of a contact that stays.
const (
	UnknownQueue = "unknown_queue"
	Closed       = "closed"      // until At; no At: for ever
	Wanted       = "wanted"      // At
	Held         = "held"        // for Agent, Name until At
	Unserved     = "unserved"    // no agent at all is good enough in any step
	TooSoon      = "too_soon"    // nobody is good enough yet, some will be At
	AllNoRoom    = "all_no_room" // Count of those good enough, as in all that follow
	AllNotThere  = "all_not_ready"
	AllFinishing = "all_after_work"
	AllNotIn     = "all_away"
	AllRefused   = "all_refused"
)

// Codes of a move; Seconds since entry.
const (
	OverflowWaited = "overflow_waited"
	OverflowClosed = "overflow_closed"
	OverflowNobody = "overflow_nobody"
)
