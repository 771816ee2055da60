package routing_test

import (
	"testing"
	"time"

	"frontline/tickets/routing"
)

// chinese wants zh 3; german wants de 5, after 30 s de 3, and after 60 s the neighbours' team 7 helps.
var (
	chinese = routing.Queue{ID: 1, Want: skill("zh", 3)}
	german  = routing.Queue{ID: 1, Want: skill("de", 5), Steps: []routing.Step{
		{After: 30 * time.Second, Want: wanting(skill("de", 3))}, {After: time.Minute, Teams: []int64{7}},
	}}
	anybody = routing.Queue{ID: 1}
	vips    = routing.Queue{ID: 1, Heads: routing.Heads{Class: map[string]time.Duration{"vip": 5 * time.Minute}}}
)

func TestWhoKnowsEnough(t *testing.T) {
	tell(t, []story{
		{
			"the better one has no capacity",
			[]routing.Queue{chinese},
			[]routing.Agent{agent(1, "Wang", "zh5", idleSince(-300), has(routing.Chat, 3)), agent(2, "Li", "zh4")},
			[]routing.Contact{chat(1, -12)},
			0,
			[]string{"1: Li, because zh 4 ≥ 3, idle 94 s; Wang has no capacity; waiting 12 s"},
		},
		{
			"the better one is on a break",
			[]routing.Queue{chinese},
			[]routing.Agent{agent(1, "Wang", "zh5", is(routing.NotReady), idleSince(-300)), agent(2, "Li", "zh4")},
			[]routing.Contact{call(1, -12)},
			0,
			[]string{"1: Li, because zh 4 ≥ 3, idle 94 s; Wang is not ready; waiting 12 s"},
		},
		{
			"level 2 is not enough",
			[]routing.Queue{chinese},
			[]routing.Agent{agent(1, "Wang", "zh2")},
			[]routing.Contact{call(1, 0)},
			0,
			[]string{"1 waits: no agent is good enough, in any step; waiting 0 s."},
		},
		{
			"the mother tongue is level 5",
			[]routing.Queue{chinese},
			[]routing.Agent{agent(1, "Zhao", "", func(a *routing.Agent) { a.Language = "zh" })},
			[]routing.Contact{call(1, 0)},
			0,
			[]string{"1: Zhao, because zh 5 ≥ 3, idle 94 s; waiting 0 s"},
		},
		{
			"both of two, then one of two",
			[]routing.Queue{{ID: 1, Want: routing.Want{All: []routing.Want{skill("zh", 2), {Any: []routing.Want{skill("mill", 4), skill("lathe", 4)}}}}}},
			[]routing.Agent{agent(1, "Wang", "zh5 mill3 lathe3"), agent(2, "Li", "zh2 mill1 lathe4")},
			[]routing.Contact{call(1, 0)},
			0,
			[]string{"1: Li, because zh 2 ≥ 2, lathe 4 ≥ 4, idle 94 s; waiting 0 s"},
		},
		{
			"the customer's language",
			[]routing.Queue{{ID: 1, Want: routing.Want{Language: true, Level: 3}}},
			[]routing.Agent{agent(1, "Smith", "en5"), agent(2, "Li", "zh5 en2")},
			[]routing.Contact{call(1, -9, speaking("zh")), call(2, -8, speaking("ja")), call(3, -7)},
			0,
			[]string{
				"1: Li, because zh 5 ≥ 3, idle 94 s; waiting 9 s", "3: Smith, because idle 94 s; Li has no capacity; waiting 7 s",
				"2 waits: no agent is good enough, in any step; waiting 8 s.",
			},
		},
	})
}

func TestQueuesWiden(t *testing.T) {
	li, neighbour := agent(1, "Li", "de3"), agent(2, "Weber", "de5", inTeam(7), idleSince(-600))
	tell(t, []story{
		{
			"nobody at first",
			[]routing.Queue{german},
			[]routing.Agent{li, neighbour},
			[]routing.Contact{call(1, 0)},
			29,
			[]string{"1 waits: nobody is good enough before 2026-11-24 12:00:30; waiting 29 s; look at 12:00:30."},
		},
		{
			"level 3 after 30 s",
			[]routing.Queue{german},
			[]routing.Agent{li, neighbour},
			[]routing.Contact{call(1, 0)},
			30,
			[]string{"1: Li, because de 3 ≥ 3, enough since step 1 (after 30 s), idle 124 s; waiting 30 s"},
		},
		{
			"the neighbours after a minute",
			[]routing.Queue{german},
			[]routing.Agent{agent(1, "Li", "de3", is(routing.Away)), neighbour},
			[]routing.Contact{call(1, 0)},
			60,
			[]string{"1: Weber, because de 5 ≥ 5, enough since step 2 (after 60 s), idle 11 min; waiting 60 s"},
		},
		{
			"steps count from the entry into this queue",
			[]routing.Queue{german},
			[]routing.Agent{li},
			[]routing.Contact{call(1, 0, func(c *routing.Contact) { c.Entered = after(200) })},
			210,
			[]string{"1 waits: nobody is good enough before 2026-11-24 12:03:50; waiting 3 min; look at 12:03:50."},
		},
		{
			"who was good enough from the start comes first",
			[]routing.Queue{german},
			[]routing.Agent{agent(1, "Li", "de3", idleSince(-900)), agent(3, "Braun", "de5", idleSince(10))},
			[]routing.Contact{call(1, 0)},
			45,
			[]string{"1: Braun, because de 5 ≥ 5, idle 35 s; waiting 45 s"},
		},
		{
			"who fits less is not named",
			[]routing.Queue{german},
			[]routing.Agent{agent(1, "Li", "de3", is(routing.NotReady)), agent(3, "Braun", "de5"), agent(4, "Huber", "de5", has(routing.Phone, 1))},
			[]routing.Contact{call(1, 0)},
			45,
			[]string{"1: Braun, because de 5 ≥ 5, idle 139 s; Huber has no capacity; waiting 45 s"},
		},
		{
			"of many who could not, three are named",
			[]routing.Queue{anybody},
			[]routing.Agent{
				agent(1, "Li", ""), agent(2, "Wang", "", has(routing.Chat, 3)), agent(3, "Zhao", "", has(routing.Chat, 1)),
				agent(4, "Sun", "", has(routing.Chat, 2)), agent(5, "Zhou", "", has(routing.Chat, 2), idleSince(-500)), agent(6, "Wu", "", is(routing.Away)),
			},
			[]routing.Contact{call(1, 0)},
			0,
			[]string{"1: Li, because idle 94 s; Zhao has no capacity; Zhou has no capacity; Sun has no capacity; and 1 more could not; waiting 0 s"},
		},
	})
}

func TestWhoComesFirst(t *testing.T) {
	one := []routing.Agent{agent(1, "Li", "")}
	tell(t, []story{
		{
			"the longest waiting",
			[]routing.Queue{anybody},
			one,
			[]routing.Contact{call(1, -10), call(2, -30)},
			0,
			[]string{"2: Li, because idle 94 s; waiting 30 s", "1 waits: 1 without capacity; waiting 10 s."},
		},
		{
			"an important customer, by five minutes",
			[]routing.Queue{vips},
			one,
			[]routing.Contact{call(1, -299), call(2, 0, vip)},
			0,
			[]string{"2: Li, because idle 94 s; waiting 0 s, counts as 5 min", "1 waits: 1 without capacity; waiting 4 min."},
		},
		{
			"but by no more",
			[]routing.Queue{vips},
			one,
			[]routing.Contact{call(1, -301), call(2, 0, vip)},
			0,
			[]string{"1: Li, because idle 94 s; waiting 5 min", "2 waits: 1 without capacity; waiting 0 s, counts as 5 min."},
		},
		{
			"the agent's first queue, by a minute a place",
			[]routing.Queue{anybody, {ID: 2}, {ID: 3}},
			[]routing.Agent{agent(1, "Li", "", worksOn(3, 2, 1))},
			[]routing.Contact{call(1, -119), call(2, 0, to(3))},
			0,
			[]string{"2: Li, because idle 94 s; waiting 0 s", "1 waits: 1 without capacity; waiting 119 s."},
		},
		{
			"but by no more than that",
			[]routing.Queue{anybody, {ID: 2}, {ID: 3}},
			[]routing.Agent{agent(1, "Li", "", worksOn(3, 2, 1))},
			[]routing.Contact{call(1, -121), call(2, 0, to(3))},
			0,
			[]string{"1: Li, because queue 3 in the agent's order, idle 94 s; waiting 121 s", "2 waits: 1 without capacity; waiting 0 s."},
		},
		{
			"of agents the longest idle",
			[]routing.Queue{anybody},
			[]routing.Agent{agent(1, "Li", ""), agent(2, "Wang", "", idleSince(-95))},
			[]routing.Contact{call(1, 0)},
			0,
			[]string{"1: Wang, because idle 95 s; waiting 0 s"},
		},
		{
			"of agents the least loaded",
			[]routing.Queue{anybody},
			[]routing.Agent{agent(1, "Li", "", idleSince(-900), has(routing.Chat, 1)), agent(2, "Wang", "", has(routing.Chat, 0))},
			[]routing.Contact{chat(1, -9), chat(2, -8), chat(3, -7)},
			0,
			[]string{
				"1: Wang, because idle 94 s; waiting 9 s", "2: Li, because 1 in hand; waiting 8 s",
				"3: Wang, because 1 in hand; waiting 7 s",
			},
		},
	})
}

func TestRoomByChannel(t *testing.T) {
	tell(t, []story{
		{
			"a call interrupts ten mails",
			[]routing.Queue{anybody},
			[]routing.Agent{agent(1, "Li", "", has(routing.Email, 10))},
			[]routing.Contact{mail(1, -90), call(2, 0)},
			0,
			[]string{"2: Li, because 10 in hand; waiting 0 s", "1 waits: 1 without capacity; waiting 90 s."},
		},
		{
			"no mail during a call",
			[]routing.Queue{anybody},
			[]routing.Agent{agent(1, "Li", "", has(routing.Phone, 1))},
			[]routing.Contact{mail(1, -90)},
			0,
			[]string{"1 waits: 1 without capacity; waiting 90 s."},
		},
		{
			"no call during a chat",
			[]routing.Queue{anybody},
			[]routing.Agent{agent(1, "Li", "", has(routing.Chat, 1))},
			[]routing.Contact{call(1, -90), chat(2, 0)},
			0,
			[]string{"2: Li, because 1 in hand; waiting 0 s", "1 waits: 1 without capacity; waiting 90 s."},
		},
		{
			"a fourth chat waits",
			[]routing.Queue{anybody},
			[]routing.Agent{agent(1, "Li", "", has(routing.Chat, 1))},
			[]routing.Contact{chat(1, -3), chat(2, -2), chat(3, -1)},
			0,
			[]string{
				"1: Li, because 1 in hand; waiting 3 s", "2: Li, because 2 in hand; waiting 2 s", "3 waits: 1 without capacity; waiting 1 s.",
			},
		},
		{
			"a channel the agent has no room for at all",
			[]routing.Queue{anybody},
			[]routing.Agent{agent(1, "Li", "")},
			[]routing.Contact{call(1, 0, func(c *routing.Contact) { c.Channel = "phone" }), {ID: 2, Queue: 1, Channel: "fax", Arrived: noon, Entered: noon}},
			0,
			[]string{"1: Li, because idle 94 s; waiting 0 s", "2 waits: 1 without capacity; waiting 0 s."},
		},
		{
			"nobody is ready",
			[]routing.Queue{anybody},
			[]routing.Agent{agent(1, "Li", "", is(routing.NotReady)), agent(2, "Wang", "", is(routing.AfterWork)), agent(3, "Zhao", "", is(routing.Away))},
			[]routing.Contact{call(1, 0)},
			0,
			[]string{"1 waits: 1 finishing a contact; 1 not ready; 1 away; waiting 0 s."},
		},
	})
}
