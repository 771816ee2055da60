package agentdesk_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"frontline/agentdesk"
	"frontline/agentdesk/supervise"
	"frontline/crm"
	"frontline/internal/authority"
	"frontline/internal/blob"
	"frontline/internal/event"
	"frontline/internal/web"
	"frontline/internal/web/webtest"
	"frontline/tickets"

	"github.com/gorilla/websocket"
)

// world is an office with a desk.
type world struct {
	*webtest.Office
	*webtest.Server
	tickets *tickets.Tickets
	t       testing.TB
	stop    func() // the node
}

// outbox takes replies and sends nothing: delivery is the channels' part.
type outbox struct{}

func (outbox) Queue(context.Context, *authority.Tx, tickets.Outbound) ([]string, error) {
	return nil, nil
}

func newWorld(t testing.TB) *world {
	t.Helper()
	return node(t, webtest.Open(t, agentdesk.Schemas()...), agentdesk.Options{})
}

// hasty is a desk that finds out in a fraction of a second what takes others half a minute.
var hasty = agentdesk.Options{Grace: 300 * time.Millisecond, Silence: 600 * time.Millisecond, Typing: 200 * time.Millisecond}

// node is a node of an office.
func node(t testing.TB, office *webtest.Office, o agentdesk.Options) *world {
	t.Helper()
	files, err := blob.Folder(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	w := &world{Office: office, t: t, tickets: tickets.New(office.Gate, crm.New(office.Gate), files, outbox{})}
	o.Gate, o.Tickets, o.Accounts, o.Hub, o.Live = office.Gate, w.tickets, office.Accounts, office.Hub, event.NewLive(office.DB)
	o.Work = tickets.NewWork(w.tickets)
	o.Onlooker = supervise.New(office.Gate, w.tickets)
	o.Log = slog.New(slog.DiscardHandler)
	desk := agentdesk.New(o)
	w.Server = office.Serve(func(s *web.Server) {
		desk.Routes(s)
		agentdesk.AccountRoutes(s, office.Accounts, func(context.Context, authority.Actor, int64) (string, error) { return "away", nil })
	})
	stop := office.Run(desk.Run)
	w.stop = func() { w.Server.Stop(); stop() }
	return w
}

// queue makes a queue of a team.
func (w *world) queue(name, team string) int64 {
	w.t.Helper()
	id, err := w.tickets.SaveQueue(w.t.Context(), authority.System("cli"), 0, tickets.QueueEdit{Name: name, TeamID: &w.Teams(team)[0]})
	if err != nil {
		w.t.Fatal(err)
	}
	return id
}

// ticket lets a customer write in.
func (w *world) ticket(queue int64, subject string) int64 {
	w.t.Helper()
	id, err := w.receive(w.t.Context(), queue, subject)
	if err != nil {
		w.t.Fatal(err)
	}
	return id
}

func (w *world) receive(ctx context.Context, queue int64, subject string) (int64, error) {
	got, err := w.tickets.Receive(ctx, authority.System("api"), tickets.Inbound{
		Channel: "form", From: crm.Point{Kind: crm.Email, Address: "zhang@example.cn"}, Name: "张三", Subject: subject, Text: subject, Queue: queue,
	})
	return got.Ticket, err
}

// client is a desk's line as the browser sees it.
type client struct {
	t    testing.TB
	ws   *websocket.Conn
	last int64 // seq
}

// frame is anything the server says.
type frame struct {
	Type    string          `json:"type"`
	Seq     int64           `json:"seq"`
	Kind    string          `json:"kind"`
	Object  string          `json:"object"`
	Topic   string          `json:"topic"`
	ID      json.RawMessage `json:"id"`
	Code    string          `json:"code"`
	Detail  string          `json:"detail"`
	Agent   json.RawMessage `json:"agent"`
	State   string          `json:"state"`
	Reason  string          `json:"reason"`
	Viewers []viewer        `json:"viewers"`
}

type viewer struct {
	ID     int64  `json:"id"`
	Name   string `json:"name"`
	Typing bool   `json:"typing"`
}

// dial opens a line without saying hello.
func (w *world) dial(login string) *client {
	w.t.Helper()
	c, _, err := w.upgrade(w.t.Context(), http.Header{"Authorization": {"Bearer " + w.Token(login)}})
	if err != nil {
		w.t.Fatal(err)
	}
	return c
}

// upgrade tries to open a line; status is the answer's.
func (w *world) upgrade(ctx context.Context, h http.Header) (c *client, status int, err error) {
	ws, res, err := websocket.DefaultDialer.DialContext(ctx, strings.Replace(w.URL, "http", "ws", 1)+"/ws/desk", h)
	if res != nil {
		status = res.StatusCode
		res.Body.Close() //nolint:errcheck // of a handshake
	}
	if err != nil {
		return nil, status, err
	}
	w.t.Cleanup(func() { ws.Close() }) //nolint:errcheck // it may be over
	return &client{t: w.t, ws: ws}, status, nil
}

// line opens a line and says hello.
func (w *world) line(login string, after int64) *client {
	w.t.Helper()
	c := w.dial(login)
	c.hello(after)
	return c
}

func (c *client) hello(after int64) {
	c.t.Helper()
	c.say(`{"type":"hello","after":%d}`, after)
	c.last = c.until("welcome").Seq
}

func (c *client) say(format string, args ...any) {
	c.t.Helper()
	if err := c.ws.WriteMessage(websocket.TextMessage, fmt.Appendf(nil, format, args...)); err != nil {
		c.t.Fatal(err)
	}
}

// next is the next frame; an error when the line ended.
func (c *client) next() (frame, error) {
	var f frame
	_, b, err := c.ws.ReadMessage()
	if err == nil {
		err = json.Unmarshal(b, &f)
	}
	return f, err
}

// until skips to the next frame of a type.
func (c *client) until(kind string) frame {
	c.t.Helper()
	return c.when(kind, func(frame) bool { return true })
}

// when skips to the next frame of a type that is as wanted.
func (c *client) when(kind string, wanted func(frame) bool) frame {
	c.t.Helper()
	for {
		f, err := c.next()
		if err != nil {
			c.t.Fatalf("waiting for %s: %v", kind, err)
		}
		if f.Type == kind && wanted(f) {
			return f
		}
	}
}

// ofTicket skips to the next event of any ticket. What the world made before it said hello may come first: "from now"
// is where the reader stands, and that is behind every commit while an older transaction runs.
func (c *client) ofTicket() frame {
	c.t.Helper()
	return c.when("event", func(f frame) bool { return strings.HasPrefix(f.Object, "ticket:") })
}

// event skips to the next event of a ticket.
func (c *client) event(kind string, ticket int64) frame {
	c.t.Helper()
	return c.when("event", func(f frame) bool { return f.Kind == kind && f.Object == fmt.Sprint("ticket:", ticket) })
}

// sees waits until the viewers of a ticket are these: a login, with "…" behind it while typing.
func (c *client) sees(ticket int64, want ...string) {
	c.t.Helper()
	c.when("live", func(f frame) bool {
		if f.Object != fmt.Sprint("ticket:", ticket) {
			return false
		}
		var got []string
		for _, v := range f.Viewers {
			name := v.Name
			if v.Typing {
				name += "…"
			}
			got = append(got, name)
		}
		return strings.Join(got, " ") == strings.Join(want, " ")
	})
}

// closed reads to the end of the line and answers the close code; 0 where the line was cut without one.
func (c *client) closed() int {
	c.t.Helper()
	for {
		_, err := c.next()
		if err == nil {
			continue
		}
		e, ok := err.(*websocket.CloseError) //nolint:errorlint // gorilla returns it bare
		if !ok || e.Code == websocket.CloseAbnormalClosure {
			return 0
		}
		return e.Code
	}
}
