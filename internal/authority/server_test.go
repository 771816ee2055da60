package authority_test

import (
	"errors"
	"testing"

	"frontline/internal/authority"
	"frontline/internal/fault"
)

// Two commands take two rows in opposite order. Postgres ends one of them, which runs again.
func TestADeadlockIsRunAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	w.wantDone("stocking", w.stock(ctx, robot, "a"))
	w.wantDone("stocking", w.stock(ctx, robot, "b"))
	var runs [2]int
	first := [2]chan struct{}{make(chan struct{}), make(chan struct{})}
	for i, err := range deck(2, func(i int) error {
		names := [2]string{"a", "b"}
		return w.gate.Do(ctx, robot, func(tx *authority.Tx) error {
			runs[i]++
			if err := tx.Allow(ctx, authority.Act{Name: "shop.stock"}); err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, `update goods set stock = stock + 1 where name = $1`, names[i]); err != nil {
				return err
			}
			if runs[i] == 1 { // both hold their first row before either asks for the second
				close(first[i])
				<-first[1-i]
			}
			_, err := tx.Exec(ctx, `update goods set stock = stock + 1 where name = $1`, names[1-i])
			return err
		})
	}) {
		w.wantDone("command "+string(rune('0'+i)), err)
	}
	if n := w.count(`select sum(stock) from goods`); n != 4 || runs[0]+runs[1] < 3 {
		t.Errorf("stock %d after %v runs, want 4 after one was run again", n, runs)
	}
}

func TestASerializationFailureIsRunAgainAndAnotherErrorIsNot(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for sqlstate, want := range map[string]int{"40001": 6, "40P01": 6, "P0001": 1, "23505": 1, "53100": 1} {
		runs := 0
		err := w.gate.Do(t.Context(), robot, func(tx *authority.Tx) error {
			runs++
			if err := tx.Allow(t.Context(), authority.Act{Name: "shop.stock"}); err != nil {
				return err
			}
			_, err := tx.Exec(t.Context(), `do $$ begin raise exception 'x' using errcode = '`+sqlstate+`'; end $$`)
			return err
		})
		if err == nil || runs != want {
			t.Errorf("Do with SQLSTATE %s = %v after %d runs, want an error after %d", sqlstate, err, runs, want)
		}
		if f := (*fault.Fault)(nil); sqlstate == "53100" && (!errors.As(err, &f) || f.Code != "database_full") {
			t.Errorf("a full disk = %v, want it said", err)
		}
		if lost := want > 1 || sqlstate == "53100"; errors.Is(err, fault.Unavailable) != lost {
			t.Errorf("SQLSTATE %s = %v, want unavailable: %v", sqlstate, err, lost)
		}
	}
}

// A server that became a standby refuses the write. The connection is of no more use; the next one leads elsewhere.
func TestAServerThatTakesNoMoreWritesIsLeft(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	runs := 0
	var servers []uint32
	err := w.gate.Do(ctx, robot, func(tx *authority.Tx) error {
		runs++
		servers = append(servers, tx.Conn().PgConn().PID())
		if err := tx.Allow(ctx, authority.Act{Name: "shop.stock"}); err != nil {
			return err
		}
		if runs == 1 {
			if _, err := tx.Exec(ctx, `set transaction_read_only = on`); err != nil {
				return err
			}
		}
		_, err := tx.Exec(ctx, `insert into goods (name) values ('belt')`)
		return err
	})
	if err != nil || runs != 2 || servers[0] == servers[1] {
		t.Errorf("Do = %v after %d runs on connections %v, want done by a second connection", err, runs, servers)
	}
	// An operator who makes the database read-only is heeded.
	w.hand(`do $$ begin execute format('alter database %I set default_transaction_read_only = on', current_database()); end $$`)
	w.db.Write().Reset()
	if err := w.stock(ctx, robot, "x"); !errors.Is(err, fault.Unavailable) {
		t.Errorf("a write to a database made read-only = %v, want unavailable", err)
	}
}

// Before the commit was sent nothing can have happened, so that a lost server costs the caller nothing.
func TestALostConnectionBeforeTheCommitIsRunAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	runs := 0
	err := w.gate.Do(ctx, robot, func(tx *authority.Tx) error {
		runs++
		if err := tx.Allow(ctx, authority.Act{Name: "shop.stock"}); err != nil {
			return err
		}
		if runs == 1 {
			w.hand(`select pg_terminate_backend($1)`, tx.Conn().PgConn().PID())
		}
		_, err := tx.Exec(ctx, `insert into goods (name) values ('belt')`)
		return err
	})
	if err != nil || runs != 2 || w.count(`select count(*) from goods`) != 1 {
		t.Errorf("Do = %v after %d runs, want done by the second", err, runs)
	}
	// Every connection of both pools is dead; readers and writers do not notice.
	w.hand(`select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`)
	w.wantDone("a write after the restart", w.stock(ctx, robot, "x"))
	w.wantDone("a read after the restart", w.gate.View(ctx, robot, func(q authority.Query) error {
		var n int
		return q.QueryRow(ctx, `select count(*) from goods`).Scan(&n)
	}))
}

// The caller who gives up is told so, and nothing stays open.
func TestACallerWhoGivesUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx, cancel := contextOf(t)
	err := w.gate.Do(ctx, robot, func(tx *authority.Tx) error {
		if err := tx.Allow(ctx, authority.Act{Name: "shop.stock"}); err != nil {
			return err
		}
		cancel()
		_, err := tx.Exec(ctx, `insert into goods (name) values ('belt')`)
		return err
	})
	if err == nil {
		t.Error("Do of a caller who gave up = nil, want an error")
	}
	if n := w.count(`select count(*) from goods`); n != 0 {
		t.Errorf("%d goods, want none", n)
	}
	for range 8 {
		w.wantDone("stocking afterwards", w.stock(t.Context(), robot, "x"))
	}
}
