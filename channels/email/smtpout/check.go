package smtpout

import (
	"context"

	"frontline/channels/email/wire"
)

// Check connects and logs in as Send does, and sends nothing. An error is a *wire.Error.
func Check(ctx context.Context, a Account) error {
	s := &session{account: a}
	conn, err := wire.Dial(ctx, a.Server, nil)
	if err != nil {
		return err
	}
	s.conn = conn
	defer func() { _ = conn.Close() }()
	stop := context.AfterFunc(ctx, func() { conn.Cut(context.Cause(ctx)) })
	defer stop()
	conn.Expect(0, sessionAllowance)
	if s.hello() && s.login(ctx) {
		s.leave()
		return nil
	}
	return &wire.Error{Code: s.result.Code, Op: string(s.result.Step), Text: s.result.Reply.Text, Err: s.result.Err}
}
