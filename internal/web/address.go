package web

import (
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"frontline/internal/fault"

	"github.com/danielgtaylor/huma/v2"
)

// checkAddress refuses in path and query what no operation wants to see: bad escapes, other encodings than UTF-8, NUL,
// and a parameter given twice.
func checkAddress(r *http.Request, op *huma.Operation) error {
	if !clean(r.URL.Path) {
		return fault.New(fault.NotFound, "not_found")
	}
	if r.URL.RawQuery == "" {
		return nil
	}
	q, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return fault.BadField("query", "bad_escape").Because(err)
	}
	for name, values := range q {
		switch {
		case !utf8.ValidString(name):
			return fault.BadField("query", "not_utf8")
		case len(values) > 1 && !repeats(op, name):
			return fault.BadField(name, "duplicate")
		}
		for _, v := range values {
			if !utf8.ValidString(v) {
				return fault.BadField(name, "not_utf8")
			}
			if strings.IndexByte(v, 0) >= 0 {
				return fault.BadField(name, "nul")
			}
		}
	}
	return nil
}

func clean(s string) bool { return utf8.ValidString(s) && strings.IndexByte(s, 0) < 0 }

// repeats says whether a parameter is a list that is written by repeating its name.
func repeats(op *huma.Operation, name string) bool {
	for _, p := range op.Parameters {
		if p.In == "query" && p.Name == name {
			return p.Explode != nil && *p.Explode
		}
	}
	return false
}
