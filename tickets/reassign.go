package tickets

import (
	"context"
	"fmt"

	"frontline/internal/authority"
	"frontline/internal/fault"
	"frontline/internal/plain"

	"github.com/jackc/pgx/v5"
)

// How those who lead others come into a ticket; the names of the events on its timeline.
const (
	Reassigned = "reassigned" // it was given to another
	TakenOver  = "taken_over" // they took it themselves
	joined     = "joined"     // they work on it beside whoever has it
)

// Reassign gives a ticket, with the contact that waits or is in hand, to an agent, and says on its timeline how (Reassigned or TakenOver)
// and why. One that the agent has already is fault.Conflict "has_it_already". A part: the caller has allowed it.
func (t *Tickets) Reassign(ctx context.Context, tx *authority.Tx, ticket, agent int64, how, reason string) error {
	s, err := lockStay(ctx, tx, ticket)
	if err != nil {
		return err
	}
	var has bool
	if err := tx.QueryRow(ctx, `select coalesce(assignee_id = $2, false) from tickets where id = $1`, ticket, agent).Scan(&has); err != nil {
		return notFound(err, "ticket")
	}
	if has && !s.waits() {
		return fault.New(fault.Conflict, "has_it_already")
	}
	return t.edit(ctx, tx, ticket, Edit{Assignee: &agent, handed: how, reason: plain.Text(reason, 500)})
}

// Join says on a ticket's timeline that somebody who leads others works on it too. Said again within ten minutes it is the same coming.
// A part: the caller has allowed it.
func (t *Tickets) Join(ctx context.Context, tx *authority.Tx, ticket int64) error {
	var was owner
	if err := tx.QueryRow(ctx, `select queue_id, assignee_id from tickets where id = $1 for no key update`, ticket).Scan(&was.queue, &was.assignee); err != nil {
		return notFound(err, "ticket")
	}
	var here bool
	if err := tx.QueryRow(ctx, `select exists (select from messages where ticket_id = $1 and direction = 'event' and author_kind = 'agent' and author_id = $2
		and change->>'name' = $3 and at > now() - interval '10 min')`, ticket, tx.By.ID, joined).Scan(&here); err != nil {
		return notFound(err, "ticket")
	}
	if here {
		return nil
	}
	b := &pgx.Batch{}
	queueEvent(b, ticket, tx.By, Changed{Name: joined})
	tx.Emit("ticket.changed", object(ticket), topics(ticket, was.queue, was.assignee)...)
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return fmt.Errorf("join: %w", err)
	}
	return nil
}
