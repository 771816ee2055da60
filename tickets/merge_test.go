package tickets_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"frontline/internal/authority"
	"frontline/internal/fault"
	"frontline/tickets"
)

func TestMergedTicketsAreOne(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	li := w.Hire("li", "agent")
	first := w.mail("zhang@example.cn", "Spindle shakes", copied("boss@example.cn"), func(in *tickets.Inbound) { in.Keys = []string{"k1"} })
	twin := w.mail("zhang@example.cn", "Spindle shakes again", copied("eve@example.cn"), func(in *tickets.Inbound) { in.Keys = []string{"k2"}; in.Tags = []string{"spindle"} })
	w.reply(li, first.Ticket, "We look at it.") // it waits for the customer now
	if _, err := w.tickets.Note(t.Context(), li, twin.Ticket, "", "the same machine", nil); err != nil {
		t.Fatal(err)
	}
	if err := w.tickets.SaveDraft(t.Context(), li, twin.Ticket, tickets.Draft{Text: "half a"}); err != nil {
		t.Fatal(err)
	}
	if err := w.tickets.SaveDraft(t.Context(), li, first.Ticket, tickets.Draft{Text: "whole"}); err != nil {
		t.Fatal(err)
	}

	if err := w.tickets.Merge(t.Context(), li, twin.Ticket, first.Ticket, false); err != nil {
		t.Fatal(err)
	}
	got, gone := w.view(first.Ticket), w.view(twin.Ticket)
	if story := w.story(first.Ticket); !slices.Equal(story, []string{"in", "in", "out", "state", "assignee", "note", "merged", "state"}) {
		t.Errorf("story of the one that stays: %v", story)
	}
	// What clocks are told: the merging comes before what the merged row goes through.
	if story := w.story(twin.Ticket); !slices.Equal(story, []string{"merged_into", "state"}) {
		t.Errorf("story of the merged one: %v", story)
	}
	if got.State != "open" || !slices.Equal(got.Tags, []string{"spindle"}) || got.LastMessageID == 0 {
		t.Errorf("the one that stays: %+v", got.Row)
	}
	if gone.State != "closed" || gone.MergedInto == nil || gone.MergedInto.ID != first.Ticket {
		t.Errorf("the merged one: %s, leads to %+v", gone.State, gone.MergedInto)
	}
	var who []string
	for _, p := range got.Participants {
		who = append(who, p.Role+" "+p.Address)
	}
	if want := []string{"cc boss@example.cn", "cc eve@example.cn", "requester zhang@example.cn"}; !slices.Equal(slices.Sorted(slices.Values(who)), want) {
		t.Errorf("participants %v, want %v", who, want)
	}
	if n := w.count(`select count(*) from messages where ticket_id = $1 and merged_from = $2`, first.Ticket, twin.Ticket); n != 2 {
		t.Errorf("%d messages know where they came from, want 2", n)
	}
	mine, err := w.tickets.Ticket(t.Context(), li, first.Ticket)
	if err != nil || mine.Draft == nil || mine.Draft.Text != "whole\n\nhalf a" {
		t.Errorf("draft %+v, %v", mine.Draft, err)
	}

	// An answer to either mail goes to the one that stays, and so does one that names the merged ticket.
	for _, in := range []func(*tickets.Inbound){refersTo("k2"), refersTo("k1"), names("token", twin.Ticket)} {
		if later := w.mail("zhang@example.cn", "Re: Spindle shakes again", in); later.Ticket != first.Ticket {
			t.Errorf("a later mail went to %d, want %d", later.Ticket, first.Ticket)
		}
	}
	// The merged one is over.
	w.wants("Edit of a merged ticket", w.tickets.Edit(t.Context(), li, twin.Ticket, tickets.Edit{State: ptr("open")}), fault.Conflict, "ticket_merged")
	w.wants("Note on a merged ticket", second(w.tickets.Note(t.Context(), li, twin.Ticket, "", "x", nil)), fault.Conflict, "ticket_merged")
	w.wants("Reply in a merged ticket", second(w.tickets.Reply(t.Context(), li, tickets.Reply{Ticket: twin.Ticket, Text: "x"})), fault.Conflict)
}

func second2[T any](_ T, err error) error { return err }

func TestMergingIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	li, wu := w.Hire("li", "agent", "一组"), w.Hire("wu", "agent", "二组")
	mine := w.queue("一", "一组")
	a := w.mail("zhang@example.cn", "a", into(mine))
	b := w.mail("zhang@example.cn", "b", into(mine))
	c := w.mail("wang@example.cn", "c", into(mine))
	merge := func(by authority.Actor, from, to int64, anyway bool) error {
		return w.tickets.Merge(t.Context(), by, from, to, anyway)
	}
	w.wants("with itself", merge(li, a.Ticket, a.Ticket, false), fault.Invalid, "same_ticket")
	w.wants("with one that is not there", merge(li, a.Ticket, 99999, false), fault.Invalid, "unknown_ticket")
	w.wants("by who does not see it", merge(wu, a.Ticket, b.Ticket, false), fault.NotFound)
	w.wants("customers differ", merge(li, c.Ticket, a.Ticket, false), fault.Conflict, "other_customer")
	if err := merge(li, c.Ticket, a.Ticket, true); err != nil {
		t.Errorf("customers differ, anyway: %v", err)
	}
	w.wants("merged already", merge(li, c.Ticket, b.Ticket, true), fault.Conflict, "ticket_merged")
	w.wants("into a merged one", merge(li, b.Ticket, c.Ticket, true), fault.Conflict, "ticket_merged")
	// What leads to it leads on, without a chain.
	if err := merge(li, a.Ticket, b.Ticket, false); err != nil {
		t.Fatal(err)
	}
	if to := w.view(c.Ticket).MergedInto; to == nil || to.ID != b.Ticket {
		t.Errorf("the first merged one leads to %+v, want %d", to, b.Ticket)
	}
}

// TestTwoMergesAtOnce: each of two tickets into the other one, from many sides: one of them wins, and nothing is lost.
func TestTwoMergesAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	li := w.Hire("li", "agent")
	a, b := w.mail("zhang@example.cn", "a"), w.mail("zhang@example.cn", "b")
	done := make([]error, 8)
	crowd(len(done), func(i int) {
		from, to := a.Ticket, b.Ticket
		if i%2 == 1 {
			from, to = to, from
		}
		done[i] = w.tickets.Merge(context.Background(), li, from, to, false)
	})
	won := 0
	for _, err := range done {
		if err == nil {
			won++
		} else {
			w.wants("the slower merge", err, fault.Conflict, "ticket_merged")
		}
	}
	if won != 1 {
		t.Errorf("%d merges won, want 1", won)
	}
	if n := w.count(`select count(*) from messages m join tickets t on t.id = m.ticket_id where m.direction = 'in' and t.merged_into is null`); n != 2 {
		t.Errorf("%d messages are where they are seen, want 2", n)
	}
}

func TestACauseAndItsCases(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	li := w.Hire("li", "agent")
	cause := w.mail("us@example.com", "Cloud is down")
	var cases []int64
	for _, who := range []string{"a@x.cn", "b@y.cn", "c@z.cn"} {
		got := w.mail(who, "cannot log in")
		cases = append(cases, got.Ticket)
		if err := w.tickets.Link(t.Context(), li, cause.Ticket, got.Ticket, "parent"); err != nil {
			t.Fatal(err)
		}
	}
	link := func(ticket, other int64, kind string) error {
		return w.tickets.Link(t.Context(), li, ticket, other, kind)
	}
	if err := link(cause.Ticket, cases[0], "parent"); err != nil {
		t.Errorf("the same link again: %v", err)
	}
	w.wants("a child of two", link(cases[0], w.mail("o@x.cn", "other").Ticket, "child"), fault.Conflict, "has_parent")
	w.wants("a child of a child", link(w.mail("p@x.cn", "other").Ticket, cases[0], "child"), fault.Conflict, "parent_is_child")
	w.wants("with itself", link(cases[0], cases[0], "related"), fault.Invalid, "same_ticket")
	if err := link(cases[0], cases[1], "related"); err != nil {
		t.Fatal(err)
	}
	if err := link(cases[1], cases[0], "related"); err != nil {
		t.Fatal(err)
	}
	kinds := func(ticket int64) (out []string) {
		for _, l := range w.view(ticket).Links {
			out = append(out, l.Kind)
		}
		slices.Sort(out)
		return out
	}
	if got := kinds(cause.Ticket); !slices.Equal(got, []string{"parent", "parent", "parent"}) {
		t.Errorf("the cause: %v", got)
	}
	if got := kinds(cases[0]); !slices.Equal(got, []string{"child", "related"}) {
		t.Errorf("a case: %v", got)
	}

	// All customers are told, each in his own ticket and by his own name, once, however often it is asked.
	ctx := authority.WithKey(t.Context(), authority.Once{Key: "all", Hash: []byte("x")})
	say := tickets.Reply{Text: "Dear {{customer.name}}, ticket {{ticket.number}} is solved.", State: "resolved"}
	for range 2 {
		done, err := w.tickets.AnswerChildren(ctx, li, cause.Ticket, nil, say)
		if err != nil || len(done) != 3 || done[0].Err != nil {
			t.Fatalf("answer all: %+v, %v", done, err)
		}
	}
	if len(w.out.sent) != 3 {
		t.Fatalf("%d answers were sent, want 3", len(w.out.sent))
	}
	for i, m := range w.out.sent {
		v := w.view(cases[i])
		if want := "Dear " + v.Contact.Name + ", ticket " + v.Number + " is solved."; m.Text != want || m.To[0] != v.Contact.Address || v.State != "resolved" {
			t.Errorf("answer %q to %v, want %q to %s; ticket is %s", m.Text, m.To, want, v.Contact.Address, v.State)
		}
	}
	_, err := w.tickets.AnswerChildren(t.Context(), li, cause.Ticket, nil, tickets.Reply{Text: "Dear {{customer.nmae}}"})
	w.wants("a misspelt variable", err, fault.Invalid, "unknown_variable")
	_, err = w.tickets.AnswerChildren(t.Context(), li, cause.Ticket, []int64{cause.Ticket}, say)
	w.wants("not a child", err, fault.Invalid, "unknown_ticket")

	// One that cannot be answered keeps no other from its answer.
	w.hand(`update tickets set merged_into = $2 where id = $1`, cases[1], cases[0])
	done, err := w.tickets.AnswerChildren(t.Context(), li, cause.Ticket, cases, say)
	if err != nil || done[0].Err != nil || done[1].Err == nil || done[2].Err != nil {
		t.Errorf("answer with one merged: %+v, %v", done, err)
	}
	// A case that is merged into its cause is a case no more; the others go on.
	if err := w.tickets.Merge(t.Context(), li, cases[2], cause.Ticket, true); err != nil {
		t.Fatal(err)
	}
	if got := kinds(cause.Ticket); len(got) != 2 {
		t.Errorf("the cause after one was merged into it: %v", got)
	}
	id := w.view(cause.Ticket).Links[0].ID
	if err := w.tickets.Unlink(t.Context(), li, cause.Ticket, id); err != nil {
		t.Fatal(err)
	}
	w.wants("unlink again", w.tickets.Unlink(t.Context(), li, cause.Ticket, id), fault.NotFound)
}

func TestWhatIsAskedTwiceIsFound(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	li := w.Hire("li", "agent")
	a := w.mail("zhang@example.cn", "主轴转速不稳，报警 E21")
	twin := w.mail("zhang@example.cn", "Re: 主轴转速不稳 报警E21 ！")
	w.mail("zhang@example.cn", "发票抬头怎么改")
	w.mail("wang@other.cn", "主轴转速不稳，报警 E21")
	solved := w.mail("zhang@example.cn", "主轴转速不稳，报警 E21 (old)")
	w.edit(li, solved.Ticket, tickets.Edit{State: ptr("closed")})
	found, err := w.tickets.Similar(t.Context(), li, a.Ticket)
	if err != nil || len(found) != 1 || found[0].ID != twin.Ticket || found[0].Alike < 90 {
		t.Fatalf("similar: %+v, %v", found, err)
	}
	if err := w.tickets.Merge(t.Context(), li, twin.Ticket, a.Ticket, false); err != nil {
		t.Fatal(err)
	}
	if found, err = w.tickets.Similar(t.Context(), li, a.Ticket); err != nil || len(found) != 0 {
		t.Errorf("similar after merging: %+v, %v", found, err)
	}
}

// TestAMergedTicketLeavesItsQueue: the customer waits on in the other ticket, for as long as before.
func TestAMergedTicketLeavesItsQueue(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	li := w.Hire("li", "agent")
	a, b := w.mail("zhang@example.cn", "a"), w.mail("zhang@example.cn", "b")
	w.hand(`update entries set state = 'ended', ended_at = now(), outcome = 'closed' where state <> 'ended'`)
	w.hand(`insert into entries (ticket_id, queue_id, channel, state, arrived_at, entered_at) select id, queue_id, channel, 'waiting', now() - interval '1 hour', now() from tickets where id = $1`, b.Ticket)
	if err := w.tickets.Merge(t.Context(), li, b.Ticket, a.Ticket, false); err != nil {
		t.Fatal(err)
	}
	if n := w.count(`select count(*) from entries where ticket_id = $1 and state = 'ended' and outcome = 'merged'`, b.Ticket); n != 1 {
		t.Errorf("the merged one's entry did not end as merged")
	}
	if n := w.count(`select count(*) from entries where ticket_id = $1 and state = 'waiting' and arrived_at < now() - interval '59 minutes'`, a.Ticket); n != 1 {
		t.Errorf("the other one does not wait on")
	}
	if n := w.count(`select count(*) from events where kind = 'entry.changed' and object = $1 and 'routing' = any (topics)`, fmt.Sprint("ticket:", a.Ticket)); n == 0 {
		t.Error("the router heard nothing")
	}
}
