package sla

import (
	"fmt"
	"slices"
	"strings"

	"frontline/internal/fault"
)

// Warning is what is allowed and surely not meant.
type Warning struct {
	Field string         `json:"field"` // "2" or "2.targets.0"
	Code  string         `json:"code"`
	Args  map[string]any `json:"args,omitempty"`
}

// The codes of warnings.
const (
	// NobodyMatches is a policy that comes after others which match all that it does. Args: policies.
	NobodyMatches = "nobody_matches"
	// NeverInHours is a day's promise whose hour is before the calendar opens, on each day. Args: by, calendar.
	NeverInHours = "never_in_hours"
	// AfterHours is a day's promise whose hour is after the calendar closes, on each day. Args: by, calendar.
	AfterHours = "after_hours"
	// CutoffAfterDue is a promise for the same day whose hour is before its cutoff: a report between them has till the next workday. Args: by, cutoff.
	CutoffAfterDue = "cutoff_after_due"
	// CutoffOutside is a cutoff at which the calendar is closed on each day. Args: cutoff, calendar.
	CutoffOutside = "cutoff_outside"
	// NeverReached is a promise that takes longer than its calendar holds or looks ahead. Args: calendar.
	NeverReached = "never_reached"
	// AfterResolution is a reply or an arrival promised for later than the resolution, in the same calendar. Args: kind.
	AfterResolution = "after_resolution"
)

const (
	maxPolicies = 300
	maxValues   = 100 // of a list of a Match
)

// Check refuses policies that are wrong by themselves or name a calendar that is not in hours, and warns of those that nobody
// can match and of promises that cannot be kept or were hardly meant.
func (ps Policies) Check(hours map[string]*Hours) ([]Warning, error) {
	if len(ps) > maxPolicies {
		return nil, fault.BadField("policies", "too_many", "max", maxPolicies)
	}
	var warnings []Warning
	seen := map[string]bool{}
	for i, p := range ps {
		field := fmt.Sprint(i)
		if err := p.check(field, hours); err != nil {
			return nil, err
		}
		if seen[p.Name] {
			return nil, fault.BadField(field+".name", "duplicate")
		}
		seen[p.Name] = true
		if by := shadows(ps[:i], p.Match); len(by) > 0 {
			warnings = append(warnings, Warning{field, NobodyMatches, map[string]any{"policies": strings.Join(by, ", ")}})
		}
		for j, t := range p.Targets {
			warnings = append(warnings, t.warnings(fmt.Sprint(field, ".targets.", j), hours[t.Calendar])...)
		}
		warnings = append(warnings, p.orderWarnings(field)...)
	}
	return warnings, nil
}

func (p Policy) check(field string, hours map[string]*Hours) error {
	if err := checkName(field+".name", p.Name); err != nil {
		return err
	}
	if p.Version < 1 {
		return fault.BadField(field+".version", "too_small", "min", 1)
	}
	for i, list := range p.Match.fields() {
		name := field + ".match." + fieldNames[i]
		switch {
		case len(list) > maxValues:
			return fault.BadField(name, "too_many", "max", maxValues)
		case slices.Contains(list, ""):
			return fault.BadField(name, "missing")
		}
	}
	if len(p.Targets) == 0 {
		return fault.BadField(field+".targets", "required")
	}
	seen := map[Kind]bool{}
	for j, t := range p.Targets {
		name := fmt.Sprint(field, ".targets.", j)
		if err := t.check(name); err != nil {
			return err
		}
		if hours[t.Calendar] == nil {
			return fault.BadField(name+".calendar", "unknown_calendar")
		}
		if seen[t.Kind] {
			return fault.BadField(name+".kind", "duplicate")
		}
		seen[t.Kind] = true
	}
	return nil
}

// orderWarnings compares promises of open time in one calendar.
func (p Policy) orderWarnings(field string) (out []Warning) {
	i := slices.IndexFunc(p.Targets, func(t Target) bool { return t.Kind == Resolution })
	if i < 0 {
		return nil
	}
	end := p.Targets[i]
	for j, t := range p.Targets {
		if t.Kind == NextReply || t.Calendar != end.Calendar || t.Within == 0 || end.Within == 0 {
			continue
		}
		if t.Within > end.Within {
			out = append(out, Warning{fmt.Sprint(field, ".targets.", j), AfterResolution, map[string]any{"kind": string(t.Kind)}})
		}
	}
	return out
}

// warnings looks at the hours of the calendar's ordinary week and make-up days.
func (t Target) warnings(field string, h *Hours) (out []Warning) {
	warn := func(code string, kv ...any) {
		args := map[string]any{}
		for i := 0; i < len(kv); i += 2 {
			args[kv[i].(string)] = kv[i+1]
		}
		out = append(out, Warning{field, code, args})
	}
	if !t.reached(h) {
		warn(NeverReached, "calendar", t.Calendar)
	}
	if by, ok := t.By.clock(); ok {
		switch opens, closes := h.dayRange(); {
		case by <= opens:
			warn(NeverInHours, "by", string(t.By), "calendar", t.Calendar)
		case by > closes:
			warn(AfterHours, "by", string(t.By), "calendar", t.Calendar)
		}
		if t.Days == 0 && t.Cutoff > by {
			warn(CutoffAfterDue, "by", string(t.By), "cutoff", hhmm(t.Cutoff))
		}
	}
	if opens, closes := h.dayRange(); t.Cutoff > 0 && (t.Cutoff <= opens || t.Cutoff >= closes) {
		warn(CutoffOutside, "cutoff", hhmm(t.Cutoff), "calendar", t.Calendar)
	}
	return out
}

// reached says whether the target can be reached from the calendar's first opening on; where it has no first day, from 2001 on.
func (t Target) reached(h *Hours) bool {
	from := h.cal.From
	if from == 0 {
		from = DateOf(2001, 1, 1)
	}
	start, ok := h.Next(from.midnight())
	if !ok {
		return false
	}
	_, ok = t.Due(h, start)
	return ok
}

// dayRange is the earliest opening and the latest closing of any kind of day, in minutes of the day.
func (h *Hours) dayRange() (opens, closes int) {
	opens = 2 * day
	days := append([][]Span{h.makeup}, h.cal.Week[:]...)
	for _, d := range h.cal.Days {
		days = append(days, d.Open)
	}
	for _, spans := range days {
		for _, s := range spans {
			opens, closes = min(opens, s.From), max(closes, s.To)
		}
	}
	return opens, closes
}
