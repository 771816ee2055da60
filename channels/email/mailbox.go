package email

import (
	"context"
	"fmt"
	"strings"

	"frontline/internal/authority"

	"github.com/jackc/pgx/v5"
)

// Server is how to reach one of a mailbox's servers.
type Server struct {
	Host     string   `json:"host" minLength:"1" maxLength:"255"`
	Port     int      `json:"port" minimum:"1" maximum:"65535"`
	Security string   `json:"security" enum:"tls,starttls,plain" default:"tls"`
	User     string   `json:"user,omitempty" maxLength:"320"`
	Auth     string   `json:"auth,omitempty" enum:"password,xoauth2,oauthbearer" default:"password"`
	Folders  []string `json:"folders,omitempty" maxItems:"20" doc:"IMAP: folders to read; none: INBOX"`
	Sent     string   `json:"sent,omitempty" maxLength:"255" doc:"IMAP: the folder of sent mail, proof for uncertain deliveries; none: the one that the server says it is"`
	KeepSent string   `json:"keep_sent,omitempty" enum:"provider,append" default:"provider" doc:"IMAP: who puts sent mail into that folder: the provider by itself, or we do"`
	Mark     string   `json:"mark,omitempty" maxLength:"100" pattern:"^(\\\\?[A-Za-z0-9$_.-]+)?$" doc:"IMAP: a flag, such as \\Seen, or a keyword to set on mails that were taken in; nothing depends on it"`
	MoveTo   string   `json:"move_to,omitempty" maxLength:"255" doc:"IMAP: a folder, none of those that are read, to move mails to that were taken in; nothing depends on it"`
	CA       string   `json:"ca,omitempty" maxLength:"100000" doc:"PEM: the only authorities to trust; none: the system's"`
}

// Mailbox is an address that customers write to, with its settings.
type Mailbox struct {
	ID            int64   `json:"id"`
	Name          string  `json:"name" doc:"shown to customers as the sender"`
	Address       string  `json:"address"`
	QueueID       int64   `json:"queue_id"`
	IMAP          *Server `json:"imap"`
	SMTP          *Server `json:"smtp"`
	OAuth         *OAuth  `json:"oauth"`
	Signature     string  `json:"signature"`
	Acknowledge   bool    `json:"acknowledge" doc:"tell the sender of a new ticket that it has come"`
	AckText       string  `json:"ack_text"`
	TicketLink    bool    `json:"ticket_link" doc:"mails to a ticket's customer alone carry a secret link to it"`
	SubjectTag    bool    `json:"subject_tag"`
	PlusToken     bool    `json:"plus_token" doc:"answers go to name+token@domain; the server must deliver that to name@domain"`
	TrustAuthserv string  `json:"trust_authserv" doc:"the host whose Authentication-Results are believed"`
	PerHour       int     `json:"per_hour" doc:"recipients that mail is sent to in any 60 minutes at most; 0: no limit"`
	PerDay        int     `json:"per_day" doc:"the same in any 24 hours"`
	Disabled      bool    `json:"disabled"`

	slowed bool // the provider said "too many" not long ago

	imapSecret, smtpSecret, oauthSecret []byte // sealed
}

const mailboxColumns = `id, name, address, queue_id, imap, smtp, oauth, signature, acknowledge, ack_text, ticket_link, subject_tag, plus_token, trust_authserv,
	per_hour, per_day, disabled_at is not null, slowed_for > 0, imap_secret, smtp_secret, oauth_secret`

func scanMailbox(r pgx.CollectableRow) (Mailbox, error) {
	var m Mailbox
	return m, r.Scan(&m.ID, &m.Name, &m.Address, &m.QueueID, &m.IMAP, &m.SMTP, &m.OAuth, &m.Signature, &m.Acknowledge, &m.AckText,
		&m.TicketLink, &m.SubjectTag, &m.PlusToken, &m.TrustAuthserv, &m.PerHour, &m.PerDay, &m.Disabled, &m.slowed,
		&m.imapSecret, &m.smtpSecret, &m.oauthSecret)
}

// appends says that we put what was sent into the folder of sent mail.
func (m Mailbox) appends() bool { return m.IMAP != nil && m.IMAP.KeepSent == "append" }

func (m Mailbox) domain() string {
	_, domain, _ := strings.Cut(m.Address, "@")
	return domain
}

// secret gives the password or token of one side, "imap" or "smtp", whenever a line is opened. A
// mailbox whose SMTP has no secret of its own uses that of IMAP; one with OAuth a token got with it.
func (e *Email) secret(m Mailbox, side string) func(context.Context) (string, error) {
	return func(ctx context.Context) (string, error) {
		switch {
		case m.OAuth != nil:
			return e.accessToken(ctx, m)
		case side == "smtp" && len(m.smtpSecret) > 0:
			return e.open(m.smtpSecret, m.ID, "smtp")
		}
		return e.open(m.imapSecret, m.ID, "imap")
	}
}

// secretContext binds a sealed secret to its row, so that one copied to another row opens nothing.
func secretContext(mailbox int64, side string) string {
	return fmt.Sprintf("mailbox:%d:%s", mailbox, side)
}

// active reads the mailboxes that are not disabled.
func (e *Email) active(ctx context.Context) (boxes []Mailbox, err error) {
	err = e.gate.View(ctx, self, func(q authority.Query) error {
		rows, err := q.Query(ctx, `select `+mailboxColumns+` from mailboxes where disabled_at is null order by id`)
		if err != nil {
			return wrap("mailboxes", err)
		}
		boxes, err = pgx.CollectRows(rows, scanMailbox)
		return wrap("mailboxes", err)
	})
	return boxes, err
}

// mailbox reads one.
func (e *Email) mailbox(ctx context.Context, q authority.Query, id int64) (Mailbox, error) {
	rows, err := q.Query(ctx, `select `+mailboxColumns+` from mailboxes where id = $1`, id)
	if err != nil {
		return Mailbox{}, wrap("mailbox", err)
	}
	return pgx.CollectExactlyOneRow(rows, scanMailbox)
}
