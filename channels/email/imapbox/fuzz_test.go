package imapbox

import (
	"context"
	"errors"
	"io"
	"net"
	"testing"
	"time"

	"frontline/channels/email/wire"
)

// FuzzServer lets a server say anything: nothing panics, nothing hangs, and what comes as a whole mail came whole.
func FuzzServer(f *testing.F) {
	const login = "* OK hi\r\nT1 OK [CAPABILITY IMAP4rev1 IDLE ESEARCH] in\r\n* CAPABILITY IMAP4rev1 IDLE ESEARCH\r\nT2 OK ok\r\nT3 OK ok\r\nT4 OK ok\r\nT5 OK ok\r\n"
	f.Add([]byte(login + "* 3 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n* OK [UIDNEXT 4] x\r\nT6 OK ok\r\n* ESEARCH (TAG \"T7\") UID ALL 1:3\r\nT7 OK ok\r\n" +
		"* 1 FETCH (UID 1 INTERNALDATE \"17-Jul-2026 02:44:25 +0800\" RFC822.SIZE 3)\r\nT8 OK ok\r\n* 1 FETCH (UID 1 BODY[] {3}\r\nabc)\r\nT9 OK ok\r\n* SEARCH\r\nT10 OK ok\r\n+ idling\r\n* 4 EXISTS\r\nT11 OK ok\r\n"))
	f.Add([]byte(login + "* SEARCH 1 2 3\r\nT6 OK\r\nT7 NO [UNAVAILABLE] x\r\n"))
	f.Add([]byte("* PREAUTH hi\r\n* ID (\"a\" NIL)\r\nT1 BAD x\r\n* LIST () \"/\" {3}\r\nabc\r\n* 9 FETCH (UID 4294967295 BODY[]<0> {9}\r\nabc"))
	f.Add([]byte("* BYE \xc7\xeb\xc7\xf3\r\n"))
	f.Fuzz(func(t *testing.T, said []byte) {
		ours, theirs := net.Pipe()
		go func() { _, _ = io.Copy(io.Discard, theirs) }()
		go func() {
			_, _ = theirs.Write(said)
			_ = theirs.Close()
		}()
		account := Account{
			Login: wire.Login{User: "u", Secret: wire.Static("p")}, Renew: time.Millisecond, Poll: time.Millisecond, MaxMail: 100,
		}
		err := converse(t, account.orDefault(), ours)
		var e *wire.Error
		if !errors.As(err, &e) || e.Code == "" {
			t.Fatalf("the end is %v, want an error with a code", err)
		}
	})
}

// converse does what Watch does until the line is gone.
func converse(t *testing.T, account Account, conn net.Conn) error {
	ctx := context.Background()
	box, err := start(ctx, account, wire.Guard(conn, wire.Patience{Answer: 10 * time.Second}))
	if err != nil {
		return err
	}
	defer box.Close()
	for {
		if _, err := box.Select(ctx, "INBOX"); err != nil {
			return err
		}
		uids, err := box.After(ctx, 0)
		if err != nil {
			return err
		}
		_, err = box.Fetch(ctx, uids, Batch{Count: 10}, func(m Mail) error {
			content, err := io.ReadAll(m.Raw)
			if err == nil && !m.HeaderOnly && int64(len(content)) > 4*account.MaxMail {
				t.Errorf("a mail of %d bytes", len(content))
			}
			return err
		})
		if err != nil {
			return err
		}
		if err := box.Wait(ctx); err != nil {
			return err
		}
	}
}
