// Package pg opens the one Postgres: its own private cluster or a given address, migrated, by pools that refuse a
// write unless it comes through the write pool. It knows nothing of what the tables mean.
package pg

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Role is the database role every pooled connection runs as. It cannot log in and owns nothing, so that row-level
// security and insert-only tables bind the program although the login role owns the tables.
const Role = "frontline_app"

// DB is the program's way to its database.
type DB struct {
	// Read holds connections whose transactions are read-only by default: a write on one fails with SQLSTATE 25006.
	Read *pgxpool.Pool
	// URL is the address that was opened, secrets included: never log it.
	URL string

	write *pgxpool.Pool
	guard *guard // nil unless the URL names several servers
}

// Options are the pools' settings. The zero value is what a server on a small machine wants; a negative duration
// switches that limit off.
type Options struct {
	Name string       // application_name in pg_stat_activity; "frontline" when empty
	Log  *slog.Logger // what happens to servers; slog.Default when nil

	ReadConns  int32 // most connections of the read pool; 16 when 0
	WriteConns int32 // most connections of the write pool; 16 when 0

	Statement         time.Duration // longest statement; 30 s when 0
	IdleInTransaction time.Duration // longest silence inside a transaction; 15 s when 0
	Lock              time.Duration // longest wait for one lock; 5 s when 0
}

// Open connects to a migrated database. It returns only after both pools answered once, so that a wrong address, a
// wrong password or a missing role is said here and not by the first request.
//
// Where the URL names several servers, both pools use the one that is primary, whatever target_session_attrs says, and
// a server that hangs loses its connections within two seconds.
func Open(ctx context.Context, url string, o Options) (_ *DB, err error) {
	o.Log = or(o.Log, slog.Default())
	cfg, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("database url: %w", err)
	}
	db := &DB{URL: url}
	defer func() {
		if err != nil {
			db.Close()
		}
	}()
	if several(&cfg.ConnConfig.Config) {
		db.guard = newGuard(&cfg.ConnConfig.Config, o.Log)
	}
	if db.Read, err = db.pool(ctx, o.reading(cfg)); err != nil {
		return nil, err
	}
	if db.write, err = db.pool(ctx, o.writing(cfg, &db.write)); err != nil {
		return nil, err
	}
	return db, nil
}

// Write is the pool whose transactions may write. Only the gate (internal/authority) and the job queue (internal/job)
// call it; a test in internal/arch holds everybody else to the gate.
func (db *DB) Write() *pgxpool.Pool { return db.write }

// Connect makes a connection of its own, outside the pools, with the settings of the read pool: to LISTEN on, or to hold
// a lock. The caller closes it.
func (db *DB) Connect(ctx context.Context) (*pgx.Conn, error) {
	c, err := pgx.ConnectConfig(ctx, db.Read.Config().ConnConfig)
	if err != nil {
		return nil, fmt.Errorf("connect to the database: %w", err)
	}
	return c, inUTC(ctx, c)
}

// Close closes both pools and waits for borrowed connections to come back.
func (db *DB) Close() {
	for _, p := range []*pgxpool.Pool{db.write, db.Read} {
		if p != nil {
			p.Close()
		}
	}
	if db.guard != nil {
		db.guard.close()
	}
}

// pool makes a pool and proves that it can connect.
func (db *DB) pool(ctx context.Context, cfg *pgxpool.Config) (*pgxpool.Pool, error) {
	if db.guard != nil {
		db.guard.attach(&cfg.ConnConfig.Config)
	}
	p, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("database pool: %w", err)
	}
	if err := p.Ping(ctx); err != nil {
		p.Close()
		return nil, fmt.Errorf("open database: %w", explain(err))
	}
	return p, nil
}

// reading is the read pool's configuration.
func (o Options) reading(cfg *pgxpool.Config) *pgxpool.Config {
	cfg = cfg.Copy()
	cfg.MaxConns = or(o.ReadConns, 16)
	o.settle(cfg)
	cfg.ConnConfig.RuntimeParams["default_transaction_read_only"] = "on"
	cfg.ConnConfig.ValidateConnect = nil
	if several(&cfg.ConnConfig.Config) {
		// read-write, which the URL may ask for, is never true of a session that is read-only by default.
		cfg.ConnConfig.ValidateConnect = pgconn.ValidateConnectTargetSessionAttrsPrimary
	}
	return cfg
}

// writing is the write pool's configuration. pool is where the pool will be when a connection first answers.
func (o Options) writing(cfg *pgxpool.Config, pool **pgxpool.Pool) *pgxpool.Config {
	cfg = cfg.Copy()
	cfg.MaxConns = or(o.WriteConns, 16)
	o.settle(cfg)
	toPrimary(&cfg.ConnConfig.Config)
	fatal := cfg.ConnConfig.OnPgError
	cfg.ConnConfig.OnPgError = func(c *pgconn.PgConn, e *pgconn.PgError) bool {
		if e.Code == readOnly {
			// The server has become a standby, or always was one behind an address that moved: this connection and
			// its neighbours will never write again. New ones ask for the way anew.
			(*pool).Reset()
			return false
		}
		return fatal(c, e)
	}
	return cfg
}

// readOnly is the SQLSTATE read_only_sql_transaction.
const readOnly = "25006"

// toPrimary makes a configuration that names several servers connect to the one that takes writes.
func toPrimary(cfg *pgconn.Config) {
	cfg.ValidateConnect = nil // with one server: let it say itself what is wrong
	if several(cfg) {
		cfg.ValidateConnect = pgconn.ValidateConnectTargetSessionAttrsReadWrite
	}
}

// several says whether a configuration names more than one server.
func several(cfg *pgconn.Config) bool {
	seen := map[string]bool{}
	for _, t := range targets(cfg) {
		_, address := pgconn.NetworkAddress(t.Host, t.Port)
		seen[address] = true
	}
	return len(seen) > 1
}

// targets are all the ways that a configuration tries: each host with and without TLS where it allows both.
func targets(cfg *pgconn.Config) []*pgconn.FallbackConfig {
	first := &pgconn.FallbackConfig{Host: cfg.Host, Port: cfg.Port, TLSConfig: cfg.TLSConfig}
	return append([]*pgconn.FallbackConfig{first}, cfg.Fallbacks...)
}
