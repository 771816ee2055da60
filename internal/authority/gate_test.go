package authority_test

import (
	"errors"
	"strings"
	"testing"

	"frontline/internal/authority"
	"frontline/internal/fault"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

var robot = authority.System("jobs")

func TestAnActIsDoneAndWrittenDown(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	zhang := w.person("zhang", 1, "agent")
	w.wantDone("stocking by an agent", w.stock(t.Context(), zhang, "spindle"))
	w.wantDone("stocking by a program", w.stock(t.Context(), robot, "belt"))
	w.wantDone("stocking by a customer", w.stock(t.Context(), authority.ContactActor(5, "Li"), "returned belt"))
	if n := w.count(`select count(*) from goods`); n != 3 {
		t.Errorf("%d goods, want 3", n)
	}
	if n := w.count(`select count(*) from audit where act = 'shop.stock' and outcome = 'allow' and (actor, object) in
		(($1, 'good:spindle'), ('system:jobs', 'good:belt'), ('contact:5', 'good:returned belt'))`, zhang.String()); n != 3 {
		t.Errorf("%d acts in the audit trail, want 3", n)
	}
}

// Each table refuses, each in its own words, and the whole transaction falls.
func TestAWriteWithoutAnActIsRefusedByPostgres(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.hand(`set app.act = ''`)
	for _, table := range []string{"goods", "teams", "agents", "team_members", "rights", "limits", "concessions"} {
		c := column(table)
		for _, sql := range []string{
			"delete from " + table, "insert into " + table + " (" + c + ") select " + c + " from " + table, "update " + table + " set " + c + " = " + c,
			"truncate " + table + " cascade",
		} {
			var p *pgconn.PgError
			if _, err := w.admin.Exec(t.Context(), sql); !errors.As(err, &p) || p.Code != "42501" || !strings.Contains(p.Message, "without an act") {
				t.Errorf("%s by the superuser = %v, want a refusal for want of an act", sql, err)
			}
		}
	}
	// By hand one says first what it is for.
	w.hand(`set app.act = 'repair: wrong name'`)
	w.hand(`insert into goods (name) values ('x')`)
}

func column(table string) string {
	switch table {
	case "team_members":
		return "team_id"
	case "rights", "limits":
		return "act"
	case "concessions":
		return "object"
	}
	return "name"
}

// The program cannot put the guard, the policies or the role aside.
func TestTheProgramsRoleCannotRaiseItself(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, sql := range []string{
		`alter table goods disable trigger all`, `drop trigger must_have_act on goods`, `alter table goods disable row level security`,
		`drop policy seen on goods`, `set session_replication_role = replica`, `create table mine ()`, `alter role frontline_app superuser`,
		`select guard('goods')`, `select permit('shop.refund', '{contact}')`,
	} {
		var p *pgconn.PgError
		if _, err := w.db.Write().Exec(t.Context(), sql); !errors.As(err, &p) || p.Code != "42501" {
			t.Errorf("%s as the program = %v, want no right", sql, err)
		}
	}
}

func TestAStatementBeforeAllowIsRefusedEvenIfItsErrorIsDropped(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const insert = `insert into goods (name) values ('smuggled')`
	ctx := t.Context()
	for what, statement := range map[string]func(tx *authority.Tx) error{
		"Exec":     func(tx *authority.Tx) error { _, err := tx.Exec(ctx, insert); return err },
		"Query":    func(tx *authority.Tx) error { _, err := tx.Query(ctx, insert); return err },
		"QueryRow": func(tx *authority.Tx) error { return tx.QueryRow(ctx, insert+` returning id`).Scan(nil) },
		"CopyFrom": func(tx *authority.Tx) error {
			_, err := tx.CopyFrom(ctx, pgx.Identifier{"goods"}, []string{"name"}, pgx.CopyFromRows([][]any{{"x"}}))
			return err
		},
		"Prepare":   func(tx *authority.Tx) error { _, err := tx.Prepare(ctx, "p", insert); return err },
		"SendBatch": func(tx *authority.Tx) error { b := &pgx.Batch{}; b.Queue(insert); return tx.SendBatch(ctx, b).Close() },
		"a batch's first answer": func(tx *authority.Tx) error {
			b := &pgx.Batch{}
			b.Queue(insert)
			_, err := tx.SendBatch(ctx, b).Exec()
			return err
		},
		"a batch's first row": func(tx *authority.Tx) error {
			b := &pgx.Batch{}
			b.Queue(insert)
			return tx.SendBatch(ctx, b).QueryRow().Scan()
		},
		"a batch's first rows": func(tx *authority.Tx) error {
			b := &pgx.Batch{}
			b.Queue(insert)
			_, err := tx.SendBatch(ctx, b).Query()
			return err
		},
	} {
		dropped := false
		err := w.gate.Do(ctx, robot, func(tx *authority.Tx) error {
			if statement(tx) == nil {
				t.Errorf("%s before Allow = nil, want an error", what)
			}
			dropped = true
			return tx.Allow(ctx, authority.Act{Name: "shop.stock", Object: "x"})
		})
		if err == nil || !dropped {
			t.Errorf("Do with %s before Allow and the error dropped = %v, want an error", what, err)
		}
	}
	if n := w.count(`select count(*) from goods`); n != 0 {
		t.Errorf("%d goods came past Allow", n)
	}
}

func TestACommandCannotEndOrNestItsTransaction(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	w.wantDone("Do", w.gate.Do(ctx, robot, func(tx *authority.Tx) error {
		if err := tx.Allow(ctx, authority.Act{Name: "shop.stock", Object: "x"}); err != nil {
			return err
		}
		if _, err := tx.Begin(ctx); err == nil {
			t.Error("Begin = nil, want refused")
		}
		if tx.Commit(ctx) == nil || tx.Rollback(ctx) == nil {
			t.Error("Commit or Rollback = nil, want refused")
		}
		return nil
	}))
	for _, sql := range []string{`commit`, `rollback`} {
		if err := w.gate.Do(ctx, robot, func(tx *authority.Tx) error {
			if err := tx.Allow(ctx, authority.Act{Name: "shop.stock", Object: "x"}); err != nil {
				return err
			}
			_, err := tx.Exec(ctx, sql)
			return err
		}); err == nil {
			t.Errorf("Do of a command that says %s = nil, want an error", sql)
		}
	}
}

// A refusal must hold where a careless command goes on after it.
func TestADroppedErrorCannotCommit(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	li := w.person("li", 1, "agent")
	insert := func(tx *authority.Tx) { _, _ = tx.Exec(ctx, `insert into goods (name) values ('kept')`) }

	w.wantRefused("a denied act, dropped", w.gate.Do(ctx, li, func(tx *authority.Tx) error {
		_ = tx.Allow(ctx, authority.Act{Name: "no.such.act"})
		_ = tx.Allow(ctx, authority.Act{Name: "shop.stock"})
		insert(tx)
		return nil
	}))
	m := yuan("300")
	w.wantAsked("an act above the limit, dropped", w.gate.Do(ctx, li, func(tx *authority.Tx) error {
		_ = tx.Allow(ctx, authority.Act{Name: "shop.refund", Money: &m})
		_ = tx.Allow(ctx, authority.Act{Name: "shop.stock"})
		insert(tx)
		return nil
	}), 2)
	if err := w.gate.Do(ctx, li, func(tx *authority.Tx) error {
		_ = tx.Allow(ctx, authority.Act{Name: "shop.stock"})
		insert(tx)
		_, _ = tx.Exec(ctx, `select 1/0`)
		insert(tx)
		return nil
	}); err == nil {
		t.Error("a failed statement, dropped = nil, want an error")
	}
	if n := w.count(`select count(*) from goods`); n != 0 {
		t.Errorf("%d goods were kept, want none", n)
	}
	if n := w.count(`select count(*) from audit where outcome = 'allow'`); n != 0 {
		t.Errorf("%d acts are said to be done, want none", n)
	}
}

func TestNobodyActsAndNobodyReads(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, by := range []authority.Actor{{}, {Kind: 9, ID: 1}, authority.AgentActor(0, "x"), authority.AgentActor(-1, "x"), authority.ContactActor(0, ""), authority.System("")} {
		f := func() { t.Errorf("%+v got in", by) }
		if err := w.gate.Do(t.Context(), by, func(*authority.Tx) error { f(); return nil }); !errors.Is(err, fault.Unauthorized) {
			t.Errorf("Do by %+v = %v, want unauthorized", by, err)
		}
		if err := w.gate.View(t.Context(), by, func(authority.Query) error { f(); return nil }); !errors.Is(err, fault.Unauthorized) {
			t.Errorf("View by %+v = %v, want unauthorized", by, err)
		}
	}
}

// The rows of rights decide, and they are read anew each time.
func TestRightsAreRows(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	editor := w.person("wang", 1, "editor")
	w.wantRefused("stocking by an editor", w.stock(ctx, editor, "x"))
	w.hand(`insert into rights (act, role) values ('shop.stock', 'editor')`)
	w.wantDone("stocking by an editor who now may", w.stock(ctx, editor, "x"))
	w.hand(`delete from rights where act = 'shop.stock' and role = 'editor'`)
	w.wantRefused("stocking by an editor who no longer may", w.stock(ctx, editor, "x"))
	w.wantRefused("by an agent who is not there", w.stock(ctx, authority.AgentActor(999, "ghost"), "x"))
	w.wantRefused("by another part of the program", w.stock(ctx, authority.System("email"), "x"))

	w.hand(`update agents set roles = '{agent}' where id = $1`, editor.ID)
	w.wantDone("stocking by an agent", w.stock(ctx, editor, "x"))
	w.hand(`update agents set disabled_at = now() where id = $1`, editor.ID)
	w.wantRefused("stocking by one who is disabled", w.stock(ctx, editor, "x"))
}

func TestADeniedTryIsWrittenDown(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ghost := authority.AgentActor(999, "ghost")
	w.wantRefused("a try", w.stock(t.Context(), ghost, "gold"))
	m := yuan("1e100")
	w.wantRefused("an absurd try", w.refund(w.person("li", 1, "agent"), m))
	if n := w.count(`select count(*) from audit where outcome = 'deny' and (actor = 'agent:999' and object = 'good:gold' or act = 'shop.refund' and amount is null and reason like 'an amount%late')`); n != 2 {
		t.Errorf("%d denied tries in the audit trail, want 2", n)
	}
}

// What an act names may come from a stranger.
func TestStrangersBytesInAnActDoNoHarm(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, object := range []string{"nul\x00", "\xff\xfe", strings.Repeat("长", 100_000), "", "'; drop table goods; --"} {
		w.wantDone("an act with such an object", w.do(robot, authority.Act{Name: "shop.stock", Object: object, Reason: object}))
	}
	if n := w.count(`select count(*) from audit where length(object) <= 300`); n != 5 {
		t.Errorf("%d acts written down, want 5", n)
	}
	// A value that no column takes is the caller's fault and not ours.
	for _, name := range []string{"nul\x00", strings.Repeat("x", 41)} {
		if err := w.stock(t.Context(), robot, name); !errors.Is(err, fault.Invalid) {
			t.Errorf("stocking %q = %v, want invalid", name, err)
		}
	}
}

func TestTheActorsTimeIsTheDatabases(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	w.wantDone("Do", w.gate.Do(ctx, robot, func(tx *authority.Tx) error {
		if err := tx.Allow(ctx, authority.Act{Name: "shop.stock"}); err != nil {
			return err
		}
		var same bool
		if err := tx.QueryRow(ctx, `select now() = $1`, tx.Now()).Scan(&same); err != nil || !same {
			t.Errorf("Now is not the transaction's time: %v", err)
		}
		return nil
	}))
}

func TestAPanicLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the panic was swallowed")
			}
		}()
		_ = w.gate.Do(ctx, robot, func(tx *authority.Tx) error {
			if err := tx.Allow(ctx, authority.Act{Name: "shop.stock"}); err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, `insert into goods (name) values ('half')`); err != nil {
				return err
			}
			panic("bug")
		})
	}()
	for range 20 { // each connection of the pool comes by
		w.wantDone("stocking after a panic", w.stock(ctx, robot, "whole"))
	}
	if n := w.count(`select count(*) from goods where name = 'half'`); n != 0 {
		t.Error("the half of a panic was committed")
	}
}
