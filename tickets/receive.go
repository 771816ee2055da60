package tickets

import (
	"context"
	"fmt"
	"time"

	"frontline/crm"
	"frontline/internal/authority"
	"frontline/internal/blob"
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
	To, Cc   []string // addresses, for the timeline
	Others   []string // who else got it in the open, us left out: they take part, and an answer to all goes to them
	ReplyTo  []string // where answers go; empty: to From
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
	Priority int     // of a new ticket, 1 urgent to 4 low; 0: normal
	Assignee int64   // of a new ticket, an agent who is there; 0: nobody
	Request  Request // of a new ticket, checked

	Auto  bool // a machine wrote it: it joins, but reopens nothing
	Bulk  bool
	Quiet bool // where it joins no ticket, it opens none: Received.Ticket is then 0

	told bool // somebody enters it who spoke to the customer: whatever the channel, nobody is on the line
}

// queued is the channel as which it waits.
func (in *Inbound) queued() string {
	if in.told && live(in.Channel) {
		return "form"
	}
	return in.Channel
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
	Doubt  string // why it makes a link at most, where the sender takes part: the link's reason
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
		var err error
		// Whether it came before, who sent it and where it belongs lies beyond what an agent may see; a ticket that the
		// agent names does not.
		got, err = t.takeIn(ctx, tx, authority.Act{Name: "ticket.receive", Object: in.Channel + ":" + in.RemoteID, Unveiled: in.Into == 0}, in, true)
		tx.Return(got)
		return err
	})
	return got, err
}

// takeIn allows an act and keeps a contact, in two round trips where it is an ordinary first one; late, where what it writes
// may travel with the commit.
func (t *Tickets) takeIn(ctx context.Context, tx *authority.Tx, act authority.Act, in Inbound, late bool) (Received, error) {
	bad := in.fit()
	a, look := arrive(tx, in)
	if bad != nil {
		look = &pgx.Batch{} // whoever may not do it is told so, and not what is wrong with it
	}
	if err := tx.AllowWith(ctx, act, look); err != nil {
		return Received{}, err
	}
	if bad != nil {
		return Received{}, bad
	}
	return t.keep(ctx, tx, in, a, late)
}

// Keep is Receive as a part: the caller has allowed "ticket.receive" in tx.
func (t *Tickets) Keep(ctx context.Context, tx *authority.Tx, in Inbound) (Received, error) {
	if err := in.fit(); err != nil {
		return Received{}, err
	}
	a, look := arrive(tx, in)
	if err := tx.SendBatch(ctx, look).Close(); err != nil {
		return Received{}, fmt.Errorf("look who comes: %w", err)
	}
	return t.keep(ctx, tx, in, a, false)
}

// KeepAs is Keep that allows the act, a "ticket.receive", in the same round trip.
func (t *Tickets) KeepAs(ctx context.Context, tx *authority.Tx, act authority.Act, in Inbound) (Received, error) {
	return t.takeIn(ctx, tx, act, in, false)
}

// pen writes what nothing in the transaction reads back.
type pen func(sql string, args ...any) error

// now is a pen that writes at once; the other, Tx.Last, writes with the commit.
func now(ctx context.Context, tx *authority.Tx) pen {
	return func(sql string, args ...any) error {
		_, err := tx.Exec(ctx, sql, args...)
		return err
	}
}

// keep is Keep of what fits and was looked up; late, where what it writes may travel with the commit.
func (t *Tickets) keep(ctx context.Context, tx *authority.Tx, in Inbound, a *arrival, late bool) (Received, error) {
	write := now(ctx, tx)
	if late {
		write = tx.Last
	}
	if a.before.Duplicate {
		return a.before, nil
	}
	if in.At.After(tx.Now()) || in.At.Year() < 1970 { // it has not come, or is older than mail
		in.At = tx.Now()
	}
	where, err := t.belongs(ctx, tx, in, a)
	if err != nil {
		return Received{}, err
	}
	got := Received{ContactID: a.contact.ID, AccountID: a.contact.AccountID}
	if where.join == nil && in.Quiet {
		return got, nil
	}
	if err := a.introduce(ctx, tx, in, late); err != nil {
		return Received{}, err
	}
	got.ContactID = a.contact.ID
	if where.join != nil {
		err = t.join(ctx, tx, in, a.contact, *where.join, &got)
	} else {
		err = t.open(ctx, tx, in, a, where, &got, write)
	}
	if err != nil {
		return Received{}, fmt.Errorf("keep what came in: %w", err)
	}
	return got, keepFiles(got.Message, in.Files, write)
}

// What comes in is cut to these; the whole is in the raw message.
const (
	maxSubject = 1000    // characters
	maxKept    = 2 << 20 // of text, twice as much of HTML
	maxTo      = 500     // addresses of each sort
	maxReplyTo = 20      // addresses that answers go to
	maxKeys    = 200     // names by which messages refer to each other
	maxTags    = 50
)

// fit makes a stranger's words fit to keep. An address that is none is fault.Invalid.
func (in *Inbound) fit() (err error) {
	if in.RemoteID != "" {
		in.RemoteID = short(in.RemoteID)
	}
	in.Name, in.Subject = plain.Line(in.Name, 200), plain.Line(in.Subject, maxSubject)
	in.Type, in.Severity = plain.Line(in.Type, 50), plain.Line(in.Severity, 50)
	in.Text, in.Reply, in.HTML = plain.Text(in.Text, maxKept), plain.Text(in.Reply, maxKept), plain.Text(in.HTML, 2*maxKept)
	in.To, in.Cc, in.Others, in.ReplyTo, in.Problems = lines(in.To, maxTo), lines(in.Cc, maxTo), lines(in.Others, maxTo), lines(in.ReplyTo, maxReplyTo), lines(in.Problems, maxTo)
	in.Tags, in.Keys = lines(in.Tags, maxTags), names(in.Keys, maxKeys)
	in.From, err = in.From.Normal()
	return err
}

func (in *Inbound) messageArgs(c crm.Contact) []any {
	name := in.Name
	if name == "" {
		name = c.Name
	}
	return []any{
		in.At, in.Channel, in.RemoteID, c.ID, name, in.From.Address, in.To, in.Cc, in.Subject,
		in.Text, in.Reply, in.HTML, in.RawHash, in.Auto, in.Bulk, in.Problems, in.ReplyTo, in.Others,
	}
}

// shown is what lists show of the message.
func (in *Inbound) shown() string {
	if in.Reply != "" {
		return snippet(in.Reply)
	}
	return snippet(in.Text)
}

// addMessage adds a message to a ticket and shows it in lists; with $21 it wakes the ticket.
const addMessage = `with m as (
		insert into messages (ticket_id, at, direction, channel, remote_id, author_kind, author_id, author_name, author_address,
			to_addresses, cc_addresses, subject, text, reply, html, raw_hash, auto, bulk, problems, reply_to, others)
		values ($19, $1, 'in', $2, nullif($3, ''), 'contact', $4, $5, $6, $7, $8, $9, $10, nullif($11, ''), nullif($12, ''), nullif($13, ''), $14, $15, $16, $17, $18)
		returning id
	), k as (
		insert into thread_keys (channel, key, message_id) select $2, key, m.id from m, unnest($22::text[]) key on conflict do nothing
	), t as (
		update tickets set last_at = now(), last_direction = 'in', last_snippet = $20, last_message_id = greatest(last_message_id, m.id), updated_at = now(),
			state = case when $21 then 'open' else state end, sub_state = case when $21 then '' else sub_state end,
			resolved_at = case when $21 then null else resolved_at end, closed_at = case when $21 then null else closed_at end,
			reopened = reopened + case when $21 and state in ('resolved', 'closed') then 1 else 0 end
		from m where tickets.id = $19
	)
	select id from m`

// join adds the message to a ticket; the customer's own words wake a sleeping one.
func (t *Tickets) join(ctx context.Context, tx *authority.Tx, in Inbound, c crm.Contact, to ticketState, got *Received) error {
	wakes := !in.Auto && to.State != "open"
	b := &pgx.Batch{}
	b.Queue(addMessage, append(in.messageArgs(c), to.ID, in.shown(), wakes, in.Keys)...).QueryRow(func(r pgx.Row) error { return r.Scan(&got.Message) })
	if wakes {
		queueEvent(b, to.ID, authority.System(in.Channel), Changed{Name: "state", From: to.State, To: "open"})
	}
	if !in.Auto {
		b.Queue(enter, to.ID, in.queued())
		entered(tx, to)
	}
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return fmt.Errorf("add to the ticket: %w", err)
	}
	got.Ticket, got.Number = to.ID, to.Number
	tx.Emit("message.added", object(to.ID), topics(to.ID, to.Queue, to.Assignee)...)
	return copyOthers(in, to.ID, now(ctx, tx))
}

func keepFiles(message int64, files []File, write pen) error {
	for _, f := range files {
		if err := write(`insert into attachments (message_id, hash, name, type, size, inline, cid) values ($1, $2, $3, $4, $5, $6, $7)`,
			message, f.Hash, plain.Line(f.Name, 300), plain.Line(f.Type, 200), f.Size, f.Inline, plain.Line(f.CID, 500)); err != nil {
			return fmt.Errorf("keep attachments: %w", err)
		}
	}
	return nil
}
