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

// Replay finds the kept answer of an earlier request of the same actor with the same key. One that
// waits for approval is found with the error *NeedsApproval. A key that was used for another
// request is fault.Conflict "key_reused".
func (g *Gate) Replay(ctx context.Context, by Actor, o Once) (result json.RawMessage, found bool, err error) {
	var hash []byte
	var approval, tier *int64
	err = g.db.Read.QueryRow(ctx, `select i.hash, i.result, a.id, a.tier from idempotency i left join approvals a on a.id = i.approval_id
		where i.actor = $1 and i.key = $2`, by.String(), o.Key).Scan(&hash, &result, &approval, &tier)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return nil, false, nil
	case err != nil:
		return nil, false, failure(fmt.Errorf("kept answer: %w", err))
	case !bytes.Equal(hash, o.Hash):
		return nil, false, fault.New(fault.Conflict, "key_reused")
	case approval != nil:
		return nil, true, &NeedsApproval{ID: *approval, Tier: int(*tier)}
	}
	return result, true, nil
}

// The second of two requests with one key waits here for the first to end, and then finds its row.
const (
	lockKey = `select pg_advisory_xact_lock(hashtextextended('once:' || $1 || ':' || $2, 0))`
	findKey = `select hash from idempotency where actor = $1 and key = $2`
)

// claim makes the key this transaction's, or fails with fault.Conflict where it was used.
func claim(ctx context.Context, tx pgx.Tx, by Actor, o Once) error {
	b := &pgx.Batch{}
	b.Queue(lockKey, by.String(), o.Key)
	b.Queue(findKey, by.String(), o.Key)
	res := tx.SendBatch(ctx, b)
	err := claimed(res, o)
	return errors.Join(err, res.Close())
}

// claimed reads the answers to lockKey and findKey.
func claimed(res pgx.BatchResults, o Once) error {
	if _, err := res.Exec(); err != nil {
		return fmt.Errorf("lock the key: %w", err)
	}
	var hash []byte
	err := res.QueryRow().Scan(&hash)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return nil
	case err != nil:
		return fmt.Errorf("look for the key: %w", err)
	case !bytes.Equal(hash, o.Hash):
		return fault.New(fault.Conflict, "key_reused")
	}
	return fault.New(fault.Conflict, "key_in_use")
}

// keysKept is how long an idempotency key is remembered.
const keysKept = 24 * time.Hour

// PruneKeys forgets idempotency keys older than 24 hours.
func (g *Gate) PruneKeys(ctx context.Context) error {
	for {
		var n int64
		err := g.begin(ctx, func(tx pgx.Tx) error {
			tag, err := tx.Exec(ctx, `delete from idempotency where (actor, key) in (
				select actor, key from idempotency where at < now() - make_interval(secs => $1) limit $2)`, keysKept.Seconds(), pruneAtOnce)
			n = tag.RowsAffected()
			return err
		})
		if err != nil || n < pruneAtOnce {
			return err
		}
	}
}

// Part does one of several transactions of a request that has a key: f's Do keeps its answer under the key and the part's
// name, and a part that was done before is not done again. Without a key in ctx it simply calls f.
func (g *Gate) Part(ctx context.Context, by Actor, name string, f func(ctx context.Context) error) error {
	o := keyOf(ctx)
	if o.Key == "" {
		return f(ctx)
	}
	o.Key += "/" + name
	if _, done, err := g.Replay(ctx, by, o); done || err != nil {
		return err
	}
	err := f(WithKey(ctx, o))
	if err != nil {
		// The same request a second time may have come in between.
		if _, done, again := g.Replay(ctx, by, o); done {
			return again
		}
	}
	return err
}
