package emailtest

import (
	"bytes"
	"crypto/tls"
	"errors"
	"io"
	"log"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// SMTP says how a Sink behaves. The zero value accepts every message in clear from anybody.
type SMTP struct {
	TLS      *tls.Certificate // encrypted from the first byte
	StartTLS *tls.Certificate // encrypted after STARTTLS
	Auth     []string         // mechanisms to offer: PLAIN, LOGIN, XOAUTH2, OAUTHBEARER; they take Secret and Token
	MaxSize  int64            // bytes

	// Each hook may answer its step with Reply, cut the line with c.Close, be silent with c.Hang, or wait for the test.
	// OnData is asked before the content is read, OnDot when all of it has come.
	OnHello func(c *SMTPConn) error
	OnMail  func(c *SMTPConn, from string) error
	OnRcpt  func(c *SMTPConn, to string) error
	OnData  func(c *SMTPConn) error
	OnDot   func(c *SMTPConn, m Message) error
}

// Message is what a Sink received.
type Message struct {
	From string
	To   []string
	Raw  []byte
	User string // who logged in, if anybody
	TLS  bool
}

// Reply is an answer: Reply(450, "busy"), or Reply(250, "Ok 0100") to accept with a text of one's own.
func Reply(code int, text string) error {
	return &smtp.SMTPError{Code: code, EnhancedCode: smtp.EnhancedCode{code / 100, 0, 0}, Message: text}
}

// SinkServer is an SMTP server that records.
type SinkServer struct {
	Host string
	Port int

	t     testing.TB
	conf  SMTP
	close chan struct{}

	mu       sync.Mutex
	messages []Message
	arrived  chan struct{} // closed at each message
}

// Sink starts a server that ends with the test.
func Sink(t testing.TB, conf SMTP) *SinkServer {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatalf("sink: %v", err)
	}
	at := l.Addr().(*net.TCPAddr)
	s := &SinkServer{Host: "127.0.0.1", Port: at.Port, t: t, conf: conf, close: make(chan struct{}), arrived: make(chan struct{})}
	server := smtp.NewServer(smtp.BackendFunc(s.session))
	server.Domain = "sink.test"
	server.AllowInsecureAuth = true
	server.MaxMessageBytes = conf.MaxSize
	server.ReadTimeout, server.WriteTimeout = time.Minute, time.Minute // a test that forgot to end
	server.ErrorLog = log.New(io.Discard, "", 0)
	if conf.StartTLS != nil {
		server.TLSConfig = &tls.Config{Certificates: []tls.Certificate{*conf.StartTLS}}
	}
	if conf.TLS != nil {
		l = tls.NewListener(l, &tls.Config{Certificates: []tls.Certificate{*conf.TLS}})
	}
	served := make(chan struct{})
	go func() {
		defer close(served)
		if err := server.Serve(l); err != nil {
			t.Errorf("sink: %v", err)
		}
	}()
	t.Cleanup(func() {
		close(s.close)
		_ = server.Close()
		<-served
	})
	return s
}

// Messages are those received so far, in order. A message counts when its content has come whole, whatever was answered.
func (s *SinkServer) Messages() []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.messages)
}

// Wait waits until n messages have come and gives them.
func (s *SinkServer) Wait(n int) []Message {
	s.t.Helper()
	patience := time.After(30 * time.Second)
	for {
		s.mu.Lock()
		messages, arrived := slices.Clone(s.messages), s.arrived
		s.mu.Unlock()
		if len(messages) >= n {
			return messages
		}
		select {
		case <-arrived:
		case <-patience:
			s.t.Fatalf("sink has %d messages, want %d", len(messages), n)
		}
	}
}

// SMTPConn is one client's line.
type SMTPConn struct {
	server *SinkServer
	conn   *smtp.Conn
	msg    Message
}

func (s *SinkServer) session(conn *smtp.Conn) (smtp.Session, error) {
	c := &SMTPConn{server: s, conn: conn}
	if s.conf.OnHello != nil {
		if err := s.conf.OnHello(c); err != nil {
			return nil, err
		}
	}
	return sinkSession{c}, nil
}

// Close cuts the line without a word.
func (c *SMTPConn) Close() { _ = c.conn.Conn().Close() }

// Hang is silent until the test ends, and then cuts the line.
func (c *SMTPConn) Hang() {
	<-c.server.close
	c.Close()
}

type sinkSession struct{ c *SMTPConn }

func (s sinkSession) Reset()        { s.c.msg = Message{User: s.c.msg.User} }
func (s sinkSession) Logout() error { return nil }

func (s sinkSession) Mail(from string, _ *smtp.MailOptions) error {
	s.c.msg.From = from
	if hook := s.c.server.conf.OnMail; hook != nil {
		return hook(s.c, from)
	}
	return nil
}

func (s sinkSession) Rcpt(to string, _ *smtp.RcptOptions) error {
	if hook := s.c.server.conf.OnRcpt; hook != nil {
		if err := hook(s.c, to); err != nil {
			return err
		}
	}
	s.c.msg.To = append(s.c.msg.To, to)
	return nil
}

func (s sinkSession) Data(r io.Reader) error {
	server := s.c.server
	if server.conf.OnData != nil {
		if err := server.conf.OnData(s.c); err != nil {
			return err
		}
	}
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	m := s.c.msg
	m.Raw = raw
	_, m.TLS = s.c.conn.TLSConnectionState()
	server.mu.Lock()
	server.messages = append(server.messages, m)
	close(server.arrived)
	server.arrived = make(chan struct{})
	server.mu.Unlock()
	if server.conf.OnDot != nil {
		return server.conf.OnDot(s.c, m)
	}
	return nil
}

func (s sinkSession) AuthMechanisms() []string { return s.c.server.conf.Auth }

func (s sinkSession) Auth(mechanism string) (sasl.Server, error) {
	accept := func(user string, ok bool) error {
		if !ok {
			return Reply(535, "Error: authentication failed")
		}
		s.c.msg.User = user
		return nil
	}
	if !slices.Contains(s.c.server.conf.Auth, mechanism) {
		return nil, smtp.ErrAuthUnknownMechanism
	}
	switch mechanism {
	case sasl.Plain:
		return sasl.NewPlainServer(func(_, user, password string) error { return accept(user, password == Secret) }), nil
	case sasl.Login:
		return &loginServer{accept: accept}, nil
	default:
		return &tokenServer{accept: accept}, nil
	}
}

// loginServer is the LOGIN mechanism as Microsoft made it.
type loginServer struct {
	accept func(user string, ok bool) error
	step   int
	user   string
}

func (l *loginServer) Next(response []byte) (challenge []byte, done bool, err error) {
	l.step++
	switch l.step {
	case 1:
		return []byte("Username:"), false, nil
	case 2:
		l.user = string(response)
		return []byte("Password:"), false, nil
	}
	return nil, true, l.accept(l.user, string(response) == Secret)
}

// tokenServer is XOAUTH2 and OAUTHBEARER as Google answers them: a bad token gets a challenge with the reason first.
type tokenServer struct {
	accept func(user string, ok bool) error
	failed bool
}

func (x *tokenServer) Next(response []byte) (challenge []byte, done bool, err error) {
	if x.failed {
		return nil, true, x.accept("", false)
	}
	if response == nil {
		return nil, false, nil // the client waits for the word to begin
	}
	fields := strings.Split(string(response), "\x01")
	user := strings.TrimSuffix(strings.TrimPrefix(strings.TrimPrefix(fields[0], "user="), "n,a="), ",")
	if !bytes.Contains(response, []byte("auth=Bearer "+Token+"\x01\x01")) {
		x.failed = true
		return []byte(`{"status":"401","schemes":"bearer","scope":"mail"}`), false, nil
	}
	if user == "" {
		return nil, true, errors.New("no user")
	}
	return nil, true, x.accept(user, true)
}
