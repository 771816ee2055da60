package sla_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"frontline/tickets/sla"
)

func policy(t testing.TB, name string, m sla.Match, targets ...string) sla.Policy {
	t.Helper()
	p := sla.Policy{Name: name, Version: 1, Match: m}
	if targets == nil {
		targets = []string{"first reply within 4 h of 8*5"}
	}
	for _, s := range targets {
		target, err := sla.ParseTarget(s)
		if err != nil {
			t.Fatalf("%s: %v", s, err)
		}
		p.Targets = append(p.Targets, target)
	}
	return p
}

func TestFirstPolicyThatMatchesWins(t *testing.T) {
	t.Parallel()
	policies := sla.Policies{
		policy(t, "VIP phone", sla.Match{Class: []string{"vip"}, Channel: []string{"phone", "chat"}}),
		policy(t, "critical", sla.Match{Severity: []string{"critical"}}),
		policy(t, "on site", sla.Match{Contract: []string{"on_site"}, Type: []string{"fault"}, Queue: []string{"service"}}),
	}
	for _, c := range []struct {
		of   sla.Case
		want string
	}{
		{sla.Case{Class: "vip", Channel: "phone", Severity: "critical"}, "VIP phone"},
		{sla.Case{Class: "vip", Channel: "email", Severity: "critical"}, "critical"},
		{sla.Case{Contract: "on_site", Type: "fault", Queue: "service"}, "on site"},
		{sla.Case{Contract: "on_site", Type: "question", Queue: "service"}, ""},
		{sla.Case{}, ""},
	} {
		if got, ok := policies.Find(c.of); got.Name != c.want || ok != (c.want != "") {
			t.Errorf("%+v is under %q, want %q", c.of, got.Name, c.want)
		}
	}
}

func TestPoliciesThatNobodyMatches(t *testing.T) {
	t.Parallel()
	m := func(class, channel string) (out sla.Match) {
		if class != "" {
			out.Class = []string{class}
		}
		if channel != "" {
			out.Channel = []string{channel}
		}
		return out
	}
	for name, c := range map[string]struct {
		earlier []sla.Match
		last    sla.Match
		by      string
	}{
		"after one for all":                    {[]sla.Match{{}}, m("vip", ""), "p0"},
		"the same again":                       {[]sla.Match{m("vip", "phone")}, m("vip", "phone"), "p0"},
		"a wider one":                          {[]sla.Match{m("vip", "phone")}, m("vip", ""), ""},
		"a narrower one":                       {[]sla.Match{m("vip", "")}, m("vip", "phone"), "p0"},
		"two that together take all":           {[]sla.Match{m("", "phone"), m("vip", "chat")}, sla.Match{Class: []string{"vip"}, Channel: []string{"phone", "chat"}}, "p0, p1"},
		"two that leave something":             {[]sla.Match{m("", "phone"), m("vip", "chat")}, sla.Match{Class: []string{"vip", "small"}, Channel: []string{"phone", "chat"}}, ""},
		"two that leave what nobody has named": {[]sla.Match{m("vip", ""), m("small", "")}, sla.Match{}, ""},
		"crossed":                              {[]sla.Match{m("vip", ""), m("", "phone")}, m("small", "chat"), ""},
	} {
		var all sla.Policies
		for i, e := range c.earlier {
			all = append(all, policy(t, fmt.Sprint("p", i), e))
		}
		all = append(all, policy(t, "last", c.last))
		warnings, err := all.Check(hours)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		got := ""
		for _, w := range warnings {
			if w.Code == sla.NobodyMatches && w.Field == fmt.Sprint(len(c.earlier)) {
				got = fmt.Sprint(w.Args["policies"])
			}
		}
		if got != c.by {
			t.Errorf("%s: shadowed by %q, want %q", name, got, c.by)
		}
	}
}

func TestTargetsThatWereHardlyMeant(t *testing.T) {
	t.Parallel()
	for target, want := range map[string][]string{
		"first reply within 4 h of 8*5":                             nil,
		"on site next business day of 8*5 by 18:00":                 nil,
		"on site next business day of 8*5 by 08:00":                 {sla.NeverInHours},
		"on site next business day of 8*5 by 20:00":                 {sla.AfterHours},
		"on site next business day of night by 05:00":               {sla.NeverInHours},
		"on site same day of 8*5 by 12:00 if reported before 14:00": {sla.CutoffAfterDue},
		"on site same day of 8*5 if reported before 08:00":          {sla.CutoffOutside},
		"on site next business day of 8*5 if reported before 19:00": {sla.CutoffOutside},
		"resolution within 200 h of march":                          {sla.NeverReached},
		"resolution within 100 h of march":                          nil,
		"resolution 30 business days of march":                      {sla.NeverReached},
		`resolution within 10000 h of "ny 0-1:30"`:                  {sla.NeverReached}, // 1.5 h a week: 128 years
	} {
		warnings, err := sla.Policies{policy(t, "p", sla.Match{}, target)}.Check(hours)
		var got []string
		for _, w := range warnings {
			got = append(got, w.Code)
		}
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: %v, %v; want %v", target, got, err, want)
		}
	}
	warnings, err := sla.Policies{policy(t, "p", sla.Match{}, "first reply within 9 h of 8*5", "resolution within 8 h of 8*5")}.Check(hours)
	if err != nil || len(warnings) != 1 || warnings[0].Code != sla.AfterResolution || warnings[0].Field != "0.targets.0" {
		t.Errorf("a reply after the resolution: %+v, %v", warnings, err)
	}
}

func TestPoliciesThatAreRefused(t *testing.T) {
	t.Parallel()
	good := func() sla.Policy { return policy(t, "p", sla.Match{}) }
	for name, c := range map[string]struct {
		change func(*sla.Policy)
		code   string
	}{
		"no name":              {func(p *sla.Policy) { p.Name = "" }, "required"},
		"no version":           {func(p *sla.Policy) { p.Version = 0 }, "too_small"},
		"nothing promised":     {func(p *sla.Policy) { p.Targets = nil }, "required"},
		"two of a kind":        {func(p *sla.Policy) { p.Targets = append(p.Targets, p.Targets[0]) }, "duplicate"},
		"an unknown calendar":  {func(p *sla.Policy) { p.Targets[0].Calendar = "9*9" }, "unknown_calendar"},
		"an unknown kind":      {func(p *sla.Policy) { p.Targets[0].Kind = "" }, "unknown_target"},
		"less than no time":    {func(p *sla.Policy) { p.Targets[0].Within = -1 }, "bad_within"},
		"an unknown pause":     {func(p *sla.Policy) { p.Targets[0].Pause = "lunch" }, "unknown_pause"},
		"a match with nothing": {func(p *sla.Policy) { p.Match.Class = []string{""} }, "missing"},
	} {
		p := good()
		c.change(&p)
		if _, err := (sla.Policies{p}).Check(hours); fieldCode(err) != c.code {
			t.Errorf("%s: %v, want %s", name, err, c.code)
		}
	}
	if _, err := (sla.Policies{good(), good()}).Check(hours); fieldCode(err) != "duplicate" {
		t.Errorf("two of a name: %v", err)
	}
}

func TestPolicyAsJSON(t *testing.T) {
	t.Parallel()
	p := policy(t, "VIP phone", sla.Match{Class: []string{"vip"}}, "first reply within 4 h of 8*5, warn 75%")
	b, err := json.Marshal(p)
	want := `{"name":"VIP phone","version":1,"match":{"class":["vip"]},"targets":["first reply within 4 h of 8*5, warn 75%"]}`
	if err != nil || string(b) != want {
		t.Errorf("written as %s, %v; want %s", b, err, want)
	}
	var again sla.Policy
	if err := json.Unmarshal(b, &again); err != nil || fmt.Sprint(again) != fmt.Sprint(p) {
		t.Errorf("read again: %+v, %v", again, err)
	}
}
