package channels_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"frontline/channels"
)

func TestLinksAreSafe(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"see https://example.com/a?b=1#c.":                   "see |<https://example.com/a?b=1#c>|.",
		"见https://example.com/路，谢谢":                          "见|<https://example.com/>|路，谢谢",
		"(http://example.com)":                               "(|<http://example.com>|)",
		"https://en.wikipedia.org/wiki/Lathe_(metal)":        "<https://en.wikipedia.org/wiki/Lathe_(metal)>",
		"mailto:a@b.cn or tel:+8613800138000":                "<mailto:a@b.cn>| or |<tel:+8613800138000>",
		"javascript:alert(1) data:text/html,x vbscript:x":    "javascript:alert(1) data:text/html,x vbscript:x",
		"https://bank.example@evil.test/":                    "https://bank.example@evil.test/",
		"https://":                                           "https://",
		`<a href="https://evil.test/">https://good.test</a>`: `<a href="|<https://evil.test/>|">|<https://good.test>|</a>`,
		"": "",
	} {
		var got []string
		for _, p := range channels.Parts(text) {
			if p.Href != "" {
				p.Text = "<" + p.Text + ">"
			}
			got = append(got, p.Text)
		}
		if s := strings.Join(got, "|"); s != want {
			t.Errorf("Parts(%q) = %s, want %s", text, s, want)
		}
	}
}

// FuzzParts: the parts are the text, and links lead where they may.
func FuzzParts(f *testing.F) {
	for _, seed := range []string{"see https://example.com/a.", "javascript:alert(1)", "https://a@b", "见http://x.cn，", "mailto:", "tel:1) tel:2)", "HTTPS://[::1]:80/%zz", "\xff"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var all strings.Builder
		for _, p := range channels.Parts(text) {
			all.WriteString(p.Text)
			if p.Href == "" {
				continue
			}
			scheme, _, _ := strings.Cut(p.Href, ":")
			if scheme != "http" && scheme != "https" && scheme != "mailto" && scheme != "tel" || strings.ContainsAny(p.Href, " \"<>\n") || !utf8.ValidString(p.Href) {
				t.Errorf("Parts(%q) links to %q", text, p.Href)
			}
		}
		if all.String() != text {
			t.Errorf("Parts(%q) put together = %q", text, all.String())
		}
	})
}
