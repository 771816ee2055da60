package tickets

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"frontline/internal/authority"
	"frontline/internal/fault"
	"frontline/internal/plain"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// Queue is where tickets wait, with what waits in it.
type Queue struct {
	ID         int64  `json:"id"`
	Name       string `json:"name"`
	NameEn     string `json:"name_en"`
	TeamID     *int64 `json:"team_id" doc:"the team that works on it; null: everybody"`
	Signature  string `json:"signature" doc:"below each reply from it"`
	Default    bool   `json:"default" doc:"new tickets without a queue come here"`
	Open       int    `json:"open" doc:"tickets in state open, counted to 1000"`
	Unassigned int    `json:"unassigned" doc:"of these without an assignee, counted to 1000"`
	Surveyed   bool   `json:"survey_required" doc:"its tickets are closed only when their customer was asked and has answered"`
	Pending    int    `json:"pending" doc:"tickets waiting for the customer, counted to 1000"`
}

// CountedTo is where counts stop: a badge says "1000+" and its cost stays the same however many there are.
const CountedTo = 1000

// Queues lists the queues that the actor works on: all, or those of no team and of their teams.
func (t *Tickets) Queues(ctx context.Context, by authority.Actor) ([]Queue, error) {
	var out []Queue
	err := t.gate.View(ctx, by, func(q authority.Query) error {
		rows, err := q.Query(ctx, `select q.id, q.name, q.name_en, q.team_id, q.signature, q.id = (select coalesce(default_queue, (select min(id) from queues)) from ticket_settings),
				(select count(*) from (select from tickets t where t.queue_id = q.id and t.state = 'open' limit $1) n),
				(select count(*) from (select from tickets t where t.queue_id = q.id and t.state = 'open' and t.assignee_id is null limit $1) n), q.survey_required,
				(select count(*) from (select from tickets t where t.queue_id = q.id and t.state = 'pending' limit $1) n)
			from queues q where (select sees_all()) or q.id = any ((select my_queues())::bigint[])
			order by q.position, q.id limit 500`, CountedTo)
		if err != nil {
			return fmt.Errorf("queues: %w", err)
		}
		out, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Queue])
		return err
	})
	return out, err
}

// QueueTopics are the event topics of the queues that the actor works on.
func (t *Tickets) QueueTopics(ctx context.Context, by authority.Actor) ([]string, error) {
	var out []string
	err := t.gate.View(ctx, by, func(q authority.Query) error {
		rows, err := q.Query(ctx, `select 'queue:' || q.id from queues q
			where (select sees_all()) or q.id = any ((select my_queues())::bigint[])`)
		if err != nil {
			return fmt.Errorf("queue topics: %w", err)
		}
		out, err = pgx.CollectRows(rows, pgx.RowTo[string])
		return err
	})
	return out, err
}

// QueueEdit is what a queue is made with, or changed to.
type QueueEdit struct {
	Name      string `json:"name" minLength:"1" maxLength:"100"`
	NameEn    string `json:"name_en,omitempty" maxLength:"100"`
	TeamID    *int64 `json:"team_id,omitempty"`
	Signature string `json:"signature,omitempty" maxLength:"2000"`
	Surveyed  *bool  `json:"survey_required,omitempty" doc:"its tickets are closed only when their customer was asked and has answered; absent: as it is"`
	Default   bool   `json:"default,omitempty" doc:"new tickets without a queue come here; false leaves it as it is, since there must be one"`
}

// SaveQueue makes a queue (id 0) or changes one; who sees its tickets changes with its team.
func (t *Tickets) SaveQueue(ctx context.Context, by authority.Actor, id int64, e QueueEdit) (int64, error) {
	e.Name, e.NameEn, e.Signature = plain.Line(e.Name, 100), plain.Line(e.NameEn, 100), plain.Text(strings.TrimRight(e.Signature, " \t\r\n"), 2000)
	if e.Name == "" {
		return 0, fault.BadField("name", "required")
	}
	err := t.gate.Do(ctx, by, func(tx *authority.Tx) error {
		if err := tx.Allow(ctx, authority.Act{Name: "queue.edit", Object: fmt.Sprint("queue:", id)}); err != nil {
			return err
		}
		err := saveQueue(ctx, tx, &id, e)
		var p *pgconn.PgError
		switch {
		case errors.As(err, &p) && p.Code == "23505":
			return fault.New(fault.Conflict, "name_taken", "name", e.Name)
		case errors.As(err, &p) && p.Code == "23503":
			return fault.BadField("team_id", "unknown_team")
		case err != nil:
			return notFound(err, "queue")
		}
		tx.Emit("queue.changed", fmt.Sprint("queue:", id), "staff", routingTopic)
		tx.Return(Added{id})
		return nil
	})
	return id, err
}

func saveQueue(ctx context.Context, tx *authority.Tx, id *int64, e QueueEdit) error {
	if *id == 0 {
		if err := tx.QueryRow(ctx, `insert into queues (name, name_en, team_id, signature) values ($1, $2, $3, $4) returning id`,
			e.Name, e.NameEn, e.TeamID, e.Signature).Scan(id); err != nil {
			return err
		}
	} else {
		if err := tx.QueryRow(ctx, `update queues set name = $2, name_en = $3, team_id = $4, signature = $5 where id = $1 returning id`,
			*id, e.Name, e.NameEn, e.TeamID, e.Signature).Scan(id); err != nil {
			return err
		}
	}
	if e.Surveyed != nil {
		if _, err := tx.Exec(ctx, `update queues set survey_required = $2 where id = $1`, *id, *e.Surveyed); err != nil {
			return err
		}
	}
	if e.Default {
		_, err := tx.Exec(ctx, `update ticket_settings set default_queue = $1`, *id)
		return err
	}
	return nil
}
