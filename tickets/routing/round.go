package routing

import (
	"cmp"
	"slices"
	"time"
)

// Decide gives away what can be given at an instant, and keeps the result: assigned contacts leave the State, their
// agents have one more in hand. When an offer comes to nothing, the contact is set again, with its old Arrived and the
// refusal, and the agent too. Time may go back (a clock that was wrong); that costs a whole decision.
func (s *State) Decide(now time.Time) Decision {
	var d Decision
	s.tick(at(now))
	var open []*waiting
	open, d.Moves = s.settle()
	found := s.proposals(open)
	for i := len(found) / 2; i >= 0; i-- {
		found.sink(i)
	}
	for len(found) > 0 {
		best := &found[0]
		if s.holds(&best.pair) {
			d.Assignments = append(d.Assignments, s.assign(&best.pair))
		}
		// Pairs only get worse. So the first that still holds is the best of all, and one that does not goes back in with
		// what its side finds now.
		if again, ok := s.again(best); ok {
			found[0] = again
		} else {
			last := len(found) - 1
			found[0] = found[last]
			found = found[:last]
		}
		found.sink(0)
	}
	d.Next = when(s.timers.next())
	return d
}

// tick moves the clock, and wakes those whose time came.
func (s *State) tick(now instant) {
	if now < s.now {
		for _, w := range s.waiting {
			s.lookAt(w)
		}
	}
	s.now = now
	for s.timers.next() <= now {
		w := s.timers[0]
		s.timers.set(w, never)
		s.lookAt(w)
	}
}

// settle brings all contacts that changed to where they stand, and gives those that an agent may have, and who moved.
func (s *State) settle() (open []*waiting, moves []Move) {
	slices.SortFunc(s.changed, rank) // lines are built from their heads, which appends
	for _, w := range s.changed {
		if w.gone {
			continue
		}
		move, moved := s.refresh(w)
		if moved {
			moves = append(moves, move)
		}
		if !w.shut {
			open = append(open, w)
		}
	}
	clear(s.changed)
	s.changed = s.changed[:0]
	slices.SortFunc(moves, func(a, b Move) int { return cmp.Compare(a.Contact, b.Contact) })
	return open, moves
}

// proposal is the best pair of one side.
type proposal struct {
	pair
	by *person // nil: the contact's
}

// proposals are a heap, the best pair first.
type proposals []proposal

// sink moves a proposal down to where it belongs.
func (h proposals) sink(i int) {
	for {
		child := 2*i + 1
		if child >= len(h) {
			return
		}
		if child+1 < len(h) && compare(&h[child+1].pair, &h[child].pair) < 0 {
			child++
		}
		if compare(&h[i].pair, &h[child].pair) <= 0 {
			return
		}
		h[i], h[child] = h[child], h[i]
		i = child
	}
}

// proposals are the best pairs of every contact and agent that changed. Each pair has an agent with room in it: where
// more contacts changed than there are such agents, all of these propose instead.
func (s *State) proposals(open []*waiting) (found proposals) {
	if len(open) > 16 {
		var roomy []*person
		for _, p := range s.people {
			if p.free {
				roomy = append(roomy, p)
			}
		}
		if len(roomy) < len(open) {
			open = nil
			for _, p := range roomy {
				s.list(p)
			}
		}
	}
	for _, w := range open {
		if b, ok := s.bestOf(w); ok {
			found = append(found, proposal{pair: b})
		}
	}
	for _, p := range s.free {
		p.listed = false
		if p.gone {
			continue
		}
		if b, ok := s.bestFor(p); ok {
			found = append(found, proposal{pair: b, by: p})
		}
	}
	clear(s.free)
	s.free = s.free[:0]
	return found
}

// holds says whether a pair is as good as when it was made: nobody has the contact, and the agent got nothing since.
func (s *State) holds(b *pair) bool {
	return !b.w.gone && b.p.hand == b.hand
}

// again is what the side that made a proposal proposes now.
func (s *State) again(old *proposal) (proposal, bool) {
	var b pair
	var ok bool
	if old.by != nil {
		b, ok = s.bestFor(old.by)
	} else if !old.w.gone {
		b, ok = s.bestOf(old.w)
	}
	return proposal{b, old.by}, ok
}

func (s *State) assign(b *pair) Assignment {
	auto, d := b.w.plan.offer(b.w.Channel)
	a := Assignment{
		Contact: b.w.ID, Agent: b.p.ID, Queue: b.w.Queue, Channel: b.w.Channel, Auto: auto,
		Step: s.stand(&b.w.Contact).step, Why: s.explain(b),
	}
	if !auto {
		a.Until = when(s.now + d.Microseconds())
	}
	s.RemoveContact(b.w.ID)
	b.p.Load[b.w.Channel]++
	s.reckon(b.p)
	return a
}
