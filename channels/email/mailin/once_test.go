package mailin_test

import (
	"bytes"
	"net"
	"sync"
)

// once is a listener with a single connection, which looks as if it came from a socket in the file system.
type once struct {
	conn net.Conn
	done chan struct{}
	stop sync.Once
	took bool
}

func (o *once) Accept() (net.Conn, error) {
	if !o.took {
		o.took = true
		return &watched{o.conn, o}, nil
	}
	<-o.done
	return nil, net.ErrClosed
}

func (o *once) Close() error {
	o.stop.Do(func() { close(o.done) })
	return nil
}

func (o *once) Addr() net.Addr { return &net.UnixAddr{Net: "unix"} }

// closed is closed when the server has left the connection.
func (o *once) closed() <-chan struct{} { return o.done }

type watched struct {
	net.Conn
	o *once
}

func (w *watched) RemoteAddr() net.Addr { return &net.UnixAddr{Net: "unix"} }

func (w *watched) Close() error {
	_ = w.o.Close()
	return w.Conn.Close()
}

// notes is a log that may be written to after the test has read it.
type notes struct {
	mu  sync.Mutex
	all bytes.Buffer
}

func (n *notes) Write(p []byte) (int, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.all.Write(p)
}

func (n *notes) String() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.all.String()
}
