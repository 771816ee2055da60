package pg

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"golang.org/x/sys/unix"
)

// Finding is one thing that Check looked at.
type Finding struct {
	Subject string // e.g. "data folder"
	OK      bool
	What    string // what was seen, in one sentence
	Cure    string // what to do; empty when OK
}

// CheckOptions say which database to look at: the one at URL, or the private cluster in Dir when URL is empty.
type CheckOptions struct {
	URL     string
	Dir     string
	Schemas []Schema // the migrations the program brings
}

const (
	leastRoom = 1 << 30         // bytes free beside a private cluster
	mostSkew  = 2 * time.Second // between this machine's clock and the server's
)

// Check looks at everything between the program and its database and says what is wrong and how to mend it. It changes
// no data; a private cluster that no program runs is started for the look and stopped again.
func Check(ctx context.Context, o CheckOptions) []Finding {
	var f findings
	if o.URL != "" {
		if f.servers(ctx, o.URL) {
			f.inside(ctx, o.URL, o.Schemas)
		}
		return f
	}
	dir, err := filepath.Abs(o.Dir)
	if err != nil {
		return findings{{Subject: "data folder", What: err.Error(), Cure: "start from a folder that exists"}}
	}
	major, sound := f.folder(dir)
	if !f.binaries(ctx, dir, major) || !sound {
		return f
	}
	f.room(dir)
	if major == 0 {
		return f
	}
	c, err := Use(ctx, ClusterOptions{Dir: dir, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		f.bad("private server", err.Error(), "mend what the line says, or look at the log with LOG=debug")
		return f
	}
	if c.lent {
		f.good("private server", fmt.Sprintf("runs, held by %s", readHolder(dir)))
	} else {
		f.good("private server", "starts; no program runs on it now")
	}
	f.inside(ctx, c.URL(), o.Schemas)
	if err := c.Stop(); err != nil {
		f.bad("private server", err.Error(), "end the process with kill -QUIT")
	}
	return f
}

type findings []Finding

func (f *findings) good(subject, what string) {
	*f = append(*f, Finding{Subject: subject, OK: true, What: what})
}

func (f *findings) bad(subject, what, cure string) {
	*f = append(*f, Finding{Subject: subject, What: what, Cure: cure})
}

// folder looks at the private cluster's files; major is 0 where there are none yet.
func (f *findings) folder(dir string) (major int, sound bool) {
	const subject = "data folder"
	major, err := version(dir)
	switch {
	case errors.Is(err, os.ErrPermission):
		f.bad(subject, err.Error(), "run as the user that runs the program, or as root")
		return 0, false
	case err != nil:
		f.bad(subject, err.Error(), "put the file back from a backup: it holds the major version of PostgreSQL")
		return 0, false
	}
	at := dir
	for at != filepath.Dir(at) && ownerOf(at) < 0 {
		at = filepath.Dir(at)
	}
	if err := unix.Access(at, unix.W_OK|unix.X_OK); err != nil {
		f.bad(subject, fmt.Sprintf("%s cannot be written: %v", at, err), "give it to the user that runs the program (chown), or choose another data folder")
		return major, false
	}
	if major == 0 {
		f.good(subject, dir+" has no database yet; the first start makes it")
		return 0, true
	}
	data := filepath.Join(dir, "data")
	st, err := os.Stat(data)
	if err != nil {
		f.bad(subject, err.Error(), "run as the user that runs the program, or as root")
		return major, false
	}
	if uid := os.Geteuid(); uid != 0 && ownerOf(data) != uid {
		f.bad(subject, fmt.Sprintf("%s belongs to user %d, this is user %d", data, ownerOf(data), uid), fmt.Sprintf("run as that user, or chown -R %d %s", uid, dir))
		return major, false
	}
	if st.Mode().Perm()&^0o750 != 0 {
		f.bad(subject, fmt.Sprintf("%s has the mode %o; PostgreSQL wants it closed to others", data, st.Mode().Perm()), "chmod 700 "+data)
		return major, false
	}
	f.good(subject, fmt.Sprintf("%s was made by PostgreSQL %d", data, major))
	return major, true
}

// binaries looks for a Postgres that can run the cluster.
func (f *findings) binaries(ctx context.Context, dir string, major int) bool {
	const subject = "PostgreSQL programs"
	b, err := FindBinaries(ctx, major)
	switch {
	case errors.Is(err, ErrNoBinaries):
		f.bad(subject, "there are none", err.Error())
	case err != nil && major != 0:
		f.bad(subject, err.Error(), fmt.Sprintf("install PostgreSQL %d (apt-get install postgresql-%[1]d)", major))
	case err != nil:
		f.bad(subject, err.Error(), "set PGBIN to the folder of postgres and initdb, or leave it empty")
	default:
		if _, b, err = choose(ctx, b, dir); err != nil {
			f.bad(subject, err.Error(), "run the program as an ordinary user")
			return false
		}
		f.good(subject, b.Version+" in "+b.Dir)
	}
	return err == nil
}

// room looks at the disk that a private cluster lies on.
func (f *findings) room(dir string) {
	for dir != filepath.Dir(dir) && ownerOf(dir) < 0 {
		dir = filepath.Dir(dir)
	}
	var st unix.Statfs_t
	if err := unix.Statfs(dir, &st); err != nil {
		f.bad("disk", fmt.Sprintf("%s: %v", dir, err), "look at the disk")
		return
	}
	free, all := st.Bavail*uint64(st.Bsize), max(st.Blocks*uint64(st.Bsize), 1)
	what := fmt.Sprintf("%.1f GB of %.1f GB are free on the disk of %s", float64(free)/1e9, float64(all)/1e9, dir)
	if free < leastRoom {
		f.bad("disk", what, "free some: a full disk stops every write, mail then waits on its server")
		return
	}
	f.good("disk", what)
}

// servers looks at each server that the address names, and says whether one of them takes writes.
func (f *findings) servers(ctx context.Context, url string) bool {
	const subject = "database server"
	cfg, err := pgx.ParseConfig(url)
	if err != nil {
		f.bad(subject, err.Error(), "write it as postgres://user:password@host/database") // pgx hides the password
		return false
	}
	var writable bool
	hosts := map[string]bool{}
	for _, t := range targets(&cfg.Config) {
		_, address := pgconn.NetworkAddress(t.Host, t.Port)
		if hosts[address] {
			continue
		}
		hosts[address] = true
		one := cfg.Copy()
		one.ValidateConnect = nil
		one.Host, one.Port, one.TLSConfig, one.Fallbacks = t.Host, t.Port, t.TLSConfig, nil
		for _, other := range targets(&cfg.Config)[1:] { // the way without TLS, where it is allowed
			if other.Host == t.Host && other.Port == t.Port {
				one.Fallbacks = append(one.Fallbacks, other)
			}
		}
		writable = f.server(ctx, address, one) || writable
	}
	if !writable && len(hosts) > 1 {
		f.bad(subject, "none of them takes writes", "promote a standby, or start the primary")
	}
	return writable
}

// server looks at one and says whether it takes writes.
func (f *findings) server(ctx context.Context, address string, cfg *pgx.ConnConfig) bool {
	const subject = "database server"
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	c, err := pgx.ConnectConfig(ctx, cfg)
	if err != nil {
		f.bad(subject, fmt.Sprintf("%s: %v", address, err), cureOf(err))
		return false
	}
	defer c.Close(context.WithoutCancel(ctx))
	if err := fit(c.PgConn()); err != nil {
		f.bad(subject, fmt.Sprintf("%s: %v", address, err), "upgrade the server, or let the program run its own")
		return false
	}
	var only, behind string
	if err := c.QueryRow(ctx, `select current_setting('transaction_read_only'),
		case when pg_is_in_recovery() then coalesce((now() - pg_last_xact_replay_timestamp())::interval(0)::text, 'unknown') else '' end`).Scan(&only, &behind); err != nil {
		f.bad(subject, fmt.Sprintf("%s: %v", address, err), cureOf(err))
		return false
	}
	what := fmt.Sprintf("%s answers: PostgreSQL %s", address, c.PgConn().ParameterStatus("server_version"))
	switch {
	case behind != "":
		f.good(subject, what+", a standby; its last change is "+behind+" old")
	case only == "on":
		f.bad(subject, what+", but it takes no writes", "alter database … set default_transaction_read_only = off, or give the address of the primary")
	default:
		f.good(subject, what)
	}
	return only == "off"
}

// cureOf is what to do when a connection is refused.
func cureOf(err error) string {
	var pe *pgconn.PgError
	if !errors.As(err, &pe) {
		return "look at the address, the network and whether the server runs"
	}
	switch pe.Code {
	case "28P01", "28000":
		return "look at the user and the password of the address, and at the server's pg_hba.conf"
	case "3D000":
		return "make the database: create database … owner …"
	case "53300":
		return "raise max_connections of the server"
	case "57P03":
		return "wait until the server has started"
	}
	return "look at the server's log"
}

// inside looks at the database itself.
func (f *findings) inside(ctx context.Context, url string, schemas []Schema) {
	c, err := owner(ctx, url)
	if err != nil {
		f.bad("database", err.Error(), cureOf(err))
		return
	}
	defer c.Close(context.WithoutCancel(ctx))
	f.clock(ctx, c)
	if !f.role(ctx, c) {
		return
	}
	f.migrations(ctx, c, schemas)
}

// clock compares this machine's clock with the server's, and that with what it was before.
func (f *findings) clock(ctx context.Context, c *pgx.Conn) {
	const subject = "clock"
	before := time.Now()
	var theirs time.Time
	if err := c.QueryRow(ctx, `select clock_timestamp()`).Scan(&theirs); err != nil {
		f.bad(subject, err.Error(), "look at the server's log")
		return
	}
	after := time.Now()
	const cure = "let both machines follow a time server (timedatectl set-ntp true)"
	switch {
	case theirs.Before(before.Add(-mostSkew)):
		f.bad(subject, fmt.Sprintf("the database server is %v behind this machine", before.Sub(theirs).Round(time.Second)), cure)
	case theirs.After(after.Add(mostSkew)):
		f.bad(subject, fmt.Sprintf("the database server is %v ahead of this machine", theirs.Sub(after).Round(time.Second)), cure)
	default:
		f.good(subject, "this machine and the database agree on "+theirs.UTC().Format(time.RFC3339))
	}
}

// role looks whether the program may run as its role.
func (f *findings) role(ctx context.Context, c *pgx.Conn) bool {
	const subject = "role"
	var member, super bool
	if err := c.QueryRow(ctx, `select coalesce((select pg_has_role(oid, 'member') from pg_roles where rolname = $1), false),
		(select rolsuper from pg_roles where rolname = current_user)`, Role).Scan(&member, &super); err != nil {
		f.bad(subject, err.Error(), "look at the server's log")
		return false
	}
	if !member {
		f.bad(subject, fmt.Sprintf("the role %s is missing or not granted to %s", Role, c.Config().User), "run frontline migrate")
		return false
	}
	what := fmt.Sprintf("%s may run as %s", c.Config().User, Role)
	if super {
		f.bad(subject, what+", but is a superuser", "let the program log in as a role that only owns its database")
		return true
	}
	f.good(subject, what)
	return true
}

// migrations compares what ran with what the program brings.
func (f *findings) migrations(ctx context.Context, c *pgx.Conn, schemas []Schema) {
	const subject = "migrations"
	list, err := steps(schemas)
	if err != nil {
		f.bad(subject, err.Error(), "install the program again")
		return
	}
	var any bool
	if err := c.QueryRow(ctx, `select to_regclass('public.migrations') is not null`).Scan(&any); err != nil {
		f.bad(subject, err.Error(), "look at the server's log")
		return
	}
	if !any {
		f.bad(subject, "none has run", "run frontline migrate, or start the program")
		return
	}
	ran, err := history(ctx, c)
	if err != nil {
		f.bad(subject, err.Error(), "run frontline doctor as the owner of the database")
		return
	}
	if err := agree(list, ran); err != nil {
		f.bad(subject, err.Error(), "install the program that this database belongs to")
		return
	}
	if m := missing(list, ran); len(m) > 0 {
		f.bad(subject, strconv.Itoa(len(m))+" have not run: "+strings.Join(m, ", "), "run frontline migrate, or start the program")
		return
	}
	f.good(subject, fmt.Sprintf("all %d have run", len(list)))
}
