package authority_test

import (
	"context"
	"errors"
	"path/filepath"
	"testing"

	"frontline/internal/authority"
	"frontline/internal/secret"

	"github.com/jackc/pgx/v5/pgconn"
)

// sealAll seals until nothing is left.
func (w *world) sealAll() (rows int) {
	w.Helper()
	for {
		n, more, err := w.gate.Seal(w.Context())
		if err != nil {
			w.Fatal(err)
		}
		rows += n
		if !more {
			return rows
		}
	}
}

func (w *world) verify(key *secret.Key) (broken *authority.Broken) {
	w.Helper()
	err := w.gate.View(w.Context(), robot, func(q authority.Query) (err error) {
		broken, err = authority.Verify(w.Context(), q, key)
		return err
	})
	if err != nil {
		w.Fatal(err)
	}
	return broken
}

func newKey(t *testing.T) *secret.Key {
	t.Helper()
	k, err := secret.Load(filepath.Join(t.TempDir(), "key"))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// The program may write the trail and never change it.
func TestTheTrailIsInsertOnlyForTheProgram(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.wantDone("stocking", w.stock(t.Context(), robot, "x"))
	w.sealAll()
	for _, sql := range []string{
		`update audit set actor = 'agent:1'`, `delete from audit`, `truncate audit`,
		`update audit_seals set rows = 0`, `delete from audit_seals`, `truncate audit_seals`,
	} {
		var p *pgconn.PgError
		if _, err := w.db.Write().Exec(t.Context(), sql); !errors.As(err, &p) || p.Code != "42501" {
			t.Errorf("%s as the program = %v, want no right", sql, err)
		}
	}
	w.wantDone("Do", w.gate.Do(t.Context(), robot, func(tx *authority.Tx) error {
		if err := tx.Allow(t.Context(), authority.Act{Name: "shop.stock"}); err != nil {
			return err
		}
		if _, err := tx.Exec(t.Context(), `savepoint s`); err != nil {
			return err
		}
		if _, err := tx.Exec(t.Context(), `delete from audit`); err == nil {
			t.Error("a command under an act deleted the trail")
		}
		_, err := tx.Exec(t.Context(), `rollback to s`)
		return err
	}))
}

// Whoever owns the database can change the trail, and is found out.
func TestWhatWasDoneToTheTrailIsFound(t *testing.T) {
	t.Parallel()
	for name, tamper := range map[string]string{
		"an actor changed":           `update audit set actor = 'agent:2' where object = 'good:4'`,
		"an amount changed":          `update audit set amount = 1 where object = 'order:1'`,
		"a time changed":             `update audit set at = at + interval '1 microsecond' where object = 'good:4'`,
		"an outcome changed":         `update audit set outcome = 'ask' where object = 'good:4'`,
		"text moved between columns": `update audit set act = act || object, object = '' where object = 'good:4'`,
		"the first row deleted":      `delete from audit where object = 'good:0'`,
		"a row deleted":              `delete from audit where object = 'good:4'`,
		"the last row deleted":       `delete from audit where seq = (select max(seq) from audit)`,
		"the end cut":                `delete from audit where seq >= (select seq from audit where object = 'good:6')`,
		"all cut":                    `delete from audit`,
		"a row added":                `insert into audit (seq, actor, act, object, outcome) select seq + 1, actor, act, 'good:forged', outcome from audit where object = 'good:4'`,
		"a row added before all":     `insert into audit (seq, actor, act, object, outcome) values (1, 'agent:1', 'shop.stock', 'good:forged', 'allow')`,
		"two rows swapped":           `update audit a set object = b.object from audit b where a.object in ('good:4', 'good:5') and b.object in ('good:4', 'good:5') and a.object <> b.object`,
		"a seal deleted":             `delete from audit_seals where id = 3`,
		"a seal's end moved":         `update audit_seals set upto = upto - 1 where id = 3`,
		"a stretch cut with its seal": `with s as (delete from audit_seals where id = 3 returning upto)
			delete from audit where seq < (select upto from s) and seq >= (select upto from audit_seals where id = 2)`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			for i := range 8 {
				w.wantDone("stocking", w.stock(t.Context(), robot, string(rune('0'+i))))
				if i%2 == 1 {
					w.sealAll()
				}
			}
			m := yuan("99")
			w.wantDone("a refund", w.refund(w.person("li", 1, "agent"), m))
			w.sealAll()
			if b := w.verify(nil); b != nil {
				t.Fatalf("untouched: %s", b)
			}
			if w.hand(tamper) == 0 {
				t.Fatal("nothing was tampered with")
			}
			if w.verify(nil) == nil {
				t.Error("not found")
			}
		})
	}
}

// Without the key, which is not in the database, nobody can make the seals anew after a change.
func TestSealsAreMadeWithAKey(t *testing.T) {
	t.Parallel()
	key := newKey(t)
	w := worldWith(t, authority.Options{Key: key})
	for _, name := range []string{"a", "b", "c"} {
		w.wantDone("stocking", w.stock(t.Context(), robot, name))
		w.sealAll()
	}
	if b := w.verify(key); b != nil {
		t.Fatalf("untouched: %s", b)
	}
	if w.verify(newKey(t)) == nil || w.verify(nil) == nil {
		t.Error("another key, or none, finds the trail whole")
	}
	w.hand(`update audit set actor = 'agent:2' where object = 'good:b'`)
	w.hand(`delete from audit_seals`)
	w.gate = authority.New(w.db, authority.Options{})
	w.sealAll()
	if w.verify(key) == nil {
		t.Error("seals made without the key are taken for ours")
	}
}

// A seal ends where a transaction still runs, and goes on when it has ended; nothing is left out or sealed twice.
func TestSealingWaitsForWhoIsStillWriting(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	begun, end := make(chan struct{}), make(chan struct{})
	slow := make(chan error)
	go func() {
		slow <- w.gate.Do(ctx, robot, func(tx *authority.Tx) error {
			if err := tx.Allow(ctx, authority.Act{Name: "shop.stock", Object: "slow"}); err != nil {
				return err
			}
			_, err := tx.Exec(ctx, `insert into goods (name) values ('slow')`)
			close(begun)
			<-end
			return err
		})
	}()
	<-begun
	w.wantDone("a fast one", w.stock(ctx, robot, "fast"))
	if n, more, err := w.gate.Seal(ctx); n != 0 || !more || err != nil {
		t.Errorf("Seal while one writes = %d, %v, %v; want none and more", n, more, err)
	}
	close(end)
	w.wantDone("the slow one", <-slow)
	if n := w.sealAll(); n != 2 {
		t.Errorf("%d rows sealed, want 2", n)
	}
	if b := w.verify(nil); b != nil {
		t.Error(b)
	}
}

func TestNodesSealOneAtATime(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	nodes := []*authority.Gate{w.gate, authority.New(w.db, authority.Options{}), authority.New(w.db, authority.Options{})}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error)
	for _, n := range nodes {
		go func() { ended <- n.Sealing(ctx) }()
	}
	for _, err := range deck(60, func(i int) error { return w.stock(t.Context(), robot, "x") }) {
		w.wantDone("stocking", err)
	}
	for w.count(`select coalesce(sum(rows), 0) from audit_seals`) < 60 {
		if t.Context().Err() != nil {
			t.Fatal("the trail was never sealed")
		}
	}
	stop()
	for range nodes {
		w.wantDone("Sealing", <-ended)
	}
	if b := w.verify(nil); b != nil {
		t.Error(b)
	}
}
