package router_test

import (
	"strings"
	"testing"
	"time"

	"frontline/crm"
	"frontline/internal/authority"
	"frontline/tickets"
)

// TestWhoOwnsTheAccountIsAsked: before who is idle longer, and after who had the customer last.
func TestWhoOwnsTheAccountIsAsked(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	boss, customers := w.Hire("boss", "manager"), crm.New(w.Gate)
	wang, li := w.ready("wang"), w.ready("li")
	first := w.comesAgain("chat", 1, "zhang@customer.test")
	v, err := w.tickets.Ticket(t.Context(), eye, first)
	w.must(err)
	name := "万力机械"
	account, err := customers.AddAccount(t.Context(), boss, crm.AccountChange{Name: &name, Owner: &li.ID})
	w.must(err)
	w.must(customers.EditContact(t.Context(), boss, v.Contact.ID, crm.Change{Account: &name}))
	w.routing()
	o := w.offered(li, first)
	if !strings.Contains(o.Words, "owns the account") {
		t.Errorf("the owner is asked because %q", o.Words)
	}
	_, err = w.work.Accept(t.Context(), li, o.ID)
	w.must(err)
	w.must(w.work.End(t.Context(), li, first))
	w.must(customers.EditAccount(t.Context(), boss, account, crm.AccountChange{Owner: &wang.ID}))
	o = w.offered(li, w.comesAgain("chat", 1, "zhang@customer.test"))
	if !strings.Contains(o.Words, "had this customer's last contact") {
		t.Errorf("who had the customer last is asked because %q", o.Words)
	}
}

// TestACallIsOfferedWhenItIsWanted: not before, though somebody is free, and it keeps nobody back who is there.
func TestACallIsOfferedWhenItIsWanted(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	asks := func(ahead time.Duration) int64 {
		t.Helper()
		ticket, at := w.comes("chat", 1), time.Now().Add(ahead)
		w.must(w.Gate.Do(t.Context(), authority.System("webchat"), func(tx *authority.Tx) error {
			if err := tx.Allow(t.Context(), authority.Act{Name: "entry.end", Object: "test"}); err != nil {
				return err
			}
			return w.tickets.AskCall(t.Context(), tx, ticket, tickets.Call{Number: "+8613800138000", At: &at})
		}))
		return ticket
	}
	later, soon := asks(time.Hour), asks(1500*time.Millisecond)
	v, err := w.tickets.Ticket(t.Context(), eye, later)
	w.must(err)
	if v.Entry.Place != 0 || !strings.Contains(v.Entry.WhyWaiting, "wanted at ") {
		t.Errorf("a call for later has place %d and waits because %q", v.Entry.Place, v.Entry.WhyWaiting)
	}
	letter := w.comes("email", 1)
	w.routing()
	li := w.ready("li")
	w.offered(li, letter)
	w.offered(li, soon)
	if n := w.count(`select count(*) from offers o join entries e on e.id = o.entry_id where e.call_at is not null and (o.ticket_id <> $1 or o.made_at < e.call_at)`, soon); n != 0 {
		t.Errorf("%d offers of calls came before their time", n)
	}
}
