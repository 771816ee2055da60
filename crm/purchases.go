package crm

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"time"

	"frontline/crm/money"
	"frontline/internal/authority"
	"frontline/internal/fault"
	"frontline/internal/plain"

	"github.com/jackc/pgx/v5"
	"github.com/shopspring/decimal"
)

var purchaseKinds = []string{"machine", "part", "service"}

// Purchase is something that a customer bought.
type Purchase struct {
	Contact  int64     `json:"contact_id,omitempty" minimum:"0" doc:"who bought it"`
	Kind     string    `json:"kind" enum:"machine,part,service"`
	At       time.Time `json:"at"`
	Number   string    `json:"number,omitempty" maxLength:"100" doc:"of the order; what is told twice under one number is one purchase"`
	What     string    `json:"what" minLength:"1" maxLength:"500"`
	Quantity string    `json:"quantity" maxLength:"20" doc:"decimal, more than 0"`
	Amount   string    `json:"amount" maxLength:"20" doc:"decimal, of all of it"`
	Currency string    `json:"currency" minLength:"3" maxLength:"3"`
}

// Bought is a kept purchase.
type Bought struct {
	ID int64 `json:"id"`
	Purchase
	VoidedAt   *time.Time `json:"voided_at,omitempty" doc:"it came back, or never was"`
	VoidReason string     `json:"void_reason,omitempty"`
}

// quantity is how a number of things may be written: an exponent is not, since to write out 1e309 would take all memory.
var quantity = regexp.MustCompile(`^[0-9]{1,12}(\.[0-9]{1,4})?$`)

func (p *Purchase) check(now time.Time) (amount string, err error) {
	p.What, p.Number = plain.Line(p.What, 500), plain.Line(p.Number, 100)
	switch {
	case !slices.Contains(purchaseKinds, p.Kind):
		return "", fault.BadField("kind", "unknown_kind")
	case p.What == "":
		return "", fault.BadField("what", "required")
	case p.At.IsZero() || p.At.Year() < 1900:
		return "", fault.BadField("at", "bad_date")
	case p.At.After(now):
		return "", fault.BadField("at", "in_the_future")
	}
	n, err := decimal.NewFromString(p.Quantity)
	if !quantity.MatchString(p.Quantity) || err != nil || !n.IsPositive() {
		return "", fault.BadField("quantity", "bad_quantity")
	}
	m, err := money.Price(p.Amount, p.Currency)
	return m.Amount.String(), err
}

// AddPurchase keeps what an account bought, and gives the account the class that it has by it. One of a number that the
// account has already is that one.
func (c *CRM) AddPurchase(ctx context.Context, by authority.Actor, account int64, p Purchase) (id int64, err error) {
	err = c.gate.Do(ctx, by, func(tx *authority.Tx) error {
		object := fmt.Sprint("account:", account)
		if err := tx.Allow(ctx, authority.Act{Name: "purchase.add", Object: object}); err != nil {
			return err
		}
		amount, err := p.check(tx.Now())
		if err != nil {
			return err
		}
		var there, contact bool
		if err := tx.QueryRow(ctx, `select exists (select from accounts where id = $1), $2 = 0 or exists (select from contacts where id = $2)`, account, p.Contact).Scan(&there, &contact); err != nil {
			return wrap("account of the purchase", err)
		}
		switch {
		case !there:
			return fault.New(fault.NotFound, "not_found", "what", "account")
		case !contact:
			return fault.BadField("contact_id", "unknown_contact")
		}
		err = tx.QueryRow(ctx, `insert into purchases (account_id, contact_id, kind, at, number, what, quantity, amount, currency)
			values ($1, nullif($2, 0), $3, $4, nullif($5, ''), $6, $7::text::numeric, $8::text::numeric, $9) on conflict (account_id, number) do nothing returning id`,
			account, p.Contact, p.Kind, p.At, p.Number, p.What, p.Quantity, amount, p.Currency).Scan(&id)
		if errors.Is(err, pgx.ErrNoRows) {
			err = tx.QueryRow(ctx, `select id from purchases where account_id = $1 and number = $2`, account, p.Number).Scan(&id)
			tx.Return(Kept{id})
			return wrap("find the purchase", err)
		}
		if err != nil {
			return wrap("keep the purchase", err)
		}
		if _, err := classify(ctx, tx, []int64{account}); err != nil {
			return err
		}
		tx.Emit("purchase.added", object, "staff")
		tx.Return(Kept{id})
		return nil
	})
	return id, err
}

// VoidPurchase says that a purchase came back or never was: it is still seen and counts no more. Twice is once.
func (c *CRM) VoidPurchase(ctx context.Context, by authority.Actor, id int64, reason string) error {
	if reason = plain.Line(reason, 500); reason == "" {
		return fault.BadField("reason", "required")
	}
	return c.gate.Do(ctx, by, func(tx *authority.Tx) error {
		if err := tx.Allow(ctx, authority.Act{Name: "purchase.void", Object: fmt.Sprint("purchase:", id), Reason: reason}); err != nil {
			return err
		}
		var account int64
		err := tx.QueryRow(ctx, `update purchases set void_reason = case when voided_at is null then $2 else void_reason end, voided_at = coalesce(voided_at, now())
			where id = $1 returning account_id`, id, reason).Scan(&account)
		if errors.Is(err, pgx.ErrNoRows) {
			return fault.New(fault.NotFound, "not_found", "what", "purchase")
		}
		if err != nil {
			return wrap("void the purchase", err)
		}
		if _, err := classify(ctx, tx, []int64{account}); err != nil {
			return err
		}
		tx.Emit("purchase.voided", fmt.Sprint("account:", account), "staff")
		return nil
	})
}

// Purchases lists what an account bought, newest first, before the given id's place (0: from the newest), at most limit. An account
// that is not there is fault.NotFound.
func (c *CRM) Purchases(ctx context.Context, by authority.Actor, account, before int64, limit int) (out []Bought, err error) {
	err = c.gate.View(ctx, by, func(q authority.Query) error {
		if _, err := readAccount(ctx, q, account); err != nil {
			return err
		}
		rows, err := q.Query(ctx, `select id, coalesce(contact_id, 0), kind, at, coalesce(number, ''), what, trim_scale(quantity)::text, amount::text, currency, voided_at, void_reason
			from purchases where account_id = $1 and ($2 = 0 or (at, id) < (select at, id from purchases where id = $2)) order by at desc, id desc limit $3`, account, before, limit)
		if err != nil {
			return wrap("purchases", err)
		}
		out, err = pgx.CollectRows(rows, func(r pgx.CollectableRow) (b Bought, err error) {
			return b, r.Scan(&b.ID, &b.Contact, &b.Kind, &b.At, &b.Number, &b.What, &b.Quantity, &b.Amount, &b.Currency, &b.VoidedAt, &b.VoidReason)
		})
		return wrap("purchases", err)
	})
	return out, err
}
