package agentdesk

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"frontline/internal/event"
	"frontline/internal/fault"

	"github.com/gorilla/websocket"
)

// write is the one goroutine that writes frames, from the welcome until the line ends. It waits for two things only: a
// thousand of it are woken by one event, and each case of a select costs all of them.
func (l *line) write(ctx context.Context) {
	defer close(l.written)
	defer l.ws.Close() //nolint:errcheck // this ends the reader
	every := l.desk.o.Silence / 3
	ping := time.AfterFunc(every, func() { l.ask(func() { l.pinging = true }) })
	defer ping.Stop()
	for ctx.Err() == nil {
		var err error
		select {
		case <-l.sub.Wake:
			err = l.writeEvents(ctx)
		case <-l.work:
			var pinged bool
			if pinged, err = l.writeRest(ctx); pinged {
				ping.Reset(every)
			}
		}
		if err != nil {
			// The desk comes back and says what it has seen.
			l.end(websocket.CloseTryAgainLater, "")
		}
	}
	l.mu.Lock()
	code, why := l.code, l.why
	l.mu.Unlock()
	l.hangUp(code, why)
}

// ask changes what the writer has to do besides events, and wakes it. It never blocks.
func (l *line) ask(change func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	change()
	poke(l.work)
}

// writeRest writes what waits besides events: answers, notes, a reset where rights have changed, and a ping.
func (l *line) writeRest(ctx context.Context) (pinged bool, err error) {
	l.mu.Lock()
	notes, recheck, pinging := l.notes, l.recheck, l.pinging
	l.notes, l.recheck, l.pinging = nil, false, false
	l.mu.Unlock()
	for more := true; more && err == nil; {
		select {
		case b := <-l.replies:
			err = l.send(b)
		default:
			more = false
		}
	}
	for _, p := range notes {
		if err == nil {
			err = l.sendPrepared(p)
		}
	}
	if recheck && err == nil {
		err = l.writeReset(ctx)
	}
	if pinging && err == nil {
		err = l.ws.WriteControl(websocket.PingMessage, nil, time.Now().Add(writeTime))
	}
	return pinging, err
}

// send writes one frame; whoever does not read it in time is cut.
func (l *line) send(b []byte) error {
	l.ws.SetWriteDeadline(time.Now().Add(writeTime)) //nolint:errcheck // a closed line is found by the write
	return l.ws.WriteMessage(websocket.TextMessage, b)
}

func (l *line) sendPrepared(p *websocket.PreparedMessage) error {
	l.ws.SetWriteDeadline(time.Now().Add(writeTime)) //nolint:errcheck // same
	return l.ws.WritePreparedMessage(p)
}

func (l *line) writeEvents(ctx context.Context) error {
	events, err := l.sub.Take(ctx)
	if err != nil {
		return err
	}
	doubt := false
	for _, e := range events {
		if err := l.sendPrepared(e.Frame(prepareEvent).(*websocket.PreparedMessage)); err != nil { //nolint:forcetypeassert // ours
			return err
		}
		switch e.Kind {
		case "ticket.changed":
			l.lost(ctx, e)
		case "offer.made":
			if err := l.showOffer(ctx, e); err != nil {
				return err
			}
		case "session.ended", "token.ended":
			if e.Object == l.pass {
				l.end(closeSession, "session_ended")
			}
		case "agent.changed", "team.changed", "queue.changed":
			// What the line hears of counts this in already, but the desk may hold less or more since before it.
			doubt = doubt || e.Seq < l.upto && (e.Kind != "agent.changed" || e.Object == agentObject(l.by.ID))
		}
	}
	if doubt {
		return l.send(encode(resetFrame{"reset", l.sub.Cursor()}))
	}
	return nil
}

// lost stops watching a ticket that the agent can no longer see: it may have gone to another team.
func (l *line) lost(ctx context.Context, e *event.Event) {
	l.mu.Lock()
	watched := slices.Contains(l.watched, e.Object)
	l.mu.Unlock()
	if !watched {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	id, err := strconv.ParseInt(strings.TrimPrefix(e.Object, "ticket:"), 10, 64)
	if err == nil {
		err = l.desk.o.Tickets.Visible(ctx, l.by, id)
	}
	if errors.Is(err, fault.NotFound) {
		l.unwatch(e.Object)
	}
}

// note puts a frame before the line. Of two under one key only the later is written.
func (l *line) note(key string, p *websocket.PreparedMessage) {
	l.ask(func() {
		if l.notes == nil {
			l.notes = map[string]*websocket.PreparedMessage{}
		}
		l.notes[key] = p
	})
}

// writeReset follows a change of what the agent may see. What happened there before cannot be told in order any more,
// so the desk is told to reload.
func (l *line) writeReset(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	topics, _, err := l.desk.topics(ctx, l.by)
	if err != nil {
		return err
	}
	l.mu.Lock()
	changed := !slices.Equal(topics, l.topics)
	if changed {
		l.topics = topics
		l.follow()
	}
	l.mu.Unlock()
	if !changed {
		return nil
	}
	return l.send(encode(resetFrame{"reset", l.sub.Cursor()}))
}

func poke(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
