package mime

import (
	"bytes"
	"strings"
)

// part is one MIME part: a leaf with its body as received, or a multipart with parts.
type part struct {
	header  Header
	ctype   contentField // value never empty
	dispo   contentField
	body    []byte // of a leaf: still encoded
	parts   []*part
	signed  bool // stands within a multipart/signed
	related bool // stands within a multipart/related
}

// encoding gives the Content-Transfer-Encoding.
func (p *part) encoding() string {
	v, _ := p.header.raw("Content-Transfer-Encoding")
	return v
}

// cid gives the Content-ID without angles, else the Content-Location.
func (p *part) cid() string {
	v, ok := p.header.raw("Content-ID")
	if !ok {
		v, _ = p.header.raw("Content-Location")
	}
	return firstID(v)
}

// name gives the file name: that of the disposition, else that of the type.
func (p *part) name() string {
	for _, n := range []string{p.dispo.param("filename"), p.ctype.param("name"), p.dispo.param("name"), p.ctype.param("filename")} {
		if n != "" {
			return n
		}
	}
	v, _ := p.header.raw("Content-Description")
	if d := headerText(v); strings.Contains(d, ".") && len(d) < 200 && !p.isText() {
		return d // some senders put the name there only
	}
	return ""
}

func (p *part) isText() bool { return strings.HasPrefix(p.ctype.value, "text/") }

// hit is the boundary line at which a reader stopped.
type hit struct {
	level  int // index in reader.open; -1 at the end of the mail
	closes bool
}

// treeReader cuts a mail into parts. It looks at each line once, whatever the nesting: a boundary line of an outer
// multipart ends all inner ones.
type treeReader struct {
	limits   Limits
	rest     []byte
	charset  string   // that raw bytes in headers most likely have
	open     []string // boundaries, outermost first
	count    int
	rewinds  int
	problems map[string]bool
}

// minSureBoundary is the length from which on a boundary is not mistaken for text.
const minSureBoundary = 8

// maxRewinds bounds how often a body is read again because its declared boundary was not in it.
const maxRewinds = 3

// boundary says which open multipart a line belongs to, if any.
func (r *treeReader) boundary(line []byte) (hit, bool) {
	if len(line) < 3 || line[0] != '-' || line[1] != '-' {
		return hit{}, false
	}
	for level := len(r.open) - 1; level >= 0; level-- {
		b := r.open[level]
		after, found := bytes.CutPrefix(line[2:], []byte(b))
		if !found {
			continue
		}
		after, closes := bytes.CutPrefix(after, []byte("--"))
		// RFC 2046 lets the line go on behind the boundary. It is believed where that cannot be another boundary or text.
		if len(bytes.TrimRight(after, " \t")) == 0 || len(b) >= minSureBoundary && (after[0] == ' ' || after[0] == '\t') {
			return hit{level, closes}, true
		}
	}
	return hit{}, false
}

func (r *treeReader) isBoundary(line []byte) bool {
	_, ok := r.boundary(line)
	return ok
}

// skip reads on to the next boundary line and past it. It gives what stood before, without the line end that belongs
// to the boundary.
func (r *treeReader) skip() (before []byte, at hit) {
	start := r.rest
	if len(r.open) == 0 {
		r.rest = nil
		return start, hit{level: -1}
	}
	n := 0
	for n < len(start) {
		line, rest := nextLine(start[n:])
		if h, ok := r.boundary(line); ok {
			r.rest = rest
			return trimLineEnd(start[:n]), h
		}
		// Jump to the next line that may be a boundary.
		next := bytes.Index(start[n:], []byte("\n--"))
		if next < 0 {
			break
		}
		n += next + 1
	}
	r.rest = nil
	return start, hit{level: -1}
}

// trimLineEnd removes one line end.
func trimLineEnd(b []byte) []byte {
	b = bytes.TrimSuffix(b, []byte("\n"))
	return bytes.TrimSuffix(b, []byte("\r"))
}

// read reads the part whose header was read already and whose content starts at r.rest. parent is the type of the
// multipart around it.
func (r *treeReader) read(header Header, parent string) (*part, hit) {
	p := &part{header: header}
	r.count++
	ctype, _ := header.raw("Content-Type")
	p.ctype = parseContentField(ctype)
	dispo, _ := header.raw("Content-Disposition")
	p.dispo = parseContentField(dispo)
	if !strings.Contains(p.ctype.value, "/") {
		p.ctype.value = defaultType(p.ctype.value, parent)
	}
	if !strings.HasPrefix(p.ctype.value, "multipart/") || p.dispo.value == "attachment" && p.name() != "" {
		var at hit
		p.body, at = r.skip()
		return p, at
	}
	if len(r.open) >= r.limits.Depth {
		r.problems[ProblemDepth] = true
		var at hit
		p.body, at = r.skip()
		return p, at
	}
	return p, r.readParts(p)
}

// defaultType is for a Content-Type that is missing or is one word.
func defaultType(word, parent string) string {
	switch {
	case word == "text":
		return "text/plain"
	case word == "multipart":
		return "multipart/mixed"
	case word == "" && parent == "multipart/digest":
		return "message/rfc822"
	case word == "":
		return "text/plain"
	}
	return "application/octet-stream"
}

// readParts reads the parts of the multipart p.
func (r *treeReader) readParts(p *part) hit {
	start := r.rest
	boundary := p.ctype.param("boundary")
	if boundary == "" {
		if boundary = guessBoundary(start); boundary == "" {
			return r.leaf(p)
		}
	}
	level := len(r.open)
	r.open = append(r.open, boundary)
	before, at := r.skip()
	if at.level != level && r.rewinds < maxRewinds {
		// The declared boundary is not there: take the one that is.
		if other := guessBoundary(before); other != "" && other != boundary {
			r.rewinds++
			r.open[level], r.rest = other, start
			before, at = r.skip()
		}
	}
	if at.level != level {
		r.problems[ProblemBoundary] = true
		r.open = r.open[:level]
		p.body = before
		if encoded := p.encoding(); encoded != "" && len(bytes.TrimSpace(before)) > 0 && r.rewinds < maxRewinds {
			// Against RFC 2045 the whole multipart was encoded.
			if plain, _ := transferDecode(before, encoded); len(plain) != len(before) && bytes.Contains(plain, []byte(boundary)) {
				inner := &treeReader{limits: r.limits, rest: plain, charset: r.charset, count: r.count, rewinds: r.rewinds + 1, problems: r.problems}
				inner.limits.Depth -= level
				inner.readParts(p)
				r.count, r.rewinds = inner.count, inner.rewinds
				return at
			}
		}
		p.ctype.value = "text/plain"
		return at
	}
	for at.level == level && !at.closes {
		if r.count >= r.limits.Parts {
			r.problems[ProblemParts] = true
			r.rest = nil
			at = hit{level: -1}
			break
		}
		block := readHeader(r.rest, r.limits.Header, r.isBoundary, keptInPart)
		r.rest = block.rest
		block.header.toUTF8(r.charset)
		if block.cut {
			r.problems[ProblemHeader] = true
		}
		if line, rest := nextLine(r.rest); len(block.header) == 0 && len(r.rest) > 0 {
			// Two boundary lines in a row: an empty part, which nobody meant.
			if h, ok := r.boundary(line); ok && h.level == level {
				at, r.rest = h, rest
				continue
			}
		}
		var child *part
		child, at = r.read(block.header, p.ctype.value)
		if len(block.stray) > 0 {
			child.body = append(append([]byte{}, block.stray...), child.body...)
		}
		p.parts = append(p.parts, child)
	}
	r.open = r.open[:level]
	if at.level == level { // closed: what follows is the epilogue
		_, at = r.skip()
	} else {
		r.problems[ProblemUnclosed] = true
	}
	return at
}

// leaf makes a leaf of a multipart that has no boundary at all.
func (r *treeReader) leaf(p *part) hit {
	r.problems[ProblemBoundary] = true
	var at hit
	p.body, at = r.skip()
	p.ctype.value = "text/plain"
	return at
}

// keptInPart says which fields of a part's header are of use.
func keptInPart(name string) bool {
	return len(name) > 8 && strings.EqualFold(name[:8], "content-")
}

// guessBoundary finds what looks like the boundary line of a multipart: "--" and a word at the start of a line, with
// a header below it.
func guessBoundary(b []byte) string {
	for n := 0; n < 20 && len(b) > 0; n++ {
		if !bytes.HasPrefix(b, []byte("--")) {
			i := bytes.Index(b, []byte("\n--"))
			if i < 0 {
				return ""
			}
			b = b[i+1:]
		}
		line, rest := nextLine(b)
		word := string(bytes.TrimRight(line[2:], " \t"))
		below, _ := nextLine(rest)
		name, _, ok := fieldName(below)
		if len(word) > 2 && len(word) <= 200 && !strings.ContainsAny(word, " \t") && ok && keptInPart(name) {
			return word
		}
		b = rest
	}
	return ""
}
