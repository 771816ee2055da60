package authority

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// The rest of pgx.Tx. A statement before the first Allow begins nothing and is refused, because
// it would run in a transaction of its own.

var (
	errNoAllow = errors.New("a statement before Allow")
	errNested  = errors.New("a transaction never nests")
	errGate    = errors.New("only the gate ends a transaction")
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

// Exec runs a statement in the transaction.
func (tx *Tx) Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error) {
	if !tx.begun {
		return pgconn.CommandTag{}, errNoAllow
	}
	return tx.conn.Exec(ctx, sql, args...)
}

// Query runs a query in the transaction.
func (tx *Tx) Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error) {
	if !tx.begun {
		return nil, errNoAllow
	}
	return tx.conn.Query(ctx, sql, args...)
}

// QueryRow runs a query of one row in the transaction.
func (tx *Tx) QueryRow(ctx context.Context, sql string, args ...any) pgx.Row {
	if !tx.begun {
		return noRow{}
	}
	return tx.conn.QueryRow(ctx, sql, args...)
}

type noRow struct{}

func (noRow) Scan(...any) error { return errNoAllow }

// SendBatch sends statements in one round trip.
func (tx *Tx) SendBatch(ctx context.Context, b *pgx.Batch) pgx.BatchResults {
	if !tx.begun {
		// A batch outside a transaction would commit by itself; an empty one answers every read with an error.
		return tx.conn.SendBatch(ctx, &pgx.Batch{})
	}
	return tx.conn.SendBatch(ctx, b)
}

// CopyFrom copies rows into a table.
func (tx *Tx) CopyFrom(ctx context.Context, table pgx.Identifier, columns []string, rows pgx.CopyFromSource) (int64, error) {
	if !tx.begun {
		return 0, errNoAllow
	}
	return tx.conn.CopyFrom(ctx, table, columns, rows)
}

// Prepare prepares a statement on the connection.
func (tx *Tx) Prepare(ctx context.Context, name, sql string) (*pgconn.StatementDescription, error) {
	return tx.conn.Prepare(ctx, name, sql)
}
