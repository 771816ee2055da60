package plain_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"frontline/internal/plain"
)

func TestText(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"":                         "",
		"主轴\n转速\t不稳":               "主轴\n转速\t不稳",
		"a\x00b":                   "ab",
		"\xff\xfe":                 "\uFFFD",
		"\xe4\xb8":                 "\uFFFD",
		strings.Repeat("长", 20):    strings.Repeat("长", 10),
		strings.Repeat("x", 10):    strings.Repeat("x", 10),
		strings.Repeat("\xff长", 6): strings.Repeat("\uFFFD长", 5),
	} {
		if got := plain.Text(in, 10); got != want {
			t.Errorf("Text(%q, 10) = %q, want %q", in, got, want)
		}
	}
}

func TestLine(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"  Re:\r\n\tBcc: x@y  ":    "Re: Bcc: x@y",
		"a\x00\x01\x1b[31m\u0085b": "a [31m b",
		"photo\u202Egpj.exe":       "photogpj.exe",
		"\u2067张\u2069":            "张",
		" \t ":                     "",
		strings.Repeat("字 ", 30):   strings.TrimSpace(strings.Repeat("字 ", 20)),
		"e\u0301 \u200dx":          "e\u0301 \u200dx", // accents and joiners are how people write
	} {
		if got := plain.Line(in, 40); got != want {
			t.Errorf("Line(%q, 40) = %q, want %q", in, got, want)
		}
	}
}

func TestShort(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]bool{"": true, "长长长": true, "长长长长": false, "abc": true, "abcd": false, strings.Repeat("x", 100): false} {
		if plain.Short(in, 3) != want {
			t.Errorf("Short(%q, 3) = %v", in, !want)
		}
	}
}

// The short way for lines that need no change must agree with the long one, which a NUL, dropped again, takes.
func FuzzLineEitherWay(f *testing.F) {
	for _, s := range []string{"", " ", "a", "a b", "a  b", " a", "a ", "\uFFFD", "\xff", "a\u00a0b", "\u202e", "长 b", "\x7f"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if short, long := plain.Line(s, 20), plain.Line(s+"\x00", 20); short != long {
			t.Errorf("Line(%q) = %q one way and %q the other", s, short, long)
		}
	})
}

func FuzzPlain(f *testing.F) {
	for _, s := range []string{"", "\x00", "\xff", "a\r\nb", "\u202Ex", strings.Repeat("长", 50)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, got := range []string{plain.Text(s, 20), plain.Line(s, 20)} {
			if !utf8.ValidString(got) || strings.Contains(got, "\x00") || utf8.RuneCountInString(got) > 20 || !plain.Short(got, 20) {
				t.Errorf("%q became %q", s, got)
			}
		}
		if got := plain.Line(s, 20); strings.ContainsFunc(got, unicode.IsControl) || got != plain.Line(got, 20) || got != strings.TrimSpace(got) {
			t.Errorf("Line(%q) = %q, which is no line", s, got)
		}
	})
}
