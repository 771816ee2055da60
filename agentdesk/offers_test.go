package agentdesk_test

import (
	"fmt"
	"log/slog"
	"testing"

	"frontline/tickets"
	"frontline/tickets/router"
)

func TestAnOfferReachesTheDeskAndIsAnsweredThere(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	li, boss := w.Hire("li", "agent"), w.Hire("boss", "supervisor")
	r := router.New(router.Options{DB: w.DB, Hub: w.Hub, Dispatch: tickets.NewDispatch(w.tickets), Log: slog.New(slog.DiscardHandler)})
	w.Run(r.Run)
	c, over := w.line("li", 0), w.line("boss", 0)
	c.say(`{"type":"presence","state":"ready"}`)
	ticket := w.ticket(1, "主轴")
	asked := c.until("offer")
	if asked.Object != fmt.Sprint("ticket:", ticket) {
		t.Errorf("the offer is of %s, want ticket %d", asked.Object, ticket)
	}
	over.when("event", func(f frame) bool { return f.Kind == "offer.made" }) // and the next frame is no offer of hers
	if f, err := over.next(); err != nil || f.Type == "offer" {
		t.Errorf("who leads is shown %+v, %v", f, err)
	}
	// A desk that comes back is asked again.
	again := w.line("li", 0)
	if f := again.until("offer"); string(f.ID) != string(asked.ID) {
		t.Errorf("after hello the offer is %s, want %s", f.ID, asked.ID)
	}
	again.say(`{"type":"accept","id":1,"offer":%s}`, asked.ID)
	again.until("ok")
	c.when("event", func(f frame) bool { return f.Kind == "offer.ended" && f.Object == "offer:"+string(asked.ID) })
	c.say(`{"type":"decline","id":2,"offer":%s,"reason":"late"}`, asked.ID)
	if f := c.until("error"); f.Code != "offer_over" {
		t.Errorf("declining what was taken = %s, want offer_over", f.Code)
	}
	if v, err := w.tickets.Ticket(t.Context(), boss, ticket); err != nil || v.Assignee == nil || v.Assignee.ID != li.ID {
		t.Errorf("the ticket is of %+v, %v", v.Assignee, err)
	}
}
