package router_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"frontline/internal/authority"
	"frontline/internal/event"
	"frontline/internal/fault"
	"frontline/tickets"
	"frontline/tickets/routing"

	"github.com/jackc/pgx/v5"
)

// TestNoContactIsLostWhateverIsKilled lets contacts of three channels come to agents who accept, decline, do not answer
// and lose their line, while two nodes route and one after the other is killed. FRONTLINE_SCENARIO is "agents,contacts,kills":
// 40,300,4 in the ordinary run, 1000,10000,40 by hand.
func TestNoContactIsLostWhateverIsKilled(t *testing.T) {
	t.Parallel()
	agents, contacts, kills := 40, 300, 4
	if s := os.Getenv("FRONTLINE_SCENARIO"); s != "" {
		if _, err := fmt.Sscanf(s, "%d,%d,%d", &agents, &contacts, &kills); err != nil {
			t.Fatalf("FRONTLINE_SCENARIO=%q: %v", s, err)
		}
	}
	// The more agents, the longer each of the few hands that play them takes to answer.
	c := &crowd{world: newWorld(t), contacts: contacts, think: 1 + agents/100, asked: newChores(), hands: newChores()}
	c.open()
	c.hire(agents)
	nodes := []*node{{t: t, url: c.DB.URL}, {t: t, url: c.DB.URL}}
	for _, n := range nodes {
		n.start()
		t.Cleanup(n.kill)
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var busy sync.WaitGroup
	sub, err := c.Hub.Subscribe(ctx, 0, "routing")
	c.must(err)
	busy.Go(func() { c.watch(ctx, sub) })
	for range 24 {
		busy.Go(func() { c.lend(ctx) })
	}
	begun := time.Now()
	for i := range contacts {
		c.hands.add(chore{"arrive", int64(i)}, c.arrive)
	}
	for i := range kills {
		// The kills are spread over the contacts; where in the work each falls is chance.
		c.reach(contacts * (i + 1) / (kills + 2))
		n := nodes[rand.IntN(len(nodes))]
		n.kill()
		c.check()
		n.start()
	}
	c.reach(contacts)
	took := time.Since(begun)
	stop()
	busy.Wait()
	c.check()
	c.settled()
	t.Logf("%d agents, %d contacts, %d kills in %v: %d offers, %d accepted, %d declined, %d timed out, %d taken back, %d lost lines; %d stays",
		agents, contacts, kills, took.Round(time.Millisecond), c.count(`select count(*) from offers`), c.count(`select count(*) from offers where state = 'accepted'`),
		c.count(`select count(*) from offers where state = 'declined'`), c.count(`select count(*) from offers where state = 'timed_out'`),
		c.count(`select count(*) from offers where state = 'taken_back'`), c.lost.Load(), c.count(`select count(*) from entries`))
}

// crowd are customers and agents.
type crowd struct {
	*world
	contacts int
	think    int // seconds to answer an offer
	queues   []int64
	people   []authority.Actor
	asked    *chores // offers to be answered: before all else, as they run out
	hands    *chores // what else somebody does next
	lost     atomic.Int64
	moved    tally // events about stays
}

// open makes queues that want different things; some give without asking, most ask for wrap-up.
func (c *crowd) open() {
	skills := []string{"mill", "lathe", "test"}
	for i := range 6 {
		r := tickets.Rules{
			Want:  &routing.Want{Skill: skills[i%3], Level: 2 + i%2},
			Steps: []tickets.RuleStep{{AfterS: 1, Want: &routing.Want{Skill: skills[i%3], Level: 1}}},
			Offers: map[string]tickets.RuleOffer{
				"phone": {ForS: c.think}, "chat": {ForS: c.think, Auto: i == 0}, "email": {ForS: c.think},
			},
			AskAgainS: 1, LostS: 1,
		}
		if i%2 == 0 {
			r.WrapUp = &tickets.WrapUpRule{ForS: 1}
		}
		c.queues = append(c.queues, c.queue(fmt.Sprint("q", i), "", r))
	}
}

func (c *crowd) hire(n int) {
	var all sync.WaitGroup
	var mu sync.Mutex
	ids := make(chan int, n)
	for i := range n {
		ids <- i
	}
	close(ids)
	for range 8 {
		all.Go(func() {
			for i := range ids {
				a := c.Hire(fmt.Sprint("a", i), "agent")
				setup := tickets.SeatSetup{Skills: []tickets.Skill{
					{Skill: "mill", Level: 1 + i%5}, {Skill: "lathe", Level: 1 + (i/5)%5}, {Skill: "test", Level: 1 + (i/25)%5},
				}}
				c.must(c.work.SaveSetup(c.t.Context(), cli, a.ID, setup))
				c.must(c.tickets.SetPresence(c.t.Context(), a, a.ID, "ready", ""))
				mu.Lock()
				c.people = append(c.people, a)
				mu.Unlock()
			}
		})
	}
	all.Wait()
}

// arrive is one more customer.
func (c *crowd) arrive() {
	c.comes([]string{"phone", "chat", "email"}[rand.IntN(3)], c.queues[rand.IntN(len(c.queues))])
}

// lend does what is to be done, as many hands do.
func (c *crowd) lend(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-c.asked.more:
			c.asked.do()
			continue
		default:
		}
		select {
		case <-ctx.Done():
			return
		case <-c.asked.more:
			c.asked.do()
		case <-c.hands.more:
			c.hands.do()
		}
	}
}

// watch lets agents react to what they hear.
func (c *crowd) watch(ctx context.Context, sub *event.Sub) {
	defer sub.Close()
	for {
		select {
		case <-ctx.Done():
			return
		case <-sub.Wake:
		}
		events, err := sub.Take(ctx)
		if err != nil {
			if ctx.Err() == nil {
				c.t.Errorf("the agents hear nothing any more: %v", err)
			}
			return
		}
		for _, e := range events {
			id, _ := strconv.ParseInt(e.Object[strings.Index(e.Object, ":")+1:], 10, 64)
			switch e.Kind {
			case "offer.made":
				agent, _ := strconv.ParseInt(strings.TrimPrefix(e.Topics[0], "agent:"), 10, 64)
				c.asked.add(chore{e.Kind, id}, func() { c.answer(authority.AgentActor(agent, ""), id) })
			case "entry.changed":
				c.moved.add()
				c.hands.add(chore{e.Kind, id}, func() { c.handle(id) })
			case "presence.changed":
				c.hands.add(chore{e.Kind, id}, func() { c.returnTo(authority.AgentActor(id, "")) })
			}
		}
	}
}

// expected lets go what happens where others act at the same time.
func (c *crowd) expected(err error) {
	if err != nil && !errors.Is(err, fault.Conflict) && !errors.Is(err, fault.NotFound) && !errors.Is(err, fault.Forbidden) && !errors.Is(err, context.Canceled) {
		c.t.Error(err)
	}
}

// answer is what an agent does with an offer: mostly accept it.
func (c *crowd) answer(a authority.Actor, offer int64) {
	ctx := c.t.Context()
	switch n := rand.IntN(100); {
	case n < 85:
		_, err := c.work.Accept(ctx, a, offer)
		c.expected(err)
	case n < 95:
		c.expected(c.work.Decline(ctx, a, offer, "chance"))
	case n < 98: // nothing: it runs out
	default:
		c.lost.Add(1)
		c.expected(c.tickets.SetPresence(ctx, eye, a.ID, "away", "line_lost"))
	}
}

// handle goes on with a contact that somebody has.
func (c *crowd) handle(ticket int64) {
	ctx := c.t.Context()
	var agent int64
	var state, channel string
	if !c.read(`select agent_id, state::text, channel from entries where ticket_id = $1 and state in ('in_hand', 'wrap_up')`, ticket, &agent, &state, &channel) {
		return
	}
	a := authority.AgentActor(agent, "")
	switch {
	case state == "wrap_up" && rand.IntN(2) == 0:
		c.expected(c.work.WrapUp(ctx, a, ticket, "", ""))
	case state == "wrap_up": // its time runs out
	case rand.IntN(20) == 0:
		c.expected(c.work.Transfer(ctx, a, ticket, tickets.Transfer{Queue: c.queues[rand.IntN(len(c.queues))]}))
	case channel == "email":
		_, err := c.tickets.Reply(ctx, a, tickets.Reply{Ticket: ticket, Text: "done", State: "resolved"})
		c.expected(err)
	default:
		c.expected(c.work.End(ctx, a, ticket))
	}
}

// returnTo makes somebody ready again who is not.
func (c *crowd) returnTo(a authority.Actor) {
	var presence string
	if c.read(`select presence::text from seats where agent_id = $1`, a.ID, &presence) && presence != "ready" {
		c.expected(c.tickets.SetPresence(c.t.Context(), a, a.ID, "ready", ""))
	}
}

// read reads one row, where there is one.
func (c *crowd) read(sql string, id int64, into ...any) bool {
	err := c.Gate.View(c.t.Context(), eye, func(q authority.Query) error { return q.QueryRow(c.t.Context(), sql, id).Scan(into...) })
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		c.expected(err)
	}
	return err == nil
}

// reach waits until so many tickets are done with. None is without an event: so many must be heard of before it is worth
// counting again.
func (c *crowd) reach(n int) {
	c.t.Helper()
	late := time.After(10 * time.Minute)
	for done, at := 0, 0; ; {
		at = c.moved.now()
		if done = c.count(`select count(distinct ticket_id) from entries e where outcome = 'handled'`); done >= n {
			return
		}
		if !c.moved.reach(at+n-done, late) {
			c.t.Fatalf("%d of %d contacts done after ten minutes; states now: %d waiting, %d offered, %d in hand, %d in wrap-up", done, n,
				c.count(`select count(*) from entries where state = 'waiting'`), c.count(`select count(*) from entries where state = 'offered'`),
				c.count(`select count(*) from entries where state = 'in_hand'`), c.count(`select count(*) from entries where state = 'wrap_up'`))
		}
	}
}

// check is what holds at any instant: nobody is over capacity, an entry that is offered has one offer, of the same agent.
func (c *crowd) check() {
	c.t.Helper()
	for what, n := range map[string]int{
		"agents over capacity": c.count(`select count(*) from (select agent_id, channel, count(*) n from entries where state in ('offered', 'in_hand', 'wrap_up') group by 1, 2) l
			where n > case channel when 'phone' then 1 when 'chat' then 3 else 10 end`),
		"offers that are not of who is asked": c.count(`select count(*) from entries e left join offers o on o.entry_id = e.id and o.state = 'out'
			where (e.state = 'offered') <> (o.id is not null) or e.state = 'offered' and o.agent_id <> e.agent_id`),
		"stays with two agents": c.count(`select count(*) from (select entry_id from offers where state = 'accepted' group by entry_id having count(*) > 1) twice`),
		"tickets in two stays":  c.count(`select count(*) from (select ticket_id from entries where state <> 'ended' group by ticket_id having count(*) > 1) twice`),
	} {
		if n != 0 {
			c.t.Errorf("%d %s", n, what)
		}
	}
}

// settled is what holds at the end: each contact was done with by one agent, and what it was answered by is an offer.
func (c *crowd) settled() {
	c.t.Helper()
	if n := c.count(`select count(*) from tickets`); n != c.contacts {
		c.t.Errorf("%d tickets, want %d", n, c.contacts)
	}
	if n := c.count(`select count(*) from tickets t where not exists (select from entries e where e.ticket_id = t.id and e.outcome = 'handled')`); n != 0 {
		c.t.Errorf("%d contacts were lost", n)
	}
	if n := c.count(`select count(*) from entries where outcome = 'handled' and answered_at is not null and agent_id is null`); n != 0 {
		c.t.Errorf("%d contacts were handled by nobody", n)
	}
	if n := c.count(`select count(*) from entries e where e.outcome in ('handled', 'transferred', 'returned') and not e.pulled
		and (select count(*) from offers o where o.entry_id = e.id and o.state = 'accepted' and o.agent_id = e.agent_id) <> 1`); n != 0 {
		c.t.Errorf("%d stays were answered by who was not asked", n)
	}
}
