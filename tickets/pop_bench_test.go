package tickets_test

import (
	"fmt"
	"slices"
	"strconv"
	"testing"
	"time"
)

// BenchmarkPop measures the screen pop at few and at many customers: each has an account, a contact
// with a number, and every tenth a ticket. What it reports is the middle and the slowest hundredth of single calls.
func BenchmarkPop(b *testing.B) {
	for _, customers := range []int{10_000, 1_000_000} {
		b.Run(strconv.Itoa(customers), func(b *testing.B) { benchPop(b, customers) })
	}
}

func benchPop(b *testing.B, customers int) {
	const atOnce = 10_000
	w := newWorld(b)
	li := w.Hire("li", "agent")
	for _, sql := range []string{
		`insert into accounts (id, name) overriding system value select n, '公司' || n from generate_series($1::int, $2::int) n`,
		`insert into contacts (id, name, account_id) overriding system value select n, '客户' || n, n from generate_series($1::int, $2::int) n`,
		`insert into contact_points (kind, address, contact_id) select 'phone', '+86' || 13000000000 + n, n from generate_series($1::int, $2::int) n`,
		`insert into affiliations (contact_id, account_id) select n, n from generate_series($1::int, $2::int) n`,
		`insert into tickets (subject, channel, queue_id, contact_id, account_id) select 's', 'phone', (select min(id) from queues), n, n from generate_series($1::int, $2::int, 10) n`,
	} {
		for from := 1; from <= customers; from += atOnce { // a statement may take only so long
			w.hand(sql, from, from+atOnce-1)
		}
	}
	var took []time.Duration
	for n := 1; b.Loop(); n = (n*7919 + 1) % customers {
		from := time.Now()
		p, err := w.tickets.Pop(b.Context(), li, fmt.Sprint("+86", 13000000000+n+1))
		took = append(took, time.Since(from))
		if err != nil || p.Contact == nil || len(p.Accounts) != 1 {
			b.Fatal(p, err)
		}
	}
	slices.Sort(took)
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(took[len(took)/2].Seconds()*1000, "p50-ms")
	b.ReportMetric(took[len(took)*99/100].Seconds()*1000, "p99-ms")
}
