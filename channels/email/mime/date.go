package mime

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

var months = map[string]time.Month{
	"jan": 1, "feb": 2, "mar": 3, "apr": 4, "may": 5, "jun": 6, "jul": 7, "aug": 8, "sep": 9, "oct": 10, "nov": 11, "dec": 12,
}

// zones are the names RFC 5322 section 4.3 gives meaning to, and those of this program's users.
var zones = map[string]int{
	"ut": 0, "utc": 0, "gmt": 0, "z": 0, "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7,
	"bst": 1, "cet": 1, "met": 1, "cest": 2, "mest": 2, "eet": 2, "eest": 3, "msk": 3, "jst": 9, "kst": 9, "hkt": 8, "sgt": 8,
}

var (
	clockPattern = regexp.MustCompile(`(\d{1,2})[:.](\d{2})(?:[:.](\d{2}))?`)
	zonePattern  = regexp.MustCompile(`(?:GMT|UTC)?([+-])(\d{2}):?(\d{2})\b`)
	isoDay       = regexp.MustCompile(`\b(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})`)
	wordyDay     = regexp.MustCompile(`(?i)\b(\d{1,2})[ -]+([a-z]{3})[a-z]*\.?[ ,-]+(\d{2,4})\b`)
	asctimeDay   = regexp.MustCompile(`(?i)\b([a-z]{3})[a-z]*\.? +(\d{1,2}),? `)
	yearPattern  = regexp.MustCompile(`\b(19|20)\d{2}\b`)
)

// parseDate reads a Date field: RFC 5322 with its obsolete forms, ctime's form, ISO 8601, and the mistakes between.
// It gives the zero time when there is no date to find.
func parseDate(s string) time.Time {
	s = oneLine(s)
	if len(s) > 200 {
		s = s[:200]
	}
	var year, day int
	var month time.Month
	if m := isoDay.FindStringSubmatch(s); m != nil {
		year, _ = strconv.Atoi(m[1])
		n, _ := strconv.Atoi(m[2])
		month = time.Month(n)
		day, _ = strconv.Atoi(m[3])
		s = strings.Replace(s, m[0], " ", 1)
	} else if m := wordyDay.FindStringSubmatch(s); m != nil {
		day, _ = strconv.Atoi(m[1])
		month = months[strings.ToLower(m[2])]
		year, _ = strconv.Atoi(m[3])
		s = strings.Replace(s, m[0], " ", 1)
	} else if m := asctimeDay.FindAllStringSubmatch(s, -1); m != nil {
		last := m[len(m)-1]
		month = months[strings.ToLower(last[1])]
		day, _ = strconv.Atoi(last[2])
		year, _ = strconv.Atoi(yearPattern.FindString(s))
	}
	if year < 100 { // RFC 5322 section 4.3
		if year += 2000; year >= 2050 {
			year -= 100
		}
	} else if year < 1000 {
		year += 1900
	}
	if month < 1 || month > 12 || day < 1 || day > 31 || year < 1970 || year > 9000 {
		return time.Time{}
	}
	var hour, minute, second int
	if m := clockPattern.FindStringSubmatchIndex(s); m != nil {
		num := func(i int) int {
			if m[i] < 0 {
				return 0
			}
			n, _ := strconv.Atoi(s[m[i]:m[i+1]])
			return n
		}
		hour, minute, second = num(2), num(4), min(num(6), 59)
		after := s[m[1]:]
		if half := strings.ToLower(strings.TrimSpace(after)); strings.HasPrefix(half, "pm") && hour < 12 {
			hour += 12
		} else if strings.HasPrefix(half, "am") && hour == 12 {
			hour = 0
		}
		s = after
	}
	return time.Date(year, month, day, hour, minute, second, 0, zoneOf(s)).UTC()
}

// zoneOf reads the zone in what follows the clock; UTC when there is none.
func zoneOf(s string) *time.Location {
	if m := zonePattern.FindStringSubmatch(s); m != nil {
		h, _ := strconv.Atoi(m[2])
		minutes, _ := strconv.Atoi(m[3])
		if h <= 14 && minutes < 60 {
			offset := h*3600 + minutes*60
			if m[1] == "-" {
				offset = -offset
			}
			return time.FixedZone("", offset)
		}
	}
	for _, w := range strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return r < 'a' || r > 'z' }) {
		if h, ok := zones[w]; ok {
			return time.FixedZone("", h*3600)
		}
	}
	return time.UTC
}
