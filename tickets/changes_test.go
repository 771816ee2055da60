package tickets_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"frontline/internal/authority"
	"frontline/internal/fault"
	"frontline/tickets"
)

func TestEachChangeIsOnTheTimeline(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	li := w.Hire("li", "agent")
	got := w.mail("zhang@example.cn", "help")
	w.edit(li, got.Ticket, tickets.Edit{
		State: ptr("on_hold"), SubState: ptr("parts"), Priority: ptr(1), Severity: ptr("停机"), Type: ptr("故障"), Subject: ptr("主轴"), Summary: ptr("s"),
		Assignee: &li.ID, Tags: &[]string{"a", "b"},
	})
	w.edit(li, got.Ticket, tickets.Edit{State: ptr("on_hold"), Priority: ptr(1), Tags: &[]string{"a", "b"}}) // changes nothing
	w.edit(li, got.Ticket, tickets.Edit{Assignee: ptr(int64(0)), Tags: &[]string{}})
	v := w.view(got.Ticket)
	if v.State != "on_hold" || v.SubState != "parts" || v.Priority != 1 || v.Severity != "停机" || v.Type != "故障" || v.Subject != "主轴" || v.Summary != "s" || v.Assignee != nil || len(v.Tags) != 0 {
		t.Errorf("ticket %+v", v.Row)
	}
	var changes []string
	for _, e := range w.timeline(got.Ticket) {
		if e.Kind != "event" {
			continue
		}
		var c tickets.Changed
		if err := json.Unmarshal(e.Event, &c); err != nil || e.Author.ID != li.ID {
			t.Errorf("event %s by %+v: %v", e.Event, e.Author, err)
		}
		changes = append(changes, fmt.Sprint(c.Name, " ", c.From, " ", c.To))
	}
	want := []string{
		"state open on_hold", "sub_state  parts", "severity  停机", "type  故障", "subject help 主轴", "priority 3 1",
		fmt.Sprint("assignee 0 ", li.ID), "tags [] [a b]", fmt.Sprint("assignee ", li.ID, " 0"), "tags [a b] []",
	}
	if !slices.Equal(changes, want) {
		t.Errorf("changes\n%q, want\n%q", changes, want)
	}
}

func TestChangesThatCannotBe(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	li, left := w.Hire("li", "agent"), w.Hire("left", "agent")
	if err := w.Accounts.ChangePerson(t.Context(), authority.System("cli"), left.ID, authority.PersonChange{Disabled: ptr(true)}); err != nil {
		t.Fatal(err)
	}
	got := w.mail("zhang@example.cn", "help")
	for what, e := range map[string]tickets.Edit{
		"unknown_queue": {Queue: ptr(int64(999))}, "unknown_agent": {Assignee: ptr(int64(999))}, "bad_tag": {Tags: &[]string{" "}},
	} {
		w.wants(what, w.tickets.Edit(t.Context(), li, got.Ticket, e), fault.Invalid, what)
	}
	for what, e := range map[string]tickets.Edit{
		"an agent who has left": {Assignee: &left.ID}, "a state that is none": {State: ptr("lost")}, "a priority that is none": {Priority: ptr(9)},
		"bytes that no column takes": {Subject: ptr("a\x00")}, "too many words": {Severity: ptr(string(make([]rune, 51)))},
	} {
		w.wants(what, w.tickets.Edit(t.Context(), li, got.Ticket, e), fault.Invalid)
	}
	w.wants("a ticket that is not there", w.tickets.Edit(t.Context(), li, 999, tickets.Edit{}), fault.NotFound)
	if story := w.story(got.Ticket); len(story) != 1 {
		t.Errorf("refused changes left %q", story)
	}
}

// Those who saw a ticket before a change and those who see it after must both hear of it.
func TestBothAudiencesHearOfAMove(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	li, wang := w.Hire("li", "agent"), w.Hire("wang", "agent")
	second := w.queue("二线")
	got := w.mail("zhang@example.cn", "help")
	object := fmt.Sprint("ticket:", got.Ticket)
	heard := func(want ...string) {
		t.Helper()
		want = append(want, object)
		slices.Sort(want)
		if topics := w.heard("ticket.changed", object); !slices.Equal(topics, want) {
			t.Errorf("told %q, want %q", topics, want)
		}
	}
	w.edit(li, got.Ticket, tickets.Edit{Assignee: &li.ID})
	heard("queue:1", li.String())
	w.edit(li, got.Ticket, tickets.Edit{Assignee: &wang.ID, Queue: &second})
	heard("queue:1", fmt.Sprint("queue:", second), li.String(), wang.String())
	w.edit(li, got.Ticket, tickets.Edit{Assignee: ptr(int64(0))})
	heard(fmt.Sprint("queue:", second), wang.String())
}

// Who hands a ticket to another team may do so, and then no longer sees it; the new team does.
func TestATicketIsHandedToAnotherTeam(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	li, wang := w.Hire("li", "agent", "north"), w.Hire("wang", "agent", "south")
	north, south := w.queue("north", "north"), w.queue("south", "south")
	got := w.mail("zhang@example.cn", "help", into(north))
	sees := func(who authority.Actor) bool { return w.tickets.Visible(t.Context(), who, got.Ticket) == nil }
	if !sees(li) || sees(wang) {
		t.Fatal("the first team does not see it alone")
	}
	w.wants("taking a ticket of another team", w.tickets.Edit(t.Context(), wang, got.Ticket, tickets.Edit{Queue: &south}), fault.NotFound)
	w.edit(li, got.Ticket, tickets.Edit{Queue: &south})
	if sees(li) || !sees(wang) {
		t.Error("the second team does not see it alone")
	}
	// An assignee sees it wherever it is, until it is taken away.
	w.edit(wang, got.Ticket, tickets.Edit{Assignee: &li.ID})
	if !sees(li) {
		t.Error("the assignee does not see the ticket")
	}
	w.edit(li, got.Ticket, tickets.Edit{Assignee: ptr(int64(0))})
	if sees(li) {
		t.Error("who gave it back still sees it")
	}
}

// A queue changes its team: its tickets go with it, however many there are, without a write to any of them.
func TestAQueueTakesItsTicketsAlong(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	li, wang := w.Hire("li", "agent", "north"), w.Hire("wang", "agent", "south")
	queue := w.queue("q", "north")
	first := w.mail("zhang@example.cn", "one", into(queue))
	w.mail("zhang@example.cn", "two", into(queue))
	before := w.count(`select sum(xmin::text::bigint) from tickets`)
	list := func(who authority.Actor) int {
		rows, err := w.tickets.List(t.Context(), who, tickets.Filter{Limit: 10})
		if err != nil {
			t.Fatal(err)
		}
		return len(rows)
	}
	if list(li) != 2 || list(wang) != 0 {
		t.Errorf("first the teams see %d and %d", list(li), list(wang))
	}
	if _, err := w.tickets.SaveQueue(t.Context(), authority.System("cli"), queue, tickets.QueueEdit{Name: "q", TeamID: &w.Teams("south")[0]}); err != nil {
		t.Fatal(err)
	}
	if list(li) != 0 || list(wang) != 2 {
		t.Errorf("then the teams see %d and %d", list(li), list(wang))
	}
	if v := w.view(first.Ticket); v.TeamID == nil || *v.TeamID != w.Teams("south")[0] {
		t.Errorf("the ticket's team is %v", v.TeamID)
	}
	if _, err := w.tickets.SaveQueue(t.Context(), authority.System("cli"), queue, tickets.QueueEdit{Name: "q"}); err != nil {
		t.Fatal(err)
	}
	if list(li) != 2 || list(wang) != 2 || w.count(`select sum(xmin::text::bigint) from tickets`) != before {
		t.Error("a queue of no team is not everybody's, or tickets were written")
	}
	topics, err := w.tickets.QueueTopics(t.Context(), li)
	if err != nil || len(topics) != 2 {
		t.Errorf("topics %q, %v", topics, err)
	}
}

func TestQueuesAreNamedOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	boss := w.Hire("boss", "supervisor")
	ctx := t.Context()
	id, err := w.tickets.SaveQueue(ctx, boss, 0, tickets.QueueEdit{Name: "二线", NameEn: "Second", Signature: "敬上", Default: true})
	if err != nil {
		t.Fatal(err)
	}
	if got := w.mail("a@x", "hello"); w.view(got.Ticket).QueueID != id {
		t.Error("the default queue is not where new tickets go")
	}
	_, err = w.tickets.SaveQueue(ctx, boss, 0, tickets.QueueEdit{Name: "二线"})
	w.wants("a second of one name", err, fault.Conflict, "name_taken")
	_, err = w.tickets.SaveQueue(ctx, boss, 0, tickets.QueueEdit{Name: " \n "})
	w.wants("one without a name", err, fault.Invalid, "required")
	_, err = w.tickets.SaveQueue(ctx, boss, 999, tickets.QueueEdit{Name: "x"})
	w.wants("one that is not there", err, fault.NotFound)
	_, err = w.tickets.SaveQueue(ctx, boss, id, tickets.QueueEdit{Name: "x", TeamID: ptr(int64(999))})
	w.wants("a team that is not there", err, fault.Invalid, "unknown_team")
	queues, err := w.tickets.Queues(ctx, boss)
	if err != nil || len(queues) != 2 || queues[1].Open != 1 || queues[1].Unassigned != 1 || queues[1].Signature != "敬上" || !queues[1].Default || queues[0].Default {
		t.Errorf("queues %+v, %v", queues, err)
	}
}

func TestPresence(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	li, wang := w.Hire("li", "agent"), w.Hire("wang", "agent")
	ctx := t.Context()
	set := func(by authority.Actor, agent int64, state, reason string) error {
		return w.tickets.SetPresence(ctx, by, agent, state, reason)
	}
	for _, step := range [][2]string{{"ready", ""}, {"not_ready", "午餐\n\x00"}, {"not_ready", "午餐"}, {"after_work", ""}} {
		if err := set(li, li.ID, step[0], step[1]); err != nil {
			t.Fatal(err)
		}
	}
	if s, err := w.tickets.Seat(ctx, wang, li.ID); err != nil || s.Presence != "after_work" || s.Name != "li" {
		t.Errorf("seat %+v, %v", s, err)
	}
	// Saying the same again is no news.
	if n := w.count(`select count(*) from events where kind = 'presence.changed' and object = $1 and 'staff' = any (topics)`, li.String()); n != 3 {
		t.Errorf("%d events for three changes", n)
	}
	w.wants("somebody else's", set(li, wang.ID, "ready", ""), fault.Forbidden)
	if n := w.count(`select count(*) from audit where outcome = 'deny' and act = 'seat.presence' and object = $1`, wang.String()); n != 1 {
		t.Errorf("%d denied tries written down, want 1", n)
	}
	if err := set(robot, li.ID, "away", "line lost"); err != nil {
		t.Errorf("the program says that a line is lost = %v", err)
	}
	w.wants("a state that is none", set(li, li.ID, "asleep", ""), fault.Invalid, "unknown_presence")
	_, err := w.tickets.Seat(ctx, li, 999)
	w.wants("nobody's seat", err, fault.NotFound)
	if err := set(wang, wang.ID, "ready", ""); err != nil {
		t.Fatal(err)
	}
	present, err := w.tickets.Present(ctx, robot)
	if err != nil || !slices.Equal(present, []int64{wang.ID}) {
		t.Errorf("present %v, %v", present, err)
	}
	seats, err := w.tickets.Seats(ctx, li)
	if err != nil || len(seats) != 2 {
		t.Errorf("seats %+v, %v", seats, err)
	}
}
