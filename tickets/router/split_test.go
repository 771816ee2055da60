package router_test

import (
	"sync"
	"testing"

	"frontline/internal/authority"
	"frontline/tickets"
)

// TestTwoThatBelieveTheyLead lets two routers lead at once, as happens for a moment when the lock's connection is lost and
// nobody has told the one who held it: no contact is offered twice, and no agent gets more than they can take.
func TestTwoThatBelieveTheyLead(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	other := on(t, w.Branch())
	w.rules(1, tickets.Rules{Offers: map[string]tickets.RuleOffer{"chat": {ForS: 600}, "phone": {Auto: true}}})
	w.Run(w.router().Lead)
	w.Run(other.router().Lead)
	agents := []authority.Actor{w.ready("li"), w.ready("wang"), w.ready("chen"), w.ready("zhao")}
	const chats, calls = 40, 10
	var all sync.WaitGroup
	for _, node := range []*world{w, other} {
		all.Go(func() {
			for range chats / 2 {
				node.comes("chat", 1)
			}
			for range calls / 2 {
				node.comes("phone", 1)
			}
		})
	}
	all.Wait()
	// All agents are full, and then they work off what there is; whoever ends a chat is asked to take the next at once.
	for done := 0; done < chats; {
		offers := []tickets.Offer{}
		w.until("somebody asked", func() bool {
			offers = offers[:0]
			for _, a := range agents {
				mine, err := w.work.Offers(t.Context(), a)
				w.must(err)
				for _, o := range mine {
					offers = append(offers, o)
					if got, err := w.work.Accept(t.Context(), a, o.ID); err != nil {
						t.Errorf("accepting what is offered = %v", err)
					} else if err := w.work.End(t.Context(), a, got.TicketID); err != nil {
						t.Error(err)
					}
				}
			}
			w.neverTwice()
			return len(offers) > 0
		})
		done += len(offers)
	}
	w.until("all calls are with somebody", func() bool {
		w.neverTwice()
		return w.count(`select count(*) from entries where channel = 'phone' and state = 'in_hand'`) == len(agents)
	})
	if n := w.count(`select count(*) from offers where channel = 'chat'`); n != chats {
		t.Errorf("%d offers of %d chats, want one of each", n, chats)
	}
}

// neverTwice are the promises of decision 017, which hold at any instant.
func (w *world) neverTwice() {
	w.t.Helper()
	for what, sql := range map[string]string{
		"stays with two offers": `select count(*) from (select entry_id from offers where state in ('out', 'accepted') group by entry_id having count(*) > 1) twice`,
		"agents over capacity": `select count(*) from (select agent_id, channel, count(*) n from entries where state in ('offered', 'in_hand', 'wrap_up') group by 1, 2) l
			where n > case channel when 'phone' then 1 when 'chat' then 3 else 10 end`,
	} {
		if n := w.count(sql); n != 0 {
			w.t.Errorf("%d %s", n, what)
		}
	}
}
