package pg

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"testing/fstest"

	"golang.org/x/sys/unix"
)

// The test binary is also the program that is killed: with a folder in this variable it runs a private cluster there
// and commits one row after the other, saying each number once it is committed.
const programDir = "FRONTLINE_TEST_PROGRAM"

func TestMain(m *testing.M) {
	if dir := os.Getenv(programDir); dir != "" {
		go func() { // a test that is cut short cleans up nothing: its end is that of the input
			io.Copy(io.Discard, os.Stdin)
			os.Exit(1)
		}()
		if err := writeRows(context.Background(), dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

var rows = Schema{Module: "rows", Files: fstest.MapFS{"001_rows.sql": {Data: []byte(`
	create table rows (n bigint primary key);
	select grant_app('rows', 'select, insert');
`)}}}

func writeRows(ctx context.Context, dir string) error {
	c, err := StartPrivate(ctx, ClusterOptions{Dir: dir, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	if err := Migrate(ctx, c.URL(), rows); err != nil {
		return err
	}
	db, err := Open(ctx, c.URL(), Options{})
	if err != nil {
		return err
	}
	var n, last int
	if err := db.Read.QueryRow(ctx, `select count(*), coalesce(max(n), 0) from rows`).Scan(&n, &last); err != nil {
		return err
	}
	fmt.Println("server", c.cmd.Process.Pid)
	fmt.Println("found", n, last)
	for {
		last++
		if _, err := db.Write().Exec(ctx, `insert into rows (n) values ($1)`, last); err != nil {
			return err
		}
		fmt.Println("row", last)
	}
}

// program is a run of the test binary as the program.
type program struct {
	*exec.Cmd
	said   *bufio.Scanner
	server int // a handle of Postgres's process
	found  int // rows there at its start
	last   int // the highest of them
}

// runProgram starts the program on dir and waits until it has begun to write.
func runProgram(t *testing.T, exe, dir string, as *syscall.Credential, env ...string) *program {
	t.Helper()
	p := &program{Cmd: exec.Command(exe)}
	p.Env = append(append(os.Environ(), programDir+"="+dir), env...)
	p.Stderr = os.Stderr
	p.SysProcAttr = &syscall.SysProcAttr{Credential: as}
	out, err := p.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	leash, err := p.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Process.Kill(); p.Wait(); leash.Close() })
	p.said = bufio.NewScanner(out)
	var pid int
	p.expect(t, "server %d", &pid)
	if p.server, err = unix.PidfdOpen(pid, 0); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		p.Process.Kill()
		p.gone(t) // before its folder is removed
		unix.Close(p.server)
	})
	p.expect(t, "found %d %d", &p.found, &p.last)
	return p
}

func (p *program) expect(t *testing.T, format string, to ...any) {
	t.Helper()
	if !p.said.Scan() {
		t.Fatalf("the program ended before it said %q", format)
	}
	if _, err := fmt.Sscanf(p.said.Text(), format, to...); err != nil {
		t.Fatalf("the program said %q, want %q", p.said.Text(), format)
	}
}

// kill ends the program in the middle of its writing, once it has said some more rows, and returns the last it said.
func (p *program) kill(t *testing.T, after int) (acknowledged int) {
	t.Helper()
	for range after {
		p.expect(t, "row %d", &acknowledged)
	}
	if err := p.Process.Signal(syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	for p.said.Scan() { // what it said before it died counts
		if n, ok := strings.CutPrefix(p.said.Text(), "row "); ok {
			v, err := strconv.Atoi(n)
			if err != nil {
				t.Fatal(err)
			}
			acknowledged = v
		}
	}
	p.Wait()
	return acknowledged
}

// gone waits until the program's server has ended.
func (p *program) gone(t *testing.T) {
	t.Helper()
	fds := []unix.PollFd{{Fd: int32(p.server), Events: unix.POLLIN}}
	for {
		switch _, err := unix.Poll(fds, -1); err {
		case nil:
			return
		case unix.EINTR:
		default:
			t.Fatal(err)
		}
	}
}

// start is StartPrivate for a test that wants it to work; what the server said goes to the list.
func start(t *testing.T, dir string) (*Cluster, *said) {
	t.Helper()
	log := &said{}
	c, err := StartPrivate(t.Context(), ClusterOptions{Dir: dir, Log: slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Stop(); err != nil {
			t.Error(err)
		}
	})
	return c, log
}
