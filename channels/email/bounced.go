package email

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"frontline/channels"
	"frontline/crm"
	"frontline/internal/authority"

	"github.com/jackc/pgx/v5"
)

// bounced marks the message of ours that did not arrive, with the reason, and its ticket opens
// again. A report that names no message of ours is kept aside: anybody can write one.
func (e *Email) bounced(ctx context.Context, tx *authority.Tx, k *kept) error {
	d, err := e.returned(ctx, tx, k)
	if errors.Is(err, pgx.ErrNoRows) {
		return e.done(ctx, tx, k, "set_aside", "bounce_of_nothing", 0)
	}
	if err != nil {
		return wrap("delivery of the bounce", err)
	}
	b := k.mail.Bounce
	detail := strings.TrimSpace(strings.Join(b.Recipients, ", ") + " " + b.Status + " " + b.Reason)
	if b.Kind == "delayed" {
		// It may still arrive: said, not failed.
		if err := e.tickets.MarkDelivery(ctx, tx, d.Message, d.state, "delayed: "+detail); err != nil {
			return err
		}
		return e.done(ctx, tx, k, "done", "delayed", d.Message)
	}
	if b.Permanent {
		for _, address := range b.Recipients {
			if err := crm.Bounced(ctx, tx, address, false); err != nil {
				return err
			}
		}
	}
	if err := tx.Allow(ctx, authority.Act{Name: "delivery.bounce", Object: fmt.Sprint("delivery:", d.ID)}); err != nil {
		return err
	}
	if err := channels.Returned(ctx, tx, e.tickets, d.Delivery, detail); err != nil {
		return err
	}
	return e.done(ctx, tx, k, "done", "bounce", d.Message)
}

type returned struct {
	channels.Delivery
	state string
}

// returned finds the delivery that a report is about: by the Message-IDs it names, else by the token
// in the address it was sent to and the recipient. Both are signed, so a stranger who did not get the
// message cannot make it fail.
func (e *Email) returned(ctx context.Context, tx *authority.Tx, k *kept) (returned, error) {
	var ids []string
	for _, id := range append([]string{k.mail.Bounce.MessageID, k.mail.InReplyTo}, k.mail.References...) {
		if _, _, ok := e.names.readMessageID(id); ok {
			ids = append(ids, id)
		}
	}
	var ticket int64
	for _, address := range append(append([]string{k.mail.Bounce.ReturnTo}, k.mail.DeliveredTo...), addresses(k.mail.To)...) {
		if id, ok := e.names.readToken(address); ok {
			ticket = id
		}
	}
	var d returned
	err := tx.QueryRow(ctx, `select d.id, d.message_id, d.ticket_id, d.channel, d.state from deliveries d join messages m on m.id = d.message_id
		where d.remote_id = any ($1) or d.ticket_id = $2 and (m.to_addresses || m.cc_addresses || m.bcc_addresses) && $3
		order by d.remote_id = any ($1) desc, d.id desc limit 1 for update of d`, ids, ticket, append([]string{}, k.mail.Bounce.Recipients...)).
		Scan(&d.ID, &d.Message, &d.Ticket, &d.Channel, &d.state)
	return d, err
}
