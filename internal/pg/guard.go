package pg

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

const (
	guardEvery  = 300 * time.Millisecond // between two questions
	guardAnswer = 700 * time.Millisecond // for an answer
	// guardSilence is how long nothing at all may have come from a server that does not answer. With two questions
	// that fail it makes a hung server dead within two seconds.
	guardSilence = 1500 * time.Millisecond
)

// guard makes a hung server look dead, where the address names several. Without it a statement on a server that is
// stopped or cut off waits for its own time limit, and then pgx waits 15 s more for an orderly end of the connection,
// which keeps its place in the pool all that while.
//
// It asks each address a small question all the time over a connection of its own. Two questions without an answer in a
// time in which none of the pools' sockets heard anything either, so that a busy server is not taken for a dead one,
// cut every socket to that address and refuse new ones until it answers again.
type guard struct {
	cfg    *pgconn.Config // for the questions
	log    *slog.Logger
	ctx    context.Context // ends with the guard: it owns the watchers
	cancel context.CancelFunc
	wg     sync.WaitGroup

	mu    sync.Mutex
	hosts map[string]string // address to the host of the URL it was looked up for
	peers map[string]*peer  // by address
}

// peer is one address of the database.
type peer struct {
	address string
	heard   atomic.Int64 // when bytes last came from it, in Unix nanoseconds

	mu    sync.Mutex
	down  bool
	conns map[*guarded]struct{}
}

// guarded is a socket that can be cut.
type guarded struct {
	net.Conn
	peer *peer
}

var errDown = errors.New("server does not answer")

func newGuard(cfg *pgconn.Config, log *slog.Logger) *guard {
	cfg = cfg.Copy()
	cfg.RuntimeParams = map[string]string{"application_name": "frontline guard"}
	cfg.ValidateConnect = nil
	g := &guard{cfg: cfg, log: log, hosts: map[string]string{}, peers: map[string]*peer{}}
	g.ctx, g.cancel = context.WithCancel(context.Background())
	return g
}

// close ends the watchers.
func (g *guard) close() {
	g.cancel()
	g.wg.Wait()
}

// attach makes connections of the configuration guarded.
func (g *guard) attach(cfg *pgconn.Config) {
	lookup := cfg.LookupFunc
	cfg.LookupFunc = func(ctx context.Context, host string) ([]string, error) {
		found, err := lookup(ctx, host)
		g.mu.Lock()
		defer g.mu.Unlock()
		for _, a := range found {
			g.hosts[a] = host
		}
		return found, err
	}
	cfg.DialFunc = g.dial
}

// dial connects, at once or not at all to a server that hangs.
func (g *guard) dial(ctx context.Context, network, address string) (net.Conn, error) {
	if network == "unix" {
		return dialer.DialContext(ctx, network, address)
	}
	p := g.watched(address)
	p.mu.Lock()
	down := p.down
	p.mu.Unlock()
	if down {
		return nil, fmt.Errorf("%s: %w", address, errDown)
	}
	conn, err := dialer.DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	c := &guarded{conn, p}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.down {
		conn.Close()
		return nil, fmt.Errorf("%s: %w", address, errDown)
	}
	p.conns[c] = struct{}{}
	return c, nil
}

func (c *guarded) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	if n > 0 {
		c.peer.hear()
	}
	return n, err
}

func (c *guarded) Close() error {
	c.peer.mu.Lock()
	delete(c.peer.conns, c)
	c.peer.mu.Unlock()
	return c.Conn.Close()
}

// watched is the peer at an address; its watcher starts with the first use.
func (g *guard) watched(address string) *peer {
	g.mu.Lock()
	defer g.mu.Unlock()
	p := g.peers[address]
	if p == nil {
		p = &peer{address: address, conns: map[*guarded]struct{}{}}
		p.hear()
		g.peers[address] = p
		g.wg.Go(func() { g.watch(p) })
	}
	return p
}

// watch asks until the guard closes.
func (g *guard) watch(p *peer) {
	var q question
	defer q.close()
	failed := 0
	for {
		err := q.ask(g.ctx, g, p.address)
		if g.ctx.Err() != nil {
			return
		}
		if err == nil {
			failed = 0
			p.hear()
			if p.rise() {
				g.log.Info("database server answers again", "address", p.address)
			}
		} else if failed++; failed >= 2 && p.silent() > guardSilence {
			if cut := p.fall(); cut >= 0 {
				g.log.Warn("database server does not answer: its connections are cut", "address", p.address, "cut", cut, "err", err)
			}
		}
		select {
		case <-g.ctx.Done():
			return
		case <-time.After(guardEvery):
		}
	}
}

func (p *peer) hear() { p.heard.Store(time.Now().UnixNano()) }

func (p *peer) silent() time.Duration { return time.Since(time.Unix(0, p.heard.Load())) }

// fall cuts the peer's sockets and says how many; -1 when it was down already.
func (p *peer) fall() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.down {
		return -1
	}
	p.down = true
	n := len(p.conns)
	for c := range p.conns {
		c.Conn.Close()
	}
	clear(p.conns)
	return n
}

// rise says whether the peer was down.
func (p *peer) rise() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	was := p.down
	p.down = false
	return was
}

// question is the connection a watcher asks over: it stays open, so that asking costs neither side more than a packet.
type question struct{ conn *pgconn.PgConn }

// ask returns nil when the server at the address says anything, a refusal included.
func (q *question) ask(ctx context.Context, g *guard, address string) error {
	ctx, cancel := context.WithTimeout(ctx, guardAnswer)
	defer cancel()
	if q.conn == nil {
		conn, err := pgconn.ConnectConfig(ctx, g.to(address))
		var pe *pgconn.PgError
		if errors.As(err, &pe) {
			return nil // it starts, is full, or does not know us: it lives
		}
		if err != nil {
			return err
		}
		q.conn = conn
	}
	_, err := q.conn.Exec(ctx, "").ReadAll()
	if err != nil {
		// Ended by the server, or hung: the next question, on a new connection, tells.
		q.close()
	}
	return err
}

// close drops the connection without a word: pgx's orderly end waits for a server that may hang.
func (q *question) close() {
	if q.conn != nil {
		q.conn.Conn().Close()
		q.conn = nil
	}
}

// to is the configuration for one address: what the URL says of its host, with and without TLS where it allows both.
func (g *guard) to(address string) *pgconn.Config {
	cfg := g.cfg.Copy()
	g.mu.Lock()
	defer g.mu.Unlock()
	ip, port, err := net.SplitHostPort(address)
	if err != nil {
		return cfg // pgx made the address of both
	}
	ways := slices.DeleteFunc(targets(cfg), func(t *pgconn.FallbackConfig) bool {
		return t.Host != g.hosts[ip] || strconv.Itoa(int(t.Port)) != port
	})
	if len(ways) > 0 {
		cfg.Host, cfg.Port, cfg.TLSConfig, cfg.Fallbacks = ways[0].Host, ways[0].Port, ways[0].TLSConfig, ways[1:]
	}
	cfg.LookupFunc = func(context.Context, string) ([]string, error) { return []string{address}, nil }
	cfg.DialFunc = dialer.DialContext
	return cfg
}

// dialer gives up on a host that does not answer at all, and notices one that vanished while nothing is under way.
var dialer = &net.Dialer{
	Timeout:         2 * time.Second,
	KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: 10 * time.Second, Interval: 5 * time.Second, Count: 3},
}
