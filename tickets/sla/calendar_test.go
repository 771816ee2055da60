package sla_test

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"frontline/tickets/sla"
)

// The counts are those of the notices' own words.
func TestOfficialYears(t *testing.T) {
	t.Parallel()
	counts := map[int]string{ // free days, make-up days
		2024: "28 8",
		2025: "28 5",
		2026: "33 6",
	}
	years := sla.Official("CN")
	if len(years) != len(counts) {
		t.Errorf("%d years, want %d", len(years), len(counts))
	}
	for _, y := range years {
		var free, work int
		for _, d := range y.Days {
			if d.Off {
				free++
			} else {
				work++
			}
			if d.Date.Year() != y.Year {
				t.Errorf("%s in %d", d.Date, y.Year)
			}
		}
		if got := fmt.Sprint(free, " ", work); got != counts[y.Year] {
			t.Errorf("%d has %s, want %s", y.Year, got, counts[y.Year])
		}
		if !strings.Contains(y.Papers[0], fmt.Sprintf("国务院办公厅关于%d年部分节假日安排的通知", y.Year)) {
			t.Errorf("%d is taken from %s", y.Year, y.Papers)
		}
		if _, err := os.Stat(fmt.Sprintf("official/cn-%d.json", y.Year)); err != nil {
			t.Error(err)
		}
	}
}

func TestNextYearIsAdded(t *testing.T) {
	t.Parallel()
	c := calendars["8*5"]
	c.Name = "8*5"
	eve := at(t, hours["8*5"].Zone(), "Thu 2026-12-31 17:00")
	if got := fmt.Sprint(hours["8*5"].Missing(eve, eve.AddDate(0, 0, 1))); got != "[2027]" {
		t.Errorf("missing %s, want [2027]", got)
	}
	next, err := sla.ParseYear([]byte(`{"country":"CN","year":2027,"papers":["a notice made for this test"],"days":[
		{"name":"元旦","date":"2027-01-01","isOffDay":true},{"name":"元旦","date":"2027-01-03","isOffDay":false}]}`))
	if err != nil {
		t.Fatal(err)
	}
	h, err := c.Hours(next)
	if err != nil {
		t.Fatal(err)
	}
	got, _ := h.Add(eve, 2*time.Hour)
	if want := at(t, h.Zone(), "Sun 2027-01-03 10:00"); !got.Equal(want) {
		t.Errorf("with 2027 = %s, want %s", got, want)
	}
	if m := h.Missing(eve, got); m != nil {
		t.Errorf("missing %v, want none", m)
	}
}

// In January 2020 the State Council lengthened a Spring Festival that had begun: the later notice for a year holds.
func TestNoticeThatChangesAYear(t *testing.T) {
	t.Parallel()
	changed, err := sla.ParseYear([]byte(`{"country":"CN","year":2026,"papers":["made for this test"],"days":[
		{"name":"春节","date":"2026-02-24","isOffDay":true}]}`))
	if err != nil {
		t.Fatal(err)
	}
	c := calendars["8*5"]
	c.Name = "8*5"
	h, err := c.Hours(changed)
	if err != nil {
		t.Fatal(err)
	}
	if h.Workday(date("2026-02-24")) || !h.Workday(date("2026-10-01")) {
		t.Error("the new notice for 2026 does not hold alone")
	}
}

func TestYearsThatAreRefused(t *testing.T) {
	t.Parallel()
	for in, code := range map[string]string{
		`{`: "bad_year",
		`{"country":"CN","year":1,"papers":["x"],"days":[]}`:                                                                               "bad_year",
		`{"country":"CN","year":2027,"days":[]}`:                                                                                           "required",
		`{"country":"CN","year":2027,"papers":["x"],"days":[]}`:                                                                            "required",
		`{"country":"CN","year":2027,"papers":["x"],"days":[{"date":"2026-10-01","isOffDay":true}]}`:                                       "other_year",
		`{"country":"CN","year":2027,"papers":["x"],"days":[{"date":"2027-01-04","isOffDay":false}]}`:                                      "no_weekend",
		`{"country":"CN","year":2027,"papers":["x"],"days":[{"date":"2027-01-01","isOffDay":true},{"date":"2027-01-01","isOffDay":true}]}`: "duplicate",
	} {
		if _, err := sla.ParseYear([]byte(in)); fieldCode(err) != code {
			t.Errorf("%s = %v, want %s", in, err, code)
		}
	}
}

func TestCalendarsThatAreRefused(t *testing.T) {
	t.Parallel()
	good := sla.Calendar{Name: "8*5", Zone: "Asia/Shanghai", Week: week("8*5")}
	for name, c := range map[string]struct {
		change func(*sla.Calendar)
		code   string
	}{
		"no name":                {func(c *sla.Calendar) { c.Name = "" }, "required"},
		"a quote in the name":    {func(c *sla.Calendar) { c.Name = `a"b` }, "bad_name"},
		"a name written oddly":   {func(c *sla.Calendar) { c.Name = "5x8" }, "write_name_as"},
		"no zone":                {func(c *sla.Calendar) { c.Zone = "" }, "unknown_zone"},
		"the machine's own zone": {func(c *sla.Calendar) { c.Zone = "Local" }, "unknown_zone"},
		"a zone that is none":    {func(c *sla.Calendar) { c.Zone = "Asia/Nowhere" }, "unknown_zone"},
		"an unknown government":  {func(c *sla.Calendar) { c.Official = "XX" }, "not_allowed"},
		"spans that overlap":     {func(c *sla.Calendar) { c.Week[1] = []sla.Span{{540, 720}, {700, 800}} }, "spans_overlap"},
		"a span of 25 hours":     {func(c *sla.Calendar) { c.Week[1] = []sla.Span{{0, 1500}} }, "bad_span"},
		"until before from":      {func(c *sla.Calendar) { c.From, c.Until = date("2026-03-02"), date("2026-03-01") }, "before_from"},
		"never":                  {func(c *sla.Calendar) { c.Week = sla.Week{} }, "never_opens"},
		"only on a weekend":      {func(c *sla.Calendar) { c.From, c.Until = date("2026-03-07"), date("2026-03-08") }, "never_opens"},
		"only on holidays": {func(c *sla.Calendar) {
			c.Official, c.From, c.Until = "CN", date("2026-10-01"), date("2026-10-07")
		}, "never_opens"},
		"closed with hours":  {func(c *sla.Calendar) { c.Days = []sla.Day{{Date: date("2026-03-02"), Open: spans("09:00-10:00")}} }, "closed_but_open"},
		"a day twice":        {func(c *sla.Calendar) { c.Days = []sla.Day{{Date: date("2026-03-02")}, {Date: date("2026-03-02")}} }, "duplicate"},
		"a day that is none": {func(c *sla.Calendar) { c.Days = []sla.Day{{}} }, "bad_day"},
		"a make-up day without hours": {func(c *sla.Calendar) {
			c.Week, c.Days = sla.Week{}, []sla.Day{{Date: date("2026-03-02"), Work: true}}
		}, "never_opens"},
	} {
		changed := good
		c.change(&changed)
		if _, err := changed.Hours(); fieldCode(err) != c.code {
			t.Errorf("%s: %v, want %s", name, err, c.code)
		}
	}
	good.Week = sla.Week{}
	good.Days = []sla.Day{{Date: date("2026-03-02"), Work: true, Open: spans("09:00-10:00")}}
	if _, err := good.Hours(); err != nil {
		t.Errorf("one open day ever: %v", err)
	}
}

func TestWeekTexts(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"8*5":  "Mon-Fri 09:00-12:00,13:00-18:00",
		"5x8":  "Mon-Fri 09:00-12:00,13:00-18:00",
		"24*7": "Mon-Sun 00:00-24:00",
		"7×24": "Mon-Sun 00:00-24:00",
		"10*6": "Mon-Sat 09:00-19:00",
		"周一至周五 9:00-12:00，13:00-18:00；周六 22:00-06:00": "Mon-Fri 09:00-12:00,13:00-18:00; Sat 22:00-06:00",
		"Fri-Mon 8:00-9:00":                "Mon 08:00-09:00; Fri-Sun 08:00-09:00",
		"Tue,Thu 13:00-14:00, 08:00-09:00": "Tue 08:00-09:00,13:00-14:00; Thu 08:00-09:00,13:00-14:00",
		"":                                 "",
	} {
		w, err := sla.ParseWeek(in)
		if err != nil || w.String() != want {
			t.Errorf("%s = %q, %v; want %q", in, w, err, want)
		}
	}
	for in, code := range map[string]string{
		"7*5": "write_hours_out", "24*8": "write_hours_out", "Mon": "bad_week", "Someday 09:00-10:00": "bad_week",
		"Mon 9-10": "bad_span", "Mon 09:00-25:00": "bad_span", "Mon 09:00-10:00; Mon 11:00-12:00": "day_twice", "Mon 09:00-11:00,10:00-12:00": "spans_overlap",
	} {
		if w, err := sla.ParseWeek(in); fieldCode(err) != code {
			t.Errorf("%s = %q, %v; want %s", in, w, err, code)
		}
	}
}

func TestCalendarAsJSON(t *testing.T) {
	t.Parallel()
	c := calendars["own days"]
	c.Name, c.From = "own days", date("2026-01-01")
	b, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"name":"own days","zone":"Asia/Shanghai","week":"Mon-Fri 09:00-12:00,13:00-18:00","official":"CN","days":[{"date":"2026-03-06","work":false},` +
		`{"date":"2026-10-03","work":true,"open":["10:00-16:00"]}],"from":"2026-01-01"}`
	if string(b) != want {
		t.Errorf("written as %s\nwant       %s", b, want)
	}
	var again sla.Calendar
	if err := json.Unmarshal(b, &again); err != nil || fmt.Sprint(again) != fmt.Sprint(c) {
		t.Errorf("read again: %+v, %v", again, err)
	}
}

func TestMonth(t *testing.T) {
	t.Parallel()
	var got []string
	for _, d := range hours["own days"].Month(2026, time.October)[:11] {
		line := fmt.Sprint(d.Date, " ", d.Kind, " ", d.Name)
		for _, o := range d.Open {
			line += " " + o.Span.String()
		}
		got = append(got, line)
	}
	want := `2026-10-01 holiday 国庆节
2026-10-02 holiday 国庆节
2026-10-03 own_hours  10:00-16:00
2026-10-04 holiday 国庆节
2026-10-05 holiday 国庆节
2026-10-06 holiday 国庆节
2026-10-07 holiday 国庆节
2026-10-08 ordinary  09:00-12:00 13:00-18:00
2026-10-09 ordinary  09:00-12:00 13:00-18:00
2026-10-10 makeup 国庆节 09:00-12:00 13:00-18:00
2026-10-11 ordinary `
	if s := strings.Join(got, "\n"); s != want {
		t.Errorf("October:\n%s\nwant:\n%s", s, want)
	}
	// The night in which clocks go forward is drawn as the wall shows it, and is an hour shorter.
	night := hours["ny night"].Month(2026, time.March)[6].Open[0]
	if night.Span.String() != "22:00-06:00" || night.To.Sub(night.From) != 7*time.Hour {
		t.Errorf("%s takes %s, want 7h", night.Span, night.To.Sub(night.From))
	}
	if d := hours["8*5"].Month(2027, time.January)[3]; d.Kind != sla.NotKnown {
		t.Errorf("2027-01-04 is %s, want %s", d.Kind, sla.NotKnown)
	}
	if d := hours["march"].Month(2026, time.April)[0]; d.Kind != sla.NotValid || len(d.Open) > 0 {
		t.Errorf("after its end: %+v", d)
	}
}
