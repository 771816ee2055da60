package router_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"frontline/internal/fault"
	"frontline/tickets"
	"frontline/tickets/routing"
)

func TestAContactIsOfferedAndTaken(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.routing()
	li := w.ready("li")
	ticket := w.comes("chat", 1)
	o := w.offered(li, ticket)
	if o.Channel != "chat" || o.Number == "" || o.Subject != "help" || o.Customer == "" || o.Queue.ID != 1 || o.ExpiresAt == nil || o.Auto {
		t.Errorf("the offer is %+v", o)
	}
	if !strings.HasPrefix(o.Words, "li, because ") {
		t.Errorf("its reason is %q", o.Words)
	}
	got, err := w.work.Accept(t.Context(), li, o.ID)
	w.must(err)
	if got.TicketID != ticket {
		t.Errorf("accepted %+v, want ticket %d", got, ticket)
	}
	if _, err := w.work.Accept(t.Context(), li, o.ID); err != nil {
		t.Errorf("accepted twice = %v", err)
	}
	v, err := w.tickets.Ticket(t.Context(), li, ticket)
	w.must(err)
	if v.Assignee == nil || v.Assignee.ID != li.ID || v.Entry == nil || v.Entry.State != "in_hand" {
		t.Errorf("the ticket is of %+v, its stay %+v", v.Assignee, v.Entry)
	}
	// Three chats are what an agent can have.
	for range 2 {
		w.offered(li, w.comes("chat", 1))
	}
	fourth := w.comes("chat", 1)
	w.must(w.work.End(t.Context(), li, ticket))
	w.offered(li, fourth)
}

func TestWhoDeclinesIsNotAskedAgainAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.routing()
	li := w.ready("li")
	ticket := w.comes("email", 1)
	o := w.offered(li, ticket)
	wang := w.ready("wang")
	w.must(w.work.Decline(t.Context(), li, o.ID, "lunch"))
	if _, err := w.work.Accept(t.Context(), li, o.ID); !errors.Is(err, fault.Conflict) {
		t.Errorf("accepting what was declined = %v, want a conflict", err)
	}
	next := w.offered(wang, ticket)
	if _, err := w.work.Accept(t.Context(), li, next.ID); !errors.Is(err, fault.NotFound) {
		t.Errorf("accepting another's offer = %v, want not found", err)
	}
}

func TestAnOfferThatRunsOut(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.rules(1, tickets.Rules{Offers: map[string]tickets.RuleOffer{"chat": {ForS: 1}}})
	w.routing()
	li := w.ready("li")
	ticket := w.comes("chat", 1)
	w.offered(li, ticket)
	w.until("li not ready", func() bool {
		s, err := w.tickets.Seat(t.Context(), eye, li.ID)
		w.must(err)
		return s.Presence == "not_ready" && s.Reason == "no_answer"
	})
	// It stands before what came later.
	later := w.comes("chat", 1)
	w.rules(1, tickets.Rules{})
	room := tickets.SeatSetup{Capacity: tickets.Capacity{"chat": {Max: 1}}}
	wang := w.Hire("wang", "agent")
	w.must(w.work.SaveSetup(t.Context(), cli, wang.ID, room))
	w.must(w.tickets.SetPresence(t.Context(), wang, wang.ID, "ready", ""))
	w.offered(wang, ticket)
	w.inState(later, "waiting", 0)
}

func TestAnAgentWhoIsLost(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.rules(1, tickets.Rules{LostS: 1})
	w.routing()
	li := w.ready("li")
	chat, letter, asked := w.comes("chat", 1), w.comes("email", 1), int64(0)
	for _, ticket := range []int64{chat, letter} {
		if ticket == letter {
			continue
		}
		_, err := w.work.Accept(t.Context(), li, w.offered(li, ticket).ID)
		w.must(err)
	}
	_, err := w.work.Pull(t.Context(), li, letter)
	w.must(err)
	asked = w.comes("chat", 1)
	w.offered(li, asked)
	w.must(w.tickets.SetPresence(t.Context(), eye, li.ID, "away", "line_lost"))
	w.inState(asked, "waiting", 0)
	w.inState(chat, "waiting", 0)
	w.inState(letter, "in_hand", li.ID)
	v, err := w.tickets.Ticket(t.Context(), eye, chat)
	w.must(err)
	if v.Assignee != nil {
		t.Errorf("the chat of who was lost is still of %+v", v.Assignee)
	}
}

func TestAContactIsGivenWithoutAsking(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.rules(1, tickets.Rules{Offers: map[string]tickets.RuleOffer{"chat": {Auto: true}}})
	w.routing()
	li := w.ready("li")
	ticket := w.comes("chat", 1)
	w.inState(ticket, "in_hand", li.ID)
	if n := w.count(`select count(*) from offers where ticket_id = $1 and state = 'accepted' and expires_at is null`, ticket); n != 1 {
		t.Errorf("%d offers of it, want one that was accepted", n)
	}
	if n := w.count(`select count(*) from tickets where id = $1 and assignee_id = $2`, ticket, li.ID); n != 1 {
		t.Error("the ticket is not hers")
	}
}

func TestContactsGoOnWhereNobodyIsThere(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	second := w.queue("二", "", tickets.Rules{})
	first := w.queue("一", "一组", tickets.Rules{Overflow: &tickets.RuleOverflow{To: second, WhenNobody: true}})
	w.Hire("chen", "agent", "一组")
	li := w.ready("li")
	w.routing()
	ticket := w.comes("chat", first)
	w.offered(li, ticket)
	if n := w.count(`select count(*) from entries where ticket_id = $1 and outcome = 'overflowed'`, ticket); n != 1 {
		t.Error("it did not overflow")
	}
	if n := w.count(`select queue_id from tickets where id = $1`, ticket); int64(n) != second {
		t.Errorf("the ticket is in queue %d, want %d", n, second)
	}
}

func TestAContactIsKeptForOnePerson(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.routing()
	li, wang := w.ready("li"), w.ready("wang")
	ticket := w.comes("email", 1)
	w.until("somebody asked", func() bool { return w.count(`select count(*) from offers where state = 'out'`) == 1 })
	w.must(w.work.Transfer(t.Context(), li, ticket, tickets.Transfer{Agent: wang.ID}))
	o := w.offered(wang, ticket)
	w.must(w.work.Decline(t.Context(), wang, o.ID, ""))
	w.offered(li, ticket) // who declines gives it to the queue
}

func TestWhatHappenedWhileNobodyRouted(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.rules(1, tickets.Rules{Offers: map[string]tickets.RuleOffer{"chat": {Auto: true}}, WrapUp: &tickets.WrapUpRule{ForS: 3600}})
	stop := w.routing()
	li := w.ready("li")
	over, aside, letter := w.comes("chat", 1), w.comes("chat", 1), w.comes("email", 1)
	w.inState(over, "in_hand", li.ID)
	w.inState(aside, "in_hand", li.ID)
	_, err := w.work.Pull(t.Context(), li, letter)
	w.must(err)
	w.must(w.work.End(t.Context(), li, over))
	w.inState(over, "wrap_up", li.ID)
	stop()
	wang := w.ready("wang")
	w.must(w.tickets.SetPresence(t.Context(), li, li.ID, "not_ready", ""))
	asked := w.comes("email", 1)
	w.hand(over, `update entries set wrap_up_until = now() - interval '1 minute' where ticket_id = $1`, over)
	w.hand(aside, `update entries set state = 'parked', parked_until = now() - interval '1 minute' where ticket_id = $1`, aside)
	w.hand(asked, `update entries set state = 'offered', agent_id = $2 where ticket_id = $1`, asked, wang.ID)
	w.hand(asked, `insert into offers (entry_id, ticket_id, queue_id, agent_id, channel, expires_at) select id, ticket_id, queue_id, agent_id, channel, now() - interval '1 minute' from entries where ticket_id = $1`, asked)
	w.routing()
	w.inState(over, "ended", li.ID)
	w.inState(aside, "in_hand", li.ID)
	w.inState(asked, "waiting", 0)
	if s, err := w.tickets.Seat(t.Context(), eye, wang.ID); err != nil || s.Presence != "not_ready" {
		t.Errorf("who let an offer run out is %s, %v", s.Presence, err)
	}
}

func TestAQueueThatNobodyServesIsAnAlarm(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.rules(1, tickets.Rules{Want: &routing.Want{Skill: "mill", Level: 4}})
	w.routing()
	li := w.ready("li")
	standing := func() int {
		return w.count(`select count(*) from alarms where cleared_at is null and code = 'queue_unserved'`)
	}
	ticket := w.comes("email", 1)
	w.until("an alarm", func() bool { return standing() == 1 })
	w.must(w.work.SaveSetup(t.Context(), cli, li.ID, tickets.SeatSetup{Skills: []tickets.Skill{{Skill: "mill", Level: 5}}}))
	w.offered(li, ticket)
	w.until("no alarm", func() bool { return standing() == 0 })
}

func TestAnotherNodeLeadsWhenOneIsGone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	other := on(t, w.Branch())
	first := w.routing()
	other.routing()
	li := w.ready("li")
	w.offered(li, w.comes("chat", 1))
	first()
	w.offered(li, other.comes("chat", 1))
}

func TestTheLongestWaitIsExpectedHonestly(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for range 3 {
		w.comes("chat", 1)
	}
	last := w.comes("chat", 1)
	expected := func() tickets.Expected {
		t.Helper()
		all, err := w.work.Expect(t.Context(), eye, []int64{last, last + 1000})
		w.must(err)
		if len(all) != 1 {
			t.Errorf("%d of one that waits and one that is not there", len(all))
		}
		return all[last]
	}
	if x := expected(); x.Place != 4 || x.Wait != nil {
		t.Errorf("place %d, wait %v; want 4 and nothing known", x.Place, x.Wait)
	}
	for range 6 {
		gone := w.comes("chat", 1)
		w.hand(gone, `update entries set state = 'in_hand', answered_at = now() - interval '10 minutes' where ticket_id = $1`, gone)
	}
	if x := expected(); x.Wait == nil || *x.Wait < 6*time.Minute || *x.Wait > 8*time.Minute {
		t.Errorf("wait %v; four at six in ten minutes are about 6:40", x.Wait)
	}
}
