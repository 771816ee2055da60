package supervise

import (
	"context"
	"fmt"
	"time"

	"frontline/internal/authority"
	"frontline/internal/fault"

	"github.com/jackc/pgx/v5"
)

// Standard is what is expected of those who answer: a measure that is a share, with a target.
type Standard struct {
	Measure   string `json:"measure"`
	Version   int    `json:"version"`
	TitleZh   string `json:"title_zh"`
	TitleEn   string `json:"title_en"`
	FormulaZh string `json:"formula_zh"`
	FormulaEn string `json:"formula_en"`
	Target    int    `json:"target" doc:"percent"`
	Weight    int    `json:"weight" doc:"in the score"`
}

// Mark is how somebody met a standard in a period.
type Mark struct {
	Standard
	Cases int      `json:"cases"`
	Met   int      `json:"met"`
	Share *float64 `json:"share" doc:"met ÷ cases; null without cases"`
}

// ScoreDay is a kept score of one day.
type ScoreDay struct {
	Day     string `json:"day" doc:"YYYY-MM-DD in the company's zone"`
	Measure string `json:"measure"`
	Version int    `json:"version"`
	Cases   int    `json:"cases"`
	Met     int    `json:"met"`
}

// Card is what an agent, or a team, made of the standards.
type Card struct {
	From  time.Time  `json:"from"`
	To    time.Time  `json:"to"`
	Marks []Mark     `json:"marks"`
	Score *float64   `json:"score" doc:"sum of weight × share ÷ sum of weight, over the standards with cases; 0 to 1"`
	Days  []ScoreDay `json:"days" doc:"as kept, of the 30 days before"`
}

// Card computes the standards of an agent or a team over a period, from the rows, with what was kept of the days before. An agent
// may ask of himself; who sees everything, of anybody.
func (s *Supervision) Card(ctx context.Context, by authority.Actor, in Scope) (out Card, err error) {
	err = s.gate.View(ctx, by, func(q authority.Query) error {
		if err := scoped(ctx, q, by, &in); err != nil {
			return err
		}
		out.From, out.To = in.From, in.To
		rows, err := q.Query(ctx, `select m.name, m.version, m.title_zh, m.title_en, m.formula_zh, m.formula_en, n.target, n.weight, r.cases, r.met
			from standards n join measures m on m.name = n.measure cross join lateral (
				select count(*)::int as cases, coalesce(sum(r.num), 0)::int as met from measure_rows(m.name, $1, $2, $3, $4, $5) r) r
			order by m.name`, none(in.Queue), none(in.Agent), none(in.Team), in.From, in.To)
		if err != nil {
			return fmt.Errorf("standards: %w", err)
		}
		var sum score
		out.Marks, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (m Mark, err error) {
			err = row.Scan(&m.Measure, &m.Version, &m.TitleZh, &m.TitleEn, &m.FormulaZh, &m.FormulaEn, &m.Target, &m.Weight, &m.Cases, &m.Met)
			m.Share = sum.add(m.Weight, m.Cases, m.Met)
			return m, err
		})
		if err != nil {
			return fmt.Errorf("standards: %w", err)
		}
		out.Score = sum.value()
		rows, err = q.Query(ctx, `select to_char(c.day, 'YYYY-MM-DD'), c.measure, min(c.version), sum(c.cases)::int, sum(c.met)::int
			from scores c cross join measure_settings z
			where ($1::bigint is null or c.agent_id = $1) and ($2::bigint is null or $2 = any (c.teams))
				and c.day >= ($3::timestamptz at time zone z.zone)::date - 30 and c.day < ($3::timestamptz at time zone z.zone)::date
			group by c.day, c.measure order by c.day, c.measure`, none(in.Agent), none(in.Team), in.From)
		if err != nil {
			return fmt.Errorf("kept scores: %w", err)
		}
		out.Days, err = pgx.CollectRows(rows, pgx.RowToStructByPos[ScoreDay])
		return err
	})
	return out, err
}

// keptAgain is for how many days back scores are computed again each time: a reply within the limit may come so late.
const keptAgain = 3

// Keep computes the scores of each agent for today and the days before, and keeps them. A day that is kept under an older version of a
// definition stays as it is. What is done twice is done once.
func (s *Supervision) Keep(ctx context.Context, by authority.Actor) error {
	return s.gate.Do(ctx, by, func(tx *authority.Tx) error {
		if err := tx.Allow(ctx, authority.Act{Name: "score.keep", Object: "scores"}); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `insert into scores (day, measure, agent_id, teams, version, cases, met)
			select d.day, m.name, r.agent_id, array(select t.team_id from team_members t where t.agent_id = r.agent_id order by 1), m.version, count(*), sum(r.num)
			from measure_settings z cross join lateral (
					select (now() at time zone z.zone)::date - n as day, ((now() at time zone z.zone)::date - n)::timestamp at time zone z.zone as f,
						((now() at time zone z.zone)::date - n + 1)::timestamp at time zone z.zone as u from generate_series(0, $1::int) n) d
				cross join standards s join measures m on m.name = s.measure
				cross join lateral measure_rows(m.name, null, null, null, d.f, d.u) r
			where r.agent_id is not null group by d.day, m.name, m.version, r.agent_id
			on conflict (day, measure, agent_id) do update set cases = excluded.cases, met = excluded.met, kept_at = now()
			where scores.version = excluded.version and (scores.cases, scores.met) <> (excluded.cases, excluded.met)`, keptAgain); err != nil {
			return fmt.Errorf("keep scores: %w", err)
		}
		return nil
	})
}

// Contest lets an agent say that a row of his should not count, or not so. It changes no number; who reads the row reads it too.
// Said again it replaces what was said.
func (s *Supervision) Contest(ctx context.Context, by authority.Actor, measure, kind string, id int64, note string) error {
	note, err := words("note", note, 1000)
	if err != nil {
		return err
	}
	return s.gate.Do(ctx, by, func(tx *authority.Tx) error {
		if err := tx.Allow(ctx, authority.Act{Name: "score.contest", Object: fmt.Sprintf("%s:%d", kind, id), Reason: note}); err != nil {
			return err
		}
		if by.Kind != authority.Agent {
			return fault.New(fault.Forbidden, "not_allowed")
		}
		var ticket *int64
		err := tx.QueryRow(ctx, `select case $1 when 'entry' then (select ticket_id from entries where id = $2 and agent_id = $3)
			when 'offer' then (select ticket_id from offers where id = $2 and agent_id = $3)
			when 'ticket' then (select id from tickets where id = $2) end`, kind, id, by.ID).Scan(&ticket)
		if err != nil {
			return fmt.Errorf("contested row: %w", err)
		}
		if ticket == nil {
			return fault.New(fault.NotFound, "not_found")
		}
		_, err = tx.Exec(ctx, `insert into contests (measure, row_kind, row_id, agent_id, note) values ($1, $2, $3, $4, $5)
			on conflict (measure, row_kind, row_id, agent_id) do update set note = $5, at = now()`, measure, kind, id, by.ID, note)
		return unknown(err, "measure", "unknown_standard")
	})
}
