package supervise

import (
	"context"
	"fmt"
	"time"

	"frontline/internal/authority"
	"frontline/internal/fault"

	"github.com/jackc/pgx/v5"
)

// Measure is a definition: docs/metrics.md and migration 002 say what it counts.
type Measure struct {
	Name      string `json:"name"`
	Version   int    `json:"version" doc:"rises when the definition changes"`
	Unit      string `json:"unit" enum:"contacts,offers,share,seconds" doc:"of the value; a share is 0 to 1"`
	Agg       string `json:"agg" enum:"count,ratio,max" doc:"how rows become the value: sum of num, sum of num ÷ sum of den, highest value"`
	Better    string `json:"better" enum:"more,less," doc:"which way is good; empty: neither"`
	TitleZh   string `json:"title_zh"`
	TitleEn   string `json:"title_en"`
	FormulaZh string `json:"formula_zh"`
	FormulaEn string `json:"formula_en"`
}

// Scope says of what a number is wanted. Ids of 0 are: of all.
type Scope struct {
	Queue, Agent, Team int64
	From, To           time.Time // the period [From, To); zero: today in the company's zone, and until now
}

// Figure is a number with what it was made from.
type Figure struct {
	Measure string    `json:"measure"`
	Version int       `json:"version"`
	Unit    string    `json:"unit"`
	Value   *float64  `json:"value" doc:"null where nothing was counted that it could be made of"`
	Cases   int64     `json:"cases" doc:"rows"`
	Num     float64   `json:"num"`
	Den     float64   `json:"den"`
	From    time.Time `json:"from"`
	To      time.Time `json:"to"`
}

// Group is a Figure of one queue, agent, quarter of an hour or part.
type Group struct {
	Key   string   `json:"key" doc:"an id, an instant or the name of a part; empty: of none"`
	Value *float64 `json:"value"`
	Cases int64    `json:"cases"`
	Num   float64  `json:"num"`
	Den   float64  `json:"den"`
}

// Case is one case that was counted.
type Case struct {
	Kind    string    `json:"kind" enum:"entry,offer,ticket,message,stretch"`
	ID      int64     `json:"id"`
	Ticket  *int64    `json:"ticket_id"`
	Number  string    `json:"number" doc:"of the ticket"`
	Subject string    `json:"subject"`
	Queue   *int64    `json:"queue_id"`
	Agent   *int64    `json:"agent_id"`
	Name    string    `json:"agent" doc:"the agent's name"`
	Channel string    `json:"channel"`
	At      time.Time `json:"at" doc:"when the case began"`
	Value   *float64  `json:"value" doc:"seconds; null where it has not ended"`
	Num     *float64  `json:"num"`
	Den     *float64  `json:"den"`
	Part    string    `json:"part"`
	Contest string    `json:"contest" doc:"what the agent says against it"`
}

// Measures lists the definitions.
func (s *Supervision) Measures(ctx context.Context, by authority.Actor) (out []Measure, err error) {
	err = s.gate.View(ctx, by, func(q authority.Query) error {
		rows, err := q.Query(ctx, `select name, version, unit, agg, better, title_zh, title_en, formula_zh, formula_en from measures order by name`)
		if err != nil {
			return fmt.Errorf("measures: %w", err)
		}
		out, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Measure])
		return err
	})
	return out, err
}

// scoped fills in the period, and lets those who do not see everything ask of themselves only.
func scoped(ctx context.Context, q authority.Query, by authority.Actor, in *Scope) error {
	if by.Kind != authority.Agent || in.Agent != by.ID {
		if err := all(ctx, q); err != nil {
			return err
		}
	}
	var day, now time.Time
	if err := q.QueryRow(ctx, `select date_trunc('day', now() at time zone zone) at time zone zone, now() from measure_settings`).Scan(&day, &now); err != nil {
		return fmt.Errorf("today: %w", err)
	}
	if in.To.IsZero() {
		in.To = now.Add(time.Second)
	}
	if in.From.IsZero() {
		in.From = day
	}
	if !in.From.Before(in.To) {
		return fault.BadField("from", "bad_period")
	}
	if in.To.Sub(in.From) > longestPeriod {
		return fault.BadField("from", "period_too_long", "max_days", int(longestPeriod.Hours()/24))
	}
	return nil
}

const longestPeriod = 400 * 24 * time.Hour

// none is an id for SQL: null where it is 0.
func none(id int64) *int64 {
	if id == 0 {
		return nil
	}
	return &id
}

// Figure computes a measure. An agent may ask of himself; who sees everything, of anybody.
func (s *Supervision) Figure(ctx context.Context, by authority.Actor, name string, in Scope) (out Figure, err error) {
	err = s.gate.View(ctx, by, func(q authority.Query) error {
		if err := scoped(ctx, q, by, &in); err != nil {
			return err
		}
		out.From, out.To = in.From, in.To
		return gone(q.QueryRow(ctx, `select m.name, m.version, m.unit, (case m.agg when 'count' then coalesce(r.num, 0) when 'ratio' then r.num / nullif(r.den, 0) else r.top end)::float8,
				r.cases, coalesce(r.num, 0)::float8, coalesce(r.den, 0)::float8
			from measures m cross join lateral (select count(*) as cases, sum(r.num) as num, sum(r.den) as den, max(r.value) as top
				from measure_rows(m.name, $2, $3, $4, $5, $6) r) r
			where m.name = $1`, name, none(in.Queue), none(in.Agent), none(in.Team), in.From, in.To).
			Scan(&out.Measure, &out.Version, &out.Unit, &out.Value, &out.Cases, &out.Num, &out.Den))
	})
	return out, err
}

// Groups computes a measure for each queue, agent, part, quarter (of an hour), hour or day, as by names it.
func (s *Supervision) Groups(ctx context.Context, who authority.Actor, name, by string, in Scope) (out []Group, err error) {
	err = s.gate.View(ctx, who, func(q authority.Query) error {
		if err := scoped(ctx, q, who, &in); err != nil {
			return err
		}
		rows, err := q.Query(ctx, `select g.key, (case m.agg when 'count' then coalesce(g.num, 0) when 'ratio' then g.num / nullif(g.den, 0) else g.top end)::float8,
				g.cases, coalesce(g.num, 0)::float8, coalesce(g.den, 0)::float8
			from measures m cross join measure_settings z cross join lateral (
				select coalesce(case $7 when 'queue' then r.queue_id::text when 'agent' then r.agent_id::text when 'part' then r.part
						else to_char(case $7 when 'quarter' then date_bin('15 min', r.at, $5::timestamptz)
							when 'hour' then date_trunc('hour', r.at at time zone z.zone) at time zone z.zone
							else date_trunc('day', r.at at time zone z.zone) at time zone z.zone end, 'YYYY-MM-DD"T"HH24:MI:SS"Z"') end, '') as key,
					count(*) as cases, sum(r.num) as num, sum(r.den) as den, max(r.value) as top
				from measure_rows(m.name, $2, $3, $4, $5, $6) r group by 1) g
			where m.name = $1 order by g.key limit 5000`, name, none(in.Queue), none(in.Agent), none(in.Team), in.From, in.To, by)
		if err != nil {
			return fmt.Errorf("groups of %s: %w", name, err)
		}
		out, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Group])
		return err
	})
	return out, err
}

// Place is where a page of rows ended.
type Place struct {
	At time.Time `json:"at"`
	ID int64     `json:"id"`
}

// Rows opens a number: the cases it was counted from, the newest first, at most limit of those behind after.
func (s *Supervision) Rows(ctx context.Context, by authority.Actor, name string, in Scope, after *Place, limit int) (out []Case, err error) {
	err = s.gate.View(ctx, by, func(q authority.Query) error {
		if err := scoped(ctx, q, by, &in); err != nil {
			return err
		}
		var known bool
		if err := q.QueryRow(ctx, `select exists (select from measures where name = $1)`, name).Scan(&known); err != nil {
			return fmt.Errorf("the measure: %w", err)
		}
		if !known {
			return fault.New(fault.NotFound, "not_found")
		}
		var at *time.Time
		var id int64
		if after != nil {
			at, id = &after.At, after.ID
		}
		rows, err := q.Query(ctx, `select r.kind, r.id, r.ticket_id, coalesce(t.number, ''), coalesce(t.subject, ''), r.queue_id, r.agent_id, coalesce(a.name, ''), r.channel, r.at,
				r.value::float8, r.num::float8, r.den::float8, r.part, coalesce(c.note, '')
			from (select r.* from measures m cross join lateral measure_rows(m.name, $2, $3, $4, $5, $6) r
					where m.name = $1 and ($7::timestamptz is null or (r.at, r.id) < ($7, $8)) order by r.at desc, r.id desc limit $9) r
				left join tickets t on t.id = r.ticket_id left join agents a on a.id = r.agent_id
				left join contests c on c.measure = $1 and c.row_kind = r.kind and c.row_id = r.id and c.agent_id = r.agent_id
			order by r.at desc, r.id desc`, name, none(in.Queue), none(in.Agent), none(in.Team), in.From, in.To, at, id, limit)
		if err != nil {
			return fmt.Errorf("rows of %s: %w", name, err)
		}
		out, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Case])
		return err
	})
	return out, err
}
