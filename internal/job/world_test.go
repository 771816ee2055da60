package job_test

import (
	"context"
	"testing"
	"testing/fstest"

	"frontline/internal/authority"
	"frontline/internal/job"
	"frontline/internal/pg"
	"frontline/internal/pg/pgtest"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
)

// ledger is what jobs have an effect on here.
var ledger = pg.Schema{Module: "ledger", Files: fstest.MapFS{"001_ledger.sql": {Data: []byte(`
	create table ledger (id bigint generated always as identity primary key, entry text not null);
	select guard('ledger');
	select grant_app('ledger', 'select, insert');
	select permit('ledger.write', '{system:jobs}');
`)}}}

func schemas() []pg.Schema { return append(authority.Schemas(), ledger) }

type world struct {
	*testing.T
	db   *pg.DB
	jobs *job.Jobs
	gate *authority.Gate
}

func newWorld(t *testing.T) *world {
	t.Helper()
	return open(t, pgtest.New(t, schemas()...))
}

func open(t *testing.T, db *pg.DB) *world {
	jobs := job.New(db)
	return &world{T: t, db: db, jobs: jobs, gate: authority.New(db, authority.Options{Jobs: jobs})}
}

var jobs = authority.System("jobs")

// write is the act under which the tests' jobs work.
func write(ctx context.Context, tx *authority.Tx) error {
	return tx.Allow(ctx, authority.Act{Name: "ledger.write", Object: "ledger"})
}

// enter is an effect in Postgres.
func enter(ctx context.Context, tx *authority.Tx, entry string) error {
	_, err := tx.Exec(ctx, `insert into ledger (entry) values ($1)`, entry)
	return err
}

// run works jobs until the test ends.
func (w *world) run(kinds ...job.Kind) {
	w.Helper()
	ctx, cancel := context.WithCancel(w.Context())
	ended := make(chan error, 1)
	go func() { ended <- w.jobs.Run(ctx, kinds...) }()
	w.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			w.Errorf("Run = %v, want nil after its context ended", err)
		}
	})
}

// enqueue puts a job into a transaction of its own.
func (w *world) enqueue(args river.JobArgs) {
	w.Helper()
	err := w.gate.Do(w.Context(), jobs, func(tx *authority.Tx) error {
		if err := write(w.Context(), tx); err != nil {
			return err
		}
		return tx.Enqueue(w.Context(), args, nil)
	})
	if err != nil {
		w.Fatal(err)
	}
}

// entries lists the ledger.
func (w *world) entries() []string {
	w.Helper()
	rows, err := w.db.Read.Query(w.Context(), `select entry from ledger order by id`)
	if err != nil {
		w.Fatal(err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		w.Fatal(err)
	}
	return out
}

// row gives what the queue says of the only job of a kind.
func (w *world) row(kind string) (state string, attempt int) {
	w.Helper()
	if err := w.db.Read.QueryRow(w.Context(), `select state::text, attempt from river.river_job where kind = $1`, kind).Scan(&state, &attempt); err != nil {
		w.Fatalf("job %s: %v", kind, err)
	}
	return state, attempt
}

// repair runs a statement on the queue's own tables, as an operator would by hand.
func (w *world) repair(sql string, args ...any) {
	w.Helper()
	tag, err := w.db.Write().Exec(w.Context(), sql, args...)
	if err != nil {
		w.Fatal(err)
	}
	if tag.RowsAffected() == 0 {
		w.Fatalf("%s: touched nothing", sql)
	}
}
