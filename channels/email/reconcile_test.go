package email

import (
	"testing"

	"frontline/channels/email/emailtest"
	"frontline/internal/authority"
)

func TestAMailThatTheCursorPassedIsFoundSaidAndTakenIn(t *testing.T) {
	w := newWorld(t)
	dovecot := emailtest.Dovecot(t)
	for n := range 5 {
		dovecot.Drop("", letterNo(n))
	}
	secret := emailtest.Secret
	box := w.mailboxAt(Edit{
		Name: "售后", Address: "aftersales@frontline.test", QueueID: 1, IMAPSecret: &secret,
		IMAP: &Server{Host: dovecot.Host, Port: dovecot.IMAP, Security: "plain", User: emailtest.User},
	})
	stop := w.runs()
	w.until("mails taken in", doneMails, 5)
	stop()
	// What no fault of ours may do is done by hand: two mails are forgotten, and the cursor stands behind them.
	if err := w.gate.Do(w.ctx, self, func(tx *authority.Tx) error {
		if err := tx.Allow(w.ctx, authority.Act{Name: "mail.keep", Object: "test"}); err != nil {
			return err
		}
		_, err := tx.Exec(w.ctx, `delete from raw_mails where mailbox_id = $1 and uid in (2, 4)`, box)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	const alarms = `select count(*) + 7 from alarms where kind = 'mailbox.differs' and cleared_at is null`
	w.until("alarms", alarms, 7)
	if missing, err := w.Reconcile(w.ctx); err != nil || missing != 2 {
		t.Fatalf("Reconcile = %d, %v; want 2 missing", missing, err)
	}
	w.until("alarms", alarms, 8)
	for n := 1; n > 0; {
		var err error
		if n, err = w.takeIn(w.ctx); err != nil {
			t.Fatal(err)
		}
	}
	w.until("mails kept", `select count(*) from raw_mails where uid is not null and state in ('done', 'duplicate')`, 5)
	if missing, err := w.Reconcile(w.ctx); err != nil || missing != 0 {
		t.Errorf("Reconcile again = %d, %v; want 0", missing, err)
	}
	w.until("alarms", alarms, 7)
}
