package tickets

import (
	"context"
	"fmt"

	"frontline/internal/authority"
	"frontline/internal/plain"

	"github.com/jackc/pgx/v5"
)

// MarkDelivery says how far a message has come. A failure shows on the ticket and opens it again. That an answer did not arrive, and
// that it did after all, stands on the timeline: until it arrives the customer waits for one. A part.
func (t *Tickets) MarkDelivery(ctx context.Context, tx *authority.Tx, message int64, state, detail string) error {
	var ticket, queue int64
	var assignee *int64
	var was string
	var lost, found bool
	err := tx.QueryRow(ctx, `with was as (select failed_at is not null as failed from messages where id = $1),
		m as (update messages set delivery_state = $2::text, delivery_detail = $3, delivery_at = now(),
				failed_at = case when $2::text = 'failed' then coalesce(failed_at, now()) when $2::text in ('sent', 'delivered', 'read') then null else failed_at end
			where id = $1 returning ticket_id),
		t as (update tickets set delivery_failed = case when $2::text in ('failed', 'uncertain') then true
				else exists (select from messages o where o.ticket_id = m.ticket_id and o.id <> $1 and o.delivery_state in ('failed', 'uncertain')) end
			from m where tickets.id = m.ticket_id returning id, queue_id, assignee_id, state)
		select id, queue_id, assignee_id, state, not was.failed and $2::text = 'failed', was.failed and $2::text in ('sent', 'delivered', 'read') from t, was`,
		message, state, plain.Text(detail, 1000)).Scan(&ticket, &queue, &assignee, &was, &lost, &found)
	if err != nil {
		return notFound(err, "message")
	}
	if lost || found {
		if err := tellDelivery(ctx, tx, ticket, message, found); err != nil {
			return err
		}
	}
	if state == "failed" && was != "open" {
		open := "open"
		if err := t.edit(ctx, tx, ticket, Edit{State: &open}); err != nil {
			return err
		}
	}
	tx.Emit("delivery.changed", object(ticket), topics(ticket, queue, assignee)...)
	return nil
}

func tellDelivery(ctx context.Context, tx *authority.Tx, ticket, message int64, arrived bool) error {
	name := "undelivered"
	if arrived {
		name = "delivered"
	}
	b := &pgx.Batch{}
	queueEvent(b, ticket, tx.By, Changed{Name: name, From: message})
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return fmt.Errorf("tell of the delivery: %w", err)
	}
	return nil
}
