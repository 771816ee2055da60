package webchat

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"time"

	"frontline/internal/event"
	"frontline/internal/fault"

	"github.com/gorilla/websocket"
)

// write is the one goroutine that writes frames, from the welcome until the line ends.
func (l *line) write(ctx context.Context) {
	defer close(l.written)
	defer func() {
		if l.sub != nil {
			l.sub.Close()
		}
	}()
	defer l.ws.Close() //nolint:errcheck // this ends the reader
	every := l.chat.o.Silence * 2 / 5
	ping := time.AfterFunc(every, func() { l.ask(func() { l.pinging = true }) })
	defer ping.Stop()
	l.ask(func() { l.pull = true })
	for ctx.Err() == nil {
		var wake chan struct{}
		if l.sub != nil {
			wake = l.sub.Wake
		}
		var err error
		select {
		case <-wake:
			err = l.hear(ctx)
		case <-l.work:
			var pinged bool
			if pinged, err = l.writeAll(ctx); pinged {
				ping.Reset(every)
			}
		}
		if err != nil {
			// The browser comes back and says what it has seen.
			l.end(websocket.CloseTryAgainLater, "")
		}
	}
	l.mu.Lock()
	code, why := l.code, l.why
	l.mu.Unlock()
	l.hangUp(code, why)
}

// begin answers hello: who the visitor is and how the conversation stands. What was missed follows.
func (l *line) begin(ctx context.Context) error {
	c := l.chat
	c.attach(l, l.v.ticket)
	if err := l.subscribe(ctx); err != nil {
		return err
	}
	t, err := c.talkOf(ctx, l.v)
	if err != nil {
		return err
	}
	l.at = t
	// A site that was changed a moment ago looks as it does now.
	if now, err := c.sites.get(ctx, l.site.Key); err == nil {
		l.site = now
	}
	if l.send(encode(welcomeFrame{"welcome", l.token, t.last, l.site.shown(l.lang), t.state, t.agentName(), l.v.claims()})) != nil {
		return errGone
	}
	if l.seq > t.last {
		// Not of this conversation, or of one that was taken apart.
		if l.seq = 0; l.send(encode(bareFrame{"reset"})) != nil {
			return errGone
		}
	}
	return nil
}

var errGone = errors.New("the browser is gone")

// subscribe lets the line hear of its ticket.
func (l *line) subscribe(ctx context.Context) error {
	if l.follow == l.v.ticket {
		return nil
	}
	if l.sub != nil {
		l.sub.Close()
		l.sub = nil
	}
	sub, err := l.chat.o.Hub.Subscribe(ctx, 0, ticketObject(l.v.ticket))
	if err != nil {
		return fault.New(fault.Unavailable, "database_unavailable").Because(err)
	}
	l.sub, l.follow = sub, l.v.ticket
	return nil
}

// hear takes the events that came and reads what they are about.
func (l *line) hear(ctx context.Context) error {
	events, err := l.sub.Take(ctx)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(events, matters) {
		return nil
	}
	return l.refresh(ctx)
}

// matters says whether a browser shows something that the event may have changed.
func matters(e *event.Event) bool {
	switch e.Kind {
	case "message.added", "ticket.changed", "ticket.created", "entry.changed", "message.moved", "ticket.merged":
		return true
	}
	return false
}

// writeAll writes what waits besides events: answers, what is live, the place in the queue, and a ping.
func (l *line) writeAll(ctx context.Context) (pinged bool, err error) {
	l.mu.Lock()
	out, pull, look, place, pinging := l.out, l.pull, l.look, l.place, l.pinging
	l.out, l.pull, l.look, l.place, l.pinging = nil, false, false, nil, false
	l.mu.Unlock()
	poke(l.free)
	for _, b := range out {
		if err = l.send(b); err != nil {
			return false, err
		}
	}
	if pull {
		if err = l.refresh(ctx); err != nil {
			return false, err
		}
	}
	if look && err == nil {
		err = l.writeLive()
	}
	if place != nil && err == nil && l.at.state == "waiting" {
		err = l.writePlace(*place)
	}
	if pinging && err == nil {
		err = l.ws.WriteControl(websocket.PingMessage, nil, time.Now().Add(writeTime))
	}
	return pinging, err
}

// refresh brings the browser up to date: the messages it has not, and the state.
func (l *line) refresh(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	for again := true; again; {
		v, t, page, err := l.chat.look(ctx, l.token, l.v, l.seq)
		if err != nil {
			return err
		}
		l.v = v
		l.chat.attach(l, v.ticket)
		if v.ticket == 0 {
			return nil
		}
		if l.follow != v.ticket {
			// What commits from here on is heard of; what did before is looked at again.
			if err := l.subscribe(ctx); err != nil {
				return err
			}
			continue
		}
		l.at = t
		if err := l.writeMessages(page); err != nil {
			return err
		}
		again = len(page) == pageSize
	}
	if err := l.writeState(); err != nil {
		return err
	}
	return l.writeLive()
}

// writeMessages writes messages, in order.
func (l *line) writeMessages(page []messageFrame) error {
	for _, m := range page {
		if m.From == "visitor" {
			l.own = m.Seq
		} else {
			l.read = l.own // who answers has read
			l.chat.counts.said.WithLabelValues(m.From).Inc()
		}
		m.Files = l.chat.links(l.site, m.Files)
		if err := l.send(encode(m)); err != nil {
			return err
		}
		l.seq = m.Seq
	}
	return nil
}

func (l *line) writeState() error {
	now := stateFrame{"state", l.at.state, l.at.agentName(), l.v.email != "", l.v.leftAs == "callback"}
	if now.State == l.told.state.State && now.CanMail == l.told.state.CanMail && now.Call == l.told.state.Call && now.Agent.equal(l.told.state.Agent) {
		return nil
	}
	l.told.state = now
	if now.State != "waiting" {
		l.shown = nil
	}
	return l.send(encode(now))
}

func (a *agentName) equal(b *agentName) bool {
	return a == nil && b == nil || a != nil && b != nil && *a == *b
}

// writeLive writes who types, and how far the visitor's words have come.
func (l *line) writeLive() error {
	if l.v.ticket == 0 {
		return nil
	}
	typing, looks := l.chat.agents(l.v.ticket)
	if typing != l.told.typing {
		was := l.told.typing
		l.told.typing = typing
		name := typing
		if name == "" {
			name = was
		}
		if err := l.send(encode(typingFrame{"typing", typing != "", name})); err != nil {
			return err
		}
	}
	if looks {
		l.read = l.own
	}
	delivered := l.read
	if l.at.agent != "" {
		delivered = l.own
	}
	if delivered > l.told.delivered {
		l.told.delivered = delivered
		if err := l.send(encode(uptoFrame{"delivered", delivered})); err != nil {
			return err
		}
	}
	if l.read > l.told.read {
		l.told.read = l.read
		return l.send(encode(uptoFrame{"read", l.read}))
	}
	return nil
}

func (l *line) writePlace(f queueFrame) error {
	b := encode(f)
	if bytes.Equal(b, l.shown) {
		return nil
	}
	l.shown = b
	return l.send(b)
}

// send writes one frame; whoever does not read it in time is cut.
func (l *line) send(b []byte) error {
	l.ws.SetWriteDeadline(time.Now().Add(writeTime)) //nolint:errcheck // a closed line is found by the write
	return l.ws.WriteMessage(websocket.TextMessage, b)
}
