package sla_test

import (
	"fmt"
	"reflect"
	"testing"
	"time"

	"frontline/tickets/sla"

	"pgregory.net/rapid"
)

// anyHours are hours of a random calendar: any zone, several spans a day, past midnight, holidays and own days.
func anyHours(t *rapid.T) *sla.Hours {
	c := sla.Calendar{
		Name: "any",
		Zone: rapid.SampledFrom([]string{
			"Asia/Shanghai", "America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Kolkata", "Pacific/Apia", "America/St_Johns", "UTC",
		}).Draw(t, "zone"),
		Official: rapid.SampledFrom([]string{"", "CN"}).Draw(t, "official"),
	}
	for d := range c.Week {
		c.Week[d] = anySpans(t, d == 1)
	}
	for i := range rapid.IntRange(0, 5).Draw(t, "days") {
		day := sla.Day{Date: sla.DateOf(2026, 1, 1+i*70+rapid.IntRange(0, 60).Draw(t, "day")), Work: rapid.Bool().Draw(t, "work")}
		if day.Work {
			day.Open = anySpans(t, true)
		}
		c.Days = append(c.Days, day)
	}
	h, err := c.Hours()
	if err != nil {
		t.Fatalf("%+v: %v", c, err)
	}
	return h
}

func anySpans(t *rapid.T, some bool) (all []sla.Span) {
	from := 0
	for n := rapid.IntRange(0, 3).Draw(t, "spans"); n > 0 || some && len(all) == 0; n-- {
		s := sla.Span{From: rapid.IntRange(from, min(from+400, 1439)).Draw(t, "from")}
		s.To = rapid.IntRange(s.From+1, s.From+600).Draw(t, "to")
		all = append(all, s)
		if from = s.To; from > 1439 {
			break
		}
	}
	return all
}

func anyInstant(t *rapid.T, name string) time.Time {
	first := time.Date(2023, 11, 1, 0, 0, 0, 0, time.UTC)
	return first.Add(time.Duration(rapid.Int64Range(0, 4*366*86400).Draw(t, name)) * time.Second)
}

func TestBusinessTimeLaws(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		h := anyHours(t)
		a := anyInstant(t, "a")
		d := time.Duration(rapid.Int64Range(1, 2000*3600).Draw(t, "d")) * time.Second
		more := time.Duration(rapid.Int64Range(0, 50*3600).Draw(t, "more")) * time.Second
		b, ok := h.Add(a, d)
		if !ok { // a calendar may open for a minute a week
			if there := h.Between(a, a.AddDate(20, 0, 0)); there >= d {
				t.Fatalf("%s + %s is never, of %s in 20 years", a, d, there)
			}
			return
		}
		if got := h.Between(a, b); got != d {
			t.Fatalf("between %s and %s: %s, want %s", a, b, got, d)
		}
		if got := h.Between(a, b.Add(-1)); got != d-1 {
			t.Fatalf("%s is not the first instant after %s of %s", b, d, a)
		}
		if c, ok := h.Add(a, d+more); ok && c.Before(b) {
			t.Fatalf("%s more end earlier: %s before %s", more, c, b)
		}
		if c, ok := h.Add(a.Add(more), d); ok && c.Before(b) {
			t.Fatalf("%s later begun ends earlier: %s before %s", more, c, b)
		}
		then, ok := h.Add(b, more+1)
		if both, far := h.Add(a, d+more+1); ok && far && !both.Equal(then) {
			t.Fatalf("%s and then %s is not both at once", d, more)
		}
		m := anyInstant(t, "m")
		if m.After(a) && m.Before(b) && h.Between(a, m)+h.Between(m, b) != d {
			t.Fatalf("%s parts %s unevenly", m, d)
		}
		next, ok := h.Next(a)
		if !ok || next.Before(a) || !h.Open(next) || h.Between(a, next) != 0 {
			t.Fatalf("after %s opens at %s, %v", a, next, ok)
		}
	})
}

// TestOpenAsTheWallShows steps minute by minute through days and asks whether the wall's reading lies in a span. In the hours in
// which clocks change the wall does not say enough; they are left out.
func TestOpenAsTheWallShows(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		h := anyHours(t)
		from := anyInstant(t, "from").Truncate(time.Minute)
		days := map[string][]sla.Opening{}
		for _, at := range []time.Time{from.Add(-48 * time.Hour), from.Add(96 * time.Hour)} {
			for _, d := range h.Month(at.Year(), at.Month()) {
				days[d.Date.String()] = d.Open
			}
		}
		var open time.Duration
		for i := range 3 * 1440 {
			now := from.Add(time.Duration(i) * time.Minute)
			want := readsOpen(days, now.In(h.Zone()))
			got := h.Open(now)
			if got {
				open += time.Minute
			}
			if got != want && !clocksChange(now.In(h.Zone())) {
				t.Fatalf("open at %s = %v, want %v", now.In(h.Zone()), got, want)
			}
		}
		if got := h.Between(from, from.Add(72*time.Hour)); got != open {
			t.Fatalf("open for %s after %s, counted %s", got, from, open)
		}
	})
}

func readsOpen(days map[string][]sla.Opening, local time.Time) bool {
	minute := local.Hour()*60 + local.Minute()
	for back := range 2 {
		for _, o := range days[local.AddDate(0, 0, -back).Format(time.DateOnly)] {
			if at := minute + back*1440; o.Span.From <= at && at < o.Span.To {
				return true
			}
		}
	}
	return false
}

func clocksChange(t time.Time) bool {
	_, before := t.Add(-4 * time.Hour).Zone()
	_, after := t.Add(4 * time.Hour).Zone()
	return before != after
}

// anyHistory is an orderly history of up to three tickets.
func anyHistory(t *rapid.T) (events []sla.Event) {
	now := time.Date(2026, 2, 9, 1, 0, 0, 0, time.UTC)
	refs := []sla.Ref{{}, {Name: "VIP phone", Version: 3}, {Name: "VIP phone", Version: 4}, {Name: "VIP phone", Version: 5}, {Name: "site", Version: 1}, {Name: "site", Version: 2}, {Name: "hold", Version: 1}, {Name: "call", Version: 1}}
	n := rapid.IntRange(1, 25).Draw(t, "events")
	for i := range n {
		now = now.Add(time.Duration(rapid.IntRange(0, 20_000).Draw(t, "later")) * time.Second)
		events = append(events, sla.Event{
			Seq: int64(i + 1), At: now, Ticket: rapid.Int64Range(1, 3).Draw(t, "ticket"),
			What:   rapid.SampledFrom([]string{sla.Opened, sla.Queued, sla.Answered, sla.Left, sla.In, sla.Out, sla.Changed, sla.Arrived, sla.Merged, sla.Governed, sla.Governed}).Draw(t, "what"),
			Author: rapid.SampledFrom([]string{sla.Agent, sla.Contact, sla.System}).Draw(t, "author"),
			Auto:   rapid.IntRange(0, 5).Draw(t, "auto") == 0,
			State:  rapid.SampledFrom([]sla.State{sla.Open, sla.Pending, sla.OnHold, sla.Resolved, sla.Closed}).Draw(t, "state"),
			From:   rapid.Int64Range(1, 3).Draw(t, "from"),
			Policy: rapid.SampledFrom(refs).Draw(t, "policy"),
		})
	}
	return events
}

func mustClocks(t *rapid.T, events []sla.Event, at time.Time) []sla.Clock {
	clocks, err := sla.Clocks(events, book, at)
	if err != nil {
		t.Fatal(err)
	}
	return clocks
}

func TestClocksComputedAgain(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		events := anyHistory(t)
		now := events[len(events)-1].At.Add(time.Duration(rapid.IntRange(0, 500_000).Draw(t, "now")) * time.Second)
		want := mustClocks(t, events, now)
		shuffled := rapid.Permutation(append(events, events[0])).Draw(t, "order")
		for i := range shuffled {
			shuffled[i].At = shuffled[i].At.In(hours["ny"].Zone())
		}
		if got := mustClocks(t, shuffled, now.In(hours["ny"].Zone())); !reflect.DeepEqual(got, want) {
			t.Fatalf("in another order and zone:\n%+v\nwant:\n%+v", got, want)
		}
	})
}

// What a clock has said about the past it does not take back when more happens: begins, breaches, and how a round ended.
func TestClocksKeepTheirWord(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		events := anyHistory(t)
		n := rapid.IntRange(1, len(events)).Draw(t, "seen")
		seenAt := events[n-1].At
		later := map[string]sla.Clock{}
		for _, c := range mustClocks(t, events, events[len(events)-1].At.Add(time.Hour)) {
			later[fmt.Sprint(c.Ticket, c.Kind, c.Round)] = c
		}
		for _, was := range mustClocks(t, events[:n], seenAt) {
			is, there := later[fmt.Sprint(was.Ticket, was.Kind, was.Round)]
			switch {
			case !there:
				t.Fatalf("lost: %+v", was)
			case !is.Started.Equal(was.Started):
				t.Fatalf("began at %s, then at %s", was.Started, is.Started)
			case was.Breached.Before(seenAt) && !was.Breached.IsZero() && !is.Breached.Equal(was.Breached):
				t.Fatalf("breached at %s, then at %s: %+v", was.Breached, is.Breached, is)
			case (was.Kind == sla.FirstReply || was.Kind == sla.NextReply || was.Kind == sla.Answer) && was.Ended.Before(seenAt) && !was.Ended.IsZero() && !is.Ended.Equal(was.Ended) && was.Outcome != sla.Dropped:
				t.Fatalf("ended at %s, then at %s", was.Ended, is.Ended)
			}
		}
	})
}

func TestClocksAreConsistent(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		events := anyHistory(t)
		now := events[len(events)-1].At.Add(time.Duration(rapid.IntRange(0, 500_000).Draw(t, "now")) * time.Second)
		clocks := mustClocks(t, events, now)
		for _, c := range clocks {
			for _, p := range c.Pauses {
				if !p.To.IsZero() && !p.To.After(p.From) || p.Open < 0 {
					t.Fatalf("a pause of no time: %+v", c)
				}
			}
			total := c.Target.Within
			switch {
			case c.Used < 0:
				t.Fatalf("used %s: %+v", c.Used, c)
			case c.Outcome == sla.Running && c.Breached.IsZero() && !now.Before(c.Due):
				t.Fatalf("due and not breached: %+v", c)
			case c.Outcome == sla.Running && total > 0 && c.Left > 0 && len(c.Before) == 0 && c.Used+c.Left != total:
				t.Fatalf("used %s and left %s are not %s: %+v", c.Used, c.Left, total, c)
			case c.Outcome == sla.Met && !c.Breached.IsZero(), c.Outcome == sla.Late && c.Breached.IsZero():
				t.Fatalf("%s: %+v", c.Outcome, c)
			case (c.Outcome == sla.Running || c.Outcome == sla.Paused) != c.Ended.IsZero():
				t.Fatalf("%s and ended %s", c.Outcome, c.Ended)
			}
		}
		if next, ok := sla.NextAlarm(clocks, now); ok && !next.After(now) {
			t.Fatalf("next alarm %s, at %s", next, now)
		}
	})
}
