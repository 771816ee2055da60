package authority_test

import (
	"errors"
	"slices"
	"testing"

	"frontline/internal/authority"
	"frontline/internal/fault"

	"github.com/jackc/pgx/v5"
)

// shelf lists what an actor sees.
func (w *world) shelf(by authority.Actor) (names []string) {
	w.Helper()
	ctx := w.Context()
	err := w.gate.View(ctx, by, func(q authority.Query) error {
		rows, err := q.Query(ctx, `select name from goods order by name`)
		if err != nil {
			return err
		}
		names, err = pgx.CollectRows(rows, pgx.RowTo[string])
		return err
	})
	if err != nil {
		w.Fatal(err)
	}
	return names
}

// asked is shelf by questions that are known beforehand.
func (w *world) asked(by authority.Actor) (names []string) {
	w.Helper()
	b := &pgx.Batch{}
	b.Queue(`select name from goods order by name`).Query(func(rows pgx.Rows) (err error) {
		names, err = pgx.CollectRows(rows, pgx.RowTo[string])
		return err
	})
	if err := w.gate.Ask(w.Context(), by, b); err != nil {
		w.Fatal(err)
	}
	return names
}

func TestEachSeesWhatIsTheirs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	north, south := w.team("north"), w.team("south")
	w.hand(`insert into goods (name, team_id) values ('belt', $1), ('motor', $2), ('spindle', null)`, north, south)
	li := w.person("li", 1, "agent", north)
	both := w.person("zhao", 1, "agent", north, south)
	boss := w.person("wang", 3, "supervisor")
	all := []string{"belt", "motor", "spindle"}
	for _, c := range []struct {
		who  authority.Actor
		want []string
	}{
		{li, []string{"belt"}},
		{both, []string{"belt", "motor"}},
		{w.person("new", 1, "agent"), nil},
		{boss, all},
		{robot, all},
		{authority.ContactActor(1, "customer"), nil},
		{authority.AgentActor(999, "ghost"), nil},
	} {
		if got := w.shelf(c.who); !slices.Equal(got, c.want) {
			t.Errorf("%s sees %q, want %q", c.who, got, c.want)
		}
		if got := w.asked(c.who); !slices.Equal(got, c.want) {
			t.Errorf("%s is told of %q, want %q", c.who, got, c.want)
		}
	}
	// Sight ends with the membership, the role, the account: at once.
	w.hand(`delete from team_members where agent_id = $1 and team_id = $2`, both.ID, south)
	if got := w.shelf(both); !slices.Equal(got, []string{"belt"}) {
		t.Errorf("who left the team sees %q", got)
	}
	w.hand(`update agents set roles = '{agent}' where id = $1`, boss.ID)
	if got := w.shelf(boss); len(got) != 0 {
		t.Errorf("who is no longer supervisor sees %q", got)
	}
	w.hand(`update agents set disabled_at = now() where id = $1`, li.ID)
	if got := w.shelf(li); len(got) != 0 {
		t.Errorf("who is disabled sees %q", got)
	}
}

// One connection serves one after another; nothing of the former may show to the next.
func TestSightDoesNotLeakThroughThePool(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	north := w.team("north")
	w.hand(`insert into goods (name, team_id) values ('belt', $1), ('gold', null)`, north)
	boss, li, ghost := w.person("wang", 3, "supervisor"), w.person("li", 1, "agent", north), authority.AgentActor(999, "")
	for _, err := range deck(90, func(i int) error {
		who, want := []authority.Actor{boss, li, ghost}[i%3], []int{2, 1, 0}[i%3]
		if got := w.shelf(who); len(got) != want {
			return errors.New(who.String() + " sees the wrong things")
		}
		return nil
	}) {
		w.wantDone("reading", err)
	}
	// Nor do settings outlive the transaction, in either pool.
	w.wantDone("stocking", w.stock(t.Context(), robot, "x"))
	for name, row := range map[string]pgx.Row{
		"read":  w.db.Read.QueryRow(t.Context(), `select coalesce(current_setting('app.sees_all', true), '') || coalesce(current_setting('app.act', true), '')`),
		"write": w.db.Write().QueryRow(t.Context(), `select coalesce(current_setting('app.sees_all', true), '') || coalesce(current_setting('app.act', true), '')`),
	} {
		var left string
		if err := row.Scan(&left); err != nil || left != "" {
			t.Errorf("left on a %s connection: %q, %v", name, left, err)
		}
	}
}

func TestAViewCannotWriteAndAMissingRowIsNotFound(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	err := w.gate.View(ctx, robot, func(q authority.Query) error {
		return q.QueryRow(ctx, `insert into goods (name) values ('x') returning id`).Scan(nil)
	})
	if err == nil {
		t.Error("a view wrote")
	}
	err = w.gate.View(ctx, robot, func(q authority.Query) error {
		var n int
		return q.QueryRow(ctx, `select id from goods where id = 0`).Scan(&n)
	})
	if !errors.Is(err, fault.NotFound) {
		t.Errorf("a row that is not there = %v, want not found", err)
	}
	for range 20 {
		if got := w.shelf(robot); len(got) != 0 {
			t.Errorf("%q are there", got)
		}
	}
}

// What one may not see one cannot change; an act that must see it says so, and only that act does.
func TestAnActSeesNoMoreThanItsActorUnlessItMust(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	south := w.team("south")
	w.hand(`insert into goods (name, team_id) values ('motor', $1)`, south)
	li := w.person("li", 1, "agent")
	change := func(a authority.Act) (n int64) {
		w.Helper()
		w.wantDone("Do", w.gate.Do(t.Context(), li, func(tx *authority.Tx) error {
			if err := tx.Allow(t.Context(), a); err != nil {
				return err
			}
			tag, err := tx.Exec(t.Context(), `update goods set stock = stock + 1`)
			n = tag.RowsAffected()
			return err
		}))
		return n
	}
	if n := change(authority.Act{Name: "shop.stock"}); n != 0 {
		t.Errorf("changed %d rows that the actor does not see", n)
	}
	if n := change(authority.Act{Name: "shop.stock", Unveiled: true}); n != 1 {
		t.Errorf("an act that must see all changed %d rows, want 1", n)
	}
	if n := change(authority.Act{Name: "shop.stock"}); n != 0 {
		t.Errorf("the next act changed %d rows", n)
	}
}

// Questions that fail leave nothing of who asked them behind, and change nothing.
func TestWhatIsAskedInOneTripIsAView(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	w.hand(`insert into goods (name) values ('belt')`)
	for sql, want := range map[string]error{
		`select 1/0`: nil,
		`insert into goods (name) values ('more')`:     nil,
		`select name from goods where name = 'nobody'`: fault.NotFound,
	} {
		b := &pgx.Batch{}
		b.Queue(sql).QueryRow(func(r pgx.Row) error { var s string; return r.Scan(&s) })
		if err := w.gate.Ask(ctx, robot, b); err == nil || want != nil && !errors.Is(err, want) {
			t.Errorf("Ask %s = %v, want %v", sql, err, want)
		}
	}
	for range w.db.Read.Config().MaxConns { // whichever connection it was
		if got := w.asked(authority.AgentActor(999, "ghost")); len(got) != 0 {
			t.Errorf("a ghost is told of %q", got)
		}
	}
	if got := w.asked(robot); !slices.Equal(got, []string{"belt"}) {
		t.Errorf("afterwards there is %q", got)
	}
	if err := w.gate.Ask(ctx, authority.Actor{}, &pgx.Batch{}); !errors.Is(err, fault.Unauthorized) {
		t.Errorf("Ask by nobody = %v", err)
	}
}
