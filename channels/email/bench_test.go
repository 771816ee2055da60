package email

import (
	"context"
	"testing"
	"time"

	"frontline/channels"
	"frontline/channels/email/emailtest"
	"frontline/channels/email/imapbox"
	"frontline/channels/email/wire"
	"frontline/internal/pg"
)

// BenchmarkMailIn takes in a mailbox of 2,000 mails from a real Dovecot into a real, durable Postgres,
// against a bare fetch of the same mails in the same run.
func BenchmarkMailIn(b *testing.B) {
	const mails = 2000
	for range b.N {
		b.StopTimer()
		cluster, err := pg.StartPrivate(b.Context(), pg.ClusterOptions{Dir: b.TempDir()})
		if err != nil {
			b.Fatal(err)
		}
		if err := pg.Migrate(b.Context(), cluster.URL(), channels.Schemas()...); err != nil {
			b.Fatal(err)
		}
		db, err := pg.Open(b.Context(), cluster.URL(), pg.Options{})
		if err != nil {
			b.Fatal(err)
		}
		w := worldOn(b, db)
		dovecot := emailtest.Dovecot(b)
		all := make([][]byte, mails)
		for n := range all {
			all[n] = letterNo(n)
		}
		dovecot.Drop("", all...)
		bare := bareFetch(b, dovecot)
		password := emailtest.Secret
		w.mailboxAt(Edit{
			Name: "售后", Address: "aftersales@frontline.test", QueueID: 1, IMAPSecret: &password,
			IMAP: &Server{Host: dovecot.Host, Port: dovecot.IMAP, Security: "plain", User: emailtest.User},
		})
		b.StartTimer()
		start := time.Now()
		stop := w.runs()
		w.until("mails taken in", doneMails, mails)
		took := time.Since(start)
		b.StopTimer()
		stop()
		b.ReportMetric(mails/took.Seconds(), "mails/s")
		b.ReportMetric(mails/bare.Seconds(), "bare-mails/s")
		b.ReportMetric(bare.Seconds()/took.Seconds(), "of-bare")
		db.Close()
		if err := cluster.Stop(); err != nil {
			b.Error(err)
		}
	}
}

func bareFetch(b *testing.B, s *emailtest.DovecotServer) time.Duration {
	b.Helper()
	box, err := imapbox.Dial(b.Context(), imapbox.Account{
		Server: wire.Server{Host: s.Host, Port: s.IMAP, Security: wire.Plain}, Login: wire.Login{User: emailtest.User, Secret: wire.Static(emailtest.Secret)},
	})
	if err != nil {
		b.Fatal(err)
	}
	defer box.Close()
	if _, err := box.Select(b.Context(), "INBOX"); err != nil {
		b.Fatal(err)
	}
	uids, err := box.After(context.WithoutCancel(b.Context()), 0)
	if err != nil {
		b.Fatal(err)
	}
	start := time.Now()
	for len(uids) > 0 {
		done, err := box.Fetch(b.Context(), uids, imapbox.Batch{Count: 200, Bytes: 16 << 20}, func(imapbox.Mail) error { return nil })
		if err != nil {
			b.Fatal(err)
		}
		uids = uids[done:]
	}
	return time.Since(start)
}
