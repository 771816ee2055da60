package pg_test

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"frontline/internal/pg"
	"frontline/internal/pg/pgtest"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// module makes a schema of files, given as name and text in turn.
func module(name string, files ...string) pg.Schema {
	m := fstest.MapFS{}
	for i := 0; i < len(files); i += 2 {
		m[files[i]] = &fstest.MapFile{Data: []byte(files[i+1])}
	}
	return pg.Schema{Module: name, Files: m}
}

var (
	shop   = module("shop", "001_goods.sql", `create table goods (id bigint primary key); select grant_app('goods', 'select, insert');`)
	shop2  = module("shop", "001_goods.sql", `create table goods (id bigint primary key); select grant_app('goods', 'select, insert');`, "002_price.sql", `alter table goods add price numeric;`)
	orders = module("orders", "001_orders.sql", `create table orders (good bigint references goods);`)
)

// one asks for one value.
func one[T any](t *testing.T, url, sql string, args ...any) (v T) {
	t.Helper()
	c, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(t.Context())
	if err := c.QueryRow(t.Context(), sql, args...).Scan(&v); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return v
}

func wantCode(t *testing.T, what string, err error, code string) {
	t.Helper()
	var pe *pgconn.PgError
	if !errors.As(err, &pe) || pe.Code != code {
		t.Errorf("%s: %v, want SQLSTATE %s", what, err, code)
	}
}

func TestProgramsThatStartAtOnceMigrateOnce(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if err := pg.Migrate(t.Context(), url, shop2, orders); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if got := one[int](t, url, `select count(*) from migrations where module <> 'pg'`); got != 3 {
		t.Errorf("%d migrations are recorded, want 3", got)
	}
}

func TestDatabaseOfANewerProgramIsRefused(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t, shop2, orders)
	for _, older := range [][]pg.Schema{{shop, orders}, {shop2}} {
		err := pg.Migrate(t.Context(), url, older...)
		if !errors.Is(err, pg.ErrNewer) || !strings.Contains(err.Error(), "install the newer program") {
			t.Errorf("migrate by an older program: %v, want ErrNewer with its cure", err)
		}
	}
	if err := pg.Migrate(t.Context(), url, shop, orders); err == nil || !strings.Contains(err.Error(), "shop/002_price.sql") {
		t.Errorf("migrate by an older program: %v, want the file's name", err)
	}
}

func TestHistoryDoesNotChange(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t, shop2)
	changed := module("shop", "001_goods.sql", `create table goods (id int primary key);`, "002_price.sql", `alter table goods add price numeric;`)
	if err := pg.Migrate(t.Context(), url, changed); err == nil || !strings.Contains(err.Error(), "changed after it ran: shop/001_goods.sql") {
		t.Errorf("migrate with a changed file: %v", err)
	}
}

func TestFileThatFailsLeavesNothing(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	bad := module("shop", "001_goods.sql", "create table goods (id bigint);", "002_more.sql", "create table more (id bigint);\n\ncreat table typo ();")
	err := pg.Migrate(t.Context(), url, bad)
	if err == nil || !strings.Contains(err.Error(), "shop/002_more.sql: line 3") {
		t.Errorf("migrate: %v, want the file and its line", err)
	}
	if one[bool](t, url, `select to_regclass('more') is not null or to_regclass('goods') is null`) {
		t.Error("of the files before the bad one something is missing, or of the bad one something stayed")
	}
	good := module("shop", "001_goods.sql", "create table goods (id bigint);", "002_more.sql", "create table more (id bigint);")
	if err := pg.Migrate(t.Context(), url, good); err != nil {
		t.Errorf("migrate with the mended file: %v", err)
	}
}

func TestMigrationsNeedNumbersAndNames(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	for _, c := range []struct {
		want    string
		schemas []pg.Schema
	}{
		{"listed twice", []pg.Schema{shop, shop}},
		{"listed twice", []pg.Schema{module("pg", "001_x.sql", "")}},
		{"no *.sql", []pg.Schema{module("empty")}},
		{"want a name like", []pg.Schema{module("m", "1_x.sql", "")}},
		{"want a name like", []pg.Schema{module("m", "001x.sql", "")}},
		{"want a name like", []pg.Schema{module("m", "x.sql", "")}},
		{"same number", []pg.Schema{module("m", "001_x.sql", "", "001_y.sql", "")}},
	} {
		if err := pg.Migrate(t.Context(), url, c.schemas...); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("migrate: %v, want %q", err, c.want)
		}
	}
}

func TestHashFollowsContent(t *testing.T) {
	t.Parallel()
	first, again := pg.Hash(shop), pg.Hash(shop)
	if first != again || pg.Hash(shop) == pg.Hash(shop2) || pg.Hash(shop, orders) == pg.Hash(orders, shop) {
		t.Error("Hash does not tell sets of migrations apart")
	}
}

func TestProgramOwnsNothing(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t, shop, module("aside",
		"001_aside.sql", `create schema aside; create table aside.tasks (id bigint generated always as identity, n serial); select grant_app_schema('aside', 'select, insert, update, delete');`))
	ctx := t.Context()
	for _, sql := range []string{
		`insert into goods (id) values (1)`,
		`insert into aside.tasks default values`,
		`update aside.tasks set n = 2`,
		`select * from migrations`,
	} {
		if _, err := db.Write().Exec(ctx, sql); err != nil {
			t.Errorf("%s: %v", sql, err)
		}
	}
	for _, sql := range []string{
		`update goods set id = 2`,
		`truncate goods`,
		`create table mine (id int)`,
		`create temporary table mine (id int)`,
		`alter table goods disable trigger all`,
		`insert into migrations (module, name, sha256) values ('x', 'y', 'z')`,
		`select grant_app('goods', 'delete')`,
		`copy goods to program 'true'`,
	} {
		_, err := db.Write().Exec(ctx, sql)
		wantCode(t, sql, err, "42501")
	}
	_, err := db.Write().Exec(ctx, `set role postgres`)
	wantCode(t, "become superuser", err, "42501")
	_, err = db.Read.Exec(ctx, `insert into goods (id) values (2)`)
	wantCode(t, "write on the read pool", err, "25006")
}

func TestRightsAreAListOfFour(t *testing.T) {
	t.Parallel()
	for _, rights := range []string{"", "all", "truncate", "select,", "select; drop table goods", "select to public --"} {
		err := pg.Migrate(t.Context(), pgtest.URL(t, shop), shop, module("m", "001_m.sql", `select grant_app('goods', '`+rights+`')`))
		wantCode(t, "grant_app of "+rights, err, "22023")
	}
}

func TestSessionSettings(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	settings := func(o pg.Options) map[string]string {
		db, err := pg.Open(t.Context(), url, o)
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		rows, err := db.Write().Query(t.Context(), `select name, setting from pg_settings where name in ('application_name', 'TimeZone', 'statement_timeout',
			'idle_in_transaction_session_timeout', 'lock_timeout')`)
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]string{}
		var name, value string
		if _, err := pgx.ForEachRow(rows, []any{&name, &value}, func() error { got[name] = value; return nil }); err != nil {
			t.Fatal(err)
		}
		return got
	}
	for _, c := range []struct {
		o                           pg.Options
		name, statement, idle, lock string
	}{
		{pg.Options{}, "frontline", "30000", "15000", "5000"},
		{pg.Options{Name: "jobs", Statement: time.Minute, IdleInTransaction: -1, Lock: 10 * time.Microsecond}, "jobs", "60000", "0", "1"},
		{pg.Options{Name: strings.Repeat("long", 50)}, strings.Repeat("long", 50)[:63], "30000", "15000", "5000"},
	} {
		got := settings(c.o)
		want := map[string]string{"application_name": c.name, "TimeZone": "UTC", "statement_timeout": c.statement, "idle_in_transaction_session_timeout": c.idle, "lock_timeout": c.lock}
		for k, v := range want {
			if got[k] != v {
				t.Errorf("%+v: %s = %q, want %q", c.o, k, got[k], v)
			}
		}
	}
}

func TestTimesArriveInUTC(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	var at time.Time
	if err := db.Read.QueryRow(t.Context(), `select timestamptz '2026-11-21 10:00+08'`).Scan(&at); err != nil {
		t.Fatal(err)
	}
	if got := at.String(); got != "2026-11-21 02:00:00 +0000 UTC" {
		t.Errorf("time is %s", got)
	}
}

func TestListenOutsideThePools(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	c, err := db.Connect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(t.Context())
	if _, err := c.Exec(t.Context(), `listen news`); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Write().Exec(t.Context(), `notify news, 'hello'`); err != nil {
		t.Fatal(err)
	}
	if n, err := c.WaitForNotification(t.Context()); err != nil || n.Payload != "hello" {
		t.Errorf("heard %v, %v", n, err)
	}
}

func TestOpenSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	good := pgtest.URL(t)
	for _, c := range []struct{ url, want string }{
		{"postgres://%zz", "database url"},
		{strings.Replace(good, "user=frontline", "user=nobody", 1), "role \"nobody\" does not exist"},
		{"postgres:///x?host=" + t.TempDir(), "open database"},
	} {
		db, err := pg.Open(t.Context(), c.url, pg.Options{})
		if err == nil {
			db.Close()
		}
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("open %s: %v, want %q", c.url, err, c.want)
		}
	}
}
