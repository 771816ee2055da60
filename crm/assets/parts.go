package assets

import (
	"context"
	"fmt"
	"time"

	"frontline/internal/authority"
	"frontline/internal/fault"
	"frontline/internal/plain"

	"github.com/jackc/pgx/v5"
)

// Fitting is which piece or version is in a part's place since when.
type Fitting struct {
	ProductID *int64    `json:"product_id,omitempty" minimum:"1"`
	Serial    string    `json:"serial_number,omitempty" maxLength:"100"`
	Version   string    `json:"version,omitempty" maxLength:"100" doc:"Such as V3.01"`
	Since     time.Time `json:"since,omitzero" doc:"Absent: now"`
}

// Fitted is a fitting that was kept.
type Fitted struct {
	Fitting
	By string `json:"by"`
}

// NewPart is a part that is to be added to an asset.
type NewPart struct {
	ParentID *int64 `json:"parent_id,omitempty" minimum:"1" doc:"The part of which it is a part; absent: of the asset itself"`
	Kind     string `json:"kind" enum:"hardware,software"`
	Name     string `json:"name" minLength:"1" maxLength:"200"`
	Quantity int    `json:"quantity,omitempty" minimum:"1" maximum:"1000000" default:"1"`
	Fitting
}

// Part is what an asset is made of, with what has been in its place, the last first, and its own parts.
type Part struct {
	ID       int64      `json:"id"`
	Kind     string     `json:"kind" enum:"hardware,software"`
	Name     string     `json:"name"`
	Quantity int        `json:"quantity"`
	Removed  *time.Time `json:"removed_at"`
	Fittings []Fitted   `json:"fittings" doc:"The one that holds first"`
	Parts    []Part     `json:"parts"`

	parent *int64
}

// maxParts is how many parts an asset has at most, and how many fittings all of them together are shown with.
const (
	maxParts    = 500
	maxFittings = 5000
)

// Parts reads the tree of what an asset is made of; what was removed is there too. A part of a command.
func Parts(ctx context.Context, q authority.Query, asset int64) ([]Part, error) {
	rows, err := q.Query(ctx, `select id, parent_id, kind, name, quantity, removed_at from asset_parts where asset_id = $1 order by id`, asset)
	if err != nil {
		return nil, wrap("parts", err)
	}
	all, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (p Part, err error) {
		p.Fittings = []Fitted{}
		return p, r.Scan(&p.ID, &p.parent, &p.Kind, &p.Name, &p.Quantity, &p.Removed)
	})
	if err != nil {
		return nil, wrap("parts", err)
	}
	at := map[int64]int{}
	for i, p := range all {
		at[p.ID] = i
	}
	rows, err = q.Query(ctx, `select f.part_id, f.product_id, f.serial, f.version, f.since, f.made_by from asset_fittings f join asset_parts p on p.id = f.part_id
		where p.asset_id = $1 order by f.since desc, f.id desc limit $2`, asset, maxFittings)
	if err != nil {
		return nil, wrap("fittings", err)
	}
	var part int64
	var f Fitted
	_, err = pgx.ForEachRow(rows, []any{&part, &f.ProductID, &f.Serial, &f.Version, &f.Since, &f.By}, func() error {
		p := &all[at[part]]
		p.Fittings = append(p.Fittings, f)
		return nil
	})
	return tree(all), wrap("fittings", err)
}

// tree hangs parts, of which none comes before its parent, into each other.
func tree(all []Part) []Part {
	children := map[int64][]Part{}
	for i := len(all) - 1; i >= 0; i-- {
		p := all[i]
		p.Parts = append([]Part{}, children[p.ID]...)
		var parent int64 // 0: the asset
		if p.parent != nil {
			parent = *p.parent
		}
		children[parent] = append([]Part{p}, children[parent]...)
	}
	return append([]Part{}, children[0]...)
}

// AddPart adds a part to an asset, with what is in its place.
func (s *Assets) AddPart(ctx context.Context, by authority.Actor, asset int64, n NewPart) (id int64, err error) {
	n.Name = plain.Line(n.Name, 200)
	if n.Quantity == 0 {
		n.Quantity = 1
	}
	switch {
	case n.Name == "":
		return 0, fault.BadField("name", "required")
	case n.Quantity < 0:
		return 0, fault.BadField("quantity", "too_small", "min", 1)
	}
	err = s.gate.Do(ctx, by, func(tx *authority.Tx) error {
		if err := tx.Allow(ctx, authority.Act{Name: "asset.edit", Object: object(asset)}); err != nil {
			return err
		}
		var parts int
		var parent bool
		// The lock makes those who add to one asset wait for each other, so that all are counted.
		if err := tx.QueryRow(ctx, `select (select count(*) from asset_parts where asset_id = a.id), $2::bigint is null or
				exists (select from asset_parts where id = $2 and asset_id = a.id and removed_at is null)
			from assets a where id = $1 for update`, asset, n.ParentID).Scan(&parts, &parent); err != nil {
			return absent("asset", err)
		}
		switch {
		case parts >= maxParts:
			return fault.BadField("name", "too_many", "max", maxParts)
		case !parent:
			return fault.BadField("parent_id", "unknown_part")
		}
		if err := tx.QueryRow(ctx, `insert into asset_parts (asset_id, parent_id, kind, name, quantity) values ($1, $2, $3, $4, $5) returning id`,
			asset, n.ParentID, n.Kind, n.Name, n.Quantity).Scan(&id); err != nil {
			return wrap("keep the part", err)
		}
		tx.Return(Made{id})
		return Fit(ctx, tx, asset, id, n.Fitting)
	})
	return id, err
}

// Fit says what is in a part's place from an instant on: another piece, or another version. What was there before stays in
// its history. A part of a command, which was allowed to do it.
func Fit(ctx context.Context, tx *authority.Tx, asset, part int64, f Fitting) error {
	f.Serial, f.Version = plain.Line(f.Serial, 100), plain.Line(f.Version, 100)
	if f.Since.IsZero() {
		f.Since = tx.Now()
	}
	var there, product bool
	if err := tx.QueryRow(ctx, `select exists (select from asset_parts where id = $1 and asset_id = $2 and removed_at is null),
		$3::bigint is null or exists (select from products where id = $3)`, part, asset, f.ProductID).Scan(&there, &product); err != nil {
		return wrap("part", err)
	}
	switch {
	case !there:
		return fault.New(fault.NotFound, "not_found", "what", "part")
	case !product:
		return fault.BadField("product_id", "unknown_product")
	}
	tx.Emit("asset.changed", object(asset), "staff")
	return wrap("keep the fitting", tx.Last(`insert into asset_fittings (part_id, product_id, serial, version, since, made_by) values ($1, $2, $3, $4, $5, $6)`,
		part, f.ProductID, f.Serial, f.Version, f.Since, tx.By.String()))
}

// Refit is Fit as a command.
func (s *Assets) Refit(ctx context.Context, by authority.Actor, asset, part int64, f Fitting) error {
	return s.gate.Do(ctx, by, func(tx *authority.Tx) error {
		if err := tx.Allow(ctx, authority.Act{Name: "asset.edit", Object: object(asset), Reason: fmt.Sprint("part:", part)}); err != nil {
			return err
		}
		return Fit(ctx, tx, asset, part, f)
	})
}

// RemovePart takes a part and all of its parts out of an asset; they stay in its history.
func (s *Assets) RemovePart(ctx context.Context, by authority.Actor, asset, part int64) error {
	return s.gate.Do(ctx, by, func(tx *authority.Tx) error {
		if err := tx.Allow(ctx, authority.Act{Name: "asset.edit", Object: object(asset), Reason: fmt.Sprint("part:", part)}); err != nil {
			return err
		}
		tag, err := tx.Exec(ctx, `with recursive out (id) as (
				select id from asset_parts where id = $1 and asset_id = $2 and removed_at is null
				union all select p.id from out join asset_parts p on p.parent_id = out.id and p.asset_id = $2)
			update asset_parts p set removed_at = now() from out where p.id = out.id and p.removed_at is null`, part, asset)
		if err == nil && tag.RowsAffected() == 0 {
			err = pgx.ErrNoRows
		}
		tx.Emit("asset.changed", object(asset), "staff")
		return absent("part", err)
	})
}
