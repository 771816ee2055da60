// Package agentdesk is the server's side of the desk: the line on which an agent's browser hears what happens, who is
// there, who looks at what. The desk in the browser is in ui.
package agentdesk

import (
	"context"
	"embed"
	"errors"
	"io/fs"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"frontline/internal/authority"
	"frontline/internal/event"
	"frontline/internal/fault"
	"frontline/internal/pg"
	"frontline/internal/web"
	"frontline/tickets"

	"github.com/gorilla/websocket"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Schemas are the migrations of this package and of those below it, in order.
func Schemas() []pg.Schema { return append(tickets.Schemas(), Schema()) }

// Schema is the migrations of this package alone, for a program that lists those below it with others.
func Schema() pg.Schema {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		panic(err) // the folder is embedded
	}
	return pg.Schema{Module: "agentdesk", Files: files}
}

// Accounts know who may go on; *authority.Accounts are it.
type Accounts interface {
	Ended(ctx context.Context, open []authority.Actor) ([]authority.Actor, error)
	Touch(ctx context.Context, by authority.Actor)
}

// Onlooker decides who may look on at a ticket without being shown, and writes it down; *supervise.Supervision is one.
type Onlooker interface {
	Look(ctx context.Context, by authority.Actor, ticket int64) error
}

// Options of a Desk: what it stands on.
type Options struct {
	Gate     *authority.Gate
	Tickets  *tickets.Tickets
	Work     *tickets.Work
	Accounts Accounts
	Hub      *event.Hub
	Live     *event.Live
	Onlooker Onlooker      // nil: nobody looks on unseen
	Log      *slog.Logger  // nil: slog.Default()
	Grace    time.Duration // how long an agent may be without a line before they are away; zero: 30 s
	Silence  time.Duration // a client that answered no ping for so long is gone, or does not read; zero: 9 s
	Typing   time.Duration // typing ends by itself: a lost "off" must not stay; zero: 10 s
}

// Desk holds the lines of the agents on this node.
type Desk struct {
	o   Options
	web *web.Server
	up  websocket.Upgrader

	running sync.WaitGroup // lines

	mu      sync.Mutex
	stopped bool
	lines   map[*line]struct{}
	agents  map[int64]int               // how many lines an agent has
	looking map[string]map[*line]typing // who looks at an object
	unseen  map[string]map[*line]bool   // of these, who is not shown
	stale   map[string]struct{}         // objects whose viewers must be told
	told    map[string]string           // what the viewers of an object were told last
	wake    chan struct{}               // stale has something
}

// Bounds that no desk in use reaches.
const (
	maxLines      = 20_000 // of a node
	maxLinesAgent = 2_000
)

// New makes a desk. Its lines hear of events while Run runs.
func New(o Options) *Desk {
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o.Grace == 0 {
		o.Grace = 30 * time.Second
	}
	if o.Silence == 0 {
		o.Silence = 9 * time.Second
	}
	if o.Typing == 0 {
		o.Typing = 10 * time.Second
	}
	d := &Desk{
		o: o, lines: map[*line]struct{}{}, agents: map[int64]int{}, looking: map[string]map[*line]typing{},
		unseen: map[string]map[*line]bool{}, stale: map[string]struct{}{}, told: map[string]string{}, wake: make(chan struct{}, 1),
	}
	o.Live.Listen("visitor:", d.visited)
	return d
}

// Routes adds the desk's line to the server.
func (d *Desk) Routes(s *web.Server) {
	d.web = s
	d.up = websocket.Upgrader{
		HandshakeTimeout: 5 * time.Second,
		ReadBufferSize:   512, // a client's message is short, and there are thousands of lines
		WriteBufferSize:  1024,
		WriteBufferPool:  &sync.Pool{},
		CheckOrigin:      s.OriginAllowed,
		Error: func(w http.ResponseWriter, r *http.Request, status int, reason error) {
			f := fault.BadField("Upgrade", "not_a_websocket")
			if status == http.StatusForbidden {
				f = fault.New(fault.Forbidden, "cross_origin")
			}
			s.Fail(w, r, f.Because(reason))
		},
	}
	s.Handle("GET /ws/desk", s.Signed(http.HandlerFunc(d.answer)))
	s.OnStop(d.stop)
}

// answer turns a request into a line. The line outlives the handler, so that what net/http keeps for a request is free.
func (d *Desk) answer(w http.ResponseWriter, r *http.Request) {
	by, err := web.Identify(r.Context())
	if err == nil && by.Kind != authority.Agent {
		err = fault.New(fault.Forbidden, "not_allowed")
	}
	if err == nil {
		err = d.room(by.ID)
	}
	if err != nil {
		d.web.Fail(w, r, err)
		return
	}
	ws, err := d.up.Upgrade(w, r, nil)
	if err != nil {
		return // it was answered
	}
	ctx, quit := context.WithCancel(web.WithLanguage(context.Background(), web.Language(r.Context())))
	l := newLine(d, ws, by, quit)
	if !d.enter(l) {
		quit()
		l.hangUp(websocket.CloseGoingAway, "stopping")
		ws.Close() //nolint:errcheck // it is over
		return
	}
	go l.run(ctx)
}

func (d *Desk) room(agent int64) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.stopped {
		return fault.New(fault.Unavailable, "stopping")
	}
	if len(d.lines) >= maxLines || d.agents[agent] >= maxLinesAgent {
		return fault.New(fault.TooMany, "too_busy", "retry_after", 10)
	}
	return nil
}

func (d *Desk) enter(l *line) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.stopped {
		return false
	}
	d.running.Add(1)
	d.lines[l] = struct{}{}
	d.came(l.by.ID)
	return true
}

// Attend counts an agent as there who works without a desk, as a program does in somebody's name, until leave is called.
func (d *Desk) Attend(agent int64) (leave func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.came(agent)
	return sync.OnceFunc(func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.went(agent)
	})
}

// came and went count the lines of an agent. The caller holds d.mu.
func (d *Desk) came(agent int64) {
	if d.agents[agent]++; d.agents[agent] == 1 {
		d.o.Live.Set(agentObject(agent), []byte(`true`))
	}
}

func (d *Desk) went(agent int64) {
	if d.agents[agent]--; d.agents[agent] == 0 {
		delete(d.agents, agent)
		d.o.Live.Set(agentObject(agent), nil)
	}
}

func (d *Desk) leave(l *line) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.lines, l)
	d.went(l.by.ID)
	for object, who := range d.looking {
		if _, ok := who[l]; ok {
			d.forgetLook(l, object)
		}
	}
	d.running.Done()
}

// each calls f for all lines of an agent, or for all lines where agent is 0.
func (d *Desk) each(agent int64, f func(*line)) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for l := range d.lines {
		if agent == 0 || l.by.ID == agent {
			f(l)
		}
	}
}

// stop tells every line that the program stops: the desks come back by themselves.
func (d *Desk) stop() {
	d.mu.Lock()
	d.stopped = true
	d.mu.Unlock()
	d.each(0, func(l *line) { l.end(websocket.CloseGoingAway, "stopping") })
}

// Run carries what all lines share until ctx ends, then waits for the lines to end.
func (d *Desk) Run(ctx context.Context) error {
	var work sync.WaitGroup
	work.Go(func() { _ = d.o.Live.Run(ctx, d.spoil) })
	work.Go(func() { d.tellLooks(ctx) })
	work.Go(func() { d.watchSeats(ctx) })
	work.Go(func() { d.watchAccounts(ctx) })
	err := d.watchStaff(ctx)
	work.Wait()
	d.stop()
	d.running.Wait()
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}
