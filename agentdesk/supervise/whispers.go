package supervise

import (
	"context"
	"fmt"
	"time"

	"frontline/internal/authority"
	"frontline/internal/fault"

	"github.com/jackc/pgx/v5"
)

// Whisper is what a supervisor says to the agent who has a ticket; the customer never sees it, nor do other agents.
type Whisper struct {
	ID    int64     `json:"id"`
	Agent int64     `json:"agent_id" doc:"to whom"`
	To    string    `json:"to"`
	By    string    `json:"by"`
	Text  string    `json:"text"`
	At    time.Time `json:"at"`
}

// Whispers lists those on a ticket, the oldest first: for the agent they were for, and for those who lead.
func (s *Supervision) Whispers(ctx context.Context, by authority.Actor, ticket int64) (out []Whisper, err error) {
	err = s.gate.View(ctx, by, func(q authority.Query) error {
		var seen bool
		if err := q.QueryRow(ctx, `select exists (select from tickets where id = $1)`, ticket).Scan(&seen); err != nil {
			return fmt.Errorf("the ticket: %w", err)
		}
		if !seen {
			return fault.New(fault.NotFound, "not_found")
		}
		rows, err := q.Query(ctx, `select w.id, w.agent_id, t.name, b.name, w.text, w.at
			from whispers w join agents t on t.id = w.agent_id join agents b on b.id = w.by_id
			where w.ticket_id = $1 order by w.id desc limit 100`, ticket)
		if err != nil {
			return fmt.Errorf("whispers: %w", err)
		}
		out, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Whisper])
		for i, j := 0, len(out)-1; i < j; i, j = i+1, j-1 {
			out[i], out[j] = out[j], out[i]
		}
		return err
	})
	return out, err
}

// Whisper says something to whoever has the ticket: in hand, or else as its assignee. Nobody having it is a conflict.
func (s *Supervision) Whisper(ctx context.Context, by authority.Actor, ticket int64, text string) (id int64, err error) {
	if text, err = words("text", text, 2000); err != nil {
		return 0, err
	}
	err = s.gate.Do(ctx, by, func(tx *authority.Tx) error {
		if err := tx.Allow(ctx, authority.Act{Name: "supervise.whisper", Object: fmt.Sprint("ticket:", ticket)}); err != nil {
			return err
		}
		var to *int64
		if err := gone(tx.QueryRow(ctx, `select coalesce((select e.agent_id from entries e where e.ticket_id = t.id and e.state in ('in_hand', 'parked', 'wrap_up')), t.assignee_id)
			from tickets t where t.id = $1`, ticket).Scan(&to)); err != nil {
			return err
		}
		if to == nil {
			return fault.New(fault.Conflict, "nobody_has_it")
		}
		if err := tx.QueryRow(ctx, `insert into whispers (ticket_id, agent_id, by_id, text) values ($1, $2, $3, $4) returning id`, ticket, *to, by.ID, text).Scan(&id); err != nil {
			return fmt.Errorf("whisper: %w", err)
		}
		// Not by the ticket's topic: others who look at it must not learn of it.
		tx.Emit("whisper.added", fmt.Sprint("ticket:", ticket), fmt.Sprint("agent:", *to), fmt.Sprint("agent:", by.ID))
		tx.Return(Added{id})
		return nil
	})
	return id, err
}

// Look writes down that somebody looks on at a ticket without being shown to those who work on it.
func (s *Supervision) Look(ctx context.Context, by authority.Actor, ticket int64) error {
	return s.gate.Do(ctx, by, func(tx *authority.Tx) error {
		if err := tx.Allow(ctx, authority.Act{Name: "supervise.look", Object: fmt.Sprint("ticket:", ticket)}); err != nil {
			return err
		}
		var there bool
		if err := tx.QueryRow(ctx, `select exists (select from tickets where id = $1)`, ticket).Scan(&there); err != nil {
			return fmt.Errorf("look on: %w", err)
		}
		if !there {
			return fault.New(fault.NotFound, "not_found")
		}
		return nil
	})
}
