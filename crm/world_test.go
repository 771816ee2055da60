package crm_test

import (
	"context"
	"testing"
	"testing/fstest"

	"frontline/crm"
	"frontline/internal/authority"
	"frontline/internal/pg"
	"frontline/internal/web/webtest"
)

// hand is the act under which the tests use parts, which in the program run within other commands.
var hand = pg.Schema{Module: "hand", Files: fstest.MapFS{"001_hand.sql": {Data: []byte(`select permit('test.identify', '{system:email,agent}')`)}}}

type world struct {
	*webtest.Office
	t   testing.TB
	crm *crm.CRM
}

func newWorld(t testing.TB) *world {
	t.Helper()
	o := webtest.Open(t, append(crm.Schemas(), hand)...)
	return &world{Office: o, t: t, crm: crm.New(o.Gate)}
}

var email = authority.System("email")

// part runs a part in a transaction of its own.
func (w *world) part(f func(ctx context.Context, tx *authority.Tx) error) error {
	ctx := w.t.Context()
	return w.Gate.Do(ctx, email, func(tx *authority.Tx) error {
		if err := tx.Allow(ctx, authority.Act{Name: "test.identify"}); err != nil {
			return err
		}
		return f(ctx, tx)
	})
}

func (w *world) identify(p crm.Point, name string) (c crm.Contact, err error) {
	err = w.part(func(ctx context.Context, tx *authority.Tx) error {
		c, err = crm.Identify(ctx, tx, p, name)
		return err
	})
	return c, err
}

// customer is somebody who wrote from an address.
func (w *world) customer(address, name string) crm.Contact {
	w.t.Helper()
	c, err := w.identify(crm.Point{Kind: crm.Email, Address: address}, name)
	if err != nil {
		w.t.Fatal(err)
	}
	return c
}

func (w *world) person(id int64) crm.Person {
	w.t.Helper()
	p, err := w.crm.Person(w.t.Context(), email, id)
	if err != nil {
		w.t.Fatal(err)
	}
	return p
}

func (w *world) count(sql string, args ...any) (n int) {
	w.t.Helper()
	err := w.Gate.View(w.t.Context(), email, func(q authority.Query) error { return q.QueryRow(w.t.Context(), sql, args...).Scan(&n) })
	if err != nil {
		w.t.Fatal(err)
	}
	return n
}

// crowd runs n functions at once.
func crowd(n int, f func(i int)) {
	done := make(chan struct{})
	start := make(chan struct{})
	for i := range n {
		go func() {
			defer func() { done <- struct{}{} }() // even where f ends the test
			<-start
			f(i)
		}()
	}
	close(start)
	for range n {
		<-done
	}
}
