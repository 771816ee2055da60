package webchat

import (
	"context"
	"math"
	"time"
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
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	expected, err := c.work.Expect(ctx, self, here)
	if err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for ticket, x := range expected {
		f := queueFrame{"queue", x.Place, nil, []string{"message", "callback", "mail"}}
		if x.Wait != nil {
			s := int(math.Ceil(x.Wait.Seconds()))
			f.WaitS = &s
		}
		for l := range c.of[ticket] {
			l.ask(func() { l.place = &f })
		}
	}
	return nil
}
