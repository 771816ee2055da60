package sla

import (
	"sync"
	"time"
	_ "time/tzdata" // a machine without zone files must not know fewer zones

	"frontline/internal/fault"
)

var zones sync.Map // name → *time.Location: reading one takes longer than what it is read for

// zone is an IANA zone. "Local" is none: it would be another one on another node.
func zone(name string) (*time.Location, error) {
	if loc, ok := zones.Load(name); ok {
		return loc.(*time.Location), nil
	}
	loc, err := time.LoadLocation(name)
	if err != nil || name == "" || name == "Local" {
		return nil, fault.BadField("zone", "unknown_zone")
	}
	zones.Store(name, loc)
	return loc, nil
}

// wall is the first instant at which the clocks in loc show minute m of day d, or have passed it: where clocks are put
// forward over it, the instant of the change; where they are put back and show it twice, the first time. One rule for the
// begin and the end of spans makes spans that touch on the wall touch in time. Unix nanoseconds.
func wall(d Date, minute int, loc *time.Location) int64 {
	const second = int64(time.Second)
	// The wall's reading as if it were UTC; the true instant is at most 15 h away, or 26 h where an island changed sides.
	w := (int64(d)-unixEpoch)*86400 + int64(minute)*60
	before, after := offset(w-26*3600, loc), offset(w+26*3600, loc)
	if before == after {
		return (w - before) * second
	}
	early, late := w-max(before, after), w-min(before, after)
	switch {
	case offset(early, loc) == max(before, after):
		return early * second
	case offset(late, loc) == min(before, after):
		return late * second
	}
	// Clocks never show it: they were put forward between the two readings.
	_, end := time.Unix(early, 0).In(loc).ZoneBounds()
	return end.UnixNano()
}

// offset is how far clocks in loc are ahead of UTC at an instant, in seconds.
func offset(unix int64, loc *time.Location) int64 {
	_, o := time.Unix(unix, 0).In(loc).Zone()
	return int64(o)
}
