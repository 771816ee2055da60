package agentdesk_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"frontline/agentdesk"
	"frontline/crm"
	"frontline/internal/authority"
	"frontline/internal/blob"
	"frontline/internal/event"
	"frontline/internal/fault"
	"frontline/internal/fetch"
	"frontline/internal/pg"
	"frontline/internal/pg/pgtest"
	"frontline/internal/secret"
	"frontline/internal/web"
	"frontline/tickets"

	"github.com/gorilla/websocket"
)

// world is a database with one node on it, its people, and a way to ask it.
type world struct {
	t     testing.TB
	db    *pg.DB
	gate  *authority.Gate
	t8s   *tickets.Tickets
	auth  *people
	url   string
	desk  *agentdesk.Desk
	stop  func()
	grace time.Duration
}

// people are those who may come in, by token.
type people struct {
	mu sync.Mutex
	by map[string]authority.Actor
}

func (p *people) Session(_ context.Context, token string) (authority.Actor, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if by, ok := p.by[token]; ok {
		return by, nil
	}
	return authority.Actor{}, fault.New(fault.Unauthorized, "session_ended")
}

func (p *people) Token(ctx context.Context, token string) (authority.Actor, error) {
	return p.Session(ctx, token)
}

// Ended are those who are not among the people any more.
func (p *people) Ended(_ context.Context, open []authority.Actor) (out []authority.Actor, _ error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, by := range open {
		if !slices.Contains(slices.Collect(maps.Values(p.by)), by) {
			out = append(out, by)
		}
	}
	return out, nil
}

func (p *people) Touch(context.Context, authority.Actor) {}

// outbox takes replies and sends nothing: delivery is the channels' part.
type outbox struct{}

func (outbox) Queue(context.Context, *authority.Tx, tickets.Outbound) ([]string, error) {
	return nil, nil
}

// newWorld is one node on a database of its own.
func newWorld(t testing.TB) *world {
	t.Helper()
	return nodeOn(t, pgtest.New(t, tickets.Schemas()...), &people{by: map[string]authority.Actor{}}, 30*time.Second)
}

// nodeOn is one more node on a database.
func nodeOn(t testing.TB, db *pg.DB, auth *people, grace time.Duration) *world {
	t.Helper()
	w := &world{t: t, db: db, auth: auth, grace: grace}
	hub := event.New(db)
	w.gate = authority.New(db, authority.Options{Poke: hub.Poke})
	files, err := blob.Folder(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	key, err := secret.Load(t.TempDir() + "/key")
	if err != nil {
		t.Fatal(err)
	}
	customers := crm.New(w.gate)
	w.t8s = tickets.New(w.gate, customers, files, outbox{})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	quiet := slog.New(slog.DiscardHandler)
	s, err := web.New(web.Options{Auth: auth, Answers: w.gate, Listen: l.Addr().String(), Log: quiet})
	if err != nil {
		t.Fatal(err)
	}
	w.url = "http://" + l.Addr().String()
	w.t8s.Routes(s, tickets.Show{Key: key, Fetch: fetch.New(fetch.Options{}), HTML: func(html string, _, _ func(string) string) string { return html }})
	customers.Routes(s)
	w.desk = agentdesk.New(agentdesk.Options{Gate: w.gate, Tickets: w.t8s, Accounts: auth, Hub: hub, Live: event.NewLive(db), Log: quiet, Grace: grace})
	w.desk.Routes(s)
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	var done sync.WaitGroup
	done.Go(func() { _ = hub.Run(ctx) })
	done.Go(func() {
		if err := w.desk.Run(ctx); err != nil {
			t.Errorf("desk: %v", err)
		}
	})
	done.Go(func() {
		if err := s.Serve(ctx, l); err != nil {
			t.Errorf("serve: %v", err)
		}
	})
	w.stop = sync.OnceFunc(func() { cancel(); done.Wait() })
	t.Cleanup(w.stop)
	return w
}

// do writes by hand, as an operator would.
func (w *world) do(sql string, args ...any) {
	w.t.Helper()
	err := w.gate.Do(w.t.Context(), authority.System("cli"), func(tx *authority.Tx) error {
		if err := tx.Allow(w.t.Context(), authority.Act{Name: "ticket.import", Object: "test"}); err != nil {
			return err
		}
		_, err := tx.Exec(w.t.Context(), sql, args...)
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

// id reads one number.
func (w *world) id(sql string, args ...any) (n int64) {
	w.t.Helper()
	if err := w.db.Read.QueryRow(w.t.Context(), sql, args...).Scan(&n); err != nil {
		w.t.Fatal(err)
	}
	return n
}

// agent makes an agent of a team ("": none), whose token is the login.
func (w *world) agent(login, role, team string) authority.Actor {
	w.t.Helper()
	w.do(`insert into agents (login, name, roles) values ($1, $1, array[$2])`, login, role)
	id := w.id(`select id from agents where login = $1`, login)
	if team != "" {
		w.do(`insert into teams (name) values ($1) on conflict do nothing`, team)
		w.do(`insert into team_members (team_id, agent_id) select id, $2 from teams where name = $1`, team, id)
	}
	by := authority.AgentActor(id, login)
	w.auth.mu.Lock()
	defer w.auth.mu.Unlock()
	w.auth.by[login] = by
	return by
}

// queue makes a queue of a team.
func (w *world) queue(name, team string) int64 {
	w.t.Helper()
	w.do(`insert into teams (name) values ($1) on conflict do nothing`, team)
	w.do(`insert into queues (name, team_id) select $1, id from teams where name = $2`, name, team)
	return w.id(`select id from queues where name = $1`, name)
}

// ticket lets a customer write in.
func (w *world) ticket(queue int64, subject string) int64 {
	w.t.Helper()
	got, err := w.t8s.Receive(w.t.Context(), authority.System("api"), tickets.Inbound{
		Channel: "form", From: crm.Point{Kind: crm.Email, Address: "zhang@example.cn"}, Name: "张三", Subject: subject, Text: subject, Queue: queue,
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return got.Ticket
}

// answer is what the API said.
type answer struct {
	status int
	header http.Header
	body   []byte
}

func (a answer) String() string { return fmt.Sprintf("%d %s", a.status, a.body) }

// get reads a value from the answer's JSON by a path such as "items.0.subject"; nil where there is none.
func (a answer) get(path string) any {
	var v any
	if json.Unmarshal(a.body, &v) != nil {
		return nil
	}
	for step := range strings.SplitSeq(path, ".") {
		switch x := v.(type) {
		case map[string]any:
			v = x[step]
		case []any:
			var i int
			if _, err := fmt.Sscan(step, &i); err != nil || i >= len(x) {
				return nil
			}
			v = x[i]
		default:
			return nil
		}
	}
	return v
}

func (a answer) num(path string) int64 {
	f, _ := a.get(path).(float64)
	return int64(f)
}

// ask sends a request as somebody; body is JSON where it is a string or a value, and sent as it is where it is bytes.
func (w *world) ask(who, method, path string, body any, headers ...string) answer {
	w.t.Helper()
	var content []byte
	switch b := body.(type) {
	case nil:
	case []byte:
		content = b
	case string:
		content = []byte(b)
	default:
		var err error
		if content, err = json.Marshal(b); err != nil {
			w.t.Fatal(err)
		}
	}
	r, err := http.NewRequestWithContext(w.t.Context(), method, w.url+path, bytes.NewReader(content))
	if err != nil {
		w.t.Fatal(err)
	}
	if who != "" {
		r.Header.Set("Authorization", "Bearer "+who)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		w.t.Fatal(err)
	}
	defer res.Body.Close()
	out := answer{status: res.StatusCode, header: res.Header}
	if out.body, err = io.ReadAll(res.Body); err != nil {
		w.t.Fatal(err)
	}
	return out
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
	Viewers []struct {
		ID     int64  `json:"id"`
		Name   string `json:"name"`
		Typing bool   `json:"typing"`
	} `json:"viewers"`
}

// dial opens a line without saying hello.
func (w *world) dial(who string) *client {
	w.t.Helper()
	c, err := w.tryDial(who)
	if err != nil {
		w.t.Fatal(err)
	}
	return c
}

func (w *world) tryDial(who string) (*client, error) {
	u, err := url.Parse(w.url)
	if err != nil {
		return nil, err
	}
	ws, res, err := websocket.DefaultDialer.DialContext(w.t.Context(), "ws://"+u.Host+"/ws/desk", http.Header{"Authorization": {"Bearer " + who}})
	if err != nil {
		return nil, err
	}
	res.Body.Close()
	w.t.Cleanup(func() { ws.Close() })
	return &client{t: w.t, ws: ws}, nil
}

// line opens a line and says hello.
func (w *world) line(who string, after int64) *client {
	w.t.Helper()
	c := w.dial(who)
	c.say(fmt.Sprintf(`{"type":"hello","after":%d}`, after))
	c.last = c.until("welcome").Seq
	return c
}

func (c *client) say(text string) {
	c.t.Helper()
	if err := c.ws.WriteMessage(websocket.TextMessage, []byte(text)); err != nil {
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

// event skips to the next event of an object.
func (c *client) event(kind string, ticket int64) frame {
	c.t.Helper()
	return c.when("event", func(f frame) bool { return f.Kind == kind && f.Object == fmt.Sprint("ticket:", ticket) })
}
