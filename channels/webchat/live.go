package webchat

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"frontline/tickets"
)

// setTyping says whether the visitor of a line types.
func (c *Chat) setTyping(l *line, on bool) {
	c.mu.Lock()
	ticket, was := l.ticket, !l.typingUntil.IsZero()
	switch {
	case ticket == 0:
	case on:
		l.typingUntil = time.Now().Add(c.o.Typing)
		c.typing[l] = struct{}{}
	default:
		l.typingUntil = time.Time{}
		delete(c.typing, l)
	}
	c.mu.Unlock()
	if was != on {
		c.tellVisitor(ticket)
	}
}

// endTyping lets typing end of which no end was said.
func (c *Chat) endTyping(ctx context.Context) {
	tick := time.NewTicker(c.o.Typing / 8)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-tick.C:
			var over []int64
			c.mu.Lock()
			for l := range c.typing {
				if l.typingUntil.Before(now) {
					l.typingUntil = time.Time{}
					delete(c.typing, l)
					over = append(over, l.ticket)
				}
			}
			c.mu.Unlock()
			for _, ticket := range over {
				c.tellVisitor(ticket)
			}
		}
	}
}

// tellVisitor tells the desks how the visitor of a ticket is there, as far as this node knows.
func (c *Chat) tellVisitor(ticket int64) {
	if ticket == 0 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	lines := c.of[ticket]
	if len(lines) == 0 {
		c.o.Live.Set(tickets.Visiting(ticket), nil)
		return
	}
	v := tickets.Visitor{Online: true}
	for l := range lines {
		v.Typing = v.Typing || !l.typingUntil.IsZero()
		v.ReadUpto = max(v.ReadUpto, l.readUpto)
	}
	c.o.Live.Set(tickets.Visiting(ticket), encode(v))
}

// looked hears that other agents look at a ticket, or type. It does not block.
func (c *Chat) looked(key string) {
	id, err := strconv.ParseInt(strings.TrimPrefix(key, "ticket:"), 10, 64)
	if err != nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for l := range c.of[id] {
		l.ask(func() { l.look = true })
	}
}

// agents says who types to the visitor of a ticket, and whether anybody has it open.
func (c *Chat) agents(ticket int64) (typing string, looks bool) {
	for _, said := range c.o.Live.All(tickets.LookingAt(ticket)) {
		var there []tickets.Viewer
		if json.Unmarshal(said, &there) != nil {
			continue
		}
		for _, a := range there {
			looks = true
			if a.Typing {
				typing = a.Name
			}
		}
	}
	return typing, looks
}

// online says whether the visitor of a ticket is there, on any node, and what he has read.
func (c *Chat) online(ticket int64) (all tickets.Visitor) {
	for _, said := range c.o.Live.All(tickets.Visiting(ticket)) {
		var v tickets.Visitor
		if json.Unmarshal(said, &v) == nil {
			all.Typing, all.Online, all.ReadUpto = all.Typing || v.Typing, all.Online || v.Online, max(all.ReadUpto, v.ReadUpto)
		}
	}
	return all
}
