package tickets

import (
	"time"

	"frontline/internal/authority"
)

// ListSQL is the statement of a list, for a test of its plan.
func ListSQL(f Filter, by authority.Actor) (string, []any, error) { return f.query(by) }

// SawClock makes a node believe that it has seen the database's clock so far.
func SawClock(t *Tickets, at time.Time) { t.dial.wentBack(at) }
