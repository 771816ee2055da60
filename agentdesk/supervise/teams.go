package supervise

import (
	"context"
	"fmt"
	"slices"
	"time"

	"frontline/internal/authority"
	"frontline/internal/fault"

	"github.com/jackc/pgx/v5"
)

// Tally is how many cases of a standard there were, and how many were met.
type Tally struct {
	Measure string   `json:"measure"`
	Cases   int      `json:"cases"`
	Met     int      `json:"met"`
	Share   *float64 `json:"share" doc:"met ÷ cases; null without cases"`
}

// Scored is how one agent, or one team, met the standards.
type Scored struct {
	ID    int64    `json:"id"`
	Name  string   `json:"name"`
	Marks []Tally  `json:"marks" doc:"in the order of the standards"`
	Score *float64 `json:"score" doc:"as on a card"`
}

// ScoredTeam is a team with its members.
type ScoredTeam struct {
	Scored
	Members []int64    `json:"members" doc:"ids of agents, as the team is now"`
	Days    []ScoreDay `json:"days" doc:"as kept, of the 30 days before, by who was in the team then"`
}

// Scores are those of everybody.
type Scores struct {
	From      time.Time    `json:"from"`
	To        time.Time    `json:"to"`
	Standards []Standard   `json:"standards"`
	Teams     []ScoredTeam `json:"teams"`
	Agents    []Scored     `json:"agents" doc:"who work, or had cases"`
}

// Scores computes how each team and each agent met the standards over a period, for those who see everything. A team's number is
// that of its members of now: the rows are counted once, and added up.
func (s *Supervision) Scores(ctx context.Context, by authority.Actor, in Scope) (out Scores, err error) {
	err = s.gate.View(ctx, by, func(q authority.Query) error {
		if err := all(ctx, q); err != nil {
			return err
		}
		if err := scoped(ctx, q, by, &in); err != nil {
			return err
		}
		out = Scores{From: in.From, To: in.To}
		if err := out.readStandards(ctx, q); err != nil {
			return err
		}
		if err := out.readAgents(ctx, q, in); err != nil {
			return err
		}
		return out.readTeams(ctx, q, in)
	})
	return out, err
}

func (s *Scores) readStandards(ctx context.Context, q authority.Query) error {
	rows, err := q.Query(ctx, `select m.name, m.version, m.title_zh, m.title_en, m.formula_zh, m.formula_en, n.target, n.weight
		from standards n join measures m on m.name = n.measure order by m.name`)
	if err != nil {
		return fmt.Errorf("standards: %w", err)
	}
	s.Standards, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Standard])
	return err
}

func (s *Scores) readAgents(ctx context.Context, q authority.Query, in Scope) error {
	rows, err := q.Query(ctx, `with cases as (select n.measure, r.agent_id, count(*)::int as cases, sum(r.num)::int as met
			from standards n cross join lateral measure_rows(n.measure, $1, null, null, $2, $3) r group by 1, 2)
		select a.id, a.name, coalesce(c.measure, ''), coalesce(c.cases, 0), coalesce(c.met, 0)
		from agents a left join cases c on c.agent_id = a.id where a.disabled_at is null or c.agent_id is not null order by a.name, a.id`,
		none(in.Queue), in.From, in.To)
	if err != nil {
		return fmt.Errorf("standards of agents: %w", err)
	}
	s.Agents = []Scored{}
	var id int64
	var name string
	var t Tally
	_, err = pgx.ForEachRow(rows, []any{&id, &name, &t.Measure, &t.Cases, &t.Met}, func() error {
		if n := len(s.Agents); n == 0 || s.Agents[n-1].ID != id {
			s.Agents = append(s.Agents, s.nothing(id, name))
		}
		s.Agents[len(s.Agents)-1].add(t)
		return nil
	})
	for i := range s.Agents {
		s.Agents[i].reckon(s.Standards)
	}
	return err
}

func (s *Scores) readTeams(ctx context.Context, q authority.Query, in Scope) error {
	rows, err := q.Query(ctx, `select t.id, t.name, array(select agent_id from team_members where team_id = t.id order by 1),
			coalesce((select jsonb_agg(d order by d.day, d.measure) from (
				select to_char(c.day, 'YYYY-MM-DD') as day, c.measure, min(c.version) as version, sum(c.cases) as cases, sum(c.met) as met
				from scores c cross join measure_settings z where t.id = any (c.teams)
					and c.day >= ($1::timestamptz at time zone z.zone)::date - 30 and c.day < ($1::timestamptz at time zone z.zone)::date
				group by c.day, c.measure) d), '[]')
		from teams t order by t.name, t.id limit 500`, in.To)
	if err != nil {
		return fmt.Errorf("standards of teams: %w", err)
	}
	s.Teams, err = pgx.CollectRows(rows, func(r pgx.CollectableRow) (t ScoredTeam, err error) {
		var id int64
		var name string
		if err := r.Scan(&id, &name, &t.Members, &t.Days); err != nil {
			return t, err
		}
		t.Scored = s.nothing(id, name)
		for _, a := range s.Agents {
			if slices.Contains(t.Members, a.ID) {
				for _, m := range a.Marks {
					t.add(m)
				}
			}
		}
		t.reckon(s.Standards)
		return t, nil
	})
	return err
}

// nothing is somebody without any case yet.
func (s *Scores) nothing(id int64, name string) Scored {
	of := Scored{ID: id, Name: name, Marks: make([]Tally, len(s.Standards))}
	for i, n := range s.Standards {
		of.Marks[i].Measure = n.Measure
	}
	return of
}

func (s *Scored) add(t Tally) {
	for i := range s.Marks {
		if s.Marks[i].Measure == t.Measure {
			s.Marks[i].Cases += t.Cases
			s.Marks[i].Met += t.Met
		}
	}
}

// reckon makes the shares and the score of what was added up.
func (s *Scored) reckon(standards []Standard) {
	var sum score
	for i := range s.Marks {
		m := &s.Marks[i]
		m.Share = sum.add(standards[i].Weight, m.Cases, m.Met)
	}
	s.Score = sum.value()
}

// score adds up weight × share over the standards with cases.
type score struct{ sum, weight float64 }

// add counts a standard in and answers its share; nil without cases.
func (s *score) add(weight, cases, met int) *float64 {
	if cases == 0 {
		return nil
	}
	share := float64(met) / float64(cases)
	s.sum += float64(weight) * share
	s.weight += float64(weight)
	return &share
}

// value is the score; nil where nothing was counted in.
func (s *score) value() *float64 {
	if s.weight == 0 {
		return nil
	}
	v := s.sum / s.weight
	return &v
}

// SaveStandard changes what is expected: the target in percent, and the weight in the score. Kept scores hold what was met, not
// what was expected, and stay. A measure that is no standard is fault.NotFound.
func (s *Supervision) SaveStandard(ctx context.Context, by authority.Actor, measure string, target, weight int) error {
	switch {
	case target < 1 || target > 100:
		return fault.BadField("target", "out_of_range", "min", 1, "max", 100)
	case weight < 0 || weight > 100:
		return fault.BadField("weight", "out_of_range", "min", 0, "max", 100)
	}
	return s.gate.Do(ctx, by, func(tx *authority.Tx) error {
		if err := tx.Allow(ctx, authority.Act{Name: "standard.edit", Object: "standard:" + measure}); err != nil {
			return err
		}
		if err := gone(tx.QueryRow(ctx, `update standards set target = $2, weight = $3 where measure = $1 returning measure`, measure, target, weight).Scan(&measure)); err != nil {
			return err
		}
		tx.Emit("measures.changed", "measures", "staff")
		return nil
	})
}
