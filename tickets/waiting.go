package tickets

import (
	"context"
	"errors"
	"fmt"
	"time"

	"frontline/internal/authority"
	"frontline/tickets/routing"

	"github.com/jackc/pgx/v5"
)

// Stay is where a ticket stands in its queue, or with whom: what its screen shows of it.
type Stay struct {
	ID          int64       `json:"id"`
	State       string      `json:"state" enum:"waiting,offered,in_hand,parked,wrap_up"`
	QueueID     int64       `json:"queue_id"`
	Channel     string      `json:"channel"`
	ArrivedAt   time.Time   `json:"arrived_at" doc:"When it began to wait, in whatever queue"`
	EnteredAt   time.Time   `json:"entered_at" doc:"When it entered this queue"`
	Agent       *Named      `json:"agent" doc:"Who is asked, or has it"`
	Pulled      bool        `json:"pulled" doc:"Taken by hand"`
	AnsweredAt  *time.Time  `json:"answered_at"`
	ParkedUntil *time.Time  `json:"parked_until"`
	Call        *Call       `json:"call" doc:"The call that the customer asked for"`
	WrapUp      *WrappingUp `json:"wrap_up"`
	MayPull     bool        `json:"may_pull" doc:"The queue lets agents take it by hand"`
	MayTakeBack bool        `json:"may_take_back" doc:"The caller may undo its transfer, or, leading others, take it out of an agent's hand"`
	Place       int         `json:"place" doc:"1 for the next of its queue; 0 where it does not wait, or is wanted later"`
	WhyWaiting  string      `json:"why_waiting" doc:"Why nobody has it yet, in words"`
}

// WrappingUp is what is still to be said of a contact that is over.
type WrappingUp struct {
	Until    *time.Time   `json:"until" doc:"When it ends by itself; null: when a code is given"`
	Required bool         `json:"required"`
	Codes    []WrapUpCode `json:"codes" nullable:"false"`
}

// InQueue is a contact that waits, with its ticket.
type InQueue struct {
	Stay
	Ticket WaitingTicket `json:"ticket"`
	WaitsS int64         `json:"waits_s" doc:"Seconds since arrival"`
}

// WaitingTicket is the ticket of a contact that waits.
type WaitingTicket struct {
	ID       int64  `json:"id"`
	Number   string `json:"number"`
	Subject  string `json:"subject"`
	Customer string `json:"customer"`
}

// stayShown and scanStay belong together.
const stayShown = `e.id, e.state, e.queue_id, e.channel, e.arrived_at, e.entered_at, a.id, a.name, e.pulled, e.answered_at, e.parked_until, e.call_number, e.call_at, e.wrap_up_until, eq.rules,
	case when e.state in ('waiting', 'offered') then exists (select from entries p where p.ticket_id = e.ticket_id and p.id < e.id and p.outcome = 'transferred'
			and (p.agent_id = (select my_agent()) or (select sees_all())) and not exists (select from entries n where n.ticket_id = e.ticket_id and n.id > p.id and n.id < e.id))
		else (select sees_all()) and e.agent_id is distinct from (select my_agent()) end`

const stayJoins = ` join queues eq on eq.id = e.queue_id left join agents a on a.id = e.agent_id`

func scanStay(r pgx.Row, more ...any) (Stay, error) {
	var s Stay
	var agent *int64
	var name *string
	var until *time.Time
	var rules Rules
	var call Call
	err := r.Scan(append([]any{&s.ID, &s.State, &s.QueueID, &s.Channel, &s.ArrivedAt, &s.EnteredAt, &agent, &name, &s.Pulled,
		&s.AnsweredAt, &s.ParkedUntil, &call.Number, &call.At, &until, &rules, &s.MayTakeBack}, more...)...)
	if agent != nil {
		s.Agent = &Named{ID: *agent, Name: *name}
	}
	if call.Number != "" {
		s.Call = &call
	}
	if s.State == "wrap_up" {
		s.WrapUp = &WrappingUp{Until: until, Codes: []WrapUpCode{}}
		if w := rules.WrapUp; w != nil {
			s.WrapUp.Required = w.Required
			s.WrapUp.Codes = append(s.WrapUp.Codes, w.Codes...)
		}
	}
	s.MayPull = rules.pullable()
	return s, err
}

// readStay is what a ticket's screen shows of its stay; nil where it has none.
func (t *Tickets) readStay(ctx context.Context, q authority.Query, ticket int64) (*Stay, error) {
	s, err := scanStay(q.QueryRow(ctx, `select `+stayShown+` from entries e`+stayJoins+` where e.ticket_id = $1 and e.state <> 'ended'`, ticket))
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil //nolint:nilnil // it waits nowhere and nobody has it
	}
	if err != nil {
		return nil, fmt.Errorf("stay: %w", err)
	}
	if s.State != "waiting" && s.State != "offered" {
		return &s, nil
	}
	if s.Place, err = rank(ctx, q, s.ID); err != nil {
		return nil, err
	}
	if s.State == "waiting" {
		why, err := t.whyWaiting(ctx, q, s.QueueID, ticket)
		if err != nil {
			return nil, err
		}
		s.WhyWaiting = why[ticket]
	}
	return &s, nil
}

// countsFrom is since when a contact e of a ticket t counts as waiting in a queue r: its arrival, less the head starts.
const countsFrom = `e.arrived_at - make_interval(secs => e.boost_s
	+ coalesce((r.rules->'heads'->'severity'->>t.severity)::float, 0) + coalesce((r.rules->'heads'->'priority'->>t.priority::text)::float, 0)
	+ coalesce((r.rules->'heads'->'channel'->>case when e.channel in ('chat', 'phone') then e.channel else 'email' end)::float, 0))`

// inLine says that a contact e waits for its turn: one that is wanted later has no place yet.
const inLine = `e.state in ('waiting', 'offered') and (e.call_at is null or e.call_at <= now())`

// rank is how many of its queue come before a contact that waits, and itself; 0 for one that is wanted later.
func rank(ctx context.Context, q authority.Query, entry int64) (n int, err error) {
	err = q.QueryRow(ctx, `with line as (
			select e.id, `+countsFrom+` counts_from
			from entries me join queues r on r.id = me.queue_id join entries e on e.queue_id = me.queue_id and `+inLine+` join tickets t on t.id = e.ticket_id
			where me.id = $1)
		select count(*) from line, (select id, counts_from from line where id = $1) me
		where (line.counts_from, line.id) <= (me.counts_from, me.id)`, entry).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("place in the queue: %w", err)
	}
	return n, nil
}

// whyWaiting says in words why contacts of a queue wait, by ticket: what routing would decide if there were no others.
func (t *Tickets) whyWaiting(ctx context.Context, q authority.Query, queue int64, tickets ...int64) (map[int64]string, error) {
	queues, err := t.routingQueues(ctx, q, []int64{queue})
	if err != nil {
		return nil, err
	}
	agents, err := routingAgents(ctx, q, nil)
	if err != nil {
		return nil, err
	}
	waiters, err := routingContacts(ctx, q, tickets)
	if err != nil {
		return nil, err
	}
	var now time.Time
	if err := q.QueryRow(ctx, `select now()`).Scan(&now); err != nil {
		return nil, fmt.Errorf("time: %w", err)
	}
	out := map[int64]string{}
	w := routing.World{Agents: agents}
	for _, r := range queues {
		w.Queues = append(w.Queues, r.Queue)
	}
	for _, c := range waiters {
		w.Contacts = append(w.Contacts, c.Contact)
	}
	d := routing.Decide(w, now)
	for _, c := range d.Waiting {
		out[c.Contact] = c.Why.Words(readerOf(ctx, now))
	}
	return out, nil
}

// Place is a place in a queue, as a cursor.
type Place struct {
	At time.Time
	ID int64
}

// Waiting are the contacts of a queue that no agent has, the longest waiting first.
func (w *Work) Waiting(ctx context.Context, by authority.Actor, queue int64, after Place, limit int) (out []InQueue, err error) {
	err = w.gate.View(ctx, by, func(q authority.Query) error {
		var seen bool
		if err := q.QueryRow(ctx, `select true from queues where id = $1 and ((select sees_all()) or id = any ((select my_queues())::bigint[]))`, queue).Scan(&seen); err != nil {
			return notFound(err, "queue")
		}
		rows, err := q.Query(ctx, `select `+stayShown+`, t.id, t.number, t.subject, c.name, extract(epoch from now() - e.arrived_at)::bigint
			from entries e`+stayJoins+` join tickets t on t.id = e.ticket_id join contacts c on c.id = t.contact_id
			where e.queue_id = $1 and e.state in ('waiting', 'offered') and ($2::timestamptz is null or (e.arrived_at, e.id) > ($2, $3))
			order by e.arrived_at, e.id limit $4`, queue, timeOrNull(after.At), after.ID, limit)
		if err != nil {
			return fmt.Errorf("who waits: %w", err)
		}
		out, err = pgx.CollectRows(rows, func(r pgx.CollectableRow) (InQueue, error) {
			var x InQueue
			var err error
			x.Stay, err = scanStay(r, &x.Ticket.ID, &x.Ticket.Number, &x.Ticket.Subject, &x.Ticket.Customer, &x.WaitsS)
			return x, err
		})
		if err != nil || len(out) == 0 {
			return err
		}
		ids := make([]int64, len(out))
		for i := range out {
			ids[i] = out[i].Ticket.ID
		}
		why, err := w.t.whyWaiting(ctx, q, queue, ids...)
		if err != nil {
			return err
		}
		first, err := rank(ctx, q, out[0].ID)
		for i := range out {
			out[i].WhyWaiting, out[i].Place = why[out[i].Ticket.ID], first+i
		}
		return err
	})
	return out, err
}

func timeOrNull(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// The least that an estimate is founded on, and how far back it looks.
const (
	expectLeast = 5
	expectSpan  = 30 * time.Minute
)

// Expected is what a contact that waits may expect.
type Expected struct {
	Place int            // in its queue, 1 for the next
	Wait  *time.Duration // how long those in front and it will take; nil: nothing honest can be said of it
}

// Expect says what the contacts of tickets may expect, by ticket; of one that does not wait it says nothing. They are taken to
// be answered at the rate at which their queue's contacts of the same sort were lately, unless those were too few.
func (w *Work) Expect(ctx context.Context, by authority.Actor, tickets []int64) (map[int64]Expected, error) {
	out := map[int64]Expected{}
	b := &pgx.Batch{}
	var ticket int64
	var n int
	var seconds *float64
	b.Queue(`with mine as (select distinct queue_id from entries where ticket_id = any ($1) and state in ('waiting', 'offered')),
			line as (
				select e.ticket_id, e.queue_id, e.channel in ('chat', 'phone') live, row_number() over (partition by e.queue_id order by `+countsFrom+`, e.id) place
				from mine join queues r on r.id = mine.queue_id join entries e on e.queue_id = r.id and `+inLine+` join tickets t on t.id = e.ticket_id),
			pace as (
				select e.queue_id, e.channel in ('chat', 'phone') live, count(*) n, extract(epoch from now() - min(e.answered_at)) span
				from mine join entries e using (queue_id) where e.entered_at > now() - interval '1 day' and e.answered_at > now() - $2::interval group by 1, 2)
			select l.ticket_id, l.place, case when p.n >= $3 and p.span > 0 then (l.place * p.span / p.n)::float end
			from line l left join pace p using (queue_id, live) where l.ticket_id = any ($1)`, tickets, expectSpan, expectLeast).Query(func(rows pgx.Rows) error {
		_, err := pgx.ForEachRow(rows, []any{&ticket, &n, &seconds}, func() error {
			x := Expected{Place: n}
			if seconds != nil {
				wait := time.Duration(*seconds * float64(time.Second)).Round(time.Second)
				x.Wait = &wait
			}
			out[ticket] = x
			return nil
		})
		return err
	})
	if err := w.gate.Ask(ctx, by, b); err != nil {
		return nil, fmt.Errorf("what to expect: %w", err)
	}
	return out, nil
}
