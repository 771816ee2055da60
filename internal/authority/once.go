package authority

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"frontline/internal/fault"

	"github.com/jackc/pgx/v5"
)

// Once makes a request act at most once: a key the caller chose, and a hash of the request, so
// that the key is not used for another one.
type Once struct {
	Key  string
	Hash []byte
}

type onceKey struct{}

// WithKey makes the next Do keep its answer under the key, or fail with fault.Conflict
// "key_in_use" where another request with that key has committed.
func WithKey(ctx context.Context, o Once) context.Context {
	return context.WithValue(ctx, onceKey{}, o)
}

func keyOf(ctx context.Context) Once {
	o, _ := ctx.Value(onceKey{}).(Once)
	return o
}

// Replay finds the kept answer of an earlier request of the same actor with the same key; the answer of
// one that asked for approval is its *NeedsApproval. A key that was used for another request is
// fault.Conflict "key_reused".
func (g *Gate) Replay(ctx context.Context, by Actor, o Once) (result json.RawMessage, found bool, err error) {
	var hash []byte
	var asked *int64
	var tier *int
	err = g.db.Read.QueryRow(ctx, `select k.hash, k.result, a.id, a.tier from idempotency k left join approvals a on a.id = k.approval_id
		where k.actor = $1 and k.key = $2`, by.String(), o.Key).Scan(&hash, &result, &asked, &tier)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return nil, false, nil
	case err != nil:
		return nil, false, unavailable(fmt.Errorf("kept answer: %w", err))
	case !bytes.Equal(hash, o.Hash):
		return nil, false, fault.New(fault.Conflict, "key_reused")
	case asked != nil:
		return nil, true, &NeedsApproval{ID: *asked, Tier: *tier}
	}
	return result, true, nil
}

// keysKept is how long an idempotency key is remembered.
const keysKept = 24 * time.Hour

// PruneKeys forgets idempotency keys older than 24 hours; a job calls it.
func (g *Gate) PruneKeys(ctx context.Context) error {
	_, err := g.write.Exec(ctx, `delete from idempotency where at < now() - make_interval(secs => $1)`, keysKept.Seconds())
	return unavailable(err)
}
