package authority

import (
	"context"
	"errors"
	"fmt"

	"frontline/internal/fault"

	"github.com/jackc/pgx/v5"
)

// Query is what a reader may do.
type Query interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

// View runs f in a read-only transaction in which row-level security shows what the actor may
// see; for f the rest does not exist.
func (g *Gate) View(ctx context.Context, by Actor, f func(q Query) error) error {
	if by.Kind == Nobody {
		return fault.New(fault.Unauthorized, "no_actor")
	}
	conn, err := g.db.Read.Acquire(ctx)
	if err != nil {
		return unavailable(fmt.Errorf("reach the database: %w", err))
	}
	defer conn.Release()
	var who int64
	if by.Kind == Agent {
		who = by.ID
	}
	b := &pgx.Batch{}
	b.Queue(`begin read only`)
	b.Queue(`select set_config('app.agent', $1::bigint::text, true),
			set_config('app.teams', array(select team_id from team_members where agent_id = $1)::text, true),
			set_config('app.sees_all', case when $2 or exists (select from agents where id = $1 and disabled_at is null
				and roles && '{supervisor,manager,admin}') then 'on' else '' end, true)`, who, by.Kind == Program)
	err = conn.Conn().SendBatch(ctx, b).Close()
	if err == nil {
		err = f(conn.Conn())
	}
	ended, cancel := context.WithTimeout(context.WithoutCancel(ctx), undoTime)
	defer cancel()
	if _, e := conn.Exec(ended, `rollback`); e != nil {
		_ = conn.Conn().Close(ended)
	}
	if errors.Is(err, pgx.ErrNoRows) {
		return fault.New(fault.NotFound, "not_found")
	}
	return unavailable(err)
}
