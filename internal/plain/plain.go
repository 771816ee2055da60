// Package plain makes strangers' text fit to be kept and shown: what no column takes, or what would make a line look like
// another, is gone before it reaches Postgres.
package plain

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Text is s as valid UTF-8 without NUL, and no longer than max characters. Broken bytes become U+FFFD.
func Text(s string, max int) string {
	if utf8.ValidString(s) && strings.IndexByte(s, 0) < 0 { // as nearly all are
		return first(s, max)
	}
	return first(strings.ToValidUTF8(strings.ReplaceAll(s, "\x00", ""), "\uFFFD"), max)
}

// Line is Text for what is shown in one line, such as a name or a subject: runs of spaces and control characters become
// one space, and the characters that turn the direction of text around, by which "gpj.exe" is shown as "exe.jpg", are
// dropped.
func Line(s string, max int) string {
	if isLine(s) { // as nearly all are
		return strings.TrimSpace(first(s, max))
	}
	var b strings.Builder
	space := false
	for _, r := range strings.ToValidUTF8(s, "\uFFFD") {
		switch {
		case r == 0, turns(r):
		case unicode.IsSpace(r), unicode.IsControl(r):
			space = b.Len() > 0
		default:
			if space {
				b.WriteByte(' ')
				space = false
			}
			b.WriteRune(r)
		}
	}
	return strings.TrimSpace(first(b.String(), max))
}

// isLine says whether Line would change nothing but the length.
func isLine(s string) bool {
	space := true // what came before was a space, or nothing did
	for i, r := range s {
		if r == utf8.RuneError {
			if _, n := utf8.DecodeRuneInString(s[i:]); n == 1 {
				return false
			}
		}
		switch {
		case r == ' ':
			if space {
				return false
			}
			space = true
			continue
		case r < ' ', r == 0x7f, r > 0x7e && (unicode.IsSpace(r) || unicode.IsControl(r) || turns(r)):
			return false
		}
		space = false
	}
	return !space || s == ""
}

// turns says whether a character embeds, overrides or isolates a direction (Unicode Standard Annex 9).
func turns(r rune) bool { return r >= 0x202A && r <= 0x202E || r >= 0x2066 && r <= 0x2069 }

// first is the first max characters of valid UTF-8.
func first(s string, max int) string {
	if len(s) <= max {
		return s
	}
	for i := range s {
		if max == 0 {
			return s[:i]
		}
		max--
	}
	return s
}

// Short says whether valid text has at most max characters, without counting all of a long one.
func Short(s string, max int) bool {
	return len(s) <= max || len(s) <= max*utf8.UTFMax && utf8.RuneCountInString(s) <= max
}
