package tickets

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"frontline/internal/authority"
	"frontline/internal/fault"
	"frontline/internal/plain"
	"frontline/tickets/routing"

	"github.com/jackc/pgx/v5"
)

// Seat is whether an agent is there, and how much they have in hand.
type Seat struct {
	ID       int64          `json:"id"`
	Name     string         `json:"name"`
	Roles    []string       `json:"roles"`
	Presence string         `json:"presence" enum:"ready,not_ready,after_work,away"`
	Reason   string         `json:"presence_reason"`
	Since    time.Time      `json:"presence_since"`
	Load     map[string]int `json:"load" doc:"Contacts in hand, offered or in wrap-up, by channel"`
}

// Seats lists all agents that are not disabled, with their presence.
func (t *Tickets) Seats(ctx context.Context, by authority.Actor) ([]Seat, error) {
	var out []Seat
	err := t.gate.View(ctx, by, func(q authority.Query) error {
		rows, err := q.Query(ctx, `select a.id, a.name, a.roles, coalesce(s.presence, 'away'), coalesce(s.reason, ''), coalesce(s.since, a.created_at), coalesce(l.load, '{}')
			from agents a left join seats s on s.agent_id = a.id
				left join (select agent_id, jsonb_object_agg(channel, n) load from (select agent_id, channel, count(*) n from entries
					where state in ('offered', 'in_hand', 'wrap_up') group by 1, 2) e group by 1) l on l.agent_id = a.id
			where a.disabled_at is null order by a.name, a.id limit 2000`)
		if err != nil {
			return fmt.Errorf("seats: %w", err)
		}
		out, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Seat])
		return err
	})
	return out, err
}

// Seat reads whether one agent is there.
func (t *Tickets) Seat(ctx context.Context, by authority.Actor, agent int64) (s Seat, err error) {
	err = t.gate.View(ctx, by, func(q authority.Query) error {
		err := q.QueryRow(ctx, `select a.id, a.name, a.roles, coalesce(s.presence, 'away'), coalesce(s.reason, ''), coalesce(s.since, a.created_at),
				coalesce((select jsonb_object_agg(channel, n) from (select channel, count(*) n from entries
					where agent_id = a.id and state in ('offered', 'in_hand', 'wrap_up') group by 1) e), '{}')
			from agents a left join seats s on s.agent_id = a.id where a.id = $1`, agent).Scan(&s.ID, &s.Name, &s.Roles, &s.Presence, &s.Reason, &s.Since, &s.Load)
		if err != nil {
			return notFound(err, "agent")
		}
		return nil
	})
	return s, err
}

// Present are the agents who are not away.
func (t *Tickets) Present(ctx context.Context, by authority.Actor) (agents []int64, err error) {
	err = t.gate.View(ctx, by, func(q authority.Query) error {
		rows, err := q.Query(ctx, `select agent_id from seats where presence <> 'away'`)
		if err != nil {
			return fmt.Errorf("who is there: %w", err)
		}
		agents, err = pgx.CollectRows(rows, pgx.RowTo[int64])
		return err
	})
	return agents, err
}

// SetPresence says whether an agent is there, and why not. An agent sets their own; the program
// sets that of one whose line is lost.
func (t *Tickets) SetPresence(ctx context.Context, by authority.Actor, agent int64, state, reason string) error {
	return setPresence(ctx, t.gate, by, authority.Act{Name: "seat.presence", Object: fmt.Sprint("agent:", agent), Owner: agent}, agent, state, reason)
}

// SetPresenceOf sets another's presence: who leads them, and the router where an offer was not answered.
func (w *Work) SetPresenceOf(ctx context.Context, by authority.Actor, agent int64, state, reason string) error {
	return setPresence(ctx, w.gate, by, authority.Act{Name: "seat.other", Object: fmt.Sprint("agent:", agent)}, agent, state, reason)
}

func setPresence(ctx context.Context, gate *authority.Gate, by authority.Actor, act authority.Act, agent int64, state, reason string) error {
	switch state {
	case "ready", "not_ready", "after_work", "away":
	default:
		return fault.BadField("state", "unknown_presence")
	}
	return gate.Do(ctx, by, func(tx *authority.Tx) error {
		if err := tx.Allow(ctx, act); err != nil {
			return err
		}
		return seated(ctx, tx, agent, state, reason)
	})
}

// seated writes a presence and its history, and tells of it where it changed. A part.
func seated(ctx context.Context, tx *authority.Tx, agent int64, state, reason string) error {
	tag, err := tx.Exec(ctx, `insert into seats (agent_id, presence, reason) select id, $2, $3 from agents where id = $1
		on conflict (agent_id) do update set presence = $2, reason = $3, since = now(),
			idle_since = case when $2 = 'ready' and seats.presence <> 'ready' then now() else seats.idle_since end
		where (seats.presence, seats.reason) <> ($2, $3)`, agent, state, plain.Line(reason, 100))
	if err != nil {
		return fmt.Errorf("presence: %w", err)
	}
	if tag.RowsAffected() == 0 {
		var known bool
		if err := tx.QueryRow(ctx, `select exists (select from agents where id = $1)`, agent).Scan(&known); err != nil {
			return fmt.Errorf("presence: %w", err)
		}
		if !known {
			return fault.New(fault.NotFound, "not_found", "what", "agent")
		}
		return nil
	}
	// Statements of their own: one that waited for the seat's lock would not see what the other before it wrote here.
	b := &pgx.Batch{}
	b.Queue(`update presences set until_at = now() where agent_id = $1 and until_at is null`, agent)
	b.Queue(`insert into presences (agent_id, presence, reason) values ($1, $2, $3)`, agent, state, plain.Line(reason, 100))
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return fmt.Errorf("history of presence: %w", err)
	}
	tx.Emit("presence.changed", fmt.Sprint("agent:", agent), "staff", routingTopic)
	return nil
}

// Capacity is how many contacts an agent can have, by channel: phone, chat, email. A channel that is missing is as usual:
// one call, three chats, ten mails that calls and chats interrupt.
type Capacity map[string]Room

// Room is how much of a channel an agent can have.
type Room struct {
	Max    int      `json:"max" minimum:"0" maximum:"100"`
	Yields []string `json:"yields" nullable:"false" maxItems:"3" doc:"Contacts of these channels may come on top"`
}

// rooms makes of a capacity what routing takes.
func (c Capacity) rooms() map[routing.Channel]routing.Room {
	out := routing.UsualCapacity()
	for name, r := range c {
		room := routing.Room{Max: r.Max}
		for _, y := range r.Yields {
			room.Yields = append(room.Yields, routing.Channel(y))
		}
		out[routing.Channel(name)] = room
	}
	return out
}

// capacityOf is a whole capacity, the usual filled in.
func capacityOf(c Capacity) Capacity {
	out := Capacity{}
	for name, r := range c.rooms() {
		room := Room{Max: r.Max, Yields: []string{}}
		for _, y := range r.Yields {
			room.Yields = append(room.Yields, string(y))
		}
		out[string(name)] = room
	}
	return out
}

// Skill is one skill of an agent.
type Skill struct {
	Skill string `json:"skill" minLength:"1" maxLength:"50"`
	Level int    `json:"level" minimum:"1" maximum:"5"`
}

// SeatSetup is what an agent can take.
type SeatSetup struct {
	Language string   `json:"language" maxLength:"20" doc:"The mother tongue, such as zh: a skill at level 5"`
	Skills   []Skill  `json:"skills" nullable:"false" maxItems:"200"`
	Capacity Capacity `json:"capacity" doc:"By channel: phone, chat, email"`
	Queues   []int64  `json:"queues" nullable:"false" maxItems:"500" doc:"Those the agent works on, the most important first; empty: all that the agent sees"`
}

// Setup reads what an agent can take: one's own, or for those who see everything anybody's.
func (w *Work) Setup(ctx context.Context, by authority.Actor, agent int64) (s SeatSetup, err error) {
	err = w.gate.View(ctx, by, func(q authority.Query) error {
		err := q.QueryRow(ctx, `select coalesce(s.language, ''), coalesce(s.capacity, '{}'), coalesce(s.queues, '{}'),
				coalesce((select jsonb_agg(jsonb_build_object('skill', skill, 'level', level) order by skill) from skills k where k.agent_id = a.id), '[]')
			from agents a left join seats s on s.agent_id = a.id
			where a.id = $1 and ((select sees_all()) or a.id = (select my_agent()))`, agent).Scan(&s.Language, &s.Capacity, &s.Queues, &s.Skills)
		if err != nil {
			return notFound(err, "agent")
		}
		s.Capacity = capacityOf(s.Capacity)
		return nil
	})
	return s, err
}

// SaveSetup changes what an agent can take.
func (w *Work) SaveSetup(ctx context.Context, by authority.Actor, agent int64, s SeatSetup) error {
	return w.gate.Do(ctx, by, func(tx *authority.Tx) error {
		if err := tx.Allow(ctx, authority.Act{Name: "seat.edit", Object: fmt.Sprint("agent:", agent), Unveiled: true}); err != nil {
			return err
		}
		if err := s.check(); err != nil {
			return err
		}
		rooms, err := json.Marshal(s.Capacity)
		if err != nil {
			return fmt.Errorf("write the capacity: %w", err)
		}
		names, levels := make([]string, len(s.Skills)), make([]int, len(s.Skills))
		for i, k := range s.Skills {
			names[i], levels[i] = k.Skill, k.Level
		}
		if s.Queues == nil {
			s.Queues = []int64{}
		}
		var known bool
		var strange int
		if err := tx.QueryRow(ctx, `select exists (select from agents where id = $1), (select count(*) from unnest($2::bigint[]) id where id not in (select id from queues))`,
			agent, s.Queues).Scan(&known, &strange); err != nil {
			return fmt.Errorf("check the seat: %w", err)
		}
		switch {
		case !known:
			return fault.New(fault.NotFound, "not_found", "what", "agent")
		case strange > 0:
			return fault.BadField("queues", "unknown_queue")
		}
		b := &pgx.Batch{}
		b.Queue(`insert into seats (agent_id, language, capacity, queues) values ($1, $2, $3, $4)
			on conflict (agent_id) do update set language = $2, capacity = $3, queues = $4`, agent, s.Language, rooms, s.Queues)
		b.Queue(`delete from skills where agent_id = $1`, agent)
		b.Queue(`insert into skills (agent_id, skill, level) select $1, * from unnest($2::text[], $3::smallint[])`, agent, names, levels)
		if err := tx.SendBatch(ctx, b).Close(); err != nil {
			return fmt.Errorf("save the seat: %w", err)
		}
		tx.Emit("seat.changed", fmt.Sprint("agent:", agent), "staff", routingTopic)
		return nil
	})
}

// check refuses what the forms of the API let through.
func (s *SeatSetup) check() error {
	seen := map[string]bool{}
	for i, k := range s.Skills {
		name := fmt.Sprintf("skills.%d.skill", i)
		switch {
		case !skillName.MatchString(k.Skill):
			return fault.BadField(name, "bad_skill")
		case seen[k.Skill]:
			return fault.BadField(name, "twice")
		case k.Level < routing.MinLevel || k.Level > routing.MaxLevel:
			return fault.BadField(fmt.Sprintf("skills.%d.level", i), "level_out_of_range", "level", k.Level)
		}
		seen[k.Skill] = true
	}
	if s.Language != "" && !skillName.MatchString(s.Language) {
		return fault.BadField("language", "bad_skill")
	}
	queues := map[int64]bool{}
	for _, q := range s.Queues {
		if queues[q] {
			return fault.BadField("queues", "twice")
		}
		queues[q] = true
	}
	for c, r := range s.Capacity {
		if !routed[c] {
			return fault.BadField("capacity", "bad_channel")
		}
		for _, y := range r.Yields {
			if !routed[y] {
				return fault.BadField("capacity", "bad_channel")
			}
		}
		if r.Max < 0 || r.Max > 100 {
			return fault.BadField("capacity", "bad_capacity")
		}
	}
	return nil
}
