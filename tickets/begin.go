package tickets

import (
	"context"
	"errors"
	"fmt"

	"frontline/crm"
	"frontline/internal/authority"
	"frontline/internal/fault"
	"frontline/internal/plain"

	"github.com/jackc/pgx/v5"
)

// Beginning is a mail to a customer who has not written first, and the ticket that it opens.
type Beginning struct {
	Opening // its Text is the mail's; its Channel is not asked
	Cc, Bcc []string
	State   string // of the ticket afterwards; empty: pending
}

// Begin opens a ticket with a mail to the customer, in one transaction: the mail is in the outbox when the ticket is
// there. The customer's answer joins. It leaves by a queue that the actor works on; another is fault.Invalid
// "not_your_queue", and a contact without a mail address "no_email".
func (t *Tickets) Begin(ctx context.Context, by authority.Actor, n Beginning) (Received, error) {
	subject := plain.Line(n.Subject, maxSubject)
	if subject == "" {
		return Received{}, fault.BadField("subject", "required")
	}
	if err := checkText(n.Text); err != nil {
		return Received{}, err
	}
	if err := checkTags(n.Tags); err != nil {
		return Received{}, err
	}
	var points []crm.Point
	var err error
	if n.Contact.ID == 0 {
		if points, err = n.Contact.points(); err != nil {
			return Received{}, err
		}
		if points[0].Kind != crm.Email {
			return Received{}, fault.BadField("contact.email", "required")
		}
	}
	var got Received
	err = t.gate.Do(ctx, by, func(tx *authority.Tx) error {
		if err := tx.Allow(ctx, authority.Act{Name: "ticket.begin", Object: fmt.Sprint("queue:", n.Queue)}); err != nil {
			return err
		}
		n.Subject = subject
		var err error
		got, err = t.begin(ctx, tx, n, points)
		tx.Return(got)
		return err
	})
	return got, err
}

func (t *Tickets) begin(ctx context.Context, tx *authority.Tx, n Beginning, points []crm.Point) (Received, error) {
	queue, err := ownQueue(ctx, tx, n.Queue)
	if err != nil {
		return Received{}, err
	}
	if err := checkEdit(ctx, tx, Edit{Assignee: &n.Assignee}); err != nil {
		return Received{}, err
	}
	if err := n.Request.check(ctx, tx); err != nil {
		return Received{}, err
	}
	c, to, err := n.Contact.identify(ctx, tx, points, crm.Email)
	if err != nil {
		return Received{}, err
	}
	if to.Kind != crm.Email {
		return Received{}, fault.BadField("contact", "no_email")
	}
	got := Received{ContactID: c.ID, AccountID: c.AccountID}
	name := plain.Line(n.Contact.Name, 200)
	if name == "" {
		name = c.Name
	}
	args := []any{n.Subject, queue, c.ID, c.AccountID, plain.Line(n.Type, 50), plain.Line(n.Severity, 50), lines(n.Tags, maxTags), n.Priority, n.Assignee, to.Kind, to.Address, name}
	err = tx.QueryRow(ctx, `with t as (
			insert into tickets (number, subject, channel, queue_id, contact_id, account_id, type, severity, tags, priority, assignee_id, last_direction,
				scope, sub_scope, reproducibility, description, group_id, accepted_at)
			values (ticket_number($5, $18), $1, 'email', $2, $3, $4, $5, $6, $7, coalesce(nullif($8, 0), 3), nullif($9::bigint, 0), 'out',
				$13, $14, $15, $16, nullif($17::bigint, 0), $18) returning id, number
		), p as (
			insert into participants (ticket_id, kind, address, name, role) select id, $10, $11, $12, 'requester' from t
		)
		select id, number from t`, append(args, n.Request.args()...)...).Scan(&got.Ticket, &got.Number)
	if err != nil {
		return Received{}, fmt.Errorf("open a ticket: %w", err)
	}
	tx.Emit("ticket.created", object(got.Ticket), topics(got.Ticket, queue, &n.Assignee)...)
	if err := tx.Allow(ctx, authority.Act{Name: "ticket.reply", Object: object(got.Ticket)}); err != nil {
		return Received{}, err
	}
	if n.Asset != 0 {
		if err := t.edit(ctx, tx, got.Ticket, Edit{Asset: &n.Asset}); err != nil {
			return Received{}, err
		}
	}
	got.Message, err = t.Answer(ctx, tx, Reply{
		Ticket: got.Ticket, Text: n.Text, To: []string{to.Address}, Cc: n.Cc, Bcc: n.Bcc, Attachments: n.Attachments, State: n.State,
	})
	return got, err
}

// ownQueue is the queue asked for, 0 for the default one, where the actor works on it.
func ownQueue(ctx context.Context, tx *authority.Tx, id int64) (queue int64, err error) {
	var mine bool
	err = tx.QueryRow(ctx, `select id, (select sees_all()) or id = any ((select my_queues())::bigint[]) from queues
		where id = case when $1 = 0 then (select coalesce(default_queue, (select min(id) from queues)) from ticket_settings) else $1 end`, id).Scan(&queue, &mine)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return 0, fault.BadField("queue", "unknown_queue")
	case err != nil:
		return 0, fmt.Errorf("queue: %w", err)
	case !mine:
		return 0, fault.BadField("queue", "not_your_queue")
	}
	return queue, nil
}
