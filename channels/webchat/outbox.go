package webchat

import (
	"context"
	"errors"
	"time"

	"frontline/internal/authority"
	"frontline/internal/fault"
	"frontline/tickets"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
)

// Outbox is the chat's tickets.Outbox: a visitor's line reads what was kept, so that the commit is the delivery. What he has
// not got after his site's time goes by mail.
type Outbox struct{}

// Queue implements tickets.Outbox. A ticket without a visitor, such as one that was imported, is fault.Invalid
// "cannot_reply_here".
func (Outbox) Queue(ctx context.Context, tx *authority.Tx, m tickets.Outbound) ([]string, error) {
	var seconds int
	err := tx.QueryRow(ctx, `select s.mail_after_s from chat_visitors v join chat_sites s on s.id = v.site_id
		where v.ticket_id = $1 or v.ticket_id in (select id from tickets where merged_into = $1) order by v.id desc limit 1`, m.Ticket).Scan(&seconds)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, fault.New(fault.Invalid, "cannot_reply_here", "channel", m.Channel)
	}
	if err != nil {
		return nil, wrap("visitor of the ticket", err)
	}
	if m.Automatic {
		return nil, nil
	}
	return nil, tx.Enqueue(ctx, MailUnseen{m.Ticket}, &river.InsertOpts{ScheduledAt: tx.Now().Add(time.Duration(seconds) * time.Second), MaxAttempts: 10})
}
