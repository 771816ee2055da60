package agentdesk_test

import (
	"fmt"
	"testing"
)

func TestADeskHearsWhatItMaySeeAndNothingElse(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.agent("li", "agent", "一组")
	w.agent("wang", "agent", "二组")
	w.agent("zhao", "supervisor", "")
	first, second := w.queue("一", "一组"), w.queue("二", "二组")
	li, wang, zhao := w.line("li", 0), w.line("wang", 0), w.line("zhao", 0)
	a := w.ticket(first, "for the first team")
	b := w.ticket(second, "for the second team")
	c := w.ticket(first, "for the first team again")
	if f := li.until("event"); f.Object != fmt.Sprint("ticket:", a) {
		t.Errorf("li hears of %s first, want %d", f.Object, a)
	}
	if f := li.until("event"); f.Object != fmt.Sprint("ticket:", c) {
		t.Errorf("li hears of %s next, want %d", f.Object, c)
	}
	if f := wang.until("event"); f.Object != fmt.Sprint("ticket:", b) {
		t.Errorf("wang hears of %s, want %d", f.Object, b)
	}
	for _, want := range []int64{a, b, c} {
		f := zhao.until("event")
		if f.Object != fmt.Sprint("ticket:", want) || f.Seq <= zhao.last {
			t.Errorf("zhao hears of %s at %d after %d, want %d", f.Object, f.Seq, zhao.last, want)
		}
		zhao.last = f.Seq
	}
}
