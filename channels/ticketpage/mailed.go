package ticketpage

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"strconv"

	"frontline/internal/authority"
	"frontline/internal/fault"

	"github.com/jackc/pgx/v5"
)

// Mailed gives the address that mails to a ticket's customer carry, good for a month from now. It is the same each time, so
// that a mail that is composed again says the same, until somebody ends it: the next has another.
func (p *Pages) Mailed(ctx context.Context, ticket int64) (address string, err error) {
	err = p.o.Gate.Do(ctx, self, func(tx *authority.Tx) error {
		if err := tx.Allow(ctx, authority.Act{Name: "page.make", Object: object(ticket), Reason: "mail"}); err != nil {
			return err
		}
		var fresh [tokenBytes]byte
		rand.Read(fresh[:]) //nolint:errcheck // crypto/rand never fails: it stops the program
		var page int64
		err := tx.QueryRow(ctx, `insert into ticket_pages (token, ticket_id, mailed, expires_at)
			select $1, coalesce(merged_into, id), true, now() + make_interval(days => $3) from tickets where id = $2
			on conflict (ticket_id) where mailed and revoked_at is null do update set expires_at = excluded.expires_at
			returning id`, fresh[:], ticket, usualDays).Scan(&page)
		if errors.Is(err, pgx.ErrNoRows) {
			return fault.New(fault.NotFound, "not_found", "what", "ticket")
		}
		if err != nil {
			return wrap("make the link of mails", err)
		}
		token := p.mailToken(page)
		address = p.address(token)
		// The token is made of the row's number, which is known only now.
		_, err = tx.Exec(ctx, `update ticket_pages set token = $2 where id = $1 and token <> $2`, page, p.hash(token))
		return wrap("make the link of mails", err)
	})
	return address, err
}

// mailToken is the token of a page whose link goes out in mails: none but us can make it, and we can at any time.
func (p *Pages) mailToken(page int64) string {
	return base64.RawURLEncoding.EncodeToString(p.o.Key.MAC("ticket page mailed", []byte(strconv.FormatInt(page, 10))))
}
