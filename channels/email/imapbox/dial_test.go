package imapbox_test

import (
	"context"
	"errors"
	"net/netip"
	"strings"
	"testing"
	"time"

	"frontline/channels/email/emailtest"
	"frontline/channels/email/imapbox"
	"frontline/channels/email/wire"
)

func TestEachWayInToARealServer(t *testing.T) {
	t.Parallel()
	server := emailtest.Dovecot(t)
	server.Deliver(letter(1))
	for _, way := range []struct {
		security wire.Security
		port     int
		method   wire.Method
		secret   string
	}{
		{"", server.IMAPS, "", emailtest.Secret},
		{wire.TLS, server.IMAPS, wire.XOAUTH2, emailtest.Token},
		{wire.StartTLS, server.IMAP, wire.OAuthBearer, emailtest.Token},
		{wire.StartTLS, server.IMAP, wire.Password, emailtest.Secret},
		{wire.Plain, server.IMAP, wire.Password, emailtest.Secret},
	} {
		account := imapbox.Account{
			Server: wire.Server{Host: server.Host, Port: way.port, Security: way.security, CAs: server.CAs},
			Login:  wire.Login{User: emailtest.User, Method: way.method, Secret: wire.Static(way.secret)},
		}
		box, err := imapbox.Dial(t.Context(), account)
		if err != nil {
			t.Errorf("%+v: %v; log: %s", way, err, server.Log())
			continue
		}
		folder, err := box.Select(t.Context(), "INBOX")
		if err != nil || folder.Messages != 1 || folder.Validity == 0 || folder.Next != 2 {
			t.Errorf("%+v: INBOX is %+v, %v", way, folder, err)
		}
		box.Close()

		account.Login.Secret = wire.Static("bad")
		if _, err := imapbox.Dial(t.Context(), account); wire.CodeOf(err) != wire.AuthFailed {
			t.Errorf("%+v with a wrong secret: %v, want auth_failed", way, err)
		}
	}
}

func TestWhatIsWrongWithAServerHasACode(t *testing.T) {
	t.Parallel()
	now := time.Now()
	authority, stranger := emailtest.NewAuthority(t), emailtest.NewAuthority(t)
	good, foreign := authority.Local(), stranger.Local()
	expired := authority.Issue(now.Add(-48*time.Hour), now.Add(-time.Hour), "127.0.0.1")
	early := authority.Issue(now.Add(time.Hour), now.Add(48*time.Hour), "127.0.0.1")
	other := authority.Issue(now.Add(-time.Hour), now.Add(time.Hour), "mail.example.com")
	tests := map[string]struct {
		server   emailtest.IMAP
		security wire.Security
		change   func(*imapbox.Account)
		want     wire.Code
		text     string
	}{
		"good":             {emailtest.IMAP{TLS: &good}, wire.TLS, nil, "", ""},
		"good, STARTTLS":   {emailtest.IMAP{StartTLS: &good}, wire.StartTLS, nil, "", ""},
		"expired":          {emailtest.IMAP{TLS: &expired}, wire.TLS, nil, wire.TLSExpired, ""},
		"expired later":    {emailtest.IMAP{StartTLS: &expired}, wire.StartTLS, nil, wire.TLSExpired, ""},
		"not yet":          {emailtest.IMAP{TLS: &early}, wire.TLS, nil, wire.TLSNotYetValid, ""},
		"unknown":          {emailtest.IMAP{TLS: &foreign}, wire.TLS, nil, wire.TLSUnknownAuthority, ""},
		"other host":       {emailtest.IMAP{TLS: &other}, wire.TLS, nil, wire.TLSWrongHost, ""},
		"no TLS there":     {emailtest.IMAP{}, wire.TLS, nil, wire.TLSMissing, ""},
		"no STARTTLS":      {emailtest.IMAP{}, wire.StartTLS, nil, wire.TLSMissing, "BAD not here"},
		"already in":       {emailtest.IMAP{Greeting: "* PREAUTH welcome\r\n", StartTLS: &good}, wire.StartTLS, nil, wire.TLSMissing, ""},
		"BYE":              {emailtest.IMAP{Greeting: "* BYE Too many connections from your address\r\n"}, wire.Plain, nil, wire.Throttled, "Too many"},
		"BYE, STARTTLS":    {emailtest.IMAP{Greeting: "* BYE sorry\r\n"}, wire.StartTLS, nil, wire.RefusedByServer, "sorry"},
		"not IMAP":         {emailtest.IMAP{Greeting: "HTTP/1.1 400 Bad Request\r\n\r\n"}, wire.Plain, nil, wire.BadAnswer, ""},
		"nobody there":     {emailtest.IMAP{}, wire.Plain, func(a *imapbox.Account) { a.Server.Host, a.Server.Port = "127.0.0.1", 1 }, wire.Unreachable, ""},
		"no such host":     {emailtest.IMAP{}, wire.Plain, func(a *imapbox.Account) { a.Server.Host = "imap.invalid" }, wire.HostUnknown, ""},
		"inner address":    {emailtest.IMAP{}, wire.Plain, func(a *imapbox.Account) { a.Server.Allow = func(at netip.Addr) bool { return !at.IsLoopback() } }, wire.AddressRefused, ""},
		"no token":         {emailtest.IMAP{}, wire.Plain, func(a *imapbox.Account) { a.Login.Secret = noToken }, wire.TokenFailed, ""},
		"refused token":    {emailtest.IMAP{}, wire.Plain, func(a *imapbox.Account) { a.Login.Method = wire.XOAUTH2 }, wire.AuthFailed, "401 scope mail"},
		"refused token, b": {emailtest.IMAP{}, wire.Plain, func(a *imapbox.Account) { a.Login.Method = wire.OAuthBearer }, wire.AuthFailed, "401 scope mail"},
		"busy, by code":    {answering("LOGIN", "%s NO [UNAVAILABLE] later\r\n"), wire.Plain, nil, wire.Throttled, "later"},
		"busy, in GBK":     {answering("LOGIN", "%s NO \xc7\xeb\xc7\xf3\xb9\xfd\xd3\xda\xc6\xb5\xb7\xb1\r\n"), wire.Plain, nil, wire.Throttled, "请求过于频繁"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			account := fakeAccount(emailtest.FakeIMAP(t, test.server))
			account.Server.Security, account.Server.CAs = test.security, authority.Pool
			if test.change != nil {
				test.change(&account)
			}
			box, err := imapbox.Dial(t.Context(), account)
			if err == nil {
				box.Close()
			}
			var e *wire.Error
			if errors.As(err, &e); wire.CodeOf(err) != test.want || (test.text != "" && !strings.Contains(e.Text, test.text)) {
				t.Fatalf("Dial = %v, want code %q and the words %q", err, test.want, test.text)
			}
		})
	}
}

func noToken(context.Context) (string, error) { return "", errors.New("the token service is down") }

// answering is a server that answers one command with bytes of the test's choice (%s is the tag), and then as usual.
func answering(command, answer string) emailtest.IMAP {
	return emailtest.IMAP{Validity: 1, Mails: letters(0, 3), On: func(c *emailtest.IMAPConn, name, _ string) bool {
		if name != command {
			return false
		}
		_ = c.Say("%s", strings.ReplaceAll(answer, "%s", c.Tag))
		return true
	}}
}

func TestAProviderThatWantsToKnowWhoWeAre(t *testing.T) {
	t.Parallel()
	for name, server := range map[string]emailtest.IMAP{
		"163.com refuses strangers": {NeedID: true, Mails: letters(0, 1)},
		"another knows no ID":       {BadID: true, Mails: letters(0, 1)},
	} {
		fake := emailtest.FakeIMAP(t, server)
		box, err := imapbox.Dial(t.Context(), fakeAccount(fake))
		if err != nil {
			t.Fatalf("%s: Dial = %v", name, err)
		}
		defer box.Close()
		if _, err := box.Select(t.Context(), "INBOX"); err != nil {
			t.Fatalf("%s: Select = %v", name, err)
		}
	}
}

func TestASilentServerIsLeftInTimeAtEveryStep(t *testing.T) {
	t.Parallel()
	for _, step := range []string{"LOGIN", "ID", "SELECT", "EXAMINE", "UID SEARCH", "UID FETCH", "IDLE", "NOOP", "DONE"} {
		t.Run(step, func(t *testing.T) {
			t.Parallel()
			server := emailtest.FakeIMAP(t, emailtest.IMAP{
				Mails: letters(0, 3), NoIdle: step == "NOOP", On: func(c *emailtest.IMAPConn, name, _ string) bool {
					if name == "IDLE" && step == "DONE" {
						_ = c.Say("+ idling\r\n")
					} else if name != step {
						return false
					}
					c.Hang()
					return true
				},
			})
			account := fakeAccount(server)
			account.Server.Patience, account.Renew = impatient, 20*time.Millisecond
			account.Writable = step == "SELECT"
			if err := readAll(t.Context(), account); wire.CodeOf(err) != wire.Timeout {
				t.Fatalf("with a server silent at %s: %v, want timeout", step, err)
			}
		})
	}
	t.Run("greeting", func(t *testing.T) {
		t.Parallel()
		// A server that waits for TLS says nothing in clear.
		cert := emailtest.NewAuthority(t).Local()
		account := fakeAccount(emailtest.FakeIMAP(t, emailtest.IMAP{TLS: &cert}))
		account.Server.Patience = impatient
		if err := readAll(t.Context(), account); wire.CodeOf(err) != wire.Timeout {
			t.Fatalf("with a server that does not greet: %v, want timeout", err)
		}
	})
}

// readAll does what Watch does on one connection, until the first error.
func readAll(ctx context.Context, account imapbox.Account) error {
	box, err := imapbox.Dial(ctx, account)
	if err != nil {
		return err
	}
	defer box.Close()
	if _, err := box.Folders(ctx); err != nil {
		return err
	}
	if _, err := box.Select(ctx, "INBOX"); err != nil {
		return err
	}
	uids, err := box.After(ctx, 0)
	for err == nil && len(uids) > 0 {
		var done int
		done, err = box.Fetch(ctx, uids, imapbox.Batch{Count: 100, Bytes: 16 << 20}, func(m imapbox.Mail) error {
			_, err := readMail(m)
			return err
		})
		uids = uids[done:]
	}
	if err != nil {
		return err
	}
	return box.Wait(ctx)
}
