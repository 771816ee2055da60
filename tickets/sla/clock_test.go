package sla_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"frontline/tickets/sla"
)

// book has the policies of the tests. Short names: "vip 3" is version 3 of "VIP phone".
var book = func() sla.Book {
	b := sla.Book{Hours: hours, Policies: map[sla.Ref]sla.Policy{}}
	for ref, targets := range map[sla.Ref][]string{
		{"VIP phone", 3}: {"first reply within 4 h of 8*5, warn 75%", "next reply within 2 h of 8*5", "resolution within 16 h of 8*5"},
		{"VIP phone", 4}: {"first reply within 1 h of 8*5", "next reply within 2 h of 8*5"},
		{"VIP phone", 5}: {"first reply within 5 h of 8*5", "resolution within 8 h of 24*7"},
		{"call", 1}:      {"answer within 20 s of 24*7, warn 50%"},
		{"site", 1}:      {"arrival on site next business day of 8*5 by 18:00, warn 50%"},
		{"site", 2}:      {"arrival on site within 4 h of 8*5"},
		{"site", 3}:      {"arrival on site next business day of 8*5 by 20:00"},
		{"hold", 1}:      {"resolution within 8 h of 8*5, pause while waiting or on hold"},
		{"hard", 1}:      {"resolution within 8 h of 8*5, no pause"},
		{"far", 1}:       {"first reply within 4 h of march"},
		{"ny", 1}:        {"first reply within 4 h of ny", `resolution within 24 h of "ny 24*7"`},
	} {
		p := sla.Policy{Name: ref.Name, Version: ref.Version}
		for _, s := range targets {
			target, err := sla.ParseTarget(s)
			if err != nil {
				panic(s + ": " + err.Error())
			}
			p.Targets = append(p.Targets, target)
		}
		b.Policies[ref] = p
	}
	return b
}()

// history reads lines such as "Mon 2026-03-02 16:50 opened contact", one event each, in order of commit. A number with a colon
// before the event is the ticket, which is 1 otherwise.
func history(t testing.TB, loc *time.Location, lines string) (events []sla.Event) {
	t.Helper()
	for line := range strings.Lines(lines) {
		w := strings.Fields(line)
		if len(w) == 0 {
			continue
		}
		e := sla.Event{Seq: int64(len(events) + 1), At: at(t, loc, strings.Join(w[:3], " ")), Ticket: 1}
		w = w[3:]
		if id, ok := strings.CutSuffix(w[0], ":"); ok {
			e.Ticket, _ = strconv.ParseInt(id, 10, 64)
			w = w[1:]
		}
		e.What = w[0]
		rest := strings.Join(w[1:], " ")
		switch e.What {
		case sla.Opened, sla.In, sla.Out:
			var auto string
			e.Author, auto, _ = strings.Cut(rest, " ")
			e.Auto = auto == "auto"
		case sla.Changed:
			e.State = sla.State(rest)
		case sla.Governed:
			if name, version, ok := strings.Cut(rest, " v"); ok {
				e.Policy.Name = name
				e.Policy.Version, _ = strconv.Atoi(version)
			}
		case sla.Merged:
			e.From, _ = strconv.ParseInt(rest, 10, 64)
		}
		events = append(events, e)
	}
	return events
}

// brief is a clock in a line.
func brief(c sla.Clock, loc *time.Location) string {
	s := fmt.Sprintf("%d %s %d %s", c.Ticket, c.Kind, c.Round, c.Outcome)
	for _, f := range []struct {
		name string
		at   time.Time
	}{{"due", c.Due}, {"ended", c.Ended}, {"breached", c.Breached}} {
		if !f.at.IsZero() {
			form := "Mon 2006-01-02 15:04"
			if f.at.Second() != 0 {
				form += ":05"
			}
			s += " " + f.name + " " + f.at.In(loc).Format(form)
		}
	}
	return s + " used " + c.Used.String()
}

type clockCase struct{ name, history, now, want string }

func TestClocks(t *testing.T) {
	t.Parallel()
	loc := hours["8*5"].Zone()
	for _, c := range clockCases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			clocks, err := sla.Clocks(history(t, loc, c.history), book, at(t, loc, c.now))
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, clock := range clocks {
				got = append(got, brief(clock, loc))
			}
			var want []string
			for line := range strings.Lines(c.want) {
				if line = strings.TrimSpace(line); line != "" {
					want = append(want, line)
				}
			}
			if strings.Join(got, "\n") != strings.Join(want, "\n") {
				t.Errorf("at %s after %s\ngot:\n%s\nwant:\n%s", c.now, c.history, strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
		})
	}
}

// The times were worked out by hand. A day of 8*5 has 480 minutes; Mon 16:50 leaves 70 of them.
var clockCases = []clockCase{
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
	{"a change in the midst of a pause", `
		Mon 2026-03-02 10:00 policy VIP phone v3
		Mon 2026-03-02 10:00 opened agent
		Mon 2026-03-02 11:00 state pending
		Mon 2026-03-02 14:00 policy VIP phone v5
		Mon 2026-03-02 15:00 state open`, "Mon 2026-03-02 15:30", `
		1 resolution 1 running due Mon 2026-03-02 22:00 used 1h30m0s`},
	{"no policy any more", `
		Mon 2026-03-02 10:00 policy VIP phone v4
		Mon 2026-03-02 10:00 opened contact
		Mon 2026-03-02 11:30 policy`, "Mon 2026-03-02 12:00", `
		1 first_reply 1 dropped due Mon 2026-03-02 11:00 ended Mon 2026-03-02 11:30 breached Mon 2026-03-02 11:00 used 1h30m0s`},

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

// In New York clocks go forward on 8 March and back on 1 November 2026.
func TestClocksWhenClocksChange(t *testing.T) {
	t.Parallel()
	loc := hours["ny"].Zone()
	for _, c := range []clockCase{
		{"forward", `
			Fri 2026-03-06 15:00 policy ny v1
			Fri 2026-03-06 15:00 opened contact
			Sat 2026-03-07 12:00 state pending
			Sun 2026-03-08 12:00 state open`, "Sun 2026-03-08 13:00", `
			1 first_reply 1 running due Mon 2026-03-09 11:00 used 2h0m0s
			1 resolution 1 running due Sun 2026-03-08 15:00 used 22h0m0s`},
		{"back", `
			Sat 2026-10-31 15:00 policy ny v1
			Sat 2026-10-31 15:00 opened contact`, "Sun 2026-11-01 12:00", `
			1 first_reply 1 running due Mon 2026-11-02 13:00 used 0s
			1 resolution 1 running due Sun 2026-11-01 14:00 used 22h0m0s`},
	} {
		clocks, err := sla.Clocks(history(t, loc, c.history), book, at(t, loc, c.now))
		if err != nil {
			t.Fatal(err)
		}
		for i, line := range strings.Split(strings.TrimSpace(c.want), "\n") {
			if i >= len(clocks) || brief(clocks[i], loc) != strings.TrimSpace(line) {
				t.Errorf("%s: %v\nwant %s", c.name, brief(clocks[i], loc), line)
			}
		}
	}
}
