package webchat_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"frontline/internal/event"

	"github.com/gorilla/websocket"
	"github.com/jackc/pgx/v5"
)

// told waits until a line hears of something, and no longer than anybody would.
func told(ctx context.Context, desk *event.Sub, kind string) error {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	for {
		select {
		case <-desk.Wake:
		case <-ctx.Done():
			return fmt.Errorf("wait for %s: %w", kind, ctx.Err())
		}
		events, err := desk.Take(ctx)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(events, func(e *event.Event) bool { return e.Kind == kind }) {
			return nil
		}
	}
}

// times are how long something took, as several goroutines saw it.
type times struct {
	mu  sync.Mutex
	all []time.Duration
}

func (t *times) add(d time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.all = append(t.all, d)
}

// part is what so many of a hundred took at most, in milliseconds.
func (t *times) part(percent int) float64 {
	slices.Sort(t.all)
	return float64(t.all[len(t.all)*percent/100].Microseconds()) / 1000
}

// bareLines are websockets behind which each frame is one row, committed and answered: what a chat cannot be faster than.
type bareLines []*websocket.Conn

func newBareLines(b *testing.B, w *world, n int) (lines bareLines) {
	b.Helper()
	ctx := b.Context()
	connect := func() *pgx.Conn {
		c, err := pgx.Connect(ctx, w.DB.URL)
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { c.Close(context.WithoutCancel(ctx)) }) //nolint:errcheck // it is over
		return c
	}
	if _, err := connect().Exec(ctx, `create table bare (said text)`); err != nil {
		b.Fatal(err)
	}
	kept := make(chan *pgx.Conn, n)
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		ws, err := (&websocket.Upgrader{}).Upgrade(rw, r, nil)
		if err != nil {
			b.Error(err)
			return
		}
		defer ws.Close() //nolint:errcheck // it is over
		keep := <-kept
		for {
			kind, frame, err := ws.ReadMessage()
			if err != nil {
				return
			}
			if _, err := keep.Exec(ctx, `insert into bare (said) values ($1)`, string(frame)); err != nil {
				b.Error(err)
				return
			}
			if ws.WriteMessage(kind, frame) != nil {
				return
			}
		}
	}))
	b.Cleanup(server.Close)
	for range n {
		kept <- connect()
		ws, _, err := websocket.DefaultDialer.DialContext(ctx, strings.Replace(server.URL, "http", "ws", 1), nil)
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { ws.Close() }) //nolint:errcheck // it is over
		lines = append(lines, ws)
	}
	return lines
}

// say says a frame on a line and waits for the answer.
func (l bareLines) say(i int) error {
	if err := l[i].WriteMessage(websocket.TextMessage, []byte(`{"type":"message","text":"hello"}`)); err != nil {
		return err
	}
	l[i].SetReadDeadline(time.Now().Add(20 * time.Second)) //nolint:errcheck // the read fails
	_, _, err := l[i].ReadMessage()
	return err
}
