package event_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"testing/fstest"

	"frontline/internal/authority"
	"frontline/internal/event"
	"frontline/internal/pg"
	"frontline/internal/pg/pgtest"

	"github.com/jackc/pgx/v5"
)

var acts = pg.Schema{Module: "acts", Files: fstest.MapFS{"001_acts.sql": {Data: []byte(`select permit('test.emit', '{system:jobs}')`)}}}

// station is one program on the database.
type station struct {
	*event.Hub
	gate *authority.Gate
}

type world struct {
	*testing.T
	db *pg.DB
}

func newWorld(t *testing.T) *world {
	t.Helper()
	return &world{t, pgtest.New(t, append(authority.Schemas(), acts)...)}
}

// node starts one more program, which runs until the test ends.
func (w *world) node() *station {
	w.Helper()
	n := &station{Hub: event.New(w.db)}
	n.gate = authority.New(w.db, authority.Options{Poke: n.Poke})
	ctx, cancel := context.WithCancel(w.Context())
	ended := make(chan error, 1)
	go func() { ended <- n.Run(ctx) }()
	w.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			w.Errorf("Run = %v, want nil after its context ended", err)
		}
	})
	return n
}

// emit commits one event, after doing something that takes a while.
func (w *world) emit(n *station, object string, work string, topics ...string) {
	if err := w.try(n, object, work, topics...); err != nil {
		w.Errorf("emit: %v", err)
	}
}

func (w *world) try(n *station, object string, work string, topics ...string) error {
	ctx := w.Context()
	return n.gate.Do(ctx, authority.System("jobs"), func(tx *authority.Tx) error {
		if err := tx.Allow(ctx, authority.Act{Name: "test.emit", Object: object}); err != nil {
			return err
		}
		if work != "" {
			// Only what has a transaction id can hold the horizon up.
			if _, err := tx.Exec(ctx, `select pg_current_xact_id()`); err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, work); err != nil {
				return err
			}
		}
		tx.Emit("test.changed", object, topics...)
		return nil
	})
}

// takeTo takes until an event of the object has come.
func (w *world) takeTo(s *event.Sub, object string) (got []*event.Event) {
	for len(got) == 0 || got[len(got)-1].Object != object {
		more := w.take(s, 1)
		if len(more) == 0 {
			return got
		}
		got = append(got, more...)
	}
	return got
}

func (w *world) subscribe(n *station, after int64, topics ...string) *event.Sub {
	w.Helper()
	s, err := n.Subscribe(w.Context(), after, topics...)
	if err != nil {
		w.Fatal(err)
	}
	w.Cleanup(s.Close)
	return s
}

// take waits for at least n events.
func (w *world) take(s *event.Sub, n int) (got []*event.Event) {
	for len(got) < n {
		events, err := s.Take(w.Context())
		if err != nil {
			w.Errorf("Take: %v", err)
			return got
		}
		got = append(got, events...)
		if len(events) > 0 {
			continue
		}
		select {
		case <-s.Wake:
		case <-w.Context().Done():
			return got
		}
	}
	return got
}

// kept lists the numbers of the events of a topic in the table.
func (w *world) kept(topic string) []int64 {
	w.Helper()
	c, err := w.db.Connect(w.Context()) // those of the pool may have been cut
	if err != nil {
		w.Fatal(err)
	}
	defer c.Close(context.WithoutCancel(w.Context()))
	rows, err := c.Query(w.Context(), `select seq from events where $1 = any (topics) order by seq`, topic)
	if err != nil {
		w.Fatal(err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		w.Fatal(err)
	}
	return out
}

func numbers(events []*event.Event) []int64 {
	out := make([]int64, len(events))
	for i, e := range events {
		out[i] = e.Seq
	}
	return out
}

func objects(events []*event.Event) []string {
	out := make([]string, len(events))
	for i, e := range events {
		out[i] = e.Object
	}
	return out
}

// wantSame says which numbers are missing, doubled or out of order.
func (w *world) wantSame(who string, got, want []int64) {
	w.Helper()
	if slices.Equal(got, want) {
		return
	}
	seen := map[int64]int{}
	for _, n := range got {
		seen[n]++
	}
	missing, twice := 0, 0
	for _, n := range want {
		switch {
		case seen[n] == 0:
			missing++
		case seen[n] > 1:
			twice++
		}
	}
	w.Errorf("%s got %d events of %d: %d missing, %d twice, in order: %v", who, len(got), len(want), missing, twice, slices.IsSorted(got))
}

func name(i int) string { return fmt.Sprint("thing:", i) }
