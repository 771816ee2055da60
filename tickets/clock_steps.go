package tickets

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"frontline/internal/authority"
	"frontline/internal/fault"
	"frontline/tickets/sla"

	"github.com/jackc/pgx/v5"
)

// doing is a step of a clock with the instant at which it is to be done.
type doing struct {
	clock sla.Clock
	name  string // "warn 80", "breach", "after 3600"
	at    time.Time
	Step
}

// doneStep names a step that was done.
type doneStep struct {
	Origin int64
	Kind   string
	Round  int
	Name   string
}

func (d doing) is(s doneStep) bool {
	return s == doneStep{d.clock.Ticket, string(d.clock.Kind), d.clock.Round, d.name}
}

// stepsOf are the steps of a clock as it stands, done or not. That a promise broke is told in any case, also of one that was kept late:
// the program may have been down when it broke. It does not warn of what is broken, nor follow up what is done.
func stepsOf(c sla.Clock, policy []Step) (out []doing) {
	add := func(name string, at time.Time, s Step) {
		if !at.IsZero() {
			out = append(out, doing{c, name, at, s})
		}
	}
	broken, running := !c.Breached.IsZero(), c.Outcome == sla.Running
	breach := Step{At: "breach"}
	for _, s := range policy {
		switch {
		case s.At == "breach":
			breach = s
		case s.At == "warn" && running && !broken:
			for i, at := range c.Warn {
				add(fmt.Sprint("warn ", c.Target.Warn[i]), at, s)
			}
		case s.At == "after" && running:
			since := c.Breached
			if !broken {
				since = c.Due
			}
			if !since.IsZero() {
				add(fmt.Sprint("after ", s.AfterS), since.Add(time.Duration(s.AfterS)*time.Second), s)
			}
		}
	}
	switch {
	case broken && !running && c.Outcome != sla.Paused:
		add("breach", c.Breached, Step{At: "breach"})
	case broken:
		add("breach", c.Breached, breach)
	case running:
		add("breach", c.Due, breach)
	}
	return out
}

// readDone reads which steps were done about the promises of histories, on whatever ticket they were then. One that was done at an
// instant still to come was done too early, by a clock that was wrong: its time is still to come as well.
func readDone(ctx context.Context, q authority.Query, all map[int64]*history) error {
	of := map[int64]*history{}
	for _, h := range all {
		for id := range h.members {
			of[id] = h
		}
	}
	rows, err := q.Query(ctx, `select origin_id, kind, round, step from clock_steps where origin_id = any ($1) and done_at <= clock_timestamp()`, slices.Collect(maps.Keys(of)))
	if err != nil {
		return fmt.Errorf("what was done about clocks: %w", err)
	}
	var s doneStep
	_, err = pgx.ForEachRow(rows, []any{&s.Origin, &s.Kind, &s.Round, &s.Name}, func() error {
		h := of[s.Origin]
		h.done = append(h.done, s)
		return nil
	})
	if err != nil {
		return fmt.Errorf("what was done about clocks: %w", err)
	}
	return nil
}

// step does what is to be done about a ticket's promises now. It looks again under the ticket's lock: what was committed in between
// counts.
func (t *Tickets) step(ctx context.Context, by authority.Actor, ticket int64) error {
	return t.gate.Do(ctx, by, func(tx *authority.Tx) error {
		if err := tx.Allow(ctx, authority.Act{Name: "clock.step", Object: object(ticket)}); err != nil {
			return err
		}
		var x touched
		err := tx.QueryRow(ctx, `select id, (select next_at from clocks where ticket_id = id and next_at is not null for update) from tickets where id = $1 for update`, ticket).Scan(&x.ticket, &x.at)
		if err != nil {
			return notFound(err, "ticket")
		}
		b, err := t.book(ctx, tx)
		if err != nil {
			return err
		}
		all, err := histories(ctx, tx, []int64{ticket})
		if err != nil || all[ticket] == nil {
			return err
		}
		if err := readDone(ctx, tx, all); err != nil {
			return err
		}
		h := all[ticket]
		h.govern(b, x.at)
		v, err := h.view(b, tx.Now())
		if err != nil {
			return err
		}
		for _, d := range v.todo {
			if err := t.do(ctx, tx, h, d); err != nil {
				return fmt.Errorf("step %s: %w", d.name, err)
			}
		}
		write := &pgx.Batch{}
		v.queue(write)
		if err := tx.SendBatch(ctx, write).Close(); err != nil {
			return fmt.Errorf("keep how clocks stand: %w", err)
		}
		return nil
	})
}

// do does one step, tells it on the timeline, and keeps that it is done.
func (t *Tickets) do(ctx context.Context, tx *authority.Tx, h *history, d doing) error {
	what := map[string]string{"warn": "clock_warned", "breach": "clock_breached", "after": "clock_escalated"}[d.At]
	b := &pgx.Batch{}
	b.Queue(`insert into clock_steps (ticket_id, origin_id, kind, round, step, due_at) values ($1, $2, $3, $4, $5, $6)
		on conflict (origin_id, kind, round, step) do update set ticket_id = excluded.ticket_id, due_at = excluded.due_at, done_at = excluded.done_at`,
		h.ticket, d.clock.Ticket, string(d.clock.Kind), d.clock.Round, d.name, d.at)
	due := d.clock.Due
	if !d.clock.Breached.IsZero() {
		due = d.clock.Breached
	}
	queueEvent(b, h.ticket, tx.By, Changed{Name: what, From: string(d.clock.Kind), To: due.UTC().Format(time.RFC3339)})
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return err
	}
	listeners := topics(h.ticket, h.facts.Queue, h.facts.Assignee)
	tx.Emit("clocks.changed", object(h.ticket), listeners...)
	for _, act := range d.Acts {
		switch act {
		case "notify":
			tx.Emit("clock."+strings.TrimPrefix(what, "clock_"), object(h.ticket), listeners...)
		case "supervisor":
			tx.Emit("clock.supervisor", object(h.ticket), "supervisors") // whoever sees everything hears it
		case "raise":
			if err := t.raisePriority(ctx, tx, h.ticket); err != nil {
				return err
			}
		case "requeue":
			if err := requeue(ctx, tx, h, d.BoostS); err != nil {
				return err
			}
		}
	}
	return nil
}

// raisePriority makes a ticket more urgent by one.
func (t *Tickets) raisePriority(ctx context.Context, tx *authority.Tx, ticket int64) error {
	var p int
	if err := tx.QueryRow(ctx, `select priority - 1 from tickets where id = $1`, ticket).Scan(&p); err != nil {
		return err
	}
	if p < 1 {
		return nil
	}
	err := t.edit(ctx, tx, ticket, Edit{Priority: &p})
	if errors.Is(err, fault.Conflict) {
		return nil // it may be changed no more
	}
	return err
}

const usualBoost = 3600 // seconds

// requeue puts the ticket's waiting entry forward in its queue.
func requeue(ctx context.Context, tx *authority.Tx, h *history, boost int) error {
	if boost == 0 {
		boost = usualBoost
	}
	tag, err := tx.Exec(ctx, `update entries set boost_s = boost_s + $2 where ticket_id = $1 and state in ('waiting', 'offered')`, h.ticket, boost)
	if err != nil {
		return err
	}
	if tag.RowsAffected() > 0 {
		tx.Emit("entry.changed", object(h.ticket), append(topics(h.ticket, h.facts.Queue, h.facts.Assignee), "routing")...)
	}
	return nil
}
