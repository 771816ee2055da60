package tickets

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"frontline/crm"
	"frontline/internal/authority"
	"frontline/internal/fault"
	"frontline/internal/plain"

	"github.com/jackc/pgx/v5"
)

// Reply is what an agent sends to the customer.
type Reply struct {
	Ticket      int64
	Text        string
	HTML        string   // the same with its looks, fit to send; optional
	To, Cc, Bcc []string // empty To: the customer, where his last message asks for answers
	Attachments []int64  // uploaded before by the same agent
	Seen        int64    // last message on the agent's screen; 0: not checked
	Anyway      bool     // send although newer messages have come
	State       string   // of the ticket afterwards; empty: pending, in a chat as it is
	By          string   // the channel that carries it; empty: the ticket's
	PassesOn    bool     // the program passes on what people wrote: no automatic message, and no reply of its own
}

// Outbound is a message to be delivered by the ticket's channel.
type Outbound struct {
	Ticket      int64
	Number      string
	Queue       int64
	Message     int64
	Channel     string
	To, Cc, Bcc []string
	Subject     string
	Text        string
	Author      string // shown to the customer
	Automatic   bool   // the program wrote it
}

// MaxText is the most characters one message may have.
const MaxText = 500_000

// Reply keeps the message, puts it in the channel's outbox and moves the ticket, in one
// transaction; it is delivered after the commit. The first agent who answers a ticket that nobody has becomes its
// assignee. Messages newer than Seen make it
// fault.Conflict "stale_view" with their number, unless Anyway.
func (t *Tickets) Reply(ctx context.Context, by authority.Actor, r Reply) (message int64, err error) {
	if err := checkText(r.Text); err != nil {
		return 0, err
	}
	err = t.gate.Do(ctx, by, func(tx *authority.Tx) error {
		if err := tx.Allow(ctx, authority.Act{Name: "ticket.reply", Object: object(r.Ticket)}); err != nil {
			return err
		}
		if !r.Anyway && r.Seen != 0 {
			if err := fresh(ctx, tx, r.Ticket, r.Seen); err != nil {
				return err
			}
		}
		message, err = t.Answer(ctx, tx, r)
		tx.Return(Added{message})
		return err
	})
	return message, err
}

// Added is the answer to adding a message.
type Added struct {
	ID int64 `json:"id"`
}

// fresh refuses when the ticket has messages that the writer has not seen. The row lock makes two
// replies at once see each other.
func fresh(ctx context.Context, tx *authority.Tx, ticket, seen int64) error {
	var last int64
	if err := tx.QueryRow(ctx, `select last_message_id from tickets where id = $1 for update`, ticket).Scan(&last); err != nil {
		return notFound(err, "ticket")
	}
	if last <= seen {
		return nil
	}
	var n int
	if err := tx.QueryRow(ctx, `select count(*) from messages where ticket_id = $1 and id > $2 and direction <> 'event'
		and not (author_kind = 'agent' and author_id = $3)`, ticket, seen, tx.By.ID).Scan(&n); err != nil {
		return fmt.Errorf("count new messages: %w", err)
	}
	if n > 0 {
		return fault.New(fault.Conflict, "stale_view", "new", n)
	}
	return nil
}

// Answer is Reply as a part: the caller has allowed "ticket.reply" in tx. Written by a program it
// is an automatic message: it counts as no reply and moves no state.
func (t *Tickets) Answer(ctx context.Context, tx *authority.Tx, r Reply) (message int64, err error) {
	o := Outbound{Ticket: r.Ticket, Text: r.Text, Cc: r.Cc, Bcc: r.Bcc, To: r.To, Author: tx.By.Name, Automatic: tx.By.Kind == authority.Program && !r.PassesOn}
	var kind, address string
	var wanted []string
	var assignee *int64
	err = tx.QueryRow(ctx, `select t.number, t.queue_id, t.assignee_id, t.channel, t.subject, coalesce(p.kind, ''), coalesce(p.address, ''),
			coalesce((select m.reply_to from messages m where m.ticket_id = t.id and m.direction = 'in' and m.author_address = p.address order by m.id desc limit 1), '{}')
		from tickets t left join participants p on p.ticket_id = t.id and p.role = 'requester'
		where t.id = $1 order by p.kind = t.channel desc limit 1 for update of t`, r.Ticket).Scan(&o.Number, &o.Queue, &assignee, &o.Channel, &o.Subject, &kind, &address, &wanted)
	if err != nil {
		return 0, notFound(err, "ticket")
	}
	if kind == crm.Email {
		o.Channel = crm.Email // a form or an API ticket of somebody with a mail address is answered by mail
	}
	if r.By != "" {
		o.Channel = r.By
	}
	if len(o.To) == 0 && o.Channel == crm.Email {
		o.To = wanted
	}
	if len(o.To) == 0 && address != "" {
		o.To = []string{address}
	}
	if err := checkAddresses(o); err != nil {
		return 0, err
	}
	state := "queued"
	if o.Channel == crm.Chat {
		state = "sent" // the customer is there: it is with him as soon as it is kept
	}
	err = tx.QueryRow(ctx, `insert into messages (ticket_id, direction, channel, author_kind, author_id, author_name, to_addresses, cc_addresses, bcc_addresses,
			subject, text, auto, html, delivery_state, delivery_at)
		values ($1, 'out', $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, nullif($12, ''), $13, now()) returning id`,
		r.Ticket, o.Channel, authorKind(tx.By), tx.By.ID, tx.By.Name, lines(o.To, maxTo), lines(o.Cc, maxTo), lines(o.Bcc, maxTo), o.Subject, r.Text, o.Automatic, r.HTML, state).Scan(&o.Message)
	if err != nil {
		return 0, fmt.Errorf("keep the reply: %w", err)
	}
	if err := t.attach(ctx, tx, o.Message, r.Attachments); err != nil {
		return 0, err
	}
	keys, err := t.out.Queue(ctx, tx, o)
	if err != nil {
		return 0, err
	}
	if err := t.replied(ctx, tx, r, o, assignee == nil, keys); err != nil {
		return 0, fmt.Errorf("after the reply: %w", err)
	}
	tx.Emit("message.added", object(r.Ticket), topics(r.Ticket, o.Queue, assignee)...)
	return o.Message, nil
}

// replied moves the ticket after a reply: state, first reply, participants, keys, the draft. A ticket that nobody had
// becomes that of the agent who answered: the customer's next words must reach somebody.
func (t *Tickets) replied(ctx context.Context, tx *authority.Tx, r Reply, o Outbound, nobodys bool, keys []string) error {
	b := &pgx.Batch{}
	b.Queue(`insert into thread_keys (channel, key, message_id) select $1, unnest($2::text[]), $3 on conflict do nothing`, o.Channel, names(keys, maxKeys), o.Message)
	if o.Channel == crm.Email {
		open, hidden := o.takers()
		b.Queue(takePart, r.Ticket, open, "cc", len(open) == 1) // a message to one alone names him to nobody
		b.Queue(takePart, r.Ticket, hidden, "bcc", false)
	}
	// What the program says by itself leaves the customer's words on top of the lists: they still wait for an answer.
	b.Queue(`update tickets set last_message_id = greatest(last_message_id, $3), updated_at = now(), last_at = case when $5 then last_at else now() end,
		last_direction = case when $5 then last_direction else 'out' end, last_snippet = case when $5 then last_snippet else $2 end,
		first_reply_at = case when $4 then first_reply_at else coalesce(first_reply_at, now()) end where id = $1`,
		r.Ticket, snippet(r.Text), o.Message, o.Automatic || r.PassesOn, o.Automatic)
	if !o.Automatic && !r.PassesOn {
		b.Queue(`delete from drafts where ticket_id = $1 and agent_id = $2 and direction = 'out'`, r.Ticket, tx.By.ID)
	}
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return err
	}
	if o.Automatic || r.PassesOn {
		return nil
	}
	var e Edit
	if r.State != "" {
		e.State = &r.State
	}
	if nobodys && tx.By.Kind == authority.Agent {
		e.Assignee = &tx.By.ID
	}
	return t.change(ctx, tx, r.Ticket, e, true)
}

// takers are those whom a reply makes take part: in the open, and hidden.
func (o Outbound) takers() (open, hidden []string) {
	normal := func(lists ...[]string) (out []string) {
		for _, a := range slices.Concat(lists...) {
			if p, err := (crm.Point{Kind: crm.Email, Address: a}).Normal(); err == nil && !slices.Contains(out, p.Address) {
				out = append(out, p.Address)
			}
		}
		return out
	}
	open, hidden = normal(o.To, o.Cc), normal(o.Bcc)
	hidden = slices.DeleteFunc(hidden, func(a string) bool { return slices.Contains(open, a) })
	return open, hidden
}

// Note keeps words for colleagues on the timeline; the customer never sees them.
func (t *Tickets) Note(ctx context.Context, by authority.Actor, ticket int64, noteType, text string, attachments []int64) (message int64, err error) {
	if err := checkText(text); err != nil {
		return 0, err
	}
	err = t.gate.Do(ctx, by, func(tx *authority.Tx) error {
		// The number is taken under the row's lock, so that numbers rise in the order in which notes are seen.
		var to ticketState
		var merged bool
		look := &pgx.Batch{}
		look.Queue(`with t as materialized (select id, queue_id, assignee_id, merged_into from tickets where id = $1 for update)
			select id, queue_id, assignee_id, nextval('messages_id_seq'), merged_into is not null from t`, ticket).Query(func(rows pgx.Rows) error {
			_, err := pgx.ForEachRow(rows, []any{&to.ID, &to.Queue, &to.Assignee, &message, &merged}, func() error { return nil })
			return err
		})
		if err := tx.AllowWith(ctx, authority.Act{Name: "ticket.note", Object: object(ticket)}, look); err != nil {
			return err
		}
		if to.ID == 0 {
			return notFound(pgx.ErrNoRows, "ticket")
		}
		if merged {
			return unmerged(ctx, tx, ticket)
		}
		write := tx.Last
		if len(attachments) > 0 {
			write = now(ctx, tx) // they are put to it below
		}
		// A note is no activity of the customer's: it leaves the order of lists as it is.
		if err := write(`with m as (
				insert into messages (id, ticket_id, direction, note_type, author_kind, author_id, author_name, text) values ($1, $2, 'note', $3, $4, $5, $6, $7)
			), d as (
				delete from drafts where ticket_id = $2 and agent_id = $5 and direction = 'note'
			)
			update tickets set last_message_id = $1, updated_at = now() where id = $2`,
			message, ticket, noteType, authorKind(by), by.ID, by.Name, text); err != nil {
			return fmt.Errorf("keep the note: %w", err)
		}
		if err := t.attach(ctx, tx, message, attachments); err != nil {
			return err
		}
		tx.Emit("message.added", object(ticket), topics(ticket, to.Queue, to.Assignee)...)
		tx.Return(Added{message})
		return nil
	})
	return message, err
}

// AddKeys adds names by which an answer may refer to a message, for example one that a provider gave it. A part.
func (t *Tickets) AddKeys(ctx context.Context, tx *authority.Tx, message int64, channel string, keys ...string) error {
	_, err := tx.Exec(ctx, `insert into thread_keys (channel, key, message_id) select $1, unnest($2::text[]), $3 on conflict do nothing`, channel, names(keys, maxKeys), message)
	if err != nil {
		return fmt.Errorf("add thread keys: %w", err)
	}
	return nil
}

func checkText(text string) error {
	switch {
	case strings.TrimSpace(text) == "":
		return fault.BadField("text", "required")
	case !plain.Short(text, MaxText):
		return fault.BadField("text", "too_long", "max", MaxText)
	case plain.Text(text, MaxText) != text:
		return fault.BadField("text", "bad_characters")
	}
	return nil
}

// sendable is an address that any mail server takes: a local part in quotes or in letters beyond ASCII is refused by most. What came
// from such an address is kept all the same.
var sendable = regexp.MustCompile("^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*@[^@]+$")

// checkAddresses refuses a reply that nobody would get, or that too many would.
func checkAddresses(o Outbound) error {
	if len(o.To)+len(o.Cc)+len(o.Bcc) > 50 {
		return fault.BadField("to", "too_many", "max", 50)
	}
	if o.Channel != crm.Email {
		return nil
	}
	if len(o.To) == 0 {
		return fault.BadField("to", "required")
	}
	for _, f := range []struct {
		name string
		in   []string
	}{{"to", o.To}, {"cc", o.Cc}, {"bcc", o.Bcc}} {
		for _, a := range f.in {
			if p, err := (crm.Point{Kind: crm.Email, Address: a}).Normal(); err != nil || !sendable.MatchString(p.Address) {
				return fault.BadField(f.name, "bad_email", "address", a)
			}
		}
	}
	return nil
}

// notFound makes a missing row fault.NotFound: what one may not see is not there.
func notFound(err error, what string) error {
	if errors.Is(err, pgx.ErrNoRows) {
		return fault.New(fault.NotFound, "not_found", "what", what)
	}
	return fmt.Errorf("%s: %w", what, err)
}
