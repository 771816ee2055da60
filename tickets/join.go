package tickets

import (
	"context"
	"errors"
	"fmt"
	"time"

	"frontline/internal/authority"

	"github.com/jackc/pgx/v5"
)

// ticketState is what joining needs to know of a ticket.
type ticketState struct {
	ID       int64
	Number   string
	State    string
	Queue    int64
	Assignee *int64
	Rested   *time.Time // since when it is resolved or closed
}

// place says where a contact belongs: into a ticket, or into a new one, linked to an old.
type place struct {
	join   *ticketState
	link   int64
	kind   string // of the link: "follows" or "perhaps"
	reason string
}

// belongs decides which ticket a contact belongs to. A hint counts only when the sender surely takes
// part in that ticket; else the new ticket is linked to it as "perhaps belongs to", with the
// reason. A merged ticket leads to its target. A ticket that has rested longer than the set time
// is followed by a new one.
func (t *Tickets) belongs(ctx context.Context, tx *authority.Tx, in Inbound, a *arrival) (place, error) {
	if a.into.found && a.into.merged == nil {
		return place{join: &a.into.ticketState}, nil
	}
	if in.Into != 0 {
		s, _, err := t.candidate(ctx, tx, in.Into, in)
		if err != nil {
			return place{}, notFound(err, "ticket")
		}
		return place{join: &s}, nil
	}
	var doubt place
	for _, h := range in.Hints {
		id, err := hinted(ctx, tx, in.Channel, h)
		if err != nil {
			return place{}, err
		}
		if id == 0 {
			continue
		}
		s, takesPart, err := t.candidate(ctx, tx, id, in)
		if errors.Is(err, pgx.ErrNoRows) {
			continue
		}
		if err != nil {
			return place{}, fmt.Errorf("ticket of the hint: %w", err)
		}
		if !takesPart || h.Doubt != "" {
			reason := h.Doubt
			if !takesPart {
				reason = h.Kind + "_other_sender"
			}
			if doubt.link == 0 {
				doubt = place{link: s.ID, kind: "perhaps", reason: reason}
			}
			continue
		}
		var days int
		if err := tx.QueryRow(ctx, `select reopen_days from ticket_settings`).Scan(&days); err != nil {
			return place{}, fmt.Errorf("ticket settings: %w", err)
		}
		if s.Rested != nil && tx.Now().Sub(*s.Rested) > time.Duration(days)*24*time.Hour {
			return place{link: s.ID, kind: "follows", reason: "rested_too_long"}, nil
		}
		return place{join: &s}, nil
	}
	return doubt, nil
}

// hinted gives the ticket that a hint names; 0: none.
func hinted(ctx context.Context, tx *authority.Tx, channel string, h Hint) (int64, error) {
	if h.Ticket != 0 || len(h.Keys) == 0 {
		return h.Ticket, nil
	}
	var id int64
	// The newest reference is the likeliest, so the order of the keys decides.
	err := tx.QueryRow(ctx, `select m.ticket_id from unnest($2::text[]) with ordinality want(key, n)
		join thread_keys k on k.channel = $1 and k.key = want.key join messages m on m.id = k.message_id
		order by want.n, m.id desc limit 1`, channel, names(h.Keys, maxKeys)).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("look up references: %w", err)
	}
	return id, nil
}

// candidate is a ticket that a contact may belong to.
type candidate struct {
	ticketState
	found     bool
	merged    *int64 // into which it was
	takesPart bool   // the sender; any address of a contact who takes part counts
}

// lockCandidate locks a ticket, $1, and reads it for the sender whose point is $2 and $3.
const lockCandidate = `select t.id, t.number, t.state, t.queue_id, t.assignee_id, coalesce(t.closed_at, t.resolved_at), t.merged_into,
		exists (select from participants p where p.ticket_id = t.id and p.kind = $2 and p.address = $3)
		or exists (select from contact_points me join contact_points other on other.contact_id = me.contact_id
			join participants p on p.ticket_id = t.id and p.kind = other.kind and p.address = other.address
			where me.kind = $2 and me.address = $3)
	from tickets t where t.id = $1 for update of t`

func (c *candidate) scan(r pgx.Row) error {
	err := r.Scan(&c.ID, &c.Number, &c.State, &c.Queue, &c.Assignee, &c.Rested, &c.merged, &c.takesPart)
	c.found = err == nil
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	return err
}

// candidate locks a ticket, the target where it was merged, and says whether the sender takes part.
func (t *Tickets) candidate(ctx context.Context, tx *authority.Tx, id int64, in Inbound) (ticketState, bool, error) {
	for range 10 { // a chain of merges has an end; a ring must not hang us
		var c candidate
		if err := c.scan(tx.QueryRow(ctx, lockCandidate, id, in.From.Kind, in.From.Address)); err != nil || c.found && c.merged == nil {
			return c.ticketState, c.takesPart, err
		}
		if !c.found {
			break
		}
		id = *c.merged
	}
	return ticketState{}, false, pgx.ErrNoRows
}
