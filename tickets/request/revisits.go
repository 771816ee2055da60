package request

import (
	"context"
	"errors"
	"fmt"
	"time"

	"frontline/internal/authority"
	"frontline/internal/fault"
	"frontline/internal/plain"
	"frontline/tickets"

	"github.com/jackc/pgx/v5"
)

// SampleRule says of which closed tickets a sample is drawn, and how large it is. One customer is drawn once.
type SampleRule struct {
	From    time.Time `json:"closed_from" example:"2026-01-01T00:00:00Z"`
	Until   time.Time `json:"closed_until" example:"2026-02-01T00:00:00Z" doc:"Not included"`
	Queues  []int64   `json:"queues,omitempty" maxItems:"50" doc:"Absent: all"`
	Types   []string  `json:"types,omitempty" maxItems:"20" doc:"Absent: all"`
	Percent int       `json:"percent,omitempty" minimum:"1" maximum:"100" doc:"Of the customers; this or count"`
	Count   int       `json:"count,omitempty" minimum:"1" maximum:"500"`
}

// maxSample is how many customers one draw takes at most.
const maxSample = 500

// Draw is a sample to be drawn, and who calls its customers, in turn.
type Draw struct {
	Name          string
	Questionnaire int64
	SampleRule
	Callers []int64   // empty: nobody yet
	Wanted  time.Time // when the calls are to be made; zero: not said
}

// Revisit is a sample that was drawn, and what came of it.
type Revisit struct {
	ID            int64         `json:"id"`
	Name          string        `json:"name"`
	Questionnaire tickets.Named `json:"questionnaire"`
	Rule          SampleRule    `json:"rule"`
	From          int           `json:"drawn_from" doc:"How many customers the rule fitted"`
	Drawn         int           `json:"drawn"`
	Answered      int           `json:"answered"`
	Percent       *float64      `json:"percent" doc:"The mean of what they answered"`
	CreatedAt     time.Time     `json:"created_at"`
}

const revisitColumns = `v.id, v.name, n.id, n.name, v.rule, v.drawn_from, count(s.id), count(s.answered_at), round(avg(s.percent), 2)::float8, v.created_at
	from revisits v join questionnaires n on n.id = v.questionnaire_id left join surveys s on s.revisit_id = v.id`

// Revisits lists the samples that were drawn, the newest first, with the answers that the actor may see.
func (r *Requests) Revisits(ctx context.Context, by authority.Actor) (out []Revisit, err error) {
	err = r.gate.View(ctx, by, func(q authority.Query) error {
		rows, err := q.Query(ctx, `select `+revisitColumns+` group by v.id, n.id order by v.id desc limit 200`)
		if err != nil {
			return wrap("revisits", err)
		}
		out, err = pgx.CollectRows(rows, scanRevisit)
		return wrap("revisits", err)
	})
	return out, err
}

func scanRevisit(r pgx.CollectableRow) (v Revisit, err error) {
	return v, r.Scan(&v.ID, &v.Name, &v.Questionnaire.ID, &v.Questionnaire.Name, &v.Rule, &v.From, &v.Drawn, &v.Answered, &v.Percent, &v.CreatedAt)
}

// Revisit draws a sample of closed tickets by a rule: for each a call is a task, and its questions are asked. Tickets that were
// drawn before are not drawn again.
func (r *Requests) Revisit(ctx context.Context, by authority.Actor, d Draw) (v Revisit, err error) {
	d.Name = plain.Line(d.Name, 100)
	switch {
	case d.Name == "":
		return v, fault.BadField("name", "required")
	case !d.Until.After(d.From):
		return v, fault.BadField("closed_until", "bad_period")
	case (d.Percent > 0) == (d.Count > 0):
		return v, fault.BadField("count", "not_both", "other", "percent")
	}
	err = r.gate.Do(ctx, by, func(tx *authority.Tx) error {
		if err := tx.Allow(ctx, authority.Act{Name: "revisit.draw", Object: fmt.Sprint("questionnaire:", d.Questionnaire)}); err != nil {
			return err
		}
		var id int64
		err := tx.QueryRow(ctx, `insert into revisits (name, questionnaire_id, rule, created_by) select $1, id, $3, nullif($4::bigint, 0) from questionnaires where id = $2 and not retired returning id`,
			d.Name, d.Questionnaire, d.SampleRule, tx.By.ID).Scan(&id)
		if errors.Is(err, pgx.ErrNoRows) {
			return fault.BadField("questionnaire_id", "unknown_questionnaire")
		}
		if err != nil {
			return wrap("draw", err)
		}
		drawn, err := d.SampleRule.draw(ctx, tx, id)
		if err != nil {
			return err
		}
		for i, ticket := range drawn {
			if err := r.call(ctx, tx, id, ticket, i, d); err != nil {
				return err
			}
		}
		rows, err := tx.Query(ctx, `select `+revisitColumns+` where v.id = $1 group by v.id, n.id`, id)
		if err != nil {
			return wrap("draw", err)
		}
		v, err = pgx.CollectExactlyOneRow(rows, scanRevisit)
		tx.Return(v)
		return wrap("draw", err)
	})
	return v, err
}

// draw chooses the tickets, by chance, and notes of how many.
func (u SampleRule) draw(ctx context.Context, tx *authority.Tx, revisit int64) (drawn []int64, err error) {
	rows, err := tx.Query(ctx, `with fit as (
			select distinct on (t.contact_id) t.id from tickets t
			where t.state = 'closed' and t.closed_at >= $1 and t.closed_at < $2 and t.merged_into is null
				and (cardinality($3::bigint[]) = 0 or t.queue_id = any ($3)) and (cardinality($4::text[]) = 0 or t.type = any ($4))
				and not exists (select from surveys s where s.ticket_id = t.id and s.revisit_id is not null)
			order by t.contact_id, t.closed_at desc, t.id
		), n as (
			update revisits set drawn_from = (select count(*) from fit) where id = $5 returning drawn_from
		)
		select id from fit, n order by random() limit least($8::int, case when $7::int > 0 then $7::int else (select ceil(drawn_from * $6::int / 100.0)::int from n) end)`,
		u.From, u.Until, append([]int64{}, u.Queues...), append([]string{}, u.Types...), revisit, u.Percent, u.Count, maxSample)
	if err != nil {
		return nil, wrap("draw", err)
	}
	drawn, err = pgx.CollectRows(rows, pgx.RowTo[int64])
	return drawn, wrap("draw", err)
}

// call plans the call to the customer of a ticket, and asks its questions.
func (r *Requests) call(ctx context.Context, tx *authority.Tx, revisit, ticket int64, turn int, d Draw) error {
	p := Plan{Subject: d.Name, Mode: "phone", TaskTimes: TaskTimes{Wanted: d.Wanted}}
	if len(d.Callers) > 0 {
		p.Doer = d.Callers[turn%len(d.Callers)]
	}
	task, err := r.plan(ctx, tx, ticket, p)
	if err != nil {
		return err
	}
	survey, err := r.Pose(ctx, tx, ticket, d.Questionnaire, "phone")
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `update surveys set revisit_id = $2, task_id = $3 where id = $1`, survey, revisit, task)
	return wrap("call", err)
}

// called ends the call's task, since its answers are there.
func (r *Requests) called(ctx context.Context, tx *authority.Tx, task int64) error {
	k, err := readTask(ctx, tx, task)
	if err != nil || ended(k.State) {
		return err
	}
	done := "done"
	_, err = r.change(ctx, tx, task, TaskEdit{State: &done})
	return err
}
