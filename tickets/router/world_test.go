package router_test

import (
	"context"
	"fmt"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	"frontline/crm"
	"frontline/internal/authority"
	"frontline/internal/blob"
	"frontline/internal/web/webtest"
	"frontline/tickets"
	"frontline/tickets/router"
)

// world is an office with tickets and a router.
type world struct {
	*webtest.Office
	t        testing.TB
	tickets  *tickets.Tickets
	work     *tickets.Work
	dispatch *tickets.Dispatch
	came     atomic.Int64
}

func newWorld(t testing.TB) *world { return on(t, webtest.Open(t, tickets.Schemas()...)) }

func on(t testing.TB, o *webtest.Office) *world {
	t.Helper()
	files, err := blob.Folder(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	w := &world{Office: o, t: t, tickets: tickets.New(o.Gate, crm.New(o.Gate), files, outbox{})}
	w.work, w.dispatch = tickets.NewWork(w.tickets), tickets.NewDispatch(w.tickets)
	return w
}

// outbox takes all and sends nothing.
type outbox struct{}

func (outbox) Queue(context.Context, *authority.Tx, tickets.Outbound) ([]string, error) {
	return nil, nil
}

// router is one that does not run yet.
func (w *world) router() *router.Router {
	return router.New(router.Options{DB: w.DB, Hub: w.Hub, Dispatch: w.dispatch, Log: slog.New(slog.DiscardHandler)})
}

// routing runs a router until the test ends, or until the returned function is called.
func (w *world) routing() (stop func()) { return w.Run(w.router().Run) }

var (
	eye  = authority.System("jobs") // sees all
	cli  = authority.System("cli")
	mail = authority.System("email")
)

// ready hires somebody who is ready.
func (w *world) ready(login string, teams ...string) authority.Actor {
	w.t.Helper()
	a := w.Hire(login, "agent", teams...)
	w.must(w.tickets.SetPresence(w.t.Context(), a, a.ID, "ready", ""))
	return a
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// comes is a customer's contact, of somebody who has not come before.
func (w *world) comes(channel string, queue int64) int64 {
	w.t.Helper()
	n := w.came.Add(1)
	return w.comesAgain(channel, queue, fmt.Sprintf("c%d@customer.test", n))
}

func (w *world) comesAgain(channel string, queue int64, address string) int64 {
	w.t.Helper()
	got, err := w.tickets.Receive(w.t.Context(), mail, tickets.Inbound{
		Channel: channel, From: crm.Point{Kind: crm.Email, Address: address}, Name: address, Subject: "help", Text: "help", Queue: queue,
	})
	w.must(err)
	return got.Ticket
}

func (w *world) queue(name string, team string, r tickets.Rules) int64 {
	w.t.Helper()
	e := tickets.QueueEdit{Name: name}
	if team != "" {
		e.TeamID = &w.Teams(team)[0]
	}
	id, err := w.tickets.SaveQueue(w.t.Context(), cli, 0, e)
	w.must(err)
	w.rules(id, r)
	return id
}

func (w *world) rules(queue int64, r tickets.Rules) {
	w.t.Helper()
	now, err := w.work.Rules(w.t.Context(), eye, queue)
	w.must(err)
	_, err = w.work.SaveRules(w.t.Context(), cli, queue, tickets.QueueRules{Version: now.Version, Rules: r})
	w.must(err)
}

// count answers a query of one number.
func (w *world) count(sql string, args ...any) (n int) {
	w.t.Helper()
	w.must(w.Gate.View(w.t.Context(), eye, func(q authority.Query) error { return q.QueryRow(w.t.Context(), sql, args...).Scan(&n) }))
	return n
}

// until waits for what an event brings, or time.
func (w *world) until(what string, done func() bool) {
	w.t.Helper()
	sub, err := w.Hub.Subscribe(w.t.Context(), 0, "*")
	w.must(err)
	defer sub.Close()
	last := time.After(20 * time.Second)
	for !done() {
		select {
		case <-last:
			w.t.Fatalf("it did not come to it: %s", what)
		case <-sub.Wake:
			_, err := sub.Take(w.t.Context())
			w.must(err)
		}
	}
}

// offered waits for an offer to an agent.
func (w *world) offered(to authority.Actor, ticket int64) (o tickets.Offer) {
	w.t.Helper()
	w.until(fmt.Sprintf("an offer of ticket %d to %s", ticket, to.Name), func() bool {
		all, err := w.work.Offers(w.t.Context(), to)
		w.must(err)
		for _, x := range all {
			if x.TicketID == ticket {
				o = x
				return true
			}
		}
		return false
	})
	return o
}

// inState waits until a ticket's stay is in a state, of somebody or of nobody.
func (w *world) inState(ticket int64, state string, agent int64) {
	w.t.Helper()
	w.until(fmt.Sprintf("ticket %d %s of agent %d", ticket, state, agent), func() bool {
		return w.count(`select count(*) from entries where ticket_id = $1 and state = $2 and coalesce(agent_id, 0) = $3`, ticket, state, agent) == 1
	})
}

// hand repairs rows as an operator does, and says so to the router.
func (w *world) hand(ticket int64, sql string, args ...any) {
	w.t.Helper()
	w.must(w.Gate.Do(w.t.Context(), mail, func(tx *authority.Tx) error {
		if err := tx.Allow(w.t.Context(), authority.Act{Name: "ticket.receive"}); err != nil {
			return err
		}
		tx.Emit("entry.changed", fmt.Sprint("ticket:", ticket), "routing")
		_, err := tx.Exec(w.t.Context(), sql, args...)
		return err
	}))
}
