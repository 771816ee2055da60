package crm_test

import (
	"context"
	"slices"
	"strconv"
	"testing"
	"time"

	"frontline/internal/authority"
)

// BenchmarkTwins measures the duplicates of an account at few and at many accounts. Their names are made of few words, so
// that each has many neighbours. What it reports is the middle and the slowest hundredth of single calls.
func BenchmarkTwins(b *testing.B) {
	for _, accounts := range []int{10_000, 1_000_000} {
		b.Run(strconv.Itoa(accounts), func(b *testing.B) { benchTwins(b, accounts) })
	}
}

func benchTwins(b *testing.B, accounts int) {
	const atOnce = 10_000
	w := newWorld(b)
	li := w.Hire("li", "agent")
	for from := 1; from <= accounts; from += atOnce { // a statement may take only so long
		err := w.part(func(ctx context.Context, tx *authority.Tx) error {
			if _, err := tx.Exec(ctx, `insert into accounts (id, name, address) overriding system value
				select n, '上海' || chr(19968 + n % 5000) || chr(19968 + (n * 7919::bigint % 20000)::int) || (array['机械', '电子', '精工', '仪表'])[1 + n % 4] || '有限公司', '浦东金港路' || n / 3 || '号'
				from generate_series($1::int, $2::int) n`, from, from+atOnce-1); err != nil {
				return err
			}
			_, err := tx.Exec(ctx, `insert into account_numbers (account_id, kind, address) select n, 'phone', '+8621' || 10000000 + n / 2 from generate_series($1::int, $2::int) n`, from, from+atOnce-1)
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	var took []time.Duration
	for n := 1; b.Loop(); n = (n*7919 + 1) % accounts {
		from := time.Now()
		_, err := w.crm.Twins(b.Context(), li, int64(n+1))
		took = append(took, time.Since(from))
		if err != nil {
			b.Fatal(err)
		}
	}
	slices.Sort(took)
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(took[len(took)/2].Seconds()*1000, "p50-ms")
	b.ReportMetric(took[len(took)*99/100].Seconds()*1000, "p99-ms")
}
