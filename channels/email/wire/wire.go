// Package wire opens lines to other people's mail servers and keeps them bounded: every wait has an end, every answer a
// size, and every failure a code that the mailbox page has words for. It knows neither IMAP nor SMTP.
package wire

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/netip"
	"strconv"
	"syscall"
	"time"
)

// Security says when a line is encrypted.
type Security string

// The ways to secure a line. The zero value counts as TLS, so that a forgotten setting never sends a password in clear.
const (
	TLS      Security = "tls"      // from the first byte (ports 993 and 465)
	StartTLS Security = "starttls" // after a greeting in clear (ports 143 and 587); refused when the server does not offer it
	Plain    Security = "plain"    // never; for servers on the same machine
)

// Method says how to log in.
type Method string

// The ways to log in. The zero value counts as Password.
const (
	Password    Method = "password"    // LOGIN or PLAIN, whichever the server offers
	XOAUTH2     Method = "xoauth2"     // Google's and Microsoft's form of a bearer token
	OAuthBearer Method = "oauthbearer" // the standard's form, RFC 7628
)

// Server is where a mail server is and how to talk to it.
type Server struct {
	Host     string
	Port     int
	Security Security

	// CAs are the authorities to trust besides nobody else: a company's own authority. Nil trusts the system's.
	CAs *x509.CertPool

	// Allow is asked with the address that is really dialled, after the name was looked up, so that a name cannot lead
	// into the inner network. Nil allows every address.
	Allow func(netip.Addr) bool

	// Patience bounds the waits. Zero fields take the defaults of DefaultPatience.
	Patience Patience
}

// Login is who logs in. Without User there is no login at all.
type Login struct {
	User   string
	Method Method

	// Secret gives the password, or the access token, whenever a line is opened. It is a function so that a token can be
	// renewed and so that no secret lies in a struct that somebody prints.
	Secret func(context.Context) (string, error)
}

// Static is a Secret that never changes.
func Static(secret string) func(context.Context) (string, error) {
	return func(context.Context) (string, error) { return secret, nil }
}

// Patience is how long to wait for a server.
type Patience struct {
	Connect time.Duration // for the connection, and again for the handshake
	Answer  time.Duration // for the next byte while an answer is due
	Rate    int64         // bytes a second that a long answer must reach on average, so that a trickle ends too
}

// DefaultPatience suits servers across the world and lines of a few kilobytes a second.
var DefaultPatience = Patience{Connect: 30 * time.Second, Answer: 60 * time.Second, Rate: 512}

func (p Patience) orDefault() Patience {
	if p.Connect <= 0 {
		p.Connect = DefaultPatience.Connect
	}
	if p.Answer <= 0 {
		p.Answer = DefaultPatience.Answer
	}
	if p.Rate <= 0 {
		p.Rate = DefaultPatience.Rate
	}
	return p
}

// Address is host:port.
func (s Server) Address() string { return net.JoinHostPort(s.Host, strconv.Itoa(s.Port)) }

// TLSConfig is what the handshake must meet: TLS 1.2, a certificate for Host from a trusted authority.
func (s Server) TLSConfig() *tls.Config {
	return &tls.Config{ServerName: s.Host, RootCAs: s.CAs, MinVersion: tls.VersionTLS12}
}

// Dial opens a line. With Security TLS it is encrypted when Dial returns. With StartTLS, upgrade is called first: it talks
// in clear up to the point where the server waits for the handshake; a nil upgrade leaves the line in clear for the
// caller to upgrade. Errors are *Error.
func Dial(ctx context.Context, s Server, upgrade func(*Conn) error) (*Conn, error) {
	patience := s.Patience.orDefault()
	connectCtx, cancel := context.WithTimeout(ctx, patience.Connect)
	defer cancel()
	dialer := net.Dialer{KeepAlive: 30 * time.Second, ControlContext: s.check}
	raw, err := dialer.DialContext(connectCtx, "tcp", s.Address())
	if err != nil {
		return nil, dialError(ctx, s, err)
	}
	c := newConn(raw, raw, patience)
	if s.Security == Plain {
		return c, nil
	}
	if s.Security == StartTLS {
		if upgrade == nil {
			return c, nil
		}
		stop := context.AfterFunc(ctx, func() { c.Cut(context.Cause(ctx)) })
		err := upgrade(c)
		stop()
		if err != nil {
			c.Cut(err)
			return nil, c.Explain("starttls", err)
		}
	}
	return handshake(ctx, c, s)
}

func handshake(ctx context.Context, c *Conn, s Server) (*Conn, error) {
	patience := s.Patience.orDefault()
	ctx, cancel := context.WithTimeout(ctx, patience.Connect)
	defer cancel()
	_ = c.raw.SetDeadline(time.Time{}) // left over from an upgrade
	secure := tls.Client(c.raw, s.TLSConfig())
	if err := secure.HandshakeContext(ctx); err != nil {
		_ = c.raw.Close()
		return nil, tlsError(ctx, err)
	}
	return newConn(secure, c.raw, patience), nil
}

// check refuses an address before the first packet goes out.
func (s Server) check(_ context.Context, _, address string, _ syscall.RawConn) error {
	if s.Allow == nil {
		return nil
	}
	at, err := netip.ParseAddrPort(address)
	if err != nil || !s.Allow(at.Addr().Unmap()) {
		return &Error{Code: AddressRefused, Op: "connect", Text: address}
	}
	return nil
}
