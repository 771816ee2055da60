package tickets_test

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"testing"

	"frontline/internal/authority"
	"frontline/internal/fault"
	"frontline/tickets"
)

// delivery says how far a message has come, as the courier does.
func (w *world) delivery(message int64, state string) {
	w.t.Helper()
	w.part("ticket.receive", func(ctx context.Context, tx *authority.Tx) error {
		return w.tickets.MarkDelivery(ctx, tx, message, state, "550 no such user")
	})
}

// TestAnAnswerThatDoesNotArriveIsNone: the promise is open again, whatever the ticket's state, until the customer has an answer.
func TestAnAnswerThatDoesNotArriveIsNone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	li := w.Hire("li", "agent")
	w.promise(dayAndNight)
	id := w.mail("zhang@example.cn", "主轴转速不稳").Ticket
	w.passes(id, "1 hour")
	message := w.reply(li, id, "明天上门")
	w.reckon()
	w.stands(id, "first_reply", "met", "4h")
	w.delivery(message, "failed")
	w.delivery(message, "failed") // the bounce after the refusal
	w.reckon()
	w.stands(id, "first_reply", "running", "4h")
	if v := w.view(id); v.State != "open" || v.Due == nil || v.Due.Kind != "first_reply" {
		t.Errorf("after a failure the ticket is %s and shows %+v, want it open and the first reply due", v.State, v.Due)
	}
	w.passes(id, "4 hours")
	w.delivery(message, "queued")
	w.delivery(message, "sent")
	w.delivery(message, "sent")
	w.reckon()
	w.stands(id, "first_reply", "late", "4h")
	story := slices.DeleteFunc(w.story(id), func(what string) bool { return what != "undelivered" && what != "delivered" })
	if want := []string{"undelivered", "delivered"}; !slices.Equal(story, want) {
		t.Errorf("of the delivery the timeline tells %v, want %v", story, want)
	}
}

func TestWhoArrivesKeepsThePromise(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	he := w.Hire("he", "engineer")
	onSite := dayAndNight
	onSite.Targets = []string{"arrival on site within 4 h of 24*7", "resolution within 40 h of 24*7"}
	w.promise(onSite)
	id := w.mail("zhang@example.cn", "主轴转速不稳").Ticket
	w.reckon()
	w.stands(id, "arrival", "running", "4h")
	w.passes(id, "1 hour")
	for range 2 {
		if err := w.tickets.Arrived(t.Context(), he, id); err != nil {
			t.Fatal(err)
		}
	}
	w.reckon()
	w.stands(id, "arrival", "met", "4h")
	w.stands(id, "resolution", "running", "40h")
	if n := len(slices.DeleteFunc(w.story(id), func(what string) bool { return what != "arrived" })); n != 1 {
		t.Errorf("the timeline tells of %d arrivals, want one", n)
	}
	w.edit(he, id, tickets.Edit{State: ptr("resolved")})
	w.wants("arriving at what is done", w.tickets.Arrived(t.Context(), he, id), fault.Conflict, "ticket_done")
	w.wants("arriving nowhere", w.tickets.Arrived(t.Context(), he, 1<<40), fault.NotFound)
}

// TestTicketsOlderThanTheQueueEnterIt: once, those whose customer waits, for who has them first and by the customer's last words.
func TestTicketsOlderThanTheQueueEnterIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	li := w.Hire("li", "agent")
	was := w.mail("zhang@example.cn", "help").Ticket
	// As they were before: nobody put them anywhere.
	old := func(suffix, state, direction string, assignee int64) (id int64) {
		w.hand(`insert into tickets (number, subject, channel, queue_id, contact_id, last_message_id, last_at, state, last_direction, assignee_id)
			select number || $2, subject, channel, queue_id, contact_id, last_message_id, now() - interval '3 days', $3, $4, nullif($5::bigint, 0) from tickets where id = $1`,
			was, suffix, state, direction, assignee)
		return int64(w.count(`select max(id) from tickets`))
	}
	waits, had := old("-a", "open", "in", 0), old("-b", "open", "in", li.ID)
	old("-c", "open", "out", 0)
	old("-d", "closed", "in", 0)
	for i := range 205 {
		old(fmt.Sprint("-e", i), "open", "in", 0)
	}
	w.hand(`update ticket_settings set unqueued = (select max(id) from tickets)`)
	crowd(3, func(int) {
		if err := w.tickets.TakeUp(t.Context(), robot); err != nil {
			t.Error(err)
		}
	})
	if n := w.count(`select count(*) from entries where ticket_id <> $1`, was); n != 207 {
		t.Errorf("%d tickets entered their queues, want the 207 whose customers wait", n)
	}
	if n := w.count(`select count(*) from entries where ticket_id = $1 and state = 'waiting' and preferred_id is null and arrived_at < now() - interval '2 days'`, waits); n != 1 {
		t.Error("one that waits since three days has lost its place")
	}
	if n := w.count(`select count(*) from entries where ticket_id = $1 and preferred_id = $2 and preferred_why = 'last'`, had, li.ID); n != 1 {
		t.Error("one that an agent had is not kept for that agent")
	}
	if !slices.Contains(w.heard("entry.changed", "ticket:"+strconv.FormatInt(waits, 10)), "queue:1") {
		t.Error("its queue did not hear of it")
	}
	w.hand(`update entries set state = 'ended', ended_at = now() where ticket_id = $1`, waits)
	if err := w.tickets.TakeUp(t.Context(), robot); err != nil {
		t.Fatal(err)
	}
	if n := w.count(`select count(*) from entries where ticket_id = $1`, waits); n != 1 {
		t.Error("what was taken up and is over was taken up again")
	}
}
