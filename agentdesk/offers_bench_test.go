package agentdesk_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"frontline/crm"
	"frontline/internal/authority"
	"frontline/tickets"
	"frontline/tickets/router"
)

// BenchmarkOffer measures the way of a contact to an agent's screen: from the call that brings it, over its commit, the
// decision and the commit of the offer, to the frame that a desk has read. There are 1,000 agents, each with a desk, in 20
// teams with a queue each, and 10,000 mails wait for which nobody has room.
func BenchmarkOffer(b *testing.B) {
	const waiting, contacts, teams = 10_000, 500, 20
	w := newWorld(b)
	boss := w.Hire("boss", "admin")
	work := tickets.NewWork(w.tickets)
	slow := tickets.Rules{Offers: map[string]tickets.RuleOffer{"chat": {ForS: 3600}}}
	var queues []int64
	for i := range teams {
		queues = append(queues, w.queue(fmt.Sprint("q", i), fmt.Sprint("t", i)))
		if _, err := work.SaveRules(b.Context(), boss, queues[i], tickets.QueueRules{Version: 1, Rules: slow}); err != nil {
			b.Fatal(err)
		}
	}
	for i := range desks {
		w.Hire(fmt.Sprint("a", i), "agent", fmt.Sprint("t", i%teams))
	}
	ctx := b.Context()
	err := w.Gate.Do(ctx, authority.System("cli"), func(tx *authority.Tx) error {
		if err := tx.Allow(ctx, authority.Act{Name: "ticket.import", Object: "bench"}); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `insert into seats (agent_id, presence, capacity)
			select id, 'ready', '{"email": {"max": 0}, "chat": {"max": 3}}' from agents where login like 'a%'`); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `with c as (insert into contacts (name) select 'c' || n from generate_series(1, $1::int) n returning id),
				t as (insert into tickets (subject, channel, queue_id, contact_id) select 'waits', 'email', $2 + id % $3, id from c returning id, queue_id)
			insert into entries (ticket_id, queue_id, channel, arrived_at) select id, queue_id, 'email', now() - interval '1 hour' from t`, waiting, queues[0], teams)
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	shown := make(chan string, desks)
	for i := range desks {
		c := w.line(fmt.Sprint("a", i), 0)
		go func() {
			for {
				_, frame, err := c.ws.ReadMessage()
				if err != nil {
					return
				}
				if !strings.HasPrefix(string(frame), `{"type":"offer"`) {
					continue
				}
				var f struct{ Object string }
				if json.Unmarshal(frame, &f) == nil {
					shown <- f.Object
				}
			}
		}()
	}
	w.Run(router.New(router.Options{DB: w.DB, Hub: w.Hub, Dispatch: tickets.NewDispatch(w.tickets), Log: slog.New(slog.DiscardHandler)}).Run)
	one := func(n int) time.Duration {
		begun := time.Now()
		got, err := w.tickets.Receive(ctx, authority.System("api"), tickets.Inbound{
			Channel: "chat", From: crm.Point{Kind: crm.Email, Address: fmt.Sprintf("v%d@customer.test", n)}, Name: "v", Subject: "hi", Text: "hi", Queue: queues[n%teams],
		})
		if err != nil {
			b.Fatal(err)
		}
		for {
			select {
			case object := <-shown:
				if object == fmt.Sprint("ticket:", got.Ticket) {
					return time.Since(begun)
				}
			case <-time.After(time.Minute):
				b.Fatal("no offer within a minute")
			}
		}
	}
	one(0) // the router leads from here on
	took := make([]time.Duration, 0, contacts)
	used := cpu()
	for n := range contacts {
		took = append(took, one(n+1))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
	b.ReportMetric(float64((cpu()-used).Microseconds())/1000/contacts, "cpu-ms/op")
	b.ReportMetric(50, "limit-p99-ms")
	b.ReportMetric(0, "ns/op")
}
