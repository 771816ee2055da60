package sla

import "time"

// wait is something that somebody waits for, from its begin to its end, whatever was promised about it: a clock without its
// calendar. Policies may begin to govern it, change and cease while it lasts.
type wait struct {
	kind           Kind
	ticket         int64 // on which it began
	round          int   // 1 the first of its kind on the ticket
	started, ended time.Time
	how            Outcome // once ended
	by             int64   // the Seq of the message that ended it; 0: something else did
	stays          []stay  // in states other than open, in order
	reigns         []reign // in order, the first from the start
}

// stay is a time that a ticket spent in a state; to is zero while it lasts.
type stay struct {
	state    State
	from, to time.Time
}

// reign is the time in which a version of a policy holds, until the next.
type reign struct {
	from   time.Time
	policy Ref
}

func (w *wait) enter(s State, at time.Time) {
	if s.done() {
		s = Resolved
	}
	if s != Open {
		w.stays = append(w.stays, stay{state: s, from: at})
	}
}

func (w *wait) leave(at time.Time) {
	n := len(w.stays)
	switch {
	case n == 0 || !w.stays[n-1].to.IsZero():
	case w.stays[n-1].from.Equal(at):
		w.stays = w.stays[:n-1]
	default:
		w.stays[n-1].to = at
	}
}

func (w *wait) govern(p Ref, at time.Time) {
	if w.reigns[len(w.reigns)-1].policy != p {
		w.reigns = append(w.reigns, reign{at, p})
	}
}

func (w *wait) end(how Outcome, at time.Time) {
	w.leave(at)
	w.ended, w.how = at, how
}

// stopped says that the ticket was resolved while this was open: a resolution is reached, an arrival not needed any more. A
// reopened ticket goes on with it.
func (w *wait) stopped() bool {
	n := len(w.stays)
	return n > 0 && w.stays[n-1].state == Resolved && w.stays[n-1].to.IsZero()
}

// settled is the wait as it ended when it stopped.
func (w *wait) settled() *wait {
	out := *w
	last := len(w.stays) - 1
	out.ended, out.how = w.stays[last].from, Dropped
	if w.kind == Resolution {
		out.how = Met
	}
	out.stays = w.stays[:last:last]
	for n := len(out.reigns); n > 1 && out.reigns[n-1].from.After(out.ended); n-- {
		out.reigns = out.reigns[: n-1 : n-1]
	}
	return &out
}

// droppedAt is the wait as if nobody had waited any more from an instant on.
func (w *wait) droppedAt(at time.Time) *wait {
	out := *w
	out.stays, out.ended, out.how = nil, at, Dropped
	for _, s := range w.stays {
		if !s.from.Before(at) {
			break
		}
		if s.to.IsZero() || s.to.After(at) {
			s.to = at
		}
		out.stays = append(out.stays, s)
	}
	return &out
}
