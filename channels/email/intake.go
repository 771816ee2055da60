package email

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"runtime/debug"
	"time"

	"frontline/channels/email/mime"
	"frontline/internal/authority"
	"frontline/internal/fault"
	"frontline/tickets"

	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"
)

// kept is a raw mail that waits to be read.
type kept struct {
	ID       int64
	Mailbox  int64
	Hash     string
	Size     int64
	HeadOnly bool
	Lost     string // why the server gave nothing
	Tries    int

	mail    mime.Mail
	files   []tickets.File
	problem string // why it could not be read
}

const (
	intakeBatch = 25              // mails of one transaction: a commit waits for the disk, so several share one
	lookAgain   = 5 * time.Second // when nothing woke us
	maxRefs     = 21              // Message-IDs kept for References: the first and the last ones
	maxTries    = 3               // of one mail that our side cannot take, before it is quarantined
)

// Intake turns kept raw mails into messages until ctx ends, in the order in which they came.
func (e *Email) Intake(ctx context.Context) error {
	pause := time.Second
	for ctx.Err() == nil {
		n, err := e.takeIn(ctx)
		switch {
		case err != nil && ctx.Err() == nil:
			slog.WarnContext(ctx, "mail intake stopped for a while", "err", err)
			pause = min(2*pause, 30*time.Second)
			wait(ctx, pause)
			continue
		case n > 0:
			pause = time.Second
			continue
		}
		select {
		case <-ctx.Done():
		case <-e.wake:
		case <-time.After(lookAgain):
		}
	}
	return nil
}

func wait(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// takeIn reads the oldest waiting mails and makes messages of them; it answers how many.
func (e *Email) takeIn(ctx context.Context) (int, error) {
	batch, err := e.waiting(ctx, intakeBatch)
	if err != nil || len(batch) == 0 {
		return 0, err
	}
	if err := e.readAll(ctx, batch); err != nil {
		return 0, err
	}
	err = e.store(ctx, batch)
	if err == nil || len(batch) == 1 || transient(err) {
		if err != nil && !transient(err) {
			err = e.failed(ctx, batch[0], err)
		}
		return len(batch), err
	}
	// One of them cannot be taken: each by itself, so that it holds up no other.
	for _, k := range batch {
		err := e.store(ctx, []*kept{k})
		if err != nil && !transient(err) {
			err = e.failed(ctx, k, err)
		}
		if err != nil {
			return 0, err
		}
	}
	return len(batch), nil
}

// transient says that the mail is not to blame.
func transient(err error) bool {
	return errors.Is(err, fault.Unavailable) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}

func (e *Email) waiting(ctx context.Context, n int) ([]*kept, error) {
	var batch []*kept
	err := e.gate.View(ctx, self, func(q authority.Query) error {
		rows, err := q.Query(ctx, `select id, mailbox_id, hash, size, head_only, reason, tries from raw_mails where state = 'new' order by id limit $1`, n)
		if err != nil {
			return wrap("waiting mails", err)
		}
		batch, err = pgx.CollectRows(rows, func(r pgx.CollectableRow) (*kept, error) {
			k := &kept{}
			return k, r.Scan(&k.ID, &k.Mailbox, &k.Hash, &k.Size, &k.HeadOnly, &k.Lost, &k.Tries)
		})
		return wrap("waiting mails", err)
	})
	return batch, err
}

// readAll parses the mails, two at a time: a large one costs hundreds of megabytes.
func (e *Email) readAll(ctx context.Context, batch []*kept) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(2)
	for _, k := range batch {
		g.Go(func() error { return e.readOne(ctx, k) })
	}
	return g.Wait()
}

func (e *Email) readOne(ctx context.Context, k *kept) (err error) {
	f, err := e.blobs.Open(ctx, k.Hash)
	if err != nil {
		if errors.Is(err, fault.NotFound) {
			k.problem = "raw_missing"
			return nil
		}
		return fmt.Errorf("open the raw mail: %w", err)
	}
	defer func() { _ = f.Close() }()
	raw, err := io.ReadAll(io.LimitReader(f, int64(mime.DefaultLimits().Size)+1))
	if err != nil {
		return fmt.Errorf("read the raw mail: %w", err)
	}
	defer func() {
		// The reader promises not to panic; if it does all the same, one mail is set aside and the next is read.
		if p := recover(); p != nil {
			slog.ErrorContext(ctx, "mail reader panicked", "raw_mail", k.ID, "panic", p, "stack", string(debug.Stack()))
			k.problem = "reader_failed"
		}
	}()
	k.mail = mime.Read(raw, mime.DefaultLimits())
	return e.keepFiles(ctx, k)
}

// keepFiles puts the attachments into the blob store, before the transaction that names them.
func (e *Email) keepFiles(ctx context.Context, k *kept) error {
	for i, a := range k.mail.Attachments {
		ref, err := e.blobs.Put(ctx, bytes.NewReader(a.Content))
		if err != nil {
			return fmt.Errorf("keep an attachment: %w", err)
		}
		k.files = append(k.files, tickets.File{Ref: ref, Name: a.Name, Type: a.Type, Inline: a.Inline, CID: a.CID})
		k.mail.Attachments[i].Content = nil // safe on disk; a batch of large mails must not stay in memory
	}
	return nil
}

// store makes messages of read mails and marks them done, in one transaction.
func (e *Email) store(ctx context.Context, batch []*kept) error {
	return e.gate.Do(ctx, self, func(tx *authority.Tx) error {
		if err := tx.Allow(ctx, authority.Act{Name: "ticket.receive", Object: fmt.Sprint("raw_mail:", batch[0].ID)}); err != nil {
			return err
		}
		for _, k := range batch {
			var state string
			err := tx.QueryRow(ctx, `select state from raw_mails where id = $1 for update`, k.ID).Scan(&state)
			if err != nil {
				return wrap("raw mail", err)
			}
			if state != "new" {
				continue // another node was faster
			}
			if err := e.sort(ctx, tx, k); err != nil {
				return fmt.Errorf("raw mail %d: %w", k.ID, err)
			}
		}
		return nil
	})
}

// done marks a raw mail.
func (e *Email) done(ctx context.Context, tx *authority.Tx, k *kept, state, reason string, message int64) error {
	refs := k.mail.References
	if len(refs) > maxRefs {
		refs = append([]string{refs[0]}, refs[len(refs)-maxRefs+1:]...)
	}
	_, err := tx.Exec(ctx, `update raw_mails set state = $2, reason = $3, mid = $4, refs = $5, message_id = nullif($6, 0) where id = $1`,
		k.ID, state, reason, cut(k.mail.MessageID), cutAll(refs), message)
	return wrap("mark the raw mail", err)
}

// failed counts a try of a mail that our side could not take; after the last it is quarantined, and
// a ticket says so.
func (e *Email) failed(ctx context.Context, k *kept, cause error) error {
	slog.WarnContext(ctx, "mail not taken in", "raw_mail", k.ID, "try", k.Tries+1, "err", cause)
	if k.Tries+1 >= maxTries {
		k.problem = "not_accepted"
		return e.store(ctx, []*kept{k})
	}
	return e.gate.Do(ctx, self, func(tx *authority.Tx) error {
		if err := tx.Allow(ctx, authority.Act{Name: "mail.keep", Object: fmt.Sprint("raw_mail:", k.ID)}); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `update raw_mails set tries = tries + 1 where id = $1`, k.ID)
		return wrap("count the try", err)
	})
}
