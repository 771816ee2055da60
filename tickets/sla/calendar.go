package sla

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"frontline/internal/fault"
)

// Calendar says when a company is open, as a user writes it down. Hours makes it ready for computing.
type Calendar struct {
	Name string `json:"name"` // by which targets refer to it: "8*5"
	Zone string `json:"zone"` // IANA: "Asia/Shanghai"
	Week Week   `json:"week"`
	// Makeup are the spans of a weekend day that is worked instead of another. Empty: those of the first weekday, from Monday
	// on, that has any.
	Makeup []Span `json:"makeup,omitempty"`
	// Official is the country whose announced holidays and make-up workdays apply: "CN". Empty: none; a 24*7 service has none.
	Official string `json:"official,omitempty"`
	Days     []Day  `json:"days,omitempty"` // the company's own; they win over the official ones
	// From and Until are the first and last day on which it holds; nothing is open outside. Zero: without bound.
	From  Date `json:"from,omitempty"`
	Until Date `json:"until,omitempty"`
}

// Day is one day that differs from its week.
type Day struct {
	Date Date   `json:"date"`
	Name string `json:"name,omitempty"`
	Work bool   `json:"work"`           // false: closed
	Open []Span `json:"open,omitempty"` // of a workday; empty: those of a make-up day
}

const (
	maxName = 100   // characters of the name of a calendar or a policy
	maxDays = 5_000 // exceptions of a calendar
)

// check refuses what is wrong by itself, whatever the dates: names, zone, spans, days.
func (c Calendar) check(more []Year) (*time.Location, error) {
	if err := checkCalendarName("name", c.Name); err != nil {
		return nil, err
	}
	loc, err := zone(c.Zone)
	if err != nil {
		return nil, err
	}
	if err := c.Week.check("week"); err != nil {
		return nil, err
	}
	if err := checkSpans("makeup", c.Makeup); err != nil {
		return nil, err
	}
	if all := countries(more); c.Official != "" && !slices.Contains(all, c.Official) {
		return nil, fault.BadField("official", "not_allowed", "allowed", strings.Join(all, ", "))
	}
	if c.From != 0 && c.Until != 0 && c.Until < c.From {
		return nil, fault.BadField("until", "before_from")
	}
	return loc, c.checkDays()
}

func (c Calendar) checkDays() error {
	if len(c.Days) > maxDays {
		return fault.BadField("days", "too_many", "max", maxDays)
	}
	seen := make(map[Date]bool, len(c.Days))
	for i, d := range c.Days {
		field := fmt.Sprint("days.", i)
		switch {
		case d.Date < DateOf(firstYear, 1, 1) || d.Date > DateOf(lastYear, 12, 31):
			return fault.BadField(field+".date", "bad_day", "from", firstYear, "to", lastYear)
		case seen[d.Date]:
			return fault.BadField(field+".date", "duplicate")
		case d.Name != "" && checkName(field, d.Name) != nil:
			return fault.BadField(field+".name", "bad_name")
		case !d.Work && len(d.Open) > 0:
			return fault.BadField(field+".open", "closed_but_open")
		}
		if err := checkSpans(field+".open", d.Open); err != nil {
			return err
		}
		seen[d.Date] = true
	}
	return nil
}

// checkName refuses names that could not be written in the text of a target.
func checkName(field, s string) error {
	switch n := len([]rune(s)); {
	case s == "":
		return fault.BadField(field, "required")
	case n > maxName:
		return fault.BadField(field, "too_long", "max", maxName)
	case !printable(s):
		return fault.BadField(field, "bad_name")
	}
	return nil
}

// checkCalendarName refuses also another writing of a name such as 8*5: texts of targets are read with the usual one.
func checkCalendarName(field, s string) error {
	if usual, ok := timesName(s); ok && usual != s {
		return fault.BadField(field, "write_name_as", "name", usual)
	}
	return checkName(field, s)
}

// printable holds for text that is read back as it was written: valid, on one line, without quotes or spaces at its ends.
func printable(s string) bool {
	if !utf8.ValidString(s) || strings.TrimSpace(s) != s || strings.ContainsAny(s, "\"“”") {
		return false
	}
	return !strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) })
}
