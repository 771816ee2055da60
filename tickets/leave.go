package tickets

import (
	"context"
	"time"

	"frontline/internal/authority"
	"frontline/internal/fault"

	"github.com/jackc/pgx/v5"
)

// Leave ends a contact that no agent had: its customer left ("abandoned"), or chose another way ("message",
// "by_mail"; see AskCall for a call), or it was taken into another ticket ("merged"). One that an agent has goes as the agent's own end of it
// does. Without a stay nothing happens. Who chose another way is owed an answer: his words wait on in the queue, at their
// place, as those of somebody who is not on the line. A part: the caller has allowed "entry.end".
func (t *Tickets) Leave(ctx context.Context, tx *authority.Tx, ticket int64, outcome string) error {
	s, err := lockStay(ctx, tx, ticket)
	if err != nil || s.ID == 0 {
		return err
	}
	b := &pgx.Batch{}
	switch {
	case s.waits() && (outcome == "message" || outcome == "by_mail"):
		s.Channel = "form"
		s.again(b, outcome, wish{queue: s.Queue})
	case s.waits():
		s.end(b, outcome)
	default:
		s.finish(b)
	}
	return s.write(ctx, tx, b)
}

// Call is a call that a customer asked for.
type Call struct {
	Number string     `json:"number"`
	At     *time.Time `json:"at" doc:"When it is wanted; null: soon"`
}

// callAhead is how far ahead a call can be asked for.
const callAhead = 30 * 24 * time.Hour

// AskCall is Leave of who would rather be called: the contact waits on at its place as a call, with the number, through whatever
// queues it goes. One that an agent has goes as the agent's own end of it does. A time that is over, or too far ahead, is fault.Invalid, field "when". A part: the
// caller has allowed "entry.end".
func (t *Tickets) AskCall(ctx context.Context, tx *authority.Tx, ticket int64, c Call) error {
	if c.At != nil && (c.At.Before(tx.Now().Add(-time.Minute)) || c.At.After(tx.Now().Add(callAhead))) {
		return fault.BadField("when", "not_ahead", "days", int(callAhead/(24*time.Hour)))
	}
	s, err := lockStay(ctx, tx, ticket)
	if err != nil || s.ID == 0 {
		return err
	}
	b := &pgx.Batch{}
	if s.waits() {
		s.Channel, s.Call = "phone", c
		queueEvent(b, ticket, tx.By, Changed{Name: "call_asked", From: c.At, To: c.Number})
		s.again(b, "callback", wish{queue: s.Queue})
	} else {
		s.finish(b)
	}
	return s.write(ctx, tx, b)
}
