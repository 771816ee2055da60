package sla

import "time"

// when is when something is due: at an instant; or not to be said while its clock stands still, with the open time left; or never.
type when struct {
	at     time.Time
	paused bool
	left   time.Duration
	never  bool
}

// due is when a part of a leg's promise is due, in percent: 100 is the promise, less a warning. The leg is taken as if
// it lasted for ever.
//
// Open time that ran before the leg counts as used, by the calendar under which it ran. A promise of a day is counted from
// the begin of the wait. A promise that would have been due before the leg began is due at once: what was not promised
// could not be broken.
func (c course) due(l leg, percent int) when {
	since, due, ok := l.from, time.Time{}, false
	if l.Within > 0 {
		left := part(l.Within, percent) - l.used
		if left <= 0 {
			return c.atOnce(l)
		}
		due, ok = l.hours.Add(l.from, left)
	} else {
		since = c.started
		if due, ok = l.Due(l.hours, since); ok && percent < 100 {
			due, ok = l.hours.partOf(since, due, percent)
		}
	}
	if !ok {
		return when{never: true}
	}
	// Each pause that begins before it is due moves what is left behind the pause's end. What is resolved at the very
	// instant is in time, and owed again when it is reopened, or after what follows at once.
	owed := false
	for _, p := range c.pauses(l.promise, since, forever) {
		if p.From.After(due) || p.From.Equal(due) && p.Reason != Resolved && !owed {
			break
		}
		left := l.hours.Between(p.From, due)
		owed = left == 0
		switch {
		case p.To.IsZero():
			return when{paused: true, left: left}
		case left == 0: // a promised hour after closing time
			due = p.To.Add(due.Sub(p.From))
		default:
			if due, ok = l.hours.Add(p.To, left); !ok {
				return when{never: true}
			}
		}
	}
	if due.After(l.from) {
		return when{at: due}
	}
	return c.atOnce(l)
}

// atOnce is when something is due that is due as soon as its leg begins: then, or at the end of the pause in which it begins.
func (c course) atOnce(l leg) when {
	due := l.from
	for _, p := range c.pauses(l.promise, c.started, forever) {
		within := p.From.Before(l.from) || due.After(l.from) && !p.From.After(due)
		switch {
		case !within || !p.To.IsZero() && !p.To.After(due):
		case p.To.IsZero():
			return when{paused: true}
		default:
			due = p.To
		}
	}
	return when{at: due}
}

var forever = time.Unix(0, newYear(lastYear+1)).UTC()

// part is a percentage of a duration, to the second.
func part(d time.Duration, percent int) time.Duration {
	return (d / 100 * time.Duration(percent)).Round(time.Second)
}

// partOf is the instant at which a percentage of the open time from a to b has passed, or of the time where none is open.
func (h *Hours) partOf(a, b time.Time, percent int) (time.Time, bool) {
	if open := h.Between(a, b); open > 0 {
		return h.Add(a, max(part(open, percent), 1))
	}
	return a.Add(part(b.Sub(a), percent)), true
}
