package email

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"frontline/internal/authority"
	"frontline/internal/fault"
)

// Who may change a mailbox must not get to read its password by having it sent to a host of his own.
func TestAKeptSecretGoesToNoOtherHost(t *testing.T) {
	w := newWorld(t)
	word := "hunter2"
	server := func(host, user string) *Server {
		return &Server{Host: host, Port: 993, Security: "tls", User: user}
	}
	provider := &OAuth{TokenURL: "https://login.example.com/token", ClientID: "c"}
	edit := func(change func(*Edit)) Edit {
		e := Edit{Name: "客服", Address: "a@b.test", QueueID: 1, IMAP: server("mail.example.com", "kefu"), SMTP: server("mail.example.com", "kefu")}
		change(&e)
		return e
	}
	passwords := w.mailboxAt(edit(func(e *Edit) { e.IMAPSecret = &word }))
	own := w.mailboxAt(edit(func(e *Edit) { e.Address, e.IMAPSecret, e.SMTPSecret = "b@b.test", &word, &word }))
	tokens := w.mailboxAt(edit(func(e *Edit) { e.Address, e.OAuth, e.OAuthSecret = "c@b.test", provider, &word }))
	for _, c := range []struct {
		name   string
		box    int64
		change func(*Edit)
		field  string
	}{
		{"another IMAP host", passwords, func(e *Edit) { e.IMAP = server("evil.example", "kefu") }, "imap_secret"},
		{"another SMTP host, shared secret", passwords, func(e *Edit) { e.SMTP = server("evil.example", "kefu") }, "smtp_secret"},
		{"another SMTP host, its own secret", own, func(e *Edit) { e.SMTP, e.IMAPSecret = server("evil.example", "kefu"), &word }, "smtp_secret"},
		{"a provider that gets it", passwords, func(e *Edit) { e.OAuth = &OAuth{TokenURL: "https://evil.example/", ClientID: "c"} }, "imap_secret"},
		{"another provider", tokens, func(e *Edit) { e.OAuth = &OAuth{TokenURL: "https://evil.example/token", ClientID: "c"} }, "oauth_secret"},
		{"another host for the access token", tokens, func(e *Edit) { e.OAuth, e.IMAP = provider, server("evil.example", "kefu") }, "oauth_secret"},
		{"the same provider without TLS", tokens, func(e *Edit) { e.OAuth = &OAuth{TokenURL: "http://login.example.com/token", ClientID: "c"} }, "oauth_secret"},
		{"the same hosts", passwords, func(*Edit) {}, ""},
		{"the same host, written otherwise", passwords, func(e *Edit) { e.IMAP = server("MAIL.example.com", "kefu") }, ""},
		{"another host, with the secret again", passwords, func(e *Edit) { e.IMAP, e.IMAPSecret = server("new.example.com", "kefu"), &word }, ""},
		{"a server that wants no login", own, func(e *Edit) { e.SMTP = server("relay.example", "") }, ""},
		{"and then one that does", own, func(e *Edit) { e.SMTP = server("relay.example", "kefu") }, "smtp_secret"},
	} {
		e := edit(c.change)
		e.Address = map[int64]string{passwords: "a@b.test", own: "b@b.test", tokens: "c@b.test"}[c.box]
		if c.box == tokens && e.OAuth == nil {
			e.OAuth = provider
		}
		_, err := w.Save(w.ctx, cli, c.box, e)
		var f *fault.Fault
		switch {
		case c.field == "" && err != nil:
			t.Errorf("%s: %v", c.name, err)
		case c.field != "" && (!errors.As(err, &f) || len(f.Fields) != 1 || f.Fields[0].Name != c.field || f.Fields[0].Code != "secret_again"):
			t.Errorf("%s: %v, want %s asked for again", c.name, err, c.field)
		}
	}
}

func TestMailHostsAreNotWhatOnlyThisMachineReaches(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]bool{
		"93.184.215.14": true, "10.0.0.5": true, "127.0.0.1": true, "fd00::5": true,
		"169.254.169.254": false, "::ffff:169.254.169.254": false, "100.100.100.200": false, "168.63.129.16": false, "192.0.0.192": false,
		"fe80::1": false, "fe80::1%eth0": false, "fd00:ec2::254": false, "fd00:ec2::254%eth0": false, "0.0.0.0": false, "::": false, "224.0.0.1": false, "ff02::1": false,
	} {
		if got := mailHost(netip.MustParseAddr(address)); got != want {
			t.Errorf("mailHost(%s) = %v, want %v", address, got, want)
		}
	}
}

// A provider's address is typed by hand: it leads neither to the machine's surroundings nor on to elsewhere.
func TestTokensAreFetchedFromTheProviderAndNowhereElse(t *testing.T) {
	w := newWorld(t)
	inside := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the redirect was followed") }))
	t.Cleanup(inside.Close)
	leads := httptest.NewServer(http.RedirectHandler(inside.URL, http.StatusTemporaryRedirect))
	t.Cleanup(leads.Close)
	word := "refresh"
	for i, address := range []string{leads.URL, "http://169.254.169.254/latest/meta-data", "http://[fd00:ec2::254]/latest", "file:///etc/passwd"} {
		box := w.mailboxAt(Edit{Name: "x", Address: string(rune('p'+i)) + "@b.test", QueueID: 1, IMAPSecret: &word, OAuth: &OAuth{TokenURL: address, ClientID: "c"}})
		var m Mailbox
		if err := w.gate.View(w.ctx, cli, func(q authority.Query) (err error) {
			m, err = w.mailbox(w.ctx, q, box)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if token, err := w.accessToken(w.ctx, m); err == nil {
			t.Errorf("%s gave the token %q", address, token)
		} else if refused := strings.Contains(err.Error(), "may not be asked"); refused != (i == 1 || i == 2) {
			t.Errorf("%s: %v", address, err)
		}
	}
}
