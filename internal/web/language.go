package web

import (
	"context"
	"embed"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"frontline/internal/fault"
)

//go:embed lang/*.json
var langFiles embed.FS

// dictionary is one language: words for the codes of faults and of fields, with {name} where an argument goes.
type dictionary struct {
	Titles map[string]string `json:"titles"` // by HTTP status
	Faults map[string]string `json:"faults"`
	Fields map[string]string `json:"fields"`
}

var words = map[string]*dictionary{"en": load("en"), "zh": load("zh")}

func load(language string) *dictionary {
	raw, err := langFiles.ReadFile("lang/" + language + ".json")
	if err != nil {
		panic(err) // embedded
	}
	d := new(dictionary)
	if err := json.Unmarshal(raw, d); err != nil {
		panic(fmt.Sprintf("lang/%s.json: %v", language, err))
	}
	return d
}

// Language is the language of the request's answers, "zh" or "en"; "en" outside a request.
func Language(ctx context.Context) string {
	if q := requestOf(ctx); q != nil {
		return q.language
	}
	return "en"
}

// maxAccept bounds how much of an Accept-Language header is read; browsers send under 100 bytes.
const maxAccept = 256

// chooseLanguage is the language we have that the header (RFC 9110, 12.5.4) likes best, or the fallback. Only the
// primary part of a tag counts: zh-Hant-TW is answered in our zh.
func chooseLanguage(header, fallback string) string {
	if len(header) > maxAccept {
		header = header[:maxAccept]
	}
	best, bestQ := fallback, 0.0
	for part := range strings.SplitSeq(header, ",") {
		tag, params, _ := strings.Cut(part, ";")
		q := 1.0
		if v, ok := strings.CutPrefix(strings.TrimSpace(params), "q="); ok {
			n, err := strconv.ParseFloat(v, 64)
			if err != nil || !(n >= 0 && n <= 1) {
				continue
			}
			q = n
		}
		primary, _, _ := strings.Cut(strings.TrimSpace(tag), "-")
		primary = strings.ToLower(primary)
		if words[primary] != nil && q > bestQ {
			best, bestQ = primary, q
		}
	}
	return best
}

// title is the heading for an HTTP status.
func (d *dictionary) title(status int) string {
	if t, ok := d.Titles[strconv.Itoa(status)]; ok {
		return t
	}
	return d.Titles["500"]
}

// fault gives the words for a fault's code; a code without words gets those of its status.
func (d *dictionary) fault(code string, status int, args map[string]any) string {
	if t, ok := d.Faults[code]; ok {
		return fill(t, args)
	}
	return d.title(status)
}

// field gives the words for what is wrong with a field.
func (d *dictionary) field(code string, args map[string]any) string {
	if t, ok := d.Fields[code]; ok {
		return fill(t, args)
	}
	return fill(d.Fields["invalid"], args)
}

// fill puts arguments in the place of their {name}.
func fill(text string, args map[string]any) string {
	if len(args) == 0 || !strings.Contains(text, "{") {
		return text
	}
	pairs := make([]string, 0, 2*len(args))
	for name, v := range args {
		pairs = append(pairs, "{"+name+"}", fmt.Sprint(v))
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

// WithLanguage is for work that a request started and that goes on without it, such as a websocket: it is answered in
// that language.
func WithLanguage(ctx context.Context, language string) context.Context {
	if words[language] == nil {
		language = "en"
	}
	q := &request{language: language}
	q.who.Do(func() { q.err = fault.New(fault.Unauthorized, "not_signed_in") })
	return context.WithValue(ctx, requestKey{}, q)
}

// FieldWords are the words for what is wrong with a field, or was surely not meant, in the language of the request.
func FieldWords(ctx context.Context, f fault.Field) string {
	return words[Language(ctx)].field(f.Code, f.Args)
}
