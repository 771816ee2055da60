package email

import (
	"context"
	"errors"
	"io"
	"net"

	"frontline/channels/email/mailin"
	"frontline/internal/authority"
	"frontline/internal/fault"

	"github.com/jackc/pgx/v5"
)

// Receive takes mail that a server hands us by LMTP or SMTP, until ctx ends: for those who route
// mail to the program. It answers 250 only after the commit.
func (e *Email) Receive(ctx context.Context, l net.Listener, o mailin.Options) error {
	at := HandIn{"smtp", l.Addr().String()}
	if o.LMTP {
		at.Protocol = "lmtp"
	}
	e.handIn.Store(&at)
	defer e.handIn.Store(nil)
	o.Known = e.known
	o.Keep = e.keepEnvelope
	return mailin.Serve(ctx, l, o)
}

// known says whether an address is one of our mailboxes; the program is no relay.
func (e *Email) known(ctx context.Context, address string) (bool, error) {
	id, err := e.mailboxOf(ctx, address)
	return id != 0, err
}

func (e *Email) mailboxOf(ctx context.Context, address string) (id int64, err error) {
	err = e.gate.View(ctx, self, func(q authority.Query) error {
		err := q.QueryRow(ctx, `select id from mailboxes where address = $1 and disabled_at is null`, withoutToken(address)).Scan(&id)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		return wrap("mailbox of the address", err)
	})
	return id, err
}

// keepEnvelope keeps one mail for each of its mailboxes.
func (e *Email) keepEnvelope(ctx context.Context, to mailin.Envelope, raw io.Reader) error {
	ref, err := e.blobs.Put(ctx, raw)
	if err != nil {
		return err
	}
	boxes := map[int64]bool{}
	for _, address := range to.To {
		id, err := e.mailboxOf(ctx, address)
		if err != nil {
			return err
		}
		if id != 0 {
			boxes[id] = true
		}
	}
	if len(boxes) == 0 {
		return fault.New(fault.NotFound, "not_found", "what", "mailbox")
	}
	err = e.gate.Do(ctx, self, func(tx *authority.Tx) error {
		if err := tx.Allow(ctx, authority.Act{Name: "mail.keep", Object: "blob:" + ref.Hash}); err != nil {
			return err
		}
		b := &pgx.Batch{}
		for id := range boxes {
			b.Queue(`insert into raw_mails (mailbox_id, hash, size) values ($1, $2, $3)`, id, ref.Hash, ref.Size)
		}
		return wrap("keep the mail", tx.SendBatch(ctx, b).Close())
	})
	if err == nil {
		poke(e.wake)
	}
	return err
}
