package web_test

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"frontline/internal/authority"
	"frontline/internal/pg"
	"frontline/internal/pg/pgtest"
	"frontline/internal/web"

	"github.com/shopspring/decimal"
)

type team struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
}

// teams is a server with one command that writes.
func teams(t *testing.T) (*world, *pg.DB) {
	t.Helper()
	db := pgtest.New(t, append(authority.Schemas(), pg.Schema{Module: "webtest", Files: fstest.MapFS{
		"001_rights.sql": {Data: []byte(`select permit('team.add', '{system:cli}');`)},
	}})...)
	gate := authority.New(db, authority.Options{})
	auth := people{"token li": authority.System("cli"), "token wang": authority.System("jobs")}
	w := open(t, web.Options{Answers: gate, Auth: auth}, func(s *web.Server) {
		web.Command(s, web.Op{Method: "POST", Path: "/teams", ID: "add-team", Summary: "Add", Tag: "teams", Status: 201},
			func(ctx context.Context, by authority.Actor, in *struct {
				Body struct {
					Name string `json:"name"`
				}
			},
			) (out team, err error) {
				err = gate.Do(ctx, by, func(tx *authority.Tx) error {
					if err := tx.Allow(ctx, authority.Act{Name: "team.add", Object: "team"}); err != nil {
						return err
					}
					out.Name = in.Body.Name
					if err := tx.QueryRow(ctx, `insert into teams (name) values ($1) returning id`, in.Body.Name).Scan(&out.ID); err != nil {
						return err
					}
					tx.Return(out)
					return nil
				})
				return out, err
			})
	})
	return w, db
}

func count(t *testing.T, db *pg.DB, like string) (n int) {
	t.Helper()
	if err := db.Read.QueryRow(t.Context(), `select count(*) from teams where name like $1`, like).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestOneKeyActsOnceAndHasOneAnswer(t *testing.T) {
	t.Parallel()
	w, db := teams(t)
	first := w.ask("POST", "/api/v1/teams", `{"name":"A"}`, "Idempotency-Key: k-1")
	if first.StatusCode != http.StatusCreated {
		t.Fatalf("= %d %s, want 201", first.StatusCode, first.text)
	}
	again := w.ask("POST", "/api/v1/teams", `{"name":"A"}`, "Idempotency-Key: k-1")
	if again.StatusCode != first.StatusCode || again.text != first.text {
		t.Errorf("the second answer is %d %s, want %d %s", again.StatusCode, again.text, first.StatusCode, first.text)
	}
	if n := count(t, db, "A"); n != 1 {
		t.Errorf("acted %d times, want once", n)
	}
	other := w.ask("POST", "/api/v1/teams", `{"name":"B"}`, "Idempotency-Key: k-1")
	if other.StatusCode != http.StatusConflict || other.problem(t).Code != "key_reused" {
		t.Errorf("another request with the key = %d %s, want 409 key_reused", other.StatusCode, other.text)
	}
	if n := count(t, db, "B"); n != 0 {
		t.Errorf("the request with a used key acted")
	}
}

func TestARequestThatFailedMayBeTriedAgainWithItsKey(t *testing.T) {
	t.Parallel()
	w, db := teams(t)
	if a := w.ask("POST", "/api/v1/teams", `{"name":""}`, "Idempotency-Key: k"); a.StatusCode < 400 {
		t.Fatalf("an empty name = %d, want a failure", a.StatusCode)
	}
	if a := w.ask("POST", "/api/v1/teams", `{"name":"A"}`, "Idempotency-Key: k"); a.StatusCode != http.StatusCreated || count(t, db, "A") != 1 {
		t.Errorf("= %d %s, want 201", a.StatusCode, a.text)
	}
}

func TestManyOfTheSameAtOnceActOnce(t *testing.T) {
	t.Parallel()
	w, db := teams(t)
	var wg sync.WaitGroup
	texts := make([]string, 16)
	for i := range texts {
		wg.Go(func() {
			a := w.ask("POST", "/api/v1/teams", `{"name":"R"}`, "Idempotency-Key: race")
			texts[i] = a.text
		})
	}
	wg.Wait()
	for _, text := range texts {
		if text != texts[0] || !strings.Contains(text, `"name":"R"`) {
			t.Errorf("answers differ: %q and %q", text, texts[0])
		}
	}
	if n := count(t, db, "R"); n != 1 {
		t.Errorf("acted %d times, want once", n)
	}
}

func TestAnApprovalIsAskedOnceAKey(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t, append(authority.Schemas(), pg.Schema{Module: "webtest", Files: fstest.MapFS{
		"001_rights.sql": {Data: []byte(`select permit('team.gift', '{agent}'); select set_config('app.act', 'test', true);
			insert into limits (act, tier, max_amount) values ('team.gift', 1, 10), ('team.gift', 3, 1000);
			insert into agents (login, name) values ('li', '李');`)},
	}})...)
	gate := authority.New(db, authority.Options{})
	w := open(t, web.Options{Answers: gate, Auth: people{"token li": authority.AgentActor(1, "李")}}, func(s *web.Server) {
		web.Command(s, web.Op{Method: "POST", Path: "/gifts", ID: "give", Summary: "Give", Tag: "gifts"},
			func(ctx context.Context, by authority.Actor, _ *struct{}) (web.Empty, error) {
				return web.Empty{}, gate.Do(ctx, by, func(tx *authority.Tx) error {
					return tx.Allow(ctx, authority.Act{Name: "team.gift", Object: "team:1", Money: &authority.Money{Amount: decimal.NewFromInt(500), Currency: "CNY"}})
				})
			})
	})
	first := w.ask("POST", "/api/v1/gifts", "", "Idempotency-Key: k")
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if a := w.ask("POST", "/api/v1/gifts", "", "Idempotency-Key: k"); a.StatusCode != http.StatusAccepted || a.text != first.text {
				t.Errorf("= %d %s, want 202 %s", a.StatusCode, a.text, first.text)
			}
			if a := w.ask("POST", "/api/v1/gifts", "", "Idempotency-Key: k2"); a.StatusCode != http.StatusAccepted {
				t.Errorf("= %d %s, want 202", a.StatusCode, a.text)
			}
		})
	}
	wg.Wait()
	var asked int
	if err := db.Read.QueryRow(t.Context(), `select count(*) from approvals`).Scan(&asked); err != nil || asked != 2 {
		t.Errorf("asked %d times (%v), want once a key", asked, err)
	}
}

func TestKeysBelongToTheirActor(t *testing.T) {
	t.Parallel()
	w, db := teams(t)
	w.ask("POST", "/api/v1/teams", `{"name":"A"}`, "Idempotency-Key: k")
	a := w.ask("POST", "/api/v1/teams", `{"name":"A"}`, "Idempotency-Key: k", "Authorization: Bearer wang")
	if a.StatusCode != http.StatusForbidden {
		t.Errorf("another's key answered %d %s, want 403 as for any request of his", a.StatusCode, a.text)
	}
	if n := count(t, db, "A"); n != 1 {
		t.Errorf("%d teams, want 1", n)
	}
}

func TestABadKeyIsRefused(t *testing.T) {
	t.Parallel()
	w, _ := teams(t)
	for _, key := range []string{strings.Repeat("k", 201), "two words", "钥匙"} {
		a := w.ask("POST", "/api/v1/teams", `{"name":"A"}`, "Idempotency-Key: "+key)
		if a.StatusCode != http.StatusBadRequest || a.problem(t).Errors[0].Field != "Idempotency-Key" {
			t.Errorf("key %.20q = %d %s, want 400 about the key", key, a.StatusCode, a.text)
		}
	}
}
