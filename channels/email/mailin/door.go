package mailin

import (
	"crypto/tls"
	"net"
	"net/netip"
	"slices"
	"sync"
	"time"

	"frontline/channels/email/wire"
)

// door lets in who may come in, and not too many at once. It puts the limits of package wire on each line.
type door struct {
	net.Listener
	options Options
	free    chan struct{} // holds one for each line that is open
}

func (d *door) Accept() (net.Conn, error) {
	for {
		conn, err := d.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if !d.allowed(conn) {
			turnAway(conn, "554 5.7.1 not from your address\r\n")
			continue
		}
		select {
		case d.free <- struct{}{}:
			return &line{Conn: wire.Guard(conn, d.options.Patience), leave: sync.OnceFunc(func() { <-d.free })}, nil
		default:
			turnAway(conn, "421 4.3.2 too many connections\r\n")
		}
	}
}

func (d *door) allowed(conn net.Conn) bool {
	if conn.RemoteAddr().Network() == "unix" {
		return true // the file system decides who may open it
	}
	peer := peerOf(conn)
	return slices.ContainsFunc(d.options.Allowed, func(p netip.Prefix) bool { return p.Contains(peer) })
}

// turnAway says why and closes. A few bytes fit into the buffer of a new connection, so this does not wait for the peer.
func turnAway(conn net.Conn, why string) {
	_ = conn.SetWriteDeadline(time.Now().Add(time.Second))
	_, _ = conn.Write([]byte(why))
	_ = conn.Close()
}

func peerOf(conn net.Conn) netip.Addr {
	tcp, ok := conn.RemoteAddr().(*net.TCPAddr)
	if !ok {
		return netip.Addr{}
	}
	return tcp.AddrPort().Addr().Unmap().WithZone("")
}

// line is a guarded connection that gives its place free when it closes.
type line struct {
	*wire.Conn
	leave func()
}

func (l *line) Close() error {
	defer l.leave()
	return l.Conn.Close()
}

// lineOf finds the line under what a session runs on.
func lineOf(conn net.Conn) *line {
	if secure, ok := conn.(*tls.Conn); ok {
		conn = secure.NetConn()
	}
	l, _ := conn.(*line)
	return l
}
