package supervise

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"frontline/internal/authority"

	"github.com/jackc/pgx/v5"
)

// QueueNow is a queue as it is at this moment, and its day so far.
type QueueNow struct {
	ID       int64      `json:"id"`
	Name     string     `json:"name"`
	NameEn   string     `json:"name_en"`
	Waiting  int        `json:"waiting" doc:"contacts that no agent has, those being offered included"`
	Offered  int        `json:"ringing" doc:"of these, being offered to an agent"`
	Since    *time.Time `json:"longest_since" doc:"when the one that waits longest began to; null: none waits"`
	InHand   int        `json:"in_hand"`
	Parked   int        `json:"parked"`
	WrapUp   int        `json:"wrap_up"`
	Within   float64    `json:"within_s" doc:"T of the service level, in seconds"`
	Target   float64    `json:"target" doc:"of the service level, 0 to 1"`
	LevelNow *float64   `json:"service_level_now" doc:"service level of the last 30 minutes, 0 to 1; null: nothing was counted"`
	Level    *float64   `json:"service_level" doc:"of today"`
	Arrived  int        `json:"offered" doc:"today"`
	Answered int        `json:"answered" doc:"today"`
	Left     int        `json:"abandoned" doc:"today"`
	ASA      *float64   `json:"asa" doc:"of today, in seconds"`
}

// Quarter is a quarter of an hour of today.
type Quarter struct {
	At       time.Time `json:"at"`
	Arrived  int       `json:"offered"`
	Answered int       `json:"answered"`
	Left     int       `json:"abandoned"`
	Level    *float64  `json:"service_level"`
}

// Now is everything that is shown live of queues.
type Now struct {
	At       time.Time  `json:"at"`
	Day      time.Time  `json:"day" doc:"when today began"`
	Zone     string     `json:"zone"`
	Queues   []QueueNow `json:"queues"`
	Quarters []Quarter  `json:"quarters" doc:"today by 15 minutes, those without a contact left out"`
	Total    QueueNow   `json:"total" doc:"of all queues; id 0"`
}

// shelf keeps what was computed last for a moment: many supervisors who look cost as much as one. All of them see everything,
// so what one may see the others may.
type shelf struct {
	mu  sync.Mutex
	at  time.Time
	now *Now
}

const fresh = time.Second

// Now reads how the queues are. What it costs grows with what waits and with today, not with what has been kept.
func (s *Supervision) Now(ctx context.Context, by authority.Actor) (*Now, error) {
	var out *Now
	err := s.gate.View(ctx, by, func(q authority.Query) error {
		if err := all(ctx, q); err != nil {
			return err
		}
		s.live.mu.Lock()
		defer s.live.mu.Unlock()
		if s.live.now == nil || time.Since(s.live.at) >= fresh {
			now, err := readNow(ctx, q)
			if err != nil {
				return err
			}
			s.live.now, s.live.at = now, time.Now()
		}
		out = s.live.now
		return nil
	})
	return out, err
}

func readNow(ctx context.Context, q authority.Query) (*Now, error) {
	n := &Now{}
	if err := q.QueryRow(ctx, `select now(), date_trunc('day', now() at time zone zone) at time zone zone, zone from measure_settings`).Scan(&n.At, &n.Day, &n.Zone); err != nil {
		return nil, fmt.Errorf("today: %w", err)
	}
	rows, err := q.Query(ctx, `with
		waiting as (select e.queue_id, count(*) as n, count(*) filter (where e.state = 'offered') as ringing, min(e.arrived_at) as since
			from entries e where e.state in ('waiting', 'offered') group by grouping sets ((e.queue_id), ())),
		hands as (select e.queue_id, count(*) filter (where e.state = 'in_hand') as in_hand, count(*) filter (where e.state = 'parked') as parked,
				count(*) filter (where e.state = 'wrap_up') as wrap_up
			from entries e where e.state in ('in_hand', 'parked', 'wrap_up') group by grouping sets ((e.queue_id), ())),
		day as (select m.name, r.queue_id, sum(r.num) as num, sum(r.den) as den
			from unnest(array['offered', 'answered', 'abandoned', 'service_level', 'asa']) m(name)
				cross join lateral measure_rows(m.name, null, null, null, $1, now() + interval '1 s') r
			group by grouping sets ((m.name, r.queue_id), (m.name))),
		late as (select r.queue_id, sum(r.num) as num, sum(r.den) as den
			from measure_rows('service_level', null, null, null, now() - interval '30 min', now() + interval '1 s') r
			group by grouping sets ((r.queue_id), ()))
		select coalesce(k.id, 0), coalesce(k.name, ''), coalesce(k.name_en, ''), coalesce(w.n, 0), coalesce(w.ringing, 0), w.since,
			coalesce(h.in_hand, 0), coalesce(h.parked, 0), coalesce(h.wrap_up, 0),
			coalesce((k.rules -> 'service_level' ->> 'within_s')::float8, s.within_s), coalesce((k.rules -> 'service_level' ->> 'percent')::float8, s.percent) / 100,
			(late.num / nullif(late.den, 0))::float8,
			(select (d.num / nullif(d.den, 0))::float8 from day d where d.name = 'service_level' and d.queue_id is not distinct from k.id),
			coalesce((select d.num from day d where d.name = 'offered' and d.queue_id is not distinct from k.id), 0)::int,
			coalesce((select d.num from day d where d.name = 'answered' and d.queue_id is not distinct from k.id), 0)::int,
			coalesce((select d.num from day d where d.name = 'abandoned' and d.queue_id is not distinct from k.id), 0)::int,
			(select (d.num / nullif(d.den, 0))::float8 from day d where d.name = 'asa' and d.queue_id is not distinct from k.id)
		from measure_settings s cross join (select id, name, name_en, rules, position from queues union all select null, null, null, null, null) k
			left join waiting w on w.queue_id is not distinct from k.id
			left join hands h on h.queue_id is not distinct from k.id
			left join late on late.queue_id is not distinct from k.id
		order by k.position nulls last, k.id nulls last limit 501`, n.Day)
	if err != nil {
		return nil, fmt.Errorf("queues now: %w", err)
	}
	lines, err := pgx.CollectRows(rows, pgx.RowToStructByPos[QueueNow])
	if err != nil {
		return nil, fmt.Errorf("queues now: %w", err)
	}
	n.Queues = []QueueNow{}
	for _, l := range lines {
		if l.ID == 0 {
			n.Total = l
		} else {
			n.Queues = append(n.Queues, l)
		}
	}
	rows, err = q.Query(ctx, `select date_bin('15 min', r.at, $1::timestamptz) as quarter, coalesce(sum(r.num) filter (where m.name = 'offered'), 0)::int,
			coalesce(sum(r.num) filter (where m.name = 'answered'), 0)::int, coalesce(sum(r.num) filter (where m.name = 'abandoned'), 0)::int,
			(sum(r.num) filter (where m.name = 'service_level') / nullif(sum(r.den) filter (where m.name = 'service_level'), 0))::float8
		from unnest(array['offered', 'answered', 'abandoned', 'service_level']) m(name)
			cross join lateral measure_rows(m.name, null, null, null, $1, now() + interval '1 s') r
		group by 1 order by 1`, n.Day)
	if err != nil {
		return nil, fmt.Errorf("today by quarters: %w", err)
	}
	n.Quarters, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Quarter])
	return n, err
}

// AgentNow is an agent at this moment.
type AgentNow struct {
	ID       int64     `json:"id"`
	Name     string    `json:"name"`
	Teams    []string  `json:"teams"`
	Presence string    `json:"presence" enum:"ready,not_ready,after_work,away"`
	Reason   string    `json:"presence_reason"`
	Since    time.Time `json:"since"`
	Count    int       `json:"count" doc:"contacts in hand, parked, in wrap-up or offered"`
	Work     []WorkNow `json:"work" doc:"at most 12 of them, calls and chats first"`
}

// WorkNow is a contact that an agent has, or is being offered.
type WorkNow struct {
	Entry   int64     `json:"entry"`
	Ticket  int64     `json:"ticket_id"`
	Number  string    `json:"number"`
	Subject string    `json:"subject"`
	Channel string    `json:"channel"`
	State   string    `json:"state" enum:"offered,in_hand,parked,wrap_up"`
	Since   time.Time `json:"since" doc:"when the agent had it; while offered, when it began to wait"`
	Queue   int64     `json:"queue_id"`
}

// Agents lists those who can work: how they are, since when, and on what.
func (s *Supervision) Agents(ctx context.Context, by authority.Actor) (out []AgentNow, err error) {
	err = s.gate.View(ctx, by, func(q authority.Query) error {
		if err := all(ctx, q); err != nil {
			return err
		}
		rows, err := q.Query(ctx, `select a.id, a.name, array(select t.name from team_members m join teams t on t.id = m.team_id where m.agent_id = a.id order by t.name),
				coalesce(s.presence, 'away'), coalesce(s.reason, ''), coalesce(s.since, a.created_at),
				(select count(*) from entries e where e.agent_id = a.id and e.state in ('offered', 'in_hand', 'parked', 'wrap_up')),
				array(select json_build_object('entry', e.id, 'ticket_id', e.ticket_id, 'number', t.number, 'subject', t.subject, 'channel', e.channel, 'state', e.state,
						'since', coalesce(e.wrap_up_at, e.answered_at, e.arrived_at), 'queue_id', e.queue_id)
					from entries e join tickets t on t.id = e.ticket_id
					where e.agent_id = a.id and e.state in ('offered', 'in_hand', 'parked', 'wrap_up')
					order by e.channel not in ('phone', 'chat'), e.answered_at nulls first, e.id limit 12)
			from agents a left join seats s on s.agent_id = a.id where a.disabled_at is null order by a.name, a.id limit 2000`)
		if err != nil {
			return fmt.Errorf("agents now: %w", err)
		}
		out, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (a AgentNow, err error) {
			var work []json.RawMessage
			if err := row.Scan(&a.ID, &a.Name, &a.Teams, &a.Presence, &a.Reason, &a.Since, &a.Count, &work); err != nil {
				return a, err
			}
			a.Work = make([]WorkNow, len(work))
			for i, w := range work {
				if err := json.Unmarshal(w, &a.Work[i]); err != nil {
					return a, fmt.Errorf("work of an agent: %w", err)
				}
			}
			return a, nil
		})
		return err
	})
	return out, err
}
