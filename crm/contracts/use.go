package contracts

import (
	"context"
	"fmt"
	"time"

	"frontline/crm/entitlement"
	"frontline/internal/authority"
	"frontline/internal/fault"
	"frontline/internal/plain"

	"github.com/jackc/pgx/v5"
)

// Use is a visit, or some work, that was used up of what a contract includes.
type Use struct {
	At      time.Time `json:"at,omitzero" doc:"Absent: now"`
	Visits  int       `json:"visits,omitempty" minimum:"0" maximum:"1000"`
	Minutes int       `json:"minutes,omitempty" minimum:"0" maximum:"1000000"`
	Object  string    `json:"object,omitempty" maxLength:"100" doc:"What for, such as ticket:42"`
}

// Used is a use that was kept.
type Used struct {
	ID int64 `json:"id"`
	Use
	By     string     `json:"by"`
	Undone *time.Time `json:"undone_at" doc:"When it was taken back"`
}

func scanUsed(r pgx.CollectableRow) (u Used, err error) {
	return u, r.Scan(&u.ID, &u.At, &u.Visits, &u.Minutes, &u.Object, &u.By, &u.Undone)
}

// UseUp takes from what a signed contract includes. More than is left is fault.Conflict "used_up", with what is left; what
// the contract does not count is fault.Invalid. A part of a command, which was allowed to do it.
func UseUp(ctx context.Context, tx *authority.Tx, contract int64, u Use) (id int64, err error) {
	if u.At.IsZero() {
		u.At = tx.Now()
	}
	var state string
	var visits, minutes *int
	// The lock makes those who use one contract wait for each other, so that both cannot take the last visit.
	if err := tx.QueryRow(ctx, `select state, visits, minutes from contracts where id = $1 for update`, contract).Scan(&state, &visits, &minutes); err != nil {
		return 0, absent("contract", err)
	}
	if u.Visits < 0 || u.Minutes < 0 || u.Visits+u.Minutes == 0 {
		return 0, fault.BadField("visits", "too_small", "min", 1)
	}
	if state != entitlement.Signed {
		return 0, fault.New(fault.Conflict, "contract_not_signed")
	}
	var usedVisits, usedMinutes int
	if err := tx.QueryRow(ctx, `select coalesce(sum(visits), 0), coalesce(sum(minutes), 0) from contract_uses where contract_id = $1 and undone_at is null`,
		contract).Scan(&usedVisits, &usedMinutes); err != nil {
		return 0, wrap("uses of the contract", err)
	}
	for _, x := range []struct {
		name       string
		take, used int
		total      *int
	}{{"visits", u.Visits, usedVisits, visits}, {"minutes", u.Minutes, usedMinutes, minutes}} {
		switch {
		case x.take == 0:
		case x.total == nil:
			return 0, fault.BadField(x.name, "not_counted")
		case x.used+x.take > *x.total:
			return 0, fault.New(fault.Conflict, "used_up", "what", x.name, "left", max(*x.total-x.used, 0))
		}
	}
	err = tx.QueryRow(ctx, `insert into contract_uses (contract_id, at, visits, minutes, object, made_by) values ($1, $2, $3, $4, $5, $6) returning id`,
		contract, u.At, u.Visits, u.Minutes, plain.Line(u.Object, 100), tx.By.String()).Scan(&id)
	tx.Emit("contract.changed", object(contract), "staff")
	return id, wrap("keep the use", err)
}

// Use is UseUp as a command.
func (s *Contracts) Use(ctx context.Context, by authority.Actor, contract int64, u Use) (id int64, err error) {
	err = s.gate.Do(ctx, by, func(tx *authority.Tx) error {
		if err := tx.Allow(ctx, authority.Act{Name: "contract.use", Object: object(contract), Reason: u.Object}); err != nil {
			return err
		}
		id, err = UseUp(ctx, tx, contract, u)
		tx.Return(Made{id})
		return err
	})
	return id, err
}

// Made is the id of what was made.
type Made struct {
	ID int64 `json:"id"`
}

// Undo takes a use back, which was wrong; it stays in the history. Safe twice.
func (s *Contracts) Undo(ctx context.Context, by authority.Actor, contract, use int64) error {
	return s.gate.Do(ctx, by, func(tx *authority.Tx) error {
		if err := tx.Allow(ctx, authority.Act{Name: "contract.use", Object: object(contract), Reason: fmt.Sprint("undo use:", use)}); err != nil {
			return err
		}
		tag, err := tx.Exec(ctx, `update contract_uses set undone_at = coalesce(undone_at, now()) where id = $1 and contract_id = $2`, use, contract)
		if err == nil && tag.RowsAffected() == 0 {
			err = pgx.ErrNoRows
		}
		tx.Emit("contract.changed", object(contract), "staff")
		return absent("use", err)
	})
}

// Remind tells, of each signed contract that comes near its end, its owner, or where it has none those who lead; once for
// each end that it is given. It is a chore.
func (s *Contracts) Remind(ctx context.Context, by authority.Actor) (n int, err error) {
	err = s.gate.Do(ctx, by, func(tx *authority.Tx) error {
		if err := tx.Allow(ctx, authority.Act{Name: "contract.remind", Object: "contracts"}); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, `update contracts k set reminded_for = ends_at from (
				select id from contracts where state = 'signed' and ends_at > now() and ends_at <= now() + interval '3650 days'
					and ends_at <= now() + make_interval(days => remind_days) and reminded_for is distinct from ends_at
				order by ends_at limit 500 for update skip locked) near
			where k.id = near.id returning k.id, k.owner_id`)
		if err != nil {
			return wrap("contracts near their end", err)
		}
		var id int64
		var owner *int64
		_, err = pgx.ForEachRow(rows, []any{&id, &owner}, func() error {
			n++
			to := "supervisors"
			if owner != nil {
				to = fmt.Sprint("agent:", *owner)
			}
			tx.Emit("contract.ending", object(id), to)
			return nil
		})
		return wrap("contracts near their end", err)
	})
	return n, err
}
