// Package routing says which agent gets which waiting contact at an instant, and why. It has no clock, no database and no
// network: the same agents, contacts, queues and instant always give the same decision.
//
// The decision is this: of all pairs of a contact and an agent who may have it now, take the best, and again until none
// is left. Pairs are compared as compare says (pair.go). Decide does it for a whole World; State keeps a world indexed, so
// that one contact that comes in, one agent who is free again, or one step that is due costs microseconds.
package routing

import (
	"slices"
	"time"
)

// World is all that a decision is made from. Ids of queues, contacts and agents are each unique; of doubles the last counts.
type World struct {
	Settings Settings
	Queues   []Queue
	Contacts []Contact
	Agents   []Agent
}

// Settings hold for all queues.
type Settings struct {
	// PerPlace is how much waiting time a contact must be ahead to be taken before one of a queue that stands a place
	// higher in the agent's order. 0: the order only decides between equals. It is cut to an hour.
	PerPlace time.Duration
}

// Decision is who gets what.
type Decision struct {
	Moves       []Move       // contacts that overflow, by id; an assignment may follow in the same decision
	Assignments []Assignment // best first; each agent's load already counts those before it
	Waiting     []Waiting    // who stays, best first. Only Decide fills it; a State is asked by Why
	Next        time.Time    // when time alone may change something, and it is worth deciding again; zero: never
}

// Move is a contact that leaves its queue for another, keeping its place in time: Arrived stays, Entered is the instant of
// the decision.
type Move struct {
	Contact  int64
	From, To int64 // queues
	Why      Fact
}

// Assignment is a contact that is offered, or given, to an agent.
type Assignment struct {
	Contact int64
	Agent   int64
	Queue   int64 // where it was waiting, after moves
	Channel Channel
	Step    int       // how far the queue had widened, 0: not at all
	Auto    bool      // accepted without asking
	Until   time.Time // when the offer ends; zero with Auto
	Why     Why
}

// Waiting is a contact that nobody gets now.
type Waiting struct {
	Contact int64
	Queue   int64
	Step    int
	Why     Why
	Look    time.Time // when time alone may change that; zero: only another agent, or a change to the queue, does
}

// Decide gives the whole decision for a world at an instant, with the reason of each contact that stays. It is total:
// whatever does not fit (an unknown queue, a level of 9, a ring of overflows) makes contacts wait with a reason.
func Decide(w World, now time.Time) Decision {
	s := NewState(w)
	d := s.Decide(now)
	left := make(line, 0, len(s.waiting))
	for _, c := range s.waiting {
		left = append(left, c)
	}
	slices.SortFunc(left, rank)
	for _, c := range left {
		d.Waiting = append(d.Waiting, s.why(c))
	}
	return d
}
