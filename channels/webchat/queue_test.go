package webchat_test

import (
	"testing"
	"time"

	"frontline/internal/authority"
	"frontline/tickets"
)

// entry is a ticket's last stay in a queue.
func (w *world) entry(ticket int64) (state, outcome, channel string) {
	w.t.Helper()
	w.see(&state, `select state from entries where ticket_id = $1 order by id desc limit 1`, ticket)
	w.see(&outcome, `select coalesce((select outcome::text from entries where ticket_id = $1 and state = 'ended' order by id desc limit 1), '')`, ticket)
	w.see(&channel, `select channel from entries where ticket_id = $1 order by id desc limit 1`, ticket)
	return state, outcome, channel
}

// untilPlace reads until a visitor is told that place.
func (b *browser) untilPlace(want int) frame {
	b.t.Helper()
	for {
		if f := b.until("queue"); f.Place == want {
			return f
		}
	}
}

func TestWhoWaitsKnowsTheirPlace(t *testing.T) {
	w := newWorld(t)
	first, _ := w.visitor(nil)
	ahead := w.ticketOf(first.start("one"))
	second, _ := w.visitor(nil)
	second.start("two")
	first.untilPlace(1)
	second.untilPlace(2)
	w.replies(ahead, "Good morning")
	first.state("talking")
	second.untilPlace(1)
}

// TestWhoWaitsMayChooseAnotherWay: the words wait on, as those of somebody who is not on the line; an answer is owed all the same.
func TestWhoWaitsMayChooseAnotherWay(t *testing.T) {
	w := newWorld(t)
	for what, want := range map[string]struct{ outcome, channel string }{"message": {"message", "form"}, "mail": {"by_mail", "form"}, "callback": {"callback", "phone"}} {
		v, _ := w.visitor(nil)
		ticket := w.ticketOf(v.start("hello"))
		if what != "message" {
			if code := v.refused(map[string]any{"type": "choose", "id": newID(), "what": what}); code != "required" {
				t.Errorf("%s without an address = %s, want it asked for", what, code)
			}
		}
		v.act("choose", "what", what, "answers", map[string]string{"email": "zhang@customer.test", "phone": "13800138000"})
		v.state("left")
		if state, outcome, channel := w.entry(ticket); state != "waiting" || outcome != want.outcome || channel != want.channel {
			t.Errorf("after %s: the queue has it as %s, %s of channel %s, want it waiting on: %v", what, state, outcome, channel, want)
		}
		v.act("choose", "what", what) // said again
		v.write("one more thing")
	}
	v, _ := w.visitor(nil)
	ticket := w.ticketOf(v.start("Please call", "what", "callback", "answers", map[string]string{"phone": "13800138001"}))
	v.state("left")
	if state, outcome, _ := w.entry(ticket); state != "waiting" || outcome != "callback" {
		t.Errorf("a form that asks for a call is %s, %s in the queue", state, outcome)
	}
}

// TestACallThatIsAskedForWaitsAsOne: with its number and when it is wanted, on the desk and through whatever happens to it.
func TestACallThatIsAskedForWaitsAsOne(t *testing.T) {
	w := newWorld(t)
	v, _ := w.visitor(nil)
	ticket := w.ticketOf(v.start("hello"))
	wanted := time.Now().Add(3 * time.Hour).UTC().Truncate(time.Second)
	for when, code := range map[string]string{"tomorrow": "bad_time", "2001-01-01T00:00:00Z": "not_ahead", "2999-01-01T00:00:00Z": "not_ahead"} {
		if got := v.refused(map[string]any{"type": "choose", "id": newID(), "what": "callback", "answers": map[string]string{"phone": "13800138000", "when": when}}); got != code {
			t.Errorf("a call at %s = %s, want %s", when, got, code)
		}
	}
	v.act("choose", "what", "callback", "answers", map[string]string{"phone": "138 0013 8000", "when": wanted.Format(time.RFC3339)})
	v.state("left")
	shown, err := w.tickets.Ticket(t.Context(), w.li, ticket)
	if err != nil {
		t.Fatal(err)
	}
	call := shown.Entry.Call
	if shown.Entry.Channel != "phone" || call == nil || call.Number != "+8613800138000" || call.At == nil || !call.At.Equal(wanted) {
		t.Errorf("the desk has a contact of channel %s with call %+v, want a call to +8613800138000 at %v", shown.Entry.Channel, call, wanted)
	}
}

func TestAConversationEnds(t *testing.T) {
	w := newWorld(t)
	// By the visitor, before and after somebody answered.
	v, _ := w.visitor(nil)
	ticket := w.ticketOf(v.start("hello"))
	v.act("end")
	v.state("ended")
	if state, outcome, _ := w.entry(ticket); state != "ended" || outcome != "abandoned" {
		t.Errorf("who ends before an answer is %s, %s in the queue, want abandoned", state, outcome)
	}
	if code := v.refused(map[string]any{"type": "message", "id": newID(), "text": "x"}); code != "chat_ended" {
		t.Errorf("a message after the end = %s", code)
	}
	again := w.ticketOf(v.start("hello again"))
	if again == ticket {
		t.Error("a new conversation is in the old ticket")
	}
	w.replies(again, "Good morning")
	v.state("talking")
	v.act("end")
	v.state("ended")
	if state, outcome, _ := w.entry(again); state == "in_hand" || outcome == "abandoned" {
		t.Errorf("who ends after an answer is %s, %s in the queue, want it handled", state, outcome)
	}
	// By the agent.
	third := w.ticketOf(v.start("and once more"))
	w.replies(third, "Good morning")
	resolved := "resolved"
	if err := w.tickets.Edit(t.Context(), w.li, third, tickets.Edit{State: &resolved}); err != nil {
		t.Fatal(err)
	}
	v.state("ended")
}

// TestWhoIsGoneWhileWaitingHasLeft: after the site's time and not before; who comes back and writes waits again.
func TestWhoIsGoneWhileWaitingHasLeft(t *testing.T) {
	w := newWorld(t)
	v, _ := w.visitor(nil)
	ticket := w.ticketOf(v.start("hello"))
	there, _ := w.visitor(nil)
	stays := w.ticketOf(there.start("hello"))
	v.ws.Close() //nolint:errcheck // the visitor goes
	if err := w.Abandon(t.Context()); err != nil {
		t.Fatal(err)
	}
	if state, _, _ := w.entry(ticket); state != "waiting" {
		t.Errorf("a moment after the line was lost the queue has it as %s", state)
	}
	w.hears(ticket)(func(x tickets.Visitor) bool { return !x.Online })
	w.passes(stays)
	w.until("who is there is written", `select seen_at > now() - interval '10 s' from chat_visitors where ticket_id = $1`, stays)
	w.passes(ticket)
	if err := w.Abandon(t.Context()); err != nil {
		t.Fatal(err)
	}
	if state, outcome, _ := w.entry(ticket); state != "ended" || outcome != "abandoned" {
		t.Errorf("who is gone is %s, %s in the queue, want abandoned", state, outcome)
	}
	if state, _, _ := w.entry(stays); state != "waiting" {
		t.Errorf("who is there is %s in the queue", state)
	}
	back, hello := w.visitor(map[string]any{"token": v.token})
	if hello.State != "left" {
		t.Errorf("who comes back finds %s, want left", hello.State)
	}
	back.write("I am back")
	back.state("waiting")
	if state, _, channel := w.entry(ticket); state != "waiting" || channel != "chat" {
		t.Errorf("who is back is %s as %s in the queue", state, channel)
	}
}

// passes lets a visitor not have been seen for a long time.
func (w *world) passes(ticket int64) {
	w.t.Helper()
	if err := w.Gate.Do(w.t.Context(), authority.System("webchat"), func(tx *authority.Tx) error {
		if err := tx.Allow(w.t.Context(), authority.Act{Name: "chat.seen", Object: "test"}); err != nil {
			return err
		}
		_, err := tx.Exec(w.t.Context(), `update chat_visitors set seen_at = now() - interval '1 hour' where ticket_id = $1`, ticket)
		return err
	}); err != nil {
		w.t.Fatal(err)
	}
}
