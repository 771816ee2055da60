package tickets

import (
	"fmt"
	"strconv"

	"frontline/internal/authority"
	"frontline/tickets/sla"
)

// firstClocks reckons the clocks of a ticket that is about to be opened, and keeps them with it: all of its history is at hand. It is
// the same reckoning that is done whenever something happens later, and left to that where this node has not read the current
// calendars and policies yet.
func (t *Tickets) firstClocks(tx *authority.Tx, in Inbound, a *arrival, n numbers, write pen) error {
	b := t.shelf.edition(a.edition)
	if b == nil {
		return nil
	}
	h := &history{
		ticket:  n.ticket,
		facts:   facts{Case: sla.Case{Class: a.class, Channel: in.Channel, Type: in.Type, Severity: in.Severity, Queue: strconv.FormatInt(a.queue, 10)}},
		members: map[int64]*member{n.ticket: {created: tx.Now(), since: tx.Now()}},
		rows:    []told{{id: n.message, ticket: n.ticket, at: tx.Now(), direction: "in", by: sla.Contact, auto: in.Auto}},
	}
	h.govern(b, tx.Now())
	v, err := h.view(b, tx.Now())
	if err != nil {
		return err
	}
	if len(v.todo) > 0 || v.troubled() {
		return nil // there is more to do than to keep them
	}
	r := v.row()
	if err := write(`insert into clocks (ticket_id, next_at, governed, matched, due_at, due_kind, breached, started_at) values ($1, $2, $3, $4, $5, $6, $7, $8)`,
		n.ticket, r.next, r.governed, r.matched, r.due, r.kind, r.breached, r.started); err != nil {
		return fmt.Errorf("keep the first clocks: %w", err)
	}
	return nil
}
