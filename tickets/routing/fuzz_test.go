package routing_test

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"frontline/tickets/routing"
)

// FuzzDecide decides on worlds that no check has seen: ids twice, levels of minus a billion, years before Christ, rings.
// It must come to an end with each contact given at most once, the same each time, and every reason in words.
func FuzzDecide(f *testing.F) {
	for _, w := range []routing.World{
		{},
		{Queues: []routing.Queue{chinese}, Agents: []routing.Agent{agent(1, "Li", "zh4")}, Contacts: []routing.Contact{call(1, 0), chat(1, 0), mail(2, 0, prefers(1, routing.Last))}},
		{
			Settings: routing.Settings{PerPlace: 1 << 62},
			Queues: []routing.Queue{
				{ID: 1, Prefer: 1 << 62, AskAgain: 1 << 62, Overflow: &routing.Overflow{To: 2, After: 1}, Heads: routing.Heads{Class: map[string]time.Duration{"": 1 << 62}}},
				{ID: 2, Overflow: &routing.Overflow{To: 1, WhenNobody: true}, Steps: []routing.Step{{After: 1 << 62}, {After: -1, Want: &routing.Want{Level: -1, Any: []routing.Want{{}}}}}},
			},
			Agents: []routing.Agent{
				agent(1, "", "", has(routing.Phone, -1<<62), worksOn(1, 1, 2)),
				{ID: -1, Presence: routing.Ready, Queues: []int64{2}, Capacity: map[routing.Channel]routing.Room{"": {Max: 1 << 62}}, Load: map[routing.Channel]int{"x": 1<<63 - 1, "y": 1<<63 - 1}},
			},
			Contacts: []routing.Contact{
				{ID: 1, Queue: 1, Boost: 1 << 62},
				{ID: -1, Queue: 1, Arrived: time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC), Entered: noon, Refused: []routing.Refusal{{Agent: 1}}},
				call(3, 0, prefers(1, ""), prefers(1, ""), to(2)),
			},
		},
	} {
		b, err := json.Marshal(w)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b, int64(0))
		f.Add(b, int64(1<<62))
	}
	f.Fuzz(func(t *testing.T, b []byte, microseconds int64) {
		var w routing.World
		if len(b) > 1<<14 || json.Unmarshal(b, &w) != nil {
			return
		}
		now := noon.Add(time.Duration(microseconds) * time.Microsecond)
		routing.Check(w.Queues, w.Agents, now)
		d := routing.Decide(w, now)
		given := map[int64]bool{}
		for _, a := range d.Assignments {
			if given[a.Contact] {
				t.Errorf("contact %d is given twice", a.Contact)
			}
			given[a.Contact] = true
			if _, err := json.Marshal(a); err != nil || a.Why.Words(routing.Reader{Lang: "zh"}) == "" {
				t.Errorf("%+v cannot be told: %v", a, err)
			}
		}
		for _, left := range d.Waiting {
			if given[left.Contact] {
				t.Errorf("contact %d is given and waits", left.Contact)
			}
			if _, err := json.Marshal(left); err != nil || left.Why.Words(routing.Reader{Lang: "en"}) == "" {
				t.Errorf("%+v cannot be told: %v", left, err)
			}
		}
		s := routing.NewState(routing.World{Settings: w.Settings, Queues: w.Queues})
		s.Decide(now)
		for _, a := range w.Agents {
			s.SetAgent(a)
		}
		for _, c := range w.Contacts {
			s.SetContact(c)
		}
		again := s.Decide(now)
		again.Waiting = d.Waiting
		if !reflect.DeepEqual(again, d) {
			t.Errorf("one by one: %+v\nat once: %+v", again, d)
		}
	})
}
