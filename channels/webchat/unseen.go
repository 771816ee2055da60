package webchat

import (
	"context"
	"errors"
	"strings"
	"time"

	"frontline/crm"
	"frontline/internal/authority"
	"frontline/internal/fault"
	"frontline/internal/job"
	"frontline/tickets"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
)

// MailUnseen is the job that mails what the visitor of a ticket has not got.
type MailUnseen struct {
	Ticket int64 `json:"ticket"`
}

// Kind names the job.
func (MailUnseen) Kind() string { return "chat_mail_unseen" }

// Kind is the MailUnseen job with what works it.
func (c *Chat) Kind() job.Kind {
	return job.Worker[MailUnseen]{Timeout: time.Minute, Do: func(ctx context.Context, j *river.Job[MailUnseen]) error {
		return c.Mail(ctx, j.Args.Ticket)
	}}
}

// Why a visitor who was gone got no mail, and that he got one, as the message's delivery says it.
const (
	byMail    = "by_mail"
	noAddress = "no_address"
	noMailbox = "no_mailbox"
)

// Mail mails the agents' words that the browser of a ticket's visitor has not got, with what was said before. The words count
// as mailed from then on, so that each goes once.
func (c *Chat) Mail(ctx context.Context, ticket int64) error {
	mailed, err := c.tryMail(ctx, ticket, "")
	if errors.Is(err, fault.Invalid) { // no mailbox can send, or the address cannot be sent to: the agent must know
		_, err = c.tryMail(ctx, ticket, noMailbox)
		return err
	}
	if mailed > 0 {
		c.counts.mailed.Add(float64(mailed))
	}
	return err
}

// tryMail mails what is unseen, or only notes why it cannot be.
func (c *Chat) tryMail(ctx context.Context, ticket int64, why string) (mailed int, err error) {
	err = c.o.Gate.Do(ctx, self, func(tx *authority.Tx) error {
		mailed = 0
		if err := tx.Allow(ctx, authority.Act{Name: "chat.mail", Object: ticketObject(ticket), Reason: why}); err != nil {
			return err
		}
		var v visitor
		// The ticket's row first, as replies do; of one that was merged meanwhile, that of the one it leads to.
		if err := tx.QueryRow(ctx, `select id from tickets where id = (select coalesce(merged_into, id) from tickets where id = $1) for update`, ticket).Scan(&ticket); err != nil {
			return wrap("ticket", err)
		}
		err := scanVisitor(tx.QueryRow(ctx, `select `+visitorColumns+` from chat_visitors
			where ticket_id = $1 or ticket_id in (select id from tickets where merged_into = $1) order by id desc limit 1`, ticket), &v)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		if err != nil {
			return wrap("visitor of the ticket", err)
		}
		unseen, before, err := c.unseen(ctx, tx, v)
		if err != nil || len(unseen) == 0 {
			return err
		}
		address, err := c.addressOf(ctx, tx, v)
		if err != nil {
			return err
		}
		state := byMail
		switch {
		case why != "":
			state = why
		case address == "":
			state = noAddress
		default:
			if err := tx.Allow(ctx, authority.Act{Name: "ticket.reply", Object: ticketObject(ticket), Reason: "visitor gone"}); err != nil {
				return err
			}
			_, err := c.o.Tickets.Answer(ctx, tx, tickets.Reply{
				Ticket: ticket, Text: letter(v, unseen, before), To: []string{address}, By: crm.Email, PassesOn: true,
			})
			if err != nil {
				return err
			}
			mailed = len(unseen)
		}
		for _, m := range unseen {
			if err := c.o.Tickets.MarkDelivery(ctx, tx, m.Seq, "sent", state); err != nil {
				return err
			}
		}
		return nil
	})
	return mailed, err
}

// unseen are the agents' words that a visitor has not got, and what was said before them.
func (c *Chat) unseen(ctx context.Context, tx *authority.Tx, v visitor) (unseen, before []messageFrame, err error) {
	rows, err := tx.Query(ctx, conversation+` select m.id, m.at, m.direction = 'out' and m.channel = 'chat' and m.author_kind = 'agent' and m.delivery_state = 'sent' and m.delivery_detail = '',
			m.author_name, left(coalesce(m.reply, m.text), 20000)
		from c join messages m on m.ticket_id = c.id and m.id >= c.first_message where `+shownToVisitor+` order by m.id desc limit 200`, v.token)
	if err != nil {
		return nil, nil, wrap("unseen messages", err)
	}
	var m messageFrame
	var is bool
	_, err = pgx.ForEachRow(rows, []any{&m.Seq, &m.At, &is, &m.Name, &m.Text}, func() error {
		if is {
			unseen = append([]messageFrame{m}, unseen...)
		} else {
			before = append([]messageFrame{m}, before...)
		}
		return nil
	})
	return unseen, before, wrap("unseen messages", err)
}

// addressOf is where a visitor is written to: where he said, or, of an identified one, what his customer's record has.
func (c *Chat) addressOf(ctx context.Context, tx *authority.Tx, v visitor) (address string, err error) {
	if v.email != "" || !v.verified {
		return v.email, nil
	}
	err = tx.QueryRow(ctx, `select p.address from tickets t join contact_points p on p.contact_id = t.contact_id and p.kind = 'email' and p.bounced_at is null
		where t.id = $1 order by p.id limit 1`, v.ticket).Scan(&address)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", nil
	}
	return address, wrap("address of the visitor", err)
}

// letter is the mail to a visitor who is gone: first what he has not seen, then the conversation.
func letter(v visitor, unseen, before []messageFrame) string {
	head, history := "You left the chat before our answer came. Here it is; just reply to this mail to go on.", "The conversation:"
	if v.language == "zh" {
		head, history = "您离开聊天时我们的回复还没有到，现寄给您；直接回复本邮件即可继续。", "对话记录："
	}
	var b strings.Builder
	b.WriteString(head + "\n")
	write := func(m messageFrame) {
		b.WriteString("\n" + m.Name + ", " + m.At.UTC().Format("2006-01-02 15:04 UTC") + "\n" + m.Text + "\n")
	}
	for _, m := range unseen {
		write(m)
	}
	if len(before) > 0 {
		b.WriteString("\n" + strings.Repeat("-", 40) + "\n" + history + "\n")
		for _, m := range before {
			write(m)
		}
	}
	return b.String()
}
