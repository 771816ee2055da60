package router

import (
	"context"
	"fmt"
	"time"
)

// clock tells the database's time between two readings of it. It goes on with the time that passes, so that a machine whose own
// clock is set forward or back neither ends an offer nor widens who is asked before it is time.
type clock struct {
	theirs time.Time // as the database said
	ours   time.Time // when that was heard; with the monotonic reading that only time.Now has
}

func (c clock) now(ours time.Time) time.Time { return c.theirs.Add(ours.Sub(c.ours)) }

// setEvery is how old a reading becomes at most while nothing happens.
const setEvery = time.Minute

// readTime asks the database what time it is.
func (l *lead) readTime(ctx context.Context) error {
	s, err := l.o.Dispatch.Of(ctx, by, nil, nil, nil)
	if err != nil {
		return fmt.Errorf("read the time: %w", err)
	}
	l.clock = clock{s.Now, time.Now()}
	return nil
}
