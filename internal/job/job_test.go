package job_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"frontline/internal/authority"
	"frontline/internal/job"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"
)

type post struct {
	Entry string `json:"entry"`
}

func (post) Kind() string { return "post" }

type parcel struct{}

func (parcel) Kind() string { return "parcel" }

// posting enters the job's words into the ledger and completes in the same transaction.
func (w *world) posting(done chan<- string) job.Worker[post] {
	return job.Worker[post]{Timeout: 10 * time.Second, Do: func(ctx context.Context, j *river.Job[post]) error {
		err := w.gate.Do(ctx, jobs, func(tx *authority.Tx) error {
			if err := write(ctx, tx); err != nil {
				return err
			}
			if err := enter(ctx, tx, j.Args.Entry); err != nil {
				return err
			}
			return job.Complete(ctx, tx, j)
		})
		if err == nil {
			done <- j.Args.Entry
		}
		return err
	}}
}

func TestAJobRunsAfterTheCommitAndOnlyThen(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	done := make(chan string, 2)
	w.run(w.posting(done))

	// What is undone never was.
	boom := errors.New("boom")
	err := w.gate.Do(t.Context(), jobs, func(tx *authority.Tx) error {
		if err := write(t.Context(), tx); err != nil {
			return err
		}
		if err := tx.Enqueue(t.Context(), post{"lost"}, nil); err != nil {
			return err
		}
		return boom
	})
	if !errors.Is(err, boom) {
		t.Fatalf("Do = %v, want the command's own error", err)
	}

	// What is not yet committed is not yet there, for anybody.
	err = w.gate.Do(t.Context(), jobs, func(tx *authority.Tx) error {
		if err := write(t.Context(), tx); err != nil {
			return err
		}
		if err := tx.Enqueue(t.Context(), post{"kept"}, nil); err != nil {
			return err
		}
		var seen int
		if err := w.db.Read.QueryRow(t.Context(), `select count(*) from river.river_job`).Scan(&seen); err != nil || seen != 0 {
			t.Errorf("others see %d jobs before the commit (%v), want none", seen, err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := <-done; got != "kept" {
		t.Fatalf("worked %q, want only what was committed", got)
	}
	if got := w.entries(); !slices.Equal(got, []string{"kept"}) {
		t.Errorf("ledger = %q, want one entry", got)
	}
	if state, _ := w.row("post"); state != "completed" {
		t.Errorf("job is %s, want completed with its effect", state)
	}
}

// A NOTIFY in a business transaction makes all commits wait for each other: it must come after.
func TestACommitWithAJobDoesNotNotify(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c, err := pgx.Connect(t.Context(), w.db.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(context.WithoutCancel(t.Context()))
	if _, err := c.Exec(t.Context(), `listen "river.river_insert"`); err != nil {
		t.Fatal(err)
	}
	w.enqueue(post{"quiet"})
	if _, err := w.db.Read.Exec(t.Context(), `select pg_notify('river.river_insert', 'ours')`); err != nil {
		t.Fatal(err)
	}
	first, err := c.WaitForNotification(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if first.Payload != "ours" {
		t.Errorf("the commit notified %q", first.Payload)
	}
	// The node that works jobs tells all nodes afterwards, in River's words.
	done := make(chan string, 1)
	w.run(w.posting(done))
	told, err := c.WaitForNotification(t.Context())
	if err != nil || told.Payload != `{"queue": "default"}` {
		t.Errorf("the workers were told %+v (%v), want the queue's name", told, err)
	}
	<-done
}

func TestAnAttemptEndsAtItsTimeoutAndIsTriedAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	done := make(chan int)
	w.run(job.Worker[post]{
		Timeout: 100 * time.Millisecond,
		Retry:   func(*river.Job[post]) time.Time { return time.Now() },
		Do: func(ctx context.Context, j *river.Job[post]) error {
			if j.Attempt == 1 {
				<-ctx.Done()
				return ctx.Err()
			}
			done <- j.Attempt
			return nil
		},
	})
	w.enqueue(post{"slow at first"})
	if got := <-done; got != 2 {
		t.Errorf("worked at attempt %d, want 2", got)
	}
}

// Two jobs were being worked by a node that is gone. The one whose kind may take 100 ms is lost after 300 ms; the one
// whose kind may take an hour may still be worked.
func TestALostJobIsRescuedAfterTheTimeOfItsKind(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.enqueue(post{"short"})
	w.enqueue(parcel{})
	w.repair(`update river.river_job set state = 'running', attempt = 1, attempted_at = now() - interval '10 minutes', attempted_by = '{gone}'`)
	done := make(chan string)
	w.run(
		job.Worker[post]{
			Timeout: 100 * time.Millisecond,
			Retry:   func(*river.Job[post]) time.Time { return time.Now() },
			Do: func(_ context.Context, j *river.Job[post]) error {
				done <- j.Args.Entry
				return nil
			},
		},
		job.Worker[parcel]{Timeout: time.Hour, Do: func(context.Context, *river.Job[parcel]) error {
			t.Error("a job that may still be worked was given away")
			return nil
		}},
	)
	if got := <-done; got != "short" {
		t.Errorf("rescued %q", got)
	}
	if state, attempt := w.row("parcel"); state != "running" || attempt != 1 {
		t.Errorf("the long job is %s at attempt %d, want running at 1", state, attempt)
	}
}

// A worker that was cut off and comes back late must not have its effect beside that of the attempt that replaced it.
func TestALateAttemptHasNoEffect(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	begun, late := make(chan struct{}), make(chan struct{})
	result := make(chan error, 1)
	w.run(job.Worker[post]{
		Timeout: time.Minute,
		Do: func(ctx context.Context, j *river.Job[post]) error {
			close(begun)
			<-late
			err := w.gate.Do(ctx, jobs, func(tx *authority.Tx) error {
				if err := write(ctx, tx); err != nil {
					return err
				}
				if err := enter(ctx, tx, j.Args.Entry); err != nil {
					return err
				}
				return job.Complete(ctx, tx, j)
			})
			result <- err
			return err
		},
	})
	w.enqueue(post{"late"})
	<-begun
	w.repair(`update river.river_job set attempt = 2, attempted_by = '{another}', attempted_at = now()`)
	close(late)
	if err := <-result; !errors.Is(err, job.ErrLost) {
		t.Errorf("Complete of the late attempt = %v, want ErrLost", err)
	}
	if got := w.entries(); len(got) != 0 {
		t.Errorf("ledger = %q, want nothing of the late attempt", got)
	}
}

func TestKindsThatThisNodeDoesNotKnowAreLeftAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.enqueue(parcel{}) // of a newer program
	w.enqueue(post{"known"})
	done := make(chan string, 1)
	w.run(w.posting(done))
	<-done
	if state, attempt := w.row("parcel"); state != "available" || attempt != 0 {
		t.Errorf("the unknown job is %s at attempt %d, want untouched", state, attempt)
	}
}

func TestAChoreIsDone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	done := make(chan string)
	chore := func(name string) job.Kind {
		return job.Every(name, time.Hour, time.Second, func(context.Context) error {
			done <- name
			return nil
		})
	}
	w.run(chore("sweep"), chore("count"))
	got := []string{<-done, <-done}
	slices.Sort(got)
	if !slices.Equal(got, []string{"count", "sweep"}) {
		t.Errorf("done: %q", got)
	}
}

func TestWrongKindsAreRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	never := func(context.Context) error { return nil }
	for what, kinds := range map[string][]job.Kind{
		"no kinds":       nil,
		"no timeout":     {job.Worker[post]{}},
		"the same twice": {w.posting(nil), w.posting(nil)},
		"a chore twice":  {job.Every("a", time.Hour, time.Second, never), job.Every("a", time.Hour, time.Second, never)},
		"a hasty chore":  {job.Every("a", time.Hour, time.Millisecond, never)},
	} {
		if err := w.jobs.Run(t.Context(), kinds...); err == nil {
			t.Errorf("Run with %s = nil, want an error", what)
		}
	}
}

// River's own tool must agree that its migrations ran: it is how operators look at the queue.
func TestRiverFindsItsSchemaComplete(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	m, err := rivermigrate.New(riverpgxv5.New(w.db.Read), &rivermigrate.Config{Schema: "river", Line: riverdriver.MigrationLineMain})
	if err != nil {
		t.Fatal(err)
	}
	got, err := m.Validate(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if !got.OK {
		t.Errorf("River misses: %q; run go generate, and add a migration after 100 that says so", got.Messages)
	}
}
