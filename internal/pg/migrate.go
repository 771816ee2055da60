package pg

import (
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// Schema is one module's migrations: files NNN_name.sql at the root of Files, applied in the order of their names.
// A file that ran is history and must not change.
type Schema struct {
	Module string
	Files  fs.FS
}

//go:embed migrations/*.sql
var files embed.FS

// base holds what every module's migrations may call, such as grant_app. It always runs first.
func base() Schema {
	f, err := fs.Sub(files, "migrations")
	if err != nil {
		panic(err) // the folder is embedded, its name is right or nothing works
	}
	return Schema{Module: "pg", Files: f}
}

// ErrNewer says that the database was migrated by a newer program than this one.
var ErrNewer = errors.New("database is newer than this program")

// ErrRole says that the role the program runs as is missing and may not be made by the login role.
var ErrRole = errors.New("database role " + Role + " cannot be made")

// migrationLock is the advisory lock of Migrate: "frontlin" in ASCII. Advisory locks are per database.
const migrationLock = 0x66726f6e746c696e

// step is one migration file.
type step struct{ module, name, sql, sum string }

func (s step) id() string { return s.module + "/" + s.name }

// steps lists the files of the schemas in the order in which they run, the base module first.
func steps(schemas []Schema) ([]step, error) {
	var out []step
	seen := map[string]bool{}
	for _, s := range append([]Schema{base()}, schemas...) {
		if seen[s.Module] {
			return nil, fmt.Errorf("migrations of module %q are listed twice", s.Module)
		}
		seen[s.Module] = true
		names, err := fs.Glob(s.Files, "*.sql")
		if err != nil {
			return nil, fmt.Errorf("migrations of %s: %w", s.Module, err)
		}
		if len(names) == 0 {
			return nil, fmt.Errorf("module %q has no *.sql at the root of its files", s.Module)
		}
		slices.Sort(names)
		numbers := map[string]string{}
		for _, n := range names {
			number, _, ok := strings.Cut(n, "_")
			if !ok || len(number) != 3 || strings.Trim(number, "0123456789") != "" {
				return nil, fmt.Errorf("migration %s/%s: want a name like 001_what.sql", s.Module, n)
			}
			if other := numbers[number]; other != "" {
				return nil, fmt.Errorf("migrations %s/%s and %s have the same number", s.Module, other, n)
			}
			numbers[number] = n
			b, err := fs.ReadFile(s.Files, n)
			if err != nil {
				return nil, fmt.Errorf("migration %s/%s: %w", s.Module, n, err)
			}
			sum := sha256.Sum256(b)
			out = append(out, step{s.Module, n, string(b), hex.EncodeToString(sum[:])})
		}
	}
	return out, nil
}

// Hash names a set of migrations by their content. It panics on a set that Migrate would refuse, which is a
// programming fault.
func Hash(schemas ...Schema) string {
	list, err := steps(schemas)
	if err != nil {
		panic(err)
	}
	h := sha256.New()
	for _, s := range list {
		fmt.Fprintln(h, s.module, s.name, s.sum)
	}
	return hex.EncodeToString(h.Sum(nil))[:16]
}

// Migrate brings the database at url up to date: first this package's own migrations, then each schema's in the order
// given. It connects as the owner of the database (not as Role), makes Role when it is missing, takes an advisory lock
// so that several programs may start at once, and runs each file in its own transaction with the row that records it.
// It refuses a database that a newer program has migrated (ErrNewer), and one in which a file ran that has since been changed.
func Migrate(ctx context.Context, url string, schemas ...Schema) error {
	list, err := steps(schemas)
	if err != nil {
		return err
	}
	c, err := owner(ctx, url)
	if err != nil {
		return err
	}
	defer c.Close(context.WithoutCancel(ctx))
	if _, err := c.Exec(ctx, `select pg_advisory_lock($1)`, int64(migrationLock)); err != nil {
		return fmt.Errorf("wait for another migration: %w", err)
	}
	if err := prepare(ctx, c); err != nil {
		return err
	}
	ran, err := history(ctx, c)
	if err != nil {
		return err
	}
	if err := agree(list, ran); err != nil {
		return err
	}
	for _, s := range list {
		if _, done := ran[s.id()]; done {
			continue
		}
		if err := run(ctx, c, s); err != nil {
			return fmt.Errorf("migration %s: %w", s.id(), err)
		}
	}
	return nil
}

// owner connects as the login role, with no statement limit: a migration may rewrite a large table.
func owner(ctx context.Context, url string) (*pgx.Conn, error) {
	cfg, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("database url: %w", err)
	}
	p := cfg.RuntimeParams
	p["application_name"] = "frontline migrate"
	p["timezone"] = "UTC"
	p["search_path"] = "public"
	p["client_min_messages"] = "warning"
	p["idle_in_transaction_session_timeout"] = millis(0, time.Minute)
	toPrimary(&cfg.Config)
	c, err := pgx.ConnectConfig(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	if err := fit(c.PgConn()); err != nil {
		return nil, errors.Join(err, c.Close(ctx))
	}
	return c, nil
}

// fit refuses a server that the program's SQL does not run on.
func fit(c *pgconn.PgConn) error {
	version := c.ParameterStatus("server_version") // "15.18 (Debian …)", "18beta1"
	var major int
	if _, err := fmt.Sscanf(version, "%d", &major); err != nil || major < leastMajor {
		return fmt.Errorf("the server is PostgreSQL %s, %d is the least", version, leastMajor)
	}
	if e := c.ParameterStatus("server_encoding"); e != "UTF8" {
		return fmt.Errorf("the database has the encoding %s: make it anew with create database … encoding 'UTF8' template template0", e)
	}
	return nil
}

// prepare makes what stands outside the numbered files because a restored dump may lack it: the role, which belongs to
// the whole cluster, and the rights on this database.
func prepare(ctx context.Context, c *pgx.Conn) error {
	if _, err := c.Exec(ctx, makeRole); err != nil {
		var pe *pgconn.PgError
		if errors.As(err, &pe) && pe.Code == "42501" {
			return fmt.Errorf("%w: %s. As an administrator of the server run: create role %s nologin; grant %[3]s to %[4]s;",
				ErrRole, pe.Message, Role, pgx.Identifier{c.Config().User}.Sanitize())
		}
		return fmt.Errorf("role %s: %w", Role, err)
	}
	if _, err := c.Exec(ctx, closeToPublic); err != nil {
		return fmt.Errorf("rights on the database: %w", err)
	}
	return nil
}

// makeRole is safe while other databases of the cluster do the same: the loser of a race finds the role made.
const makeRole = `do $$
begin
	for try in 1..10 loop
		begin
			if not exists (select from pg_roles where rolname = '` + Role + `') then
				create role ` + Role + ` nologin;
			end if;
			if not pg_has_role(current_user, '` + Role + `', 'member') then
				execute format('grant ` + Role + ` to %I', current_user);
			end if;
			return;
		exception when duplicate_object or unique_violation or internal_error then
			-- another database's migration was first ("tuple concurrently updated" is an internal error)
			perform pg_sleep(0.02 * try);
		end;
	end loop;
	raise exception 'the role could not be made in ten tries';
end $$`

// closeToPublic takes from everybody what Postgres gives to everybody, and makes the list of migrations.
const closeToPublic = `do $$
begin
	if has_database_privilege('public', current_database(), 'temporary')
		and pg_has_role(current_user, (select datdba from pg_database where datname = current_database()), 'usage') then
		execute format('revoke all on database %I from public', current_database());
		execute format('grant connect on database %I to ` + Role + `', current_database());
	end if;
	revoke all on schema public from public;
	grant usage on schema public to ` + Role + `;
	create table if not exists migrations (
		module text not null,
		name   text not null,
		sha256 text not null,
		at     timestamptz not null default now(),
		primary key (module, name)
	);
	grant select on migrations to ` + Role + `;
end $$`

// querier is a connection or a pool.
type querier interface {
	Query(context.Context, string, ...any) (pgx.Rows, error)
}

// history is what ran: "module/name" to checksum.
func history(ctx context.Context, q querier) (map[string]string, error) {
	rows, err := q.Query(ctx, `select module || '/' || name, sha256 from migrations`)
	if err != nil {
		return nil, fmt.Errorf("list migrations: %w", err)
	}
	ran := map[string]string{}
	var name, sum string
	if _, err := pgx.ForEachRow(rows, []any{&name, &sum}, func() error {
		ran[name] = sum
		return nil
	}); err != nil {
		return nil, fmt.Errorf("list migrations: %w", err)
	}
	return ran, nil
}

// Ready returns nil when the database answers and every migration of the schemas has run on it. A newer program's that
// have run do not matter here: the previous version goes on working while nodes are replaced one by one.
func (db *DB) Ready(ctx context.Context, schemas ...Schema) error {
	list, err := steps(schemas)
	if err != nil {
		return err
	}
	ran, err := history(ctx, db.Read)
	if err != nil {
		return err
	}
	if m := missing(list, ran); len(m) > 0 {
		return fmt.Errorf("migrations have not run: %s", strings.Join(m, ", "))
	}
	return nil
}

// missing lists the steps that have not run.
func missing(list []step, ran map[string]string) (out []string) {
	for _, s := range list {
		if _, done := ran[s.id()]; !done {
			out = append(out, s.id())
		}
	}
	return out
}

// agree compares what the program brings with what the database says ran.
func agree(list []step, ran map[string]string) error {
	known := map[string]string{}
	for _, s := range list {
		known[s.id()] = s.sum
	}
	var unknown, changed []string
	for name, sum := range ran {
		switch have, ok := known[name]; {
		case !ok:
			unknown = append(unknown, name)
		case have != sum:
			changed = append(changed, name)
		}
	}
	slices.Sort(unknown)
	slices.Sort(changed)
	if len(unknown) > 0 {
		return fmt.Errorf("%w: it has run %s, which this program does not know; install the newer program",
			ErrNewer, strings.Join(unknown, ", "))
	}
	if len(changed) > 0 {
		return fmt.Errorf("migration changed after it ran: %s; put the file back and add a new one", strings.Join(changed, ", "))
	}
	return nil
}

// run applies one file and records it, both or neither.
func run(ctx context.Context, c *pgx.Conn, s step) error {
	return pgx.BeginFunc(ctx, c, func(tx pgx.Tx) error {
		// The simple protocol takes many statements at once.
		if _, err := tx.Conn().PgConn().Exec(ctx, s.sql).ReadAll(); err != nil {
			return at(err, s.sql)
		}
		_, err := tx.Exec(ctx, `insert into migrations (module, name, sha256) values ($1, $2, $3)`, s.module, s.name, s.sum)
		return err
	})
}

// at adds the line of the file to an error that has a position.
func at(err error, sql string) error {
	var pe *pgconn.PgError
	if !errors.As(err, &pe) || pe.Position < 1 {
		return err
	}
	r := []rune(sql)
	line := 1 + strings.Count(string(r[:min(int(pe.Position)-1, len(r))]), "\n")
	return fmt.Errorf("line %d: %w", line, err)
}
