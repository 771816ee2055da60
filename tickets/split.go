package tickets

import (
	"context"
	"errors"
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
		from, alone, err := movable(ctx, tx, ticket, message)
		if err != nil {
			return err
		}
		if alone {
			return fault.BadField("message", "only_message")
		}
		// Who sees the ticket only because it is theirs does not see the new one, which is nobody's yet.
		if err := tx.Unveil(ctx); err != nil {
			return err
		}
		to := ticketState{Queue: from.Queue}
		err = tx.QueryRow(ctx, `with made as (
				insert into tickets (subject, channel, queue_id, contact_id, account_id, last_direction, last_snippet, last_message_id)
				select case when m.subject <> '' then m.subject else t.subject end, m.channel, t.queue_id,
					case when m.author_kind = 'contact' then m.author_id else t.contact_id end,
					case when m.author_kind = 'contact' then (select account_id from contacts where id = m.author_id) else t.account_id end,
					'in', left(regexp_replace(left(coalesce(m.reply, m.text), 1000), '\s+', ' ', 'g'), 160), m.id
				from messages m join tickets t on t.id = m.ticket_id where m.id = $1 returning id, number
			), p as (
				insert into participants (ticket_id, kind, address, name, role)
				select made.id, coalesce((select p.kind from participants p where p.ticket_id = $2 and p.address = m.author_address limit 1),
					case when m.channel = 'email' then 'email' else 'other' end), m.author_address, m.author_name, 'requester'
				from made, messages m where m.id = $1 and m.author_address <> ''
			), l as (
				insert into ticket_links (ticket_id, other_id, kind, reason) select id, $2, 'split', 'split_by_agent' from made
			), e as (
				insert into entries (ticket_id, queue_id, channel) select made.id, $3, case when m.channel in ('chat', 'phone') then 'form' else m.channel end from made, messages m where m.id = $1
			)
			select id, number from made`, message, ticket, from.Queue).Scan(&to.ID, &to.Number)
		if err != nil {
			return fmt.Errorf("split: %w", err)
		}
		if err := move(ctx, tx, message, from, to); err != nil {
			return err
		}
		made = Made{to.ID, to.Number}
		tx.Emit("ticket.created", object(to.ID), append(topics(to.ID, to.Queue, nil), routingTopic)...)
		tx.Return(made)
		return nil
	})
	return made, err
}

// Move puts a customer's message into another ticket, whose participant its author then is. A ticket that has nothing left
// is closed, and whatever still comes for it goes where its message went.
func (t *Tickets) Move(ctx context.Context, by authority.Actor, ticket, message, to int64) error {
	return t.gate.Do(ctx, by, func(tx *authority.Tx) error {
		if err := tx.Allow(ctx, authority.Act{Name: "ticket.split", Object: object(ticket)}); err != nil {
			return err
		}
		if ticket == to {
			return fault.BadField("to", "same_ticket")
		}
		from, alone, err := movable(ctx, tx, ticket, message)
		if err != nil {
			return err
		}
		into := ticketState{ID: to}
		err = tx.QueryRow(ctx, `select queue_id, assignee_id from tickets where id = $1 for update`, to).Scan(&into.Queue, &into.Assignee)
		if errors.Is(err, pgx.ErrNoRows) {
			return fault.BadField("to", "unknown_ticket")
		}
		if err != nil {
			return fmt.Errorf("move: %w", err)
		}
		if _, err := tx.Exec(ctx, `insert into participants (ticket_id, kind, address, name, role)
			select $2, 'email', author_address, author_name, 'cc' from messages where id = $1 and channel = 'email' and author_address <> '' on conflict do nothing`, message, to); err != nil {
			return fmt.Errorf("move: %w", err)
		}
		if err := move(ctx, tx, message, from, into); err != nil {
			return err
		}
		if err := lead(ctx, tx, from, into, alone); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, enter, to, "form"); err != nil {
			return fmt.Errorf("move: %w", err)
		}
		entered(tx, into)
		tx.Emit("message.added", object(to), topics(to, into.Queue, into.Assignee)...)
		return nil
	})
}

// lead closes a ticket that was emptied and makes it lead to where its message went. That one stands for itself again, so
// that two can never lead to each other.
func lead(ctx context.Context, tx *authority.Tx, from, into ticketState, emptied bool) error {
	s, err := lockStay(ctx, tx, from.ID)
	if err != nil {
		return err
	}
	b := &pgx.Batch{}
	b.Queue(`update tickets set merged_into = null where id = $1 and merged_into is not null`, into.ID)
	if emptied {
		b.Queue(`update tickets set merged_into = $2, state = 'closed', closed_at = coalesce(closed_at, now()), updated_at = now() where id = $1`, from.ID, into.ID)
		if from.State != "closed" {
			queueEvent(b, from.ID, tx.By, Changed{Name: "state", From: from.State, To: "closed"})
		}
		if s.ID != 0 {
			s.end(b, "merged")
		}
	}
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return fmt.Errorf("lead the emptied ticket: %w", err)
	}
	s.tell(tx)
	return nil
}

// movable locks the ticket and refuses what is not a message in it that came from outside. It says whether that is all that
// the ticket has.
func movable(ctx context.Context, tx *authority.Tx, ticket, message int64) (s ticketState, alone bool, err error) {
	s = ticketState{ID: ticket}
	if err := tx.QueryRow(ctx, `select queue_id, assignee_id, state from tickets where id = $1 for update`, ticket).Scan(&s.Queue, &s.Assignee, &s.State); err != nil {
		return s, false, notFound(err, "ticket")
	}
	var direction string
	err = tx.QueryRow(ctx, `select direction, not exists (select from messages o where o.ticket_id = $1 and o.id <> $2 and o.direction in ('in', 'out'))
		from messages where id = $2 and ticket_id = $1`, ticket, message).Scan(&direction, &alone)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return s, false, fault.BadField("message", "unknown_message")
	case err != nil:
		return s, false, fmt.Errorf("message to move: %w", err)
	case direction != "in":
		return s, false, fault.BadField("message", "only_incoming")
	}
	return s, alone, nil
}

// move puts a message from one ticket into another. Both show as their last message what they have now.
func move(ctx context.Context, tx *authority.Tx, message int64, from, to ticketState) error {
	b := &pgx.Batch{}
	b.Queue(`update messages set ticket_id = $2 where id = $1`, message, to.ID)
	for _, ticket := range []int64{from.ID, to.ID} {
		b.Queue(`update tickets t set last_message_id = m.id, last_direction = m.direction, updated_at = now(),
				last_snippet = left(regexp_replace(left(coalesce(m.reply, m.text), 1000), '\s+', ' ', 'g'), 160)
			from (select id, direction, reply, text from messages where ticket_id = $1 and direction in ('in', 'out') order by id desc limit 1) m where t.id = $1`, ticket)
	}
	queueEvent(b, from.ID, tx.By, Changed{Name: "moved_out", To: to.ID})
	queueEvent(b, to.ID, tx.By, Changed{Name: "moved_in", From: from.ID})
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return fmt.Errorf("move: %w", err)
	}
	tx.Emit("ticket.changed", object(from.ID), topics(from.ID, from.Queue, from.Assignee)...)
	return nil
}

// DismissLink says that a proposed link is wrong; it is no longer shown.
func (t *Tickets) DismissLink(ctx context.Context, by authority.Actor, ticket, link int64) error {
	return t.gate.Do(ctx, by, func(tx *authority.Tx) error {
		if err := tx.Allow(ctx, authority.Act{Name: "ticket.edit", Object: object(ticket)}); err != nil {
			return err
		}
		tag, err := tx.Exec(ctx, `update ticket_links set dismissed_at = now() 
			where id = $1 and (ticket_id = $2 or other_id = $2) and exists (select from tickets where id = ticket_id) and exists (select from tickets where id = other_id)`, link, ticket)
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
