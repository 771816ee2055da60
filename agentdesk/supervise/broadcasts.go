package supervise

import (
	"context"
	"fmt"
	"time"

	"frontline/internal/authority"
	"frontline/internal/fault"

	"github.com/jackc/pgx/v5"
)

// Broadcast is what a supervisor tells everybody, or a team.
type Broadcast struct {
	ID     int64     `json:"id"`
	Text   string    `json:"text"`
	Team   *int64    `json:"team_id" doc:"null: everybody"`
	Urgent bool      `json:"urgent"`
	By     string    `json:"by" doc:"the name of who says it"`
	At     time.Time `json:"at"`
	Until  time.Time `json:"until"`
	Read   bool      `json:"read" doc:"by who asks"`
	Reads  int       `json:"reads" doc:"how many have read it"`
}

// BroadcastNew is a new one.
type BroadcastNew struct {
	Text    string `json:"text" minLength:"1" maxLength:"1000"`
	Team    *int64 `json:"team_id,omitempty" doc:"absent: everybody"`
	Urgent  bool   `json:"urgent,omitempty"`
	Minutes int    `json:"minutes,omitempty" minimum:"1" maximum:"10080" default:"480" doc:"for how long it is shown to who has not read it"`
}

// Broadcasts lists those that are still shown, the newest first, as far as they are meant for who asks; who sees everything gets
// all of them.
func (s *Supervision) Broadcasts(ctx context.Context, by authority.Actor) (out []Broadcast, err error) {
	err = s.gate.View(ctx, by, func(q authority.Query) error {
		rows, err := q.Query(ctx, `select b.id, b.text, b.team_id, b.urgent, a.name, b.at, b.until,
				exists (select from broadcast_reads r where r.broadcast_id = b.id and r.agent_id = my_agent()),
				case when (select sees_all()) then (select count(*)::int from broadcast_reads r where r.broadcast_id = b.id) else 0 end
			from broadcasts b join agents a on a.id = b.by_id
			where b.until > now() and ((select sees_all()) or my_agent() > 0) order by b.urgent desc, b.id desc limit 100`)
		if err != nil {
			return fmt.Errorf("broadcasts: %w", err)
		}
		out, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Broadcast])
		return err
	})
	return out, err
}

// Broadcast shows words on every desk, or on a team's, until they are read or their time is over.
func (s *Supervision) Broadcast(ctx context.Context, by authority.Actor, in BroadcastNew) (id int64, err error) {
	text, err := words("text", in.Text, 1000)
	if err != nil {
		return 0, err
	}
	if in.Minutes == 0 {
		in.Minutes = 480
	}
	err = s.gate.Do(ctx, by, func(tx *authority.Tx) error {
		if err := tx.Allow(ctx, authority.Act{Name: "broadcast.make", Object: "broadcast", Reason: text}); err != nil {
			return err
		}
		err := tx.QueryRow(ctx, `insert into broadcasts (text, team_id, urgent, by_id, until) values ($1, $2, $3, $4, now() + make_interval(mins => $5)) returning id`,
			text, in.Team, in.Urgent, by.ID, in.Minutes).Scan(&id)
		if err != nil {
			return unknown(err, "team_id", "unknown_team")
		}
		tx.Emit("broadcast.made", fmt.Sprint("broadcast:", id), "staff")
		tx.Return(Added{id})
		return nil
	})
	return id, err
}

// EndBroadcast takes it from the desks.
func (s *Supervision) EndBroadcast(ctx context.Context, by authority.Actor, id int64) error {
	return s.gate.Do(ctx, by, func(tx *authority.Tx) error {
		if err := tx.Allow(ctx, authority.Act{Name: "broadcast.make", Object: fmt.Sprint("broadcast:", id)}); err != nil {
			return err
		}
		tag, err := tx.Exec(ctx, `update broadcasts set until = now() where id = $1 and until > now()`, id)
		if err != nil {
			return fmt.Errorf("end broadcast: %w", err)
		}
		if tag.RowsAffected() == 0 {
			return fault.New(fault.NotFound, "not_found")
		}
		tx.Emit("broadcast.ended", fmt.Sprint("broadcast:", id), "staff")
		return nil
	})
}

// ReadBroadcast takes it from the desk of who has read it.
func (s *Supervision) ReadBroadcast(ctx context.Context, by authority.Actor, id int64) error {
	return s.gate.Do(ctx, by, func(tx *authority.Tx) error {
		if err := tx.Allow(ctx, authority.Act{Name: "broadcast.read", Object: fmt.Sprint("broadcast:", id)}); err != nil {
			return err
		}
		// Through the reader's own sight: what was for another team is not found.
		tag, err := tx.Exec(ctx, `insert into broadcast_reads (broadcast_id, agent_id) select b.id, $2 from broadcasts b where b.id = $1 on conflict do nothing`, id, by.ID)
		if err != nil {
			return fmt.Errorf("read broadcast: %w", err)
		}
		if tag.RowsAffected() == 0 {
			var there bool
			if err := tx.QueryRow(ctx, `select exists (select from broadcasts where id = $1)`, id).Scan(&there); err != nil {
				return fmt.Errorf("read broadcast: %w", err)
			}
			if !there {
				return fault.New(fault.NotFound, "not_found")
			}
		}
		tx.Emit("broadcast.read", fmt.Sprint("broadcast:", id), fmt.Sprint("agent:", by.ID))
		return nil
	})
}
