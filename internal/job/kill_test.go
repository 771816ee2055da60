package job_test

import (
	"context"
	"os"
	"os/exec"
	"slices"
	"syscall"
	"testing"
	"time"

	"frontline/internal/authority"
	"frontline/internal/job"
	"frontline/internal/pg"
	"frontline/internal/pg/pgtest"

	"github.com/riverqueue/river"
)

// A program that works a job and dies at a given point is this test binary, started once more.
const (
	dieAt = "FRONTLINE_TEST_DIE_AT"
	dieOn = "FRONTLINE_TEST_DIE_ON" // address of the database
)

func TestMain(m *testing.M) {
	if where := os.Getenv(dieAt); where != "" {
		die(where, os.Getenv(dieOn))
	}
	os.Exit(m.Run())
}

// die works the first job and is killed with it: before the commit of its effect, or after.
func die(where, url string) {
	ctx := context.Background()
	db, err := pg.Open(ctx, url, pg.Options{})
	if err != nil {
		panic(err)
	}
	w := open(nil, db)
	kill := func() { _ = syscall.Kill(os.Getpid(), syscall.SIGKILL) }
	err = w.jobs.Run(ctx, job.Worker[post]{Timeout: time.Minute, Do: func(ctx context.Context, j *river.Job[post]) error {
		err := w.gate.Do(ctx, jobs, func(tx *authority.Tx) error {
			if err := write(ctx, tx); err != nil {
				return err
			}
			if err := enter(ctx, tx, j.Args.Entry); err != nil {
				return err
			}
			if err := job.Complete(ctx, tx, j); err != nil {
				return err
			}
			if where == "before the commit" {
				kill()
			}
			return nil
		})
		kill()
		return err
	}})
	panic(err) // it is killed first
}

func TestAKilledProgramDoublesNothing(t *testing.T) {
	t.Parallel()
	for _, where := range []string{"before the commit", "after the commit"} {
		t.Run(where, func(t *testing.T) {
			t.Parallel()
			url := pgtest.URL(t, schemas()...)
			db, err := pg.Open(t.Context(), url, pg.Options{})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(db.Close)
			w := open(t, db)
			w.enqueue(post{"once"})

			self, err := os.Executable()
			if err != nil {
				t.Fatal(err)
			}
			victim := exec.CommandContext(t.Context(), self)
			victim.Env = append(os.Environ(), dieAt+"="+where, dieOn+"="+url)
			victim.Stderr = os.Stderr
			if err := victim.Run(); err == nil || victim.ProcessState.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
				t.Fatalf("the program ended with %v, want killed", err)
			}

			// Time passes, and another node takes over.
			if where == "before the commit" {
				w.repair(`with lease as (update river.river_leader set expires_at = now())
					update river.river_job set attempted_at = now() - interval '1 hour' where state = 'running'`)
			}
			done := make(chan string, 2)
			again := w.posting(done)
			again.Retry = func(*river.Job[post]) time.Time { return time.Now() }
			w.run(again)
			w.enqueue(post{"and then another"})
			if where == "before the commit" {
				<-done
			}
			<-done
			got := w.entries()
			slices.Sort(got)
			if !slices.Equal(got, []string{"and then another", "once"}) {
				t.Errorf("ledger = %q, want each entry once", got)
			}
		})
	}
}
