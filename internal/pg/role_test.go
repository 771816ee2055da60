package pg

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// as is the address of a database for any user of the cluster.
func (c *Cluster) as(user, name string) string { return address(c.socket, user, name) }

func execute(t *testing.T, url string, statements ...string) {
	t.Helper()
	c, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(t.Context())
	for _, s := range statements {
		if _, err := c.Exec(t.Context(), s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
}

// A server of one's own choice: the login owns its database, and that is all it may.
func TestLoginThatMayNotMakeRoles(t *testing.T) {
	t.Parallel()
	c, _ := start(t, filepath.Join(t.TempDir(), "pg"))
	execute(t, c.AdminURL("postgres"),
		`drop role frontline_app`,
		`create role "Helga's" login`,
		`create database shop owner "Helga's"`,
		`create role stranger login`,
	)
	url := c.as("Helga's", "shop")

	if _, err := Open(t.Context(), url, Options{}); err == nil || !strings.Contains(err.Error(), "run frontline migrate") {
		t.Errorf("open without the role: %v, want its cure", err)
	}
	err := Migrate(t.Context(), url, rows)
	if !errors.Is(err, ErrRole) {
		t.Fatalf("migrate: %v, want ErrRole", err)
	}
	// The cure is what it says, letter for letter.
	_, cure, ok := strings.Cut(err.Error(), "run: ")
	if !ok {
		t.Fatalf("%q names no cure", err)
	}
	execute(t, c.AdminURL("postgres"), cure)
	if err := Migrate(t.Context(), url, rows); err != nil {
		t.Fatalf("migrate after the cure: %v", err)
	}
	db, err := Open(t.Context(), url, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Write().Exec(t.Context(), `insert into rows (n) values (1)`); err != nil {
		t.Error(err)
	}

	_, err = pgx.Connect(t.Context(), c.as("stranger", "shop"))
	var pe *pgconn.PgError
	if !errors.As(err, &pe) || pe.Code != "42501" {
		t.Errorf("another login connects: %v, want SQLSTATE 42501", err)
	}
}

// One server may carry several companies: their first starts may coincide, and the role is the whole server's.
func TestDatabasesOfOneServerMakeTheRoleOnce(t *testing.T) {
	t.Parallel()
	c, _ := start(t, filepath.Join(t.TempDir(), "pg"))
	execute(t, c.AdminURL("postgres"), `drop role frontline_app`)
	var wg sync.WaitGroup
	for i := range 6 {
		name := fmt.Sprintf("company%d", i)
		execute(t, c.AdminURL("postgres"), `create role `+name+` login createrole`, `create database `+name+` owner `+name)
	}
	for i := range 6 {
		wg.Go(func() {
			name := fmt.Sprintf("company%d", i)
			err := Migrate(t.Context(), c.as(name, name), rows)
			// From version 16 on only the maker of a role, or an administrator, may grant it.
			if err != nil && !errors.Is(err, ErrRole) {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}
