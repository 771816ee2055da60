package pg

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

const (
	superuser = "postgres"  // of a private cluster; the program uses it only to make the next two
	database  = "frontline" // the database of a private cluster
	login     = "frontline" // its owner, no superuser
)

// ClusterOptions say where a private cluster lies and how it runs.
type ClusterOptions struct {
	Dir string       // the cluster's folder, made when missing: data, locks and socket
	Log *slog.Logger // what the server says; slog.Default when nil

	// Volatile trades every promise for speed (no fsync, no end in order when the program dies): for tests.
	Volatile bool
}

// Cluster is a private Postgres that runs as a child of this program and listens on a Unix socket only.
type Cluster struct {
	opt     ClusterOptions
	socket  string   // the folder of the socket
	program *os.File // the lock
	lent    bool     // another program's: not to be stopped
	cmd     *exec.Cmd

	done    chan struct{} // closed when the server has ended
	serving atomic.Bool   // from the first answer to Stop

	stop    sync.Once
	stopErr error
}

// StartPrivate runs the private cluster in o.Dir, which is made by initdb when there is none, and returns when it
// answers. The server is a child in the foreground, of an ordinary user when the program is root, and does not outlive
// the program, kill -9 included. Data is never deleted: a folder made by a major version that is not installed is an
// error that says what to do. ErrInUse when another program that lives has the folder.
func StartPrivate(ctx context.Context, o ClusterOptions) (_ *Cluster, err error) {
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o.Dir, err = filepath.Abs(o.Dir); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("database folder: %w", err)
	}
	program, server, err := hold(ctx, o.Dir, o.Log)
	if err != nil {
		return nil, err
	}
	defer server.Close() // the children keep it
	c := &Cluster{opt: o, program: program, done: make(chan struct{})}
	defer func() {
		if err != nil {
			c.release()
		}
	}()
	last := readHolder(o.Dir)
	if err := me().write(program); err != nil {
		return nil, err
	}

	major, err := version(o.Dir)
	if err != nil {
		return nil, err
	}
	b, err := FindBinaries(ctx, major)
	if err != nil {
		if major != 0 && !errors.Is(err, ErrNoBinaries) {
			err = fmt.Errorf("%w and %s/data was made by %d: install PostgreSQL %[3]d (apt-get install postgresql-%[3]d), or copy the data over with that version's pg_dump; nothing was changed", err, o.Dir, major)
		}
		return nil, err
	}
	id, b, err := choose(ctx, b, o.Dir)
	if err != nil {
		return nil, err
	}
	if err := id.take(o.Dir); err != nil {
		return nil, fmt.Errorf("database folder: %w", err)
	}
	if major == 0 {
		if err := create(ctx, b, id, o.Dir, o.Volatile, server); err != nil {
			return nil, fmt.Errorf("make the database: %w", err)
		}
	}
	if err := configure(id, o.Dir, o.Volatile); err != nil {
		return nil, fmt.Errorf("database settings: %w", err)
	}
	if err := c.place(id, last); err != nil {
		return nil, fmt.Errorf("database socket: %w", err)
	}
	if err := c.start(ctx, b, id, server); err != nil {
		return nil, err
	}
	c.serving.Store(true)
	h := me()
	h.URL = c.URL()
	if c.socket != o.Dir {
		h.Socket = c.socket
	}
	if err := h.write(program); err != nil {
		return nil, errors.Join(err, c.Stop())
	}
	return c, nil
}

// Use gives the cluster in o.Dir to a command that runs beside the program: the one of the program that runs, which
// stays that program's, else one of its own as by StartPrivate. ErrInUse when a program has it and only just starts.
func Use(ctx context.Context, o ClusterOptions) (*Cluster, error) {
	var err error
	if o.Dir, err = filepath.Abs(o.Dir); err != nil {
		return nil, err
	}
	if _, err := os.Stat(filepath.Join(o.Dir, programLock)); err != nil {
		return StartPrivate(ctx, o) // nobody ever ran it
	}
	lock, free, err := lockFile(o.Dir, programLock)
	if err != nil {
		return nil, fmt.Errorf("lock the database folder: %w", err)
	}
	if free {
		lock.Close()
		return StartPrivate(ctx, o)
	}
	h := readHolder(o.Dir)
	if h.URL == "" {
		return nil, fmt.Errorf("%w: %s is held by %s, which starts or stops; try again", ErrInUse, o.Dir, h)
	}
	conn, err := pgx.Connect(ctx, h.URL)
	if err != nil {
		return nil, fmt.Errorf("%w: %s is held by %s, and its server does not answer: %w", ErrInUse, o.Dir, h, err)
	}
	return &Cluster{opt: o, socket: or(h.Socket, o.Dir), lent: true, done: make(chan struct{})}, conn.Close(ctx)
}

// place finds a folder for the socket and clears what a killed predecessor left. This is safe because the server lock
// is held: no process of this cluster lives, whatever a pid file says.
func (c *Cluster) place(id identity, last holder) error {
	// 107 bytes is the longest path of a Unix socket, and Postgres makes a file with .lock behind it. A comma parts hosts
	// in an address.
	fits := func(dir string) bool {
		return len(dir) <= 107-len("/.s.PGSQL.5432.lock") && !strings.Contains(dir, ",")
	}
	ours := filepath.Dir(last.Socket) == filepath.Clean(os.TempDir()) && strings.HasPrefix(filepath.Base(last.Socket), "frontline-pg-")
	if ours {
		if err := os.RemoveAll(last.Socket); err != nil {
			return err
		}
	}
	c.socket = c.opt.Dir
	if !fits(c.socket) {
		// The address of last time, so that pools and tools find the server again, unless somebody has taken the name.
		c.socket = last.Socket
		if !ours || os.Mkdir(c.socket, 0o700) != nil {
			dir, err := os.MkdirTemp("", "frontline-pg-")
			if err != nil {
				return err
			}
			c.socket = dir
		}
		if !fits(c.socket) {
			return fmt.Errorf("%s is too long for a socket, or has a comma: set TMPDIR, or choose a data folder with a shorter path", c.socket)
		}
		if err := id.own(c.socket); err != nil {
			return err
		}
	}
	for _, stale := range []string{
		filepath.Join(c.opt.Dir, "data", "postmaster.pid"),
		filepath.Join(c.socket, ".s.PGSQL.5432"),
		filepath.Join(c.socket, ".s.PGSQL.5432.lock"),
	} {
		if err := os.Remove(stale); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	return nil
}

// start runs the server and waits until it answers.
func (c *Cluster) start(ctx context.Context, b Binaries, id identity, lock *os.File) error {
	durable := "on"
	onDeath := syscall.SIGINT // fast shutdown, with a checkpoint: the next start has nothing to replay
	if c.opt.Volatile {
		durable, onDeath = "off", syscall.SIGQUIT
	}
	cmd := id.command(context.WithoutCancel(ctx), filepath.Join(b.Dir, "postgres"), onDeath, lock,
		"-D", filepath.Join(c.opt.Dir, "data"), "-p", "5432",
		"-c", "listen_addresses=", "-c", "unix_socket_directories="+quoteList(c.socket), "-c", "unix_socket_permissions=0700",
		"-c", "logging_collector=off", "-c", "log_destination=stderr", "-c", "fsync="+durable, "-c", "full_page_writes="+durable)
	c.cmd = cmd.Cmd
	out, in, err := os.Pipe()
	if err != nil {
		return err
	}
	c.cmd.Stdout, c.cmd.Stderr = in, in
	ended, err := cmd.spawn()
	if err := errors.Join(err, in.Close()); err != nil {
		out.Close()
		return fmt.Errorf("start PostgreSQL: %w", err)
	}
	var last tail
	logged := make(chan struct{})
	go func() {
		defer close(logged)
		defer out.Close()
		c.relay(out, &last)
	}()
	go func() {
		<-ended
		<-logged
		close(c.done)
	}()
	if err := c.ready(ctx); err != nil {
		select {
		case <-c.done:
			err = fmt.Errorf("PostgreSQL ended at its start: %s", last.String())
		default:
		}
		return errors.Join(err, c.Stop())
	}
	return nil
}

// mute is how long a server may say nothing at all after its start: it takes a connection at once, if only to say that
// it is not ready.
const mute = time.Minute

// ready waits until the program's login can use its database, making both in a new cluster. A server that recovers from
// a crash refuses until it is done, which is waited for as long as ctx allows.
func (c *Cluster) ready(ctx context.Context) error {
	began := time.Now()
	heard := began
	next := began.Add(5 * time.Second)
	for pause := 2 * time.Millisecond; ; pause = min(2*pause, 50*time.Millisecond) {
		err := c.ask(ctx)
		if err == nil {
			return nil
		}
		var pe *pgconn.PgError
		if errors.As(err, &pe) && pe.Code != "57P03" { // 57P03: starting up, or shutting down
			return fmt.Errorf("prepare the database: %w", err)
		}
		now := time.Now()
		switch {
		case pe != nil:
			heard = now
		case now.Sub(heard) > mute:
			return fmt.Errorf("PostgreSQL runs and does not answer: %w", err)
		}
		if now.After(next) {
			c.opt.Log.InfoContext(ctx, "waiting for PostgreSQL to start", "seconds", int(now.Sub(began).Seconds()), "because", err)
			next = now.Add(5 * time.Second)
		}
		select {
		case <-c.done:
			return err
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause):
		}
	}
}

// ask connects as the program does, and makes its role and database when the server says there is none.
func (c *Cluster) ask(ctx context.Context) error {
	conn, err := pgx.Connect(ctx, c.URL())
	var pe *pgconn.PgError
	if errors.As(err, &pe) && (pe.Code == "28000" || pe.Code == "3D000") { // no such role, no such database
		if err := c.bootstrap(ctx); err != nil {
			return err
		}
		conn, err = pgx.Connect(ctx, c.URL())
	}
	if err != nil {
		return err
	}
	return conn.Close(ctx)
}

// bootstrap makes the login and the database of the program. The login owns its database and is no superuser: SQL
// that slipped in could reach no file and start no program.
func (c *Cluster) bootstrap(ctx context.Context) error {
	conn, err := pgx.Connect(ctx, c.AdminURL("postgres"))
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	var have bool
	if _, err := conn.Exec(ctx, makeLogin); err != nil {
		return err
	}
	if err := conn.QueryRow(ctx, `select exists (select from pg_database where datname = $1)`, database).Scan(&have); err != nil || have {
		return err
	}
	_, err = conn.Exec(ctx, `create database `+database+` owner `+login)
	return err
}

const makeLogin = `do $$
begin
	if not exists (select from pg_roles where rolname = '` + Role + `') then
		create role ` + Role + ` nologin;
	end if;
	if not exists (select from pg_roles where rolname = '` + login + `') then
		create role ` + login + ` login;
	end if;
	grant ` + Role + ` to ` + login + `;
end $$`

// URL is the address of the program's database.
func (c *Cluster) URL() string { return address(c.socket, login, database) }

// AdminURL is the address of any database of the cluster, as its superuser.
func (c *Cluster) AdminURL(name string) string { return address(c.socket, superuser, name) }

func address(socket, user, name string) string {
	return "postgres:///" + url.PathEscape(name) + "?" + url.Values{"host": {socket}, "user": {user}}.Encode()
}

// Lent says whether another program runs the server, so that it stays when this one ends.
func (c *Cluster) Lent() bool { return c.lent }

// Done is closed when the server has ended, asked or not. A program whose database is gone should end too.
func (c *Cluster) Done() <-chan struct{} { return c.done }

// Stop shuts the server down in order, harder after a minute, and returns when it is gone. It may be called twice. A
// server that another program runs is left to it.
func (c *Cluster) Stop() error {
	if c.lent {
		return nil
	}
	c.stop.Do(func() {
		defer c.release()
		c.serving.Store(false)
		for _, step := range []struct {
			signal syscall.Signal
			wait   time.Duration
		}{{syscall.SIGINT, time.Minute}, {syscall.SIGQUIT, 10 * time.Second}, {syscall.SIGKILL, 10 * time.Second}} {
			if err := c.cmd.Process.Signal(step.signal); err != nil && !errors.Is(err, os.ErrProcessDone) {
				c.stopErr = fmt.Errorf("stop PostgreSQL: %w", err)
				return
			}
			select {
			case <-c.done:
				return
			case <-time.After(step.wait):
				c.opt.Log.Warn("PostgreSQL does not stop", "signal", step.signal.String())
			}
		}
		c.stopErr = errors.New("PostgreSQL did not stop")
	})
	return c.stopErr
}

// release gives the folder to the next program.
func (c *Cluster) release() {
	if c.socket != "" && c.socket != c.opt.Dir {
		os.RemoveAll(c.socket)
	}
	c.program.Close()
}

// quoteList makes one element of a list setting of a path with commas or quotes in it.
func quoteList(path string) string {
	return `"` + strings.ReplaceAll(path, `"`, `""`) + `"`
}
