package alarm_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"frontline/internal/alarm"
	"frontline/internal/authority"
	"frontline/internal/authority/authoritytest"
	"frontline/internal/fault"
	"frontline/internal/pg/pgtest"
	"frontline/internal/web/webtest"
)

var email = authority.System("email")

func TestAnAlarmStandsUntilItIsOver(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t, append(authority.Schemas(), alarm.Schema())...)
	a := alarm.New(authority.New(db, authority.Options{}))
	ctx := t.Context()
	standing := func() []alarm.Alarm {
		t.Helper()
		got, err := a.Standing(ctx, authority.AgentActor(1, "li"))
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	events := func() (n int) {
		t.Helper()
		if err := db.Read.QueryRow(ctx, `select count(*) from events`).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}

	// Sixteen readers of one mailbox find its password refused; one alarm stands, and is told once.
	var all sync.WaitGroup
	for range 16 {
		all.Go(func() {
			if err := a.Raise(ctx, email, "mailbox_receiving", "mailbox:3", "login_refused", map[string]any{"host": "imap.example.cn"}); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	first := standing()
	if len(first) != 1 || first[0].Code != "login_refused" || first[0].Args["host"] != "imap.example.cn" || events() != 1 {
		t.Fatalf("standing %+v after %d events, want one alarm told once", first, events())
	}

	// The trouble changes, and stands since it began.
	if err := a.Raise(ctx, email, "mailbox_receiving", "mailbox:3", "host_unreachable", nil); err != nil {
		t.Fatal(err)
	}
	if got := standing(); len(got) != 1 || got[0].Code != "host_unreachable" || !got[0].Since.Equal(first[0].Since) {
		t.Fatalf("standing %+v, want the same alarm with its new code", got)
	}

	// It is over, twice; then it begins anew.
	for range 2 {
		if err := a.Clear(ctx, email, "mailbox_receiving", "mailbox:3"); err != nil {
			t.Fatal(err)
		}
	}
	if got := standing(); len(got) != 0 || events() != 3 {
		t.Fatalf("standing %+v after %d events, want none after three", got, events())
	}
	if err := a.Raise(ctx, email, "mailbox_receiving", "mailbox:3", "login_refused", nil); err != nil {
		t.Fatal(err)
	}
	if got := standing(); len(got) != 1 || got[0].ID == first[0].ID {
		t.Fatalf("standing %+v, want a new alarm", got)
	}

	// People do not raise alarms, nor clear them.
	for name, err := range map[string]error{
		"raise": a.Raise(ctx, authority.AgentActor(1, "li"), "a", "b", "c", nil),
		"clear": a.Clear(ctx, authority.AgentActor(1, "li"), "mailbox_receiving", "mailbox:3"),
	} {
		if !errors.Is(err, fault.Forbidden) {
			t.Errorf("%s by an agent = %v, want forbidden", name, err)
		}
	}
}

func TestEveryCommandRefuses(t *testing.T) {
	t.Parallel()
	o := webtest.Open(t, append(authority.Schemas(), alarm.Schema())...)
	a := alarm.New(o.Gate)
	// Nobody but a channel may raise an alarm: an administrator is a stranger here, and the channel is the master.
	authoritytest.Account(t, o.DB, a, o.Hire("boss", "admin"), email, authoritytest.Calls{
		"Raise": func(ctx context.Context, by authority.Actor) error {
			return a.Raise(ctx, by, "mailbox_receiving", "mailbox:3", "login_refused", nil)
		},
		"Clear": func(ctx context.Context, by authority.Actor) error {
			return a.Clear(ctx, by, "mailbox_receiving", "mailbox:3")
		},
		"Standing": func(ctx context.Context, by authority.Actor) error { _, err := a.Standing(ctx, by); return err },
	})
}
