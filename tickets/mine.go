package tickets

import (
	"context"
	"fmt"
	"time"

	"frontline/internal/authority"

	"github.com/jackc/pgx/v5"
)

// InHand is a contact that an agent has, and what its customer said since the last answer.
type InHand struct {
	Entry      Stay         `json:"entry"`
	Ticket     InHandTicket `json:"ticket"`
	LastIn     *Spoken      `json:"last_in" doc:"The customer's newest message; automatic ones do not count"`
	Unanswered int          `json:"unanswered" doc:"How many of the customer's messages came since the last answer, up to 100"`
}

// InHandTicket is the ticket of a contact that an agent has.
type InHandTicket struct {
	ID      int64  `json:"id"`
	Number  string `json:"number"`
	Subject string `json:"subject"`
	Channel string `json:"channel"`
	Contact Named  `json:"contact"`
}

// Spoken names a message and when it was said.
type Spoken struct {
	ID int64     `json:"id"`
	At time.Time `json:"at"`
}

// Mine are the contacts that the actor has in hand, has put aside or wraps up, in the order in which they came.
func (w *Work) Mine(ctx context.Context, by authority.Actor) (out []InHand, err error) {
	agent := int64(0) // nobody else has a contact in hand
	if by.Kind == authority.Agent {
		agent = by.ID
	}
	err = w.gate.View(ctx, by, func(q authority.Query) error {
		rows, err := q.Query(ctx, `select `+stayShown+`, t.id, t.number, t.subject, t.channel, c.id, c.name,
				coalesce((select p.address from participants p where p.ticket_id = t.id and p.role = 'requester' and p.address not like 'unknown:%' limit 1), ''),
				li.id, li.at, (select count(*) from (select from messages m where m.ticket_id = t.id and m.direction = 'in' and not m.auto
					and m.id > coalesce((select max(id) from messages o where o.ticket_id = t.id and o.direction = 'out' and not o.auto), 0) limit 100) m)
			from entries e`+stayJoins+` join tickets t on t.id = e.ticket_id join contacts c on c.id = t.contact_id
				left join lateral (select m.id, m.at from messages m where m.ticket_id = t.id and m.direction = 'in' and not m.auto order by m.id desc limit 1) li on true
			where e.agent_id = $1 and e.state in ('in_hand', 'parked', 'wrap_up') order by e.answered_at, e.id limit 200`, agent)
		if err != nil {
			return fmt.Errorf("what is in hand: %w", err)
		}
		out, err = pgx.CollectRows(rows, func(r pgx.CollectableRow) (InHand, error) {
			var x InHand
			var last *int64
			var at *time.Time
			t := &x.Ticket
			s, err := scanStay(r, &t.ID, &t.Number, &t.Subject, &t.Channel, &t.Contact.ID, &t.Contact.Name, &t.Contact.Address, &last, &at, &x.Unanswered)
			x.Entry = s
			if last != nil {
				x.LastIn = &Spoken{*last, *at}
			}
			return x, err
		})
		return err
	})
	return out, err
}
