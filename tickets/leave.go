package tickets

import (
	"context"
	"fmt"

	"frontline/internal/authority"
)

// LeaveQueue ends a ticket's stay in a queue because its customer left or chose another way, with an outcome such as
// "abandoned". Without a stay nothing happens. A part: the caller has allowed "entry.end".
func (t *Tickets) LeaveQueue(ctx context.Context, tx *authority.Tx, ticket int64, outcome string) error {
	_, err := tx.Exec(ctx, `update entries set state = 'ended', ended_at = now(), outcome = $2 where ticket_id = $1 and state <> 'ended'`, ticket, outcome)
	if err != nil {
		return fmt.Errorf("leave the queue: %w", err)
	}
	return nil
}
