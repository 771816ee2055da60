package sla

import (
	"cmp"
	"slices"
	"time"
)

// reader goes through a history once and notes what is waited for.
type reader struct {
	book    Book
	threads map[int64]*thread
	into    map[int64]int64 // merged ticket → the one it was merged into
	waits   []*wait
	err     error
}

// thread is a ticket as far as its history was read.
type thread struct {
	id      int64
	opened  bool
	replies []reply // what persons have written to the customer, in order
	state   State
	policy  Ref
	open    map[Kind]*wait
	rounds  map[Kind]int
}

// reply is a message that reached the customer, as far as is known.
type reply struct {
	seq int64
	at  time.Time
}

func (t *thread) replied() bool { return len(t.replies) > 0 }

func read(history []Event, b Book) ([]*wait, error) {
	r := &reader{book: b, threads: map[int64]*thread{}, into: map[int64]int64{}}
	for _, e := range history {
		r.take(e)
	}
	return r.waits, r.err
}

// thread of a ticket, or of the one it was merged into.
func (r *reader) thread(ticket int64) *thread {
	for {
		to, merged := r.into[ticket]
		if !merged {
			break
		}
		ticket = to
	}
	t := r.threads[ticket]
	if t == nil {
		t = &thread{id: ticket, state: Open, open: map[Kind]*wait{}, rounds: map[Kind]int{}}
		r.threads[ticket] = t
	}
	return t
}

func (r *reader) take(e Event) {
	t := r.thread(e.Ticket)
	if t.id != e.Ticket && (e.What == Changed || e.What == Governed || e.What == Opened) {
		return // what a merged ticket's own row goes through is no matter of the one it was merged into
	}
	switch e.What {
	case Opened:
		r.opened(t, e)
	case Queued:
		r.begin(t, Answer, e.At)
	case Answered:
		t.end(Met, e.At, Answer)
	case Left:
		t.end(Dropped, e.At, Answer)
	case In:
		r.asked(t, e)
	case Out:
		if e.Author == Agent && !e.Auto {
			t.replies = append(t.replies, reply{e.Seq, e.At})
			t.reply(e.Seq, e.At)
		}
	case Failed:
		r.failed(t, e)
	case Changed:
		t.enter(e.State, e.At)
	case Arrived:
		t.end(Met, e.At, Arrival)
	case Governed:
		t.policy = e.Policy
		for _, w := range t.open {
			w.govern(e.Policy, e.At)
		}
	case Merged:
		r.merge(t, e)
	}
}

func (r *reader) begin(t *thread, k Kind, at time.Time) {
	if t.open[k] != nil {
		return
	}
	t.rounds[k]++
	w := &wait{kind: k, ticket: t.id, round: t.rounds[k], started: at, reigns: []reign{{at, t.policy}}}
	w.enter(t.state, at)
	t.open[k] = w
	r.waits = append(r.waits, w)
}

func (r *reader) opened(t *thread, e Event) {
	if t.opened {
		return
	}
	t.opened = true
	r.begin(t, Resolution, e.At)
	r.begin(t, Arrival, e.At)
	if e.Author == Contact && !e.Auto && !t.replied() {
		r.begin(t, FirstReply, e.At)
	}
}

// asked is a message of the customer. It ends the waiting for him, and is waited for itself unless an older one is.
func (r *reader) asked(t *thread, e Event) {
	if e.Auto {
		return
	}
	if t.state == Pending {
		t.enter(Open, e.At)
	}
	switch {
	case t.open[FirstReply] != nil || t.open[NextReply] != nil:
	case t.replied():
		r.begin(t, NextReply, e.At)
	default:
		r.begin(t, FirstReply, e.At)
	}
}

func (t *thread) end(how Outcome, at time.Time, kinds ...Kind) {
	for _, k := range kinds {
		if w := t.open[k]; w != nil {
			w.end(how, at)
			delete(t.open, k)
		}
	}
}

// reply ends what a message answers.
func (t *thread) reply(seq int64, at time.Time) {
	for _, k := range []Kind{Answer, FirstReply, NextReply} {
		if w := t.open[k]; w != nil {
			w.by = seq
		}
	}
	t.end(Met, at, Answer, FirstReply, NextReply)
}

// failed takes a reply back that did not arrive. What it ended was ended by the reply after it; without one it is waited for as if
// nothing had been said, since the customer knows of nothing.
func (r *reader) failed(t *thread, e Event) {
	i := slices.IndexFunc(t.replies, func(p reply) bool { return p.seq == e.Of })
	if i < 0 || e.Of == 0 {
		return
	}
	t.replies = slices.Delete(t.replies, i, i+1)
	for _, w := range r.waits {
		switch {
		case w.by != e.Of:
		case i < len(t.replies):
			w.by, w.ended = t.replies[i].seq, t.replies[i].at
		default:
			t.resume(w, e.At)
		}
	}
}

// resume goes on with a wait that was ended by mistake. A younger one of its kind joins it.
func (t *thread) resume(w *wait, at time.Time) {
	if younger := t.open[w.kind]; younger != nil {
		younger.end(Joined, at)
	}
	w.ended, w.how, w.by = time.Time{}, "", 0
	w.enter(t.state, at)
	w.govern(t.policy, at)
	t.open[w.kind] = w
}

// enter is a change of state. Who resolves a ticket without an answer leaves nobody waiting for one; a later message of the
// customer is waited for anew.
func (t *thread) enter(s State, at time.Time) {
	if s == t.state || !slices.Contains([]State{Open, Pending, OnHold, Resolved, Closed}, s) {
		return
	}
	was := t.state
	t.state = s
	if was.done() && s.done() {
		return
	}
	if s.done() {
		t.end(Dropped, at, Answer, FirstReply, NextReply)
	}
	for _, w := range t.open {
		w.leave(at)
		w.enter(s, at)
	}
}

// merge moves what is waited for on another ticket here. Of two promises of a kind the one that is due earlier stays.
func (r *reader) merge(t *thread, e Event) {
	s := r.threads[e.From]
	if s == nil || s == t {
		return
	}
	for _, k := range Kinds {
		theirs, mine := s.open[k], t.open[k]
		switch {
		case theirs == nil:
			continue
		case theirs.stopped():
			*theirs = *theirs.settled()
			continue
		}
		theirs.leave(e.At)
		switch {
		case mine == nil:
		case mine.stopped():
			*mine = *mine.settled()
		case r.earlier(theirs, mine, e.At):
			mine.end(Joined, e.At)
		default:
			theirs.end(Joined, e.At)
			continue
		}
		theirs.enter(t.state, e.At)
		t.open[k] = theirs
	}
	t.opened = t.opened || s.opened
	t.replies = append(t.replies, s.replies...)
	slices.SortFunc(t.replies, func(a, b reply) int { return cmp.Compare(a.seq, b.seq) })
	if t.state.done() {
		t.end(Dropped, e.At, Answer, FirstReply, NextReply)
	}
	delete(r.threads, s.id)
	r.into[s.id] = t.id
}

// earlier says whether a is due before b, were both to go on now.
func (r *reader) earlier(a, b *wait, at time.Time) bool {
	due := func(w *wait) (time.Time, bool) {
		now := *w
		now.stays = slices.Clone(w.stays)
		now.leave(at)
		c, err := r.book.clock(&now, at)
		if err != nil {
			r.err = err
		}
		return c.Due, c.Kind != "" && !c.Due.IsZero()
	}
	x, promised := due(a)
	y, other := due(b)
	return promised && (!other || x.Before(y))
}
