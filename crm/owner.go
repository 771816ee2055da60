package crm

import (
	"context"

	"frontline/internal/authority"
)

// Holder is whose customer an account is: an agent's, a team's, or nobody's (both 0).
type Holder struct{ Agent, Team int64 }

// Owner says whose customer an account is; nobody's where there is no such account. A part.
func Owner(ctx context.Context, q authority.Query, account int64) (Holder, error) {
	var h Holder
	err := q.QueryRow(ctx, `select coalesce(max(owner_id), 0), coalesce(max(owner_team_id), 0) from accounts where id = $1`, account).Scan(&h.Agent, &h.Team)
	return h, wrap("owner of the account", err)
}
