package tickets

import (
	"context"
	"fmt"
	"sync"
	"time"

	"frontline/internal/authority"
)

// dial is how far this node has seen the database's clock to be. A zero one has seen nothing yet.
type dial struct {
	mu   sync.Mutex
	last time.Time
}

// wentBack takes note of the time and says whether it is earlier than what was seen before. That it may be is also said of the first
// look: the clock may have gone back while the program was down.
func (d *dial) wentBack(now time.Time) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	back := d.last.IsZero() || now.Before(d.last.Add(-backBy))
	if back || now.After(d.last) {
		d.last = now
	}
	return back
}

// backBy is how much earlier one look may seem to be than another that was under way at the same time.
const backBy = time.Second

// forget lets the next look be a first one.
func (d *dial) forget() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.last = time.Time{}
}

// takeBack has every ticket looked at again about which something was done at an instant that is still to come: a promise that broke
// by a clock that was ahead is not broken, and whoever was told so hears of it again when it is.
func (t *Tickets) takeBack(ctx context.Context, by authority.Actor) error {
	return t.gate.Do(ctx, by, func(tx *authority.Tx) error {
		if err := tx.Allow(ctx, authority.Act{Name: "clock.reckon", Object: "clocks", Reason: "clock went back"}); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `update clocks set next_at = now() where ticket_id in (select ticket_id from clock_steps where done_at > now())`)
		if err != nil {
			return fmt.Errorf("clocks that ran ahead: %w", err)
		}
		return nil
	})
}
