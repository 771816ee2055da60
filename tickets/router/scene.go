package router

import (
	"context"
	"fmt"
	"time"

	"frontline/tickets"
	"frontline/tickets/routing"
)

// readAll reads the whole scene and makes the state anew.
func (l *lead) readAll(ctx context.Context) error {
	s, err := l.o.Dispatch.All(ctx, by)
	if err != nil {
		return fmt.Errorf("read what is to be routed: %w", err)
	}
	alarmed, err := l.o.Dispatch.Alarmed(ctx, by)
	if err != nil {
		return fmt.Errorf("read what is to be routed: %w", err)
	}
	l.clock = clock{s.Now, time.Now()}
	l.stale = marks{setup: true}
	l.waiters, l.agents = map[int64]tickets.Waiter{}, map[int64]tickets.Attendant{}
	l.queues, l.held, l.ofAgent = map[int64]tickets.RoutedQueue{}, map[int64]tickets.Held{}, map[int64]map[int64]struct{}{}
	l.deeds = deeds{}
	l.alarms.standing = map[int64]string{}
	for _, q := range alarmed {
		l.alarms.standing[q] = "?" // told anew where it still holds
	}
	if l.flying == nil {
		l.flying, l.landing = map[int64]int{}, map[int64]int{}
	}
	w := routing.World{Settings: l.o.Settings}
	for _, q := range s.Queues {
		l.queues[q.ID] = q
		w.Queues = append(w.Queues, q.Queue)
	}
	for _, a := range s.Agents {
		l.agents[a.ID] = a
		w.Agents = append(w.Agents, a.Agent)
	}
	own := map[int64]bool{}
	for _, c := range s.Contacts {
		if l.flying[c.ID] > 0 {
			l.stale.ticket(c.ID) // what was decided of it is being written
			continue
		}
		c = l.kept(c)
		if c.Queue < 0 && !own[c.Queue] {
			own[c.Queue] = true
			w.Queues = append(w.Queues, ownQueue(c.Queue))
		}
		l.waiters[c.ID] = c
		w.Contacts = append(w.Contacts, c.Contact)
	}
	l.state = routing.NewState(w)
	for _, h := range s.Held {
		l.hold(h)
	}
	return nil
}

// readStale reads what has changed, but for what is being written.
func (l *lead) readStale(ctx context.Context) error {
	changed, agents := take(l.stale.tickets, l.flying), take(l.stale.agents, l.landing)
	queues := take(l.stale.queues, nil)
	if len(changed)+len(agents)+len(queues) == 0 {
		return nil
	}
	s, err := l.o.Dispatch.Of(ctx, by, changed, agents, queues)
	if err != nil {
		return fmt.Errorf("read what has changed: %w", err)
	}
	l.clock = clock{s.Now, time.Now()}
	for _, q := range s.Queues {
		l.queues[q.ID] = q
		l.state.SetQueue(q.Queue)
	}
	l.setAgents(agents, s.Agents)
	l.setTickets(changed, s)
	return nil
}

func (l *lead) setAgents(read []int64, found []tickets.Attendant) {
	there := map[int64]bool{}
	for _, a := range found {
		there[a.ID] = true
		l.agents[a.ID] = a
		l.state.SetAgent(a.Agent)
	}
	for _, id := range read {
		if !there[id] {
			delete(l.agents, id)
			l.state.RemoveAgent(id)
		}
		for ticket := range l.ofAgent[id] {
			l.watch(l.held[ticket])
		}
	}
}

func (l *lead) setTickets(read []int64, s tickets.Scene) {
	waits := map[int64]bool{}
	for _, id := range read {
		l.release(id)
	}
	for _, c := range s.Contacts {
		waits[c.ID] = true
		c = l.kept(c)
		if c.Queue < 0 {
			if _, known := l.queues[c.Queue]; !known {
				l.queues[c.Queue] = tickets.RoutedQueue{Queue: ownQueue(c.Queue)}
				l.state.SetQueue(ownQueue(c.Queue))
			}
		}
		l.waiters[c.ID] = c
		l.state.SetContact(c.Contact)
	}
	for _, id := range read {
		if !waits[id] {
			delete(l.waiters, id)
			l.state.RemoveContact(id)
		}
	}
	for _, h := range s.Held {
		l.hold(h)
	}
}

// kept puts a contact that is kept for one agent where nobody else looks.
func (l *lead) kept(c tickets.Waiter) tickets.Waiter {
	if c.Only && len(c.Preferred) > 0 {
		c.Queue = -c.Preferred[0].Agent
	}
	return c
}

// ownQueue is where contacts wait that were handed to one person. It asks for what nobody can; who is preferred may have a
// contact whatever they can.
func ownQueue(id int64) routing.Queue {
	return routing.Queue{ID: id, Want: routing.Want{Skill: "\x00", Level: routing.MaxLevel}}
}

// hold takes note of a contact that an agent is asked to take, or has.
func (l *lead) hold(h tickets.Held) {
	l.held[h.Ticket] = h
	if l.ofAgent[h.Agent] == nil {
		l.ofAgent[h.Agent] = map[int64]struct{}{}
	}
	l.ofAgent[h.Agent][h.Ticket] = struct{}{}
	l.watch(h)
}

func (l *lead) release(ticket int64) {
	l.deeds.drop(ticket)
	h, held := l.held[ticket]
	if !held {
		return
	}
	delete(l.held, ticket)
	if delete(l.ofAgent[h.Agent], ticket); len(l.ofAgent[h.Agent]) == 0 {
		delete(l.ofAgent, h.Agent)
	}
}

// watch sets what is to be done about a contact when time passes.
func (l *lead) watch(h tickets.Held) {
	a, there := l.agents[h.Agent]
	gone := !there || a.Presence == routing.Away
	switch {
	case h.State == "offered" && gone:
		l.deeds.set(h.Ticket, deed{l.now(), withdraw})
	case h.State == "in_hand" && h.Live && gone:
		since := a.Since
		if !there {
			since = l.now()
		}
		l.deeds.set(h.Ticket, deed{since.Add(l.queues[h.Queue].Lost), lose})
	case h.Until == nil:
		l.deeds.drop(h.Ticket)
	case h.State == "offered":
		l.deeds.set(h.Ticket, deed{*h.Until, expire})
	case h.State == "parked":
		l.deeds.set(h.Ticket, deed{*h.Until, wake})
	case h.State == "wrap_up":
		l.deeds.set(h.Ticket, deed{*h.Until, finish})
	}
}

// due sends what time has come for.
func (l *lead) due(now time.Time) {
	for {
		ticket, do, any := l.deeds.pop(now)
		if !any {
			return
		}
		h := l.held[ticket]
		switch d := l.o.Dispatch; {
		case do == lookAgain:
			l.stale.ticket(ticket)
		case l.flying[ticket] > 0:
			l.stale.ticket(ticket) // it is read again, and watched, when what is under way is done
		case do == expire:
			l.send(ticket, 0, func(ctx context.Context) (bool, error) { return d.Expire(ctx, by, ticket, h.Offer) })
		case do == withdraw:
			l.send(ticket, 0, func(ctx context.Context) (bool, error) { return d.Withdraw(ctx, by, ticket, h.Offer) })
		case do == lose:
			l.send(ticket, 0, func(ctx context.Context) (bool, error) { return d.Lose(ctx, by, ticket, h.Agent) })
		case do == wake:
			l.send(ticket, 0, func(ctx context.Context) (bool, error) { return d.Wake(ctx, by, ticket) })
		case do == finish:
			l.send(ticket, 0, func(ctx context.Context) (bool, error) { return d.Finish(ctx, by, ticket) })
		}
	}
}
