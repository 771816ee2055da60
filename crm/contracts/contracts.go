// Package contracts keeps what was promised to customers for their machines, how much of it is used up, and answers what a
// customer is entitled to.
package contracts

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"frontline/crm/entitlement"
	"frontline/crm/money"
	"frontline/internal/authority"
	"frontline/internal/fault"
	"frontline/internal/plain"

	"github.com/jackc/pgx/v5"
	"github.com/shopspring/decimal"
)

// Contracts reads and edits contracts and the terms that hold without one.
type Contracts struct{ gate *authority.Gate }

// New makes Contracts behind the gate.
func New(gate *authority.Gate) *Contracts { return &Contracts{gate} }

// Offer is what is promised, free and cheaper, as it is written in the API.
type Offer struct {
	Calendar  string                `json:"calendar,omitempty" maxLength:"50" doc:"The hours of service: the name of a calendar, such as 8*5"`
	Promises  []entitlement.Promise `json:"promises,omitempty" maxItems:"3" doc:"How soon, at most one of each kind"`
	Free      []string              `json:"free,omitempty" maxItems:"4" enum:"visit,labour,parts,remote"`
	PartsOff  string                `json:"parts_off,omitempty" maxLength:"10" doc:"Percent, such as 12.5"`
	LabourOff string                `json:"labour_off,omitempty" maxLength:"10" doc:"Percent"`
}

// Fields are what is said of a contract.
type Fields struct {
	Number    string `json:"number" minLength:"1" maxLength:"50" doc:"Of no other contract"`
	Name      string `json:"name,omitempty" maxLength:"200"`
	AccountID int64  `json:"account_id" minimum:"1"`
	OwnerID   *int64 `json:"owner_id,omitempty" minimum:"1" doc:"The agent who is told that it ends"`
	Kind      string `json:"kind" enum:"on_site,bench,remote,parts"`
	Offer
	Visits     *int      `json:"visits,omitempty" minimum:"0" maximum:"100000" doc:"Included; absent: not counted"`
	Minutes    *int      `json:"minutes,omitempty" minimum:"0" maximum:"100000000" doc:"Of work, included; absent: not counted"`
	Everything bool      `json:"everything,omitempty" doc:"Covers all that the account has, but for what third parties made"`
	Assets     []int64   `json:"assets,omitempty" maxItems:"1000"`
	Products   []int64   `json:"products,omitempty" maxItems:"1000" doc:"All of the account's assets of them are covered"`
	Begins     time.Time `json:"begins_at"`
	Ends       time.Time `json:"ends_at" doc:"The first instant without it"`
	RemindDays *int      `json:"remind_days,omitempty" minimum:"0" maximum:"3650" doc:"Before the end somebody is reminded; absent: 30"`
	Note       string    `json:"note,omitempty" maxLength:"10000"`
}

// Contract is one with its state and what is used up.
type Contract struct {
	ID int64 `json:"id"`
	Fields
	State       string    `json:"state" enum:"draft,signed,suspended,ended"`
	Account     string    `json:"account"`
	VisitsUsed  int       `json:"visits_used"`
	MinutesUsed int       `json:"minutes_used"`
	Version     int       `json:"version" doc:"Counts the edits; say it with the next one"`
	Created     time.Time `json:"created_at"`
}

// Warning is what is allowed and may not be meant.
type Warning struct {
	Code   string `json:"code" enum:"overlaps" doc:"Another contract covers the same at the same time"`
	Number string `json:"number" doc:"Of the other contract"`
	ID     int64  `json:"id"`
}

// Saved is what became of a contract.
type Saved struct {
	ID       int64     `json:"id"`
	Warnings []Warning `json:"warnings"`
}

const usualRemind = 30 // days

// Save makes a contract as a draft, or with an id changes it; version is the one that the edit began with, 0 for any. One
// that ends before it begins, or covers what there is not or is another's, is fault.Invalid; a number that another has is
// fault.Conflict "number_taken". Another that covers the same at the same time is warned of.
func (s *Contracts) Save(ctx context.Context, by authority.Actor, id int64, version int, f Fields) (out Saved, err error) {
	err = s.gate.Do(ctx, by, func(tx *authority.Tx) error {
		if err := tx.Allow(ctx, authority.Act{Name: "contract.edit", Object: object(id)}); err != nil {
			return err
		}
		if err := f.check(); err != nil {
			return err
		}
		tx.RaceOn("contracts_number")
		if err := f.known(ctx, tx, id); err != nil {
			return err
		}
		if id, err = f.keep(ctx, tx, id, version); err != nil {
			return err
		}
		if err := f.cover(ctx, tx, id); err != nil {
			return err
		}
		out.ID = id
		out.Warnings, err = overlaps(ctx, tx, id)
		tx.Emit("contract.changed", object(id), "staff", fmt.Sprint("account:", f.AccountID))
		tx.Return(out)
		return err
	})
	return out, err
}

// check refuses what contradicts itself, and makes the rest fit to keep.
func (f *Fields) check() error {
	f.Number, f.Name, f.Note = plain.Line(f.Number, 50), plain.Line(f.Name, 200), plain.Text(f.Note, 10_000)
	if f.RemindDays == nil {
		days := usualRemind
		f.RemindDays = &days
	}
	if f.Number == "" {
		return fault.BadField("number", "required")
	}
	if !f.Ends.After(f.Begins) {
		return fault.BadField("ends_at", "ends_before_it_begins")
	}
	for name, n := range map[string]*int{"visits": f.Visits, "minutes": f.Minutes} {
		if n != nil && *n < 0 {
			return fault.BadField(name, "too_small", "min", 0)
		}
	}
	_, err := f.Offer.terms()
	return err
}

// terms reads an offer, and refuses one that contradicts itself.
func (o *Offer) terms() (t entitlement.Terms, err error) {
	o.Calendar = plain.Line(o.Calendar, 50)
	t = entitlement.Terms{Calendar: o.Calendar, Promises: o.Promises, Free: []string{}}
	if t.PartsOff, err = money.Percent("parts_off", o.PartsOff); err != nil {
		return t, err
	}
	if t.LabourOff, err = money.Percent("labour_off", o.LabourOff); err != nil {
		return t, err
	}
	for _, service := range entitlement.Services {
		if slices.Contains(o.Free, service) {
			t.Free = append(t.Free, service)
		}
	}
	for i, p := range o.Promises {
		at := fmt.Sprint("promises.", i, ".kind")
		switch {
		case o.Calendar == "":
			return t, fault.BadField("calendar", "required")
		case slices.ContainsFunc(o.Promises[:i], func(other entitlement.Promise) bool { return other.Kind == p.Kind }):
			return t, fault.BadField(at, "duplicate")
		case p.Minutes < 0 || p.Days < 0 || p.Minutes > 0 && p.Days > 0:
			return t, fault.BadField(fmt.Sprint("promises.", i, ".minutes"), "within_and_day")
		}
	}
	return t, nil
}

// known refuses a number that is taken and what points nowhere.
func (f *Fields) known(ctx context.Context, tx *authority.Tx, id int64) error {
	var taken, account, owner bool
	var foreign, strange *int
	err := tx.QueryRow(ctx, `select exists (select from contracts where number = $1 and id <> $2), exists (select from accounts where id = $3),
			$4::bigint is null or exists (select from agents where id = $4 and disabled_at is null),
			(select min(n)::int - 1 from unnest($5::bigint[]) with ordinality given(id, n) where not exists (select from assets a where a.id = given.id and a.account_id = $3)),
			(select min(n)::int - 1 from unnest($6::bigint[]) with ordinality given(id, n) where not exists (select from products p where p.id = given.id))`,
		f.Number, id, f.AccountID, f.OwnerID, f.Assets, f.Products).Scan(&taken, &account, &owner, &foreign, &strange)
	switch {
	case err != nil:
		return wrap("what the contract points to", err)
	case taken:
		return fault.New(fault.Conflict, "number_taken", "number", f.Number)
	case !account:
		return fault.BadField("account_id", "unknown_account")
	case !owner:
		return fault.BadField("owner_id", "unknown_agent")
	case foreign != nil:
		return fault.BadField(fmt.Sprint("assets.", *foreign), "not_of_the_account")
	case strange != nil:
		return fault.BadField(fmt.Sprint("products.", *strange), "unknown_product")
	}
	return nil
}

// keep writes the contract without what it covers.
func (f *Fields) keep(ctx context.Context, tx *authority.Tx, id int64, version int) (int64, error) {
	terms, err := f.Offer.terms()
	if err != nil {
		return 0, err
	}
	promises, err := json.Marshal(append([]entitlement.Promise{}, f.Promises...))
	if err != nil {
		return 0, err
	}
	values := []any{
		f.Number, f.Name, f.AccountID, f.OwnerID, f.Kind, f.Calendar, promises, terms.Free, terms.PartsOff.String(), terms.LabourOff.String(),
		f.Visits, f.Minutes, f.Everything, f.Begins, f.Ends, f.RemindDays, f.Note,
	}
	if id == 0 {
		err := tx.QueryRow(ctx, `insert into contracts (number, name, account_id, owner_id, kind, calendar, promises, free, parts_off, labour_off,
				visits, minutes, everything, begins_at, ends_at, remind_days, note)
			values ($1, $2, $3, $4, $5, $6, $7, $8, $9::numeric, $10::numeric, $11, $12, $13, $14, $15, $16, $17) returning id`, values...).Scan(&id)
		return id, wrap("keep the contract", err)
	}
	var now int
	var state string
	if err := tx.QueryRow(ctx, `select version, state from contracts where id = $1 for update`, id).Scan(&now, &state); err != nil {
		return 0, absent("contract", err)
	}
	switch {
	case version != 0 && version != now:
		return 0, fault.New(fault.Conflict, "stale_record", "version", now)
	case state == entitlement.Ended:
		return 0, fault.New(fault.Conflict, "contract_ended")
	case state != entitlement.Draft && f.coversNothing():
		return 0, fault.BadField("assets", "covers_nothing")
	}
	_, err = tx.Exec(ctx, `update contracts set number = $1, name = $2, account_id = $3, owner_id = $4, kind = $5, calendar = $6, promises = $7, free = $8,
			parts_off = $9::numeric, labour_off = $10::numeric, visits = $11, minutes = $12, everything = $13, begins_at = $14, ends_at = $15,
			remind_days = $16, note = $17, version = version + 1, updated_at = now() where id = $18`, append(values, id)...)
	return id, wrap("keep the contract", err)
}

func (f *Fields) coversNothing() bool {
	return !f.Everything && len(f.Assets) == 0 && len(f.Products) == 0
}

// cover writes what the contract covers.
func (f *Fields) cover(ctx context.Context, tx *authority.Tx, id int64) error {
	b := &pgx.Batch{}
	b.Queue(`delete from contract_covers where contract_id = $1`, id)
	b.Queue(`insert into contract_covers (contract_id, asset_id, product_id)
		select $1::bigint, a, null::bigint from unnest($2::bigint[]) a union select $1, null, p from unnest($3::bigint[]) p`, id, f.Assets, f.Products)
	return wrap("keep what is covered", tx.SendBatch(ctx, b).Close())
}

// overlaps are the other contracts of the account that cover some of the same at the same time.
func overlaps(ctx context.Context, tx *authority.Tx, id int64) ([]Warning, error) {
	rows, err := tx.Query(ctx, `with covered as (
			-- A product stands for its assets of the account; everything is a row of its own.
			select k.id contract, v.asset_id asset, v.product_id product, false everything from contracts k join contract_covers v on v.contract_id = k.id
				where k.account_id = (select account_id from contracts where id = $1)
			union all select k.id, a.id, null, false from contracts k join contract_covers v on v.contract_id = k.id
				join assets a on a.account_id = k.account_id and a.product_id = v.product_id
				where k.account_id = (select account_id from contracts where id = $1)
			union all select k.id, null, null, true from contracts k where k.everything and k.account_id = (select account_id from contracts where id = $1))
		select 'overlaps', o.number, o.id from contracts me join contracts o on o.account_id = me.account_id and o.id <> me.id
		where me.id = $1 and o.state <> 'ended' and o.begins_at < me.ends_at and me.begins_at < o.ends_at
			and exists (select from covered mine join covered theirs on mine.everything or theirs.everything or mine.asset = theirs.asset or mine.product = theirs.product
				where mine.contract = me.id and theirs.contract = o.id)
		order by o.id limit 20`, id)
	if err != nil {
		return nil, wrap("overlapping contracts", err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Warning])
	return append([]Warning{}, out...), wrap("overlapping contracts", err)
}

// moves are the states to which a contract may go from each.
var moves = map[string][]string{
	entitlement.Draft:     {entitlement.Signed, entitlement.Ended},
	entitlement.Signed:    {entitlement.Suspended, entitlement.Ended},
	entitlement.Suspended: {entitlement.Signed, entitlement.Ended},
}

// Move brings a contract into another state, for a reason that the audit keeps. A move that there is not, and signing what
// covers nothing, is fault.Invalid.
func (s *Contracts) Move(ctx context.Context, by authority.Actor, id int64, state, reason string) error {
	return s.gate.Do(ctx, by, func(tx *authority.Tx) error {
		if err := tx.Allow(ctx, authority.Act{Name: "contract.edit", Object: object(id), Reason: state + ": " + reason}); err != nil {
			return err
		}
		var was string
		var covers bool
		var account int64
		if err := tx.QueryRow(ctx, `select state, everything or exists (select from contract_covers where contract_id = k.id), account_id
			from contracts k where id = $1 for update`, id).Scan(&was, &covers, &account); err != nil {
			return absent("contract", err)
		}
		switch {
		case was == state:
			return nil
		case !slices.Contains(moves[was], state):
			return fault.BadField("state", "no_such_move", "from", was, "to", state)
		case state == entitlement.Signed && !covers:
			return fault.BadField("assets", "covers_nothing")
		}
		_, err := tx.Exec(ctx, `update contracts set state = $2, version = version + 1, updated_at = now() where id = $1`, id, state)
		tx.Emit("contract.changed", object(id), "staff", fmt.Sprint("account:", account))
		return wrap("state of the contract", err)
	})
}

func object(id int64) string { return fmt.Sprint("contract:", id) }

// number writes a percentage as it is read: "12.5".
func number(s string) string {
	d, err := decimal.NewFromString(s)
	if err != nil {
		return s
	}
	return d.String()
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
