package mime

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// FuzzRead reads any bytes. Whatever they are, the result is bounded, is text where it says so, and can be printed.
func FuzzRead(f *testing.F) {
	files, err := filepath.Glob("testdata/mails/*.eml")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	for _, build := range hostile {
		f.Add(build(2 << 10))
	}
	limits := Limits{Size: 1 << 20, Header: 16 << 10, Parts: 50, Depth: 8, Text: 64 << 10, HTML: 64 << 10, Unpacked: 256 << 10}
	f.Fuzz(func(t *testing.T, raw []byte) {
		m := read(raw, limits.orDefault()) // not Read, which would hide a panic
		checkMail(t, m, limits)
		if bad := unsafe(SafeHTML(m.HTML, shown)); len(bad) > 0 {
			t.Errorf("HTML of the mail is not safe: %v", bad)
		}
	})
}

// FuzzSafeHTML makes any text safe to show.
func FuzzSafeHTML(f *testing.F) {
	for _, s := range []string{
		`<p style="color:red;background:url(x)">a</p>`, `<img src="cid:x"><img src=//a.b/c>`, `<a href="javascript:x">a`,
		`<svg><style><img src=x onerror=a>`, `<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=a&gt;">`,
		`<noscript><p title="</noscript><img src=x onerror=a>">`, `<form><input name=attributes>`, `<!--[if mso]><p>a<![endif]-->`,
		`<a href="https://x.y/&quot;onmouseover=a">b</a>`, `<p style="font-family:'a;b'">`, `<img src="data:image/png;base64,AA">`,
		`<body onload=a><frameset><iframe srcdoc="<script>">`, "<a href=\"\x01java\tscript:a\">", `<x:script>a</x:script>`, `<plaintext><p>`,
	} {
		f.Add(s)
	}
	for _, build := range hostile {
		if _, source, ok := strings.Cut(string(build(1<<10)), "Content-Type: text/html\n\n"); ok {
			f.Add(source)
		}
	}
	f.Fuzz(func(t *testing.T, source string) {
		if bad := unsafe(SafeHTML(source, shown)); len(bad) > 0 {
			t.Errorf("SafeHTML(%q) = %q: %v", source, SafeHTML(source, shown), bad)
		}
		if got := SafeHTML(source, HTMLOptions{}); strings.Contains(got, " src=\"/") || strings.Contains(got, " src=\"http") {
			t.Errorf("SafeHTML(%q) = %q fetches unasked", source, got)
		}
	})
}
