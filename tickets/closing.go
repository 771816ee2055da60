package tickets

import (
	"context"
	"fmt"

	"frontline/internal/authority"
	"frontline/internal/fault"
)

// mayClose refuses an agent who closes a ticket of a queue that wants the customer's answer first: fault.Invalid
// "survey_needed". Programs close what nobody needs any more.
func mayClose(ctx context.Context, tx *authority.Tx, ticket, queue int64, was string, e Edit) error {
	if e.State == nil || *e.State != "closed" || was == "closed" || tx.By.Kind != authority.Agent {
		return nil
	}
	if e.Queue != nil {
		queue = *e.Queue
	}
	var missing bool
	err := tx.QueryRow(ctx, `select survey_required and not exists (select from surveys where ticket_id = $1 and answered_at is not null) from queues where id = $2`, ticket, queue).Scan(&missing)
	if err != nil {
		return fmt.Errorf("may the ticket be closed: %w", err)
	}
	if missing {
		return fault.BadField("state", "survey_needed")
	}
	return nil
}
