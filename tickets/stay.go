package tickets

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"frontline/internal/authority"

	"github.com/jackc/pgx/v5"
)

// stay is the row of entries that has not ended, as a change of it needs to know it. Whoever changes one holds the lock on
// its ticket's row, which is taken before those of the entry, its offer and a seat: no two can wait for each other.
//
// A change is put into a batch, and the stay follows it, so that one command can take a contact and finish it. What was
// touched is told by tell.
type stay struct {
	ticket int64

	ID       int64 // 0: there is none. What follows again in one command has another: statements name a stay by its ticket
	Queue    int64
	Channel  string
	State    string
	Agent    int64 // who is asked, or has it
	Answered bool
	Arrived  time.Time
	Offer    int64 // that is out; 0: none
	Call     Call  // that is wanted; without a number none is
	Rules    Rules // of its queue

	queues, agents []int64 // touched
	seated         []int64 // agents whose presence followed their wrap-up
	over           []offerOver
}

// offerOver is an offer that ended, and whose it was.
type offerOver struct{ id, agent int64 }

// live are the channels on which the customer is there and waits for words: they end when the contact does, and not when
// the ticket is answered.
func live(channel string) bool { return channel == "chat" || channel == "phone" }

func (s *stay) waits() bool { return s.State == "waiting" || s.State == "offered" }
func (s *stay) held() bool  { return s.State == "in_hand" || s.State == "parked" }

// look queues the reading of a ticket's stay behind the statement that locks the ticket: a statement of its own, because
// one that waited for the lock reads other tables as they were before it.
func (s *stay) look(b *pgx.Batch, ticket int64) {
	s.ticket = ticket
	b.Queue(`select e.id, e.queue_id, e.channel, e.state::text, coalesce(e.agent_id, 0), e.answered_at is not null, e.arrived_at, coalesce(o.id, 0), e.call_number, e.call_at, q.rules
		from entries e join queues q on q.id = e.queue_id left join offers o on o.entry_id = e.id and o.state = 'out'
		where e.ticket_id = $1 and e.state <> 'ended'`, ticket).Query(func(rows pgx.Rows) error {
		_, err := pgx.ForEachRow(rows, []any{&s.ID, &s.Queue, &s.Channel, &s.State, &s.Agent, &s.Answered, &s.Arrived, &s.Offer, &s.Call.Number, &s.Call.At, &s.Rules}, func() error { return nil })
		return err
	})
}

// lockStay locks a ticket and reads its stay; a ticket that the actor does not see is fault.NotFound.
func lockStay(ctx context.Context, tx *authority.Tx, ticket int64) (s stay, err error) {
	b := &pgx.Batch{}
	found := lockTicket(b, ticket)
	s.look(b, ticket)
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return s, fmt.Errorf("read the stay: %w", err)
	}
	if !*found {
		return s, notFound(pgx.ErrNoRows, "ticket")
	}
	return s, nil
}

// lockTicket queues the lock that orders all changes of a ticket's stay. Messages may be added beside it.
func lockTicket(b *pgx.Batch, ticket int64) *bool {
	found := false
	b.Queue(`select true from tickets where id = $1 for no key update`, ticket).Query(func(rows pgx.Rows) error {
		_, err := pgx.ForEachRow(rows, []any{&found}, func() error { return nil })
		return err
	})
	return &found
}

func (s *stay) touch(queue, agent int64) {
	if queue != 0 && !slices.Contains(s.queues, queue) {
		s.queues = append(s.queues, queue)
	}
	if agent != 0 && !slices.Contains(s.agents, agent) {
		s.agents = append(s.agents, agent)
	}
}

// withdraw ends the offer that is out, in one of the states of offers.
func (s *stay) withdraw(b *pgx.Batch, state, reason string) {
	if s.Offer == 0 {
		return
	}
	b.Queue(`update offers set state = $2, ended_at = now(), reason = $3 where id = $1 and state = 'out'`, s.Offer, state, reason)
	s.over = append(s.over, offerOver{s.Offer, s.Agent})
	s.touch(s.Queue, s.Agent)
	s.Offer = 0
}

// take puts the contact into an agent's hand.
func (s *stay) take(b *pgx.Batch, agent int64, pulled bool) {
	if s.Agent == agent {
		s.withdraw(b, "accepted", "")
	} else {
		s.withdraw(b, "taken_back", "pulled")
	}
	b.Queue(`update entries set state = 'in_hand', agent_id = $2, pulled = $3, answered_at = coalesce(answered_at, now()), parked_until = null
		where ticket_id = $1 and state <> 'ended'`, s.ticket, agent, pulled)
	s.touch(s.Queue, agent)
	s.State, s.Agent, s.Answered = "in_hand", agent, true
}

// back makes a contact that was offered wait again, at its old place. With anybody, one that was kept for an agent is no longer.
func (s *stay) back(b *pgx.Batch, anybody bool) {
	b.Queue(`update entries set state = 'waiting', agent_id = null, only_them = only_them and not $2
		where ticket_id = $1 and state <> 'ended'`, s.ticket, anybody)
	s.touch(s.Queue, s.Agent)
	s.State, s.Agent = "waiting", 0
}

// end ends the stay; the agent who had it is idle from now on.
func (s *stay) end(b *pgx.Batch, outcome string) {
	s.withdraw(b, "taken_back", outcome)
	free := s.Answered && s.Agent != 0
	b.Queue(`update entries set state = 'ended', ended_at = now(), outcome = $2, agent_id = case when $3 then agent_id end
		where ticket_id = $1 and state <> 'ended'`, s.ticket, outcome, free)
	if free {
		b.Queue(`update seats set idle_since = now() where agent_id = $1`, s.Agent)
		s.rested(b)
	}
	s.touch(s.Queue, s.Agent)
	s.State = "ended"
}

// wish is where a contact goes when its stay is over, and to whom.
type wish struct {
	queue  int64
	agent  int64  // preferred; 0: nobody
	why    string // of the preference
	only   bool   // nobody else
	inHand bool   // the agent has it already
}

// again ends the stay and begins another. Who was never answered keeps its place in time; who was begins to wait anew,
// before all who came after.
func (s *stay) again(b *pgx.Batch, outcome string, w wish) {
	was := *s
	s.end(b, outcome)
	agent := int64(0)
	if w.inHand {
		agent = w.agent
	}
	b.Queue(`insert into entries (ticket_id, queue_id, channel, arrived_at, boost_s, preferred_id, preferred_why, only_them, state, agent_id, pulled, answered_at, call_number, call_at)
		values ($1, $2, $3, case when $4 then now() else $5 end, case when $4 then least(extract(epoch from now() - $5)::int, 604800) else 0 end,
			nullif($6::bigint, 0), $7, $8, case when $9::bigint = 0 then 'waiting' else 'in_hand' end, nullif($9, 0), $9 <> 0, case when $9 <> 0 then now() end, $10, $11)`,
		s.ticket, w.queue, was.Channel, was.Answered, was.Arrived, w.agent, w.why, w.only, agent, was.Call.Number, was.Call.At)
	s.touch(w.queue, agent)
	s.Queue, s.Agent, s.Answered, s.State = w.queue, agent, agent != 0, "waiting"
	if agent != 0 {
		s.State = "in_hand"
	}
}

// finish ends an agent's part of the contact: what was never answered is closed, and what was is handled, after wrap-up
// where the queue has one. Mails have it only where a code must be given.
func (s *stay) finish(b *pgx.Batch) {
	w := s.Rules.WrapUp
	switch {
	case s.waits():
		s.end(b, "closed")
	case s.held() && w != nil && (w.Required || live(s.Channel) && w.ForS > 0):
		b.Queue(`update entries set state = 'wrap_up', parked_until = null, wrap_up_at = now(),
				wrap_up_until = case when not $2 then now() + make_interval(secs => $3) end
			where ticket_id = $1 and state <> 'ended'`, s.ticket, w.Required, w.ForS)
		s.touch(s.Queue, s.Agent)
		s.State = "wrap_up"
		s.rests(b)
	case s.held():
		s.end(b, "handled")
	}
}

// edited moves the stay with a change of its ticket by hand: to another queue, to an agent or to nobody, out of what is
// worked on. replies says that the change comes with an answer to the customer, by which an agent pulls what nobody has.
func (s *stay) edited(b *pgx.Batch, by authority.Actor, queue, assignee int64, e Edit, replies bool) {
	if s.ID == 0 {
		return
	}
	if e.Queue != nil && *e.Queue != queue && s.waits() {
		s.again(b, "moved", wish{queue: *e.Queue})
	}
	switch {
	case e.Assignee == nil || *e.Assignee == assignee && (e.handed == "" || !s.waits()):
	case *e.Assignee == 0 && s.held():
		s.again(b, "returned", wish{queue: s.Queue})
	case *e.Assignee == 0 && s.waits():
		b.Queue(`update entries set preferred_id = null, preferred_why = '', only_them = false where ticket_id = $1 and state <> 'ended'`, s.ticket)
		s.touch(s.Queue, 0)
	case *e.Assignee == 0:
	case s.waits():
		s.take(b, *e.Assignee, true)
	case s.held() && s.Agent != *e.Assignee:
		s.again(b, "transferred", wish{queue: s.Queue, agent: *e.Assignee, why: "asked", inHand: true})
	}
	if replies && by.Kind == authority.Agent && s.waits() {
		s.take(b, by.ID, true)
	}
	if e.State != nil && *e.State != "open" && (!live(s.Channel) || *e.State == "resolved" || *e.State == "closed") {
		s.finish(b)
	}
}

// tell announces what was touched, to the desks and to the router.
func (s *stay) tell(tx *authority.Tx) {
	for _, o := range s.over {
		tx.Emit("offer.ended", "offer:"+strconv.FormatInt(o.id, 10), "agent:"+strconv.FormatInt(o.agent, 10), routingTopic)
	}
	for _, agent := range s.seated {
		tx.Emit("presence.changed", "agent:"+strconv.FormatInt(agent, 10), "staff", routingTopic)
	}
	if len(s.queues) == 0 && len(s.agents) == 0 {
		return
	}
	topics := []string{object(s.ticket), routingTopic}
	for _, q := range s.queues {
		topics = append(topics, "queue:"+strconv.FormatInt(q, 10))
	}
	for _, a := range s.agents {
		topics = append(topics, "agent:"+strconv.FormatInt(a, 10))
	}
	tx.Emit("entry.changed", object(s.ticket), topics...)
}

// routingTopic is what the router listens to.
const routingTopic = "routing"

// enter makes a stay for the customer's words in a ticket that is open and that nobody works on, and gives a contact that
// was put aside, or was being wrapped up, back to who had it.
const enter = `with back as (
		update entries set state = 'in_hand', parked_until = null, wrap_up_at = null, wrap_up_until = null
		where ticket_id = $1 and state in ('parked', 'wrap_up')
	)
	insert into entries (ticket_id, queue_id, channel, preferred_id, preferred_why)
	select id, queue_id, $2, assignee_id, case when assignee_id is null then '' else 'last' end from tickets
	where id = $1 and state = 'open' and not exists (select from entries where ticket_id = $1 and state <> 'ended')`

// entered announces what enter did.
func entered(tx *authority.Tx, to ticketState) {
	tx.Emit("entry.changed", object(to.ID), append(topics(to.ID, to.Queue, to.Assignee), routingTopic)...)
}

// write sends the batch and tells what it touched.
func (s *stay) write(ctx context.Context, tx *authority.Tx, b *pgx.Batch) error {
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return fmt.Errorf("change the stay: %w", err)
	}
	s.tell(tx)
	return nil
}
