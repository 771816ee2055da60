package routing

import (
	"cmp"
	"slices"
)

// standing is what an instant makes of a contact.
type standing struct {
	plan    *plan   // the queue it is in after overflow; nil: unknown
	entered instant // into that, or when it is wanted, if that is later
	moved   string  // code of the reason it overflowed; empty: it stays
	step    int
	early   bool // it is wanted later
	closed  bool
	opens   instant // when closed
	held    *person // for whom it is kept
	until   instant // when held
	look    instant // when time alone changes any of this
}

func (st *standing) sooner(i instant) { st.look = min(st.look, i) }

// stand works out a contact's standing now.
func (s *State) stand(c *Contact) standing {
	st := standing{plan: s.plans[c.Queue], entered: max(at(c.Entered), at(c.NotBefore)), look: never}
	if st.plan == nil {
		return st
	}
	if wanted := at(c.NotBefore); s.now < wanted {
		st.early, st.look = true, wanted
		return st
	}
	s.overflow(&st)
	p := st.plan
	open, change := p.openAt(s.now)
	st.closed, st.opens = !open, change
	st.sooner(change)
	var next instant
	st.step, next = p.step(st.entered, s.now)
	st.sooner(next)
	for i := range c.Refused {
		if again := at(c.Refused[i].At) + p.askAgain; again > s.now {
			st.sooner(again)
		}
	}
	if end := st.entered + p.prefer; end > s.now {
		if st.held = s.keeper(c, p.askAgain); st.held != nil {
			st.until = end
		}
		if len(c.Preferred) > 0 {
			st.sooner(end)
		}
	}
	return st
}

// keeper is the first preferred agent for whom it is worth keeping a contact: one who will have room, and has not just
// refused it.
func (s *State) keeper(c *Contact, askAgain int64) *person {
	for i := range c.Preferred {
		p := s.people[c.Preferred[i].Agent]
		if p != nil && p.expected(c.Channel) && c.refusal(p.ID, askAgain, s.now) == nil {
			return p
		}
	}
	return nil
}

// overflow follows the overflows that apply now to the last queue that is open. Where they come round to a queue again
// they lead nowhere, and the contact stays: else it would move on with every decision.
func (s *State) overflow(st *standing) {
	start, because := *st, ""
	var seen []*plan
	for cur := st.plan; cur.Overflow != nil; {
		why, due := s.spills(cur, st)
		if st.sooner(due); why == "" {
			return
		}
		because = cmp.Or(because, why)
		seen = append(seen, cur)
		cur = s.plans[cur.Overflow.To]
		if cur == nil {
			return
		}
		if slices.Contains(seen, cur) {
			*st = start
			return
		}
		if open, change := cur.openAt(s.now); open {
			st.plan, st.entered, st.look = cur, s.now, never
			st.moved = because
		} else {
			st.sooner(change)
			start.sooner(change)
		}
	}
}

// spills says why a queue sends a contact on now, or when it will by the time waited. That counts only in the queue where
// the contact is, not in one that is closed and passed through.
func (s *State) spills(q *plan, st *standing) (why string, due instant) {
	o := q.Overflow
	open, _ := q.openAt(s.now)
	due = never
	if q == st.plan && o.After > 0 {
		due = st.entered + span(o.After, maxSpan)
	}
	switch {
	case due <= s.now:
		return OverflowWaited, never
	case o.WhenClosed && !open:
		return OverflowClosed, never
	case o.WhenNobody && s.staff[q.ID] == 0:
		return OverflowNobody, never
	}
	return "", due
}

// refresh puts a contact where it stands now, and gives the move that this is. What opened to it is for Decide to find.
func (s *State) refresh(w *waiting) (move Move, moved bool) {
	w.changed = false
	st := s.stand(&w.Contact)
	if st.moved != "" {
		move = Move{Contact: w.ID, From: w.Queue, To: st.plan.ID, Why: Fact{Code: st.moved, Seconds: seconds(s.now - at(w.Entered))}}
		moved = true
	}
	if w.plan != st.plan {
		s.unlist(w)
		if st.plan != nil {
			s.enlist(w, st.plan)
		}
	}
	if moved {
		w.Queue, w.Entered = st.plan.ID, when(s.now)
	}
	w.shut = st.plan == nil || st.closed || st.early
	var stands spot
	if !w.shut && st.held == nil {
		stands = spot{s.pool(st.plan, w.Language), w.channel, st.step}
	}
	if stands != w.spot {
		w.spot.remove(w)
		w.spot = stands
		w.spot.add(w)
	}
	s.timers.set(w, st.look)
	return move, moved
}
