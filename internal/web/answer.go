package web

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"time"
)

// answer watches what is written, for the log and the numbers.
type answer struct {
	w      http.ResponseWriter
	status int
	bytes  int64
	begun  bool
	freed  func() // called when the connection is handed over; may be nil
	late   bool   // a body came with the request; what is left of it must come soon
}

func (a *answer) Header() http.Header { return a.w.Header() }

func (a *answer) WriteHeader(status int) {
	if !a.begun && status >= 200 || status == http.StatusSwitchingProtocols {
		a.hurry()
		a.begun, a.status = true, status
	}
	a.w.WriteHeader(status)
}

func (a *answer) Write(p []byte) (int, error) {
	a.begin()
	n, err := a.w.Write(p)
	a.bytes += int64(n)
	return n, err
}

// ReadFrom lets files go out without passing through the program's memory.
func (a *answer) ReadFrom(r io.Reader) (int64, error) {
	a.begin()
	n, err := io.Copy(a.w, r)
	a.bytes += n
	return n, err
}

// hurry bounds the wait for what is left of the request's body. net/http reads that before it sends the answer, and waits
// for it as long as the sender likes.
func (a *answer) hurry() {
	if a.late && !a.begun {
		http.NewResponseController(a.w).SetReadDeadline(time.Now().Add(restTime)) //nolint:errcheck // not every transport has deadlines
	}
}

func (a *answer) begin() {
	if !a.begun {
		a.hurry()
		a.begun, a.status = true, http.StatusOK
	}
}

// Unwrap lets http.ResponseController reach the connection.
func (a *answer) Unwrap() http.ResponseWriter { return a.w }

// Flush sends what is written.
func (a *answer) Flush() {
	a.begin()
	http.NewResponseController(a.w).Flush() //nolint:errcheck // Flusher has no error
}

// Hijack hands the connection to a websocket.
func (a *answer) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	c, rw, err := http.NewResponseController(a.w).Hijack()
	if err == nil {
		a.begun, a.status = true, http.StatusSwitchingProtocols
		if a.freed != nil {
			a.freed()
		}
	}
	return c, rw, err
}
