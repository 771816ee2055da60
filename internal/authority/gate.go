package authority

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"time"

	"frontline/internal/fault"
	"frontline/internal/pg"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
)

// Jobs puts a job into the transaction that causes it, and is told when that has committed; *job.Jobs is one.
type Jobs interface {
	InsertTx(ctx context.Context, tx pgx.Tx, args river.JobArgs, opts *river.InsertOpts) (*rivertype.JobInsertResult, error)
	Wake()
}

// Options of a Gate. The zero value works: no jobs can be enqueued and nobody is woken.
type Options struct {
	Jobs Jobs
	Poke func() // called after each commit that emitted events
}

// Gate is the only door to a write transaction, and the door to reading as somebody.
type Gate struct {
	db    *pg.DB
	write *pgxpool.Pool
	o     Options
}

// New makes the gate of a database.
func New(db *pg.DB, o Options) *Gate {
	if o.Poke == nil {
		o.Poke = func() {}
	}
	return &Gate{db: db, write: db.Write(), o: o}
}

// tries bounds how often a transaction that lost a race (serialization failure, deadlock) runs again.
const tries = 6

// Do runs f in one write transaction done by an actor. f may run more than once, so it has no
// effect outside tx. When f's act waits for approval, the request for it is kept, everything else
// is undone, and the error is *NeedsApproval. With a key in ctx (WithKey) the act happens at most
// once a key. A lost database is fault.Unavailable; whether the commit happened is then unknown.
func (g *Gate) Do(ctx context.Context, by Actor, f func(tx *Tx) error) error {
	if by.Kind == Nobody {
		return fault.New(fault.Unauthorized, "no_actor")
	}
	var err error
	for try := range tries {
		if try > 0 {
			select {
			case <-ctx.Done():
				return unavailable(ctx.Err())
			case <-time.After(time.Duration(rand.Int64N(int64(5*time.Millisecond) << try))):
			}
		}
		if err = g.once(ctx, by, f); !lostRace(err) {
			break
		}
	}
	return g.settle(ctx, by, err)
}

// settle turns what ended a transaction into what the caller is told.
func (g *Gate) settle(ctx context.Context, by Actor, err error) error {
	var w *wait
	var d *denied
	switch {
	case err == nil:
		return nil
	case errors.As(err, &w):
		return g.keepApproval(ctx, by, w)
	case errors.As(err, &d):
		g.recordDenial(ctx, by, d.act)
		return fault.New(fault.Forbidden, "not_allowed", "act", d.act.Name)
	}
	return unavailable(err)
}

func (g *Gate) once(ctx context.Context, by Actor, f func(tx *Tx) error) error {
	conn, err := g.write.Acquire(ctx)
	if err != nil {
		return fmt.Errorf("reach the database: %w", err)
	}
	defer conn.Release()
	tx := &Tx{By: by, conn: conn.Conn(), gate: g, key: keyOf(ctx)}
	defer tx.undo(ctx)
	if err := f(tx); err != nil {
		return err
	}
	if err := tx.commit(ctx); err != nil {
		return err
	}
	if len(tx.events) > 0 {
		g.o.Poke()
	}
	if tx.jobs {
		g.o.Jobs.Wake()
	}
	return nil
}

func lostRace(err error) bool {
	var p *pgconn.PgError
	return errors.As(err, &p) && (p.Code == "40001" || p.Code == "40P01")
}

// unavailable marks errors of the way to the database, and of a database that cannot work now,
// as fault.Unavailable; all others pass.
func unavailable(err error) error {
	var f *fault.Fault
	if errors.As(err, &f) {
		return err
	}
	var p *pgconn.PgError
	if errors.As(err, &p) {
		switch p.Code[:2] {
		case "08", "53", "57", "58", "25", "55":
			return &fault.Fault{Kind: fault.Unavailable, Code: "database_unavailable", Err: err}
		}
		return err
	}
	var c *pgconn.ConnectError
	var n net.Error
	if errors.As(err, &c) || errors.As(err, &n) || pgconn.Timeout(err) || errors.Is(err, context.DeadlineExceeded) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) {
		return &fault.Fault{Kind: fault.Unavailable, Code: "database_unavailable", Err: err}
	}
	return err
}

// keepApproval keeps the request for an act that a higher tier must say yes to.
func (g *Gate) keepApproval(ctx context.Context, by Actor, w *wait) error {
	args, err := json.Marshal(w.act.Args)
	if err != nil {
		return fmt.Errorf("approval for %s: %w", w.act.Name, err)
	}
	amount, currency := w.act.amount()
	var id int64
	err = pgx.BeginFunc(ctx, g.write, func(tx pgx.Tx) error {
		if err := tx.QueryRow(ctx, `insert into approvals (agent_id, act, object, amount, currency, percent, reason, args, tier)
			values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning id`,
			by.ID, w.act.Name, w.act.Object, amount, currency, w.act.percent(), w.act.Reason, args, w.tier).Scan(&id); err != nil {
			return err
		}
		if o := keyOf(ctx); o.Key != "" {
			if _, err := tx.Exec(ctx, `insert into idempotency (actor, key, hash, approval_id) values ($1, $2, $3, $4)`,
				by.String(), o.Key, o.Hash, id); err != nil {
				return keyTaken(err)
			}
		}
		return writeTrail(ctx, tx, by, []trail{{w.act, ask}}, []note{{"approval.asked", fmt.Sprint("approval:", id), []string{"approvals"}}})
	})
	if err != nil {
		return unavailable(fmt.Errorf("keep the request for approval: %w", err))
	}
	g.o.Poke()
	return &NeedsApproval{ID: id, Tier: w.tier}
}

// recordDenial audits a try that was refused. It cannot be part of the refused transaction; that
// a denial goes unrecorded when the database is lost at that very moment is accepted.
func (g *Gate) recordDenial(ctx context.Context, by Actor, a Act) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer cancel()
	err := pgx.BeginFunc(ctx, g.write, func(tx pgx.Tx) error {
		return writeTrail(ctx, tx, by, []trail{{a, deny}}, nil)
	})
	if err != nil {
		slog.WarnContext(ctx, "denial not audited", "actor", by.String(), "act", a.Name, "err", err)
	}
}
