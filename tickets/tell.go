package tickets

import (
	"context"
	"fmt"

	"frontline/internal/authority"

	"github.com/jackc/pgx/v5"
)

// Tell puts what was done with something that belongs to a ticket on its timeline, and tells those who look at it. A part.
func (t *Tickets) Tell(ctx context.Context, tx *authority.Tx, ticket int64, done ...Changed) error {
	var queue int64
	var assignee *int64
	b := &pgx.Batch{}
	b.Queue(`update tickets set updated_at = now() where id = $1 returning queue_id, assignee_id`, ticket).QueryRow(func(r pgx.Row) error {
		return r.Scan(&queue, &assignee)
	})
	for _, c := range done {
		queueEvent(b, ticket, tx.By, c)
	}
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return notFound(err, "ticket")
	}
	tx.Emit("ticket.changed", object(ticket), topics(ticket, queue, assignee)...)
	return nil
}

// Jot keeps a note of the actor's with files that he uploaded, in the transaction of what the note is about. A part.
func (t *Tickets) Jot(ctx context.Context, tx *authority.Tx, ticket int64, noteType, text string, attachments []int64) (message int64, err error) {
	var to ticketState
	err = tx.QueryRow(ctx, `select id, queue_id, assignee_id from tickets where id = $1 for update`, ticket).Scan(&to.ID, &to.Queue, &to.Assignee)
	if err != nil {
		return 0, notFound(err, "ticket")
	}
	err = tx.QueryRow(ctx, `insert into messages (ticket_id, direction, note_type, author_kind, author_id, author_name, text)
		values ($1, 'note', $2, $3, $4, $5, $6) returning id`, ticket, noteType, authorKind(tx.By), tx.By.ID, tx.By.Name, text).Scan(&message)
	if err != nil {
		return 0, fmt.Errorf("keep the note: %w", err)
	}
	if _, err := tx.Exec(ctx, `update tickets set last_message_id = $2, updated_at = now() where id = $1`, ticket, message); err != nil {
		return 0, fmt.Errorf("keep the note: %w", err)
	}
	if err := t.attach(ctx, tx, message, attachments); err != nil {
		return 0, err
	}
	tx.Emit("message.added", object(ticket), topics(ticket, to.Queue, to.Assignee)...)
	return message, nil
}

// Follow links a ticket as the continuation of another. A part.
func (t *Tickets) Follow(ctx context.Context, tx *authority.Tx, ticket, of int64) error {
	if _, err := tx.Exec(ctx, `insert into ticket_links (ticket_id, other_id, kind, reason) values ($1, $2, 'follows', 'low_score') on conflict do nothing`, ticket, of); err != nil {
		return fmt.Errorf("link the follow-up: %w", err)
	}
	return nil
}
