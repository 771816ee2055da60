package request

import (
	"context"
	"errors"
	"time"

	"frontline/internal/authority"
	"frontline/internal/fault"
	"frontline/internal/plain"

	"github.com/jackc/pgx/v5"
)

// Numbering is how tickets of a type are numbered: prefix, unit, date, and a number that begins anew with each date.
type Numbering struct {
	Type    string `json:"type"`
	Prefix  string `json:"prefix"`
	Unit    string `json:"unit"`
	Date    string `json:"date"`
	Digits  int    `json:"digits"`
	Zone    string `json:"zone"`
	Retired bool   `json:"retired"`
}

// Numberings lists the patterns by which types are numbered; all other tickets are numbered on.
func (r *Requests) Numberings(ctx context.Context, by authority.Actor) (out []Numbering, err error) {
	err = r.gate.View(ctx, by, func(q authority.Query) error {
		rows, err := q.Query(ctx, `select type, prefix, unit, date_format, digits, zone, retired from number_patterns order by type`)
		if err != nil {
			return wrap("numberings", err)
		}
		out, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Numbering])
		return wrap("numberings", err)
	})
	return out, err
}

// slots is how many types can have numbers of their own.
const slots = 30

// SaveNumbering says how tickets of a type are numbered from then on. A prefix and unit that another type has are
// fault.Conflict "name_taken".
func (r *Requests) SaveNumbering(ctx context.Context, by authority.Actor, n Numbering) error {
	if n.Type == "" || plain.Line(n.Type, 50) != n.Type {
		return fault.BadField("type", "bad_characters")
	}
	if _, err := time.LoadLocation(n.Zone); err != nil || n.Zone == "" || n.Zone == "Local" {
		return fault.BadField("zone", "unknown_zone")
	}
	return r.gate.Do(ctx, by, func(tx *authority.Tx) error {
		if err := tx.Allow(ctx, authority.Act{Name: "number.edit", Object: "type:" + n.Type}); err != nil {
			return err
		}
		tx.RaceOn("number_patterns_slot_key") // another took the free slot: the next look finds another one
		var taken bool
		if err := tx.QueryRow(ctx, `select exists (select from number_patterns where type <> $1 and prefix || unit = $2)`, n.Type, n.Prefix+n.Unit).Scan(&taken); err != nil {
			return wrap("numberings", err)
		}
		if taken {
			return fault.New(fault.Conflict, "name_taken", "name", n.Prefix+n.Unit)
		}
		var slot int
		err := tx.QueryRow(ctx, `insert into number_patterns (type, prefix, unit, date_format, digits, zone, retired, slot)
			select $1::varchar, $2, $3, $4, $5, $6, $7, coalesce((select slot from number_patterns where type = $1::varchar), free) from (
				select min(n) free from generate_series(1, $8) n where n not in (select slot from number_patterns)) f
			where free is not null or exists (select from number_patterns where type = $1::varchar)
			on conflict (type) do update set prefix = $2, unit = $3, date_format = $4, digits = $5, zone = $6, retired = $7 returning slot`,
			n.Type, n.Prefix, n.Unit, n.Date, n.Digits, n.Zone, n.Retired, slots).Scan(&slot)
		if errors.Is(err, pgx.ErrNoRows) {
			return fault.BadField("type", "too_many", "max", slots)
		}
		if err != nil {
			return wrap("keep the numbering", err)
		}
		tx.Emit("numbering.changed", "type:"+n.Type, "staff")
		return nil
	})
}
