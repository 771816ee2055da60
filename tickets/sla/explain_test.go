package sla_test

import (
	"flag"
	"os"
	"strings"
	"testing"
	"time"

	"frontline/tickets/sla"
)

var update = flag.Bool("update", false, "write the golden texts anew")

// TestExplanations compares what customers and agents read with testdata/explanations.golden.
func TestExplanations(t *testing.T) {
	t.Parallel()
	loc := hours["8*5"].Zone()
	names := []string{
		"a customer writes; nobody has answered",
		"answered at the very minute",
		"answered a minute late",
		"automatic replies answer nobody, whoever's name they bear",
		"nobody may answer a thank-you: resolved without an answer",
		"half an hour waiting for the customer",
		"a pause over Spring Festival",
		"unless the policy says otherwise",
		"while it waits nothing is due",
		"reopened: it goes on where it stood",
		"on site over National Day",
		"a day's promise moves by the open time of the pause",
		"a longer promise goes on with the time used",
		"from hours to a promised day",
		"what was broken under the old policy stays broken",
		"merged: the earlier of two promises stays",
		"a calendar that ends",
	}
	more := []clockCase{
		{"far away, in a year that is not known yet", `
			Wed 2026-12-30 10:00 policy VIP phone v3
			Wed 2026-12-30 10:00 opened agent`, "Fri 2026-12-18 11:00", ""},
		{"on hold under a policy that waits", `
			Mon 2026-03-02 10:00 policy hold v1
			Mon 2026-03-02 10:00 opened agent
			Mon 2026-03-02 11:00 state on_hold`, "Mon 2026-03-02 12:00", ""},
		{"reported before the hour of the day", `
			Mon 2026-03-02 10:00 policy today v1
			Mon 2026-03-02 10:00 opened agent`, "Mon 2026-03-02 12:00", ""},
	}
	for _, name := range names {
		found := false
		for _, c := range clockCases {
			if c.name == name {
				more, found = append(more, c), true
			}
		}
		if !found {
			t.Errorf("no case %q", name)
		}
	}
	withToday := sla.Book{Hours: hours, Policies: map[sla.Ref]sla.Policy{}}
	for ref, p := range book.Policies {
		withToday.Policies[ref] = p
	}
	withToday.Policies[sla.Ref{Name: "today", Version: 1}] = policy(t, "today", sla.Match{}, "same day of 8*5 if reported before 14:00, on site")
	var b strings.Builder
	for _, c := range more {
		now := at(t, loc, c.now)
		clocks, err := sla.Clocks(history(t, loc, c.history), withToday, now)
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		b.WriteString("# " + c.name + "\n")
		for _, clock := range clocks {
			e := clock.Explain()
			b.WriteString(string(clock.Kind) + "\n")
			for _, r := range []sla.Reader{{Lang: "en", Customer: true, Now: now}, {Lang: "zh", Customer: true, Now: now}, {Lang: "zh", Now: now}} {
				b.WriteString("  " + e.Words(r) + "\n")
			}
		}
	}
	const golden = "testdata/explanations.golden"
	if *update {
		if err := os.WriteFile(golden, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if b.String() != string(want) {
		t.Errorf("got:\n%s", b.String())
	}
}

// The sentence that the clocks were designed for, in the words of both readers.
func TestTheSentence(t *testing.T) {
	t.Parallel()
	loc := hours["8*5"].Zone()
	late := book.Policies[sla.Ref{Name: "VIP phone", Version: 3}]
	late.Targets = []sla.Target{{Kind: sla.Resolution, Calendar: "8*5", Within: 4 * time.Hour}}
	one := sla.Book{Hours: hours, Policies: map[sla.Ref]sla.Policy{late.Ref(): late}}
	now := at(t, loc, "Mon 2026-03-02 17:50")
	clocks, err := sla.Clocks(history(t, loc, `
		Mon 2026-03-02 16:50 policy VIP phone v3
		Mon 2026-03-02 16:50 opened contact
		Mon 2026-03-02 17:00 state pending
		Mon 2026-03-02 17:30 state open`), one, now)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		r    sla.Reader
		want string
	}{
		{sla.Reader{Lang: "en", Customer: true, Now: now}, "due Tue 13:20: 4 h of 8*5 from Mon 16:50, minus 30 min waiting for you; policy VIP phone v3"},
		{sla.Reader{Lang: "en", Now: now}, "due Tue 13:20: 4 h of 8*5 from Mon 16:50, minus 30 min waiting for the customer; policy VIP phone v3"},
		{sla.Reader{Lang: "zh", Customer: true, Now: now}, "周二 13:20 到期：自周一 16:50 起，8*5 工时4小时，扣除等待您30分钟；策略 VIP phone 第3版"},
		{sla.Reader{Lang: "en", Customer: true, Now: now.AddDate(1, 0, 0)}, "due Tue 3 Mar 2026 13:20: 4 h of 8*5 from Mon 2 Mar 2026 16:50, minus 30 min waiting for you; policy VIP phone v3"},
		{sla.Reader{Lang: "en", Customer: true, Now: now, Zone: hours["ny"].Zone()}, "due Tue 00:20: 4 h of 8*5 from Mon 03:50, minus 30 min waiting for you; policy VIP phone v3"},
	} {
		if got := clocks[0].Explain().Words(c.r); got != c.want {
			t.Errorf("%s\nwant %s", got, c.want)
		}
	}
}
