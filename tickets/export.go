package tickets

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"slices"

	"frontline/crm"
	"frontline/internal/authority"

	"github.com/go-json-experiment/json"
	"github.com/jackc/pgx/v5"
)

// Exported says how far an export has come.
type Exported struct {
	Tickets, Messages int
}

// exportAtOnce is how many tickets are in memory at once.
const exportAtOnce = 200

// Export writes every ticket that the actor may see as a line of JSON (see Record), oldest first. Imported into another
// database it makes the same tickets there, and into this one none, since their keys name it. Attachments are named by
// no line.
func (t *Tickets) Export(ctx context.Context, by authority.Actor, to io.Writer, progress func(Exported)) (Exported, error) {
	var done Exported
	if err := t.gate.Do(ctx, by, func(tx *authority.Tx) error {
		return tx.Allow(ctx, authority.Act{Name: "ticket.export", Object: "tickets"})
	}); err != nil {
		return done, err
	}
	out := bufio.NewWriterSize(to, 1<<20)
	for after := int64(0); ; {
		var page []*exported
		err := t.gate.View(ctx, by, func(q authority.Query) (err error) {
			page, err = exportPage(ctx, q, after)
			return err
		})
		if err != nil {
			return done, err
		}
		if len(page) == 0 {
			return done, out.Flush()
		}
		for _, x := range page {
			if err := json.MarshalWrite(out, &x.Record, json.Deterministic(true)); err != nil {
				return done, fmt.Errorf("write ticket %d: %w", x.id, err)
			}
			if err := out.WriteByte('\n'); err != nil {
				return done, fmt.Errorf("write ticket %d: %w", x.id, err)
			}
			done.Tickets++
			done.Messages += len(x.Messages)
		}
		after = page[len(page)-1].id
		if progress != nil {
			progress(done)
		}
	}
}

type exported struct {
	Record
	id int64
}

// exportPage reads the tickets after one, with all that is written of them.
func exportPage(ctx context.Context, q authority.Query, after int64) ([]*exported, error) {
	rows, err := q.Query(ctx, `select t.id, coalesce((select key from ticket_imports i where i.ticket_id = t.id limit 1), s.installation || '/' || t.number),
			c.name, t.subject, t.state, t.sub_state, coalesce(a.login, ''), t.created_at, case when q.id = s.default_queue then '' else q.name end,
			t.channel, t.type, t.severity, t.priority, t.tags, nullif(t.fields, '{}'),
			array(select p.kind from participants p where p.ticket_id = t.id and p.role = 'requester' order by p.kind, p.address),
			array(select p.address from participants p where p.ticket_id = t.id and p.role = 'requester' order by p.kind, p.address),
			array(select p.kind from contact_points p where p.contact_id = c.id order by p.id limit 50),
			array(select p.address from contact_points p where p.contact_id = c.id order by p.id limit 50)
		from ticket_settings s, tickets t join contacts c on c.id = t.contact_id join queues q on q.id = t.queue_id left join agents a on a.id = t.assignee_id
		where t.id > $1 order by t.id limit $2`, after, exportAtOnce)
	if err != nil {
		return nil, fmt.Errorf("tickets: %w", err)
	}
	byID := map[int64]*exported{}
	page, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (*exported, error) {
		x := &exported{}
		var first, rest [2][]string
		err := r.Scan(&x.id, &x.Key, &x.Contact.Name, &x.Subject, &x.Status, &x.SubStatus, &x.Agent, &x.At, &x.Queue, &x.Channel, &x.Type, &x.Severity, &x.Priority, &x.Tags, &x.Fields,
			&first[0], &first[1], &rest[0], &rest[1])
		x.Contact.points(first)
		x.Contact.points(rest)
		byID[x.id] = x
		return x, err
	})
	if err != nil || len(page) == 0 {
		return nil, wrapped("tickets", err)
	}
	return page, exportMessages(ctx, q, byID)
}

// points adds addresses to a contact: the first of a mail address and of a phone number in their own fields.
func (c *RecordContact) points(kindsAndAddresses [2][]string) {
	for i, kind := range kindsAndAddresses[0] {
		p := crm.Point{Kind: kind, Address: kindsAndAddresses[1][i]}
		switch {
		case !p.Real(), p == crm.Point{Kind: crm.Email, Address: c.Email}, p == crm.Point{Kind: crm.Phone, Address: c.Phone}, slices.Contains(c.Points, p):
		case kind == crm.Email && c.Email == "":
			c.Email = p.Address
		case kind == crm.Phone && c.Phone == "":
			c.Phone = p.Address
		default:
			c.Points = append(c.Points, p)
		}
	}
}

// exportMessages adds the messages and notes; changes are no part of a record.
func exportMessages(ctx context.Context, q authority.Query, byID map[int64]*exported) error {
	ids := make([]int64, 0, len(byID))
	for id := range byID {
		ids = append(ids, id)
	}
	rows, err := q.Query(ctx, `select m.ticket_id, m.at, m.direction, m.text, m.note_type, m.channel, m.author_name, m.author_kind = 'contact' or coalesce(m.author_id = t.assignee_id, false)
		from messages m join tickets t on t.id = m.ticket_id where m.ticket_id = any ($1) and m.direction <> 'event' order by m.ticket_id, m.id`, ids)
	if err != nil {
		return fmt.Errorf("messages: %w", err)
	}
	var ticket int64
	var m RecordMessage
	var plainly bool // written by whom the record names anyway
	_, err = pgx.ForEachRow(rows, []any{&ticket, &m.At, &m.Direction, &m.Text, &m.NoteType, &m.Channel, &m.Author, &plainly}, func() error {
		x := byID[ticket]
		one := m
		if plainly && (m.Author == x.Contact.Name || m.Direction != "in") {
			one.Author = ""
		}
		if one.Channel == x.Channel {
			one.Channel = ""
		}
		x.Messages = append(x.Messages, one)
		return nil
	})
	return wrapped("messages", err)
}

func wrapped(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", what, err)
}
