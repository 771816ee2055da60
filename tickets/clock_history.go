package tickets

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"frontline/internal/authority"
	"frontline/tickets/sla"

	"github.com/jackc/pgx/v5"
)

// history is what the clocks of a ticket are computed from: what was committed on it and on those that were merged into it.
type history struct {
	ticket  int64 // the one that all others lead to
	facts   facts
	members map[int64]*member
	rows    []told
	last    int64 // id of the newest of rows
	done    []doneStep
}

// facts are what policies are matched with.
type facts struct {
	sla.Case
	Number   string
	State    string
	Queue    int64
	Assignee *int64
}

// member is one of the tickets of a history.
type member struct {
	into    int64 // the ticket it leads to; 0: none
	created time.Time
	since   time.Time // when its clocks were first touched
	rules   []ruled
	matched string // the case for which the last policy was chosen, as JSON
	waits   []stayed
}

// ruled says that a policy held from an instant on: after a message, or from the begin.
type ruled struct {
	At      time.Time `json:"at"`
	After   int64     `json:"after"`
	Name    string    `json:"name"`
	Version int       `json:"version"`
}

// told is a row of a timeline, as far as clocks care.
type told struct {
	id, ticket       int64
	at               time.Time
	direction, by    string
	auto             bool
	change, from, to string
}

// stayed is a wait for a person to answer, of a caller or somebody in a chat. Who asked to be called holds no line.
type stayed struct {
	began           time.Time
	answered, ended *time.Time
	left            bool // it ended without an answer, and not in another queue
}

// histories reads those of tickets, by ticket; of one that was merged into another there is none.
func histories(ctx context.Context, q authority.Query, tickets []int64) (map[int64]*history, error) {
	all, root := map[int64]*history{}, map[int64]int64{}
	rows, err := q.Query(ctx, `with recursive family (root, id) as (
			select t.id, t.id from tickets t where t.id = any ($1) and t.merged_into is null
			union select f.root, t.id from family f join tickets t on t.merged_into = f.id)
		select f.root, t.id, coalesce(t.merged_into, 0), t.created_at, coalesce(c.since, t.created_at + interval '1 second'), coalesce(c.governed, '[]'), coalesce(c.matched, '{}')::text,
			t.number, t.state, t.queue_id, t.assignee_id, t.channel, t.type, t.severity, coalesce(a.class, ''), t.covered
		from family f join tickets t on t.id = f.id left join clocks c on c.ticket_id = t.id left join accounts a on a.id = t.account_id`, tickets)
	if err != nil {
		return nil, fmt.Errorf("tickets of clocks: %w", err)
	}
	var top, id int64
	var m member
	var f facts
	var governed []byte
	_, err = pgx.ForEachRow(rows, []any{&top, &id, &m.into, &m.created, &m.since, &governed, &m.matched,
		&f.Number, &f.State, &f.Queue, &f.Assignee, &f.Channel, &f.Type, &f.Severity, &f.Class, &f.Contract}, func() error {
		one := m
		one.rules = nil
		if err := json.Unmarshal(governed, &one.rules); err != nil {
			return fmt.Errorf("policies of ticket %d: %w", id, err)
		}
		h := all[top]
		if h == nil {
			h = &history{ticket: top, members: map[int64]*member{}}
			all[top] = h
		}
		if id == top {
			h.facts = f
			h.facts.Case.Queue = strconv.FormatInt(f.Queue, 10)
		}
		h.members[id], root[id] = &one, top
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("tickets of clocks: %w", err)
	}
	if err := readTold(ctx, q, all, root); err != nil {
		return nil, err
	}
	return all, readStayed(ctx, q, all, root)
}

func readTold(ctx context.Context, q authority.Query, all map[int64]*history, root map[int64]int64) error {
	rows, err := q.Query(ctx, `select id, ticket_id, coalesce(merged_from, ticket_id), coalesce(kept_at, at), direction, author_kind, auto,
			coalesce(change->>'name', ''), coalesce(change->>'from', ''), coalesce(change->>'to', '')
		from messages where ticket_id = any ($1) and (direction in ('in', 'out')
			or direction = 'event' and change->>'name' in ('state', 'merged', 'merged_into', 'moved_out', 'arrived', 'undelivered', 'delivered')) order by id`, slices.Collect(maps.Keys(root)))
	if err != nil {
		return fmt.Errorf("history of clocks: %w", err)
	}
	var r told
	var on int64 // which ticket it is on now; r.ticket is the one it came with
	_, err = pgx.ForEachRow(rows, []any{&r.id, &on, &r.ticket, &r.at, &r.direction, &r.by, &r.auto, &r.change, &r.from, &r.to}, func() error {
		h := all[root[on]]
		if h.members[r.ticket] == nil {
			r.ticket = on // moved on since, by hand
		}
		h.rows, h.last = append(h.rows, r), r.id
		return nil
	})
	if err != nil {
		return fmt.Errorf("history of clocks: %w", err)
	}
	return nil
}

func readStayed(ctx context.Context, q authority.Query, all map[int64]*history, root map[int64]int64) error {
	rows, err := q.Query(ctx, `select ticket_id, entered_at, answered_at, ended_at, outcome in ('abandoned', 'message', 'callback', 'by_mail', 'closed')
		from entries where ticket_id = any ($1) and channel in ('chat', 'webchat', 'phone') and call_number = '' order by id`, slices.Collect(maps.Keys(root)))
	if err != nil {
		return fmt.Errorf("waits of clocks: %w", err)
	}
	var ticket int64
	var s stayed
	_, err = pgx.ForEachRow(rows, []any{&ticket, &s.began, &s.answered, &s.ended, &s.left}, func() error {
		m := all[root[ticket]].members[ticket]
		m.waits = append(m.waits, s)
		return nil
	})
	if err != nil {
		return fmt.Errorf("waits of clocks: %w", err)
	}
	return nil
}
