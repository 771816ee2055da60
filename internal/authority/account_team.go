package authority

import (
	"context"
	"errors"
	"fmt"

	"frontline/internal/fault"
	"frontline/internal/plain"

	"github.com/jackc/pgx/v5"
)

// SetTeam adds a team (id 0) or renames one, and answers its id.
func (a *Accounts) SetTeam(ctx context.Context, by Actor, id int64, name string) (int64, error) {
	if name = plain.Line(name, 100); name == "" {
		return 0, fault.BadField("name", "required")
	}
	var kept int64
	err := a.gate.Do(ctx, by, func(tx *Tx) error {
		if err := tx.Allow(ctx, Act{Name: "team.change", Object: fmt.Sprint("team:", id)}); err != nil {
			return err
		}
		var err error
		if id == 0 {
			err = tx.QueryRow(ctx, `insert into teams (name) values ($1) returning id`, name).Scan(&kept)
		} else {
			err = tx.QueryRow(ctx, `update teams set name = $1 where id = $2 returning id`, name, id).Scan(&kept)
		}
		switch {
		case isCode(err, "23505"):
			return fault.New(fault.Conflict, "name_taken", "name", name)
		case errors.Is(err, pgx.ErrNoRows):
			return fault.New(fault.NotFound, "not_found", "what", "team")
		case err != nil:
			return fmt.Errorf("keep a team: %w", err)
		}
		tx.Emit("team.changed", fmt.Sprint("team:", kept), "staff")
		tx.Return(Team{kept, name})
		return nil
	})
	return kept, err
}

// Teams lists all teams by name.
func (a *Accounts) Teams(ctx context.Context, by Actor) ([]Team, error) {
	var out []Team
	err := a.gate.View(ctx, by, func(q Query) error {
		rows, err := q.Query(ctx, `select id, name from teams order by name, id limit 1000`)
		if err != nil {
			return fmt.Errorf("teams: %w", err)
		}
		out, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Team])
		return err
	})
	return out, err
}

// setTeams makes an agent a member of exactly these teams.
func setTeams(ctx context.Context, tx *Tx, agent int64, teams []int64) error {
	if _, err := tx.Exec(ctx, `delete from team_members where agent_id = $1 and team_id <> all($2)`, agent, teams); err != nil {
		return fmt.Errorf("leave teams: %w", err)
	}
	_, err := tx.Exec(ctx, `insert into team_members (agent_id, team_id) select $1, unnest($2::bigint[]) on conflict do nothing`, agent, teams)
	if isCode(err, "23503") {
		return fault.BadField("teams", "unknown_team")
	}
	if err != nil {
		return fmt.Errorf("join teams: %w", err)
	}
	return nil
}
