package email

import (
	"context"
	"errors"
	"time"

	"frontline/channels/email/imapbox"
	"frontline/channels/email/smtpout"
	"frontline/channels/email/wire"
	"frontline/internal/authority"
)

// testTime bounds the try of one server.
const testTime = 20 * time.Second

// Tested says what a try of a mailbox's servers gave.
type Tested struct {
	Receiving *Try `json:"receiving"`
	Sending   *Try `json:"sending"`
}

// Try is the result for one server.
type Try struct {
	OK      bool     `json:"ok"`
	Code    string   `json:"error"`
	Detail  string   `json:"detail"`
	Folders []string `json:"folders,omitempty"`
}

// Test logs in to a mailbox's servers, as fetching and sending do, and says what happens.
func (e *Email) Test(ctx context.Context, by authority.Actor, id int64) (Tested, error) {
	var m Mailbox
	err := e.gate.View(ctx, by, func(q authority.Query) (err error) {
		if err := e.may(ctx, q, by, "mailbox.edit"); err != nil {
			return err
		}
		m, err = e.mailbox(ctx, q, id)
		return err
	})
	if err != nil {
		return Tested{}, err
	}
	var t Tested
	if m.IMAP != nil {
		x := e.tryIMAP(ctx, m)
		t.Receiving = &x
	}
	if m.SMTP != nil {
		x := e.trySMTP(ctx, m)
		t.Sending = &x
	}
	return t, nil
}

func (e *Email) tryIMAP(ctx context.Context, m Mailbox) Try {
	ctx, cancel := context.WithTimeout(ctx, testTime)
	defer cancel()
	account, _, err := e.account(m)
	if err != nil {
		return tried(err)
	}
	box, err := imapbox.Dial(ctx, account)
	if err != nil {
		return tried(err)
	}
	defer box.Close()
	folders, err := box.Folders(ctx)
	x := tried(err)
	x.Folders = folders
	return x
}

func (e *Email) trySMTP(ctx context.Context, m Mailbox) Try {
	ctx, cancel := context.WithTimeout(ctx, testTime)
	defer cancel()
	server, login, err := m.SMTP.wire(e.secret(m, "smtp"))
	if err != nil {
		return tried(err)
	}
	return tried(smtpout.Check(ctx, smtpout.Account{Server: server, Login: login}))
}

func tried(err error) Try {
	if err == nil {
		return Try{OK: true}
	}
	var w *wire.Error
	if errors.As(err, &w) {
		return Try{Code: string(w.Code), Detail: w.Text}
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return Try{Code: string(wire.Timeout)}
	}
	return Try{Code: "bad_settings", Detail: err.Error()}
}
