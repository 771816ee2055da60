package routing

// bestOf finds the best agent for a contact, of those who may have it now.
func (s *State) bestOf(w *waiting) (best pair, ok bool) {
	consider := func(p *person, fit int) {
		if !p.has(w.channel) || w.refusal(p.ID, w.plan.askAgain, s.now) != nil {
			return
		}
		if b := s.pairOf(w, p, fit); !ok || compare(&b, &best) < 0 {
			best, ok = b, true
		}
	}
	if w.shut {
		return best, false
	}
	for i := range w.Preferred {
		if p := s.people[w.Preferred[i].Agent]; p != nil {
			consider(p, 0)
		}
	}
	if w.spot.pool == nil { // kept for a preferred agent
		return best, ok
	}
	for _, m := range w.spot.pool.members {
		if m.first <= w.spot.step {
			consider(m.p, m.first)
		}
	}
	return best, ok
}

// bestFor finds the best contact for an agent, of those she may have now. In each line it is the first that she did not
// refuse: the line's order is hers, and those who prefer her are looked at apart.
func (s *State) bestFor(p *person) (best pair, ok bool) {
	if !p.free {
		return best, false
	}
	consider := func(w *waiting, fit int) {
		if b := s.pairOf(w, p, fit); !ok || compare(&b, &best) < 0 {
			best, ok = b, true
		}
	}
	for _, w := range s.fansOf(p.ID) {
		if !w.shut && p.has(w.channel) && w.refusal(p.ID, w.plan.askAgain, s.now) == nil {
			consider(w, 0)
			break
		}
	}
	for _, seat := range p.seats {
		if seat.pool.count == 0 {
			continue
		}
		for channel, steps := range seat.pool.lines {
			if !p.has(channel) {
				continue
			}
			for step := seat.first; step < len(steps); step++ {
				for _, w := range steps[step] {
					if w.refusal(p.ID, w.plan.askAgain, s.now) == nil {
						consider(w, seat.first)
						break
					}
				}
			}
		}
	}
	return best, ok
}
