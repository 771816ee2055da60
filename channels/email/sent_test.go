package email

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"frontline/channels"
	"frontline/channels/email/emailtest"
	"frontline/channels/email/imapbox"
	"frontline/internal/authority"
	"frontline/tickets"
)

// provided makes a Dovecot the mailbox's provider, beside its way out.
func (w *world) provided(dovecot *emailtest.DovecotServer, sink *emailtest.SinkServer, change func(*Server)) {
	w.t.Helper()
	imap := &Server{Host: dovecot.Host, Port: dovecot.IMAP, Security: "plain", User: emailtest.User, KeepSent: "append"}
	change(imap)
	password := emailtest.Secret
	if _, err := w.Save(w.ctx, cli, w.box, Edit{
		Name: "客服", Address: w.address, QueueID: 1, IMAPSecret: &password, IMAP: imap, SMTP: &Server{Host: sink.Host, Port: sink.Port, Security: "plain"},
	}); err != nil {
		w.t.Fatal(err)
	}
}

// inSent counts the mails with a Message-ID in a folder of the provider.
func (w *world) inSent(folder, id string) int {
	w.t.Helper()
	box := w.dialTo(w.box)
	defer box.Close()
	if _, err := box.Select(w.ctx, folder); err != nil {
		w.t.Fatal(err)
	}
	found, err := box.Find(w.ctx, id)
	if err != nil {
		w.t.Fatal(err)
	}
	return len(found)
}

// dialTo logs in to a mailbox of ours as its owner would.
func (w *world) dialTo(mailbox int64) *imapbox.Box {
	w.t.Helper()
	var m Mailbox
	if err := w.gate.View(w.ctx, self, func(q authority.Query) (err error) {
		m, err = w.mailbox(w.ctx, q, mailbox)
		return err
	}); err != nil {
		w.t.Fatal(err)
	}
	account, _, err := w.account(m)
	if err != nil {
		w.t.Fatal(err)
	}
	box, err := imapbox.Dial(w.ctx, account)
	if err != nil {
		w.t.Fatal(err)
	}
	return box
}

// wanted counts the mails that are still to be copied.
func (w *world) wanted() (n int) {
	w.t.Helper()
	if err := w.db.Read.QueryRow(w.ctx, `select count(*) from deliveries where copy = 'wanted'`).Scan(&n); err != nil {
		w.t.Fatal(err)
	}
	return n
}

func TestWhatWasSentIsInTheSentFolderOnce(t *testing.T) {
	w := newWorld(t)
	dovecot := emailtest.Dovecot(t)
	sink, courier := w.outside(emailtest.SMTP{})
	w.provided(dovecot, sink, func(*Server) {})
	li := w.admin()
	first := w.arrives("From: zhang@customer.test\nSubject: 主轴", "不稳")
	const answers = 5
	for n := range answers {
		if _, err := w.tickets.Reply(w.ctx, li, tickets.Reply{Ticket: first.Ticket, Text: fmt.Sprint("第", n), Bcc: []string{"boss@us.test"}}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.copySent(w.ctx, w.box); err != nil {
		t.Fatal(err)
	}
	ids := w.deliveries(first.Ticket)
	for _, id := range ids {
		if n := w.inSent(emailtest.Sent, id); n != 0 {
			t.Fatalf("%s is in the sent folder before it was sent", id)
		}
	}
	if _, err := courier.Deliver(w.ctx, first.Ticket); err != nil {
		t.Fatal(err)
	}
	// A program that put the first there was killed before it could write that it had.
	box := w.dialTo(w.box)
	if folder, err := box.SentFolder(w.ctx); err != nil || folder != emailtest.Sent {
		t.Fatalf("the server's sent folder is %q, %v", folder, err)
	}
	mails := sink.Wait(answers)
	if err := box.Append(w.ctx, emailtest.Sent, mails[0].Raw, time.Now()); err != nil {
		t.Fatal(err)
	}
	box.Close()
	// Another was killed in the middle.
	ctx, kill := context.WithCancel(w.ctx)
	kill()
	if err := w.copySent(ctx, w.box); err == nil {
		t.Error("a program that is killed says that it is done")
	}
	// Two programs are started again at once.
	var both sync.WaitGroup
	for range 2 {
		both.Go(func() {
			if err := w.alone(w.ctx, fmt.Sprint("sent:", w.box), func(ctx context.Context) error { return w.copySent(ctx, w.box) }); err != nil {
				t.Error(err)
			}
		})
	}
	both.Wait()
	for _, id := range ids {
		if n := w.inSent(emailtest.Sent, id); n != 1 {
			t.Errorf("%s is %d times in the sent folder, want once", id, n)
		}
	}
	if n := w.wanted(); n != 0 {
		t.Errorf("%d copies are wanted still", n)
	}
}

func TestASentFolderThatIsMissingIsSaidAndNothingIsLost(t *testing.T) {
	w := newWorld(t)
	dovecot := emailtest.Dovecot(t)
	sink, courier := w.outside(emailtest.SMTP{})
	w.provided(dovecot, sink, func(s *Server) { s.Sent = "Nowhere" })
	li := w.admin()
	first := w.arrives("From: zhang@customer.test\nSubject: 主轴", "不稳")
	w.answers(li, first.Ticket, "已收到")
	if _, err := courier.Deliver(w.ctx, first.Ticket); err != nil {
		t.Fatal(err)
	}
	if err := w.copySent(w.ctx, w.box); err == nil {
		t.Fatal("copied into a folder that is not there")
	}
	alarm := func() (code string) {
		t.Helper()
		if err := w.db.Read.QueryRow(w.ctx, `select coalesce((select code from alarms where kind = 'mailbox.sent_copy' and cleared_at is null), '')`).Scan(&code); err != nil {
			t.Fatal(err)
		}
		return code
	}
	if code := alarm(); code != "folder_missing" {
		t.Errorf("the alarm says %q, want folder_missing", code)
	}
	w.provided(dovecot, sink, func(s *Server) { s.Sent = emailtest.Sent })
	if err := w.copySent(w.ctx, w.box); err != nil {
		t.Fatal(err)
	}
	if n := w.inSent(emailtest.Sent, w.deliveries(first.Ticket)[0]); n != 1 || alarm() != "" || w.wanted() != 0 {
		t.Errorf("after the folder was named: %d in it, alarm %q, %d wanted", n, alarm(), w.wanted())
	}
	// Who switches it off wants what waits no more.
	w.answers(li, first.Ticket, "再见")
	w.provided(dovecot, sink, func(s *Server) { s.KeepSent = "provider" })
	if _, err := courier.Deliver(w.ctx, first.Ticket); err != nil {
		t.Fatal(err)
	}
	if err := w.copySent(w.ctx, w.box); err != nil || w.wanted() != 0 || w.inSent(emailtest.Sent, w.deliveries(first.Ticket)[1]) != 0 {
		t.Errorf("after it was switched off: %v, %d wanted", err, w.wanted())
	}
}

func TestAnUncertainMailIsFoundInAFolderThatNobodyNamed(t *testing.T) {
	w := newWorld(t)
	dovecot := emailtest.Dovecot(t)
	sink, courier := w.outside(emailtest.SMTP{OnDot: func(c *emailtest.SMTPConn, _ emailtest.Message) error {
		c.Close()
		return nil
	}})
	w.provided(dovecot, sink, func(s *Server) { s.KeepSent = "provider" })
	li := w.admin()
	first := w.arrives("From: zhang@customer.test\nSubject: 主轴", "不稳")
	message := w.answers(li, first.Ticket, "已发出")
	if _, err := courier.Deliver(w.ctx, first.Ticket); err != nil {
		t.Fatal(err)
	}
	if state, _ := w.delivery(message); state != "uncertain" {
		t.Fatalf("the line broke after the dot: %q", state)
	}
	if err := w.proveAll(w.ctx); err != nil {
		t.Fatal(err)
	}
	if state, _ := w.delivery(message); state != "uncertain" {
		t.Fatalf("an empty sent folder proved something: %q", state)
	}
	dovecot.Drop(emailtest.Sent, sink.Wait(1)[0].Raw) // the provider keeps it
	if err := w.proveAll(w.ctx); err != nil {
		t.Fatal(err)
	}
	if state, _ := w.delivery(message); state != "sent" {
		t.Errorf("found where the server keeps sent mail: %q, want sent", state)
	}
}

var _ channels.Carrier = (*Email)(nil)
