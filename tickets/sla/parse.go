package sla

import (
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"frontline/internal/fault"
)

// ParseTarget reads a target in English or Chinese words, as Text writes it and as contracts do: "first reply within 4 h of
// 8*5", "8*5 下一工作日抵达现场", "same day of 8*5 if reported before 14:00, on site". The order of its parts is free; each is
// there once. A calendar stands after "of" or "按", between quotation marks where its name is more than one word; a name
// of the form 8*5 may stand anywhere. The error names the word that was not understood.
func ParseTarget(s string) (Target, error) {
	if len(s) > 1000 || !utf8.ValidString(s) {
		return Target{}, fault.BadField("target", "bad_target", "at", "")
	}
	p := parser{rest: s}
	for p.skip(); p.rest != ""; p.skip() {
		if !p.step() {
			return Target{}, fault.BadField("target", "bad_target", "at", firstWord(p.rest))
		}
	}
	switch t := p.t; {
	case t.Kind == "":
		return Target{}, fault.BadField("target", "target_without_kind")
	case t.Calendar == "":
		return Target{}, fault.BadField("target", "target_without_calendar")
	case t.Within == 0 && !p.seen["day"]:
		return Target{}, fault.BadField("target", "target_without_time")
	case t.Within == 0 && t.By == "":
		p.t.By = EndOfDay
	}
	return p.t, p.t.check("target")
}

type parser struct {
	rest string
	t    Target
	seen map[string]bool // parts that were there
}

func firstWord(s string) string {
	if i := strings.IndexFunc(s, unicode.IsSpace); i > 0 {
		s = s[:i]
	}
	if r := []rune(s); len(r) > 20 {
		s = string(r[:20])
	}
	return s
}

// skip passes over what parts the words.
func (p *parser) skip() {
	p.rest = strings.TrimLeftFunc(p.rest, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(",;:.，；：、。", r) })
}

var (
	bare     = regexp.MustCompile(`^[\p{L}\p{N}_*+/-]+$`)
	named1   = regexp.MustCompile(`^(?i:of\s+|按\s*)(?:["“]([^"“”]+)["”]|(\d{1,2}[*×xX＊]\d{1,2}|[\p{L}\p{N}_*+/-]+))`)
	timesAny = regexp.MustCompile(`^\d{1,2}[*×xX＊]\d{1,2}`)
	cutoff   = regexp.MustCompile(`^(?i:(?:(?:if\s+)?reported\s+before|if\s+before)\s+(\d{1,2})[:：](\d{2})|(\d{1,2})[:：](\d{2})\s*(?:之前|以前|前)\s*(?:报修|报告|提交|报))`)
	byTime   = regexp.MustCompile(`^(?i:by\s+(\d{1,2})[:：](\d{2})|(\d{1,2})[:：](\d{2})\s*(?:之前|以前|前))`)
	percents = regexp.MustCompile(`^(\d{1,2})\s*[%％]`)
	inDays   = regexp.MustCompile(`^(?i:(\d{1,4})\s*(?:business|working)\s*days?|第?\s*(\d{1,4})\s*个?工作日)`)
	amount   = regexp.MustCompile(`^(\d{1,8})\s*([a-zA-Z]+|小时|分钟|分|秒钟|秒)`)
)

var unit = map[string]time.Duration{
	"h": time.Hour, "hr": time.Hour, "hrs": time.Hour, "hour": time.Hour, "hours": time.Hour, "小时": time.Hour,
	"m": time.Minute, "min": time.Minute, "mins": time.Minute, "minute": time.Minute, "minutes": time.Minute, "分钟": time.Minute, "分": time.Minute,
	"s": time.Second, "sec": time.Second, "secs": time.Second, "second": time.Second, "seconds": time.Second, "秒": time.Second, "秒钟": time.Second,
}

// step reads one part from the begin of the rest.
func (p *parser) step() bool {
	if m := p.take(named1); m != nil {
		return p.once("calendar", func() { p.calendar(m[1] + m[2]) })
	}
	if m := p.take(timesAny); m != nil {
		return p.once("calendar", func() { p.calendar(m[0]) })
	}
	if m := p.take(cutoff); m != nil {
		at := minutes(m[1]+m[3], m[2]+m[4])
		return at > 0 && at < day && p.once("cutoff", func() { p.t.Cutoff = at })
	}
	if m := p.take(byTime); m != nil {
		at := minutes(m[1]+m[3], m[2]+m[4])
		return at >= 0 && p.once("by", func() { p.t.By = By(hhmm(at)) })
	}
	if m := p.take(percents); m != nil {
		n, _ := strconv.Atoi(m[1])
		p.t.Warn = append(p.t.Warn, n)
		return true
	}
	if m := p.take(inDays); m != nil {
		n, _ := strconv.Atoi(m[1] + m[2])
		return p.once("day", func() { p.t.Days = n })
	}
	if strings.ContainsAny(p.rest[:1], "0123456789") {
		return p.duration()
	}
	return p.word()
}

func (p *parser) take(form *regexp.Regexp) []string {
	m := form.FindStringSubmatch(p.rest)
	if m != nil {
		p.rest = p.rest[len(m[0]):]
	}
	return m
}

func (p *parser) once(part string, set func()) bool {
	if p.seen[part] {
		return false
	}
	if p.seen == nil {
		p.seen = map[string]bool{}
	}
	p.seen[part] = true
	set()
	return true
}

func (p *parser) calendar(name string) {
	if times, ok := timesName(name); ok {
		name = times
	}
	p.t.Calendar = name
}

// duration reads amounts that follow each other: "1 h 30 min".
func (p *parser) duration() bool {
	var sum time.Duration
	last := time.Duration(0)
	for m := amount.FindStringSubmatch(p.rest); m != nil; m = amount.FindStringSubmatch(p.rest) {
		n, _ := strconv.ParseInt(m[1], 10, 64)
		u := unit[strings.ToLower(m[2])]
		if u == 0 || last != 0 && u >= last || n > int64(MaxWithin/u) {
			return false
		}
		sum, last = sum+time.Duration(n)*u, u
		p.rest = strings.TrimLeftFunc(p.rest[len(m[0]):], unicode.IsSpace)
	}
	return sum > 0 && p.once("within", func() { p.t.Within = sum })
}

// word reads a word of the vocabulary; of those that fit, the longest.
func (p *parser) word() bool {
	for n := min(longestWord, len(p.rest)); n > 0; n-- {
		if !utf8.RuneStart(nextByte(p.rest, n)) {
			continue
		}
		w, ok := vocabulary[strings.ToLower(p.rest[:n])]
		if !ok || isLetter(p.rest[n-1]) && isLetter(nextByte(p.rest, n)) {
			continue
		}
		p.rest = p.rest[n:]
		return w.part == "" || p.once(w.part, func() { w.set(&p.t) })
	}
	return false
}

func nextByte(s string, n int) byte {
	if n < len(s) {
		return s[n]
	}
	return ' '
}

func isLetter(b byte) bool { return b|0x20 >= 'a' && b|0x20 <= 'z' }
