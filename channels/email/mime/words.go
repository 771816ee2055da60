package mime

import (
	"strings"
)

// headerText turns an unstructured field into one line of text: raw 8-bit bytes, encoded words (RFC 2047) and folds
// decoded.
func headerText(raw string) string {
	return oneLine(decodeWords(eightBit(raw)))
}

// eightBit makes UTF-8 of a field that holds raw bytes of an undeclared charset.
func eightBit(raw string) string {
	if isPlain(raw) {
		return raw
	}
	text, _ := decodeCharset([]byte(raw), "")
	return text
}

// isPlain says whether s is ASCII that means itself: no 8-bit bytes and no escape that switches charsets.
func isPlain(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 || s[i] == 0x1b || s[i] == 0 {
			return false
		}
	}
	return !strings.Contains(s, "~{")
}

// oneLine removes control characters and joins what line breaks had parted.
func oneLine(s string) string {
	clean := strings.Map(func(r rune) rune {
		switch {
		case r == '\t' || r == '\n' || r == '\r':
			return ' '
		case r < ' ' || r == 0x7f || r == 0xfeff || r == '\u2028' || r == '\u2029':
			return -1
		}
		return r
	}, s)
	return strings.TrimSpace(clean)
}

// encodedWord is one =?charset?encoding?text?=, taken apart.
type encodedWord struct {
	charset string
	base64  bool
	text    string
	bytes   []byte
	end     int // where it ends in the field
}

// decodeWords decodes the encoded words in s. Senders break every rule of RFC 2047, so words may stand inside quotes,
// touch other text, hold blanks, and cut characters in two: neighbours of one charset are joined before decoding.
func decodeWords(s string) string {
	if !strings.Contains(s, "=?") {
		return s
	}
	var out strings.Builder
	var run []byte // bytes of neighbouring words of one charset
	var last *encodedWord
	flush := func() {
		if last != nil {
			text, _ := decodeCharset(run, last.charset)
			out.WriteString(text)
		}
		run, last = nil, nil
	}
	more := true // a terminator lies ahead; without this a field of openings costs quadratic time
	for i := 0; i < len(s); {
		next := strings.Index(s[i:], "=?")
		if next < 0 || !more {
			flush()
			out.WriteString(s[i:])
			break
		}
		between := s[i : i+next]
		w, ok := cutWord(s, i+next, &more)
		if !ok {
			flush()
			out.WriteString(s[i : i+next+2])
			i += next + 2
			continue
		}
		if last != nil && strings.TrimSpace(between) == "" {
			// White space between encoded words does not count.
			if !strings.EqualFold(last.charset, w.charset) {
				flush()
			}
		} else {
			flush()
			out.WriteString(between)
		}
		if last != nil && last.base64 && w.base64 && len(last.text)%4 != 0 && !strings.HasSuffix(last.text, "=") {
			// The sender cut one base64 stream without regard to its quanta: the letters left over go in front.
			over := len(last.text) % 4
			run = run[:len(run)-min(over-1, len(run))]
			w.text = last.text[len(last.text)-over:] + w.text
			w.bytes = decodeBase64([]byte(w.text)).data
		}
		run = append(run, w.bytes...)
		last = &w
		i = w.end
	}
	flush()
	return out.String()
}

// cutWord reads an encoded word at s[at:]. more becomes false when no word can end after at.
func cutWord(s string, at int, more *bool) (encodedWord, bool) {
	var w encodedWord
	head := s[at+2:]
	if len(head) > 80 {
		head = head[:80]
	}
	q := strings.IndexByte(head, '?')
	if q < 1 || q+2 >= len(head) || head[q+2] != '?' {
		return w, false
	}
	w.charset = head[:q]
	if strings.ContainsAny(w.charset, " \t\"<>,;=()") {
		return w, false
	}
	w.charset, _, _ = strings.Cut(w.charset, "*") // RFC 2231 section 5: charset*language
	switch head[q+1] {
	case 'b', 'B':
		w.base64 = true
	case 'q', 'Q':
	default:
		return w, false
	}
	start := at + 2 + q + 3
	n := strings.Index(s[start:], "?=")
	if n < 0 {
		// A field that was cut ends in the middle of a word.
		*more = false
		w.text, w.end = strings.TrimRight(s[start:], "?"), len(s)
		if w.text == "" || strings.ContainsAny(w.text, " \t") {
			return w, false
		}
	} else {
		w.text, w.end = s[start:start+n], start+n+2
	}
	if w.base64 {
		w.text = strings.NewReplacer(" ", "", "\t", "", "\r", "", "\n", "").Replace(w.text)
		w.bytes = decodeBase64([]byte(w.text)).data
	} else {
		w.bytes = decodeQ(w.text)
	}
	return w, true
}

// decodeQ decodes the Q encoding: quoted-printable with _ for a blank.
func decodeQ(s string) []byte {
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '_':
			out = append(out, ' ')
		case c == '=' && i+2 < len(s) && isHex(s[i+1]) && isHex(s[i+2]):
			out = append(out, unhex(s[i+1])<<4|unhex(s[i+2]))
			i += 2
		default:
			out = append(out, c)
		}
	}
	return out
}
