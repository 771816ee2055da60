package contracts_test

import (
	"slices"
	"strconv"
	"testing"
	"time"

	"frontline/crm"
	"frontline/crm/contracts"
	"frontline/internal/authority"
	"frontline/internal/web/webtest"
)

// BenchmarkEntitled asks what a customer is entitled to for a machine, among few and among a million accounts with a machine
// and a contract each. It must cost the same: the limit is 5 ms for half of the questions.
func BenchmarkEntitled(b *testing.B) {
	for _, accounts := range []int{10_000, 1_000_000} {
		b.Run(strconv.Itoa(accounts), func(b *testing.B) { benchEntitled(b, accounts) })
	}
}

func benchEntitled(b *testing.B, accounts int) {
	o := webtest.Open(b, crm.Schemas()...)
	li := o.Hire("li", "agent")
	err := o.Gate.Do(b.Context(), demo, func(tx *authority.Tx) error {
		if err := tx.Allow(b.Context(), authority.Act{Name: "contract.edit", Object: "bench"}); err != nil {
			return err
		}
		for _, sql := range []string{
			`insert into accounts (id, name) overriding system value select n, 'account ' || n from generate_series(1, $1::int) n`,
			`insert into assets (id, account_id, name, serial, warranty_kind, warranty_from, warranty_to) overriding system value
				select n, n, 'machine', 'serial ' || n, 'hardware', now() - interval '2 years', now() - interval '1 year' from generate_series(1, $1::int) n`,
			`insert into contracts (id, number, account_id, kind, state, calendar, free, visits, begins_at, ends_at) overriding system value
				select n, 'contract ' || n, n, 'on_site', 'signed', '8*5', '{visit}', 3, now() - interval '1 month', now() + interval '1 year' from generate_series(1, $1::int) n`,
			`insert into contract_covers (contract_id, asset_id) select n, n from generate_series(1, $1::int) n`,
			`insert into contract_uses (contract_id, visits) select n, 1 from generate_series(1, $1::int) n`,
		} {
			if _, err := tx.Exec(b.Context(), sql, accounts); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	c := contracts.New(o.Gate)
	var took []time.Duration
	for i := 0; b.Loop(); i++ {
		begin := time.Now()
		e, err := c.Entitled(b.Context(), li, contracts.Asked{Asset: int64(i*7919%accounts) + 1})
		took = append(took, time.Since(begin))
		if err != nil || e.Basis != "contract" || *e.VisitsLeft != 2 {
			b.Fatalf("%+v, %v", e, err)
		}
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
}
