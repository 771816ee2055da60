package sla

import (
	"slices"
	"sort"
	"sync/atomic"
	"time"

	"frontline/internal/fault"
)

// horizon is how many years ahead of an instant an opening or the end of a duration is looked for.
const horizon = 20

// Hours is a Calendar that was checked and is ready for computing. Any number of goroutines may use it.
//
// It keeps, for each year that was asked for, the stretches in which the company is open with the sum of open time before each
// (a year of 8*5 takes 12 KB and some tenths of a millisecond to make), so that every question is a binary search or two.
type Hours struct {
	cal    Calendar
	loc    *time.Location
	days   map[Date]Day
	makeup []Span
	known  map[int]bool // years with an official notice
	years  [lastYear - firstYear + 1]atomic.Pointer[openYear]
}

// openYear is a year in UTC: the stretches are apart, in order, and within it.
type openYear struct {
	open  []stretch
	total int64
}

// stretch is open time from one instant to another, and the open time of the year before it; Unix nanoseconds, nanoseconds.
type stretch struct{ from, to, before int64 }

// Hours checks the calendar and makes it ready. more are official years besides those that the program brings along; the later
// of two for the same year holds. A calendar that never opens is refused (week: never_opens).
func (c Calendar) Hours(more ...Year) (*Hours, error) {
	loc, err := c.check(more)
	if err != nil {
		return nil, err
	}
	h := &Hours{cal: c, loc: loc, days: map[Date]Day{}, makeup: c.Makeup}
	if c.Official != "" {
		h.days, h.known = officialDays(c.Official, more)
	}
	for _, d := range c.Days {
		h.days[d.Date] = d
	}
	for d := 1; d < 6 && len(h.makeup) == 0; d++ {
		h.makeup = c.Week[d]
	}
	if !h.everOpens() {
		return nil, fault.BadField("week", "never_opens")
	}
	return h, nil
}

// everOpens looks at the days that differ, and at more weeks than there are such days.
func (h *Hours) everOpens() bool {
	for d := range h.days {
		if len(h.spans(d)) > 0 {
			return true
		}
	}
	from := max(h.cal.From, DateOf(firstYear, 1, 1))
	for d := from; d <= from+Date(7*len(h.days))+7 && d <= DateOf(lastYear, 12, 31); d++ {
		if len(h.spans(d)) > 0 {
			return true
		}
	}
	return false
}

// Calendar is what the hours were made from.
func (h *Hours) Calendar() Calendar { return h.cal }

// Zone is the calendar's zone.
func (h *Hours) Zone() *time.Location { return h.loc }

// spans are those that begin on a day. What began before a holiday's midnight goes on into it.
func (h *Hours) spans(d Date) []Span {
	if h.cal.From != 0 && d < h.cal.From || h.cal.Until != 0 && d > h.cal.Until {
		return nil
	}
	e, differs := h.days[d]
	switch {
	case !differs:
		return h.cal.Week[d.Weekday()]
	case !e.Work:
		return nil
	case len(e.Open) > 0:
		return e.Open
	}
	return h.makeup
}

func (h *Hours) year(y int) *openYear {
	slot := &h.years[y-firstYear]
	if made := slot.Load(); made != nil {
		return made
	}
	made := h.make(y)
	slot.Store(made) // two goroutines may make it at once; both make the same
	return made
}

func (h *Hours) make(y int) *openYear {
	begin, end := newYear(y), newYear(y+1)
	var all []stretch
	// A span may begin two days before the year and still reach into it: zones are up to 14 h ahead, spans up to 48 h long.
	for d := DateOf(y, 1, 1) - 3; d <= DateOf(y, 12, 31)+1; d++ {
		for _, s := range h.spans(d) {
			from, to := max(wall(d, s.From, h.loc), begin), min(wall(d, s.To, h.loc), end)
			if from < to {
				all = append(all, stretch{from: from, to: to})
			}
		}
	}
	slices.SortFunc(all, func(a, b stretch) int { return int(min(max(a.from-b.from, -1), 1)) })
	out := &openYear{}
	for _, s := range all {
		if n := len(out.open); n > 0 && s.from <= out.open[n-1].to {
			out.total += max(0, s.to-out.open[n-1].to)
			out.open[n-1].to = max(out.open[n-1].to, s.to)
			continue
		}
		s.before = out.total
		out.total += s.to - s.from
		out.open = append(out.open, s)
	}
	return out
}

// newYear is the first instant of a year in UTC, in Unix nanoseconds.
func newYear(y int) int64 { return time.Date(y, 1, 1, 0, 0, 0, 0, time.UTC).UnixNano() }

// clamp is an instant in Unix nanoseconds, and its year, brought within the years that calendars know.
func clamp(t time.Time) (nanos int64, year int) {
	switch year = t.UTC().Year(); {
	case year < firstYear:
		return newYear(firstYear), firstYear
	case year > lastYear:
		return newYear(lastYear+1) - 1, lastYear
	}
	return t.UnixNano(), year
}

// upTo is the open time of the year before an instant.
func (y *openYear) upTo(n int64) int64 {
	i := sort.Search(len(y.open), func(i int) bool { return y.open[i].from >= n }) - 1
	if i < 0 {
		return 0
	}
	return y.open[i].before + min(n, y.open[i].to) - y.open[i].from
}

// reach is the first instant of the year at which its open time has reached n, which is from 1 to the total.
func (y *openYear) reach(n int64) int64 {
	i := sort.Search(len(y.open), func(i int) bool { return y.open[i].before >= n }) - 1
	return y.open[i].from + n - y.open[i].before
}
