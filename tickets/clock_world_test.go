package tickets_test

import (
	"context"
	"errors"
	"time"

	"frontline/internal/authority"
	"frontline/internal/fault"
	"frontline/tickets"
)

type query = authority.Query

// look reads as somebody who sees all.
func (w *world) look(f func(ctx context.Context, q query) error) {
	w.t.Helper()
	if err := w.Gate.View(w.t.Context(), eye, func(q query) error { return f(w.t.Context(), q) }); err != nil {
		w.t.Fatal(err)
	}
}

// policies are those that hold.
func (w *world) policies() tickets.PolicyList {
	w.t.Helper()
	list, err := w.tickets.Policies(w.t.Context(), eye, "en")
	if err != nil {
		w.t.Fatal(err)
	}
	return list
}

// refuses fails unless err is about the field, with the code where one is given.
func (w *world) refuses(what string, err error, field, code string) {
	w.t.Helper()
	var f *fault.Fault
	if !errors.As(err, &f) || len(f.Fields) != 1 || f.Fields[0].Name != field || code != "" && f.Fields[0].Code != code {
		w.t.Errorf("%s = %v, want %s %s", what, err, field, code)
	}
}

var clockwork = authority.System("clocks")

// promise makes one policy hold for all.
func (w *world) promise(p tickets.Policy, more ...tickets.Policy) {
	w.t.Helper()
	list := tickets.PolicyList{Version: w.policies().Version, Items: append([]tickets.Policy{p}, more...)}
	if _, _, err := w.tickets.SavePolicies(w.t.Context(), authority.System("cli"), list); err != nil {
		w.t.Fatal(err)
	}
}

// reckon lets the clocks run up to now.
func (w *world) reckon() {
	w.t.Helper()
	if _, err := w.tickets.Reckon(w.t.Context(), clockwork); err != nil {
		w.t.Fatal(err)
	}
}

// passes moves all that happened on a ticket so far into the past, as if so much time had gone by since.
func (w *world) passes(ticket int64, d string) {
	w.t.Helper()
	for _, sql := range []string{
		`update tickets set created_at = created_at - $2::interval where id = $1`,
		`update messages set kept_at = kept_at - $2::interval where ticket_id = $1`,
		`update entries set arrived_at = arrived_at - $2::interval, entered_at = entered_at - $2::interval, answered_at = answered_at - $2::interval, ended_at = ended_at - $2::interval where ticket_id = $1`,
		`update clock_steps set due_at = due_at - $2::interval, done_at = done_at - $2::interval where origin_id = $1`,
		`update clocks set since = since - $2::interval, next_at = next_at - $2::interval,
			governed = (select coalesce(jsonb_agg(jsonb_set(g, '{at}', to_jsonb((g->>'at')::timestamptz - $2::interval))), '[]') from jsonb_array_elements(governed) g) where ticket_id = $1`,
	} {
		w.hand(sql, ticket, d)
	}
}

// clockwork is what a ticket's timeline tells of its clocks, in order.
func (w *world) clockwork(ticket int64) (told []string) {
	w.t.Helper()
	for _, what := range w.story(ticket) {
		if clocky(what) {
			told = append(told, what)
		}
	}
	return told
}

// clock is the last of a kind on a ticket, or one that runs.
func (w *world) clock(ticket int64, kind string) (c tickets.Clock) {
	w.t.Helper()
	for _, x := range w.view(ticket).Clocks {
		if x.Kind == kind && c.Outcome != "running" {
			c = x
		}
	}
	if c.Kind == "" {
		w.t.Fatalf("ticket %d has no clock of %s: %+v", ticket, kind, w.view(ticket).Clocks)
	}
	return c
}

// stands fails unless a clock is as it should be, and is due so long after a ticket was opened.
func (w *world) stands(ticket int64, kind, outcome, after string) {
	w.t.Helper()
	c, v := w.clock(ticket, kind), w.view(ticket)
	if c.Outcome != outcome {
		w.t.Errorf("%s is %s, want %s: %s", kind, c.Outcome, outcome, c.Words)
	}
	if after == "" {
		return
	}
	d, err := time.ParseDuration(after)
	if err != nil {
		w.t.Fatal(err)
	}
	// Between two transactions of a test some milliseconds pass.
	if c.Due == nil || c.Due.Sub(v.CreatedAt.Add(d)).Abs() > 5*time.Second {
		w.t.Errorf("%s is due %v, want %s after %v: %s", kind, c.Due, after, v.CreatedAt, c.Words)
	}
}
