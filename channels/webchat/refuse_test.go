package webchat_test

import (
	"context"
	"testing"

	"frontline/internal/authority"
	"frontline/internal/authority/authoritytest"
)

func TestEveryCommandOfTheChatRefuses(t *testing.T) {
	w := newWorld(t)
	v, _ := w.visitor(nil)
	ticket := w.ticketOf(v.start("hello"))
	other := demo
	other.Key = "other"
	left := w.Hire("left", "admin")
	off := true
	if err := w.Accounts.ChangePerson(t.Context(), cli, left.ID, authority.PersonChange{Disabled: &off}); err != nil {
		t.Fatal(err)
	}
	authoritytest.Account(t, w.DB, w.Chat, left, w.admin(), authoritytest.Calls{
		"Sites": func(ctx context.Context, by authority.Actor) error { _, err := w.Sites(ctx, by); return err },
		"SaveSite": func(ctx context.Context, by authority.Actor) error {
			_, err := w.SaveSite(ctx, by, 0, other)
			return err
		},
		"MakeSecret": func(ctx context.Context, by authority.Actor) error {
			_, err := w.MakeSecret(ctx, by, w.site)
			return err
		},
		"OnTicket": func(ctx context.Context, by authority.Actor) error { _, err := w.OnTicket(ctx, by, ticket); return err },
	})
}
