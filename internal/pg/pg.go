// Package pg opens the one Postgres: its own private cluster or a given address, migrated, by pools that refuse a
// write unless it comes through the write pool. It knows nothing of what the tables mean.
package pg

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
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
}

// Options are the pools' settings. The zero value is what a server on a small machine wants; a negative duration
// switches that limit off.
type Options struct {
	Name string // application_name in pg_stat_activity; "frontline" when empty

	ReadConns  int32 // most connections of the read pool; 16 when 0
	WriteConns int32 // most connections of the write pool; 16 when 0

	Statement         time.Duration // longest statement; 30 s when 0
	IdleInTransaction time.Duration // longest silence inside a transaction; 15 s when 0
	Lock              time.Duration // longest wait for one lock; 5 s when 0
}

// Open connects to a migrated database. It returns only after both pools answered once, so that a wrong address,
// password or missing role is said here and not by the first request.
func Open(ctx context.Context, url string, o Options) (*DB, error) {
	read, err := o.pool(ctx, url, o.ReadConns, true)
	if err != nil {
		return nil, err
	}
	write, err := o.pool(ctx, url, o.WriteConns, false)
	if err != nil {
		read.Close()
		return nil, err
	}
	return &DB{Read: read, write: write, URL: url}, nil
}

// Write is the pool whose transactions may write. Only the gate (internal/authority) and the job queue (internal/job)
// call it; a test in internal/arch holds everybody else to the gate.
func (db *DB) Write() *pgxpool.Pool { return db.write }

// Close closes both pools and waits for borrowed connections to come back.
func (db *DB) Close() {
	db.write.Close()
	db.Read.Close()
}

// pool makes one pool and proves that it can connect.
func (o Options) pool(ctx context.Context, url string, conns int32, readOnly bool) (*pgxpool.Pool, error) {
	cfg, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("database url: %w", err)
	}
	cfg.MaxConns = or(conns, 16)
	o.session(cfg.ConnConfig.RuntimeParams)
	if readOnly {
		cfg.ConnConfig.RuntimeParams["default_transaction_read_only"] = "on"
	}
	cfg.AfterConnect = inUTC
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("database pool: %w", err)
	}
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		return nil, fmt.Errorf("open database: %w", err)
	}
	return pool, nil
}

// session fills the startup parameters: they cost no round trip and hold for the whole life of a connection.
func (o Options) session(p map[string]string) {
	p["role"] = Role
	if p["application_name"] == "" || o.Name != "" {
		p["application_name"] = or(o.Name, "frontline")
	}
	p["timezone"] = "UTC"
	p["search_path"] = "public"
	// Compiling a plan costs 100 ms and more; the program's statements take a few.
	p["jit"] = "off"
	p["statement_timeout"] = millis(o.Statement, 30*time.Second)
	p["idle_in_transaction_session_timeout"] = millis(o.IdleInTransaction, 15*time.Second)
	p["lock_timeout"] = millis(o.Lock, 5*time.Second)
}

// inUTC makes timestamptz values arrive in UTC: zones are for the edge.
func inUTC(_ context.Context, c *pgx.Conn) error {
	c.TypeMap().RegisterType(&pgtype.Type{
		Name: "timestamptz", OID: pgtype.TimestamptzOID, Codec: &pgtype.TimestamptzCodec{ScanLocation: time.UTC},
	})
	return nil
}

// millis is d for a Postgres timeout setting, where 0 means no limit.
func millis(d, zero time.Duration) string {
	switch {
	case d < 0:
		return "0"
	case d == 0:
		d = zero
	}
	return strconv.FormatInt(max(d.Milliseconds(), 1), 10)
}

func or[T comparable](v, zero T) T {
	var none T
	if v == none {
		return zero
	}
	return v
}
