package smtpout_test

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"frontline/channels/email/emailtest"
	"frontline/channels/email/smtpout"
	"frontline/channels/email/wire"
	"frontline/internal/fault"
)

// hello is a small mail as Compose makes it.
func hello(t testing.TB) []byte {
	t.Helper()
	raw, err := smtpout.Compose(smtpout.Message{
		From: smtpout.Address{Name: "客服", Address: "kefu@example.test"}, To: []smtpout.Address{{Address: "c@example.test"}},
		Subject: "Re: 机器停了", Date: time.Now(), MessageID: "1.2.random@example.test", Text: "您好\n.\n.一行一个点\n",
	})
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

var envelope = smtpout.Envelope{From: "kefu@example.test", To: []string{"c@example.test", "d@example.test"}}

func sinkAccount(s *emailtest.SinkServer) smtpout.Account {
	return smtpout.Account{
		Server: wire.Server{
			Host: s.Host, Port: s.Port, Security: wire.Plain,
			Patience: wire.Patience{Connect: 20 * time.Second, Answer: 20 * time.Second},
		},
		Final: 20 * time.Second,
	}
}

// impatient waits shortly for answers, and for the last one.
func impatient(a *smtpout.Account) { a.Server.Patience.Answer, a.Final = time.Second, time.Second }

func send(t testing.TB, a smtpout.Account, raw []byte) smtpout.Result {
	t.Helper()
	r, err := smtpout.Send(t.Context(), a, envelope, raw)
	if err != nil {
		t.Fatalf("Send = %v", err)
	}
	return r
}

func TestAMailArrivesByteForByteOnEverySecuredWay(t *testing.T) {
	t.Parallel()
	authority := emailtest.NewAuthority(t)
	cert := authority.Local()
	for _, way := range []struct {
		server   emailtest.SMTP
		security wire.Security
		method   wire.Method
		secret   string
	}{
		{emailtest.SMTP{TLS: &cert, Auth: []string{"LOGIN", "PLAIN"}}, "", "", emailtest.Secret},
		{emailtest.SMTP{TLS: &cert, Auth: []string{"LOGIN"}}, wire.TLS, wire.Password, emailtest.Secret},
		{emailtest.SMTP{StartTLS: &cert, Auth: []string{"XOAUTH2", "PLAIN"}}, wire.StartTLS, wire.XOAUTH2, emailtest.Token},
		{emailtest.SMTP{StartTLS: &cert, Auth: []string{"OAUTHBEARER"}}, wire.StartTLS, wire.OAuthBearer, emailtest.Token},
		{emailtest.SMTP{Auth: []string{"PLAIN"}}, wire.Plain, wire.Password, emailtest.Secret},
	} {
		sink := emailtest.Sink(t, way.server)
		account := sinkAccount(sink)
		account.Server.Security, account.Server.CAs = way.security, authority.Pool
		account.Login = wire.Login{User: emailtest.User, Method: way.method, Secret: wire.Static(way.secret)}
		raw := hello(t)
		r := send(t, account, raw)
		if r.Outcome != smtpout.Sent || r.Reply.Code != 250 || r.Step != smtpout.StepDot || r.Err != nil {
			t.Errorf("%+v: %+v", way.security, r)
			continue
		}
		m := sink.Wait(1)[0]
		if !bytes.Equal(m.Raw, raw) || m.From != envelope.From || !slices.Equal(m.To, envelope.To) ||
			m.User != emailtest.User || m.TLS != (way.security != wire.Plain) {
			t.Errorf("%+v: the server got %+v", way, m)
		}

		account.Login.Secret = wire.Static("bad")
		r = send(t, account, raw)
		if r.Outcome != smtpout.Deferred || r.Code != wire.AuthFailed || r.Step != smtpout.StepLogin || r.Reply.Code != 535 {
			t.Errorf("%+v with a wrong secret: %+v, want deferred and auth_failed", way, r)
		}
		if token := way.method == wire.XOAUTH2 || way.method == wire.OAuthBearer; token && !strings.Contains(r.Reply.Text, "401 scope mail") {
			t.Errorf("the reason for refusing the token is lost: %q", r.Reply.Text)
		}
	}
}

func TestEveryEndHasItsOutcome(t *testing.T) {
	t.Parallel()
	no := emailtest.Reply
	const c, d = 0, 1 // the recipients
	big := append(hello(t), bytes.Repeat([]byte(strings.Repeat("x", 70)+"\r\n"), 200_000)...)
	tests := map[string]struct {
		server  emailtest.SMTP
		change  func(*smtpout.Account)
		raw     []byte
		want    smtpout.Outcome
		each    [2]smtpout.Outcome // of the recipients, when not all the same
		code    wire.Code
		step    smtpout.Step
		reply   int
		arrived int // messages that the server has
	}{
		"no to the greeting": {
			server: emailtest.SMTP{OnHello: func(*emailtest.SMTPConn) error { return no(554, "go away") }},
			want:   smtpout.Deferred, code: wire.RefusedByServer, step: smtpout.StepHello, reply: 554,
		},
		"silent at EHLO": {
			change: impatient,
			server: emailtest.SMTP{OnHello: func(c *emailtest.SMTPConn) error { c.Hang(); return nil }},
			want:   smtpout.Deferred, code: wire.Timeout, step: smtpout.StepHello,
		},
		"nobody there": {
			change: func(a *smtpout.Account) { a.Server.Port = 1 },
			want:   smtpout.Deferred, code: wire.Unreachable, step: smtpout.StepConnect,
		},
		"no STARTTLS": {
			change: func(a *smtpout.Account) { a.Server.Security = wire.StartTLS },
			want:   smtpout.Deferred, code: wire.TLSMissing, step: smtpout.StepHello,
		},
		"no login there": {
			change: func(a *smtpout.Account) { a.Login = wire.Login{User: "u", Secret: wire.Static("p")} },
			want:   smtpout.Deferred, code: wire.AuthFailed, step: smtpout.StepLogin,
		},
		"no token": {
			change: func(a *smtpout.Account) { a.Login = wire.Login{User: "u", Secret: noToken} },
			want:   smtpout.Deferred, code: wire.TokenFailed, step: smtpout.StepLogin,
		},
		"sender refused": {
			server: emailtest.SMTP{OnMail: func(*emailtest.SMTPConn, string) error { return no(553, "mail from must equal authorized user") }},
			want:   smtpout.Refused, step: smtpout.StepMail, reply: 553,
		},
		"login wanted": {
			server: emailtest.SMTP{OnMail: func(*emailtest.SMTPConn, string) error { return no(530, "authentication required") }},
			want:   smtpout.Refused, code: wire.AuthFailed, step: smtpout.StepMail, reply: 530,
		},
		"sender put off": {
			server: emailtest.SMTP{OnMail: func(*emailtest.SMTPConn, string) error { return no(451, "too fast") }},
			want:   smtpout.Deferred, step: smtpout.StepMail, reply: 451,
		},
		"too large": {
			server: emailtest.SMTP{MaxSize: 100},
			want:   smtpout.Refused, step: smtpout.StepMail, reply: 552,
		},
		"all recipients refused": {
			server: emailtest.SMTP{OnRcpt: func(*emailtest.SMTPConn, string) error { return no(550, "no such user") }},
			want:   smtpout.Refused, step: smtpout.StepRcpt, reply: 550,
		},
		"one refused, one put off": {
			server: emailtest.SMTP{OnRcpt: func(_ *emailtest.SMTPConn, to string) error {
				if to == envelope.To[c] {
					return no(550, "no such user")
				}
				return no(450, "greylisted")
			}},
			want: smtpout.Deferred, each: [2]smtpout.Outcome{smtpout.Refused, smtpout.Deferred}, step: smtpout.StepRcpt, reply: 450,
		},
		"one refused, one sent": {
			server: emailtest.SMTP{OnRcpt: func(_ *emailtest.SMTPConn, to string) error {
				if to == envelope.To[d] {
					return no(550, "no such user")
				}
				return nil
			}},
			want: smtpout.Sent, each: [2]smtpout.Outcome{smtpout.Sent, smtpout.Refused}, step: smtpout.StepDot, reply: 250, arrived: 1,
		},
		"one put off, one uncertain": {
			server: emailtest.SMTP{
				OnRcpt: func(_ *emailtest.SMTPConn, to string) error {
					if to == envelope.To[c] {
						return no(452, "full")
					}
					return nil
				},
				OnDot: func(c *emailtest.SMTPConn, _ emailtest.Message) error { c.Close(); return nil },
			},
			want: smtpout.Uncertain, each: [2]smtpout.Outcome{smtpout.Deferred, smtpout.Uncertain},
			code: wire.ConnectionLost, step: smtpout.StepDot, arrived: 1,
		},
		"cut at a recipient": {
			server: emailtest.SMTP{OnRcpt: func(c *emailtest.SMTPConn, _ string) error { c.Close(); return nil }},
			want:   smtpout.Deferred, code: wire.ConnectionLost, step: smtpout.StepRcpt,
		},
		"cut in the content": {
			server: emailtest.SMTP{OnData: func(c *emailtest.SMTPConn) error { c.Close(); return nil }}, raw: big,
			want: smtpout.Deferred, code: wire.ConnectionLost, step: smtpout.StepData,
		},
		"silent in the content": {
			change: impatient,
			server: emailtest.SMTP{OnData: func(c *emailtest.SMTPConn) error { c.Hang(); return nil }}, raw: big,
			want: smtpout.Deferred, code: wire.Timeout, step: smtpout.StepData,
		},
		"refused after the dot": {
			server: emailtest.SMTP{OnDot: func(*emailtest.SMTPConn, emailtest.Message) error { return no(554, "looks like spam") }},
			want:   smtpout.Refused, step: smtpout.StepDot, reply: 554, arrived: 1,
		},
		"put off after the dot": {
			server: emailtest.SMTP{OnDot: func(*emailtest.SMTPConn, emailtest.Message) error { return no(451, "disk full") }},
			want:   smtpout.Deferred, step: smtpout.StepDot, reply: 451, arrived: 1,
		},
		"cut after the dot": {
			server: emailtest.SMTP{OnDot: func(c *emailtest.SMTPConn, _ emailtest.Message) error { c.Close(); return nil }},
			want:   smtpout.Uncertain, code: wire.ConnectionLost, step: smtpout.StepDot, arrived: 1,
		},
		"silent after the dot": {
			change: func(a *smtpout.Account) { a.Final = 100 * time.Millisecond },
			server: emailtest.SMTP{OnDot: func(c *emailtest.SMTPConn, _ emailtest.Message) error { c.Hang(); return nil }},
			want:   smtpout.Uncertain, code: wire.Timeout, step: smtpout.StepDot, arrived: 1,
		},
		"taken with other words": {
			server: emailtest.SMTP{OnDot: func(*emailtest.SMTPConn, emailtest.Message) error { return no(252, "will try") }},
			want:   smtpout.Sent, step: smtpout.StepDot, reply: 252, arrived: 1,
		},
		"nonsense after the dot": {
			server: emailtest.SMTP{OnDot: func(*emailtest.SMTPConn, emailtest.Message) error { return no(354, "go on") }},
			want:   smtpout.Uncertain, step: smtpout.StepDot, reply: 354, arrived: 1,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sink := emailtest.Sink(t, test.server)
			account := sinkAccount(sink)
			if test.change != nil {
				test.change(&account)
			}
			raw := test.raw
			if raw == nil {
				raw = hello(t)
			}
			r := send(t, account, raw)
			if r.Outcome != test.want || r.Code != test.code || r.Step != test.step || r.Reply.Code != test.reply {
				t.Errorf("%+v, want %s with code %q at %s, reply %d", r, test.want, test.code, test.step, test.reply)
			}
			for i, to := range r.Recipients {
				want := test.each[i]
				if want == "" {
					want = test.want
				}
				if to.Address != envelope.To[i] || to.Outcome != want {
					t.Errorf("recipient %d is %+v, want %s", i, to, want)
				}
			}
			if n := len(sink.Messages()); n != test.arrived {
				t.Errorf("the server has %d messages, want %d", n, test.arrived)
			}
		})
	}
}

func noToken(context.Context) (string, error) { return "", errors.New("the token service is down") }

func TestAnAccountIsCheckedWithoutSending(t *testing.T) {
	t.Parallel()
	sink := emailtest.Sink(t, emailtest.SMTP{Auth: []string{"PLAIN"}})
	account := sinkAccount(sink)
	account.Login = wire.Login{User: emailtest.User, Secret: wire.Static(emailtest.Secret)}
	if err := smtpout.Check(t.Context(), account); err != nil {
		t.Errorf("Check of a good account = %v", err)
	}
	account.Login.Secret = wire.Static("bad")
	if err := smtpout.Check(t.Context(), account); wire.CodeOf(err) != wire.AuthFailed {
		t.Errorf("Check with a wrong secret = %v, want auth_failed", err)
	}
	account.Server.Port = 1
	if err := smtpout.Check(t.Context(), account); wire.CodeOf(err) != wire.Unreachable {
		t.Errorf("Check where nobody listens = %v, want unreachable", err)
	}
	if n := len(sink.Messages()); n != 0 {
		t.Errorf("%d messages were sent", n)
	}
}

func TestTheTextOfTheLastAnswerIsKept(t *testing.T) {
	t.Parallel()
	sink := emailtest.Sink(t, emailtest.SMTP{OnDot: func(*emailtest.SMTPConn, emailtest.Message) error {
		return emailtest.Reply(250, "OK <SN6PR01@prod.outlook.test> [Hostname=SN6]")
	}})
	r := send(t, sinkAccount(sink), hello(t))
	if r.AssignedID != "SN6PR01@prod.outlook.test" || r.Reply.Enhanced != "2.0.0" || r.Reply.Text != "OK <SN6PR01@prod.outlook.test> [Hostname=SN6]" {
		t.Fatalf("%+v", r)
	}
}

func TestAnEndedContextBeforeTheDotIsDeferredAndAfterItUncertain(t *testing.T) {
	t.Parallel()
	for _, after := range []bool{false, true} {
		ctx, cancel := context.WithCancel(t.Context())
		stop := func(c *emailtest.SMTPConn) error {
			cancel()
			c.Hang()
			return nil
		}
		conf, want := emailtest.SMTP{OnRcpt: func(c *emailtest.SMTPConn, _ string) error { return stop(c) }}, smtpout.Deferred
		if after {
			conf, want = emailtest.SMTP{OnDot: func(c *emailtest.SMTPConn, _ emailtest.Message) error { return stop(c) }}, smtpout.Uncertain
		}
		account := sinkAccount(emailtest.Sink(t, conf))
		account.Server.Patience.Answer, account.Final = time.Hour, time.Hour
		r, err := smtpout.Send(ctx, account, envelope, hello(t))
		if err != nil || r.Outcome != want || !errors.Is(r.Err, context.Canceled) {
			t.Errorf("after the dot %v: %+v, %v, want %s", after, r, err, want)
		}
	}
}

func TestWhatWouldBreakTheProtocolIsNotTried(t *testing.T) {
	t.Parallel()
	sink := emailtest.Sink(t, emailtest.SMTP{})
	good := hello(t)
	for name, test := range map[string]struct {
		e     smtpout.Envelope
		raw   []byte
		field string
	}{
		"line end in the sender":    {smtpout.Envelope{From: "a@b.c>\r\nRCPT TO:<x@y.z", To: []string{"c@d.e"}}, good, "from"},
		"line end in a recipient":   {smtpout.Envelope{From: "a@b.c", To: []string{"c@d.e", "f@g.h\n"}}, good, "to.1"},
		"a parameter in an address": {smtpout.Envelope{From: "a@b.c> SIZE=1 X=<", To: []string{"c@d.e"}}, good, "from"},
		"no recipient":              {smtpout.Envelope{From: "a@b.c"}, good, "to"},
		"not an address":            {smtpout.Envelope{From: "a@b.c", To: []string{"everybody"}}, good, "to.0"},
		"bare LF":                   {envelope, []byte("Subject: x\r\n\r\na\n.\nMAIL FROM:<x@y.z>\r\n"), "raw"},
		"bare CR":                   {envelope, []byte("Subject: x\r\n\r\na\r.\r\n"), "raw"},
		"NUL":                       {envelope, []byte("Subject: x\r\n\r\na\x00\r\n"), "raw"},
		"8 bit":                     {envelope, []byte("Subject: 中\r\n\r\na\r\n"), "raw"},
		"no end":                    {envelope, []byte("Subject: x\r\n\r\na"), "raw"},
		"long line":                 {envelope, []byte("Subject: x\r\n\r\n" + strings.Repeat("a", 999) + "\r\n"), "raw"},
	} {
		_, err := smtpout.Send(t.Context(), sinkAccount(sink), test.e, test.raw)
		var f *fault.Fault
		if !errors.As(err, &f) || len(f.Fields) != 1 || f.Fields[0].Name != test.field {
			t.Errorf("%s: %v, want a fault of the field %s", name, err, test.field)
		}
	}
	if n := len(sink.Messages()); n != 0 {
		t.Errorf("%d messages were sent", n)
	}
	fits := []byte("Subject: x\r\n\r\n" + strings.Repeat("a", 998) + "\r\n")
	if r, err := smtpout.Send(t.Context(), sinkAccount(sink), smtpout.Envelope{To: []string{"@例子.公司", "c@xn--fsqu00a.xn--55qx5d"}}, fits); err == nil {
		t.Errorf("an address without a local part was taken: %+v", r)
	}
	if r, err := smtpout.Send(t.Context(), sinkAccount(sink), smtpout.Envelope{To: []string{"c@例子.公司"}}, fits); err != nil || r.Outcome != smtpout.Sent {
		t.Errorf("null sender, Chinese domain, line of 998: %+v, %v", r, err)
	}
	if m := sink.Wait(1)[0]; m.From != "" || m.To[0] != "c@xn--fsqu00a.xn--55qx5d" {
		t.Errorf("the server got %+v", m)
	}
}
