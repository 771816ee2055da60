package pg

import (
	"errors"
	"flag"
	"fmt"
	"log/slog"
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
)

var kills = flag.Int("kills", 3, "how often the program is killed in the test of that")

// said collects a log.
type said struct {
	mu   sync.Mutex
	text strings.Builder
}

func (s *said) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(p)
}

func (s *said) has(what string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Contains(s.text.String(), what)
}

func TestKilledProgramLosesNothingAndLeavesNothing(t *testing.T) {
	t.Parallel()
	closed := t.TempDir() // as /root is: nobody else may enter
	if err := os.Chmod(closed, 0o700); err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(closed, "pg")
	acknowledged := 0
	var longest time.Duration
	for round := range *kills {
		began := time.Now()
		p := runProgram(t, os.Args[0], dir, nil)
		if round > 0 { // the first makes the cluster
			longest = max(longest, time.Since(began))
		}
		if p.last < acknowledged || p.found != p.last {
			t.Fatalf("round %d: %d rows up to %d are there, %d were acknowledged", round, p.found, p.last, acknowledged)
		}
		acknowledged = p.kill(t, 20)
		if round%2 == 0 { // in the other rounds the successor does not wait for the dying server
			p.gone(t)
		}
	}
	t.Logf("%d kills, %d rows acknowledged and there; the longest start until the next row took %v", *kills, acknowledged, longest)
}

func TestServerThatCannotEndIsHastened(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "pg")
	p := runProgram(t, os.Args[0], dir, nil)
	url := readHolder(dir).URL
	c, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	// A session that is stopped, as one that waits for a dead disk would be, keeps its server from shutting down.
	if err := syscall.Kill(int(c.PgConn().PID()), syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	acknowledged := p.kill(t, 1)
	again := runProgram(t, os.Args[0], dir, nil)
	if again.last < acknowledged {
		t.Errorf("rows up to %d are there, %d were acknowledged", again.last, acknowledged)
	}
}

func TestSecondProgramIsRefusedAtOnce(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "pg")
	first, _ := start(t, dir)
	_, err := StartPrivate(t.Context(), ClusterOptions{Dir: dir})
	if !errors.Is(err, ErrInUse) {
		t.Fatalf("second program: %v, want ErrInUse", err)
	}
	for _, want := range []string{dir, "process " + strconv.Itoa(os.Getpid()), filepath.Base(os.Args[0])} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q does not name %q", err, want)
		}
	}
	c, err := pgx.Connect(t.Context(), first.URL())
	if err != nil {
		t.Fatalf("the first program's server was disturbed: %v", err)
	}
	c.Close(t.Context())
}

func TestStopIsClean(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "pg")
	c, _ := start(t, dir)
	if err := Migrate(t.Context(), c.URL(), rows); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := c.Stop(); err != nil {
			t.Fatal(err)
		}
	}
	select {
	case <-c.Done():
	default:
		t.Error("Done is not closed after Stop")
	}
	if Held(dir) {
		t.Error("the folder is held after Stop")
	}
	_, log := start(t, dir)
	if !log.has("database system was shut down at") || log.has("recovery") {
		t.Errorf("the next start had to recover:\n%s", log.text.String())
	}
}

func TestServerThatDiesIsNoticed(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "pg")
	c, _ := start(t, dir)
	if err := syscall.Kill(c.cmd.Process.Pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	<-c.Done()
	if err := c.Stop(); err != nil {
		t.Fatal(err)
	}
	start(t, dir)
}

func TestStalePidFilesOfAnotherProcess(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "pg")
	c, _ := start(t, dir)
	if err := c.Stop(); err != nil {
		t.Fatal(err)
	}
	// In a container the number in the file soon belongs to something else that lives.
	other := exec.Command("sleep", "1000")
	if err := other.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { other.Process.Kill(); other.Wait() })
	pid := strconv.Itoa(other.Process.Pid) + "\n"
	for name, text := range map[string]string{
		"data/postmaster.pid":  pid + filepath.Join(dir, "data") + "\n0\n5432\n" + dir + "\n\n",
		".s.PGSQL.5432.lock":   pid,
		"data.new/left/behind": "by a killed initdb",
	} {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	start(t, dir)
}

func TestForeignDataIsLeftAlone(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, file, text, want string }{
		{"another major version", "PG_VERSION", "9\n", "install PostgreSQL 9"},
		{"not a version", "PG_VERSION", "x\n", "no version"},
		{"no database", "family.jpg", "x", "not a database"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			file := filepath.Join(dir, "data", c.file)
			if err := os.Mkdir(filepath.Join(dir, "data"), 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, []byte(c.text), 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := StartPrivate(t.Context(), ClusterOptions{Dir: dir, Log: slog.New(slog.DiscardHandler)})
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("start: %v, want %q", err, c.want)
			}
			if b, err := os.ReadFile(file); err != nil || string(b) != c.text {
				t.Errorf("the file is %q, %v", b, err)
			}
			if Held(dir) {
				t.Error("the folder is held after the refusal")
			}
		})
	}
}

func TestLongPathBelowClosedFolders(t *testing.T) {
	t.Parallel()
	closed := filepath.Join(t.TempDir(), "closed")
	if err := os.Mkdir(closed, 0o700); err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(closed, strings.Repeat("long, ", 20), `with "quotes"`, "客户", "pg")
	c, _ := start(t, dir)
	socket := c.socket
	if socket == dir {
		t.Fatalf("socket in a path of %d bytes", len(dir))
	}
	conn, err := pgx.Connect(t.Context(), c.URL())
	if err != nil {
		t.Fatal(err)
	}
	conn.Close(t.Context())
	if err := c.Stop(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(socket); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the socket's folder stays after Stop: %v", err)
	}
	if again, _ := start(t, dir); again.URL() != c.URL() {
		t.Errorf("the server came back at %s, was at %s", again.URL(), c.URL())
	}
}

// Whoever has broken into Postgres has its folder, and must not get root's files by it.
func TestLinksInTheFolderLeadNowhere(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "pg")
	c, _ := start(t, dir)
	if err := c.Stop(); err != nil {
		t.Fatal(err)
	}
	treasure := filepath.Join(t.TempDir(), "treasure")
	link := func(name string) error {
		return errors.Join(os.RemoveAll(filepath.Join(dir, name)), os.Symlink(treasure, filepath.Join(dir, name)))
	}
	if err := errors.Join(os.WriteFile(treasure, []byte("gold"), 0o600), link("data/frontline.conf"), link("data/frontline.conf.new")); err != nil {
		t.Fatal(err)
	}
	c, _ = start(t, dir)
	if err := errors.Join(c.Stop(), link(programLock)); err != nil {
		t.Fatal(err)
	}
	if _, err := StartPrivate(t.Context(), ClusterOptions{Dir: dir}); !errors.Is(err, syscall.ELOOP) {
		t.Errorf("start with a link for its lock: %v", err)
	}
	if b, err := os.ReadFile(treasure); err != nil || string(b) != "gold" {
		t.Errorf("the file elsewhere is %q, %v", b, err)
	}
}

func TestWhyAServerEnded(t *testing.T) {
	t.Parallel()
	for said, want := range map[string]string{
		"LOG:  starting\nFATAL:  the database system is starting up\nPANIC:  could not write to file \"pg_logical/replorigin_checkpoint.tmp\": No space left on device\nFATAL:  the database system is not yet accepting connections\nLOG:  shut down": "No space left on device (the disk is full",
		"FATAL:  could not create shared memory segment: Cannot allocate memory\nLOG:  database system is shut down":                                                                                                                                   "could not create shared memory segment",
		"LOG:  one\nLOG:  two": "LOG:  one; LOG:  two",
	} {
		var last tail
		for line := range strings.SplitSeq(said, "\n") {
			last.add(line)
		}
		if got := last.String(); !strings.Contains(got, want) || strings.Contains(got, "not yet accepting") {
			t.Errorf("%q is given as the reason, want %q", got, want)
		}
	}
}

func TestCommaInThePath(t *testing.T) {
	t.Parallel()
	start(t, filepath.Join(t.TempDir(), "Smith, Jones"))
}

func TestOrdinaryUsers(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		return // every other test of this file is this one
	}
	// The test binary lies where only root may go.
	open, err := os.MkdirTemp("", "frontline-pg-user-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(open) })
	exe := filepath.Join(open, "program")
	b, err := os.ReadFile(os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(os.WriteFile(exe, b, 0o755), os.Chmod(open, 0o755)); err != nil {
		t.Fatal(err)
	}
	// So may Postgres, when npm brought it.
	var env []string
	if b, err := FindBinaries(t.Context(), 0); err != nil {
		t.Fatal(err)
	} else if !reachable(b.Dir, identity{uid: 65534, gid: 65534}) {
		to := filepath.Join(open, "postgres")
		if err := os.CopyFS(to, os.DirFS(filepath.Dir(b.Dir))); err != nil {
			t.Fatal(err)
		}
		env = append(env, "PGBIN="+filepath.Join(to, filepath.Base(b.Dir)))
	}
	users := map[string]uint32{"one with a name": 65534}
	if namespaces(t) {
		users["one that has only a number"] = 54321
	}
	for name, uid := range users {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			home := filepath.Join(open, strconv.Itoa(int(uid)))
			if err := errors.Join(os.Mkdir(home, 0o700), os.Chown(home, int(uid), int(uid))); err != nil {
				t.Fatal(err)
			}
			dir := filepath.Join(home, "pg")
			p := runProgram(t, exe, dir, &syscall.Credential{Uid: uid, Gid: uid}, env...)
			acknowledged := p.kill(t, 5)
			p.gone(t)
			// The administrator who then starts it as root by mistake spoils nothing: the owner of the data stays.
			p = runProgram(t, exe, dir, nil, env...)
			p.kill(t, 5)
			p.gone(t)
			if p = runProgram(t, exe, dir, &syscall.Credential{Uid: uid, Gid: uid}, env...); p.last < acknowledged+5 {
				t.Errorf("rows up to %d are there, %d were acknowledged before root wrote five more", p.last, acknowledged)
			}
		})
	}
}

// namespaces says whether this machine lets user namespaces be made, which many containers do not.
func namespaces(t *testing.T) bool {
	t.Helper()
	b, err := FindBinaries(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	return identity{uid: 65534, gid: 65534, userns: true}.try(t.Context(), b) == nil
}

// A container may leave root little of its power: then Postgres keeps root's files, without being root.
func TestRootThatMayNotChangeUser(t *testing.T) {
	t.Parallel()
	setpriv, err := exec.LookPath("setpriv")
	if os.Geteuid() != 0 || err != nil || !namespaces(t) {
		return // no such container can be made here
	}
	for _, less := range []string{"-setuid,-setgid", "-dac_override,-dac_read_search"} {
		t.Run(less, func(t *testing.T) {
			t.Parallel()
			weak := filepath.Join(t.TempDir(), "weak")
			script := fmt.Sprintf("#!/bin/sh\nexec %s --bounding-set=%s --inh-caps=%[2]s %s\n", setpriv, less, os.Args[0])
			if err := os.WriteFile(weak, []byte(script), 0o755); err != nil {
				t.Fatal(err)
			}
			dir := filepath.Join(t.TempDir(), "pg")
			p := runProgram(t, weak, dir, nil)
			acknowledged := p.kill(t, 5)
			p.gone(t)
			// Root with all its power then hands the data to the user that it should have.
			if p = runProgram(t, os.Args[0], dir, nil); p.last < acknowledged {
				t.Errorf("rows up to %d are there, %d were acknowledged", p.last, acknowledged)
			}
			if ownerOf(filepath.Join(dir, "data")) == 0 {
				t.Error("the data still is root's")
			}
		})
	}
}

func TestServerHasLittlePower(t *testing.T) {
	t.Parallel()
	c, _ := start(t, filepath.Join(t.TempDir(), "pg"))
	conn, err := pgx.Connect(t.Context(), c.URL())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	var super bool
	var tcp, fsync, commit, full string
	if err := conn.QueryRow(t.Context(), `select rolsuper, current_setting('listen_addresses'), current_setting('fsync'),
		current_setting('synchronous_commit'), current_setting('full_page_writes') from pg_roles where rolname = current_user`).
		Scan(&super, &tcp, &fsync, &commit, &full); err != nil {
		t.Fatal(err)
	}
	if super || tcp != "" || fsync != "on" || commit != "on" || full != "on" {
		t.Errorf("superuser %v, listen_addresses %q, fsync %s, synchronous_commit %s, full_page_writes %s", super, tcp, fsync, commit, full)
	}
	if status, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(c.cmd.Process.Pid), "status")); err != nil || strings.Contains(string(status), "Uid:\t0\t") {
		t.Errorf("PostgreSQL runs as root, or %v", err)
	}
	if env, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(c.cmd.Process.Pid), "environ")); err != nil || strings.Contains(string(env), "HOME") {
		t.Errorf("PostgreSQL sees the program's environment: %q, %v", env, err)
	}
}
