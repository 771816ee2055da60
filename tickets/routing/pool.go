package routing

import (
	"cmp"
	"slices"
)

// pool is who may have contacts of one queue in one language, and which of these wait. Both sides of a decision start
// here: a contact looks through the members, an agent looks at the heads of the lines.
type pool struct {
	plan     *plan
	language string // empty where the queue does not ask for it
	members  []member
	lines    [][]line // by channel, then by step; those held for a preferred agent, closed out or wanted later stand in none
	count    int      // in all lines
}

// member is an agent who may have contacts of a pool from a step on.
type member struct {
	p     *person
	first int
}

// seat is the same, seen from the agent.
type seat struct {
	pool  *pool
	first int
}

type poolKey struct {
	queue    int64
	language string
}

// spot is where a contact stands; the zero spot is none.
type spot struct {
	pool    *pool
	channel int
	step    int
}

func (at spot) line() *line {
	for len(at.pool.lines) <= at.channel {
		at.pool.lines = append(at.pool.lines, nil)
	}
	steps := &at.pool.lines[at.channel]
	for len(*steps) <= at.step {
		*steps = append(*steps, nil)
	}
	return &(*steps)[at.step]
}

func (at spot) add(w *waiting) {
	if at.pool != nil {
		at.line().add(w)
		at.pool.count++
	}
}

func (at spot) remove(w *waiting) {
	if at.pool != nil {
		at.line().remove(w)
		at.pool.count--
	}
}

// pool finds the pool of a queue and a contact's language, and makes it with its members where it is new.
func (s *State) pool(p *plan, language string) *pool {
	if !p.speaks {
		language = ""
	}
	key := poolKey{p.ID, language}
	if known := s.pools[key]; known != nil {
		return known
	}
	made := &pool{plan: p, language: language}
	s.pools[key] = made
	for _, a := range s.people {
		made.join(a)
	}
	return made
}

// join makes the agent a member, if she is ever good enough.
func (l *pool) join(p *person) {
	first := l.plan.first(&p.Agent, l.language)
	if first < 0 {
		return
	}
	i, _ := l.find(p)
	l.members = slices.Insert(l.members, i, member{p, first})
	p.seats = append(p.seats, seat{l, first})
}

// leave is join's inverse for all pools of an agent.
func (p *person) leave() {
	for _, at := range p.seats {
		if i, found := at.pool.find(p); found {
			at.pool.members = slices.Delete(at.pool.members, i, i+1)
		}
	}
	p.seats = p.seats[:0]
}

func (l *pool) find(p *person) (int, bool) {
	return slices.BinarySearchFunc(l.members, p, func(m member, p *person) int { return cmp.Compare(m.p.ID, p.ID) })
}
