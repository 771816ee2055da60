package pg

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// node is a Postgres on a TCP port, as an address with several servers names them.
type node struct {
	dir  string
	port int
	bin  Binaries
	id   identity
	cmd  *exec.Cmd
	stop func() // waits for the end
}

// freePort is one that nobody uses now.
func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// primary starts a server with the program's login and database.
func primary(t *testing.T) *node {
	t.Helper()
	n := newNode(t)
	lock, _, err := lockFile(n.dir, serverLock)
	if err != nil {
		t.Fatal(err)
	}
	defer lock.Close()
	if err := create(t.Context(), n.bin, n.id, n.dir, true, lock); err != nil {
		t.Fatal(err)
	}
	n.start(t)
	n.do(t, "postgres", makeLogin, `create database `+database+` owner `+login)
	if err := Migrate(t.Context(), tcp(login, n), rows); err != nil {
		t.Fatal(err)
	}
	return n
}

// pair starts a primary and a standby that follows it.
func pair(t *testing.T) (first, second *node) {
	t.Helper()
	first, second = primary(t), newNode(t)
	first.stop()
	data := filepath.Join(second.dir, "data")
	settings := fmt.Sprintf("primary_conninfo = 'host=127.0.0.1 port=%d user=%s'\n", first.port, superuser)
	if err := errors.Join(
		os.CopyFS(data, os.DirFS(filepath.Join(first.dir, "data"))),
		os.Chmod(data, 0o700),
		os.WriteFile(filepath.Join(data, "postgresql.auto.conf"), []byte(settings), 0o600),
		os.WriteFile(filepath.Join(data, "standby.signal"), nil, 0o600),
		second.id.take(second.dir),
	); err != nil {
		t.Fatal(err)
	}
	first.start(t)
	second.start(t)
	return first, second
}

func newNode(t *testing.T) *node {
	t.Helper()
	n := &node{dir: t.TempDir(), port: freePort(t)}
	var err error
	if n.bin, err = FindBinaries(t.Context(), 0); err != nil {
		t.Fatal(err)
	}
	if n.id, n.bin, err = choose(t.Context(), n.bin, n.dir); err != nil {
		t.Fatal(err)
	}
	if err := n.id.take(n.dir); err != nil {
		t.Fatal(err)
	}
	return n
}

func (n *node) start(t *testing.T) {
	t.Helper()
	c := n.id.command(context.WithoutCancel(t.Context()), filepath.Join(n.bin.Dir, "postgres"), syscall.SIGKILL, nil,
		"-D", filepath.Join(n.dir, "data"), "-h", "127.0.0.1", "-p", strconv.Itoa(n.port), "-k", "",
		"-c", "fsync=off", "-c", "shared_buffers=16MB", "-c", "wal_level=replica", "-c", "max_wal_senders=3")
	n.cmd = c.Cmd
	ended, err := c.spawn()
	if err != nil {
		t.Fatal(err)
	}
	n.stop = sync.OnceFunc(func() {
		n.signal(t, syscall.SIGCONT)
		n.cmd.Process.Signal(syscall.SIGINT)
		<-ended
	})
	t.Cleanup(n.stop)
	until(t, func() bool {
		c, err := pgx.Connect(t.Context(), tcp(superuser, n))
		var pe *pgconn.PgError
		if err == nil {
			c.Close(t.Context())
		}
		return err == nil || errors.As(err, &pe) && pe.Code == "3D000"
	})
}

// do runs statements as the superuser.
func (n *node) do(t *testing.T, name string, statements ...string) {
	t.Helper()
	c, err := pgx.Connect(t.Context(), strings.Replace(tcp(superuser, n), "/"+database, "/"+name, 1))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(t.Context())
	for _, s := range statements {
		if _, err := c.Exec(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
}

// has says whether the row has reached the server.
func (n *node) has(t *testing.T, row int) (yes bool) {
	t.Helper()
	c, err := pgx.Connect(t.Context(), tcp(superuser, n))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(t.Context())
	if err := c.QueryRow(t.Context(), `select exists (select from rows where n = $1)`, row).Scan(&yes); err != nil {
		t.Fatal(err)
	}
	return yes
}

// signal sends a signal to the server and all its children, as a machine that hangs or goes on does.
func (n *node) signal(t *testing.T, s syscall.Signal) {
	t.Helper()
	pid := n.cmd.Process.Pid
	children, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%[1]d/children", pid))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range append(strings.Fields(string(children)), strconv.Itoa(pid)) {
		n, err := strconv.Atoi(c)
		if err != nil {
			t.Fatal(err)
		}
		if err := syscall.Kill(n, s); err != nil && !errors.Is(err, syscall.ESRCH) {
			t.Fatal(err)
		}
	}
}

// tcp is the address that names the program's database on the nodes.
func tcp(user string, nodes ...*node) string {
	var hosts []string
	for _, n := range nodes {
		hosts = append(hosts, fmt.Sprintf("127.0.0.1:%d", n.port))
	}
	return "postgres://" + user + "@" + strings.Join(hosts, ",") + "/" + database
}

func until(t *testing.T, ok func() bool) {
	t.Helper()
	for !ok() {
		select {
		case <-t.Context().Done():
			t.Fatal("the test ended while waiting")
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// serving is the port of the server that answers a pool's statement.
const serving = `select current_setting('port')::int`

func TestHungPrimaryIsCutAndItsStandbyTakesOver(t *testing.T) {
	t.Parallel()
	a, b := pair(t)
	f := Check(t.Context(), CheckOptions{URL: tcp(login, b, a), Schemas: []Schema{rows}})
	wantBad(t, f)
	if !says(f, "a standby") {
		t.Errorf("the doctor sees no standby: %+v", f)
	}
	log := &said{}
	db, err := Open(t.Context(), tcp(login, b, a)+"?target_session_attrs=read-write", Options{Log: slog.New(slog.NewTextHandler(log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	ctx := t.Context()
	for name, q := range map[string]interface {
		QueryRow(context.Context, string, ...any) pgx.Row
	}{"read": db.Read, "write": db.Write()} {
		var port int
		if err := q.QueryRow(ctx, serving).Scan(&port); err != nil || port != a.port {
			t.Fatalf("the %s pool is at port %d, %v; want the primary at %d", name, port, err, a.port)
		}
	}
	if _, err := db.Write().Exec(ctx, `insert into rows (n) values (1)`); err != nil {
		t.Fatal(err)
	}
	until(t, func() bool { return b.has(t, 1) })

	// Statements under way, an idle session and one that begins later all meet a server that says nothing.
	reader, err := db.Read.Acquire(ctx)
	if err != nil {
		t.Fatal(err)
	}
	stuck := make(chan error, 2)
	a.signal(t, syscall.SIGSTOP)
	hung := time.Now()
	go func() {
		_, err := reader.Exec(ctx, `select 1`)
		reader.Release()
		stuck <- err
	}()
	go func() {
		_, err := db.Write().Exec(ctx, `insert into rows (n) values (2)`)
		stuck <- err
	}()
	for range 2 {
		if err := <-stuck; err == nil {
			t.Error("a statement succeeded on a stopped server")
		}
	}
	t.Logf("cut after %v", time.Since(hung))
	until(t, func() bool { return log.has("database server does not answer") })

	b.do(t, "postgres", `select pg_promote()`)
	until(t, func() bool {
		_, err := db.Write().Exec(ctx, `insert into rows (n) values (3)`)
		return err == nil
	})
	t.Logf("written again after %v", time.Since(hung))
	var port, n int
	if err := db.Read.QueryRow(ctx, `select current_setting('port')::int, count(*) from rows where n in (1, 3)`).Scan(&port, &n); err != nil || port != b.port || n != 2 {
		t.Errorf("the read pool finds %d rows at port %d, %v; want 2 at %d", n, port, err, b.port)
	}

	a.signal(t, syscall.SIGCONT)
	until(t, func() bool { return log.has("database server answers again") })
}

func TestDemotedServerLosesItsSessions(t *testing.T) {
	t.Parallel()
	a := primary(t)
	b := primary(t)
	db, err := Open(t.Context(), tcp(login, a, b), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	ctx := t.Context()
	var port int
	if err := db.Write().QueryRow(ctx, serving).Scan(&port); err != nil || port != a.port {
		t.Fatalf("port %d, %v; want the first server", port, err)
	}
	// Sessions that are open see the change of a setting, but no signal ends them.
	c, err := db.Write().Acquire(ctx)
	if err != nil {
		t.Fatal(err)
	}
	a.do(t, "postgres", `alter system set default_transaction_read_only = on`, `select pg_reload_conf()`)
	until(t, func() bool {
		var on string
		if err := c.QueryRow(ctx, `show default_transaction_read_only`).Scan(&on); err != nil {
			t.Fatal(err)
		}
		return on == "on"
	})
	_, err = c.Exec(ctx, `insert into rows (n) values (1)`)
	var pe *pgconn.PgError
	if !errors.As(err, &pe) || pe.Code != readOnly {
		t.Fatalf("insert on a demoted server: %v, want SQLSTATE %s", err, readOnly)
	}
	if !c.Conn().IsClosed() {
		t.Error("the session that cannot write is kept")
	}
	c.Release()
	if err := db.Write().QueryRow(ctx, `with new as (insert into rows (n) values (1) returning n) `+serving+` from new`).Scan(&port); err != nil || port != b.port {
		t.Errorf("the next write is at port %d, %v; want the other server", port, err)
	}
}

func TestOneServerHasNoGuard(t *testing.T) {
	t.Parallel()
	for url, want := range map[string]bool{
		"postgres://x@a,b/d":               true,
		"postgres://x@a:1,a:2/d":           true,
		"postgres://x@a/d":                 false,
		"postgres://x@a/d?sslmode=prefer":  false, // twice the same server, with and without TLS
		"postgres:///d?host=/tmp":          false,
		"postgres://x@a,b/d?sslmode=allow": true,
	} {
		cfg, err := pgconn.ParseConfig(url)
		if err != nil {
			t.Fatal(err)
		}
		if got := several(cfg); got != want {
			t.Errorf("several(%s) = %v, want %v", url, got, want)
		}
	}
}
