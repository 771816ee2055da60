package mailin

import (
	"errors"
	"io"
	"time"
)

// content is the mail as it comes. It knows whether all of it came, and lets Keep have its time only while Keep is not
// waiting for the peer, which has limits of its own.
type content struct {
	r     io.Reader
	timer *time.Timer
	limit time.Duration
	end   bool
	err   error // why it did not come whole
}

func (c *content) Read(p []byte) (int, error) {
	if c.err != nil {
		return 0, c.err
	}
	c.timer.Stop()
	n, err := c.r.Read(p)
	c.timer.Reset(c.limit)
	switch {
	case errors.Is(err, io.EOF):
		c.end = true
	case err != nil:
		c.err = err
	}
	return n, err
}

// whole is whether the mail was read to its end; the end itself may still be unread.
func (c *content) whole() bool {
	if c.end {
		return true
	}
	n, err := c.Read(make([]byte, 1))
	return n == 0 && errors.Is(err, io.EOF)
}
