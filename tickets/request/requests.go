// Package request is the service request beside its conversation: the words a house has for its parts, how it is numbered, what is
// done for it on site or at the bench, and how content the customer was. It stands on tickets, which it tells what was done.
package request

import (
	"errors"
	"fmt"

	"frontline/internal/authority"
	"frontline/internal/fault"
	"frontline/tickets"

	"github.com/jackc/pgx/v5"
)

// Requests reads and changes what belongs to service requests.
type Requests struct {
	gate    *authority.Gate
	tickets *tickets.Tickets
}

// New makes Requests.
func New(gate *authority.Gate, t *tickets.Tickets) *Requests { return &Requests{gate, t} }

func wrap(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", what, err)
}

// missing makes a row that is not there, or not seen, fault.NotFound.
func missing(err error, what string) error {
	if errors.Is(err, pgx.ErrNoRows) {
		return fault.New(fault.NotFound, "not_found", "what", what)
	}
	return wrap(what, err)
}
