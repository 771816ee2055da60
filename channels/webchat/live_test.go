package webchat_test

import (
	"encoding/json"
	"testing"
	"time"

	"frontline/tickets"
)

// TestTypingAndReadingGoBothWays: by what the parts of the program share, as the desk does it.
func TestTypingAndReadingGoBothWays(t *testing.T) {
	w := newWorld(t)
	v, _ := w.visitor(nil)
	first := v.start("hello")
	ticket := w.ticketOf(first)
	v.read(1)
	heard := w.hears(ticket)
	v.say(map[string]any{"type": "typing", "on": true})
	heard(func(x tickets.Visitor) bool { return x.Online && x.Typing })
	heard(func(x tickets.Visitor) bool { return !x.Typing }) // it ends by itself
	v.say(map[string]any{"type": "read", "upto": first})
	heard(func(x tickets.Visitor) bool { return x.ReadUpto == first })

	looks := func(typing bool) {
		b, err := json.Marshal([]tickets.Viewer{{ID: w.li.ID, Name: "李雷", Typing: typing}})
		if err != nil {
			t.Fatal(err)
		}
		w.live.Set(tickets.LookingAt(ticket), b)
	}
	looks(false)
	if f := v.until("read"); f.Upto != first {
		t.Errorf("read up to %d, want %d", f.Upto, first)
	}
	looks(true)
	if f := v.until("typing"); !f.On || f.Name != "李雷" {
		t.Errorf("typing = %+v, want 李雷", f)
	}
	looks(false)
	if f := v.until("typing"); f.On {
		t.Error("typing goes on")
	}
	v.ws.Close() //nolint:errcheck // the visitor goes
	heard(func(x tickets.Visitor) bool { return !x.Online })
}

// hears waits until what the nodes say of a ticket's visitor is so.
func (w *world) hears(ticket int64) func(func(tickets.Visitor) bool) {
	return func(is func(tickets.Visitor) bool) {
		w.t.Helper()
		for late := time.After(30 * time.Second); ; {
			var all tickets.Visitor
			for _, said := range w.live.All(tickets.Visiting(ticket)) {
				if err := json.Unmarshal(said, &all); err != nil {
					w.t.Fatal(err)
				}
			}
			if is(all) {
				return
			}
			select {
			case <-w.visits:
			case <-late:
				w.t.Fatalf("the visitor stays %+v", all)
			}
		}
	}
}
