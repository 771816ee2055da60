package tickets

import (
	"context"
	"fmt"

	"frontline/internal/authority"
	"frontline/internal/fault"

	"github.com/jackc/pgx/v5"
)

// Arrived says that an engineer is at the customer's, by which a promise of arrival is kept. Said again before the ticket changes its
// state it is the same visit. On a ticket that is done it is fault.Conflict "ticket_done".
func (t *Tickets) Arrived(ctx context.Context, by authority.Actor, ticket int64) error {
	return t.gate.Do(ctx, by, func(tx *authority.Tx) error {
		if err := tx.Allow(ctx, authority.Act{Name: "ticket.arrived", Object: object(ticket)}); err != nil {
			return err
		}
		var state, last string
		var queue int64
		var assignee *int64
		var merged bool
		b := &pgx.Batch{}
		b.Queue(`select state, queue_id, assignee_id, merged_into is not null from tickets where id = $1 for no key update`, ticket).QueryRow(func(r pgx.Row) error {
			return r.Scan(&state, &queue, &assignee, &merged)
		})
		b.Queue(`select coalesce((select change->>'name' from messages where ticket_id = $1 and direction = 'event' and change->>'name' in ('state', 'arrived')
			order by id desc limit 1), '')`, ticket).QueryRow(func(r pgx.Row) error { return r.Scan(&last) })
		if err := tx.SendBatch(ctx, b).Close(); err != nil {
			return notFound(err, "ticket")
		}
		switch {
		case merged:
			return unmerged(ctx, tx, ticket)
		case state == "resolved" || state == "closed":
			return fault.New(fault.Conflict, "ticket_done")
		case last == "arrived":
			return nil
		}
		b = &pgx.Batch{}
		queueEvent(b, ticket, tx.By, Changed{Name: "arrived"})
		if err := tx.SendBatch(ctx, b).Close(); err != nil {
			return fmt.Errorf("note the arrival: %w", err)
		}
		tx.Emit("ticket.changed", object(ticket), topics(ticket, queue, assignee)...)
		return nil
	})
}
