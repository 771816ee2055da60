package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/gorilla/websocket"
)

// patience is how long somebody waits for the next word before the test has failed.
const patience = 1 * time.Minute

var errNobody = errors.New("there is no node any more")

// dial opens a websocket at any node that runs, as often as it takes.
func (w *talks) dial(ctx context.Context, path string, as http.Header) (*websocket.Conn, error) {
	for {
		n := w.any(ctx)
		if n == nil {
			return nil, errNobody
		}
		ws, resp, err := websocket.DefaultDialer.DialContext(ctx, "ws://"+n.http+path, as)
		if err == nil {
			return ws, nil
		}
		if resp != nil && resp.StatusCode < 500 {
			return nil, fmt.Errorf("%s is answered with %d", path, resp.StatusCode)
		}
		rest(ctx, 20*time.Millisecond)
	}
}

// rest is what a client does before it tries again.
func rest(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// conversation is one of a visitor, from the first word to the last, over as many lines as it takes (docs/chat.md).
type conversation struct {
	*talks
	from  http.Header
	name  string // begins what is said
	ws    *websocket.Conn
	token string
	seq   int64    // of the last message that came
	seen  []string // messages as they came
	said  []string // what was acknowledged
}

func newConversation(w *talks, visitor, n int) *conversation {
	return &conversation{talks: w, name: fmt.Sprintf("visitor%02d-%04d", visitor, n), from: http.Header{
		"Origin": {chatOrigin}, "X-Forwarded-For": {fmt.Sprintf("10.%d.%d.%d", visitor, n/250, 1+n%250)},
	}}
}

// chatFrame is what both sides say.
type chatFrame struct {
	Type  string `json:"type"`
	ID    string `json:"id,omitempty"`
	Token string `json:"token,omitempty"`
	After int64  `json:"after,omitempty"`
	Seq   int64  `json:"seq,omitempty"`
	Text  string `json:"text,omitempty"`
	Upto  int64  `json:"upto,omitempty"`
	Code  string `json:"code,omitempty"`
}

// talk says some things, waits for the answer to the last, and ends; false where it did not come so far.
func (c *conversation) talk(ctx context.Context) bool {
	defer func() {
		if c.ws != nil {
			_ = c.ws.Close()
		}
	}()
	kind, last := "start", ""
	for i := range 2 + rand.IntN(4) {
		last = fmt.Sprintf("%s-word%d", c.name, i)
		if !c.do(ctx, chatFrame{Type: kind, ID: last, Text: last}) {
			return false
		}
		c.said = append(c.said, last)
		kind = "message"
	}
	for !c.answered(last) {
		if _, err := c.next(ctx); err != nil && !c.failed(ctx, err) {
			return false
		}
	}
	return c.do(ctx, chatFrame{Type: "end", ID: c.name + "-end"})
}

// failed notes an error that no new line mends.
func (c *conversation) failed(ctx context.Context, err error) (again bool) {
	if ctx.Err() == nil && !errors.Is(err, errNobody) {
		return true
	}
	if c.t.Context().Err() == nil { // else the test has failed by something else
		c.t.Errorf("%s waits in vain: %v", c.name, err)
	}
	return false
}

func (c *conversation) answered(text string) bool {
	for _, s := range c.seen {
		if strings.HasPrefix(s, "re "+text+" ") {
			return true
		}
	}
	return false
}

// do says a frame until it is acknowledged, on one line after another.
func (c *conversation) do(ctx context.Context, f chatFrame) bool {
	for {
		code, err := c.try(ctx, f)
		switch {
		case err == nil && code == "":
			c.kept.add()
			return true
		case err != nil:
			if !c.failed(ctx, err) {
				return false
			}
		case code == "rate_limited" || code == "unavailable" || code == "database_unavailable" || code == "stopping" || code == "timeout":
			rest(ctx, 100*time.Millisecond)
		default:
			c.t.Errorf("%s: %q was refused: %s", c.name, f.ID, code)
			return false
		}
	}
}

// try says a frame once, and reads up to what is said to it.
func (c *conversation) try(ctx context.Context, f chatFrame) (code string, err error) {
	if err := c.open(ctx); err != nil {
		return "", err
	}
	if err := c.ws.WriteJSON(f); err != nil {
		return "", c.lost(err)
	}
	for {
		got, err := c.next(ctx)
		if err != nil {
			return "", err
		}
		if got.ID == f.ID && (got.Type == "ok" || got.Type == "error") {
			return got.Code, nil
		}
	}
}

// open makes a line where there is none.
func (c *conversation) open(ctx context.Context) (err error) {
	if c.ws != nil {
		return nil
	}
	if c.ws, err = c.dial(ctx, "/ws/chat/demo", c.from); err != nil {
		return err
	}
	if err := c.ws.WriteJSON(chatFrame{Type: "hello", Token: c.token, After: c.seq}); err != nil {
		return c.lost(err)
	}
	for {
		f, err := c.next(ctx)
		if err != nil {
			return err
		}
		if f.Type != "welcome" {
			continue
		}
		if c.token != "" && f.Token != c.token {
			c.t.Errorf("%s is taken for somebody else", c.name)
		}
		c.token = f.Token
		return nil
	}
}

func (c *conversation) lost(err error) error {
	_ = c.ws.Close()
	c.ws = nil
	return err
}

// next is the next frame, of a line that is opened where it must be.
func (c *conversation) next(ctx context.Context) (f chatFrame, err error) {
	if err := c.open(ctx); err != nil {
		return f, err
	}
	_ = c.ws.SetReadDeadline(time.Now().Add(patience))
	if err := c.ws.ReadJSON(&f); err != nil {
		var syntax *json.SyntaxError
		if errors.As(err, &syntax) {
			c.t.Errorf("%s reads no JSON: %v", c.name, err)
		}
		return f, c.lost(err)
	}
	switch {
	case f.Type == "reset":
		c.t.Errorf("%s is told to begin anew", c.name)
	case f.Type == "message" && f.Seq <= c.seq:
		c.t.Errorf("%s sees message %d after %d", c.name, f.Seq, c.seq)
	case f.Type == "message":
		c.seq, c.seen = f.Seq, append(c.seen, f.Text)
	}
	return f, nil
}

// attendant is an agent at the desk: takes what is offered and answers what is asked.
type attendant struct {
	*talks
	name  string
	token string
	there chan struct{} // closed when first at the desk
	seq   int64         // of the last event
	heard map[string]int
	told  tally           // of messages heard of
	mine  map[int64]bool  // tickets in hand
	did   map[string]bool // answers that were acknowledged
}

func newAttendant(w *talks, name, token string) *attendant {
	return &attendant{talks: w, name: name, token: token, there: make(chan struct{}), heard: map[string]int{}, mine: map[int64]bool{}, did: map[string]bool{}}
}

// deskFrame is what both sides say.
type deskFrame struct {
	Type   string `json:"type"`
	ID     any    `json:"id,omitempty"` // ours are words, an offer's is a number
	After  int64  `json:"after,omitempty"`
	Seq    int64  `json:"seq,omitempty"`
	Kind   string `json:"kind,omitempty"`
	Object string `json:"object,omitempty"`
	State  string `json:"state,omitempty"`
	Offer  any    `json:"offer,omitempty"`
}

// work is at the desk until ctx ends, over as many lines as it takes.
func (a *attendant) work(ctx context.Context) {
	for ctx.Err() == nil {
		ws, err := a.dial(ctx, "/ws/desk", http.Header{"Authorization": {"Bearer " + a.token}})
		if err != nil {
			if ctx.Err() == nil {
				a.t.Errorf("%s: %v", a.name, err)
			}
			return
		}
		hangUp := context.AfterFunc(ctx, func() { _ = ws.Close() })
		err = ws.WriteJSON(deskFrame{Type: "hello", After: a.seq})
		for err == nil {
			var f deskFrame
			if err = ws.ReadJSON(&f); err == nil {
				err = a.hear(ctx, ws, f)
			}
		}
		hangUp()
		_ = ws.Close()
	}
}

// hear does what a frame is about.
func (a *attendant) hear(ctx context.Context, ws *websocket.Conn, f deskFrame) error {
	switch f.Type {
	case "reset":
		if a.told.now() > 0 { // before, what he may see was new
			a.t.Errorf("%s missed events", a.name)
		}
	case "welcome":
		if a.seq == 0 {
			a.seq = f.Seq
			close(a.there)
		}
		if err := ws.WriteJSON(deskFrame{Type: "presence", ID: "here", State: "ready"}); err != nil {
			return err
		}
		a.inHand(ctx)
	case "offer":
		return ws.WriteJSON(deskFrame{Type: "accept", ID: "accept", Offer: f.ID})
	case "ok":
		if f.ID == "accept" {
			a.inHand(ctx)
		}
	case "event":
		a.event(ctx, f)
	}
	return nil
}

func (a *attendant) event(ctx context.Context, f deskFrame) {
	if f.Seq <= a.seq {
		a.t.Errorf("%s heard event %d after %d", a.name, f.Seq, a.seq)
	}
	a.seq = f.Seq
	var ticket int64
	if f.Kind != "ticket.created" && f.Kind != "message.added" {
		return // the first message comes with its ticket
	}
	a.heard[f.Object]++
	a.told.add()
	if _, err := fmt.Sscanf(f.Object, "ticket:%d", &ticket); err == nil && a.mine[ticket] {
		a.answer(ctx, ticket)
	}
}

// inHand looks at all chats that the agent has.
func (a *attendant) inHand(ctx context.Context) {
	var work struct {
		Items []struct{ Ticket struct{ ID int64 } }
	}
	if !a.ask(ctx, "GET", "/me/work", "", nil, &work) {
		return
	}
	clear(a.mine)
	for _, x := range work.Items {
		a.mine[x.Ticket.ID] = true
	}
	for ticket := range a.mine {
		a.answer(ctx, ticket)
	}
}

// answer answers the customer's last message of a ticket, once.
func (a *attendant) answer(ctx context.Context, ticket int64) {
	var line struct{ Items []message }
	if !a.ask(ctx, "GET", fmt.Sprintf("/tickets/%d/timeline", ticket), "", nil, &line) {
		return
	}
	last := slices.IndexFunc(line.Items, func(m message) bool { return m.Direction == "in" })
	if last < 0 {
		return
	}
	text := "re " + line.Items[last].Text + " by " + a.name
	if a.did[text] {
		return
	}
	in := map[string]any{"direction": "out", "text": text}
	if a.ask(ctx, "POST", fmt.Sprintf("/tickets/%d/messages", ticket), strings.ReplaceAll(text, " ", "-"), in, nil) {
		a.did[text] = true
		a.mu.Lock()
		a.said[text] = true
		a.mu.Unlock()
		a.kept.add()
	}
}

// ask makes a request at any node, again under the same key until it is answered.
func (a *attendant) ask(ctx context.Context, method, path, key string, in, out any) bool {
	for ctx.Err() == nil {
		n := a.any(ctx)
		if n == nil {
			return false
		}
		status, err := n.call(a.token, method, path, key, in, out)
		switch {
		case err == nil:
			return true
		case status == 0, status >= 500, status == http.StatusConflict, status == http.StatusTooManyRequests:
			rest(ctx, 20*time.Millisecond)
		default:
			a.t.Errorf("%s: %v", a.name, err)
			return false
		}
	}
	return false
}

// hearsAll waits until the agent has heard of as many messages as there are.
func (a *attendant) hearsAll(shown map[int64][]message) {
	all := 0
	for _, line := range shown {
		all += len(line)
	}
	if !a.told.wait(all, patience) {
		a.t.Errorf("%s heard of %d messages of %d", a.name, a.told.now(), all)
	}
}

// heardOnce looks whether each message was heard of once; shown are those that there are at the end.
func (a *attendant) heardOnce(shown map[int64][]message) {
	for ticket, line := range shown {
		if n := a.heard[fmt.Sprint("ticket:", ticket)]; n != len(line) {
			a.t.Errorf("%s heard %d times of the %d messages of ticket %d", a.name, n, len(line), ticket)
		}
	}
}
