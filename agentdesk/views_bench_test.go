package agentdesk_test

import (
	"fmt"
	"slices"
	"strconv"
	"testing"
	"time"

	"frontline/agentdesk"
	"frontline/internal/authority"
	"frontline/tickets"

	"github.com/jackc/pgx/v5"
)

// BenchmarkViewCounts counts the tickets of ten views, as every desk does beside their names. Each
// looks at the latest 5,000 tickets at most, so that what it costs is bounded however many there are.
func BenchmarkViewCounts(b *testing.B) {
	for _, n := range []int{10_000, 100_000} {
		b.Run(strconv.Itoa(n), func(b *testing.B) { benchViewCounts(b, n) })
	}
}

func benchViewCounts(b *testing.B, n int) {
	w := newWorld(b)
	boss := w.Hire("boss", "admin")
	ctx := b.Context()
	err := w.Gate.Do(ctx, authority.System("cli"), func(tx *authority.Tx) error {
		if err := tx.Allow(ctx, authority.Act{Name: "ticket.import", Object: "bench"}); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `with c as (insert into contacts (name) values ('c') returning id)
			insert into tickets (subject, channel, queue_id, contact_id, state, priority, tags, last_at)
			select 'spindle ' || n, 'email', 1, c.id, (array['open', 'pending', 'resolved', 'closed'])[n % 4 + 1], n % 4 + 1,
				case when n % 7 = 0 then array['vip'] else '{}' end, now() - n * interval '1 minute' from c, generate_series(1, $1::int) n`, n)
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	owner, err := pgx.Connect(ctx, w.DB.URL)
	if err != nil {
		b.Fatal(err)
	}
	defer owner.Close(ctx) //nolint:errcheck // it is over
	if _, err := owner.Exec(ctx, `vacuum analyze tickets`); err != nil {
		b.Fatal(err)
	}
	work := agentdesk.NewWork(w.Gate, w.tickets)
	for i, c := range []tickets.Choice{
		{},
		{States: []string{"open"}},
		{States: []string{"open"}, Assignee: "me"},
		{States: []string{"open"}, Assignee: "none"},
		{States: []string{"open", "pending"}, Queues: []int64{1}},
		{States: []string{"closed"}, Priorities: []int{1}},
		{Tags: []string{"vip"}},
		{States: []string{"open"}, Without: []string{"vip"}},
		{Words: "spindle 99"},
		{Waits: true, IdleHours: 24},
	} {
		if _, err := work.SaveView(ctx, boss, 0, agentdesk.ViewEdit{Name: fmt.Sprint("v", i), Shared: agentdesk.Shared{Share: "all"}, Choice: c}); err != nil {
			b.Fatal(err)
		}
	}
	var took []time.Duration
	for b.Loop() {
		begun := time.Now()
		if _, err := work.Counts(ctx, boss); err != nil {
			b.Fatal(err)
		}
		took = append(took, time.Since(begun))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
	b.ReportMetric(0, "ns/op")
}
