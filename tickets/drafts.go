package tickets

import (
	"context"
	"errors"
	"fmt"
	"time"

	"frontline/internal/authority"
	"frontline/internal/plain"

	"github.com/jackc/pgx/v5"
)

// Draft is what an agent has written and not sent, kept on the server. An agent has one a ticket.
type Draft struct {
	Direction   string    `json:"direction" enum:"out,note" default:"out"`
	Text        string    `json:"text" maxLength:"500000"`
	To          []string  `json:"to" required:"false" maxItems:"50"`
	Cc          []string  `json:"cc" required:"false" maxItems:"50"`
	Bcc         []string  `json:"bcc" required:"false" maxItems:"50"`
	Attachments []int64   `json:"attachments" required:"false" maxItems:"50"`
	Seen        int64     `json:"seen" required:"false" doc:"last message on the screen when the draft was begun"`
	UpdatedAt   time.Time `json:"updated_at" required:"false" readOnly:"true"`
	// Files tells whoever takes the draft up again what the attachments are.
	Files []Attached `json:"files" required:"false" readOnly:"true" doc:"the attachments that are still there"`
}

// SaveDraft keeps the agent's draft on a ticket.
func (t *Tickets) SaveDraft(ctx context.Context, by authority.Actor, ticket int64, d Draft) error {
	return t.onDraft(ctx, by, ticket, func(tx *authority.Tx) error {
		direction := d.Direction
		if direction == "" {
			direction = "out"
		}
		ids := d.Attachments
		if ids == nil {
			ids = []int64{}
		}
		_, err := tx.Exec(ctx, `insert into drafts (ticket_id, agent_id, direction, text, to_addresses, cc_addresses, bcc_addresses, attachments, seen)
			values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
			on conflict (ticket_id, agent_id) do update set direction = $3, text = $4, to_addresses = $5, cc_addresses = $6, bcc_addresses = $7,
				attachments = $8, seen = $9, updated_at = now()`,
			ticket, by.ID, direction, plain.Text(d.Text, MaxText), lines(d.To, maxTo), lines(d.Cc, maxTo), lines(d.Bcc, maxTo), ids, d.Seen)
		return err
	})
}

// DropDraft throws the agent's draft on a ticket away; none there is fine.
func (t *Tickets) DropDraft(ctx context.Context, by authority.Actor, ticket int64) error {
	return t.onDraft(ctx, by, ticket, func(tx *authority.Tx) error {
		_, err := tx.Exec(ctx, `delete from drafts where ticket_id = $1 and agent_id = $2`, ticket, by.ID)
		return err
	})
}

func (t *Tickets) onDraft(ctx context.Context, by authority.Actor, ticket int64, f func(*authority.Tx) error) error {
	return t.gate.Do(ctx, by, func(tx *authority.Tx) error {
		if err := tx.Allow(ctx, authority.Act{Name: "ticket.draft", Object: object(ticket)}); err != nil {
			return err
		}
		var seen bool
		if err := tx.QueryRow(ctx, `select true from tickets where id = $1`, ticket).Scan(&seen); err != nil {
			return notFound(err, "ticket")
		}
		if err := f(tx); err != nil {
			return fmt.Errorf("draft: %w", err)
		}
		// Other windows of the same agent follow; colleagues do not see drafts.
		tx.Emit("draft.changed", object(ticket), fmt.Sprint("agent:", by.ID))
		return nil
	})
}

func readDraft(ctx context.Context, q authority.Query, by authority.Actor, ticket int64) (*Draft, error) {
	var d Draft
	err := q.QueryRow(ctx, `select direction, text, to_addresses, cc_addresses, bcc_addresses, attachments, seen, updated_at
		from drafts where ticket_id = $1 and agent_id = $2`, ticket, by.ID).Scan(&d.Direction, &d.Text, &d.To, &d.Cc, &d.Bcc, &d.Attachments, &d.Seen, &d.UpdatedAt)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("draft: %w", err)
	}
	rows, err := q.Query(ctx, `select id, name, type, size, inline from attachments where id = any ($1) order by array_position($1, id)`, d.Attachments)
	if err != nil {
		return nil, fmt.Errorf("files of the draft: %w", err)
	}
	if d.Files, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Attached]); err != nil {
		return nil, fmt.Errorf("files of the draft: %w", err)
	}
	return &d, nil
}
