package arch

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"frontline/agentdesk"
	"frontline/channels"
	"frontline/internal/pg"
	"frontline/internal/pg/pgtest"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// everything is the whole program's migrations.
func everything() []pg.Schema { return append(channels.Schemas(), agentdesk.Schema()) }

// TestEveryMigrationRuns finds files that no list of Schemas brings: they would be missed only by a customer.
func TestEveryMigrationRuns(t *testing.T) {
	t.Parallel()
	listed := map[string]bool{}
	for _, s := range everything() {
		names, err := fs.Glob(s.Files, "*.sql")
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range names {
			b, err := fs.ReadFile(s.Files, n)
			if err != nil {
				t.Fatal(err)
			}
			listed[string(b)] = true
		}
	}
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && slices.Contains([]string{".git", "node_modules", "data", "testdata"}, d.Name()),
			d.IsDir() && path == filepath.Join("..", "..", "internal", "pg"): // Migrate brings its own
			return fs.SkipDir
		case filepath.Ext(path) != ".sql" || filepath.Base(filepath.Dir(path)) != "migrations":
			return nil
		}
		b, err := os.ReadFile(path)
		if err == nil && !listed[string(b)] {
			t.Errorf("%s is in no list of Schemas", path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestEveryStatementFitsTheSchema lets Postgres read and plan every SQL literal of the program against the migrated
// schema, as the role that the program runs as: a column that is gone, a misspelt name, a wrong type and a table on
// which the role was given no right are found without running the function that holds the statement.
func TestEveryStatementFitsTheSchema(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t, everything()...)
	conn, err := db.Connect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	n := 0
	for _, p := range source(t) {
		if folder(p) == "internal/pg" {
			continue // it speaks to servers that have no schema yet, and as their owner
		}
		for _, s := range statements(p) {
			n++
			if _, err := plan(t, conn, s.value); err != nil {
				t.Errorf("%s: %v", s.at, err)
			}
		}
	}
	if n == 0 {
		t.Error("no statement found: does this test still know what SQL looks like?")
	}
	t.Logf("%d statements", n)
}

// plan prepares a statement and plans it with nulls for its parameters: nothing runs, but rights are checked. Where there can
// be no null, which is not the statement's fault, there is no plan.
func plan(t *testing.T, conn *pgx.Conn, sql string) (string, error) {
	t.Helper()
	const checked = "checked"
	d, err := conn.Prepare(t.Context(), checked, sql)
	if err != nil {
		return "", err
	}
	args := ""
	if n := len(d.ParamOIDs); n > 0 {
		args = "(" + strings.Repeat(", null", n)[2:] + ")"
	}
	told, err := conn.PgConn().Exec(t.Context(), "explain execute "+checked+args).ReadAll()
	if err2 := conn.Deallocate(t.Context(), checked); err2 != nil {
		return "", err2
	}
	var pe *pgconn.PgError
	if errors.As(err, &pe) && pe.Code != "42501" {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	var lines []string
	for _, row := range told[0].Rows {
		lines = append(lines, string(row[0]))
	}
	return strings.Join(lines, "\n"), nil
}
