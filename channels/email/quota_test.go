package email

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"frontline/channels"
	"frontline/channels/email/emailtest"
	"frontline/channels/email/mime"
	"frontline/internal/authority"
	"frontline/tickets"
)

// quota sets the mailbox's limits; its server stays.
func (w *world) quota(sink *emailtest.SinkServer, hour, day int) {
	w.t.Helper()
	if _, err := w.Save(w.ctx, cli, w.box, Edit{
		Name: "客服", Address: w.address, QueueID: 1, SMTP: &Server{Host: sink.Host, Port: sink.Port, Security: "plain"}, PerHour: hour, PerDay: day,
	}); err != nil {
		w.t.Fatal(err)
	}
}

// earlier lets time go by: what was sent was sent so much earlier, and the provider's patience is over.
func (w *world) earlier(by time.Duration) {
	w.t.Helper()
	if err := w.gate.Do(w.ctx, self, func(tx *authority.Tx) error {
		if err := tx.Allow(w.ctx, authority.Act{Name: "mail.keep", Object: "test"}); err != nil {
			return err
		}
		if _, err := tx.Exec(w.ctx, `update deliveries set sending_at = sending_at - make_interval(secs => $1), next_at = next_at - make_interval(secs => $1)`, by.Seconds()); err != nil {
			return err
		}
		_, err := tx.Exec(w.ctx, `update mailboxes set slowed_until = slowed_until - make_interval(secs => $1)`, by.Seconds())
		return err
	}); err != nil {
		w.t.Fatal(err)
	}
}

func TestWhatIsAboveTheLimitWaitsAndGoesInOrder(t *testing.T) {
	w := newWorld(t)
	sink, courier := w.outside(emailtest.SMTP{})
	w.quota(sink, 3, 0)
	li := w.admin()
	one := w.arrives("From: zhang@customer.test\nSubject: 甲", "甲")
	two := w.arrives("From: li@customer.test\nSubject: 乙", "乙")
	send := func(ticket int64, text string) int64 {
		t.Helper()
		id, err := w.tickets.Reply(w.ctx, li, tickets.Reply{Ticket: ticket, Text: text})
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	deliver := func(ticket int64) time.Duration {
		t.Helper()
		wait, err := courier.Deliver(w.ctx, ticket)
		if err != nil {
			t.Fatal(err)
		}
		return wait
	}
	sent := func() string {
		var all []string
		for _, m := range sink.Messages() {
			all = append(all, mime.Read(m.Raw, mime.DefaultLimits()).Reply)
		}
		return strings.Join(all, " ")
	}
	var ids []int64
	for n := 1; n <= 5; n++ {
		ids = append(ids, send(one.Ticket, fmt.Sprint("A", n)))
	}
	b1 := send(two.Ticket, "B1")
	wait := deliver(one.Ticket)
	if sent() != "A1 A2 A3" || wait < 59*time.Minute || wait > 61*time.Minute {
		t.Fatalf("sent %q, to wait %v; want three, and the fourth in an hour", sent(), wait)
	}
	if state, detail := w.delivery(ids[3]); state != "queued" || detail != "sending_limit_hour" {
		t.Errorf("the fourth: %q %q, want queued because of the limit", state, detail)
	}
	if state, detail := w.delivery(ids[4]); state != "queued" || detail != "" {
		t.Errorf("the fifth, behind it: %q %q", state, detail)
	}
	if deliver(two.Ticket) == 0 {
		t.Error("another ticket of the same mailbox went past the limit")
	}
	w.earlier(30 * time.Minute)
	if deliver(one.Ticket); sent() != "A1 A2 A3" {
		t.Errorf("after half an hour: %q", sent())
	}
	// Two of the three leave the hour; of what waits, the oldest goes first, whoever asks first.
	w.earlier(31 * time.Minute)
	if err := courier.Sweep(w.ctx); err != nil {
		t.Fatal(err)
	}
	deliver(two.Ticket)
	deliver(one.Ticket)
	if got := sent(); got != "A1 A2 A3 B1 A4 A5" {
		t.Errorf("after an hour: %q", got)
	}
	if state, _ := w.delivery(b1); state != "sent" {
		t.Errorf("B1 is %q", state)
	}
	// More room made by hand is used at once.
	b2 := send(two.Ticket, "B2")
	if deliver(two.Ticket) == 0 {
		t.Error("the limit of the next hour does not hold")
	}
	w.quota(sink, 4, 100)
	if deliver(two.Ticket) != 0 {
		t.Error("a raised limit does not let the waiting go")
	}
	if state, _ := w.delivery(b2); state != "sent" {
		t.Errorf("B2 is %q", state)
	}
	// A mail to more people than the limit goes alone, after an empty hour.
	w.quota(sink, 1, 0)
	big, err := w.tickets.Reply(w.ctx, li, tickets.Reply{Ticket: one.Ticket, Text: "all", Cc: []string{"a@customer.test", "b@customer.test"}})
	if err != nil {
		t.Fatal(err)
	}
	if deliver(one.Ticket) == 0 {
		t.Error("a mail to three went out of turn")
	}
	w.earlier(2 * time.Hour)
	if deliver(one.Ticket) != 0 {
		t.Error("a mail to more people than the limit never goes")
	}
	if state, _ := w.delivery(big); state != "sent" {
		t.Errorf("the mail to three is %q", state)
	}
	w.quota(sink, 0, 3)
	last := send(two.Ticket, "B2")
	deliver(two.Ticket)
	if state, detail := w.delivery(last); state != "queued" || detail != "sending_limit_day" {
		t.Errorf("above the day's limit: %q %q", state, detail)
	}
}

func TestAProviderThatSaysTooManySlowsTheMailboxAndNotItsNeighbour(t *testing.T) {
	w := newWorld(t)
	li := w.admin()
	busy := true
	sink, courier := w.outside(emailtest.SMTP{OnMail: func(*emailtest.SMTPConn, string) error {
		if busy {
			return emailtest.Reply(451, "Too many messages, slow down")
		}
		return nil
	}})
	one := w.arrives("From: zhang@customer.test\nSubject: 甲", "甲")
	two := w.arrives("From: li@customer.test\nSubject: 乙", "乙")
	a, b := w.answers(li, one.Ticket, "A"), w.answers(li, two.Ticket, "B")
	if _, err := courier.Deliver(w.ctx, one.Ticket); err != nil {
		t.Fatal(err)
	}
	if wait, err := courier.Deliver(w.ctx, two.Ticket); err != nil || wait < 4*time.Minute || wait > 5*time.Minute {
		t.Errorf("the next mail of the mailbox: wait %v, %v; want five minutes", wait, err)
	}
	if state, detail := w.delivery(b); state != "queued" || detail != "provider_limit" {
		t.Errorf("the next mail: %q %q, want queued because of the provider", state, detail)
	}
	w.earlier(5 * time.Minute)
	if _, err := courier.Deliver(w.ctx, one.Ticket); err != nil {
		t.Fatal(err)
	}
	if wait, err := courier.Deliver(w.ctx, two.Ticket); err != nil || wait < 9*time.Minute {
		t.Errorf("after a second time: wait %v, %v; want ten minutes", wait, err)
	}
	busy = false
	w.earlier(10 * time.Minute)
	for _, ticket := range []int64{one.Ticket, two.Ticket} {
		if wait, err := courier.Deliver(w.ctx, ticket); err != nil || wait != 0 {
			t.Errorf("after the pause: wait %v, %v", wait, err)
		}
	}
	for _, id := range []int64{a, b} {
		if state, _ := w.delivery(id); state != "sent" {
			t.Errorf("message %d is %q, want sent", id, state)
		}
	}
	if len(sink.Messages()) != 2 {
		t.Errorf("%d mails outside, want 2", len(sink.Messages()))
	}
	var slowed bool
	if err := w.db.Read.QueryRow(w.ctx, `select slowed_for > 0 from mailboxes where id = $1`, w.box).Scan(&slowed); err != nil || slowed {
		t.Errorf("the mailbox is slow still: %t, %v", slowed, err)
	}
}

var _ channels.Limiter = (*Email)(nil)
