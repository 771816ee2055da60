package tickets_test

import (
	"testing"
	"time"

	"frontline/internal/authority"
	"frontline/tickets"
)

// mine is what an agent has in hand.
func (w *world) mine(by authority.Actor) []tickets.InHand {
	w.t.Helper()
	out, err := w.work.Mine(w.t.Context(), by)
	w.must(err)
	return out
}

func TestWhatIsInHandSaysWhatItsCustomerSaidSinceTheAnswer(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	li, wang := w.Hire("li", "agent"), w.Hire("wang", "agent")
	got := w.mail("zhang@example.cn", "help", func(in *tickets.Inbound) { in.Keys = []string{"k"} })
	if n := len(w.mine(li)); n != 0 {
		t.Errorf("%d in hand before anything was taken", n)
	}
	_, err := w.work.Pull(t.Context(), li, got.Ticket)
	w.must(err)
	w.mail("zhang@example.cn", "away until Monday", refersTo("k"), machine)
	more := w.mail("zhang@example.cn", "more", refersTo("k"))
	in := w.mine(li)
	if len(in) != 1 || in[0].Entry.State != "in_hand" || in[0].Ticket.ID != got.Ticket || in[0].Ticket.Contact.Address != "zhang@example.cn" {
		t.Fatalf("in hand %+v", in)
	}
	if in[0].Unanswered != 2 || in[0].LastIn == nil || in[0].LastIn.ID != more.Message {
		t.Errorf("unanswered %d, the newest %+v; want 2, message %d", in[0].Unanswered, in[0].LastIn, more.Message)
	}
	if n := len(w.mine(wang)); n != 0 {
		t.Errorf("another agent has %d in hand", n)
	}

	w.must(w.work.Park(t.Context(), li, got.Ticket, time.Now().Add(time.Hour), ""))
	if in = w.mine(li); len(in) != 1 || in[0].Entry.State != "parked" || in[0].Entry.ParkedUntil == nil {
		t.Errorf("after it was put aside: %+v", in)
	}
	w.must(w.work.Unpark(t.Context(), li, got.Ticket))
	w.edit(li, got.Ticket, tickets.Edit{State: ptr("resolved")})
	if n := len(w.mine(li)); n != 0 {
		t.Errorf("%d in hand after all was done", n)
	}
}

func TestWhoTransferredMayTakeBackAndIsTold(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	li, wang, boss := w.Hire("li", "agent"), w.Hire("wang", "agent"), w.Hire("chen", "supervisor")
	other := w.queue("二")
	got := w.mail("zhang@example.cn", "help")
	may := func(by authority.Actor) bool {
		t.Helper()
		x, err := w.tickets.Ticket(t.Context(), by, got.Ticket)
		w.must(err)
		return x.Entry != nil && x.Entry.MayTakeBack
	}
	if may(li) || may(boss) {
		t.Error("what nobody transferred can be taken back")
	}
	_, err := w.work.Pull(t.Context(), li, got.Ticket)
	w.must(err)
	if may(li) || !may(boss) {
		t.Error("what is in hand is taken back by who leads alone")
	}
	w.must(w.work.Transfer(t.Context(), li, got.Ticket, tickets.Transfer{Queue: other}))
	if !may(li) || may(wang) || !may(boss) {
		t.Error("a transfer is taken back by who made it, and by who leads")
	}
	w.must(w.work.TakeBack(t.Context(), li, got.Ticket))
	w.wantStays(got.Ticket, "transferred li", "moved", "in_hand li")
}
