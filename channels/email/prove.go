package email

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"frontline/channels"
	"frontline/channels/email/wire"
	"frontline/internal/authority"

	"github.com/jackc/pgx/v5"
)

// proveEach is how often the Sent folders are searched for deliveries whose fate is uncertain.
const proveEach = time.Minute

// Prove looks for uncertain deliveries in the folder where the provider keeps sent mail: one that
// is there was sent.
func (e *Email) Prove(ctx context.Context) error {
	for ctx.Err() == nil {
		wait(ctx, proveEach)
		if err := e.proveAll(ctx); err != nil && ctx.Err() == nil {
			slog.WarnContext(ctx, "sent folders not searched", "err", err)
		}
	}
	return nil
}

func (e *Email) proveAll(ctx context.Context) error {
	open := map[int64][]channels.Delivery{}
	err := e.gate.View(ctx, self, func(q authority.Query) error {
		rows, err := q.Query(ctx, `select id, message_id, ticket_id, channel, account_id, remote_id from deliveries
			where state = 'uncertain' and channel = 'email' and updated_at > now() - interval '7 days' order by id limit 200`)
		if err != nil {
			return wrap("uncertain deliveries", err)
		}
		var d channels.Delivery
		_, err = pgx.ForEachRow(rows, []any{&d.ID, &d.Message, &d.Ticket, &d.Channel, &d.Account, &d.Remote}, func() error {
			open[d.Account] = append(open[d.Account], d)
			return nil
		})
		return wrap("uncertain deliveries", err)
	})
	for account, list := range open {
		err = errors.Join(err, e.proveBox(ctx, account, list))
	}
	return err
}

func (e *Email) proveBox(ctx context.Context, mailbox int64, list []channels.Delivery) error {
	var m Mailbox
	err := e.gate.View(ctx, self, func(q authority.Query) (err error) {
		m, err = e.mailbox(ctx, q, mailbox)
		return err
	})
	if err != nil || m.IMAP == nil {
		return err
	}
	box, _, err := e.openSent(ctx, m)
	if err != nil {
		if wire.CodeOf(err) == wire.FolderMissing && m.IMAP.Sent == "" {
			return nil // there is none, and nobody said that there is
		}
		return err
	}
	defer box.Close()
	for _, d := range list {
		found, err := box.Find(ctx, d.Remote)
		if err != nil {
			return fmt.Errorf("search the sent folder: %w", err)
		}
		if len(found) == 0 {
			continue
		}
		if err := e.gate.Do(ctx, authority.System("courier"), func(tx *authority.Tx) error {
			if err := tx.Allow(ctx, authority.Act{Name: "delivery.send", Object: fmt.Sprint("delivery:", d.ID), Reason: "found_in_sent_folder"}); err != nil {
				return err
			}
			return channels.Proved(ctx, tx, e.tickets, d)
		}); err != nil {
			return err
		}
	}
	return nil
}
