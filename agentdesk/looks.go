package agentdesk

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"frontline/internal/fault"
	"frontline/tickets"
)

// typing is until when an agent counts as typing; the zero time: not at all.
type typing = time.Time

const (
	gatherTime = 50 * time.Millisecond
	maxViewers = 20 // told of one object
)

// viewer is an agent who looks at an object.
type viewer = tickets.Viewer

func agentObject(id int64) string { return "agent:" + strconv.FormatInt(id, 10) }

// look notes that a line looks at an object; a silent one is told who else does, and they are not told of it. Who looked
// silently and then openly is shown from then on.
func (d *Desk) look(l *line, object string, silent bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if _, here := d.lines[l]; !here {
		return
	}
	if d.looking[object] == nil {
		d.looking[object] = map[*line]typing{}
	}
	d.looking[object][l] = typing{}
	if silent {
		if d.unseen[object] == nil {
			d.unseen[object] = map[*line]bool{}
		}
		d.unseen[object][l] = true
	} else {
		delete(d.unseen[object], l)
	}
	delete(d.told, object) // the newcomer was told nothing yet
	d.spoilLocked(object)
}

func (d *Desk) unlook(l *line, object string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.forgetLook(l, object)
}

// forgetLook is unlook for who holds d.mu.
func (d *Desk) forgetLook(l *line, object string) {
	delete(d.looking[object], l)
	delete(d.unseen[object], l)
	if len(d.looking[object]) == 0 {
		delete(d.looking, object)
		delete(d.unseen, object)
		delete(d.told, object)
	}
	d.spoilLocked(object)
}

// setTyping says whether the agent of a line is typing on an object that it watches.
func (d *Desk) setTyping(l *line, object string, on bool) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if _, ok := d.looking[object][l]; !ok {
		return fault.New(fault.Invalid, "frame_not_watched")
	}
	until := typing{}
	if on {
		until = time.Now().Add(d.o.Typing)
	}
	d.looking[object][l] = until
	d.spoilLocked(object)
	return nil
}

// spoil notes that the viewers of an object have changed. It never blocks.
func (d *Desk) spoil(object string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.spoilLocked(object)
}

func (d *Desk) spoilLocked(object string) {
	if !strings.HasPrefix(object, "agent:") {
		d.stale[object] = struct{}{}
		poke(d.wake)
	}
}

// tellLooks tells viewers of viewers, at most every gatherTime, and lets typing end.
func (d *Desk) tellLooks(ctx context.Context) {
	tick := time.NewTicker(d.o.Typing / 5)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			d.endTyping()
			continue
		case <-d.wake:
		}
		d.mu.Lock()
		for object := range d.stale {
			d.tellLook(object)
		}
		clear(d.stale)
		d.mu.Unlock()
		select {
		case <-ctx.Done():
			return
		case <-time.After(gatherTime):
		}
	}
}

func (d *Desk) endTyping() {
	d.mu.Lock()
	defer d.mu.Unlock()
	now := time.Now()
	for object, who := range d.looking {
		for l, until := range who {
			if !until.IsZero() && until.Before(now) {
				who[l] = typing{}
				d.spoilLocked(object)
			}
		}
	}
}

// tellLook tells the other nodes who looks at an object here, and the viewers here who looks at it anywhere. The caller
// holds d.mu.
func (d *Desk) tellLook(object string) {
	var here []viewer
	for l, until := range d.looking[object] {
		if d.unseen[object][l] {
			continue
		}
		here = append(here, viewer{ID: l.by.ID, Name: l.by.Name, Typing: !until.IsZero()})
	}
	here = gather(here)
	var mine json.RawMessage
	if len(here) > 0 {
		mine = encode(here)
	}
	d.o.Live.Set(object, mine)
	if len(d.looking[object]) == 0 {
		return
	}
	all := here
	for _, other := range d.o.Live.Others(object) {
		var there []viewer
		if json.Unmarshal(other, &there) == nil {
			all = append(all, there...)
		}
	}
	frame := liveFrame{"live", object, gather(all), d.visitor(object)}
	if said := string(encode(frame)); d.told[object] != said {
		d.told[object] = said
		p := prepare(frame)
		for l := range d.looking[object] {
			l.note("live:"+object, p)
		}
	}
}

// visited notes that the customer of a ticket came, left, typed or read. It never blocks.
func (d *Desk) visited(key string) {
	d.spoil("ticket:" + strings.TrimPrefix(key, "visitor:"))
}

// visitor is the customer of a ticket who is there himself, on any node; nil where there is none.
func (d *Desk) visitor(object string) *tickets.Visitor {
	id, err := strconv.ParseInt(strings.TrimPrefix(object, "ticket:"), 10, 64)
	if err != nil {
		return nil
	}
	var all *tickets.Visitor
	for _, said := range d.o.Live.All(tickets.Visiting(id)) {
		var v tickets.Visitor
		if json.Unmarshal(said, &v) != nil {
			continue
		}
		if all == nil {
			all = &tickets.Visitor{}
		}
		all.Typing, all.Online, all.ReadUpto = all.Typing || v.Typing, all.Online || v.Online, max(all.ReadUpto, v.ReadUpto)
	}
	return all
}

// gather makes one viewer of an agent's several windows, in order of id, and keeps the list short.
func gather(all []viewer) []viewer {
	out := slices.Clone(all)
	slices.SortFunc(out, func(a, b viewer) int {
		if a.ID == b.ID && a.Typing != b.Typing {
			if a.Typing {
				return -1
			}
			return 1
		}
		return cmp.Compare(a.ID, b.ID)
	})
	out = slices.CompactFunc(out, func(a, b viewer) bool { return a.ID == b.ID })
	return out[:min(len(out), maxViewers)]
}
