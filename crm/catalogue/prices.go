package catalogue

import (
	"context"
	"errors"
	"fmt"
	"time"

	"frontline/crm/money"
	"frontline/internal/authority"
	"frontline/internal/fault"

	"github.com/jackc/pgx/v5"
)

// SavePrice keeps what a product costs in a currency from a day on; a price of the same currency and first day is replaced.
func (c *Catalogue) SavePrice(ctx context.Context, by authority.Actor, product int64, p PriceFields) (id int64, err error) {
	err = c.gate.Do(ctx, by, func(tx *authority.Tx) error {
		object := fmt.Sprint("product:", product)
		if err := tx.Allow(ctx, authority.Act{Name: "catalogue.edit", Object: object}); err != nil {
			return err
		}
		amount, err := money.Price(p.Amount, p.Currency)
		if err != nil {
			return err
		}
		from, until, err := p.days()
		if err != nil {
			return err
		}
		err = tx.QueryRow(ctx, `insert into list_prices (product_id, currency, amount, from_day, until_day)
			select id, $2, $3::numeric, $4, $5 from products where id = $1
			on conflict (product_id, currency, from_day) do update set amount = excluded.amount, until_day = excluded.until_day returning id`,
			product, p.Currency, amount.Amount.String(), from, until).Scan(&id)
		tx.Emit("product.changed", object, "staff")
		tx.Return(Made{id})
		return absent("product", err)
	})
	return id, err
}

// days are the first and the last on which a price holds; without a last it is nil.
func (p PriceFields) days() (from time.Time, until *time.Time, err error) {
	if from, err = time.Parse(time.DateOnly, p.From); err != nil {
		return from, nil, fault.BadField("from", "bad_date").Because(err)
	}
	if p.Until == "" {
		return from, nil, nil
	}
	last, err := time.Parse(time.DateOnly, p.Until)
	if err != nil {
		return from, nil, fault.BadField("until", "bad_date").Because(err)
	}
	if last.Before(from) {
		return from, nil, fault.BadField("until", "ends_before_it_begins")
	}
	return from, &last, nil
}

// DropPrice takes a list price away, as if it had never been.
func (c *Catalogue) DropPrice(ctx context.Context, by authority.Actor, product, price int64) error {
	return c.gate.Do(ctx, by, func(tx *authority.Tx) error {
		object := fmt.Sprint("product:", product)
		if err := tx.Allow(ctx, authority.Act{Name: "catalogue.edit", Object: object}); err != nil {
			return err
		}
		tag, err := tx.Exec(ctx, `delete from list_prices where id = $1 and product_id = $2`, price, product)
		if err == nil && tag.RowsAffected() == 0 {
			return absent("price", pgx.ErrNoRows)
		}
		tx.Emit("product.changed", object, "staff")
		return wrap("drop the price", err)
	})
}

// PriceOn is what a product costs by the list on a day; false where it has no price then. A part.
func PriceOn(ctx context.Context, q authority.Query, product int64, currency string, day time.Time) (authority.Money, bool, error) {
	var amount string
	err := q.QueryRow(ctx, `select amount::text from (select amount, until_day from list_prices
			where product_id = $1 and currency = $2 and from_day <= $3::date order by from_day desc limit 1) last
		where until_day is null or until_day >= $3::date`, product, currency, day.Format(time.DateOnly)).Scan(&amount)
	if errors.Is(err, pgx.ErrNoRows) {
		return authority.Money{}, false, nil
	}
	if err != nil {
		return authority.Money{}, false, wrap("list price", err)
	}
	m, err := money.Parse(amount, currency)
	return m, err == nil, wrap("list price", err)
}

// PriceOn is what a product costs by the list on a day; none then is fault.NotFound "no_price".
func (c *Catalogue) PriceOn(ctx context.Context, by authority.Actor, product int64, currency string, day time.Time) (m authority.Money, err error) {
	err = c.gate.View(ctx, by, func(q authority.Query) error {
		var found bool
		m, found, err = PriceOn(ctx, q, product, currency, day)
		if err == nil && !found {
			err = fault.New(fault.NotFound, "no_price", "currency", currency, "day", day.Format(time.DateOnly))
		}
		return err
	})
	return m, err
}
