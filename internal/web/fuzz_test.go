package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"frontline/internal/fault"
)

// FuzzBody holds that what the front door lets in is JSON as every parser understands it, and that what it refuses is
// the caller's fault.
func FuzzBody(f *testing.F) {
	for _, s := range []string{
		`{"subject":"a","tags":["x"],"contact":{"name":"张"}}`, `{"a":1,"a":2}`, `{"a":"\u0000"}`, "{\"a\":\"\xff\"}",
		strings.Repeat(`[`, 40), `{"a":1e999}`, `{"a":"\ud800"}`, `[{}]x`, ``, ` `, `"x"`, `{"a\u0041":{"aA":null}}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		r := httptest.NewRequest(http.MethodPost, "/", bytes.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		got, err := readBody(httptest.NewRecorder(), r, 4096, time.Minute, true, true)
		if err != nil {
			var bad *fault.Fault
			if !errors.As(err, &bad) || !errors.Is(err, fault.Invalid) || len(bad.Fields) != 1 || words["en"].Fields[bad.Fields[0].Code] == "" {
				t.Fatalf("refused with %v, which names no field and fault", err)
			}
			return
		}
		if !utf8.Valid(got) || !json.Valid(got) || bytes.Contains(got, []byte(`\u0000`)) && !bytes.Contains(got, []byte(`\\u0000`)) {
			t.Fatalf("let in %q", got)
		}
		var v any
		if err := format.Unmarshal(got, &v); err != nil && !strings.Contains(err.Error(), "field=") {
			t.Fatalf("%q: %v", got, err)
		}
	})
}

// FuzzCursor holds that a cursor is either refused as the caller's fault or reads as a place that writes to a cursor.
func FuzzCursor(f *testing.F) {
	for _, s := range []string{"", "e30", "eyJpIjoxfQ", "bnVsbA", "!!", "eyJpIjoxLCJpIjoyfQ"} {
		f.Add(s)
	}
	type place struct {
		At string `json:"t"`
		ID int64  `json:"i"`
	}
	f.Fuzz(func(t *testing.T, s string) {
		at, found, err := Place[place](s)
		switch {
		case err != nil && !errors.Is(err, fault.Invalid):
			t.Fatalf("Place(%q) = %v", s, err)
		case err == nil && found == (s == ""):
			t.Fatalf("Place(%q) found %t", s, found)
		case found:
			c, err := Cursor(at)
			if err != nil {
				return // longer written than read
			}
			if again, _, err := Place[place](c); err != nil || again != at {
				t.Fatalf("%+v came back as %+v, %v", at, again, err)
			}
		}
	})
}

// FuzzLanguage holds that any header chooses a language we have.
func FuzzLanguage(f *testing.F) {
	for _, s := range []string{"zh-CN,zh;q=0.9,en;q=0.8", "*", "en;q=NaN", "zh;q=-1", ";;;,,,", "EN", "zh;q=1e400"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, header string) {
		if got := chooseLanguage(header, "en"); words[got] == nil {
			t.Fatalf("%q chose %q", header, got)
		}
	})
}

// FuzzZone holds that any header chooses a zone, and none that depends on the machine.
func FuzzZone(f *testing.F) {
	for _, s := range []string{"", "Asia/Shanghai", "UTC", "Local", "../etc/passwd", "/etc/passwd", "Asia", "EST5EDT,M3.2.0", strings.Repeat("A/", 40)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, header string) {
		got := chooseZone(header)
		if got == nil || got == time.Local || got != time.UTC && got.String() != header {
			t.Fatalf("%q chose %v", header, got)
		}
	})
}

// FuzzForwarded holds that nobody but a proxy decides whose address counts: what a stranger puts in front of what the
// proxy wrote changes nothing.
func FuzzForwarded(f *testing.F) {
	for _, s := range []string{"1.2.3.4", "::1, [::1]:80", "unknown", ",", "10.0.0.1,10.0.0.1", "fe80::1%lo"} {
		f.Add(s)
	}
	s := &Server{o: Options{Proxies: []netip.Prefix{netip.MustParsePrefix("192.0.2.1/32")}}}
	f.Fuzz(func(t *testing.T, before string) {
		r := httptest.NewRequest(http.MethodGet, "/", nil) // from 192.0.2.1
		r.Header["X-Forwarded-For"] = []string{before + ", 203.0.113.9"}
		if got := s.peer(r); got != netip.MustParseAddr("203.0.113.9") {
			t.Fatalf("peer is %s after %q", got, before)
		}
		r.Header["X-Forwarded-For"] = []string{before}
		if !s.peer(r).IsValid() {
			t.Fatalf("no peer after %q", before)
		}
	})
}

// FuzzFileName holds that a name of a stranger stays inside its header and says what the file is.
func FuzzFileName(f *testing.F) {
	for _, s := range []string{"a.pdf", "../x", "图纸.dwg", "a\r\nX: y", "\u202efdp.exe", strings.Repeat("长", 300) + ".tar.gz", "\"';", "...", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, name string) {
		got := disposition(name)
		for i := range len(got) {
			if got[i] < ' ' || got[i] > '~' {
				t.Fatalf("%q gives the header %q", name, got)
			}
		}
		clean := fileName(name)
		if clean == "" || strings.ContainsAny(clean, "/\\\x00\"") || utf8.RuneCountInString(clean) > maxFileName || !utf8.ValidString(clean) {
			t.Fatalf("%q gives the name %q", name, clean)
		}
	})
}
