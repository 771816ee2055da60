package event

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"frontline/internal/pg"

	"github.com/jackc/pgx/v5"
)

// Live is a small map that all nodes share and nobody keeps: who looks at which ticket, who is typing. Each node says
// what holds for itself; a node that dies is forgotten after a while. It costs no row and no part of any transaction,
// and what is lost with a connection is said again when there is a new one.
type Live struct {
	db   *pg.DB
	node string

	mu     sync.Mutex
	mine   map[string]json.RawMessage
	others map[string]map[string]heard // by key and node
	dirty  map[string]struct{}         // keys to tell
	all    bool                        // tell everything: somebody asked
	wake   chan struct{}
	ears   []ear
	fresh  map[string]struct{} // keys that this node set, for its own ears
	near   chan struct{}       // fresh has something
}

// ear is a part of this node that hears of keys which begin with a word.
type ear struct {
	prefix string
	hear   func(key string)
}

type heard struct {
	value json.RawMessage
	at    time.Time
}

// liveNote is what one NOTIFY carries.
type liveNote struct {
	Node  string          `json:"n"`
	Key   string          `json:"k,omitempty"` // empty: who has just begun asks all others
	Value json.RawMessage `json:"v,omitempty"` // absent: nothing holds any more
}

const (
	liveChannel = "frontline_live"
	tellLive    = 50 * time.Millisecond // changes in this time are told together
	repeatLive  = 20 * time.Second      // what holds is said again, for those who missed it
	forgetLive  = 50 * time.Second      // a node that was not heard of for so long is dead
	maxNotify   = 7900                  // bytes; Postgres refuses 8000
)

// NewLive makes a map that is shared while Run runs.
func NewLive(db *pg.DB) *Live {
	return &Live{
		db: db, node: rand.Text()[:12], wake: make(chan struct{}, 1),
		mine: map[string]json.RawMessage{}, others: map[string]map[string]heard{}, dirty: map[string]struct{}{},
		fresh: map[string]struct{}{}, near: make(chan struct{}, 1),
	}
}

// Listen lets a part of the program hear of changes of the keys that begin with prefix, whichever node or part made them,
// this one too. Call it before Run; hear must not block, and is called by Run alone.
func (l *Live) Listen(prefix string, hear func(key string)) {
	l.ears = append(l.ears, ear{prefix, hear})
}

// listened says whether a part of this node listens to a key.
func (l *Live) listened(key string) bool {
	return slices.ContainsFunc(l.ears, func(e ear) bool { return strings.HasPrefix(key, e.prefix) })
}

// say tells the ears.
func (l *Live) say(key string) {
	for _, e := range l.ears {
		if strings.HasPrefix(key, e.prefix) {
			e.hear(key)
		}
	}
}

// whisper tells the ears of this node what this node itself has set. It is done apart from Set, whose caller may hold
// what the ears want.
func (l *Live) whisper(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-l.near:
		}
		l.mu.Lock()
		keys := slices.Collect(maps.Keys(l.fresh))
		clear(l.fresh)
		l.mu.Unlock()
		for _, key := range keys {
			l.say(key)
		}
	}
}

// Set says what holds for this node under a key, as JSON of at most some thousand bytes; nil: nothing any more.
func (l *Live) Set(key string, value json.RawMessage) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if was, held := l.mine[key]; held == (value != nil) && string(was) == string(value) {
		return
	}
	if value == nil {
		delete(l.mine, key)
	} else {
		l.mine[key] = value
	}
	l.dirty[key] = struct{}{}
	wake(l.wake)
	if l.listened(key) {
		l.fresh[key] = struct{}{}
		wake(l.near)
	}
}

// All are what this node and the others say of a key.
func (l *Live) All(key string) []json.RawMessage {
	out := l.Others(key)
	l.mu.Lock()
	defer l.mu.Unlock()
	if own, held := l.mine[key]; held {
		out = append(out, own)
	}
	return out
}

// Others are what the other nodes say of a key.
func (l *Live) Others(key string) []json.RawMessage {
	l.mu.Lock()
	defer l.mu.Unlock()
	var out []json.RawMessage
	for _, h := range l.others[key] {
		if time.Since(h.at) < forgetLive {
			out = append(out, h.value)
		}
	}
	return out
}

// Run shares the map until ctx ends, through any loss of the database. hear is called when what another node said of a
// key has changed; it must not block.
func (l *Live) Run(ctx context.Context, hear func(key string)) error {
	tell := func(key string) {
		hear(key)
		l.say(key)
	}
	var near sync.WaitGroup
	near.Go(func() { l.whisper(ctx) })
	defer near.Wait()
	for ctx.Err() == nil {
		if err := l.follow(ctx, tell); ctx.Err() == nil {
			slog.WarnContext(ctx, "live channel lost the database", "err", err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(time.Second):
		}
	}
	return nil
}

func (l *Live) follow(ctx context.Context, hear func(key string)) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	conn, err := l.db.Connect(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	if _, err := conn.Exec(ctx, `listen `+liveChannel); err != nil {
		return err
	}
	if err := l.tell(ctx, []liveNote{{Node: l.node}}); err != nil { // others say what they have
		return err
	}
	l.tellAll()
	told := make(chan error, 1)
	go func() {
		told <- l.speak(ctx, hear)
		cancel() // whoever cannot speak begins anew
	}()
	err = l.listen(ctx, conn, hear)
	cancel()
	return errors.Join(<-told, err)
}

func (l *Live) listen(ctx context.Context, conn *pgx.Conn, hear func(key string)) error {
	for {
		n, err := conn.WaitForNotification(ctx)
		if err != nil {
			return err
		}
		var note liveNote
		if err := json.Unmarshal([]byte(n.Payload), &note); err != nil || note.Node == l.node {
			continue
		}
		if note.Key == "" {
			l.tellAll()
			continue
		}
		if l.learn(note) {
			hear(note.Key)
		}
	}
}

// learn keeps what another node said, and tells whether it is new.
func (l *Live) learn(n liveNote) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	was := l.others[n.Key][n.Node]
	if n.Value == nil {
		delete(l.others[n.Key], n.Node)
		if len(l.others[n.Key]) == 0 {
			delete(l.others, n.Key)
		}
		return was.value != nil
	}
	if l.others[n.Key] == nil {
		l.others[n.Key] = map[string]heard{}
	}
	l.others[n.Key][n.Node] = heard{n.Value, time.Now()}
	return string(was.value) != string(n.Value)
}

func (l *Live) tellAll() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all = true
	wake(l.wake)
}

// speak tells what has changed, many keys in one statement, and repeats what holds.
func (l *Live) speak(ctx context.Context, hear func(key string)) error {
	repeat := time.NewTicker(repeatLive)
	defer repeat.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-repeat.C:
			l.forget(hear)
			l.tellAll()
			continue
		case <-l.wake:
		}
		if err := l.tell(ctx, l.changes()); err != nil {
			return err // what changed is told again with all the rest
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(tellLive):
		}
	}
}

func (l *Live) changes() []liveNote {
	l.mu.Lock()
	defer l.mu.Unlock()
	var out []liveNote
	if l.all {
		for k := range l.mine {
			l.dirty[k] = struct{}{}
		}
		l.all = false
	}
	for k := range l.dirty {
		out = append(out, liveNote{l.node, k, l.mine[k]})
	}
	clear(l.dirty)
	return out
}

func (l *Live) tell(ctx context.Context, notes []liveNote) error {
	payloads := make([]string, 0, len(notes))
	for _, n := range notes {
		b, err := json.Marshal(n)
		if err != nil {
			return err
		}
		if len(b) < maxNotify {
			payloads = append(payloads, string(b))
		}
	}
	if len(payloads) == 0 {
		return nil
	}
	_, err := l.db.Read.Exec(ctx, `select pg_notify('`+liveChannel+`', n) from unnest($1::text[]) n`, payloads)
	return err
}

// forget drops what dead nodes had said, and lets it be heard that they are gone.
func (l *Live) forget(hear func(key string)) {
	var gone []string
	l.mu.Lock()
	for key, by := range l.others {
		for node, h := range by {
			if time.Since(h.at) >= forgetLive {
				delete(by, node)
				gone = append(gone, key)
			}
		}
		if len(by) == 0 {
			delete(l.others, key)
		}
	}
	l.mu.Unlock()
	for _, key := range gone {
		hear(key)
	}
}
