package tickets_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"frontline/internal/authority"
	"frontline/internal/fault"
	"frontline/tickets"
)

func TestAReplyGoesOutAndMovesTheTicket(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	li := w.Hire("li", "agent")
	got := w.mail("zhang@example.cn", "help", copied("boss@example.cn"))
	if err := w.tickets.SaveDraft(t.Context(), li, got.Ticket, tickets.Draft{Text: "draft", Seen: got.Message}); err != nil {
		t.Fatal(err)
	}
	id, err := w.tickets.Reply(t.Context(), li, tickets.Reply{Ticket: got.Ticket, Text: "工程师\n明天到", Cc: []string{"Boss@example.cn"}, Bcc: []string{"archive@us.cn"}, Seen: got.Message})
	if err != nil {
		t.Fatal(err)
	}
	m := w.out.last()
	if m.Message != id || m.Ticket != got.Ticket || m.Number != got.Number || m.Channel != "email" || m.Queue != 1 || m.Subject != "help" || m.Text != "工程师\n明天到" ||
		m.Author != "li" || m.Automatic || !slices.Equal(m.To, []string{"zhang@example.cn"}) || !slices.Equal(m.Cc, []string{"Boss@example.cn"}) || !slices.Equal(m.Bcc, []string{"archive@us.cn"}) {
		t.Errorf("sent %+v", m)
	}
	v := w.view(got.Ticket)
	if v.State != "pending" || v.LastDirection != "out" || v.LastSnippet != "工程师 明天到" || v.LastMessageID != id || len(v.Participants) != 3 {
		t.Errorf("ticket %+v with %+v", v.Row, v.Participants)
	}
	if n := w.count(`select count(*) from drafts`); n != 0 {
		t.Error("the draft outlived its sending")
	}
	if n := w.count(`select count(*) from tickets where first_reply_at is not null`); n != 1 {
		t.Error("the first reply was not timed")
	}
	if story := w.story(got.Ticket); !slices.Equal(story, []string{"in", "out", "state", "assignee"}) {
		t.Errorf("story %q", story)
	}
	e := w.timeline(got.Ticket)[1]
	if e.Delivery == nil || e.Delivery.State != "queued" || !slices.Equal(e.Bcc, []string{"archive@us.cn"}) || e.Author.Kind != "agent" || e.Author.ID != li.ID {
		t.Errorf("message %+v", e)
	}
	// The state afterwards can be chosen, and another first reply is none.
	first := w.count(`select extract(epoch from first_reply_at)::bigint from tickets`)
	if _, err := w.tickets.Reply(t.Context(), li, tickets.Reply{Ticket: got.Ticket, Text: "done", State: "resolved"}); err != nil {
		t.Fatal(err)
	}
	if v := w.view(got.Ticket); v.State != "resolved" || w.count(`select extract(epoch from first_reply_at)::bigint from tickets`) != first {
		t.Errorf("after the last word the ticket is %s", v.State)
	}
}

func TestTheFirstToAnswerHasTheTicket(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	li, zhao := w.Hire("li", "agent"), w.Hire("zhao", "agent")
	got := w.mail("zhang@example.cn", "help")
	if _, err := w.tickets.Note(t.Context(), zhao, got.Ticket, "", "who takes this?", nil); err != nil {
		t.Fatal(err)
	}
	if v := w.view(got.Ticket); v.Assignee != nil {
		t.Errorf("a note gave the ticket to %+v", v.Assignee)
	}
	for _, by := range []authority.Actor{li, zhao} {
		if _, err := w.tickets.Reply(t.Context(), by, tickets.Reply{Ticket: got.Ticket, Text: "we are on it"}); err != nil {
			t.Fatal(err)
		}
		if v := w.view(got.Ticket); v.Assignee == nil || v.Assignee.ID != li.ID {
			t.Errorf("after the answer of %s the ticket is that of %+v, want li", by.Name, v.Assignee)
		}
	}
	if n := w.count(`select count(*) from messages where change->>'name' = 'assignee' and author_id = $1`, li.ID); n != 1 {
		t.Errorf("%d lines tell of it", n)
	}
}

func TestAnAutomaticReplyCountsAsNone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	got := w.mail("zhang@example.cn", "help")
	w.part("ticket.reply", func(ctx context.Context, tx *authority.Tx) error {
		_, err := w.tickets.Answer(ctx, tx, tickets.Reply{Ticket: got.Ticket, Text: "we have it"})
		return err
	})
	if v := w.view(got.Ticket); v.State != "open" || v.Assignee != nil || !w.out.last().Automatic || w.count(`select count(*) from tickets where first_reply_at is null`) != 1 {
		t.Errorf("an acknowledgement made the ticket %s", v.State)
	}
}

func TestRepliesThatNobodyWouldGetAreRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	li := w.Hire("li", "agent")
	got := w.mail("zhang@example.cn", "help")
	many := make([]string, 51)
	for i := range many {
		many[i] = fmt.Sprintf("a%d@x", i)
	}
	for code, r := range map[string]tickets.Reply{
		"required":           {Text: " \n "},
		"too_long":           {Text: strings.Repeat("长", tickets.MaxText+1)},
		"bad_characters":     {Text: "a\x00b"},
		"bad_email":          {Text: "x", To: []string{"zhang@example.cn", "nobody"}},
		"too_many":           {Text: "x", Bcc: many},
		"unknown_attachment": {Text: "x", Attachments: []int64{77}},
	} {
		r.Ticket = got.Ticket
		_, err := w.tickets.Reply(t.Context(), li, r)
		w.wants(code, err, fault.Invalid, code)
	}
	_, err := w.tickets.Reply(t.Context(), li, tickets.Reply{Ticket: got.Ticket, Text: "x", State: "lost"})
	w.wants("a state that is none", err, fault.Invalid)
	_, err = w.tickets.Reply(t.Context(), li, tickets.Reply{Ticket: 999, Text: "x"})
	w.wants("a ticket that is not there", err, fault.NotFound)
	for _, seen := range []int64{0, 1} {
		_, err = w.tickets.Reply(t.Context(), li, tickets.Reply{Ticket: 999, Text: "x", Seen: seen})
		w.wants("a ticket that is not there", err, fault.NotFound)
	}
	w.out.fail = errors.New("no room")
	if _, err := w.tickets.Reply(t.Context(), li, tickets.Reply{Ticket: got.Ticket, Text: "x"}); !errors.Is(err, w.out.fail) {
		t.Errorf("Reply without an outbox = %v", err)
	}
	if n := w.count(`select count(*) from messages where direction = 'out'`); n != 0 {
		t.Errorf("%d refused replies were kept", n)
	}
}

func TestAReplyOnAStaleViewIsHeldBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	li, wang := w.Hire("li", "agent"), w.Hire("wang", "agent")
	got := w.mail("zhang@example.cn", "help")
	key := fmt.Sprintf("mail-%d@zhang@example.cn", w.mails)
	send := func(by authority.Actor, seen int64, anyway bool) (int64, error) {
		return w.tickets.Reply(t.Context(), by, tickets.Reply{Ticket: got.Ticket, Text: "answer", Seen: seen, Anyway: anyway})
	}
	second := w.mail("zhang@example.cn", "one more thing", refersTo(key))
	if _, err := w.tickets.Note(t.Context(), wang, got.Ticket, "", "I know this", nil); err != nil {
		t.Fatal(err)
	}
	w.edit(wang, got.Ticket, tickets.Edit{Priority: ptr(1)}) // no message: nothing to have missed
	_, err := send(li, got.Message, false)
	var f *fault.Fault
	if w.wants("a reply that has not seen two messages", err, fault.Conflict, "stale_view"); errors.As(err, &f) && f.Args["new"] != 2 {
		t.Errorf("%v new messages, want 2", f.Args["new"])
	}
	mine, err := send(li, second.Message, true)
	if err != nil {
		t.Errorf("anyway = %v", err)
	}
	// One's own words are not news; a colleague's are.
	if _, err := send(li, mine-1, false); err != nil {
		t.Errorf("after one's own reply = %v", err)
	}
	_, err = send(wang, second.Message, false)
	w.wants("after a colleague's reply", err, fault.Conflict, "stale_view")
}

// Two agents answer at once, having seen the same: one of them is told.
func TestOfTwoRepliesAtOnceOneIsHeldBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	agents := []authority.Actor{w.Hire("li", "agent"), w.Hire("wang", "agent"), w.Hire("zhao", "agent"), w.Hire("chen", "agent")}
	got := w.mail("zhang@example.cn", "help")
	var errs [4]error
	crowd(4, func(i int) {
		_, errs[i] = w.tickets.Reply(t.Context(), agents[i], tickets.Reply{Ticket: got.Ticket, Text: "mine", Seen: got.Message})
	})
	sent := 0
	for i, err := range errs {
		if err == nil {
			sent++
		} else {
			w.wants(fmt.Sprint("reply ", i), err, fault.Conflict, "stale_view")
		}
	}
	if n := w.count(`select count(*) from messages where direction = 'out'`); sent != 1 || n != 1 {
		t.Errorf("%d sent and %d kept, want 1", sent, n)
	}
}

func TestADraftIsItsWritersOwn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	li, wang, boss := w.Hire("li", "agent"), w.Hire("wang", "agent"), w.Hire("boss", "supervisor")
	got := w.mail("zhang@example.cn", "help")
	ctx := t.Context()
	save := func(by authority.Actor, d tickets.Draft) error { return w.tickets.SaveDraft(ctx, by, got.Ticket, d) }
	draft := func(by authority.Actor) string {
		v, err := w.tickets.Ticket(ctx, by, got.Ticket)
		if err != nil {
			t.Fatal(err)
		}
		if v.Draft == nil {
			return ""
		}
		return v.Draft.Direction + ":" + v.Draft.Text
	}
	for _, text := range []string{"a", "ab", "abc\x00"} {
		if err := save(li, tickets.Draft{Text: text, To: []string{"zhang@example.cn"}, Attachments: []int64{5}, Seen: got.Message}); err != nil {
			t.Fatal(err)
		}
	}
	if err := save(wang, tickets.Draft{Direction: "note", Text: "hm"}); err != nil {
		t.Fatal(err)
	}
	for who, want := range map[authority.Actor]string{li: "out:abc", wang: "note:hm", boss: ""} {
		if got := draft(who); got != want {
			t.Errorf("%s has the draft %q, want %q", who, got, want)
		}
	}
	if topics := w.heard("draft.changed", fmt.Sprint("ticket:", got.Ticket)); !slices.Equal(topics, []string{wang.String()}) {
		t.Errorf("told %q of a draft, want only its writer", topics)
	}
	// What is sent takes only its own kind of draft with it.
	w.reply(wang, got.Ticket, "sent")
	if draft(wang) != "note:hm" {
		t.Error("a reply threw a note's draft away")
	}
	if _, err := w.tickets.Note(ctx, wang, got.Ticket, "", "noted", nil); err != nil {
		t.Fatal(err)
	}
	for range 2 { // none there is fine
		if err := w.tickets.DropDraft(ctx, li, got.Ticket); err != nil {
			t.Fatal(err)
		}
	}
	if n := w.count(`select count(*) from tickets`); draft(li) != "" || draft(wang) != "" || n != 1 {
		t.Error("drafts are left")
	}
	w.wants("a draft of another kind", save(li, tickets.Draft{Direction: "in", Text: "x"}), fault.Invalid)
	w.wants("a draft on no ticket", w.tickets.SaveDraft(ctx, li, 999, tickets.Draft{Text: "x"}), fault.NotFound)
}

// A delivery that failed shows on the ticket and opens it again, until it is mended.
func TestDeliveryShowsOnTheTicket(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	li := w.Hire("li", "agent")
	got := w.mail("zhang@example.cn", "help")
	a, b := w.reply(li, got.Ticket, "first"), w.reply(li, got.Ticket, "second")
	mark := func(message int64, state string) tickets.Ticket {
		w.part("ticket.receive", func(ctx context.Context, tx *authority.Tx) error {
			return w.tickets.MarkDelivery(ctx, tx, message, state, "550 no\x00body")
		})
		return w.view(got.Ticket)
	}
	if v := mark(a, "sent"); v.State != "pending" || v.DeliveryFailed {
		t.Errorf("sent: %s, failed %v", v.State, v.DeliveryFailed)
	}
	if v := mark(b, "failed"); v.State != "open" || !v.DeliveryFailed {
		t.Errorf("failed: %s, failed %v", v.State, v.DeliveryFailed)
	}
	if topics := w.heard("delivery.changed", fmt.Sprint("ticket:", got.Ticket)); !slices.Equal(slices.Sorted(slices.Values(topics)), []string{fmt.Sprint("agent:", li.ID), "queue:1", fmt.Sprint("ticket:", got.Ticket)}) {
		t.Errorf("told %q", topics)
	}
	if v := mark(a, "uncertain"); !v.DeliveryFailed {
		t.Error("two are not well and it shows none")
	}
	if v := mark(b, "sent"); !v.DeliveryFailed {
		t.Error("one is uncertain and it shows none")
	}
	if v := mark(a, "sent"); v.DeliveryFailed {
		t.Error("all are sent and it shows one failed")
	}
	for _, e := range w.timeline(got.Ticket) {
		if e.Direction == "out" && (e.Delivery.State != "sent" || e.Delivery.Detail != "550 nobody" || e.Delivery.At == nil) {
			t.Errorf("delivery %+v", e.Delivery)
		}
	}
	// A name that a provider gave leads back to the ticket.
	w.part("ticket.receive", func(ctx context.Context, tx *authority.Tx) error {
		return w.tickets.AddKeys(ctx, tx, a, "email", "ses-0001@amazon", "ses-0001@amazon", "")
	})
	if r := w.mail("zhang@example.cn", "thanks", refersTo("ses-0001@amazon")); r.Ticket != got.Ticket {
		t.Errorf("received %+v, want ticket %d", r, got.Ticket)
	}
}

func TestUploadsBelongToWhoUploadedThem(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	li, wang := w.Hire("li", "agent"), w.Hire("wang", "agent")
	ctx := t.Context()
	got := w.mail("zhang@example.cn", "help")
	upload := func(by authority.Actor) int64 {
		a, err := w.tickets.Upload(ctx, by, "plan.pdf", "application/pdf", strings.NewReader("%PDF"))
		if err != nil {
			t.Fatal(err)
		}
		return a.ID
	}
	mine, theirs := upload(li), upload(wang)
	_, _, err := w.tickets.Open(ctx, wang, mine)
	w.wants("opening somebody's upload", err, fault.NotFound)
	_, err = w.tickets.Note(ctx, li, got.Ticket, "", "with it", []int64{theirs})
	w.wants("sending somebody's upload", err, fault.Invalid, "unknown_attachment")
	if _, err := w.tickets.Note(ctx, li, got.Ticket, "", "with it", []int64{mine, mine}); err != nil {
		t.Errorf("one's own, named twice = %v", err)
	}
	_, err = w.tickets.Note(ctx, li, got.Ticket, "", "again", []int64{mine})
	w.wants("sending it a second time", err, fault.Invalid, "unknown_attachment")
	if a, content, err := w.tickets.Open(ctx, wang, mine); err != nil || a.Name != "plan.pdf" {
		t.Errorf("once it is in a ticket, a colleague opens %+v, %v", a, err)
	} else {
		content.Close()
	}
	_, err = w.tickets.Upload(ctx, li, " \x00 ", "x", strings.NewReader("x"))
	w.wants("a file without a name", err, fault.Invalid, "required")
}
