package routing_test

import (
	"flag"
	"slices"
	"testing"
	"time"

	"frontline/tickets/routing"

	"pgregory.net/rapid"
)

// noon is the instant around which drawn worlds live.
var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

// turns are hours that open and close at instants, in order.
type turns struct {
	open bool // before the first
	at   []time.Time
}

func (h turns) At(t time.Time) (open bool, change time.Time) {
	open = h.open
	for _, turn := range h.at {
		if turn.After(t) {
			return open, turn
		}
		open = !open
	}
	return open, time.Time{}
}

// Few values and a coarse grid of times make ties and collisions likely.
var (
	skills = []string{"zh", "en", "mill"}
	// Most agents are there.
	presences = []routing.Presence{
		routing.Ready, routing.Ready, routing.Ready, routing.Ready, routing.Ready, routing.NotReady, routing.AfterWork, routing.Away, "",
	}
	channels = []routing.Channel{routing.Phone, routing.Chat, routing.Email}
	drawTime = rapid.Map(rapid.IntRange(-18, 3), func(n int) time.Time { return noon.Add(time.Duration(n) * 10 * time.Second) })
	drawSpan = rapid.Map(rapid.IntRange(0, 9), func(n int) time.Duration { return time.Duration(n) * 10 * time.Second })
	drawIDs  = rapid.SliceOfNDistinct(rapid.Int64Range(1, 4), 0, 3, rapid.ID[int64])
)

func drawWant(depth int) *rapid.Generator[routing.Want] {
	return rapid.Custom(func(t *rapid.T) (w routing.Want) {
		switch rapid.IntRange(0, 3+depth).Draw(t, "kind") {
		case 0:
		case 1, 2:
			w.Skill, w.Level = rapid.SampledFrom(skills).Draw(t, "skill"), rapid.IntRange(1, 5).Draw(t, "level")
		case 3:
			w.Language, w.Level = true, rapid.IntRange(1, 5).Draw(t, "level")
		case 4:
			w.All = rapid.SliceOfN(drawWant(depth-1), 1, 2).Draw(t, "all")
		default:
			w.Any = rapid.SliceOfN(drawWant(depth-1), 1, 2).Draw(t, "any")
		}
		return w
	})
}

func drawQueue(id int64) *rapid.Generator[routing.Queue] {
	return rapid.Custom(func(t *rapid.T) routing.Queue {
		q := routing.Queue{ID: id, Want: drawWant(2).Draw(t, "want"), Prefer: drawSpan.Draw(t, "prefer"), AskAgain: drawSpan.Draw(t, "ask again")}
		after := time.Duration(0)
		for range rapid.IntRange(0, 3).Draw(t, "steps") {
			after += drawSpan.Draw(t, "after") + time.Second
			step := routing.Step{After: after, Teams: drawIDs.Draw(t, "step teams")}
			if rapid.Bool().Draw(t, "widens") {
				want := drawWant(1).Draw(t, "step want")
				step.Want = &want
			}
			q.Steps = append(q.Steps, step)
		}
		if rapid.IntRange(0, 2).Draw(t, "hours") == 0 {
			h := turns{open: rapid.Bool().Draw(t, "open"), at: rapid.SliceOfN(drawTime, 0, 3).Draw(t, "turns")}
			slices.SortFunc(h.at, time.Time.Compare)
			h.at = slices.Compact(h.at)
			q.Hours = h
		}
		if rapid.Bool().Draw(t, "overflows") {
			q.Overflow = &routing.Overflow{
				To: rapid.Int64Range(1, 4).Draw(t, "overflow to"), After: drawSpan.Draw(t, "overflow after"),
				WhenClosed: rapid.Bool().Draw(t, "when closed"), WhenNobody: rapid.Bool().Draw(t, "when nobody"),
			}
		}
		q.Heads.Class = map[string]time.Duration{"vip": drawSpan.Draw(t, "vip head")}
		q.Heads.Severity = map[string]time.Duration{"down": drawSpan.Draw(t, "severity head")}
		q.Heads.Channel = map[routing.Channel]time.Duration{routing.Phone: drawSpan.Draw(t, "phone head")}
		q.Heads.Priority = map[int]time.Duration{1: drawSpan.Draw(t, "urgent head")}
		q.Offers = map[routing.Channel]routing.Offer{routing.Chat: {Auto: rapid.Bool().Draw(t, "auto"), For: drawSpan.Draw(t, "offer")}}
		return q
	})
}

func drawContact(id int64) *rapid.Generator[routing.Contact] {
	return rapid.Custom(func(t *rapid.T) routing.Contact {
		c := routing.Contact{
			ID: id, Queue: rapid.Int64Range(1, 4).Draw(t, "queue"), Channel: rapid.SampledFrom(channels).Draw(t, "channel"),
			Arrived: drawTime.Draw(t, "arrived"), Entered: drawTime.Draw(t, "entered"),
			Language: rapid.SampledFrom([]string{"", "zh", "en"}).Draw(t, "language"),
			Class:    rapid.SampledFrom([]string{"", "vip"}).Draw(t, "class"), Severity: rapid.SampledFrom([]string{"", "down"}).Draw(t, "severity"),
			Priority: rapid.SampledFrom([]int{3, 1}).Draw(t, "priority"), Boost: rapid.SampledFrom([]time.Duration{0, 20 * time.Second}).Draw(t, "boost"),
		}
		if rapid.IntRange(0, 3).Draw(t, "wanted") == 0 {
			c.NotBefore = drawTime.Draw(t, "not before")
		}
		for _, agent := range rapid.SliceOfN(rapid.Int64Range(1, 5), 0, 2).Draw(t, "preferred") {
			c.Preferred = append(c.Preferred, routing.Preferred{Agent: agent, Why: rapid.SampledFrom([]string{routing.Last, routing.Owner, "friend"}).Draw(t, "why")})
		}
		for _, agent := range rapid.SliceOfN(rapid.Int64Range(1, 5), 0, rapid.SampledFrom([]int{0, 0, 2}).Draw(t, "most refused")).Draw(t, "refused") {
			c.Refused = append(c.Refused, routing.Refusal{Agent: agent, At: drawTime.Draw(t, "refused at"), TimedOut: rapid.Bool().Draw(t, "timed out")})
		}
		return c
	})
}

func drawAgent(id int64) *rapid.Generator[routing.Agent] {
	return rapid.Custom(func(t *rapid.T) routing.Agent {
		a := routing.Agent{
			ID: id, Name: rapid.SampledFrom([]string{"Li", "Wang", "Zhao"}).Draw(t, "name"),
			Presence: rapid.SampledFrom(presences).Draw(t, "presence"),
			Skills:   rapid.MapOf(rapid.SampledFrom(skills), rapid.IntRange(1, 5)).Draw(t, "skills"),
			Language: rapid.SampledFrom([]string{"zh", "en"}).Draw(t, "tongue"),
			Queues:   rapid.SliceOfNDistinct(rapid.Int64Range(1, 4), 0, 4, rapid.ID[int64]).Draw(t, "queues"),
			Teams:    drawIDs.Draw(t, "teams"), Capacity: routing.UsualCapacity(), IdleSince: drawTime.Draw(t, "idle since"),
		}
		if rapid.Bool().Draw(t, "odd capacity") {
			a.Capacity = map[routing.Channel]routing.Room{}
			for _, c := range channels {
				a.Capacity[c] = routing.Room{
					Max: rapid.IntRange(0, 2).Draw(t, "max"), Yields: rapid.SliceOfN(rapid.SampledFrom(channels), 0, 2).Draw(t, "yields"),
				}
			}
		}
		a.Load = rapid.MapOfN(rapid.SampledFrom(channels), rapid.IntRange(0, 2), 0, 2).Draw(t, "load")
		return a
	})
}

// TestMain draws a thousand worlds for each property, unless -rapid.checks says otherwise.
func TestMain(m *testing.M) {
	if err := flag.Set("rapid.checks", "1000"); err != nil {
		panic(err)
	}
	m.Run()
}

func drawWorld(t *rapid.T, contacts, agents int) (w routing.World) {
	w.Settings.PerPlace = rapid.SampledFrom([]time.Duration{0, 10 * time.Second, 25 * time.Second}).Draw(t, "per place")
	for id := range int64(rapid.IntRange(0, 4).Draw(t, "queues")) {
		w.Queues = append(w.Queues, drawQueue(id+1).Draw(t, "queue"))
	}
	for id := range int64(rapid.IntRange(0, contacts).Draw(t, "contacts")) {
		w.Contacts = append(w.Contacts, drawContact(id+1).Draw(t, "contact"))
	}
	for id := range int64(rapid.IntRange(0, agents).Draw(t, "agents")) {
		w.Agents = append(w.Agents, drawAgent(id+1).Draw(t, "agent"))
	}
	return w
}
