package wire_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"frontline/channels/email/wire"
)

// line is a guarded line and the other end of it.
func line(t *testing.T, p wire.Patience) (*wire.Conn, net.Conn) {
	t.Helper()
	ours, theirs := net.Pipe()
	t.Cleanup(func() {
		_ = ours.Close()
		_ = theirs.Close()
	})
	return wire.Guard(ours, p), theirs
}

func TestALineWaitsForWhatIsDueAndForNothingElse(t *testing.T) {
	t.Parallel()
	c, theirs := line(t, wire.Patience{Answer: 20 * time.Millisecond})
	c.Rest()
	_ = c.SetReadDeadline(time.Now()) // a library's deadline counts for nothing
	_ = c.SetDeadline(time.Now())
	go func() {
		time.Sleep(60 * time.Millisecond) // longer than the patience for an answer
		_, _ = io.WriteString(theirs, "news")
	}()
	got := make([]byte, 4)
	if _, err := io.ReadFull(c, got); err != nil || string(got) != "news" {
		t.Fatalf("at rest: %q, %v", got, err)
	}

	begun := make(chan struct{})
	failed := make(chan error, 1)
	go func() {
		close(begun)
		_, err := c.Read(got) // waits at rest
		failed <- err
	}()
	<-begun
	c.Expect(0, 100)
	err := c.Explain("noop", <-failed)
	if wire.CodeOf(err) != wire.Timeout {
		t.Fatalf("an answer was due and did not come: %v", err)
	}
}

func TestALineHasAnAllowanceThatCreditRenews(t *testing.T) {
	t.Parallel()
	c, theirs := line(t, wire.Patience{})
	go func() { _, _ = io.WriteString(theirs, strings.Repeat("x", 1000)) }()
	c.Expect(0, 10)
	total := 0
	for range 20 {
		n, err := c.Read(make([]byte, 64))
		if err != nil {
			t.Fatal(err)
		}
		if n > 10 {
			t.Fatalf("%d bytes on an allowance of 10", n)
		}
		total += n
		c.Credit(n)
	}
	c.Expect(0, 5)
	if _, err := io.ReadFull(c, make([]byte, 6)); !errors.Is(err, wire.ErrTooMuch) {
		t.Fatalf("six bytes on an allowance of five: %v", err)
	}
	if err := c.Explain("list", io.ErrClosedPipe); wire.CodeOf(err) != wire.BadAnswer {
		t.Fatalf("explained as %v", err)
	}
	if total != 200 {
		t.Fatalf("%d bytes with credit, want 200", total)
	}
}

func TestTheCauseIsFoundBehindWhatALibrarySays(t *testing.T) {
	t.Parallel()
	masked := errors.New("imapwire: expected atom")
	for name, test := range map[string]struct {
		spoil func(*wire.Conn, net.Conn)
		want  wire.Code
	}{
		"hung up":       {func(_ *wire.Conn, theirs net.Conn) { _ = theirs.Close() }, wire.ConnectionLost},
		"only garbage":  {func(_ *wire.Conn, theirs net.Conn) { go func() { _, _ = io.WriteString(theirs, "\x00") }() }, wire.BadAnswer},
		"cut by us":     {func(c *wire.Conn, _ net.Conn) { c.Cut(&wire.Error{Code: wire.StoreFailed, Op: "keep"}) }, wire.StoreFailed},
		"closed by us":  {func(c *wire.Conn, _ net.Conn) { _ = c.Close() }, wire.BadAnswer},
		"context ended": {func(c *wire.Conn, _ net.Conn) { c.Cut(context.Canceled) }, ""},
	} {
		c, theirs := line(t, wire.Patience{})
		test.spoil(c, theirs)
		_, _ = c.Read(make([]byte, 1))
		if err := c.Explain("select", masked); wire.CodeOf(err) != test.want {
			t.Errorf("%s: %v, want code %q", name, err, test.want)
		}
	}
}

func TestWordsAreFitForAScreen(t *testing.T) {
	t.Parallel()
	for said, want := range map[string]string{
		"Invalid credentials\r\n (Failure)":                  "Invalid credentials (Failure)",
		"\xb5\xc7\xc2\xbc\xca\xa7\xb0\xdc":                   "登录失败",
		"a\x00b\u202ec\u2028d":                               "a b c d",
		strings.Repeat("长", 500):                             strings.Repeat("长", 133),
		"\xff\xff\xff":                                       strings.ToValidUTF8("\xff\xff\xff", "�"),
		"  System busy, http://mail.163.com/help/x?y=1  ":    "System busy, http://mail.163.com/help/x?y=1",
		strings.Repeat("a", 401) + strings.Repeat("\xb5", 9): strings.Repeat("a", 400),
	} {
		if got := wire.Words(said); got != want && !(strings.HasPrefix(said, "\xff") && utf8.ValidString(got)) {
			t.Errorf("Words(%q) = %q, want %q", said, got, want)
		}
	}
	err := &wire.Error{Code: wire.AuthFailed, Op: "login", Text: "no", Err: errors.New("no")}
	if got := fmt.Sprintf("watch: %v", err); got != "watch: login: auth_failed: no" {
		t.Errorf("an error reads %q", got)
	}
}

func TestTokensAreOfferedAsTheMechanismsSay(t *testing.T) {
	t.Parallel()
	if got := string(wire.XOAUTH2Response("kefu@example.test", "t0")); got != "user=kefu@example.test\x01auth=Bearer t0\x01\x01" {
		t.Errorf("XOAUTH2: %q", got)
	}
	if got := string(wire.OAuthBearerResponse("a=b,c@example.test", "t0")); got != "n,a=a=3Db=2Cc@example.test,\x01auth=Bearer t0\x01\x01" {
		t.Errorf("OAUTHBEARER: %q", got)
	}
}

// What servers say to a bad token, and the words for it.
var failures = map[string]string{
	`{"status":"400","schemes":"Bearer","scope":"https://mail.google.com/"}`:        "400 scope https://mail.google.com/",
	`{"status":"invalid_token","scope":"","openid-configuration":"https://x.test"}`: "invalid_token",
	`{"status":401,"error_description":"AADSTS70043: expired\r\nTrace"}`:            "401 AADSTS70043: expired Trace",
	`{"status":{"a":1}}`: `{"a":1}`,
	"not json \x00":      "not json",
	"":                   "",
}

func TestWhyATokenWasRefused(t *testing.T) {
	t.Parallel()
	for said, want := range failures {
		if got := wire.OAuthFailure([]byte(said)); got != want {
			t.Errorf("OAuthFailure(%q) = %q, want %q", said, got, want)
		}
	}
}

func FuzzOAuthFailure(f *testing.F) {
	for said := range failures {
		f.Add([]byte(said))
	}
	f.Fuzz(func(t *testing.T, said []byte) { fits(t, wire.OAuthFailure(said)) })
}

func FuzzWords(f *testing.F) {
	f.Add("5.7.1 \xb5\xc7\xc2\xbc\r\n")
	f.Add(strings.Repeat("长", 200))
	f.Fuzz(func(t *testing.T, said string) { fits(t, wire.Words(said)) })
}

func fits(t *testing.T, words string) {
	t.Helper()
	if !utf8.ValidString(words) || len(words) > 400 || strings.ContainsAny(words, "\r\n\x00\x1b\u202e\u2028") {
		t.Errorf("unfit words %q", words)
	}
}
