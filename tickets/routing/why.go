package routing

// explain says why the pair's agent gets its contact: what makes her fit, what put her before others, and who fits as well
// but could not.
func (s *State) explain(b *pair) Why {
	why := Why{{Code: Got, Agent: b.p.ID, Name: b.p.Name}}
	p, w := b.p, b.w
	if b.pref != nobody {
		why = append(why, Fact{Code: preferred(w.Preferred[b.pref].Why)})
	} else {
		for _, l := range w.plan.wants {
			if l.want.met(&p.Agent, w.Language) {
				why = l.want.facts(why, &p.Agent, w.Language)
				break
			}
		}
		if b.fit > 0 {
			why = append(why, Fact{Code: Widened, Count: b.fit, Seconds: seconds(w.plan.after[b.fit])})
		}
		if b.place > 0 {
			why = append(why, Fact{Code: Place, Count: b.place + 1})
		}
	}
	if p.hand > 0 {
		why = append(why, Fact{Code: InHand, Count: p.hand})
	} else if !p.IdleSince.IsZero() {
		why = append(why, Fact{Code: Idle, Seconds: seconds(s.now - p.idle)})
	}
	return append(s.others(why, b), s.waits(w))
}

// waits says how long a contact waits, and how much longer it counts as waiting.
func (s *State) waits(w *waiting) Fact {
	return Fact{Code: Waits, Seconds: seconds(s.now - w.arrived), Head: seconds(w.arrived - w.key)}
}

func preferred(why string) string {
	switch why {
	case Last:
		return PrefLast
	case Owner:
		return PrefOwner
	}
	return Pref
}

// told is how many others an explanation names; it counts the rest.
const told = 3

// others appends the agents who fit as well as the pair's or better, and may not have the contact now. Those who are away
// are told only where they are preferred: half the company is.
func (s *State) others(why Why, b *pair) Why {
	var first [told]pair
	all := 0
	consider := func(p *person, fit int) {
		if p == b.p || p.has(b.w.channel) && b.w.refusal(p.ID, b.w.plan.askAgain, s.now) == nil {
			return
		}
		other := s.pairOf(b.w, p, fit)
		if !p.signedIn() && other.pref == nobody || fits(&other, b) > 0 {
			return
		}
		i, n := 0, min(all, told)
		for i < n && compare(&first[i], &other) < 0 {
			i++
		}
		all++
		if i < told {
			copy(first[i+1:], first[i:])
			first[i] = other
		}
	}
	for i := range b.w.Preferred {
		if p := s.people[b.w.Preferred[i].Agent]; p != nil && b.w.preference(p.ID) == i {
			consider(p, 0)
		}
	}
	if at := b.w.spot; at.pool != nil {
		for _, m := range at.pool.members {
			if m.first <= at.step && b.w.preference(m.p.ID) == nobody {
				consider(m.p, m.first)
			}
		}
	}
	for _, other := range first[:min(all, told)] {
		why = append(why, Fact{Code: s.hindrance(b.w, other.p), Agent: other.p.ID, Name: other.p.Name})
	}
	if all > told {
		why = append(why, Fact{Code: More, Count: all - told})
	}
	return why
}

// hindrance is why an agent who is good enough may not have a contact now; empty: she may.
func (s *State) hindrance(w *waiting, p *person) string {
	switch p.Presence {
	case Ready:
	case NotReady:
		return NotThere
	case AfterWork:
		return Finishing
	default:
		return NotIn
	}
	if r := w.refusal(p.ID, w.plan.askAgain, s.now); r != nil {
		if r.TimedOut {
			return LetRunOut
		}
		return Declined
	}
	if !p.has(w.channel) {
		return NoRoom
	}
	return ""
}

// Why says why a contact still waits, and when time alone may change that, at the instant of the last decision. It looks
// through all who work on the queue. False: no such contact waits.
func (s *State) Why(contact int64) (Waiting, bool) {
	w := s.waiting[contact]
	if w == nil {
		return Waiting{}, false
	}
	return s.why(w), true
}

func (s *State) why(w *waiting) Waiting {
	st := s.stand(&w.Contact)
	out := Waiting{Contact: w.ID, Queue: w.Queue, Step: st.step, Look: when(st.look)}
	switch {
	case st.plan == nil:
		out.Why = Why{{Code: UnknownQueue}}
	case st.early:
		out.Why = Why{{Code: Wanted, At: when(at(w.NotBefore))}}
	case st.closed:
		out.Why = Why{{Code: Closed, At: when(st.opens)}}
	case st.held != nil:
		out.Why = Why{{Code: Held, Agent: st.held.ID, Name: st.held.Name, At: when(st.until)}}
		if code := s.hindrance(w, st.held); code != "" {
			out.Why = append(out.Why, Fact{Code: code, Agent: st.held.ID, Name: st.held.Name})
		}
	default:
		out.Why = s.tally(w, &st)
	}
	out.Why = append(out.Why, s.waits(w))
	return out
}

// tally counts those who could have a contact by what keeps them from it.
func (s *State) tally(w *waiting, st *standing) (why Why) {
	counts := map[string]int{}
	pool := s.pool(st.plan, w.Language)
	soonest := len(st.plan.after)
	count := func(p *person) {
		switch code := s.hindrance(w, p); code {
		case Declined, LetRunOut:
			counts[AllRefused]++
		case "":
		default:
			counts["all_"+code]++
		}
	}
	able := 0
	for _, m := range pool.members {
		if m.first > st.step {
			soonest = min(soonest, m.first)
		} else {
			able++
			count(m.p)
		}
	}
	for i := range w.Preferred {
		p := s.people[w.Preferred[i].Agent]
		if p == nil || w.preference(p.ID) != i {
			continue
		}
		if n, found := pool.find(p); !found || pool.members[n].first > st.step { // else she is counted already
			able++
			count(p)
		}
	}
	switch {
	case able == 0 && len(pool.members) == 0:
		why = append(why, Fact{Code: Unserved})
	case able == 0:
		why = append(why, Fact{Code: TooSoon, At: when(st.entered + st.plan.after[soonest])})
	}
	for _, code := range []string{AllNoRoom, AllFinishing, AllNotThere, AllRefused, AllNotIn} {
		if n := counts[code]; n > 0 {
			why = append(why, Fact{Code: code, Count: n})
		}
	}
	return why
}
