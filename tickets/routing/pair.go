package routing

import "cmp"

// pair is a contact and an agent who may have it now.
type pair struct {
	w *waiting
	p *person

	key   instant // since when the contact counts as waiting, later by what the agent's order of queues costs it
	pref  int     // the agent's place among the preferred
	place int     // the queue's place in the agent's order
	fit   int     // the step from which the agent was good enough
	hand  int     // contacts the agent had in hand when the pair was made
}

// pairOf makes the pair; fit counts only where the agent is not preferred.
func (s *State) pairOf(w *waiting, p *person, fit int) pair {
	b := pair{w: w, p: p, key: w.key, pref: nobody, fit: fit, hand: p.hand}
	if len(w.Preferred) > 0 {
		b.pref = w.preference(p.ID)
	}
	if b.pref != nobody {
		b.fit = 0
		return b
	}
	b.place = p.place(w.Queue)
	b.key += min(int64(b.place), 1000) * s.perPlace
	return b
}

// compare orders pairs, the best first: the contact that counts as waiting longest; for it the agent who is preferred, has
// its queue highest, was good enough earliest, has least in hand, is idle longest. The ids at the end make the order
// total, so that a decision depends on nothing else.
//
// A pair only gets worse while contacts are given away: an agent's hand fills. That makes looking again at the best, when
// its agent got something meanwhile, as good as looking at all again (round.go).
func compare(a, b *pair) int {
	if a.key != b.key {
		return cmp.Compare(a.key, b.key)
	}
	if a.w != b.w {
		return rankTied(a.w, b.w)
	}
	if n := fits(a, b); n != 0 {
		return n
	}
	switch {
	case a.hand != b.hand:
		return cmp.Compare(a.hand, b.hand)
	case a.p.idle != b.p.idle:
		return cmp.Compare(a.p.idle, b.p.idle)
	}
	return cmp.Compare(a.p.ID, b.p.ID)
}

// fits orders the agents of one contact by how well they fit, whatever they are doing.
func fits(a, b *pair) int {
	switch {
	case a.pref != b.pref:
		return cmp.Compare(a.pref, b.pref)
	case a.place != b.place:
		return cmp.Compare(a.place, b.place)
	}
	return cmp.Compare(a.fit, b.fit)
}

// rankTied orders two contacts that count as waiting equally long for their agents.
func rankTied(a, b *waiting) int {
	if a.arrived != b.arrived {
		return cmp.Compare(a.arrived, b.arrived)
	}
	return cmp.Compare(a.ID, b.ID)
}
