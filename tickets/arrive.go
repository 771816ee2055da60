package tickets

import (
	"context"
	"fmt"
	"slices"

	"frontline/crm"
	"frontline/internal/authority"
	"frontline/internal/fault"

	"github.com/jackc/pgx/v5"
)

// arrival is what is known of a contact before anything of it is written.
type arrival struct {
	before  Received    // Duplicate where it came before
	contact crm.Contact // whose the address is; without an id where it is nobody's yet
	into    candidate   // the ticket that is named
	queue   int64       // where a new ticket goes; 0 where the queue asked for is not there
	new     numbers
	class   string // of the customer's account
	edition int    // of the calendars and policies
}

// numbers are those that a new ticket takes.
type numbers struct {
	ticket, message, contact int64
	number                   string
}

// arrive asks whether a contact came before, who sent it and where a new ticket would go, and takes the numbers for one
// where it is sure to become one: all that an ordinary first contact asks of the database before it writes. The arrival
// is known when the batch was sent.
func arrive(tx *authority.Tx, in Inbound) (*arrival, *pgx.Batch) {
	a, b := &arrival{}, &pgx.Batch{}
	if in.RemoteID != "" {
		// The second of two deliveries at once fails on this and runs again.
		tx.RaceOn("messages_channel_remote_id_key")
	}
	b.Queue(`select coalesce(m.id, 0), coalesce(o.id, 0), coalesce(o.number, ''), coalesce(o.contact_id, 0), o.account_id,
			coalesce(c.id, 0), c.account_id, coalesce(c.name, ''), coalesce(c.language, ''), coalesce(q.id, 0),
			case when $6 and m.id is null then nextval('tickets_id_seq') else 0 end, case when $6 and m.id is null then nextval('messages_id_seq') else 0 end,
			case when not $6 or m.id is not null then '' when $7 = '' then nextval('ticket_numbers')::text else ticket_number($7, $8) end, case when $6 and m.id is null and c.id is null then nextval('contacts_id_seq') else 0 end,
			coalesce(a.class, ''), (select book from clock_settings)
		from (select 1) one
			left join (messages m join tickets o on o.id = m.ticket_id) on m.channel = $1 and m.remote_id = nullif($2, '')
			left join (contact_points p join contacts c on c.id = p.contact_id) on p.kind = $3 and p.address = $4
			left join accounts a on a.id = c.account_id
			left join queues q on q.id = case when $5 = 0 then (select coalesce(default_queue, (select min(id) from queues)) from ticket_settings) else $5 end`,
		in.Channel, in.RemoteID, in.From.Kind, in.From.Address, in.Queue, in.opens(), in.Type, in.Request.accepted()).QueryRow(func(r pgx.Row) error {
		old, c, n := &a.before, &a.contact, &a.new
		err := r.Scan(&old.Message, &old.Ticket, &old.Number, &old.ContactID, &old.AccountID, &c.ID, &c.AccountID, &c.Name, &c.Language, &a.queue,
			&n.ticket, &n.message, &n.number, &n.contact, &a.class, &a.edition)
		old.Duplicate = old.Message != 0
		return err
	})
	if in.Into != 0 {
		b.Queue(lockCandidate, in.Into, in.From.Kind, in.From.Address).QueryRow(a.into.scan)
	}
	return a, b
}

// opens says that nothing can make the contact join a ticket, or be left.
func (in *Inbound) opens() bool { return len(in.Hints) == 0 && in.Into == 0 && !in.Quiet }

// introduce makes the contact where there was none; late, where it is written with the commit.
func (a *arrival) introduce(ctx context.Context, tx *authority.Tx, in Inbound, late bool) (err error) {
	switch {
	case a.contact.ID != 0:
	case late && a.new.contact != 0:
		a.contact, err = crm.Introduce(tx, a.new.contact, in.From, in.Name)
	default:
		a.contact, err = crm.Identify(ctx, tx, in.From, in.Name)
	}
	return err
}

// open makes a ticket with its first message, in one statement.
func (t *Tickets) open(ctx context.Context, tx *authority.Tx, in Inbound, a *arrival, where place, got *Received, write pen) error {
	if a.queue == 0 {
		return fault.BadField("queue", "unknown_queue")
	}
	n := a.new
	if n.ticket == 0 {
		if err := tx.QueryRow(ctx, `select nextval('tickets_id_seq'), nextval('messages_id_seq'), ticket_number($1, $2)`, in.Type, in.Request.accepted()).
			Scan(&n.ticket, &n.message, &n.number); err != nil {
			return fmt.Errorf("number the ticket: %w", err)
		}
	}
	if err := t.firstClocks(tx, in, a, n, write); err != nil {
		return err
	}
	args := append(in.messageArgs(a.contact), in.shown(), a.queue, in.Type, in.Severity, in.Tags, a.contact.AccountID,
		in.From.Kind, in.Keys, in.Name, n.ticket, n.message, n.number, in.Priority, in.Assignee, in.queued())
	args = append(args, in.Request.args()...)
	err := write(`with t as (
			insert into tickets (id, number, subject, channel, queue_id, contact_id, account_id, type, severity, tags, last_direction, last_snippet, last_message_id, priority, assignee_id,
				scope, sub_scope, reproducibility, description, group_id, accepted_at)
			overriding system value values ($28, $30, $9, $2, $20, $4, $24, $21, $22, $23, 'in', $19, $29, coalesce(nullif($31, 0), 3), nullif($32::bigint, 0),
				$34, $35, $36, $37, nullif($38::bigint, 0), $39)
		), m as (
			insert into messages (id, ticket_id, at, direction, channel, remote_id, author_kind, author_id, author_name, author_address,
				to_addresses, cc_addresses, subject, text, reply, html, raw_hash, auto, bulk, problems, reply_to, others)
			values ($29, $28, $1, 'in', $2, nullif($3, ''), 'contact', $4, $5, $6, $7, $8, $9, $10, nullif($11, ''), nullif($12, ''), nullif($13, ''), $14, $15, $16, $17, $18)
		), p as (
			insert into participants (ticket_id, kind, address, name, role) values ($28, $25, $6, $27, 'requester')
		), e as (
			insert into entries (ticket_id, queue_id, channel, preferred_id, preferred_why)
			values ($28, $20, $33, nullif($32::bigint, 0), case when $32::bigint = 0 then '' else 'last' end)
		)
		insert into thread_keys (channel, key, message_id) select $2, key, $29 from unnest($26::text[]) key`, args...)
	if err != nil {
		return fmt.Errorf("open a ticket: %w", err)
	}
	if where.link != 0 {
		if err := write(`insert into ticket_links (ticket_id, other_id, kind, reason) values ($1, $2, $3, $4)`, n.ticket, where.link, where.kind, where.reason); err != nil {
			return fmt.Errorf("link the ticket: %w", err)
		}
	}
	got.Ticket, got.Number, got.Message, got.Opened = n.ticket, n.number, n.message, true
	tx.Emit("ticket.created", object(n.ticket), append(topics(n.ticket, a.queue, &in.Assignee), routingTopic)...)
	return copyOthers(in, n.ticket, write)
}

// copyOthers makes those who also got it take part, so that an answer of theirs joins. One who got blind copies so far is named to
// all by this, unless it is he who writes.
func copyOthers(in Inbound, ticket int64, write pen) error {
	if len(in.Others) == 0 || in.From.Kind != crm.Email {
		return nil
	}
	var cc []string
	for _, a := range in.Others {
		if p, err := (crm.Point{Kind: crm.Email, Address: a}).Normal(); err == nil && len(cc) < 50 && p.Address != in.From.Address && !slices.Contains(cc, p.Address) {
			cc = append(cc, p.Address)
		}
	}
	return write(takePart, ticket, cc, "cc", false)
}

// takePart makes addresses take part in a ticket in a role. Who is known to all stays so; who was hidden is known by being
// in copy, unless nobody else saw it.
const takePart = `insert into participants (ticket_id, kind, address, role) select $1, 'email', unnest($2::text[]), $3
	on conflict (ticket_id, kind, address) do update set role = 'cc' where participants.role = 'bcc' and excluded.role = 'cc' and not $4`
