package email

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"slices"
	"strings"

	"frontline/crm"
	"frontline/internal/authority"
	"frontline/internal/fault"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// Edit is what a mailbox is made with, or changed to. Secrets that are absent stay as they are.
type Edit struct {
	Name          string  `json:"name" minLength:"1" maxLength:"100"`
	Address       string  `json:"address" minLength:"3" maxLength:"320"`
	QueueID       int64   `json:"queue_id"`
	IMAP          *Server `json:"imap,omitempty"`
	SMTP          *Server `json:"smtp,omitempty"`
	IMAPSecret    *string `json:"imap_secret,omitempty" maxLength:"10000" writeOnly:"true"`
	SMTPSecret    *string `json:"smtp_secret,omitempty" maxLength:"10000" writeOnly:"true"`
	OAuth         *OAuth  `json:"oauth,omitempty"`
	OAuthSecret   *string `json:"oauth_secret,omitempty" maxLength:"10000" writeOnly:"true" doc:"the client's secret; the refresh token, where there is one, is imap_secret"`
	Signature     string  `json:"signature,omitempty" maxLength:"2000"`
	Acknowledge   bool    `json:"acknowledge,omitempty"`
	AckText       string  `json:"ack_text,omitempty" maxLength:"5000"`
	TicketLink    bool    `json:"ticket_link,omitempty" doc:"mails to a ticket's customer alone carry a secret link to it"`
	SubjectTag    *bool   `json:"subject_tag,omitempty" doc:"absent: true"`
	PlusToken     bool    `json:"plus_token,omitempty"`
	TrustAuthserv string  `json:"trust_authserv,omitempty" maxLength:"255"`
	PerHour       int     `json:"per_hour,omitempty" minimum:"0" maximum:"1000000" doc:"recipients that mail is sent to in any 60 minutes at most; 0: no limit"`
	PerDay        int     `json:"per_day,omitempty" minimum:"0" maximum:"10000000" doc:"the same in any 24 hours"`
	Disabled      bool    `json:"disabled,omitempty"`
}

// Saved names the mailbox that was saved.
type Saved struct {
	ID int64 `json:"id"`
}

// Save makes a mailbox (id 0) or changes one; fetching starts again with the new settings.
func (e *Email) Save(ctx context.Context, by authority.Actor, id int64, x Edit) (Saved, error) {
	p, err := crm.Point{Kind: crm.Email, Address: x.Address}.Normal()
	if err != nil {
		return Saved{}, fault.BadField("address", "bad_email")
	}
	x.Address = p.Address
	if err := x.IMAP.checkAfter(); err != nil {
		return Saved{}, err
	}
	err = e.gate.Do(ctx, by, func(tx *authority.Tx) error {
		if err := tx.Allow(ctx, authority.Act{Name: "mailbox.edit", Object: mailboxObject(id)}); err != nil {
			return err
		}
		if err := e.save(ctx, tx, &id, x); err != nil {
			return saveFault(err, x)
		}
		tx.Emit("mailbox.changed", mailboxObject(id), "staff")
		tx.Return(Saved{id})
		return nil
	})
	if err == nil {
		poke(e.reload)
	}
	return Saved{id}, err
}

// checkAfter refuses what would harm the mails that are taken in: moved to a folder that is read they would come for ever, marked
// as deleted the next program would remove them.
func (s *Server) checkAfter() error {
	switch {
	case s == nil:
		return nil
	case strings.EqualFold(s.Mark, `\Deleted`):
		return fault.BadField("imap.mark", "not_allowed", "allowed", `\Seen, \Flagged, \Answered, a keyword`)
	case s.MoveTo == "":
		return nil
	case len(s.Folders) == 0 && strings.EqualFold(s.MoveTo, "INBOX"), slices.Contains(s.Folders, s.MoveTo):
		return fault.BadField("imap.move_to", "folder_is_read")
	}
	return nil
}

func saveFault(err error, x Edit) error {
	var pe *pgconn.PgError
	switch {
	case errors.As(err, &pe) && pe.Code == "23505":
		return fault.New(fault.Conflict, "address_taken", "address", x.Address)
	case errors.As(err, &pe) && pe.Code == "23503":
		return fault.BadField("queue_id", "unknown_queue")
	case errors.Is(err, pgx.ErrNoRows):
		return fault.New(fault.NotFound, "not_found", "what", "mailbox")
	}
	return wrap("save the mailbox", err)
}

func (e *Email) save(ctx context.Context, tx *authority.Tx, id *int64, x Edit) error {
	oauth, err := asJSON(x.OAuth)
	if err != nil {
		return err
	}
	imap, err := asJSON(x.IMAP)
	if err != nil {
		return err
	}
	smtp, err := asJSON(x.SMTP)
	if err != nil {
		return err
	}
	if *id != 0 {
		old, err := e.mailbox(ctx, tx, *id)
		if err != nil {
			return err
		}
		if err := old.secretsStay(x); err != nil {
			return err
		}
	} else {
		if err := tx.QueryRow(ctx, `insert into mailboxes (name, address, queue_id) values ($1, $2, $3) returning id`, x.Name, x.Address, x.QueueID).Scan(id); err != nil {
			return err
		}
	}
	if err := tx.QueryRow(ctx, `update mailboxes set name = $2, address = $3, queue_id = $4, imap = $5, smtp = $6, signature = $7, acknowledge = $8, ack_text = $9,
			subject_tag = $10, plus_token = $11, trust_authserv = $12, disabled_at = case when $13 then coalesce(disabled_at, now()) end, oauth = $14, per_hour = $15, per_day = $16, ticket_link = $17, updated_at = now()
		where id = $1 returning id`, *id, x.Name, x.Address, x.QueueID, imap, smtp, x.Signature, x.Acknowledge, x.AckText,
		x.SubjectTag == nil || *x.SubjectTag, x.PlusToken, strings.ToLower(x.TrustAuthserv), x.Disabled, oauth, x.PerHour, x.PerDay, x.TicketLink).Scan(id); err != nil {
		return err
	}
	b := &pgx.Batch{}
	// What waits because of the old limits asks anew.
	b.Queue(`update deliveries set next_at = now() where channel = 'email' and account_id = $1 and state = 'queued' and detail = any ($2)`, *id, ownLimits)
	for side, plain := range map[string]*string{"imap": x.IMAPSecret, "smtp": x.SMTPSecret, "oauth": x.OAuthSecret} {
		if plain != nil {
			b.Queue(`update mailboxes set imap_secret = case when $2 = 'imap' then $3 else imap_secret end, smtp_secret = case when $2 = 'smtp' then $3 else smtp_secret end,
				oauth_secret = case when $2 = 'oauth' then $3 else oauth_secret end where id = $1`, *id, side, e.key.Seal([]byte(*plain), secretContext(*id, side)))
		}
	}
	return tx.SendBatch(ctx, b).Close()
}

// secretsStay refuses to send a kept secret to another host than the one it was given for: who may change a mailbox
// could read a secret there that the API never shows. Whoever types the secret again may.
func (m Mailbox) secretsStay(x Edit) error {
	imap, smtp, oauth := len(m.imapSecret) > 0 && x.IMAPSecret == nil, len(m.smtpSecret) > 0 && x.SMTPSecret == nil, len(m.oauthSecret) > 0 && x.OAuthSecret == nil
	shared := len(m.smtpSecret) == 0 && x.SMTPSecret == nil && imap // SMTP uses that of IMAP
	newToken := x.OAuth != nil && (m.OAuth == nil || hostOf(m.OAuth.TokenURL) != hostOf(x.OAuth.TokenURL))
	newIMAP, newSMTP := newHost(m.IMAP, x.IMAP), newHost(m.SMTP, x.SMTP)
	switch {
	case imap && (newIMAP || newToken):
		return fault.BadField("imap_secret", "secret_again")
	case newSMTP && (smtp || shared):
		return fault.BadField("smtp_secret", "secret_again")
	case oauth && (newToken || x.OAuth != nil && (newIMAP || newSMTP)):
		return fault.BadField("oauth_secret", "secret_again")
	}
	return nil
}

// newHost says whether who signs in to a server does so at another host than before.
func newHost(before, now *Server) bool {
	return now != nil && now.User != "" && (before == nil || before.User == "" || !strings.EqualFold(before.Host, now.Host))
}

func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	return u.Scheme + "://" + strings.ToLower(u.Host)
}

func asJSON[T any](s *T) ([]byte, error) {
	if s == nil {
		return nil, nil
	}
	return json.Marshal(s)
}
