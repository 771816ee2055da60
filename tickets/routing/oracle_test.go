package routing_test

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"frontline/tickets/routing"
)

// plain decides as the package's documentation says, with no index and no shared code: all pairs, take the best, again.
type plain struct {
	routing.World
	now time.Time
}

type given struct{ Contact, Agent int64 }

// decide gives where each contact that moved is now, and who gets what, best first. It changes the world's contacts and
// agents as a decision does.
func (w *plain) decide() (moved map[int64]int64, out []given) {
	moved = map[int64]int64{}
	for i := range w.Contacts {
		c := &w.Contacts[i]
		if to := w.overflow(c); to != c.Queue {
			moved[c.ID] = to
			c.Queue, c.Entered = to, w.now
		}
	}
	for i := range w.Agents {
		w.Agents[i].Load = maps.Clone(w.Agents[i].Load)
	}
	for {
		best, found := plainPair{}, false
		for i := range w.Contacts {
			for k := range w.Agents {
				if p, ok := w.pair(&w.Contacts[i], &w.Agents[k]); ok && (!found || p.less(best)) {
					best, found = p, true
				}
			}
		}
		if !found {
			return moved, out
		}
		out = append(out, given{best.c.ID, best.a.ID})
		if best.a.Load == nil {
			best.a.Load = map[routing.Channel]int{}
		}
		best.a.Load[best.c.Channel]++
		id := best.c.ID
		w.Contacts = slices.DeleteFunc(w.Contacts, func(c routing.Contact) bool { return c.ID == id })
	}
}

func (w *plain) queue(id int64) *routing.Queue {
	for i := range w.Queues {
		if w.Queues[i].ID == id {
			return &w.Queues[i]
		}
	}
	return nil
}

func (w *plain) open(q *routing.Queue) bool {
	if q.Hours == nil {
		return true
	}
	open, _ := q.Hours.At(w.now)
	return open
}

// overflow is the queue where the contact belongs now.
func (w *plain) overflow(c *routing.Contact) int64 {
	is, seen := c.Queue, map[int64]bool{}
	entered := since(c)
	if w.now.Before(c.NotBefore) {
		return is
	}
	for q := w.queue(c.Queue); q != nil && q.Overflow != nil; {
		o := q.Overflow
		waited := is == q.ID && o.After > 0 && !w.now.Before(entered.Add(o.After))
		if !waited && !(o.WhenClosed && !w.open(q)) && !(o.WhenNobody && !w.staffed(q)) {
			break
		}
		seen[q.ID] = true
		if q = w.queue(o.To); q == nil {
			break
		}
		if seen[q.ID] { // round and round: it stays
			return c.Queue
		}
		if w.open(q) {
			is, entered = q.ID, w.now
		}
	}
	return is
}

// since is from when steps and holds count.
func since(c *routing.Contact) time.Time {
	if c.NotBefore.After(c.Entered) {
		return c.NotBefore
	}
	return c.Entered
}

func (w *plain) staffed(q *routing.Queue) bool {
	return slices.ContainsFunc(w.Agents, func(a routing.Agent) bool {
		helps := slices.ContainsFunc(q.Steps, func(s routing.Step) bool {
			return slices.ContainsFunc(s.Teams, func(t int64) bool { return slices.Contains(a.Teams, t) })
		})
		return (helps || slices.Contains(a.Queues, q.ID)) && a.Presence != routing.Away && a.Presence != ""
	})
}

func level(a *routing.Agent, skill string) int {
	if n, ok := a.Skills[skill]; ok {
		return n
	}
	if skill == a.Language {
		return 5
	}
	return 0
}

func met(w routing.Want, a *routing.Agent, language string) bool {
	ok := true
	if w.Skill != "" {
		ok = ok && level(a, w.Skill) >= w.Level
	}
	if w.Language && language != "" {
		ok = ok && level(a, language) >= w.Level
	}
	for _, part := range w.All {
		ok = ok && met(part, a, language)
	}
	some := len(w.Any) == 0
	for _, part := range w.Any {
		some = some || met(part, a, language)
	}
	return ok && some
}

func refused(c *routing.Contact, q *routing.Queue, agent int64, now time.Time) bool {
	again := cmp.Or(q.AskAgain, routing.UsualAskAgain)
	return slices.ContainsFunc(c.Refused, func(r routing.Refusal) bool { return r.Agent == agent && now.Before(r.At.Add(again)) })
}

func room(a *routing.Agent, channel routing.Channel) bool {
	if a.Load[channel] >= a.Capacity[channel].Max {
		return false
	}
	for other, n := range a.Load {
		if other != channel && n > 0 && !slices.Contains(a.Capacity[other].Yields, channel) {
			return false
		}
	}
	return true
}

type plainPair struct {
	c    *routing.Contact
	a    *routing.Agent
	rank []int64
}

func (p plainPair) less(o plainPair) bool { return slices.Compare(p.rank, o.rank) < 0 }

// pair says whether the agent may have the contact now, and how good that is.
func (w *plain) pair(c *routing.Contact, a *routing.Agent) (plainPair, bool) {
	q := w.queue(c.Queue)
	if q == nil || !w.open(q) || w.now.Before(c.NotBefore) || a.Presence != routing.Ready || !room(a, c.Channel) || refused(c, q, a.ID, w.now) {
		return plainPair{}, false
	}
	hand := 0
	for _, n := range a.Load {
		hand += n
	}
	counts := c.Arrived.Add(-q.Heads.Class[c.Class] - q.Heads.Severity[c.Severity] - q.Heads.Channel[c.Channel] - q.Heads.Priority[c.Priority] - c.Boost)
	pref := slices.IndexFunc(c.Preferred, func(p routing.Preferred) bool { return p.Agent == a.ID })
	if pref >= 0 {
		return plainPair{c, a, []int64{
			counts.UnixMicro(), c.Arrived.UnixMicro(), c.ID, int64(pref), 0, 0, int64(hand), a.IdleSince.UnixMicro(), a.ID,
		}}, true
	}
	if w.now.Before(since(c).Add(q.Prefer)) {
		for _, p := range c.Preferred {
			for i := range w.Agents {
				keeper := &w.Agents[i]
				there := keeper.Presence == routing.Ready || keeper.Presence == routing.AfterWork
				if keeper.ID == p.Agent && there && keeper.Capacity[c.Channel].Max > 0 && !refused(c, q, keeper.ID, w.now) {
					return plainPair{}, false
				}
			}
		}
	}
	works, knows := slices.Contains(a.Queues, q.ID), met(q.Want, a, c.Language)
	fit := 0
	for i := 0; !works || !knows; i++ {
		if i == len(q.Steps) || w.now.Before(since(c).Add(q.Steps[i].After)) {
			return plainPair{}, false
		}
		step := q.Steps[i]
		works = works || slices.ContainsFunc(step.Teams, func(t int64) bool { return slices.Contains(a.Teams, t) })
		knows = knows || step.Want != nil && met(*step.Want, a, c.Language)
		fit = i + 1
	}
	place := slices.Index(a.Queues, q.ID)
	if place < 0 {
		place = len(a.Queues)
	}
	counts = counts.Add(time.Duration(place) * w.Settings.PerPlace)
	return plainPair{c, a, []int64{
		counts.UnixMicro(), c.Arrived.UnixMicro(), c.ID, 1 << 30, int64(place), int64(fit), int64(hand), a.IdleSince.UnixMicro(), a.ID,
	}}, true
}
