package authority_test

import (
	"context"
	"errors"
	"testing"
	"testing/fstest"

	"frontline/internal/authority"
	"frontline/internal/fault"
	"frontline/internal/pg"
	"frontline/internal/pg/pgtest"

	"github.com/jackc/pgx/v5"
	"github.com/shopspring/decimal"
)

// shop is a business to test with: goods that belong to a team, and acts that cost money.
var shop = pg.Schema{Module: "shop", Files: fstest.MapFS{"001_shop.sql": {Data: []byte(`
	create table goods (id bigint generated always as identity primary key, name text not null check (length(name) <= 40),
		team_id bigint references teams, stock int not null default 0);
	alter table goods enable row level security;
	create policy seen on goods for select using ((select sees_all()) or team_id = any ((select my_teams())::bigint[]));
	create policy made on goods for insert with check (true);
	create policy kept on goods for update using ((select sees_all()) or team_id = any ((select my_teams())::bigint[]));
	select guard('goods');
	select grant_app('goods', 'select, insert, update');
	select permit('shop.stock', '{system:jobs,contact,agent,supervisor}'), permit('shop.refund', '{agent,supervisor}'),
		permit('shop.discount', '{agent}'), permit('shop.gift', '{agent,system:jobs}');
	select set_config('app.act', 'migration', true);
	insert into limits (act, tier, currency, max_amount, window_days, max_sum) values
		('shop.refund', 1, 'CNY', 100, 30, 250), ('shop.refund', 2, 'CNY', 500, null, null), ('shop.refund', 4, 'CNY', 5000, null, null),
		('shop.gift', 1, 'CNY', 10, null, null);
	insert into limits (act, tier, max_percent) values ('shop.discount', 1, 5), ('shop.discount', 3, 20);
`)}}}

func schemas() []pg.Schema { return append(authority.Schemas(), shop) }

type world struct {
	*testing.T
	db    *pg.DB
	gate  *authority.Gate
	admin *pgx.Conn // the superuser, for what an operator or an attacker does by hand
}

func newWorld(t *testing.T) *world {
	t.Helper()
	return worldWith(t, authority.Options{})
}

func worldWith(t *testing.T, o authority.Options) *world {
	t.Helper()
	db := pgtest.New(t, schemas()...)
	admin, err := pgx.Connect(t.Context(), pgtest.AdminURL(t, db.URL))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = admin.Close(context.WithoutCancel(t.Context())) })
	w := &world{T: t, db: db, gate: authority.New(db, o), admin: admin}
	w.hand(`set app.act = 'by hand'`)
	return w
}

// hand does a statement as the superuser.
func (w *world) hand(sql string, args ...any) (rows int64) {
	w.Helper()
	tag, err := w.admin.Exec(w.Context(), sql, args...)
	if err != nil {
		w.Fatalf("%s: %v", sql, err)
	}
	return tag.RowsAffected()
}

// person makes an agent of a tier, in teams.
func (w *world) person(login string, tier int, role string, teams ...int64) authority.Actor {
	w.Helper()
	var id int64
	if err := w.admin.QueryRow(w.Context(), `insert into agents (login, name, roles, tier) values ($1, $1, array[$2], $3) returning id`,
		login, role, tier).Scan(&id); err != nil {
		w.Fatal(err)
	}
	for _, team := range teams {
		w.hand(`insert into team_members (team_id, agent_id) values ($1, $2)`, team, id)
	}
	return authority.AgentActor(id, login)
}

func (w *world) team(name string) (id int64) {
	w.Helper()
	if err := w.admin.QueryRow(w.Context(), `insert into teams (name) values ($1) returning id`, name).Scan(&id); err != nil {
		w.Fatal(err)
	}
	return id
}

// count answers a query of one number, as the superuser.
func (w *world) count(sql string, args ...any) (n int) {
	w.Helper()
	if err := w.admin.QueryRow(w.Context(), sql, args...).Scan(&n); err != nil {
		w.Fatalf("%s: %v", sql, err)
	}
	return n
}

// stock is the plainest command: it puts a good on the shelf.
func (w *world) stock(ctx context.Context, by authority.Actor, name string) error {
	return w.gate.Do(ctx, by, func(tx *authority.Tx) error {
		if err := tx.Allow(ctx, authority.Act{Name: "shop.stock", Object: "good:" + name}); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `insert into goods (name) values ($1)`, name)
		return err
	})
}

// refund is an act that costs money.
func (w *world) refund(by authority.Actor, m authority.Money) error {
	return w.do(by, authority.Act{Name: "shop.refund", Object: "order:1", Money: &m, Reason: "late"})
}

// do does an act that changes one row.
func (w *world) do(by authority.Actor, a authority.Act) error {
	ctx := w.Context()
	return w.gate.Do(ctx, by, func(tx *authority.Tx) error {
		if err := tx.Allow(ctx, a); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `insert into goods (name) values ($1)`, a.Name)
		return err
	})
}

func yuan(n string) authority.Money {
	return authority.Money{Amount: decimal.RequireFromString(n), Currency: "CNY"}
}

// The three answers that an act can have.
func (w *world) wantDone(what string, err error) {
	w.Helper()
	if err != nil {
		w.Errorf("%s = %v, want done", what, err)
	}
}

func (w *world) wantRefused(what string, err error) {
	w.Helper()
	if !errors.Is(err, fault.Forbidden) {
		w.Errorf("%s = %v, want forbidden", what, err)
	}
}

func (w *world) wantAsked(what string, err error, tier int) (approval int64) {
	w.Helper()
	var need *authority.NeedsApproval
	if !errors.As(err, &need) || need.Tier != tier {
		w.Errorf("%s = %v, want approval by tier %d", what, err, tier)
		return 0
	}
	return need.ID
}

// contextOf is the test's context, to be ended early.
func contextOf(t *testing.T) (context.Context, context.CancelFunc) {
	return context.WithCancel(t.Context())
}

// deck runs n functions at once and answers their errors.
func deck(n int, f func(i int) error) []error {
	errs := make([]error, n)
	start, done := make(chan struct{}), make(chan struct{})
	for i := range n {
		go func() {
			defer func() { done <- struct{}{} }() // even where f ends the test
			<-start
			errs[i] = f(i)
		}()
	}
	close(start)
	for range n {
		<-done
	}
	return errs
}
