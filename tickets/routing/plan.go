package routing

import (
	"cmp"
	"slices"
	"time"
)

// plan is a queue made ready for deciding, and who waits in it.
type plan struct {
	Queue
	after    []int64       // when each step begins, since entry; the first is the queue as it is: 0
	wants    []levels      // by the step from which each is enough
	teams    map[int64]int // the first step in which a team helps
	speaks   bool          // the contact's language matters
	prefer   int64
	askAgain int64
	line     line // all who wait in it, held and closed out too

	asked  instant // when Hours were last asked, with their answer
	open   bool
	change instant
}

// levels are what is enough from a step on.
type levels struct {
	step int
	want *Want
}

func newPlan(q Queue) *plan {
	q.Steps = slices.Clone(q.Steps)
	slices.SortStableFunc(q.Steps, func(a, b Step) int { return cmp.Compare(a.After, b.After) })
	p := &plan{Queue: q, after: []int64{0}, teams: map[int64]int{}, asked: never}
	p.wants = []levels{{0, &p.Want}}
	p.speaks = p.Want.speaks()
	for i := range q.Steps {
		step := &q.Steps[i]
		p.after = append(p.after, span(step.After, maxSpan))
		if step.Want != nil {
			p.wants = append(p.wants, levels{i + 1, step.Want})
			p.speaks = p.speaks || step.Want.speaks()
		}
		for _, team := range step.Teams {
			if _, known := p.teams[team]; !known {
				p.teams[team] = i + 1
			}
		}
	}
	p.prefer = span(q.Prefer, maxSpan)
	p.askAgain = span(q.AskAgain, maxSpan)
	if q.AskAgain <= 0 {
		p.askAgain = span(UsualAskAgain, maxSpan)
	}
	return p
}

// from is the first step in which the agent works on the queue, whatever her skills; -1: never.
func (p *plan) from(a *Agent) int {
	if slices.Contains(a.Queues, p.ID) {
		return 0
	}
	first := -1
	for _, team := range a.Teams {
		if step, ok := p.teams[team]; ok && (first < 0 || step < first) {
			first = step
		}
	}
	return first
}

// first is the first step in which the agent may have a contact in this language; -1: never. As steps only add, she may
// have it in all that follow.
func (p *plan) first(a *Agent, language string) int {
	from := p.from(a)
	if from < 0 {
		return -1
	}
	for _, l := range p.wants {
		if l.want.met(a, language) {
			return max(l.step, from)
		}
	}
	return -1
}

// step is how far the queue has widened for one who entered then, and when the next step is due.
func (p *plan) step(entered, now instant) (step int, next instant) {
	for i := 1; i < len(p.after); i++ {
		if due := entered + p.after[i]; due > now {
			return step, due
		}
		step = i
	}
	return step, never
}

// head is the contact's head start.
func (p *plan) head(c *Contact) int64 {
	return span(p.Heads.Class[c.Class], MaxHead) + span(p.Heads.Severity[c.Severity], MaxHead) +
		span(p.Heads.Channel[c.Channel], MaxHead) + span(p.Heads.Priority[c.Priority], MaxHead) + span(c.Boost, MaxHead)
}

// openAt asks the hours, once an instant. An answer that changes in the past is one that never changes.
func (p *plan) openAt(now instant) (open bool, change instant) {
	if p.Hours == nil {
		return true, never
	}
	if p.asked != now {
		open, change := p.Hours.At(when(now))
		p.asked, p.open, p.change = now, open, never
		if c := at(change); !change.IsZero() && c > now {
			p.change = c
		}
	}
	return p.open, p.change
}

// offer is how a channel's contacts are handed over.
func (p *plan) offer(c Channel) (auto bool, d time.Duration) {
	o, ok := p.Offers[c]
	if !ok {
		o = UsualOffer(c)
	}
	if o.For <= 0 {
		o.For = UsualOffer(c).For
	}
	return o.Auto, time.Duration(span(o.For, maxSpan)) * time.Microsecond
}
