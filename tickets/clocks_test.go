package tickets_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"frontline/internal/alarm"
	"frontline/internal/authority"
	"frontline/internal/web"
	"frontline/tickets"
)

var (
	dayAndNight = tickets.Policy{
		Name: "Always", Targets: []string{"first reply within 4 h of 24*7, warn 50%", "next reply within 2 h of 24*7", "resolution within 40 h of 24*7"},
		Steps: []tickets.Step{
			{At: "warn", Acts: []string{"notify"}},
			{At: "breach", Acts: []string{"notify", "raise", "requeue", "supervisor"}, BoostS: 600},
			{At: "after", AfterS: 3600, Acts: []string{"raise"}},
		},
	}
	pressing = tickets.Policy{Name: "Pressing", Match: tickets.PolicyMatch{Severity: []string{"停机"}}, Targets: []string{"first reply within 1 h of 24*7", "resolution within 8 h of 24*7"}}
)

func TestATicketSaysWhenItsAnswerIsDueAndWhy(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	li := w.Hire("li", "agent")
	w.promise(dayAndNight)
	id := w.mail("zhang@example.cn", "主轴转速不稳").Ticket
	w.reckon()
	w.stands(id, "first_reply", "running", "4h")
	w.stands(id, "resolution", "running", "40h")
	rows, err := w.tickets.List(t.Context(), li, tickets.Filter{Limit: 5})
	if err != nil {
		t.Fatal(err)
	}
	if d := rows[0].Due; d == nil || d.Kind != "first_reply" || d.Breached || !d.At.Equal(*w.clock(id, "first_reply").Due) {
		t.Errorf("the list shows %+v, want the first reply, as the ticket has it", d)
	}
	ctx := web.WithLanguage(t.Context(), "zh")
	v, err := w.tickets.Ticket(ctx, li, id)
	if err != nil {
		t.Fatal(err)
	}
	if words := v.Clocks[0].Words; !strings.Contains(words, "到期") || !strings.Contains(words, "策略 Always 第1版") {
		t.Errorf("in Chinese it says %q", words)
	}
	if topics := w.heard("clocks.changed", "ticket:"+strconv.FormatInt(id, 10)); !slices.Contains(topics, "queue:1") {
		t.Errorf("of the new clocks hear %v, want the queue", topics)
	}

	w.passes(id, "1 hour")
	w.reply(li, id, "请问是几号机？")
	w.reckon()
	w.stands(id, "first_reply", "met", "4h")
	w.stands(id, "resolution", "paused", "")
	if d := w.view(id).Due; d != nil {
		t.Errorf("while the ticket waits for the customer the list shows %+v", d)
	}
	w.passes(id, "5 hours")
	w.mail("zhang@example.cn", "三号机", names("token", id))
	w.reckon()
	w.stands(id, "next_reply", "running", "8h")  // two from the customer's answer, six hours after he began
	w.stands(id, "resolution", "running", "45h") // five of them he was asked something
	w.passes(id, "1 hour")
	w.edit(li, id, tickets.Edit{State: ptr("resolved")})
	w.reckon()
	w.stands(id, "next_reply", "dropped", "")
	w.stands(id, "resolution", "met", "45h")
	w.passes(id, "24 hours")
	w.mail("zhang@example.cn", "又坏了", names("token", id))
	w.reckon()
	w.stands(id, "resolution", "running", "69h") // reopened, it goes on where it stood
	if c := w.clock(id, "next_reply"); c.Round != 2 {
		t.Errorf("what he writes after that is waited for in round %d, want 2", c.Round)
	}
}

func TestAPolicyHoldsUntilTheCaseChanges(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	li := w.Hire("li", "agent")
	w.promise(pressing, dayAndNight)
	id := w.mail("zhang@example.cn", "help").Ticket
	w.reckon()
	changed := dayAndNight
	changed.Targets = []string{"first reply within 45 min of 24*7"}
	w.promise(pressing, changed)
	w.passes(id, "30 minutes")
	w.reckon()
	if c := w.clock(id, "first_reply"); c.Policy.Version != 1 {
		t.Errorf("a ticket that was opened under version 1 is under %d", c.Policy.Version)
	}
	w.stands(id, "first_reply", "running", "4h")
	w.edit(li, id, tickets.Edit{Severity: ptr("停机")})
	w.reckon()
	if c := w.clock(id, "first_reply"); c.Policy.Name != "Pressing" {
		t.Errorf("a machine that stands still is under %v", c.Policy)
	}
	w.stands(id, "first_reply", "running", "1h")
	w.edit(li, id, tickets.Edit{Severity: ptr("")})
	w.reckon()
	if c := w.clock(id, "first_reply"); c.Policy.Name != "Always" || c.Policy.Version != 2 {
		t.Errorf("after that it is under %v; want Always v2", c.Policy)
	}
	w.stands(id, "first_reply", "running", "45m")
}

func TestAClassOfTheCustomerChangesHisTickets(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.promise(tickets.Policy{Name: "VIP", Match: tickets.PolicyMatch{Class: []string{"vip"}}, Targets: []string{"resolution within 1 h of 24*7"}}, dayAndNight)
	id := w.mail("zhang@example.cn", "help").Ticket
	w.hand(`with a as (insert into accounts (name) values ('华东精工') returning id) update tickets set account_id = (select id from a) where id = $1`, id)
	w.reckon()
	w.stands(id, "resolution", "running", "40h")
	w.hand(`update accounts set class = 'vip'`)
	w.reckon()
	w.stands(id, "resolution", "running", "1h")
}

func TestAClockWarnsBreaksAndEscalatesOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.promise(dayAndNight)
	id := w.mail("zhang@example.cn", "help").Ticket
	w.hand(`insert into entries (ticket_id, queue_id, channel) select id, queue_id, channel from tickets where id = $1 on conflict do nothing`, id)
	w.reckon()
	told := func() []string { return w.clockwork(id) }
	w.passes(id, "3 hours")
	w.reckon()
	if s := told(); !slices.Equal(s, []string{"clock_warned"}) {
		t.Fatalf("after half the time the timeline tells %v", s)
	}
	w.heard("clock.warned", "ticket:"+strconv.FormatInt(id, 10))
	w.passes(id, "1 hour")
	crowd(8, func(int) { w.reckon() })
	w.reckon()
	if s := told(); !slices.Equal(s, []string{"clock_warned", "clock_breached"}) {
		t.Fatalf("after all of it the timeline tells %v", s)
	}
	w.heard("clock.breached", "ticket:"+strconv.FormatInt(id, 10))
	w.heard("clock.supervisor", "ticket:"+strconv.FormatInt(id, 10))
	v := w.view(id)
	if v.Priority != 2 || v.Due == nil || !v.Due.Breached {
		t.Errorf("a ticket whose promise broke has priority %d and shows %+v, want 2 and broken", v.Priority, v.Due)
	}
	if n := w.count(`select boost_s from entries where ticket_id = $1`, id); n != 600 {
		t.Errorf("it waits %d s ahead, want 600", n)
	}
	w.passes(id, "1 hour")
	w.reckon()
	if s := told(); !slices.Equal(s, []string{"clock_warned", "clock_breached", "clock_escalated"}) || w.view(id).Priority != 1 {
		t.Errorf("an hour later the timeline tells %v, and the priority is %d; want it escalated, and 1", s, w.view(id).Priority)
	}
}

func TestDowntimeBreaksNothingThatWasKept(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	li := w.Hire("li", "agent")
	w.promise(dayAndNight)
	kept, late, open := w.mail("a@example.cn", "a").Ticket, w.mail("b@example.cn", "b").Ticket, w.mail("c@example.cn", "c").Ticket
	w.reckon()
	for _, id := range []int64{kept, late, open} {
		w.passes(id, "3 hours")
	}
	w.reply(li, kept, "ok") // in time; nobody reckons
	for _, id := range []int64{kept, late, open} {
		w.passes(id, "3 hours")
	}
	w.reply(li, late, "sorry") // too late; the job of the instant never ran
	w.passes(open, "30 minutes")
	w.reckon()
	w.stands(kept, "first_reply", "met", "4h")
	w.stands(late, "first_reply", "late", "4h")
	if s := w.story(kept); slices.ContainsFunc(s, clocky) {
		t.Errorf("of a promise that was kept the timeline tells %v", s)
	}
	if s := w.story(late); !slices.Contains(s, "clock_breached") || slices.Contains(s, "clock_warned") {
		t.Errorf("of a promise that was kept late the timeline tells %v, want that it broke", s)
	}
	if p := w.view(late).Priority; p != 3 {
		t.Errorf("what is answered already was made more urgent: %d", p)
	}
	w.reckon()
	if s := w.clockwork(open); !slices.Equal(s, []string{"clock_breached", "clock_escalated"}) {
		t.Errorf("of what broke while nobody reckoned the timeline tells %v, want it broken and then escalated, once", s)
	}
}

func clocky(what string) bool { return strings.HasPrefix(what, "clock_") }

func TestAClockThatJumpsMovesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	li := w.Hire("li", "agent")
	w.promise(dayAndNight)
	id := w.mail("zhang@example.cn", "help").Ticket
	w.reckon()
	w.passes(id, "1 hour")
	more := w.mail("zhang@example.cn", "more", names("token", id))
	w.hand(`update messages set kept_at = kept_at + interval '3 days' where id = $1`, more.Message) // while the machine's clock was wrong
	w.reply(li, id, "ok")
	w.reckon()
	w.stands(id, "first_reply", "met", "4h")
	if w.clock(id, "first_reply").Breached != nil {
		t.Error("a wrong stamp broke a promise that was kept")
	}
	// A mail that claims to be older or younger than it is counts from when it came.
	old := w.mail("wang@example.cn", "old", func(in *tickets.Inbound) { in.At = time.Now().Add(-100 * time.Hour) }).Ticket
	w.reckon()
	w.stands(old, "first_reply", "running", "4h")
}

// The database's clock is three days ahead for a while: what it says then is undone when it is right again, also where the program
// was down in between.
func TestWhatAClockAheadBrokeIsWhole(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	li := w.Hire("li", "agent")
	w.promise(dayAndNight)
	open, answered := w.mail("a@example.cn", "a").Ticket, w.mail("b@example.cn", "b").Ticket
	w.reckon()
	for _, id := range []int64{open, answered} {
		w.passes(id, "72 hours")
	}
	w.reply(li, answered, "ok")
	w.reckon()
	broken := []string{"clock_breached", "clock_breached", "clock_escalated", "clock_escalated"}
	told := w.clockwork(open)
	if slices.Sort(told); !slices.Equal(told, broken) {
		t.Fatalf("three days later the timeline tells %v, want both promises broken", told)
	}
	for _, id := range []int64{open, answered} {
		w.passes(id, "-72 hours")
	}
	for name, node := range map[string]*tickets.Tickets{"the same program": w.tickets, "another": tickets.New(w.Gate, w.crm, w.blobs, w.out)} {
		w.hand(`update clocks set next_at = null`)
		if name == "the same program" {
			tickets.SawClock(node, time.Now().Add(72*time.Hour))
		}
		if _, err := node.Reckon(t.Context(), clockwork); err != nil {
			t.Fatal(err)
		}
		w.stands(open, "first_reply", "running", "4h")
		if d := w.view(open).Due; d == nil || d.Breached || w.clock(open, "first_reply").Breached != nil {
			t.Errorf("when the clock is right again %s shows %+v, want it whole", name, d)
		}
		if c := w.clock(answered, "first_reply"); c.Outcome != "met" || c.Breached != nil {
			t.Errorf("what was answered under the wrong clock is %s: %s", c.Outcome, c.Words)
		}
		if s := w.clockwork(open); len(s) != len(broken) {
			t.Errorf("by %s something was done too early: %v", name, s)
		}
	}
	w.passes(open, "5 hours")
	for range 2 {
		w.reckon()
		if s := w.clockwork(open)[len(broken):]; !slices.Equal(s, []string{"clock_breached", "clock_escalated"}) {
			t.Errorf("when it broke indeed the timeline tells %v, want it broken and escalated, once", s)
		}
	}
}

func TestSplitAndMovedMessagesTakeTheirClocksAlong(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	li := w.Hire("li", "agent")
	w.promise(dayAndNight)
	id := w.mail("zhang@example.cn", "one").Ticket
	second := w.mail("zhang@example.cn", "another matter", names("token", id))
	w.reckon()
	w.passes(id, "2 hours")
	made, err := w.tickets.Split(t.Context(), li, id, second.Message)
	if err != nil {
		t.Fatal(err)
	}
	w.reckon()
	c := w.clock(made.ID, "first_reply")
	if waits := w.view(made.ID).CreatedAt.Sub(c.Started).Round(time.Hour); waits != 2*time.Hour {
		t.Errorf("the customer of a matter that was split off waits since %v before, want two hours", waits)
	}
	// It was the same after all: the last message moves back, and the emptied ticket leads there.
	if err := w.tickets.Move(t.Context(), li, made.ID, second.Message, id); err != nil {
		t.Fatal(err)
	}
	w.reckon()
	if v := w.view(made.ID); v.Due != nil || len(v.Clocks) != 0 {
		t.Errorf("a ticket that leads to another shows %+v and %d clocks", v.Due, len(v.Clocks))
	}
	w.stands(id, "first_reply", "running", "4h")
}

func TestMergedTicketsKeepTheEarlierPromise(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	li := w.Hire("li", "agent")
	w.promise(dayAndNight)
	early := w.mail("zhang@example.cn", "early").Ticket
	w.reckon()
	w.passes(early, "3 hours")
	into := w.mail("zhang@example.cn", "into").Ticket
	w.reckon()
	if err := w.tickets.Merge(t.Context(), li, early, into, true); err != nil {
		t.Fatal(err)
	}
	w.reckon()
	if c, want := w.clock(into, "resolution"), w.view(early).CreatedAt.Add(40*time.Hour); c.Due == nil || c.Due.Sub(want).Abs() > time.Second {
		t.Errorf("after the merge the resolution is due %v, want that of the earlier ticket, %v", c.Due, want)
	}
	outcomes := map[string]int{}
	for _, c := range w.view(into).Clocks {
		outcomes[c.Outcome]++
	}
	if outcomes["joined"] != 2 || outcomes["running"] != 2 {
		t.Errorf("of four promises %v, want two to have joined and two to run", outcomes)
	}
	if v := w.view(early); v.Due != nil || len(v.Clocks) != 0 {
		t.Errorf("the ticket that leads to the other still shows %+v and %d clocks", v.Due, len(v.Clocks))
	}
}

func TestAWaitingCallerHasAClock(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	li := w.Hire("li", "agent")
	w.promise(tickets.Policy{Name: "Phone", Targets: []string{"answer within 20 s of 24*7"}})
	id := w.mail("zhang@example.cn", "call", func(in *tickets.Inbound) { in.Channel = "phone" }).Ticket
	w.hand(`insert into entries (ticket_id, queue_id, channel) select id, queue_id, 'phone' from tickets where id = $1 on conflict (ticket_id) where state <> 'ended' do update set state = 'waiting'`, id)
	w.reckon()
	w.stands(id, "answer", "running", "20s")
	w.hand(`update entries set state = 'in_hand', agent_id = $2, answered_at = now() where ticket_id = $1`, id, li.ID)
	w.reckon()
	w.stands(id, "answer", "met", "20s")
}

func TestWhatCannotBeKeptIsAnAlarm(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	boss := w.Hire("boss", "supervisor")
	alarms := alarm.New(w.Gate)
	stands := func(code string) bool {
		all, err := alarms.Standing(t.Context(), boss)
		if err != nil {
			t.Fatal(err)
		}
		return slices.ContainsFunc(all, func(a alarm.Alarm) bool { return a.Code == code })
	}
	ends := tickets.Calendar{Name: "fair", Zone: "UTC", Week: "24*7", Until: time.Now().UTC().AddDate(0, 0, 1).Format(time.DateOnly)}
	id, err := w.tickets.SaveCalendar(t.Context(), boss, 0, ends)
	if err != nil {
		t.Fatal(err)
	}
	w.promise(tickets.Policy{Name: "Fair", Match: tickets.PolicyMatch{Type: []string{"fair"}}, Targets: []string{"resolution within 100 h of fair"}},
		tickets.Policy{Name: "Far", Match: tickets.PolicyMatch{Type: []string{"far"}}, Targets: []string{"resolution within 4000 h of 8*5"}})
	typed := func(kind string) int64 {
		return w.mail(kind+"@example.cn", kind, func(in *tickets.Inbound) { in.Type = kind }).Ticket
	}
	fair, nobody := typed("fair"), typed("other")
	typed("far")
	w.reckon()
	for _, code := range []string{"never_due", "nothing_promised", "year_not_known"} {
		if !stands(code) {
			t.Errorf("no alarm says %s", code)
		}
	}
	if c := w.clock(fair, "resolution"); c.Due != nil {
		t.Errorf("what the calendar never reaches is due %v", c.Due)
	}
	if n := len(w.view(nobody).Clocks); n != 0 {
		t.Errorf("a ticket that no policy is for has %d clocks", n)
	}
	ends.Until = ""
	if _, err := w.tickets.SaveCalendar(t.Context(), boss, id, ends); err != nil {
		t.Fatal(err)
	}
	w.promise(dayAndNight)
	w.reckon()
	if stands("never_due") || stands("nothing_promised") {
		t.Error("the alarms still stand after it was mended")
	}
	w.stands(fair, "resolution", "running", "")
}

func TestWhatWasImportedIsUnderNoPolicy(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, err := w.tickets.Import(t.Context(), authority.System("cli"), strings.NewReader(`{"contact":{"email":"zhang@example.cn"},"subject":"old","at":"2024-01-01T00:00:00Z","messages":[{"direction":"in","text":"old"}]}`), tickets.Watch{})
	if err != nil {
		t.Fatal(err)
	}
	id := int64(w.count(`select id from tickets`))
	w.reckon()
	w.mail("zhang@example.cn", "again", names("token", id))
	w.reckon()
	if v := w.view(id); len(v.Clocks) != 0 || v.Due != nil {
		t.Errorf("an imported ticket has %d clocks, and shows %+v", len(v.Clocks), v.Due)
	}
}
