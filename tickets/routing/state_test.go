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
	s := routing.NewState(drawWorld(t, 6, 4))
	now := noon
	var out []routing.Contact // offered, and not yet ended
	next := int64(100)
	for range rapid.IntRange(1, 12).Draw(t, "decisions") {
		for range rapid.IntRange(0, 3).Draw(t, "changes") {
			switch rapid.IntRange(0, 11).Draw(t, "change") {
			case 0, 1, 2:
				next++
				c := drawContact(next).Draw(t, "contact")
				c.Arrived, c.Entered = now, now
				s.SetContact(c)
			case 3:
				id := rapid.Int64Range(1, 6).Draw(t, "id")
				s.SetContact(drawContact(id).Draw(t, "contact"))
			case 4:
				s.RemoveContact(rapid.SampledFrom([]int64{1, 2, 3, 101, 102}).Draw(t, "id"))
			case 5, 6:
				s.SetAgent(drawAgent(rapid.Int64Range(1, 6).Draw(t, "id")).Draw(t, "agent"))
			case 7:
				if agents := s.World().Agents; len(agents) > 0 { // one becomes free
					a := rapid.SampledFrom(agents).Draw(t, "free")
					a.Presence, a.IdleSince, a.Load = routing.Ready, now, nil
					s.SetAgent(a)
				}
			case 8:
				if agents := s.World().Agents; len(agents) > 0 {
					a := rapid.SampledFrom(agents).Draw(t, "pause")
					a.Presence = rapid.SampledFrom([]routing.Presence{routing.NotReady, routing.AfterWork, routing.Away}).Draw(t, "presence")
					s.SetAgent(a)
				}
			case 9:
				s.RemoveAgent(rapid.Int64Range(1, 6).Draw(t, "id"))
			case 10:
				if len(out) > 0 { // an offer comes to nothing
					c := out[0]
					out = out[1:]
					c.Refused = append(c.Refused, routing.Refusal{Agent: rapid.Int64Range(1, 6).Draw(t, "refuser"), At: now})
					s.SetContact(c)
				}
			case 11:
				if id := rapid.Int64Range(1, 5).Draw(t, "queue"); rapid.IntRange(0, 3).Draw(t, "gone") > 0 {
					s.SetQueue(drawQueue(id).Draw(t, "definition"))
				} else {
					s.RemoveQueue(id)
				}
			}
		}
		now = now.Add(time.Duration(rapid.IntRange(-1, 6).Draw(t, "pass")) * 5 * time.Second)
		w := s.World()
		want, got := routing.Decide(w, now), s.Decide(now)
		for _, c := range w.Contacts {
			if _, waits := s.Why(c.ID); !waits {
				out = append(out, c)
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
			t.Fatalf("at %v the State decides\n%+v\nthe whole\n%+v\non %+v", now, got, want, w)
		}
	}
}
