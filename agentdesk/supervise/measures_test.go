package supervise_test

import (
	"testing"

	"frontline/agentdesk/supervise"
)

// The morning of one phone queue with T = 20 s, by hand:
//
//	09:00:00  answered after 10 s, talk to 09:03:10, wrap-up to 09:03:40   in time
//	09:05:00  answered after 20 s, to 09:06:20, transferred                in time, T is included
//	09:10:00  answered after 21 s, to 09:10:51                             too late
//	09:20:00  left after 4 s                                               short abandon
//	09:21:00  left after 5 s, while it rang at Li                          abandoned, not short
//	09:30:00  left after 60 s                                              abandoned
//	09:40:00  asked for a callback after 15 s                              neither, but settled within T
//	09:50:00  overflowed after 30 s                                        offered
//	09:55:00  handed from Li to Wang in hand, to 09:56:00                  not offered, but handled
func TestAPhoneQueueCountedByHand(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	li, wang := w.Hire("li", "agent", "one"), w.Hire("wang", "agent", "two")
	q := w.queue("phone", 20)
	w.stay(q, stay{entered: "09:00:00", answered: "09:00:10", wrap: "09:03:10", ended: "09:03:40", outcome: "handled", agent: li})
	w.stay(q, stay{entered: "09:05:00", answered: "09:05:20", ended: "09:06:20", outcome: "transferred", agent: wang})
	w.stay(q, stay{entered: "09:10:00", answered: "09:10:21", ended: "09:10:51", outcome: "handled", agent: li})
	w.stay(q, stay{entered: "09:20:00", ended: "09:20:04", outcome: "abandoned"})
	rang, ticket := w.stay(q, stay{entered: "09:21:00", ended: "09:21:05", outcome: "abandoned"})
	w.offer(rang, ticket, q, li, "phone", "09:21:01", "09:21:05", "taken_back", false)
	w.stay(q, stay{entered: "09:30:00", ended: "09:31:00", outcome: "abandoned"})
	w.stay(q, stay{entered: "09:40:00", ended: "09:40:15", outcome: "callback"})
	w.stay(q, stay{entered: "09:50:00", ended: "09:50:30", outcome: "overflowed"})
	handed, _ := w.stay(q, stay{entered: "09:55:00", answered: "09:55:00", ended: "09:56:00", outcome: "handled", agent: wang})
	w.write(`update entries set pulled = true where id = $1 returning id`, handed)
	other := w.queue("another", 0)
	w.stay(other, stay{entered: "09:00:00", answered: "09:01:00", ended: "09:02:00", outcome: "handled", agent: li})

	of := day(supervise.Scope{Queue: q})
	w.counts("offered", of, 8, 8)
	w.counts("answered", of, 3, 3)
	w.counts("abandoned", of, 3, 3)
	if got := w.parts("abandoned", of); got != "offer 1, queue 2" {
		t.Errorf("abandoned apart: %s", got)
	}
	w.counts("short_abandon", of, 1, 1)
	w.counts("service_level", of, 2.0/7, 7)     // 2 of 8 − 1
	w.counts("service_level_all", of, 5.0/8, 8) // 2 answered, 2 abandoned and 1 callback within 20 s
	w.counts("asa", of, (10+20+21)/3.0, 3)
	w.counts("longest_wait", of, 60, 8)
	w.counts("aht", of, (210+60+30+60)/4.0, 4)
	w.counts("transfer_rate", of, 1.0/4, 4)

	w.counts("answered", day(supervise.Scope{Queue: q, Agent: li.ID}), 2, 2)
	w.counts("answered", day(supervise.Scope{Team: w.Teams("two")[0]}), 1, 1)
	w.counts("answered", day(supervise.Scope{}), 4, 4)
	// The other queue names no T: the company's 20 s.
	w.counts("service_level", day(supervise.Scope{Queue: other}), 0, 1)
	// Nothing came before nine.
	early := day(supervise.Scope{Queue: q})
	early.To = nine
	w.counts("offered", early, 0, 0)
	w.counts("service_level", early, -1, 0)
}

func TestWhoStillWaitsCountsOnceTIsOver(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	slow := w.queue("slow", 604800)
	w.write(`insert into entries (ticket_id, queue_id, channel) values ($1, $2, 'chat') returning id`, w.ticket(slow, "chat", nine), slow)
	fast := w.queue("fast", 1)
	w.write(`insert into entries (ticket_id, queue_id, channel, arrived_at, entered_at) values ($1, $2, 'chat', now() - interval '2 s', now() - interval '2 s') returning id`,
		w.ticket(fast, "chat", nine), fast)
	now, err := w.sup.Now(t.Context(), w.boss)
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range now.Queues {
		switch q.ID {
		case slow:
			if q.Waiting != 1 || q.Arrived > 1 || q.Level != nil || q.Since == nil {
				t.Errorf("a queue in which one waits within T: %+v", q)
			}
		case fast:
			if q.Waiting != 1 || q.LevelNow == nil || *q.LevelNow != 0 {
				t.Errorf("a queue in which one has waited longer than T: %+v", q)
			}
		}
	}
	if now.Total.Waiting != 2 {
		t.Errorf("all queues: %+v", now.Total)
	}
}

// Rings at the agent, China: 5 s a cycle, within three is below 15 s.
func TestRingsCountedByHand(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	li := w.Hire("li", "agent")
	q := w.queue("phone", 20)
	entry, ticket := w.stay(q, stay{entered: "09:00:00", answered: "09:10:00", ended: "09:11:00", outcome: "handled", agent: li})
	ring := func(made, ended, state string) { w.offer(entry, ticket, q, li, "phone", made, ended, state, false) }
	ring("09:00:00", "09:00:10", "accepted")   // third ring begins at 10 s
	ring("09:01:00", "09:01:14", "accepted")   // within the third
	ring("09:02:00", "09:02:15", "accepted")   // the fourth begins
	ring("09:03:00", "09:03:20", "timed_out")  // no answer
	ring("09:04:00", "09:04:03", "taken_back") // the caller left: says nothing
	ring("09:05:00", "09:05:16", "taken_back") // the caller left after more than three
	ring("09:06:00", "09:06:02", "declined")
	w.offer(entry, ticket, q, li, "phone", "09:07:00", "09:07:00", "accepted", true) // a machine took it
	w.offer(entry, ticket, q, li, "chat", "09:08:00", "09:08:20", "timed_out", false)

	of := day(supervise.Scope{Agent: li.ID})
	w.counts("three_rings", of, 2.0/6, 6)
	w.counts("no_answer", of, 2, 2)
	s, err := w.sup.Settings(t.Context(), w.boss)
	if err != nil {
		t.Fatal(err)
	}
	s.StrictRings = true // before the third tone ends: 11 s
	if err := w.sup.SaveSettings(t.Context(), w.boss, s); err != nil {
		t.Fatal(err)
	}
	w.counts("three_rings", of, 1.0/6, 6)
	s.StrictRings, s.RingCycle = false, 6 // the US
	if err := w.sup.SaveSettings(t.Context(), w.boss, s); err != nil {
		t.Fatal(err)
	}
	w.counts("three_rings", of, 3.0/5, 5) // 18 s: what rang 16 s before the caller left says nothing now
}

// A mail thread, by hand: mail 09:00:00, automatic answer 09:00:01, reply 10:00:00 by Li (first reply 3600 s); mails 10:30:00 and
// 10:40:00, answered 11:00:00 by Wang (next reply 1800 s); mail 12:00:00, not answered.
func TestRepliesCountedByHand(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	li, wang := w.Hire("li", "agent"), w.Hire("wang", "agent")
	q := w.queue("mail", 3600)
	customer, machine := li, li
	customer.Kind, customer.ID = 0, 0
	_, thread := w.stay(q, stay{channel: "email", entered: "09:00:00", answered: "09:30:00", ended: "13:00:00", outcome: "handled", agent: li})
	w.says(thread, "09:00:00", customer, false)
	w.says(thread, "09:00:01", machine, true)
	w.says(thread, "10:00:00", li, false)
	w.says(thread, "10:30:00", customer, false)
	w.says(thread, "10:40:00", customer, false)
	w.says(thread, "11:00:00", wang, false)
	w.says(thread, "11:10:00", wang, false) // answers nothing
	w.says(thread, "12:00:00", customer, false)
	// The ticket comes to a queue again: that is no first contact.
	w.stay(q, stay{channel: "email", ticket: thread, entered: "12:00:00", ended: "12:30:00", outcome: "closed"})
	// A form that nobody has answered for months, and Wang has it.
	_, owed := w.stay(q, stay{channel: "form", entered: "09:10:00", answered: "09:20:00", agent: wang})
	w.says(owed, "09:10:00", customer, false)
	// One answered after more than a day.
	_, late := w.stay(q, stay{channel: "form", entered: "08:00:00", answered: "08:10:00", ended: "08:20:00", outcome: "handled", agent: li})
	w.write(`insert into messages (ticket_id, at, direction, author_kind, author_id, text) values ($1, $2, 'out', 'agent', $3, 'x') returning id`,
		late, at("08:00:00").AddDate(0, 0, 2), li.ID)

	of := day(supervise.Scope{Queue: q})
	w.counts("first_reply", of, (3600+2*86400)/2.0, 3)
	w.counts("next_reply", of, 1800, 1)
	w.counts("mail_first_reply", of, 1.0/3, 3)
	w.counts("mail_first_reply", day(supervise.Scope{Agent: li.ID}), 1.0/2, 2)
	w.counts("mail_first_reply", day(supervise.Scope{Agent: wang.ID}), 0, 1)
}

// Two chats of Li, by hand. One is taken at 09:00:00 and greeted after 4 s; the customer writes at 09:00:10 and 09:00:20, Li at
// 09:00:24; again at 09:01:00, Li at 09:01:05. The other is taken at 09:10:00 and greeted after 6 s. A third customer left after 3 s.
func TestChatsCountedByHand(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	li := w.Hire("li", "agent")
	q := w.queue("chat", 20)
	customer := li
	customer.Kind, customer.ID = 0, 0
	_, one := w.stay(q, stay{channel: "chat", entered: "08:59:50", answered: "09:00:00", wrap: "09:02:00", ended: "09:02:30", outcome: "handled", agent: li})
	w.says(one, "09:00:04", li, false)
	w.says(one, "09:00:10", customer, false)
	w.says(one, "09:00:20", customer, false)
	w.says(one, "09:00:24", li, false)
	w.says(one, "09:01:00", customer, false)
	w.says(one, "09:01:05", li, false)
	_, two := w.stay(q, stay{channel: "chat", entered: "09:09:50", answered: "09:10:00", ended: "09:12:00", outcome: "handled", agent: li})
	w.says(two, "09:10:06", li, false)
	w.stay(q, stay{channel: "chat", entered: "09:20:00", answered: "09:20:10", ended: "09:20:13", outcome: "handled", agent: li})
	_, mute := w.stay(q, stay{channel: "chat", entered: "09:30:00", answered: "09:30:10", ended: "09:31:10", outcome: "handled", agent: li})
	w.says(mute, "09:30:20", customer, false) // never answered

	of := day(supervise.Scope{Agent: li.ID})
	w.counts("chat_first_reply", of, 1.0/3, 3)
	w.counts("chat_response", day(supervise.Scope{Queue: q}), (14+4+5)/3.0, 3)
	w.counts("chat_response_share", day(supervise.Scope{Queue: q}), 1.0/4, 4) // 4 s is under 5 s; 5 s is not
}

// Li is ready from 09:00 to 10:00 and from 10:30 to 11:00, not ready in between, away after that. Contacts in hand: 09:10–09:20,
// 09:15–09:30 (two at once), 10:20–10:40 (begun while not ready), 10:55–12:00 (left lying when she went). On contact: 20 + 20 + 5 = 45
// min. Ready and idle: 10 + 30 + 15 = 55 min, of the second stretch 10:40–10:55.
func TestOccupancyCountedByHand(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	li := w.Hire("li", "agent")
	q := w.queue("all", 20)
	w.was(li, "ready", "09:00:00", "10:00:00")
	w.was(li, "not_ready", "10:00:00", "10:30:00")
	w.was(li, "ready", "10:30:00", "11:00:00")
	w.was(li, "away", "11:00:00", "")
	for _, c := range [][2]string{{"09:10:00", "09:20:00"}, {"09:15:00", "09:30:00"}, {"10:20:00", "10:40:00"}, {"10:55:00", "12:00:00"}} {
		w.stay(q, stay{channel: "chat", entered: c[0], answered: c[0], ended: c[1], outcome: "handled", agent: li})
	}
	of := day(supervise.Scope{Agent: li.ID})
	w.counts("occupancy", of, 45.0/100, 6) // 3 stretches of contact, 3 of being ready
	// A period cuts stretches: from 09:15 to 09:45 she is on contacts for 15 min and idle for 15.
	of.From, of.To = at("09:15:00"), at("09:45:00")
	w.counts("occupancy", of, 0.5, 2)
}

// A mail parked, a chat in hand, one being offered and one waiting, whatever period is asked for.
func TestNowCountsWhatHasNotEnded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	li := w.Hire("li", "agent")
	q := w.queue("all", 20)
	w.stay(q, stay{channel: "email", entered: "09:00:00", answered: "09:01:00", agent: li, state: "parked"})
	w.stay(q, stay{channel: "chat", entered: "09:00:00", answered: "09:01:00", agent: li})
	w.stay(q, stay{channel: "chat", entered: "09:00:00", agent: li, state: "offered"})
	w.stay(q, stay{channel: "chat", entered: "09:00:00"})
	w.stay(q, stay{channel: "chat", entered: "09:00:00", ended: "09:00:10", outcome: "abandoned"})
	w.counts("waiting", supervise.Scope{Queue: q}, 2, 2)
	w.counts("in_hand", supervise.Scope{Agent: li.ID}, 2, 2)
	if got, err := w.sup.Figure(t.Context(), w.boss, "longest_now", supervise.Scope{Queue: q}); err != nil || got.Value == nil || *got.Value < 86400 {
		t.Errorf("longest wait now %+v, %v", got, err)
	}
}
