package mailin

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/emersion/go-smtp"
)

// commandAllowance is what a peer may send in commands before its next mail, in bytes.
const commandAllowance = 256 << 10

// session is what one peer says. The library calls it from one goroutine at a time.
type session struct {
	receiver *receiver
	conn     *smtp.Conn
	line     *line
	from     string
	to       []string
}

// Reset forgets the mail that was begun, and measures the peer afresh.
func (s *session) Reset() {
	s.from, s.to = "", nil
	s.line.Expect(0, commandAllowance)
}

// Logout has nothing to do.
func (s *session) Logout() error { return nil }

// Mail begins a mail.
func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	s.from, s.to = from, nil
	return nil
}

// Rcpt names a recipient.
func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	o := s.receiver.options
	ctx, cancel := context.WithTimeout(s.receiver.ctx, o.KeepTime)
	defer cancel()
	known, err := o.Known(ctx, to)
	if err != nil {
		o.Log.Warn("recipient of incoming mail not looked up", "err", err)
		return later
	}
	if !known {
		return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no such address here"}
	}
	s.to = append(s.to, to)
	return nil
}

// later is the answer whenever the fault is ours. What went wrong is in our log and nobody else's business.
var later = &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 3, 0}, Message: "cannot keep the mail now, come again"}

// Data takes the content, for SMTP: one answer for all recipients. When some have the mail and others have not, the peer
// must come again for those, and Keep recognises what it has.
func (s *session) Data(r io.Reader) error {
	err := s.keep(r)
	var each PerRecipient
	if errors.As(err, &each) {
		return later
	}
	return err
}

// LMTPData takes the content, for LMTP.
func (s *session) LMTPData(r io.Reader, status smtp.StatusCollector) error {
	err := s.keep(r)
	var each PerRecipient
	if !errors.As(err, &each) {
		return err
	}
	for _, to := range s.to {
		if each[to] != nil {
			status.SetStatus(to, later)
		} else {
			status.SetStatus(to, nil)
		}
	}
	return nil
}

// keep hands the mail over. It returns nil, an answer, or a PerRecipient.
func (s *session) keep(r io.Reader) error {
	o := s.receiver.options
	s.receiver.keeping.RLock()
	defer s.receiver.keeping.RUnlock()
	if s.receiver.closed {
		return later
	}
	// A peer that goes on beyond the limit is listened to for a while, to tell it, and then cut.
	s.line.Expect(0, o.MaxSize+o.MaxSize/4+commandAllowance)
	_, secure := s.conn.TLSConnectionState()
	e := Envelope{From: s.from, To: s.to, Peer: peerOf(s.line), Hello: s.conn.Hostname(), TLS: secure}
	ctx, cancel := context.WithCancel(s.receiver.ctx)
	defer cancel()
	timer := time.AfterFunc(o.KeepTime, cancel)
	defer timer.Stop()
	body := &content{r: r, timer: timer, limit: o.KeepTime}
	err := o.Keep(ctx, e, body)
	if body.err != nil { // the mail did not come whole, whatever Keep made of that
		var answer *smtp.SMTPError
		if errors.As(body.err, &answer) {
			return answer // too large
		}
		return later
	}
	if err == nil && !body.whole() {
		err = errors.New("mail not read to its end")
	}
	var each PerRecipient
	if err != nil && !errors.As(err, &each) {
		o.Log.Warn("incoming mail not kept", "err", err)
		return later
	}
	if len(each) > 0 {
		o.Log.Warn("incoming mail not kept for all", "err", each)
		return each
	}
	return nil
}
