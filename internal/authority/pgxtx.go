package authority

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// The rest of pgx.Tx. A statement before the first Allow begins nothing and is refused, because
// it would run in a transaction of its own; so is the whole transaction then, even where the
// command drops the error.

var (
	errNoAllow = errors.New("a statement before Allow")
	errNested  = errors.New("a transaction never nests")
	errGate    = errors.New("only the gate ends a transaction")
	errDropped = errors.New("a statement failed and the command went on")
)

// Begin refuses: a transaction never nests.
func (tx *Tx) Begin(context.Context) (pgx.Tx, error) { return nil, errNested }

// Commit refuses: the gate commits.
func (tx *Tx) Commit(context.Context) error { return errGate }

// Rollback refuses: return an error to roll back.
func (tx *Tx) Rollback(context.Context) error { return errGate }

// Conn is the connection; River's driver asks for it.
func (tx *Tx) Conn() *pgx.Conn { return tx.conn }

// LargeObjects are not used.
func (tx *Tx) LargeObjects() pgx.LargeObjects { return pgx.LargeObjects{} }

// ready refuses a statement that has no transaction to be in.
func (tx *Tx) ready() error {
	if !tx.begun && tx.failed == nil {
		tx.failed = errNoAllow
	}
	return tx.failed
}

// Exec runs a statement in the transaction.
func (tx *Tx) Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error) {
	if err := tx.ready(); err != nil {
		return pgconn.CommandTag{}, err
	}
	return tx.conn.Exec(ctx, sql, args...)
}

// Query runs a query in the transaction.
func (tx *Tx) Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error) {
	if err := tx.ready(); err != nil {
		return nil, err
	}
	return tx.conn.Query(ctx, sql, args...)
}

// QueryRow runs a query of one row in the transaction.
func (tx *Tx) QueryRow(ctx context.Context, sql string, args ...any) pgx.Row {
	if err := tx.ready(); err != nil {
		return noRow{err}
	}
	return tx.conn.QueryRow(ctx, sql, args...)
}

type noRow struct{ err error }

func (r noRow) Scan(...any) error { return r.err }

// SendBatch sends statements in one round trip.
func (tx *Tx) SendBatch(ctx context.Context, b *pgx.Batch) pgx.BatchResults {
	if err := tx.ready(); err != nil {
		return noResults{err}
	}
	return tx.conn.SendBatch(ctx, b)
}

type noResults struct{ err error }

func (r noResults) Exec() (pgconn.CommandTag, error) { return pgconn.CommandTag{}, r.err }
func (r noResults) Query() (pgx.Rows, error)         { return nil, r.err }
func (r noResults) QueryRow() pgx.Row                { return noRow(r) }
func (r noResults) Close() error                     { return r.err }
func (r noResults) Tx() pgx.Tx                       { return nil }

// CopyFrom copies rows into a table.
func (tx *Tx) CopyFrom(ctx context.Context, table pgx.Identifier, columns []string, rows pgx.CopyFromSource) (int64, error) {
	if err := tx.ready(); err != nil {
		return 0, err
	}
	return tx.conn.CopyFrom(ctx, table, columns, rows)
}

// Prepare prepares a statement on the connection.
func (tx *Tx) Prepare(ctx context.Context, name, sql string) (*pgconn.StatementDescription, error) {
	if err := tx.ready(); err != nil {
		return nil, err
	}
	return tx.conn.Prepare(ctx, name, sql)
}
