package pgtest_test

import (
	"errors"
	"testing"
	"testing/fstest"

	"frontline/internal/pg"
	"frontline/internal/pg/pgtest"

	"github.com/jackc/pgx/v5/pgconn"
)

var notes = pg.Schema{Module: "notes", Files: fstest.MapFS{"001_notes.sql": {Data: []byte(`
	create table notes (id bigint generated always as identity primary key, text text not null);
	select grant_app('notes', 'select, insert');
`)}}}

func TestEachTestHasItsOwnDatabase(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"one", "two", "three"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := pgtest.New(t, notes)
			if _, err := db.Write().Exec(t.Context(), `insert into notes (text) values ($1)`, name); err != nil {
				t.Fatal(err)
			}
			var n int
			if err := db.Read.QueryRow(t.Context(), `select count(*) from notes`).Scan(&n); err != nil || n != 1 {
				t.Fatalf("notes = %d, %v; want 1", n, err)
			}
		})
	}
}

func TestReadPoolRefusesWrites(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t, notes)
	_, err := db.Read.Exec(t.Context(), `insert into notes (text) values ('x')`)
	if !code(err, "25006") {
		t.Errorf("insert on the read pool = %v, want SQLSTATE 25006", err)
	}
	_, err = db.Write().Exec(t.Context(), `delete from notes`)
	if !code(err, "42501") {
		t.Errorf("delete without the right = %v, want SQLSTATE 42501", err)
	}
}

func code(err error, want string) bool {
	var pe *pgconn.PgError
	return errors.As(err, &pe) && pe.Code == want
}
