package sla

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"frontline/internal/fault"
)

// Kind is what is promised.
type Kind string

// What can be promised, each from the first instant that counts to the event that fulfils it.
const (
	Answer     Kind = "answer"      // from waiting in a queue to a person on the line
	FirstReply Kind = "first_reply" // from the customer's first contact to the first reply by a person
	NextReply  Kind = "next_reply"  // from the oldest unanswered message of the customer to the reply by a person
	Resolution Kind = "resolution"  // from opened to resolved
	Arrival    Kind = "arrival"     // from opened to an engineer on site
)

// Kinds are all kinds, in the order in which they are shown.
var Kinds = []Kind{Answer, FirstReply, NextReply, Resolution, Arrival}

// By is when a promised day's work is due on that day: EndOfDay, SameHour, or a time of day such as "18:00".
type By string

// EndOfDay is the end of the day's last span. SameHour is the hour of the report, or the first open instant after it, or
// the end of the day where there is none.
const (
	EndOfDay By = "end of day"
	SameHour By = "same hour"
)

// Pausing says in which states of a ticket a target's clock stands still.
type Pausing string

// By default resolution and arrival stand still while the ticket waits for the customer (state pending), and what is
// owed to a waiting customer does not: a state that an agent sets must not put off an answer.
const (
	PauseUsual   Pausing = ""
	PauseNever   Pausing = "never"
	PausePending Pausing = "pending"         // waiting for the customer
	PauseOnHold  Pausing = "pending,on_hold" // waiting for the customer or for somebody else
)

// Target is one promise. Within says "within so much open time of the calendar"; where it is zero, the promise is a day:
// "so many workdays after the day of the report, by a time". As text: "first reply within 4 h of 8*5",
// "到场:按8*5 下一工作日 18:00前".
type Target struct {
	Kind     Kind
	Calendar string        // name of the calendar
	Within   time.Duration // open time, whole seconds, at most MaxWithin; zero: a day is promised
	Days     int           // 0 same workday, 1 next workday, …, at most MaxDays
	By       By            // of a promised day; empty is EndOfDay
	Cutoff   int           // minute of the day from which a report counts as of the next workday; 0: none
	Warn     []int         // percent of the time, at which to warn; rising, from 1 to 99
	Pause    Pausing
}

// The longest promises.
const (
	MaxWithin = 10_000 * time.Hour
	MaxDays   = 1_000
	maxWarns  = 10
)

// check refuses a target that says nothing or contradicts itself.
func (t Target) check(field string) error {
	if err := checkCalendarName(field+".calendar", t.Calendar); err != nil {
		return err
	}
	_, clock := t.By.clock()
	switch {
	case !slices.Contains(Kinds, t.Kind):
		return fault.BadField(field+".kind", "unknown_target")
	case t.Within < 0 || t.Within > MaxWithin || t.Within%time.Second != 0:
		return fault.BadField(field+".within", "bad_within", "max", int(MaxWithin.Hours()))
	case t.Days < 0 || t.Days > MaxDays:
		return fault.BadField(field+".days", "too_large", "max", MaxDays)
	case t.Within > 0 && (t.Days != 0 || t.By != "" || t.Cutoff != 0):
		return fault.BadField(field+".within", "within_and_day")
	case t.By != "" && t.By != EndOfDay && t.By != SameHour && !clock:
		return fault.BadField(field+".by", "bad_by")
	case t.Cutoff < 0 || t.Cutoff >= day:
		return fault.BadField(field+".cutoff", "bad_by")
	case len(t.Warn) > maxWarns:
		return fault.BadField(field+".warn", "too_many", "max", maxWarns)
	case !slices.Contains([]Pausing{PauseUsual, PauseNever, PausePending, PauseOnHold}, t.Pause):
		return fault.BadField(field+".pause", "unknown_pause")
	}
	for i, p := range t.Warn {
		if p < 1 || p > 99 || i > 0 && p <= t.Warn[i-1] {
			return fault.BadField(fmt.Sprint(field, ".warn.", i), "bad_warn")
		}
	}
	return nil
}

// clock is the minute of the day of a By that is a time of day.
func (b By) clock() (minute int, ok bool) {
	if len(b) != 5 || b[2] != ':' {
		return 0, false
	}
	for _, d := range string(b[:2] + b[3:]) {
		if d < '0' || d > '9' {
			return 0, false
		}
	}
	minute = minutes(string(b[:2]), string(b[3:]))
	return minute, minute >= 0
}

// pauses says whether the clock of the target stands still while its ticket is in a state.
func (t Target) pauses(s State) bool {
	switch t.Pause {
	case PauseNever:
		return false
	case PauseOnHold:
		return s == Pending || s == OnHold
	case PauseUsual:
		return s == Pending && (t.Kind == Resolution || t.Kind == Arrival)
	}
	return s == Pending
}

// Due is the instant at which a promise that began at start must be kept, when nothing pauses it; false where the
// calendar does not reach it. Where the promised hour of the same workday has passed, it is that of the next.
func (t Target) Due(h *Hours, start time.Time) (time.Time, bool) {
	if t.Within > 0 {
		return h.Add(start, t.Within)
	}
	d, ok := t.dueDay(h, start)
	if !ok {
		return time.Time{}, false
	}
	due := t.dueOn(h, d, start)
	if due <= start.UnixNano() {
		if d, ok = h.workday(d, 1); !ok {
			return time.Time{}, false
		}
		due = t.dueOn(h, d, start)
	}
	return time.Unix(0, due).In(start.Location()), true
}

// dueOn is the promised instant of a workday.
func (t Target) dueOn(h *Hours, d Date, start time.Time) int64 {
	spans := h.spans(d)
	end := wall(d, spans[len(spans)-1].To, h.loc)
	if m, ok := t.By.clock(); ok {
		return wall(d, m, h.loc)
	}
	if t.By == SameHour {
		return min(h.firstOpen(d, start.In(h.loc)), end)
	}
	return end
}

// dueDay is the promised day. A report on a workday counts as of that day, or of the next workday from the cutoff on; a
// report on another day counts as of that day for "next workday", and as of the next workday for "same workday".
func (t Target) dueDay(h *Hours, start time.Time) (Date, bool) {
	local := start.In(h.loc)
	d := DateIn(local, h.loc)
	if t.Cutoff > 0 && h.Workday(d) && local.UnixNano() >= wall(d, t.Cutoff, h.loc) {
		var ok bool
		if d, ok = h.workday(d, 1); !ok {
			return 0, false
		}
	}
	return h.workday(d, t.Days)
}

// firstOpen is the first instant of day d, from the time of day of t on, at which the company is open.
func (h *Hours) firstOpen(d Date, t time.Time) int64 {
	at := wall(d, t.Hour()*60+t.Minute(), h.loc) + int64(t.Second())*int64(time.Second) + int64(t.Nanosecond())
	next, ok := h.Next(time.Unix(0, at))
	if !ok {
		return at
	}
	return next.UnixNano()
}

// String is the English text of the target, which ParseTarget reads.
func (t Target) String() string { return t.Text("en") }

func percent(p int) string { return strconv.Itoa(p) + "%" }
