package emailtest

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// IMAP says how a FakeIMAP behaves. The zero value is an honest server in clear with an empty INBOX.
type IMAP struct {
	Validity uint32   // UIDVALIDITY; 0 is what one Chinese provider really says
	Mails    [][]byte // in INBOX, with UIDs from 1
	NoIdle   bool     // offer no IDLE, as old servers do
	NeedID   bool     // refuse SELECT as 163.com does until the client has said who it is
	BadID    bool     // answer BAD to ID
	NoExists bool     // never say EXISTS, as servers do that forget their listeners

	TLS      *tls.Certificate // encrypted from the first byte
	StartTLS *tls.Certificate // encrypted after STARTTLS

	// On is asked before each command and may answer it in any way. It returns true when it has.
	On func(c *IMAPConn, command, args string) bool
	// Greeting, when set, is sent instead of the greeting, as it is.
	Greeting string
}

// FakeIMAPServer is a small IMAP server, mostly for what no real server does on demand.
type FakeIMAPServer struct {
	Host string
	Port int

	t     testing.TB
	conf  IMAP
	close chan struct{}

	mu       sync.Mutex
	validity uint32
	mails    map[uint32][]byte
	next     uint32
	changed  chan struct{} // closed at each change
	commands []string
	conns    map[net.Conn]bool
}

// FakeIMAP starts a server that ends with the test.
func FakeIMAP(t testing.TB, conf IMAP) *FakeIMAPServer {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatalf("fake IMAP: %v", err)
	}
	at := l.Addr().(*net.TCPAddr)
	s := &FakeIMAPServer{
		Host: "127.0.0.1", Port: at.Port, t: t, conf: conf, close: make(chan struct{}),
		validity: conf.Validity, mails: map[uint32][]byte{}, next: 1, changed: make(chan struct{}), conns: map[net.Conn]bool{},
	}
	for _, raw := range conf.Mails {
		s.mails[s.next] = raw
		s.next++
	}
	var running sync.WaitGroup
	running.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			s.mu.Lock()
			s.conns[conn] = true
			s.mu.Unlock()
			running.Go(func() { s.serve(conn) })
		}
	})
	t.Cleanup(func() {
		close(s.close)
		_ = l.Close()
		s.Drop()
		running.Wait()
	})
	return s
}

// Add puts a mail into INBOX and tells those who listen. It returns the UID.
func (s *FakeIMAPServer) Add(raw []byte) uint32 {
	s.mu.Lock()
	defer s.mu.Unlock()
	uid := s.next
	s.mails[uid] = raw
	s.next++
	s.tell()
	return uid
}

// Renumber gives all mails new UIDs from first on, under another UIDVALIDITY (which may be the same as before, as broken
// servers do), and cuts all lines.
func (s *FakeIMAPServer) Renumber(validity, first uint32) {
	s.mu.Lock()
	s.validity = validity
	mails := map[uint32][]byte{}
	s.next = first
	for _, uid := range s.uids() {
		mails[s.next] = s.mails[uid]
		s.next++
	}
	s.mails = mails
	s.tell()
	s.mu.Unlock()
	s.Drop()
}

// Drop cuts all lines.
func (s *FakeIMAPServer) Drop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for conn := range s.conns {
		_ = conn.Close()
	}
}

// Commands are the commands so far over all lines, without their tags and arguments.
func (s *FakeIMAPServer) Commands() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.commands)
}

func (s *FakeIMAPServer) tell() {
	close(s.changed)
	s.changed = make(chan struct{})
}

func (s *FakeIMAPServer) uids() []uint32 {
	var all []uint32
	for uid := range s.mails {
		all = append(all, uid)
	}
	slices.Sort(all)
	return all
}

// IMAPConn is one client's line.
type IMAPConn struct {
	Tag    string // of the command that is being answered
	Server *FakeIMAPServer

	conn     net.Conn
	in       *bufio.Reader
	saidID   bool
	announce int // mails that the client knows of
}

// Say writes bytes as they are. The error tells that the client is gone.
func (c *IMAPConn) Say(format string, args ...any) error {
	_, err := fmt.Fprintf(c.conn, format, args...)
	return err
}

// OK ends the command.
func (c *IMAPConn) OK() { _ = c.Say("%s OK done\r\n", c.Tag) }

// Close cuts the line.
func (c *IMAPConn) Close() { _ = c.conn.Close() }

// Hang is silent until the client gives up or the test ends.
func (c *IMAPConn) Hang() {
	gone := make(chan struct{})
	go func() {
		_, _ = io.Copy(io.Discard, c.conn)
		close(gone)
	}()
	select {
	case <-gone:
	case <-c.Server.close:
		_ = c.conn.Close()
		<-gone
	}
}

func (s *FakeIMAPServer) serve(conn net.Conn) {
	defer func() {
		_ = conn.Close()
		s.mu.Lock()
		delete(s.conns, conn)
		s.mu.Unlock()
	}()
	_ = conn.SetDeadline(time.Now().Add(time.Minute)) // a test that forgot to end
	c := &IMAPConn{Server: s, conn: conn}
	if s.conf.TLS != nil {
		c.conn = tls.Server(conn, &tls.Config{Certificates: []tls.Certificate{*s.conf.TLS}})
	}
	c.in = bufio.NewReader(c.conn)
	if s.conf.Greeting != "" {
		_ = c.Say("%s", s.conf.Greeting)
	} else {
		_ = c.Say("* OK fake\r\n")
	}
	for {
		line, err := c.line()
		if err != nil {
			return
		}
		tag, rest, _ := strings.Cut(line, " ")
		name, args, _ := strings.Cut(rest, " ")
		name = strings.ToUpper(name)
		if name == "UID" {
			sub, more, _ := strings.Cut(args, " ")
			name, args = "UID "+strings.ToUpper(sub), more
		}
		s.mu.Lock()
		s.commands = append(s.commands, name)
		s.mu.Unlock()
		c.Tag = tag
		if s.conf.On != nil && s.conf.On(c, name, args) {
			continue
		}
		if !c.answer(name, args) {
			return
		}
	}
}

// line reads a command with the literals in it.
func (c *IMAPConn) line() (string, error) {
	var whole strings.Builder
	for {
		line, err := c.in.ReadString('\n')
		if err != nil {
			return "", err
		}
		line = strings.TrimRight(line, "\r\n")
		open := strings.LastIndexByte(line, '{')
		size, err := strconv.Atoi(strings.TrimSuffix(line[open+1:], "}"))
		if open < 0 || err != nil || !strings.HasSuffix(line, "}") {
			whole.WriteString(line)
			return whole.String(), nil
		}
		_ = c.Say("+ go on\r\n")
		literal := make([]byte, size)
		if _, err := io.ReadFull(c.in, literal); err != nil {
			return "", err
		}
		whole.WriteString(line[:open])
		whole.Write(literal)
	}
}
