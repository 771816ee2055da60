package tickets

import (
	"context"
	"errors"
	"fmt"

	"frontline/internal/authority"
	"frontline/internal/fault"

	"github.com/jackc/pgx/v5"
)

// Merge puts all that was said in a ticket into another one, with files, participants, links, tags, drafts and whoever
// waits in the queue, and closes it; from then on it leads there, and so do answers to any of its mails. Tickets of
// different customers are merged only with anyway: else fault.Conflict "other_customer". One that was merged before is
// fault.Conflict "ticket_merged".
func (t *Tickets) Merge(ctx context.Context, by authority.Actor, ticket, into int64, anyway bool) error {
	return t.gate.Do(ctx, by, func(tx *authority.Tx) error {
		if err := tx.Allow(ctx, authority.Act{Name: "ticket.merge", Object: object(ticket)}); err != nil {
			return err
		}
		if ticket == into {
			return fault.BadField("into", "same_ticket")
		}
		from, to, err := mergeable(ctx, tx, ticket, into)
		if err != nil {
			return err
		}
		if !anyway && !from.sameCustomer(to) {
			return fault.New(fault.Conflict, "other_customer", "name", from.customer, "other", to.customer)
		}
		// Drafts are their writers' own, and what is linked may be out of sight.
		if err := tx.Unveil(ctx); err != nil {
			return err
		}
		return merge(ctx, tx, from, to)
	})
}

// merging is what merging needs to know of a ticket.
type merging struct {
	ticketState
	contact  int64
	account  *int64
	customer string
	merged   string // the number of the ticket it leads to
}

func (a merging) sameCustomer(b merging) bool {
	return a.contact == b.contact || a.account != nil && b.account != nil && *a.account == *b.account
}

// mergeable locks both tickets, the one of the lower id first, so that two merges at once wait for each other in one order.
func mergeable(ctx context.Context, tx *authority.Tx, ticket, into int64) (from, to merging, err error) {
	rows, err := tx.Query(ctx, `select t.id, t.number, t.state, t.queue_id, t.assignee_id, t.contact_id, t.account_id,
			(select name from contacts c where c.id = t.contact_id), coalesce((select number from tickets l where l.id = t.merged_into), case when t.merged_into is null then '' else '?' end)
		from tickets t where t.id = any ($1) order by t.id for update of t`, []int64{ticket, into})
	if err != nil {
		return from, to, fmt.Errorf("tickets to merge: %w", err)
	}
	found, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (m merging, err error) {
		return m, r.Scan(&m.ID, &m.Number, &m.State, &m.Queue, &m.Assignee, &m.contact, &m.account, &m.customer, &m.merged)
	})
	if err != nil {
		return from, to, fmt.Errorf("tickets to merge: %w", err)
	}
	for _, m := range found {
		if m.ID == ticket {
			from = m
		} else {
			to = m
		}
	}
	switch {
	case from.ID == 0:
		return from, to, notFound(pgx.ErrNoRows, "ticket")
	case to.ID == 0:
		return from, to, fault.BadField("into", "unknown_ticket")
	}
	for _, m := range []merging{from, to} {
		if m.merged != "" {
			return from, to, fault.New(fault.Conflict, "ticket_merged", "number", m.Number, "into", m.merged)
		}
	}
	return from, to, nil
}

// merge is Merge of what was found mergeable.
func merge(ctx context.Context, tx *authority.Tx, from, to merging) error {
	b := &pgx.Batch{}
	b.Queue(`update messages set ticket_id = $2, merged_from = coalesce(merged_from, $1) where ticket_id = $1 and direction <> 'event'`, from.ID, to.ID)
	b.Queue(`insert into participants (ticket_id, kind, address, name, role)
		select $2, kind, address, name, case role when 'bcc' then 'bcc' else 'cc' end from participants where ticket_id = $1
		on conflict (ticket_id, kind, address) do update set role = 'cc' where participants.role = 'bcc' and excluded.role = 'cc'`, from.ID, to.ID)
	b.Queue(`update tasks set ticket_id = $2 where ticket_id = $1`, from.ID, to.ID)
	b.Queue(`update surveys set ticket_id = $2 where ticket_id = $1`, from.ID, to.ID)
	b.Queue(`update maintenance set ticket_id = $2 where ticket_id = $1`, from.ID, to.ID)
	queueLinks(b, from.ID, to.ID)
	queueDrafts(b, from.ID, to.ID)
	// What leads to the one leads to the other from now on: an answer never goes through a long chain.
	b.Queue(`update tickets set merged_into = $2 where merged_into = $1`, from.ID, to.ID)
	// Whose words wait for an answer waits in the other one too.
	reopened := from.State == "open" && to.State != "open"
	b.Queue(`update tickets t set tags = array(select distinct unnest(t.tags || f.tags)), fields = f.fields || t.fields, updated_at = now(),
			assignee_id = coalesce(t.assignee_id, f.assignee_id), account_id = coalesce(t.account_id, f.account_id),
			last_at = greatest(t.last_at, f.last_at), first_reply_at = least(t.first_reply_at, f.first_reply_at), delivery_failed = t.delivery_failed or f.delivery_failed,
			last_message_id = coalesce((select max(id) from messages where ticket_id = t.id and direction <> 'event'), t.last_message_id),
			state = case when $3 then 'open' else t.state end, sub_state = case when $3 then '' else t.sub_state end,
			resolved_at = case when $3 then null else t.resolved_at end, closed_at = case when $3 then null else t.closed_at end,
			reopened = t.reopened + case when $3 and t.state in ('resolved', 'closed') then 1 else 0 end
		from tickets f where t.id = $2 and f.id = $1`, from.ID, to.ID, reopened)
	b.Queue(`update tickets t set last_direction = m.direction, last_snippet = left(regexp_replace(left(coalesce(m.reply, m.text), 1000), '\s+', ' ', 'g'), 160)
		from (select direction, reply, text from messages where ticket_id = $1 and direction in ('in', 'out') order by id desc limit 1) m where t.id = $1`, to.ID)
	queueEvent(b, to.ID, tx.By, Changed{Name: "merged", From: from.ID, To: from.Number})
	if reopened {
		queueEvent(b, to.ID, tx.By, Changed{Name: "state", From: to.State, To: "open"})
	}
	queueEvent(b, from.ID, tx.By, Changed{Name: "merged_into", To: to.Number})
	b.Queue(`update tickets set merged_into = $2, state = 'closed', sub_state = '', delivery_failed = false, last_snippet = '', last_direction = '',
		resolved_at = coalesce(resolved_at, now()), closed_at = coalesce(closed_at, now()), updated_at = now() where id = $1`, from.ID, to.ID)
	if from.State != "closed" {
		queueEvent(b, from.ID, tx.By, Changed{Name: "state", From: from.State, To: "closed"})
	}
	var writers []int64
	b.Queue(`select agent_id from drafts where ticket_id = $1`, to.ID).Query(func(rows pgx.Rows) (err error) {
		writers, err = pgx.CollectRows(rows, pgx.RowTo[int64])
		return err
	})
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return fmt.Errorf("merge: %w", err)
	}
	for _, agent := range writers {
		tx.Emit("draft.changed", object(to.ID), fmt.Sprint("agent:", agent))
	}
	tx.Emit("message.added", object(to.ID), topics(to.ID, to.Queue, to.Assignee)...)
	tx.Emit("ticket.changed", object(to.ID), topics(to.ID, to.Queue, to.Assignee)...)
	tx.Emit("ticket.changed", object(from.ID), topics(from.ID, from.Queue, from.Assignee)...)
	return mergeStay(ctx, tx, from, to)
}

// queueLinks lets the links of a ticket hold for another. Links between the two, and what the other has already, go.
func queueLinks(b *pgx.Batch, from, to int64) {
	b.Queue(`delete from ticket_links where ticket_id = $1 and other_id = $2 or ticket_id = $2 and other_id = $1`, from, to)
	b.Queue(`delete from ticket_links l where ticket_id = $1 and (l.kind = 'child'
			and exists (select from ticket_links o where o.kind = 'child' and (o.ticket_id = $2 or o.other_id in ($1, $2)))
		or exists (select from ticket_links o where o.ticket_id = $2 and o.other_id = l.other_id and o.kind = l.kind))`, from, to)
	// Where the other is itself a child, the children of this one become its siblings.
	b.Queue(`delete from ticket_links l where other_id = $1 and exists (select from ticket_links o where o.other_id = $2 and o.ticket_id = l.ticket_id and o.kind = l.kind)`, from, to)
	b.Queue(`update ticket_links set ticket_id = $2 where ticket_id = $1`, from, to)
	b.Queue(`update ticket_links l set other_id = coalesce((select p.other_id from ticket_links p where p.ticket_id = $2 and p.kind = 'child' and l.kind = 'child' and p.dismissed_at is null), $2)
		where other_id = $1`, from, to)
}

// queueDrafts takes what agents have not sent along; who had a draft on both has the words of both.
func queueDrafts(b *pgx.Batch, from, to int64) {
	b.Queue(`update drafts d set text = left(d.text || E'\n\n' || f.text, 500000), attachments = d.attachments || f.attachments, updated_at = now()
		from drafts f where d.ticket_id = $2 and f.ticket_id = $1 and f.agent_id = d.agent_id and f.text <> ''`, from, to)
	b.Queue(`insert into drafts (ticket_id, agent_id, direction, text, to_addresses, cc_addresses, bcc_addresses, attachments, seen)
		select $2, agent_id, direction, text, to_addresses, cc_addresses, bcc_addresses, attachments, seen from drafts where ticket_id = $1
		on conflict do nothing`, from, to)
	b.Queue(`delete from drafts where ticket_id = $1`, from)
}

// mergeStay ends the stay of a merged ticket in its queue. Where the other one is in none, it goes on there: the customer
// waits as long as before, and an agent who has it has the other.
func mergeStay(ctx context.Context, tx *authority.Tx, from, to merging) error {
	s, err := lockStay(ctx, tx, from.ID)
	if err != nil || s.ID == 0 {
		return err
	}
	was, agent, state := s, int64(0), "waiting"
	if was.held() {
		agent, state = was.Agent, "in_hand"
	}
	b := &pgx.Batch{}
	s.end(b, "merged")
	if was.waits() || was.held() {
		b.Queue(`insert into entries (ticket_id, queue_id, channel, state, arrived_at, preferred_id, preferred_why, agent_id, pulled, answered_at)
			select t.id, t.queue_id, $2, $3, $4, t.assignee_id, case when t.assignee_id is null then '' else 'last' end, nullif($5::bigint, 0), $5 <> 0, case when $5 <> 0 then now() end
			from tickets t where t.id = $1 and t.state = 'open' and not exists (select from entries e where e.ticket_id = $1 and e.state <> 'ended')`,
			to.ID, was.Channel, state, was.Arrived, agent)
		s.touch(to.Queue, agent)
		tx.Emit("entry.changed", object(to.ID), append(topics(to.ID, to.Queue, &agent), routingTopic)...)
	}
	return s.write(ctx, tx, b)
}

// unmerged refuses to change a ticket that leads to another: what happens there would be seen by nobody.
func unmerged(ctx context.Context, q authority.Query, ticket int64) error {
	var number, into string
	err := q.QueryRow(ctx, `select t.number, coalesce(l.number, '?') from tickets t left join tickets l on l.id = t.merged_into where t.id = $1 and t.merged_into is not null`, ticket).
		Scan(&number, &into)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return nil
	case err != nil:
		return fmt.Errorf("merged ticket: %w", err)
	}
	return fault.New(fault.Conflict, "ticket_merged", "number", number, "into", into)
}
