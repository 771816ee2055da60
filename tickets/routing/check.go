package routing

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// Problem is what is wrong with a queue. A fatal one must be refused when the queue is saved; any other is a warning,
// which may be meant. Codes:
//
//	level_out_of_range {level}   skill_missing   want_too_large {max}
//	steps_not_rising   step_never_widens   step_adds_nobody*   step_too_late*
//	queue_unserved*   never_open
//	overflow_unknown {queue}   overflow_to_itself   overflow_ring {queues}   overflow_never*
//	span_out_of_range {max_seconds}   priority_unknown {priority}   id_taken   (* warning)
type Problem struct {
	Queue int64
	Field string // where: "want", "steps[1].want.all[0]", "overflow"
	Code  string
	Args  map[string]any
	Fatal bool
}

// Limits of a queue's definition.
const (
	MaxWantParts = 64 // of a Want, and terms of its "any of all of" form times ten
	MaxPrefer    = 24 * time.Hour
	MaxAskAgain  = 24 * time.Hour
	MinOfferTime = time.Second
	MaxOfferTime = time.Hour
)

// Check finds what is wrong with queues, held against each other and against the agents there are (in any presence). now
// is for the hours. Problems come by queue, in the order of its fields.
func Check(queues []Queue, agents []Agent, now time.Time) []Problem {
	c := checker{agents: agents, now: at(now), queues: map[int64]*Queue{}}
	for i := range queues {
		q := &queues[i]
		if c.queues[q.ID] != nil {
			c.report(q.ID, "id", "id_taken", true)
		}
		c.queues[q.ID] = q
	}
	for i := range queues {
		c.queue(&queues[i])
	}
	slices.SortStableFunc(c.found, func(a, b Problem) int { return cmp.Compare(a.Queue, b.Queue) })
	return c.found
}

type checker struct {
	queues map[int64]*Queue
	agents []Agent
	now    instant
	found  []Problem
}

func (c *checker) report(queue int64, field, code string, fatal bool, kv ...any) {
	p := Problem{Queue: queue, Field: field, Code: code, Fatal: fatal}
	for i := 0; i+1 < len(kv); i += 2 {
		if p.Args == nil {
			p.Args = map[string]any{}
		}
		p.Args[kv[i].(string)] = kv[i+1]
	}
	c.found = append(c.found, p)
}

func (c *checker) queue(q *Queue) {
	sound := c.want(q.ID, "want", &q.Want)
	for i := range q.Steps {
		step, field := &q.Steps[i], fmt.Sprintf("steps[%d]", i)
		if before := i > 0 && step.After <= q.Steps[i-1].After; before || step.After <= 0 {
			c.report(q.ID, field+".after", "steps_not_rising", true)
		}
		c.span(q.ID, field+".after", step.After, step.After, maxSpan)
		if step.Want != nil && !c.want(q.ID, field+".want", step.Want) {
			sound = false
		}
		if q.Overflow != nil && q.Overflow.After > 0 && step.After >= q.Overflow.After {
			c.report(q.ID, field+".after", "step_too_late", false)
		}
	}
	if sound {
		c.widening(q)
	}
	c.spans(q)
	c.overflow(q)
	if q.Hours != nil {
		if open, change := newPlan(*q).openAt(c.now); !open && change == never {
			c.report(q.ID, "hours", "never_open", true)
		}
	}
}

// span reports a duration outside its bounds.
func (c *checker) span(queue int64, field string, d, least, most time.Duration) {
	if d < least || d > most {
		c.report(queue, field, "span_out_of_range", true, "max_seconds", int64(most/time.Second))
	}
}

func (c *checker) spans(q *Queue) {
	for _, k := range sorted(q.Heads.Class) {
		c.span(q.ID, "heads.class["+k+"]", q.Heads.Class[k], 0, MaxHead)
	}
	for _, k := range sorted(q.Heads.Severity) {
		c.span(q.ID, "heads.severity["+k+"]", q.Heads.Severity[k], 0, MaxHead)
	}
	for _, k := range sorted(q.Heads.Channel) {
		c.span(q.ID, "heads.channel["+string(k)+"]", q.Heads.Channel[k], 0, MaxHead)
	}
	for _, k := range sorted(q.Heads.Priority) {
		if k < 1 || k > 4 {
			c.report(q.ID, "heads.priority", "priority_unknown", true, "priority", k)
		}
		c.span(q.ID, fmt.Sprintf("heads.priority[%d]", k), q.Heads.Priority[k], 0, MaxHead)
	}
	c.span(q.ID, "prefer", q.Prefer, 0, MaxPrefer)
	c.span(q.ID, "ask_again", q.AskAgain, 0, MaxAskAgain)
	for _, k := range sorted(q.Offers) {
		if o := q.Offers[k]; !o.Auto && o.For != 0 {
			c.span(q.ID, "offers["+string(k)+"]", o.For, MinOfferTime, MaxOfferTime)
		}
	}
}

func sorted[K cmp.Ordered, V any](m map[K]V) []K {
	keys := make([]K, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
