package ticketpage

import (
	"context"
	"time"

	"frontline/channels"
	"frontline/internal/authority"
	"frontline/tickets"

	"github.com/jackc/pgx/v5"
)

// View is a ticket as its customer sees it.
type View struct {
	Number    string       `json:"number"`
	Subject   string       `json:"subject"`
	State     string       `json:"state" enum:"open,waiting_for_you,resolved,closed"`
	CreatedAt time.Time    `json:"created_at"`
	UpdatedAt time.Time    `json:"updated_at" doc:"When something was last said"`
	ExpiresAt time.Time    `json:"expires_at" doc:"When the link ends"`
	CanReply  bool         `json:"can_reply"`
	Survey    *SurveyAsked `json:"survey" doc:"What the customer is asked about the service and has not answered; null: nothing"`
	Messages  []Message    `json:"messages" doc:"The last 500, oldest first"`
}

// Message is something said, by the customer or by us.
type Message struct {
	ID    int64           `json:"id"`
	From  string          `json:"from" enum:"you,us"`
	Name  string          `json:"name"`
	Text  string          `json:"text"`
	Parts []channels.Part `json:"parts" doc:"The text cut into words and safe links"`
	Files []File          `json:"files"`
	At    time.Time       `json:"at"`
}

// File is a file of a message.
type File struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
	Type string `json:"type"`
	Size int64  `json:"size"`
}

// shown are the messages m of a ticket t that its customer wrote or was written: no notes, no events, nothing that went
// between us and others.
const shown = `(m.direction = 'in' and m.author_id = t.contact_id
	or m.direction = 'out' and m.channel <> 'email' and m.author_kind = 'agent'
	or m.direction = 'out' and m.channel = 'email' and (m.auto or m.author_kind = 'agent') and exists (
		select from (select address from contact_points where contact_id = t.contact_id and kind = 'email'
			union select address from participants where ticket_id = t.id and role = 'requester' and kind = 'email') own
		where own.address in (select lower(a) from unnest(m.to_addresses || m.cc_addresses || m.bcc_addresses) a)))`

// View shows what a token leads to; fault.NotFound "link_ended" where it leads nowhere.
func (p *Pages) View(ctx context.Context, token string) (v View, err error) {
	err = p.o.Gate.View(ctx, self, func(q authority.Query) error {
		o, err := p.open(ctx, q, token)
		if err != nil {
			return err
		}
		v.ExpiresAt = o.expires.UTC()
		if err := q.QueryRow(ctx, `select number, subject, case state when 'pending' then 'waiting_for_you' when 'resolved' then 'resolved' when 'closed' then 'closed' else 'open' end,
				created_at, last_at, closed_at is null or closed_at > now() - make_interval(days => (select reopen_days from ticket_settings))
			from tickets where id = $1`, o.ticket).Scan(&v.Number, &v.Subject, &v.State, &v.CreatedAt, &v.UpdatedAt, &v.CanReply); err != nil {
			return wrap("ticket", err)
		}
		if v.Survey, err = p.asked(ctx, q, o.ticket); err != nil {
			return err
		}
		rows, err := q.Query(ctx, `select m.id, case m.direction when 'in' then 'you' else 'us' end, m.author_name, left(coalesce(m.reply, m.text), $2), m.at,
				(select coalesce(jsonb_agg(jsonb_build_object('id', a.id, 'name', a.name, 'type', a.type, 'size', a.size) order by a.id), '[]')
					from attachments a where a.message_id = m.id and not a.inline)
			from messages m join tickets t on t.id = m.ticket_id where t.id = $1 and `+shown+` order by m.id desc limit 500`, o.ticket, tickets.MaxShown)
		if err != nil {
			return wrap("messages", err)
		}
		v.Messages, err = pgx.CollectRows(rows, func(r pgx.CollectableRow) (m Message, err error) {
			err = r.Scan(&m.ID, &m.From, &m.Name, &m.Text, &m.At, &m.Files)
			m.Parts = channels.Parts(m.Text)
			return m, err
		})
		return wrap("messages", err)
	})
	for i, j := 0, len(v.Messages)-1; i < j; i, j = i+1, j-1 {
		v.Messages[i], v.Messages[j] = v.Messages[j], v.Messages[i]
	}
	return v, err
}
