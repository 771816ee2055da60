package webchat_test

import (
	"slices"
	"sync"
	"testing"
)

func TestAVisitorTalksWithAnAgent(t *testing.T) {
	w := newWorld(t)
	v, hello := w.visitor(map[string]any{"lang": "zh", "page": shop + "/lathe"})
	if hello.State != "none" || v.token == "" {
		t.Fatalf("welcome = %+v, want a token and no conversation", hello)
	}
	first := v.start("主轴转速不稳")
	ticket := w.ticketOf(first)
	v.write("昨天开始的")
	answer := w.replies(ticket, "请问型号？")
	want := []string{"visitor: 主轴转速不稳", "visitor: 昨天开始的", "agent: 请问型号？"}
	if got := v.read(3); !slices.Equal(got, want) {
		t.Errorf("the visitor sees %q, want %q", got, want)
	}
	v.state("talking")
	// The browser says how far it is, and the agent sees it on the message.
	v.say(map[string]any{"type": "received", "upto": v.seq})
	w.until("delivered", `select delivery_state = 'delivered' from messages where id = $1`, answer)
	v.say(map[string]any{"type": "read", "upto": v.seq})
	w.until("read", `select delivery_state = 'read' from messages where id = $1`, answer)
}

func TestWhatIsSaidAgainIsOneMessage(t *testing.T) {
	w := newWorld(t)
	v, _ := w.visitor(nil)
	start := map[string]any{"type": "start", "id": newID(), "text": "hello"}
	again := map[string]any{"type": "message", "id": newID(), "text": "are you there?"}
	var seqs []int64
	for range 2 {
		v.say(start)
		seqs = append(seqs, v.until("ok").Seq)
	}
	var lines []*browser
	for range 4 {
		b, _ := w.visitor(map[string]any{"token": v.token})
		lines = append(lines, b)
	}
	var all sync.WaitGroup
	got := make([]int64, len(lines))
	for i, b := range lines {
		all.Go(func() {
			b.say(again)
			got[i] = b.until("ok").Seq
		})
	}
	all.Wait()
	if seqs[0] != seqs[1] || slices.Min(got) != slices.Max(got) {
		t.Errorf("the same frames made %v and %v, want one message each", seqs, got)
	}
	if n := w.number(`select count(*) from messages where direction = 'in'`); n != 2 {
		t.Errorf("%d messages are kept, want 2", n)
	}
	if n := w.number(`select count(*) from tickets`); n != 1 {
		t.Errorf("%d tickets were opened, want 1", n)
	}
}

// TestAConversationGoesOnAnywhere: after a lost line, a reload, or at another node, each message comes once and in order.
func TestAConversationGoesOnAnywhere(t *testing.T) {
	w := newWorld(t)
	other := node(t, w.Branch(), quick)
	v, _ := w.visitor(nil)
	ticket := w.ticketOf(v.start("one"))
	v.read(1)
	v.ws.Close() //nolint:errcheck // the line is lost
	w.replies(ticket, "two")
	w.replies(ticket, "three")
	back, hello := other.visitor(map[string]any{"token": v.token, "after": v.seq})
	if back.token != v.token || hello.State != "talking" {
		t.Errorf("welcome back = %+v, want the same token and talking", hello)
	}
	back.write("four")
	if got, want := back.read(3), []string{"agent: two", "agent: three", "visitor: four"}; !slices.Equal(got, want) {
		t.Errorf("after the lost line came %q, want %q", got, want)
	}
	reloaded, _ := w.visitor(map[string]any{"token": v.token})
	if got, want := reloaded.read(4), []string{"visitor: one", "agent: two", "agent: three", "visitor: four"}; !slices.Equal(got, want) {
		t.Errorf("after the reload came %q, want %q", got, want)
	}
	// What is said to one window is in all of them, on every node.
	w.replies(ticket, "five")
	for _, b := range []*browser{back, reloaded} {
		if f := b.until("message"); f.Text != "five" {
			t.Errorf("another window sees %q, want five", f.Text)
		}
	}
}

func TestNotesAndEventsStayInside(t *testing.T) {
	w := newWorld(t)
	v, _ := w.visitor(nil)
	ticket := w.ticketOf(v.start("hello"))
	if _, err := w.tickets.Note(t.Context(), w.li, ticket, "", "a difficult one", nil); err != nil {
		t.Fatal(err)
	}
	w.replies(ticket, "Good morning")
	if got, want := v.read(2), []string{"visitor: hello", "agent: Good morning"}; !slices.Equal(got, want) {
		t.Errorf("the visitor sees %q, want %q", got, want)
	}
}
