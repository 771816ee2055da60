package sla

import (
	"time"

	"frontline/internal/fault"
)

// The years that calendars know. Before and after them nothing is ever open.
const firstYear, lastYear = 1970, 2199

// Date is a civil day without a zone, counted in days: 1 is 0001-01-01. The zero Date is no day.
type Date int32

const unixEpoch = 719163 // 1970-01-01 as a Date

// DateOf is the day of a year, a month and a day of the month, which are brought into range as time.Date does.
func DateOf(year int, month time.Month, day int) Date {
	return Date(time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Unix()/86400 + unixEpoch)
}

// DateIn is the day that calendars on the wall in loc show at t.
func DateIn(t time.Time, loc *time.Location) Date { return DateOf(t.In(loc).Date()) }

// ParseDate reads a day such as 2026-10-01, from 1970 to 2199.
func ParseDate(s string) (Date, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil || t.Year() < firstYear || t.Year() > lastYear {
		return 0, fault.BadField("date", "bad_day", "from", firstYear, "to", lastYear)
	}
	return DateOf(t.Date()), nil
}

func (d Date) midnight() time.Time { return time.Unix((int64(d)-unixEpoch)*86400, 0).UTC() }

// Year of the day.
func (d Date) Year() int { return d.midnight().Year() }

// Weekday of the day.
func (d Date) Weekday() time.Weekday { return time.Weekday((int(d)%7 + 7) % 7) } // 0001-01-01 was a Monday

// String is 2026-10-01, and nothing for no day.
func (d Date) String() string {
	if d == 0 {
		return ""
	}
	return d.midnight().Format(time.DateOnly)
}

// MarshalText writes the form of String.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads the form of ParseDate; no text is no day.
func (d *Date) UnmarshalText(b []byte) (err error) {
	*d = 0
	if len(b) > 0 {
		*d, err = ParseDate(string(b))
	}
	return err
}
