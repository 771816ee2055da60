// Package webchat is the chat on other people's pages: a visitor's line, from the browser to the ticket and back. What it
// says to the browser is in docs/chat.md.
package webchat

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"frontline/internal/authority"
	"frontline/internal/blob"
	"frontline/internal/event"
	"frontline/internal/fault"
	"frontline/internal/secret"
	"frontline/internal/web"
	"frontline/tickets"

	"github.com/gorilla/websocket"
)

// Channel is the channel's name on tickets and messages.
const Channel = "chat"

// self is the channel when it acts by itself.
var self = authority.System("webchat")

// Options of a Chat: what it stands on.
type Options struct {
	Gate    *authority.Gate
	Tickets *tickets.Tickets
	Hub     *event.Hub
	Live    *event.Live
	Blobs   blob.Store
	Key     *secret.Key
	Widget  fs.FS                             // the built script, widget.js; nil: none
	Words   func(lang string) json.RawMessage // the script's own; nil: none
	Log     *slog.Logger                      // nil: slog.Default()
	Limits  Limits                            // of floods
	Silence time.Duration                     // a browser that answered no ping for so long is gone; zero: 50 s
	Typing  time.Duration                     // typing ends by itself; zero: 8 s
	Gather  time.Duration                     // what visitors have seen in this time is written together; zero: 100 ms
	Places  time.Duration                     // visitors are told their place at most so often; zero: 2 s
	Beat    time.Duration                     // that visitors are there is written so often; zero: 10 s
}

// Chat holds the lines of the visitors on this node.
type Chat struct {
	o      Options
	web    *web.Server
	work   *tickets.Work
	up     websocket.Upgrader
	sites  *sites
	floods *floods
	counts *counts
	seen   *seen

	running sync.WaitGroup // lines

	mu      sync.Mutex
	stopped bool
	lines   map[*line]struct{}
	of      map[int64]map[*line]struct{} // lines by ticket
	typing  map[*line]struct{}
}

// New makes a chat. Its lines work while Run runs.
func New(o Options) *Chat {
	if o.Log == nil {
		o.Log = slog.Default()
	}
	for _, d := range []struct {
		at       *time.Duration
		standard time.Duration
	}{
		{&o.Silence, 50 * time.Second},
		{&o.Typing, 8 * time.Second},
		{&o.Gather, 100 * time.Millisecond},
		{&o.Places, 2 * time.Second},
		{&o.Beat, 10 * time.Second},
	} {
		if *d.at == 0 {
			*d.at = d.standard
		}
	}
	c := &Chat{
		o: o, work: tickets.NewWork(o.Tickets), floods: newFloods(o.Limits), counts: newCounts(), seen: newSeen(),
		lines: map[*line]struct{}{}, of: map[int64]map[*line]struct{}{}, typing: map[*line]struct{}{},
	}
	c.sites = &sites{chat: c}
	o.Live.Listen("ticket:", c.looked)
	return c
}

// Routes adds the chat to the server.
func (c *Chat) Routes(s *web.Server) {
	c.web = s
	c.up = websocket.Upgrader{
		HandshakeTimeout: 5 * time.Second,
		ReadBufferSize:   512, // a visitor says little, and there are thousands of lines
		WriteBufferSize:  1024,
		WriteBufferPool:  &sync.Pool{},
		CheckOrigin:      func(*http.Request) bool { return true }, // checked before, against the site
		Error: func(w http.ResponseWriter, r *http.Request, _ int, reason error) {
			s.Fail(w, r, fault.BadField("Upgrade", "not_a_websocket").Because(reason))
		},
	}
	s.HandleFunc("GET /ws/chat/{site}", c.answer)
	c.pageRoutes(s)
	c.fileRoutes(s)
	c.siteRoutes(s)
	c.deskRoutes(s)
	s.OnStop(c.stop)
}

// answer turns a request into a line. The line outlives the handler, so that what net/http keeps for a request is free.
func (c *Chat) answer(w http.ResponseWriter, r *http.Request) error {
	site, err := c.enterSite(w, r)
	if err == nil {
		err = c.room(site, r)
	}
	if err != nil {
		c.counts.refuse(err)
		return err
	}
	ws, err := c.up.Upgrade(w, r, nil)
	if err != nil {
		c.floods.leave(site.ID, web.Peer(r.Context()))
		return nil // it was answered
	}
	ctx, quit := context.WithCancel(web.WithLanguage(context.Background(), web.Language(r.Context())))
	l := newLine(c, ws, site, web.Peer(r.Context()), quit)
	if !c.enter(l) {
		quit()
		c.floods.leave(site.ID, l.peer)
		l.hangUp(websocket.CloseGoingAway, "stopping")
		ws.Close() //nolint:errcheck // it is over
		return nil
	}
	go l.run(ctx)
	return nil
}

// room says whether one more line fits, and counts it in.
func (c *Chat) room(site *site, r *http.Request) error {
	c.mu.Lock()
	stopped := c.stopped
	c.mu.Unlock()
	if stopped {
		return fault.New(fault.Unavailable, "stopping")
	}
	return c.floods.enter(site.ID, web.Peer(r.Context()))
}

func (c *Chat) enter(l *line) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.stopped {
		return false
	}
	c.running.Add(1)
	c.lines[l] = struct{}{}
	c.counts.lines.Inc()
	return true
}

func (c *Chat) leave(l *line) {
	c.mu.Lock()
	ticket := l.ticket
	delete(c.lines, l)
	c.detach(l)
	c.mu.Unlock()
	c.counts.lines.Dec()
	c.floods.leave(l.site.ID, l.peer)
	c.floods.leaveVisitor(l.token)
	c.tellVisitor(ticket)
	c.running.Done()
}

// attach says which ticket a line is about; 0: none yet.
func (c *Chat) attach(l *line, ticket int64) {
	c.mu.Lock()
	was := l.ticket
	c.detach(l)
	if _, here := c.lines[l]; here && ticket != 0 {
		if c.of[ticket] == nil {
			c.of[ticket] = map[*line]struct{}{}
		}
		c.of[ticket][l] = struct{}{}
		l.ticket = ticket
	}
	c.mu.Unlock()
	if was != ticket {
		c.tellVisitor(was)
		c.tellVisitor(ticket)
	}
}

// detach is for who holds c.mu.
func (c *Chat) detach(l *line) {
	delete(c.typing, l)
	delete(c.of[l.ticket], l)
	if len(c.of[l.ticket]) == 0 {
		delete(c.of, l.ticket)
	}
	l.ticket, l.typingUntil = 0, time.Time{}
}

// each calls f for all lines.
func (c *Chat) each(f func(*line)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for l := range c.lines {
		f(l)
	}
}

// stop tells every line that the program stops: the browsers come back by themselves.
func (c *Chat) stop() {
	c.mu.Lock()
	c.stopped = true
	c.mu.Unlock()
	c.each(func(l *line) { l.end(websocket.CloseGoingAway, "stopping") })
}

// Run carries what all lines share until ctx ends, then waits for the lines to end.
func (c *Chat) Run(ctx context.Context) error {
	var work sync.WaitGroup
	work.Go(func() { c.writeSeen(ctx) })
	work.Go(func() { c.endTyping(ctx) })
	work.Go(func() { c.tellPlaces(ctx) })
	work.Go(func() { c.beat(ctx) })
	work.Wait()
	c.stop()
	c.running.Wait()
	c.flushSeen(context.WithoutCancel(ctx))
	return nil
}

func wrap(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", what, err)
}

func poke(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
