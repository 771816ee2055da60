package tickets

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"frontline/internal/alarm"
	"frontline/internal/authority"
	"frontline/tickets/routing"

	"github.com/jackc/pgx/v5"
)

// Dispatch is what the router reads and writes. Each of its commands looks again, under the locks, whether what was decided
// still holds, and answers false where it does not: two routers that decide at once can neither offer a contact twice nor
// give an agent more than there is room for.
type Dispatch struct {
	gate *authority.Gate
	t    *Tickets
}

// NewDispatch makes Dispatch on the tickets.
func NewDispatch(t *Tickets) *Dispatch { return &Dispatch{t.gate, t} }

// Give offers a contact that waits to an agent, or with Auto puts it into their hand. The assignment names the contact by
// its ticket; entry is the stay for which it was decided, and think how long the agent may take to answer.
func (d *Dispatch) Give(ctx context.Context, by authority.Actor, a routing.Assignment, entry int64, think time.Duration) (given bool, err error) {
	err = d.gate.Do(ctx, by, func(tx *authority.Tx) error {
		given = false
		var g grant
		if err := tx.AllowWith(ctx, authority.Act{Name: "entry.route", Object: object(a.Contact)}, g.look(a, entry)); err != nil {
			return err
		}
		agent := routing.Agent{Presence: g.presence, Capacity: g.rooms.rooms(), Load: g.load}
		if g.entry != entry || !agent.Admits(channelOf(g.channel)) {
			return nil
		}
		given = true
		return g.write(ctx, tx, a, think)
	})
	return given, err
}

// grant is what a contact is given on: read under the locks of its ticket and of the agent's seat.
type grant struct {
	owner
	entry             int64 // of the stay that waits; 0: none does
	inQueue           int64
	channel           string
	subject, customer string
	presence          routing.Presence
	rooms             Capacity
	load              map[routing.Channel]int
	name              string // the agent's
}

func (g *grant) look(a routing.Assignment, entry int64) *pgx.Batch {
	b := &pgx.Batch{}
	one := func(into ...any) func(pgx.Rows) error {
		return func(rows pgx.Rows) error {
			_, err := pgx.ForEachRow(rows, into, func() error { return nil })
			return err
		}
	}
	b.Queue(`select t.queue_id, t.assignee_id, t.subject, c.name from tickets t join contacts c on c.id = t.contact_id where t.id = $1 for no key update of t`, a.Contact).
		Query(one(&g.queue, &g.assignee, &g.subject, &g.customer))
	b.Queue(`select id, queue_id, channel from entries where ticket_id = $1 and id = $2 and state = 'waiting'`, a.Contact, entry).Query(one(&g.entry, &g.inQueue, &g.channel))
	b.Queue(`select s.presence, s.capacity, a.name from seats s join agents a on a.id = s.agent_id where s.agent_id = $1 and a.disabled_at is null for update of s`, a.Agent).
		Query(one(&g.presence, &g.rooms, &g.name))
	b.Queue(`select coalesce(jsonb_object_agg(channel, n), '{}') from (select case when channel in ('phone', 'chat') then channel else 'email' end channel, count(*) n
		from entries where agent_id = $1 and state in ('offered', 'in_hand', 'wrap_up') group by 1) l`, a.Agent).Query(one(&g.load))
	return b
}

func (g *grant) write(ctx context.Context, tx *authority.Tx, a routing.Assignment, think time.Duration) error {
	why, err := json.Marshal(a.Why)
	if err != nil {
		return fmt.Errorf("write why: %w", err)
	}
	var offer int64
	err = tx.QueryRow(ctx, `with o as (
			insert into offers (entry_id, ticket_id, queue_id, agent_id, channel, state, expires_at, ended_at, step, why, subject, customer)
			values ($1, $2, $3, $4, $5, case when $6 then 'accepted' else 'out' end, case when not $6 then now() + make_interval(secs => $7) end,
				case when $6 then now() end, $8, $9, $10, $11) returning id
		), e as (
			update entries set state = case when $6 then 'in_hand' else 'offered' end, agent_id = $4, pulled = false,
				answered_at = case when $6 then coalesce(answered_at, now()) else answered_at end
			where id = $1
		)
		select id from o`, g.entry, a.Contact, g.inQueue, a.Agent, g.channel, a.Auto, think.Seconds(), a.Step, why, g.subject, g.customer).Scan(&offer)
	if err != nil {
		return fmt.Errorf("write the offer: %w", err)
	}
	if a.Auto {
		b := &pgx.Batch{}
		assign(tx, b, a.Contact, g.owner, authority.AgentActor(a.Agent, g.name))
		if err := tx.SendBatch(ctx, b).Close(); err != nil {
			return fmt.Errorf("assign the ticket: %w", err)
		}
	}
	agent := "agent:" + strconv.FormatInt(a.Agent, 10)
	tx.Emit("offer.made", "offer:"+strconv.FormatInt(offer, 10), agent, routingTopic)
	tx.Emit("entry.changed", object(a.Contact), "queue:"+strconv.FormatInt(g.inQueue, 10), object(a.Contact), agent, routingTopic)
	return nil
}

// MoveOn sends a contact that waits to another queue, where it keeps its place in time.
func (d *Dispatch) MoveOn(ctx context.Context, by authority.Actor, m routing.Move, entry int64) (moved bool, err error) {
	return d.change(ctx, by, m.Contact, func(tx *authority.Tx, b *pgx.Batch, h *hand) bool {
		if h.ID != entry || h.State != "waiting" {
			return false
		}
		h.again(b, "overflowed", wish{queue: m.To})
		if h.owner.queue != m.To {
			b.Queue(`update tickets set queue_id = $2, updated_at = now() where id = $1`, h.ticket, m.To)
			queueEvent(b, h.ticket, tx.By, Changed{Name: "queue", From: h.owner.queue, To: m.To})
			tx.Emit("ticket.changed", object(h.ticket), append(topics(h.ticket, h.owner.queue, h.assignee), topics(h.ticket, m.To, nil)[0])...)
		}
		return true
	})
}

// Expire ends an offer that was not answered in time: the contact waits at its old place, and the agent is not ready.
func (d *Dispatch) Expire(ctx context.Context, by authority.Actor, ticket, offer int64) (bool, error) {
	return d.changeSeat(ctx, by, ticket, func(ctx context.Context, tx *authority.Tx, b *pgx.Batch, h *hand) (bool, error) {
		if h.Offer != offer || offer == 0 || h.deadline == nil || h.deadline.After(tx.Now().Add(tolerance)) {
			return false, nil
		}
		agent := h.Agent
		h.withdraw(b, "timed_out", "")
		h.back(b, true)
		var ready bool
		if err := tx.QueryRow(ctx, `select coalesce((select presence = 'ready' from seats where agent_id = $1), false)`, agent).Scan(&ready); err != nil {
			return false, fmt.Errorf("presence: %w", err)
		}
		if ready {
			return true, seated(ctx, tx, agent, "not_ready", "no_answer")
		}
		return true, nil
	})
}

// tolerance is by how much the clocks of this machine and of the database's may differ.
const tolerance = 100 * time.Millisecond

// Withdraw takes an offer back from an agent who is gone: the contact waits at its old place.
func (d *Dispatch) Withdraw(ctx context.Context, by authority.Actor, ticket, offer int64) (bool, error) {
	return d.change(ctx, by, ticket, func(_ *authority.Tx, b *pgx.Batch, h *hand) bool {
		if h.Offer != offer || offer == 0 {
			return false
		}
		h.withdraw(b, "taken_back", "agent_lost")
		h.back(b, false)
		return true
	})
}

// Lose takes a contact whose customer is on the line from an agent who is gone: it waits again, before all who came after.
func (d *Dispatch) Lose(ctx context.Context, by authority.Actor, ticket, agent int64) (bool, error) {
	return d.changeSeat(ctx, by, ticket, func(ctx context.Context, tx *authority.Tx, b *pgx.Batch, h *hand) (bool, error) {
		var gone bool
		if err := tx.QueryRow(ctx, `select coalesce((select presence = 'away' and since <= now() - $2::interval + $3::interval from seats where agent_id = $1), true)`,
			agent, h.Rules.lost(), tolerance).Scan(&gone); err != nil {
			return false, fmt.Errorf("presence: %w", err)
		}
		if !gone || h.Agent != agent || h.State != "in_hand" || !live(h.Channel) {
			return false, nil
		}
		h.again(b, "returned", wish{queue: h.stay.Queue})
		assign(tx, b, ticket, h.owner, authority.Actor{})
		return true, nil
	})
}

// Wake gives a contact that was put aside back to its agent when its time has come; where they are gone, it waits, for
// them first.
func (d *Dispatch) Wake(ctx context.Context, by authority.Actor, ticket int64) (bool, error) {
	return d.changeSeat(ctx, by, ticket, func(ctx context.Context, tx *authority.Tx, b *pgx.Batch, h *hand) (bool, error) {
		if h.State != "parked" || h.deadline == nil || h.deadline.After(tx.Now().Add(tolerance)) {
			return false, nil
		}
		var away bool
		if err := tx.QueryRow(ctx, `select coalesce((select presence = 'away' from seats where agent_id = $1), true)`, h.Agent).Scan(&away); err != nil {
			return false, fmt.Errorf("presence: %w", err)
		}
		if away {
			h.again(b, "returned", wish{queue: h.stay.Queue, agent: h.Agent, why: routing.Last})
			return true, nil
		}
		h.take(b, h.Agent, false)
		return true, nil
	})
}

// Finish ends a wrap-up whose time is over.
func (d *Dispatch) Finish(ctx context.Context, by authority.Actor, ticket int64) (bool, error) {
	return d.change(ctx, by, ticket, func(tx *authority.Tx, b *pgx.Batch, h *hand) bool {
		if h.State != "wrap_up" || h.deadline == nil || h.deadline.After(tx.Now().Add(tolerance)) {
			return false
		}
		h.end(b, "handled")
		return true
	})
}

func (d *Dispatch) change(ctx context.Context, by authority.Actor, ticket int64, f func(tx *authority.Tx, b *pgx.Batch, h *hand) bool) (bool, error) {
	return d.changeSeat(ctx, by, ticket, func(_ context.Context, tx *authority.Tx, b *pgx.Batch, h *hand) (bool, error) {
		return f(tx, b, h), nil
	})
}

// changeSeat locks a ticket with its stay and writes what f puts into the batch. f may write a seat at once: its lock comes
// after the ticket's.
func (d *Dispatch) changeSeat(ctx context.Context, by authority.Actor, ticket int64,
	f func(ctx context.Context, tx *authority.Tx, b *pgx.Batch, h *hand) (bool, error),
) (done bool, err error) {
	err = d.gate.Do(ctx, by, func(tx *authority.Tx) error {
		done = false
		var h hand
		look := &pgx.Batch{}
		look.Queue(`select queue_id, assignee_id from tickets where id = $1 for no key update`, ticket).Query(func(rows pgx.Rows) error {
			_, err := pgx.ForEachRow(rows, []any{&h.queue, &h.assignee}, func() error { return nil })
			return err
		})
		h.look(look, ticket)
		look.Queue(`select case e.state when 'offered' then (select expires_at from offers o where o.entry_id = e.id and o.state = 'out')
				when 'parked' then e.parked_until when 'wrap_up' then e.wrap_up_until end
			from entries e where e.ticket_id = $1 and e.state <> 'ended'`, ticket).Query(func(rows pgx.Rows) error {
			_, err := pgx.ForEachRow(rows, []any{&h.deadline}, func() error { return nil })
			return err
		})
		if err := tx.AllowWith(ctx, authority.Act{Name: "entry.route", Object: object(ticket)}, look); err != nil {
			return err
		}
		b := &pgx.Batch{}
		var err error
		if done, err = f(ctx, tx, b, &h); err != nil || !done {
			return err
		}
		return h.write(ctx, tx, b)
	})
	return done, err
}

// Scene is what the router decides from, or what of it has changed.
type Scene struct {
	Now      time.Time // of the database
	Queues   []RoutedQueue
	Agents   []Attendant
	Contacts []Waiter
	Held     []Held
}

// Attendant is an agent with what only the program around routing needs.
type Attendant struct {
	routing.Agent
	Since time.Time // of the presence
}

// Held is a contact that an agent is asked to take, or has.
type Held struct {
	Ticket, Queue, Agent int64
	State                string
	Live                 bool       // the customer is on the line
	Offer                int64      // that is out; 0: none
	Until                *time.Time // when the offer, the parking or the wrap-up ends; nil: not by itself
}

// All reads the whole scene.
func (d *Dispatch) All(ctx context.Context, by authority.Actor) (Scene, error) {
	return d.scene(ctx, by, nil, nil, nil)
}

// Of reads what stands now of some tickets, agents and queues: what is not in the answer is not there any more.
func (d *Dispatch) Of(ctx context.Context, by authority.Actor, tickets, agents, queues []int64) (Scene, error) {
	none := func(ids []int64) []int64 {
		if ids == nil {
			return []int64{}
		}
		return ids
	}
	return d.scene(ctx, by, none(tickets), none(agents), none(queues))
}

func (d *Dispatch) scene(ctx context.Context, by authority.Actor, tickets, agents, queues []int64) (s Scene, err error) {
	wanted := func(ids []int64) bool { return ids == nil || len(ids) > 0 }
	if wanted(queues) { // rarely: they are looked at when their rules change
		err := d.gate.View(ctx, by, func(q authority.Query) (err error) {
			s.Queues, err = d.t.routingQueues(ctx, q, queues)
			return err
		})
		if err != nil {
			return s, err
		}
	}
	b := &pgx.Batch{}
	b.Queue(`select clock_timestamp()`).QueryRow(func(r pgx.Row) error { return r.Scan(&s.Now) })
	if wanted(agents) {
		b.Queue(attendants, agents).Query(gather(&s.Agents, scanAttendant))
	}
	if wanted(tickets) {
		b.Queue(waiters, tickets, memory).Query(gather(&s.Contacts, scanWaiter))
		b.Queue(`select e.ticket_id, e.queue_id, coalesce(e.agent_id, 0), e.state::text, e.channel in ('chat', 'phone'), coalesce(o.id, 0),
				case e.state when 'offered' then o.expires_at when 'parked' then e.parked_until when 'wrap_up' then e.wrap_up_until end
			from entries e left join offers o on o.entry_id = e.id and o.state = 'out'
			where e.state in ('offered', 'in_hand', 'parked', 'wrap_up') and ($1::bigint[] is null or e.ticket_id = any ($1))`, tickets).Query(gather(&s.Held, pgx.RowToStructByPos[Held]))
	}
	if err := d.gate.Ask(ctx, by, b); err != nil {
		return s, fmt.Errorf("what is to be routed: %w", err)
	}
	return s, nil
}

// gather keeps all rows of a question of a batch.
func gather[T any](all *[]T, scan pgx.RowToFunc[T]) func(pgx.Rows) error {
	return func(rows pgx.Rows) (err error) {
		*all, err = pgx.CollectRows(rows, scan)
		return err
	}
}

// queueAlarm is the kind of alarm about a queue in which contacts wait in vain.
const queueAlarm = "queue.stuck"

// Alarm says that contacts wait in a queue in vain: "queue_unserved", nobody can serve it, or "never_open". An empty code
// says that it is over.
func (d *Dispatch) Alarm(ctx context.Context, by authority.Actor, queue int64, code string) error {
	return d.gate.Do(ctx, by, func(tx *authority.Tx) error {
		on := "queue:" + strconv.FormatInt(queue, 10)
		if err := tx.Allow(ctx, authority.Act{Name: "entry.route", Object: on, Reason: code}); err != nil {
			return err
		}
		if code == "" {
			return alarm.Clear(ctx, tx, queueAlarm, on)
		}
		var name, nameEn string
		if err := tx.QueryRow(ctx, `select name, name_en from queues where id = $1`, queue).Scan(&name, &nameEn); err != nil {
			return notFound(err, "queue")
		}
		return alarm.Raise(ctx, tx, queueAlarm, on, code, map[string]any{"queue": name, "queue_en": nameEn})
	})
}

// Alarmed are the queues about which an alarm stands.
func (d *Dispatch) Alarmed(ctx context.Context, by authority.Actor) (queues []int64, err error) {
	err = d.gate.View(ctx, by, func(q authority.Query) error {
		rows, err := q.Query(ctx, `select split_part(object, ':', 2)::bigint from alarms where kind = $1 and cleared_at is null`, queueAlarm)
		if err != nil {
			return fmt.Errorf("standing alarms: %w", err)
		}
		queues, err = pgx.CollectRows(rows, pgx.RowTo[int64])
		return err
	})
	return queues, err
}
