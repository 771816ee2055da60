package tickets

import (
	"context"
	"errors"
	"fmt"

	"frontline/internal/authority"
	"frontline/internal/fault"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// maxChildren is how many cases one common cause may have.
const maxChildren = 200

// Link says that two tickets belong together. Kind is what the first is to the other: "related", "child" or "parent". A
// child has one parent, and a parent is no child itself: fault.Conflict "has_parent" and "parent_is_child". Twice the same
// is one link.
func (t *Tickets) Link(ctx context.Context, by authority.Actor, ticket, other int64, kind string) error {
	return t.gate.Do(ctx, by, func(tx *authority.Tx) error {
		if err := tx.Allow(ctx, authority.Act{Name: "ticket.link", Object: object(ticket)}); err != nil {
			return err
		}
		if ticket == other {
			return fault.BadField("ticket", "same_ticket")
		}
		if err := bothSeen(ctx, tx, ticket, other); err != nil {
			return err
		}
		a, b := ticket, other
		switch kind {
		case "parent":
			a, b, kind = other, ticket, "child"
		case "child":
		case "related":
			a, b = min(a, b), max(a, b) // it has no direction
		default:
			return fault.BadField("kind", "not_allowed", "allowed", "related, parent, child")
		}
		if kind == "child" {
			if err := mayBeChild(ctx, tx, a, b); err != nil {
				return err
			}
		}
		_, err := tx.Exec(ctx, `insert into ticket_links (ticket_id, other_id, kind, reason) values ($1, $2, $3, 'by_agent')
			on conflict (ticket_id, other_id, kind) do update set dismissed_at = null`, a, b, kind)
		var p *pgconn.PgError
		if errors.As(err, &p) && p.ConstraintName == "ticket_links_one_parent" {
			return fault.New(fault.Conflict, "has_parent")
		}
		if err != nil {
			return fmt.Errorf("link: %w", err)
		}
		return tellBoth(ctx, tx, ticket, other, "linked")
	})
}

// Unlink takes a link that an agent made away.
func (t *Tickets) Unlink(ctx context.Context, by authority.Actor, ticket, link int64) error {
	return t.gate.Do(ctx, by, func(tx *authority.Tx) error {
		if err := tx.Allow(ctx, authority.Act{Name: "ticket.link", Object: object(ticket)}); err != nil {
			return err
		}
		var a, b int64
		err := tx.QueryRow(ctx, `delete from ticket_links where id = $1 and (ticket_id = $2 or other_id = $2) and kind in ('related', 'child')
			and exists (select from tickets where id = ticket_id) and exists (select from tickets where id = other_id) returning ticket_id, other_id`, link, ticket).Scan(&a, &b)
		if err != nil {
			return notFound(err, "link")
		}
		return tellBoth(ctx, tx, a, b, "unlinked")
	})
}

func bothSeen(ctx context.Context, tx *authority.Tx, ticket, other int64) error {
	var first, second bool
	err := tx.QueryRow(ctx, `select exists (select from tickets where id = $1), exists (select from tickets where id = $2)`, ticket, other).Scan(&first, &second)
	switch {
	case err != nil:
		return fmt.Errorf("tickets to link: %w", err)
	case !first:
		return notFound(pgx.ErrNoRows, "ticket")
	case !second:
		return fault.BadField("ticket", "unknown_ticket")
	}
	return nil
}

// mayBeChild refuses what would make a tree of more than two levels, or one of too many leaves. Both rows are locked in the order of
// their ids: of two links at once the second finds the first.
func mayBeChild(ctx context.Context, tx *authority.Tx, child, parent int64) error {
	if _, err := tx.Exec(ctx, `select from tickets where id in ($1, $2) order by id for update`, child, parent); err != nil {
		return fmt.Errorf("lock what is linked: %w", err)
	}
	var isParent, isChild bool
	var n int
	err := tx.QueryRow(ctx, `select exists (select from ticket_links where other_id = $1 and kind = 'child' and dismissed_at is null),
			exists (select from ticket_links where ticket_id = $2 and kind = 'child' and dismissed_at is null),
			(select count(*) from ticket_links where other_id = $2 and kind = 'child' and dismissed_at is null and ticket_id <> $1)`, child, parent).Scan(&isParent, &isChild, &n)
	switch {
	case err != nil:
		return fmt.Errorf("parents and children: %w", err)
	case isParent || isChild:
		return fault.New(fault.Conflict, "parent_is_child")
	case n >= maxChildren:
		return fault.BadField("ticket", "too_many", "max", maxChildren)
	}
	return nil
}

// tellBoth puts an event, with the other one's number, on both timelines and tells whoever looks at either.
func tellBoth(ctx context.Context, tx *authority.Tx, a, b int64, what string) error {
	batch := &pgx.Batch{}
	batch.Queue(`insert into messages (ticket_id, direction, author_kind, author_id, author_name, change)
		select t.id, 'event', $3, $4, $5, jsonb_build_object('name', $6::text, 'to', o.number) from tickets t, tickets o
		where t.id = $1 and o.id = $2 or t.id = $2 and o.id = $1`, a, b, authorKind(tx.By), tx.By.ID, tx.By.Name, what)
	for _, id := range []int64{a, b} {
		batch.Queue(`select queue_id, assignee_id from tickets where id = $1`, id).QueryRow(func(r pgx.Row) error {
			var s ticketState
			err := r.Scan(&s.Queue, &s.Assignee)
			tx.Emit("ticket.changed", object(id), topics(id, s.Queue, s.Assignee)...)
			return err
		})
	}
	if err := tx.SendBatch(ctx, batch).Close(); err != nil {
		return fmt.Errorf("tell both tickets: %w", err)
	}
	return nil
}
