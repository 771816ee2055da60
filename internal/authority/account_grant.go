package authority

import (
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"strings"

	"frontline/internal/fault"
)

// NewPassword is one that can be read out: 20 letters and digits, 100 bits.
func NewPassword() string {
	s := strings.ToLower(rand.Text()[:20])
	return s[:5] + "-" + s[5:10] + "-" + s[10:15] + "-" + s[15:]
}

// giver is who hands rights out. The program itself has no bounds.
type giver struct {
	program bool
	roles   []string
	tier    int
}

func readGiver(ctx context.Context, tx *Tx) (giver, error) {
	g := giver{program: tx.By.Kind == Program}
	if g.program {
		return g, nil
	}
	if err := tx.QueryRow(ctx, `select roles, tier from agents where id = $1`, tx.By.ID).Scan(&g.roles, &g.tier); err != nil {
		return g, fmt.Errorf("who gives rights: %w", err)
	}
	return g, nil
}

// holds says whether the giver has all of these roles; an administrator has every one.
func (g giver) holds(roles []string) bool {
	return g.program || slices.Contains(g.roles, RoleAdmin) ||
		!slices.ContainsFunc(roles, func(r string) bool { return !slices.Contains(g.roles, r) })
}

// give refuses to make somebody more than the giver is: roles beyond the giver's own, or a higher tier than both
// the giver's and the one he has already. Else who may give rights could have all of them through somebody else.
func (g giver) give(hadTier int, roles []string, tier int) error {
	switch {
	case !g.holds(roles):
		return fault.New(fault.Forbidden, "above_own_roles")
	case !g.program && tier > max(g.tier, hadTier):
		return fault.New(fault.Forbidden, "above_own_tier", "tier", g.tier)
	}
	return nil
}

// reach refuses to touch the account of somebody who has roles that the giver lacks: a password set for him would be
// those roles.
func reach(ctx context.Context, tx *Tx, roles []string) error {
	g, err := readGiver(ctx, tx)
	if err == nil && !g.holds(roles) {
		err = fault.New(fault.Forbidden, "above_own_roles")
	}
	return err
}

// May lists the acts that some role of the actor may do, in order: what a screen may offer. Limits, and whose a thing
// is, are asked where the act is done.
func (a *Accounts) May(ctx context.Context, by Actor) (acts []string, err error) {
	err = a.gate.View(ctx, by, func(q Query) error {
		return q.QueryRow(ctx, `select array(select distinct r.act from rights r join agents a on r.role = any (a.roles)
			where a.id = my_agent() order by r.act)`).Scan(&acts)
	})
	return acts, err
}
