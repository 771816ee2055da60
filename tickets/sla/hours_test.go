package sla_test

import (
	"testing"
	"time"
)

// Every date here was worked out by hand with a wall calendar and the notices.
func TestAdd(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, calendar, from, add, want string }{
		{"within a morning", "8*5", "Mon 2026-03-02 09:00", "1h", "Mon 2026-03-02 10:00"},
		{"over lunch", "8*5", "Mon 2026-03-02 11:30", "1h", "Mon 2026-03-02 13:30"},
		{"up to lunch ends at lunch", "8*5", "Mon 2026-03-02 11:00", "1h", "Mon 2026-03-02 12:00"},
		{"a second more ends after lunch", "8*5", "Mon 2026-03-02 11:00", "1h0m1s", "Mon 2026-03-02 13:00:01"},
		{"from within lunch", "8*5", "Mon 2026-03-02 12:30", "30m", "Mon 2026-03-02 13:30"},
		{"over night", "8*5", "Mon 2026-03-02 16:50", "4h", "Tue 2026-03-03 11:50"},
		{"from closing time", "8*5", "Mon 2026-03-02 18:00", "1m", "Tue 2026-03-03 09:01"},
		{"a whole day from before it", "8*5", "Mon 2026-03-02 08:00", "8h", "Mon 2026-03-02 18:00"},
		{"two days", "8*5", "Mon 2026-03-02 09:00", "16h", "Tue 2026-03-03 18:00"},
		{"over a weekend", "8*5", "Fri 2026-03-06 17:00", "2h", "Mon 2026-03-09 10:00"},
		{"from a weekend", "8*5", "Sat 2026-03-07 12:00", "30m", "Mon 2026-03-09 09:30"},
		{"a week", "8*5", "Mon 2026-03-02 09:00", "40h", "Fri 2026-03-06 18:00"},
		{"a week and a minute", "8*5", "Mon 2026-03-02 09:00", "40h1m", "Mon 2026-03-09 09:01"},
		{"nothing is at once, open or not", "8*5", "Sat 2026-03-07 12:00", "0s", "Sat 2026-03-07 12:00"},

		{"Spring Festival 2026: make-up Saturday before it", "8*5", "Fri 2026-02-13 17:00", "2h", "Sat 2026-02-14 10:00"},
		{"Spring Festival 2026: nine days", "8*5", "Sat 2026-02-14 17:00", "2h", "Tue 2026-02-24 10:00"},
		{"Spring Festival 2026: the make-up day has lunch too", "8*5", "Fri 2026-02-13 18:00", "8h", "Sat 2026-02-14 18:00"},
		{"Spring Festival 2026: a minute too much", "8*5", "Fri 2026-02-13 18:00", "8h1m", "Tue 2026-02-24 09:01"},
		{"Spring Festival 2026: make-up Saturday after it", "8*5", "Fri 2026-02-27 17:30", "1h", "Sat 2026-02-28 09:30"},
		{"Spring Festival 2026: Sunday after it is free", "8*5", "Sat 2026-02-28 17:30", "1h", "Mon 2026-03-02 09:30"},
		{"Qingming 2026", "8*5", "Fri 2026-04-03 17:00", "2h", "Tue 2026-04-07 10:00"},
		{"Labour Day 2026", "8*5", "Thu 2026-04-30 17:00", "2h", "Wed 2026-05-06 10:00"},
		{"Labour Day 2026: make-up Saturday", "8*5", "Fri 2026-05-08 17:00", "2h", "Sat 2026-05-09 10:00"},
		{"Dragon Boat 2026", "8*5", "Thu 2026-06-18 17:00", "2h", "Mon 2026-06-22 10:00"},
		{"Mid-Autumn 2026", "8*5", "Thu 2026-09-24 17:00", "2h", "Mon 2026-09-28 10:00"},
		{"National Day 2026: make-up Sunday", "8*5", "Fri 2026-09-18 17:30", "1h", "Sun 2026-09-20 09:30"},
		{"National Day 2026", "8*5", "Wed 2026-09-30 17:00", "2h", "Thu 2026-10-08 10:00"},
		{"National Day 2026: make-up Saturday", "8*5", "Fri 2026-10-09 17:00", "2h", "Sat 2026-10-10 10:00"},
		{"National Day 2026: after the make-up Saturday", "8*5", "Sat 2026-10-10 17:00", "2h", "Mon 2026-10-12 10:00"},
		{"Spring Festival 2025: make-up Sunday", "8*5", "Fri 2025-01-24 17:00", "2h", "Sun 2025-01-26 10:00"},
		{"Spring Festival 2025", "8*5", "Mon 2025-01-27 17:00", "2h", "Wed 2025-02-05 10:00"},
		{"National Day and Mid-Autumn 2025: make-up Sunday", "8*5", "Sat 2025-09-27 10:00", "1h", "Sun 2025-09-28 10:00"},
		{"National Day and Mid-Autumn 2025: eight days", "8*5", "Tue 2025-09-30 17:00", "2h", "Thu 2025-10-09 10:00"},
		{"Spring Festival 2024: New Year's Eve is worked", "8*5", "Fri 2024-02-09 17:00", "2h", "Sun 2024-02-18 10:00"},
		{"Spring Festival 2024: make-up Sunday", "8*5", "Sat 2024-02-03 10:00", "1h", "Sun 2024-02-04 10:00"},
		{"Labour Day 2024: make-up Sunday", "8*5", "Fri 2024-04-26 17:00", "2h", "Sun 2024-04-28 10:00"},
		{"Labour Day 2024: five days", "8*5", "Tue 2024-04-30 17:00", "10h", "Tue 2024-05-07 10:00"},
		{"Labour Day 2024: make-up Saturday", "8*5", "Fri 2024-05-10 17:00", "2h", "Sat 2024-05-11 10:00"},
		{"Mid-Autumn 2024", "8*5", "Sat 2024-09-14 17:00", "2h", "Wed 2024-09-18 10:00"},

		{"year end 2023", "8*5", "Fri 2023-12-29 17:00", "2h", "Tue 2024-01-02 10:00"},
		{"year end 2024", "8*5", "Tue 2024-12-31 17:00", "2h", "Thu 2025-01-02 10:00"},
		{"year end 2025: three days, then a worked Sunday", "8*5", "Wed 2025-12-31 17:00", "2h", "Sun 2026-01-04 10:00"},
		{"year end 2026: the next year is not known yet", "8*5", "Thu 2026-12-31 17:00", "2h", "Fri 2027-01-01 10:00"},

		{"always open on National Day", "24*7", "Wed 2026-09-30 23:50", "30m", "Thu 2026-10-01 00:20"},
		{"always open at year end", "24*7", "Wed 2025-12-31 23:45", "30m", "Thu 2026-01-01 00:15"},
		{"always open, thirty days", "24*7", "Mon 2026-02-02 10:00", "720h", "Wed 2026-03-04 10:00"},

		{"night shift over two nights", "night", "Mon 2026-03-02 23:00", "8h", "Tue 2026-03-03 23:00"},
		{"night shift, rest of Friday's on Saturday", "night", "Sat 2026-03-07 05:00", "1h", "Sat 2026-03-07 06:00"},
		{"night shift over a weekend", "night", "Fri 2026-03-06 22:00", "9h", "Mon 2026-03-09 23:00"},
		{"night shift goes on into a holiday", "night", "Wed 2026-09-30 22:00", "8h", "Thu 2026-10-01 06:00"},
		{"night shift does not begin on a holiday", "night", "Wed 2026-09-30 22:00", "9h", "Thu 2026-10-08 23:00"},
		{"night shift on a make-up Saturday", "night", "Fri 2026-10-09 22:00", "9h", "Sat 2026-10-10 23:00"},

		{"half Saturday", "six", "Sat 2026-03-07 11:00", "2h", "Mon 2026-03-09 10:00"},
		{"a make-up Saturday is a whole day", "six", "Sat 2026-02-14 11:00", "2h", "Sat 2026-02-14 13:00"},
		{"a day of the company's own is closed", "own days", "Thu 2026-03-05 17:00", "2h", "Mon 2026-03-09 10:00"},
		{"a holiday that the company works, with its own hours", "own days", "Wed 2026-09-30 17:00", "2h", "Sat 2026-10-03 11:00"},

		{"another zone", "kolkata", "Mon 2026-03-02 18:00", "1h", "Tue 2026-03-03 10:00"},
		{"far ahead of UTC", "line", "Mon 2026-03-02 09:30", "1h", "Mon 2026-03-02 10:30"},
		{"clocks forward, always open", "ny 24*7", "Sat 2026-03-07 12:00", "24h", "Sun 2026-03-08 13:00"},
		{"clocks back, always open", "ny 24*7", "Sat 2026-10-31 12:00", "24h", "Sun 2026-11-01 11:00"},
		{"clocks forward over a weekend change no office hours", "ny", "Fri 2026-03-06 16:00", "2h", "Mon 2026-03-09 10:00"},
		{"clocks forward in a night shift: it has 7 h", "ny night", "Sat 2026-03-07 22:00", "7h", "Sun 2026-03-08 06:00"},
		{"clocks forward in a night shift: and no more", "ny night", "Sat 2026-03-07 22:00", "7h0m1s", "Sat 2026-03-14 22:00:01"},
		{"clocks back in a night shift: it has 9 h", "ny night", "Sat 2026-10-31 22:00", "9h", "Sun 2026-11-01 06:00"},
		{"clocks forward to the opening", "ny 3-11", "Sun 2026-03-08 00:00", "1h", "Sun 2026-03-08 04:00"},
		{"clocks forward over the opening: open from the change", "ny 2:30", "Sun 2026-03-08 00:00", "2h", "Sun 2026-03-08 05:00"},
		{"clocks back over the closing: closed at the first", "ny 0-1:30", "Sun 2026-11-01 00:00", "90m", "Sun 2026-11-01 01:30 @EDT"},
		{"clocks back over the closing: not open at the second", "ny 0-1:30", "Sun 2026-11-01 00:00", "91m", "Sun 2026-11-08 00:01"},
		{"clocks back over the opening: open at the first", "ny 1:30-3", "Sun 2026-11-01 00:00", "30m", "Sun 2026-11-01 01:00 @EST"},
		{"clocks back over the opening: and through the second", "ny 1:30-3", "Sun 2026-11-01 00:00", "2h30m", "Sun 2026-11-01 03:00"},
		{"Europe, forward", "berlin", "Sat 2026-03-28 22:00", "6h", "Sun 2026-03-29 05:00"},
		{"Europe, back", "berlin", "Sat 2026-10-24 22:00", "6h", "Sun 2026-10-25 03:00"},
		{"half an hour back", "howe", "Sat 2026-04-04 22:00", "6h", "Sun 2026-04-05 03:30"},
		{"southern autumn over a weekend", "sydney", "Fri 2026-04-03 16:00", "2h", "Mon 2026-04-06 10:00"},
		{"a Friday that an island left out", "apia", "Thu 2011-12-29 16:00", "2h", "Mon 2012-01-02 10:00"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			h := hours[c.calendar]
			from, want := at(t, h.Zone(), c.from), at(t, h.Zone(), c.want)
			got, ok := h.Add(from, duration(t, c.add))
			if !ok || !got.Equal(want) {
				t.Errorf("%s + %s of %s = %s, %v; want %s", c.from, c.add, c.calendar, got, ok, want)
			}
			if got, ok := h.Add(from.UTC(), duration(t, c.add)); !ok || !got.Equal(want) || got.Location() != time.UTC {
				t.Errorf("the same from UTC = %s, %v; want %s", got, ok, want.UTC())
			}
			if d := h.Between(from, want); d != duration(t, c.add) {
				t.Errorf("between them %s are open, want %s", d, c.add)
			}
		})
	}
}

func TestBetween(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, calendar, from, to, want string }{
		{"a day has 8 h", "8*5", "Mon 2026-03-02 00:00", "Tue 2026-03-03 00:00", "8h"},
		{"lunch counts nothing", "8*5", "Mon 2026-03-02 12:00", "Mon 2026-03-02 13:00", "0s"},
		{"half of it outside", "8*5", "Mon 2026-03-02 07:00", "Mon 2026-03-02 09:30", "30m"},
		{"a weekend counts nothing", "8*5", "Fri 2026-03-06 18:00", "Mon 2026-03-09 09:00", "0s"},
		{"backwards counts nothing", "8*5", "Tue 2026-03-03 10:00", "Mon 2026-03-02 10:00", "0s"},
		{"Spring Festival with its Saturday", "8*5", "Fri 2026-02-13 18:00", "Tue 2026-02-24 09:00", "8h"},
		{"National Day", "8*5", "Wed 2026-09-30 18:00", "Thu 2026-10-08 09:00", "0s"},
		{"2024 has 251 workdays", "8*5", "Mon 2024-01-01 00:00", "Wed 2025-01-01 00:00", "2008h"},
		{"2025 has 248 workdays", "8*5", "Wed 2025-01-01 00:00", "Thu 2026-01-01 00:00", "1984h"},
		{"2026 has 248 workdays", "8*5", "Thu 2026-01-01 00:00", "Fri 2027-01-01 00:00", "1984h"},
		{"three years", "8*5", "Mon 2024-01-01 00:00", "Fri 2027-01-01 00:00", "5976h"},
		{"a day of 23 h", "ny 24*7", "Sun 2026-03-08 00:00", "Mon 2026-03-09 00:00", "23h"},
		{"a day of 25 h", "ny 24*7", "Sun 2026-11-01 00:00", "Mon 2026-11-02 00:00", "25h"},
		{"a leap year", "24*7", "Mon 2024-01-01 00:00", "Wed 2025-01-01 00:00", "8784h"},
		{"after the calendar's end", "march", "Tue 2026-03-31 17:00", "Fri 2026-05-01 00:00", "1h"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			h := hours[c.calendar]
			if got := h.Between(at(t, h.Zone(), c.from), at(t, h.Zone(), c.to)); got != duration(t, c.want) {
				t.Errorf("from %s to %s %s is open %s, want %s", c.from, c.to, c.calendar, got, c.want)
			}
		})
	}
}

func TestNextOpening(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ calendar, from, want string }{
		{"8*5", "Mon 2026-03-02 10:00", "Mon 2026-03-02 10:00"},
		{"8*5", "Mon 2026-03-02 12:00", "Mon 2026-03-02 13:00"},
		{"8*5", "Mon 2026-03-02 18:00", "Tue 2026-03-03 09:00"},
		{"8*5", "Wed 2026-09-30 18:00", "Thu 2026-10-08 09:00"},
		{"8*5", "Thu 2026-01-01 00:00", "Sun 2026-01-04 09:00"},
		{"night", "Tue 2026-03-03 06:00", "Tue 2026-03-03 22:00"},
		{"ny 2:30", "Sun 2026-03-08 01:59", "Sun 2026-03-08 03:00"},
		{"24*7", "Thu 2026-01-01 08:00", "Thu 2026-01-01 08:00"}, // the begin of the year in UTC
	} {
		h := hours[c.calendar]
		from, want := at(t, h.Zone(), c.from), at(t, h.Zone(), c.want)
		if got, ok := h.Next(from); !ok || !got.Equal(want) {
			t.Errorf("%s opens next after %s at %s, %v; want %s", c.calendar, c.from, got, ok, want)
		}
		if got := h.Open(from); got != from.Equal(want) {
			t.Errorf("%s open at %s = %v", c.calendar, c.from, got)
		}
	}
}

func TestWhatEndsIsNeverReached(t *testing.T) {
	t.Parallel()
	h := hours["march"]
	from := at(t, h.Zone(), "Tue 2026-03-31 17:30")
	if got, ok := h.Add(from, 30*time.Minute); !ok || !got.Equal(at(t, h.Zone(), "Tue 2026-03-31 18:00")) {
		t.Errorf("the last half hour ends at %s, %v", got, ok)
	}
	if got, ok := h.Add(from, time.Hour); ok {
		t.Errorf("an hour from %s = %s, want never", from, got)
	}
	if got, ok := h.Next(from.Add(time.Hour)); ok {
		t.Errorf("opens again at %s, want never", got)
	}
	for _, far := range []time.Time{{}, time.Unix(1<<40, 0), time.Date(-5000, 1, 1, 0, 0, 0, 0, time.UTC)} {
		got, ok := hours["8*5"].Add(far, time.Hour)
		if ok && got.Before(far) {
			t.Errorf("%s + 1 h = %s", far, got)
		}
		hours["8*5"].Between(far, far.AddDate(3000, 0, 0))
	}
}

func TestAt(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, calendar, at string
		open               bool
		change             string // empty: never
	}{
		{"in the morning", "8*5", "Mon 2026-03-02 09:00", true, "Mon 2026-03-02 12:00"},
		{"at lunch", "8*5", "Mon 2026-03-02 12:00", false, "Mon 2026-03-02 13:00"},
		{"in the afternoon", "8*5", "Mon 2026-03-02 17:59", true, "Mon 2026-03-02 18:00"},
		{"on Friday evening", "8*5", "Fri 2026-03-06 18:00", false, "Mon 2026-03-09 09:00"},
		{"on a make-up Saturday", "8*5", "Sat 2026-10-10 10:00", true, "Sat 2026-10-10 12:00"},
		{"before National Day", "8*5", "Wed 2026-09-30 18:00", false, "Thu 2026-10-08 09:00"},
		{"always open", "24*7", "Wed 2025-12-31 23:45", true, ""},
		{"night shift over the turn of the year in UTC", "night", "Fri 2025-12-26 23:00", true, "Sat 2025-12-27 06:00"},
		{"over new year in UTC", "line", "Fri 2026-01-02 10:00", true, "Fri 2026-01-02 17:00"},
		{"before the last day on which it holds ends", "march", "Tue 2026-03-31 17:00", true, "Tue 2026-03-31 18:00"},
		{"after it holds", "march", "Tue 2026-03-31 18:00", false, ""},
		{"clocks forward in a night shift", "ny night", "Sat 2026-03-07 22:00", true, "Sun 2026-03-08 06:00"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			h := hours[c.calendar]
			when := at(t, h.Zone(), c.at)
			open, change := h.At(when)
			want := time.Time{}
			if c.change != "" {
				want = at(t, h.Zone(), c.change)
			}
			if open != c.open || !change.Equal(want) {
				t.Errorf("At(%s) = %v, %v; want %v, %v", c.at, open, change, c.open, want)
			}
		})
	}
}
