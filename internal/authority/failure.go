package authority

import (
	"context"
	"errors"
	"io"
	"net"

	"frontline/internal/fault"

	"github.com/jackc/pgx/v5/pgconn"
)

// lostRace says that a transaction failed because of another, and may succeed if it runs again.
func lostRace(err error) bool {
	var p *pgconn.PgError
	return errors.As(err, &p) && (p.Code == "40001" || p.Code == "40P01")
}

// lostServer says that the connection, or what is at its other end, can no longer do what a write needs, and that a
// new connection may at once.
func lostServer(err error) bool {
	if pgconn.Timeout(err) {
		return false
	}
	var p *pgconn.PgError
	if errors.As(err, &p) {
		switch p.Code {
		case "25006", // it has become a standby
			"57P01", "57P02", "57P03", // it stops, crashed, starts
			"25P03": // it thought us gone
			return true
		}
		return p.Code[:2] == "08"
	}
	var c *pgconn.ConnectError
	var n net.Error
	return errors.As(err, &c) || errors.As(err, &n) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed)
}

// failure tells the caller what ended a transaction: fault.Unavailable for all that another time or server would mend,
// fault.Invalid for a value that no column takes and that the edge should have refused. Other errors pass.
func failure(err error) error {
	var f *fault.Fault
	if err == nil || errors.As(err, &f) {
		return err
	}
	if lostServer(err) || lostRace(err) || pgconn.Timeout(err) || errors.Is(err, context.DeadlineExceeded) {
		return &fault.Fault{Kind: fault.Unavailable, Code: "database_unavailable", Err: err}
	}
	var p *pgconn.PgError
	if !errors.As(err, &p) {
		return err
	}
	switch p.Code {
	case "22001", "22003", "22008", "22021", "22P05", "23514": // too long, out of range, NUL, a check
		return &fault.Fault{Kind: fault.Invalid, Code: "invalid", Err: err}
	case "53100": // no room; nobody mends it by trying again
		return &fault.Fault{Kind: fault.Unavailable, Code: "database_full", Err: err}
	case "55P03": // waited too long for a lock
		return &fault.Fault{Kind: fault.Unavailable, Code: "database_unavailable", Err: err}
	}
	switch p.Code[:2] {
	case "53", "57", "58": // no resources, an operator, its disk
		return &fault.Fault{Kind: fault.Unavailable, Code: "database_unavailable", Err: err}
	}
	return err
}
