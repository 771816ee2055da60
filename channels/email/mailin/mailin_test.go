package mailin_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"frontline/channels/email/emailtest"
	"frontline/channels/email/mailin"
	"frontline/channels/email/wire"
)

// kept is what a receiver has kept.
type kept struct {
	mu    sync.Mutex
	mails []mail
}

type mail struct {
	mailin.Envelope
	raw string
}

func (k *kept) keep(_ context.Context, e mailin.Envelope, raw io.Reader) error {
	content, err := io.ReadAll(raw)
	if err != nil {
		return err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.mails = append(k.mails, mail{e, string(content)})
	return nil
}

func (k *kept) all() []mail {
	k.mu.Lock()
	defer k.mu.Unlock()
	return append([]mail(nil), k.mails...)
}

func ours(_ context.Context, address string) (bool, error) {
	if address == "broken@example.test" {
		return false, errors.New("database away")
	}
	return strings.HasSuffix(address, "@example.test"), nil
}

// receive starts a receiver that ends with the test, and gives its address.
func receive(t testing.TB, o mailin.Options) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	serve(t, l, o)
	return l.Addr().String()
}

func serve(t testing.TB, l net.Listener, o mailin.Options) (stop func()) {
	if o.Known == nil {
		o.Known = ours
	}
	o.Log = slog.New(slog.DiscardHandler)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- mailin.Serve(ctx, l, o) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("Serve = %v, want nil after its context", err)
		}
	})
	t.Cleanup(stop)
	return stop
}

const body = "Subject: machine\r\n\r\n..it stands still\r\n"

// peer is a client that says exactly what a test wants.
type peer struct {
	t    testing.TB
	conn net.Conn
	in   *bufio.Reader
}

func dial(t testing.TB, address string) *peer {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(30 * time.Second))
	return &peer{t, conn, bufio.NewReader(conn)}
}

// say sends words and gives the answer to each line of them; the last line of an answer of several lines counts.
func (p *peer) say(lines ...string) (answers []string) {
	p.t.Helper()
	for _, line := range lines {
		if _, err := io.WriteString(p.conn, line+"\r\n"); err != nil {
			p.t.Fatalf("%q: %v", line, err)
		}
		answers = append(answers, p.answer())
	}
	return answers
}

func (p *peer) answer() string {
	p.t.Helper()
	for {
		line, err := p.in.ReadString('\n')
		if err != nil {
			p.t.Fatalf("answer: %v", err)
		}
		if len(line) < 4 || line[3] != '-' {
			return strings.TrimRight(line, "\r\n")
		}
	}
}

func TestAMailIsAcknowledgedOnlyWhenItIsKept(t *testing.T) {
	t.Parallel()
	for _, lmtp := range []bool{false, true} {
		var k kept
		begun, finish := make(chan struct{}), make(chan struct{})
		address := receive(t, mailin.Options{LMTP: lmtp, Keep: func(ctx context.Context, e mailin.Envelope, raw io.Reader) error {
			err := k.keep(ctx, e, raw)
			close(begun)
			<-finish
			return err
		}})
		p := dial(t, address)
		p.answer()
		hello := "EHLO relay.test"
		if lmtp {
			hello = "LHLO relay.test"
		}
		p.say(hello, "MAIL FROM:<customer@elsewhere.test>", "RCPT TO:<kefu@example.test>", "DATA")
		_, _ = io.WriteString(p.conn, strings.Replace(body, "..", "...", 1)+".\r\n")
		<-begun
		_ = p.conn.SetReadDeadline(time.Now().Add(50 * time.Millisecond))
		if b, err := p.in.Peek(1); err == nil {
			t.Fatalf("the answer began with %q before the mail was kept", b)
		}
		_ = p.conn.SetReadDeadline(time.Now().Add(30 * time.Second))
		close(finish)
		if got := p.answer(); !strings.HasPrefix(got, "250 ") {
			t.Fatalf("answer %q, want 250", got)
		}
		m := k.all()[0]
		if m.raw != body || m.From != "customer@elsewhere.test" || len(m.To) != 1 || m.To[0] != "kefu@example.test" ||
			m.Hello != "relay.test" || m.Peer != netip.MustParseAddr("127.0.0.1") || m.TLS {
			t.Fatalf("kept %+v", m)
		}
	}
}

func TestEachRecipientHasItsAnswer(t *testing.T) {
	t.Parallel()
	keep := func(_ context.Context, e mailin.Envelope, raw io.Reader) error {
		_, err := io.Copy(io.Discard, raw)
		if len(e.To) == 2 {
			return mailin.PerRecipient{"sales@example.test": errors.New("queue away")}
		}
		return err
	}
	p := dial(t, receive(t, mailin.Options{LMTP: true, Keep: keep, MaxRecipients: 2}))
	p.answer()
	got := p.say("LHLO relay.test", "MAIL FROM:<>", "RCPT TO:<kefu@example.test>", "RCPT TO:<stranger@elsewhere.test>",
		"RCPT TO:<kefu%elsewhere.test@relay.test>", "RCPT TO:<broken@example.test>", "RCPT TO:<sales@example.test>",
		"RCPT TO:<third@example.test>", "DATA", body+".")
	got = append(got, p.answer())
	want := []string{"250", "250", "250", "550", "550", "451", "250", "452", "354", "250", "451"}
	for i := range want {
		if !strings.HasPrefix(got[i], want[i]) {
			t.Errorf("answer %d is %q, want %s", i, got[i], want[i])
		}
	}
	if strings.Contains(fmt.Sprint(got), "away") {
		t.Errorf("our own troubles are told to strangers: %q", got)
	}

	p = dial(t, receive(t, mailin.Options{Keep: keep}))
	p.answer()
	got = p.say("EHLO relay.test", "MAIL FROM:<>", "RCPT TO:<kefu@example.test>", "RCPT TO:<sales@example.test>", "DATA", body+".")
	if last := got[len(got)-1]; !strings.HasPrefix(last, "451") {
		t.Errorf("with SMTP, where one of two has the mail: %q, want 451", last)
	}
}

func TestWhatIsNotKeptIsNotAcknowledged(t *testing.T) {
	t.Parallel()
	for name, keep := range map[string]func(context.Context, mailin.Envelope, io.Reader) error{
		"database away": func(_ context.Context, _ mailin.Envelope, raw io.Reader) error {
			_, _ = io.Copy(io.Discard, raw)
			return errors.New("connect: connection refused")
		},
		"before reading": func(context.Context, mailin.Envelope, io.Reader) error { return errors.New("no space left") },
		"not read":       func(context.Context, mailin.Envelope, io.Reader) error { return nil },
		"half read": func(_ context.Context, _ mailin.Envelope, raw io.Reader) error {
			_, err := raw.Read(make([]byte, 10))
			return err
		},
		"hung": func(ctx context.Context, _ mailin.Envelope, _ io.Reader) error {
			<-ctx.Done()
			return ctx.Err()
		},
		"panic": func(context.Context, mailin.Envelope, io.Reader) error { panic("a bug") },
	} {
		for _, lmtp := range []bool{false, true} {
			p := dial(t, receive(t, mailin.Options{LMTP: lmtp, Keep: keep, KeepTime: 50 * time.Millisecond}))
			p.answer()
			hello := map[bool]string{false: "EHLO relay.test", true: "LHLO relay.test"}[lmtp]
			got := p.say(hello, "MAIL FROM:<c@d.test>", "RCPT TO:<kefu@example.test>", "DATA", body+".")
			if last := got[len(got)-1]; !strings.HasPrefix(last, "4") {
				t.Errorf("%s, LMTP %v: %q, want to be asked to come again", name, lmtp, last)
			}
		}
	}
}

func TestAMailThatDoesNotComeWholeIsNotKept(t *testing.T) {
	t.Parallel()
	for _, way := range []string{"DATA", "BDAT"} {
		failed := make(chan error, 1)
		var k kept
		address := receive(t, mailin.Options{Keep: func(ctx context.Context, e mailin.Envelope, raw io.Reader) error {
			err := k.keep(ctx, e, raw)
			failed <- err
			return err
		}})
		p := dial(t, address)
		p.answer()
		p.say("EHLO relay.test", "MAIL FROM:<c@d.test>", "RCPT TO:<kefu@example.test>")
		if way == "DATA" {
			p.say("DATA")
		} else {
			_, _ = io.WriteString(p.conn, "BDAT 1000\r\n")
		}
		_, _ = io.WriteString(p.conn, "Subject: half")
		_ = p.conn.Close()
		if err := <-failed; err == nil || len(k.all()) != 0 {
			t.Fatalf("%s: half a mail was kept", way)
		}
	}
}

func TestTooLargeAMailIsRefusedAndAnEndlessOneCut(t *testing.T) {
	t.Parallel()
	var k kept
	address := receive(t, mailin.Options{Keep: k.keep, MaxSize: 10_000})
	p := dial(t, address)
	p.answer()
	got := p.say("EHLO relay.test", "MAIL FROM:<c@d.test> SIZE=10001", "MAIL FROM:<c@d.test> SIZE=10", "RCPT TO:<kefu@example.test>", "DATA",
		strings.Repeat("0123456789\r\n", 900)+".", "MAIL FROM:<c@d.test>", "RCPT TO:<kefu@example.test>", "DATA", body+".")
	for i, want := range []string{"250", "552", "250", "250", "354", "552", "250", "250", "354", "250"} {
		if !strings.HasPrefix(got[i], want) {
			t.Errorf("answer %d is %q, want %s", i, got[i], want)
		}
	}
	p.say("MAIL FROM:<c@d.test>", "RCPT TO:<kefu@example.test>", "DATA")
	chunk := []byte(strings.Repeat("0123456789\r\n", 1000))
	sent := 0
	for sent < 1<<30 {
		n, err := p.conn.Write(chunk)
		sent += n
		if err != nil {
			break
		}
	}
	if sent > 64<<20 {
		t.Errorf("%d MB of a mail of at most 10 kB were taken", sent>>20)
	}
	if n := len(k.all()); n != 1 {
		t.Errorf("%d mails kept, want the one that was small enough", n)
	}
}

func TestLongLinesAreTakenAndEndlessCommandsAreNot(t *testing.T) {
	t.Parallel()
	var k kept
	p := dial(t, receive(t, mailin.Options{Keep: k.keep}))
	p.answer()
	long := "Subject: " + strings.Repeat("a", 5_000) + "\r\n\r\n<p>" + strings.Repeat("x", 3<<20) + "</p>\r\n"
	got := p.say("EHLO relay.test", "MAIL FROM:<c@d.test>", "RCPT TO:<kefu@example.test>", "DATA", long+".")
	if last := got[len(got)-1]; !strings.HasPrefix(last, "250") || len(k.all()) != 1 || k.all()[0].raw != long {
		t.Errorf("a mail of long lines is answered %q, %d kept", last, len(k.all()))
	}
	sent := 0
	for chunk := []byte(strings.Repeat("x", 10_000)); sent < 1<<30; {
		n, err := p.conn.Write(chunk)
		sent += n
		if err != nil {
			break
		}
	}
	if sent > 16<<20 {
		t.Errorf("%d MB of one command were taken", sent>>20)
	}
}

func TestNoSecondMailIsSmuggledInAFirst(t *testing.T) {
	t.Parallel()
	var k kept
	address := receive(t, mailin.Options{Keep: k.keep})
	ends := []string{"\n.\n", "\r.\r", "\n.\r\n", "\r\n.\n", "\r\n.\r", "\r.\r\n", "\r\r\n.\r\r\n", "\r\n\x00.\r\n"}
	for _, end := range ends {
		p := dial(t, address)
		p.answer()
		smuggled := "Subject: a" + end + "MAIL FROM:<ceo@example.test>\r\nRCPT TO:<kefu@example.test>\r\nDATA\r\nSubject: b\r\n"
		p.say("EHLO relay.test", "MAIL FROM:<c@d.test>", "RCPT TO:<kefu@example.test>", "DATA", smuggled+".", "QUIT")
	}
	mails := k.all()
	if len(mails) != len(ends) {
		t.Fatalf("%d mails from %d", len(mails), len(ends))
	}
	for i, m := range mails {
		if m.From != "c@d.test" || !strings.Contains(m.raw, "ceo@example.test") {
			t.Errorf("with %q a second mail began: %+v", ends[i], m)
		}
	}
}

func TestOnlyAllowedPeersAndNotTooManyAtOnce(t *testing.T) {
	t.Parallel()
	var k kept
	p := dial(t, receive(t, mailin.Options{Keep: k.keep, Allowed: []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}}))
	if got := p.answer(); !strings.HasPrefix(got, "554 ") {
		t.Fatalf("a peer outside the allowed networks is greeted with %q", got)
	}

	address := receive(t, mailin.Options{Keep: k.keep, MaxConnections: 2})
	first, second, third := dial(t, address), dial(t, address), dial(t, address)
	first.answer()
	second.answer()
	if got := third.answer(); !strings.HasPrefix(got, "421 ") {
		t.Fatalf("the third of two is greeted with %q", got)
	}
	first.say("QUIT")
	for { // the place is free when the server has seen the end of the first
		again := dial(t, address)
		if got := again.answer(); strings.HasPrefix(got, "220 ") {
			break
		}
	}
}

func TestASocketInTheFileSystem(t *testing.T) {
	t.Parallel()
	var k kept
	l, err := net.Listen("unix", t.TempDir()+"/lmtp")
	if err != nil {
		t.Fatal(err)
	}
	serve(t, l, mailin.Options{LMTP: true, Keep: k.keep, Allowed: []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}})
	conn, err := net.Dial("unix", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	client := smtp.NewClientLMTP(conn)
	defer func() { _ = client.Close() }()
	if err := client.SendMail("c@d.test", []string{"kefu@example.test"}, strings.NewReader(body)); err != nil {
		t.Fatal(err)
	}
	if m := k.all()[0]; m.Peer.IsValid() || m.raw != body {
		t.Fatalf("kept %+v", m)
	}
}

func TestAPeerThatIsSilentOrTricklesIsCut(t *testing.T) {
	t.Parallel()
	var k kept
	address := receive(t, mailin.Options{Keep: k.keep, Patience: wire.Patience{Answer: 200 * time.Millisecond}})
	p := dial(t, address)
	p.answer()
	if got := p.answer(); !strings.HasPrefix(got, "421 ") {
		t.Errorf("after silence: %q, want 421", got)
	}
	p = dial(t, address)
	p.answer()
	for {
		if _, err := io.WriteString(p.conn, "N"); err != nil {
			break
		}
		time.Sleep(10 * time.Millisecond) // the slowness is the subject
	}
}

func TestTheEndWaitsForAMailThatIsBeingKept(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	begun, finish := make(chan struct{}), make(chan struct{})
	var k kept
	stop := serve(t, l, mailin.Options{Keep: func(ctx context.Context, e mailin.Envelope, raw io.Reader) error {
		content, err := io.ReadAll(raw)
		close(begun)
		<-finish
		if err == nil && ctx.Err() == nil {
			err = k.keep(ctx, e, bytes.NewReader(content))
		}
		return err
	}})
	p := dial(t, l.Addr().String())
	p.answer()
	p.say("EHLO relay.test", "MAIL FROM:<c@d.test>", "RCPT TO:<kefu@example.test>", "DATA")
	_, _ = io.WriteString(p.conn, body+".\r\n")
	<-begun
	stopped := make(chan struct{})
	go func() {
		stop()
		close(stopped)
	}()
	if _, err := p.in.ReadByte(); err == nil {
		t.Error("the line is still open after the end began")
	}
	select {
	case <-stopped:
		t.Error("the end did not wait for the mail")
	default:
	}
	close(finish)
	<-stopped
	if len(k.all()) != 1 {
		t.Error("the mail was not kept to the end")
	}
}

func TestSTARTTLS(t *testing.T) {
	t.Parallel()
	authority := emailtest.NewAuthority(t)
	var k kept
	address := receive(t, mailin.Options{Keep: k.keep, TLS: &tls.Config{Certificates: []tls.Certificate{authority.Local()}}})
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	client, err := smtp.NewClientStartTLS(conn, &tls.Config{RootCAs: authority.Pool, ServerName: "127.0.0.1"})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = client.Close() }()
	if err := client.SendMail("c@d.test", []string{"kefu@example.test"}, strings.NewReader(body)); err != nil {
		t.Fatal(err)
	}
	if m := k.all()[0]; !m.TLS || m.raw != body {
		t.Fatalf("kept %+v", m)
	}
}

// FuzzPeer lets a peer say anything: nothing panics, and a mail that is kept is one that came whole.
func FuzzPeer(f *testing.F) {
	f.Add([]byte("EHLO x\r\nMAIL FROM:<a@b.c>\r\nRCPT TO:<kefu@example.test>\r\nDATA\r\nSubject: x\r\n\r\ny\r\n.\r\nQUIT\r\n"), false)
	f.Add([]byte("LHLO x\r\nMAIL FROM:<> SIZE=1\r\nRCPT TO:<kefu@example.test>\r\nRCPT TO:<kefu@example.test>\r\nBDAT 3\r\nabcBDAT 2 LAST\r\nde"), true)
	f.Add([]byte("EHLO x\r\nMAIL FROM:<a@b.c> BODY=8BITMIME\r\nRCPT TO:<kefu@example.test>\r\nBDAT 9\r\nabc"), false)
	f.Add([]byte("HELO x\r\nSTARTTLS\r\nAUTH PLAIN\r\nVRFY a\r\nRSET\r\nNOOP\r\nMAIL FROM:<@a,@b:c@d>\r\nRCPT TO:<a@b"), false)
	f.Fuzz(func(t *testing.T, said []byte, lmtp bool) {
		var k kept
		log := &notes{}
		client, server := net.Pipe()
		l := &once{conn: server, done: make(chan struct{})}
		ended := make(chan error, 1)
		ctx, cancel := context.WithCancel(t.Context())
		go func() {
			ended <- mailin.Serve(ctx, l, mailin.Options{
				LMTP: lmtp, Known: ours, Keep: k.keep, MaxSize: 1000, Log: slog.New(slog.NewTextHandler(log, nil)),
				Allowed: []netip.Prefix{{}}, Patience: wire.Patience{Answer: time.Second},
			})
		}()
		go func() { _, _ = io.Copy(io.Discard, client) }()
		_, _ = client.Write(said)
		_ = client.Close()
		<-l.closed()
		cancel()
		<-ended
		// The library recovers from a panic of its own, when a peer leaves in the first moment of BDAT. We have none.
		if said := log.String(); strings.Contains(said, "panic") && strings.Contains(said, "frontline/channels") {
			t.Fatal(said)
		}
		for _, m := range k.all() {
			if len(m.To) == 0 || len(m.raw) > 1000 {
				t.Fatalf("kept %+v", m)
			}
		}
	})
}
