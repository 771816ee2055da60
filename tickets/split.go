package tickets

import (
	"context"
	"fmt"

	"frontline/internal/authority"
	"frontline/internal/fault"

	"github.com/jackc/pgx/v5"
)

// Made names a ticket that was made.
type Made struct {
	ID     int64  `json:"id"`
	Number string `json:"number"`
}

// Split takes a customer's message out of a ticket and opens a new one with it, linked to the old.
func (t *Tickets) Split(ctx context.Context, by authority.Actor, ticket, message int64) (Made, error) {
	var made Made
	err := t.gate.Do(ctx, by, func(tx *authority.Tx) error {
		if err := tx.Allow(ctx, authority.Act{Name: "ticket.split", Object: object(ticket)}); err != nil {
			return err
		}
		if err := movable(ctx, tx, ticket, message); err != nil {
			return err
		}
		var queue int64
		err := tx.QueryRow(ctx, `with made as (
				insert into tickets (subject, channel, queue_id, team_id, contact_id, account_id, last_direction, last_snippet, last_message_id)
				select case when m.subject <> '' then m.subject else t.subject end, m.channel, t.queue_id, t.team_id,
					case when m.author_kind = 'contact' then m.author_id else t.contact_id end,
					case when m.author_kind = 'contact' then (select account_id from contacts where id = m.author_id) else t.account_id end,
					'in', left(coalesce(m.reply, m.text), 160), m.id
				from messages m join tickets t on t.id = m.ticket_id where m.id = $1 returning id, number, queue_id
			), p as (
				insert into participants (ticket_id, kind, address, name, role)
				select made.id, case when m.channel = 'email' then 'email' else 'other' end, m.author_address, m.author_name, 'requester'
				from made, messages m where m.id = $1 and m.author_address <> ''
			), l as (
				insert into ticket_links (ticket_id, other_id, kind, reason) select id, $2, 'split', 'split_by_agent' from made
			)
			select id, number, queue_id from made`, message, ticket).Scan(&made.ID, &made.Number, &queue)
		if err != nil {
			return fmt.Errorf("split: %w", err)
		}
		if err := move(ctx, tx, message, ticket, made.ID); err != nil {
			return err
		}
		tx.Emit("ticket.created", object(made.ID), topics(made.ID, queue, nil)...)
		tx.Return(made)
		return nil
	})
	return made, err
}

// Move puts a customer's message into another ticket, whose participant its author then is.
func (t *Tickets) Move(ctx context.Context, by authority.Actor, ticket, message, to int64) error {
	return t.gate.Do(ctx, by, func(tx *authority.Tx) error {
		if err := tx.Allow(ctx, authority.Act{Name: "ticket.split", Object: object(ticket)}); err != nil {
			return err
		}
		if ticket == to {
			return fault.BadField("to", "same_ticket")
		}
		if err := movable(ctx, tx, ticket, message); err != nil {
			return err
		}
		var queue int64
		var assignee *int64
		if err := tx.QueryRow(ctx, `select queue_id, assignee_id from tickets where id = $1 for update`, to).Scan(&queue, &assignee); err != nil {
			return fault.BadField("to", "unknown_ticket").Because(err)
		}
		if _, err := tx.Exec(ctx, `insert into participants (ticket_id, kind, address, name, role)
			select $2, 'email', author_address, author_name, 'cc' from messages where id = $1 and channel = 'email' and author_address <> '' on conflict do nothing`, message, to); err != nil {
			return fmt.Errorf("move: %w", err)
		}
		if err := move(ctx, tx, message, ticket, to); err != nil {
			return err
		}
		tx.Emit("message.added", object(to), topics(to, queue, assignee)...)
		return nil
	})
}

// movable locks the ticket and refuses what is not a message in it that came from outside, and to
// empty a ticket.
func movable(ctx context.Context, tx *authority.Tx, ticket, message int64) error {
	var others int
	if err := tx.QueryRow(ctx, `select 1 from tickets where id = $1 for update`, ticket).Scan(&others); err != nil {
		return notFound(err, "ticket")
	}
	var direction string
	if err := tx.QueryRow(ctx, `select direction, (select count(*) from messages o where o.ticket_id = $1 and o.id <> $2 and o.direction in ('in', 'out'))
		from messages where id = $2 and ticket_id = $1`, ticket, message).Scan(&direction, &others); err != nil {
		return fault.BadField("message", "unknown_message").Because(err)
	}
	if direction != "in" {
		return fault.BadField("message", "only_incoming")
	}
	if others == 0 {
		return fault.BadField("message", "only_message")
	}
	return nil
}

func move(ctx context.Context, tx *authority.Tx, message, from, to int64) error {
	b := &pgx.Batch{}
	b.Queue(`update messages set ticket_id = $2 where id = $1`, message, to)
	for _, ticket := range []int64{from, to} {
		// The list shows the last message that is left.
		b.Queue(`update tickets t set last_message_id = m.id, last_direction = m.direction, last_snippet = left(coalesce(m.reply, m.text), 160), updated_at = now()
			from (select id, direction, reply, text from messages where ticket_id = $1 and direction in ('in', 'out') order by id desc limit 1) m where t.id = $1`, ticket)
	}
	queueEvent(b, from, tx.By, Changed{Name: "moved_out", To: to})
	queueEvent(b, to, tx.By, Changed{Name: "moved_in", From: from})
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return fmt.Errorf("move: %w", err)
	}
	tx.Emit("ticket.changed", object(from), object(from), "staff")
	return nil
}

// DismissLink says that a proposed link is wrong; it is no longer shown.
func (t *Tickets) DismissLink(ctx context.Context, by authority.Actor, ticket, link int64) error {
	return t.gate.Do(ctx, by, func(tx *authority.Tx) error {
		if err := tx.Allow(ctx, authority.Act{Name: "ticket.edit", Object: object(ticket)}); err != nil {
			return err
		}
		tag, err := tx.Exec(ctx, `update ticket_links set dismissed_at = now() where id = $1 and (ticket_id = $2 or other_id = $2)`, link, ticket)
		if err != nil {
			return fmt.Errorf("dismiss the link: %w", err)
		}
		if tag.RowsAffected() == 0 {
			return fault.New(fault.NotFound, "not_found", "what", "link")
		}
		tx.Emit("ticket.changed", object(ticket), object(ticket))
		return nil
	})
}
