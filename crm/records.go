package crm

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"frontline/internal/authority"
	"frontline/internal/fault"
	"frontline/internal/plain"

	"github.com/jackc/pgx/v5"
	"github.com/nyaruka/phonenumbers"
)

// Reach is a contact point with its state.
type Reach struct {
	Point
	Label     string     `json:"label,omitempty" enum:",business,mobile,home"`
	BouncedAt *time.Time `json:"bounced_at,omitempty" doc:"mail to it came back for good"`
}

// Person is a contact with everything known.
type Person struct {
	ID        int64     `json:"id"`
	Name      string    `json:"name"`
	Language  string    `json:"language"`
	Note      string    `json:"note"`
	Prefers   string    `json:"prefers" enum:",email,phone,fax,chat" doc:"how the contact likes to be reached; empty: any way"`
	Points    []Reach   `json:"points"`
	Account   *Account  `json:"account" doc:"the main one"`
	Accounts  []ActsFor `json:"accounts" doc:"all for which the contact acts, the first fifty"`
	CreatedAt time.Time `json:"created_at"`
	Version   int       `json:"version" doc:"counts the edits; say it with the next one"`
}

// Duplicate is another contact that may be the same person, with the reason.
type Duplicate struct {
	ContactID int64  `json:"contact_id"`
	Name      string `json:"name"`
	Address   string `json:"address"`
	Reason    string `json:"reason" enum:"same_name,same_number,same_mailbox_name"`
}

// Contact reads one person. A part: it runs in the reader's view.
func (c *CRM) Contact(ctx context.Context, q authority.Query, id int64) (Person, error) {
	var p Person
	var account *int64
	if err := q.QueryRow(ctx, `select id, name, language, note, prefers, created_at, version, account_id from contacts where id = $1`, id).Scan(
		&p.ID, &p.Name, &p.Language, &p.Note, &p.Prefers, &p.CreatedAt, &p.Version, &account); err != nil {
		return p, wrap("contact", err)
	}
	if account != nil {
		a, err := readAccount(ctx, q, *account)
		if err != nil {
			return p, err
		}
		p.Account = &a
	}
	rows, err := q.Query(ctx, `select kind, address, label, bounced_at from contact_points where contact_id = $1
		and not (kind = 'other' and address like '`+unknownPrefix+`%') order by id limit 50`, id)
	if err != nil {
		return p, wrap("contact points", err)
	}
	p.Points, err = pgx.CollectRows(rows, func(r pgx.CollectableRow) (Reach, error) {
		var x Reach
		return x, r.Scan(&x.Kind, &x.Address, &x.Label, &x.BouncedAt)
	})
	if err != nil {
		return p, wrap("contact points", err)
	}
	p.Accounts, err = actsFor(ctx, q, id)
	return p, err
}

// Duplicates proposes at most five other contacts that may be the same person: of the same name, with a number that this
// one has as a fax and the other as a telephone or the other way round, or with the same name before the "@" of another domain. A part.
func (c *CRM) Duplicates(ctx context.Context, q authority.Query, id int64) ([]Duplicate, error) {
	rows, err := q.Query(ctx, `select * from (
			select d.id, d.name, coalesce((select address from contact_points p where p.contact_id = d.id order by p.id limit 1), '') address, 'same_name' reason
			from contacts me join contacts d on d.name_key = me.name_key and d.id <> me.id
			where me.id = $1 and me.name <> '' limit 5) by_name
		union all select * from (
			select d.id, d.name, p.address, 'same_number'
			from contact_points mine cross join lateral (select contact_id, address from contact_points
				where address = mine.address and contact_id <> mine.contact_id and kind in ('phone', 'fax') limit 5) p
			join contacts d on d.id = p.contact_id
			where mine.contact_id = $1 and mine.kind in ('phone', 'fax') limit 5) by_number
		union all select * from (
			select d.id, d.name, p.address, 'same_mailbox_name'
			from contact_points mine join contact_points p on p.mailbox = mine.mailbox
				and p.contact_id <> mine.contact_id
			join contacts d on d.id = p.contact_id
			where mine.contact_id = $1 and length(mine.mailbox) > 4
				and mine.mailbox not in ('admin', 'service', 'support', 'sales', 'contact', 'office', 'hello', 'noreply', 'no-reply', 'marketing') limit 5) by_mailbox`, id)
	if err != nil {
		return nil, wrap("duplicates", err)
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Duplicate])
	if err != nil {
		return nil, wrap("duplicates", err)
	}
	seen := map[int64]bool{}
	out := []Duplicate{}
	for _, d := range found {
		if !seen[d.ContactID] && len(out) < 5 {
			out = append(out, d)
		}
		seen[d.ContactID] = true
	}
	return out, nil
}

// Find lists contacts whose name or address begins with the words, at most limit. A phone number is found as it is
// dialled too, without the country code and with spaces.
func (c *CRM) Find(ctx context.Context, by authority.Actor, words string, limit int) ([]Person, error) {
	words = strings.ToLower(strings.TrimSpace(words))
	if words == "" {
		return []Person{}, nil
	}
	var out []Person
	err := c.gate.View(ctx, by, func(q authority.Query) error {
		rows, err := q.Query(ctx, `select id from (
				(select id from contacts where name_key >= $1 and name_key < $1 || U&'\+10FFFF' order by name_key limit $2)
				union
				(select p.contact_id from unnest($3::text[]) begins cross join lateral (select contact_id from contact_points
					where address >= begins and address < begins || U&'\+10FFFF' order by address limit $2) p)
			) found order by id limit $2`, words, limit, beginnings(words))
		if err != nil {
			return wrap("find contacts", err)
		}
		ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
		if err != nil {
			return wrap("find contacts", err)
		}
		for _, id := range ids {
			p, err := c.Contact(ctx, q, id)
			if err != nil {
				return err
			}
			out = append(out, p)
		}
		return nil
	})
	return out, err
}

// dialled is what looks like the beginning of a phone number.
var dialled = regexp.MustCompile(`^[+0-9][0-9 ()./-]{2,}$`)

// beginnings are what an address may begin with where somebody typed the words: themselves, and for a number what it is
// in E.164.
func beginnings(words string) []string {
	out := []string{words}
	if !dialled.MatchString(words) {
		return out
	}
	digits := strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, words)
	if strings.HasPrefix(words, "+") {
		return append(out, "+"+digits)
	}
	if abroad, ok := strings.CutPrefix(digits, "00"); ok {
		return append(out, "+"+abroad)
	}
	return append(out, fmt.Sprintf("+%d%s", phonenumbers.GetCountryCodeForRegion(Region), strings.TrimPrefix(digits, "0")))
}

// Change is what an edit of a contact sets; nil leaves a field as it is.
type Change struct {
	Name      *string `json:"name,omitempty" minLength:"1" maxLength:"200"`
	Language  *string `json:"language,omitempty" enum:",zh,en"`
	Note      *string `json:"note,omitempty" maxLength:"10000"`
	Account   *string `json:"account,omitempty" maxLength:"200" doc:"name of the account the contact belongs to; made when there is none; empty: none"`
	Prefers   *string `json:"prefers,omitempty" enum:",email,phone,fax,chat"`
	AddPoints []Point `json:"add_points,omitempty" maxItems:"20"`
	Drop      []Point `json:"drop_points,omitempty" maxItems:"20"`
	Labels    []Label `json:"labels,omitempty" maxItems:"20" doc:"what the points are called, of those that the contact has or is given here"`
	ActsFor   []Role  `json:"acts_for,omitempty" maxItems:"20" doc:"further accounts, or a new role at one"`
	Leaves    []int64 `json:"leaves,omitempty" maxItems:"20" doc:"accounts for which the contact acts no more"`
	Version   int     `json:"version,omitempty" minimum:"1" doc:"that of the contact when the edit began; a later one makes it 409 stale_contact"`
}

// EditContact changes a contact. An address that belongs to another contact is fault.Conflict "address_taken", and says
// whose it is; an edit since the version it began with is fault.Conflict "stale_contact".
func (c *CRM) EditContact(ctx context.Context, by authority.Actor, id int64, ch Change) error {
	return c.gate.Do(ctx, by, func(tx *authority.Tx) error {
		object := fmt.Sprint("contact:", id)
		if err := tx.Allow(ctx, authority.Act{Name: "contact.edit", Object: object}); err != nil {
			return err
		}
		if ch.Name != nil {
			name := plain.Line(*ch.Name, 200)
			if name == "" {
				return fault.BadField("name", "required")
			}
			ch.Name = &name
		}
		tag, err := tx.Exec(ctx, `update contacts set name = coalesce($2, name), language = coalesce($3, language),
			note = coalesce($4, note), prefers = coalesce($6, prefers), updated_at = now(), version = version + 1 where id = $1 and ($5 = 0 or version = $5)`,
			id, ch.Name, ch.Language, ch.Note, ch.Version, ch.Prefers)
		if err != nil {
			return wrap("edit contact", err)
		}
		if tag.RowsAffected() == 0 {
			return absent(ctx, tx, id)
		}
		if ch.Account != nil {
			if err := joinAccount(ctx, tx, id, plain.Line(*ch.Account, 200)); err != nil {
				return err
			}
		}
		if err := actFor(ctx, tx, id, ch); err != nil {
			return err
		}
		if err := changePoints(ctx, tx, id, ch); err != nil {
			return err
		}
		if err := labelPoints(ctx, tx, id, ch.Labels); err != nil {
			return err
		}
		tx.Emit("contact.changed", object, "staff")
		return nil
	})
}

// absent says why no contact of that id and version could be changed.
func absent(ctx context.Context, tx *authority.Tx, id int64) error {
	var version int
	err := tx.QueryRow(ctx, `select version from contacts where id = $1`, id).Scan(&version)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return fault.New(fault.NotFound, "not_found")
	case err != nil:
		return wrap("edit contact", err)
	}
	return fault.New(fault.Conflict, "stale_contact", "version", version)
}

// changePoints drops and adds addresses. One that somebody else has is fault.Conflict.
func changePoints(ctx context.Context, tx *authority.Tx, contact int64, ch Change) error {
	dropKinds, drop, err := normalIn("drop_points", ch.Drop)
	if err != nil {
		return err
	}
	addKinds, add, err := normalIn("add_points", ch.AddPoints)
	if err != nil || len(drop)+len(add) == 0 {
		return err
	}
	b := &pgx.Batch{}
	b.Queue(lockPoints, addKinds, add)
	b.Queue(`delete from contact_points p using unnest($2::text[], $3::text[]) given(kind, address)
		where p.contact_id = $1 and p.kind = given.kind and p.address = given.address`, contact, dropKinds, drop)
	b.Queue(`insert into contact_points (kind, address, contact_id) select kind, address, $1
		from unnest($2::text[], $3::text[]) given(kind, address) on conflict do nothing`, contact, addKinds, add)
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return wrap("change contact points", err)
	}
	var taken, name string
	var whose int64
	err = tx.QueryRow(ctx, `select p.address, c.id, c.name from unnest($2::text[], $3::text[]) given(kind, address)
		join contact_points p using (kind, address) join contacts c on c.id = p.contact_id where p.contact_id <> $1 limit 1`,
		contact, addKinds, add).Scan(&taken, &whose, &name)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return nil
	case err != nil:
		return wrap("change contact points", err)
	}
	return fault.New(fault.Conflict, "address_taken", "address", taken, "contact", whose, "name", name)
}

// normalIn is normal for a field of an edit; what is wrong is named by its place in it.
func normalIn(field string, points []Point) (kinds, addresses []string, err error) {
	for i, p := range points {
		n, err := p.Normal()
		var f *fault.Fault
		if errors.As(err, &f) && len(f.Fields) == 1 {
			part := "address"
			if f.Fields[0].Name == "kind" {
				part = "kind"
			}
			return nil, nil, fault.BadField(fmt.Sprintf("%s.%d.%s", field, i, part), f.Fields[0].Code)
		}
		kinds, addresses = append(kinds, n.Kind), append(addresses, n.Address)
	}
	return kinds, addresses, nil
}

// Bounced remembers that mail to an address came back for good, or with good = true that it works
// again. A part.
func Bounced(ctx context.Context, tx *authority.Tx, address string, good bool) error {
	_, err := tx.Exec(ctx, `update contact_points set bounced_at = case when $2 then null else now() end
		where kind = 'email' and address = lower($1) and (bounced_at is null) <> $2`, address, good)
	return wrap("mark address", err)
}
