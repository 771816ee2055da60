package tickets

import (
	"context"
	"fmt"
	"time"

	"frontline/internal/authority"
	"frontline/tickets/routing"

	"github.com/jackc/pgx/v5"
)

// What routing decides from, as it is in the database. Each of these reads some rows by id, or all where ids is nil.

// RoutedQueue is a queue as routing takes it, with what only the program around it needs.
type RoutedQueue struct {
	routing.Queue
	Lost time.Duration // how long a contact of a live channel stays with an agent who is lost
}

// channelOf is the channel as which routing takes a contact: who is not on the line is work like a mail.
func channelOf(channel string) routing.Channel {
	if live(channel) {
		return routing.Channel(channel)
	}
	return routing.Email
}

func (t *Tickets) routingQueues(ctx context.Context, q authority.Query, ids []int64) ([]RoutedQueue, error) {
	rows, err := q.Query(ctx, `select id, rules from queues where $1::bigint[] is null or id = any ($1) order by id`, ids)
	if err != nil {
		return nil, fmt.Errorf("queues to route: %w", err)
	}
	type row struct {
		ID    int64
		Rules Rules
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByPos[row])
	if err != nil {
		return nil, fmt.Errorf("queues to route: %w", err)
	}
	out := make([]RoutedQueue, 0, len(found))
	for _, f := range found {
		hours, err := t.Hours(ctx, q, f.Rules.Calendar)
		if err != nil {
			return nil, err
		}
		out = append(out, RoutedQueue{Queue: f.Rules.queue(f.ID, hours), Lost: f.Rules.lost()})
	}
	return out, nil
}

// routingAgents are those who may answer offers. Where a seat names no queues, the agent works on all that they see, in
// the order in which queues are shown.
func routingAgents(ctx context.Context, q authority.Query, ids []int64) ([]routing.Agent, error) {
	rows, err := q.Query(ctx, attendants, ids)
	if err != nil {
		return nil, fmt.Errorf("agents to route to: %w", err)
	}
	out, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (routing.Agent, error) {
		a, err := scanAttendant(r)
		return a.Agent, err
	})
	if err != nil {
		return nil, fmt.Errorf("agents to route to: %w", err)
	}
	return out, nil
}

// attendants are those of agents whose ids are $1, or all, by scanAttendant.
const attendants = `select a.id, a.name, coalesce(s.presence, 'away'), coalesce(s.language, ''), coalesce(s.capacity, '{}'), coalesce(s.idle_since, now()), coalesce(s.since, a.created_at),
			coalesce((select jsonb_object_agg(skill, level) from skills k where k.agent_id = a.id), '{}'), coalesce(tm.ids, '{}'),
			array(select q.id from queues q left join unnest(s.queues) with ordinality o(id, n) on o.id = q.id
				where (a.roles && '{supervisor,manager,admin}' or q.team_id is null or q.team_id = any (tm.ids)) and (coalesce(s.queues, '{}') = '{}' or o.id is not null)
				order by o.n, q.position, q.id),
			coalesce((select jsonb_object_agg(channel, n) from (select case when channel in ('phone', 'chat') then channel else 'email' end channel, count(*) n
				from entries e where e.agent_id = a.id and e.state in ('offered', 'in_hand', 'wrap_up') group by 1) l), '{}')
		from agents a left join seats s on s.agent_id = a.id
			left join lateral (select array_agg(team_id order by team_id) ids from team_members m where m.agent_id = a.id) tm on true
		where a.disabled_at is null and a.roles && array(select role from rights where act = 'offer.answer') and ($1::bigint[] is null or a.id = any ($1))`

func scanAttendant(r pgx.CollectableRow) (Attendant, error) {
	var a Attendant
	var rooms Capacity
	err := r.Scan(&a.ID, &a.Name, &a.Presence, &a.Language, &rooms, &a.IdleSince, &a.Since, &a.Skills, &a.Teams, &a.Queues, &a.Load)
	a.Capacity = rooms.rooms()
	return a, err
}

// Waiter is a contact that waits, as routing takes it; its id there is the ticket's.
type Waiter struct {
	routing.Contact
	Entry int64
	Only  bool // kept for the preferred agent
}

// memory is how long a refusal can matter.
const memory = routing.MaxAskAgain

// routingContacts are the contacts that wait, by ticket.
func routingContacts(ctx context.Context, q authority.Query, tickets []int64) ([]Waiter, error) {
	rows, err := q.Query(ctx, waiters, tickets, memory)
	if err != nil {
		return nil, fmt.Errorf("contacts that wait: %w", err)
	}
	out, err := pgx.CollectRows(rows, scanWaiter)
	if err != nil {
		return nil, fmt.Errorf("contacts that wait: %w", err)
	}
	return out, nil
}

// waiters are those contacts that wait whose tickets are $1, or all, by scanWaiter; $2 is memory.
const waiters = `select t.id, e.id, e.queue_id, e.channel, e.arrived_at, e.entered_at, e.boost_s, c.language, t.severity, t.priority,
			e.call_at, coalesce(e.preferred_id, 0), e.preferred_why, e.only_them, coalesce(a.owner_id, 0),
			coalesce((select l.agent_id from tickets o join entries l on l.ticket_id = o.id
				where o.contact_id = t.contact_id and l.answered_at is not null and l.agent_id is not null and l.ended_at > now() - interval '90 days'
				order by l.id desc limit 1), 0),
			coalesce((select jsonb_agg(jsonb_build_object('Agent', agent_id, 'At', ended_at, 'TimedOut', state = 'timed_out') order by id) from offers f
				where f.entry_id = e.id and f.state in ('declined', 'timed_out') and f.ended_at > now() - $2::interval), '[]')
		from entries e join tickets t on t.id = e.ticket_id join contacts c on c.id = t.contact_id left join accounts a on a.id = coalesce(t.account_id, c.account_id)
		where e.state = 'waiting' and ($1::bigint[] is null or e.ticket_id = any ($1))`

func scanWaiter(r pgx.CollectableRow) (Waiter, error) {
	var w Waiter
	var channel, why string
	var boost int
	var preferred, last, owner int64
	var wanted *time.Time
	err := r.Scan(&w.ID, &w.Entry, &w.Queue, &channel, &w.Arrived, &w.Entered, &boost, &w.Language, &w.Severity, &w.Priority,
		&wanted, &preferred, &why, &w.Only, &owner, &last, &w.Refused)
	w.Channel, w.Boost = channelOf(channel), seconds(boost)
	if wanted != nil {
		w.NotBefore = *wanted
	}
	if preferred != 0 {
		w.Preferred = append(w.Preferred, routing.Preferred{Agent: preferred, Why: why})
	}
	if w.Only {
		return w, err
	}
	if last != 0 && last != preferred {
		w.Preferred = append(w.Preferred, routing.Preferred{Agent: last, Why: routing.Last})
	}
	if owner != 0 && owner != preferred && owner != last {
		w.Preferred = append(w.Preferred, routing.Preferred{Agent: owner, Why: routing.Owner})
	}
	return w, err
}
