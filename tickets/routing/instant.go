package routing

import (
	"math"
	"time"
)

// instant is microseconds since 1970, as exact as Postgres keeps times; a span is a difference of two.
type instant = int64

const (
	never  instant = math.MaxInt64
	oldest instant = -62_135_596_800_000_000 // the year 1, where the zero time.Time lies
	latest instant = 253_402_300_799_000_000 // the year 9999, the last that JSON can say
)

// at cuts a time to the years 1 to 9999, so that no sum here overflows.
func at(t time.Time) instant {
	if y := t.Year(); y < 1 {
		return oldest
	} else if y > 9999 {
		return latest
	}
	return min(max(t.UnixMicro(), oldest), latest)
}

// when is at's inverse; never is the zero time.
func when(i instant) time.Time {
	if i == never {
		return time.Time{}
	}
	return time.UnixMicro(min(max(i, oldest), latest)).UTC()
}

// span cuts a duration to 0 … most.
func span(d, most time.Duration) int64 { return min(max(d, 0), most).Microseconds() }

// maxSpan bounds what is counted from an entry: steps, holds, overflow.
const maxSpan = 366 * 24 * time.Hour

// seconds are the whole seconds of a span; less than none is none.
func seconds(span int64) int64 { return max(span, 0) / 1_000_000 }
