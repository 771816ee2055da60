package contracts

import (
	"context"
	"encoding/json"
	"fmt"

	"frontline/crm/entitlement"
	"frontline/internal/authority"
	"frontline/internal/fault"
	"frontline/internal/plain"

	"github.com/jackc/pgx/v5"
)

// Terms lists what holds without a contract.
func (s *Contracts) Terms(ctx context.Context, by authority.Actor) (out []Terms, err error) {
	err = s.gate.View(ctx, by, func(q authority.Query) error {
		rows, err := q.Query(ctx, `select `+termsColumns+` from service_terms order by basis desc, class`)
		if err == nil {
			out, err = pgx.CollectRows(rows, scanTerms)
		}
		return wrap("terms", err)
	})
	return out, err
}

const maxTerms = 100

// SaveTerms puts a list in the place of the one that holds. For each basis one must be for all customers, with an empty
// class.
func (s *Contracts) SaveTerms(ctx context.Context, by authority.Actor, list []Terms) error {
	if len(list) > maxTerms {
		return fault.BadField("items", "too_many", "max", maxTerms)
	}
	seen := map[[2]string]bool{}
	b := &pgx.Batch{}
	b.Queue(`delete from service_terms`)
	for i, t := range list {
		at := fmt.Sprint("items.", i)
		terms, err := t.Offer.terms()
		if err != nil {
			return err
		}
		t.Class = plain.Line(t.Class, 50)
		if seen[[2]string{t.Basis, t.Class}] {
			return fault.BadField(at+".class", "duplicate")
		}
		seen[[2]string{t.Basis, t.Class}] = true
		promises, err := json.Marshal(append([]entitlement.Promise{}, t.Promises...))
		if err != nil {
			return err
		}
		b.Queue(`insert into service_terms (basis, class, calendar, promises, free, parts_off, labour_off) values ($1, $2, $3, $4, $5, $6::numeric, $7::numeric)`,
			t.Basis, t.Class, t.Calendar, promises, terms.Free, terms.PartsOff.String(), terms.LabourOff.String())
	}
	for _, basis := range []string{entitlement.ByWarranty, entitlement.ByDefault} {
		if !seen[[2]string{basis, ""}] {
			return fault.BadField("items", "terms_for_all", "basis", basis)
		}
	}
	return s.gate.Do(ctx, by, func(tx *authority.Tx) error {
		if err := tx.Allow(ctx, authority.Act{Name: "terms.edit", Object: "service_terms"}); err != nil {
			return err
		}
		tx.Emit("terms.changed", "service_terms", "staff")
		return wrap("keep the terms", tx.SendBatch(ctx, b).Close())
	})
}
