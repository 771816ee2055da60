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

// TestPartsOfANodeHearEachOther: what one part sets, another hears on every node, that of the setter too.
func TestPartsOfANodeHearEachOther(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t, authority.Schemas()...)
	here, there := event.NewLive(db), event.NewLive(db)
	near, far := make(chan string, 100), make(chan string, 100)
	here.Listen("visitor:", func(key string) { near <- key })
	there.Listen("visitor:", func(key string) { far <- key })
	a, b := nodeOf(t, here), nodeOf(t, there)
	a.Set("ticket:7", json.RawMessage(`[]`))
	a.Set("visitor:7", json.RawMessage(`{"typing":true}`))
	for _, ear := range []chan string{near, far} {
		if key := <-ear; key != "visitor:7" {
			t.Errorf("heard of %q, want visitor:7 alone", key)
		}
	}
	for _, n := range []*node{a, b} {
		if all := n.All("visitor:7"); len(all) != 1 || string(all[0]) != `{"typing":true}` {
			t.Errorf("all that is said of visitor:7 = %s, want one", all)
		}
	}
}
