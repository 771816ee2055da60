// Package pgtest gives each test a migrated database of its own on a private Postgres that the test binary starts when
// it is first asked and that is gone when the binary is, whatever ended it. No TestMain is needed.
package pgtest

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"frontline/internal/pg"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// New gives the test a database with the schemas' migrations, opened, and dropped when the test ends. Tests that run in
// parallel each have their own. A missing Postgres fails the test; it never skips.
func New(t testing.TB, schemas ...pg.Schema) *pg.DB {
	t.Helper()
	url := URL(t, schemas...)
	db, err := pg.Open(t.Context(), url, pg.Options{Name: t.Name(), ReadConns: 8, WriteConns: 8})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	return db
}

// URL is New without opening: for programs and for what opens pools of its own.
func URL(t testing.TB, schemas ...pg.Schema) string {
	t.Helper()
	s := shared()
	if s.err != nil {
		t.Fatalf("test Postgres: %v", s.err)
	}
	name, err := s.clone(t.Context(), schemas)
	if err != nil {
		t.Fatalf("test database: %v", err)
	}
	t.Cleanup(func() {
		if _, err := s.admin.Exec(context.WithoutCancel(t.Context()), `drop database `+name+` with (force)`); err != nil {
			t.Errorf("drop test database: %v", err)
		}
	})
	return s.url(name)
}

// server is the one Postgres of this test binary.
type server struct {
	cluster *pg.Cluster
	admin   *pgxpool.Pool
	err     error

	mu        sync.Mutex
	templates map[string]*template
	clones    atomic.Int64
}

// template is a migrated database to copy, made once.
type template struct {
	once sync.Once
	err  error
}

var shared = sync.OnceValue(func() *server {
	s := &server{templates: map[string]*template{}}
	s.err = s.start()
	return s
})

func (s *server) start() error {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "frontline-pgtest-")
	if err != nil {
		return err
	}
	s.cluster, err = pg.StartPrivate(ctx, pg.ClusterOptions{
		Dir: filepath.Join(dir, "pg"), Volatile: true, Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
	})
	if err != nil {
		return err
	}
	s.admin, err = pgxpool.New(ctx, s.cluster.AdminURL("postgres")+"&pool_max_conns=4")
	return err
}

// clone copies the template of the schemas, making it when this is its first use.
func (s *server) clone(ctx context.Context, schemas []pg.Schema) (string, error) {
	from := "template_" + pg.Hash(schemas...)
	s.mu.Lock()
	t := s.templates[from]
	if t == nil {
		t = &template{}
		s.templates[from] = t
	}
	s.mu.Unlock()
	t.once.Do(func() {
		if _, t.err = s.admin.Exec(context.WithoutCancel(ctx), `create database `+from+` owner frontline strategy file_copy`); t.err == nil {
			t.err = pg.Migrate(context.WithoutCancel(ctx), s.url(from), schemas...)
		}
	})
	if t.err != nil {
		return "", t.err
	}
	name := fmt.Sprintf("test_%d", s.clones.Add(1))
	_, err := s.admin.Exec(ctx, `create database `+name+` template `+pgx.Identifier{from}.Sanitize()+` owner frontline strategy file_copy`)
	return name, err
}

func (s *server) url(name string) string {
	cfg, err := pgx.ParseConfig(s.cluster.URL())
	if err != nil {
		panic(err) // the cluster's own address
	}
	return fmt.Sprintf("postgres:///%s?host=%s&user=%s", name, cfg.Host, cfg.User)
}
