package routing_test

import (
	"testing"
	"time"

	"frontline/tickets/routing"
)

func TestPreferredAgents(t *testing.T) {
	held := routing.Queue{ID: 1, Want: skill("zh", 3), Prefer: 20 * time.Second}
	wang := agent(2, "Wang", "zh3")
	tell(t, []story{
		{
			"the last one, whatever she knows and works on",
			[]routing.Queue{held},
			[]routing.Agent{agent(1, "Li", "", worksOn(9), idleSince(-5)), wang},
			[]routing.Contact{call(1, 0, prefers(1, routing.Last))},
			0,
			[]string{"1: Li, because had this customer's last contact, idle 5 s; waiting 0 s"},
		},
		{
			"is waited for",
			[]routing.Queue{held},
			[]routing.Agent{agent(1, "Li", "", has(routing.Phone, 1)), wang},
			[]routing.Contact{call(1, 0, prefers(1, routing.Last))},
			19,
			[]string{"1 waits: kept for Li until 2026-11-24 12:00:20; Li has no capacity; waiting 19 s; look at 12:00:20."},
		},
		{
			"for a set time",
			[]routing.Queue{held},
			[]routing.Agent{agent(1, "Li", "", has(routing.Phone, 1)), wang},
			[]routing.Contact{call(1, 0, prefers(1, routing.Last))},
			20,
			[]string{"1: Wang, because zh 3 ≥ 3, idle 114 s; Li has no capacity; waiting 20 s"},
		},
		{
			"but not on a break",
			[]routing.Queue{held},
			[]routing.Agent{agent(1, "Li", "", is(routing.NotReady)), wang},
			[]routing.Contact{call(1, 0, prefers(1, routing.Last))},
			0,
			[]string{"1: Wang, because zh 3 ≥ 3, idle 94 s; Li is not ready; waiting 0 s"},
		},
		{
			"nor away, nor after she declined",
			[]routing.Queue{held},
			[]routing.Agent{agent(1, "Li", "", is(routing.Away)), wang, agent(3, "Zhao", "")},
			[]routing.Contact{call(1, 0, prefers(1, routing.Last), prefers(3, routing.Owner), refusedBy(3, 1))},
			2,
			[]string{"1: Wang, because zh 3 ≥ 3, idle 96 s; Li is away; Zhao has declined it; waiting 2 s"},
		},
		{
			"who works on the queue too is told of once",
			[]routing.Queue{held},
			[]routing.Agent{agent(1, "Li", "zh5", has(routing.Phone, 1)), agent(2, "Wang", "zh3", has(routing.Phone, 1))},
			[]routing.Contact{call(1, 0, prefers(1, routing.Last), prefers(1, routing.Owner))},
			20,
			[]string{"1 waits: 2 without capacity; waiting 20 s."},
		},
		{
			"as is who does not, or not yet",
			[]routing.Queue{german},
			[]routing.Agent{agent(1, "Li", "de3", has(routing.Phone, 1)), agent(2, "Wang", "", has(routing.Phone, 1), worksOn(9))},
			[]routing.Contact{call(1, 0, prefers(1, routing.Last), prefers(2, routing.Owner), prefers(2, routing.Last))},
			20,
			[]string{"1 waits: 2 without capacity; waiting 20 s; look at 12:00:30."},
		},
		{
			"and named once",
			[]routing.Queue{held},
			[]routing.Agent{agent(1, "Li", "zh5", has(routing.Phone, 1)), wang},
			[]routing.Contact{call(1, 0, prefers(1, routing.Last), prefers(1, routing.Owner))},
			20,
			[]string{"1: Wang, because zh 3 ≥ 3, idle 114 s; Li has no capacity; waiting 20 s"},
		},
		{
			"then the account's owner",
			[]routing.Queue{held},
			[]routing.Agent{agent(1, "Li", "", has(routing.Phone, 1)), wang, agent(3, "Zhao", "")},
			[]routing.Contact{call(1, 0, prefers(1, routing.Last), prefers(3, routing.Owner))},
			0,
			[]string{"1: Zhao, because owns the account, idle 94 s; Li has no capacity; waiting 0 s"},
		},
	})
}

func TestAContactThatIsWantedLater(t *testing.T) {
	wanted := func(second int) func(*routing.Contact) {
		return func(c *routing.Contact) { c.NotBefore = after(second) }
	}
	free := []routing.Agent{agent(1, "Li", "zh3")}
	held := routing.Queue{ID: 1, Want: skill("zh", 3), Prefer: 20 * time.Second}
	tell(t, []story{
		{
			"waits though somebody is free, and though she had the customer",
			[]routing.Queue{anybody},
			free,
			[]routing.Contact{call(1, 0, wanted(600), prefers(1, routing.Last))},
			599,
			[]string{"1 waits: wanted at 2026-11-24 12:10; waiting 9 min; look at 12:10:00."},
		},
		{
			"and lets those pass who are there",
			[]routing.Queue{anybody},
			free,
			[]routing.Contact{call(1, 0, wanted(600)), call(2, 30)},
			40,
			[]string{"2: Li, because idle 134 s; waiting 10 s", "1 waits: wanted at 2026-11-24 12:10; waiting 40 s; look at 12:10:00."},
		},
		{
			"then comes at once, before those who came after it",
			[]routing.Queue{anybody},
			free,
			[]routing.Contact{call(1, 0, wanted(600)), call(2, 30)},
			600,
			[]string{"1: Li, because idle 11 min; waiting 10 min", "2 waits: 1 without capacity; waiting 9 min."},
		},
		{
			"is kept for who had the customer from then on",
			[]routing.Queue{held},
			[]routing.Agent{agent(1, "Li", "", has(routing.Phone, 1)), agent(2, "Wang", "zh3")},
			[]routing.Contact{call(1, 0, wanted(600), prefers(1, routing.Last))},
			610,
			[]string{"1 waits: kept for Li until 2026-11-24 12:10:20; Li has no capacity; waiting 10 min; look at 12:10:20."},
		},
	})
}

func TestOffersThatFailed(t *testing.T) {
	one, two := []routing.Agent{agent(1, "Li", "")}, []routing.Agent{agent(1, "Li", ""), agent(2, "Wang", "", idleSince(-1))}
	tell(t, []story{
		{
			"another gets it",
			[]routing.Queue{anybody},
			two,
			[]routing.Contact{call(1, 0, refusedBy(1, 5))},
			6,
			[]string{"1: Wang, because idle 7 s; Li has declined it; waiting 6 s"},
		},
		{
			"nobody else is there",
			[]routing.Queue{anybody},
			one,
			[]routing.Contact{call(1, 0, refusedBy(1, 5))},
			6,
			[]string{"1 waits: 1 refused it; waiting 6 s; look at 12:01:05."},
		},
		{
			"so she is asked again after a minute",
			[]routing.Queue{anybody},
			one,
			[]routing.Contact{call(1, 0, refusedBy(1, 5))},
			65,
			[]string{"1: Li, because idle 159 s; waiting 65 s"},
		},
		{
			"it keeps its place",
			[]routing.Queue{anybody},
			[]routing.Agent{agent(2, "Wang", "")},
			[]routing.Contact{call(1, 0, refusedBy(1, 15)), call(2, 1)},
			15,
			[]string{"1: Wang, because idle 109 s; waiting 15 s", "2 waits: 1 without capacity; waiting 14 s."},
		},
		{
			"and does not keep the others back",
			[]routing.Queue{anybody},
			one,
			[]routing.Contact{call(1, 0, refusedBy(1, 15)), call(2, 1)},
			15,
			[]string{"2: Li, because idle 109 s; waiting 14 s", "1 waits: 1 refused it; waiting 15 s; look at 12:01:15."},
		},
	})
}

func TestHoursAndOverflow(t *testing.T) {
	day := turns{open: true, at: []time.Time{after(60), after(3600)}} // closes after a minute, opens at one
	closing := routing.Queue{ID: 1, Hours: day}
	onward := func(o routing.Overflow) []routing.Queue {
		o.To = 2
		return []routing.Queue{{ID: 1, Hours: day, Overflow: &o}, {ID: 2, Want: skill("zh", 3)}}
	}
	li, wang := agent(1, "Li", "", has(routing.Phone, 1)), agent(2, "Wang", "zh3", worksOn(2))
	tell(t, []story{
		{
			"closed",
			[]routing.Queue{closing},
			[]routing.Agent{agent(1, "Li", "")},
			[]routing.Contact{call(1, 0)},
			60,
			[]string{"1 waits: closed until 2026-11-24 13:00; waiting 60 s; look at 13:00:00."},
		},
		{
			"open again",
			[]routing.Queue{closing},
			[]routing.Agent{agent(1, "Li", "")},
			[]routing.Contact{call(1, 0)},
			3600,
			[]string{"1: Li, because idle 61 min; waiting 60 min"},
		},
		{
			"never open",
			[]routing.Queue{{ID: 1, Hours: turns{}}},
			[]routing.Agent{agent(1, "Li", "")},
			[]routing.Contact{call(1, 0)},
			0,
			[]string{"1 waits: closed, never opens; waiting 0 s."},
		},
		{
			"on to the night desk when closed", onward(routing.Overflow{WhenClosed: true}),
			[]routing.Agent{li, wang},
			[]routing.Contact{call(1, 0)},
			60,
			[]string{"1 to queue 2: moved on: the queue is closed", "1: Wang, because zh 3 ≥ 3, idle 154 s; waiting 60 s"},
		},
		{
			"not before", onward(routing.Overflow{WhenClosed: true}),
			[]routing.Agent{li, wang},
			[]routing.Contact{call(1, 0)},
			59,
			[]string{"1 waits: 1 without capacity; waiting 59 s; look at 12:01:00."},
		},
		{
			"on after 45 s", onward(routing.Overflow{After: 45 * time.Second}),
			[]routing.Agent{li, wang},
			[]routing.Contact{call(1, 0), call(2, 10)},
			45,
			[]string{
				"1 to queue 2: moved on after 45 s", "1: Wang, because zh 3 ≥ 3, idle 139 s; waiting 45 s",
				"2 waits: 1 without capacity; waiting 35 s; look at 12:00:55.",
			},
		},
		{
			"on when nobody is signed in", onward(routing.Overflow{WhenNobody: true}),
			[]routing.Agent{agent(1, "Li", "", is(routing.Away)), wang},
			[]routing.Contact{call(1, 0)},
			0,
			[]string{"1 to queue 2: moved on: nobody is signed in", "1: Wang, because zh 3 ≥ 3, idle 94 s; waiting 0 s"},
		},
		{
			"a break is not nobody", onward(routing.Overflow{WhenNobody: true}),
			[]routing.Agent{agent(1, "Li", "", is(routing.NotReady)), wang},
			[]routing.Contact{call(1, 0)},
			0,
			[]string{"1 waits: 1 not ready; waiting 0 s; look at 12:01:00."},
		},
		{
			"through a closed queue to an open one",
			[]routing.Queue{
				{ID: 1, Overflow: &routing.Overflow{To: 2, WhenNobody: true}},
				{ID: 2, Hours: turns{}, Overflow: &routing.Overflow{To: 3, WhenClosed: true}},
				{ID: 3},
			},
			[]routing.Agent{agent(3, "Zhao", "", worksOn(3))},
			[]routing.Contact{call(1, 0)},
			0,
			[]string{"1 to queue 3: moved on: nobody is signed in", "1: Zhao, because idle 94 s; waiting 0 s"},
		},
		{
			"round and round is nowhere",
			[]routing.Queue{{ID: 1, Overflow: &routing.Overflow{To: 2, WhenNobody: true}}, {ID: 2, Overflow: &routing.Overflow{To: 1, WhenNobody: true}}},
			nil,
			[]routing.Contact{call(1, 0)},
			0,
			[]string{"1 waits: no agent is good enough, in any step; waiting 0 s."},
		},
		{
			"a queue that is not there", nil,
			[]routing.Agent{li},
			[]routing.Contact{call(1, 0)},
			9,
			[]string{"1 waits: the queue does not exist; waiting 9 s."},
		},
	})
}

func TestOffersByChannel(t *testing.T) {
	t.Parallel()
	q := routing.Queue{ID: 1, Offers: map[routing.Channel]routing.Offer{routing.Chat: {Auto: true}, routing.Email: {For: 90 * time.Second}}}
	d := routing.Decide(routing.World{
		Queues: []routing.Queue{q}, Contacts: []routing.Contact{call(1, 0), chat(2, 0), mail(3, 0)},
		Agents: []routing.Agent{agent(1, "Li", ""), agent(2, "Wang", ""), agent(3, "Zhao", "")},
	}, noon)
	until := map[routing.Channel]time.Time{routing.Phone: after(15), routing.Chat: {}, routing.Email: after(90)}
	if len(d.Assignments) != 3 {
		t.Fatalf("%d are given, want 3", len(d.Assignments))
	}
	for _, a := range d.Assignments {
		if a.Auto != (a.Channel == routing.Chat) || !a.Until.Equal(until[a.Channel]) {
			t.Errorf("%s: accepted without asking %v, offered until %v, want until %v", a.Channel, a.Auto, a.Until, until[a.Channel])
		}
	}
}

// TestNothingStarves keeps one agent busy with important customers, of whom another is always there.
func TestNothingStarves(t *testing.T) {
	t.Parallel()
	li := agent(1, "Li", "")
	s := routing.NewState(routing.World{Queues: []routing.Queue{vips}, Contacts: []routing.Contact{call(1, 0)}})
	for second := 0; second < 900; second += 10 { // one comes each ten seconds, one is answered each ten seconds
		s.SetContact(call(int64(second+100), second, vip))
		s.SetContact(call(int64(second+101), second, vip))
		s.SetAgent(li)
		for _, a := range s.Decide(after(second)).Assignments {
			if a.Contact == 1 {
				if second < 300 {
					t.Errorf("the ordinary contact is answered after %d s, before those with five minutes' head start", second)
				}
				return
			}
		}
	}
	t.Error("the ordinary contact is never answered")
}

// TestAClockThatWasWrong goes back: what had widened too early narrows again.
func TestAClockThatWasWrong(t *testing.T) {
	t.Parallel()
	s := routing.NewState(routing.World{Queues: []routing.Queue{german}, Contacts: []routing.Contact{call(1, 0)}})
	s.Decide(after(3600))
	s.Decide(after(5))
	s.SetAgent(agent(1, "Li", "de3"))
	if d := s.Decide(after(6)); len(d.Assignments) > 0 || !d.Next.Equal(after(30)) {
		t.Errorf("after six seconds: %v, next %v; want none, and step 1 at 30 s", d.Assignments, d.Next)
	}
	if d := s.Decide(after(30)); len(d.Assignments) != 1 {
		t.Errorf("after 30 s: %v, want the contact given", d.Assignments)
	}
}
