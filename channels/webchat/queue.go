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

// How long ago answers count for what is to be expected, and the least that an estimate is founded on; as tickets.Work.Expect.
const (
	lookBack  = 30 * time.Minute
	paceLeast = 5
)

// places is tickets.Work.Expect for many at once: where tickets that wait stand in their queues, and how long they will wait at
// the pace at which the queue was answered lately. Where it was not, nobody knows.
func (c *Chat) places(ctx context.Context, of []int64) (at map[int64]standingIn, err error) {
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	at = map[int64]standingIn{}
	err = c.o.Gate.View(ctx, self, func(q authority.Query) error {
		rows, err := q.Query(ctx, `with mine as (select queue_id from entries where ticket_id = any ($1) and state in ('waiting', 'offered')),
			line as (
				select e.ticket_id, e.queue_id, row_number() over (partition by e.queue_id order by e.arrived_at - make_interval(secs => e.boost_s
					+ coalesce((q.rules->'heads'->'severity'->>t.severity)::float, 0) + coalesce((q.rules->'heads'->'priority'->>t.priority::text)::float, 0)
					+ coalesce((q.rules->'heads'->'channel'->>case when e.channel in ('chat', 'phone') then e.channel else 'email' end)::float, 0)), e.id) place
				from entries e join queues q on q.id = e.queue_id join tickets t on t.id = e.ticket_id
				where e.state in ('waiting', 'offered') and e.queue_id in (select queue_id from mine)),
			pace as (
				select queue_id, count(*) n, extract(epoch from now() - min(answered_at)) span from entries
				where queue_id in (select queue_id from mine) and channel in ('chat', 'phone') and entered_at > now() - interval '1 day'
					and answered_at > now() - make_interval(secs => $2) group by queue_id)
			select l.ticket_id, l.place, case when p.n >= $3 and p.span > 0 then ceil(l.place * p.span / p.n)::int end
			from line l left join pace p using (queue_id) where l.ticket_id = any ($1)`, of, lookBack.Seconds(), paceLeast)
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
