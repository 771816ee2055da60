package routing

import "time"

// Contact is one that waits.
type Contact struct {
	ID      int64
	Queue   int64
	Channel Channel
	Arrived time.Time // when it began to wait, in whatever queue; its place in time. It stays when an offer fails
	Entered time.Time // when it entered this queue; the steps, Prefer and Overflow count from here
	// NotBefore is when it is wanted, such as a call at three: nobody has it earlier, and steps, Prefer and Overflow count
	// from then. Zero: at once.
	NotBefore time.Time
	Language  string // what the customer speaks, as the name of a skill ("zh"), of a small set; empty: not known, any agent will do
	Class     string // the customer's
	Severity  string
	Priority  int           // 1 urgent to 4 low
	Boost     time.Duration // a head start of its own, by hand or by an escalation
	// Preferred are agents who should have it, the best first. They may have it whatever their skills and queues are:
	// who knows the case needs no other reason.
	Preferred []Preferred
	Refused   []Refusal
}

// Preferred is an agent who should have a contact.
type Preferred struct {
	Agent int64
	Why   string // Last or Owner
}

// Why an agent is preferred.
const (
	Last  = "last"  // had this customer's last contact
	Owner = "owner" // owns the account
)

// Refusal is an offer of this contact that ended without an answer, or with no.
type Refusal struct {
	Agent    int64
	At       time.Time
	TimedOut bool
}

// refusal gives how the agent lately refused the contact; nil: not, or so long ago that she can be asked again.
func (c *Contact) refusal(agent int64, askAgain, now instant) *Refusal {
	for i := range c.Refused {
		if r := &c.Refused[i]; r.Agent == agent && now < at(r.At)+askAgain {
			return r
		}
	}
	return nil
}

// preference is the agent's place among the preferred; nobody when she is not.
func (c *Contact) preference(agent int64) int {
	for i := range c.Preferred {
		if c.Preferred[i].Agent == agent {
			return i
		}
	}
	return nobody
}

// nobody is the place of those who are not preferred: after all who are.
const nobody = 1 << 30
