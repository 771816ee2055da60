package sla_test

import (
	"fmt"
	"slices"
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

var clockCases = slices.Concat(replyCases, pauseCases, policyCases, mergeCases)

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
