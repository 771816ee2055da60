package email

import (
	"context"
	"errors"

	"frontline/channels"
	"frontline/internal/authority"
	"frontline/internal/fault"
	"frontline/internal/secret"
	"frontline/tickets"

	"github.com/jackc/pgx/v5"
)

// Addresser chooses the mailbox that a message leaves by, and makes its Message-ID.
type Addresser struct{ names names }

// NewAddresser makes the channel's channels.Addresser.
func NewAddresser(key *secret.Key) *Addresser { return &Addresser{names{key}} }

// Address implements channels.Addresser: the mailbox by which the customer's last mail came, else
// one of the ticket's queue, else the first that can send. None is fault.Invalid "no_mailbox".
func (a *Addresser) Address(ctx context.Context, tx *authority.Tx, m tickets.Outbound) (channels.Letter, error) {
	var id int64
	var address string
	var copied bool
	err := tx.QueryRow(ctx, `select b.id, b.address, coalesce(b.imap ->> 'keep_sent' = 'append', false) from mailboxes b
		where b.disabled_at is null and b.smtp is not null
		order by b.id = (select r.mailbox_id from messages i join raw_mails r on r.message_id = i.id
				where i.ticket_id = $1 and i.direction = 'in' order by i.id desc limit 1) desc nulls last,
			b.queue_id = $2 desc, b.id limit 1`, m.Ticket, m.Queue).Scan(&id, &address, &copied)
	if errors.Is(err, pgx.ErrNoRows) {
		return channels.Letter{}, fault.New(fault.Invalid, "no_mailbox")
	}
	if err != nil {
		return channels.Letter{}, wrap("choose the mailbox", err)
	}
	return channels.Letter{Account: id, Copy: copied, Remote: a.names.messageID(m.Ticket, m.Message, Mailbox{Address: address}.domain())}, nil
}
