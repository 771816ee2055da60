package contracts

import (
	"context"
	"encoding/json"
	"time"

	"frontline/crm/entitlement"
	"frontline/internal/authority"
	"frontline/internal/fault"

	"github.com/jackc/pgx/v5"
	"github.com/shopspring/decimal"
)

// Asked is what somebody wants to know: of an asset, or, where it is 0, of an account as a whole.
type Asked struct {
	Account, Asset int64
	Concerns       string // hardware or software; empty: not known
	At             time.Time
}

// maxWeighed is how many contracts of an account are looked at, those that end last first.
const maxWeighed = 500

// Entitled answers what the customer is entitled to. An asset or account that is not there, or may not be seen, is
// fault.NotFound. A part of a command or of a view.
func Entitled(ctx context.Context, q authority.Query, a Asked) (entitlement.Entitlement, error) {
	c := entitlement.Case{Concerns: a.Concerns}
	account, err := readCase(ctx, q, a, &c)
	if err != nil {
		return entitlement.Entitlement{}, err
	}
	rows, err := q.Query(ctx, selectContract+` where k.account_id = $1 order by k.ends_at desc, k.id desc limit $2`, account, maxWeighed)
	if err != nil {
		return entitlement.Entitlement{}, wrap("contracts of the account", err)
	}
	c.Contracts, err = pgx.CollectRows(rows, func(r pgx.CollectableRow) (entitlement.Contract, error) {
		k, err := scanContract(r)
		if err != nil {
			return entitlement.Contract{}, err
		}
		return k.weighed()
	})
	if err != nil {
		return entitlement.Entitlement{}, wrap("contracts of the account", err)
	}
	return entitlement.Of(c, a.At), nil
}

// weighed is the contract as entitlement takes it.
func (k Contract) weighed() (entitlement.Contract, error) {
	terms, err := k.Offer.terms()
	if err != nil {
		return entitlement.Contract{}, err
	}
	out := entitlement.Contract{
		ID: k.ID, Number: k.Number, Name: k.Name, Kind: k.Kind, State: k.State, From: k.Begins, To: k.Ends,
		Everything: k.Everything, Assets: k.Assets, Products: k.Products, Terms: terms,
	}
	if k.Visits != nil {
		out.Visits = &entitlement.Included{Total: *k.Visits, Used: k.VisitsUsed}
	}
	if k.Minutes != nil {
		out.Minutes = &entitlement.Included{Total: *k.Minutes, Used: k.MinutesUsed}
	}
	return out, nil
}

// readCase reads the asset and the terms for the customer's class, and answers whose it is.
func readCase(ctx context.Context, q authority.Query, a Asked, c *entitlement.Case) (account int64, err error) {
	var class string
	if a.Asset == 0 {
		err = q.QueryRow(ctx, `select id, class from accounts where id = $1`, a.Account).Scan(&account, &class)
	} else {
		c.Asset = &entitlement.Asset{ID: a.Asset}
		var from, to *time.Time
		err = q.QueryRow(ctx, `select a.account_id, k.class, coalesce(a.product_id, 0), coalesce(m.third_party, s.third_party, false), a.state = 'retired',
				a.warranty_kind, a.warranty_from, a.warranty_to
			from assets a join accounts k on k.id = a.account_id left join suppliers m on m.id = a.maker_id left join suppliers s on s.id = a.supplier_id
			where a.id = $1`, a.Asset).Scan(&account, &class, &c.Asset.Product, &c.Asset.ThirdParty, &c.Asset.Retired, &c.Asset.Warranty.Kind, &from, &to)
		if from != nil && to != nil {
			c.Asset.Warranty.From, c.Asset.Warranty.To = *from, *to
		}
	}
	if err != nil {
		what := "asset"
		if a.Asset == 0 {
			what = "account"
		}
		return 0, absent(what, err)
	}
	if a.Account != 0 && a.Account != account {
		return 0, fault.BadField("asset", "not_of_the_account")
	}
	rows, err := q.Query(ctx, `select distinct on (basis) `+termsColumns+` from service_terms where class in ('', $1) order by basis, class desc`, class)
	if err != nil {
		return 0, wrap("terms", err)
	}
	terms, err := pgx.CollectRows(rows, scanTerms)
	if err != nil {
		return 0, wrap("terms", err)
	}
	for _, t := range terms {
		read, err := t.Offer.terms()
		if err != nil {
			return 0, err
		}
		read.Class = t.Class
		if t.Basis == entitlement.ByWarranty {
			c.Under = read
		} else {
			c.Out = read
		}
	}
	return account, nil
}

// Answer is an entitlement as it is shown, with the reasons in a language.
type Answer struct {
	Basis       string                `json:"basis" enum:"contract,warranty,none"`
	Contract    *Named                `json:"contract"`
	Until       *time.Time            `json:"until" doc:"When the basis ends; null: never"`
	Calendar    string                `json:"calendar" doc:"The hours of service; empty: as usual"`
	Promises    []entitlement.Promise `json:"promises"`
	Free        []string              `json:"free" enum:"visit,labour,parts,remote"`
	PartsOff    string                `json:"parts_off" doc:"Percent"`
	LabourOff   string                `json:"labour_off" doc:"Percent"`
	VisitsLeft  *int                  `json:"visits_left" doc:"null: not counted"`
	MinutesLeft *int                  `json:"minutes_left" doc:"null: not counted"`
	Also        []Named               `json:"also" doc:"Other contracts that hold for the same"`
	Reasons     []Told                `json:"reasons"`
}

// Named is a contract in short.
type Named struct {
	ID     int64  `json:"id"`
	Number string `json:"number"`
	Name   string `json:"name"`
	Kind   string `json:"kind" enum:"on_site,bench,remote,parts"`
}

// Told is a reason with its words.
type Told struct {
	Code  string `json:"code"`
	Words string `json:"words"`
}

// Shown is an entitlement in a language ("zh", else English), with times as the clocks of a place show them.
func Shown(e entitlement.Entitlement, lang string, place *time.Location) Answer {
	out := Answer{
		Basis: e.Basis, Calendar: e.Calendar, Promises: append([]entitlement.Promise{}, e.Promises...), Free: append([]string{}, e.Free...),
		PartsOff: e.PartsOff.String(), LabourOff: e.LabourOff.String(), VisitsLeft: e.VisitsLeft, MinutesLeft: e.MinutesLeft, Also: []Named{}, Reasons: []Told{},
	}
	if e.Contract != nil {
		n := named(*e.Contract)
		out.Contract = &n
	}
	if !e.Until.IsZero() {
		out.Until = &e.Until
	}
	for _, k := range e.Also {
		out.Also = append(out.Also, named(k))
	}
	for _, r := range e.Reasons {
		out.Reasons = append(out.Reasons, Told{r.Code, r.Words(lang, place)})
	}
	return out
}

func named(k entitlement.Contract) Named { return Named{k.ID, k.Number, k.Name, k.Kind} }

// Entitled is Entitled for a reader, at an instant, or at the zero time now.
func (s *Contracts) Entitled(ctx context.Context, by authority.Actor, a Asked) (e entitlement.Entitlement, err error) {
	err = s.gate.View(ctx, by, func(q authority.Query) error {
		if a.At.IsZero() {
			if err := q.QueryRow(ctx, `select now()`).Scan(&a.At); err != nil {
				return wrap("now", err)
			}
		}
		e, err = Entitled(ctx, q, a)
		return err
	})
	return e, err
}

// Terms hold without a contract.
type Terms struct {
	Basis string `json:"basis" enum:"warranty,none" doc:"Under the house's warranty, or without any"`
	Class string `json:"class,omitempty" maxLength:"50" doc:"Of the customers they are for; empty: all others"`
	Offer
}

const termsColumns = `basis, class, calendar, promises, free, parts_off::text, labour_off::text`

func scanTerms(r pgx.CollectableRow) (t Terms, err error) {
	var promises []byte
	var parts, labour decimal.Decimal
	if err := r.Scan(&t.Basis, &t.Class, &t.Calendar, &promises, &t.Free, &parts, &labour); err != nil {
		return t, err
	}
	t.PartsOff, t.LabourOff = parts.String(), labour.String()
	return t, json.Unmarshal(promises, &t.Promises)
}
