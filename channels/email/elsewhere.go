package email

import (
	"context"
	"fmt"

	"frontline/internal/authority"
	"frontline/tickets"
)

// elsewhere takes in a mail that came to two of our addresses, of which the second is another team's: that team does not see the
// first one's ticket, or does not look there, and the customer wrote to it too. It gets a ticket of its own, linked to the other.
// Two queues of one team, and a mail that joined a ticket, are served by the one message.
func (e *Email) elsewhere(ctx context.Context, tx *authority.Tx, in tickets.Inbound, box Mailbox, first tickets.Received) (tickets.Received, error) {
	var team int64 // 0: everybody's
	var theirs bool
	err := tx.QueryRow(ctx, `select coalesce(mine.team_id, 0), mine.team_id is distinct from theirs.team_id
				and not exists (select from messages m where m.ticket_id = t.id and m.direction = 'in' and m.id < $3)
				and not exists (select from raw_mails r where r.message_id = $3 and r.mailbox_id = $4) -- read again: the ticket went to another team
			from queues mine, tickets t join queues theirs on theirs.id = t.queue_id where mine.id = $1 and t.id = $2`,
		box.QueueID, first.Ticket, first.Message, box.ID).Scan(&team, &theirs)
	if err != nil || !theirs {
		return first, wrap("who sees the mail", err)
	}
	in.RemoteID = fmt.Sprintf("%s:team:%d", in.RemoteID, team)
	in.Hints = []tickets.Hint{{Kind: "reference", Ticket: first.Ticket, Doubt: "same_mail"}}
	return e.tickets.Keep(ctx, tx, in)
}
