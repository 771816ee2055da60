// Package job runs what must happen after a commit: mail that is to be sent, and chores at set times. A job is a row
// in the transaction that causes it, so that it exists exactly when that transaction committed, and whatever ends the
// program, it is taken up again.
//
// The queue is River's (github.com/riverqueue/river), in a schema and with connections of its own.
package job

import (
	"context"
	"errors"
	"fmt"

	"frontline/internal/pg"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivertype"
)

// schema is where River's tables are.
const schema = "river"

// Jobs is the queue of one database. It takes jobs at once; they are worked while Run runs, on this node or another.
type Jobs struct {
	db     *pg.DB
	insert *river.Client[pgx.Tx]
	woken  chan struct{}
}

// New makes the queue of a migrated database.
func New(db *pg.DB) *Jobs {
	insert, err := river.NewClient(silent{riverpgxv5.New(nil)}, &river.Config{Schema: schema})
	if err != nil {
		panic(err) // the settings above are constant
	}
	return &Jobs{db: db, insert: insert, woken: make(chan struct{}, 1)}
}

// silent is River's driver without NOTIFY, for business transactions: a commit that notifies waits for every other
// that does, which cost three quarters of the throughput at 32 connections. Wake tells the workers afterwards instead.
type silent struct{ *riverpgxv5.Driver }

func (silent) SupportsListener() bool     { return false }
func (silent) SupportsListenNotify() bool { return false }

// InsertTx puts a job into tx. Call Wake after the commit; without it the job waits for the next look at the table,
// up to a second.
func (j *Jobs) InsertTx(ctx context.Context, tx pgx.Tx, args river.JobArgs, opts *river.InsertOpts) (*rivertype.JobInsertResult, error) {
	return j.insert.InsertTx(ctx, tx, args, opts)
}

// Wake says that a transaction with jobs has committed. It never blocks.
func (j *Jobs) Wake() {
	select {
	case j.woken <- struct{}{}:
	default:
	}
}

// ErrLost says that a job was given to somebody else because this attempt took too long. Its transaction must not
// commit; return the error.
var ErrLost = errors.New("the job was given to another attempt")

// Complete marks a job as done in the transaction of its effect, so that either both are there or neither, whatever
// is killed between. The worker returns nil after the commit. For jobs whose effect is in Postgres.
func Complete[A river.JobArgs](ctx context.Context, tx pgx.Tx, j *river.Job[A]) error {
	var mine bool
	// The lock keeps a rescuer from giving the job away between this look and the commit.
	err := tx.QueryRow(ctx, `select state = 'running' and attempt = $2 from river.river_job where id = $1 for update`, j.ID, j.Attempt).Scan(&mine)
	if errors.Is(err, pgx.ErrNoRows) || err == nil && !mine {
		return ErrLost
	}
	if err != nil {
		return fmt.Errorf("look at job %d: %w", j.ID, err)
	}
	if _, err := river.JobCompleteTx[*riverpgxv5.Driver](ctx, tx, j); err != nil {
		return fmt.Errorf("complete job %d: %w", j.ID, err)
	}
	return nil
}
