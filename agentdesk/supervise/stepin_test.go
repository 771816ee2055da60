package supervise_test

import (
	"fmt"
	"strings"
	"testing"

	"frontline/agentdesk/supervise"
	"frontline/internal/authority"
)

// A supervisor gives one agent's contact to another, then takes it herself: each is an act of its own in the audit and on the timeline,
// with the reason, and the contact goes along.
func TestALeadReassignsTakesOverAndJoins(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	li, wang := w.Hire("li", "agent"), w.Hire("wang", "agent")
	q := w.queue("chat", 20)
	_, ticket := w.stay(q, stay{channel: "chat", entered: "09:00:00", answered: "09:00:05", agent: li})
	w.write(`update tickets set assignee_id = $2 where id = $1 returning id`, ticket, li.ID)
	path := fmt.Sprintf("/api/v1/tickets/%d", ticket)

	w.web.Must(403, "li", "POST", path+"/reassign", map[string]any{"assignee_id": wang.ID, "reason": "tired"})
	w.web.Must(403, "li", "POST", path+"/take-over", map[string]any{"reason": "tired"})
	w.web.Must(403, "li", "POST", path+"/join", nil)
	w.web.Must(400, "boss", "POST", path+"/reassign", map[string]any{"assignee_id": wang.ID, "reason": " "})
	w.web.Must(400, "boss", "POST", path+"/reassign", map[string]any{"assignee_id": 999999, "reason": "nobody"})
	w.web.Must(404, "boss", "POST", "/api/v1/tickets/999999/take-over", map[string]any{"reason": "no ticket"})
	w.web.Must(204, "boss", "POST", path+"/reassign", map[string]any{"assignee_id": wang.ID, "reason": "li goes home"})
	w.web.Must(409, "boss", "POST", path+"/reassign", map[string]any{"assignee_id": wang.ID, "reason": "again"})
	w.has(ticket, wang.ID)
	w.web.Must(204, "boss", "POST", path+"/join", nil)
	w.web.Must(204, "boss", "POST", path+"/join", nil)
	w.web.Must(204, "boss", "POST", path+"/take-over", map[string]any{"reason": "the customer asked for me"})
	w.has(ticket, w.boss.ID)

	var told []string
	w.read(`select array_agg(concat_ws(' ', change->>'name', change->>'from', change->>'to', change->>'reason') order by id)
		from messages where ticket_id = $1 and direction = 'event'`, ticket, &told)
	want := []string{
		fmt.Sprintf("reassigned %d %d li goes home", li.ID, wang.ID), "joined",
		fmt.Sprintf("taken_over %d %d the customer asked for me", wang.ID, w.boss.ID),
	}
	if strings.Join(told, "; ") != strings.Join(want, "; ") {
		t.Errorf("timeline: %q, want %q", told, want)
	}
	var acts []string
	if err := w.DB.Read.QueryRow(t.Context(), `select array_agg(act || ' ' || reason) from audit where actor = $1 and outcome = 'allow' and object = $2`,
		w.boss.String(), fmt.Sprint("ticket:", ticket)).Scan(&acts); err != nil {
		t.Fatal(err)
	}
	for _, act := range []string{"supervise.reassign li goes home", "supervise.take_over the customer asked for me", "supervise.join "} {
		if !strings.Contains(strings.Join(acts, "; "), act) {
			t.Errorf("audit: %q, want %q in it", acts, act)
		}
	}
}

// A contact that still waits is given to somebody: it is in their hand at once.
func TestALeadGivesAwayWhatWaits(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	li := w.Hire("li", "agent")
	_, ticket := w.stay(w.queue("mail", 20), stay{channel: "email", entered: "09:00:00"})
	w.write(`update tickets set assignee_id = $2 where id = $1 returning id`, ticket, li.ID)
	if err := w.sup.Reassign(t.Context(), w.boss, ticket, li.ID, "it waits for her since yesterday"); err != nil {
		t.Fatal(err)
	}
	w.has(ticket, li.ID)
}

// read reads something of a ticket as who leads sees it.
func (w *world) read(sql string, ticket int64, into ...any) {
	w.t.Helper()
	err := w.Gate.View(w.t.Context(), w.boss, func(q authority.Query) error { return q.QueryRow(w.t.Context(), sql, ticket).Scan(into...) })
	if err != nil {
		w.t.Fatal(err)
	}
}

// has fails unless the agent has the ticket and its contact in hand.
func (w *world) has(ticket, agent int64) {
	w.t.Helper()
	var assignee, hand int64
	var state string
	w.read(`select t.assignee_id, e.agent_id, e.state::text from tickets t join entries e on e.ticket_id = t.id and e.state <> 'ended' where t.id = $1`,
		ticket, &assignee, &hand, &state)
	if assignee != agent || hand != agent || state != "in_hand" {
		w.t.Errorf("ticket of agent %d, contact %s of agent %d; want both in hand of %d", assignee, state, hand, agent)
	}
}

// A team's numbers are its members' added up, and each agent stands beside: the same cases as on the cards.
func TestTeamsAreTheirMembersAddedUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	li, wang, emma := w.Hire("li", "agent", "一组"), w.Hire("wang", "agent", "一组"), w.Hire("emma", "agent", "二组")
	q := w.queue("phone", 20)
	for _, c := range []struct {
		agent       authority.Actor
		end, became string
	}{{li, "09:00:05", "accepted"}, {li, "09:00:19", "accepted"}, {wang, "09:00:06", "accepted"}, {emma, "09:00:20", "timed_out"}} {
		entry, ticket := w.stay(q, stay{entered: "09:00:00", answered: "09:00:05", ended: "09:01:00", outcome: "handled", agent: c.agent})
		w.offer(entry, ticket, q, c.agent, "phone", "09:00:00", c.end, c.became, false)
	}
	w.web.Must(404, "li", "GET", "/api/v1/supervision/standards", nil)
	got, err := w.sup.Scores(t.Context(), w.boss, day(supervise.Scope{}))
	if err != nil {
		t.Fatal(err)
	}
	said := map[string]string{}
	say := func(s supervise.Scored) {
		for _, m := range s.Marks {
			if m.Measure == "three_rings" {
				said[s.Name] = fmt.Sprintf("%d of %d", m.Met, m.Cases)
			}
		}
		if s.Score != nil {
			said[s.Name] += fmt.Sprintf(", %.2f", *s.Score)
		}
	}
	for _, s := range got.Agents {
		say(s)
	}
	for _, s := range got.Teams {
		say(s.Scored)
	}
	want := map[string]string{"li": "1 of 2, 0.50", "wang": "1 of 1, 1.00", "emma": "0 of 1, 0.00", "boss": "0 of 0", "一组": "2 of 3, 0.67", "二组": "0 of 1, 0.00"}
	if fmt.Sprint(said) != fmt.Sprint(want) {
		t.Errorf("scores: %v, want %v", said, want)
	}
	for body, status := range map[string]int{`{"target":70,"weight":3}`: 204, `{"target":0,"weight":3}`: 400, `{"target":101,"weight":3}`: 400} {
		if a := w.web.Ask("boss", "PUT", "/api/v1/standards/three_rings", body); a.Status != status {
			t.Errorf("standard %s: %s, want %d", body, a, status)
		}
	}
	w.web.Must(404, "boss", "PUT", "/api/v1/standards/aht", map[string]any{"target": 70, "weight": 1})
	w.web.Must(403, "li", "PUT", "/api/v1/standards/three_rings", map[string]any{"target": 1, "weight": 1})
	card := w.web.Must(200, "boss", "GET", "/api/v1/standards", nil)
	if card.Get("marks.2.target") != 70.0 || card.Get("marks.2.weight") != 3.0 {
		t.Errorf("the changed standard: %s", card)
	}
}
