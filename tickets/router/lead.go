package router

import (
	"context"
	"errors"
	"sync"
	"time"

	"frontline/internal/event"
	"frontline/tickets"
	"frontline/tickets/routing"
)

// writers is how many decisions are written at once. Each waits for the disk; together they share its waits.
const writers = 8

// lead is one time of leading: the state that is decided from, and what is under way. It belongs to one goroutine; what it
// wants written is written by others, which say how it went.
type lead struct {
	*Router
	sub   *event.Sub
	state *routing.State
	clock clock

	waiters map[int64]tickets.Waiter // who waits, by ticket
	agents  map[int64]tickets.Attendant
	queues  map[int64]tickets.RoutedQueue
	held    map[int64]tickets.Held
	ofAgent map[int64]map[int64]struct{} // tickets held, by agent
	deeds   deeds
	alarms  alarms

	stale   marks         // what to read again
	flying  map[int64]int // writes under way, by ticket
	landing map[int64]int // by agent
	todo    []errand
	results chan result
}

// errand is a write that was decided: about a ticket, and perhaps for an agent.
type errand struct {
	ticket, agent int64
	do            func(ctx context.Context) (bool, error)
}

type result struct {
	errand
	done bool
	err  error
}

// lead routes until ctx ends or something is lost; whoever leads next begins anew.
func (r *Router) lead(ctx context.Context) error {
	// Heard from before the scene is read: what commits meanwhile is read again.
	sub, err := r.o.Hub.Subscribe(ctx, 0, "routing", "staff")
	if err != nil {
		return err
	}
	defer sub.Close()
	l := &lead{Router: r, sub: sub, results: make(chan result, writers)}
	if err := l.readAll(ctx); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	errands := make(chan errand)
	var work sync.WaitGroup
	for range writers {
		work.Go(func() { l.write(ctx, errands) })
	}
	defer work.Wait()
	defer cancel()
	r.o.Log.InfoContext(ctx, "router leads", "waiting", len(l.waiters), "agents", len(l.agents))
	return l.run(ctx, errands)
}

// write does errands until ctx ends.
func (l *lead) write(ctx context.Context, errands <-chan errand) {
	for {
		select {
		case <-ctx.Done():
			return
		case e := <-errands:
			done, err := e.do(ctx)
			select {
			case l.results <- result{e, done, err}:
			case <-ctx.Done():
				return
			}
		}
	}
}

func (l *lead) run(ctx context.Context, errands chan<- errand) error {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		next, err := l.round(ctx)
		if err != nil {
			return err
		}
		timer.Reset(min(max(next, 0), setEvery))
		for again := false; !again; {
			var out chan<- errand
			var first errand
			if len(l.todo) > 0 {
				out, first = errands, l.todo[0]
			}
			select {
			case <-ctx.Done():
				return context.Cause(ctx)
			case out <- first:
				l.todo = l.todo[1:]
			case res := <-l.results:
				again = l.landed(ctx, res)
			case <-l.sub.Wake:
				if err := l.hear(ctx); err != nil {
					return err
				}
				again = true
			case <-timer.C:
				// What is due by the database's time is asked of it: it may have been set meanwhile.
				if err := l.readTime(ctx); err != nil {
					return err
				}
				again = true
			}
		}
	}
}

// send queues a write. Until it is done, what it is about is not read again: the state has counted it already.
func (l *lead) send(ticket, agent int64, do func(ctx context.Context) (bool, error)) {
	l.flying[ticket]++
	if agent != 0 {
		l.landing[agent]++
	}
	l.todo = append(l.todo, errand{ticket, agent, do})
}

// landed takes note of a write that is done, and says whether it is worth looking again: what came to nothing is read
// again, and what succeeded will be heard of.
func (l *lead) landed(ctx context.Context, r result) bool {
	if l.flying[r.ticket]--; l.flying[r.ticket] == 0 {
		delete(l.flying, r.ticket)
	}
	if l.landing[r.agent]--; l.landing[r.agent] <= 0 {
		delete(l.landing, r.agent)
	}
	switch {
	case r.err != nil:
		if ctx.Err() == nil {
			l.o.Log.WarnContext(ctx, "a decision was not written", "ticket", r.ticket, "err", r.err)
		}
		// Whatever is wrong with it, it must not be asked of the database all the time.
		l.deeds.set(r.ticket, deed{at: l.now().Add(retry), do: lookAgain})
		l.stale.agent(r.agent)
	case !r.done:
		l.stale.ticket(r.ticket)
		l.stale.agent(r.agent)
	}
	return l.stale.any()
}

// retry is when a contact is looked at again whose decision could not be written.
const retry = time.Second

// now is the database's time.
func (l *lead) now() time.Time { return l.clock.now(time.Now()) }

// round does what is due, reads what is stale, decides, and says how long nothing will happen by time alone.
func (l *lead) round(ctx context.Context) (time.Duration, error) {
	if l.stale.world {
		if err := l.readAll(ctx); err != nil {
			return 0, err
		}
	}
	l.due(l.now())
	if err := l.readStale(ctx); err != nil {
		return 0, err
	}
	now := l.now()
	d := l.state.Decide(now)
	for _, m := range d.Moves {
		w := l.waiters[m.Contact]
		l.send(m.Contact, 0, func(ctx context.Context) (bool, error) { return l.o.Dispatch.MoveOn(ctx, by, m, w.Entry) })
		// A contact that moves and is given in one decision waits for its new stay: it is read when the move is done.
		delete(l.waiters, m.Contact)
		l.stale.ticket(m.Contact)
	}
	for _, a := range d.Assignments {
		w, waits := l.waiters[a.Contact]
		if !waits {
			l.stale.agent(a.Agent)
			continue
		}
		delete(l.waiters, a.Contact)
		think := a.Until.Sub(now)
		l.send(a.Contact, a.Agent, func(ctx context.Context) (bool, error) { return l.o.Dispatch.Give(ctx, by, a, w.Entry, think) })
	}
	l.tellAlarms(ctx)
	next := time.Hour
	if !d.Next.IsZero() {
		next = min(next, d.Next.Sub(now))
	}
	if at, any := l.deeds.next(); any {
		next = min(next, at.Sub(now))
	}
	return next, nil
}

// hear marks what events say has changed.
func (l *lead) hear(ctx context.Context) error {
	for {
		events, err := l.sub.Take(ctx)
		if errors.Is(err, event.ErrReset) {
			return err
		}
		if err != nil {
			return err
		}
		for _, e := range events {
			l.stale.event(e)
		}
		if len(events) == 0 {
			return nil
		}
	}
}
