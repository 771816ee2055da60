package main

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"frontline/internal/authority"
	"frontline/internal/pg/pgtest"
)

// TestChatsGoOnWhateverIsKilled kills the program, and its database with it, in the midst of chats: what was acknowledged
// is there once and in order, for the visitor and on the desk, and no chat is with two agents. FRONTLINE_KILLS sets how often.
func TestChatsGoOnWhateverIsKilled(t *testing.T) {
	t.Parallel()
	n := newNode(t, Place{})
	w := openTalks(t, n)
	w.run(killsWanted(4), func() {
		n.kill()
		n.start()
	})
}

// TestChatsGoOnAtTheOtherNode kills one of two nodes again and again while offers are out and people talk: the other does
// the work meanwhile, and what holds for one node holds at every kill.
func TestChatsGoOnAtTheOtherNode(t *testing.T) {
	t.Parallel()
	shared := Place{Data: t.TempDir(), DatabaseURL: pgtest.URL(t, schemas()...)}
	nodes := []*node{newNode(t, shared), newNode(t, shared)}
	w := openTalks(t, nodes...)
	w.run(killsWanted(5), func() {
		n := nodes[rand.IntN(len(nodes))]
		n.kill()
		w.invariants()
		w.goOn(30)
		n.start()
	})
}

const (
	chatVisitors = 8
	chatAgents   = 3
	chatOrigin   = "https://shop.example.com"
)

// talks are visitors and agents at one or more nodes, whose database and folder are the same.
type talks struct {
	t     testing.TB
	nodes []*node
	admin string // a token

	kept  tally // what was acknowledged, to visitors and to agents
	mu    sync.Mutex
	ended []*conversation
	said  map[string]bool // answers that were acknowledged, by their text
}

// openTalks starts the nodes and opens a chat there.
func openTalks(t testing.TB, nodes ...*node) *talks {
	t.Helper()
	w := &talks{t: t, nodes: nodes, said: map[string]bool{}}
	for _, n := range nodes {
		// Each visitor comes from an address of its own, as if through a proxy.
		n.env = append(n.env, "FRONTLINE_PROXIES=127.0.0.0/8")
	}
	w.admin = nodes[0].hire("admin", "admin")
	for _, n := range nodes {
		n.start()
	}
	var queues struct{ Items []struct{ ID int64 } }
	if _, err := nodes[0].call(w.admin, "GET", "/queues", "", nil, &queues); err != nil {
		t.Fatal(err)
	}
	if _, err := nodes[0].call(w.admin, "POST", "/chat-sites", "site", map[string]any{
		"key": "demo", "name": "Demo", "origins": []string{chatOrigin}, "queue_id": queues.Items[0].ID, "mail_after_s": 600, "away_after_s": 120,
	}, nil); err != nil {
		t.Fatal(err)
	}
	return w
}

// run lets people talk, kills so often, and looks at what is left.
func (w *talks) run(kills int, kill func()) {
	w.t.Helper()
	ctx, stop := context.WithTimeout(w.t.Context(), 10*time.Minute)
	defer stop()
	working, home := context.WithCancel(ctx)
	defer home()
	var agents, visitors sync.WaitGroup
	people := make([]*attendant, chatAgents)
	for i := range people {
		login := fmt.Sprintf("agent%d", i)
		people[i] = newAttendant(w, login, w.nodes[0].hire(login, "agent"))
		agents.Go(func() { people[i].work(working) })
	}
	for _, a := range people {
		select {
		case <-a.there:
		case <-ctx.Done():
			w.t.Fatal("an agent did not come to the desk")
		}
	}
	closing := make(chan struct{}) // nobody comes any more
	for i := range chatVisitors {
		visitors.Go(func() {
			for n := 0; ; n++ {
				select {
				case <-closing:
					return
				default:
				}
				c := newConversation(w, i, n)
				if !c.talk(ctx) {
					return
				}
				w.mu.Lock()
				w.ended = append(w.ended, c)
				w.mu.Unlock()
			}
		})
	}
	for range kills {
		w.goOn(10 + rand.IntN(40))
		kill()
	}
	w.goOn(20)
	close(closing)
	visitors.Wait()
	for _, a := range people {
		a.hearsAll(w.nodes[0].timelines(w.admin))
	}
	home()
	agents.Wait()
	shown := w.nodes[0].timelines(w.admin)
	for _, a := range people {
		a.heardOnce(shown)
	}
	w.invariants()
	w.check(shown)
}

// goOn waits until so many more things are acknowledged.
func (w *talks) goOn(more int) {
	w.t.Helper()
	if !w.kept.wait(w.kept.now()+more, patience) {
		w.t.Fatalf("nobody can talk any more after %d conversations", len(w.ended))
	}
}

// any gives a node that runs, or waits for one; nil when ctx ends.
func (w *talks) any(ctx context.Context) *node {
	for _, i := range rand.Perm(len(w.nodes)) {
		select {
		case <-w.nodes[i].running():
			return w.nodes[i]
		default:
		}
	}
	n := w.nodes[rand.IntN(len(w.nodes))]
	select {
	case <-n.running():
		return n
	case <-ctx.Done():
		return nil
	}
}

// invariants are what holds at any instant, whoever was killed.
func (w *talks) invariants() {
	w.t.Helper()
	st, err := w.nodes[0].place.storage(w.t.Context(), slog.New(slog.DiscardHandler), true)
	if err != nil {
		w.t.Fatal(err)
	}
	defer func() {
		if err := st.close(); err != nil {
			w.t.Error(err)
		}
	}()
	for what, sql := range map[string]string{
		"chats with two agents":       `select count(*) from (select entry_id from offers where state = 'accepted' group by entry_id having count(*) > 1) x`,
		"chats in two stays":          `select count(*) from (select ticket_id from entries where state <> 'ended' group by ticket_id having count(*) > 1) x`,
		"chats with two offers out":   `select count(*) from (select entry_id from offers where state = 'out' group by entry_id having count(*) > 1) x`,
		"agents with more than three": `select count(*) from (select agent_id from entries where state in ('offered', 'in_hand', 'wrap_up') group by agent_id having count(*) > 3) x`,
	} {
		n := 0
		if err := authority.New(st.db, authority.Options{}).View(w.t.Context(), cli, func(q authority.Query) error {
			return q.QueryRow(w.t.Context(), sql).Scan(&n)
		}); err != nil {
			w.t.Fatal(err)
		}
		if n != 0 {
			w.t.Errorf("%d %s", n, what)
		}
	}
}

// check compares what people were told with what the desk shows.
func (w *talks) check(shown map[int64][]message) {
	w.t.Helper()
	ticketOf, times := map[string]int64{}, map[string]int{}
	for ticket, line := range shown {
		for _, m := range line {
			ticketOf[m.Text] = ticket
			times[m.Text]++
		}
	}
	for text, n := range times {
		if n > 1 {
			w.t.Errorf("%q is shown %d times", text, n)
		}
	}
	for text := range w.said {
		if times[text] == 0 {
			w.t.Errorf("the answer %q was acknowledged and is lost", text)
		}
	}
	for _, c := range w.ended {
		var all, his []string
		for _, m := range shown[ticketOf[c.said[0]]] {
			all = append(all, m.Text)
			if m.Direction == "in" {
				his = append(his, m.Text)
			}
		}
		if !slices.Equal(his, c.said) {
			w.t.Errorf("the desk shows %q of what a visitor said: %q", his, c.said)
		}
		// What came after the visitor had what he wanted, he did not stay for.
		if len(c.seen) > len(all) || !slices.Equal(all[:len(c.seen)], c.seen) {
			w.t.Errorf("a visitor saw %q, the desk shows %q", c.seen, all)
		}
	}
	w.t.Logf("%d conversations, %d answers, %d acknowledged in all", len(w.ended), len(w.said), w.kept.now())
	if len(w.ended) == 0 || len(w.said) == 0 {
		w.t.Error("nobody talked to the end: this test has shown nothing")
	}
}

// tally counts, and wakes who waits for a count.
type tally struct {
	mu   sync.Mutex
	n    int
	more chan struct{} // closed by the next
}

func (c *tally) add() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.n++
	if c.more != nil {
		close(c.more)
		c.more = nil
	}
}

func (c *tally) now() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.n
}

// wait waits for n; false where it does not come to it in time.
func (c *tally) wait(n int, within time.Duration) bool {
	last := time.After(within)
	for {
		c.mu.Lock()
		if c.n >= n {
			c.mu.Unlock()
			return true
		}
		if c.more == nil {
			c.more = make(chan struct{})
		}
		more := c.more
		c.mu.Unlock()
		select {
		case <-more:
		case <-last:
			return false
		}
	}
}
