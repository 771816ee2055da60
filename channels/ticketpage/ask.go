package ticketpage

import (
	"context"
	"errors"
	"log/slog"
	"net/netip"
	"strings"
	"time"

	"frontline/crm"
	"frontline/internal/authority"
	"frontline/internal/fault"
	"frontline/internal/job"
	"frontline/internal/plain"
	"frontline/internal/web"
	"frontline/tickets"

	"github.com/riverqueue/river"
)

// Asked is what a customer knows of a ticket whose link is lost.
type Asked struct {
	Number string `json:"number" minLength:"1" maxLength:"60" example:"100042" doc:"As mails and pages of the ticket say it"`
	Email  string `json:"email" minLength:"3" maxLength:"320" example:"zhang@customer.example" doc:"An address of the ticket's customer; the link goes there"`
}

const maxNumber = 60 // characters

// AskFor lets the link to a ticket be mailed to its customer. Who asks hears the same, and in the same time, whether there is such
// a ticket of such a customer or not: a job looks. fault.TooMany where one household asks too often.
func (p *Pages) AskFor(ctx context.Context, from netip.Addr, a Asked) error {
	address, err := crm.Point{Kind: crm.Email, Address: a.Email}.Normal()
	if err != nil {
		return fault.BadField("email", "bad_email")
	}
	if !plain.Short(a.Number, maxNumber) {
		return fault.BadField("number", "too_long", "max", maxNumber)
	}
	number := strings.TrimSpace(strings.TrimPrefix(plain.Line(a.Number, maxNumber), "#"))
	if number == "" {
		return fault.BadField("number", "required")
	}
	if err := p.asks.Take(web.Household(from)); err != nil {
		return err
	}
	return p.o.Gate.Do(ctx, self, func(tx *authority.Tx) error {
		if err := tx.Allow(ctx, authority.Act{Name: "page.ask", Object: "link"}); err != nil {
			return err
		}
		return tx.Enqueue(ctx, SendLink{Number: number, Email: address.Address, Language: web.Language(ctx)}, &river.InsertOpts{MaxAttempts: 5})
	})
}

// SendLink is the job that mails a link to who asked for it.
type SendLink struct {
	Number   string `json:"number"`
	Email    string `json:"email"`
	Language string `json:"language"`
}

// Kind names the job.
func (SendLink) Kind() string { return "page_send_link" }

// Kind is the SendLink job with what works it.
func (p *Pages) Kind() job.Kind {
	return job.Worker[SendLink]{Timeout: time.Minute, Do: func(ctx context.Context, j *river.Job[SendLink]) error {
		return p.Send(ctx, j.Args)
	}}
}

// errNoLink is for mailboxes whose mails carry no links.
var errNoLink = errors.New("the mailbox's mails carry no links")

// Send mails the link, where there is such a ticket and the address is its customer's: an automatic message on the ticket's
// timeline, to which the mailbox puts the link as to all. Where it puts none, or the ticket's was just sent, nothing is mailed.
func (p *Pages) Send(ctx context.Context, asked SendLink) error {
	var ticket int64
	err := p.o.Gate.View(ctx, self, func(q authority.Query) error {
		return q.QueryRow(ctx, `select t.id from tickets n join tickets t on t.id = coalesce(n.merged_into, n.id)
			join contact_points p on p.contact_id = t.contact_id and p.kind = 'email' and p.address = $2 and p.bounced_at is null
			where n.number = $1`, asked.Number, asked.Email).Scan(&ticket)
	})
	if errors.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return wrap("ticket of a link", err)
	}
	if p.mails.Take(ticket) != nil {
		return nil
	}
	err = p.o.Gate.Do(ctx, self, func(tx *authority.Tx) error {
		if err := tx.Allow(ctx, authority.Act{Name: "ticket.reply", Object: object(ticket), Reason: "link asked for"}); err != nil {
			return err
		}
		message, err := p.o.Tickets.Answer(ctx, tx, tickets.Reply{Ticket: ticket, Text: asked.words(), To: []string{asked.Email}, By: crm.Email})
		if err != nil {
			return err
		}
		var carries bool
		if err := tx.QueryRow(ctx, `select b.ticket_link from deliveries d join mailboxes b on b.id = d.account_id where d.message_id = $1`, message).Scan(&carries); err != nil {
			return wrap("mailbox of the link", err)
		}
		if !carries {
			return errNoLink
		}
		return nil
	})
	if errors.Is(err, errNoLink) || errors.Is(err, fault.Invalid) { // no other try will be better, and who asked hears nothing
		slog.WarnContext(ctx, "a link that was asked for was not mailed", "ticket", ticket, "err", err)
		return nil
	}
	return err
}

func (s SendLink) words() string {
	if s.Language == "zh" {
		return "您好！您索取的请求页面链接见下方。如果不是您本人索取，请忽略此邮件。"
	}
	return "Hello, below is the link to your request that you asked for. If you did not ask for it, nothing needs to be done."
}
