package ticketpage

import (
	"context"
	"errors"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"frontline/channels"
	"frontline/internal/authority"
	"frontline/internal/fault"
	"frontline/internal/plain"
	"frontline/tickets"

	"github.com/jackc/pgx/v5"
)

// Reply is what a customer answers.
type Reply struct {
	ID    string  `json:"id" pattern:"^[A-Za-z0-9_-]{8,64}$" example:"m0000001" doc:"Made by the page: the same again is the same answer"`
	Text  string  `json:"text" maxLength:"20000"`
	Files []int64 `json:"files,omitempty" maxItems:"10" doc:"Uploaded before by the same link"`
}

// Said names the message.
type Said struct {
	ID int64 `json:"id"`
}

const (
	maxText   = 20_000
	maxUnsaid = 20 // files of one link that are in no message yet
)

var replyID = regexp.MustCompile(`^[A-Za-z0-9_-]{8,64}$`)

// Reply puts a customer's answer into the ticket that a token leads to. The same id is one answer, however often it comes.
func (p *Pages) Reply(ctx context.Context, token string, r Reply) (said Said, err error) {
	if !replyID.MatchString(r.ID) {
		return said, fault.BadField("id", "bad_pattern", "pattern", replyID.String())
	}
	if !plain.Short(r.Text, maxText) {
		return said, fault.BadField("text", "too_long", "max", maxText)
	}
	if r.Text = strings.TrimSpace(plain.Text(r.Text, maxText)); r.Text == "" && len(r.Files) == 0 {
		return said, fault.BadField("text", "required")
	}
	o, err := p.holder(ctx, token)
	if err != nil {
		return said, err
	}
	if err := p.replies.Take(o.page); err != nil {
		return said, err
	}
	remote := "p" + strconv.FormatInt(o.page, 10) + "." + r.ID
	err = p.o.Gate.Do(ctx, authority.ContactActor(o.contact, o.name), func(tx *authority.Tx) error {
		act := authority.Act{Name: "ticket.receive", Object: object(o.ticket), Reason: "by link " + strconv.FormatInt(o.page, 10), Unveiled: true}
		if err := tx.Allow(ctx, act); err != nil {
			return err
		}
		// Again, under the link's lock: it may have been revoked since, and two windows must not use one file twice.
		if err := tx.QueryRow(ctx, `update ticket_pages set used_at = now() where id = $1 and revoked_at is null and expires_at > now() returning id`, o.page).Scan(&o.page); err != nil {
			if errors.Is(err, pgx.ErrNoRows) {
				return errEnded
			}
			return wrap("use the link", err)
		}
		in := tickets.Inbound{Channel: Channel, RemoteID: remote, Name: o.name, Text: r.Text, Into: o.ticket}
		var before int64
		err := tx.QueryRow(ctx, `select coalesce((select id from messages where channel = $1 and remote_id = $2), 0), p.kind, p.address from tickets t join lateral (
				select 0, kind, address from participants where ticket_id = t.id and role = 'requester'
					and (kind, address) in (select c.kind::text, c.address from contact_points c where c.contact_id = t.contact_id)
				union all select 1, kind, address from contact_points where contact_id = t.contact_id
				order by 1 limit 1) p on true
			where t.id = $3`, Channel, remote, o.ticket).Scan(&before, &in.From.Kind, &in.From.Address)
		if err != nil {
			return wrap("who answers", err)
		}
		if before != 0 {
			said.ID = before
			return nil
		}
		if in.Files, err = p.claim(ctx, tx, o.page, r.Files); err != nil {
			return err
		}
		got, err := p.o.Tickets.Keep(ctx, tx, in)
		if err != nil {
			return err
		}
		said.ID = got.Message
		if len(r.Files) == 0 {
			return nil
		}
		_, err = tx.Exec(ctx, `update page_files set message_id = $2 where id = any ($1)`, r.Files, got.Message)
		return wrap("files of the answer", err)
	})
	return said, err
}

// holder is whoever has a link.
func (p *Pages) holder(ctx context.Context, token string) (o opened, err error) {
	err = p.o.Gate.View(ctx, self, func(q authority.Query) error {
		o, err = p.open(ctx, q, token)
		return err
	})
	return o, err
}

func (p *Pages) claim(ctx context.Context, tx *authority.Tx, page int64, ids []int64) ([]tickets.File, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	ids = slices.Compact(slices.Sorted(slices.Values(ids)))
	rows, err := tx.Query(ctx, `select hash, size, name, type from page_files where id = any ($1) and page_id = $2 and message_id is null order by id`, ids, page)
	if err != nil {
		return nil, wrap("files of the link", err)
	}
	files, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (f tickets.File, err error) {
		return f, r.Scan(&f.Hash, &f.Size, &f.Name, &f.Type)
	})
	if err == nil && len(files) != len(ids) {
		err = fault.BadField("files", "unknown_attachment")
	}
	return files, err
}

// Upload keeps a customer's file for an answer to come.
func (p *Pages) Upload(ctx context.Context, token, name string, body io.Reader) (out File, err error) {
	o, err := p.holder(ctx, token)
	if err != nil {
		return out, err
	}
	if err := p.replies.Take(o.page); err != nil {
		return out, err
	}
	f, err := channels.Accept(ctx, p.o.Blobs, name, body)
	if err != nil {
		return out, err
	}
	out = File{Name: f.Name, Type: f.Type, Size: f.Size}
	err = p.o.Gate.Do(ctx, authority.ContactActor(o.contact, o.name), func(tx *authority.Tx) error {
		if err := tx.Allow(ctx, authority.Act{Name: "page.attach", Object: object(o.ticket), Unveiled: true}); err != nil {
			return err
		}
		err := tx.QueryRow(ctx, `insert into page_files (page_id, hash, name, type, size) select $1, $2, $3, $4, $5
			where (select count(*) from page_files where page_id = $1 and message_id is null) < $6 returning id`, o.page, f.Hash, f.Name, f.Type, f.Size, maxUnsaid).Scan(&out.ID)
		if errors.Is(err, pgx.ErrNoRows) {
			return fault.New(fault.TooMany, "too_many_files", "max", maxUnsaid)
		}
		return wrap("keep the file", err)
	})
	return out, err
}

// Open gives a file of a message that the customer sees.
func (p *Pages) Open(ctx context.Context, token string, id int64) (f File, content io.ReadCloser, err error) {
	err = p.o.Gate.View(ctx, self, func(q authority.Query) error {
		o, err := p.open(ctx, q, token)
		if err != nil {
			return err
		}
		err = q.QueryRow(ctx, `select a.id from attachments a join messages m on m.id = a.message_id join tickets t on t.id = m.ticket_id
			where a.id = $2 and t.id = $1 and `+shown, o.ticket, id).Scan(&f.ID)
		if errors.Is(err, pgx.ErrNoRows) {
			return fault.New(fault.NotFound, "not_found", "what", "file")
		}
		return wrap("file", err)
	})
	if err != nil {
		return f, nil, err
	}
	a, content, err := p.o.Tickets.Open(ctx, self, id)
	return File{a.ID, a.Name, a.Type, a.Size}, content, err
}
