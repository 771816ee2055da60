package sla

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// Outcome is how a clock stands.
type Outcome string

// A running clock may be overdue: then Breached is set. Late is what was done after it was due.
const (
	Running Outcome = "running"
	Paused  Outcome = "paused"  // its ticket waits for the customer, or for somebody else
	Met     Outcome = "met"     // done in time
	Late    Outcome = "late"    // done after it was due
	Dropped Outcome = "dropped" // not needed any more, or no policy promises it any more
	Joined  Outcome = "joined"  // the merged ticket has an earlier promise of its kind
)

// Clock is one promise to one customer and how it stands. Ticket, Kind and Round name it: they stay the same whatever
// happens to the ticket.
type Clock struct {
	Ticket   int64         `json:"ticket"` // on which it began; after a merge not the one it is on
	Kind     Kind          `json:"kind"`
	Round    int           `json:"round"` // 1 the first of its kind on the ticket
	Outcome  Outcome       `json:"outcome"`
	Started  time.Time     `json:"started"`
	Due      time.Time     `json:"due,omitzero"`      // zero while paused, and where Never
	Warn     []time.Time   `json:"warn,omitempty"`    // when to warn, rising; while paused those passed
	Ended    time.Time     `json:"ended,omitzero"`    // when it was met, done late, dropped or joined
	Breached time.Time     `json:"breached,omitzero"` // when it was due and not done; stays, whatever happens later
	Pauses   []Pause       `json:"pauses,omitempty"`
	Used     time.Duration `json:"used"` // open time that has run, without pauses
	Left     time.Duration `json:"left"` // open time until it is due; negative: since. Zero once ended
	Policy   Ref           `json:"policy"`
	Target   Target        `json:"target"`
	Before   []Reign       `json:"before,omitempty"`  // earlier policy versions that promised it
	Missing  []int         `json:"missing,omitempty"` // years whose official holidays are not known and may move it
	Never    bool          `json:"never,omitempty"`   // the calendar ends before it is due
	Zone     string        `json:"zone"`              // of the calendar
}

// Pause is a time in which a clock stood still. To is zero while it does.
type Pause struct {
	Reason State         `json:"reason"` // Pending, OnHold, or Resolved until it was reopened
	From   time.Time     `json:"from"`
	To     time.Time     `json:"to,omitzero"`
	Open   time.Duration `json:"open"` // open time in it
}

// Reign is a clock's time under a policy version that holds no more.
type Reign struct {
	Policy Ref           `json:"policy"`
	Until  time.Time     `json:"until"`
	Used   time.Duration `json:"used"` // open time that ran under it
}

// Book has the calendars by name, and the policy versions, that a history may refer to. What it holds must not be
// changed afterwards, but for calendars' days to come.
type Book struct {
	Hours    map[string]*Hours
	Policies map[Ref]Policy
}

// Clocks are the promises in the histories of a ticket and of those merged into it, at an instant, in the order in which they
// began. It depends on nothing else: an at before the last event counts as that event's time. An error names a
// policy or a calendar that the book does not have.
func Clocks(events []Event, b Book, at time.Time) ([]Clock, error) {
	history := History(events)
	if n := len(history); n > 0 && at.Before(history[n-1].At) {
		at = history[n-1].At
	}
	waits, err := read(history, b)
	if err != nil {
		return nil, err
	}
	var clocks []Clock
	for _, w := range waits {
		if w.stopped() {
			w = w.settled()
		}
		c, err := b.clock(w, at.UTC().Round(0))
		if err != nil {
			return nil, err
		}
		if c.Kind != "" {
			clocks = append(clocks, c)
		}
	}
	slices.SortStableFunc(clocks, func(a, b Clock) int {
		return cmp.Or(a.Started.Compare(b.Started), cmp.Compare(slices.Index(Kinds, a.Kind), slices.Index(Kinds, b.Kind)),
			cmp.Compare(a.Ticket, b.Ticket), cmp.Compare(a.Round, b.Round))
	})
	return clocks, nil
}

// NextAlarm is the first instant after at when a clock has something to tell: a warning, or that it is due and not done.
func NextAlarm(clocks []Clock, at time.Time) (next time.Time, ok bool) {
	for _, c := range clocks {
		if c.Outcome != Running {
			continue
		}
		for _, t := range append(slices.Clone(c.Warn), c.Due) {
			if t.After(at) && (!ok || t.Before(next)) {
				next, ok = t, true
			}
		}
	}
	return next, ok
}

// target that a policy version promises, and its calendar; nil where it promises nothing of the kind.
func (b Book) target(p Ref, k Kind) (*promise, error) {
	if p == (Ref{}) {
		return nil, nil
	}
	policy, ok := b.Policies[p]
	if !ok {
		return nil, fmt.Errorf("policy %s is not in the book", p)
	}
	for _, t := range policy.Targets {
		if t.Kind == k {
			h := b.Hours[t.Calendar]
			if h == nil {
				return nil, fmt.Errorf("calendar %q of policy %s is not in the book", t.Calendar, p)
			}
			return &promise{t, h}, nil
		}
	}
	return nil, nil
}
