// Package ticketpage shows a customer one ticket by a secret link, and takes an answer there. Who has the link is taken for the
// ticket's contact, and sees what that contact wrote or was written, and nothing else.
package ticketpage

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"strconv"
	"time"

	"frontline/internal/authority"
	"frontline/internal/blob"
	"frontline/internal/fault"
	"frontline/internal/secret"
	"frontline/internal/web"
	"frontline/tickets"
	"frontline/tickets/request"

	"github.com/jackc/pgx/v5"
)

// Channel is the channel's name on messages.
const Channel = "page"

// self is who reads for whoever has a link.
var self = authority.System("page")

// Options of Pages: what they stand on.
type Options struct {
	Gate    *authority.Gate
	Tickets *tickets.Tickets
	Surveys *request.Requests
	Blobs   blob.Store
	Key     *secret.Key
	Address string // how customers reach us, such as https://desk.example.com
	Files   fs.FS  // the built page, link.html and what it loads; nil: none
}

// Pages make links and answer who has one.
type Pages struct {
	o       Options
	web     *web.Server
	replies *web.Budgets[int64]
	opens   *web.Budgets[netip.Prefix] // files, by address
	asks    *web.Budgets[netip.Prefix] // for links, by address
	mails   *web.Budgets[int64]        // with a link that was asked for, by ticket
}

// New makes Pages.
func New(o Options) *Pages {
	return &Pages{
		o: o, replies: web.NewBudgets[int64](0.2, 10), opens: web.NewBudgets[netip.Prefix](10, 100),
		asks: web.NewBudgets[netip.Prefix](1./60, 5), mails: web.NewBudgets[int64](1./600, 2),
	}
}

// Link is a link to a ticket's page.
type Link struct {
	ID         int64      `json:"id"`
	URL        string     `json:"url,omitempty" doc:"Told once, when it is made"`
	ExpiresAt  time.Time  `json:"expires_at"`
	RevokedAt  *time.Time `json:"revoked_at,omitempty"`
	AnsweredAt *time.Time `json:"answered_at,omitempty" doc:"When somebody last answered by it"`
	MadeBy     string     `json:"made_by"`
	Mailed     bool       `json:"mailed" doc:"It stands in the mails to the customer, which renew it"`
}

func object(ticket int64) string { return "ticket:" + strconv.FormatInt(ticket, 10) }

func (p *Pages) address(token string) string { return p.o.Address + "/c/" + token }

func (p *Pages) hash(token string) []byte { return p.o.Key.MAC("ticket page", []byte(token)) }

const (
	tokenBytes = 32
	usualDays  = 30
	maxDays    = 90
)

// Make makes a link to a ticket that the actor sees, good for so many days (0: 30). Its token is random and kept as a keyed
// hash: it cannot be told again.
func (p *Pages) Make(ctx context.Context, by authority.Actor, ticket int64, days int) (Link, error) {
	if days == 0 {
		days = usualDays
	}
	if days < 1 || days > maxDays {
		return Link{}, fault.BadField("days", "out_of_range")
	}
	var l Link
	err := p.o.Gate.Do(ctx, by, func(tx *authority.Tx) (err error) {
		l, err = p.make(ctx, tx, ticket, days)
		return err
	})
	return l, err
}

// make is Make as a part.
func (p *Pages) make(ctx context.Context, tx *authority.Tx, ticket int64, days int) (Link, error) {
	if err := tx.Allow(ctx, authority.Act{Name: "page.make", Object: object(ticket)}); err != nil {
		return Link{}, err
	}
	var raw [tokenBytes]byte
	rand.Read(raw[:]) //nolint:errcheck // crypto/rand never fails: it stops the program
	token := base64.RawURLEncoding.EncodeToString(raw[:])
	l := Link{MadeBy: tx.By.Name, URL: p.address(token)}
	err := tx.QueryRow(ctx, `insert into ticket_pages (token, ticket_id, made_by, expires_at)
		select $1, coalesce(merged_into, id), nullif($3::bigint, 0), now() + make_interval(days => $4) from tickets where id = $2 returning id, expires_at`,
		p.hash(token), ticket, tx.By.ID, days).Scan(&l.ID, &l.ExpiresAt)
	if errors.Is(err, pgx.ErrNoRows) {
		return Link{}, fault.New(fault.NotFound, "not_found", "what", "ticket")
	}
	return l, wrap("make the link", err)
}

// Links lists the links of a ticket that the actor sees, the newest first.
func (p *Pages) Links(ctx context.Context, by authority.Actor, ticket int64) (out []Link, err error) {
	if err := p.o.Tickets.Visible(ctx, by, ticket); err != nil {
		return nil, err
	}
	err = p.o.Gate.View(ctx, by, func(q authority.Query) error {
		rows, err := q.Query(ctx, `select p.id, '', p.expires_at, p.revoked_at, p.used_at, coalesce(a.name, ''), p.mailed from ticket_pages p left join agents a on a.id = p.made_by
			where p.ticket_id = $1 order by p.id desc limit 100`, ticket)
		if err != nil {
			return wrap("links", err)
		}
		out, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Link])
		return wrap("links", err)
	})
	return out, err
}

// Revoke ends a link at once; one that has ended is fine.
func (p *Pages) Revoke(ctx context.Context, by authority.Actor, id int64) error {
	return p.o.Gate.Do(ctx, by, func(tx *authority.Tx) error {
		if err := tx.Allow(ctx, authority.Act{Name: "page.revoke", Object: "page:" + strconv.FormatInt(id, 10)}); err != nil {
			return err
		}
		tag, err := tx.Exec(ctx, `update ticket_pages set revoked_at = coalesce(revoked_at, now()) where id = $1`, id)
		if err != nil {
			return wrap("revoke the link", err)
		}
		if tag.RowsAffected() == 0 {
			return fault.New(fault.NotFound, "not_found", "what", "link")
		}
		return nil
	})
}

// opened is a ticket as a link leads to it.
type opened struct {
	page    int64
	ticket  int64
	contact int64
	name    string
	expires time.Time
}

// errEnded is for links that never were, have expired or were revoked: who tries finds out nothing.
var errEnded = fault.New(fault.NotFound, "link_ended")

// open finds what a token leads to. One to a ticket that went into another customer's has ended: it would show what that one wrote.
func (p *Pages) open(ctx context.Context, q authority.Query, token string) (o opened, err error) {
	if len(token) != base64.RawURLEncoding.EncodedLen(tokenBytes) {
		return o, errEnded
	}
	err = q.QueryRow(ctx, `select p.id, g.id, g.contact_id, c.name, p.expires_at
		from ticket_pages p join tickets t on t.id = p.ticket_id
			join tickets g on g.id = coalesce(t.merged_into, t.id) and g.contact_id = t.contact_id join contacts c on c.id = g.contact_id
		where p.token = $1 and p.revoked_at is null and p.expires_at > now()`, p.hash(token)).Scan(&o.page, &o.ticket, &o.contact, &o.name, &o.expires)
	if errors.Is(err, pgx.ErrNoRows) {
		return o, errEnded
	}
	return o, wrap("open the link", err)
}

func wrap(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", what, err)
}
