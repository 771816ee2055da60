package authority_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"

	"frontline/internal/authority"
	"frontline/internal/fault"
)

func keyed(ctx context.Context, key, hash string) context.Context {
	return authority.WithKey(ctx, authority.Once{Key: key, Hash: []byte(hash)})
}

// order is a command that answers with what it made.
func (w *world) order(ctx context.Context, by authority.Actor, name string) (made string, err error) {
	err = w.gate.Do(ctx, by, func(tx *authority.Tx) error {
		if err := tx.Allow(ctx, authority.Act{Name: "shop.stock", Object: "good:" + name}); err != nil {
			return err
		}
		var id int
		if err := tx.QueryRow(ctx, `insert into goods (name) values ($1) returning id`, name).Scan(&id); err != nil {
			return err
		}
		made = name
		tx.Return(map[string]string{"made": made})
		return nil
	})
	return made, err
}

func code(err error) string {
	var f *fault.Fault
	if errors.As(err, &f) {
		return f.Code
	}
	return ""
}

func TestAKeyActsOnceAndIsAnsweredAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := keyed(t.Context(), "k1", "hash")
	if _, found, err := w.gate.Replay(ctx, robot, authority.Once{Key: "k1", Hash: []byte("hash")}); found || err != nil {
		t.Errorf("Replay before the act = %v, %v; want nothing", found, err)
	}
	if _, err := w.order(ctx, robot, "belt \x01 带"); err != nil {
		t.Fatal(err)
	}
	_, err := w.order(ctx, robot, "belt")
	if code(err) != "key_in_use" {
		t.Errorf("the same again = %v, want key_in_use", err)
	}
	_, err = w.order(keyed(t.Context(), "k1", "another request"), robot, "belt")
	if code(err) != "key_reused" {
		t.Errorf("another request under the key = %v, want key_reused", err)
	}
	raw, found, err := w.gate.Replay(ctx, robot, authority.Once{Key: "k1", Hash: []byte("hash")})
	var got map[string]string
	if err != nil || !found || json.Unmarshal(raw, &got) != nil || got["made"] != "belt \x01 带" {
		t.Errorf("Replay = %s, %v, %v; want the first answer", raw, found, err)
	}
	if _, _, err := w.gate.Replay(ctx, robot, authority.Once{Key: "k1", Hash: []byte("another request")}); code(err) != "key_reused" {
		t.Errorf("Replay for another request = %v, want key_reused", err)
	}
	// A key is its actor's own.
	if _, err := w.order(ctx, w.person("li", 1, "supervisor"), "belt"); err != nil {
		t.Errorf("somebody else's same key = %v, want done", err)
	}
	if n := w.count(`select count(*) from goods`); n != 2 {
		t.Errorf("%d goods, want 2", n)
	}
}

func TestOneKeyFromSixteenSidesActsOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := keyed(t.Context(), "k", "h")
	done := 0
	for _, err := range deck(16, func(int) error { _, err := w.order(ctx, robot, "belt"); return err }) {
		switch {
		case err == nil:
			done++
		case code(err) != "key_in_use":
			t.Errorf("a later one = %v, want key_in_use", err)
		}
	}
	if n := w.count(`select count(*) from goods`); done != 1 || n != 1 {
		t.Errorf("%d done and %d goods, want 1 and 1", done, n)
	}
	if n := w.count(`select count(*) from audit where outcome = 'allow'`); n != 1 {
		t.Errorf("%d acts written down, want 1", n)
	}
}

// What did not commit may be tried again with the same key.
func TestAFailedActFreesItsKey(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := keyed(t.Context(), "k", "h")
	boom := errors.New("boom")
	if err := w.gate.Do(ctx, robot, func(tx *authority.Tx) error {
		if err := tx.Allow(ctx, authority.Act{Name: "shop.stock"}); err != nil {
			return err
		}
		return boom
	}); !errors.Is(err, boom) {
		t.Fatalf("Do = %v, want boom", err)
	}
	if _, err := w.order(ctx, robot, "belt"); err != nil {
		t.Errorf("the same key after a failure = %v, want done", err)
	}
}

// The commit happens and its answer is lost with the connection: the caller does not know, asks again, and learns what
// was done.
func TestACommitWhoseAnswerIsLostIsFoundAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	wire, db := wired(t, w.db)
	w.gate = authority.New(db, authority.Options{})
	// Statements are prepared once a connection, so that the next answer to a commit is of the commit itself.
	if _, err := w.order(keyed(t.Context(), "before", "h"), robot, "before"); err != nil {
		t.Fatal(err)
	}
	ctx := keyed(t.Context(), "k", "h")
	runs := 0
	err := w.gate.Do(ctx, robot, func(tx *authority.Tx) error {
		runs++
		if err := tx.Allow(ctx, authority.Act{Name: "shop.stock", Object: "x"}); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `insert into goods (name) values ('belt')`); err != nil {
			return err
		}
		tx.Return("belt")
		wire.deaf.Store(true)
		return nil
	})
	if !errors.Is(err, fault.Unavailable) || runs != 1 {
		t.Errorf("Do with its last answer lost = %v after %d runs, want unavailable after one", err, runs)
	}
	// The server may still be at it; the next with the same key waits for it.
	if _, err := w.order(ctx, robot, "belt"); code(err) != "key_in_use" {
		t.Errorf("the same again = %v, want key_in_use", err)
	}
	raw, found, err := w.gate.Replay(ctx, robot, authority.Once{Key: "k", Hash: []byte("h")})
	if err != nil || !found || string(raw) != `"belt"` {
		t.Errorf("Replay = %s, %v, %v; want what was done", raw, found, err)
	}
	if n := w.count(`select count(*) from goods where name = 'belt'`); n != 1 {
		t.Errorf("%d belts, want 1", n)
	}
}

func TestARequestForApprovalIsKeptOnceAKey(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	li := w.person("li", 1, "agent")
	ctx := keyed(t.Context(), "k", "h")
	m := yuan("300")
	ask := func(ctx context.Context) error {
		return w.gate.Do(ctx, li, func(tx *authority.Tx) error { return tx.Allow(ctx, authority.Act{Name: "shop.refund", Money: &m}) })
	}
	asked, again := 0, 0
	for _, err := range deck(16, func(int) error { return ask(ctx) }) {
		var need *authority.NeedsApproval
		switch {
		case errors.As(err, &need):
			asked++
		case code(err) == "key_in_use":
			again++
		default:
			t.Errorf("ask = %v", err)
		}
	}
	if n := w.count(`select count(*) from approvals`); asked != 1 || again != 15 || n != 1 {
		t.Errorf("%d asked, %d told again, %d requests; want 1, 15 and 1", asked, again, n)
	}
	_, found, err := w.gate.Replay(ctx, li, authority.Once{Key: "k", Hash: []byte("h")})
	if !found {
		t.Error("the kept request is not found again")
	}
	w.wantAsked("Replay", err, 2)
}

func TestKeysAreForgottenAfterADay(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, key := range []string{"old", "new"} {
		if _, err := w.order(keyed(t.Context(), key, "h"), robot, key); err != nil {
			t.Fatal(err)
		}
	}
	w.hand(`update idempotency set at = now() - interval '25 hours' where key = 'old'`)
	w.hand(`insert into idempotency (actor, key, hash, at) select 'a', n::text, '', now() - interval '2 days' from generate_series(1, 12000) n`)
	w.wantDone("PruneKeys", w.gate.PruneKeys(t.Context()))
	if n := w.count(`select count(*) from idempotency`); n != 1 {
		t.Errorf("%d keys left, want the new one", n)
	}
}
