package authority

import (
	"context"
	"errors"
	"fmt"

	"frontline/internal/fault"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Query is what a reader may do.
type Query interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

// View runs f in a read-only transaction in which row-level security shows what the actor may
// see; for f the rest does not exist. An agent who is disabled or unknown sees nothing.
func (g *Gate) View(ctx context.Context, by Actor, f func(q Query) error) error {
	if !by.somebody() {
		return fault.New(fault.Unauthorized, "no_actor")
	}
	conn, err := g.look(ctx, by)
	for try := 1; try < tries && ctx.Err() == nil && lostServer(err); try++ {
		conn, err = g.look(ctx, by)
	}
	if err != nil {
		return failure(err)
	}
	defer conn.Release()
	err = f(conn.Conn())
	undo(ctx, conn)
	if errors.Is(err, pgx.ErrNoRows) {
		return fault.New(fault.NotFound, "not_found")
	}
	return failure(err)
}

// Ask is View for questions that are all known beforehand: one round trip, where View takes two and one for each question.
// Their functions (QueuedQuery.QueryRow and the like) may be called again where a server was lost.
func (g *Gate) Ask(ctx context.Context, by Actor, questions *pgx.Batch) error {
	if !by.somebody() {
		return fault.New(fault.Unauthorized, "no_actor")
	}
	err := g.ask(ctx, by, questions)
	for try := 1; try < tries && ctx.Err() == nil && lostServer(err); try++ {
		err = g.ask(ctx, by, questions)
	}
	if errors.Is(err, pgx.ErrNoRows) {
		return fault.New(fault.NotFound, "not_found")
	}
	return failure(err)
}

func (g *Gate) ask(ctx context.Context, by Actor, questions *pgx.Batch) error {
	conn, err := g.db.Read.Acquire(ctx)
	if err != nil {
		return fmt.Errorf("reach the database: %w", err)
	}
	defer conn.Release()
	b := sight(by)
	b.QueuedQueries = append(b.QueuedQueries, questions.QueuedQueries...)
	b.Queue(`rollback`)
	if err = conn.Conn().SendBatch(ctx, b).Close(); err != nil {
		undo(ctx, conn) // it is in the middle of a transaction
	}
	return err
}

// look begins a view.
func (g *Gate) look(ctx context.Context, by Actor) (*pgxpool.Conn, error) {
	conn, err := g.db.Read.Acquire(ctx)
	if err != nil {
		return nil, fmt.Errorf("reach the database: %w", err)
	}
	if err := conn.Conn().SendBatch(ctx, sight(by)).Close(); err != nil {
		// Whatever state it is in, nobody may find it in the pool.
		_ = conn.Conn().Close(ctx)
		conn.Release()
		return nil, fmt.Errorf("begin to read: %w", err)
	}
	return conn, nil
}

// sight begins a transaction that sees what an actor may see.
func sight(by Actor) *pgx.Batch {
	var who int64
	if by.Kind == Agent {
		who = by.ID
	}
	b := &pgx.Batch{}
	b.Queue(`begin read only`)
	b.Queue(`select set_config('app.agent', coalesce(a.id, 0)::text, true),
			set_config('app.teams', array(select team_id from team_members where agent_id = a.id)::text, true),
			set_config('app.sees_all', case when $2 or a.roles && '{supervisor,manager,admin}' then 'on' else '' end, true)
		from (select 1) one left join agents a on a.id = $1 and a.disabled_at is null`, who, by.Kind == Program)
	return b
}

// undo ends a transaction that was read in; a connection on which even that fails is closed, and the pool drops it.
func undo(ctx context.Context, conn *pgxpool.Conn) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), undoTime)
	defer cancel()
	if _, err := conn.Exec(ctx, `rollback`); err != nil {
		_ = conn.Conn().Close(ctx)
	}
}
