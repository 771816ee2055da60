package tickets

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"frontline/crm"
	"frontline/crm/assets"
	"frontline/crm/contracts"
	"frontline/internal/authority"

	"github.com/jackc/pgx/v5"
)

// Ticket is a ticket with all that its screen shows beside the timeline.
type Ticket struct {
	Row
	Participants []Participant     `json:"participants"`
	Links        []Link            `json:"links"`
	Customer     Customer          `json:"customer"`
	Draft        *Draft            `json:"draft"`
	Asset        *assets.Asset     `json:"asset" doc:"The machine it is about; null: none is known"`
	Entitlement  *contracts.Answer `json:"entitlement" doc:"What the customer is entitled to now, for the machine, else as a whole; null: the account is not known. Clocks go by what held when the machine was chosen"`
	Clocks       []Clock           `json:"clocks" doc:"What was promised to the customer, in the order in which it began"`

	Sheet      Sheet          `json:"sheet" doc:"The service request, in the house's words"`
	Entry      *Stay          `json:"entry" doc:"Where it stands in its queue, or who has it; null: it waits nowhere and nobody has it"`
	MergedInto *Other         `json:"merged_into" doc:"The ticket that this one leads to, since it was merged into it or emptied"`
	Fields     map[string]any `json:"fields" doc:"Values of the fields of the house that the caller sees, by key"`
}

// Other is another ticket in short.
type Other struct {
	ID      int64  `json:"id"`
	Number  string `json:"number"`
	Subject string `json:"subject"`
	State   string `json:"state" enum:"open,pending,on_hold,resolved,closed"`
}

// Participant is an address that takes part in a ticket: an answer from it joins.
type Participant struct {
	Kind    string `json:"kind"`
	Address string `json:"address"`
	Name    string `json:"name"`
	Role    string `json:"role" enum:"requester,cc,bcc" doc:"bcc: got blind copies only; nobody outside may learn of it"`
}

// Link is another ticket that has to do with this one.
type Link struct {
	ID     int64  `json:"id"`
	Kind   string `json:"kind" enum:"perhaps,follows,split,related,child,may_have,followed_by,split_into,parent" doc:"what this ticket is to the other: perhaps a part of it, its continuation, split from it, one of the cases of that cause; or the other way round"`
	Reason string `json:"reason"`
	Ticket Other  `json:"ticket"`
}

// Customer is what is known of who reached us.
type Customer struct {
	Contact    crm.Person      `json:"contact"`
	Duplicates []crm.Duplicate `json:"duplicates"`
	Tickets    []Row           `json:"tickets" doc:"the last ten others of the contact"`
}

// Ticket reads one ticket; one that the actor may not see is fault.NotFound.
func (t *Tickets) Ticket(ctx context.Context, by authority.Actor, id int64) (Ticket, error) {
	x := Ticket{Participants: []Participant{}, Links: []Link{}}
	err := t.gate.View(ctx, by, func(q authority.Query) error {
		rows, err := q.Query(ctx, `select `+rowColumns+` from tickets t`+rowJoins+` where t.id = $1`, id)
		if err != nil {
			return fmt.Errorf("ticket: %w", err)
		}
		if x.Row, err = pgx.CollectExactlyOneRow(rows, scanRow); err != nil {
			return notFound(err, "ticket")
		}
		if err := x.readAround(ctx, q, by); err != nil {
			return err
		}
		if err := x.readAsset(ctx, q); err != nil {
			return err
		}
		if x.Clocks, err = t.clocksOf(ctx, q, id); err != nil {
			return err
		}
		if x.Entry, err = t.readStay(ctx, q, x.ID); err != nil {
			return err
		}
		if x.Sheet, err = readSheet(ctx, q, x.ID); err != nil {
			return err
		}
		if x.Customer.Contact, err = t.crm.Contact(ctx, q, x.Contact.ID); err != nil {
			return err
		}
		x.Customer.Duplicates, err = t.crm.Duplicates(ctx, q, x.Contact.ID)
		return err
	})
	return x, err
}

func (x *Ticket) readAround(ctx context.Context, q authority.Query, by authority.Actor) error {
	rows, err := q.Query(ctx, `select kind, address, name, role from participants where ticket_id = $1 order by role desc, address limit 100`, x.ID)
	if err != nil {
		return fmt.Errorf("participants: %w", err)
	}
	if x.Participants, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Participant]); err != nil {
		return fmt.Errorf("participants: %w", err)
	}
	rows, err = q.Query(ctx, `select l.id, l.kind, l.reason, o.id, o.number, o.subject, o.state from (
			select id, kind, reason, other_id other from ticket_links where ticket_id = $1 and dismissed_at is null
			union all select id, case kind when 'perhaps' then 'may_have' when 'follows' then 'followed_by' when 'split' then 'split_into' when 'child' then 'parent' else kind end, reason, ticket_id from ticket_links where other_id = $1 and dismissed_at is null) l
		join tickets o on o.id = l.other order by l.id limit $2`, x.ID, maxChildren+20)
	if err != nil {
		return fmt.Errorf("links: %w", err)
	}
	if x.Links, err = pgx.CollectRows(rows, func(r pgx.CollectableRow) (Link, error) {
		var l Link
		return l, r.Scan(&l.ID, &l.Kind, &l.Reason, &l.Ticket.ID, &l.Ticket.Number, &l.Ticket.Subject, &l.Ticket.State)
	}); err != nil {
		return fmt.Errorf("links: %w", err)
	}
	rows, err = q.Query(ctx, `select `+rowColumns+` from tickets t`+rowJoins+` where t.contact_id = $1 and t.id <> $2
		order by t.last_at desc, t.id desc limit 10`, x.Contact.ID, x.ID)
	if err != nil {
		return fmt.Errorf("other tickets: %w", err)
	}
	if x.Customer.Tickets, err = pgx.CollectRows(rows, scanRow); err != nil {
		return fmt.Errorf("other tickets: %w", err)
	}
	if err := x.readOwn(ctx, q, by); err != nil {
		return err
	}
	x.Draft, err = readDraft(ctx, q, by, x.ID)
	return err
}

// readOwn reads the fields of the house, and where the ticket leads.
func (x *Ticket) readOwn(ctx context.Context, q authority.Query, by authority.Actor) error {
	var values map[string]any
	var id *int64
	var number, subject, state string
	err := q.QueryRow(ctx, `select t.fields, t.merged_into, coalesce(o.number, ''), coalesce(o.subject, ''), coalesce(o.state, t.state)
		from tickets t left join tickets o on o.id = t.merged_into where t.id = $1`, x.ID).Scan(&values, &id, &number, &subject, &state)
	if err != nil {
		return fmt.Errorf("fields: %w", err)
	}
	if id != nil {
		x.MergedInto = &Other{*id, number, subject, state}
	}
	x.Fields = values
	if len(values) > 0 {
		known, err := fieldsSeen(ctx, q, by)
		if err != nil {
			return err
		}
		x.Fields = seenFields(known, values)
	}
	return nil
}

// Entry is one row of the timeline.
type Entry struct {
	ID          int64           `json:"id"`
	Kind        string          `json:"kind" enum:"message,event"`
	At          time.Time       `json:"at"`
	Direction   string          `json:"direction" enum:"in,out,note,event"`
	NoteType    string          `json:"note_type"`
	Channel     string          `json:"channel"`
	Author      Author          `json:"author"`
	To          []string        `json:"to"`
	Cc          []string        `json:"cc"`
	Bcc         []string        `json:"bcc"`
	Others      []string        `json:"others" doc:"who else got it in the open, besides us and the author: an answer to all goes to them"`
	ReplyTo     []string        `json:"reply_to" doc:"where the sender wants answers; empty: at the author's address"`
	Subject     string          `json:"subject"`
	Text        string          `json:"text"`
	Reply       string          `json:"reply" doc:"the new words without what was quoted"`
	HasHTML     bool            `json:"has_html"`
	Formatted   bool            `json:"formatted" doc:"its HTML shows what its text cannot: pictures, tables, lists, headings, words in red"`
	Remote      bool            `json:"remote_pictures" doc:"its HTML has pictures from elsewhere, shown only when asked for"`
	HasRaw      bool            `json:"has_raw"`
	Auto        bool            `json:"auto" doc:"a machine wrote it"`
	Bulk        bool            `json:"bulk"`
	Problems    []string        `json:"problems"`
	Attachments []Attached      `json:"attachments"`
	Delivery    *Delivery       `json:"delivery"`
	Event       json.RawMessage `json:"event"`
}

// Author is who wrote an entry.
type Author struct {
	Kind    string `json:"kind" enum:"agent,contact,system"`
	ID      int64  `json:"id"`
	Name    string `json:"name"`
	Address string `json:"address"`
}

// Delivery is how far an outgoing message has come.
type Delivery struct {
	State  string     `json:"state" enum:"queued,sending,sent,uncertain,failed,delivered,read"`
	Detail string     `json:"detail"`
	At     *time.Time `json:"at"`
}

// MaxShown bounds the text of one entry in a timeline; the whole is in the raw message.
const MaxShown = 100_000

// Timeline reads a ticket's entries before one (0: the newest), newest first.
func (t *Tickets) Timeline(ctx context.Context, by authority.Actor, ticket, before int64, limit int) ([]Entry, error) {
	var out []Entry
	err := t.gate.View(ctx, by, func(q authority.Query) error {
		var seen bool
		if err := q.QueryRow(ctx, `select true from tickets where id = $1`, ticket).Scan(&seen); err != nil {
			return notFound(err, "ticket")
		}
		rows, err := q.Query(ctx, `select m.id, m.at, m.direction, m.note_type, m.channel, m.author_kind, m.author_id, m.author_name, m.author_address,
				m.to_addresses, m.cc_addresses, m.bcc_addresses, coalesce(m.others, m.cc_addresses), m.reply_to, m.subject, left(m.text, $4), coalesce(left(m.reply, $4), ''), m.html is not null, m.formatted, m.remote_pictures, m.raw_hash is not null,
				m.auto, m.bulk, m.problems, m.delivery_state, m.delivery_detail, m.delivery_at, m.change,
				(select coalesce(jsonb_agg(jsonb_build_object('id', a.id, 'name', a.name, 'type', a.type, 'size', a.size, 'inline', a.inline) order by a.id), '[]')
					from attachments a where a.message_id = m.id)
			from messages m where m.ticket_id = $1 and ($2 = 0 or m.id < $2) order by m.id desc limit $3`, ticket, before, limit, MaxShown)
		if err != nil {
			return fmt.Errorf("timeline: %w", err)
		}
		out, err = pgx.CollectRows(rows, scanEntry)
		return err
	})
	return out, err
}

func scanEntry(r pgx.CollectableRow) (Entry, error) {
	x := Entry{Kind: "message"}
	var state *string
	var d Delivery
	err := r.Scan(&x.ID, &x.At, &x.Direction, &x.NoteType, &x.Channel, &x.Author.Kind, &x.Author.ID, &x.Author.Name, &x.Author.Address,
		&x.To, &x.Cc, &x.Bcc, &x.Others, &x.ReplyTo, &x.Subject, &x.Text, &x.Reply, &x.HasHTML, &x.Formatted, &x.Remote, &x.HasRaw, &x.Auto, &x.Bulk, &x.Problems, &state, &d.Detail, &d.At, &x.Event, &x.Attachments)
	if x.Direction == "event" {
		x.Kind = "event"
	}
	if state != nil {
		d.State = *state
		x.Delivery = &d
	}
	return x, err
}

// HTML gives a message's HTML as it came, its new words where it quotes others, and its inline files by content id, to
// be sanitised by whoever shows it.
func (t *Tickets) HTML(ctx context.Context, by authority.Actor, message int64) (html, words string, inline map[string]int64, err error) {
	inline = map[string]int64{}
	err = t.gate.View(ctx, by, func(q authority.Query) error {
		if err := q.QueryRow(ctx, `select coalesce(html, ''), coalesce(reply, '') from messages where id = $1`, message).Scan(&html, &words); err != nil {
			return notFound(err, "message")
		}
		rows, err := q.Query(ctx, `select cid, id from attachments where message_id = $1 and cid <> '' limit 500`, message)
		if err != nil {
			return fmt.Errorf("inline files: %w", err)
		}
		var cid string
		var id int64
		_, err = pgx.ForEachRow(rows, []any{&cid, &id}, func() error { inline[cid] = id; return nil })
		return err
	})
	return html, words, inline, err
}
