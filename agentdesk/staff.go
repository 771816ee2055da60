package agentdesk

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"frontline/internal/authority"
	"frontline/internal/event"
)

// topics are what an agent hears of: everything for those who see everything, else the queues of no team and of the
// agent's teams. They follow the same rule as row-level security, so that no event is missing for what can be read. What
// changed the agent's rights by an event numbered below upto may be counted in them; what did so from there on is not.
func (d *Desk) topics(ctx context.Context, by authority.Actor) (topics []string, upto int64, err error) {
	queues, err := d.o.Tickets.QueueTopics(ctx, by)
	if err != nil {
		return nil, 0, err
	}
	var all bool
	err = d.o.Gate.View(ctx, by, func(q authority.Query) error {
		return q.QueryRow(ctx, `select sees_all(), seq_top()`).Scan(&all, &upto)
	})
	if err != nil {
		return nil, 0, err
	}
	if all {
		queues = []string{event.Everything}
	}
	slices.Sort(queues)
	return append([]string{agentObject(by.ID), "staff"}, queues...), upto, nil
}

// watchStaff follows what concerns all lines: presence, and what changes who may see what.
func (d *Desk) watchStaff(ctx context.Context) error {
	sub, err := d.o.Hub.Subscribe(ctx, 0, "staff")
	if err != nil {
		return err
	}
	defer sub.Close()
	for {
		events, err := sub.Take(ctx)
		var again <-chan time.Time
		if err != nil {
			if ctx.Err() == nil {
				d.o.Log.WarnContext(ctx, "desk lost the events", "err", err)
			}
			again = time.After(time.Second)
		}
		for _, e := range events {
			d.hear(ctx, e)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-again:
		case <-sub.Wake:
		}
	}
}

func (d *Desk) hear(ctx context.Context, e *event.Event) {
	kind, id, _ := strings.Cut(e.Object, ":")
	n, err := strconv.ParseInt(id, 10, 64)
	if err != nil {
		return
	}
	switch {
	case e.Kind == "presence.changed":
		d.tellPresence(ctx, n)
	case kind == "queue", kind == "team":
		d.each(0, recheck)
	case e.Kind == "agent.changed":
		d.each(n, recheck)
	}
}

func recheck(l *line) { l.ask(func() { l.recheck = true }) }

// tellPresence shows a colleague's new presence on every desk of this node.
func (d *Desk) tellPresence(ctx context.Context, agent int64) {
	seat, err := d.o.Tickets.Seat(ctx, authority.System("jobs"), agent)
	if err != nil {
		d.o.Log.WarnContext(ctx, "presence not told", "agent", agent, "err", err)
		return
	}
	p := prepare(presenceFrame{"presence", agent, seat.Presence, seat.Reason})
	d.each(0, func(l *line) { l.note("presence:"+strconv.FormatInt(agent, 10), p) })
}

// watchSeats makes agents away who are not there any more: who has had no line to any node for the time of grace. It
// asks the seats and not the lines, so that those of a node that died are found too.
func (d *Desk) watchSeats(ctx context.Context) {
	every := time.NewTicker(max(d.o.Grace/3, 10*time.Millisecond))
	defer every.Stop()
	missing := map[int64]time.Time{}
	for {
		select {
		case <-ctx.Done():
			return
		case <-every.C:
		}
		seats, err := d.o.Tickets.Present(ctx, authority.System("jobs"))
		if err != nil {
			continue // the next turn asks again
		}
		now := time.Now()
		seen := map[int64]time.Time{}
		for _, agent := range seats {
			if d.isThere(agent) {
				continue
			}
			since, known := missing[agent]
			if !known {
				since = now
			}
			seen[agent] = since
			if now.Sub(since) < d.o.Grace {
				continue
			}
			if err := d.o.Tickets.SetPresence(ctx, authority.System("jobs"), agent, "away", "line_lost"); err != nil && ctx.Err() == nil {
				d.o.Log.WarnContext(ctx, "agent not made away", slog.Int64("agent", agent), slog.Any("err", err))
			}
		}
		missing = seen
	}
}

// isThere says whether an agent has a line to any node.
func (d *Desk) isThere(agent int64) bool {
	d.mu.Lock()
	n := d.agents[agent]
	d.mu.Unlock()
	return n > 0 || len(d.o.Live.Others(agentObject(agent))) > 0
}

// checkEvery leaves time for an answer within the five seconds after which no line outlives its session.
const checkEvery = 3 * time.Second

// watchAccounts cuts the lines of those who may not go on. A session that is ended says so by an event; this finds those
// that ran out, and those whose event came too late.
func (d *Desk) watchAccounts(ctx context.Context) {
	every := time.NewTicker(checkEvery)
	defer every.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-every.C:
		}
		open := map[authority.Actor]struct{}{}
		d.each(0, func(l *line) { open[l.by] = struct{}{} })
		if len(open) == 0 {
			continue
		}
		ended, err := d.o.Accounts.Ended(ctx, slices.Collect(maps.Keys(open)))
		if err != nil {
			continue // a lost database ends nobody's session; the next turn asks again
		}
		for _, by := range ended {
			d.each(by.ID, func(l *line) {
				if l.by == by {
					l.end(closeSession, "session_ended")
				}
			})
		}
	}
}
