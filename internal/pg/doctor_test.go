package pg

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
)

// bad are the findings that are not well, as "subject: what -> cure".
func bad(f []Finding) (out []string) {
	for _, x := range f {
		if !x.OK {
			out = append(out, x.Subject+": "+x.What+" -> "+x.Cure)
		}
	}
	return out
}

// wantBad compares the findings that are not well with parts of what is expected, in order.
func wantBad(t *testing.T, f []Finding, want ...string) {
	t.Helper()
	got := bad(f)
	if len(got) != len(want) {
		t.Errorf("not well are %q, want %q", got, want)
		return
	}
	for i := range want {
		if !strings.Contains(got[i], want[i]) {
			t.Errorf("not well is %q, want %q", got[i], want[i])
		}
	}
	for _, x := range f {
		if x.OK == (x.Cure != "") || x.What == "" || x.Subject == "" {
			t.Errorf("a finding without a cure, or a cure for nothing: %+v", x)
		}
	}
}

func says(f []Finding, what string) bool {
	for _, x := range f {
		if strings.Contains(x.What, what) {
			return true
		}
	}
	return false
}

func TestDoctorOfAPrivateCluster(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "pg")
	o := CheckOptions{Dir: dir, Schemas: []Schema{rows}}

	f := Check(t.Context(), o)
	wantBad(t, f)
	if _, err := os.Stat(dir); err == nil || !says(f, "no database yet") {
		t.Errorf("before the first start: %+v, and the folder is there or not: %v", f, err)
	}

	c, _ := start(t, dir)
	wantBad(t, Check(t.Context(), o), "migrations: none has run -> run frontline migrate")
	if err := Migrate(t.Context(), c.URL(), rows); err != nil {
		t.Fatal(err)
	}
	f = Check(t.Context(), o)
	wantBad(t, f)
	if !says(f, "runs, held by") {
		t.Errorf("while a program has it: %+v", f)
	}
	wantBad(t, Check(t.Context(), CheckOptions{Dir: dir}), "rows/001_rows.sql")
	more := Schema{Module: "more", Files: rows.Files}
	wantBad(t, Check(t.Context(), CheckOptions{Dir: dir, Schemas: []Schema{rows, more}}), "1 have not run: more/001_rows.sql")
	if err := c.Stop(); err != nil {
		t.Fatal(err)
	}

	f = Check(t.Context(), o)
	wantBad(t, f)
	if !says(f, "no program runs on it") || Held(dir) {
		t.Errorf("after the program: %+v, held %v", f, Held(dir))
	}

	data := filepath.Join(dir, "data")
	if err := os.Chmod(data, 0o755); err != nil {
		t.Fatal(err)
	}
	wantBad(t, Check(t.Context(), o), "chmod 700 "+data)
	if err := os.Chmod(data, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(data, "PG_VERSION"), []byte("9\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	wantBad(t, Check(t.Context(), o), "apt-get install postgresql-9")
}

func TestDoctorOfAServer(t *testing.T) {
	t.Parallel()
	c, _ := start(t, filepath.Join(t.TempDir(), "pg"))
	o := CheckOptions{URL: c.URL(), Schemas: []Schema{rows}}
	if err := Migrate(t.Context(), c.URL(), rows); err != nil {
		t.Fatal(err)
	}
	wantBad(t, Check(t.Context(), o))
	wantBad(t, Check(t.Context(), CheckOptions{URL: c.AdminURL(database), Schemas: []Schema{rows}}), "role: postgres may run as frontline_app, but is a superuser")

	execute(t, c.AdminURL("postgres"), `revoke frontline_app from frontline`)
	wantBad(t, Check(t.Context(), o), "role: the role frontline_app is missing or not granted to frontline -> run frontline migrate")
	execute(t, c.AdminURL("postgres"), `create database old encoding 'SQL_ASCII' locale 'C' template template0`)
	for url, want := range map[string]string{
		c.AdminURL("nowhere"):                "create database",
		c.as("nobody", database):             "the user and the password",
		c.AdminURL("old"):                    "encoding 'UTF8'",
		"postgres:///x?host=" + t.TempDir():  "whether the server runs",
		"postgres://user:secret@host:port/x": "postgres://user:password@host/database",
	} {
		f := Check(t.Context(), CheckOptions{URL: url})
		wantBad(t, f, want)
		if says(f, "secret") {
			t.Errorf("the password is shown: %+v", f)
		}
	}
	execute(t, c.AdminURL("postgres"), `alter database frontline set default_transaction_read_only = on`)
	wantBad(t, Check(t.Context(), o), "takes no writes")
}

func TestCommandBesideTheProgram(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "pg")
	p := runProgram(t, os.Args[0], dir, nil)
	c, err := Use(t.Context(), ClusterOptions{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	db, err := Open(t.Context(), c.URL(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Ready(t.Context(), rows); err != nil {
		t.Error(err)
	}
	if err := db.Ready(t.Context(), rows, Schema{Module: "more", Files: rows.Files}); err == nil || !strings.Contains(err.Error(), "more/001_rows.sql") {
		t.Errorf("ready with a migration that has not run: %v", err)
	}
	db.Close()
	if err := c.Stop(); err != nil {
		t.Fatal(err)
	}
	acknowledged := p.kill(t, 5) // it was not disturbed
	p.gone(t)

	c, err = Use(t.Context(), ClusterOptions{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	conn, err := pgx.Connect(t.Context(), c.URL())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	var last int
	if err := conn.QueryRow(t.Context(), `select max(n) from rows`).Scan(&last); err != nil || last < acknowledged {
		t.Errorf("rows up to %d, %v; %d were acknowledged", last, err, acknowledged)
	}
	if err := c.Stop(); err != nil {
		t.Fatal(err)
	}
	if Held(dir) {
		t.Error("the command's own server runs after it")
	}
}
