// Package assets knows the machines and programs that customers have: where they stand, what they are made of, and until
// when they are under warranty.
package assets

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"frontline/internal/authority"
	"frontline/internal/fault"
	"frontline/internal/plain"

	"github.com/jackc/pgx/v5"
)

// Assets reads and edits what customers have.
type Assets struct{ gate *authority.Gate }

// New makes Assets behind the gate.
func New(gate *authority.Gate) *Assets { return &Assets{gate} }

// Fields are what is said of an asset.
type Fields struct {
	AccountID    int64      `json:"account_id" minimum:"1" doc:"Whose it is"`
	ProductID    *int64     `json:"product_id,omitempty" minimum:"1"`
	MakerID      *int64     `json:"maker_id,omitempty" minimum:"1" doc:"A supplier; absent: the product's. A serial number is of one asset of a maker"`
	SupplierID   *int64     `json:"supplier_id,omitempty" minimum:"1" doc:"Who delivered it"`
	Name         string     `json:"name,omitempty" maxLength:"200" doc:"Empty: the product's"`
	Model        string     `json:"model,omitempty" maxLength:"100" doc:"Empty: the product's"`
	Number       string     `json:"asset_number,omitempty" maxLength:"100"`
	Serial       string     `json:"serial_number,omitempty" maxLength:"100"`
	Reference    string     `json:"reference,omitempty" maxLength:"100"`
	Place        string     `json:"place,omitempty" maxLength:"500"`
	State        string     `json:"state,omitempty" enum:"shipped,installed,running,retired" doc:"Absent: shipped"`
	WarrantyKind string     `json:"warranty_kind,omitempty" enum:",hardware,software,hardware_and_software" doc:"What the warranty covers; empty: there is none"`
	WarrantyFrom *time.Time `json:"warranty_from,omitempty"`
	WarrantyTo   *time.Time `json:"warranty_to,omitempty" doc:"The first instant without it"`
	InstalledAt  *time.Time `json:"installed_at,omitempty"`
	InService    string     `json:"in_service,omitempty" doc:"The day on which it began to work, such as 2004-06-02"`
	Note         string     `json:"note,omitempty" maxLength:"10000"`
}

// Asset is one with the names of what it points to.
type Asset struct {
	ID int64 `json:"id"`
	Fields
	Account  string    `json:"account"`
	Product  string    `json:"product" doc:"Its number"`
	Maker    string    `json:"maker"`
	Supplier string    `json:"supplier"`
	Version  int       `json:"version" doc:"Counts the edits; say it with the next one"`
	Created  time.Time `json:"created_at"`
}

// moves are the states to which an asset may go from each. A retired one that is overhauled is shipped again.
var moves = map[string][]string{
	"shipped":   {"installed", "running", "retired"},
	"installed": {"shipped", "running", "retired"},
	"running":   {"shipped", "installed", "retired"},
	"retired":   {"shipped"},
}

const selectAsset = `select a.id, a.account_id, a.product_id, a.maker_id, a.supplier_id, a.name, a.model, a.number, a.serial, a.reference, a.place, a.state,
		a.warranty_kind, a.warranty_from, a.warranty_to, a.installed_at, coalesce(a.in_service::text, ''), a.note,
		c.name, coalesce(p.number, ''), coalesce(m.name, ''), coalesce(s.name, ''), a.version, a.created_at
	from assets a join accounts c on c.id = a.account_id left join products p on p.id = a.product_id
	left join suppliers m on m.id = a.maker_id left join suppliers s on s.id = a.supplier_id`

func scanAsset(r pgx.CollectableRow) (a Asset, err error) {
	return a, r.Scan(&a.ID, &a.AccountID, &a.ProductID, &a.MakerID, &a.SupplierID, &a.Name, &a.Model, &a.Number, &a.Serial, &a.Reference, &a.Place, &a.State,
		&a.WarrantyKind, &a.WarrantyFrom, &a.WarrantyTo, &a.InstalledAt, &a.InService, &a.Note,
		&a.Account, &a.Product, &a.Maker, &a.Supplier, &a.Version, &a.Created)
}

// Read reads one. A part.
func Read(ctx context.Context, q authority.Query, id int64) (Asset, error) {
	rows, err := q.Query(ctx, selectAsset+` where a.id = $1`, id)
	if err != nil {
		return Asset{}, wrap("asset", err)
	}
	a, err := pgx.CollectExactlyOneRow(rows, scanAsset)
	return a, absent("asset", err)
}

// Known says whether there is such an asset, and whose it is. A part.
func Known(ctx context.Context, q authority.Query, id int64) (account int64, found bool, err error) {
	err = q.QueryRow(ctx, `select account_id from assets where id = $1`, id).Scan(&account)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, false, nil
	}
	return account, err == nil, wrap("asset", err)
}

// Place is where a list of an account's assets goes on.
type Place struct {
	ID int64 `json:"id"`
}

// Of lists the assets of an account from a place on, at most limit.
func (s *Assets) Of(ctx context.Context, by authority.Actor, account int64, from Place, limit int) (out []Asset, err error) {
	err = s.gate.View(ctx, by, func(q authority.Query) error {
		rows, err := q.Query(ctx, selectAsset+` where a.account_id = $1 and a.id > $2 order by a.id limit $3`, account, from.ID, limit)
		if err == nil {
			out, err = pgx.CollectRows(rows, scanAsset)
		}
		return wrap("assets of the account", err)
	})
	return out, err
}

// Find lists assets whose serial, asset or reference number begins with the words, at most limit.
func (s *Assets) Find(ctx context.Context, by authority.Actor, words string, limit int) (out []Asset, err error) {
	key := plain.Line(words, 100)
	err = s.gate.View(ctx, by, func(q authority.Query) error {
		rows, err := q.Query(ctx, selectAsset+` where a.id in (
				(select id from assets where serial_key <> '' and serial_key >= lower($1) and serial_key < lower($1) || U&'\+10FFFF' order by serial_key limit $2)
				union (select id from assets where number_key <> '' and number_key >= lower($1) and number_key < lower($1) || U&'\+10FFFF' order by number_key limit $2)
				union (select id from assets where reference_key <> '' and reference_key >= lower($1) and reference_key < lower($1) || U&'\+10FFFF' order by reference_key limit $2))
			order by a.id limit $2`, key, limit)
		if err == nil {
			out, err = pgx.CollectRows(rows, scanAsset)
		}
		return wrap("find assets", err)
	})
	return out, err
}

// Asset reads one with its parts.
func (s *Assets) Asset(ctx context.Context, by authority.Actor, id int64) (a Asset, parts []Part, err error) {
	err = s.gate.View(ctx, by, func(q authority.Query) error {
		if a, err = Read(ctx, q, id); err != nil {
			return err
		}
		parts, err = Parts(ctx, q, id)
		return err
	})
	return a, parts, err
}

// Save makes an asset, or with an id changes it; version is the one that the edit began with, 0 for any. A serial number
// that another asset of the maker has is fault.Conflict "serial_taken" and says whose; a warranty that ends before it
// begins, and what points nowhere, is fault.Invalid; an edit since the version is fault.Conflict "stale_record".
func (s *Assets) Save(ctx context.Context, by authority.Actor, id int64, version int, f Fields) (int64, error) {
	err := s.gate.Do(ctx, by, func(tx *authority.Tx) error {
		if err := tx.Allow(ctx, authority.Act{Name: "asset.edit", Object: object(id)}); err != nil {
			return err
		}
		if err := f.check(); err != nil {
			return err
		}
		if err := f.complete(ctx, tx); err != nil {
			return err
		}
		if err := f.unique(ctx, tx, id); err != nil {
			return err
		}
		var err error
		if id == 0 {
			id, err = f.insert(ctx, tx)
		} else {
			err = f.update(ctx, tx, id, version)
		}
		tx.Emit("asset.changed", object(id), "staff", fmt.Sprint("account:", f.AccountID))
		tx.Return(Made{id})
		return err
	})
	return id, err
}

// Made is the id of what was made.
type Made struct {
	ID int64 `json:"id"`
}

// check refuses what contradicts itself, and makes the rest fit to keep.
func (f *Fields) check() error {
	f.Name, f.Model, f.Place = plain.Line(f.Name, 200), plain.Line(f.Model, 100), plain.Line(f.Place, 500)
	f.Number, f.Serial, f.Reference = plain.Line(f.Number, 100), plain.Line(f.Serial, 100), plain.Line(f.Reference, 100)
	f.Note = plain.Text(f.Note, 10_000)
	if f.State == "" {
		f.State = "shipped"
	}
	if f.InService != "" {
		if _, err := time.Parse(time.DateOnly, f.InService); err != nil {
			return fault.BadField("in_service", "bad_date").Because(err)
		}
	}
	whole := f.WarrantyFrom != nil && f.WarrantyTo != nil
	switch {
	case f.WarrantyKind == "" && (f.WarrantyFrom != nil || f.WarrantyTo != nil):
		return fault.BadField("warranty_kind", "required")
	case f.WarrantyKind != "" && !whole && f.WarrantyFrom == nil:
		return fault.BadField("warranty_from", "required")
	case f.WarrantyKind != "" && !whole:
		return fault.BadField("warranty_to", "required")
	case whole && !f.WarrantyTo.After(*f.WarrantyFrom):
		return fault.BadField("warranty_to", "ends_before_it_begins")
	}
	return nil
}

// complete takes from the product what is not said, and refuses what points nowhere.
func (f *Fields) complete(ctx context.Context, tx *authority.Tx) error {
	var account, product, maker, supplier bool
	var name, model *string
	var by *int64
	err := tx.QueryRow(ctx, `select exists (select from accounts where id = $1), $2::bigint is null or p.id is not null,
			$3::bigint is null or exists (select from suppliers where id = $3), $4::bigint is null or exists (select from suppliers where id = $4),
			p.name, p.model, p.maker_id
		from (select 1) one left join products p on p.id = $2`, f.AccountID, f.ProductID, f.MakerID, f.SupplierID).Scan(
		&account, &product, &maker, &supplier, &name, &model, &by)
	switch {
	case err != nil:
		return wrap("what the asset points to", err)
	case !account:
		return fault.BadField("account_id", "unknown_account")
	case !product:
		return fault.BadField("product_id", "unknown_product")
	case !maker:
		return fault.BadField("maker_id", "unknown_supplier")
	case !supplier:
		return fault.BadField("supplier_id", "unknown_supplier")
	}
	if f.MakerID == nil {
		f.MakerID = by
	}
	if f.Name == "" && name != nil {
		f.Name = *name
	}
	if f.Model == "" && model != nil {
		f.Model = *model
	}
	if f.Name == "" {
		return fault.BadField("name", "required")
	}
	return nil
}

// unique refuses a serial number that another asset of the maker has.
func (f *Fields) unique(ctx context.Context, tx *authority.Tx, id int64) error {
	if f.Serial == "" {
		return nil
	}
	tx.RaceOn("assets_serial")
	var other int64
	var name string
	err := tx.QueryRow(ctx, `select id, name from assets where serial_key <> '' and serial_key = lower($1) and maker_id is not distinct from $2 and id <> $3`,
		f.Serial, f.MakerID, id).Scan(&other, &name)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	if err != nil {
		return wrap("serial number", err)
	}
	return fault.New(fault.Conflict, "serial_taken", "serial", f.Serial, "asset", other, "name", name)
}

func (f *Fields) insert(ctx context.Context, tx *authority.Tx) (id int64, err error) {
	err = tx.QueryRow(ctx, `insert into assets (account_id, product_id, maker_id, supplier_id, name, model, number, serial, reference, place, state,
			warranty_kind, warranty_from, warranty_to, installed_at, in_service, note)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, nullif($16, '')::date, $17) returning id`, f.values()...).Scan(&id)
	return id, wrap("keep the asset", err)
}

func (f *Fields) update(ctx context.Context, tx *authority.Tx, id int64, version int) error {
	var state string
	var now int
	if err := tx.QueryRow(ctx, `select state, version from assets where id = $1 for update`, id).Scan(&state, &now); err != nil {
		return absent("asset", err)
	}
	if version != 0 && version != now {
		return fault.New(fault.Conflict, "stale_record", "version", now)
	}
	if state != f.State && !slices.Contains(moves[state], f.State) {
		return fault.BadField("state", "no_such_move", "from", state, "to", f.State)
	}
	_, err := tx.Exec(ctx, `update assets set account_id = $1, product_id = $2, maker_id = $3, supplier_id = $4, name = $5, model = $6, number = $7, serial = $8,
			reference = $9, place = $10, state = $11, warranty_kind = $12, warranty_from = $13, warranty_to = $14, installed_at = $15,
			in_service = nullif($16, '')::date, note = $17, version = version + 1, updated_at = now() where id = $18`, append(f.values(), id)...)
	return wrap("keep the asset", err)
}

func (f *Fields) values() []any {
	return []any{
		f.AccountID, f.ProductID, f.MakerID, f.SupplierID, f.Name, f.Model, f.Number, f.Serial, f.Reference, f.Place, f.State,
		f.WarrantyKind, f.WarrantyFrom, f.WarrantyTo, f.InstalledAt, f.InService, f.Note,
	}
}

func object(id int64) string { return fmt.Sprint("asset:", id) }

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
