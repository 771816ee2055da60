package routing_test

import (
	"encoding/json"
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"frontline/tickets/routing"

	"pgregory.net/rapid"
)

func TestDecideIsWhatTheDocumentationSays(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t, rapid.SampledFrom([]int{12, 40}).Draw(t, "most contacts"), 6)
		d := routing.Decide(w, noon)

		byHand := plain{w, noon}
		byHand.Contacts, byHand.Agents = slices.Clone(w.Contacts), slices.Clone(w.Agents)
		moves, want := byHand.decide()

		var got []given
		for _, a := range d.Assignments {
			got = append(got, given{a.Contact, a.Agent})
		}
		if !slices.Equal(got, want) {
			t.Errorf("assignments = %v, want %v", got, want)
		}
		moved := map[int64]int64{}
		for _, m := range d.Moves {
			moved[m.Contact] = m.To
		}
		if !maps.Equal(moved, moves) {
			t.Errorf("moves = %v, want %v", moved, moves)
		}
		if len(d.Waiting) != len(byHand.Contacts) {
			t.Errorf("%d wait, want %d", len(d.Waiting), len(byHand.Contacts))
		}
	})
}

func TestNobodyIsOverCapacity(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t, 30, 4)
		agents := map[int64]*routing.Agent{}
		for _, a := range w.Agents {
			a.Load = maps.Clone(a.Load)
			agents[a.ID] = &a
		}
		for _, given := range routing.Decide(w, noon).Assignments {
			a := agents[given.Agent]
			if a.Presence != routing.Ready || !room(a, given.Channel) {
				t.Fatalf("agent %d is %q with %v in hand of %v and gets one more %s", a.ID, a.Presence, a.Load, a.Capacity, given.Channel)
			}
			a.Load[given.Channel]++
		}
	})
}

func TestNothingWaitsWhileAnAgentMayHaveIt(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := routing.NewState(drawWorld(t, 12, 6))
		s.Decide(noon)
		left := plain{s.World(), noon}
		for i := range left.Contacts {
			for k := range left.Agents {
				if _, ok := left.pair(&left.Contacts[i], &left.Agents[k]); ok {
					t.Errorf("%+v waits though %+v may have it", left.Contacts[i], left.Agents[k])
				}
			}
		}
	})
}

func TestALaterEqualContactIsNeverFirst(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t, 6, 6)
		for _, c := range slices.Clone(w.Contacts) { // each has a twin that comes a little later
			c.ID += 100
			late := drawSpan.Draw(t, "late")
			c.Arrived, c.Entered = c.Arrived.Add(late), c.Entered.Add(late)
			w.Contacts = append(w.Contacts, c)
		}
		got := map[int64]int{}
		for i, a := range routing.Decide(w, noon).Assignments {
			got[a.Contact] = i + 1
		}
		moved := map[int64]bool{}
		for _, m := range routing.Decide(w, noon).Moves {
			moved[m.Contact%100] = true // twins whose overflow came between are no longer equal
		}
		for id, place := range got {
			if first := got[id-100]; id > 100 && !moved[id-100] && (first == 0 || first > place) {
				t.Errorf("contact %d is given as number %d, its earlier twin as number %d", id, place, first)
			}
		}
	})
}

func TestTheOrderOfTheInputDoesNotMatter(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t, 12, 6)
		want := routing.Decide(w, noon)
		chance := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		chance.Shuffle(len(w.Queues), func(i, j int) { w.Queues[i], w.Queues[j] = w.Queues[j], w.Queues[i] })
		chance.Shuffle(len(w.Contacts), func(i, j int) { w.Contacts[i], w.Contacts[j] = w.Contacts[j], w.Contacts[i] })
		chance.Shuffle(len(w.Agents), func(i, j int) { w.Agents[i], w.Agents[j] = w.Agents[j], w.Agents[i] })
		if got := routing.Decide(w, noon); !reflect.DeepEqual(got, want) {
			t.Errorf("shuffled: %+v\nbefore: %+v", got, want)
		}
	})
}

func TestDecideDoesNotChangeItsInput(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t, 12, 6)
		want := routing.Decide(w, noon)
		if got := routing.Decide(w, noon); !reflect.DeepEqual(got, want) {
			t.Errorf("a second time: %+v\nfirst: %+v", got, want)
		}
	})
}

// TestNextIsWhenSomethingMayHappen holds the instants: before Next, time alone changes nothing.
func TestNothingHappensBeforeNext(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := routing.NewState(drawWorld(t, 12, 6))
		d := s.Decide(noon)
		before := noon.Add(time.Hour)
		if !d.Next.IsZero() {
			if !d.Next.After(noon) {
				t.Fatalf("Next = %v, at %v", d.Next, noon)
			}
			before = d.Next.Add(-time.Microsecond)
		}
		if then := routing.Decide(s.World(), before); len(then.Moves)+len(then.Assignments) > 0 {
			t.Errorf("at %v, before %v: %+v", before, d.Next, then)
		}
	})
}

func TestEveryDecisionIsExplainedInBothLanguages(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := routing.Decide(drawWorld(t, 12, 6), noon)
		var all []routing.Why
		for _, a := range d.Assignments {
			all = append(all, a.Why)
		}
		for _, w := range d.Waiting {
			all = append(all, w.Why)
		}
		for _, m := range d.Moves {
			all = append(all, routing.Why{m.Why})
		}
		for _, why := range all {
			kept, err := json.Marshal(why)
			if err != nil {
				t.Fatal(err)
			}
			var read routing.Why
			if err := json.Unmarshal(kept, &read); err != nil || !slices.Equal(read, why) {
				t.Errorf("%s is read as %+v, %v; want %+v", kept, read, err, why)
			}
			zh, en := why.Words(routing.Reader{Lang: "zh"}), why.Words(routing.Reader{Lang: "en"})
			if zh == "" || en == "" || zh == en || strings.ContainsAny(zh+en, "{}_") {
				t.Errorf("%+v in words: %q, %q", why, zh, en)
			}
		}
	})
}
