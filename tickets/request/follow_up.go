package request

import (
	"context"
	"errors"
	"fmt"

	"frontline/internal/authority"
	"frontline/tickets"

	"github.com/jackc/pgx/v5"
)

// followUp opens a ticket for a customer who was not content, linked to the one that he was asked about.
func (r *Requests) followUp(ctx context.Context, tx *authority.Tx, s Survey, got Score, words string) error {
	// Neither the customer, who answers by his link, nor everybody who writes answers down sees where it goes.
	if err := tx.Unveil(ctx); err != nil {
		return err
	}
	in := tickets.Inbound{Channel: "survey", RemoteID: fmt.Sprint("survey-", s.ID), Type: "follow_up", Priority: 2, Text: words}
	var number, subject string
	err := tx.QueryRow(ctx, `select t.number, t.subject, coalesce(n.follow_queue, t.queue_id), c.name, p.kind, p.address
		from questionnaires n, tickets t join contacts c on c.id = t.contact_id join lateral (
			select 0, kind, address from participants where ticket_id = t.id and role = 'requester'
				and (kind, address) in (select kind::text, address from contact_points where contact_id = t.contact_id)
			union all select 1, kind, address from contact_points where contact_id = t.contact_id order by 1 limit 1) p on true
		where n.id = $1 and t.id = $2 and n.low_percent > $3::text::numeric`, s.Questionnaire.ID, s.Ticket, got.Percent.String()).
		Scan(&number, &subject, &in.Queue, &in.Name, &in.From.Kind, &in.From.Address)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil // content enough
	}
	if err != nil {
		return wrap("follow-up", err)
	}
	in.Subject = fmt.Sprintf("%d/%d #%s %s", got.Points, got.Full, number, subject)
	if in.Text == "" {
		in.Text = in.Subject
	}
	opened, err := r.tickets.Keep(ctx, tx, in)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `update surveys set follow_up_id = $2 where id = $1`, s.ID, opened.Ticket); err != nil {
		return wrap("follow-up", err)
	}
	return r.tickets.Follow(ctx, tx, opened.Ticket, s.Ticket)
}
