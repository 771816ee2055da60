package supervise_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"frontline/agentdesk/supervise"
	"frontline/internal/authority"
	"frontline/internal/authority/authoritytest"
)

func TestEveryCommandOfSupervisionRefuses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	left, boss := w.Hire("left", "agent"), w.Hire("top", "admin")
	q := w.queue("phone", 20)
	ticket := w.ticket(q, "phone", nine)
	settings, err := w.sup.Settings(t.Context(), w.boss)
	if err != nil {
		t.Fatal(err)
	}
	threshold, err := w.sup.SaveThreshold(t.Context(), w.boss, 0, supervise.ThresholdEdit{Measure: "waiting", Value: 3})
	if err != nil {
		t.Fatal(err)
	}
	told, err := w.sup.Broadcast(t.Context(), w.boss, supervise.BroadcastNew{Text: "x"})
	if err != nil {
		t.Fatal(err)
	}
	// An alarm whose reason is over: there is something to check for.
	if _, err := w.sup.SaveThreshold(t.Context(), w.boss, 0, supervise.ThresholdEdit{Measure: "longest_wait", Value: 3}); err != nil {
		t.Fatal(err)
	}
	waits, _ := w.stay(q, stay{entered: "09:00:00"})
	if err := w.sup.Check(t.Context(), authority.System("jobs")); err != nil {
		t.Fatal(err)
	}
	w.write(`update entries set state = 'ended', outcome = 'abandoned', ended_at = now() where id = $1 returning id`, waits)
	gone := true
	if err := w.Accounts.ChangePerson(t.Context(), authority.System("cli"), left.ID, authority.PersonChange{Disabled: &gone}); err != nil {
		t.Fatal(err)
	}
	type who = authority.Actor
	authoritytest.Account(t, w.DB, w.sup, left, boss, authoritytest.Calls{
		"Settings":     func(ctx context.Context, by who) error { return second(w.sup.Settings(ctx, by)) },
		"SaveSettings": func(ctx context.Context, by who) error { return w.sup.SaveSettings(ctx, by, settings) },
		"Measures":     func(ctx context.Context, by who) error { return second(w.sup.Measures(ctx, by)) },
		"Figure": func(ctx context.Context, by who) error {
			return second(w.sup.Figure(ctx, by, "offered", supervise.Scope{}))
		},
		"Groups": func(ctx context.Context, by who) error {
			return second(w.sup.Groups(ctx, by, "offered", "queue", supervise.Scope{}))
		},
		"Rows": func(ctx context.Context, by who) error {
			return second(w.sup.Rows(ctx, by, "offered", supervise.Scope{}, nil, 10))
		},
		"Now":    func(ctx context.Context, by who) error { return second(w.sup.Now(ctx, by)) },
		"Agents": func(ctx context.Context, by who) error { return second(w.sup.Agents(ctx, by)) },
		"Card":   func(ctx context.Context, by who) error { return second(w.sup.Card(ctx, by, supervise.Scope{})) },
		"Keep":   func(ctx context.Context, by who) error { return w.sup.Keep(ctx, by) },
		"Contest": func(ctx context.Context, by who) error {
			return w.sup.Contest(ctx, by, "three_rings", "ticket", ticket, "x")
		},
		"Thresholds": func(ctx context.Context, by who) error { return second(w.sup.Thresholds(ctx, by)) },
		"SaveThreshold": func(ctx context.Context, by who) error {
			return second(w.sup.SaveThreshold(ctx, by, 0, supervise.ThresholdEdit{Measure: "waiting", Value: 3}))
		},
		"DropThreshold": func(ctx context.Context, by who) error { return w.sup.DropThreshold(ctx, by, threshold) },
		"Check":         func(ctx context.Context, by who) error { return w.sup.Check(ctx, by) },
		"Broadcasts":    func(ctx context.Context, by who) error { return second(w.sup.Broadcasts(ctx, by)) },
		"Broadcast": func(ctx context.Context, by who) error {
			return second(w.sup.Broadcast(ctx, by, supervise.BroadcastNew{Text: "x"}))
		},
		"EndBroadcast":  func(ctx context.Context, by who) error { return w.sup.EndBroadcast(ctx, by, told) },
		"ReadBroadcast": func(ctx context.Context, by who) error { return w.sup.ReadBroadcast(ctx, by, told) },
		"Whispers":      func(ctx context.Context, by who) error { return second(w.sup.Whispers(ctx, by, ticket)) },
		"Whisper":       func(ctx context.Context, by who) error { return second(w.sup.Whisper(ctx, by, ticket, "x")) },
		"Reassign":      func(ctx context.Context, by who) error { return w.sup.Reassign(ctx, by, ticket, boss.ID, "x") },
		"TakeOver":      func(ctx context.Context, by who) error { return w.sup.TakeOver(ctx, by, ticket, "x") },
		"Join":          func(ctx context.Context, by who) error { return w.sup.Join(ctx, by, ticket) },
		"Scores":        func(ctx context.Context, by who) error { return second(w.sup.Scores(ctx, by, supervise.Scope{})) },
		"SaveStandard":  func(ctx context.Context, by who) error { return w.sup.SaveStandard(ctx, by, "three_rings", 90, 1) },
		"Look":          func(ctx context.Context, by who) error { return w.sup.Look(ctx, by, ticket) },
	})
}

func second[T any](_ T, err error) error { return err }

func TestAnAgentSeesOnlyHerOwnNumbers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	li, wang := w.Hire("li", "agent"), w.Hire("wang", "agent")
	q := w.queue("phone", 20)
	entry, ticket := w.stay(q, stay{entered: "09:00:00", answered: "09:00:10", ended: "09:03:00", outcome: "handled", agent: li})
	w.offer(entry, ticket, q, li, "phone", "09:00:00", "09:00:10", "accepted", false)
	period := fmt.Sprintf("from=%s&to=%s", nine.Format(time.RFC3339), nine.Add(time.Hour).Format(time.RFC3339))

	got := w.web.Must(200, "li", "GET", "/api/v1/me/standards?"+period, nil)
	if got.Get("marks.2.measure") != "three_rings" || got.Get("marks.2.cases") != 1.0 || got.Get("score") != 1.0 {
		t.Errorf("her standards: %s", got)
	}
	rows := w.web.Must(200, "li", "GET", fmt.Sprintf("/api/v1/measures/three_rings/rows?agent=%d&%s", li.ID, period), nil)
	if rows.Get("items.0.kind") != "offer" || rows.Get("items.0.ticket_id") != float64(ticket) || rows.Get("items.0.value") != 10.0 {
		t.Errorf("the row behind it: %s", rows)
	}
	offer := rows.ID("items.0.id")
	w.web.Must(204, "li", "POST", "/api/v1/me/standards/three_rings/contests", map[string]any{"kind": "offer", "id": offer, "note": "the headset was broken"})
	w.web.Must(404, "wang", "POST", "/api/v1/me/standards/three_rings/contests", map[string]any{"kind": "offer", "id": offer, "note": "mine too"})
	w.web.Must(400, "li", "POST", "/api/v1/me/standards/aht/contests", map[string]any{"kind": "offer", "id": offer, "note": "no standard"})
	rows = w.web.Must(200, "boss", "GET", "/api/v1/measures/three_rings/rows?"+period, nil)
	if rows.Get("items.0.contest") != "the headset was broken" || rows.Get("items.0.agent") != "li" {
		t.Errorf("the row as the supervisor reads it: %s", rows)
	}
	for path, status := range map[string]int{
		fmt.Sprintf("/measures/three_rings?agent=%d", wang.ID): 404,
		"/measures/three_rings":                                404,
		"/measures/three_rings/groups?by=agent":                404,
		fmt.Sprintf("/standards?agent=%d", wang.ID):            404,
		"/supervision/queues":                                  404,
		"/supervision/agents":                                  404,
		"/thresholds":                                          404,
		"/measures":                                            200,
		"/broadcasts":                                          200,
	} {
		if a := w.web.Ask("li", "GET", "/api/v1"+path, nil); a.Status != status {
			t.Errorf("%s by an agent: %s, want %d", path, a, status)
		}
	}
	for path, status := range map[string]int{
		"/measures/nonsense": 404,
		"/measures/offered?from=2026-02-01T00:00:00Z&to=2026-01-01T00:00:00Z":  400,
		"/measures/offered?from=2020-01-01T00:00:00Z":                          400,
		"/measures/offered?from=yesterday":                                     400,
		"/measures/offered/rows?after=nonsense":                                400,
		"/measures/offered/groups?by=weather":                                  400,
		"/measures/offered/groups?by=quarter&from=2026-01-05T01:00:00%2B08:00": 200,
	} {
		if a := w.web.Ask("boss", "GET", "/api/v1"+path, nil); a.Status != status {
			t.Errorf("%s: %s, want %d", path, a, status)
		}
	}
}

func TestRowsComeInPages(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	q := w.queue("phone", 20)
	for i := range 5 {
		w.stay(q, stay{entered: fmt.Sprintf("09:00:0%d", i%3), ended: "09:01:00", outcome: "abandoned"}) // some at one instant
	}
	path := fmt.Sprintf("/api/v1/measures/offered/rows?limit=2&from=%s&to=%s", nine.Format(time.RFC3339), nine.Add(time.Hour).Format(time.RFC3339))
	seen := map[int64]bool{}
	for after, pages := "", 0; pages == 0 || after != ""; pages++ {
		page := w.web.Must(200, "boss", "GET", path+"&after="+after, nil)
		for i := range page.Get("items").([]any) { //nolint:forcetypeassert // a list
			seen[page.ID(fmt.Sprintf("items.%d.id", i))] = true
		}
		after, _ = page.Get("next").(string)
		if pages > 5 {
			t.Fatal("no end of pages")
		}
	}
	if len(seen) != 5 {
		t.Errorf("%d rows on all pages, want 5", len(seen))
	}
}

func TestScoresAreKeptOnceAndMended(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	li := w.Hire("li", "agent", "one")
	q := w.queue("chat", 20)
	chat := func() int64 {
		ticket := w.ticket(q, "chat", nine)
		w.write(`insert into entries (ticket_id, queue_id, channel, state, arrived_at, entered_at, answered_at, agent_id)
			values ($1, $2, 'chat', 'in_hand', now() - interval '26 h', now() - interval '26 h', now() - interval '25 h', $3) returning id`, ticket, q, li.ID)
		return ticket
	}
	first, _ := chat(), chat()
	jobs := authority.System("jobs")
	for range 2 {
		if err := w.sup.Keep(t.Context(), jobs); err != nil {
			t.Fatal(err)
		}
	}
	kept := func() (cases, met int) {
		card, err := w.sup.Card(t.Context(), li, supervise.Scope{Agent: li.ID})
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range card.Days {
			if d.Measure == "chat_first_reply" {
				cases, met = cases+d.Cases, met+d.Met
			}
		}
		return cases, met
	}
	if cases, met := kept(); cases != 2 || met != 0 {
		t.Errorf("kept %d of %d, want 0 of 2", met, cases)
	}
	// A message that had been on its way: the day is mended.
	w.write(`insert into messages (ticket_id, at, direction, author_kind, author_id, text) values ($1, now() - interval '25 h' + interval '3 s', 'out', 'agent', $2, 'x') returning id`, first, li.ID)
	if err := w.sup.Keep(t.Context(), jobs); err != nil {
		t.Fatal(err)
	}
	if cases, met := kept(); cases != 2 || met != 1 {
		t.Errorf("kept %d of %d, want 1 of 2", met, cases)
	}
	team, err := w.sup.Card(t.Context(), w.boss, supervise.Scope{Team: w.Teams("one")[0]})
	if err != nil {
		t.Fatal(err)
	}
	if len(team.Days) != 1 || team.Days[0].Cases != 2 {
		t.Errorf("the team's days: %+v", team.Days)
	}
}

func TestAThresholdRaisesAnAlarmAndEndsIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	q, other := w.queue("chat", 20), w.queue("mail", 20)
	jobs := authority.System("jobs")
	id := w.web.Must(201, "boss", "POST", "/api/v1/thresholds", map[string]any{"measure": "waiting", "value": 1}).ID("id")
	w.web.Must(201, "boss", "POST", "/api/v1/thresholds", map[string]any{"measure": "longest_wait", "queue_id": other, "value": 600})
	w.web.Must(400, "boss", "POST", "/api/v1/thresholds", map[string]any{"measure": "waiting", "queue_id": 999999, "value": 1})
	w.web.Must(400, "boss", "POST", "/api/v1/thresholds", map[string]any{"measure": "service_level", "value": 101})
	w.web.Must(404, "boss", "DELETE", "/api/v1/thresholds/999999", nil)
	standing := func() (codes []string) {
		if err := w.sup.Check(t.Context(), jobs); err != nil {
			t.Fatal(err)
		}
		items, _ := w.web.Must(200, "boss", "GET", "/api/v1/alarms", nil).Get("items").([]any)
		for i := range items {
			m, _ := items[i].(map[string]any)
			codes = append(codes, fmt.Sprint(m["code"], m["args"]))
		}
		return codes
	}
	wait := func(queue int64, ago string) int64 {
		return w.write(`insert into entries (ticket_id, queue_id, channel, arrived_at, entered_at) values ($1, $2, 'chat', now() - $3::interval, now() - $3::interval) returning id`,
			w.ticket(queue, "chat", nine), queue, ago)
	}
	wait(q, "1 s")
	if got := standing(); len(got) != 0 {
		t.Errorf("one waits, one may: %v", got)
	}
	gone := wait(q, "1 s")
	old := wait(other, "11 min")
	if got := standing(); len(got) != 2 {
		t.Errorf("two in one queue, and one for long in the other: %v", got)
	}
	w.write(`update entries set state = 'ended', ended_at = now(), outcome = 'abandoned' where id = $1 returning id`, gone)
	if got := standing(); len(got) != 1 || got[0] != "longest_wait_abovemap[limit:600 queue:mail queue_en:]" {
		t.Errorf("one left: %v", got)
	}
	w.write(`update entries set state = 'in_hand', agent_id = $2, answered_at = now() where id = $1 returning id`, old, w.boss.ID)
	wait(q, "1 s")
	if got := standing(); len(got) != 1 {
		t.Errorf("again two: %v", got)
	}
	w.web.Must(204, "boss", "DELETE", fmt.Sprint("/api/v1/thresholds/", id), nil)
	if got := standing(); len(got) != 0 {
		t.Errorf("nobody asks any more: %v", got)
	}
}

func TestABroadcastIsShownUntilItIsRead(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Hire("li", "agent", "one")
	w.Hire("wang", "agent", "two")
	w.web.Must(400, "boss", "POST", "/api/v1/broadcasts", map[string]any{"text": "  \n "})
	w.web.Must(400, "boss", "POST", "/api/v1/broadcasts", map[string]any{"text": "x", "team_id": 999999})
	id := w.web.Must(201, "boss", "POST", "/api/v1/broadcasts", map[string]any{"text": "系统 18:00 维护", "team_id": w.Teams("one")[0]}).ID("id")
	if got := w.web.Must(200, "li", "GET", "/api/v1/broadcasts", nil); got.Get("items.0.text") != "系统 18:00 维护" || got.Get("items.0.read") != false {
		t.Errorf("in the team: %s", got)
	}
	if got := w.web.Must(200, "wang", "GET", "/api/v1/broadcasts", nil); got.Get("items.0") != nil {
		t.Errorf("in another team: %s", got)
	}
	w.web.Must(404, "wang", "POST", fmt.Sprintf("/api/v1/broadcasts/%d/read", id), nil)
	for range 2 {
		w.web.Must(204, "li", "POST", fmt.Sprintf("/api/v1/broadcasts/%d/read", id), nil)
	}
	if got := w.web.Must(200, "li", "GET", "/api/v1/broadcasts", nil); got.Get("items.0.read") != true {
		t.Errorf("read: %s", got)
	}
	if got := w.web.Must(200, "boss", "GET", "/api/v1/broadcasts", nil); got.Get("items.0.reads") != 1.0 {
		t.Errorf("as its author sees it: %s", got)
	}
	w.web.Must(403, "li", "DELETE", fmt.Sprint("/api/v1/broadcasts/", id), nil)
	w.web.Must(204, "boss", "DELETE", fmt.Sprint("/api/v1/broadcasts/", id), nil)
	w.web.Must(404, "boss", "DELETE", fmt.Sprint("/api/v1/broadcasts/", id), nil)
	if got := w.web.Must(200, "boss", "GET", "/api/v1/broadcasts", nil); got.Get("items.0") != nil {
		t.Errorf("ended: %s", got)
	}
}

func TestAWhisperIsForOneAgent(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	li := w.Hire("li", "agent")
	w.Hire("wang", "agent")
	q := w.queue("chat", 20)
	_, ticket := w.stay(q, stay{channel: "chat", entered: "09:00:00", answered: "09:00:05", agent: li})
	path := fmt.Sprintf("/api/v1/tickets/%d/whispers", ticket)
	w.web.Must(403, "li", "POST", path, map[string]any{"text": "x"})
	w.web.Must(404, "boss", "POST", "/api/v1/tickets/999999/whispers", map[string]any{"text": "x"})
	w.web.Must(201, "boss", "POST", path, map[string]any{"text": "offer him the loan machine"})
	w.web.Must(201, "boss", "POST", path, map[string]any{"text": "and say sorry"})
	got := w.web.Must(200, "li", "GET", path, nil)
	if got.Get("items.0.text") != "offer him the loan machine" || got.Get("items.1.text") != "and say sorry" || got.Get("items.0.by") != "boss" {
		t.Errorf("to her: %s", got)
	}
	if got := w.web.Must(200, "wang", "GET", path, nil); got.Get("items.0") != nil {
		t.Errorf("to a colleague: %s", got)
	}
	nobodys := w.ticket(q, "chat", nine)
	if a := w.web.Ask("boss", "POST", fmt.Sprintf("/api/v1/tickets/%d/whispers", nobodys), map[string]any{"text": "x"}); a.Status != 409 || a.Get("code") != "nobody_has_it" {
		t.Errorf("to nobody: %s", a)
	}
}

func TestWhoWorksOnWhat(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	li := w.Hire("li", "agent", "one")
	q := w.queue("all", 20)
	w.stay(q, stay{channel: "email", entered: "09:00:00", answered: "09:01:00", agent: li})
	_, chat := w.stay(q, stay{channel: "chat", entered: "09:10:00", answered: "09:10:05", agent: li})
	got := w.web.Must(200, "boss", "GET", "/api/v1/supervision/agents", nil)
	if got.Get("items.1.name") != "li" || got.Get("items.1.count") != 2.0 || got.Get("items.1.work.0.ticket_id") != float64(chat) ||
		got.Get("items.1.presence") != "away" || got.Get("items.1.teams.0") != "one" {
		t.Errorf("agents: %s", got)
	}
	now := w.web.Must(200, "boss", "GET", "/api/v1/supervision/queues", nil)
	if now.Get("total.in_hand") != 2.0 || now.Get("total.id") != 0.0 || now.Get("zone") != "Asia/Shanghai" {
		t.Errorf("queues: %s", now)
	}
}
