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
		case sla.Failed:
			e.Of, _ = strconv.ParseInt(rest, 10, 64)
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

func TestPauseOfNoTimeIsNone(t *testing.T) {
	t.Parallel()
	loc := hours["8*5"].Zone()
	clocks, err := sla.Clocks(history(t, loc, `
		Mon 2026-03-02 09:00 policy hold v1
		Mon 2026-03-02 09:00 opened agent
		Mon 2026-03-02 10:00 state pending
		Mon 2026-03-02 10:00 state open`), book, at(t, loc, "Mon 2026-03-02 11:00"))
	if err != nil || len(clocks) != 1 || len(clocks[0].Pauses) != 0 {
		t.Errorf("%+v, %v; want no pauses", clocks, err)
	}
}

// A warning comes at its part of the open time, and the next alarm is what comes first.
func TestWarnings(t *testing.T) {
	t.Parallel()
	loc := hours["8*5"].Zone()
	for _, c := range []struct{ name, history, warn, due string }{
		{"three quarters of four hours", `
			Mon 2026-03-02 16:50 policy VIP phone v3
			Mon 2026-03-02 16:50 opened contact`, "Tue 2026-03-03 10:50", "Tue 2026-03-03 11:50"},
		{"half of twenty seconds", `
			Sun 2026-03-01 03:00 policy call v1
			Sun 2026-03-01 03:00 queued`, "Sun 2026-03-01 03:00:10", "Sun 2026-03-01 03:00:20"},
		{"half of a promised day: 70 min and 8 h are open", `
			Mon 2026-03-02 16:50 policy site v1
			Mon 2026-03-02 16:50 opened agent`, "Tue 2026-03-03 13:25", "Tue 2026-03-03 18:00"},
		{"moved by a pause", `
			Mon 2026-03-02 16:50 policy site v1
			Mon 2026-03-02 16:50 opened agent
			Mon 2026-03-02 17:00 state pending
			Mon 2026-03-02 17:30 state open`, "Tue 2026-03-03 13:55", "Wed 2026-03-04 09:30"},
	} {
		now := at(t, loc, "Sun 2026-03-01 03:00")
		clocks, err := sla.Clocks(history(t, loc, c.history), book, now)
		if err != nil || len(clocks) == 0 {
			t.Fatalf("%s: %v, %v", c.name, clocks, err)
		}
		warn, due := at(t, loc, c.warn), at(t, loc, c.due)
		if w := clocks[0].Warn; len(w) != 1 || !w[0].Equal(warn) || !clocks[0].Due.Equal(due) {
			t.Errorf("%s: warns at %v, due %v; want %s, %s", c.name, w, clocks[0].Due, warn, due)
		}
		for _, a := range []struct{ after, next time.Time }{{now, warn}, {warn, due}} {
			if next, ok := sla.NextAlarm(clocks[:1], a.after); !ok || !next.Equal(a.next) {
				t.Errorf("%s: after %s the next alarm is at %s, %v; want %s", c.name, a.after, next, ok, a.next)
			}
		}
		if next, ok := sla.NextAlarm(clocks[:1], due); ok {
			t.Errorf("%s: an alarm after it is due: %s", c.name, next)
		}
	}
}

// A history that names what the book does not have is refused: a promise must not vanish in silence.
func TestBookWithoutAPage(t *testing.T) {
	t.Parallel()
	loc := hours["8*5"].Zone()
	lost := history(t, loc, `
		Mon 2026-03-02 09:00 policy lost v7
		Mon 2026-03-02 09:00 opened agent`)
	if _, err := sla.Clocks(lost, book, lost[1].At); err == nil || !strings.Contains(err.Error(), "lost v7") {
		t.Errorf("an unknown policy: %v", err)
	}
	lost[0].Policy = sla.Ref{Name: "hold", Version: 1}
	if _, err := sla.Clocks(lost, sla.Book{Policies: book.Policies}, lost[1].At); err == nil || !strings.Contains(err.Error(), `"8*5"`) {
		t.Errorf("an unknown calendar: %v", err)
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
