package request_test

import (
	"context"
	"testing"

	"frontline/internal/authority"
	"frontline/internal/authority/authoritytest"
	"frontline/tickets/request"
)

func second[T any](_ T, err error) error { return err }

func TestEveryCommandOfRequestsRefuses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	left, off := w.Hire("left", "admin"), true
	w.do(w.Accounts.ChangePerson(t.Context(), cli, left.ID, authority.PersonChange{Disabled: &off}))
	type who = authority.Actor
	authoritytest.Account(t, w.DB, w.Requests, left, w.Hire("boss", "admin"), authoritytest.Calls{
		"Terms": func(ctx context.Context, by who) error { return second(w.Terms(ctx, by, "")) },
		"SaveTerm": func(ctx context.Context, by who) error {
			return w.SaveTerm(ctx, by, request.Term{Kind: "scope", Key: "x", Name: "x"})
		},
		"Numberings": func(ctx context.Context, by who) error { return second(w.Numberings(ctx, by)) },
		"SaveNumbering": func(ctx context.Context, by who) error {
			return w.SaveNumbering(ctx, by, request.Numbering{Type: "x", Prefix: "X", Date: "YYYY", Digits: 1, Zone: "UTC"})
		},
	})
}
