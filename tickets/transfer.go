package tickets

import (
	"context"
	"errors"
	"fmt"

	"frontline/internal/authority"
	"frontline/internal/fault"

	"github.com/jackc/pgx/v5"
)

// Transfer says where a contact goes: to a queue, to the first queue of a team, or to a person.
type Transfer struct {
	Queue int64  `json:"queue_id,omitempty" minimum:"1"`
	Team  int64  `json:"team_id,omitempty" minimum:"1"`
	Agent int64  `json:"agent_id,omitempty" minimum:"1"`
	Note  string `json:"note,omitempty" maxLength:"10000" doc:"For whoever gets it"`
}

// Transfer hands a contact on, in hand or waiting, with a note. It waits for the new queue, or for the person alone: who
// declines gives it to the queue. A ticket that waits nowhere begins to wait.
func (w *Work) Transfer(ctx context.Context, by authority.Actor, ticket int64, to Transfer) error {
	given := 0
	for _, id := range []int64{to.Queue, to.Team, to.Agent} {
		if id != 0 {
			given++
		}
	}
	return w.byHand(ctx, by, "entry.transfer", ticket, func(tx *authority.Tx, b *pgx.Batch, h *hand) error {
		if given != 1 {
			return fault.BadField("queue_id", "one_target")
		}
		if h.ID != 0 && !h.waits() {
			if err := h.mine(by); err != nil {
				return err
			}
		}
		next, err := target(ctx, tx, to, h)
		if err != nil {
			return err
		}
		switch {
		case h.ID == 0:
			b.Queue(`insert into entries (ticket_id, queue_id, channel, preferred_id, preferred_why, only_them)
				select id, $2, case when channel in ('chat', 'phone') then 'form' else channel end, nullif($3::bigint, 0), $4, $5 from tickets where id = $1`,
				ticket, next.queue, next.agent, next.why, next.only)
			h.touch(next.queue, 0)
		case h.waits():
			h.again(b, "moved", next)
		default:
			h.again(b, "transferred", next)
		}
		if next.queue != h.owner.queue {
			b.Queue(`update tickets set queue_id = $2, updated_at = now() where id = $1`, ticket, next.queue)
			queueEvent(b, ticket, tx.By, Changed{Name: "queue", From: h.owner.queue, To: next.queue})
			tx.Emit("ticket.changed", object(ticket), append(topics(ticket, h.owner.queue, h.assignee), topics(ticket, next.queue, nil)[0])...)
		}
		if h.State == "waiting" {
			assign(tx, b, ticket, h.owner, authority.Actor{})
		}
		return h.note(tx, b, to.Note)
	})
}

// target finds where a contact goes.
func target(ctx context.Context, tx *authority.Tx, to Transfer, h *hand) (wish, error) {
	var id int64
	var err error
	unknown := fault.BadField("queue_id", "unknown_queue")
	switch {
	case to.Queue != 0:
		err = tx.QueryRow(ctx, `select id from queues where id = $1`, to.Queue).Scan(&id)
	case to.Team != 0:
		unknown = fault.BadField("team_id", "team_without_queue")
		err = tx.QueryRow(ctx, `select id from queues where team_id = $1 order by position, id limit 1`, to.Team).Scan(&id)
	default:
		unknown = fault.BadField("agent_id", "unknown_agent")
		err = tx.QueryRow(ctx, `select id from agents where id = $1 and disabled_at is null`, to.Agent).Scan(&id)
	}
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return wish{}, unknown
	case err != nil:
		return wish{}, fmt.Errorf("find where it goes: %w", err)
	case to.Agent != 0:
		queue := h.stay.Queue
		if queue == 0 {
			queue = h.owner.queue
		}
		return wish{queue: queue, agent: id, why: "asked", only: true}, nil
	}
	return wish{queue: id}, nil
}

// TakeBack undoes a transfer that nobody took up: the contact is in the hand of who had it. That one may do it, and who
// leads them. A contact in an agent's hand is taken back by who leads them alone; it waits again, before all others.
func (w *Work) TakeBack(ctx context.Context, by authority.Actor, ticket int64) error {
	return w.byHand(ctx, by, "entry.take_back", ticket, func(tx *authority.Tx, b *pgx.Batch, h *hand) error {
		switch {
		case h.ID == 0:
			return fault.New(fault.Conflict, "not_waiting")
		case !h.waits() && h.boss:
			h.again(b, "returned", wish{queue: h.stay.Queue})
			assign(tx, b, ticket, h.owner, authority.Actor{})
			return nil
		case !h.waits():
			return fault.New(fault.Forbidden, "not_yours")
		}
		var had, queue int64
		err := tx.QueryRow(ctx, `select coalesce(agent_id, 0), queue_id from entries where ticket_id = $1 and id < $2 and outcome = 'transferred'
			and id = (select max(id) from entries where ticket_id = $1 and id < $2)`, ticket, h.ID).Scan(&had, &queue)
		switch {
		case errors.Is(err, pgx.ErrNoRows):
			return fault.New(fault.Conflict, "not_transferred")
		case err != nil:
			return fmt.Errorf("who had it: %w", err)
		case had != by.ID && !h.boss:
			return fault.New(fault.Forbidden, "not_yours")
		}
		if queue != h.owner.queue {
			b.Queue(`update tickets set queue_id = $2, updated_at = now() where id = $1`, ticket, queue)
			queueEvent(b, ticket, tx.By, Changed{Name: "queue", From: h.owner.queue, To: queue})
		}
		h.again(b, "moved", wish{queue: queue, agent: had, why: "asked", inHand: true})
		assign(tx, b, ticket, h.owner, authority.AgentActor(had, ""))
		return nil
	})
}
