package authority

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"frontline/internal/plain"

	"github.com/jackc/pgx/v5"
)

// wait ends a transaction whose act a higher tier must say yes to.
type wait struct {
	act  Act
	tier int
}

func (w *wait) Error() string { return w.act.Name + " waits for approval" }

// denied ends a transaction whose act its actor may not do.
type denied struct{ act Act }

func (d *denied) Error() string { return d.act.Name + " is denied" }

// keepApproval keeps the request for an act that a higher tier must say yes to. Under an
// idempotency key there is one request, however often it is sent.
func (g *Gate) keepApproval(ctx context.Context, by Actor, w *wait) error {
	args, err := json.Marshal(w.act.Args)
	if err != nil {
		return fmt.Errorf("approval for %s: %w", w.act.Name, err)
	}
	need := &NeedsApproval{Tier: w.tier}
	key := keyOf(ctx)
	amount, currency := w.act.amount()
	err = g.begin(ctx, func(tx pgx.Tx) error {
		if key.Key != "" {
			if err := claim(ctx, tx, by, key); err != nil {
				return err
			}
		}
		if err := tx.QueryRow(ctx, `insert into approvals (agent_id, act, object, amount, currency, percent, reason, args, tier)
			values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning id`,
			by.ID, w.act.Name, w.act.Object, amount, currency, w.act.percent(), w.act.Reason, args, w.tier).Scan(&need.ID); err != nil {
			return err
		}
		if key.Key != "" {
			if _, err := tx.Exec(ctx, `insert into idempotency (actor, key, hash, approval_id) values ($1, $2, $3, $4)`,
				by.String(), key.Key, key.Hash, need.ID); err != nil {
				return err
			}
		}
		return writeTrail(ctx, tx, by, []trail{{w.act, ask}}, []note{{"approval.asked", fmt.Sprint("approval:", need.ID), []string{"approvals"}}})
	})
	if err != nil {
		return fmt.Errorf("keep the request for approval: %w", err)
	}
	g.unsealed.Store(true)
	g.o.Poke()
	return need
}

// recordDenial audits a try that was refused. It cannot be part of the refused transaction; that
// a denial goes unrecorded when the database is lost at that very moment is accepted.
func (g *Gate) recordDenial(ctx context.Context, by Actor, a Act) {
	if !a.sane() {
		// No column has room for such numbers.
		a.Money, a.Percent, a.Reason = nil, hundred.Sub(hundred), plain.Text("an amount or percentage that is none; "+a.Reason, maxReason)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer cancel()
	err := g.begin(ctx, func(tx pgx.Tx) error { return writeTrail(ctx, tx, by, []trail{{a, deny}}, nil) })
	if err != nil && !errors.Is(err, context.Canceled) {
		slog.WarnContext(ctx, "denial not audited", "actor", by.String(), "act", a.Name, "err", err)
		return
	}
	g.unsealed.Store(true)
}
