package sla

import "time"

// The kinds of days in a drawn month.
const (
	Ordinary  = "ordinary"  // as its weekday is; open or not
	Holiday   = "holiday"   // closed, though its weekday may be open
	MakeupDay = "makeup"    // worked instead of another
	OwnHours  = "own_hours" // open, with hours of its own
	NotValid  = "not_valid" // before or after the calendar holds
	NotKnown  = "not_known" // as its weekday is, for the year's official notice is not known
)

// Drawn is a day of a month as it is drawn: what it is, why, and when it is open.
type Drawn struct {
	Date Date      `json:"date"`
	Kind string    `json:"kind"`
	Name string    `json:"name,omitempty"` // of the holiday
	Open []Opening `json:"open,omitempty"` // spans that begin on the day
}

// Opening is a span of a certain day: as the wall shows it, and as instants in the calendar's zone. Where clocks change
// within it, its length differs from what the wall shows.
type Opening struct {
	Span Span      `json:"span"`
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

// Month are the days of a month, for drawing; none outside the years that calendars know.
func (h *Hours) Month(year int, month time.Month) []Drawn {
	if year < firstYear || year > lastYear || month < 1 || month > 12 {
		return nil
	}
	var days []Drawn
	for d := DateOf(year, month, 1); d < DateOf(year, month+1, 1); d++ {
		days = append(days, h.drawn(d))
	}
	return days
}

func (h *Hours) drawn(d Date) Drawn {
	out := Drawn{Date: d, Kind: h.kind(d)}
	if e, ok := h.days[d]; ok && out.Kind != NotValid {
		out.Name = e.Name
	}
	for _, s := range h.spans(d) {
		from, to := wall(d, s.From, h.loc), wall(d, s.To, h.loc)
		if from < to {
			out.Open = append(out.Open, Opening{s, time.Unix(0, from).In(h.loc), time.Unix(0, to).In(h.loc)})
		}
	}
	return out
}

func (h *Hours) kind(d Date) string {
	e, differs := h.days[d]
	switch {
	case h.cal.From != 0 && d < h.cal.From || h.cal.Until != 0 && d > h.cal.Until:
		return NotValid
	case !differs && h.cal.Official != "" && !h.known[d.Year()]:
		return NotKnown
	case !differs:
		return Ordinary
	case !e.Work:
		return Holiday
	case len(e.Open) > 0:
		return OwnHours
	}
	return MakeupDay
}
