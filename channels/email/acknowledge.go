package email

import (
	"context"
	"errors"
	"fmt"

	"frontline/channels/email/mime"
	"frontline/internal/authority"
	"frontline/tickets"

	"github.com/jackc/pgx/v5"
)

// ackBreaker is how many acknowledgements one mailbox sends in an hour at most, whatever happens.
const ackBreaker = 300

// acknowledge tells the sender of a new ticket that it has come: never a machine, never ourselves,
// at most once an address and hour (RFC 3834), never with words of the stranger's.
func (e *Email) acknowledge(ctx context.Context, tx *authority.Tx, box Mailbox, m mime.Mail, from mime.Address, got tickets.Received) error {
	if !got.Opened || !box.Acknowledge || box.AckText == "" || box.SMTP == nil || m.NoAnswer || m.Auto || from.Address == "" || disowned(box, m) {
		return nil
	}
	b := &pgx.Batch{}
	b.Queue(`select pg_advisory_xact_lock(hashtextextended('ack:' || $1, 0))`, from.Address)
	b.Queue(`select not exists (select from mailboxes where address = $1)
			and not exists (select from acks where address = $1 and at > now() - interval '1 hour')
			and (select count(*) from (select from acks where at > now() - interval '1 hour' limit $2) n) < $2`, from.Address, ackBreaker)
	res := tx.SendBatch(ctx, b)
	_, err := res.Exec()
	var may bool
	if err == nil {
		err = res.QueryRow().Scan(&may)
	}
	if err = errors.Join(err, res.Close()); err != nil {
		return wrap("may acknowledge", err)
	}
	if !may {
		return nil
	}
	if _, err := tx.Exec(ctx, `insert into acks (address, ticket_id) values ($1, $2)`, from.Address, got.Ticket); err != nil {
		return wrap("acknowledge", err)
	}
	if err := tx.Allow(ctx, authority.Act{Name: "ticket.reply", Object: fmt.Sprint("ticket:", got.Ticket), Reason: "acknowledgement"}); err != nil {
		return err
	}
	// To the address that was checked, whatever the ticket's participants are.
	_, err = e.tickets.Answer(ctx, tx, tickets.Reply{Ticket: got.Ticket, Text: box.AckText, To: []string{from.Address}})
	return wrap("acknowledge", err)
}
