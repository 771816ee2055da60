package tickets

import (
	"context"
	"fmt"
	"strconv"

	"frontline/internal/authority"
)

// What holds for the moment and is kept nowhere is shared through event.Live under two keys, so that the desk and the
// channels, which do not know each other, can show each other's people.

// LookingAt is the key of who looks at a ticket, a list of Viewer.
func LookingAt(ticket int64) string { return object(ticket) }

// Visiting is the key of a ticket's customer who is there himself, a Visitor.
func Visiting(ticket int64) string { return "visitor:" + strconv.FormatInt(ticket, 10) }

// Viewer is an agent who looks at a ticket.
type Viewer struct {
	ID     int64  `json:"id"`
	Name   string `json:"name"`
	Typing bool   `json:"typing"`
}

// Visitor is a ticket's customer who reads and writes in it himself, as in a chat.
type Visitor struct {
	Typing   bool  `json:"typing"`
	Online   bool  `json:"online"`
	ReadUpto int64 `json:"read_upto"` // the last message he has seen
}

// Seen says how far a customer has come in a ticket.
type Seen struct {
	Ticket int64
	Upto   int64  // all of ours up to this message
	State  string // "delivered" or "read"
}

// MarkSeen moves our messages that were read where the customer is, sent to delivered to read, never back. A part.
func (t *Tickets) MarkSeen(ctx context.Context, tx *authority.Tx, seen []Seen) error {
	var tickets, upto []int64
	var states []string
	for _, s := range seen {
		tickets, upto, states = append(tickets, s.Ticket), append(upto, s.Upto), append(states, s.State)
	}
	rows, err := tx.Query(ctx, `with m as (
			update messages m set delivery_state = s.state, delivery_at = now()
			from unnest($1::bigint[], $2::bigint[], $3::text[]) s(ticket, upto, state)
			where m.ticket_id = s.ticket and m.id <= s.upto and m.direction = 'out'
				and (m.delivery_state = 'sent' or m.delivery_state = 'delivered' and s.state = 'read') and m.channel = 'chat'
			returning m.ticket_id)
		select t.id, t.queue_id, t.assignee_id from tickets t where t.id in (select ticket_id from m)`, tickets, upto, states)
	if err != nil {
		return fmt.Errorf("mark what was seen: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var ticket, queue int64
		var assignee *int64
		if err := rows.Scan(&ticket, &queue, &assignee); err != nil {
			return fmt.Errorf("mark what was seen: %w", err)
		}
		tx.Emit("delivery.changed", object(ticket), topics(ticket, queue, assignee)...)
	}
	return rows.Err()
}
