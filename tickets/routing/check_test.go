package routing_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"frontline/tickets/routing"

	"pgregory.net/rapid"
)

// found are problems as "queue field code args", warnings with a question mark.
func found(problems []routing.Problem) (lines []string) {
	for _, p := range problems {
		line := fmt.Sprint(p.Queue, " ", p.Field, " ", p.Code)
		for _, k := range slices.Sorted(maps.Keys(p.Args)) {
			line += fmt.Sprint(" ", k, "=", p.Args[k])
		}
		if !p.Fatal {
			line += "?"
		}
		lines = append(lines, line)
	}
	return lines
}

func TestCheck(t *testing.T) {
	t.Parallel()
	step := func(seconds int, w *routing.Want, teams ...int64) routing.Step {
		return routing.Step{After: time.Duration(seconds) * time.Second, Want: w, Teams: teams}
	}
	on := func(id, to int64, o routing.Overflow) routing.Queue {
		o.To = to
		return routing.Queue{ID: id, Overflow: &o}
	}
	late := routing.Overflow{After: time.Minute}
	some := []routing.Agent{agent(1, "Li", "zh4"), agent(2, "Wang", "de5", inTeam(7)), agent(3, "Zhao", "", worksOn(1, 2, 3))}
	wide := routing.Want{}
	for i := range 70 {
		wide.Any = append(wide.Any, skill(fmt.Sprint("s", i), 1))
	}
	steep := routing.Want{}
	for i := range 12 {
		steep.All = append(steep.All, routing.Want{Any: []routing.Want{skill(fmt.Sprint("a", i), 1), skill(fmt.Sprint("b", i), 1)}})
	}
	for name, c := range map[string]struct {
		queues []routing.Queue
		agents []routing.Agent
		want   []string
	}{
		"sound": {
			[]routing.Queue{{
				ID: 1, Want: skill("zh", 5), Prefer: time.Minute, AskAgain: time.Minute, Hours: turns{at: []time.Time{after(9)}},
				Steps:    []routing.Step{step(30, wanting(skill("zh", 4))), step(60, nil, 7), step(90, wanting(routing.Want{}))},
				Heads:    routing.Heads{Class: map[string]time.Duration{"vip": time.Hour}, Priority: map[int]time.Duration{1: time.Hour}},
				Overflow: &routing.Overflow{To: 2, After: 2 * time.Minute}, Offers: map[routing.Channel]routing.Offer{routing.Chat: {Auto: true}, routing.Email: {}},
			}, {ID: 2}},
			append(some, agent(4, "Weber", "zh4", inTeam(7))), nil,
		},
		"levels and skills": {
			[]routing.Queue{{ID: 1, Want: routing.Want{All: []routing.Want{skill("zh", 6), {Level: 2}, {Any: []routing.Want{{Language: true}}}}}, Steps: []routing.Step{step(9, wanting(skill("zh", -1)))}}},
			nil,
			[]string{
				"1 want.all[0].level level_out_of_range level=6", "1 want.all[1].skill skill_missing", "1 want.all[2].any[0].level level_out_of_range level=0",
				"1 steps[0].want.level level_out_of_range level=-1",
			},
		},
		"too many parts, too many ways": {
			[]routing.Queue{{ID: 1, Want: wide}, {ID: 2, Want: steep}}, nil, []string{"1 want want_too_large max=64", "2 want want_too_large max=64"},
		},
		"steps that do not rise": {
			[]routing.Queue{{ID: 1, Steps: []routing.Step{step(0, nil, 1), step(9, nil, 2), step(9, nil, 3)}}},
			nil,
			[]string{"1 steps[0].after steps_not_rising", "1 steps[2].after steps_not_rising", "1 want queue_unserved?"},
		},
		"steps that never widen": {
			[]routing.Queue{{
				ID: 1, Want: routing.Want{Any: []routing.Want{skill("zh", 3), {All: []routing.Want{skill("de", 2), skill("mill", 2)}}}},
				Steps: []routing.Step{
					step(1, wanting(skill("zh", 4))),
					step(2, wanting(routing.Want{All: []routing.Want{skill("mill", 2), skill("de", 3), skill("en", 1)}})),
					step(3, nil), step(4, nil, 7), step(5, nil, 7), step(6, wanting(skill("de", 2))),
					step(7, wanting(routing.Want{All: []routing.Want{skill("zh", 3), skill("zh", 1)}})),
				},
			}},
			some,
			[]string{
				"1 steps[0] step_never_widens", "1 steps[1] step_never_widens", "1 steps[2] step_never_widens",
				"1 steps[3] step_adds_nobody?", "1 steps[4] step_never_widens", "1 steps[6] step_never_widens",
			},
		},
		"nobody serves it": {
			[]routing.Queue{
				{ID: 1, Want: skill("ja", 1)},
				{ID: 2, Want: routing.Want{Language: true, Level: 5}},
				{ID: 3, Want: routing.Want{Language: true, Level: 5}, Steps: []routing.Step{step(9, nil, 8)}},
			},
			[]routing.Agent{agent(1, "Li", "en4 ja5", worksOn(2), func(a *routing.Agent) { a.Language = "en" }), agent(2, "Sato", "", worksOn(9), func(a *routing.Agent) { a.Language = "zh" })},
			[]string{"1 want queue_unserved?", "2 want queue_unserved?", "3 steps[0] step_adds_nobody?", "3 want queue_unserved?"},
		},
		"overflow": {
			[]routing.Queue{on(1, 1, late), on(2, 99, late), on(3, 4, late), on(4, 5, late), on(5, 3, late), on(6, 3, late), on(7, 8, routing.Overflow{}), {ID: 8}},
			[]routing.Agent{agent(1, "Li", "", worksOn(1, 2, 3, 4, 5, 6, 7, 8))},
			[]string{
				"1 overflow.to overflow_to_itself", "2 overflow.to overflow_unknown queue=99",
				"3 overflow.to overflow_ring queues=[3 4 5]", "4 overflow.to overflow_ring queues=[4 5 3]", "5 overflow.to overflow_ring queues=[5 3 4]",
				"7 overflow overflow_never?",
			},
		},
		"a step after the overflow": {
			[]routing.Queue{{ID: 1, Want: skill("zh", 5), Steps: []routing.Step{step(60, wanting(skill("zh", 4)))}, Overflow: &routing.Overflow{To: 2, After: time.Minute}}, {ID: 2}},
			some,
			[]string{"1 steps[0].after step_too_late?"},
		},
		"spans, ids and hours": {
			[]routing.Queue{{ID: 1, Hours: turns{}}, {
				ID: 1, Prefer: -1, AskAgain: 48 * time.Hour, Offers: map[routing.Channel]routing.Offer{routing.Chat: {For: time.Millisecond}},
				Heads: routing.Heads{
					Class: map[string]time.Duration{"vip": -1}, Severity: map[string]time.Duration{"down": 9999 * time.Hour},
					Channel: map[routing.Channel]time.Duration{"fax": -1}, Priority: map[int]time.Duration{5: -1},
				},
			}},
			some,
			[]string{
				"1 id id_taken", "1 hours never_open",
				"1 heads.class[vip] span_out_of_range max_seconds=604800", "1 heads.severity[down] span_out_of_range max_seconds=604800",
				"1 heads.channel[fax] span_out_of_range max_seconds=604800", "1 heads.priority priority_unknown priority=5",
				"1 heads.priority[5] span_out_of_range max_seconds=604800", "1 prefer span_out_of_range max_seconds=86400",
				"1 ask_again span_out_of_range max_seconds=86400", "1 offers[chat] span_out_of_range max_seconds=3600",
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := found(routing.Check(c.queues, c.agents, noon)); !slices.Equal(got, c.want) {
				t.Errorf("got\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), strings.Join(c.want, "\n\t"))
			}
		})
	}
}

// TestAStepWidensWhenSomebodyIsNew tries every agent there could be, of three skills.
func TestAStepWidensWhenSomebodyIsNew(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		before, then := drawWant(3).Draw(t, "before"), drawWant(3).Draw(t, "then")
		widens := false
		for n := range 6 * 6 * 6 * 6 {
			a := routing.Agent{Skills: map[string]int{"zh": n % 6, "en": n / 6 % 6, "mill": n / 36 % 6, "tongue": n / 216}}
			widens = widens || met(then, &a, "tongue") && !met(before, &a, "tongue")
		}
		said := true
		for _, p := range routing.Check([]routing.Queue{{ID: 1, Want: before, Steps: []routing.Step{{After: 1, Want: &then}}}}, nil, noon) {
			said = said && p.Code != "step_never_widens"
		}
		if said != widens {
			t.Errorf("after %+v, that %+v widens = %v, want %v", before, then, said, widens)
		}
	})
}
