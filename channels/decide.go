package channels

import (
	"context"
	"errors"
	"fmt"

	"frontline/internal/authority"
	"frontline/internal/fault"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
)

func (c *Courier) decide(ctx context.Context, tx *authority.Tx, message int64, decision string) error {
	var d Delivery
	var state string
	// The join is under the reader's row-level security: a message that one may not see is not there.
	err := tx.QueryRow(ctx, `select d.id, d.message_id, d.ticket_id, d.channel, d.state from deliveries d join messages m on m.id = d.message_id
		where d.message_id = $1 for update of d`, message).Scan(&d.ID, &d.Message, &d.Ticket, &d.Channel, &state)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return fault.New(fault.NotFound, "not_found", "what", "delivery")
	case err != nil:
		return fmt.Errorf("delivery: %w", err)
	case state != "uncertain" && state != "failed":
		return fault.New(fault.Conflict, "delivery_settled", "state", state)
	}
	switch decision {
	case "sent":
		return settle(ctx, tx, c.tickets, d, Result{State: Sent, Detail: "confirmed_by_agent"}, tx.Now())
	case "resend":
		if err := settle(ctx, tx, c.tickets, d, Result{State: Later, Detail: "resent_by_agent"}, tx.Now()); err != nil {
			return err
		}
		// The two days begin again.
		if _, err := tx.Exec(ctx, `update deliveries set created_at = now(), attempts = 0 where id = $1`, d.ID); err != nil {
			return fmt.Errorf("begin again: %w", err)
		}
		return tx.Enqueue(ctx, Carry{Ticket: d.Ticket}, &river.InsertOpts{MaxAttempts: carryTries})
	}
	return fault.BadField("decision", "unknown_decision")
}
