package authority_test

import (
	"context"
	"errors"
	"testing"

	"frontline/internal/authority"
	"frontline/internal/fault"
	"frontline/internal/pg/pgtest"
)

func TestAStatementBeforeAllowIsRefused(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t, authority.Schemas()...)
	g := authority.New(db, authority.Options{})
	ctx := context.Background()
	err := g.Do(ctx, authority.System("cli"), func(tx *authority.Tx) error {
		_, err := tx.Exec(ctx, `insert into teams (name) values ('a')`)
		return err
	})
	if err == nil {
		t.Fatal("a write before Allow went through")
	}
	err = g.Do(ctx, authority.Actor{}, func(*authority.Tx) error { return nil })
	if !errors.Is(err, fault.Unauthorized) {
		t.Fatalf("Do by nobody = %v, want unauthorized", err)
	}
	err = g.Do(ctx, authority.System("cli"), func(tx *authority.Tx) error {
		return tx.Allow(ctx, authority.Act{Name: "no.such.act", Object: "x"})
	})
	if !errors.Is(err, fault.Forbidden) {
		t.Fatalf("an unknown act = %v, want forbidden", err)
	}
	var n int
	if err := db.Read.QueryRow(ctx, `select count(*) from audit where outcome = 'deny' and act = 'no.such.act'`).Scan(&n); err != nil || n != 1 {
		t.Fatalf("denied tries audited: %d, %v; want 1", n, err)
	}
}
