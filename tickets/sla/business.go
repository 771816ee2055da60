package sla

import (
	"sort"
	"time"
)

// Open says whether the company is open at t.
func (h *Hours) Open(t time.Time) bool {
	at, ok := h.Next(t)
	return ok && at.Equal(t)
}

// Next is the first instant at or after t at which the company is open; false where there is none within 20 years.
func (h *Hours) Next(t time.Time) (time.Time, bool) {
	n, first := clamp(t)
	if t.UTC().Year() > lastYear {
		return time.Time{}, false
	}
	for y := first; y <= min(first+horizon, lastYear); y++ {
		open := h.year(y).open
		if i := sort.Search(len(open), func(i int) bool { return open[i].to > n }); i < len(open) {
			if open[i].from <= n {
				return time.Unix(0, n).In(t.Location()), true
			}
			return time.Unix(0, open[i].from).In(t.Location()), true
		}
	}
	return time.Time{}, false
}

// At says whether the company is open at t, and the next instant at which that changes: an opening or a closing. It is zero where there
// is none within 20 years.
func (h *Hours) At(t time.Time) (open bool, change time.Time) {
	next, ok := h.Next(t)
	if !ok || !next.Equal(t) {
		return false, next
	}
	n, first := clamp(t)
	closes := n
	for y := first; y <= min(first+horizon, lastYear); y++ {
		year := h.year(y).open
		i := sort.Search(len(year), func(i int) bool { return year[i].to > closes })
		if i == len(year) || year[i].from > closes {
			return true, time.Unix(0, closes).In(t.Location()) // it closed with the year before
		}
		if closes = year[i].to; closes != newYear(y+1) {
			return true, time.Unix(0, closes).In(t.Location())
		}
	}
	return true, time.Time{}
}

// Add is the first instant at which the company has been open for d since t. A duration that ends with the day ends at closing
// time, not at the next opening; for d of zero or less it is t. False where it is not reached within 20 years.
func (h *Hours) Add(t time.Time, d time.Duration) (time.Time, bool) {
	if d <= 0 {
		return t, true
	}
	n, first := clamp(t)
	if t.UTC().Year() > lastYear {
		return time.Time{}, false
	}
	left := int64(d)
	for y := first; y <= min(first+horizon, lastYear); y++ {
		year := h.year(y)
		passed := year.upTo(n)
		if year.total-passed >= left {
			return time.Unix(0, year.reach(passed+left)).In(t.Location()), true
		}
		left -= year.total - passed
	}
	return time.Time{}, false
}

// Between is how long the company is open from a to b; zero where b is not after a.
func (h *Hours) Between(a, b time.Time) time.Duration {
	if !b.After(a) {
		return 0
	}
	from, first := clamp(a)
	to, last := clamp(b)
	var sum int64
	for y := first; y <= last; y++ {
		sum += h.year(y).total
	}
	return time.Duration(sum - h.year(first).upTo(from) - (h.year(last).total - h.year(last).upTo(to)))
}

// Workday says whether the company opens on a day: whether a span begins on it.
func (h *Hours) Workday(d Date) bool { return len(h.spans(d)) > 0 }

// workday is the n-th workday after d; for n of zero d itself, or the next where d is none.
func (h *Hours) workday(d Date, n int) (Date, bool) {
	if n == 0 && h.Workday(d) {
		return d, true
	}
	n = max(n, 1)
	for last := d + horizon*366; d < last; {
		if d++; h.Workday(d) {
			if n--; n == 0 {
				return d, true
			}
		}
	}
	return 0, false
}

// Missing are the years from a to b for which the calendar follows a government whose notice is not known: their holidays
// count as ordinary days. Nil where nothing is missing.
func (h *Hours) Missing(a, b time.Time) (years []int) {
	if h.cal.Official == "" {
		return nil
	}
	from, to := a.In(h.loc).Year(), b.In(h.loc).Year()
	for y := max(from, firstYear); y <= min(to, lastYear); y++ {
		if !h.known[y] {
			years = append(years, y)
		}
	}
	return years
}
