package main

import (
	"bufio"
	"context"
	"io"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
)

func TestDatabaseAlone(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	ctx, stop := context.WithCancel(t.Context())
	out, in := io.Pipe()
	code := make(chan int, 1)
	go func() {
		code <- run(ctx, []string{"database", "--data", dir, "--log", "warn"}, stdio{In: strings.NewReader(""), Out: in, Err: io.Discard})
		in.Close()
	}()
	lines := bufio.NewScanner(out)
	if !lines.Scan() {
		t.Fatalf("the command ended with %d and said nothing", <-code)
	}
	address := lines.Text()
	c, err := pgx.Connect(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	var super bool
	if err := c.QueryRow(t.Context(), `select rolsuper from pg_roles where rolname = current_user`).Scan(&super); err != nil || !super {
		t.Errorf("the address is a superuser's: %v, %v", super, err)
	}
	if err := c.Close(t.Context()); err != nil {
		t.Fatal(err)
	}

	if second, said, complaint := start(t, "", "database", "--data", dir); second != exitDone || said != address+"\n" {
		t.Errorf("a second one exits with %d and says %q, %q; want the address", second, said, complaint)
	}
	stop()
	if got := <-code; got != exitDone {
		t.Errorf("told to stop it exits with %d", got)
	}
	if _, err := pgx.Connect(t.Context(), address); err == nil {
		t.Error("the server runs on")
	}
	if got, _, complaint := start(t, "", "database", "--data", dir, "--database-url", "postgres://x@y/z"); got != exitUsage {
		t.Errorf("with a database URL it exits with %d: %s", got, complaint)
	}
}
