package sla_test

// pauseCases are about waiting for the customer, reopening, and visits on site.
var pauseCases = []clockCase{
	{"half an hour waiting for the customer", `
		Mon 2026-03-02 16:50 policy VIP phone v3
		Mon 2026-03-02 16:50 opened agent
		Mon 2026-03-02 17:00 state pending
		Mon 2026-03-02 17:30 state open`, "Mon 2026-03-02 17:40", `
		1 resolution 1 running due Wed 2026-03-04 17:20 used 20m0s`},
	{"a pause over night counts open time only", `
		Mon 2026-03-02 16:50 policy VIP phone v3
		Mon 2026-03-02 16:50 opened agent
		Mon 2026-03-02 17:30 state pending
		Tue 2026-03-03 09:30 state open`, "Tue 2026-03-03 09:40", `
		1 resolution 1 running due Wed 2026-03-04 17:50 used 50m0s`},
	{"a pause over lunch", `
		Mon 2026-03-02 09:00 policy hold v1
		Mon 2026-03-02 09:00 opened agent
		Mon 2026-03-02 11:45 state pending
		Mon 2026-03-02 13:15 state open`, "Mon 2026-03-02 14:00", `
		1 resolution 1 running due Tue 2026-03-03 09:30 used 3h30m0s`},
	{"a pause over Spring Festival", `
		Fri 2026-02-13 17:00 policy hold v1
		Fri 2026-02-13 17:00 opened agent
		Fri 2026-02-13 17:30 state pending
		Tue 2026-02-24 10:00 state open`, "Tue 2026-02-24 11:00", `
		1 resolution 1 running due Wed 2026-02-25 09:30 used 1h30m0s`},
	{"two pauses", `
		Mon 2026-03-02 09:00 policy hold v1
		Mon 2026-03-02 09:00 opened agent
		Mon 2026-03-02 10:00 state pending
		Mon 2026-03-02 10:20 state open
		Mon 2026-03-02 14:00 state on_hold
		Mon 2026-03-02 14:10 state open`, "Mon 2026-03-02 15:00", `
		1 resolution 1 running due Tue 2026-03-03 09:30 used 4h30m0s`},
	{"while it waits nothing is due", `
		Mon 2026-03-02 16:50 policy VIP phone v3
		Mon 2026-03-02 16:50 opened agent
		Mon 2026-03-02 17:00 state pending`, "Fri 2026-03-27 10:00", `
		1 resolution 1 paused used 10m0s`},
	{"waiting that begins after it was due saves nothing", `
		Mon 2026-03-02 09:00 policy hold v1
		Mon 2026-03-02 09:00 opened agent
		Tue 2026-03-03 09:30 state pending`, "Wed 2026-03-04 10:00", `
		1 resolution 1 running due Mon 2026-03-02 18:00 breached Mon 2026-03-02 18:00 used 8h30m0s`},
	{"so does waiting that begins at the very instant", `
		Mon 2026-03-02 09:00 policy hold v1
		Mon 2026-03-02 09:00 opened agent
		Mon 2026-03-02 18:00 state pending
		Tue 2026-03-03 10:00 state open`, "Tue 2026-03-03 11:00", `
		1 resolution 1 running due Mon 2026-03-02 18:00 breached Mon 2026-03-02 18:00 used 9h0m0s`},
	{"resolved at the very instant, reopened: owed at once", `
		Mon 2026-03-02 09:00 policy hold v1
		Mon 2026-03-02 09:00 opened agent
		Mon 2026-03-02 18:00 state resolved
		Tue 2026-03-03 10:00 state open`, "Tue 2026-03-03 11:00", `
		1 resolution 1 running due Tue 2026-03-03 10:00 breached Tue 2026-03-03 10:00 used 9h0m0s`},
	{"an answer that did not arrive is no answer", `
		Mon 2026-03-02 09:00 policy VIP phone v4
		Mon 2026-03-02 09:00 opened contact
		Mon 2026-03-02 09:30 out agent
		Mon 2026-03-02 09:30 state pending
		Mon 2026-03-02 09:40 failed 3
		Mon 2026-03-02 09:40 state open`, "Mon 2026-03-02 09:45", `
		1 first_reply 1 running due Mon 2026-03-02 10:00 used 45m0s`},
	{"it is known too late that it did not arrive", `
		Mon 2026-03-02 09:00 policy VIP phone v4
		Mon 2026-03-02 09:00 opened contact
		Mon 2026-03-02 09:30 out agent
		Tue 2026-03-03 09:40 failed 3
		Tue 2026-03-03 09:50 out agent`, "Tue 2026-03-03 10:00", `
		1 first_reply 1 late due Mon 2026-03-02 10:00 ended Tue 2026-03-03 09:50 breached Mon 2026-03-02 10:00 used 8h50m0s`},
	{"the answer after it did arrive", `
		Mon 2026-03-02 09:00 policy VIP phone v4
		Mon 2026-03-02 09:00 opened contact
		Mon 2026-03-02 09:30 out agent
		Mon 2026-03-02 09:50 out agent
		Tue 2026-03-03 09:40 failed 3
		Tue 2026-03-03 09:40 failed 3`, "Tue 2026-03-03 10:00", `
		1 first_reply 1 met due Mon 2026-03-02 10:00 ended Mon 2026-03-02 09:50 used 50m0s`},
	{"what the customer wrote meanwhile waits since he first did", `
		Mon 2026-03-02 09:00 policy VIP phone v3
		Mon 2026-03-02 09:00 opened agent
		Mon 2026-03-02 09:10 out agent
		Mon 2026-03-02 10:00 in contact
		Mon 2026-03-02 10:30 out agent
		Mon 2026-03-02 11:00 in contact
		Mon 2026-03-02 11:20 failed 5`, "Mon 2026-03-02 11:30", `
		1 resolution 1 running due Tue 2026-03-03 18:00 used 2h30m0s
		1 next_reply 1 running due Mon 2026-03-02 12:00 used 1h30m0s
		1 next_reply 2 joined due Mon 2026-03-02 14:00 ended Mon 2026-03-02 11:20 used 20m0s`},
	{"the customer never heard of us", `
		Mon 2026-03-02 09:00 policy VIP phone v4
		Mon 2026-03-02 09:00 opened agent
		Mon 2026-03-02 09:10 out agent
		Mon 2026-03-02 09:20 failed 3
		Mon 2026-03-02 10:00 in contact`, "Mon 2026-03-02 10:30", `
		1 first_reply 1 running due Mon 2026-03-02 11:00 used 30m0s`},
	{"the customer's message ends the waiting, before anyone sets the state", `
		Mon 2026-03-02 16:50 policy VIP phone v3
		Mon 2026-03-02 16:50 opened agent
		Mon 2026-03-02 16:55 out agent
		Mon 2026-03-02 17:00 state pending
		Mon 2026-03-02 17:30 in contact`, "Mon 2026-03-02 17:40", `
		1 resolution 1 running due Wed 2026-03-04 17:20 used 20m0s
		1 next_reply 1 running due Tue 2026-03-03 10:30 used 10m0s`},
	{"on hold is our own affair", `
		Mon 2026-03-02 16:50 policy VIP phone v3
		Mon 2026-03-02 16:50 opened agent
		Mon 2026-03-02 17:00 state on_hold
		Mon 2026-03-02 17:30 state open`, "Mon 2026-03-02 17:40", `
		1 resolution 1 running due Wed 2026-03-04 16:50 used 50m0s`},
	{"unless the policy says otherwise", `
		Mon 2026-03-02 09:00 policy hold v1
		Mon 2026-03-02 09:00 opened agent
		Mon 2026-03-02 10:00 state on_hold
		Mon 2026-03-02 11:00 state pending
		Mon 2026-03-02 11:30 state open`, "Mon 2026-03-02 11:40", `
		1 resolution 1 running due Tue 2026-03-03 10:30 used 1h10m0s`},
	{"a policy without pauses", `
		Mon 2026-03-02 09:00 policy hard v1
		Mon 2026-03-02 09:00 opened agent
		Mon 2026-03-02 10:00 state pending
		Mon 2026-03-02 11:00 state open`, "Mon 2026-03-02 11:40", `
		1 resolution 1 running due Mon 2026-03-02 18:00 used 2h40m0s`},
	{"who sets a ticket pending without an answer does not put the answer off", `
		Mon 2026-03-02 10:00 policy VIP phone v4
		Mon 2026-03-02 10:00 opened contact
		Mon 2026-03-02 10:10 state pending`, "Mon 2026-03-02 11:40", `
		1 first_reply 1 running due Mon 2026-03-02 11:00 breached Mon 2026-03-02 11:00 used 1h40m0s`},

	{"resolved in time", `
		Mon 2026-03-02 16:50 policy hold v1
		Mon 2026-03-02 16:50 opened agent
		Tue 2026-03-03 10:00 state resolved
		Tue 2026-03-10 10:00 state closed`, "Wed 2026-03-11 10:00", `
		1 resolution 1 met due Tue 2026-03-03 16:50 ended Tue 2026-03-03 10:00 used 2h10m0s`},
	{"resolved late", `
		Mon 2026-03-02 09:00 policy hold v1
		Mon 2026-03-02 09:00 opened agent
		Tue 2026-03-03 10:00 state closed`, "Wed 2026-03-11 10:00", `
		1 resolution 1 late due Mon 2026-03-02 18:00 ended Tue 2026-03-03 10:00 breached Mon 2026-03-02 18:00 used 9h0m0s`},
	{"reopened: it goes on where it stood", `
		Mon 2026-03-02 16:50 policy VIP phone v3
		Mon 2026-03-02 16:50 opened agent
		Tue 2026-03-03 10:00 state resolved
		Thu 2026-03-05 10:00 state open`, "Thu 2026-03-05 11:00", `
		1 resolution 1 running due Fri 2026-03-06 16:50 used 3h10m0s`},
	{"reopened and resolved again", `
		Mon 2026-03-02 16:50 policy VIP phone v3
		Mon 2026-03-02 16:50 opened agent
		Tue 2026-03-03 10:00 state resolved
		Wed 2026-03-04 10:00 state closed
		Thu 2026-03-05 10:00 state open
		Thu 2026-03-05 11:00 state resolved`, "Thu 2026-03-05 12:00", `
		1 resolution 1 met due Fri 2026-03-06 16:50 ended Thu 2026-03-05 11:00 used 3h10m0s`},
	{"reopened after it was late: late it stays", `
		Mon 2026-03-02 09:00 policy hold v1
		Mon 2026-03-02 09:00 opened agent
		Tue 2026-03-03 10:00 state resolved
		Thu 2026-03-05 10:00 state open`, "Thu 2026-03-05 11:00", `
		1 resolution 1 running due Mon 2026-03-02 18:00 breached Mon 2026-03-02 18:00 used 10h0m0s`},

	{"on site in time", `
		Mon 2026-03-02 16:50 policy site v1
		Mon 2026-03-02 16:50 opened contact
		Tue 2026-03-03 17:30 arrived`, "Wed 2026-03-04 10:00", `
		1 arrival 1 met due Tue 2026-03-03 18:00 ended Tue 2026-03-03 17:30 used 8h40m0s`},
	{"on site over National Day", `
		Wed 2026-09-30 16:50 policy site v1
		Wed 2026-09-30 16:50 opened contact
		Thu 2026-10-08 18:00:01 arrived`, "Fri 2026-10-09 10:00", `
		1 arrival 1 late due Thu 2026-10-08 18:00 ended Thu 2026-10-08 18:00:01 breached Thu 2026-10-08 18:00 used 9h10m0s`},
	{"a day's promise moves by the open time of the pause", `
		Mon 2026-03-02 16:50 policy site v1
		Mon 2026-03-02 16:50 opened contact
		Mon 2026-03-02 17:00 state pending
		Tue 2026-03-03 09:30 state open`, "Tue 2026-03-03 10:00", `
		1 arrival 1 running due Wed 2026-03-04 10:30 used 40m0s`},
	{"a promised hour after closing time, paused in the evening", `
		Mon 2026-03-02 16:50 policy site v3
		Mon 2026-03-02 16:50 opened contact
		Tue 2026-03-03 19:00 state pending
		Wed 2026-03-04 08:00 state open`, "Wed 2026-03-04 08:30", `
		1 arrival 1 running due Wed 2026-03-04 09:00 used 9h10m0s`},
	{"resolved by telephone: nobody need come", `
		Mon 2026-03-02 16:50 policy site v1
		Mon 2026-03-02 16:50 opened contact
		Mon 2026-03-02 17:30 state resolved`, "Wed 2026-03-04 10:00", `
		1 arrival 1 dropped due Tue 2026-03-03 18:00 ended Mon 2026-03-02 17:30 used 40m0s`},
}

// mergeCases are about tickets that become one, and clocks of machines that jump.
var mergeCases = []clockCase{
	{"merged: the earlier of two promises stays", `
		Mon 2026-03-02 09:00 2: policy VIP phone v3
		Mon 2026-03-02 09:00 2: opened contact
		Mon 2026-03-02 10:00 1: policy VIP phone v3
		Mon 2026-03-02 10:00 1: opened contact
		Mon 2026-03-02 11:00 1: merged 2
		Mon 2026-03-02 11:00 2: state closed
		Mon 2026-03-02 14:30 1: out agent`, "Mon 2026-03-02 15:00", `
		2 first_reply 1 late due Mon 2026-03-02 14:00 ended Mon 2026-03-02 14:30 breached Mon 2026-03-02 14:00 used 4h30m0s
		2 resolution 1 running due Tue 2026-03-03 18:00 used 5h0m0s
		1 first_reply 1 joined due Mon 2026-03-02 15:00 ended Mon 2026-03-02 11:00 used 1h0m0s
		1 resolution 1 joined due Wed 2026-03-04 10:00 ended Mon 2026-03-02 11:00 used 1h0m0s`},
	{"merged: an open promise beside a kept one", `
		Mon 2026-03-02 09:00 1: policy VIP phone v4
		Mon 2026-03-02 09:00 1: opened contact
		Mon 2026-03-02 09:10 1: out agent
		Mon 2026-03-02 10:00 2: policy VIP phone v4
		Mon 2026-03-02 10:00 2: opened contact
		Mon 2026-03-02 10:30 1: merged 2
		Mon 2026-03-02 10:40 2: in contact
		Mon 2026-03-02 10:50 1: out agent`, "Mon 2026-03-02 12:00", `
		1 first_reply 1 met due Mon 2026-03-02 10:00 ended Mon 2026-03-02 09:10 used 10m0s
		2 first_reply 1 met due Mon 2026-03-02 11:00 ended Mon 2026-03-02 10:50 used 50m0s`},
	{"merged while waiting: it goes on as the other does", `
		Mon 2026-03-02 09:00 2: policy hold v1
		Mon 2026-03-02 09:00 2: opened agent
		Mon 2026-03-02 10:00 2: state pending
		Mon 2026-03-02 10:00 1: policy hold v1
		Mon 2026-03-02 10:00 1: opened agent
		Mon 2026-03-02 11:00 1: merged 2`, "Mon 2026-03-02 12:00", `
		2 resolution 1 joined due Tue 2026-03-03 10:00 ended Mon 2026-03-02 11:00 used 1h0m0s
		1 resolution 1 running due Tue 2026-03-03 10:00 used 2h0m0s`},
	{"merged into one that is resolved", `
		Mon 2026-03-02 09:00 1: policy hold v1
		Mon 2026-03-02 09:00 1: opened agent
		Mon 2026-03-02 10:00 1: state resolved
		Mon 2026-03-02 10:00 2: policy VIP phone v3
		Mon 2026-03-02 10:00 2: opened contact
		Mon 2026-03-02 11:00 1: merged 2`, "Mon 2026-03-02 12:00", `
		1 resolution 1 met due Mon 2026-03-02 18:00 ended Mon 2026-03-02 10:00 used 1h0m0s
		2 first_reply 1 dropped due Mon 2026-03-02 15:00 ended Mon 2026-03-02 11:00 used 1h0m0s
		2 resolution 1 met due Wed 2026-03-04 10:00 ended Mon 2026-03-02 11:00 used 1h0m0s`},
	{"merged with one that was answered: a next reply is owed", `
		Mon 2026-03-02 09:00 2: policy VIP phone v4
		Mon 2026-03-02 09:00 2: opened agent
		Mon 2026-03-02 09:05 2: out agent
		Mon 2026-03-02 09:30 1: policy VIP phone v4
		Mon 2026-03-02 09:30 1: opened agent
		Mon 2026-03-02 10:00 1: merged 2
		Mon 2026-03-02 10:10 1: in contact`, "Mon 2026-03-02 10:30", `
		1 next_reply 1 running due Mon 2026-03-02 13:10 used 20m0s`},
	{"three into one", `
		Mon 2026-03-02 09:00 3: policy VIP phone v4
		Mon 2026-03-02 09:00 3: opened contact
		Mon 2026-03-02 09:10 2: policy VIP phone v4
		Mon 2026-03-02 09:10 2: opened contact
		Mon 2026-03-02 09:20 1: opened agent
		Mon 2026-03-02 09:30 2: merged 3
		Mon 2026-03-02 09:40 1: merged 2
		Mon 2026-03-02 09:50 3: out agent`, "Mon 2026-03-02 12:00", `
		3 first_reply 1 met due Mon 2026-03-02 10:00 ended Mon 2026-03-02 09:50 used 50m0s
		2 first_reply 1 joined due Mon 2026-03-02 10:10 ended Mon 2026-03-02 09:30 used 20m0s`},

	{"a clock that jumped ahead for one event moves nothing else", `
		Mon 2026-03-02 10:00 policy VIP phone v4
		Mon 2026-03-02 10:00 opened contact
		Wed 2026-03-04 10:00 in contact
		Mon 2026-03-02 10:40 out agent`, "Mon 2026-03-02 12:00", `
		1 first_reply 1 met due Mon 2026-03-02 11:00 ended Mon 2026-03-02 10:40 used 40m0s`},
	{"a clock that jumped back for one event moves nothing else", `
		Mon 2026-03-02 10:00 policy VIP phone v4
		Mon 2026-03-02 10:00 opened contact
		Mon 2026-03-02 10:20 out agent
		Sun 2026-02-01 10:00 in contact
		Mon 2026-03-02 10:40 state open`, "Mon 2026-03-02 12:00", `
		1 first_reply 1 met due Mon 2026-03-02 11:00 ended Mon 2026-03-02 10:20 used 20m0s
		1 next_reply 1 running due Mon 2026-03-02 13:20 used 1h40m0s`},
	{"the first event's clock was ahead", `
		Fri 2026-03-06 10:00 opened contact
		Mon 2026-03-02 10:00 policy VIP phone v4
		Mon 2026-03-02 10:20 out agent`, "Mon 2026-03-02 12:00", `
		1 first_reply 1 met due Mon 2026-03-02 11:00 ended Mon 2026-03-02 10:20 used 20m0s`},
	{"an instant before the last event is taken as that event's", `
		Mon 2026-03-02 10:00 policy VIP phone v4
		Mon 2026-03-02 10:00 opened contact
		Mon 2026-03-02 10:30 state on_hold`, "Mon 2026-03-02 09:00", `
		1 first_reply 1 running due Mon 2026-03-02 11:00 used 30m0s`},
	{"a calendar that ends", `
		Tue 2026-03-31 17:00 policy far v1
		Tue 2026-03-31 17:00 opened contact`, "Wed 2026-04-01 10:00", `
		1 first_reply 1 running used 1h0m0s`},
}
