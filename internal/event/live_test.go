package event_test

import (
	"context"
	"encoding/json"
	"slices"
	"sync"
	"testing"

	"frontline/internal/authority"
	"frontline/internal/event"
	"frontline/internal/pg/pgtest"
)

// node is one node's live map and what it heard.
type node struct {
	*event.Live
	heard chan string
	stop  func()
}

func nodeOf(t *testing.T, l *event.Live) *node {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	n := &node{Live: l, heard: make(chan string, 100)}
	var done sync.WaitGroup
	done.Go(func() { _ = l.Run(ctx, func(key string) { n.heard <- key }) })
	n.stop = func() { cancel(); done.Wait() }
	t.Cleanup(n.stop)
	return n
}

// until waits until the others say exactly want of key.
func (n *node) until(t *testing.T, key string, want ...string) {
	t.Helper()
	for {
		var got []string
		for _, v := range n.Others(key) {
			got = append(got, string(v))
		}
		slices.Sort(got)
		if slices.Equal(got, want) {
			return
		}
		select {
		case <-n.heard:
		case <-t.Context().Done():
			t.Fatalf("%s: others say %q, want %q", key, got, want)
		}
	}
}

func TestNodesShareWhatHolds(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t, authority.Schemas()...)
	a, b := nodeOf(t, event.NewLive(db)), nodeOf(t, event.NewLive(db))
	a.Set("ticket:1", json.RawMessage(`["李"]`))
	b.until(t, "ticket:1", `["李"]`)
	a.Set("ticket:1", json.RawMessage(`["李","王"]`))
	b.Set("ticket:1", json.RawMessage(`["赵"]`))
	b.until(t, "ticket:1", `["李","王"]`)
	a.until(t, "ticket:1", `["赵"]`)
	if got := a.Others("ticket:2"); len(got) != 0 {
		t.Fatalf("others of an unknown key: %s", got)
	}
	// who comes later asks, and hears from all
	c := nodeOf(t, event.NewLive(db))
	c.until(t, "ticket:1", `["李","王"]`, `["赵"]`)
	a.Set("ticket:1", nil)
	b.until(t, "ticket:1")
	c.until(t, "ticket:1", `["赵"]`)
}
