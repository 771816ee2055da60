package router

import (
	"container/heap"
	"time"
)

// What is to be done about a ticket when its time comes.
type what int

const (
	lookAgain what = iota // a decision could not be written
	expire                // an offer was not answered
	withdraw              // an offer is out to somebody who is gone
	lose                  // a customer is on the line of somebody who is gone
	wake                  // a contact was put aside until now
	finish                // a wrap-up is over
)

type deed struct {
	at time.Time
	do what
}

// deeds are one for a ticket at most. The heap may hold some that were replaced since: a deed counts where the map has it.
type deeds struct {
	of   map[int64]deed
	line dues
}

type due struct {
	deed
	ticket int64
}

func (d *deeds) set(ticket int64, x deed) {
	if d.of == nil {
		d.of = map[int64]deed{}
	}
	if d.of[ticket] == x {
		return
	}
	d.of[ticket] = x
	heap.Push(&d.line, due{x, ticket})
}

func (d *deeds) drop(ticket int64) { delete(d.of, ticket) }

// next is when the first is due.
func (d *deeds) next() (at time.Time, any bool) {
	for len(d.line) > 0 {
		if x := d.line[0]; d.of[x.ticket] == x.deed {
			return x.at, true
		}
		heap.Pop(&d.line)
	}
	return time.Time{}, false
}

// pop takes the first that is due.
func (d *deeds) pop(now time.Time) (ticket int64, do what, any bool) {
	at, any := d.next()
	if !any || at.After(now) {
		return 0, 0, false
	}
	x := heap.Pop(&d.line).(due) //nolint:forcetypeassert // nothing else is in it
	delete(d.of, x.ticket)
	return x.ticket, x.do, true
}

// dues is a heap (container/heap) by time.
type dues []due

func (d dues) Len() int           { return len(d) }
func (d dues) Less(i, j int) bool { return d[i].at.Before(d[j].at) }
func (d dues) Swap(i, j int)      { d[i], d[j] = d[j], d[i] }
func (d *dues) Push(x any)        { *d = append(*d, x.(due)) } //nolint:forcetypeassert // only dues are pushed
func (d *dues) Pop() any {
	old := *d
	x := old[len(old)-1]
	*d = old[:len(old)-1]
	return x
}
