package web

import (
	"container/list"
	"math"
	"net/netip"
	"sync"
	"time"

	"frontline/internal/authority"
	"frontline/internal/fault"

	"golang.org/x/time/rate"
)

// Limits bound what one caller may ask. They are wide: they stop a script that has run away, not a busy day. Guessing
// passwords is bounded elsewhere, and tighter.
type Limits struct {
	PeerRate    float64 // requests a second of strangers from one address (IPv6: one /64); zero: 50
	PeerBurst   int     // zero: 200
	ActorRate   float64 // requests a second of one actor; zero: 2500
	ActorBurst  int     // zero: 5000
	ActorAtOnce int     // requests of one actor worked on at a time; zero: 128
}

// remembered bounds how many addresses and actors are kept in mind; the one not seen for longest is forgotten first.
const remembered = 20_000

type rates struct {
	peers  *Budgets[netip.Prefix]
	actors *Budgets[string]
	atOnce int

	mu   sync.Mutex
	busy map[string]int // requests being worked on, by actor
}

func newRates(l Limits) *rates {
	or := func(n, standard float64) float64 {
		if n == 0 {
			return standard
		}
		return n
	}
	return &rates{
		peers:  NewBudgets[netip.Prefix](or(l.PeerRate, 50), int(or(float64(l.PeerBurst), 200))),
		actors: NewBudgets[string](or(l.ActorRate, 2500), int(or(float64(l.ActorBurst), 5000))),
		atOnce: int(or(float64(l.ActorAtOnce), 128)),
		busy:   map[string]int{},
	}
}

// peer takes one request from an address's budget.
func (r *rates) peer(a netip.Addr) error { return r.peers.Take(Household(a)) }

// Household is the caller that an address counts as: itself, and a whole /64 of IPv6, which is what one household gets.
// No address (a Unix socket) is one caller too.
func Household(a netip.Addr) netip.Prefix {
	bits := 32
	if a.Is6() {
		bits = 64
	}
	p, err := a.Prefix(bits)
	if err != nil {
		return netip.Prefix{}
	}
	return p
}

// actor takes one request from an actor's budget and counts it as being worked on until leave.
func (r *rates) actor(by authority.Actor) (leave func(), err error) {
	name := by.String()
	if err := limited(r.actors.take(name)); err != nil {
		return nil, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.busy[name] >= r.atOnce {
		return nil, fault.New(fault.TooMany, "too_busy", "retry_after", 1)
	}
	r.busy[name]++
	return func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		if r.busy[name]--; r.busy[name] == 0 {
			delete(r.busy, name)
		}
	}, nil
}

func limited(wait time.Duration) error {
	if wait <= 0 {
		return nil
	}
	return fault.New(fault.TooMany, "rate_limited", "retry_after", int(math.Ceil(wait.Seconds())))
}

// Budgets bound how often something may be done, by key: token buckets in bounded memory, for what is no operation of the
// API, such as a frame of a websocket.
type Budgets[K comparable] struct {
	rate  rate.Limit
	burst int

	mu    sync.Mutex
	byKey map[K]*list.Element
	order *list.List // of *bucket[K], the latest used in front
}

type bucket[K comparable] struct {
	key   K
	limit *rate.Limiter
}

// NewBudgets makes budgets of so many a second, and so many at once.
func NewBudgets[K comparable](perSecond float64, burst int) *Budgets[K] {
	return &Budgets[K]{rate: rate.Limit(perSecond), burst: burst, byKey: map[K]*list.Element{}, order: list.New()}
}

// Take takes one from a key's budget; fault.TooMany "rate_limited" where it is used up.
func (b *Budgets[K]) Take(key K) error { return limited(b.take(key)) }

// take takes one token, or says how long until there is one.
func (b *Budgets[K]) take(key K) time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	e := b.byKey[key]
	if e == nil {
		if len(b.byKey) >= remembered {
			last := b.order.Back()
			delete(b.byKey, b.order.Remove(last).(*bucket[K]).key) //nolint:forcetypeassert // the list holds nothing else
		}
		e = b.order.PushFront(&bucket[K]{key, rate.NewLimiter(b.rate, b.burst)})
		b.byKey[key] = e
	} else {
		b.order.MoveToFront(e)
	}
	l := e.Value.(*bucket[K]).limit //nolint:forcetypeassert // the list holds nothing else
	if l.Allow() {
		return 0
	}
	r := l.Reserve()
	wait := r.Delay()
	r.Cancel()
	return max(wait, time.Millisecond)
}
