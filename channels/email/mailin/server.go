// Package mailin receives mail by SMTP or LMTP from mail servers that route it here. It answers 250 only after the mail is
// kept, takes mail for known addresses only, and relays nothing.
package mailin

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/emersion/go-smtp"

	"frontline/channels/email/wire"
)

// Options say what to receive. Zero fields take the defaults named beside them.
type Options struct {
	LMTP           bool           // LMTP (RFC 2033), which answers for each recipient, instead of SMTP
	Name           string         // our name in the greeting; "frontline"
	Allowed        []netip.Prefix // who may connect, besides sockets in the file system; only this machine
	TLS            *tls.Config    // to offer STARTTLS; none
	MaxSize        int64          // bytes of a mail; 50 MB
	MaxRecipients  int            // of a mail; 100
	MaxConnections int            // at once; 50
	Patience       wire.Patience  // with a peer; 5 minutes for its next word, as RFC 5321 asks, and 512 bytes a second
	KeepTime       time.Duration  // how long Keep may take, without its waiting for the peer, before its context ends; 1 minute

	// Known tells whether mail for an address is ours to take. An error puts the peer off.
	Known func(ctx context.Context, address string) (bool, error)

	// Keep makes a mail durable. It must read raw to its end, and must not return nil before the mail is safe: the peer
	// forgets it then. After an error, and sometimes after none, the same mail comes again. A *PerRecipient gives each
	// recipient an answer of its own.
	Keep func(ctx context.Context, e Envelope, raw io.Reader) error

	Log *slog.Logger // slog.Default()
}

// Envelope is what the peer said about a mail.
type Envelope struct {
	From  string     // "" for bounces and other automatic mail
	To    []string   // known addresses, as the peer wrote them
	Peer  netip.Addr // invalid for a socket in the file system
	Hello string     // what the peer calls itself; not to be believed
	TLS   bool
}

// PerRecipient is an error for some recipients of a mail; the others have it.
type PerRecipient map[string]error

// Error is for logs.
func (p PerRecipient) Error() string {
	all := make([]error, 0, len(p))
	for to, err := range p {
		all = append(all, errors.New(to+": "+err.Error()))
	}
	return errors.Join(all...).Error()
}

func (o Options) orDefault() Options {
	if o.Name == "" {
		o.Name = "frontline"
	}
	if len(o.Allowed) == 0 {
		o.Allowed = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}
	}
	if o.MaxSize <= 0 {
		o.MaxSize = 50 << 20
	}
	if o.MaxRecipients <= 0 {
		o.MaxRecipients = 100
	}
	if o.MaxConnections <= 0 {
		o.MaxConnections = 50
	}
	if o.Patience.Answer <= 0 {
		o.Patience.Answer = 5 * time.Minute
	}
	if o.KeepTime <= 0 {
		o.KeepTime = time.Minute
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	return o
}

// Serve receives on a listener until the context ends, and closes it. It returns when no Keep runs any more: nil after the
// context, or why the listener failed.
func Serve(ctx context.Context, l net.Listener, o Options) error {
	o = o.orDefault()
	// A mail that is being kept when the program stops is kept to the end: aborting it would gain nothing.
	receiver := &receiver{ctx: context.WithoutCancel(ctx), options: o}
	server := smtp.NewServer(receiver)
	server.LMTP = o.LMTP
	server.Domain = o.Name
	server.TLSConfig = o.TLS
	server.MaxMessageBytes = o.MaxSize
	server.MaxRecipients = o.MaxRecipients
	// Many programs write lines longer than RFC 5321 allows, and refusing one would lose the mail: its sender comes again
	// with the same. What a peer says in all is bounded, by the size of a mail and by commandAllowance.
	server.MaxLineLength = 0
	server.EnableSMTPUTF8 = true
	server.ErrorLog = slog.NewLogLogger(o.Log.Handler(), slog.LevelWarn)

	shut := sync.OnceFunc(func() { _ = server.Close() }) // the library bears no two at once
	stop := context.AfterFunc(ctx, shut)
	err := server.Serve(&door{Listener: l, options: o, free: make(chan struct{}, o.MaxConnections)})
	stop()
	shut()
	receiver.keeping.Lock() // waits
	receiver.closed = true
	receiver.keeping.Unlock()
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// receiver makes sessions.
type receiver struct {
	ctx     context.Context // of all sessions; the library's interfaces carry none
	options Options
	keeping sync.RWMutex // held for reading by each Keep
	closed  bool
}

func (r *receiver) NewSession(c *smtp.Conn) (smtp.Session, error) {
	s := &session{receiver: r, conn: c, line: lineOf(c.Conn())}
	s.Reset()
	return s, nil
}
