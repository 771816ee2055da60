package agentdesk

import (
	"context"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"frontline/internal/authority"
	"frontline/internal/event"
	"frontline/internal/fault"

	"github.com/gorilla/websocket"
	"golang.org/x/time/rate"
)

const (
	helloTime = 10 * time.Second // for a client to say who it is
	writeTime = 5 * time.Second  // for one frame to leave
	askTime   = 5 * time.Second  // for the database to answer
	maxLooks  = 50               // objects one line watches
)

// Close codes of our own (RFC 6455 gives 4000 to 4999 to applications).
const closeSession = 4401

// line is one websocket. One goroutine reads and does what is asked; one writes.
type line struct {
	desk *Desk
	ws   *websocket.Conn
	by   authority.Actor
	pass string // the session or token it was opened with, as events name it

	sub     *event.Sub
	replies chan []byte   // to what was asked; the reader waits when it is full
	work    chan struct{} // the writer has something to do besides events
	quit    context.CancelFunc
	written chan struct{} // the writer is done
	asking  *rate.Limiter
	wrongs  *rate.Limiter // malformed frames
	upto    int64         // rights that changed by an event below this number were counted in at hello
	touched time.Time     // when the session was last said to be used

	mu      sync.Mutex
	why     string // of the end
	code    int
	topics  []string                              // the agent's own, sorted
	watched []string                              // objects
	notes   map[string]*websocket.PreparedMessage // the latest of each kind, to be written
	recheck bool                                  // what the agent may see may have changed
	pinging bool                                  // it is time for a ping
}

func newLine(d *Desk, ws *websocket.Conn, by authority.Actor, quit context.CancelFunc) *line {
	pass := "session:" + strconv.FormatInt(by.Session, 10)
	if by.Token != 0 {
		pass = "token:" + strconv.FormatInt(by.Token, 10)
	}
	return &line{
		desk: d, ws: ws, by: by, pass: pass, quit: quit,
		replies: make(chan []byte, 4), work: make(chan struct{}, 1), written: make(chan struct{}),
		asking: rate.NewLimiter(20, 60), wrongs: rate.NewLimiter(1, 20),
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

// hangUp says goodbye, to a client that may not read it.
func (l *line) hangUp(code int, why string) {
	m := websocket.FormatCloseMessage(code, why)
	l.ws.WriteControl(websocket.CloseMessage, m, time.Now().Add(time.Second)) //nolint:errcheck // a courtesy
}

// run reads until the line ends; ctx ends with it.
func (l *line) run(ctx context.Context) {
	defer l.desk.leave(l)
	defer l.ws.Close() //nolint:errcheck // it is over
	l.ws.SetReadLimit(maxDrain)
	if !l.welcome(ctx) {
		return
	}
	defer l.sub.Close()
	// Only the answer to a ping moves the end: who talks on and on and reads nothing is gone all the same.
	l.ws.SetPongHandler(func(string) error { return l.ws.SetReadDeadline(time.Now().Add(l.desk.o.Silence)) })
	go l.write(ctx)
	for l.listen(ctx) {
	}
	l.end(websocket.CloseNormalClosure, "")
	<-l.written
}

// read takes one message; nil with io.EOF when the line is over.
func (l *line) read() (said, error) {
	kind, r, err := l.ws.NextReader()
	if err != nil {
		return said{}, io.EOF
	}
	// A whole message of the longest kind is read before it is judged, so that its end is found.
	frame, err := io.ReadAll(io.LimitReader(r, maxFrame+1))
	if err != nil {
		return said{}, io.EOF
	}
	if kind != websocket.TextMessage {
		return said{}, fault.New(fault.Invalid, "frame_not_text")
	}
	return parse(frame)
}

// welcome waits for hello and answers it. The reader alone writes until then.
func (l *line) welcome(ctx context.Context) bool {
	l.ws.SetReadDeadline(time.Now().Add(helloTime)) //nolint:errcheck // a closed line is found by the next read
	for l.sub == nil {
		m, err := l.read()
		if err == nil {
			err = l.hello(ctx, m)
		}
		if err == nil {
			break
		}
		if errors.Is(err, io.EOF) || l.send(l.refusal(ctx, m, err)) != nil {
			return false
		}
		if !l.wrongs.Allow() || errors.Is(err, fault.Unavailable) {
			l.hangUp(websocket.CloseTryAgainLater, "")
			return false
		}
	}
	l.ws.SetReadDeadline(time.Now().Add(l.desk.o.Silence)) //nolint:errcheck // same
	return true
}

func (l *line) hello(ctx context.Context, m said) error {
	if m.Type != "hello" {
		return fault.New(fault.Invalid, "frame_no_hello")
	}
	if m.After < 0 {
		return fault.New(fault.Invalid, "frame_bad_field", "field", "after")
	}
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	topics, upto, err := l.desk.topics(ctx, l.by)
	if err != nil {
		return err
	}
	sub, err := l.desk.o.Hub.Subscribe(ctx, m.After, topics...)
	reset := errors.Is(err, event.ErrReset)
	if reset {
		sub, err = l.desk.o.Hub.Subscribe(ctx, 0, topics...)
	}
	if err != nil {
		return fault.New(fault.Unavailable, "database_unavailable").Because(err)
	}
	// Read after the line has begun to hear: an offer that is made now is shown twice rather than never.
	offers, err := l.desk.o.Work.Offers(ctx, l.by)
	if err != nil {
		sub.Close()
		return err
	}
	l.sub, l.topics, l.upto = sub, topics, upto
	if reset {
		if l.send(encode(resetFrame{"reset", sub.Cursor()})) != nil {
			return io.EOF
		}
	}
	if l.send(encode(welcomeFrame{"welcome", sub.Cursor(), agentFrame{l.by.ID, l.by.Name}})) != nil {
		return io.EOF
	}
	for _, o := range offers {
		if l.send(encode(frameOf(o))) != nil {
			return io.EOF
		}
	}
	return nil
}

// listen takes one message and does what it asks; false when the line is over.
func (l *line) listen(ctx context.Context) bool {
	m, err := l.read()
	if errors.Is(err, io.EOF) {
		return false
	}
	switch {
	case err != nil && !l.wrongs.Allow():
		l.end(websocket.ClosePolicyViolation, "too many malformed frames")
		return false
	case err != nil:
	case !l.asking.Allow():
		if !l.wrongs.Allow() {
			l.end(websocket.ClosePolicyViolation, "too many frames")
			return false
		}
		err = fault.New(fault.TooMany, "rate_limited", "retry_after", 1)
	default:
		l.touch(ctx, m)
		err = l.do(ctx, m)
	}
	switch {
	case err != nil:
		return l.reply(ctx, l.refusal(ctx, m, err))
	case m.ID != nil:
		return l.reply(ctx, encode(okFrame{"ok", m.ID}))
	}
	return true
}

// touch keeps the session of somebody alive who works on the line and asks nothing by HTTP. A ping is no work.
func (l *line) touch(ctx context.Context, m said) {
	if m.Type == "ping" || time.Since(l.touched) < time.Minute {
		return
	}
	l.touched = time.Now()
	l.desk.o.Accounts.Touch(ctx, l.by)
}

func (l *line) reply(ctx context.Context, b []byte) bool {
	select {
	case l.replies <- b:
		poke(l.work)
		return true
	case <-ctx.Done():
		return false
	}
}

func (l *line) refusal(ctx context.Context, m said, err error) []byte {
	code, detail, args := l.desk.web.Describe(ctx, err)
	return encode(errorFrame{"error", m.ID, code, detail, args})
}

func (l *line) do(ctx context.Context, m said) error {
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	switch m.Type {
	case "ping":
		return nil
	case "watch":
		return l.watch(ctx, m.Object, m.Silent)
	case "unwatch":
		l.unwatch(m.Object)
		return nil
	case "typing":
		return l.desk.setTyping(l, m.Object, m.On)
	case "presence":
		return l.desk.o.Tickets.SetPresence(ctx, l.by, l.by.ID, m.State, m.Reason)
	case "accept":
		_, err := l.desk.o.Work.Accept(ctx, l.by, m.Offer)
		return err
	case "decline":
		return l.desk.o.Work.Decline(ctx, l.by, m.Offer, m.Reason)
	case "hello":
		return fault.New(fault.Conflict, "frame_said_hello")
	}
	return fault.New(fault.Invalid, "frame_unknown_type")
}

// watch lets others see that the agent looks at an object, unless silent, and this line see who else does.
func (l *line) watch(ctx context.Context, object string, silent bool) error {
	kind, id, _ := strings.Cut(object, ":")
	ticket, err := strconv.ParseInt(id, 10, 64)
	if kind != "ticket" || err != nil || ticket < 1 || id != strconv.FormatInt(ticket, 10) {
		return fault.New(fault.Invalid, "frame_bad_field", "field", "object")
	}
	if err := l.desk.o.Tickets.Visible(ctx, l.by, ticket); err != nil {
		return err
	}
	if silent {
		if l.desk.o.Onlooker == nil {
			return fault.New(fault.Forbidden, "not_allowed")
		}
		if err := l.desk.o.Onlooker.Look(ctx, l.by, ticket); err != nil {
			return err
		}
	}
	l.mu.Lock()
	if len(l.watched) >= maxLooks && !slices.Contains(l.watched, object) {
		l.mu.Unlock()
		return fault.New(fault.TooMany, "too_many_watched", "max", maxLooks)
	}
	if !slices.Contains(l.watched, object) {
		l.watched = append(l.watched, object)
		l.follow()
	}
	l.mu.Unlock()
	l.desk.look(l, object, silent)
	return nil
}

func (l *line) unwatch(object string) {
	l.mu.Lock()
	if i := slices.Index(l.watched, object); i >= 0 {
		l.watched = slices.Delete(l.watched, i, i+1)
		l.follow()
	}
	l.mu.Unlock()
	l.desk.unlook(l, object)
}

// follow sets what the line hears. The caller holds l.mu.
func (l *line) follow() { l.sub.Follow(slices.Concat(l.topics, l.watched)...) }
