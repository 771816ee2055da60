package job

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivertype"
)

const (
	workersEach  = 20 // jobs at once on this node: they mostly wait for other servers
	choresEach   = 2
	choreQueue   = "chores" // apart, so that no number of slow mail servers keeps a chore waiting
	conns        = 8        // workers, River's own services, and one that listens
	soonest      = 20 * time.Millisecond
	look         = time.Second          // at the table, when no wake-up came
	tellAtMost   = 5 * time.Millisecond // one NOTIFY in this time, however many commits
	patience     = 10 * time.Second     // for running jobs, when the program ends
	keepFinished = 24 * time.Hour
)

// unfinished are the states of a job that will still run.
var unfinished = []rivertype.JobState{
	rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRetryable, rivertype.JobStateRunning, rivertype.JobStateScheduled,
}

// Run works jobs of the kinds until ctx ends, then lets the running ones finish for ten seconds. Jobs of other kinds
// are left to nodes that know them.
func (j *Jobs) Run(ctx context.Context, kinds ...Kind) error {
	s := settings{workers: river.NewWorkers()}
	for _, k := range kinds {
		if err := k.add(&s); err != nil {
			return err
		}
	}
	if s.rescue == 0 {
		return fmt.Errorf("no kinds of jobs to work")
	}
	pool, err := j.pool(ctx)
	if err != nil {
		return err
	}
	defer pool.Close()
	log := slog.New(warnings{slog.Default().Handler()})
	client, err := river.NewClient(riverpgxv5.New(pool), &river.Config{
		Schema: schema,
		Queues: map[string]river.QueueConfig{
			river.QueueDefault: {MaxWorkers: workersEach},
			choreQueue:         {MaxWorkers: choresEach},
		},
		Workers: s.workers, PeriodicJobs: s.periodic, FetchOnlyKnownKinds: true,
		FetchCooldown: soonest, FetchPollInterval: look, SoftStopTimeout: patience,
		// Each kind has its own times; River wants a general one that is shorter than the rescue's.
		JobTimeout: s.rescue / 2, RescueStuckJobsAfter: s.rescue,
		CompletedJobRetentionPeriod: keepFinished,
		// To rebuild an index one must own it, and this role owns nothing.
		ReindexerIndexNames: []string{},
		Logger:              log, ErrorHandler: failures{log},
	})
	if err != nil {
		return fmt.Errorf("jobs: %w", err)
	}
	if err := client.Start(ctx); err != nil {
		return fmt.Errorf("start jobs: %w", err)
	}
	j.tell(ctx, pool)
	<-client.Stopped()
	return nil
}

// pool is River's own: a worker that waits for a connection of the gate must not hold the last one.
func (j *Jobs) pool(ctx context.Context) (*pgxpool.Pool, error) {
	cfg := j.db.Write().Config()
	cfg.MaxConns = conns
	cfg.ConnConfig.RuntimeParams["application_name"] += " jobs"
	pool, err := pgxpool.NewWithConfig(context.WithoutCancel(ctx), cfg)
	if err != nil {
		return nil, fmt.Errorf("pool of jobs: %w", err)
	}
	return pool, nil
}

// tell wakes the workers of all nodes after commits with jobs, until ctx ends.
func (j *Jobs) tell(ctx context.Context, pool *pgxpool.Pool) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-j.woken:
		}
		// The channel and the text are River's. A wake-up that is lost costs a second.
		if _, err := pool.Exec(ctx, `select pg_notify('river.river_insert', '{"queue": "default"}')`); err != nil && ctx.Err() == nil {
			slog.WarnContext(ctx, "workers not woken", "err", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(tellAtMost):
		}
	}
}

// warnings keeps what River says about its daily work out of the log.
type warnings struct{ slog.Handler }

func (w warnings) Enabled(ctx context.Context, l slog.Level) bool {
	return l >= slog.LevelWarn && w.Handler.Enabled(ctx, l)
}
func (w warnings) WithAttrs(a []slog.Attr) slog.Handler { return warnings{w.Handler.WithAttrs(a)} }
func (w warnings) WithGroup(g string) slog.Handler      { return warnings{w.Handler.WithGroup(g)} }

// failures logs what ended an attempt.
type failures struct{ log *slog.Logger }

func (f failures) HandleError(ctx context.Context, j *rivertype.JobRow, err error) *river.ErrorHandlerResult {
	level := slog.LevelWarn
	if j.Attempt >= j.MaxAttempts {
		level = slog.LevelError
	}
	f.log.Log(ctx, level, "job failed", "kind", j.Kind, "job", j.ID, "attempt", j.Attempt, "of", j.MaxAttempts, "err", err)
	return nil
}

func (f failures) HandlePanic(ctx context.Context, j *rivertype.JobRow, value any, trace string) *river.ErrorHandlerResult {
	f.log.ErrorContext(ctx, "job panicked", "kind", j.Kind, "job", j.ID, "attempt", j.Attempt, "panic", value, "trace", trace)
	return nil
}
