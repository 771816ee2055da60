package event

import (
	"context"
	"fmt"
	"sync"
)

// maxPending is how many events wait in memory for one subscriber; one that falls further
// behind is served from the table instead.
const maxPending = 256

// Sub is one subscriber's stream.
type Sub struct {
	// Wake has a value when Take may have something.
	Wake chan struct{}

	hub    *Hub
	topics map[string]struct{} // guarded by hub.mu

	mu      sync.Mutex
	pending []*Event
	last    int64 // highest seq offered or taken
	lagging bool  // pending lacks something: read the table from cursor

	cursor int64 // highest seq that Take gave; only the taker touches it
}

// Subscribe starts a stream of events with one of the topics, from after (exclusive); after 0 is
// from now. It waits for Run to have begun. ErrReset says that after is no longer kept, or never was given here.
func (h *Hub) Subscribe(ctx context.Context, after int64, topics ...string) (*Sub, error) {
	select {
	case <-h.ready:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	s := &Sub{Wake: make(chan struct{}, 1), hub: h, topics: map[string]struct{}{}}
	h.mu.Lock()
	at := h.position
	s.cursor, s.last = at, at
	if after > at {
		// Another node was faster, or this one heard of no event since; what it has yet to read up to after was seen.
		s.cursor, s.last = after, after
	}
	h.follows(s, topics)
	h.mu.Unlock()
	if after == 0 || after == at {
		return s, nil
	}
	var pruned, top int64
	if err := h.db.Read.QueryRow(ctx, `select pruned_to, seq_top() from seq_base`).Scan(&pruned, &top); err != nil {
		s.Close()
		return nil, fmt.Errorf("check the cursor: %w", err)
	}
	if after >= top || after < pruned {
		s.Close()
		return nil, ErrReset
	}
	if after < at {
		s.mu.Lock()
		s.cursor, s.lagging = after, true
		s.mu.Unlock()
		wake(s.Wake)
	}
	return s, nil
}

// Cursor is the number of the last event given, or of the start.
func (s *Sub) Cursor() int64 { return s.cursor }

// Follow replaces the topics.
func (s *Sub) Follow(topics ...string) {
	s.hub.mu.Lock()
	defer s.hub.mu.Unlock()
	s.hub.leave(s)
	s.hub.follows(s, topics)
}

// Close ends the stream.
func (s *Sub) Close() {
	s.hub.mu.Lock()
	defer s.hub.mu.Unlock()
	s.hub.leave(s)
}

func (h *Hub) follows(s *Sub, topics []string) {
	for _, t := range topics {
		if h.topics[t] == nil {
			h.topics[t] = map[*Sub]struct{}{}
		}
		h.topics[t][s] = struct{}{}
		s.topics[t] = struct{}{}
	}
}

func (h *Hub) leave(s *Sub) {
	for t := range s.topics {
		delete(h.topics[t], s)
		if len(h.topics[t]) == 0 {
			delete(h.topics, t)
		}
	}
	clear(s.topics)
}

// offer never blocks: who is slow reads the table later.
func (s *Sub) offer(e *Event) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if e.Seq <= s.last {
		return // it has several of our topics
	}
	s.last = e.Seq
	switch {
	case s.lagging:
	case len(s.pending) < maxPending:
		s.pending = append(s.pending, e)
	default:
		s.lagging, s.pending = true, nil
	}
	wake(s.Wake)
}

// Take gives the events that have come since the last Take, in order; empty when there are none. ErrReset says that
// what comes next was forgotten before this subscriber asked for it.
func (s *Sub) Take(ctx context.Context) ([]*Event, error) {
	s.mu.Lock()
	got, lagging, upto := s.pending, s.lagging, s.last
	s.pending = nil
	s.mu.Unlock()
	if !lagging {
		if len(got) > 0 {
			s.cursor = got[len(got)-1].Seq
		}
		return got, nil
	}
	page, err := s.hub.since(ctx, s.cursor, upto, s.following())
	if err != nil {
		return nil, fmt.Errorf("read missed events: %w", err)
	}
	whole := len(page) < pageSize
	if whole {
		s.cursor = upto
	} else {
		s.cursor = page[len(page)-1].Seq
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if whole && s.last == upto {
		s.lagging = false
	} else {
		wake(s.Wake)
	}
	return page, nil
}

func (s *Sub) following() []string {
	s.hub.mu.Lock()
	defer s.hub.mu.Unlock()
	topics := make([]string, 0, len(s.topics))
	for t := range s.topics {
		topics = append(topics, t)
	}
	return topics
}

// since reads what was committed with one of the topics in (after, upto].
func (h *Hub) since(ctx context.Context, after, upto int64, topics []string) ([]*Event, error) {
	rows, err := h.db.Read.Query(ctx, `select seq, kind, object, topics, actor from events
		where seq > $1 and seq <= $2 and (topics && $3 or $5 = any ($3)) order by seq limit $4`, after, upto, topics, pageSize, Everything)
	if err != nil {
		return nil, err
	}
	page, err := collect(rows)
	if err != nil {
		return nil, err
	}
	// Looked at last: what was forgotten before or meanwhile shows here.
	var pruned int64
	if err := h.db.Read.QueryRow(ctx, `select pruned_to from seq_base`).Scan(&pruned); err != nil {
		return nil, err
	}
	if after < pruned {
		return nil, ErrReset
	}
	return page, nil
}
