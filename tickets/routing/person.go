package routing

import (
	"maps"
	"slices"
)

// maxLoad keeps sums of loads in bounds, whatever was handed over.
const maxLoad = 1_000_000

// SetAgent adds an agent, or replaces the one with its id; the load must count what was decided since. Where only presence and load changed it costs next to nothing;
// where skills, language, queues or teams did, the agent is compared with every queue.
func (s *State) SetAgent(a Agent) {
	load := make(map[Channel]int, len(a.Load)) // assigning counts it up
	for c, n := range a.Load {
		load[c] = min(max(n, 0), maxLoad)
	}
	a.Load = load
	p := s.people[a.ID]
	known := p != nil
	if !known {
		p = &person{Agent: Agent{ID: a.ID}}
		s.people[a.ID] = p
	}
	old := p.Agent
	served := p.serves
	if !known || !sameSkills(&old, &a) {
		p.leave()
		p.Agent = a
		s.seat(p)
	}
	p.Agent = a
	p.idle = at(a.IdleSince)
	if old.signedIn() != a.signedIn() || !slices.Equal(served, p.serves) {
		s.count(&old, served, -1)
		s.count(&a, p.serves, +1)
	}
	for _, w := range s.fansOf(a.ID) {
		if old.expected(w.Channel) != a.expected(w.Channel) { // it is kept for her now, or no longer
			s.lookAt(w)
		}
	}
	s.reckon(p)
	s.list(p)
}

// RemoveAgent takes an agent out. Contacts in her hands are the caller's to bring back.
func (s *State) RemoveAgent(id int64) {
	p := s.people[id]
	if p == nil {
		return
	}
	p.leave()
	s.count(&p.Agent, p.serves, -1)
	for _, w := range s.fansOf(id) {
		s.lookAt(w)
	}
	delete(s.people, id)
	p.gone = true
}

func sameSkills(a, b *Agent) bool {
	return a.Language == b.Language && maps.Equal(a.Skills, b.Skills) && slices.Equal(a.Queues, b.Queues) && slices.Equal(a.Teams, b.Teams)
}

// seat finds the pools that the agent belongs to, and the queues that she works on whatever her skills.
func (s *State) seat(p *person) {
	for _, pool := range s.pools {
		pool.join(p)
	}
	p.serves = nil
	for id, plan := range s.plans {
		if plan.from(&p.Agent) >= 0 {
			p.serves = append(p.serves, id)
		}
	}
	slices.Sort(p.serves)
}

// count keeps how many are signed in for each queue. Where the last one leaves or the first comes, contacts may overflow
// that could not before: through several queues, so all that can overflow at all are looked at.
func (s *State) count(a *Agent, queues []int64, by int) {
	if !a.signedIn() {
		return
	}
	turned := false
	for _, id := range queues {
		was := s.staff[id]
		s.staff[id] = was + by
		if o := s.plans[id].Overflow; o != nil && o.WhenNobody && (was == 0 || was+by == 0) {
			turned = true
		}
	}
	if !turned {
		return
	}
	for _, plan := range s.plans {
		if plan.Overflow != nil {
			for _, w := range plan.line {
				s.lookAt(w)
			}
		}
	}
}

// reckon works out what the agent has in hand and where there is room.
func (s *State) reckon(p *person) {
	p.hand = 0
	for _, n := range p.Load {
		p.hand += n
	}
	clear(p.room)
	p.free = false
	for c := range p.Capacity {
		if p.Admits(c) {
			n := s.channel(c)
			for len(p.room) <= n {
				p.room = append(p.room, false)
			}
			p.room[n], p.free = true, true
		}
	}
}

// has says whether there is room for one more contact of the channel with this number.
func (p *person) has(channel int) bool { return channel < len(p.room) && p.room[channel] }

// list remembers an agent who has room.
func (s *State) list(p *person) {
	if p.free && !p.listed {
		p.listed = true
		s.free = append(s.free, p)
	}
}
