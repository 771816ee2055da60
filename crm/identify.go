package crm

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"unicode"

	"frontline/internal/authority"
	"frontline/internal/fault"
	"frontline/internal/plain"

	"github.com/jackc/pgx/v5"
	"github.com/nyaruka/phonenumbers"
)

// Kinds of contact points.
const (
	Email = "email"
	Phone = "phone"
	Fax   = "fax"
	Chat  = "chat"
	Other = "other"
)

// Point is one way to reach somebody.
type Point struct {
	Kind    string `json:"kind" enum:"email,phone,fax,chat,other"`
	Address string `json:"address" maxLength:"320"`
}

// Region is the country in which a phone number without country code is read.
const Region = "CN"

// Normal is the point in its one written form: email in lower case, phone and fax in E.164. A number
// that cannot be one, an email without "@", and control characters in any are fault.Invalid.
func (p Point) Normal() (Point, error) {
	p.Address = strings.TrimSpace(strings.ToValidUTF8(p.Address, ""))
	if p.Address == "" || len(p.Address) > 320 || strings.ContainsFunc(p.Address, unicode.IsControl) {
		return p, fault.BadField("address", "bad_address")
	}
	switch p.Kind {
	case Email:
		p.Address = strings.ToLower(p.Address)
		local, domain, ok := cutLast(p.Address, "@")
		if !ok || local == "" || domain == "" || strings.ContainsAny(p.Address, "<>,;") || strings.ContainsFunc(p.Address, unicode.IsSpace) {
			return p, fault.BadField("email", "bad_email")
		}
	case Phone, Fax:
		n, ok := number(p.Address)
		if again, same := number(n); !ok || !same || again != n { // leading zeros can be lost once more
			return p, fault.BadField(p.Kind, "bad_phone")
		}
		p.Address = n
	case Chat, Other:
	default:
		return p, fault.BadField("kind", "unknown_kind")
	}
	return p, nil
}

// number writes a phone number in E.164.
func number(s string) (string, bool) {
	n, err := phonenumbers.Parse(s, Region)
	if err != nil || !phonenumbers.IsPossibleNumber(n) {
		return "", false
	}
	return phonenumbers.Format(n, phonenumbers.E164), true
}

func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}

// Contact is a person who reaches us.
type Contact struct {
	ID        int64
	AccountID *int64
	Name      string
	Language  string
	New       bool // made by this very Identify
}

const findByPoint = `select c.id, c.account_id, c.name, c.language from contact_points p join contacts c on c.id = p.contact_id
	where p.kind = $1 and p.address = $2`

// pointTaken is the constraint that lets one contact have a point. Who violates it was slower, runs again, and finds the
// contact that the other made.
const pointTaken = "contact_points_kind_address_key"

// lockPoints makes those who give away the same points wait for each other, in one order for all, so that nobody waits
// in a ring.
const lockPoints = `select pg_advisory_xact_lock(hashtextextended('point:' || kind || ':' || address, 0))
	from (select kind, address from unnest($1::text[], $2::text[]) given(kind, address) order by 1, 2) p`

// Identify returns the contact behind a point, making one, with that name, at first contact. Many
// first contacts at once from one address make one contact. A part: it runs in the caller's transaction.
func Identify(ctx context.Context, tx *authority.Tx, p Point, name string) (Contact, error) {
	p, err := p.Normal()
	if err != nil {
		return Contact{}, err
	}
	var c Contact
	err = scanContact(tx.QueryRow(ctx, findByPoint, p.Kind, p.Address), &c)
	if !errors.Is(err, pgx.ErrNoRows) {
		return c, wrap("identify the contact", err)
	}
	tx.RaceOn(pointTaken)
	c = Contact{Name: called(name, p), New: true}
	err = tx.QueryRow(ctx, `with made as (insert into contacts (name) values ($3) returning id),
			point as (insert into contact_points (kind, address, contact_id) select $1, $2, id from made)
		select id from made`, p.Kind, p.Address, c.Name).Scan(&c.ID)
	return c, wrap("make the contact", err)
}

// Introduce makes the contact behind a point that nobody has, in its written form, under an id taken from its sequence.
// It is written with the commit: where another was faster with the same point, the transaction runs again. A part.
func Introduce(tx *authority.Tx, id int64, p Point, name string) (Contact, error) {
	tx.RaceOn(pointTaken)
	c := Contact{ID: id, Name: called(name, p), New: true}
	return c, tx.Last(`with made as (insert into contacts (id, name) overriding system value values ($1, $2))
		insert into contact_points (kind, address, contact_id) values ($3, $4, $1)`, c.ID, c.Name, p.Kind, p.Address)
}

// called is what somebody who gives a name, or none, is called.
func called(name string, p Point) string {
	if name = plain.Line(name, 200); name != "" {
		return name
	}
	return plain.Line(p.Address, 200)
}

func scanContact(r pgx.Row, c *Contact) error {
	return r.Scan(&c.ID, &c.AccountID, &c.Name, &c.Language)
}

func wrap(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", what, err)
}

// Unknown is a point for somebody of whom only the name is known. Each is another: two people of
// one name stay two contacts, until somebody who knows better says that they are one.
func Unknown() Point { return Point{Other, unknownPrefix + rand.Text()} }

const unknownPrefix = "unknown:"

// Real says whether the point is an address, and not one that stands for none.
func (p Point) Real() bool { return p.Kind != Other || !strings.HasPrefix(p.Address, unknownPrefix) }

// Known reads a contact and how to reach it, at least one point: Unknown where there is no other. A contact that is not
// there is fault.NotFound. A part.
func Known(ctx context.Context, tx *authority.Tx, id int64) (Contact, []Point, error) {
	var c Contact
	if err := scanContact(tx.QueryRow(ctx, `select id, account_id, name, language from contacts where id = $1`, id), &c); err != nil {
		if errors.Is(err, pgx.ErrNoRows) {
			err = fault.New(fault.NotFound, "not_found", "what", "contact")
		}
		return c, nil, err
	}
	rows, err := tx.Query(ctx, `select kind, address from contact_points where contact_id = $1 order by id limit 50`, id)
	if err != nil {
		return c, nil, wrap("known contact", err)
	}
	points, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Point])
	if err != nil || len(points) > 0 {
		return c, points, wrap("known contact", err)
	}
	p := Unknown()
	_, err = tx.Exec(ctx, `insert into contact_points (kind, address, contact_id) values ($1, $2, $3)`, p.Kind, p.Address, id)
	return c, []Point{p}, wrap("known contact", err)
}

// IdentifyAny is Identify for somebody who gives several points: the first that is known says who
// it is, and the others become theirs. A point that belongs to another contact stays there.
func IdentifyAny(ctx context.Context, tx *authority.Tx, points []Point, name string) (Contact, error) {
	kinds, addresses, err := normal(points)
	if err != nil {
		return Contact{}, err
	}
	if len(points) == 0 {
		return Contact{}, fault.BadField("contact", "required")
	}
	if len(points) == 1 {
		return Identify(ctx, tx, points[0], name)
	}
	if _, err := tx.Exec(ctx, lockPoints, kinds, addresses); err != nil {
		return Contact{}, wrap("lock contact points", err)
	}
	known := 1
	err = tx.QueryRow(ctx, `select n from unnest($1::text[], $2::text[]) with ordinality given(kind, address, n)
		join contact_points using (kind, address) order by n limit 1`, kinds, addresses).Scan(&known)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return Contact{}, wrap("look for the contact", err)
	}
	c, err := Identify(ctx, tx, points[known-1], name)
	if err != nil {
		return c, err
	}
	_, err = tx.Exec(ctx, `insert into contact_points (kind, address, contact_id) select kind, address, $3
		from unnest($1::text[], $2::text[]) given(kind, address) on conflict do nothing`, kinds, addresses, c.ID)
	return c, wrap("add contact points", err)
}

// normal gives points in their one written form, as two lists for Postgres.
func normal(points []Point) (kinds, addresses []string, err error) {
	for _, p := range points {
		if p, err = p.Normal(); err != nil {
			return nil, nil, err
		}
		kinds, addresses = append(kinds, p.Kind), append(addresses, p.Address)
	}
	return kinds, addresses, nil
}
