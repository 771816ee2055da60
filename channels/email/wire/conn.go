package wire

import (
	"context"
	"errors"
	"io"
	"net"
	"sync"
	"time"
)

// ErrTooMuch is the cause when a server sends more than an answer may have.
var ErrTooMuch = errors.New("answer larger than allowed")

// Conn is a line whose reads and writes all end. The mail libraries set deadlines of their own, some of them "never", so
// theirs are ignored: Expect and Rest rule.
//
// It also counts what the server sends. Libraries gather an answer in memory, and some without a limit; Expect gives each
// answer an allowance, and the caller gives back with Credit what it has itself taken out of the answer as a stream, so
// that a mail may be large while everything around it stays small.
type Conn struct {
	inner    net.Conn // what bytes go through: the socket, or TLS on it
	raw      net.Conn // the socket
	patience Patience

	mu        sync.Mutex
	answer    time.Duration // how long to wait for the next byte; 0: nothing is due, wait for ever
	allowance int64         // bytes the server may still send
	got       int64         // bytes since Expect
	waited    time.Duration // time spent in Read since Expect
	mark      time.Time     // when the waiting began that is not yet in waited
	cause     error         // the first thing that went wrong
}

func newConn(inner, raw net.Conn, p Patience) *Conn {
	return &Conn{inner: inner, raw: raw, patience: p, answer: p.Answer, allowance: DefaultAllowance, mark: time.Now()}
}

// DefaultAllowance is what a server may send, in bytes, before the first Expect.
const DefaultAllowance = 1 << 20

// Guard puts the limits on a connection that somebody else accepted or opened. It starts as after Expect(0, DefaultAllowance).
func Guard(c net.Conn, p Patience) *Conn { return newConn(c, c, p.orDefault()) }

// Expect says that an answer is due: its next byte within wait (0: the patience of the server) and at most allowance bytes
// in all. It holds for a read that is already waiting.
func (c *Conn) Expect(wait time.Duration, allowance int64) {
	if wait <= 0 {
		wait = c.patience.Answer
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.answer, c.allowance, c.got, c.waited, c.mark = wait, allowance, 0, 0, time.Now()
	_ = c.inner.SetReadDeadline(c.mark.Add(wait))
}

// Rest says that nothing is due: the server may be silent for as long as it likes.
func (c *Conn) Rest() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.answer = 0
	_ = c.inner.SetReadDeadline(time.Time{})
}

// Credit gives n bytes back to the allowance.
func (c *Conn) Credit(n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.allowance += int64(n)
}

// Cut ends the line at once and remembers why.
func (c *Conn) Cut(cause error) {
	c.fail(cause)
	_ = c.raw.Close()
}

// Cause is the first thing that went wrong on the line, or nil. Libraries wrap and mask it.
func (c *Conn) Cause() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.cause
}

// Read implements net.Conn.
func (c *Conn) Read(p []byte) (int, error) {
	c.mu.Lock()
	if c.allowance <= 0 {
		c.mu.Unlock()
		c.Cut(ErrTooMuch)
		return 0, ErrTooMuch
	}
	if int64(len(p)) > c.allowance {
		p = p[:c.allowance]
	}
	c.mark = time.Now()
	_ = c.inner.SetReadDeadline(c.deadline())
	c.mu.Unlock()

	n, err := c.inner.Read(p)

	c.mu.Lock()
	c.waited += time.Since(c.mark)
	c.got += int64(n)
	c.allowance -= int64(n)
	c.mu.Unlock()
	if err != nil {
		c.fail(err)
	}
	return n, err
}

// deadline is when the read that begins now must have its first byte. Only time spent waiting for the server counts
// against the rate, since a slow disk on our side is not its fault.
func (c *Conn) deadline() time.Time {
	if c.answer == 0 {
		return time.Time{}
	}
	left := c.answer + time.Duration(c.got/c.patience.Rate)*time.Second - c.waited
	return c.mark.Add(min(left, c.answer))
}

// Write implements net.Conn. Each write must be through within the patience for an answer.
func (c *Conn) Write(p []byte) (int, error) {
	_ = c.inner.SetWriteDeadline(time.Now().Add(c.patience.Answer))
	n, err := c.inner.Write(p)
	if err != nil {
		c.fail(err)
	}
	return n, err
}

// Close ends the line without waiting for the other side. It is no cause: libraries close a line when they do not
// understand what they read, and then that is the cause.
func (c *Conn) Close() error { return c.raw.Close() }

func (c *Conn) fail(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.cause == nil && !errors.Is(err, net.ErrClosed) {
		c.cause = err
	}
}

// LocalAddr implements net.Conn.
func (c *Conn) LocalAddr() net.Addr { return c.raw.LocalAddr() }

// RemoteAddr implements net.Conn.
func (c *Conn) RemoteAddr() net.Addr { return c.raw.RemoteAddr() }

// SetDeadline does nothing: see Conn.
func (c *Conn) SetDeadline(time.Time) error { return nil }

// SetReadDeadline does nothing: see Conn.
func (c *Conn) SetReadDeadline(time.Time) error { return nil }

// SetWriteDeadline does nothing: see Conn.
func (c *Conn) SetWriteDeadline(time.Time) error { return nil }

// Explain turns a library's error into an *Error, using the true cause where the line itself failed. A context that
// ended stays what it is, since the caller wanted it.
func (c *Conn) Explain(op string, err error) error {
	if err == nil {
		return nil
	}
	var known *Error
	if errors.As(err, &known) {
		return err
	}
	cause := c.Cause()
	switch {
	case cause == nil && errors.Is(err, net.ErrClosed):
		return &Error{Code: ConnectionLost, Op: op, Err: err}
	case cause == nil:
		return &Error{Code: BadAnswer, Op: op, Text: Words(err.Error()), Err: err}
	case errors.Is(cause, context.Canceled) || errors.Is(cause, context.DeadlineExceeded):
		return cause
	case errors.As(cause, &known):
		return cause
	case errors.Is(cause, ErrTooMuch):
		return &Error{Code: BadAnswer, Op: op, Err: cause}
	case isTimeout(cause):
		return &Error{Code: Timeout, Op: op, Err: cause}
	case isTLS(cause):
		return tlsError(context.Background(), cause)
	case errors.Is(cause, io.EOF) || isNet(cause):
		return &Error{Code: ConnectionLost, Op: op, Err: cause}
	}
	return &Error{Code: BadAnswer, Op: op, Text: Words(err.Error()), Err: err}
}
