package router_test

import (
	"sync"
	"time"
)

// chore names what somebody has to do, and for whom or what.
type chore struct {
	what string
	id   int64
}

// chores are done in the order in which they came. One that is still to be done is not added again: who looks later sees
// all that has happened.
type chores struct {
	more chan struct{} // one for each that waits

	mu   sync.Mutex
	does map[chore]func()
	line []chore
}

func newChores() *chores {
	return &chores{more: make(chan struct{}, 100_000), does: map[chore]func(){}}
}

func (c *chores) add(x chore, f func()) {
	c.mu.Lock()
	_, there := c.does[x]
	if !there {
		c.does[x], c.line = f, append(c.line, x)
	}
	c.mu.Unlock()
	if !there {
		c.more <- struct{}{}
	}
}

// do does the first; it is called by who took one of more.
func (c *chores) do() {
	c.mu.Lock()
	x := c.line[0]
	c.line = c.line[1:]
	f := c.does[x]
	delete(c.does, x)
	c.mu.Unlock()
	f()
}

// tally counts, and wakes who waits for a count.
type tally struct {
	mu   sync.Mutex
	n    int
	next chan struct{} // closed by the next count
}

func (c *tally) add() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.n++
	if c.next != nil {
		close(c.next)
		c.next = nil
	}
}

func (c *tally) now() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.n
}

// reach waits for n; false where late comes first.
func (c *tally) reach(n int, late <-chan time.Time) bool {
	for {
		c.mu.Lock()
		if c.n >= n {
			c.mu.Unlock()
			return true
		}
		if c.next == nil {
			c.next = make(chan struct{})
		}
		next := c.next
		c.mu.Unlock()
		select {
		case <-next:
		case <-late:
			return false
		}
	}
}
