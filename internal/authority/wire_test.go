package authority_test

import (
	"io"
	"net"
	"net/url"
	"path/filepath"
	"sync/atomic"
	"testing"

	"frontline/internal/pg"
)

// wire is a way to the database that can be cut: a socket that passes on what it is given.
type wire struct {
	deaf atomic.Bool // the server's next answer is lost, and the connection with it
}

// wired opens the database through a wire.
func wired(t *testing.T, db *pg.DB) (*wire, *pg.DB) {
	t.Helper()
	u, err := url.Parse(db.URL)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	port := q.Get("port")
	if port == "" {
		port = "5432"
	}
	name := ".s.PGSQL." + port
	server := filepath.Join(q.Get("host"), name)
	dir := t.TempDir()
	l, err := net.Listen("unix", filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	w := &wire{}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go w.pass(c, server)
		}
	}()
	q.Set("host", dir)
	u.RawQuery = q.Encode()
	through, err := pg.Open(t.Context(), u.String(), pg.Options{ReadConns: 1, WriteConns: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(through.Close)
	return w, through
}

func (w *wire) pass(client net.Conn, server string) {
	defer client.Close()
	s, err := net.Dial("unix", server)
	if err != nil {
		return
	}
	defer s.Close()
	go func() { _, _ = io.Copy(s, client) }()
	b := make([]byte, 1<<16)
	for {
		n, err := s.Read(b)
		if err != nil || w.deaf.CompareAndSwap(true, false) {
			return
		}
		if _, err := client.Write(b[:n]); err != nil {
			return
		}
	}
}
