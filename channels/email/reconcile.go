package email

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"frontline/channels/email/imapbox"
	"frontline/internal/alarm"
	"frontline/internal/authority"

	"github.com/jackc/pgx/v5"
)

// Reconcile counts each folder against the database: a mail that the server has and we have not,
// below the cursor, would be a mail lost. It fetches such mails and answers how many there were.
func (e *Email) Reconcile(ctx context.Context) (missing int, err error) {
	boxes, err := e.active(ctx)
	if err != nil {
		return 0, err
	}
	for _, m := range boxes {
		if m.IMAP == nil {
			continue
		}
		n, e := e.reconcileOne(ctx, m)
		missing += n
		err = errors.Join(err, e)
	}
	return missing, err
}

func (e *Email) reconcileOne(ctx context.Context, m Mailbox) (missing int, err error) {
	account, options, err := e.account(m)
	if err != nil {
		return 0, err
	}
	box, err := imapbox.Dial(ctx, account)
	if err != nil {
		return 0, fmt.Errorf("reconcile mailbox %d: %w", m.ID, err)
	}
	defer box.Close()
	folders := options.Folders
	if len(folders) == 0 {
		folders = []string{"INBOX"}
	}
	for _, f := range folders {
		n, err := e.reconcileFolder(ctx, m, box, f)
		if err != nil {
			return missing, fmt.Errorf("reconcile %s of mailbox %d: %w", f, m.ID, err)
		}
		missing += n
	}
	return missing, e.differs(ctx, m.ID, missing)
}

// differs raises the alarm when mailbox and database did not agree, and clears it when they do again.
func (e *Email) differs(ctx context.Context, mailbox int64, missing int) error {
	return e.gate.Do(ctx, self, func(tx *authority.Tx) error {
		if err := tx.Allow(ctx, authority.Act{Name: "mailbox.state", Object: mailboxObject(mailbox), Reason: "reconcile"}); err != nil {
			return err
		}
		if missing == 0 {
			return alarm.Clear(ctx, tx, "mailbox.differs", mailboxObject(mailbox))
		}
		return alarm.Raise(ctx, tx, "mailbox.differs", mailboxObject(mailbox), "mails_were_missing", map[string]any{"mails": missing})
	})
}

func (e *Email) reconcileFolder(ctx context.Context, m Mailbox, box *imapbox.Box, folder string) (int, error) {
	s := &sink{e: e, mailbox: m.ID}
	at, err := s.Cursor(ctx, folder)
	if err != nil {
		return 0, err
	}
	is, err := box.Select(ctx, folder)
	if err != nil || is.Validity != at.Validity {
		return 0, err // renumbered: the fetcher reads it anew
	}
	all, err := box.After(ctx, 0)
	if err != nil {
		return 0, err
	}
	have, err := e.uids(ctx, m.ID, folder, at)
	if err != nil {
		return 0, err
	}
	var lost []uint32
	for _, uid := range all {
		if _, found := slices.BinarySearch(have, int64(uid)); !found && uid <= at.UID {
			lost = append(lost, uid)
		}
	}
	return len(lost), e.fetchLost(ctx, s, box, folder, at, lost)
}

func (e *Email) uids(ctx context.Context, mailbox int64, folder string, at imapbox.Cursor) (have []int64, err error) {
	err = e.gate.View(ctx, self, func(q authority.Query) error {
		rows, err := q.Query(ctx, `select uid from raw_mails where mailbox_id = $1 and folder = $2 and uidvalidity = $3 order by uid`, mailbox, folder, int64(at.Validity))
		if err != nil {
			return wrap("kept mails", err)
		}
		have, err = pgx.CollectRows(rows, pgx.RowTo[int64])
		return wrap("kept mails", err)
	})
	return have, err
}

// fetchLost keeps mails that the cursor had passed, one by one; the cursor stays.
func (e *Email) fetchLost(ctx context.Context, s *sink, box *imapbox.Box, folder string, at imapbox.Cursor, lost []uint32) error {
	for len(lost) > 0 {
		done, err := box.Fetch(ctx, lost, imapbox.Batch{Count: 1, Bytes: 1}, func(m imapbox.Mail) error {
			ref, err := s.Put(ctx, m.Raw)
			if err != nil {
				return err
			}
			return s.keepLost(ctx, folder, at, imapbox.Raw{UID: m.UID, Date: m.Date, Size: m.Size, Ref: ref, HeaderOnly: m.HeaderOnly})
		})
		if err != nil || done == 0 {
			return err
		}
		lost = lost[done:]
	}
	return nil
}

// keepLost is Keep without moving the cursor, which the fetcher may meanwhile have moved.
func (s *sink) keepLost(ctx context.Context, folder string, at imapbox.Cursor, m imapbox.Raw) error {
	err := s.e.gate.Do(ctx, self, func(tx *authority.Tx) error {
		if err := tx.Allow(ctx, authority.Act{Name: "mail.keep", Object: mailboxObject(s.mailbox), Reason: "reconcile"}); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `insert into raw_mails (mailbox_id, folder, uidvalidity, uid, hash, size, head_only) values ($1, $2, $3, $4, $5, $6, $7)
			on conflict (mailbox_id, folder, uidvalidity, uid, hash) do nothing`, s.mailbox, folder, int64(at.Validity), int64(m.UID), m.Ref, m.Size, m.HeaderOnly)
		return wrap("keep a lost mail", err)
	})
	if err == nil {
		poke(s.e.wake)
	}
	return err
}
