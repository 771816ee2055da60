package webchat

import (
	"context"
	"sync"
	"time"

	"frontline/internal/authority"
	"frontline/tickets"

	"github.com/jackc/pgx/v5"
)

// seen gathers how far visitors have come, so that a busy moment is one transaction. What is lost with the program, browsers
// say again when they come back.
type seen struct {
	mu  sync.Mutex
	how map[string]progress // by token
	is  chan struct{}
}

type progress struct {
	ticket          int64
	delivered, read int64
}

func newSeen() *seen { return &seen{how: map[string]progress{}, is: make(chan struct{}, 1)} }

// see notes that the visitor of a token has, or has read, the messages of a ticket up to one.
func (c *Chat) see(token string, ticket, upto int64, read bool) {
	c.seen.mu.Lock()
	defer c.seen.mu.Unlock()
	p := c.seen.how[token]
	if p.ticket != ticket {
		p = progress{ticket: ticket}
	}
	p.delivered = max(p.delivered, upto)
	if read {
		p.read = max(p.read, upto)
	}
	c.seen.how[token] = p
	poke(c.seen.is)
}

// writeSeen writes what was gathered, a moment after the first of it.
func (c *Chat) writeSeen(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-c.seen.is:
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(c.o.Gather):
		}
		c.flushSeen(ctx)
	}
}

func (c *Chat) flushSeen(ctx context.Context) {
	c.seen.mu.Lock()
	how := c.seen.how
	c.seen.how = map[string]progress{}
	c.seen.mu.Unlock()
	if len(how) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	if err := c.keepSeen(ctx, how); err != nil && ctx.Err() == nil {
		c.o.Log.WarnContext(ctx, "what visitors saw not written", "err", err)
	}
}

// maxSeen bounds what one transaction tells of: each ticket is an event.
const maxSeen = 1000

func (c *Chat) keepSeen(ctx context.Context, how map[string]progress) error {
	var hashes [][]byte
	var given, read []int64
	var marks []tickets.Seen
	write := func() error {
		if len(hashes) == 0 {
			return nil
		}
		defer func() { hashes, given, read, marks = nil, nil, nil, nil }()
		return c.o.Gate.Do(ctx, self, func(tx *authority.Tx) error {
			if err := tx.Allow(ctx, authority.Act{Name: "chat.seen", Object: "visitors"}); err != nil {
				return err
			}
			if err := c.o.Tickets.MarkSeen(ctx, tx, marks); err != nil {
				return err
			}
			b := &pgx.Batch{}
			b.Queue(`update chat_visitors v set delivered_upto = greatest(delivered_upto, s.delivered), read_upto = greatest(read_upto, s.read), seen_at = now()
				from unnest($1::bytea[], $2::bigint[], $3::bigint[]) s(token, delivered, read) where v.token = s.token`, hashes, given, read)
			return wrap("how far visitors have come", tx.SendBatch(ctx, b).Close())
		})
	}
	for token, p := range how {
		hashes, given, read = append(hashes, c.tokenHash(token)), append(given, p.delivered), append(read, p.read)
		marks = append(marks, tickets.Seen{Ticket: p.ticket, Upto: p.delivered, State: "delivered"})
		if p.read > 0 {
			marks = append(marks, tickets.Seen{Ticket: p.ticket, Upto: p.read, State: "read"})
		}
		if len(hashes) == maxSeen {
			if err := write(); err != nil {
				return err
			}
		}
	}
	return write()
}

// beat writes, every while, that the visitors who wait or talk here are there: whoever is not written for long has left.
func (c *Chat) beat(ctx context.Context) {
	tick := time.NewTicker(c.o.Beat)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if err := c.keepThere(ctx); err != nil && ctx.Err() == nil {
			c.o.Log.WarnContext(ctx, "presence of visitors not written", "err", err)
		}
	}
}

func (c *Chat) keepThere(ctx context.Context) error {
	var hashes [][]byte
	c.mu.Lock()
	for ticket, lines := range c.of {
		if ticket == 0 {
			continue
		}
		for l := range lines {
			hashes = append(hashes, c.tokenHash(l.token))
		}
	}
	c.mu.Unlock()
	if len(hashes) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	return c.o.Gate.Do(ctx, self, func(tx *authority.Tx) error {
		if err := tx.Allow(ctx, authority.Act{Name: "chat.seen", Object: "visitors", Reason: "there"}); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `update chat_visitors set seen_at = now() where token = any ($1) and ended_at is null`, hashes)
		return wrap("who is there", err)
	})
}

// Abandon takes those out of the queue who wait and have been gone for as long as their site says. A chore.
func (c *Chat) Abandon(ctx context.Context) error {
	var gone []int64
	err := c.o.Gate.View(ctx, self, func(q authority.Query) error {
		rows, err := q.Query(ctx, `select v.id from chat_visitors v join chat_sites s on s.id = v.site_id join entries e on e.ticket_id = v.ticket_id
			where e.state in ('waiting', 'offered') and e.channel = 'chat' and v.left_as = '' and v.ended_at is null
				and v.seen_at < now() - make_interval(secs => s.away_after_s) order by v.id limit 500`)
		if err != nil {
			return wrap("who has left", err)
		}
		gone, err = pgx.CollectRows(rows, pgx.RowTo[int64])
		return wrap("who has left", err)
	})
	if err != nil {
		return err
	}
	for _, id := range gone {
		if err := c.abandon(ctx, id); err != nil {
			return err
		}
	}
	return nil
}

func (c *Chat) abandon(ctx context.Context, id int64) error {
	left := false
	err := c.o.Gate.Do(ctx, self, func(tx *authority.Tx) error {
		if err := tx.Allow(ctx, authority.Act{Name: "chat.visit", Object: visitorObject(id), Reason: "left"}); err != nil {
			return err
		}
		var ticket int64
		// Asked again under the lock: the visitor may have come back, or an agent may have been faster.
		rows, err := tx.Query(ctx, `update chat_visitors v set left_as = 'away' from chat_sites s
			where v.id = $1 and s.id = v.site_id and v.left_as = '' and v.ended_at is null and v.seen_at < now() - make_interval(secs => s.away_after_s)
				and exists (select from entries e where e.ticket_id = v.ticket_id and e.state in ('waiting', 'offered')) returning v.ticket_id`, id)
		if err != nil {
			return wrap("visitor left", err)
		}
		_, err = pgx.ForEachRow(rows, []any{&ticket}, func() error { return nil })
		if left = err == nil && ticket != 0; !left {
			return wrap("visitor left", err)
		}
		return c.leaveQueue(ctx, tx, ticket, "abandoned", tickets.Call{})
	})
	if err == nil && left {
		c.counts.abandons.Inc()
	}
	return err
}
