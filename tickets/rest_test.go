package tickets_test

import (
	"testing"

	"frontline/tickets"
)

// An agent who is ready is in after-contact work while contacts of such a queue are wrapped up, and ready again after the last; a state
// that the agent chose stays.
func TestAWrapUpIsAfterContactWork(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	li := w.Hire("li", "agent")
	w.rules(1, tickets.Rules{WrapUp: &tickets.WrapUpRule{ForS: 600, AfterWork: true}})
	is := func(step, presence string) {
		t.Helper()
		if s, err := w.tickets.Seat(t.Context(), li, li.ID); err != nil || s.Presence != presence {
			t.Errorf("%s: li is %s (%v), want %s", step, s.Presence, err, presence)
		}
	}
	talk := func(key string) int64 {
		t.Helper()
		got := w.mail(key+"@example.cn", "help", chat, func(in *tickets.Inbound) { in.Keys = []string{key} })
		_, err := w.work.Pull(t.Context(), li, got.Ticket)
		w.must(err)
		return got.Ticket
	}
	w.must(w.tickets.SetPresence(t.Context(), li, li.ID, "ready", ""))
	one, two := talk("one"), talk("two")
	is("in talks", "ready")
	w.must(w.work.End(t.Context(), li, one))
	is("the first is over", "after_work")
	w.must(w.work.End(t.Context(), li, two))
	w.must(w.work.WrapUp(t.Context(), li, one, "", ""))
	is("one of two is wrapped up", "after_work")
	w.must(w.work.WrapUp(t.Context(), li, two, "", ""))
	is("both are", "ready")

	three := talk("three")
	w.must(w.tickets.SetPresence(t.Context(), li, li.ID, "not_ready", "lunch"))
	w.must(w.work.End(t.Context(), li, three))
	is("she went to lunch while talking", "not_ready")
	w.must(w.work.WrapUp(t.Context(), li, three, "", ""))
	is("and is there still", "not_ready")
	if n := w.count(`select count(*) from presences where agent_id = $1`, li.ID); n != 4 {
		t.Errorf("%d presences kept, want ready, after_work, ready, not_ready", n)
	}
	if n := w.count(`select count(*) from presences where agent_id = $1 and until_at is null and presence = 'not_ready'`, li.ID); n != 1 {
		t.Errorf("%d presences hold now, want one", n)
	}
}
