package routing

import (
	"slices"
	"time"
)

// Presence is whether an agent is there. Only Ready gets work.
type Presence string

// The presences of an agent; the zero value gets nothing.
const (
	Ready     Presence = "ready"
	NotReady  Presence = "not_ready"  // signed in, on a break
	AfterWork Presence = "after_work" // finishing a contact, soon ready
	Away      Presence = "away"       // not signed in
)

// Agent is one who may get contacts.
type Agent struct {
	ID        int64
	Name      string // only for the explanation
	Presence  Presence
	Skills    map[string]int // 1 to 5
	Language  string         // the mother tongue: a skill at level 5, unless Skills says otherwise
	Queues    []int64        // those the agent works on, the most important first
	Teams     []int64
	Capacity  map[Channel]Room
	Load      map[Channel]int // contacts in hand, offers that are out included
	IdleSince time.Time       // when the last contact ended, or the agent became ready
}

// Room is how much of a channel an agent can have.
type Room struct {
	Max    int       // contacts at a time
	Yields []Channel // contacts of these channels may interrupt it, and come on top
}

// UsualCapacity is one call, three chats, and ten mails that calls and chats interrupt.
func UsualCapacity() map[Channel]Room {
	return map[Channel]Room{
		Phone: {Max: 1},
		Chat:  {Max: 3},
		Email: {Max: 10, Yields: []Channel{Phone, Chat}},
	}
}

// Admits says whether the agent is ready and has room for one more contact of the channel: there is room for it, and all
// that is in hand of other channels yields to it. More in hand never makes room.
func (a *Agent) Admits(c Channel) bool {
	if a.Presence != Ready || a.Load[c] >= a.Capacity[c].Max {
		return false
	}
	for other, n := range a.Load {
		if n > 0 && other != c && !slices.Contains(a.Capacity[other].Yields, c) {
			return false
		}
	}
	return true
}

// level is the agent's level of a skill; 0: none.
func (a *Agent) level(skill string) int {
	if n, ok := a.Skills[skill]; ok {
		return n
	}
	if skill == a.Language && skill != "" {
		return 5
	}
	return 0
}

// place is where the queue stands in the agent's order, 0 for the first; those who only help have it after all their own.
func (a *Agent) place(queue int64) int {
	if i := slices.Index(a.Queues, queue); i >= 0 {
		return i
	}
	return len(a.Queues)
}

// expected says whether it is worth keeping a contact of the channel for the agent.
func (a *Agent) expected(c Channel) bool {
	return (a.Presence == Ready || a.Presence == AfterWork) && a.Capacity[c].Max > 0
}

// signedIn says whether the agent is there, if only on a break.
func (a *Agent) signedIn() bool {
	return a.Presence == Ready || a.Presence == AfterWork || a.Presence == NotReady
}
