package imapbox

import (
	"context"
	"errors"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
)

// Wait returns when there may be new mail in the open folder: the server said so, or it is time to look anyway, since some
// servers forget their listeners. It uses IDLE (RFC 2177), renewed by the caller's next Wait, and NOOP where there is none.
func (b *Box) Wait(ctx context.Context) error {
	if b.idle {
		if refused, err := b.listen(ctx); !refused {
			return err
		}
		b.idle = false // promised and not kept
	}
	return b.Pause(ctx)
}

// listen is one IDLE. refused tells that the server does not know it after all.
func (b *Box) listen(ctx context.Context) (refused bool, err error) {
	var idle *imapclient.IdleCommand
	err = b.do(ctx, "idle", smallAnswer, func() error {
		var err error
		idle, err = b.client.Idle()
		return err
	})
	var no *imap.Error
	if err != nil {
		return errors.As(err, &no), err
	}
	// The renewal is also the watchdog: a dead line is found when its answer does not come.
	b.conn.Expect(2*b.account.Renew, idleAnswer)
	renew := time.NewTimer(b.account.Renew)
	defer renew.Stop()
	select {
	case <-b.news:
	case <-renew.C:
	case <-b.client.Closed():
	case <-ctx.Done():
		b.conn.Cut(context.Cause(ctx))
	}
	err = b.do(context.WithoutCancel(ctx), "idle", idleAnswer, func() error {
		return errors.Join(idle.Close(), idle.Wait())
	})
	if ctx.Err() != nil {
		return false, context.Cause(ctx)
	}
	return false, err
}

// Pause waits until it is time to look again (Account.Poll), and lets the server speak.
func (b *Box) Pause(ctx context.Context) error {
	timer := time.NewTimer(b.account.Poll)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-b.client.Closed():
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	return b.do(ctx, "noop", idleAnswer, func() error { return b.client.Noop().Wait() })
}
