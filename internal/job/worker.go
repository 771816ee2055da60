package job

import (
	"context"
	"fmt"
	"time"

	"github.com/riverqueue/river"
)

// Kind is a kind of job with what works it: a Worker, or a chore made by Every.
type Kind interface {
	add(*settings) error
}

// settings are what kinds put together for River.
type settings struct {
	workers  *river.Workers
	periodic []*river.PeriodicJob
	chores   chores
	rescue   time.Duration // the shortest of the kinds' times
}

// rescueAfter times its timeout a job may be running before it is taken for lost, with the node that worked it, and
// given to another attempt. An attempt that is alive ends at its timeout, so that two never overlap unless a worker
// does not heed its context for that long.
const rescueAfter = 3

// Worker works the jobs of one kind. Do is called again after an error, with growing pauses, and after its node was
// lost: what it does is either completed with the effect (Complete) or safe to do twice.
type Worker[A river.JobArgs] struct {
	Timeout time.Duration                   // of one attempt, at least 100 ms; a lost one is given away after three times as long
	Retry   func(j *river.Job[A]) time.Time // when to try again after an error; nil: River's pauses, from 1 s to some days
	Do      func(context.Context, *river.Job[A]) error
}

const shortestTimeout = 100 * time.Millisecond

func (w Worker[A]) add(s *settings) error {
	var args A
	if w.Timeout < shortestTimeout {
		return fmt.Errorf("jobs %s: timeout %v is below %v", args.Kind(), w.Timeout, shortestTimeout)
	}
	s.shorten(w.Timeout)
	return river.AddWorkerSafely(s.workers, &adapter[A]{worker: w})
}

func (s *settings) shorten(timeout time.Duration) {
	if rescue := rescueAfter * timeout; s.rescue == 0 || rescue < s.rescue {
		s.rescue = rescue
	}
}

// adapter is a Worker as River takes it.
type adapter[A river.JobArgs] struct {
	river.WorkerDefaults[A]
	worker Worker[A]
}

// Timeout answers the time after which a job counts as lost: River's rescuer asks this method how long a job of the
// kind may be running. The attempt itself is ended earlier, in Work.
func (a *adapter[A]) Timeout(*river.Job[A]) time.Duration { return rescueAfter * a.worker.Timeout }

func (a *adapter[A]) NextRetry(j *river.Job[A]) time.Time {
	if a.worker.Retry == nil {
		return time.Time{}
	}
	return a.worker.Retry(j)
}

func (a *adapter[A]) Work(ctx context.Context, j *river.Job[A]) error {
	ctx, cancel := context.WithTimeout(ctx, a.worker.Timeout)
	defer cancel()
	return a.worker.Do(ctx, j)
}

// Every is a chore that one of the nodes does each period, from a short time after its start: named, for example,
// "prune_events", with a timeout for one run. Missed runs are not made up for.
func Every(name string, period, timeout time.Duration, do func(context.Context) error) Kind {
	return chore{name, period, timeout, do}
}

type chore struct {
	name    string
	period  time.Duration
	timeout time.Duration
	do      func(context.Context) error
}

// choreArgs name the chore; all chores are one kind of job for River.
type choreArgs struct {
	Name string `json:"name"`
}

// Kind is River's name for them.
func (choreArgs) Kind() string { return "chore" }

func (c chore) add(s *settings) error {
	if c.timeout < shortestTimeout {
		return fmt.Errorf("chore %s: timeout %v is below %v", c.name, c.timeout, shortestTimeout)
	}
	if s.chores == nil {
		s.chores = chores{}
		if err := river.AddWorkerSafely(s.workers, &choreWorker{chores: s.chores}); err != nil {
			return err
		}
	}
	if _, twice := s.chores[c.name]; twice {
		return fmt.Errorf("chore %s is there twice", c.name)
	}
	s.chores[c.name] = c
	s.shorten(c.timeout)
	s.periodic = append(s.periodic, river.NewPeriodicJob(river.PeriodicInterval(c.period), func() (river.JobArgs, *river.InsertOpts) {
		// One that still runs, or waits to be tried again, is enough.
		return choreArgs{c.name}, &river.InsertOpts{Queue: choreQueue, MaxAttempts: 3, UniqueOpts: river.UniqueOpts{ByArgs: true, ByState: unfinished}}
	}, &river.PeriodicJobOpts{ID: c.name, RunOnStart: true}))
	return nil
}

type chores map[string]chore

type choreWorker struct {
	river.WorkerDefaults[choreArgs]
	chores chores
}

func (w *choreWorker) Timeout(j *river.Job[choreArgs]) time.Duration {
	return rescueAfter * max(w.chores[j.Args.Name].timeout, shortestTimeout)
}

func (w *choreWorker) Work(ctx context.Context, j *river.Job[choreArgs]) error {
	c, known := w.chores[j.Args.Name]
	if !known {
		return river.JobCancel(fmt.Errorf("chore %s is no longer known", j.Args.Name))
	}
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	return c.do(ctx)
}
