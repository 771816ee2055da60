package sla_test

// In all cases the times were worked out by hand. A day of 8*5 has 480 minutes; Mon 16:50 leaves 70 of them.

// replyCases are about who asks, who answers, and what nobody need answer.
var replyCases = []clockCase{
	{"a customer writes; nobody has answered", `
		Mon 2026-03-02 16:50 opened contact
		Mon 2026-03-02 16:50 policy VIP phone v3
		Mon 2026-03-02 16:50 in contact`, "Mon 2026-03-02 17:00", `
		1 first_reply 1 running due Tue 2026-03-03 11:50 used 10m0s
		1 resolution 1 running due Wed 2026-03-04 16:50 used 10m0s`},
	{"answered at the very minute", `
		Mon 2026-03-02 16:50 policy VIP phone v4
		Mon 2026-03-02 16:50 opened contact
		Mon 2026-03-02 17:50 out agent`, "Tue 2026-03-03 10:00", `
		1 first_reply 1 met due Mon 2026-03-02 17:50 ended Mon 2026-03-02 17:50 used 1h0m0s`},
	{"answered a minute late", `
		Mon 2026-03-02 16:50 policy VIP phone v4
		Mon 2026-03-02 16:50 opened contact
		Mon 2026-03-02 17:51 out agent`, "Tue 2026-03-03 10:00", `
		1 first_reply 1 late due Mon 2026-03-02 17:50 ended Mon 2026-03-02 17:51 breached Mon 2026-03-02 17:50 used 1h1m0s`},
	{"automatic replies answer nobody, whoever's name they bear", `
		Mon 2026-03-02 16:50 policy VIP phone v4
		Mon 2026-03-02 16:50 opened contact
		Mon 2026-03-02 16:51 out system
		Mon 2026-03-02 16:52 out system auto
		Mon 2026-03-02 16:53 out agent auto`, "Mon 2026-03-02 17:50", `
		1 first_reply 1 running due Mon 2026-03-02 17:50 breached Mon 2026-03-02 17:50 used 1h0m0s`},
	{"a customer's automatic reply asks nothing", `
		Mon 2026-03-02 10:00 policy VIP phone v4
		Mon 2026-03-02 10:00 opened contact
		Mon 2026-03-02 10:30 out agent
		Mon 2026-03-02 10:31 in contact auto`, "Mon 2026-03-02 17:50", `
		1 first_reply 1 met due Mon 2026-03-02 11:00 ended Mon 2026-03-02 10:30 used 30m0s`},
	{"the oldest unanswered message counts, each answer ends a round", `
		Mon 2026-03-02 10:00 policy VIP phone v4
		Mon 2026-03-02 10:00 opened contact
		Mon 2026-03-02 10:30 out agent
		Mon 2026-03-02 11:00 in contact
		Mon 2026-03-02 11:50 in contact
		Mon 2026-03-02 13:30 out agent
		Mon 2026-03-02 17:00 in contact`, "Mon 2026-03-02 17:10", `
		1 first_reply 1 met due Mon 2026-03-02 11:00 ended Mon 2026-03-02 10:30 used 30m0s
		1 next_reply 1 met due Mon 2026-03-02 14:00 ended Mon 2026-03-02 13:30 used 1h30m0s
		1 next_reply 2 running due Tue 2026-03-03 10:00 used 10m0s`},
	{"an agent writes first: the customer's answer is owed a next reply", `
		Mon 2026-03-02 10:00 policy VIP phone v4
		Mon 2026-03-02 10:00 opened agent
		Mon 2026-03-02 10:01 out agent
		Mon 2026-03-02 11:00 in contact`, "Mon 2026-03-02 11:30", `
		1 next_reply 1 running due Mon 2026-03-02 14:00 used 30m0s`},
	{"an agent notes a case: the customer's first message is owed a first reply", `
		Mon 2026-03-02 10:00 policy VIP phone v4
		Mon 2026-03-02 10:00 opened agent
		Mon 2026-03-02 11:00 in contact`, "Mon 2026-03-02 11:30", `
		1 first_reply 1 running due Mon 2026-03-02 12:00 used 30m0s`},
	{"nobody may answer a thank-you: resolved without an answer", `
		Mon 2026-03-02 10:00 policy VIP phone v4
		Mon 2026-03-02 10:00 opened contact
		Mon 2026-03-02 10:30 out agent
		Mon 2026-03-02 11:00 in contact
		Mon 2026-03-02 11:10 state resolved
		Thu 2026-03-05 10:00 in contact
		Thu 2026-03-05 10:00 state open`, "Thu 2026-03-05 10:30", `
		1 first_reply 1 met due Mon 2026-03-02 11:00 ended Mon 2026-03-02 10:30 used 30m0s
		1 next_reply 1 dropped due Mon 2026-03-02 14:00 ended Mon 2026-03-02 11:10 used 10m0s
		1 next_reply 2 running due Thu 2026-03-05 12:00 used 30m0s`},
	{"a message to a resolved ticket that nothing reopens", `
		Mon 2026-03-02 10:00 policy VIP phone v4
		Mon 2026-03-02 10:00 opened contact
		Mon 2026-03-02 10:30 out agent
		Mon 2026-03-02 11:10 state resolved
		Thu 2026-03-05 10:00 in contact`, "Thu 2026-03-05 10:30", `
		1 first_reply 1 met due Mon 2026-03-02 11:00 ended Mon 2026-03-02 10:30 used 30m0s
		1 next_reply 1 dropped due Thu 2026-03-05 12:00 ended Thu 2026-03-05 10:00 used 0s`},

	{"a call that is answered", `
		Sun 2026-03-01 03:00 policy call v1
		Sun 2026-03-01 03:00 opened contact
		Sun 2026-03-01 03:00 queued
		Sun 2026-03-01 03:00:18 answered`, "Sun 2026-03-01 03:10", `
		1 answer 1 met due Sun 2026-03-01 03:00:20 ended Sun 2026-03-01 03:00:18 used 18s`},
	{"a caller who hangs up and calls again", `
		Sun 2026-03-01 03:00 policy call v1
		Sun 2026-03-01 03:00 opened contact
		Sun 2026-03-01 03:00 queued
		Sun 2026-03-01 03:00:25 left
		Sun 2026-03-01 03:01 queued`, "Sun 2026-03-01 03:01:05", `
		1 answer 1 dropped due Sun 2026-03-01 03:00:20 ended Sun 2026-03-01 03:00:25 breached Sun 2026-03-01 03:00:20 used 25s
		1 answer 2 running due Sun 2026-03-01 03:01:20 used 5s`},
}

// policyCases are about versions that begin, change and cease while a clock runs.
var policyCases = []clockCase{
	{"a policy found after ten minutes counts from the begin", `
		Mon 2026-03-02 16:50 opened contact
		Mon 2026-03-02 17:00 policy VIP phone v3`, "Mon 2026-03-02 17:10", `
		1 first_reply 1 running due Tue 2026-03-03 11:50 used 20m0s
		1 resolution 1 running due Wed 2026-03-04 16:50 used 20m0s`},
	{"a longer promise goes on with the time used", `
		Mon 2026-03-02 10:00 policy VIP phone v3
		Mon 2026-03-02 10:00 opened contact
		Mon 2026-03-02 14:00 policy VIP phone v5`, "Mon 2026-03-02 14:30", `
		1 first_reply 1 running due Mon 2026-03-02 16:00 used 3h30m0s
		1 resolution 1 running due Mon 2026-03-02 19:00 used 3h30m0s`},
	{"a shorter promise is due at once, and not before it was made", `
		Mon 2026-03-02 10:00 policy VIP phone v3
		Mon 2026-03-02 10:00 opened contact
		Mon 2026-03-02 14:00 policy VIP phone v4`, "Mon 2026-03-02 14:30", `
		1 first_reply 1 running due Mon 2026-03-02 14:00 breached Mon 2026-03-02 14:00 used 3h30m0s
		1 resolution 1 dropped due Wed 2026-03-04 10:00 ended Mon 2026-03-02 14:00 used 3h0m0s`},
	{"what was broken under the old policy stays broken", `
		Mon 2026-03-02 10:00 policy VIP phone v4
		Mon 2026-03-02 10:00 opened contact
		Mon 2026-03-02 11:30 policy VIP phone v3`, "Mon 2026-03-02 11:40", `
		1 first_reply 1 running due Mon 2026-03-02 15:00 breached Mon 2026-03-02 11:00 used 1h40m0s
		1 resolution 1 running due Wed 2026-03-04 10:00 used 1h40m0s`},
	{"from a promised day to hours", `
		Mon 2026-03-02 16:00 policy site v1
		Mon 2026-03-02 16:00 opened contact
		Mon 2026-03-02 17:00 policy site v2`, "Mon 2026-03-02 17:30", `
		1 arrival 1 running due Tue 2026-03-03 11:00 used 1h30m0s`},
	{"from hours to a promised day", `
		Mon 2026-03-02 16:00 policy site v2
		Mon 2026-03-02 16:00 opened contact
		Tue 2026-03-03 10:00 policy site v1`, "Tue 2026-03-03 10:30", `
		1 arrival 1 running due Tue 2026-03-03 18:00 used 3h30m0s`},
	{"a shorter promise made during a pause is due at its end", `
		Mon 2026-03-02 09:00 policy VIP phone v3
		Mon 2026-03-02 09:00 opened agent
		Tue 2026-03-03 09:30 state pending
		Tue 2026-03-03 11:00 policy hold v1
		Tue 2026-03-03 14:00 state open`, "Tue 2026-03-03 14:30", `
		1 resolution 1 running due Tue 2026-03-03 14:00 breached Tue 2026-03-03 14:00 used 9h0m0s`},
	{"a change in the midst of a pause", `
		Mon 2026-03-02 10:00 policy VIP phone v3
		Mon 2026-03-02 10:00 opened agent
		Mon 2026-03-02 11:00 state pending
		Mon 2026-03-02 14:00 policy VIP phone v5
		Mon 2026-03-02 15:00 state open`, "Mon 2026-03-02 15:30", `
		1 resolution 1 running due Mon 2026-03-02 22:00 used 1h30m0s`},
	{"no policy any more: what happens later is no matter", `
		Mon 2026-03-02 09:00 policy hold v1
		Mon 2026-03-02 09:00 opened agent
		Mon 2026-03-02 09:30 policy
		Mon 2026-03-02 11:00 state pending
		Mon 2026-03-02 11:10 state resolved`, "Mon 2026-03-02 12:00", `
		1 resolution 1 dropped due Mon 2026-03-02 18:00 ended Mon 2026-03-02 09:30 used 30m0s`},
	{"no policy for a while", `
		Mon 2026-03-02 09:00 policy hold v1
		Mon 2026-03-02 09:00 opened agent
		Mon 2026-03-02 09:30 policy
		Mon 2026-03-02 11:00 policy VIP phone v3`, "Mon 2026-03-02 11:30", `
		1 resolution 1 running due Tue 2026-03-03 18:00 used 2h30m0s`},
	{"no policy any more", `
		Mon 2026-03-02 10:00 policy VIP phone v4
		Mon 2026-03-02 10:00 opened contact
		Mon 2026-03-02 11:30 policy`, "Mon 2026-03-02 12:00", `
		1 first_reply 1 dropped due Mon 2026-03-02 11:00 ended Mon 2026-03-02 11:30 breached Mon 2026-03-02 11:00 used 1h30m0s`},
}
