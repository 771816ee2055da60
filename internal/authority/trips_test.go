package authority_test

import (
	"errors"
	"testing"

	"frontline/internal/authority"
	"frontline/internal/fault"

	"github.com/jackc/pgx/v5"
)

// What travels with the decision is of use only where it is yes; what travels with the commit is part of it.
func TestReadsTravelWithTheDecisionAndWritesWithTheCommit(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	north := w.team("north")
	w.hand(`insert into goods (name, team_id) values ('belt', $1), ('gold', null)`, north)
	li := w.person("li", 1, "agent", north)
	goods := -1
	count := func() *pgx.Batch {
		b := &pgx.Batch{}
		b.Queue(`select count(*) from goods`).QueryRow(func(r pgx.Row) error { return r.Scan(&goods) })
		return b
	}
	act := authority.Act{Name: "shop.stock", Object: "x"}
	w.wantDone("Do", w.gate.Do(ctx, li, func(tx *authority.Tx) error {
		if err := tx.AllowWith(ctx, act, count()); err != nil {
			return err
		}
		if goods != 1 {
			t.Errorf("the read saw %d goods, want the one that its actor sees", goods)
		}
		if err := tx.Last(`insert into goods (name) values ($1)`, "last"); err != nil {
			return err
		}
		if err := tx.QueryRow(ctx, `select count(*) from goods`).Scan(&goods); err != nil || goods != 1 {
			t.Errorf("%d goods before the end (%v), want still one", goods, err)
		}
		return nil
	}))
	if n := w.count(`select count(*) from goods where name = 'last'`); n != 1 {
		t.Errorf("%d rows were written with the commit, want 1", n)
	}
	w.wantRefused("a read with an act that is denied", w.gate.Do(ctx, authority.AgentActor(999, "ghost"), func(tx *authority.Tx) error {
		return tx.AllowWith(ctx, act, count())
	}))

	// An error of either is the error of Do, and undoes all.
	bad := &pgx.Batch{}
	bad.Queue(`select 1/0`)
	for what, f := range map[string]func(tx *authority.Tx) error{
		"a read": func(tx *authority.Tx) error { return tx.AllowWith(ctx, act, bad) },
		"a write": func(tx *authority.Tx) error {
			if err := tx.Allow(ctx, act); err != nil {
				return err
			}
			if err := tx.Last(`insert into goods (name) values ('half')`); err != nil {
				return err
			}
			return tx.Last(`insert into goods (name) values ($1)`, "nul\x00")
		},
		"a write before Allow": func(tx *authority.Tx) error {
			_ = tx.Last(`insert into goods (name) values ('half')`)
			return tx.Allow(ctx, act)
		},
	} {
		if err := w.gate.Do(ctx, robot, f); err == nil {
			t.Errorf("%s that fails = nil", what)
		}
	}
	if n := w.count(`select count(*) from goods where name = 'half'`) + w.count(`select count(*) from audit where actor = 'system:jobs' and outcome = 'allow'`); n != 0 {
		t.Error("the half of a transaction was kept")
	}
	w.wantDone("afterwards", w.stock(ctx, robot, "x"))
}

// Who loses a race on a name runs again and finds the winner's row; a violation that nobody spoke of is an error.
func TestARaceOnAConstraintIsRunAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	w.hand(`create unique index goods_name on goods (name)`)
	found := func(announced bool) error {
		return w.gate.Do(ctx, robot, func(tx *authority.Tx) error {
			var n int
			look := &pgx.Batch{}
			look.Queue(`select count(*) from goods where name = 'one'`).QueryRow(func(r pgx.Row) error { return r.Scan(&n) })
			if err := tx.AllowWith(ctx, authority.Act{Name: "shop.stock"}, look); err != nil || n > 0 {
				return err
			}
			if announced {
				tx.RaceOn("goods_name")
			}
			return tx.Last(`insert into goods (name) values ('one')`)
		})
	}
	for i, err := range deck(16, func(int) error { return found(true) }) {
		if err != nil {
			t.Errorf("side %d = %v", i, err)
		}
	}
	if n := w.count(`select count(*) from goods`); n != 1 {
		t.Errorf("%d goods, want 1", n)
	}
	err := w.gate.Do(ctx, robot, func(tx *authority.Tx) error {
		if err := tx.Allow(ctx, authority.Act{Name: "shop.stock"}); err != nil {
			return err
		}
		tx.RaceOn("another")
		return tx.Last(`insert into goods (name) values ('one')`)
	})
	if err == nil || errors.Is(err, fault.Unavailable) {
		t.Errorf("a violation that nobody spoke of = %v, want its own error", err)
	}
}
