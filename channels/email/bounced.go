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

// returned finds the delivery that a report is about: by the Message-IDs it names, ours or those that our provider put in their
// place, else by the token in the address it was sent to and the recipient. A stranger who did not get the message knows none of
// them, and so cannot make it fail.
func (e *Email) returned(ctx context.Context, tx *authority.Tx, k *kept) (returned, error) {
	var ids, given []string
	for _, id := range append([]string{k.mail.Bounce.MessageID, k.mail.InReplyTo}, k.mail.References...) {
		if _, _, ok := e.names.readMessageID(id); ok {
			ids = append(ids, id)
		} else if id != "" && len(given) < 100 {
			given = append(given, cut(id))
		}
	}
	var ticket int64
	for _, address := range append(append([]string{k.mail.Bounce.ReturnTo}, k.mail.DeliveredTo...), addresses(k.mail.To)...) {
		if id, ok := e.names.readToken(address); ok {
			ticket = id
		}
	}
	var d returned
	// One branch for each way, so that each has its index.
	err := tx.QueryRow(ctx, `with found as (
			select id, 1 n from deliveries where remote_id = any ($1)
			union all select d.id, 2 from thread_keys k join deliveries d on d.message_id = k.message_id where k.channel = 'email' and k.key = any ($4)
			union all select d.id, 3 from deliveries d join messages m on m.id = d.message_id
				where d.ticket_id = $2 and (m.to_addresses || m.cc_addresses || m.bcc_addresses) && $3)
		select id, message_id, ticket_id, channel, state from deliveries where id = (select id from found order by n, id desc limit 1) for update`,
		ids, ticket, append([]string{}, k.mail.Bounce.Recipients...), given).
		Scan(&d.ID, &d.Message, &d.Ticket, &d.Channel, &d.state)
	return d, err
}
