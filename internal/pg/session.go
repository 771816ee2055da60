package pg

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"
)

// settle fills in what both pools have in common.
func (o Options) settle(cfg *pgxpool.Config) {
	cfg.MaxConnLifetime, cfg.MaxConnLifetimeJitter = time.Hour, 10*time.Minute
	cfg.MaxConnIdleTime = 5 * time.Minute
	cfg.PingTimeout = 2 * time.Second
	cfg.AfterConnect = inUTC
	if cfg.ConnConfig.ConnectTimeout == 0 {
		cfg.ConnConfig.ConnectTimeout = 5 * time.Second
	}
	cfg.ConnConfig.DialFunc = dialer.DialContext
	o.session(cfg.ConnConfig.RuntimeParams)
}

// session fills the startup parameters: they cost no round trip and hold for the whole life of a connection.
func (o Options) session(p map[string]string) {
	p["role"] = Role
	if p["application_name"] == "" || o.Name != "" {
		p["application_name"] = name(or(o.Name, "frontline"))
	}
	p["timezone"] = "UTC"
	p["search_path"] = "public"
	// Compiling a plan costs 100 ms and more; the program's statements take a few.
	p["jit"] = "off"
	p["statement_timeout"] = millis(o.Statement, 30*time.Second)
	p["idle_in_transaction_session_timeout"] = millis(o.IdleInTransaction, 15*time.Second)
	p["lock_timeout"] = millis(o.Lock, 5*time.Second)
}

// name cuts an application_name to what Postgres keeps, so that it does not warn.
func name(s string) string { return s[:min(len(s), 63)] }

// inUTC makes timestamptz values arrive in UTC: zones are for the edge.
func inUTC(_ context.Context, c *pgx.Conn) error {
	c.TypeMap().RegisterType(&pgtype.Type{
		Name: "timestamptz", OID: pgtype.TimestamptzOID, Codec: &pgtype.TimestamptzCodec{ScanLocation: time.UTC},
	})
	return nil
}

// explain adds what to do to the refusals that an operator can mend.
func explain(err error) error {
	var pe *pgconn.PgError
	if !errors.As(err, &pe) {
		return err
	}
	switch {
	case (pe.Code == "22023" || pe.Code == "42501") && strings.Contains(pe.Message, "role"): // none, or not granted
		return fmt.Errorf("%w: run frontline migrate, which makes the role %s and grants it to the login", err, Role)
	case pe.Code == "53300":
		return fmt.Errorf("%w: raise max_connections of the server", err)
	}
	return err
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
