package tickets

import "frontline/internal/authority"

// ListSQL is the statement of a list, for a test of its plan.
func ListSQL(f Filter, by authority.Actor) (string, []any, error) { return f.query(by) }
