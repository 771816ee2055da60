package sla_test

import (
	"strings"
	"testing"
	"time"

	"frontline/tickets/sla"
)

// calendars of the tests, by name. 8*5 is 09:00-12:00 and 13:00-18:00.
var calendars = map[string]sla.Calendar{
	"8*5":       {Zone: "Asia/Shanghai", Week: week("8*5"), Official: "CN"},
	"24*7":      {Zone: "Asia/Shanghai", Week: week("24*7")},
	"night":     {Zone: "Asia/Shanghai", Week: week("Mon-Fri 22:00-06:00"), Official: "CN"},
	"six":       {Zone: "Asia/Shanghai", Week: week("Mon-Fri 09:00-18:00; Sat 09:00-12:00"), Official: "CN"},
	"own days":  {Zone: "Asia/Shanghai", Week: week("8*5"), Official: "CN", Days: []sla.Day{{Date: date("2026-03-06")}, {Date: date("2026-10-03"), Work: true, Open: spans("10:00-16:00")}}},
	"march":     {Zone: "Asia/Shanghai", Week: week("8*5"), From: date("2026-03-01"), Until: date("2026-03-31")},
	"ny":        {Zone: "America/New_York", Week: week("Mon-Fri 09:00-17:00")},
	"ny 24*7":   {Zone: "America/New_York", Week: week("24*7")},
	"ny night":  {Zone: "America/New_York", Week: week("Sat 22:00-06:00")},
	"ny 3-11":   {Zone: "America/New_York", Week: week("Sun 03:00-11:00")},
	"ny 2:30":   {Zone: "America/New_York", Week: week("Sun 02:30-05:00")},
	"ny 0-1:30": {Zone: "America/New_York", Week: week("Sun 00:00-01:30")},
	"ny 1:30-3": {Zone: "America/New_York", Week: week("Sun 01:30-03:00")},
	"berlin":    {Zone: "Europe/Berlin", Week: week("24*7")},
	"howe":      {Zone: "Australia/Lord_Howe", Week: week("24*7")},
	"sydney":    {Zone: "Australia/Sydney", Week: week("Mon-Fri 09:00-17:00")},
	"apia":      {Zone: "Pacific/Apia", Week: week("Mon-Fri 09:00-17:00")},
	"line":      {Zone: "Pacific/Kiritimati", Week: week("Mon-Fri 09:00-17:00")},
	"kolkata":   {Zone: "Asia/Kolkata", Week: week("Mon-Fri 09:30-18:30")},
}

func week(s string) sla.Week {
	w, err := sla.ParseWeek(s)
	if err != nil {
		panic(err)
	}
	return w
}

func date(s string) sla.Date {
	d, err := sla.ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

func spans(s string) (all []sla.Span) {
	for one := range strings.SplitSeq(s, ",") {
		span, err := sla.ParseSpan(one)
		if err != nil {
			panic(err)
		}
		all = append(all, span)
	}
	return all
}

// hours are the calendars, ready.
var hours = func() map[string]*sla.Hours {
	all := map[string]*sla.Hours{}
	for name, c := range calendars {
		c.Name = name
		h, err := c.Hours()
		if err != nil {
			panic(name + ": " + err.Error())
		}
		all[name] = h
	}
	return all
}()

// at reads an instant that was worked out by hand: "Mon 2026-03-02 16:50" in a zone, or with a zone's short name behind it
// ("EST") where clocks show it twice. The weekday must be right.
func at(t testing.TB, loc *time.Location, s string) time.Time {
	t.Helper()
	s, abbreviation, _ := strings.Cut(s, " @")
	form := "Mon 2006-01-02 15:04"
	if strings.Count(s, ":") == 2 {
		form += ":05"
	}
	out, err := time.ParseInLocation(form, s, loc)
	if err != nil {
		t.Fatal(err)
	}
	if abbreviation != "" {
		for _, other := range []time.Time{out.Add(-time.Hour), out, out.Add(time.Hour)} {
			if name, _ := other.Zone(); name == abbreviation && other.Format(form) == s {
				out = other
			}
		}
		if name, _ := out.Zone(); name != abbreviation {
			t.Fatalf("%s is not in %s", s, abbreviation)
		}
	}
	if out.Format(form) != s {
		t.Fatalf("%q is no day or time: it would be %q", s, out.Format(form))
	}
	return out
}

func duration(t *testing.T, s string) time.Duration {
	t.Helper()
	d, err := time.ParseDuration(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}
