package routing

import (
	"embed"
	"encoding/json"
	"strconv"
	"strings"
	"time"
)

//go:embed words/*.json
var wordFiles embed.FS

// languages are the words of each language by code.
var languages = map[string]map[string]string{"en": read("en"), "zh": read("zh")}

func read(lang string) (words map[string]string) {
	b, err := wordFiles.ReadFile("words/" + lang + ".json")
	if err == nil {
		err = json.Unmarshal(b, &words)
	}
	if err != nil {
		panic(err) // the file is part of the program, and its test reads it
	}
	return words
}

// because are the facts that speak for the agent; all after them stand for themselves.
var because = map[string]bool{
	PrefLast: true, PrefOwner: true, Pref: true, Skilled: true, Widened: true, Place: true, InHand: true, Idle: true,
}

// Reader is who reads an explanation, where and when.
type Reader struct {
	Lang string         // "zh"; everything else is English
	Zone *time.Location // nil: UTC
	Now  time.Time      // days other than this one are written with their date
}

// Words puts an explanation in words:
//
//	Li, because zh 4 ≥ 3, idle 94 s; Wang has no capacity; waiting 12 s
func (w Why) Words(r Reader) string {
	words, ok := languages[r.Lang]
	if !ok {
		words = languages["en"]
	}
	texts := make([]string, len(w))
	for i, f := range w {
		texts[i] = f.words(words, r)
	}
	if len(w) > 0 && w[0].Code == Got {
		end := 1
		for end < len(w) && because[w[end].Code] {
			end++
		}
		if end > 1 {
			who := strings.Replace(words["because"], "{who}", texts[0], 1)
			texts = append([]string{who + strings.Join(texts[1:end], words["comma"])}, texts[end:]...)
		}
	}
	return strings.Join(texts, words["then"])
}

func (f Fact) words(words map[string]string, r Reader) string {
	code := f.Code
	switch {
	case code == Waits && f.Head > 0:
		code = "waits_head"
	case code == Closed && f.At.IsZero():
		code = "closed_never"
	}
	text, known := words[code]
	if !known {
		return f.Code
	}
	return strings.NewReplacer(
		"{name}", f.Name, "{skill}", f.Skill,
		"{have}", strconv.Itoa(f.Have), "{need}", strconv.Itoa(f.Need), "{count}", strconv.Itoa(f.Count),
		"{span}", long(words, f.Seconds), "{total}", long(words, f.Seconds+f.Head),
		"{at}", r.at(f.At),
	).Replace(text)
}

// at is an instant as the reader's clock shows it; seconds where there are some.
func (r Reader) at(t time.Time) string {
	zone := r.Zone
	if zone == nil {
		zone = time.UTC
	}
	t, now := t.In(zone), r.Now.In(zone)
	layout := "15:04"
	if t.Second() != 0 {
		layout = "15:04:05"
	}
	if t.Year() != now.Year() || t.YearDay() != now.YearDay() {
		layout = "2006-01-02 " + layout
	}
	return t.Format(layout)
}

// long is a span of seconds in the largest unit that leaves at least two digits or so: 94 s, 3 min, 26 h.
func long(words map[string]string, s int64) string {
	unit, n := "s", s
	switch {
	case s >= 3*24*3600:
		unit, n = "day", s/(24*3600)
	case s >= 3*3600:
		unit, n = "h", s/3600
	case s >= 3*60:
		unit, n = "min", s/60
	}
	return strings.Replace(words[unit], "{n}", strconv.FormatInt(n, 10), 1)
}
