package event_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"frontline/internal/event"

	"github.com/jackc/pgx/v5"
)

// 32 writers on two nodes, some of them slow, so that later numbers commit before earlier ones.
func TestNoneIsMissedAndNoneComesTwice(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	nodes := []*station{w.node(), w.node(), w.node()} // the third only listens
	const writers, each = 32, 25
	var readers sync.WaitGroup
	for i, n := range nodes {
		s := w.subscribe(n, 0, "all")
		readers.Go(func() {
			w.wantSame(fmt.Sprint("node ", i), numbers(w.takeTo(s, "end")), w.kept("all"))
		})
	}
	var writing sync.WaitGroup
	for i := range writers {
		writing.Go(func() {
			work := ""
			switch {
			case i == 0:
				work = `select pg_sleep(0.05)`
			case i < 8:
				work = `select pg_sleep(random() * 0.02)`
			}
			for range each {
				w.emit(nodes[i%2], name(i), work, "all")
			}
		})
	}
	writing.Wait()
	w.emit(nodes[0], "end", "", "all")
	readers.Wait()
}

func TestASlowSubscriberCatchesUpFromTheTable(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	n := w.node()
	slow, quick := w.subscribe(n, 0, "all"), w.subscribe(n, 0, "all")
	const writers, each = 8, 210 // more than wait in memory, and more than a page
	var writing, reading sync.WaitGroup
	reading.Go(func() { w.wantSame("the quick one", numbers(w.takeTo(quick, "end")), w.kept("all")) })
	for i := range writers {
		writing.Go(func() {
			for range each {
				w.emit(n, name(i), "", "all")
			}
		})
	}
	writing.Wait()
	w.emit(n, "end", "", "all")
	reading.Wait()
	got := w.takeTo(slow, "end")
	w.emit(n, "live", "", "all")
	got = append(got, w.takeTo(slow, "live")...)
	w.wantSame("the slow one", numbers(got), w.kept("all"))
}

func TestACursorGoesOnWhereItWas(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	n := w.node()
	first := w.subscribe(n, 0, "mine")
	begin := first.Cursor()
	for i := range 6 {
		w.emit(n, name(i), "", []string{"mine", "other"}[i%2])
	}
	seen := w.take(first, 3)
	if got := objects(seen); !slices.Equal(got, []string{"thing:0", "thing:2", "thing:4"}) {
		t.Fatalf("got %q", got)
	}
	first.Close()
	w.emit(n, "while away", "", "mine")
	w.emit(n, "not for me", "", "other")

	again := w.subscribe(n, seen[1].Seq, "mine")
	w.emit(n, "live", "", "mine")
	if got := objects(w.take(again, 3)); !slices.Equal(got, []string{"thing:4", "while away", "live"}) {
		t.Errorf("after its cursor it got %q", got)
	}
	if again.Cursor() <= seen[1].Seq {
		t.Error("the cursor does not move")
	}
	// A cursor that is no event's number, such as that of a welcome, works as well.
	if got := objects(w.take(w.subscribe(n, begin, "mine"), 5)); len(got) != 5 {
		t.Errorf("from the beginning it got %q", got)
	}
	// From now means from now.
	now := w.subscribe(n, 0, "mine")
	w.emit(n, "new", "", "mine")
	if got := objects(w.take(now, 1)); !slices.Equal(got, []string{"new"}) {
		t.Errorf("from now it got %q", got)
	}
}

func TestACursorThatIsNoLongerKeptIsToldToReload(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	n := w.node()
	s := w.subscribe(n, 0, "all")
	for i := range 4 {
		w.emit(n, name(i), "", "all")
	}
	seen := numbers(w.take(s, 4))
	if _, err := w.db.Write().Exec(t.Context(), `update events set at = now() - interval '8 days' where seq <= $1`, seen[1]); err != nil {
		t.Fatal(err)
	}
	late := w.subscribe(n, seen[0], "all") // it comes in time, and asks too late
	if err := n.gate.PruneEvents(t.Context(), 7*24*3600e9); err != nil {
		t.Fatal(err)
	}
	if _, err := late.Take(t.Context()); !errors.Is(err, event.ErrReset) {
		t.Errorf("Take of what was forgotten meanwhile = %v, want ErrReset", err)
	}
	for after, want := range map[int64]error{
		1: event.ErrReset, seen[0]: event.ErrReset, seen[1]: nil, seen[2]: nil, seen[3]: nil,
		seen[3] + 1<<40: event.ErrReset, // of another database
	} {
		s, err := n.Subscribe(t.Context(), after, "all")
		if !errors.Is(err, want) {
			t.Errorf("Subscribe after %d = %v, want %v", after, err, want)
		}
		if err == nil {
			s.Close()
		}
	}
}

// A desk that comes from a node which is ahead misses nothing, and gets nothing again.
func TestACursorOfAFasterNode(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	fast := w.node()
	s := w.subscribe(fast, 0, "all")
	w.emit(fast, "one", "", "all")
	slow := w.node() // begins at the horizon
	w.subscribe(slow, 0)
	for range 50 { // numbers pass without an event
		if _, err := w.db.Write().Exec(t.Context(), `select pg_current_xact_id()`); err != nil {
			t.Fatal(err)
		}
	}
	w.take(s, 1)
	third := w.node()
	ahead := w.subscribe(third, 0).Cursor()
	moved := w.subscribe(slow, ahead, "all")
	w.emit(fast, "two", "", "all")
	if got := objects(w.take(moved, 1)); !slices.Equal(got, []string{"two"}) {
		t.Errorf("got %q, want what came after", got)
	}
}

// Every connection is cut again and again while events flow.
func TestTheReaderOutlivesItsDatabase(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	n := w.node()
	s := w.subscribe(n, 0, "all")
	admin, err := pgx.Connect(t.Context(), w.db.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer admin.Close(context.WithoutCancel(t.Context()))
	go func() {
		for i := range 60 {
			if i%20 == 10 {
				if _, err := admin.Exec(t.Context(), `select pg_terminate_backend(pid) from pg_stat_activity
					where datname = current_database() and pid <> pg_backend_pid()`); err != nil {
					t.Error(err)
				}
			}
			_ = w.try(n, name(i), "", "all") // a commit that was cut is there or not; the table says
		}
		w.emit(n, "end", "", "all")
	}()
	w.wantSame("the subscriber", numbers(w.takeTo(s, "end")), w.kept("all"))
}

func TestFollowChangesTheTopicsWhileEventsFlow(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	n := w.node()
	s, all := w.subscribe(n, 0, "a"), w.subscribe(n, 0, "a", "b")
	stop, stopped := make(chan struct{}), make(chan int)
	go func() {
		count := 0
		for {
			select {
			case <-stop:
				stopped <- count
				return
			default:
				w.emit(n, "a", "", "a")
				w.emit(n, "b", "", "b")
				count += 2
			}
		}
	}()
	var got []*event.Event
	for i := range 40 {
		if i%2 == 0 {
			s.Follow("a", "b")
		} else {
			s.Follow("a")
		}
		got = append(got, w.take(s, 3)...)
	}
	s.Follow("a", "b")
	close(stop)
	count := <-stopped
	w.take(all, count)
	w.emit(n, "end", "", "a")
	got = append(got, w.takeTo(s, "end")...)
	if n := numbers(got); !slices.IsSorted(n) || len(slices.Compact(n)) != len(got) {
		t.Error("events out of order, or twice")
	}
	// It followed a all the time.
	var as []int64
	for _, e := range got {
		if slices.Contains(e.Topics, "a") {
			as = append(as, e.Seq)
		}
	}
	w.wantSame("who followed a", as, w.kept("a"))
}

func TestAnEventWithSeveralTopicsComesOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	n := w.node()
	s, everything, other := w.subscribe(n, 0, "a", "b"), w.subscribe(n, 0, event.Everything), w.subscribe(n, 0, "c")
	w.emit(n, "ab", "", "a", "b")
	w.emit(n, "none", "")
	w.emit(n, "everything too", "", "a", event.Everything)
	w.emit(n, "c", "", "c")
	if got := objects(w.take(s, 2)); !slices.Equal(got, []string{"ab", "everything too"}) {
		t.Errorf("of two topics came %q", got)
	}
	if got := objects(w.take(everything, 4)); !slices.Equal(got, []string{"ab", "none", "everything too", "c"}) {
		t.Errorf("of everything came %q", got)
	}
	got := w.take(other, 1)
	if !slices.Equal(objects(got), []string{"c"}) {
		t.Errorf("of c came %q", objects(got))
	}
	if e := got[0]; e.Kind != "test.changed" || e.Actor != "system:jobs" || !slices.Equal(e.Topics, []string{"c"}) {
		t.Errorf("event = %+v", e)
	}
}

func TestAFrameIsBuiltOnceForAll(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	n := w.node()
	a, b := w.subscribe(n, 0, "all"), w.subscribe(n, 0, "all")
	w.emit(n, "x", "", "all")
	built := 0
	for _, s := range []*event.Sub{a, b} {
		if got := w.take(s, 1)[0].Frame(func(e *event.Event) any { built++; return e.Object }); got != "x" {
			t.Errorf("frame = %v", got)
		}
	}
	if built != 1 {
		t.Errorf("built %d times, want once", built)
	}
}

// Requests that hold every connection of the pool do not keep events from the desks.
func TestABusyPoolDoesNotHoldEventsUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	here, there := w.node(), w.node()
	a, b := w.subscribe(here, 0, "all"), w.subscribe(there, 0, "all")
	for range w.db.Read.Config().MaxConns {
		c, err := w.db.Read.Acquire(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Release()
	}
	w.emit(here, "x", "", "all")
	w.take(a, 1)
	w.take(b, 1)
}

func TestSubscribeWaitsForTheReaderAndForNoLongerThanItsCaller(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := event.New(w.db).Subscribe(ctx, 0, "a"); !errors.Is(err, context.Canceled) {
		t.Errorf("Subscribe of a caller who gave up = %v", err)
	}
}

// After a dump was restored into a younger cluster, the reader waits until the first write has lifted the numbers.
func TestTheReaderWaitsForRestoredNumbers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if _, err := w.db.Write().Exec(t.Context(), `insert into events (seq, actor, kind, object, topics)
		values ((1000000::bigint + pg_current_xact_id()::text::bigint) << 12, 'a', 'k', 'old', '{all}')`); err != nil {
		t.Fatal(err)
	}
	n := w.node()
	w.emit(n, "first", "", "all")
	s := w.subscribe(n, 0, "all")
	w.emit(n, "second", "", "all")
	got := objects(w.take(s, 1))
	if slices.Contains(got, "old") || !slices.Contains(append(got, "second"), "second") {
		t.Errorf("got %q, want only what is new", got)
	}
}
