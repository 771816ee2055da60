package authoritytest_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"frontline/internal/authority"
	"frontline/internal/authority/authoritytest"
	"frontline/internal/pg"
	"frontline/internal/pg/pgtest"
)

// shop has a method of each sort, good and bad.
type shop struct{ gate *authority.Gate }

func (s shop) act(ctx context.Context, by authority.Actor, name string) error {
	return s.gate.Do(ctx, by, func(tx *authority.Tx) error { return tx.Allow(ctx, authority.Act{Name: name}) })
}

func (s shop) Buy(ctx context.Context, by authority.Actor) error { return s.act(ctx, by, "shop.buy") }

func (s shop) Look(ctx context.Context, by authority.Actor) error {
	return s.gate.View(ctx, by, func(authority.Query) error { return nil })
}

// Open acts as the program, whoever asks.
func (s shop) Open(ctx context.Context, _ authority.Actor) error {
	return s.act(ctx, authority.System("jobs"), "shop.buy")
}

// Sneak asks only where it may.
func (s shop) Sneak(ctx context.Context, by authority.Actor) error {
	if by.ID != 1 {
		return s.Look(ctx, by)
	}
	return s.Buy(ctx, by)
}

// Free takes anybody.
func (s shop) Free(ctx context.Context, by authority.Actor) error {
	return s.act(ctx, by, "shop.free")
}

func (s shop) Forgotten(context.Context, authority.Actor) error { return nil }

func (s shop) Part(context.Context, *authority.Tx) error { return nil }

// book writes down what would fail a test.
type book struct {
	testing.TB
	lines []string
}

func (b *book) Helper() {}

func (b *book) Errorf(format string, args ...any) {
	b.lines = append(b.lines, fmt.Sprintf(format, args...))
}

func TestAccountFindsWhatDoesNotRefuse(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t, append(authority.Schemas(), pg.Schema{Module: "shop", Files: fstest.MapFS{"001_shop.sql": {Data: []byte(`
		select permit('shop.buy', '{admin,system:jobs}'), permit('shop.free', '{admin,editor}');
		select set_config('app.act', 'test', true);
		insert into agents (login, name, roles) values ('master', 'm', '{admin}'), ('stranger', 's', '{editor}');
	`)}}})...)
	s := shop{authority.New(db, authority.Options{})}
	b := &book{TB: t}
	authoritytest.Account(b, db, s, authority.AgentActor(2, ""), authority.AgentActor(1, ""), authoritytest.Calls{
		"Buy": s.Buy, "Look": s.Look, "Open": s.Open, "Sneak": s.Sneak, "Free": s.Free, "Gone": s.Look,
	})
	got := strings.Join(b.lines, "\n")
	for _, want := range []string{
		"has no method Gone", "Forgotten takes an actor and has no refusal case", "Open by nobody = <nil>, want unauthorized",
		"Sneak is a command and did not refuse", "Free acted for somebody without any right",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("not found: %s", want)
		}
	}
	if len(b.lines) != 5 || strings.Contains(got, "Buy") || strings.Contains(got, "Look") || strings.Contains(got, "Part") {
		t.Errorf("found:\n%s", got)
	}
}
