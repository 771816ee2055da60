package webchat

import (
	"context"
	"errors"
	"io"
	"net/netip"
	"sync"
	"time"

	"frontline/internal/event"
	"frontline/internal/fault"
	"frontline/internal/plain"
	"frontline/internal/web"

	"github.com/gorilla/websocket"
	"golang.org/x/time/rate"
)

const (
	helloTime = 15 * time.Second // for a browser to say who it is
	writeTime = 5 * time.Second  // for one frame to leave
	askTime   = 10 * time.Second // for the database to answer
	maxUnread = 64               // answers that wait to be written; the reader waits above it
)

// Close codes of our own (RFC 6455 gives 4000 to 4999 to applications).
const (
	closeSite    = 4404
	closeTooMany = 4409
)

// line is one websocket of a visitor. One goroutine reads and does what is said; one writes.
type line struct {
	chat    *Chat
	ws      *websocket.Conn
	site    *site
	peer    netip.Addr
	quit    context.CancelFunc
	written chan struct{} // the writer is done
	frames  *rate.Limiter
	wrongs  *rate.Limiter // malformed frames

	// Set by hello, before the writer begins.
	token string
	lang  string
	page  string
	who   Identity

	// Of chat.mu.
	ticket      int64
	typingUntil time.Time
	readUpto    int64

	work chan struct{} // the writer has something to do

	mu      sync.Mutex
	code    int
	why     string
	out     [][]byte // to be written in order
	free    chan struct{}
	pinging bool
	pull    bool // read the conversation anew
	look    bool // who looks at the ticket may have changed
	place   *queueFrame

	// The writer's own.
	sub    *event.Sub
	follow int64   // the ticket that sub follows
	at     talk    // as it was told
	seq    int64   // of the last message that was told
	own    int64   // the last of the visitor's own among them
	read   int64   // and the last of those that an agent has read
	told   told    // what else was told
	shown  []byte  // the last queue frame
	v      visitor // as last read
}

// told is what a browser knows besides messages.
type told struct {
	state     stateFrame
	delivered int64
	read      int64
	typing    string // who
}

func newLine(c *Chat, ws *websocket.Conn, s *site, peer netip.Addr, quit context.CancelFunc) *line {
	f := c.floods.o.LineFrames
	return &line{
		chat: c, ws: ws, site: s, peer: peer, quit: quit, written: make(chan struct{}), work: make(chan struct{}, 1), free: make(chan struct{}, 1),
		frames: rate.NewLimiter(rate.Limit(f.Each), f.Burst), wrongs: rate.NewLimiter(0.5, 10),
	}
}

// end makes the line end, once, with a close code (RFC 6455, 7.4) and a reason. It never blocks.
func (l *line) end(code int, why string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.code == 0 {
		l.code, l.why = code, why
	}
	l.quit()
	poke(l.work)
}

// hangUp says goodbye, to a browser that may not read it.
func (l *line) hangUp(code int, why string) {
	m := websocket.FormatCloseMessage(code, why)
	l.ws.WriteControl(websocket.CloseMessage, m, time.Now().Add(time.Second)) //nolint:errcheck // a courtesy
}

// run reads until the line ends; ctx ends with it.
func (l *line) run(ctx context.Context) {
	defer l.chat.leave(l)
	defer l.ws.Close() //nolint:errcheck // it is over
	l.ws.SetReadLimit(maxDrain)
	ctx, ok := l.welcome(ctx)
	if !ok {
		return
	}
	silence := l.chat.o.Silence
	// Only the answer to a ping moves the end: who talks on and on and reads nothing is gone all the same.
	l.ws.SetPongHandler(func(string) error { return l.ws.SetReadDeadline(time.Now().Add(silence)) })
	l.ws.SetReadDeadline(time.Now().Add(silence)) //nolint:errcheck // a closed line is found by the next read
	go l.write(ctx)
	for l.listen(ctx) {
	}
	l.end(websocket.CloseNormalClosure, "")
	<-l.written
}

// take takes one frame; io.EOF when the line is over.
func (l *line) take() (said, error) {
	kind, r, err := l.ws.NextReader()
	if err != nil {
		return said{}, io.EOF
	}
	// A whole frame of the longest kind is read before it is judged, so that its end is found.
	frame, err := io.ReadAll(io.LimitReader(r, maxFrame+1))
	if err != nil {
		return said{}, io.EOF
	}
	if kind != websocket.TextMessage {
		return said{}, fault.New(fault.Invalid, "frame_not_text")
	}
	return parse(frame)
}

// welcome waits for hello and answers it. The reader alone writes until then. The context it gives has the visitor's language.
func (l *line) welcome(ctx context.Context) (context.Context, bool) {
	l.ws.SetReadDeadline(time.Now().Add(helloTime)) //nolint:errcheck // a closed line is found by the next read
	for {
		m, err := l.take()
		if err == nil {
			ctx, err = l.hello(ctx, m)
		}
		if err == nil {
			return ctx, true
		}
		if errors.Is(err, io.EOF) {
			return ctx, false
		}
		if errors.Is(err, errTooMany) {
			l.hangUp(closeTooMany, "too many lines")
			return ctx, false
		}
		if l.send(l.refusal(ctx, m.ID, err)) != nil {
			return ctx, false
		}
		if !l.wrongs.Allow() || l.token != "" { // with a token it is no frame that was wrong

			l.hangUp(websocket.CloseTryAgainLater, "")
			return ctx, false
		}
	}
}

var errTooMany = errors.New("too many lines of one visitor")

func (l *line) hello(ctx context.Context, m said) (context.Context, error) {
	if m.Type != "hello" {
		return ctx, fault.New(fault.Invalid, "frame_no_hello")
	}
	l.lang, l.page = m.Lang, plain.Line(m.Page, 2000)
	if l.lang == "" {
		l.lang = web.Language(ctx)
	}
	ctx = web.WithLanguage(ctx, l.lang)
	asking, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	v, doubt, err := l.chat.recognise(asking, l, m)
	if err != nil {
		l.token = ""
		return ctx, err
	}
	if l.token != m.Token {
		m.After = 0
	}
	if !l.chat.floods.enterVisitor(l.token) {
		l.token = ""
		return ctx, errTooMany
	}
	if doubt != nil && l.send(l.refusal(ctx, "", doubt)) != nil {
		return ctx, io.EOF
	}
	l.v, l.seq = v, m.After
	if err := l.begin(asking); err != nil {
		return ctx, err
	}
	return ctx, nil
}

// refusal is the answer to what was not done, and counts it.
func (l *line) refusal(ctx context.Context, id string, err error) []byte {
	l.chat.counts.refuse(err)
	code, detail, args := l.chat.web.Describe(ctx, err)
	var f *fault.Fault
	if errors.As(err, &f) && len(f.Fields) == 1 {
		args = map[string]any{"field": f.Fields[0].Name}
		for k, v := range f.Fields[0].Args {
			args[k] = v
		}
	}
	return encode(errorFrame{"error", id, code, detail, args})
}

// listen takes one frame and does what it says; false when the line is over.
func (l *line) listen(ctx context.Context) bool {
	m, err := l.take()
	if errors.Is(err, io.EOF) {
		return false
	}
	if err == nil && !l.frames.Allow() {
		err = fault.New(fault.TooMany, "rate_limited", "retry_after", 1)
	}
	wrong := err != nil
	var ok []byte
	if err == nil {
		ok, err = l.do(ctx, m)
	}
	switch {
	case err == nil && ok == nil:
		return true
	case err == nil:
		return l.reply(ctx, ok)
	case wrong && !l.wrongs.Allow():
		l.chat.counts.refuse(err)
		l.end(websocket.ClosePolicyViolation, "too many wrong frames")
		return false
	}
	return l.reply(ctx, l.refusal(ctx, m.ID, err))
}

// reply puts a frame before the writer, and waits while too many wait.
func (l *line) reply(ctx context.Context, frame []byte) bool {
	for {
		l.mu.Lock()
		if len(l.out) < maxUnread {
			l.out = append(l.out, frame)
			poke(l.work)
			l.mu.Unlock()
			return true
		}
		l.mu.Unlock()
		select {
		case <-l.free:
		case <-ctx.Done():
			return false
		}
	}
}

// do does what a frame says, and gives the answer where there is one.
func (l *line) do(ctx context.Context, m said) (ok []byte, err error) {
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	var seq int64
	switch m.Type {
	case "ping":
		return encode(bareFrame{"pong"}), nil
	case "typing":
		l.chat.setTyping(l, m.On)
		return nil, nil
	case "received", "read":
		return nil, l.saw(m)
	case "hello":
		return nil, fault.New(fault.Conflict, "frame_said_hello")
	case "start":
		seq, err = l.chat.start(ctx, l, m)
	case "message":
		seq, err = l.chat.message(ctx, l, m)
	case "choose":
		err = l.chat.choose(ctx, l, m)
	case "end":
		err = l.chat.finish(ctx, l)
	}
	if err != nil {
		return nil, err
	}
	return encode(okFrame{"ok", m.ID, seq}), nil
}

// saw notes how far the visitor has come. It is written a moment later, with what others have seen.
func (l *line) saw(m said) error {
	l.chat.mu.Lock()
	ticket := l.ticket
	if m.Type == "read" {
		l.readUpto = max(l.readUpto, m.Upto)
	}
	l.chat.mu.Unlock()
	if ticket == 0 {
		return fault.New(fault.Conflict, "chat_not_started")
	}
	l.chat.see(l.token, ticket, m.Upto, m.Type == "read")
	if m.Type == "read" {
		l.chat.tellVisitor(ticket)
	}
	return nil
}

// ask changes what the writer has to do, and wakes it. It never blocks.
func (l *line) ask(change func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	change()
	poke(l.work)
}
