package tickets

import (
	"context"
	"fmt"
	"io"
	"slices"

	"frontline/internal/authority"
	"frontline/internal/fault"
	"frontline/internal/plain"
)

// Attached is an attachment as screens show it.
type Attached struct {
	ID     int64  `json:"id"`
	Name   string `json:"name"`
	Type   string `json:"type"`
	Size   int64  `json:"size" doc:"bytes"`
	Inline bool   `json:"inline"`

	hash string // of the content, where it was opened
}

// Upload keeps a file for a later message of the same agent. The content is durable before the
// row is, so that a row never names a file that is not there.
func (t *Tickets) Upload(ctx context.Context, by authority.Actor, name, mime string, content io.Reader) (Attached, error) {
	name = plain.Line(name, 300)
	if name == "" {
		return Attached{}, fault.BadField("name", "required")
	}
	ref, err := t.blobs.Put(ctx, content)
	if err != nil {
		return Attached{}, fmt.Errorf("keep the file: %w", err)
	}
	a := Attached{Name: name, Type: plain.Line(mime, 200), Size: ref.Size}
	err = t.gate.Do(ctx, by, func(tx *authority.Tx) error {
		if err := tx.Allow(ctx, authority.Act{Name: "ticket.attach", Object: "file:" + ref.Hash}); err != nil {
			return err
		}
		err := tx.QueryRow(ctx, `insert into attachments (uploaded_by, hash, name, type, size) values ($1, $2, $3, $4, $5) returning id`,
			by.ID, ref.Hash, a.Name, a.Type, a.Size).Scan(&a.ID)
		tx.Return(a)
		return err
	})
	return a, err
}

// attach puts files that the actor uploaded to a message; any other id is fault.Invalid.
func (t *Tickets) attach(ctx context.Context, tx *authority.Tx, message int64, ids []int64) error {
	if len(ids) == 0 {
		return nil
	}
	ids = slices.Compact(slices.Sorted(slices.Values(ids)))
	tag, err := tx.Exec(ctx, `update attachments set message_id = $1 where id = any ($2) and message_id is null and uploaded_by = $3`, message, ids, tx.By.ID)
	if err != nil {
		return fmt.Errorf("attach: %w", err)
	}
	if int(tag.RowsAffected()) != len(ids) {
		return fault.BadField("attachments", "unknown_attachment")
	}
	return nil
}

// Open reads an attachment that the actor may see.
func (t *Tickets) Open(ctx context.Context, by authority.Actor, id int64) (a Attached, content io.ReadCloser, err error) {
	err = t.gate.View(ctx, by, func(q authority.Query) error {
		return q.QueryRow(ctx, `select id, name, type, size, inline, hash from attachments where id = $1`, id).
			Scan(&a.ID, &a.Name, &a.Type, &a.Size, &a.Inline, &a.hash)
	})
	if err != nil {
		return a, nil, err
	}
	content, err = t.blobs.Open(ctx, a.hash)
	return a, content, err
}

// Raw reads a message as it came, for example the mail; fault.NotFound where none was kept.
func (t *Tickets) Raw(ctx context.Context, by authority.Actor, message int64) (io.ReadCloser, error) {
	var hash *string
	err := t.gate.View(ctx, by, func(q authority.Query) error {
		return q.QueryRow(ctx, `select raw_hash from messages where id = $1`, message).Scan(&hash)
	})
	if err != nil {
		return nil, err
	}
	if hash == nil {
		return nil, fault.New(fault.NotFound, "not_found", "what", "raw message")
	}
	return t.blobs.Open(ctx, *hash)
}

// Files are the attachments of a message with their content's hash, for the channel that sends it. A part.
func (t *Tickets) Files(ctx context.Context, q authority.Query, message int64) ([]File, error) {
	rows, err := q.Query(ctx, `select hash, size, name, type, inline, cid from attachments where message_id = $1 order by id`, message)
	if err != nil {
		return nil, fmt.Errorf("attachments: %w", err)
	}
	defer rows.Close()
	var files []File
	for rows.Next() {
		var f File
		if err := rows.Scan(&f.Hash, &f.Size, &f.Name, &f.Type, &f.Inline, &f.CID); err != nil {
			return nil, fmt.Errorf("attachments: %w", err)
		}
		files = append(files, f)
	}
	return files, rows.Err()
}
