package request

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"frontline/internal/authority"
	"frontline/internal/fault"
	"frontline/internal/plain"
	"frontline/tickets"

	"github.com/jackc/pgx/v5"
)

// Plan is a task to be made. A zero time is none.
type Plan struct {
	ClientID string // the caller's own name for it: the same again is the same task; empty: always a new one
	Subject  string
	Mode     string
	Doer     int64 // 0: nobody yet
	TaskTimes
	Parts  []TaskPart
	Remark string
}

// TaskTimes are when a task is to be; zero: not said.
type TaskTimes struct {
	Wanted, Planned, Until, Remind time.Time
}

// AddTask plans a task for a ticket.
func (r *Requests) AddTask(ctx context.Context, by authority.Actor, ticket int64, p Plan) (k Task, err error) {
	if p.Subject = plain.Line(p.Subject, maxTaskSubject); p.Subject == "" {
		return k, fault.BadField("subject", "required")
	}
	err = r.gate.Do(ctx, by, func(tx *authority.Tx) error {
		if err := tx.Allow(ctx, authority.Act{Name: "task.plan", Object: fmt.Sprint("ticket:", ticket)}); err != nil {
			return err
		}
		id, err := r.plan(ctx, tx, ticket, p)
		if err != nil {
			return err
		}
		k, err = readTask(ctx, tx, id)
		tx.Return(k)
		return err
	})
	return k, err
}

// plan is AddTask as a part.
func (r *Requests) plan(ctx context.Context, tx *authority.Tx, ticket int64, p Plan) (id int64, err error) {
	if err := p.check(); err != nil {
		return 0, err
	}
	if err := checkDoer(ctx, tx, p.Doer); err != nil {
		return 0, err
	}
	tx.RaceOn("tasks_created_by_client_id_key")
	err = tx.QueryRow(ctx, `select id from tasks where created_by = $1 and client_id = $2 and ticket_id = $3`, tx.By.ID, p.ClientID, ticket).Scan(&id)
	if err == nil || !errors.Is(err, pgx.ErrNoRows) {
		return id, wrap("task", err)
	}
	if err := r.tickets.Tell(ctx, tx, ticket, tickets.Changed{Name: "task_planned", To: p.Subject}); err != nil {
		return 0, err
	}
	err = tx.QueryRow(ctx, `insert into tasks (ticket_id, created_by, client_id, subject, mode, doer_id, wanted_at, planned_at, planned_until, remind_at, parts, remark)
		values ($1, nullif($2::bigint, 0), nullif($3, ''), $4, $5, nullif($6::bigint, 0), $7, $8, $9, $10, $11, $12) returning id`,
		ticket, tx.By.ID, p.ClientID, p.Subject, p.Mode, p.Doer, some(p.Wanted), some(p.Planned), some(p.Until), some(p.Remind), append([]TaskPart{}, p.Parts...), p.Remark).Scan(&id)
	if err != nil {
		return 0, wrap("keep the task", err)
	}
	emit(tx, id, ticket, p.Doer)
	return id, nil
}

// check makes the plan's words fit to keep, and refuses times that cannot be.
func (p *Plan) check() error {
	p.Remark = strings.TrimSpace(plain.Text(p.Remark, maxRemark))
	for i := range p.Parts {
		if p.Parts[i].Name = plain.Line(p.Parts[i].Name, 200); p.Parts[i].Name == "" {
			return fault.BadField(fmt.Sprint("parts.", i, ".name"), "required")
		}
		p.Parts[i].Number = plain.Line(p.Parts[i].Number, 50)
	}
	if !p.Until.IsZero() && (p.Planned.IsZero() || p.Until.Before(p.Planned)) {
		return fault.BadField("planned_until", "before_begin")
	}
	return nil
}

const (
	maxTaskSubject = 500
	maxRemark      = 5000
)

// some is a time for a column: null where it is zero.
func some(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// emit tells whoever does the task, or did so before, and those who look at its ticket.
func emit(tx *authority.Tx, task, ticket int64, doers ...int64) {
	topics := []string{fmt.Sprint("ticket:", ticket)}
	for _, d := range doers {
		if topic := fmt.Sprint("agent:", d); d != 0 && !slices.Contains(topics, topic) {
			topics = append(topics, topic)
		}
	}
	tx.Emit("task.changed", fmt.Sprint("task:", task), topics...)
}

// TaskEdit is what a change of a task sets; nil leaves a field as it is, a zero time takes it away.
type TaskEdit struct {
	ClientID string // the caller's own name for the change: the same again changes nothing
	Version  int    // of the task that the caller has seen; 0: whatever it is

	Subject  *string
	Mode     *string
	Doer     *int64 // 0: nobody
	Wanted   *time.Time
	Planned  *time.Time
	Until    *time.Time
	Remind   *time.Time
	Parts    *[]TaskPart
	Remark   *string
	State    *string
	Started  *time.Time
	Ended    *time.Time
	Happened time.Time // when the state was reached, where it was not now
}

// ChangeTask changes a task. A state that it cannot go to is fault.Conflict "task_state", a task that has changed since the
// caller saw it "stale_task". Who is handed a task has yet to accept it.
func (r *Requests) ChangeTask(ctx context.Context, by authority.Actor, id int64, e TaskEdit) (k Task, err error) {
	err = r.gate.Do(ctx, by, func(tx *authority.Tx) error {
		if err := tx.Allow(ctx, authority.Act{Name: "task.change", Object: fmt.Sprint("task:", id)}); err != nil {
			return err
		}
		k, err = r.change(ctx, tx, id, e)
		tx.Return(k)
		return err
	})
	return k, err
}

func (r *Requests) change(ctx context.Context, tx *authority.Tx, id int64, e TaskEdit) (Task, error) {
	was, again, err := lockTask(ctx, tx, id, e.ClientID)
	if err != nil || again {
		return was, err
	}
	if e.Version != 0 && e.Version != was.Version {
		return was, fault.New(fault.Conflict, "stale_task")
	}
	now, told, err := e.apply(was, tx.Now())
	if err != nil || len(told) == 0 {
		return was, err
	}
	if now.doer() != was.doer() {
		if err := checkDoer(ctx, tx, now.doer()); err != nil {
			return was, err
		}
	}
	if err := r.tickets.Tell(ctx, tx, was.Ticket.ID, told...); err != nil {
		return was, err
	}
	// Who hands a task on may lose sight of it by that.
	if err := tx.Unveil(ctx); err != nil {
		return was, err
	}
	_, err = tx.Exec(ctx, `update tasks set subject = $2, mode = $3, state = $4, doer_id = nullif($5::bigint, 0), wanted_at = $6, planned_at = $7, planned_until = $8,
			started_at = $9, ended_at = $10, parts = $11, remark = $12, remind_at = $13, reminded_at = case when remind_at is distinct from $13 then null else reminded_at end,
			version = version + 1, updated_at = now() where id = $1`,
		id, now.Subject, now.Mode, now.State, now.doer(), now.WantedAt, now.PlannedAt, now.PlannedUntil, now.StartedAt, now.EndedAt, now.Parts, now.Remark, now.RemindAt)
	if err != nil {
		return was, wrap("change the task", err)
	}
	emit(tx, id, was.Ticket.ID, was.doer(), now.doer())
	return readTask(ctx, tx, id)
}

// lockTask reads a task for a change; again says that the change with this client id was made before.
func lockTask(ctx context.Context, tx *authority.Tx, id int64, client string) (k Task, again bool, err error) {
	var locked int64
	if err := tx.QueryRow(ctx, `select id from tasks where id = $1 for update`, id).Scan(&locked); err != nil {
		return k, false, missing(err, "task")
	}
	if client != "" {
		tag, err := tx.Exec(ctx, `insert into task_steps (task_id, client_id) values ($1, $2) on conflict do nothing`, id, client)
		if err != nil {
			return k, false, wrap("step of the task", err)
		}
		again = tag.RowsAffected() == 0
	}
	k, err = readTask(ctx, tx, id)
	return k, again, err
}

func (k Task) doer() int64 {
	if k.Doer == nil {
		return 0
	}
	return k.Doer.ID
}

// apply is the task as the edit makes it, and what the timeline tells of that.
func (e TaskEdit) apply(was Task, at time.Time) (Task, []tickets.Changed, error) {
	now := was
	p := Plan{Subject: was.Subject, Remark: was.Remark, Parts: was.Parts}
	if e.Subject != nil {
		if p.Subject = plain.Line(*e.Subject, maxTaskSubject); p.Subject == "" {
			return was, nil, fault.BadField("subject", "required")
		}
	}
	if e.Remark != nil {
		p.Remark = *e.Remark
	}
	if e.Parts != nil {
		p.Parts = append([]TaskPart{}, *e.Parts...)
	}
	if e.Mode != nil {
		now.Mode = *e.Mode
	}
	for _, f := range []struct {
		set *time.Time
		at  **time.Time
	}{{e.Wanted, &now.WantedAt}, {e.Planned, &now.PlannedAt}, {e.Until, &now.PlannedUntil}, {e.Remind, &now.RemindAt}, {e.Started, &now.StartedAt}, {e.Ended, &now.EndedAt}} {
		if f.set != nil {
			*f.at = some(*f.set)
		}
	}
	if now.PlannedAt != nil {
		p.Planned = *now.PlannedAt
	}
	if now.PlannedUntil != nil {
		p.Until = *now.PlannedUntil
	}
	if err := p.check(); err != nil {
		return was, nil, err
	}
	now.Subject, now.Remark, now.Parts = p.Subject, p.Remark, p.Parts
	if e.Doer != nil && *e.Doer != was.doer() {
		now.Doer = &tickets.Named{ID: *e.Doer}
		if was.State == "accepted" && e.State == nil {
			back := "planned"
			e.State = &back
		}
	}
	if err := e.move(&now, at); err != nil {
		return was, nil, err
	}
	return now, differences(was, now), nil
}

// move takes the task to the edit's state, with the times that belong to it.
func (e TaskEdit) move(k *Task, now time.Time) error {
	at := now
	if !e.Happened.IsZero() {
		at = e.Happened
	}
	if e.State != nil && *e.State != k.State {
		if !slices.Contains(moves[k.State], *e.State) {
			return fault.New(fault.Conflict, "task_state", "from", k.State, "to", *e.State)
		}
		k.State = *e.State
		switch {
		case k.State == "planned" || k.State == "accepted":
			k.StartedAt, k.EndedAt = nil, nil
		case k.State == "started":
			if e.Ended == nil {
				k.EndedAt = nil
			}
			if k.StartedAt == nil {
				k.StartedAt = &at
			}
		case k.EndedAt == nil:
			k.EndedAt = &at
		}
	}
	for _, f := range []struct {
		name string
		at   *time.Time
	}{{"started_at", k.StartedAt}, {"ended_at", k.EndedAt}} {
		if f.at != nil && (f.at.Year() < 1970 || f.at.After(now.Add(time.Hour))) { // a phone's clock may be ahead
			return fault.BadField(f.name, "not_past")
		}
	}
	switch {
	case k.EndedAt != nil && !ended(k.State):
		return fault.BadField("ended_at", "not_ended")
	case k.EndedAt != nil && k.StartedAt != nil && k.EndedAt.Before(*k.StartedAt):
		return fault.BadField("ended_at", "before_begin")
	}
	return nil
}

// differences is what the timeline tells of a change: the state and the doer by name, the rest as one.
func differences(was, now Task) (told []tickets.Changed) {
	if now.State != was.State {
		told = append(told, tickets.Changed{Name: "task_state", From: now.Subject, To: now.State})
	}
	same := func(a, b *time.Time) bool { return a == b || a != nil && b != nil && a.Equal(*b) }
	rest := was.Subject == now.Subject && was.Mode == now.Mode && was.Remark == now.Remark && slices.Equal(was.Parts, now.Parts) &&
		same(was.WantedAt, now.WantedAt) && same(was.PlannedAt, now.PlannedAt) && same(was.PlannedUntil, now.PlannedUntil) && same(was.RemindAt, now.RemindAt) &&
		(now.State != was.State || same(was.StartedAt, now.StartedAt) && same(was.EndedAt, now.EndedAt))
	if was.doer() != now.doer() {
		told = append(told, tickets.Changed{Name: "task_handed_on", From: now.Subject, To: now.doer()})
	}
	if !rest {
		told = append(told, tickets.Changed{Name: "task_changed", To: now.Subject})
	}
	return told
}
