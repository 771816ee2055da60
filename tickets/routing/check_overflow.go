package routing

import "slices"

// overflow reports overflows that lead nowhere, never happen, or come round. A ring is reported once for each queue in it.
func (c *checker) overflow(q *Queue) {
	o := q.Overflow
	if o == nil {
		return
	}
	c.span(q.ID, "overflow.after", o.After, 0, maxSpan)
	if o.After <= 0 && !o.WhenClosed && !o.WhenNobody {
		c.report(q.ID, "overflow", "overflow_never", false)
	}
	if o.To == q.ID {
		c.report(q.ID, "overflow.to", "overflow_to_itself", true)
		return
	}
	if c.queues[o.To] == nil {
		c.report(q.ID, "overflow.to", "overflow_unknown", true, "queue", o.To)
		return
	}
	ring := []int64{q.ID}
	for cur := c.queues[o.To]; cur != nil && !slices.Contains(ring, cur.ID); cur = c.queues[cur.Overflow.To] {
		ring = append(ring, cur.ID)
		if cur.Overflow == nil {
			return
		}
		if cur.Overflow.To == q.ID {
			c.report(q.ID, "overflow.to", "overflow_ring", true, "queues", ring)
			return
		}
	}
}
