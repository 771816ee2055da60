package email

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"frontline/channels"
	"frontline/channels/email/imapbox"
	"frontline/channels/email/wire"
	"frontline/internal/alarm"
	"frontline/internal/authority"

	"github.com/jackc/pgx/v5"
)

const (
	copyEach  = 10 * time.Second // how often it is looked for mails that were sent and are not in the folder of sent mail
	copyAgain = 5 * time.Minute  // after a failure, which logging in again soon would not mend
	copyBatch = 100              // on one connection
)

// KeepSent puts what was sent into the folder of sent mail, for mailboxes whose provider does not, until ctx ends. The copy
// comes after the delivery is settled: what is uncertain is never put there by us, so that being there still proves it.
func (e *Email) KeepSent(ctx context.Context) error {
	rest := map[int64]time.Time{}
	for ctx.Err() == nil {
		wait(ctx, copyEach)
		boxes, err := e.toCopy(ctx)
		for _, m := range boxes {
			if time.Now().Before(rest[m]) {
				continue
			}
			if failed := e.alone(ctx, fmt.Sprint("sent:", m), func(ctx context.Context) error { return e.copySent(ctx, m) }); failed != nil {
				rest[m] = time.Now().Add(copyAgain)
				err = errors.Join(err, failed)
			}
		}
		if err != nil && ctx.Err() == nil {
			slog.WarnContext(ctx, "sent mail not copied", "err", err)
		}
	}
	return nil
}

// toCopy are the mailboxes that have sent mail to copy.
func (e *Email) toCopy(ctx context.Context) (boxes []int64, err error) {
	err = e.gate.View(ctx, self, func(q authority.Query) error {
		rows, err := q.Query(ctx, `select distinct account_id from deliveries where copy = 'wanted' and state = 'sent' and channel = 'email' limit 500`)
		if err == nil {
			boxes, err = pgx.CollectRows(rows, pgx.RowTo[int64])
		}
		return wrap("mail to copy", err)
	})
	return boxes, err
}

// copySent copies what one mailbox has sent. A mail that is there already, from a try that was killed or by the provider after
// all, is not put there again.
func (e *Email) copySent(ctx context.Context, mailbox int64) error {
	var m Mailbox
	var list []sentMail
	err := e.gate.View(ctx, self, func(q authority.Query) (err error) {
		if m, err = e.mailbox(ctx, q, mailbox); err != nil {
			return wrap("mailbox", err)
		}
		rows, err := q.Query(ctx, `select d.id, d.remote_id, coalesce(d.hash, ''), m.at from deliveries d join messages m on m.id = d.message_id
			where d.account_id = $1 and d.copy = 'wanted' and d.state = 'sent' and d.channel = 'email' order by d.id limit $2`, mailbox, copyBatch)
		if err == nil {
			list, err = pgx.CollectRows(rows, pgx.RowToStructByPos[sentMail])
		}
		return wrap("mail to copy", err)
	})
	if err != nil || len(list) == 0 {
		return err
	}
	if m.appends() {
		err = e.copyAll(ctx, m, list)
	} else {
		err = e.copied(ctx, list, "none") // the setting was changed meanwhile
	}
	if ctx.Err() != nil {
		return err
	}
	return errors.Join(err, e.copyHealth(ctx, mailbox, err))
}

type sentMail struct {
	ID     int64
	Remote string
	Hash   string
	At     time.Time
}

func (e *Email) copyAll(ctx context.Context, m Mailbox, list []sentMail) error {
	box, folder, err := e.openSent(ctx, m)
	if err != nil {
		return err
	}
	defer box.Close()
	for _, d := range list {
		if err := e.copyOne(ctx, box, folder, d); err != nil {
			return err
		}
	}
	return nil
}

func (e *Email) copyOne(ctx context.Context, box *imapbox.Box, folder string, d sentMail) error {
	found, err := box.Find(ctx, d.Remote)
	if err != nil {
		return fmt.Errorf("search the sent folder: %w", err)
	}
	if len(found) == 0 && d.Hash != "" {
		f, err := e.blobs.Open(ctx, d.Hash)
		if err != nil {
			return wrap("open the sent mail", err)
		}
		raw, err := io.ReadAll(f)
		_ = f.Close()
		if err != nil {
			return wrap("read the sent mail", err)
		}
		if err := box.Append(ctx, folder, raw, d.At); err != nil {
			return fmt.Errorf("put a mail into the sent folder: %w", err)
		}
	}
	return e.copied(ctx, []sentMail{d}, "kept")
}

// openSent opens the folder of sent mail: the one that was set, else the one that the server says it is.
func (e *Email) openSent(ctx context.Context, m Mailbox) (*imapbox.Box, string, error) {
	account, _, err := e.account(m)
	if err != nil {
		return nil, "", err
	}
	box, err := imapbox.Dial(ctx, account)
	if err != nil {
		return nil, "", fmt.Errorf("open the sent folder: %w", err)
	}
	folder := m.IMAP.Sent
	if folder == "" {
		folder, err = box.SentFolder(ctx)
	}
	if err == nil {
		_, err = box.Select(ctx, folder)
	}
	if err != nil {
		box.Close()
		return nil, "", fmt.Errorf("open the sent folder: %w", err)
	}
	return box, folder, nil
}

// copied marks what was done about copies.
func (e *Email) copied(ctx context.Context, list []sentMail, state string) error {
	ids := make([]int64, len(list))
	for i, d := range list {
		ids[i] = d.ID
	}
	return channels.Copied(ctx, e.gate, ids, state)
}

// copyHealth raises the alarm of a mailbox whose sent mail cannot be copied, and clears it.
func (e *Email) copyHealth(ctx context.Context, mailbox int64, failed error) error {
	var raised bool
	if err := e.db.Read.QueryRow(ctx, `select exists (select from alarms where kind = 'mailbox.sent_copy' and object = $1 and cleared_at is null)`, mailboxObject(mailbox)).Scan(&raised); err != nil {
		return wrap("alarm", err)
	}
	if failed == nil && !raised {
		return nil
	}
	return e.gate.Do(ctx, self, func(tx *authority.Tx) error {
		if err := tx.Allow(ctx, authority.Act{Name: "mailbox.state", Object: mailboxObject(mailbox), Reason: "sent copy"}); err != nil {
			return err
		}
		if failed == nil {
			return alarm.Clear(ctx, tx, "mailbox.sent_copy", mailboxObject(mailbox))
		}
		code, text := wire.CodeOf(failed), ""
		var w *wire.Error
		if errors.As(failed, &w) {
			text = w.Text
		}
		if code == "" {
			code = wire.StoreFailed
		}
		return alarm.Raise(ctx, tx, "mailbox.sent_copy", mailboxObject(mailbox), string(code), map[string]any{"detail": text})
	})
}
