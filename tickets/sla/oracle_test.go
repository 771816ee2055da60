package sla_test

import (
	"slices"
	"testing"
	"time"

	"frontline/tickets/sla"

	"pgregory.net/rapid"
)

// counter counts a resolution minute by minute, as a person with a stop watch would.
type counter struct {
	state         sla.State
	policy        sla.Ref
	target        sla.Target
	used          time.Duration
	due, breached time.Time
	resolved      time.Time
}

func (c *counter) take(e sla.Event) {
	if e.What == sla.Governed {
		if e.Policy == c.policy {
			return
		}
		c.policy, c.due = e.Policy, time.Time{}
		for _, t := range book.Policies[e.Policy].Targets {
			if t.Kind == sla.Resolution {
				c.target = t
			}
		}
		return
	}
	done := func(s sla.State) bool { return s == sla.Resolved || s == sla.Closed }
	if done(e.State) && !done(c.state) {
		c.resolved = e.At
	} else if !done(e.State) {
		c.resolved = time.Time{}
	}
	c.state = e.State
}

func (c *counter) paused() bool {
	switch {
	case c.state == sla.Resolved || c.state == sla.Closed:
		return true
	case c.state == sla.Pending:
		return c.target.Pause != sla.PauseNever
	}
	return c.state == sla.OnHold && c.target.Pause == sla.PauseOnHold
}

// minute lets a minute pass, at whose begin some things happen.
func (c *counter) minute(now time.Time, events []sla.Event) {
	policy, isDue := c.policy, c.used >= c.target.Within && !c.paused()
	for _, e := range events {
		c.take(e)
	}
	if c.policy != policy {
		isDue = false // the new promise holds from this instant on
	}
	if isDue || c.used >= c.target.Within && !c.paused() {
		if c.resolved.IsZero() { // what is resolved at the very instant is in time
			c.due = earlier(c.due, now)
			c.breached = earlier(c.breached, now)
		}
	}
	if !c.paused() && hours[c.target.Calendar].Open(now) {
		c.used += time.Minute
	}
}

// earlier is the first of two instants, or the one there is.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || b.Before(a) {
		return b
	}
	return a
}

// TestResolutionByStopWatch compares the clock of a ticket that goes through states and policies with a count of each minute.
func TestResolutionByStopWatch(t *testing.T) {
	t.Parallel()
	refs := []sla.Ref{{Name: "VIP phone", Version: 3}, {Name: "VIP phone", Version: 5}, {Name: "hold", Version: 1}, {Name: "hard", Version: 1}}
	states := []sla.State{sla.Open, sla.Pending, sla.OnHold, sla.Resolved, sla.Closed}
	rapid.Check(t, func(t *rapid.T) {
		first := time.Date(2026, 2, 11, 0, rapid.IntRange(0, 4000).Draw(t, "start"), 0, 0, time.UTC)
		events := []sla.Event{
			{Seq: 1, At: first, Ticket: 1, What: sla.Governed, Policy: rapid.SampledFrom(refs).Draw(t, "policy")},
			{Seq: 2, At: first, Ticket: 1, What: sla.Opened, Author: sla.Agent},
		}
		at := first
		for range rapid.IntRange(0, 8).Draw(t, "changes") {
			at = at.Add(time.Duration(rapid.IntRange(1, 1500).Draw(t, "minutes")) * time.Minute)
			e := sla.Event{Seq: int64(len(events) + 1), At: at, Ticket: 1, What: sla.Changed, State: rapid.SampledFrom(states).Draw(t, "state")}
			if rapid.IntRange(0, 3).Draw(t, "kind") == 0 {
				e.What, e.Policy = sla.Governed, rapid.SampledFrom(refs).Draw(t, "policy")
			}
			events = append(events, e)
		}
		now := at.Add(time.Duration(rapid.IntRange(0, 15_000).Draw(t, "after")) * time.Minute)

		c := counter{state: sla.Open}
		left := events
		for m := first; !m.After(now); m = m.Add(time.Minute) {
			n := 0
			for n < len(left) && left[n].At.Equal(m) {
				n++
			}
			used := c.used
			c.minute(m, slices.DeleteFunc(slices.Clone(left[:n]), func(e sla.Event) bool { return e.What == sla.Opened }))
			if left = left[n:]; m.Equal(now) {
				c.used = used // the minute that begins now has not passed
			}
		}
		got := mustClocks(t, events, now)[0]
		if got.Used != c.used || !got.Breached.Equal(c.breached) {
			t.Fatalf("used %s, breached %s; want %s, %s\n%+v", got.Used, got.Breached, c.used, c.breached, got)
		}
		if !c.due.IsZero() && !got.Due.Equal(c.due) || c.due.IsZero() && !got.Due.IsZero() && !got.Due.After(now) && got.Ended.IsZero() {
			t.Fatalf("due %s, want %s\n%+v", got.Due, c.due, got)
		}
	})
}
