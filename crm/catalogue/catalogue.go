// Package catalogue knows what is sold and served: who makes it, what it is called and measured in, and what it costs by
// the list on a day.
package catalogue

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"frontline/crm/money"
	"frontline/internal/authority"
	"frontline/internal/fault"
	"frontline/internal/plain"

	"github.com/jackc/pgx/v5"
)

// Catalogue reads and edits suppliers, products and list prices.
type Catalogue struct{ gate *authority.Gate }

// New makes a Catalogue behind the gate.
func New(gate *authority.Gate) *Catalogue { return &Catalogue{gate} }

// Supplier makes or delivers what is sold.
type Supplier struct {
	ID int64 `json:"id"`
	SupplierFields
}

// SupplierFields are what is said of one.
type SupplierFields struct {
	Name       string `json:"name" minLength:"1" maxLength:"200"`
	ThirdParty bool   `json:"third_party,omitempty" doc:"Not the house itself: what it makes is under its own warranty"`
}

// Product is something that is sold or served.
type Product struct {
	ID int64 `json:"id"`
	ProductFields
}

// ProductFields are what is said of one.
type ProductFields struct {
	Number  string `json:"number" minLength:"1" maxLength:"50" doc:"Of no other product"`
	Name    string `json:"name" minLength:"1" maxLength:"200"`
	NameEn  string `json:"name_en,omitempty" maxLength:"200"`
	Model   string `json:"model,omitempty" maxLength:"100"`
	Kind    string `json:"kind" enum:"machine,part,software,service"`
	Unit    string `json:"unit,omitempty" maxLength:"20" doc:"What a quantity counts, such as 小时; empty: pieces"`
	UnitEn  string `json:"unit_en,omitempty" maxLength:"20"`
	MakerID *int64 `json:"maker_id,omitempty" minimum:"1" doc:"A supplier"`
	Retired bool   `json:"retired,omitempty" doc:"Kept where it is used, offered no more"`
	Version int    `json:"version,omitempty" doc:"Counts the edits; say it with the next one"`
}

// Price is what a product costs by the list in one currency, from a day until the next price, or until its last day.
type Price struct {
	ID int64 `json:"id"`
	PriceFields
}

// PriceFields are what is said of one.
type PriceFields struct {
	Currency string `json:"currency" minLength:"3" maxLength:"3" doc:"ISO 4217, such as CNY"`
	Amount   string `json:"amount" maxLength:"25" doc:"An exact decimal, such as 324.32"`
	From     string `json:"from" doc:"The first day, such as 2005-02-23"`
	Until    string `json:"until,omitempty" doc:"The last day; absent: until the next price"`
}

// Suppliers lists those whose name begins with the words, at most limit; empty words list all.
func (c *Catalogue) Suppliers(ctx context.Context, by authority.Actor, words string, limit int) (out []Supplier, err error) {
	words = strings.ToLower(strings.TrimSpace(words))
	err = c.gate.View(ctx, by, func(q authority.Query) error {
		rows, err := q.Query(ctx, `select id, name, third_party from suppliers
			where name_key >= $1 and name_key < $1 || U&'\+10FFFF' order by name_key limit $2`, words, limit)
		if err == nil {
			out, err = pgx.CollectRows(rows, scanSupplier)
		}
		return wrap("suppliers", err)
	})
	return out, err
}

func scanSupplier(r pgx.CollectableRow) (s Supplier, err error) {
	return s, r.Scan(&s.ID, &s.Name, &s.ThirdParty)
}

// SaveSupplier makes a supplier, or with an id changes it. A name that another has is fault.Conflict "name_taken".
func (c *Catalogue) SaveSupplier(ctx context.Context, by authority.Actor, id int64, s SupplierFields) (int64, error) {
	s.Name = plain.Line(s.Name, 200)
	err := c.gate.Do(ctx, by, func(tx *authority.Tx) error {
		if err := tx.Allow(ctx, authority.Act{Name: "catalogue.edit", Object: fmt.Sprint("supplier:", id)}); err != nil {
			return err
		}
		if s.Name == "" {
			return fault.BadField("name", "required")
		}
		tx.RaceOn("suppliers_name")
		var taken bool
		if err := tx.QueryRow(ctx, `select exists (select from suppliers where name_key = lower($1) and id <> $2)`, s.Name, id).Scan(&taken); err != nil {
			return wrap("supplier", err)
		}
		if taken {
			return fault.New(fault.Conflict, "name_taken", "name", s.Name)
		}
		var err error
		if id == 0 {
			err = tx.QueryRow(ctx, `insert into suppliers (name, third_party) values ($1, $2) returning id`, s.Name, s.ThirdParty).Scan(&id)
		} else {
			err = tx.QueryRow(ctx, `update suppliers set name = $2, third_party = $3 where id = $1 returning id`, id, s.Name, s.ThirdParty).Scan(&id)
		}
		tx.Emit("supplier.changed", fmt.Sprint("supplier:", id), "staff")
		tx.Return(Made{id})
		return absent("supplier", err)
	})
	return id, err
}

// Made is the id of what was made.
type Made struct {
	ID int64 `json:"id"`
}

const productColumns = `select id, number, name, name_en, model, kind, unit, unit_en, maker_id, retired, version from products`

func scanProduct(r pgx.CollectableRow) (p Product, err error) {
	return p, r.Scan(&p.ID, &p.Number, &p.Name, &p.NameEn, &p.Model, &p.Kind, &p.Unit, &p.UnitEn, &p.MakerID, &p.Retired, &p.Version)
}

// Products lists those whose number or name begins with the words, at most limit, retired ones last; empty words list all.
func (c *Catalogue) Products(ctx context.Context, by authority.Actor, words string, limit int) (out []Product, err error) {
	number, name := strings.TrimSpace(words), strings.ToLower(strings.TrimSpace(words))
	err = c.gate.View(ctx, by, func(q authority.Query) error {
		rows, err := q.Query(ctx, productColumns+` where id in (
				(select id from products where number >= $1 and number < $1 || U&'\+10FFFF' order by number limit $3)
				union (select id from products where name_key >= $2 and name_key < $2 || U&'\+10FFFF' order by name_key limit $3))
			order by retired, number limit $3`, number, name, limit)
		if err == nil {
			out, err = pgx.CollectRows(rows, scanProduct)
		}
		return wrap("products", err)
	})
	return out, err
}

// Product reads one with all its list prices, the newest first.
func (c *Catalogue) Product(ctx context.Context, by authority.Actor, id int64) (p Product, prices []Price, err error) {
	err = c.gate.View(ctx, by, func(q authority.Query) error {
		rows, err := q.Query(ctx, productColumns+` where id = $1`, id)
		if err == nil {
			p, err = pgx.CollectExactlyOneRow(rows, scanProduct)
		}
		if err != nil {
			return absent("product", err)
		}
		rows, err = q.Query(ctx, `select id, currency, amount::text, from_day, until_day from list_prices where product_id = $1 order by from_day desc, currency limit 500`, id)
		if err == nil {
			prices, err = pgx.CollectRows(rows, scanPrice)
		}
		return wrap("list prices", err)
	})
	return p, prices, err
}

func scanPrice(r pgx.CollectableRow) (p Price, err error) {
	var from time.Time
	var until *time.Time
	if err := r.Scan(&p.ID, &p.Currency, &p.Amount, &from, &until); err != nil {
		return p, err
	}
	if m, err := money.Parse(p.Amount, p.Currency); err == nil {
		p.Amount = money.Text(m)
	}
	p.From = from.Format(time.DateOnly)
	if until != nil {
		p.Until = until.Format(time.DateOnly)
	}
	return p, nil
}

// SaveProduct makes a product, or with an id changes it. A number that another has is fault.Conflict "number_taken"; an
// edit since the version it began with is fault.Conflict "stale_record".
func (c *Catalogue) SaveProduct(ctx context.Context, by authority.Actor, id int64, p ProductFields) (int64, error) {
	p.Number, p.Name, p.NameEn = plain.Line(p.Number, 50), plain.Line(p.Name, 200), plain.Line(p.NameEn, 200)
	p.Model, p.Unit, p.UnitEn = plain.Line(p.Model, 100), plain.Line(p.Unit, 20), plain.Line(p.UnitEn, 20)
	err := c.gate.Do(ctx, by, func(tx *authority.Tx) error {
		if err := tx.Allow(ctx, authority.Act{Name: "catalogue.edit", Object: fmt.Sprint("product:", id)}); err != nil {
			return err
		}
		tx.RaceOn("products_number")
		var taken, made bool
		var version int
		if err := tx.QueryRow(ctx, `select exists (select from products where number = $1 and id <> $2),
				$3::bigint is null or exists (select from suppliers where id = $3),
				coalesce((select version from products where id = $2 for update), 0)`, p.Number, id, p.MakerID).Scan(&taken, &made, &version); err != nil {
			return wrap("product", err)
		}
		switch {
		case p.Number == "":
			return fault.BadField("number", "required")
		case p.Name == "":
			return fault.BadField("name", "required")
		case taken:
			return fault.New(fault.Conflict, "number_taken", "number", p.Number)
		case !made:
			return fault.BadField("maker_id", "unknown_supplier")
		case id != 0 && version == 0:
			return absent("product", pgx.ErrNoRows)
		case id != 0 && p.Version != 0 && p.Version != version:
			return fault.New(fault.Conflict, "stale_record", "version", version)
		}
		var err error
		if id == 0 {
			err = tx.QueryRow(ctx, `insert into products (number, name, name_en, model, kind, unit, unit_en, maker_id, retired)
				values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning id`,
				p.Number, p.Name, p.NameEn, p.Model, p.Kind, p.Unit, p.UnitEn, p.MakerID, p.Retired).Scan(&id)
		} else {
			_, err = tx.Exec(ctx, `update products set number = $2, name = $3, name_en = $4, model = $5, kind = $6, unit = $7, unit_en = $8,
				maker_id = $9, retired = $10, version = version + 1, updated_at = now() where id = $1`,
				id, p.Number, p.Name, p.NameEn, p.Model, p.Kind, p.Unit, p.UnitEn, p.MakerID, p.Retired)
		}
		tx.Emit("product.changed", fmt.Sprint("product:", id), "staff")
		tx.Return(Made{id})
		return wrap("keep the product", err)
	})
	return id, err
}

// absent says that there is no such thing, where no row was found.
func absent(what string, err error) error {
	if errors.Is(err, pgx.ErrNoRows) {
		return fault.New(fault.NotFound, "not_found", "what", what)
	}
	return wrap(what, err)
}

func wrap(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", what, err)
}
