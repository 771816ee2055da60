package webchat

import (
	"context"
	"time"

	"frontline/internal/authority"

	"github.com/jackc/pgx/v5"
)

// tellPlaces tells those who wait here how many are before them, when that has changed, and at most every so often: one
// reading serves all of them.
func (c *Chat) tellPlaces(ctx context.Context) {
	tick := time.NewTicker(c.o.Places)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if err := c.readPlaces(ctx); err != nil && ctx.Err() == nil {
			c.o.Log.WarnContext(ctx, "places in queues not read", "err", err)
		}
	}
}

// standingIn is where a ticket stands in its queue.
type standingIn struct {
	place int
	wait  *int // seconds
}

func (c *Chat) readPlaces(ctx context.Context) error {
	var here []int64
	c.mu.Lock()
	for ticket := range c.of {
		here = append(here, ticket)
	}
	c.mu.Unlock()
	if len(here) == 0 {
		return nil
	}
	at, err := c.places(ctx, here)
	if err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for ticket, s := range at {
		for l := range c.of[ticket] {
			f := queueFrame{"queue", s.place, s.wait, []string{"message", "callback", "mail"}}
			l.ask(func() { l.place = &f })
		}
	}
	return nil
}

// lookBack is how long ago answers count for what is to be expected.
const lookBack = 30 * time.Minute

// places reads where tickets that wait stand in their queues, and how long those after them will wait: as long as it takes at
// the pace at which the queue was answered lately. Where it was not, nobody knows.
func (c *Chat) places(ctx context.Context, of []int64) (at map[int64]standingIn, err error) {
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	at = map[int64]standingIn{}
	err = c.o.Gate.View(ctx, self, func(q authority.Query) error {
		rows, err := q.Query(ctx, `with mine as (select queue_id from entries where ticket_id = any ($1) and state in ('waiting', 'offered')),
			line as (
				select ticket_id, queue_id, row_number() over (partition by queue_id order by arrived_at - make_interval(secs => boost_s), id) place
				from entries where state in ('waiting', 'offered') and queue_id in (select queue_id from mine)),
			pace as (
				select queue_id, count(*) n, extract(epoch from now() - min(answered_at)) span from entries
				where queue_id in (select queue_id from mine) and answered_at > now() - make_interval(secs => $2) group by queue_id)
			select l.ticket_id, l.place, case when p.n >= 3 and p.span > 0 then ceil(l.place * p.span / p.n)::int end
			from line l left join pace p using (queue_id) where l.ticket_id = any ($1)`, of, lookBack.Seconds())
		if err != nil {
			return wrap("places", err)
		}
		var ticket int64
		var s standingIn
		_, err = pgx.ForEachRow(rows, []any{&ticket, &s.place, &s.wait}, func() error {
			one := s
			if s.wait != nil {
				about := *s.wait
				one.wait = &about
			}
			at[ticket] = one
			return nil
		})
		return wrap("places", err)
	})
	return at, err
}
