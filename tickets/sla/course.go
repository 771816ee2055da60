package sla

import "time"

// promise is a target with its calendar.
type promise struct {
	Target
	hours *Hours
}

// course is the way of a wait through its policy versions.
type course struct {
	*wait
	legs []leg
}

// leg is the part of a wait under one policy version.
type leg struct {
	reign
	*promise               // nil: nothing was promised
	to       time.Time     // zero: the last
	used     time.Duration // open time used before it
}

// clock computes how a wait stands at an instant. Without a promise it is the zero Clock.
func (b Book) clock(w *wait, at time.Time) (Clock, error) {
	c := course{wait: w}
	for _, r := range w.reigns {
		p, err := b.target(r.policy, w.kind)
		if err != nil {
			return Clock{}, err
		}
		if n := len(c.legs); n > 0 {
			c.legs[n-1].to = r.from
		}
		c.legs = append(c.legs, leg{reign: r, promise: p})
	}
	// What no policy promises any more ended when the last one that did ceased.
	for n := len(c.legs); n > 0 && c.legs[n-1].promise == nil; n = len(c.legs) {
		if from := c.legs[n-1].from; c.ended.IsZero() || c.ended.After(from) {
			c.wait = c.droppedAt(from)
		}
		c.legs = c.legs[:n-1]
	}
	if len(c.legs) == 0 {
		return Clock{}, nil
	}
	for i := range c.legs {
		c.legs[i].used = c.usedBefore(i)
	}
	return c.clock(at), nil
}

func (c course) clock(at time.Time) Clock {
	last := c.legs[len(c.legs)-1]
	out := Clock{
		Ticket: c.ticket, Kind: c.kind, Round: c.round, Outcome: Running, Started: c.started, Ended: c.ended,
		Policy: last.policy, Target: last.Target, Zone: last.hours.cal.Zone,
	}
	end := at
	if !c.ended.IsZero() {
		out.Outcome, end = c.how, c.ended
	}
	for _, l := range c.legs[:len(c.legs)-1] {
		if l.promise != nil {
			out.Before = append(out.Before, Reign{l.policy, l.to, c.ran(l, nil, l.from, l.to)})
		}
	}
	out.Used = last.used + c.ran(last, last.promise, last.from, end)
	due := c.due(last, 100)
	out.Due, out.Never = due.at, due.never
	for _, p := range last.Warn {
		if w := c.due(last, p); !w.at.IsZero() {
			out.Warn = append(out.Warn, w.at)
		}
	}
	out.Breached = c.breached(due.at, at)
	if c.ended.IsZero() {
		switch {
		case due.paused:
			out.Outcome, out.Left = Paused, due.left
		case !due.never && due.at.After(at):
			out.Left = last.hours.Between(at, due.at)
		case !due.never:
			out.Left = -last.hours.Between(due.at, at)
		}
	} else if c.how == Met && !out.Breached.IsZero() {
		out.Outcome = Late
	}
	out.Pauses = c.pauses(last.promise, c.started, end)
	if until := out.Due; until.IsZero() || until.Before(end) {
		out.Missing = last.hours.Missing(c.started, end)
	} else {
		out.Missing = last.hours.Missing(c.started, until)
	}
	return out
}

// breached is when the first of the promises was due and not done, given when the last is due. What is done at the very
// instant is in time.
func (c course) breached(lastDue, at time.Time) time.Time {
	for _, l := range c.legs[:len(c.legs)-1] {
		if l.promise == nil {
			continue
		}
		if due := c.due(l, 100).at; !due.IsZero() && due.Before(l.to) {
			return due
		}
	}
	switch {
	case lastDue.IsZero() || c.ended.IsZero() && at.Before(lastDue):
		return time.Time{}
	case !c.ended.IsZero() && !c.ended.After(lastDue):
		return time.Time{}
	}
	return lastDue
}

// pauses are the times from a to b in which a promise's clock stands still.
func (c course) pauses(p *promise, a, b time.Time) (out []Pause) {
	for _, s := range c.stays {
		if s.state != Resolved && !p.pauses(s.state) || !s.from.Before(b) || !s.to.IsZero() && !s.to.After(a) {
			continue
		}
		from, to := s.from, s.to
		if from.Before(a) {
			from = a
		}
		until := to
		if to.IsZero() || to.After(b) {
			until = b
		}
		out = append(out, Pause{Reason: s.state, From: from, To: to, Open: p.hours.Between(from, until)})
	}
	return out
}

// ran is the open time of a promise's calendar from a to b without pauses. Where nothing was promised in a leg, next tells by
// which calendar it is measured.
func (c course) ran(l leg, next *promise, a, b time.Time) time.Duration {
	p := l.promise
	if p == nil {
		p = next
	}
	d := p.hours.Between(a, b)
	for _, pause := range c.pauses(p, a, b) {
		d -= pause.Open
	}
	return d
}

// usedBefore is the open time that ran in the legs before leg i.
func (c course) usedBefore(i int) (d time.Duration) {
	if c.legs[i].promise == nil {
		return 0
	}
	for _, l := range c.legs[:i] {
		d += c.ran(l, c.legs[i].promise, l.from, l.to)
	}
	return d
}
