package authority_test

import (
	"context"
	"testing"

	"frontline/internal/authority"
	"frontline/internal/authority/authoritytest"
	"frontline/internal/fault"
)

func TestEveryCommandOfAccountsRefuses(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	left := o.hire("left", authority.RoleAdmin)
	gone := true
	if err := o.ChangePerson(t.Context(), cli, left.ID, authority.PersonChange{Disabled: &gone}); err != nil {
		t.Fatal(err)
	}
	other := o.hire("other", authority.RoleAgent)
	name := "New Name"
	authoritytest.Account(t, o.db, o.Accounts, left, o.admin, authoritytest.Calls{
		"AddPerson": func(ctx context.Context, by authority.Actor) error {
			_, err := o.AddPerson(ctx, by, authority.NewPerson{Login: "x", Name: "X", Roles: []string{authority.RoleAgent}})
			return err
		},
		"ChangePerson": func(ctx context.Context, by authority.Actor) error {
			return o.ChangePerson(ctx, by, other.ID, authority.PersonChange{Name: &name})
		},
		"People":      func(ctx context.Context, by authority.Actor) error { _, err := o.People(ctx, by); return err },
		"Person":      func(ctx context.Context, by authority.Actor) error { _, err := o.Person(ctx, by, other.ID); return err },
		"SetLanguage": func(ctx context.Context, by authority.Actor) error { return o.SetLanguage(ctx, by, "en") },
		"SetPassword": func(ctx context.Context, by authority.Actor) error {
			return o.SetPassword(ctx, by, password, password+"!")
		},
		"May":              func(ctx context.Context, by authority.Actor) error { _, err := o.May(ctx, by); return err },
		"Sessions":         func(ctx context.Context, by authority.Actor) error { _, err := o.Sessions(ctx, by); return err },
		"EndSession":       func(ctx context.Context, by authority.Actor) error { return o.EndSession(ctx, by, 1) },
		"EndOtherSessions": func(ctx context.Context, by authority.Actor) error { return o.EndOtherSessions(ctx, by) },
		"SetTeam": func(ctx context.Context, by authority.Actor) error {
			_, err := o.SetTeam(ctx, by, 0, "north")
			return err
		},
		"Teams": func(ctx context.Context, by authority.Actor) error { _, err := o.Teams(ctx, by); return err },
		"AddToken": func(ctx context.Context, by authority.Actor) error {
			_, _, err := o.AddToken(ctx, by, by.ID, "t", 0)
			return err
		},
		"Tokens":        func(ctx context.Context, by authority.Actor) error { _, err := o.Tokens(ctx, by); return err },
		"EndToken":      func(ctx context.Context, by authority.Actor) error { return o.EndToken(ctx, by, 1) },
		"ProposeFactor": func(ctx context.Context, by authority.Actor) error { _, err := o.ProposeFactor(ctx, by); return err },
		"ConfirmFactor": func(ctx context.Context, by authority.Actor) error {
			_, err := o.ConfirmFactor(ctx, by, "123456")
			return err
		},
		"DropFactor":  func(ctx context.Context, by authority.Actor) error { return o.DropFactor(ctx, by, password) },
		"ResetFactor": func(ctx context.Context, by authority.Actor) error { return o.ResetFactor(ctx, by, other.ID) },
		"Touch": func(ctx context.Context, by authority.Actor) error {
			o.Touch(ctx, by) // answers nothing, to anybody
			if by.Kind == authority.Nobody {
				return fault.New(fault.Unauthorized, "no_actor")
			}
			return nil
		},
	})
}
