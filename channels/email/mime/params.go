package mime

import (
	"path"
	"sort"
	"strconv"
	"strings"
	"unicode/utf8"
)

// contentField is a Content-Type or Content-Disposition, taken apart.
type contentField struct {
	value  string            // such as text/plain or attachment, lower case
	params map[string]string // names in lower case, values decoded to UTF-8
}

// param gives a parameter, empty when missing.
func (f contentField) param(name string) string { return f.params[name] }

// maxParams bounds the parameters of one field.
const maxParams = 200

// parseContentField reads a value with parameters as RFC 2045 and RFC 2231 have them, and as programs write them:
// blanks in unquoted values, quotes that never close, missing or doubled semicolons, encoded words, raw 8-bit bytes.
func parseContentField(raw string) contentField {
	var f contentField
	value, rest, _ := strings.Cut(raw, ";")
	f.value = strings.ToLower(strings.TrimSpace(value))
	if i := strings.IndexAny(f.value, " \t("); i >= 0 {
		// "text/plain charset=x": the semicolon is missing.
		if strings.Contains(f.value[i:], "=") {
			rest = raw[strings.IndexAny(raw, " \t("):]
		}
		f.value = f.value[:i]
	}
	f.value = strings.Trim(f.value, "\"'<>")
	if name, _, found := strings.Cut(f.value, "="); found && !strings.Contains(name, "/") {
		f.value, rest = "", raw // parameters without their type
	}
	var pieces []paramPiece
	for range maxParams {
		rest = strings.TrimLeft(rest, "; \t\r\n")
		if rest == "" {
			break
		}
		var p paramPiece
		var ok bool
		p, rest, ok = cutParam(rest)
		if ok {
			pieces = append(pieces, p)
		}
	}
	f.params = joinParams(pieces)
	return f
}

// cutParam reads name=value at the start of s.
func cutParam(s string) (p paramPiece, rest string, ok bool) {
	eq := strings.IndexAny(s, "=;")
	if eq < 0 {
		return p, "", false
	}
	if s[eq] == ';' {
		return p, s[eq+1:], false
	}
	name := strings.ToLower(strings.TrimSpace(s[:eq]))
	if i := strings.LastIndexAny(name, " \t)"); i >= 0 { // junk or a comment before the name
		name = name[i+1:]
	}
	s = strings.TrimLeft(s[eq+1:], " \t\r\n")
	value := ""
	if strings.HasPrefix(s, `"`) {
		value, rest = cutQuoted(s)
	} else {
		value, rest = cutBare(s)
	}
	p.name, p.value = name, value
	if base, mark, found := strings.Cut(name, "*"); found {
		p.name = base
		p.encoded = strings.HasSuffix(name, "*")
		mark = strings.TrimSuffix(mark, "*")
		if n, err := strconv.Atoi(mark); err == nil && n >= 0 && n < maxParams {
			p.section = n + 1
		}
	}
	return p, rest, p.name != ""
}

// cutQuoted reads a quoted value. A quote that never closes ends at a semicolon, or with the field. A backslash quotes
// only another backslash or a quote: Windows programs write whole paths.
func cutQuoted(s string) (value, rest string) {
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\' && i+1 < len(s) && (s[i+1] == '"' || s[i+1] == '\\'):
			i++
			b.WriteByte(s[i])
		case c == '"':
			return b.String(), s[i+1:]
		default:
			b.WriteByte(c)
		}
	}
	value, rest, _ = strings.Cut(s[1:], ";")
	return strings.TrimSpace(value), rest
}

// cutBare reads a value without quotes: up to the semicolon, blanks included, unless what follows a blank is the next
// parameter.
func cutBare(s string) (value, rest string) {
	end := strings.IndexByte(s, ';')
	if end < 0 {
		end = len(s)
	}
	value, rest = s[:end], s[end:]
	if i := strings.IndexAny(value, " \t"); i >= 0 {
		next := strings.TrimLeft(value[i:], " \t")
		if name, _, found := strings.Cut(next, "="); found && isParamName(name) {
			return value[:i], s[i:]
		}
		if strings.HasPrefix(next, "(") { // a comment
			return value[:i], rest
		}
	}
	return strings.TrimSpace(value), rest
}

func isParamName(s string) bool {
	for i := range len(s) {
		c := s[i]
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && c != '-' && c != '*' && (c < '0' || c > '9') {
			return false
		}
	}
	return s != ""
}

// paramPiece is one name=value as written. RFC 2231 lets a value come in numbered sections, encoded or not.
type paramPiece struct {
	name    string
	section int // 0: the whole value; else number + 1
	encoded bool
	value   string
}

// joinParams puts sections together and decodes the values. A value after RFC 2231 is preferred to the plain one that
// senders add for old programs.
func joinParams(pieces []paramPiece) map[string]string {
	params := map[string]string{}
	extended := map[string][]paramPiece{}
	for _, p := range pieces {
		if p.section > 0 || p.encoded {
			extended[p.name] = append(extended[p.name], p)
		} else if _, have := params[p.name]; !have {
			params[p.name] = decodeWords(eightBit(p.value))
			if p.name == "filename" || p.name == "name" {
				params[p.name] = percentName(params[p.name])
			}
		}
	}
	for name, sections := range extended {
		sort.SliceStable(sections, func(i, j int) bool { return sections[i].section < sections[j].section })
		if v := joinSections(sections); v != "" {
			params[name] = v
		}
	}
	for name, v := range params {
		if name != "boundary" { // which means itself, to the last blank
			params[name] = oneLine(v)
		}
	}
	return params
}

// joinSections decodes the sections of one value together, because a character may be cut by their border.
func joinSections(sections []paramPiece) string {
	var bytes []byte
	label := ""
	last := -1
	for i, s := range sections {
		if s.section == last { // the same number twice
			continue
		}
		last = s.section
		v := s.value
		if i == 0 && s.encoded {
			if cs, rest, ok := strings.Cut(v, "'"); ok {
				if _, text, ok := strings.Cut(rest, "'"); ok {
					label, v = cs, text
				}
			}
		}
		if s.encoded {
			bytes = append(bytes, percentDecode(v)...)
		} else {
			bytes = append(bytes, v...)
		}
	}
	text, _ := decodeCharset(bytes, label)
	return decodeWords(text)
}

// percentName reads a name that was written as part of a URL, which some programs do in the place of RFC 2231. A name in plain
// ASCII may have such marks for other reasons and stays.
func percentName(s string) string {
	if !isASCII([]byte(s)) || strings.Count(s, "%") < 2 {
		return s
	}
	if b := percentDecode(s); utf8.Valid(b) && hasHigh(b) {
		return string(b)
	}
	return s
}

func percentDecode(s string) []byte {
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) && isHex(s[i+1]) && isHex(s[i+2]) {
			out = append(out, unhex(s[i+1])<<4|unhex(s[i+2]))
			i += 2
			continue
		}
		out = append(out, s[i])
	}
	return out
}

// maxFileName is the longest name kept, in bytes: what common file systems can store.
const maxFileName = 255

// fileName makes a name safe to store and to show: no folders, no control characters, no characters that turn the
// direction of reading around (with them an .exe can look like a .txt), and never empty.
func fileName(name, typ string) string {
	name = strings.Map(func(r rune) rune {
		switch {
		case r < ' ' || r >= 0x7f && r < 0xa0:
			return -1
		case r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069, r == 0x200e, r == 0x200f, r == 0x061c, r == 0xfeff:
			return -1
		}
		return r
	}, strings.ToValidUTF8(name, "\ufffd"))
	name = strings.TrimSpace(name)
	if i := strings.LastIndexAny(name, `/\`); i >= 0 {
		name = strings.TrimSpace(name[i+1:])
	}
	if name == "." || name == ".." {
		name = ""
	}
	if len(name) > maxFileName {
		ext := path.Ext(name)
		if len(ext) > 20 {
			ext = ""
		}
		name = clip(name, maxFileName-len(ext)) + ext
	}
	if name == "" {
		return "attachment" + extensions[typ]
	}
	return name
}

// extensions are for attachments that come without a name.
var extensions = map[string]string{
	"text/plain": ".txt", "text/html": ".html", "text/calendar": ".ics", "text/csv": ".csv", "text/rtf": ".rtf",
	"message/rfc822": ".eml", "message/delivery-status": ".txt", "text/rfc822-headers": ".txt", "message/partial": ".eml",
	"message/disposition-notification": ".txt", "message/feedback-report": ".txt", "message/global": ".eml",
	"image/png": ".png", "image/jpeg": ".jpg", "image/gif": ".gif", "image/bmp": ".bmp", "image/webp": ".webp",
	"image/svg+xml": ".svg", "image/tiff": ".tif", "application/pdf": ".pdf", "application/zip": ".zip",
	"application/msword": ".doc", "application/vnd.ms-excel": ".xls", "application/rtf": ".rtf",
	"application/pgp-signature": ".asc", "application/pgp-encrypted": ".asc", "application/pkcs7-signature": ".p7s",
	"application/x-pkcs7-signature": ".p7s", "application/pkcs7-mime": ".p7m", "application/x-pkcs7-mime": ".p7m",
	"application/ms-tnef": ".dat", "audio/mpeg": ".mp3", "audio/wav": ".wav", "audio/x-wav": ".wav", "video/mp4": ".mp4",
}
