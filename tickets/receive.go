package tickets

import (
	"context"
	"errors"
	"fmt"
	"time"

	"frontline/crm"
	"frontline/internal/authority"
	"frontline/internal/blob"
	"frontline/internal/fault"
	"frontline/internal/plain"

	"github.com/jackc/pgx/v5"
)

// Inbound is a contact as a channel hands it over.
type Inbound struct {
	Channel  string // "email", "webchat", "phone", "form", "api"
	RemoteID string // the channel's own unique name for it; empty: cannot come twice
	At       time.Time
	From     crm.Point
	Name     string   // as the customer writes it
	To, Cc   []string // addresses, for the timeline and for "reply to all"
	Subject  string
	Text     string
	Reply    string // the new words alone; empty: the same as Text
	HTML     string
	RawHash  string
	Files    []File
	Problems []string

	Into     int64    // the ticket it belongs to, whoever sent it: somebody with the right to say so did
	Hints    []Hint   // which ticket it may belong to, strongest first
	Keys     []string // names by which a later message may refer to this one
	Queue    int64    // for a new ticket; 0: the default queue
	Type     string
	Severity string
	Tags     []string

	Auto  bool // a machine wrote it: it joins, but reopens nothing
	Bulk  bool
	Quiet bool // where it joins no ticket, it opens none: Received.Ticket is then 0
}

// File is an attachment whose content is in the blob store.
type File struct {
	blob.Ref
	Name   string
	Type   string
	Inline bool
	CID    string
}

// Hint is a reason to believe that a contact belongs to a ticket: either the ticket itself, or
// keys of messages in it, newest first.
type Hint struct {
	Kind   string // "token", "reference", "subject": shown as the reason
	Ticket int64
	Keys   []string
}

// Received says what became of a contact.
type Received struct {
	Ticket    int64  `json:"id"`
	Number    string `json:"number"`
	ContactID int64  `json:"contact_id"`
	AccountID *int64 `json:"account_id"`
	Message   int64  `json:"message_id"`
	Opened    bool   `json:"-"` // a new ticket was made
	Duplicate bool   `json:"-"` // it had come before; nothing was done
}

// Receive takes a contact in: it identifies the customer, joins the open ticket it belongs to or
// opens one, keeps the message and tells the desks. Safe twice and from many sides at once for
// one (Channel, RemoteID).
func (t *Tickets) Receive(ctx context.Context, by authority.Actor, in Inbound) (Received, error) {
	var got Received
	err := t.gate.Do(ctx, by, func(tx *authority.Tx) error {
		// Whether it came before, who sent it and where it belongs lies beyond what an agent may see; a ticket that the
		// agent names does not.
		if err := tx.Allow(ctx, authority.Act{Name: "ticket.receive", Object: in.Channel + ":" + in.RemoteID, Unveiled: in.Into == 0}); err != nil {
			return err
		}
		var err error
		got, err = t.Keep(ctx, tx, in)
		tx.Return(got)
		return err
	})
	return got, err
}

// Keep is Receive as a part: the caller has allowed "ticket.receive" in tx.
func (t *Tickets) Keep(ctx context.Context, tx *authority.Tx, in Inbound) (Received, error) {
	in.fit(tx.Now())
	if in.RemoteID != "" {
		if old, err := arrivedBefore(ctx, tx, in); err != nil || old.Duplicate {
			return old, err
		}
	}
	c, err := crm.Identify(ctx, tx, in.From, in.Name)
	if err != nil {
		return Received{}, err
	}
	in.From, err = in.From.Normal()
	if err != nil {
		return Received{}, err
	}
	where, err := t.belongs(ctx, tx, in)
	if err != nil {
		return Received{}, err
	}
	got := Received{ContactID: c.ID, AccountID: c.AccountID}
	switch {
	case where.join != nil:
		err = t.join(ctx, tx, in, c, *where.join, &got)
	case in.Quiet:
		return got, nil
	default:
		err = t.open(ctx, tx, in, c, &got)
		if err == nil && where.link != 0 && where.link != got.Ticket {
			_, err = tx.Exec(ctx, `insert into ticket_links (ticket_id, other_id, kind, reason) values ($1, $2, $3, $4) on conflict do nothing`,
				got.Ticket, where.link, where.kind, where.reason)
		}
	}
	if err != nil {
		return Received{}, fmt.Errorf("keep what came in: %w", err)
	}
	return got, keepFiles(ctx, tx, got.Message, in.Files)
}

// arrivedBefore finds the message of the same remote id. The lock makes the second of two
// deliveries at once wait for the first, and then find its row.
func arrivedBefore(ctx context.Context, tx *authority.Tx, in Inbound) (Received, error) {
	b := &pgx.Batch{}
	b.Queue(`select pg_advisory_xact_lock(hashtextextended('arrive:' || $1 || ':' || $2, 0))`, in.Channel, in.RemoteID)
	b.Queue(`select m.id, t.id, t.number, t.contact_id, t.account_id from messages m join tickets t on t.id = m.ticket_id
		where m.channel = $1 and m.remote_id = $2`, in.Channel, in.RemoteID)
	res := tx.SendBatch(ctx, b)
	_, err := res.Exec()
	old := Received{Duplicate: true}
	if err == nil {
		err = res.QueryRow().Scan(&old.Message, &old.Ticket, &old.Number, &old.ContactID, &old.AccountID)
	}
	if errors.Is(err, pgx.ErrNoRows) {
		return Received{}, res.Close()
	}
	if err = errors.Join(err, res.Close()); err != nil {
		return Received{}, fmt.Errorf("look for an earlier arrival: %w", err)
	}
	return old, nil
}

const insertMessage = `insert into messages (ticket_id, at, direction, channel, remote_id, author_kind, author_id, author_name, author_address,
	to_addresses, cc_addresses, subject, text, reply, html, raw_hash, auto, bulk, problems)
	select t.id, $1, 'in', $2, nullif($3, ''), 'contact', $4, $5, $6, $7, $8, $9, $10, nullif($11, ''), nullif($12, ''), nullif($13, ''), $14, $15, $16`

// What comes in is cut to these; the whole is in the raw message.
const (
	maxSubject = 1000    // characters
	maxKept    = 2 << 20 // of text, twice as much of HTML
	maxTo      = 500     // addresses of each sort
	maxKeys    = 200     // names by which messages refer to each other
	maxTags    = 50
)

// fit makes a stranger's words fit to keep. A time that has not come, or is older than mail, is now.
func (in *Inbound) fit(now time.Time) {
	if in.At.After(now) || in.At.Year() < 1970 {
		in.At = now
	}
	if in.RemoteID != "" {
		in.RemoteID = short(in.RemoteID)
	}
	in.Name, in.Subject = plain.Line(in.Name, 200), plain.Line(in.Subject, maxSubject)
	in.Type, in.Severity = plain.Line(in.Type, 50), plain.Line(in.Severity, 50)
	in.Text, in.Reply, in.HTML = plain.Text(in.Text, maxKept), plain.Text(in.Reply, maxKept), plain.Text(in.HTML, 2*maxKept)
	in.To, in.Cc, in.Problems = lines(in.To, maxTo), lines(in.Cc, maxTo), lines(in.Problems, maxTo)
	in.Tags, in.Keys = lines(in.Tags, maxTags), names(in.Keys, maxKeys)
}

func (in *Inbound) messageArgs(c crm.Contact) []any {
	name := in.Name
	if name == "" {
		name = c.Name
	}
	return []any{
		in.At, in.Channel, in.RemoteID, c.ID, name, in.From.Address, in.To, in.Cc, in.Subject,
		in.Text, in.Reply, in.HTML, in.RawHash, in.Auto, in.Bulk, in.Problems,
	}
}

// shown is what lists show of the message.
func (in *Inbound) shown() string {
	if in.Reply != "" {
		return snippet(in.Reply)
	}
	return snippet(in.Text)
}

// open makes a ticket with its first message, in one statement.
func (t *Tickets) open(ctx context.Context, tx *authority.Tx, in Inbound, c crm.Contact, got *Received) error {
	args := append(in.messageArgs(c), in.shown(), in.Queue, in.Type, in.Severity, in.Tags, c.AccountID,
		in.From.Kind, in.Keys, in.Name)
	var queue int64
	err := tx.QueryRow(ctx, `with t as (
			insert into tickets (subject, channel, queue_id, contact_id, account_id, type, severity, tags, last_direction, last_snippet, last_at, last_message_id)
			select $9, $2, q.id, $4, $22, $19, $20, $21, 'in', $17, now(), nextval('messages_id_seq')
			from queues q where q.id = case when $18 = 0 then (select coalesce(default_queue, (select min(id) from queues)) from ticket_settings) else $18 end
			returning id, number, queue_id, last_message_id
		), m as (
			insert into messages (id, ticket_id, at, direction, channel, remote_id, author_kind, author_id, author_name, author_address,
				to_addresses, cc_addresses, subject, text, reply, html, raw_hash, auto, bulk, problems)
			select t.last_message_id, t.id, $1, 'in', $2, nullif($3, ''), 'contact', $4, $5, $6, $7, $8, $9, $10, nullif($11, ''), nullif($12, ''), nullif($13, ''), $14, $15, $16 from t
		), p as (
			insert into participants (ticket_id, kind, address, name, role) select id, $23, $6, $25, 'requester' from t
		), k as (
			insert into thread_keys (channel, key, message_id) select $2, key, t.last_message_id from t, unnest($24::text[]) key
		)
		select id, number, queue_id, last_message_id from t`, args...).Scan(&got.Ticket, &got.Number, &queue, &got.Message)
	if errors.Is(err, pgx.ErrNoRows) {
		return fault.BadField("queue", "unknown_queue")
	}
	if errors.Is(err, pgx.ErrNoRows) {
		return fault.BadField("queue", "unknown_queue")
	}
	if err != nil {
		return fmt.Errorf("open a ticket: %w", err)
	}
	got.Opened = true
	tx.Emit("ticket.created", object(got.Ticket), topics(got.Ticket, queue, nil)...)
	return t.copyOthers(ctx, tx, in, got.Ticket)
}

// copyOthers makes those in copy take part, so that an answer of theirs joins.
func (t *Tickets) copyOthers(ctx context.Context, tx *authority.Tx, in Inbound, ticket int64) error {
	if len(in.Cc) == 0 || in.From.Kind != crm.Email {
		return nil
	}
	var cc []string
	for _, a := range in.Cc {
		if p, err := (crm.Point{Kind: crm.Email, Address: a}).Normal(); err == nil && len(cc) < 50 {
			cc = append(cc, p.Address)
		}
	}
	_, err := tx.Exec(ctx, `insert into participants (ticket_id, kind, address, role) select $1, 'email', unnest($2::text[]), 'cc' on conflict do nothing`, ticket, cc)
	return err
}

// join adds the message to a ticket; the customer's own words wake a sleeping one.
func (t *Tickets) join(ctx context.Context, tx *authority.Tx, in Inbound, c crm.Contact, to ticketState, got *Received) error {
	args := append(in.messageArgs(c), to.ID)
	if err := tx.QueryRow(ctx, insertMessage+` from tickets t where t.id = $17 returning id`, args...).Scan(&got.Message); err != nil {
		return fmt.Errorf("add to the ticket: %w", err)
	}
	b := &pgx.Batch{}
	if len(in.Keys) > 0 {
		b.Queue(`insert into thread_keys (channel, key, message_id) select $1, unnest($2::text[]), $3 on conflict do nothing`, in.Channel, in.Keys, got.Message)
	}
	wakes := !in.Auto && to.State != "open"
	b.Queue(`update tickets set last_at = now(), last_direction = 'in', last_snippet = $2, last_message_id = greatest(last_message_id, $3), updated_at = now(),
			state = case when $4 then 'open' else state end, sub_state = case when $4 then '' else sub_state end,
			resolved_at = case when $4 then null else resolved_at end, closed_at = case when $4 then null else closed_at end,
			reopened = reopened + case when $4 and state in ('resolved', 'closed') then 1 else 0 end
		where id = $1`, to.ID, in.shown(), got.Message, wakes)
	if wakes {
		queueEvent(b, to.ID, authority.System(in.Channel), Changed{Name: "state", From: to.State, To: "open"})
	}
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return fmt.Errorf("add to the ticket: %w", err)
	}
	got.Ticket, got.Number = to.ID, to.Number
	tx.Emit("message.added", object(to.ID), topics(to.ID, to.Queue, to.Assignee)...)
	return t.copyOthers(ctx, tx, in, to.ID)
}

func keepFiles(ctx context.Context, tx *authority.Tx, message int64, files []File) error {
	if len(files) == 0 {
		return nil
	}
	b := &pgx.Batch{}
	for _, f := range files {
		b.Queue(`insert into attachments (message_id, hash, name, type, size, inline, cid) values ($1, $2, $3, $4, $5, $6, $7)`,
			message, f.Hash, plain.Line(f.Name, 300), plain.Line(f.Type, 200), f.Size, f.Inline, plain.Line(f.CID, 500))
	}
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return fmt.Errorf("keep attachments: %w", err)
	}
	return nil
}
