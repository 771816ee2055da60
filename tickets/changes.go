package tickets

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"frontline/internal/authority"
	"frontline/internal/fault"

	"github.com/jackc/pgx/v5"
)

// Changed is an event on the timeline: what was changed, from what, to what.
type Changed struct {
	Name   string `json:"name"`
	From   any    `json:"from,omitempty"`
	To     any    `json:"to,omitempty"`
	Reason string `json:"reason,omitempty" doc:"what whoever did it says why"`
}

func queueEvent(b *pgx.Batch, ticket int64, by authority.Actor, c Changed) {
	change, err := json.Marshal(c)
	if err != nil {
		panic(err) // strings, numbers and lists only
	}
	b.Queue(`insert into messages (ticket_id, direction, author_kind, author_id, author_name, change) values ($1, 'event', $2, $3, $4, $5)`,
		ticket, authorKind(by), by.ID, by.Name, change)
}

func authorKind(by authority.Actor) string {
	switch by.Kind {
	case authority.Agent:
		return "agent"
	case authority.Contact:
		return "contact"
	}
	return "system"
}

// Edit is what a change of a ticket sets; nil leaves a field as it is.
type Edit struct {
	State    *string   `json:"state,omitempty" enum:"open,pending,on_hold,resolved,closed"`
	SubState *string   `json:"sub_state,omitempty" maxLength:"50"`
	Priority *int      `json:"priority,omitempty" minimum:"1" maximum:"4" doc:"1 urgent, 2 high, 3 normal, 4 low"`
	Severity *string   `json:"severity,omitempty" maxLength:"50"`
	Type     *string   `json:"type,omitempty" maxLength:"50"`
	Subject  *string   `json:"subject,omitempty" minLength:"1" maxLength:"1000"`
	Summary  *string   `json:"summary,omitempty" maxLength:"5000"`
	Queue    *int64    `json:"queue_id,omitempty"`
	Assignee *int64    `json:"assignee_id,omitempty" doc:"0: nobody"`
	Tags     *[]string `json:"tags,omitempty" maxItems:"50"`
	Asset    *int64    `json:"asset_id,omitempty" doc:"The machine it is about; 0: none"`

	Fields map[string]any `json:"fields,omitempty"` // by key; null takes a value away
	RequestEdit

	handed, reason string // by whom others are led: how the assignment is called on the timeline, and why it was made
}

// Edit changes a ticket and puts each change on its timeline. A queue or an agent that is not
// there is fault.Invalid.
func (t *Tickets) Edit(ctx context.Context, by authority.Actor, ticket int64, e Edit) error {
	return t.gate.Do(ctx, by, func(tx *authority.Tx) error {
		if err := tx.Allow(ctx, authority.Act{Name: "ticket.edit", Object: object(ticket)}); err != nil {
			return err
		}
		return t.edit(ctx, tx, ticket, e)
	})
}

// edit is the part of Edit that other commands use inside theirs.
func (t *Tickets) edit(ctx context.Context, tx *authority.Tx, ticket int64, e Edit) error {
	return t.change(ctx, tx, ticket, e, false)
}

// change is edit, also where it comes with an answer to the customer: without a state the ticket is then pending, unless
// the customer is on the line.
func (t *Tickets) change(ctx context.Context, tx *authority.Tx, ticket int64, e Edit, replies bool) error {
	var was struct {
		State, SubState, Severity, Type, Subject, Summary string
		Priority                                          int
		Queue                                             int64
		Assignee                                          int64
		Tags                                              []string
		Merged                                            bool
		Fields                                            map[string]any
		Asset                                             int64
	}
	var s stay
	b := &pgx.Batch{}
	b.Queue(`select state, sub_state, severity, type, subject, summary, priority, queue_id, coalesce(assignee_id, 0), tags, merged_into is not null, fields, coalesce(asset_id, 0)
		from tickets where id = $1 for update`, ticket).QueryRow(func(r pgx.Row) error {
		return r.Scan(&was.State, &was.SubState, &was.Severity, &was.Type, &was.Subject, &was.Summary, &was.Priority, &was.Queue, &was.Assignee, &was.Tags, &was.Merged, &was.Fields, &was.Asset)
	})
	s.look(b, ticket)
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return notFound(err, "ticket")
	}
	if was.Merged {
		return unmerged(ctx, tx, ticket)
	}
	if waits := "pending"; replies && e.State == nil && !live(s.Channel) {
		e.State = &waits
	}
	if err := checkEdit(ctx, tx, e); err != nil {
		return err
	}
	if err := mayClose(ctx, tx, ticket, was.Queue, was.State, e); err != nil {
		return err
	}
	fields, err := t.changeFields(ctx, tx, was.Fields, e)
	if err != nil {
		return err
	}
	if e.Queue != nil || e.Assignee != nil {
		// Who hands a ticket over may lose sight of it by that.
		if err := tx.Unveil(ctx); err != nil {
			return err
		}
	}
	b = &pgx.Batch{}
	b.Queue(`update tickets t set state = coalesce($2, state), sub_state = coalesce($3, sub_state), severity = coalesce($4, severity),
			type = coalesce($5, type), subject = coalesce($6, subject), summary = coalesce($7, summary), priority = coalesce($8, priority),
			queue_id = coalesce($9, queue_id),
			assignee_id = case when $10::bigint is null then assignee_id else nullif($10, 0) end,
			tags = coalesce($11, tags), updated_at = now(), fields = coalesce($12, fields),
			resolved_at = case when coalesce($2, state) in ('resolved', 'closed') then coalesce(resolved_at, now()) end,
			closed_at = case when coalesce($2, state) = 'closed' then coalesce(closed_at, now()) end,
			reopened = reopened + case when $2 in ('open', 'pending', 'on_hold') and state in ('resolved', 'closed') then 1 else 0 end
		where id = $1`, ticket, e.State, e.SubState, e.Severity, e.Type, e.Subject, e.Summary, e.Priority, e.Queue, e.Assignee, e.Tags, fields.now)
	events(b, ticket, tx.By, "state", was.State, e.State)
	events(b, ticket, tx.By, "sub_state", was.SubState, e.SubState)
	events(b, ticket, tx.By, "severity", was.Severity, e.Severity)
	events(b, ticket, tx.By, "type", was.Type, e.Type)
	events(b, ticket, tx.By, "subject", was.Subject, e.Subject)
	events(b, ticket, tx.By, "priority", was.Priority, e.Priority)
	events(b, ticket, tx.By, "queue", was.Queue, e.Queue)
	if e.handed != "" {
		queueEvent(b, ticket, tx.By, Changed{Name: e.handed, From: was.Assignee, To: *e.Assignee, Reason: e.reason})
	} else {
		events(b, ticket, tx.By, "assignee", was.Assignee, e.Assignee)
	}
	if e.Tags != nil && fmt.Sprint(*e.Tags) != fmt.Sprint(was.Tags) {
		queueEvent(b, ticket, tx.By, Changed{Name: "tags", From: was.Tags, To: *e.Tags})
	}
	fields.tell(b, ticket, tx.By)
	if err := t.setAsset(ctx, tx, b, ticket, was.Asset, e.Asset); err != nil {
		return err
	}
	state := was.State
	if e.State != nil {
		state = *e.State
	}
	if err := changeRequest(ctx, tx, b, ticket, e.RequestEdit, state); err != nil {
		return err
	}
	s.edited(b, tx.By, was.Queue, was.Assignee, e, replies)
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return fmt.Errorf("change the ticket: %w", err)
	}
	s.tell(tx)
	// Those who saw it before and those who see it now must both hear of it.
	to := topics(ticket, was.Queue, &was.Assignee)
	if e.Queue != nil && *e.Queue != was.Queue {
		to = append(to, topics(ticket, *e.Queue, nil)[0])
	}
	if e.Assignee != nil && *e.Assignee != was.Assignee && *e.Assignee != 0 {
		to = append(to, fmt.Sprint("agent:", *e.Assignee))
	}
	// The place of a contact that waits may depend on what was changed.
	tx.Emit("ticket.changed", object(ticket), append(to, routingTopic)...)
	return nil
}

func events[T comparable](b *pgx.Batch, ticket int64, by authority.Actor, name string, was T, now *T) {
	if now != nil && *now != was {
		queueEvent(b, ticket, by, Changed{Name: name, From: was, To: *now})
	}
}

func checkEdit(ctx context.Context, tx *authority.Tx, e Edit) error {
	var queue, agent bool
	if err := tx.QueryRow(ctx, `select $1::bigint is null or exists (select from queues where id = $1),
		coalesce($2::bigint, 0) = 0 or exists (select from agents where id = $2 and disabled_at is null)`, e.Queue, e.Assignee).Scan(&queue, &agent); err != nil {
		return fmt.Errorf("check queue and agent: %w", err)
	}
	if !queue {
		return fault.BadField("queue_id", "unknown_queue")
	}
	if !agent {
		return fault.BadField("assignee_id", "unknown_agent")
	}
	if e.Tags != nil {
		return checkTags(*e.Tags)
	}
	return nil
}

func checkTags(tags []string) error {
	for _, tag := range tags {
		if strings.TrimSpace(tag) == "" || len(tag) > 100 {
			return fault.BadField("tags", "bad_tag")
		}
	}
	return nil
}
