package tickets_test

import (
	"context"
	"errors"

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
	list, err := w.tickets.Policies(w.t.Context(), eye)
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
