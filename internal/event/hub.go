// Package event carries committed events to whoever listens on this node: in order, once,
// none missing, and from any point in the past that is still kept.
//
// Events are rows, written by authority in the transaction that caused them. Their number is the
// transaction's id and a counter, so a reader that stays below the oldest transaction still
// running (the horizon) can never be overtaken by a late commit.
package event

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"time"

	"frontline/internal/pg"

	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"
)

// Event says that something changed. It carries no content: whoever may read Object fetches it.
type Event struct {
	Seq    int64
	Kind   string // "message.added"
	Object string // "ticket:42"
	Topics []string
	Actor  string

	frame sync.Once
	bytes any
}

// Frame gives what build made of the event, made once for all subscribers.
func (e *Event) Frame(build func(*Event) any) any {
	e.frame.Do(func() { e.bytes = build(e) })
	return e.bytes
}

// ErrReset is the answer to a cursor that is too old, or from another database: reload.
var ErrReset = errors.New("the cursor is no longer kept")

// Everything is the topic of those who may see all; each event has it.
const Everything = "*"

// Hub hands each event to the subscribers of its topics on this node.
type Hub struct {
	db *pg.DB

	mu       sync.Mutex
	position int64 // all events up to here were handed out
	topics   map[string]map[*Sub]struct{}
	ready    chan struct{}

	poke   chan struct{} // this node committed something
	notify chan struct{} // tell the other nodes
}

// New makes a hub; it works while Run runs.
func New(db *pg.DB) *Hub {
	return &Hub{
		db: db, topics: map[string]map[*Sub]struct{}{}, ready: make(chan struct{}),
		poke: make(chan struct{}, 1), notify: make(chan struct{}, 1),
	}
}

// Poke says that this node committed events. It never blocks.
func (h *Hub) Poke() {
	wake(h.poke)
	wake(h.notify)
}

func wake(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

const (
	pageSize   = 500
	tellAtMost = 5 * time.Millisecond // one NOTIFY in this time, however many commits
	readAtMost = 4 * time.Millisecond // one reading in this time, however many commits
	safetyNet  = time.Second          // read even when no wake-up came
	answerTime = 10 * time.Second     // longer than any answer takes that still comes
)

// Run reads the events until ctx ends, through any loss of the database: it goes on where it was.
func (h *Hub) Run(ctx context.Context) error {
	backoff := 50 * time.Millisecond
	for ctx.Err() == nil {
		started := time.Now()
		err := h.follow(ctx)
		if ctx.Err() != nil {
			break
		}
		slog.WarnContext(ctx, "event reader lost the database", "err", err)
		if time.Since(started) > time.Minute {
			backoff = 50 * time.Millisecond
		}
		select {
		case <-ctx.Done():
		case <-time.After(backoff):
			backoff = min(2*backoff, 2*time.Second)
		}
	}
	return nil
}

// follow reads until something is lost. It has connections of its own, so that events arrive however busy the pools are.
func (h *Hub) follow(ctx context.Context) error {
	var own [3]*pgx.Conn
	for i := range own {
		c, err := h.db.Connect(ctx)
		if err != nil {
			return err
		}
		defer func() { _ = c.Close(context.WithoutCancel(ctx)) }()
		own[i] = c
	}
	listening, telling, reading := own[0], own[1], own[2]
	if _, err := listening.Exec(ctx, `listen frontline`); err != nil {
		return err
	}
	if err := h.start(ctx, reading); err != nil {
		return err
	}
	all, ctx := errgroup.WithContext(ctx)
	heard := make(chan struct{}, 1)
	all.Go(func() error { return listen(ctx, listening, telling.PgConn().PID(), heard) })
	all.Go(func() error { return h.tell(ctx, telling) })
	all.Go(func() error { return h.read(ctx, reading, heard) })
	return all.Wait()
}

// listen hears of the commits of other nodes; this one knows of its own without a detour.
func listen(ctx context.Context, c *pgx.Conn, own uint32, heard chan struct{}) error {
	for {
		n, err := c.WaitForNotification(ctx)
		if err != nil {
			return err
		}
		if n.PID != own {
			wake(heard)
		}
	}
}

// tell wakes the other nodes, outside any business transaction: a NOTIFY inside would make all
// commits of the database queue behind one lock.
func (h *Hub) tell(ctx context.Context, c *pgx.Conn) error {
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-h.notify:
		}
		if _, err := c.Exec(ctx, `notify frontline`); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(tellAtMost):
		}
	}
}

var errAhead = errors.New("events are numbered ahead of this database; waiting for the first write to lift its numbers")

// start sets the first position: everything below the horizon is complete.
func (h *Hub) start(ctx context.Context, c *pgx.Conn) error {
	if h.at() != 0 {
		return nil
	}
	var at int64
	var ahead bool
	if err := c.QueryRow(ctx, `select seq_horizon() - 1, coalesce((select max(seq) from events) > seq_top(), false)`).Scan(&at, &ahead); err != nil {
		return err
	}
	if ahead {
		return errAhead
	}
	h.mu.Lock()
	h.position = at
	h.mu.Unlock()
	close(h.ready)
	return nil
}

func (h *Hub) read(ctx context.Context, c *pgx.Conn, heard chan struct{}) error {
	net := time.NewTicker(safetyNet)
	defer net.Stop()
	const soonest, latest = 2 * time.Millisecond, 50 * time.Millisecond
	soon := soonest
	for {
		begun := time.Now()
		n, behind, err := h.readPage(ctx, c)
		if err != nil {
			return err
		}
		if n == pageSize {
			continue
		}
		var again <-chan time.Time
		if behind {
			// Something committed above the horizon while an older transaction still runs.
			again = time.After(soon)
			soon = min(soon*2, latest)
		} else {
			soon = soonest
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-h.poke:
		case <-heard:
		case <-again:
		case <-net.C:
		}
		// Under load one reading serves many commits; after a rest the first is read at once.
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(readAtMost - time.Since(begun)):
		}
	}
}

func (h *Hub) readPage(ctx context.Context, c *pgx.Conn) (n int, behind bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	b := &pgx.Batch{}
	b.Queue(`select seq, kind, object, topics, actor from events
		where seq > $1 and seq < seq_horizon() order by seq limit $2`, h.at(), pageSize)
	b.Queue(`select exists (select from events where seq > $1 and seq >= seq_horizon())`, h.at())
	res := c.SendBatch(ctx, b)
	defer func() { err = errors.Join(err, res.Close()) }()
	rows, err := res.Query()
	if err != nil {
		return 0, false, err
	}
	page, err := collect(rows)
	if err != nil {
		return 0, false, err
	}
	h.publish(page)
	err = res.QueryRow().Scan(&behind)
	return len(page), behind, err
}

func collect(rows pgx.Rows) ([]*Event, error) {
	return pgx.CollectRows(rows, func(r pgx.CollectableRow) (*Event, error) {
		e := &Event{}
		return e, r.Scan(&e.Seq, &e.Kind, &e.Object, &e.Topics, &e.Actor)
	})
}

func (h *Hub) at() int64 {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.position
}

func (h *Hub) publish(page []*Event) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, e := range page {
		h.position = e.Seq
		for _, t := range e.Topics {
			for s := range h.topics[t] {
				s.offer(e)
			}
		}
		if !slices.Contains(e.Topics, Everything) {
			for s := range h.topics[Everything] {
				s.offer(e)
			}
		}
	}
}
