package email

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"testing"
	"time"

	"frontline/channels/email/emailtest"
	"frontline/internal/fault"
)

// runs starts the channel's parts until the returned function stops them, as the end of a program would.
func (w *world) runs() (stop func()) {
	ctx, cancel := context.WithCancel(w.ctx)
	var parts sync.WaitGroup
	for _, f := range []func(context.Context) error{w.Fetch, w.Intake} {
		parts.Add(1)
		go func() {
			defer parts.Done()
			if err := f(ctx); err != nil {
				w.t.Error(err)
			}
		}()
	}
	return func() { cancel(); parts.Wait() }
}

// until waits for a number that the database must reach, and fails where it is passed.
func (w *world) until(what, query string, want int) {
	w.t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	end := time.After(time.Minute)
	for {
		var n int
		if err := w.db.Read.QueryRow(w.ctx, query).Scan(&n); err != nil {
			w.t.Fatal(err)
		}
		if n == want {
			return
		}
		if n > want {
			w.t.Fatalf("%d %s, want %d", n, what, want)
		}
		select {
		case <-tick.C:
		case <-end:
			w.t.Fatalf("%d %s after a minute, want %d", n, what, want)
		}
	}
}

const (
	doneMails  = `select count(*) from raw_mails where state = 'done'`
	knownTwice = `select count(*) from raw_mails where state = 'duplicate'`
	sideWell   = `select count(*) from mailbox_states where ok and side = 'in:INBOX'`
	sideIll    = `select count(*) from mailbox_states where not ok and code <> '' and side = 'in:INBOX'`
)

func letterNo(n int) []byte {
	return []byte(fmt.Sprintf("From: c%d@customer.test\r\nTo: kefu@example.test\r\nSubject: case %d\r\nMessage-ID: <%d@customer.test>\r\nDate: Tue, 24 Nov 2026 10:00:00 +0800\r\n\r\nno. %d\r\n", n%7, n, n, n))
}

func TestARealMailboxIsReadWholeThroughRestartsAndRenumbering(t *testing.T) {
	w := newWorld(t)
	dovecot := emailtest.Dovecot(t)
	for n := range 30 {
		dovecot.Drop("", letterNo(n))
	}
	imap := &Server{Host: dovecot.Host, Port: dovecot.IMAP, Security: "plain", User: emailtest.User}
	secret := emailtest.Secret
	box := w.mailboxAt(Edit{Name: "售后", Address: "aftersales@frontline.test", QueueID: 1, IMAP: imap, IMAPSecret: &secret})
	stop := w.runs()
	w.until("mails taken in", doneMails, 30)

	dovecot.Deliver(letterNo(30)) // seen by IDLE
	w.until("mails taken in", doneMails, 31)
	stop()

	// The program is down for a month; mail comes in all the same.
	for n := 31; n < 60; n++ {
		dovecot.Drop("", letterNo(n))
	}
	stop = w.runs()
	w.until("mails taken in", doneMails, 60)

	// The mail server restarts and has lost its numbering: everything is read again, nothing is doubled.
	dovecot.Stop()
	w.until("ill folders", sideIll, 1)
	dovecot.WipeUIDs()
	dovecot.Start()
	dovecot.Drop("", letterNo(60))
	w.until("mails known from before", knownTwice, 60)
	w.until("mails taken in", doneMails, 61)
	w.until("well folders", sideWell, 1)
	stop()

	missing, err := w.Reconcile(w.ctx)
	if err != nil || missing != 0 {
		t.Errorf("Reconcile = %d, %v; want 0: nothing is lost", missing, err)
	}
	status, err := w.Mailboxes(w.ctx, w.admin())
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range status {
		if s.ID == box && (s.State.Receiving == nil || !s.State.Receiving.OK || s.State.Receiving.Folders[0].Seen != 61) {
			t.Errorf("the mailbox page shows %+v, want well with 61 seen", s.State.Receiving)
		}
	}
}

func TestAWrongPasswordIsSaidAndMendedWithoutARestart(t *testing.T) {
	w := newWorld(t)
	dovecot := emailtest.Dovecot(t)
	dovecot.Drop("", letterNo(1))
	wrong, right := "wrong", emailtest.Secret
	edit := Edit{
		Name: "售后", Address: "aftersales@frontline.test", QueueID: 1, IMAPSecret: &wrong,
		IMAP: &Server{Host: dovecot.Host, Port: dovecot.IMAP, Security: "plain", User: emailtest.User},
	}
	box := w.mailboxAt(edit)
	defer w.runs()()
	w.until("alarms", `select count(*) from alarms where kind = 'mailbox.receiving' and code = 'auth_failed' and cleared_at is null`, 1)

	edit.IMAPSecret = &right
	if _, err := w.Save(w.ctx, cli, box, edit); err != nil {
		t.Fatal(err)
	}
	w.until("mails taken in", doneMails, 1)
	w.until("open alarms", `select count(*) + 7 from alarms where cleared_at is null`, 7)
}

func TestAServerThatGivesAUsedNumberToAnotherMailLosesNone(t *testing.T) {
	w := newWorld(t)
	fake := emailtest.FakeIMAP(t, emailtest.IMAP{Validity: 0})
	for n := range 5 {
		fake.Add(letterNo(n))
	}
	password := emailtest.Secret
	w.mailboxAt(Edit{
		Name: "售后", Address: "aftersales@frontline.test", QueueID: 1, IMAPSecret: &password,
		IMAP: &Server{Host: fake.Host, Port: fake.Port, Security: "plain", User: emailtest.User},
	})
	stop := w.runs()
	w.until("mails taken in", doneMails, 5)
	stop()
	fake.Renumber(0, 3) // all mails move up, under the same UIDVALIDITY
	fake.Add(letterNo(5))
	defer w.runs()()
	w.until("mails taken in", doneMails, 6)
}

func TestAStoreThatTakesNoMoreIsSaidAndWorkGoesOnWhenItDoes(t *testing.T) {
	w := newWorld(t)
	dovecot := emailtest.Dovecot(t)
	password := emailtest.Secret
	defer w.runs()()
	w.breakStore(true)
	dovecot.Drop("", letterNo(1))
	w.mailboxAt(Edit{
		Name: "售后", Address: "aftersales@frontline.test", QueueID: 1, IMAPSecret: &password,
		IMAP: &Server{Host: dovecot.Host, Port: dovecot.IMAP, Security: "plain", User: emailtest.User},
	})
	w.until("alarms", `select count(*) from alarms where kind = 'mailbox.receiving' and code = 'store_failed' and cleared_at is null`, 1)
	w.breakStore(false)
	w.until("mails taken in", doneMails, 1)
	w.until("open alarms", `select count(*) + 7 from alarms where cleared_at is null`, 7)
}

// breakStore puts a file where the blob store's folder was, and the folder back.
func (w *world) breakStore(broken bool) {
	w.t.Helper()
	var err error
	if aside := w.files + ".aside"; broken {
		err = errors.Join(os.Rename(w.files, aside), os.WriteFile(w.files, nil, 0o600))
	} else {
		err = errors.Join(os.Remove(w.files), os.Rename(aside, w.files))
	}
	if err != nil {
		w.t.Fatal(err)
	}
}

func TestWhatWasTakenInIsMarkedAndPutAway(t *testing.T) {
	w := newWorld(t)
	dovecot := emailtest.Dovecot(t)
	for n := range 3 {
		dovecot.Drop("", letterNo(n))
	}
	secret := emailtest.Secret
	edit := Edit{
		Name: "售后", Address: "aftersales@frontline.test", QueueID: 1, IMAPSecret: &secret,
		IMAP: &Server{Host: dovecot.Host, Port: dovecot.IMAP, Security: "plain", User: emailtest.User, Mark: "Frontline", MoveTo: emailtest.AfterFix},
	}
	box := w.mailboxAt(edit)
	stop := w.runs()
	w.until("mails taken in", doneMails, 3)
	dovecot.Deliver(letterNo(3))
	w.until("mails taken in", doneMails, 4)
	stop()
	edit.IMAP.MoveTo, edit.IMAP.Mark = "INBOX", ""
	if _, err := w.Save(w.ctx, cli, box, edit); !errors.Is(err, fault.Invalid) {
		t.Errorf("moved to where it is read: %v, want invalid", err)
	}
	edit.IMAP.MoveTo, edit.IMAP.Mark = "", `\deleted`
	if _, err := w.Save(w.ctx, cli, box, edit); !errors.Is(err, fault.Invalid) {
		t.Errorf("marked as deleted: %v, want invalid", err)
	}
	if missing, err := w.Reconcile(w.ctx); err != nil || missing != 0 {
		t.Errorf("Reconcile = %d, %v", missing, err)
	}
	// Nothing depends on it: a move that was cut short is only a mail that stays.
	edit.IMAP.Mark = ""
	if _, err := w.Save(w.ctx, cli, box, edit); err != nil {
		t.Fatal(err)
	}
	reader := w.dialTo(box)
	defer reader.Close()
	moved, err := reader.Select(w.ctx, emailtest.AfterFix)
	if err != nil {
		t.Fatal(err)
	}
	left, err := reader.Select(w.ctx, "INBOX")
	if err != nil || moved.Messages+left.Messages != 4 || moved.Messages < 3 {
		t.Errorf("%d mails were put away and %d are left, %v; want all, but perhaps the last", moved.Messages, left.Messages, err)
	}
}
