package sla

import (
	"strconv"
	"strings"
	"time"
)

// kindWords are the words for each kind that are written, and before them none; those that are only read are in vocabulary.
var kindWords = map[string]map[Kind]string{
	"en": {Answer: "answer", FirstReply: "first reply", NextReply: "next reply", Resolution: "resolution", Arrival: "arrival on site"},
	"zh": {Answer: "接听", FirstReply: "首次回复", NextReply: "后续回复", Resolution: "解决", Arrival: "到场"},
}

var pauseWords = map[string]map[Pausing]string{
	"en": {PauseNever: "no pause", PausePending: "pause while waiting", PauseOnHold: "pause while waiting or on hold"},
	"zh": {PauseNever: "不暂停", PausePending: "等待客户时暂停", PauseOnHold: "等待客户或挂起时暂停"},
}

// Text is the target in a language, "en" or "zh"; ParseTarget reads both.
func (t Target) Text(lang string) string {
	var b strings.Builder
	zh := lang == "zh"
	if zh {
		b.WriteString(kindWords["zh"][t.Kind] + "：按" + quote(t.Calendar) + " " + t.term("zh"))
		if t.Cutoff > 0 {
			b.WriteString("，" + hhmm(t.Cutoff) + "前报修")
		}
	} else {
		b.WriteString(kindWords["en"][t.Kind] + " " + t.term("en"))
		if t.Cutoff > 0 {
			b.WriteString(", if reported before " + hhmm(t.Cutoff))
		}
	}
	comma := map[bool]string{true: "，", false: ", "}[zh]
	if len(t.Warn) > 0 {
		warn := make([]string, len(t.Warn))
		for i, p := range t.Warn {
			warn[i] = percent(p)
		}
		b.WriteString(comma + map[bool]string{true: "预警", false: "warn "}[zh] + strings.Join(warn, " "))
	}
	if words := pauseWords[map[bool]string{true: "zh", false: "en"}[zh]][t.Pause]; words != "" {
		b.WriteString(comma + words)
	}
	return b.String()
}

// term is the time that is promised: "within 4 h of 8*5", "next business day of 8*5 by 18:00"; in Chinese without the calendar.
func (t Target) term(lang string) string {
	if lang == "zh" {
		if t.Within > 0 {
			return SpellDuration(t.Within, "zh") + "内"
		}
		return dayWord(t.Days, "zh") + " " + byWord(t.By, "zh")
	}
	if t.Within > 0 {
		return "within " + SpellDuration(t.Within, "en") + " of " + quote(t.Calendar)
	}
	return dayWord(t.Days, "en") + " of " + quote(t.Calendar) + " " + byWord(t.By, "en")
}

func dayWord(n int, lang string) string {
	switch {
	case n == 0 && lang == "zh":
		return "当个工作日"
	case n == 0:
		return "same business day"
	case n == 1 && lang == "zh":
		return "下一工作日"
	case n == 1:
		return "next business day"
	case lang == "zh":
		return "第" + strconv.Itoa(n) + "个工作日"
	}
	return strconv.Itoa(n) + " business days"
}

func byWord(b By, lang string) string {
	zh := lang == "zh"
	switch {
	case b == SameHour && zh:
		return "同一时刻前"
	case b == SameHour:
		return "by the same hour"
	case (b == EndOfDay || b == "") && zh:
		return "下班前"
	case b == EndOfDay || b == "":
		return "by end of day"
	case zh:
		return string(b) + "前"
	}
	return "by " + string(b)
}

// quote puts a name that is more than one word, or begins like 8*5 and goes on, between quotation marks.
func quote(name string) string {
	if bare.MatchString(name) && (timesForm.MatchString(name) || !timesAny.MatchString(name)) {
		return name
	}
	return `"` + name + `"`
}

// SpellDuration is a duration in words, to the second: "1 h 30 min", "1小时30分钟". A negative one is spelt as its size.
func SpellDuration(d time.Duration, lang string) string {
	s := int64(d.Abs().Round(time.Second) / time.Second)
	units, join := []string{" h", " min", " s"}, " "
	if lang == "zh" {
		units, join = []string{"小时", "分钟", "秒"}, ""
	}
	var parts []string
	for i, n := range []int64{s / 3600, s / 60 % 60, s % 60} {
		if n > 0 || s == 0 && i == 1 {
			parts = append(parts, strconv.FormatInt(n, 10)+units[i])
		}
	}
	return strings.Join(parts, join)
}

// MarshalText writes the English text.
func (t Target) MarshalText() ([]byte, error) { return []byte(t.Text("en")), nil }

// UnmarshalText reads the form of ParseTarget.
func (t *Target) UnmarshalText(b []byte) (err error) {
	*t, err = ParseTarget(string(b))
	return err
}
