package routing_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"frontline/tickets/routing"
)

// after is noon and so many seconds.
func after(seconds int) time.Time { return noon.Add(time.Duration(seconds) * time.Second) }

// agent is one who is ready since 94 s before noon, works on queue 1, and has skills like "zh4 mill2".
func agent(id int64, name, skills string, changes ...func(*routing.Agent)) routing.Agent {
	a := routing.Agent{
		ID: id, Name: name, Presence: routing.Ready, Queues: []int64{1}, Skills: map[string]int{}, Load: map[routing.Channel]int{},
		Capacity: routing.UsualCapacity(), IdleSince: after(-94),
	}
	for _, s := range strings.Fields(skills) {
		level, err := strconv.Atoi(s[len(s)-1:])
		if err != nil {
			panic(err)
		}
		a.Skills[s[:len(s)-1]] = level
	}
	for _, change := range changes {
		change(&a)
	}
	return a
}

func has(c routing.Channel, n int) func(*routing.Agent) {
	return func(a *routing.Agent) { a.Load[c] = n }
}

func is(p routing.Presence) func(*routing.Agent) {
	return func(a *routing.Agent) { a.Presence = p }
}

func idleSince(seconds int) func(*routing.Agent) {
	return func(a *routing.Agent) { a.IdleSince = after(seconds) }
}

func worksOn(queues ...int64) func(*routing.Agent) {
	return func(a *routing.Agent) { a.Queues = queues }
}

func inTeam(team int64) func(*routing.Agent) {
	return func(a *routing.Agent) { a.Queues, a.Teams = nil, []int64{team} }
}

// call, chat and mail are contacts of queue 1 that come in at that second after noon.
func call(id int64, second int, changes ...func(*routing.Contact)) routing.Contact {
	c := routing.Contact{ID: id, Queue: 1, Channel: routing.Phone, Arrived: after(second), Entered: after(second)}
	for _, change := range changes {
		change(&c)
	}
	return c
}

func chat(id int64, second int, changes ...func(*routing.Contact)) routing.Contact {
	c := call(id, second, changes...)
	c.Channel = routing.Chat
	return c
}

func mail(id int64, second int, changes ...func(*routing.Contact)) routing.Contact {
	c := call(id, second, changes...)
	c.Channel = routing.Email
	return c
}

func vip(c *routing.Contact) { c.Class = "vip" }

func to(queue int64) func(*routing.Contact) {
	return func(c *routing.Contact) { c.Queue = queue }
}

func prefers(agent int64, why string) func(*routing.Contact) {
	return func(c *routing.Contact) { c.Preferred = append(c.Preferred, routing.Preferred{Agent: agent, Why: why}) }
}

func refusedBy(agent int64, second int) func(*routing.Contact) {
	return func(c *routing.Contact) {
		c.Refused = append(c.Refused, routing.Refusal{Agent: agent, At: after(second)})
	}
}

func speaking(language string) func(*routing.Contact) {
	return func(c *routing.Contact) { c.Language = language }
}

func skill(name string, level int) routing.Want { return routing.Want{Skill: name, Level: level} }

func wanting(w routing.Want) *routing.Want { return &w }

// told is a decision as a supervisor would hear it.
func told(d routing.Decision) (lines []string) {
	for _, m := range d.Moves {
		lines = append(lines, fmt.Sprintf("%d to queue %d: %s", m.Contact, m.To, (routing.Why{m.Why}).Words(routing.Reader{Lang: "en"})))
	}
	for _, a := range d.Assignments {
		lines = append(lines, fmt.Sprintf("%d: %s", a.Contact, a.Why.Words(routing.Reader{Lang: "en"})))
	}
	for _, w := range d.Waiting {
		look := "."
		if !w.Look.IsZero() {
			look = "; look at " + w.Look.Format(time.TimeOnly) + "."
		}
		lines = append(lines, fmt.Sprintf("%d waits: %s%s", w.Contact, w.Why.Words(routing.Reader{Lang: "en"}), look))
	}
	return lines
}

// story is a world at some seconds after noon, and what happens in it.
type story struct {
	name     string
	queues   []routing.Queue
	agents   []routing.Agent
	contacts []routing.Contact
	second   int
	want     []string
}

func (s story) run(t *testing.T) {
	t.Parallel()
	d := routing.Decide(routing.World{
		Settings: routing.Settings{PerPlace: time.Minute}, Queues: s.queues, Agents: s.agents, Contacts: s.contacts,
	}, after(s.second))
	if got := told(d); !slices.Equal(got, s.want) {
		t.Errorf("got\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), strings.Join(s.want, "\n\t"))
	}
}

func tell(t *testing.T, stories []story) {
	t.Parallel()
	for _, s := range stories {
		t.Run(s.name, s.run)
	}
}
