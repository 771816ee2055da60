package contracts

import (
	"context"
	"encoding/json"
	"time"

	"frontline/internal/authority"

	"github.com/jackc/pgx/v5"
)

const selectContract = `select k.id, k.number, k.name, k.account_id, k.owner_id, k.kind, k.calendar, k.promises, k.free, k.parts_off::text, k.labour_off::text,
		k.visits, k.minutes, k.everything,
		array(select asset_id from contract_covers where contract_id = k.id and asset_id is not null order by id),
		array(select product_id from contract_covers where contract_id = k.id and product_id is not null order by id),
		k.begins_at, k.ends_at, k.remind_days, k.note, k.state, a.name, coalesce(u.visits, 0), coalesce(u.minutes, 0), k.version, k.created_at
	from contracts k join accounts a on a.id = k.account_id
	left join lateral (select sum(visits)::int visits, sum(minutes)::int minutes from contract_uses where contract_id = k.id and undone_at is null) u on true`

func scanContract(r pgx.CollectableRow) (k Contract, err error) {
	var promises []byte
	if err := r.Scan(&k.ID, &k.Number, &k.Name, &k.AccountID, &k.OwnerID, &k.Kind, &k.Calendar, &promises, &k.Free, &k.PartsOff, &k.LabourOff,
		&k.Visits, &k.Minutes, &k.Everything, &k.Assets, &k.Products, &k.Begins, &k.Ends, &k.RemindDays, &k.Note, &k.State, &k.Account,
		&k.VisitsUsed, &k.MinutesUsed, &k.Version, &k.Created); err != nil {
		return k, err
	}
	k.PartsOff, k.LabourOff = number(k.PartsOff), number(k.LabourOff)
	return k, json.Unmarshal(promises, &k.Promises)
}

// Contract reads one with what was used up of it, the last first.
func (s *Contracts) Contract(ctx context.Context, by authority.Actor, id int64) (k Contract, uses []Used, err error) {
	err = s.gate.View(ctx, by, func(q authority.Query) error {
		rows, err := q.Query(ctx, selectContract+` where k.id = $1`, id)
		if err == nil {
			k, err = pgx.CollectExactlyOneRow(rows, scanContract)
		}
		if err != nil {
			return absent("contract", err)
		}
		rows, err = q.Query(ctx, `select id, at, visits, minutes, object, made_by, undone_at from contract_uses where contract_id = $1 order by id desc limit 200`, id)
		if err == nil {
			uses, err = pgx.CollectRows(rows, scanUsed)
		}
		return wrap("uses of the contract", err)
	})
	return k, uses, err
}

// Place is where a list of contracts goes on.
type Place struct {
	Ends time.Time `json:"e"`
	ID   int64     `json:"i"`
}

// Of lists the contracts of an account, those that end last first, from a place on; the zero one is the begin.
func (s *Contracts) Of(ctx context.Context, by authority.Actor, account int64, from Place, limit int) (out []Contract, err error) {
	if from.ID == 0 {
		from.Ends = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	err = s.gate.View(ctx, by, func(q authority.Query) error {
		rows, err := q.Query(ctx, selectContract+` where k.account_id = $1 and (k.ends_at, k.id) < ($2, $3) order by k.ends_at desc, k.id desc limit $4`,
			account, from.Ends, from.ID, limit)
		if err == nil {
			out, err = pgx.CollectRows(rows, scanContract)
		}
		return wrap("contracts of the account", err)
	})
	return out, err
}

// Ending lists the signed contracts whose end is so near that somebody is reminded, the nearest first.
func (s *Contracts) Ending(ctx context.Context, by authority.Actor, limit int) (out []Contract, err error) {
	err = s.gate.View(ctx, by, func(q authority.Query) error {
		rows, err := q.Query(ctx, selectContract+` where k.state = 'signed' and k.ends_at > now() and k.ends_at <= now() + interval '3650 days'
			and k.ends_at <= now() + make_interval(days => k.remind_days) order by k.ends_at limit $1`, limit)
		if err == nil {
			out, err = pgx.CollectRows(rows, scanContract)
		}
		return wrap("ending contracts", err)
	})
	return out, err
}
