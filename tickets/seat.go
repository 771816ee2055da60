package tickets

import (
	"context"
	"fmt"

	"frontline/internal/authority"

	"github.com/jackc/pgx/v5"
)

// Seat reads whether one agent is there.
func (t *Tickets) Seat(ctx context.Context, by authority.Actor, agent int64) (s Seat, err error) {
	err = t.gate.View(ctx, by, func(q authority.Query) error {
		err := q.QueryRow(ctx, `select a.id, a.name, a.roles, coalesce(s.presence, 'away'), coalesce(s.reason, ''), coalesce(s.since, a.created_at)
			from agents a left join seats s on s.agent_id = a.id where a.id = $1`, agent).Scan(&s.ID, &s.Name, &s.Roles, &s.Presence, &s.Reason, &s.Since)
		if err != nil {
			return notFound(err, "agent")
		}
		return nil
	})
	return s, err
}

// Present are the agents who are not away.
func (t *Tickets) Present(ctx context.Context, by authority.Actor) (agents []int64, err error) {
	err = t.gate.View(ctx, by, func(q authority.Query) error {
		rows, err := q.Query(ctx, `select agent_id from seats where presence <> 'away'`)
		if err != nil {
			return fmt.Errorf("who is there: %w", err)
		}
		agents, err = pgx.CollectRows(rows, pgx.RowTo[int64])
		return err
	})
	return agents, err
}
