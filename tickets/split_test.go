package tickets_test

import (
	"fmt"
	"slices"
	"testing"

	"frontline/crm"
	"frontline/internal/fault"
	"frontline/tickets"
)

func TestAMessageIsSplitOff(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	li := w.Hire("li", "agent")
	ctx := t.Context()
	first := w.mail("zhang@example.cn", "spindle", copied("boss@example.cn"), func(in *tickets.Inbound) { in.Keys = []string{"k1"} })
	invoice := w.mail("boss@example.cn", "the invoice", refersTo("k1"), func(in *tickets.Inbound) {
		in.Keys, in.Text = []string{"k2"}, "and\nthe invoice?"
	})
	made, err := w.tickets.Split(ctx, li, first.Ticket, invoice.Message)
	if err != nil {
		t.Fatal(err)
	}
	v, old := w.view(made.ID), w.view(first.Ticket)
	if v.Number != made.Number || v.Subject != "the invoice" || v.Contact.ID != invoice.ContactID || v.QueueID != 1 || v.State != "open" ||
		v.LastSnippet != "and the invoice?" || v.LastMessageID != invoice.Message || v.Contact.Address != "boss@example.cn" {
		t.Errorf("new ticket %+v", v.Row)
	}
	if old.LastMessageID != first.Message || old.LastSnippet != "spindle" || len(old.Links) != 1 || old.Links[0].Kind != "split_into" || old.Links[0].Ticket.ID != made.ID {
		t.Errorf("old ticket %+v with %+v", old.Row, old.Links)
	}
	if a, b := w.story(first.Ticket), w.story(made.ID); !slices.Equal(a, []string{"in", "moved_out"}) || !slices.Equal(b, []string{"in", "moved_in"}) {
		t.Errorf("stories %q and %q", a, b)
	}
	for kind, id := range map[string]int64{"ticket.created": made.ID, "ticket.changed": first.Ticket} {
		object := fmt.Sprint("ticket:", id)
		if topics := w.heard(kind, object); !slices.Equal(topics, []string{"queue:1", object}) {
			t.Errorf("%s told %q", kind, topics)
		}
	}
	// Answers to the message follow it.
	if r := w.mail("boss@example.cn", "well?", refersTo("k2")); r.Ticket != made.ID {
		t.Errorf("received %+v, want ticket %d", r, made.ID)
	}
}

func TestAChatSplitOffKeepsItsAddress(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	li := w.Hire("li", "agent")
	phone := crm.Point{Kind: crm.Phone, Address: "+8613800138000"}
	first, err := w.tickets.Receive(t.Context(), eye, tickets.Inbound{Channel: "phone", From: phone, Subject: "one", Text: "one"})
	if err != nil {
		t.Fatal(err)
	}
	second, err := w.tickets.Receive(t.Context(), eye, tickets.Inbound{Channel: "phone", From: phone, Text: "two", Into: first.Ticket})
	if err != nil {
		t.Fatal(err)
	}
	made, err := w.tickets.Split(t.Context(), li, first.Ticket, second.Message)
	if err != nil {
		t.Fatal(err)
	}
	if p := w.view(made.ID).Participants; len(p) != 1 || p[0].Kind != "phone" || p[0].Address != phone.Address {
		t.Errorf("participants %+v", p)
	}
}

func TestAMessageIsMoved(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	li := w.Hire("li", "agent")
	ctx := t.Context()
	first := w.mail("zhang@example.cn", "one", func(in *tickets.Inbound) { in.Keys = []string{"k1"} })
	stray := w.mail("zhang@example.cn", "belongs to two", refersTo("k1"))
	two := w.mail("wang@example.cn", "two", func(in *tickets.Inbound) { in.Keys = []string{"k2"} })
	if err := w.tickets.Move(ctx, li, first.Ticket, stray.Message, two.Ticket); err != nil {
		t.Fatal(err)
	}
	if a, b := w.story(first.Ticket), w.story(two.Ticket); !slices.Equal(a, []string{"in", "moved_out"}) || !slices.Equal(b, []string{"in", "in", "moved_in"}) {
		t.Errorf("stories %q and %q", a, b)
	}
	object := fmt.Sprint("ticket:", two.Ticket)
	if topics := w.heard("message.added", object); !slices.Equal(topics, []string{"queue:1", object}) {
		t.Errorf("told %q", topics)
	}
	// Its author takes part there now.
	if r := w.mail("zhang@example.cn", "more", refersTo("k2")); r.Ticket != two.Ticket {
		t.Errorf("received %+v, want ticket %d", r, two.Ticket)
	}
	reply := w.reply(li, two.Ticket, "answer")
	for code, try := range map[string]func() error{
		"only_message": func() error {
			_, err := w.tickets.Split(ctx, li, first.Ticket, first.Message)
			return err
		},
		"only_incoming":   func() error { return w.tickets.Move(ctx, li, two.Ticket, reply, first.Ticket) },
		"unknown_message": func() error { return w.tickets.Move(ctx, li, first.Ticket, two.Message, two.Ticket) },
		"unknown_ticket":  func() error { return w.tickets.Move(ctx, li, two.Ticket, stray.Message, 999) },
		"same_ticket":     func() error { return w.tickets.Move(ctx, li, two.Ticket, stray.Message, two.Ticket) },
	} {
		w.wants(code, try(), fault.Invalid, code)
	}
	_, err := w.tickets.Split(ctx, li, 999, stray.Message)
	w.wants("splitting no ticket", err, fault.NotFound)
}

// A customer wrote from another address, which opened a ticket of its own: its only message goes where it belongs, and what
// still comes for the emptied ticket follows it.
func TestAnEmptiedTicketLeadsToWhereItsMessageWent(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	li := w.Hire("li", "agent")
	ctx := t.Context()
	old := w.mail("zhang@example.cn", "broken", func(in *tickets.Inbound) { in.Keys = []string{"k1"} })
	home := w.mail("zhang@home.test", "still broken", func(in *tickets.Inbound) { in.Keys = []string{"k2"} })
	if err := w.tickets.Move(ctx, li, home.Ticket, home.Message, old.Ticket); err != nil {
		t.Fatal(err)
	}
	if v := w.view(home.Ticket); v.State != "closed" {
		t.Errorf("the emptied ticket is %s", v.State)
	}
	if got := w.story(home.Ticket); !slices.Equal(got, []string{"moved_out", "state"}) {
		t.Errorf("its story is %q", got)
	}
	if r := w.mail("zhang@home.test", "and again", refersTo("k2")); r.Ticket != old.Ticket {
		t.Errorf("received %+v, want ticket %d", r, old.Ticket)
	}
	// Moved back, it stands for itself.
	if err := w.tickets.Move(ctx, li, old.Ticket, home.Message, home.Ticket); err != nil {
		t.Fatal(err)
	}
	if r := w.mail("zhang@home.test", "third", refersTo("k2")); r.Ticket != home.Ticket {
		t.Errorf("received %+v, want ticket %d", r, home.Ticket)
	}
}

// Two agents move messages between the same two tickets, in opposite ways, again and again: nobody waits for ever and
// nothing is lost.
func TestMovesInOppositeWaysAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	li := w.Hire("li", "agent")
	var ticket [2]int64
	var message [2]int64
	for i := range ticket {
		key := fmt.Sprint("k", i)
		first := w.mail("zhang@example.cn", key, func(in *tickets.Inbound) { in.Keys = []string{key} })
		ticket[i] = first.Ticket
		message[i] = w.mail("zhang@example.cn", "more", refersTo(key)).Message
	}
	crowd(2, func(i int) {
		for n := range 6 {
			from, to := ticket[(i+n)%2], ticket[(i+n+1)%2]
			if err := w.tickets.Move(t.Context(), li, from, message[i], to); err != nil {
				t.Errorf("move %d of message %d: %v", n, i, err)
			}
		}
	})
	if n := w.count(`select count(*) from messages where direction = 'in' and ticket_id = any ($1)`, ticket[:]); n != 4 {
		t.Errorf("%d messages are left, want 4", n)
	}
}

func TestAProposedLinkIsDismissed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	li := w.Hire("li", "agent")
	first := w.mail("zhang@example.cn", "one", func(in *tickets.Inbound) { in.Keys = []string{"k1"} })
	stranger := w.mail("eve@example.com", "re", refersTo("k1"))
	links := w.view(first.Ticket).Links // it shows on both
	if len(links) != 1 || links[0].Ticket.ID != stranger.Ticket {
		t.Fatalf("links %+v", links)
	}
	w.wants("a link of another ticket", w.tickets.DismissLink(t.Context(), li, 999, links[0].ID), fault.NotFound)
	if err := w.tickets.DismissLink(t.Context(), li, first.Ticket, links[0].ID); err != nil {
		t.Fatal(err)
	}
	if a, b := w.view(first.Ticket).Links, w.view(stranger.Ticket).Links; len(a)+len(b) != 0 {
		t.Errorf("links %+v and %+v after it was dismissed", a, b)
	}
}
