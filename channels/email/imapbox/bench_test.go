package imapbox_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"fmt"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"frontline/channels/email/emailtest"
	"frontline/channels/email/imapbox"
)

// BenchmarkFetch reads 5,000 mails of 3.3 kB from a Dovecot: with go-imap alone, all mails in memory and nothing checked,
// and by Watch, in batches of several sizes. "of-raw" is how fast Watch is beside go-imap in the same run.
func BenchmarkFetch(b *testing.B) {
	const mails = 5000
	server := emailtest.Dovecot(b)
	var raws [][]byte
	for i := range mails {
		raws = append(raws, append(letter(i), bytes.Repeat([]byte("The spindle is not steady at 3000 rpm.\r\n"), 80)...))
	}
	server.Drop("", raws...)
	rawFetch(b, server, mails, 500) // Dovecot writes its index, once

	var raw time.Duration
	b.Run("raw=go-imap/batch=200", func(b *testing.B) {
		for b.Loop() {
			rawFetch(b, server, mails, 200)
		}
		raw = b.Elapsed() / time.Duration(b.N)
		b.ReportMetric(mails/raw.Seconds(), "mails/s")
	})
	for _, batch := range []int{100, 200, 500} {
		b.Run(fmt.Sprintf("watch/batch=%d", batch), func(b *testing.B) {
			for b.Loop() {
				watchAll(b, server, mails, batch)
			}
			took := b.Elapsed() / time.Duration(b.N)
			b.ReportMetric(mails/took.Seconds(), "mails/s")
			if raw > 0 {
				b.ReportMetric(raw.Seconds()/took.Seconds(), "of-raw")
			}
		})
	}
}

// rawFetch is the fastest that go-imap does in batches.
func rawFetch(b *testing.B, server *emailtest.DovecotServer, mails, batch int) {
	c, err := imapclient.DialTLS(fmt.Sprintf("%s:%d", server.Host, server.IMAPS), &imapclient.Options{TLSConfig: &tls.Config{RootCAs: server.CAs}})
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	if err := c.Login(emailtest.User, emailtest.Secret).Wait(); err != nil {
		b.Fatal(err)
	}
	if _, err := c.Select("INBOX", nil).Wait(); err != nil {
		b.Fatal(err)
	}
	got := 0
	for first := 1; first <= mails; first += batch {
		set := imap.UIDSet{imap.UIDRange{Start: imap.UID(first), Stop: imap.UID(first + batch - 1)}}
		part, err := c.Fetch(set, &imap.FetchOptions{
			UID: true, InternalDate: true, RFC822Size: true, BodySection: []*imap.FetchItemBodySection{{Peek: true}},
		}).Collect()
		if err != nil {
			b.Fatal(err)
		}
		got += len(part)
	}
	if got != mails {
		b.Fatalf("%d mails, want %d", got, mails)
	}
}

func watchAll(b *testing.B, server *emailtest.DovecotServer, mails, batch int) {
	ctx, cancel := context.WithCancel(b.Context())
	defer cancel()
	kept := newStore(b)
	ended := make(chan error, 1)
	go func() { ended <- imapbox.Watch(ctx, dovecotAccount(server), imapbox.Options{Batch: batch}, kept) }()
	kept.has(mails)
	cancel()
	<-ended
}
