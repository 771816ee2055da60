package webchat_test

import (
	"strings"
	"testing"

	"frontline/channels/email"
	"frontline/crm"
	"frontline/internal/authority"
	"frontline/tickets"
)

// TestTheAnswerGoesByMailToWhoIsGone: with the conversation, once, and the answer to that mail joins.
func TestTheAnswerGoesByMailToWhoIsGone(t *testing.T) {
	w := newWorld(t)
	w.opensMailbox()
	v, _ := w.visitor(map[string]any{"lang": "en"})
	ticket := w.ticketOf(v.start("The spindle fails", "answers", map[string]string{"email": "zhang@customer.test"}))
	seen := w.replies(ticket, "Which machine?")
	v.read(2)
	v.say(map[string]any{"type": "received", "upto": seen})
	w.until("delivered", `select delivery_state = 'delivered' from messages where id = $1`, seen)
	v.ws.Close() //nolint:errcheck // the visitor goes
	unseen := w.replies(ticket, "We come tomorrow at nine")
	w.mailsUnseen(ticket)
	w.mailsUnseen(ticket) // each answer has its job, and each word goes once
	var mail int64
	w.see(&mail, `select max(id) from messages where ticket_id = $1 and channel = 'email' and direction = 'out'`, ticket)
	var text string
	var to []string
	w.see(&text, `select text from messages where id = $1`, mail)
	w.see(&to, `select to_addresses from messages where id = $1`, mail)
	if n := w.number(`select count(*) from deliveries where ticket_id = $1`, ticket); n != 1 || to[0] != "zhang@customer.test" {
		t.Errorf("%d mails go to %v, want one to zhang", n, to)
	}
	head, history, _ := strings.Cut(text, "The conversation:")
	if !strings.Contains(head, "We come tomorrow at nine") || strings.Contains(head, "Which machine?") ||
		!strings.Contains(history, "The spindle fails") || !strings.Contains(history, "Which machine?") {
		t.Errorf("the mail is %q, want the unseen answer first, then the conversation", text)
	}
	var detail string
	if w.see(&detail, `select delivery_detail from messages where id = $1`, unseen); detail != "by_mail" {
		t.Errorf("the answer is marked %q, want by_mail", detail)
	}
	// The answer to the mail names it, as mail programs do.
	var key string
	w.see(&key, `select key from thread_keys where message_id = $1 and channel = 'email' limit 1`, mail)
	got, err := w.tickets.Receive(t.Context(), authority.System("email"), tickets.Inbound{
		Channel: email.Channel, RemoteID: "m1@customer.test", From: crm.Point{Kind: crm.Email, Address: "zhang@customer.test"}, Text: "Nine is fine",
		Hints: []tickets.Hint{{Kind: "reference", Keys: []string{key}}},
	})
	if err != nil || got.Ticket != ticket {
		t.Errorf("the answer to the mail is in ticket %d, %v, want %d", got.Ticket, err, ticket)
	}
	// Back at the chat all of it is there, and the program's own mail is not shown twice.
	back, _ := w.visitor(map[string]any{"token": v.token})
	want := "visitor: The spindle fails|agent: Which machine?|agent: We come tomorrow at nine|visitor: Nine is fine"
	if all := strings.Join(back.read(4), "|"); all != want {
		t.Errorf("back at the chat: %q, want %q", all, want)
	}
}

// TestWhoIsThereGetsNoMail: what a browser has is not mailed; where no address is known, the agent is told.
func TestWhoIsThereGetsNoMail(t *testing.T) {
	w := newWorld(t)
	w.opensMailbox()
	v, _ := w.visitor(nil)
	ticket := w.ticketOf(v.start("hello", "answers", map[string]string{"email": "zhang@customer.test"}))
	answer := w.replies(ticket, "Good morning")
	v.read(2)
	v.say(map[string]any{"type": "received", "upto": answer})
	w.until("delivered", `select delivery_state = 'delivered' from messages where id = $1`, answer)
	w.mailsUnseen(ticket)
	gone, _ := w.visitor(nil)
	nowhere := w.ticketOf(gone.start("hello"))
	gone.ws.Close() //nolint:errcheck // the visitor goes
	lost := w.replies(nowhere, "Good morning")
	w.mailsUnseen(nowhere)
	if n := w.number(`select count(*) from deliveries`); n != 0 {
		t.Errorf("%d mails go out, want none", n)
	}
	var detail string
	if w.see(&detail, `select delivery_detail from messages where id = $1`, lost); detail != "no_address" {
		t.Errorf("an answer that reaches nobody is marked %q, want no_address", detail)
	}
}

// opensMailbox lets the company send mail.
func (w *world) opensMailbox() {
	w.t.Helper()
	mail := email.New(w.DB, w.Gate, nil, w.Key, w.tickets, nil)
	if _, err := mail.Save(w.t.Context(), cli, 0, email.Edit{
		Name: "客服", Address: "kefu@frontline.test", QueueID: 1, SMTP: &email.Server{Host: "127.0.0.1", Port: 1, Security: "plain"},
	}); err != nil {
		w.t.Fatal(err)
	}
}

// mailsUnseen does what the job of an answer does when its time has come.
func (w *world) mailsUnseen(ticket int64) {
	w.t.Helper()
	if n := w.number(`select count(*) from river.river_job where kind = 'chat_mail_unseen' and args ->> 'ticket' = $1::bigint::text
		and state = 'scheduled' and scheduled_at between now() + interval '5 s' and now() + interval '15 s'`, ticket); n == 0 {
		w.t.Error("no job waits for the site's time to pass")
	}
	if err := w.Mail(w.t.Context(), ticket); err != nil {
		w.t.Fatal(err)
	}
}
