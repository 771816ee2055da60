package routing_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"frontline/tickets/routing"
)

// Sizes of the centre that is measured.
const (
	manyContacts = 10_000
	manyAgents   = 1_000
	manyQueues   = 40
)

// sized runs a benchmark on the centre as it is, and on one where all contacts and agents meet in a single queue.
func sized(b *testing.B, f func(b *testing.B, queues int64)) {
	b.Run("40Queues", func(b *testing.B) { f(b, manyQueues) })
	b.Run("OneQueue", func(b *testing.B) { f(b, 1) })
}

// centre is a large one: queues that want a language and a product, widen twice, and know important customers; agents
// who work on five queues each; contacts that arrived in the last half hour.
func centre(contacts int, queues int64) routing.World {
	chance := rand.New(rand.NewPCG(3, 1))
	products := []string{"mill", "lathe", "grinder", "robot", "laser"}
	w := routing.World{Settings: routing.Settings{PerPlace: time.Minute}}
	for id := range queues {
		product := products[int(id)%len(products)]
		wants := func(level int) routing.Want {
			return routing.Want{All: []routing.Want{{Language: true, Level: 3}, {Any: []routing.Want{{Skill: product, Level: level}, {Skill: "all", Level: 2}}}}}
		}
		easier := wants(2)
		w.Queues = append(w.Queues, routing.Queue{
			ID: id, Want: wants(4), Prefer: 20 * time.Second,
			Steps: []routing.Step{{After: 30 * time.Second, Want: &easier}, {After: time.Minute, Teams: []int64{(id + 1) % 20}}},
			Heads: routing.Heads{Class: map[string]time.Duration{"vip": 5 * time.Minute}},
		})
	}
	for id := range int64(manyAgents) {
		a := routing.Agent{
			ID: id, Name: fmt.Sprint("agent ", id), Presence: routing.Ready, Language: []string{"zh", "en"}[chance.IntN(2)], Teams: []int64{id % 20},
			Skills: map[string]int{}, Capacity: routing.UsualCapacity(), IdleSince: noon.Add(-time.Duration(chance.IntN(600)) * time.Second),
		}
		for _, n := range chance.Perm(len(products))[:3] {
			a.Skills[products[n]] = 1 + chance.IntN(5)
		}
		for range 5 {
			a.Queues = append(a.Queues, chance.Int64N(queues))
		}
		w.Agents = append(w.Agents, a)
	}
	for id := range int64(contacts) {
		w.Contacts = append(w.Contacts, contactOf(chance, queues, id, noon.Add(-time.Duration(chance.IntN(1800))*time.Second)))
	}
	return w
}

func contactOf(chance *rand.Rand, queues, id int64, arrived time.Time) routing.Contact {
	c := routing.Contact{
		ID: id, Queue: chance.Int64N(queues), Channel: channels[chance.IntN(len(channels))], Arrived: arrived, Entered: arrived,
		Language: []string{"zh", "en"}[chance.IntN(2)],
	}
	if chance.IntN(10) == 0 {
		c.Class = "vip"
	}
	if chance.IntN(4) == 0 {
		c.Preferred = []routing.Preferred{{Agent: chance.Int64N(manyAgents), Why: routing.Last}}
	}
	return c
}

// busy is a centre in which all agents are on the phone and all contacts wait.
func busy(b *testing.B, queues int64) *routing.State {
	w := centre(manyContacts, queues)
	for i := range w.Agents {
		w.Agents[i].Load = map[routing.Channel]int{routing.Phone: 1}
	}
	s := routing.NewState(w)
	if n := len(s.Decide(noon).Assignments); n > 0 {
		b.Fatalf("%d contacts are given to agents who are busy", n)
	}
	return s
}

// BenchmarkContactIn measures a contact that comes where 10,000 wait and none of 1,000 agents is free.
func BenchmarkContactIn(b *testing.B) { sized(b, benchContactIn) }

func benchContactIn(b *testing.B, queues int64) {
	s := busy(b, queues)
	chance := rand.New(rand.NewPCG(1, 1))
	b.ReportAllocs()
	for b.Loop() {
		s.SetContact(contactOf(chance, queues, manyContacts, noon))
		s.Decide(noon)
		s.RemoveContact(manyContacts)
	}
}

// BenchmarkContactInAllFree measures a contact that comes where all 1,000 agents are free, and goes to one of them.
func BenchmarkContactInAllFree(b *testing.B) { sized(b, benchContactInAllFree) }

func benchContactInAllFree(b *testing.B, queues int64) {
	w := centre(0, queues)
	s := routing.NewState(w)
	s.Decide(noon)
	chance := rand.New(rand.NewPCG(1, 1))
	given := 0
	b.ReportAllocs()
	for b.Loop() {
		s.SetContact(contactOf(chance, queues, 1, noon.Add(-time.Minute)))
		for _, a := range s.Decide(noon).Assignments {
			given++
			s.SetAgent(w.Agents[a.Agent])
		}
	}
	if given < b.N/2 {
		b.Fatalf("%d of %d were given to an agent", given, b.N)
	}
}

// BenchmarkAgentFree measures an agent who ends a call and gets the best of 10,000 for her. Then all is put back.
func BenchmarkAgentFree(b *testing.B) { sized(b, benchAgentFree) }

func benchAgentFree(b *testing.B, queues int64) {
	s := busy(b, queues)
	w := s.World()
	chance := rand.New(rand.NewPCG(1, 1))
	given := 0
	b.ReportAllocs()
	for b.Loop() {
		a := w.Agents[chance.IntN(manyAgents)]
		onPhone := a.Load
		a.Load = nil
		s.SetAgent(a)
		d := s.Decide(noon)
		given += min(len(d.Assignments), 1)
		b.StopTimer()
		a.Load = onPhone
		s.SetAgent(a)
		for _, got := range d.Assignments {
			s.SetContact(w.Contacts[got.Contact])
		}
		s.Decide(noon)
		b.StartTimer()
	}
	if given < b.N*9/10 {
		b.Fatalf("%d of %d agents got a contact", given, b.N)
	}
}

// BenchmarkStepsDue measures a second in which hundreds of 10,000 contacts reach a step while all agents are busy.
func BenchmarkStepsDue(b *testing.B) { sized(b, benchStepsDue) }

func benchStepsDue(b *testing.B, queues int64) {
	w := centre(0, queues)
	for i := range w.Agents {
		w.Agents[i].Load = map[routing.Channel]int{routing.Phone: 1}
	}
	chance := rand.New(rand.NewPCG(1, 1))
	b.ReportAllocs()
	for b.Loop() {
		b.StopTimer()
		s := routing.NewState(w)
		for id := range int64(manyContacts) {
			s.SetContact(contactOf(chance, queues, id, noon.Add(-time.Duration(chance.IntN(30_000))*time.Millisecond)))
		}
		s.Decide(noon)
		b.StartTimer()
		s.Decide(noon.Add(time.Second))
	}
}

// BenchmarkWhy measures the reason of one that waits.
func BenchmarkWhy(b *testing.B) { sized(b, benchWhy) }

func benchWhy(b *testing.B, queues int64) {
	s := busy(b, queues)
	b.ReportAllocs()
	for b.Loop() {
		if _, ok := s.Why(17); !ok {
			b.Fatal("contact 17 does not wait")
		}
	}
}

// BenchmarkAll measures a decision on everything: 10,000 contacts and 1,000 free agents, as after a restart.
func BenchmarkAll(b *testing.B) {
	w := centre(manyContacts, manyQueues)
	given := 0
	b.ReportAllocs()
	for b.Loop() {
		given = len(routing.NewState(w).Decide(noon).Assignments)
	}
	b.ReportMetric(float64(given), "given")
}

// BenchmarkAllExplained measures the same with the reasons of all who wait.
func BenchmarkAllExplained(b *testing.B) {
	w := centre(manyContacts, manyQueues)
	b.ReportAllocs()
	for b.Loop() {
		routing.Decide(w, noon)
	}
}
