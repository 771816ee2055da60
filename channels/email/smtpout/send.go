// Package smtpout composes mails and hands them to submission servers. Compose makes the bytes once; Send sends those same
// bytes and says exactly what became of them: sent, refused, surely not taken, or uncertain.
package smtpout

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/textproto"
	"strconv"
	"strings"
	"time"

	"github.com/wneessen/go-mail/smtp"

	"frontline/channels/email/wire"
	"frontline/internal/fault"
)

// Account is a submission server and how to log in there.
type Account struct {
	Server wire.Server
	Login  wire.Login

	Hello string        // our name in EHLO; the domain of the sender
	Final time.Duration // how long to wait for the answer to the whole message, which servers scan first; 5 minutes
}

// Envelope says from whom and to whom a mail really goes, which need not be what its header says.
type Envelope struct {
	From string // "" is the null sender of automatic mail, which nobody answers
	To   []string
}

// sessionAllowance is what a server may say in a whole session, in bytes.
const sessionAllowance = 256 << 10

// Send hands a mail to the server. raw is what Compose made: 7 bit, lines ended by CR LF and of at most 998 bytes. An error
// is a *fault.Fault about the arguments, and then nothing was tried; everything else is in the Result. When the context
// ends before the last dot the mail is surely not sent, and after it the outcome is uncertain.
func Send(ctx context.Context, a Account, e Envelope, raw []byte) (Result, error) {
	s := &session{account: a, raw: raw}
	for _, to := range e.To {
		s.result.Recipients = append(s.result.Recipients, Recipient{Address: to})
	}
	var err error
	if s.envelope, err = e.ascii(); err != nil {
		return Result{}, err
	}
	if err := check(raw); err != nil {
		return Result{}, err
	}
	s.run(ctx)
	s.result.sumUp()
	return s.result, nil
}

// session is one mail on one connection.
type session struct {
	account  Account
	envelope Envelope
	raw      []byte
	conn     *wire.Conn
	client   *smtp.Client
	result   Result
}

// run goes through the steps; each that ends the session has settled every recipient.
func (s *session) run(ctx context.Context) {
	conn, err := wire.Dial(ctx, s.account.Server, nil)
	if err != nil {
		s.settle(StepConnect, Deferred, err)
		return
	}
	s.conn = conn
	defer func() { _ = conn.Close() }()
	stop := context.AfterFunc(ctx, func() { conn.Cut(context.Cause(ctx)) })
	defer stop()
	conn.Expect(0, sessionAllowance)

	if s.hello() && s.login(ctx) && s.addresses() && s.content() {
		s.leave()
	}
}

func (s *session) hello() bool {
	var err error
	if s.client, err = smtp.NewClient(s.conn, s.account.Server.Host); err != nil {
		return s.settle(StepConnect, Deferred, err)
	}
	if err := s.client.Hello(s.name()); err != nil {
		return s.settle(StepHello, Deferred, err)
	}
	if s.account.Server.Security != wire.StartTLS {
		return true
	}
	if offered, _ := s.client.Extension("STARTTLS"); !offered {
		return s.settle(StepHello, Deferred, &wire.Error{Code: wire.TLSMissing, Op: "starttls"})
	}
	if err := s.client.StartTLS(s.account.Server.TLSConfig()); err != nil {
		return s.settle(StepHello, Deferred, err)
	}
	return true
}

// name is what EHLO says. A machine's own name would tell strangers about the network, and is often no name at all.
func (s *session) name() string {
	if s.account.Hello != "" {
		return s.account.Hello
	}
	from := s.envelope.From
	if from == "" {
		from = s.account.Login.User
	}
	if domain := from[strings.LastIndexByte(from, '@')+1:]; domain != "" && isASCII(domain) {
		return domain
	}
	return "localhost"
}

func (s *session) login(ctx context.Context) bool {
	login := s.account.Login
	if login.User == "" {
		return true
	}
	if login.Secret == nil {
		return s.settle(StepLogin, Deferred, &wire.Error{Code: wire.AuthFailed, Op: "login", Text: "no secret"})
	}
	secret, err := login.Secret(ctx)
	if err != nil {
		return s.settle(StepLogin, Deferred, &wire.Error{Code: wire.TokenFailed, Op: "login", Err: err})
	}
	_, offered := s.client.Extension("AUTH")
	auth, err := authFor(login, secret, strings.Fields(strings.ToUpper(offered)))
	if err == nil {
		err = s.client.Auth(auth)
	}
	if err != nil {
		return s.settle(StepLogin, Deferred, authError(auth, err))
	}
	return true
}

// addresses names sender and recipients. It goes on when at least one recipient is taken.
func (s *session) addresses() bool {
	if most, ok := s.limit(); ok && int64(len(s.raw)) > most {
		return s.settle(StepMail, Refused, &textproto.Error{Code: 552, Msg: "5.3.4 message of " +
			strconv.Itoa(len(s.raw)) + " bytes, the server takes " + strconv.FormatInt(most, 10)})
	}
	s.client.SkipSMTPUTF8(true) // nothing in the mail needs it, and the next server may not have it
	if err := s.client.Mail("<" + s.envelope.From + ">"); err != nil {
		return s.settle(StepMail, Refused, err)
	}
	taken := false
	for i, to := range s.envelope.To {
		err := s.client.Rcpt("<" + to + ">")
		var said *textproto.Error
		if err != nil && !errors.As(err, &said) {
			return s.settle(StepRcpt, Deferred, err) // the line is gone, and nothing was accepted
		}
		if err != nil {
			s.result.Recipients[i].refuse(said)
		} else {
			taken = true
		}
	}
	return taken
}

// limit is the largest message the server takes (RFC 1870), when it says.
func (s *session) limit() (int64, bool) {
	_, size := s.client.Extension("SIZE")
	most, err := strconv.ParseInt(strings.TrimSpace(size), 10, 64)
	return most, err == nil && most > 0
}

func (s *session) content() bool {
	data, err := s.client.Data()
	if err != nil {
		return s.settle(StepData, Refused, err)
	}
	if _, err := data.Write(s.raw); err != nil {
		// The dot was not sent, so nothing was accepted. A server that refuses in the middle often says why.
		if _, _, said := s.client.Text.ReadResponse(250); said != nil {
			err = said
		}
		return s.settle(StepData, Refused, err)
	}
	final := s.account.Final
	if final <= 0 {
		final = 5 * time.Minute
	}
	s.conn.Expect(final, sessionAllowance)
	err = data.Close() // sends the dot
	var said *textproto.Error
	switch {
	case err == nil:
		s.accept(250, data)
	case errors.As(err, &said) && said.Code/100 == 2:
		s.accept(said.Code, data)
	case errors.As(err, &said) && said.Code/100 >= 4:
		return s.settle(StepDot, Refused, err)
	default: // no answer, or none that means anything
		return s.settle(StepDot, Uncertain, err)
	}
	return true
}

func (s *session) accept(code int, data io.WriteCloser) {
	text := ""
	if closed, ok := data.(*smtp.DataCloser); ok {
		text = closed.ServerResponse()
	}
	reply := replyOf(code, text)
	for i := range s.result.Recipients {
		if r := &s.result.Recipients[i]; r.Outcome == "" {
			r.Outcome, r.Reply = Sent, reply
		}
	}
	s.result.Step, s.result.Reply = StepDot, reply
	s.result.AssignedID = AssignedID(s.account.Server.Host, text)
}

// leave says goodbye. The mail is sent, so nothing here matters any more, and nobody waits long.
func (s *session) leave() {
	s.conn.Expect(2*time.Second, sessionAllowance)
	_ = s.client.Quit()
}

// settle gives every recipient that has no outcome yet the outcome of a failed step. A server's own words decide between
// refused and deferred where the step allows it to refuse; a broken line is deferred unless the outcome is uncertain.
// It returns false, for the steps to return.
func (s *session) settle(step Step, outcome Outcome, err error) bool {
	var said *textproto.Error
	answered := errors.As(err, &said)
	if !answered && s.conn != nil {
		err = s.conn.Explain(string(step), err)
	}
	if outcome == Refused && (!answered || said.Code/100 != 5) {
		outcome = Deferred
	}
	reply := Reply{}
	if answered {
		reply = replyOf(said.Code, said.Msg)
	}
	for i := range s.result.Recipients {
		if r := &s.result.Recipients[i]; r.Outcome == "" {
			r.Outcome, r.Reply = outcome, reply
		}
	}
	s.result.Step, s.result.Reply, s.result.Err = step, reply, err
	s.result.Code = wire.CodeOf(err)
	if s.result.Code == "" && answered {
		s.result.Code = codeOf(step, said.Code)
	}
	return false
}

// ascii is the envelope as the commands have it.
func (e Envelope) ascii() (Envelope, error) {
	var out Envelope
	var err error
	if e.From != "" {
		if out.From, err = asciiAddress(e.From); err != nil {
			return out, fault.BadField("from", "bad_address").Because(err)
		}
	}
	if len(e.To) == 0 {
		return out, fault.BadField("to", "missing")
	}
	for i, to := range e.To {
		address, err := asciiAddress(to)
		if err != nil {
			return out, fault.BadField("to."+strconv.Itoa(i), "bad_address").Because(err)
		}
		out.To = append(out.To, address)
	}
	return out, nil
}

// check refuses what would break the protocol.
func check(raw []byte) error {
	if len(raw) == 0 || !bytes.HasSuffix(raw, []byte("\r\n")) {
		return fault.BadField("raw", "not_a_message")
	}
	line := 0
	for i, c := range raw {
		switch {
		case c == '\n' && (i == 0 || raw[i-1] != '\r'), c == '\r' && (i+1 == len(raw) || raw[i+1] != '\n'):
			return fault.BadField("raw", "bare_line_end", "at", i) // servers differ in what it ends: smuggling
		case c == 0 || c >= 0x80:
			return fault.BadField("raw", "not_7_bit", "at", i)
		case c == '\n':
			line = -1
		case line > 998: // with the CR; RFC 5321, 4.5.3.1.6
			return fault.BadField("raw", "line_too_long", "at", i)
		}
		line++
	}
	return nil
}
