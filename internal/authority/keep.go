package authority

import (
	"context"
	"time"

	"frontline/internal/job"

	"github.com/jackc/pgx/v5"
)

// eventsKept is how far back a desk's cursor may lie; an older one is told to reload.
const eventsKept = 7 * 24 * time.Hour

// pruneAtOnce bounds how many rows one transaction forgets: a long one would hold up the readers of events.
const pruneAtOnce = 5000

// Upkeep are the chores of this package, for job.Run.
func (g *Gate) Upkeep() []job.Kind {
	return []job.Kind{
		job.Every("prune_events", time.Hour, 10*time.Minute, func(ctx context.Context) error { return g.PruneEvents(ctx, eventsKept) }),
		job.Every("prune_keys", time.Hour, 10*time.Minute, g.PruneKeys),
	}
}

// PruneEvents forgets events older than age.
func (g *Gate) PruneEvents(ctx context.Context, age time.Duration) error {
	for {
		var n int64
		err := g.begin(ctx, func(tx pgx.Tx) error {
			return tx.QueryRow(ctx, `with gone as (
					delete from events where seq in (
						select seq from (select seq, at from events order by seq limit $2) oldest where at < now() - make_interval(secs => $1)) returning seq
				), moved as (
					update seq_base set pruned_to = greatest(pruned_to, (select max(seq) from gone)) where exists (select from gone)
				)
				select count(*) from gone`, age.Seconds(), pruneAtOnce).Scan(&n)
		})
		if err != nil || n < pruneAtOnce {
			return err
		}
	}
}
