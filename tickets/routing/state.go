package routing

import (
	"maps"
	"slices"
	"time"
)

// State is a world kept ready for deciding: changes are told to it, and Decide looks only at what changed. It decides as
// Decide does on World(). It belongs to one goroutine, and what is handed to it may not be changed afterwards.
//
// After a decision no contact waits that an agent may have. So the next can only pair a contact or an agent that changed
// since, or a contact whose time came.
type State struct {
	settings Settings
	perPlace int64
	now      instant

	plans    map[int64]*plan
	staff    map[int64]int // by queue, who is signed in of those who work on it in any step
	channels map[Channel]int
	people   map[int64]*person
	waiting  map[int64]*waiting
	pools    map[poolKey]*pool
	fans     map[int64]*line // by preferred agent, those who wait in a known queue
	timers   timers

	changed []*waiting // to be looked at, their standing may have changed
	free    []*person  // changed, and may have room
}

// waiting is a contact in a State.
type waiting struct {
	Contact
	arrived instant
	key     instant // since when it counts as waiting: arrival less its head start. Time alone never changes the order
	plan    *plan   // nil: its queue is unknown
	spot    spot
	shut    bool // nobody may have it: the queue is closed or unknown, or it is wanted later
	channel int
	look    instant
	timer   int
	changed bool
	gone    bool
}

// person is an agent in a State.
type person struct {
	Agent
	idle   instant
	hand   int    // contacts in hand
	room   []bool // by channel, whether there is room for one more
	free   bool   // in any
	seats  []seat
	serves []int64 // queues, in any step
	listed bool    // in State.free
	gone   bool
}

// NewState indexes a world. The first Decide looks at all of it.
func NewState(w World) *State {
	s := &State{
		settings: w.Settings, perPlace: span(w.Settings.PerPlace, time.Hour), now: oldest,
		plans: map[int64]*plan{}, staff: map[int64]int{}, channels: map[Channel]int{}, people: map[int64]*person{},
		waiting: make(map[int64]*waiting, len(w.Contacts)), pools: map[poolKey]*pool{}, fans: map[int64]*line{},
	}
	for _, q := range w.Queues {
		s.plans[q.ID] = newPlan(q)
	}
	for _, a := range w.Agents {
		s.SetAgent(a)
	}
	for _, c := range w.Contacts {
		s.SetContact(c)
	}
	return s
}

// World is what the State holds now, by id: without the contacts that were assigned, with the load these gave.
func (s *State) World() World {
	w := World{Settings: s.settings}
	for _, id := range slices.Sorted(maps.Keys(s.plans)) {
		w.Queues = append(w.Queues, s.plans[id].Queue)
	}
	for _, id := range slices.Sorted(maps.Keys(s.people)) {
		a := s.people[id].Agent
		a.Load = maps.Clone(a.Load)
		w.Agents = append(w.Agents, a)
	}
	for _, id := range slices.Sorted(maps.Keys(s.waiting)) {
		w.Contacts = append(w.Contacts, s.waiting[id].Contact)
	}
	return w
}

// SetQueue adds a queue, or replaces the one with its id. All is indexed anew, which costs as much as a whole decision:
// queues change by hand.
func (s *State) SetQueue(q Queue) {
	w := s.World()
	w.Queues = append(w.Queues, q)
	s.anew(w)
}

// RemoveQueue takes a queue out, as dear as SetQueue. Its contacts wait with the reason UnknownQueue until they are moved.
func (s *State) RemoveQueue(id int64) {
	w := s.World()
	w.Queues = slices.DeleteFunc(w.Queues, func(q Queue) bool { return q.ID == id })
	s.anew(w)
}

func (s *State) anew(w World) {
	now := s.now
	*s = *NewState(w)
	s.now = now
}

// SetContact adds a waiting contact, or replaces the one with its id: after a decline with the refusal in it.
func (s *State) SetContact(c Contact) {
	s.RemoveContact(c.ID)
	w := &waiting{Contact: c, arrived: at(c.Arrived), look: never, timer: -1, shut: true, channel: s.channel(c.Channel)}
	w.key = w.arrived
	s.waiting[c.ID] = w
	s.lookAt(w)
}

// RemoveContact takes out a contact that waits no longer: its customer left, an agent pulled it. It does nothing for one
// that was assigned, or never was there.
func (s *State) RemoveContact(id int64) {
	w := s.waiting[id]
	if w == nil {
		return
	}
	s.timers.set(w, never)
	s.unlist(w)
	delete(s.waiting, id)
	w.gone = true
}

// enlist puts a contact into the lines of a queue and of those it prefers, by its head start there.
func (s *State) enlist(w *waiting, p *plan) {
	w.plan = p
	w.key = w.arrived - p.head(&w.Contact)
	p.line.add(w)
	for _, preferred := range w.Preferred {
		fans := s.fans[preferred.Agent]
		if fans == nil {
			fans = new(line)
			s.fans[preferred.Agent] = fans
		}
		fans.add(w)
	}
}

// unlist takes it out of all lines.
func (s *State) unlist(w *waiting) {
	if w.plan == nil {
		return
	}
	w.spot.remove(w)
	w.spot = spot{}
	w.plan.line.remove(w)
	for _, preferred := range w.Preferred {
		fans := s.fans[preferred.Agent]
		if fans.remove(w); len(*fans) == 0 {
			delete(s.fans, preferred.Agent)
		}
	}
	w.plan = nil
}

// fansOf are the contacts that prefer an agent, the best first.
func (s *State) fansOf(agent int64) line {
	if fans := s.fans[agent]; fans != nil {
		return *fans
	}
	return nil
}

// Ahead is how many contacts of its queue come before a waiting one, and whether it is known to wait there. It is right
// after a decision.
func (s *State) Ahead(contact int64) (int, bool) {
	w := s.waiting[contact]
	if w == nil || w.plan == nil {
		return 0, false
	}
	return slices.BinarySearchFunc(w.plan.line, w, rank)
}

// lookAt remembers that a contact's standing may have changed.
func (s *State) lookAt(w *waiting) {
	if !w.changed {
		w.changed = true
		s.changed = append(s.changed, w)
	}
}

// channel numbers the channels, so that room for one is found by index.
func (s *State) channel(c Channel) int {
	n, known := s.channels[c]
	if !known {
		n = len(s.channels)
		s.channels[c] = n
	}
	return n
}
