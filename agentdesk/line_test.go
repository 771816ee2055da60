package agentdesk_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"frontline/agentdesk"
	"frontline/internal/web/webtest"

	"github.com/gorilla/websocket"
	"golang.org/x/sync/errgroup"
)

func TestADeskHearsWhatItMaySeeAndNothingElse(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Hire("li", "agent", "一组")
	w.Hire("wang", "agent", "二组")
	w.Hire("zhao", "supervisor")
	first, second := w.queue("一", "一组"), w.queue("二", "二组")
	li, wang, zhao := w.line("li", 0), w.line("wang", 0), w.line("zhao", 0)
	a := w.ticket(first, "for the first team")
	b := w.ticket(second, "for the second team")
	c := w.ticket(first, "for the first team again")
	if f := li.ofTicket(); f.Object != fmt.Sprint("ticket:", a) {
		t.Errorf("li hears of %s first, want %d", f.Object, a)
	}
	if f := li.ofTicket(); f.Object != fmt.Sprint("ticket:", c) {
		t.Errorf("li hears of %s next, want %d", f.Object, c)
	}
	if f := wang.ofTicket(); f.Object != fmt.Sprint("ticket:", b) {
		t.Errorf("wang hears of %s, want %d", f.Object, b)
	}
	for _, want := range []int64{a, b, c} {
		f := zhao.ofTicket()
		if f.Object != fmt.Sprint("ticket:", want) || f.Seq <= zhao.last {
			t.Errorf("zhao hears of %s at %d after %d, want %d", f.Object, f.Seq, zhao.last, want)
		}
		zhao.last = f.Seq
	}
}

// A laptop that sleeps and wakes: the line is cut again and again while customers write, and in the end the desk has
// heard of every ticket once, in order.
func TestNothingIsMissedOrHeardTwiceOverCutLines(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Hire("li", "agent", "一组")
	queue, elsewhere := w.queue("一", "一组"), w.queue("二", "二组")
	c := w.line("li", 0)
	const writers, each = 4, 60
	want := make(chan int64, writers*each)
	var writing errgroup.Group
	for n := range writers {
		writing.Go(func() error {
			for i := range each {
				id, err := w.receive(t.Context(), queue, fmt.Sprint(n, "/", i))
				if err != nil {
					return err
				}
				want <- id
				if i%5 == 0 {
					if _, err := w.receive(t.Context(), elsewhere, "not for li"); err != nil {
						return err
					}
				}
			}
			return nil
		})
	}
	heard := map[string]bool{}
	for cuts := 0; len(heard) < writers*each; {
		f, err := c.next()
		if err != nil {
			t.Fatal(err)
		}
		if f.Type != "event" || f.Kind != "ticket.created" { // that the queues are new may come late too
			continue
		}
		if f.Seq <= c.last || heard[f.Object] {
			t.Fatalf("%s at %d after %d, heard before: %v", f.Object, f.Seq, c.last, heard[f.Object])
		}
		c.last, heard[f.Object] = f.Seq, true
		if rand.IntN(7) == 0 {
			after := c.last
			if cuts++; cuts%2 == 0 {
				c.ws.UnderlyingConn().Close() //nolint:errcheck // cut without a word
			} else {
				c.ws.Close() //nolint:errcheck // same
			}
			c = w.line("li", after)
			if c.last != after {
				t.Fatalf("welcomed at %d after %d", c.last, after)
			}
		}
	}
	if err := writing.Wait(); err != nil {
		t.Fatal(err)
	}
	close(want)
	for id := range want {
		if !heard[fmt.Sprint("ticket:", id)] {
			t.Errorf("ticket %d was never heard of", id)
		}
	}
}

func TestACursorThatIsNoLongerKeptMeansReload(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Hire("li", "agent", "一组")
	queue := w.queue("一", "一组")
	w.ticket(queue, "long ago")
	c := w.line("li", 0)
	for name, after := range map[string]int64{"pruned": 1, "of another database": 1 << 60} {
		t.Run(name, func(t *testing.T) {
			if after == 1 {
				if err := w.Gate.PruneEvents(t.Context(), 0); err != nil {
					t.Fatal(err)
				}
			}
			c := w.dial("li")
			c.say(`{"type":"hello","after":%d}`, after)
			reset := c.until("reset")
			if f := c.until("welcome"); f.Seq != reset.Seq {
				t.Errorf("welcome at %d after a reset to %d", f.Seq, reset.Seq)
			}
			id := w.ticket(queue, "after the reload")
			if f := c.event("ticket.created", id); f.Seq <= reset.Seq {
				t.Errorf("event %d is not after the reset %d", f.Seq, reset.Seq)
			}
		})
	}
	c.say(`{"type":"ping","id":1}`)
	c.until("ok") // the others' lines were not touched
}

// A client that stops reading is found out by its silence when nothing happens, and by its full buffers when much does.
// Nobody else notices.
func TestAClientThatStopsReadingIsCut(t *testing.T) {
	t.Parallel()
	w := node(t, webtest.Open(t, agentdesk.Schemas()...), hasty)
	w.Hire("deaf", "agent", "一组")
	w.Hire("li", "agent", "一组")
	id := w.ticket(w.queue("一", "一组"), "watched by two")
	li := w.line("li", 0)
	deaf := w.line("deaf", 0)
	li.say(`{"type":"watch","object":"ticket:%d"}`, id)
	deaf.say(`{"type":"watch","object":"ticket:%d"}`, id)
	li.sees(id, "deaf", "li")
	// From now on nobody reads what deaf is told, its pings among it, though it talks on.
	over := make(chan struct{})
	t.Cleanup(func() { close(over) })
	go func() {
		for tick := time.NewTicker(50 * time.Millisecond); ; {
			select {
			case <-over:
				return
			case <-tick.C:
				if deaf.ws.WriteMessage(websocket.TextMessage, []byte(`{"type":"ping"}`)) != nil {
					return
				}
			}
		}
	}()
	li.sees(id, "li")
}

func TestTheProgramStopsAndSaysSo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Hire("li", "agent")
	c := w.line("li", 0)
	w.stop()
	if code := c.closed(); code != websocket.CloseGoingAway {
		t.Errorf("closed with %d, want going away", code)
	}
}
