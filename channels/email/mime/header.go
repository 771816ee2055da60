package mime

import (
	"bytes"
	"regexp"
	"strings"
)

// Field is one header field. Value is as received: bytes of any charset, folds taken out.
type Field struct {
	Name  string
	Value string
}

// Header is a block of fields in their order.
type Header []Field

// raw gives the first field of that name, as received.
func (h Header) raw(name string) (string, bool) {
	for _, f := range h {
		if strings.EqualFold(f.Name, name) {
			return f.Value, true
		}
	}
	return "", false
}

// rawAll gives every field of that name, in order.
func (h Header) rawAll(name string) []string {
	var all []string
	for _, f := range h {
		if strings.EqualFold(f.Name, name) {
			all = append(all, f.Value)
		}
	}
	return all
}

// Get gives the first field of that name as text, encoded words decoded; empty when there is none.
func (h Header) Get(name string) string {
	v, _ := h.raw(name)
	return headerText(v)
}

// All gives every field of that name as text, in order.
func (h Header) All(name string) []string {
	all := h.rawAll(name)
	for i, v := range all {
		all[i] = headerText(v)
	}
	return all
}

// Has says whether the field is there, even if empty.
func (h Header) Has(name string) bool {
	_, ok := h.raw(name)
	return ok
}

// maxFields bounds the fields kept of one header block; mail in the wild has fewer than 200.
const maxFields = 10_000

// nextLine cuts the first line, its end removed, from b. A line ends with LF, CRLF or any CRs before the LF.
func nextLine(b []byte) (line, rest []byte) {
	i := bytes.IndexByte(b, '\n')
	if i < 0 {
		return bytes.TrimRight(b, "\r"), nil
	}
	return bytes.TrimRight(b[:i], "\r"), b[i+1:]
}

// fieldName cuts the name from the start of a header line. White space before the colon, which RFC 5322 calls
// obsolete, and 8-bit letters are let pass.
func fieldName(line []byte) (name string, value []byte, ok bool) {
	colon := bytes.IndexByte(line, ':')
	if colon < 1 || colon > 200 {
		return "", nil, false
	}
	n := bytes.TrimRight(line[:colon], " \t")
	for _, c := range n {
		if c <= ' ' || c == 127 {
			// No text begins like this, so it is a field, if one that nobody can ask for.
			return string(n), line[colon+1:], bytes.HasPrefix(n, []byte("X-"))
		}
	}
	return string(n), line[colon+1:], len(n) > 0
}

// toUTF8 decodes fields that hold raw 8-bit bytes. RFC 5322 has no place for them, so their charset is that of the
// body, if that fits.
func (h Header) toUTF8(charset string) {
	for i := range h {
		if !isPlain(h[i].Value) {
			h[i].Value, _ = decodeCharset([]byte(h[i].Value), "", charset)
		}
	}
}

// charsetHint finds the first charset that a mail declares.
func charsetHint(h Header, rest []byte) string {
	ctype, _ := h.raw("Content-Type")
	if cs := parseContentField(ctype).param("charset"); cs != "" {
		return cs
	}
	if m := charsetParam.FindSubmatch(rest[:min(len(rest), 16<<10)]); m != nil {
		return string(m[1])
	}
	return ""
}

var charsetParam = regexp.MustCompile(`(?i)\bcharset="?([a-z0-9_.:-]{2,40})`)

// isFold says whether a line continues the field above it.
func isFold(line []byte) bool {
	return len(line) > 0 && (line[0] == ' ' || line[0] == '\t') && len(bytes.TrimSpace(line)) > 0
}

// headerBlock is what readHeader found.
type headerBlock struct {
	header Header
	rest   []byte // what follows the blank line
	stray  []byte // lines without a colon that stood among the fields; they are read as the start of the body
	cut    bool   // longer than the limit
}

// readHeader reads the header at the start of b. It ends at a blank line, where stop says so, or where lines cease to
// look like a header (senders forget the blank line); keep says which fields are wanted.
func readHeader(b []byte, limit int, stop func(line []byte) bool, keep func(name string) bool) headerBlock {
	var h headerBlock
	var value []byte
	open := false // value belongs to the last field of h.header
	flush := func() {
		if open {
			h.header[len(h.header)-1].Value = string(bytes.TrimSpace(value))
		}
		value, open = value[:0], false
	}
	seen, size := 0, 0
	for h.rest = b; len(h.rest) > 0; {
		line, rest := nextLine(h.rest)
		if stop(line) {
			break
		}
		if len(line) == 0 {
			h.rest = rest
			break
		}
		if size += len(line) + 1; size > limit || len(h.header) >= maxFields {
			h.cut = true
			h.rest = rest
			continue
		}
		if isFold(line) && seen > 0 {
			if open {
				value = append(append(value, ' '), bytes.TrimLeft(line, " \t")...)
			}
			h.rest = rest
			continue
		}
		if name, v, ok := fieldName(line); ok && !isFold(line) {
			flush()
			if seen++; keep(name) {
				h.header, open = append(h.header, Field{Name: name}), true
				value = append(value, bytes.TrimSpace(v)...)
			}
			h.rest = rest
			continue
		}
		// mbox writes a line before each mail, which may stand at the top of a stored one.
		if seen == 0 && (bytes.HasPrefix(line, []byte("From ")) || bytes.HasPrefix(line, []byte(">From "))) {
			h.rest = rest
			continue
		}
		if !moreFields(rest, stop, seen > 0) {
			if len(bytes.TrimSpace(line)) == 0 {
				h.rest = rest
			}
			break
		}
		if len(bytes.TrimSpace(line)) > 0 && bytes.IndexByte(line, ':') < 0 && len(h.stray) < 1000 {
			h.stray = append(append(h.stray, line...), '\n')
		}
		h.rest = rest
	}
	flush()
	return h
}

// moreFields says whether what follows an odd line is still the header: nothing but fields up to the blank line.
func moreFields(b []byte, stop func(line []byte) bool, folds bool) bool {
	found := 0
	for range 200 {
		line, rest := nextLine(b)
		if len(line) == 0 || stop(line) {
			break
		}
		_, _, ok := fieldName(line)
		switch {
		case isFold(line) && (found > 0 || folds):
			found++
		case ok && !isFold(line):
			found++
		default:
			return false
		}
		b = rest
	}
	return found > 0
}
