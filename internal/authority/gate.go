package authority

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"frontline/internal/fault"
	"frontline/internal/pg"
	"frontline/internal/secret"

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
	Poke func()      // called after each commit that emitted events
	Key  *secret.Key // seals the audit trail; without it whoever owns the database could seal it again after a change
	// Sealed is told of each seal of the audit trail once it is kept, to write it down elsewhere: what was cut from the end
	// of the trail, seals and all, shows only there. nil: nobody is told.
	Sealed func(upto int64, sum []byte)
}

// Gate is the only door to a write transaction, and the door to reading as somebody.
type Gate struct {
	db    *pg.DB
	write *pgxpool.Pool
	o     Options

	unsealed atomic.Bool // this node wrote to the audit trail since it last sealed

	mu    sync.Mutex
	ready bool // the sequence numbers of this database rise
}

// New makes the gate of a database.
func New(db *pg.DB, o Options) *Gate {
	if o.Poke == nil {
		o.Poke = func() {}
	}
	return &Gate{db: db, write: db.Write(), o: o}
}

// tries bounds how often a transaction that lost a race, or its database, runs again.
const tries = 6

// Do runs f in one write transaction done by an actor. f may run more than once, so it has no
// effect outside tx. When f's act waits for approval, the request for it is kept, everything else
// is undone, and the error is *NeedsApproval. With a key in ctx (WithKey) the act happens at most
// once a key. A lost database is fault.Unavailable; whether the commit happened is then unknown.
func (g *Gate) Do(ctx context.Context, by Actor, f func(tx *Tx) error) error {
	if !by.somebody() {
		return fault.New(fault.Unauthorized, "no_actor")
	}
	tx, err := g.attempt(ctx, by, f)
	for try := 1; try < tries && again(ctx, tx, err); try++ {
		select {
		case <-ctx.Done():
			return failure(ctx.Err())
		case <-time.After(time.Duration(rand.Int64N(int64(5*time.Millisecond) << try))):
		}
		tx, err = g.attempt(ctx, by, f)
	}
	var w *wait
	var d *denied
	var why *fault.Fault
	switch {
	case err == nil:
		return nil
	case errors.As(err, &w):
		return g.keepApproval(ctx, by, w)
	case errors.As(err, &d):
		g.recordDenial(ctx, by, d.act)
		return fault.New(fault.Forbidden, "not_allowed", "act", d.act.Name)
	case errors.As(err, &why) && errors.Is(why, fault.Forbidden) && tx != nil && len(tx.trail) > 0:
		// The act is his, but not in this case, such as somebody who gives more than he has.
		refused := tx.trail[len(tx.trail)-1].act
		refused.Reason = why.Code
		g.recordDenial(ctx, by, refused)
	}
	return failure(err)
}

// again says whether a transaction is worth another try: it lost a race, or its server before the
// commit was sent.
func again(ctx context.Context, tx *Tx, err error) bool {
	switch {
	case err == nil || ctx.Err() != nil:
		return false
	case lostRace(err):
		return true
	case lostServer(err):
		return tx == nil || !tx.ending
	}
	var p *pgconn.PgError
	return tx != nil && errors.As(err, &p) && p.Code == "23505" && slices.Contains(tx.races, p.ConstraintName)
}

// attempt runs f once. The transaction it answers is over; it is nil where none could begin.
func (g *Gate) attempt(ctx context.Context, by Actor, f func(tx *Tx) error) (*Tx, error) {
	conn, err := g.write.Acquire(ctx)
	if err != nil {
		return nil, fmt.Errorf("reach the database: %w", err)
	}
	defer conn.Release()
	if err := g.prepare(ctx, conn.Conn()); err != nil {
		return nil, err
	}
	tx := &Tx{By: by, conn: conn.Conn(), gate: g, key: keyOf(ctx)}
	defer tx.undo(ctx)
	if err := f(tx); err != nil {
		return tx, err
	}
	if err := tx.commit(ctx); err != nil {
		return tx, err
	}
	if len(tx.trail) > 0 {
		g.unsealed.Store(true)
	}
	if len(tx.events) > 0 {
		g.o.Poke()
	}
	if tx.jobs {
		g.o.Jobs.Wake()
	}
	return tx, nil
}

// prepare makes the numbers of events and audit rows rise, where a dump was restored into a cluster that is younger
// than the one it came from. Once a program, before its first write.
func (g *Gate) prepare(ctx context.Context, c *pgx.Conn) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.ready {
		return nil
	}
	if _, err := c.Exec(ctx, `select seq_rebase()`); err != nil {
		return fmt.Errorf("number events: %w", err)
	}
	g.ready = true
	return nil
}

// begin runs f in a transaction of the gate's own books, which need no act.
func (g *Gate) begin(ctx context.Context, f func(tx pgx.Tx) error) error {
	conn, err := g.write.Acquire(ctx)
	if err != nil {
		return failure(fmt.Errorf("reach the database: %w", err))
	}
	defer conn.Release()
	if err := g.prepare(ctx, conn.Conn()); err != nil {
		return failure(err)
	}
	return failure(pgx.BeginFunc(ctx, conn, f))
}
