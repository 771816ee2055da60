package supervise

import (
	"context"
	"fmt"

	"frontline/internal/authority"
	"frontline/internal/fault"
	"frontline/tickets"
)

// Reassign gives a ticket that another has, or that waits, to an agent. Why stands on the ticket's timeline and in the audit.
func (s *Supervision) Reassign(ctx context.Context, by authority.Actor, ticket, agent int64, reason string) error {
	return s.stepIn(ctx, by, "supervise.reassign", ticket, agent, tickets.Reassigned, reason)
}

// TakeOver takes a ticket that another has, or that waits, into the actor's own hand.
func (s *Supervision) TakeOver(ctx context.Context, by authority.Actor, ticket int64, reason string) error {
	return s.stepIn(ctx, by, "supervise.take_over", ticket, by.ID, tickets.TakenOver, reason)
}

func (s *Supervision) stepIn(ctx context.Context, by authority.Actor, act string, ticket, agent int64, how, reason string) error {
	reason, err := words("reason", reason, 500)
	if err != nil {
		return err
	}
	return s.gate.Do(ctx, by, func(tx *authority.Tx) error {
		if err := tx.Allow(ctx, authority.Act{Name: act, Object: fmt.Sprint("ticket:", ticket), Reason: reason}); err != nil {
			return err
		}
		if by.Kind != authority.Agent {
			return fault.New(fault.Forbidden, "not_allowed")
		}
		return s.tickets.Reassign(ctx, tx, ticket, agent, how, reason)
	})
}

// Join says, on the ticket's timeline, that the actor now works on it beside the agent who has it.
func (s *Supervision) Join(ctx context.Context, by authority.Actor, ticket int64) error {
	return s.gate.Do(ctx, by, func(tx *authority.Tx) error {
		if err := tx.Allow(ctx, authority.Act{Name: "supervise.join", Object: fmt.Sprint("ticket:", ticket)}); err != nil {
			return err
		}
		return s.tickets.Join(ctx, tx, ticket)
	})
}
