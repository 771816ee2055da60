package tickets

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"frontline/tickets/sla"
)

// An event's place is a row of the timeline, and where it stands beside that: what came with a row goes before it, what was decided on it
// after.
type beside int

const (
	beforeRow beside = iota // a ticket is opened with its first message, or merged by the row that says so
	itself
	ruleAfter
	waitAfter // of a row that is not younger: it has none of its own
)

// events are the history as sla reads it, in the order of the timeline's rows.
func (h *history) events() []sla.Event {
	type placed struct {
		row   int64
		place beside
		sla.Event
	}
	var all []placed
	add := func(e sla.Event, row int64, at beside) { all = append(all, placed{row, at, e}) }
	for _, id := range slices.Sorted(maps.Keys(h.members)) {
		m := h.members[id]
		begin, opened := h.opening(id, m)
		first := begin.id
		add(sla.Event{At: opened, Ticket: id, What: sla.Opened, Author: begin.by, Auto: begin.auto}, first, beforeRow)
		for _, r := range m.rules {
			add(sla.Event{At: r.At, Ticket: id, What: sla.Governed, Policy: sla.Ref{Name: r.Name, Version: r.Version}}, max(r.After, first), ruleAfter)
		}
		for _, s := range m.waits {
			add(sla.Event{At: s.began, Ticket: id, What: sla.Queued}, max(h.rowAt(s.began), first), waitAfter)
			if s.answered != nil {
				add(sla.Event{At: *s.answered, Ticket: id, What: sla.Answered}, max(h.rowAt(*s.answered), first), waitAfter)
			} else if s.ended != nil && s.left {
				add(sla.Event{At: *s.ended, Ticket: id, What: sla.Left}, max(h.rowAt(*s.ended), first), waitAfter)
			}
		}
		if m.into != 0 {
			row, at := h.merging(id)
			add(sla.Event{At: at, Ticket: m.into, What: sla.Merged, From: id}, row, beforeRow)
		}
	}
	said := map[int64]told{}
	for _, r := range h.rows {
		said[r.id] = r
		e := sla.Event{At: r.at, Ticket: r.ticket, Author: r.by, Auto: r.auto, What: r.direction} // in and out are sla's own names
		switch {
		case r.change == "arrived":
			e.What = sla.Arrived
		case r.change == "undelivered":
			e.What, e.Of = sla.Failed, r.about()
		case r.change == "delivered": // the customer has it only now
			was := said[r.about()]
			e.What, e.Author, e.Auto = sla.Out, was.by, was.auto
		case r.change == "state":
			e.What, e.State = sla.Changed, sla.State(r.to)
		case r.direction == "event":
			continue
		}
		add(e, r.id, itself)
	}
	slices.SortStableFunc(all, func(a, b placed) int {
		return cmp.Or(cmp.Compare(a.row, b.row), cmp.Compare(a.place, b.place), a.At.Compare(b.At))
	})
	out, seqs := make([]sla.Event, len(all)), map[int64]int64{}
	for i, e := range all {
		out[i] = e.Event
		out[i].Seq = int64(i + 1)
		if e.place == itself {
			seqs[e.row] = out[i].Seq
		}
		if e.What == sla.Failed {
			out[i].Of = seqs[e.Of] // 0: moved elsewhere since, so that nothing here was answered by it
		}
	}
	return out
}

// about is the message that an event on the timeline names.
func (r told) about() int64 {
	id, err := strconv.ParseInt(r.from, 10, 64)
	if err != nil {
		return 0
	}
	return id
}

// opening is the message with which a ticket was opened, and when. A ticket that was split off another has no message as old as
// itself: its customer has waited since the oldest.
func (h *history) opening(id int64, m *member) (first told, at time.Time) {
	for _, r := range h.rows {
		if r.ticket != id || r.direction == "event" {
			continue
		}
		if r.at.Equal(m.created) {
			return r, m.created
		}
		if first.id == 0 {
			first = r
		}
	}
	if first.id == 0 || first.at.After(m.created) {
		return first, m.created
	}
	return first, first.at
}

// merging is the row by which a ticket was merged into another.
func (h *history) merging(id int64) (row int64, at time.Time) {
	at = h.members[id].created
	for _, r := range h.rows {
		switch {
		case r.change == "merged" && r.from == strconv.FormatInt(id, 10):
			return r.id, r.at
		case r.ticket == id && (r.change == "merged_into" || r.change == "moved_out"):
			row, at = r.id, r.at
		}
	}
	return row, at
}

// rowAt is the last row that is not younger than an instant.
func (h *history) rowAt(t time.Time) (row int64) {
	for _, r := range h.rows {
		if !r.at.After(t) {
			row = r.id
		}
	}
	return row
}

// abreast is by how much something may be younger than the transaction that reads it: both took their time when they began.
const abreast = time.Minute

// clocks are the promises of the history at an instant.
func (h *history) clocks(b *book, at time.Time) ([]sla.Clock, error) {
	events := h.events()
	for i := range events {
		// The clock that stamped it was wrong. As with all that its neighbours contradict, it counts from the one before it.
		if events[i].At.After(at.Add(abreast)) {
			events[i].At = at
			if i > 0 {
				events[i].At = events[i-1].At
			}
		}
	}
	clocks, err := sla.Clocks(events, b.Book, at)
	if err != nil {
		return nil, fmt.Errorf("clocks of ticket %d: %w", h.ticket, err)
	}
	return clocks, nil
}
