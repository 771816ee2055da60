package sla

import (
	"cmp"
	"slices"
	"time"
)

// State of a ticket.
type State string

// The states of a ticket, as tickets has them. Pending waits for the customer, on hold for somebody else.
const (
	Open     State = "open"
	Pending  State = "pending"
	OnHold   State = "on_hold"
	Resolved State = "resolved"
	Closed   State = "closed"
)

func (s State) done() bool { return s == Resolved || s == Closed }

// What happens to a ticket, as far as clocks care. Others are passed over. A call or chat that is answered gives Answered
// when a person is there, and Out when he has said something. Merging gives Merged first; the states that the merged ticket's row
// goes through afterwards are passed over.
const (
	Opened   = "opened"   // the ticket was made, by its Author
	Queued   = "queued"   // the customer began to wait for a person to answer (phone, chat)
	Answered = "answered" // a person took the waiting customer
	Left     = "left"     // the waiting customer hung up or left
	In       = "in"       // a message of the customer
	Out      = "out"      // a message to the customer
	Failed   = "failed"   // the message Of did not arrive: what it answered is still waited for
	Changed  = "state"    // the ticket went to State; from resolved to an open one is a reopening
	Arrived  = "arrived"  // an engineer is on site
	Merged   = "merged"   // the ticket From was merged into this one
	Governed = "policy"   // Policy holds from now on; the zero Ref: none does
)

// Who wrote a message.
const (
	Agent   = "agent"
	Contact = "contact"
	System  = "system"
)

// Event is a committed event of a ticket. Which fields count depends on What.
type Event struct {
	Seq    int64     `json:"seq"` // order of commit, over all tickets
	At     time.Time `json:"at"`
	Ticket int64     `json:"ticket"`
	What   string    `json:"what"`
	Author string    `json:"author,omitempty"`
	Auto   bool      `json:"auto,omitempty"` // a machine wrote it: it neither asks nor answers
	State  State     `json:"state,omitempty"`
	From   int64     `json:"from,omitempty"`
	Of     int64     `json:"of,omitempty"` // the Seq of a message; 0: of none here
	Policy Ref       `json:"policy,omitzero"`
}

// Ref names a version of a policy.
type Ref struct {
	Name    string `json:"name"`
	Version int    `json:"version"`
}

// History brings events into the order in which they were committed, each once, with times that never run backwards. The
// order in which they are given plays no part. The events of a ticket and of those merged into it make one history.
//
// The clocks of machines jump: an event whose time contradicts those of most others (those left out of the longest run of
// times that do not fall) takes the time of the event before it, so that one wrong stamp, early or late, moves nothing else.
func History(events []Event) []Event {
	all := slices.Clone(events)
	for i := range all {
		all[i].At = all[i].At.UTC().Round(0) // one writing for one instant
	}
	slices.SortFunc(all, compareEvents)
	trusted := longestRise(all)
	for i := range all {
		switch {
		case trusted[i]:
		case i > 0:
			all[i].At = all[i-1].At
		default:
			all[i].At = all[slices.Index(trusted, true)].At
		}
	}
	return slices.Compact(all)
}

// compareEvents orders by Seq. Two different events with one Seq are a fault elsewhere; they have an order all the same, and
// keep it when History gives one of them another time.
func compareEvents(a, b Event) int {
	return cmp.Or(cmp.Compare(a.Seq, b.Seq), cmp.Compare(a.Ticket, b.Ticket), cmp.Compare(a.What, b.What),
		cmp.Compare(a.Author, b.Author), cmp.Compare(a.State, b.State), cmp.Compare(a.From, b.From), cmp.Compare(a.Of, b.Of), cmp.Compare(a.Policy.Name, b.Policy.Name),
		cmp.Compare(a.Policy.Version, b.Policy.Version), cmp.Compare(bit(a.Auto), bit(b.Auto)), a.At.Compare(b.At))
}

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}

// longestRise marks the longest run of events whose times do not fall; of several as long, the one that ends earliest.
func longestRise(all []Event) []bool {
	var tails []int // tails[n]: the event that ends the run of n+1 events with the earliest end
	before := make([]int, len(all))
	for i, e := range all {
		// The first run that ends after this event: it is made to end earlier.
		n, _ := slices.BinarySearchFunc(tails, e.At, func(j int, at time.Time) int {
			if all[j].At.After(at) {
				return 1
			}
			return -1
		})
		before[i] = -1
		if n > 0 {
			before[i] = tails[n-1]
		}
		if n == len(tails) {
			tails = append(tails, i)
		} else {
			tails[n] = i
		}
	}
	marks := make([]bool, len(all))
	if len(tails) > 0 {
		for i := tails[len(tails)-1]; i >= 0; i = before[i] {
			marks[i] = true
		}
	}
	return marks
}
