package tickets

import (
	"context"
	"errors"
	"fmt"
	"time"

	"frontline/crm/assets"
	"frontline/crm/contracts"
	"frontline/internal/authority"
	"frontline/internal/fault"
	"frontline/internal/web"

	"github.com/jackc/pgx/v5"
)

// assetChange is what the choice of a machine, or of none, makes of a ticket.
type assetChange struct {
	asset, contract *int64
	account         *int64 // whose the machine is
	covered         string
}

// chooseAsset looks up what the customer is entitled to for a machine now; 0 is none. A machine that is not there is
// fault.Invalid.
func chooseAsset(ctx context.Context, tx *authority.Tx, asset int64) (c assetChange, err error) {
	if asset == 0 {
		return c, nil
	}
	account, found, err := assets.Known(ctx, tx, asset)
	if err != nil {
		return c, err
	}
	if !found {
		return c, fault.BadField("asset_id", "unknown_asset")
	}
	e, err := contracts.Entitled(ctx, tx, contracts.Asked{Asset: asset, At: tx.Now()})
	if err != nil {
		return c, err
	}
	c = assetChange{asset: &asset, account: &account, covered: e.Basis}
	if e.Contract != nil {
		c.contract, c.covered = &e.Contract.ID, e.Contract.Kind
	}
	return c, nil
}

// setAsset says which machine a ticket is about, and what it is covered by. The ticket of a customer whose account is not
// known is then of the machine's account.
func (t *Tickets) setAsset(ctx context.Context, tx *authority.Tx, b *pgx.Batch, ticket int64, was int64, now *int64) error {
	if now == nil || *now == was {
		return nil
	}
	c, err := chooseAsset(ctx, tx, *now)
	if err != nil {
		return err
	}
	b.Queue(`update tickets set asset_id = $2, contract_id = $3, covered = $4, account_id = coalesce(account_id, $5) where id = $1`,
		ticket, c.asset, c.contract, c.covered, c.account)
	events(b, ticket, tx.By, "asset", was, now)
	return nil
}

// readAsset reads the machine that the ticket is about, and what its customer is entitled to at this instant: for the
// machine, else as a whole.
func (x *Ticket) readAsset(ctx context.Context, q authority.Query) error {
	var asset *int64
	var now time.Time
	if err := q.QueryRow(ctx, `select asset_id, now() from tickets where id = $1`, x.ID).Scan(&asset, &now); err != nil {
		return fmt.Errorf("asset of the ticket: %w", err)
	}
	asked := contracts.Asked{At: now}
	switch {
	case asset != nil:
		a, err := assets.Read(ctx, q, *asset)
		if err != nil {
			return err
		}
		x.Asset, asked.Asset = &a, a.ID
	case x.Account != nil:
		asked.Account = x.Account.ID
	default:
		return nil
	}
	e, err := contracts.Entitled(ctx, q, asked)
	if errors.Is(err, fault.NotFound) {
		return nil // whoever sees the ticket need not see the account
	}
	if err != nil {
		return err
	}
	shown := contracts.Shown(e, web.Language(ctx), web.Zone(ctx))
	x.Entitlement = &shown
	return nil
}
