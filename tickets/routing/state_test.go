package routing_test

import (
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"frontline/tickets/routing"

	"pgregory.net/rapid"
)

func TestAStateDecidesAsTheWholeDoes(t *testing.T) {
	t.Parallel()
	rapid.Check(t, life)
}

// FuzzState lives lives that the fuzzer makes up.
func FuzzState(f *testing.F) {
	f.Add([]byte{})
	for seed := range byte(8) {
		draws := make([]byte, 1<<15) // a life that runs out of draws is not lived
		rand.NewChaCha8([32]byte{seed}).Read(draws)
		f.Add(draws)
	}
	f.Fuzz(rapid.MakeFuzz(life))
}

// life changes a State in many ways, several between two decisions, and holds each decision, each reason and each place
// in line against those of the whole, made anew from the same world.
func life(t *rapid.T) {
	s := routing.NewState(drawWorld(t, 8, 4))
	l := &living{s: s, now: noon, next: 100}
	for range rapid.IntRange(1, 12).Draw(t, "decisions") {
		for range rapid.IntRange(0, 3).Draw(t, "changes") {
			l.change(t)
		}
		l.now = l.now.Add(time.Duration(rapid.IntRange(-1, 6).Draw(t, "pass")) * 5 * time.Second)
		w := s.World()
		want, got := routing.Decide(w, l.now), s.Decide(l.now)
		for _, c := range w.Contacts {
			if _, waits := s.Why(c.ID); !waits {
				l.out = append(l.out, c)
			}
		}
		ahead := map[int64]int{}
		for _, c := range want.Waiting {
			why, _ := s.Why(c.Contact)
			got.Waiting = append(got.Waiting, why)
			n, known := s.Ahead(c.Contact)
			if known != (c.Why[0].Code != routing.UnknownQueue) || known && n != ahead[c.Queue] {
				t.Errorf("%d are ahead of contact %d, %v; want %d", n, c.Contact, known, ahead[c.Queue])
			}
			ahead[c.Queue]++
		}
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("at %v the State decides\n%+v\nthe whole\n%+v\non %+v", l.now, got, want, w)
		}
	}
}

// living is a State, and what its life needs to go on.
type living struct {
	s    *routing.State
	now  time.Time
	next int64             // id of the next contact
	out  []routing.Contact // offered, and not yet ended
}

func (l *living) change(t *rapid.T) {
	agents := l.s.World().Agents
	one := func(what string) (a routing.Agent, some bool) {
		if len(agents) == 0 {
			return a, false
		}
		return rapid.SampledFrom(agents).Draw(t, what), true
	}
	switch rapid.IntRange(0, 15).Draw(t, "change") {
	case 0, 1, 2: // a contact comes in
		l.next++
		c := drawContact(l.next).Draw(t, "contact")
		c.Arrived, c.Entered, c.Refused = l.now, l.now, nil
		l.s.SetContact(c)
	case 3: // one is changed
		l.s.SetContact(drawContact(rapid.Int64Range(1, 8).Draw(t, "id")).Draw(t, "contact"))
	case 4: // one leaves
		l.s.RemoveContact(rapid.SampledFrom([]int64{1, 2, 3, 101, 102}).Draw(t, "id"))
	case 5:
		l.s.SetAgent(drawAgent(rapid.Int64Range(1, 5).Draw(t, "id")).Draw(t, "agent"))
	case 6, 7, 8: // an agent ends a contact
		if a, ok := one("ends"); ok {
			channel := rapid.SampledFrom(channels).Draw(t, "ended channel")
			a.Load[channel] = max(0, a.Load[channel]-1)
			a.IdleSince = l.now
			l.s.SetAgent(a)
		}
	case 9: // an agent is free of all
		if a, ok := one("free"); ok {
			a.Presence, a.IdleSince, a.Load = routing.Ready, l.now, nil
			l.s.SetAgent(a)
		}
	case 10, 11: // an agent goes, or comes back
		if a, ok := one("pause"); ok {
			a.Presence = rapid.SampledFrom([]routing.Presence{routing.Ready, routing.NotReady, routing.AfterWork, routing.Away}).Draw(t, "presence")
			l.s.SetAgent(a)
		}
	case 12: // an agent learns, or changes team
		if a, ok := one("learns"); ok {
			b := drawAgent(a.ID).Draw(t, "learned")
			switch rapid.IntRange(0, 4).Draw(t, "what") {
			case 0:
				a.Skills = b.Skills
			case 1:
				a.Language = b.Language
			case 2:
				a.Queues = b.Queues
			case 3:
				a.Teams = b.Teams
			case 4:
				a.Capacity = b.Capacity
			}
			l.s.SetAgent(a)
		}
	case 13:
		l.s.RemoveAgent(rapid.Int64Range(1, 5).Draw(t, "id"))
	case 14: // an offer comes to nothing
		if len(l.out) > 0 {
			c := l.out[0]
			l.out = l.out[1:]
			c.Refused = append(c.Refused, routing.Refusal{Agent: rapid.Int64Range(1, 5).Draw(t, "refuser"), At: l.now})
			l.s.SetContact(c)
		}
	case 15:
		if id := rapid.Int64Range(1, 4).Draw(t, "queue"); rapid.IntRange(0, 3).Draw(t, "gone") > 0 {
			l.s.SetQueue(drawQueue(id).Draw(t, "definition"))
		} else {
			l.s.RemoveQueue(id)
		}
	}
}
