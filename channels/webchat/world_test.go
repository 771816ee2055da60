package webchat_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"frontline/channels"
	"frontline/channels/email"
	"frontline/channels/webchat"
	"frontline/crm"
	"frontline/internal/authority"
	"frontline/internal/blob"
	"frontline/internal/event"
	"frontline/internal/web"
	"frontline/internal/web/webtest"
	"frontline/tickets"

	"github.com/gorilla/websocket"
)

const shop = "https://shop.example.com"

var cli = authority.System("cli")

// world is a company with a chat on one site.
type world struct {
	*webtest.Office
	*webtest.Server
	*webchat.Chat
	t       testing.TB
	live    *event.Live
	tickets *tickets.Tickets
	li      authority.Actor
	site    int64
	visits  chan struct{} // visitors came, went, typed or read
}

// quick finds out in a moment what takes others some seconds.
var quick = webchat.Options{Gather: 5 * time.Millisecond, Places: 20 * time.Millisecond, Beat: 50 * time.Millisecond, Typing: 200 * time.Millisecond}

// demo is the site of most tests.
var demo = webchat.Edit{
	Key: "demo", Name: "Demo", Origins: []string{shop}, QueueID: 1, MailAfter: 10, AwayAfter: 20,
}

func newWorld(t testing.TB) *world {
	t.Helper()
	if t, ok := t.(*testing.T); ok {
		t.Parallel()
	}
	return node(t, webtest.Open(t, channels.Schemas()...), quick)
}

// newWorldWith is a world with other limits.
func newWorldWith(t *testing.T, limits webchat.Limits) *world {
	t.Helper()
	t.Parallel()
	o := quick
	o.Limits = limits
	return node(t, webtest.Open(t, channels.Schemas()...), o)
}

// node is a node of an office; the first makes the site.
func node(t testing.TB, office *webtest.Office, o webchat.Options) *world {
	t.Helper()
	files, err := blob.Folder(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return nodeWith(t, office, o, files)
}

func nodeWith(t testing.TB, office *webtest.Office, o webchat.Options, files blob.Store) *world {
	t.Helper()
	out := channels.NewOutbox(map[string]channels.Addresser{email.Channel: email.NewAddresser(office.Key)}, map[string]tickets.Outbox{webchat.Channel: webchat.Outbox{}})
	w := &world{Office: office, t: t, live: event.NewLive(office.DB), tickets: tickets.New(office.Gate, crm.New(office.Gate), files, out)}
	o.Gate, o.Tickets, o.Hub, o.Live, o.Blobs, o.Key = office.Gate, w.tickets, office.Hub, w.live, files, office.Key
	w.visits = make(chan struct{}, 1)
	w.live.Listen("visitor:", func(string) {
		select {
		case w.visits <- struct{}{}:
		default:
		}
	})
	w.Chat = webchat.New(o)
	w.Server = office.Serve(func(s *web.Server) {
		w.Chat.Routes(s)
		w.tickets.Routes(s, tickets.Show{Key: office.Key})
	})
	office.Run(func(ctx context.Context) error { return w.live.Run(ctx, func(string) {}) })
	office.Run(w.Chat.Run)
	sites, err := w.Sites(t.Context(), w.admin())
	if err != nil {
		t.Fatal(err)
	}
	if len(sites) == 0 {
		saved, err := w.SaveSite(t.Context(), cli, 0, demo)
		if err != nil {
			t.Fatal(err)
		}
		w.site = saved.ID
		w.li = office.Hire("li", "agent")
	} else {
		w.site = sites[0].ID
	}
	return w
}

// admin may see and change sites.
func (w *world) admin() authority.Actor {
	w.t.Helper()
	var id int64
	if err := w.DB.Read.QueryRow(w.t.Context(), `select coalesce(max(id), 0) from agents where login = 'admin'`).Scan(&id); err != nil {
		w.t.Fatal(err)
	}
	if id != 0 {
		return authority.AgentActor(id, "admin")
	}
	return w.Hire("admin", "admin")
}

// change makes the site another.
func (w *world) change(e webchat.Edit) {
	w.t.Helper()
	if _, err := w.SaveSite(w.t.Context(), cli, w.site, e); err != nil {
		w.t.Fatal(err)
	}
}

// frame is anything that the server says.
type frame struct {
	Type    string                 `json:"type"`
	Token   string                 `json:"token"`
	Seq     int64                  `json:"seq"`
	ID      string                 `json:"id"`
	Code    string                 `json:"code"`
	Detail  string                 `json:"detail"`
	Args    map[string]any         `json:"args"`
	State   string                 `json:"state"`
	Agent   *struct{ Name string } `json:"agent"`
	From    string                 `json:"from"`
	Name    string                 `json:"name"`
	Text    string                 `json:"text"`
	Upto    int64                  `json:"upto"`
	On      bool                   `json:"on"`
	Place   int                    `json:"place"`
	Site    json.RawMessage        `json:"site"`
	Visitor struct {
		Verified bool
		Name     string
		Email    string
	} `json:"visitor"`
	Files []struct {
		ID      int64
		Name    string
		Type    string
		URL     string
		Picture bool
	} `json:"files"`
}

// browser is a visitor's line as the browser sees it.
type browser struct {
	t      testing.TB
	ws     *websocket.Conn
	token  string
	seq    int64   // of the last message
	seen   []frame // messages, as they came
	stands string  // the conversation, as last told
}

var ids atomic.Int64

func newID() string { return fmt.Sprintf("client-%06d", ids.Add(1)) }

// dial opens a line; status is the answer's where it is refused.
func (w *world) dial(origin, site string) (*browser, int) {
	w.t.Helper()
	h := http.Header{}
	if origin != "" {
		h.Set("Origin", origin)
	}
	ws, res, err := websocket.DefaultDialer.DialContext(w.t.Context(), strings.Replace(w.URL, "http", "ws", 1)+"/ws/chat/"+site, h)
	if err != nil {
		if res == nil {
			w.t.Fatal(err)
		}
		return nil, res.StatusCode
	}
	w.t.Cleanup(func() { ws.Close() }) //nolint:errcheck // it may be over
	return &browser{t: w.t, ws: ws}, http.StatusSwitchingProtocols
}

// visitor opens a line and says hello.
func (w *world) visitor(hello map[string]any) (*browser, frame) {
	w.t.Helper()
	b, status := w.dial(shop, "demo")
	if b == nil {
		w.t.Fatalf("handshake: %d", status)
	}
	return b, b.hello(hello)
}

func (b *browser) hello(hello map[string]any) frame {
	b.t.Helper()
	all := map[string]any{"type": "hello"}
	for k, v := range hello {
		all[k] = v
	}
	b.say(all)
	f := b.until("welcome")
	b.token = f.Token
	return f
}

func (b *browser) say(v any) {
	b.t.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		b.t.Fatal(err)
	}
	b.raw(raw)
}

func (b *browser) raw(raw []byte) {
	b.t.Helper()
	if err := b.ws.WriteMessage(websocket.TextMessage, raw); err != nil {
		b.t.Fatal(err)
	}
}

// next is the next frame.
func (b *browser) next() frame {
	b.t.Helper()
	b.ws.SetReadDeadline(time.Now().Add(30 * time.Second)) //nolint:errcheck // the read fails
	_, raw, err := b.ws.ReadMessage()
	if err != nil {
		b.t.Fatalf("the line ended: %v", err)
	}
	var f frame
	if err := json.Unmarshal(raw, &f); err != nil {
		b.t.Fatalf("%s: %v", raw, err)
	}
	if f.Type == "state" || f.Type == "welcome" {
		b.stands = f.State
	}
	if f.Type == "message" {
		if f.Seq <= b.seq {
			b.t.Fatalf("message %d came after %d", f.Seq, b.seq)
		}
		b.seq, b.seen = f.Seq, append(b.seen, f)
	}
	return f
}

// until reads up to a frame of a type.
func (b *browser) until(kind string) frame {
	b.t.Helper()
	for {
		f := b.next()
		if f.Type == kind {
			return f
		}
		if f.Type == "error" && kind != "error" {
			b.t.Fatalf("error %s (%s %v) while waiting for %s", f.Code, f.Detail, f.Args, kind)
		}
	}
}

// state reads until the conversation stands so.
func (b *browser) state(want string) {
	b.t.Helper()
	for b.stands != want {
		b.until("state")
	}
}

// refused says something and reads the code of the refusal.
func (b *browser) refused(v any) string {
	b.t.Helper()
	b.say(v)
	return b.until("error").Code
}

// start begins a conversation and gives its first message.
func (b *browser) start(text string, more ...any) int64 {
	b.t.Helper()
	return b.act("start", append([]any{"text", text}, more...)...)
}

// write says a message.
func (b *browser) write(text string, more ...any) int64 {
	b.t.Helper()
	return b.act("message", append([]any{"text", text}, more...)...)
}

// act says a frame with pairs of members, and waits until it is kept.
func (b *browser) act(kind string, more ...any) int64 {
	b.t.Helper()
	f := map[string]any{"type": kind, "id": newID()}
	for i := 0; i < len(more); i += 2 {
		f[more[i].(string)] = more[i+1]
	}
	b.say(f)
	for {
		if ok := b.until("ok"); ok.ID == f["id"] {
			return ok.Seq
		}
	}
}

// texts are the messages as they came.
func (b *browser) texts() []string {
	var out []string
	for _, m := range b.seen {
		out = append(out, m.From+": "+m.Text)
	}
	return out
}

// read reads until so many messages have come.
func (b *browser) read(n int) []string {
	b.t.Helper()
	for len(b.seen) < n {
		b.until("message")
	}
	return b.texts()
}

// ticketOf is the ticket of a message.
func (w *world) ticketOf(message int64) (ticket int64) {
	w.t.Helper()
	w.see(&ticket, `select ticket_id from messages where id = $1`, message)
	return ticket
}

// replies lets Li answer.
func (w *world) replies(ticket int64, text string) int64 {
	w.t.Helper()
	id, err := w.tickets.Reply(w.t.Context(), w.li, tickets.Reply{Ticket: ticket, Text: text})
	if err != nil {
		w.t.Fatal(err)
	}
	return id
}

// number reads a number.
func (w *world) number(sql string, args ...any) (n int) {
	w.t.Helper()
	w.see(&n, sql, args...)
	return n
}

// see reads one value as somebody who sees all.
func (w *world) see(to any, sql string, args ...any) {
	w.t.Helper()
	if err := w.Gate.View(w.t.Context(), cli, func(q authority.Query) error { return q.QueryRow(w.t.Context(), sql, args...).Scan(to) }); err != nil {
		w.t.Fatal(err)
	}
}

// until waits until a question to the database is answered with yes.
func (w *world) until(what, sql string, args ...any) {
	w.t.Helper()
	sub, err := w.Hub.Subscribe(w.t.Context(), 0, event.Everything)
	if err != nil {
		w.t.Fatal(err)
	}
	defer sub.Close()
	for end := time.Now().Add(30 * time.Second); ; {
		var yes bool
		if w.see(&yes, sql, args...); yes {
			return
		}
		if time.Now().After(end) {
			w.t.Fatalf("never came to pass: %s", what)
		}
		select {
		case <-sub.Wake:
			if _, err := sub.Take(w.t.Context()); err != nil {
				w.t.Fatal(err)
			}
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// post sends a file as a visitor of a page does.
func (w *world) post(token, name, content string) (status int, body string) {
	w.t.Helper()
	r, err := http.NewRequestWithContext(w.t.Context(), http.MethodPost, w.URL+"/chat/demo/files?name="+name, strings.NewReader(content))
	if err != nil {
		w.t.Fatal(err)
	}
	r.Header.Set("Origin", shop)
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	r.Header.Set("Authorization", "Bearer "+token)
	return w.do(r)
}

func (w *world) do(r *http.Request) (status int, body string) {
	w.t.Helper()
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		w.t.Fatal(err)
	}
	defer res.Body.Close() //nolint:errcheck // it was read
	b, err := io.ReadAll(res.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return res.StatusCode, string(b)
}

// closed reads until the server ends the line, with a code.
func (b *browser) closed(code int) {
	b.t.Helper()
	b.ws.SetReadDeadline(time.Now().Add(30 * time.Second)) //nolint:errcheck // the read fails
	for {
		if _, _, err := b.ws.ReadMessage(); err != nil {
			if !websocket.IsCloseError(err, code) {
				b.t.Errorf("the line ended with %v, want %d", err, code)
			}
			return
		}
	}
}
