package email

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"frontline/channels"
	"frontline/channels/ticketpage"
	"frontline/crm"
	"frontline/internal/authority"
	"frontline/internal/blob"
	"frontline/internal/job"
	"frontline/internal/pg"
	"frontline/internal/pg/pgtest"
	"frontline/internal/secret"
	"frontline/tickets"
)

// world is the channel on a database of its own, with one mailbox.
type world struct {
	*Email
	pages   *ticketpage.Pages
	t       testing.TB
	ctx     context.Context
	db      *pg.DB
	blobs   blob.Store
	box     int64
	address string
	files   string // the blob store's folder
	n       int
}

var cli = authority.System("cli")

func newWorld(t *testing.T) *world {
	t.Helper()
	t.Parallel()
	return worldOn(t, pgtest.New(t, channels.Schemas()...))
}

// worldOn is a world on a given database.
func worldOn(t testing.TB, db *pg.DB) *world {
	t.Helper()
	jobs := job.New(db)
	gate := authority.New(db, authority.Options{Jobs: jobs})
	files := filepath.Join(t.TempDir(), "blobs")
	blobs, err := blob.Folder(files)
	if err != nil {
		t.Fatal(err)
	}
	key, err := secret.Load(filepath.Join(t.TempDir(), "key"))
	if err != nil {
		t.Fatal(err)
	}
	outbox := channels.NewOutbox(map[string]channels.Addresser{Channel: NewAddresser(key)}, nil)
	w := &world{t: t, ctx: t.Context(), db: db, blobs: blobs, address: "kefu@frontline.test", files: files}
	kept := tickets.New(gate, crm.New(gate), blobs, outbox)
	w.pages = ticketpage.New(ticketpage.Options{Gate: gate, Tickets: kept, Blobs: blobs, Key: key, Address: "https://desk.example.com"})
	w.Email = New(db, gate, blobs, key, kept, w.pages)
	w.box = w.mailboxAt(Edit{
		Name: "客服", Address: w.address, QueueID: 1, Acknowledge: true, AckText: "已收到，谢谢。",
		SMTP: &Server{Host: "127.0.0.1", Port: 1, Security: "plain"},
	})
	return w
}

// admin is an agent who may edit mailboxes.
func (w *world) admin() authority.Actor {
	w.t.Helper()
	var id int64
	err := w.gate.Do(w.ctx, cli, func(tx *authority.Tx) error {
		if err := tx.Allow(w.ctx, authority.Act{Name: "mailbox.edit", Object: "test"}); err != nil {
			return err
		}
		return tx.QueryRow(w.ctx, `insert into agents (login, name, roles) values ('admin', '管理员', '{admin}') returning id`).Scan(&id)
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return authority.AgentActor(id, "管理员")
}

func (w *world) mailboxAt(e Edit) int64 {
	w.t.Helper()
	saved, err := w.Save(w.ctx, cli, 0, e)
	if err != nil {
		w.t.Fatal(err)
	}
	return saved.ID
}

// arrives keeps a raw mail, takes everything in, and gives the raw mail's row.
func (w *world) arrives(headers, body string) rawRow {
	w.t.Helper()
	w.n++
	head := strings.ReplaceAll(strings.TrimSpace(headers), "\n", "\r\n")
	if !strings.Contains(strings.ToLower(head), "message-id:") {
		head += fmt.Sprintf("\r\nMessage-ID: <m%d@customer.test>", w.n)
	}
	if !strings.Contains(head, "To:") {
		head += "\r\nTo: " + w.address
	}
	return w.raw(head + "\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" + body + "\r\n")
}

type rawRow struct {
	ID             int64
	State, Reason  string
	Message        int64
	Ticket         int64
	Auto           bool
	TicketState    string
	MessagesInAll  int
	LinkKind, Note string
}

func (w *world) raw(raw string) rawRow {
	w.t.Helper()
	ref, err := w.blobs.Put(w.ctx, strings.NewReader(raw))
	if err != nil {
		w.t.Fatal(err)
	}
	id := w.row(ref)
	for {
		n, err := w.takeIn(w.ctx)
		if err != nil {
			w.t.Fatal(err)
		}
		if n == 0 {
			return w.look(id)
		}
	}
}

func (w *world) row(ref blob.Ref) (id int64) {
	w.t.Helper()
	if err := w.gate.Do(w.ctx, self, func(tx *authority.Tx) error {
		if err := tx.Allow(w.ctx, authority.Act{Name: "mail.keep", Object: "test"}); err != nil {
			return err
		}
		return tx.QueryRow(w.ctx, `insert into raw_mails (mailbox_id, hash, size) values ($1, $2, $3) returning id`, w.box, ref.Hash, ref.Size).Scan(&id)
	}); err != nil {
		w.t.Fatal(err)
	}
	return id
}

func (w *world) look(id int64) rawRow {
	w.t.Helper()
	var r rawRow
	if err := w.gate.View(w.ctx, cli, func(q authority.Query) error {
		return q.QueryRow(w.ctx, `select r.id, r.state, r.reason, coalesce(m.id, 0), coalesce(t.id, 0), coalesce(m.auto, false), coalesce(t.state, ''),
				(select count(*) from messages x where x.ticket_id = t.id and x.direction <> 'event'),
				coalesce((select kind from ticket_links l where l.ticket_id = t.id limit 1), ''), coalesce((select reason from ticket_links l where l.ticket_id = t.id limit 1), '')
			from raw_mails r left join messages m on m.id = r.message_id left join tickets t on t.id = m.ticket_id where r.id = $1`, id).
			Scan(&r.ID, &r.State, &r.Reason, &r.Message, &r.Ticket, &r.Auto, &r.TicketState, &r.MessagesInAll, &r.LinkKind, &r.Note)
	}); err != nil {
		w.t.Fatal(err)
	}
	return r
}

// deliveries gives the outgoing messages of a ticket by Message-ID, oldest first.
func (w *world) deliveries(ticket int64) (ids []string) {
	w.t.Helper()
	rows, err := w.db.Read.Query(w.ctx, `select remote_id from deliveries where ticket_id = $1 order by id`, ticket)
	if err != nil {
		w.t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			w.t.Fatal(err)
		}
		ids = append(ids, id)
	}
	return ids
}
