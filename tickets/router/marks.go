package router

import (
	"strconv"
	"strings"

	"frontline/internal/event"
)

// marks are what has changed since it was read.
type marks struct {
	tickets, agents, queues map[int64]struct{}
	world                   bool // something that concerns all
	setup                   bool // who can serve which queue
}

func mark(m *map[int64]struct{}, id int64) {
	if id == 0 {
		return
	}
	if *m == nil {
		*m = map[int64]struct{}{}
	}
	(*m)[id] = struct{}{}
}

func (m *marks) ticket(id int64) { mark(&m.tickets, id) }
func (m *marks) agent(id int64)  { mark(&m.agents, id) }

func (m *marks) any() bool { return m.world || len(m.tickets)+len(m.agents)+len(m.queues) > 0 }

// event marks what an event is about, and the tickets and agents that it was told to.
func (m *marks) event(e *event.Event) {
	for _, name := range append([]string{e.Object}, e.Topics...) {
		kind, number, _ := strings.Cut(name, ":")
		id, err := strconv.ParseInt(number, 10, 64)
		if err != nil {
			continue
		}
		switch {
		case kind == "ticket":
			m.ticket(id)
		case kind == "agent":
			m.agent(id)
		case kind == "queue" && e.Kind == "queue.changed":
			mark(&m.queues, id)
		}
	}
	switch e.Kind {
	case "team.changed", "calendar.changed":
		m.world = true
	case "queue.changed", "seat.changed", "agent.changed":
		m.setup = true
	}
}

// take moves out of a set what is not under way.
func take(from map[int64]struct{}, busy map[int64]int) (ids []int64) {
	for id := range from {
		if busy[id] == 0 {
			ids = append(ids, id)
			delete(from, id)
		}
	}
	return ids
}
