package sla

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"frontline/internal/fault"
)

// maxSpans is how many spans a day may have: one an hour.
const maxSpans = 24

// Week is when a company is open in an ordinary week: the spans that begin on each day, by time.Weekday (Sunday is 0).
// As text it is "Mon-Fri 09:00-12:00,13:00-18:00; Sat 22:00-06:00", or a common name of it such as "8*5".
type Week [7][]Span

var (
	dayNames = [7]string{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"}
	dayWords = map[string]time.Weekday{
		"sun": 0, "mon": 1, "tue": 2, "wed": 3, "thu": 4, "fri": 5, "sat": 6,
		"sunday": 0, "monday": 1, "tuesday": 2, "wednesday": 3, "thursday": 4, "friday": 5, "saturday": 6,
		"周日": 0, "周一": 1, "周二": 2, "周三": 3, "周四": 4, "周五": 5, "周六": 6, "周天": 0,
		"星期日": 0, "星期一": 1, "星期二": 2, "星期三": 3, "星期四": 4, "星期五": 5, "星期六": 6, "星期天": 0,
	}
	timesForm = regexp.MustCompile(`^(\d{1,2})\s*[*×xX＊]\s*(\d{1,2})$`)
	wide      = strings.NewReplacer("：", ":", "，", ",", "；", ";", "、", ",", "至", "-", "到", "-")
)

// ParseWeek reads a week. Parts are parted by semicolons, days and spans by commas, days may be a range ("Mon-Fri",
// "周一至周五"). A name of the form hours*days, in either order, is the hours of a day times the days of a week from
// Monday: 24*7 is always; 8*5 is 09:00-12:00 and 13:00-18:00 from Monday to Friday, as the office day is in China; 9 to 12
// hours are from 09:00 on without a break. Other hours must be written out.
func ParseWeek(s string) (Week, error) {
	if name, ok := timesName(s); ok {
		return named(name)
	}
	var w Week
	for part := range strings.SplitSeq(wide.Replace(s), ";") {
		if strings.TrimSpace(part) == "" {
			continue
		}
		days, spans, err := parsePart(part)
		if err != nil {
			return Week{}, err
		}
		for _, d := range days {
			if w[d] != nil {
				return Week{}, fault.BadField("week", "day_twice", "day", dayNames[d])
			}
			w[d] = spans
		}
	}
	return w, w.check("week")
}

// timesName is the usual writing of hours*days: "8*5" for "8x5" and "5*8", and false for what is not of that form.
func timesName(s string) (string, bool) {
	m := timesForm.FindStringSubmatch(strings.TrimSpace(s))
	if m == nil {
		return "", false
	}
	a, _ := strconv.Atoi(m[1])
	b, _ := strconv.Atoi(m[2])
	return strconv.Itoa(max(a, b)) + "*" + strconv.Itoa(min(a, b)), true
}

func named(name string) (w Week, err error) {
	h, d, _ := strings.Cut(name, "*")
	hours, _ := strconv.Atoi(h)
	days, _ := strconv.Atoi(d)
	var spans []Span
	switch {
	case hours == 24:
		spans = []Span{{0, day}}
	case hours == 8:
		spans = []Span{{9 * 60, 12 * 60}, {13 * 60, 18 * 60}}
	case hours >= 9 && hours <= 12:
		spans = []Span{{9 * 60, (9 + hours) * 60}}
	}
	if spans == nil || days < 1 || days > 7 {
		return w, fault.BadField("week", "write_hours_out")
	}
	for i := range days {
		w[(1+i)%7] = slices.Clone(spans)
	}
	return w, nil
}

// parsePart reads "Mon-Wed,Fri 09:00-12:00,13:00-18:00".
func parsePart(part string) (days []time.Weekday, spans []Span, err error) {
	part = strings.TrimSpace(part)
	at := strings.IndexAny(part, "0123456789")
	if at < 0 {
		return nil, nil, fault.BadField("week", "bad_week")
	}
	for names := range strings.SplitSeq(strings.TrimRight(part[:at], " \t:"), ",") {
		from, to, isRange := strings.Cut(names, "-")
		a, ok := dayWords[strings.ToLower(strings.TrimSpace(from))]
		b := a
		if ok && isRange {
			b, ok = dayWords[strings.ToLower(strings.TrimSpace(to))]
		}
		if !ok {
			return nil, nil, fault.BadField("week", "bad_week")
		}
		for ; a != b; a = (a + 1) % 7 {
			days = append(days, a)
		}
		days = append(days, b)
	}
	for s := range strings.SplitSeq(part[at:], ",") {
		span, err := ParseSpan(s)
		if err != nil {
			return nil, nil, err
		}
		spans = append(spans, span)
	}
	slices.SortFunc(spans, func(a, b Span) int { return cmp.Compare(a.From, b.From) })
	return days, spans, nil
}

// check refuses spans that are no spans, too many, or overlap on their day. Spans that run into the next day's are joined.
func (w Week) check(field string) error {
	for d, spans := range w {
		if err := checkSpans(field+"."+strings.ToLower(dayNames[d]), spans); err != nil {
			return err
		}
	}
	return nil
}

func checkSpans(field string, spans []Span) error {
	if len(spans) > maxSpans {
		return fault.BadField(field, "too_many", "max", maxSpans)
	}
	for i, s := range spans {
		switch {
		case !s.valid():
			return fault.BadField(field, "bad_span")
		case i > 0 && s.From < spans[i-1].To:
			return fault.BadField(field, "spans_overlap", "first", spans[i-1].String(), "second", s.String())
		}
	}
	return nil
}

// String is the form that ParseWeek reads, from Monday to Sunday, with equal days that follow each other as a range.
func (w Week) String() string {
	var parts []string
	for i := 0; i < 7; {
		d := (1 + i) % 7
		n := 1
		for i+n < 7 && slices.Equal(w[(d+n)%7], w[d]) {
			n++
		}
		i += n
		if len(w[d]) == 0 {
			continue
		}
		name := dayNames[d]
		if n > 1 {
			name += "-" + dayNames[(d+n-1)%7]
		}
		parts = append(parts, name+" "+joinSpans(w[d]))
	}
	return strings.Join(parts, "; ")
}

func joinSpans(spans []Span) string {
	out := make([]string, len(spans))
	for i, s := range spans {
		out[i] = s.String()
	}
	return strings.Join(out, ",")
}

// MarshalText writes the form of String.
func (w Week) MarshalText() ([]byte, error) { return []byte(w.String()), nil }

// UnmarshalText reads the form of ParseWeek.
func (w *Week) UnmarshalText(b []byte) (err error) {
	*w, err = ParseWeek(string(b))
	return err
}
