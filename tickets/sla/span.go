package sla

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"frontline/internal/fault"
)

const day = 24 * 60 // minutes

// Span is a stretch of wall-clock time that begins on some day: minutes from that day's 00:00. To is after From by at most
// 24 h and may lie on the next day: 22:00-06:00 is {1320, 1800}.
type Span struct{ From, To int }

var spanForm = regexp.MustCompile(`^(\d{1,2}):(\d{2})\s*[-–—~]\s*(\d{1,2}):(\d{2})$`)

// ParseSpan reads 09:00-12:00, 22:00-06:00 (until the next day) or 00:00-24:00.
func ParseSpan(s string) (Span, error) {
	m := spanForm.FindStringSubmatch(strings.TrimSpace(s))
	if m == nil {
		return Span{}, badSpan()
	}
	sp := Span{minutes(m[1], m[2]), minutes(m[3], m[4])}
	if sp.From < 0 || sp.From >= day || sp.To < 0 {
		return Span{}, badSpan()
	}
	if sp.To <= sp.From {
		sp.To += day
	}
	return sp, nil
}

func badSpan() error { return fault.BadField("span", "bad_span") }

// minutes of a time of day from 00:00 to 24:00; -1 where it is none.
func minutes(hour, minute string) int {
	h, _ := strconv.Atoi(hour)
	m, _ := strconv.Atoi(minute)
	if h > 24 || m > 59 || h == 24 && m > 0 {
		return -1
	}
	return h*60 + m
}

// String is the form that ParseSpan reads.
func (s Span) String() string {
	to := s.To
	if to > day {
		to -= day
	}
	return hhmm(s.From) + "-" + hhmm(to)
}

func hhmm(minute int) string { return fmt.Sprintf("%02d:%02d", minute/60, minute%60) }

// MarshalText writes the form of String.
func (s Span) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads the form of ParseSpan.
func (s *Span) UnmarshalText(b []byte) (err error) {
	*s, err = ParseSpan(string(b))
	return err
}

func (s Span) valid() bool { return 0 <= s.From && s.From < day && s.From < s.To && s.To <= s.From+day }
