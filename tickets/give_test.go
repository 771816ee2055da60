package tickets_test

import (
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"frontline/internal/authority"
	"frontline/tickets"
	"frontline/tickets/routing"
)

var router = authority.System("router")

// TestGivingLooksAgain: routers that decided from what they knew give at once, one contact to many agents, and many contacts to one
// agent with room for one.
func TestGivingLooksAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	dispatch := tickets.NewDispatch(w.tickets)
	const many = 12
	agents, chats, calls := make([]int64, many), make([]stay, many), make([]stay, many)
	for i := range many {
		a := w.Hire("agent"+string(rune('a'+i)), "agent")
		if err := w.tickets.SetPresence(t.Context(), a, a.ID, "ready", ""); err != nil {
			t.Fatal(err)
		}
		agents[i] = a.ID
		chats[i], calls[i] = w.waits("chat"), w.waits("phone")
	}
	give := func(s stay, agent int64, auto bool) bool {
		given, err := dispatch.Give(t.Context(), router, routing.Assignment{Contact: s.ticket, Agent: agent, Auto: auto}, s.entry, time.Minute)
		if err != nil {
			t.Error(err)
		}
		return given
	}
	var one, room atomic.Int64
	crowd(many, func(i int) {
		if give(chats[0], agents[i], false) {
			one.Add(1)
		}
	})
	if n := w.count(`select count(*) from offers where entry_id = $1`, chats[0].entry); one.Load() != 1 || n != 1 {
		t.Errorf("one contact was given %d times, in %d offers; want once", one.Load(), n)
	}
	first := agents[0]
	crowd(many, func(i int) {
		if give(calls[i], first, true) {
			room.Add(1)
		}
	})
	if n := w.count(`select count(*) from entries where agent_id = $1 and channel = 'phone' and state = 'in_hand'`, first); room.Load() != 1 || n != 1 {
		t.Errorf("an agent with room for one call was given %d, and has %d", room.Load(), n)
	}
	// One after another as well: what was decided a while ago holds no more.
	taken := slices.IndexFunc(calls, func(s stay) bool {
		return w.count(`select count(*) from entries where id = $1 and state = 'in_hand'`, s.entry) == 1
	})
	if give(calls[taken], agents[1], true) || give(calls[(taken+1)%many], first, true) {
		t.Error("what is taken was given to another, or somebody who is full was given more")
	}
}

// stay is a contact that waits.
type stay struct{ ticket, entry int64 }

// waits is a contact of a channel that nobody has yet.
func (w *world) waits(channel string) stay {
	w.t.Helper()
	id := w.mail(channel+string(rune('a'+w.mails))+"@example.cn", "help", func(in *tickets.Inbound) { in.Channel = channel }).Ticket
	return stay{id, int64(w.count(`select id from entries where ticket_id = $1 and state = 'waiting'`, id))}
}
