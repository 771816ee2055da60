package webchat_test

import (
	"slices"
	"strings"
	"testing"

	"frontline/crm"
	"frontline/internal/authority"
	"frontline/tickets"
)

// TestAMergedConversationGoesOn: an agent merges the chat with a mail of a colleague of the visitor, in either direction. The visitor
// notices nothing: his words arrive, he gets the answers, here and after a reload, and sees nothing of the mail.
func TestAMergedConversationGoesOn(t *testing.T) {
	for name, way := range map[string]func(chat, mail int64) (from, into int64){
		"into the mail":      func(chat, mail int64) (from, into int64) { return chat, mail },
		"the mail is merged": func(chat, mail int64) (from, into int64) { return mail, chat },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.opensMailbox()
			v, _ := w.visitor(nil)
			chat := w.ticketOf(v.start("one"))
			w.replies(chat, "two")
			mail := w.colleague()
			from, into := way(chat, mail)
			if err := w.tickets.Merge(t.Context(), w.li, from, into, true); err != nil {
				t.Fatal(err)
			}
			v.write("three")
			w.said(into, "four")
			want := []string{"visitor: one", "agent: two", "visitor: three", "agent: four"}
			if got := v.read(4); !slices.Equal(got, want) {
				t.Errorf("the visitor sees %q, want %q", got, want)
			}
			if n := w.number(`select count(*) from messages where ticket_id = $1 and text = 'three'`, into); n != 1 {
				t.Errorf("%d of the visitor's words are on the ticket that goes on, want them there", n)
			}
			back, hello := w.visitor(map[string]any{"token": v.token})
			if got := back.read(4); !slices.Equal(got, want) || hello.Seq != v.seq {
				t.Errorf("after a reload come %q up to %d, want %q up to %d", got, hello.Seq, want, v.seq)
			}
		})
	}
}

// An answer waits to be mailed to a visitor who is gone when the chat is merged: he gets it all the same, without a word of the mail.
func TestAnAnswerToWhoIsGoneOutlivesAMerge(t *testing.T) {
	w := newWorld(t)
	w.opensMailbox()
	v, _ := w.visitor(nil)
	chat := w.ticketOf(v.start("one", "answers", map[string]string{"email": "zhang@customer.test"}))
	v.ws.Close() //nolint:errcheck // the visitor goes
	answer := w.replies(chat, "two")
	into := w.colleague()
	if err := w.tickets.Merge(t.Context(), w.li, chat, into, true); err != nil {
		t.Fatal(err)
	}
	w.mailsUnseen(chat)
	var detail, text string
	if w.see(&detail, `select delivery_detail from messages where id = $1`, answer); detail != "by_mail" {
		t.Errorf("the answer is marked %q, want by_mail", detail)
	}
	w.see(&text, `select coalesce(max(text), '') from messages where ticket_id = $1 and direction = 'out' and 'zhang@customer.test' = any (to_addresses)`, into)
	if !strings.Contains(text, "two") || strings.Contains(text, "secret") {
		t.Errorf("the mail to the visitor is %q, want the answer, and nothing of the other matter", text)
	}
}

// colleague is a ticket that somebody else opened by mail, and its answer.
func (w *world) colleague() (ticket int64) {
	w.t.Helper()
	got, err := w.tickets.Receive(w.t.Context(), authority.System("email"), tickets.Inbound{
		Channel: "email", RemoteID: "q@customer.test", From: crm.Point{Kind: crm.Email, Address: "wang@customer.test"}, Name: "Wang", Subject: "secret", Text: "secret question", Queue: 1,
	})
	if err != nil {
		w.t.Fatal(err)
	}
	w.said(got.Ticket, "secret answer")
	return got.Ticket
}

// said lets Li answer by whatever way the ticket came.
func (w *world) said(ticket int64, text string) {
	w.t.Helper()
	if _, err := w.tickets.Reply(w.t.Context(), w.li, tickets.Reply{Ticket: ticket, Text: text, Anyway: true}); err != nil {
		w.t.Fatal(err)
	}
}
