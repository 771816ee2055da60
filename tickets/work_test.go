package tickets_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"frontline/internal/authority"
	"frontline/internal/authority/authoritytest"
	"frontline/internal/fault"
	"frontline/tickets"
	"frontline/tickets/routing"
)

// stays is the story of a ticket in queues: state or outcome of each stay, with who had it.
func (w *world) stays(ticket int64) (out []string) {
	w.t.Helper()
	err := w.Gate.View(w.t.Context(), eye, func(q authority.Query) error {
		rows, err := q.Query(w.t.Context(), `select case when state = 'ended' then outcome else state end || coalesce(' ' || a.name, '')
			from entries e left join agents a on a.id = e.agent_id where ticket_id = $1 order by e.id`, ticket)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var s string
			if err := rows.Scan(&s); err != nil {
				return err
			}
			out = append(out, s)
		}
		return rows.Err()
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return out
}

// wantStays fails where the story is another.
func (w *world) wantStays(ticket int64, want ...string) {
	w.t.Helper()
	if got := w.stays(ticket); !slices.Equal(got, want) {
		w.t.Errorf("stays %q, want %q", got, want)
	}
}

// must fails where a command does.
func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// rules sets those of a queue.
func (w *world) rules(queue int64, r tickets.Rules) {
	w.t.Helper()
	now, err := w.work.Rules(w.t.Context(), eye, queue)
	w.must(err)
	_, err = w.work.SaveRules(w.t.Context(), authority.System("cli"), queue, tickets.QueueRules{Version: now.Version, Rules: r})
	w.must(err)
}

// chat is a customer on the line.
func chat(in *tickets.Inbound) { in.Channel = "chat" }

func TestAContactWaitsUntilSomebodyHasAnsweredIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	li := w.Hire("li", "agent")
	got := w.mail("zhang@example.cn", "help", func(in *tickets.Inbound) { in.Keys = []string{"k"} })
	w.wantStays(got.Ticket, "waiting")
	if e := w.view(got.Ticket).Entry; e == nil || e.State != "waiting" || e.Place != 1 || e.QueueID != 1 || e.Channel != "email" || !e.MayPull || !strings.Contains(e.WhyWaiting, "1") {
		t.Errorf("the screen shows %+v", e)
	}
	w.reply(li, got.Ticket, "soon")
	w.wantStays(got.Ticket, "handled li")
	if e := w.view(got.Ticket).Entry; e != nil {
		t.Errorf("after the answer the screen shows %+v", e)
	}

	// The customer's next words wait for who had it; a machine's wait for nobody.
	w.mail("zhang@example.cn", "away until Monday", refersTo("k"), machine)
	w.wantStays(got.Ticket, "handled li")
	w.mail("zhang@example.cn", "more", refersTo("k"))
	w.mail("zhang@example.cn", "and more", refersTo("k"))
	w.wantStays(got.Ticket, "handled li", "waiting")
	if n := w.count(`select preferred_id from entries where state = 'waiting'`); int64(n) != li.ID {
		t.Errorf("preferred is %d, want %d", n, li.ID)
	}
	w.edit(li, got.Ticket, tickets.Edit{State: ptr("closed")})
	w.wantStays(got.Ticket, "handled li", "closed")
}

func TestWhatIsDoneByHandMovesTheStay(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	li, wang := w.Hire("li", "agent"), w.Hire("wang", "agent")
	other := w.queue("二")
	got := w.mail("zhang@example.cn", "help")
	w.edit(li, got.Ticket, tickets.Edit{Queue: &other})
	w.wantStays(got.Ticket, "moved", "waiting")
	w.edit(li, got.Ticket, tickets.Edit{Assignee: &li.ID})
	w.wantStays(got.Ticket, "moved", "in_hand li")
	w.edit(li, got.Ticket, tickets.Edit{Assignee: &wang.ID})
	w.wantStays(got.Ticket, "moved", "transferred li", "in_hand wang")
	w.edit(li, got.Ticket, tickets.Edit{Assignee: ptr(int64(0))})
	w.wantStays(got.Ticket, "moved", "transferred li", "returned wang", "waiting")
	w.edit(li, got.Ticket, tickets.Edit{Assignee: &li.ID, State: ptr("resolved")})
	w.wantStays(got.Ticket, "moved", "transferred li", "returned wang", "handled li")
	if topics := w.heard("entry.changed", fmt.Sprint("ticket:", got.Ticket)); !slices.Contains(topics, li.String()) || !slices.Contains(topics, fmt.Sprint("queue:", other)) {
		t.Errorf("told %q", topics)
	}
}

func TestWhatNobodyWaitsForHasNoStay(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	li := w.Hire("li", "agent")
	made, err := w.tickets.Begin(t.Context(), li, tickets.Beginning{Opening: tickets.Opening{Subject: "offer", Text: "x", Contact: tickets.Given{Email: "a@x.cn"}}})
	w.must(err)
	w.wantStays(made.Ticket)
	// A call that somebody writes down is over.
	told, err := w.tickets.Create(t.Context(), li, tickets.Opening{Subject: "rang", Channel: "phone", Text: "x", Contact: tickets.Given{Name: "x"}})
	w.must(err)
	if n := w.count(`select count(*) from entries where ticket_id = $1 and channel = 'form'`, told.Ticket); n != 1 {
		t.Error("a call that was written down waits as a call")
	}
}

func TestAMessageTakesItsWaitingAlong(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	li := w.Hire("li", "agent")
	first := w.mail("zhang@example.cn", "one", func(in *tickets.Inbound) { in.Keys = []string{"k"} })
	more := w.mail("zhang@example.cn", "two", refersTo("k"))
	made, err := w.tickets.Split(t.Context(), li, first.Ticket, more.Message)
	w.must(err)
	w.wantStays(made.ID, "waiting")
	w.must(w.tickets.Move(t.Context(), li, made.ID, more.Message, first.Ticket))
	w.wantStays(made.ID, "merged")
	w.wantStays(first.Ticket, "waiting")
}

func TestAChatIsOverWhenItsContactIs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	li, boss := w.Hire("li", "agent"), w.Hire("boss", "supervisor")
	w.rules(1, tickets.Rules{WrapUp: &tickets.WrapUpRule{Required: true, Codes: []tickets.WrapUpCode{{Code: "ok", Name: "好"}}}})
	got := w.mail("zhang@example.cn", "hi", chat)
	_, err := w.work.Pull(t.Context(), li, got.Ticket)
	w.must(err)
	w.reply(li, got.Ticket, "hello")
	w.wantStays(got.Ticket, "in_hand li")
	if v := w.view(got.Ticket); v.State != "open" || v.Assignee == nil || v.Assignee.ID != li.ID {
		t.Errorf("after words in a chat the ticket is %s of %+v", v.State, v.Assignee)
	}
	w.must(w.work.End(t.Context(), li, got.Ticket))
	w.wantStays(got.Ticket, "wrap_up li")
	if e := w.view(got.Ticket).Entry; e.WrapUp == nil || !e.WrapUp.Required || len(e.WrapUp.Codes) != 1 || e.WrapUp.Until != nil {
		t.Errorf("wrap-up shows %+v", e.WrapUp)
	}
	w.wants("no code", w.work.WrapUp(t.Context(), li, got.Ticket, "", ""), fault.Invalid, "required")
	w.wants("a strange code", w.work.WrapUp(t.Context(), li, got.Ticket, "x", ""), fault.Invalid, "unknown_code")
	w.must(w.work.WrapUp(t.Context(), li, got.Ticket, "ok", "fine"))
	w.wantStays(got.Ticket, "handled li")
	w.wants("twice", w.work.WrapUp(t.Context(), boss, got.Ticket, "ok", ""), fault.Conflict, "not_in_hand")

	gone := w.mail("wang@example.cn", "hi", chat)
	w.part("ticket.receive", func(ctx context.Context, tx *authority.Tx) error {
		return w.tickets.Leave(ctx, tx, gone.Ticket, "abandoned")
	})
	w.wantStays(gone.Ticket, "abandoned")
}

func TestAContactIsHandedOnAndTakenBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	li, wang, boss := w.Hire("li", "agent"), w.Hire("wang", "agent", "二组"), w.Hire("boss", "supervisor")
	second := w.queue("二", "二组")
	got := w.mail("zhang@example.cn", "help")
	ctx := t.Context()
	_, err := w.work.Pull(ctx, li, got.Ticket)
	w.must(err)
	_, err = w.work.Pull(ctx, wang, got.Ticket)
	w.wants("what another has", err, fault.Conflict, "in_hand")
	w.wants("nowhere", w.work.Transfer(ctx, li, got.Ticket, tickets.Transfer{}), fault.Invalid, "one_target")
	w.wants("another's", w.work.Transfer(ctx, wang, got.Ticket, tickets.Transfer{Queue: second}), fault.Forbidden, "not_yours")

	w.must(w.work.Transfer(ctx, li, got.Ticket, tickets.Transfer{Team: w.Teams("二组")[0], Note: "主轴"}))
	w.wantStays(got.Ticket, "transferred li", "waiting")
	v := w.view(got.Ticket)
	if v.QueueID != second || v.Assignee != nil || v.Entry.QueueID != second {
		t.Errorf("after the transfer the ticket is in %d of %+v", v.QueueID, v.Assignee)
	}
	if story := w.story(got.Ticket); !slices.Contains(story, "note") {
		t.Errorf("story %q has no note", story)
	}
	w.wants("by another", w.work.TakeBack(ctx, wang, got.Ticket), fault.Forbidden, "not_yours")
	w.must(w.work.TakeBack(ctx, boss, got.Ticket))
	w.wantStays(got.Ticket, "transferred li", "moved", "in_hand li")
	w.must(w.work.Transfer(ctx, li, got.Ticket, tickets.Transfer{Agent: wang.ID}))
	w.must(w.work.TakeBack(ctx, boss, got.Ticket))
	w.must(w.work.TakeBack(ctx, boss, got.Ticket)) // what an agent has in hand waits again
	w.wantStays(got.Ticket, "transferred li", "moved", "transferred li", "moved", "returned li", "waiting")
	if n := w.count(`select count(*) from entries where ticket_id = $1 and state = 'waiting' and boost_s >= 0 and preferred_id is null`, got.Ticket); n != 1 {
		t.Error("what was taken back is kept for somebody")
	}
}

func TestAContactIsPutAsideUntilItsCustomerSaysMore(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	li := w.Hire("li", "agent")
	ctx := t.Context()
	got := w.mail("zhang@example.cn", "help", func(in *tickets.Inbound) { in.Keys = []string{"k"} })
	w.wants("what nobody has", w.work.Park(ctx, li, got.Ticket, time.Now().Add(time.Hour), ""), fault.Conflict, "not_in_hand")
	_, err := w.work.Pull(ctx, li, got.Ticket)
	w.must(err)
	w.wants("until yesterday", w.work.Park(ctx, li, got.Ticket, time.Now().Add(-time.Hour), ""), fault.Invalid, "not_ahead")
	w.must(w.work.Park(ctx, li, got.Ticket, time.Now().Add(time.Hour), "waits for the part"))
	w.wantStays(got.Ticket, "parked li")
	w.must(w.work.Unpark(ctx, li, got.Ticket))
	w.wants("twice", w.work.Unpark(ctx, li, got.Ticket), fault.Conflict, "not_parked")
	w.must(w.work.Park(ctx, li, got.Ticket, time.Now().Add(time.Hour), ""))
	w.mail("zhang@example.cn", "it came", refersTo("k"))
	w.wantStays(got.Ticket, "in_hand li")
}

func TestRulesAreCheckedBeforeTheyAreKept(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	boss := w.Hire("boss", "supervisor")
	ctx := t.Context()
	save := func(r tickets.Rules) (tickets.SavedRules, error) {
		now, err := w.work.Rules(ctx, boss, 1)
		w.must(err)
		return w.work.SaveRules(ctx, boss, 1, tickets.QueueRules{Version: now.Version, Rules: r})
	}
	_, err := save(tickets.Rules{Want: &routing.Want{Skill: "mill", Level: 9}})
	w.wants("level 9", err, fault.Invalid, "level_out_of_range")
	_, err = save(tickets.Rules{Overflow: &tickets.RuleOverflow{To: 1, AfterS: 5}})
	w.wants("overflow to itself", err, fault.Invalid, "overflow_to_itself")
	_, err = save(tickets.Rules{Offers: map[string]tickets.RuleOffer{"fax": {}}})
	w.wants("a strange channel", err, fault.Invalid, "bad_channel")
	saved, err := save(tickets.Rules{Want: &routing.Want{Skill: "mill", Level: 3}})
	w.must(err)
	if saved.Version != 2 || len(saved.Warnings) != 1 || saved.Warnings[0].Code != "queue_unserved" {
		t.Errorf("saved %+v, want a warning that nobody can serve it", saved)
	}
	w.must(w.work.SaveSetup(ctx, boss, boss.ID, tickets.SeatSetup{Skills: []tickets.Skill{{Skill: "mill", Level: 3}}, Capacity: tickets.Capacity{"chat": {Max: 1}}}))
	checked, err := w.work.CheckRules(ctx, boss, 1, tickets.QueueRules{Rules: tickets.Rules{Want: &routing.Want{Skill: "mill", Level: 3}}})
	w.must(err)
	if len(checked.Warnings) != 0 || checked.Version != 2 {
		t.Errorf("checked %+v, want no warning", checked)
	}
	_, err = w.work.SaveRules(ctx, boss, 1, tickets.QueueRules{Version: 1})
	w.wants("over another's change", err, fault.Conflict, "stale_rules")
	setup, err := w.work.Setup(ctx, boss, boss.ID)
	w.must(err)
	if setup.Capacity["chat"].Max != 1 || setup.Capacity["email"].Max != 10 || len(setup.Skills) != 1 {
		t.Errorf("the seat is %+v", setup)
	}
}

func TestPresenceHasAHistory(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	li, boss := w.Hire("li", "agent"), w.Hire("boss", "supervisor")
	w.must(w.tickets.SetPresence(t.Context(), li, li.ID, "ready", ""))
	w.must(w.tickets.SetPresence(t.Context(), li, li.ID, "ready", ""))
	w.must(w.work.SetPresenceOf(t.Context(), boss, li.ID, "not_ready", "lunch"))
	if n := w.count(`select count(*) from presences where agent_id = $1`, li.ID); n != 2 {
		t.Errorf("%d rows of history, want 2", n)
	}
	if n := w.count(`select count(*) from presences where agent_id = $1 and until_at is null and presence = 'not_ready' and reason = 'lunch'`, li.ID); n != 1 {
		t.Error("the history does not end with lunch")
	}
	crowd(16, func(i int) { // from many sides at once it has one end
		if err := w.work.SetPresenceOf(t.Context(), boss, li.ID, "not_ready", fmt.Sprint("reason ", i)); err != nil {
			t.Error(err)
		}
	})
	if n := w.count(`select count(*) from presences where agent_id = $1 and until_at is null`, li.ID); n != 1 {
		t.Errorf("%d presences at once", n)
	}
}

func TestEveryCommandOfWorkRefuses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	left, boss := w.Hire("left", "agent"), w.Hire("boss", "admin")
	got := w.mail("zhang@example.cn", "help")
	w.must(w.Accounts.ChangePerson(t.Context(), authority.System("cli"), left.ID, authority.PersonChange{Disabled: ptr(true)}))
	type who = authority.Actor
	tomorrow := time.Now().AddDate(0, 0, 1)
	authoritytest.Account(t, w.DB, w.work, left, boss, authoritytest.Calls{
		"Accept":        func(ctx context.Context, by who) error { return second(w.work.Accept(ctx, by, 1)) },
		"Decline":       func(ctx context.Context, by who) error { return w.work.Decline(ctx, by, 1, "") },
		"Pull":          func(ctx context.Context, by who) error { return second(w.work.Pull(ctx, by, got.Ticket)) },
		"Park":          func(ctx context.Context, by who) error { return w.work.Park(ctx, by, got.Ticket, tomorrow, "") },
		"Unpark":        func(ctx context.Context, by who) error { return w.work.Unpark(ctx, by, got.Ticket) },
		"End":           func(ctx context.Context, by who) error { return w.work.End(ctx, by, got.Ticket) },
		"WrapUp":        func(ctx context.Context, by who) error { return w.work.WrapUp(ctx, by, got.Ticket, "", "") },
		"TakeBack":      func(ctx context.Context, by who) error { return w.work.TakeBack(ctx, by, got.Ticket) },
		"SetPresenceOf": func(ctx context.Context, by who) error { return w.work.SetPresenceOf(ctx, by, boss.ID, "ready", "") },
		"SaveSetup": func(ctx context.Context, by who) error {
			return w.work.SaveSetup(ctx, by, boss.ID, tickets.SeatSetup{})
		},
		"Transfer": func(ctx context.Context, by who) error {
			return w.work.Transfer(ctx, by, got.Ticket, tickets.Transfer{Queue: 1})
		},
		"SaveRules": func(ctx context.Context, by who) error {
			return second(w.work.SaveRules(ctx, by, 1, tickets.QueueRules{Version: 1}))
		},
		"CheckRules": func(ctx context.Context, by who) error {
			return second(w.work.CheckRules(ctx, by, 1, tickets.QueueRules{}))
		},

		"Offer":  func(ctx context.Context, by who) error { return second(w.work.Offer(ctx, by, 1)) },
		"Offers": func(ctx context.Context, by who) error { return second(w.work.Offers(ctx, by)) },
		"Mine":   func(ctx context.Context, by who) error { return second(w.work.Mine(ctx, by)) },
		"Rules":  func(ctx context.Context, by who) error { return second(w.work.Rules(ctx, by, 1)) },
		"Setup":  func(ctx context.Context, by who) error { return second(w.work.Setup(ctx, by, boss.ID)) },
		"Waiting": func(ctx context.Context, by who) error {
			return second(w.work.Waiting(ctx, by, 1, tickets.Place{}, 5))
		},
		"Expect": func(ctx context.Context, by who) error { return second(w.work.Expect(ctx, by, []int64{1})) },
	})
}

func TestEveryCommandOfTheRouterRefuses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	left, boss := w.Hire("left", "agent"), w.Hire("boss", "admin")
	ticket := w.mail("zhang@example.cn", "help").Ticket
	w.must(w.Accounts.ChangePerson(t.Context(), authority.System("cli"), left.ID, authority.PersonChange{Disabled: ptr(true)}))
	type who = authority.Actor
	d := tickets.NewDispatch(w.tickets)
	authoritytest.Account(t, w.DB, d, left, boss, authoritytest.Calls{
		"Give": func(ctx context.Context, by who) error {
			return second(d.Give(ctx, by, routing.Assignment{Contact: ticket, Agent: left.ID}, 1, 0))
		},
		"MoveOn": func(ctx context.Context, by who) error {
			return second(d.MoveOn(ctx, by, routing.Move{Contact: ticket, To: 1}, 1))
		},
		"Expire":   func(ctx context.Context, by who) error { return second(d.Expire(ctx, by, ticket, 1)) },
		"Withdraw": func(ctx context.Context, by who) error { return second(d.Withdraw(ctx, by, ticket, 1)) },
		"Lose":     func(ctx context.Context, by who) error { return second(d.Lose(ctx, by, ticket, 1)) },
		"Wake":     func(ctx context.Context, by who) error { return second(d.Wake(ctx, by, ticket)) },
		"Finish":   func(ctx context.Context, by who) error { return second(d.Finish(ctx, by, ticket)) },
		"Alarm":    func(ctx context.Context, by who) error { return d.Alarm(ctx, by, 1, "") },
		"All":      func(ctx context.Context, by who) error { return second(d.All(ctx, by)) },
		"Of":       func(ctx context.Context, by who) error { _, err := d.Of(ctx, by, nil, nil, nil); return err },
		"Alarmed":  func(ctx context.Context, by who) error { _, err := d.Alarmed(ctx, by); return err },
	})
}
