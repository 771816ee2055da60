package mime

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// htmlLines turns HTML into lines of text. It reads tokens and builds no tree, so that its cost grows with the length
// only; elements that mail programs put around quotations and signatures mark the lines.
func htmlLines(source string) []line {
	w := &htmlWriter{}
	z := html.NewTokenizer(strings.NewReader(source))
	for {
		switch z.Next() {
		case html.ErrorToken:
			w.newline()
			return w.trimmed()
		case html.TextToken:
			if !w.hidden && w.skip == 0 {
				w.text(string(z.Text()))
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			w.start(z)
		case html.EndTagToken:
			name, _ := z.TagName()
			w.end(atom.Lookup(name), string(name))
		}
	}
}

// htmlState is what an element changes for what is in it.
type htmlState struct {
	quote  int
	sign   bool
	hidden bool
	pre    bool
}

// openElement remembers the state to go back to.
type openElement struct {
	tag    atom.Atom
	before htmlState
}

// htmlWriter writes lines.
type htmlWriter struct {
	htmlState
	stack    []openElement
	skip     atom.Atom // an element whose text is not for reading is open
	skipName string
	lines    []line
	cur      strings.Builder
	space    bool // white space is due before the next word
	gap      bool // a blank line is due before the next text
	mark     mark // for the next line with text
}

// maxOpen bounds the elements that are remembered; deeper ones change nothing.
const maxOpen = 200

// skipped are elements whose content is not for reading.
var skipped = map[atom.Atom]bool{
	atom.Script: true, atom.Style: true, atom.Title: true, atom.Template: true, atom.Svg: true, atom.Math: true,
	atom.Select: true, atom.Textarea: true, atom.Object: true, atom.Noframes: true, atom.Noembed: true, atom.Iframe: true,
	atom.Noscript: true, atom.Applet: true, atom.Audio: true, atom.Video: true, atom.Canvas: true,
}

// blocks are elements that stand on lines of their own.
var blocks = map[atom.Atom]bool{
	atom.Div: true, atom.P: true, atom.H1: true, atom.H2: true, atom.H3: true, atom.H4: true, atom.H5: true, atom.H6: true,
	atom.Ul: true, atom.Ol: true, atom.Li: true, atom.Dl: true, atom.Dt: true, atom.Dd: true, atom.Table: true, atom.Tr: true,
	atom.Blockquote: true, atom.Pre: true, atom.Section: true, atom.Article: true, atom.Header: true, atom.Footer: true,
	atom.Center: true, atom.Form: true, atom.Fieldset: true, atom.Address: true, atom.Hr: true, atom.Body: true,
	atom.Main: true, atom.Nav: true, atom.Figure: true, atom.Caption: true, atom.Aside: true,
}

// spaced are blocks with a blank line around them.
var spaced = map[atom.Atom]bool{
	atom.P: true, atom.H1: true, atom.H2: true, atom.H3: true, atom.H4: true, atom.H5: true, atom.H6: true, atom.Ul: true,
	atom.Ol: true, atom.Pre: true, atom.Blockquote: true, atom.Dl: true,
}

// remembered are elements that may change the state.
var remembered = map[atom.Atom]bool{
	atom.Div: true, atom.Blockquote: true, atom.Pre: true, atom.Span: true, atom.Table: true, atom.Td: true, atom.Section: true,
	atom.Ul: true, atom.Ol: true, atom.Font: true, atom.A: true,
}

// attributes are those of an element that matter here.
type attributes struct {
	id, class, style, typ, alt, smart string
	hidden                            bool
}

func readAttributes(z *html.Tokenizer) attributes {
	var a attributes
	for range 100 {
		key, value, more := z.TagAttr()
		switch string(key) {
		case "id":
			a.id = strings.ToLower(string(value))
		case "class":
			a.class = strings.ToLower(string(value))
		case "style":
			a.style = strings.ToLower(strings.Join(strings.Fields(string(cutAt(value, 4096))), ""))
		case "type":
			a.typ = strings.ToLower(string(value))
		case "alt":
			a.alt = string(value)
		case "hidden":
			a.hidden = true
		case "data-smartmail", "data-signatureblock":
			a.smart = string(key)
		}
		if !more {
			break
		}
	}
	return a
}

func (w *htmlWriter) start(z *html.Tokenizer) {
	name, hasAttr := z.TagName()
	tag := atom.Lookup(name)
	isXML := string(name) == "xml"
	if w.skip != 0 {
		return
	}
	if skipped[tag] || isXML {
		w.skip, w.skipName = tag, string(name)
		if isXML {
			w.skip = atom.Object // any: the end is found by name
		}
		return
	}
	var a attributes
	if hasAttr {
		a = readAttributes(z)
	}
	if blocks[tag] {
		w.newline()
		compact := tag == atom.P && (strings.Contains(a.class, "mso") || strings.Contains(a.style, "margin:0"))
		if spaced[tag] && !compact {
			w.gap = true
		}
	}
	switch tag {
	case atom.Br:
		w.forceLine()
		return
	case atom.Hr:
		w.setMark(a, tag)
		if !w.hidden {
			w.cur.WriteString("--------------------------------")
			w.newline()
		}
		return
	case atom.Li:
		if !w.hidden {
			w.cur.WriteString("- ")
		}
	case atom.Td, atom.Th:
		if w.cur.Len() > 0 {
			w.space = true
		}
	case atom.Img:
		if n := utf8.RuneCountInString(a.alt); n > 0 && n <= 4 && !w.hidden { // an emoji
			w.text(a.alt)
		}
		return
	}
	if remembered[tag] {
		w.open(tag, a)
	}
}

// open remembers an element and takes over what it changes.
func (w *htmlWriter) open(tag atom.Atom, a attributes) {
	if len(w.stack) >= maxOpen {
		return
	}
	w.stack = append(w.stack, openElement{tag, w.htmlState})
	w.hidden = w.hidden || a.hidden || strings.Contains(a.style, "display:none")
	w.pre = w.pre || tag == atom.Pre
	w.sign = w.sign || isSignature(a)
	if tag == atom.Blockquote && isCitation(a) {
		w.quote++
	}
	w.setMark(a, tag)
}

// setMark notes what an element says about the lines that follow.
func (w *htmlWriter) setMark(a attributes, tag atom.Atom) {
	if m := historyMark(a, tag); m != markNone {
		if w.cur.Len() > 0 {
			w.newline()
		}
		if w.mark != markHistory {
			w.mark = m
		}
	}
}

func (w *htmlWriter) end(tag atom.Atom, name string) {
	if w.skip != 0 {
		if w.skipName == name {
			w.skip = 0
		}
		return
	}
	if blocks[tag] {
		w.newline()
		if spaced[tag] && tag != atom.P {
			w.gap = true
		}
	}
	if !remembered[tag] {
		return
	}
	// The element may have been left open: look a little further down, not through everything.
	for i := len(w.stack) - 1; i >= 0 && i >= len(w.stack)-30; i-- {
		if w.stack[i].tag == tag {
			w.htmlState = w.stack[i].before
			w.stack = w.stack[:i]
			return
		}
	}
}

// text adds text, white space collapsed unless preformatted.
func (w *htmlWriter) text(s string) {
	if w.pre {
		for i, l := range strings.Split(normalLines(s), "\n") {
			if i > 0 {
				w.forceLine()
			}
			w.write(l)
		}
		return
	}
	for s != "" {
		n := strings.IndexFunc(s, isHTMLSpace)
		switch {
		case n < 0:
			w.write(s)
			return
		case n > 0:
			w.write(s[:n])
		}
		s = strings.TrimLeftFunc(s[n:], isHTMLSpace)
		w.space = w.space || w.cur.Len() > 0
	}
}

// isHTMLSpace says whether white space collapses. A no-break space does not in HTML, but mail programs write it for
// every other blank, so it becomes a plain one when written.
func isHTMLSpace(r rune) bool {
	return r == ' ' || r == '\n' || r == '\t' || r == '\r' || r == '\f'
}

// write adds a word to the current line.
func (w *htmlWriter) write(s string) {
	s = strings.Map(func(r rune) rune {
		switch {
		case r == 0xa0:
			return ' '
		case r == '\t':
			return r
		case unicode.IsControl(r), r == 0x200b, r == 0xfeff, r == 0x00ad:
			return -1
		}
		return r
	}, s)
	if s == "" {
		return
	}
	if w.space {
		w.cur.WriteByte(' ')
		w.space = false
	}
	w.cur.WriteString(s)
}

// newline ends the current line if it holds something.
func (w *htmlWriter) newline() {
	if w.cur.Len() > 0 {
		w.forceLine()
	}
	w.space = false
}

// forceLine ends the current line, even a blank one.
func (w *htmlWriter) forceLine() {
	text := strings.TrimRight(w.cur.String(), " ")
	w.cur.Reset()
	w.space = false
	if w.hidden && text == "" {
		return
	}
	blank := strings.TrimSpace(text) == ""
	if !blank && w.gap && len(w.lines) > 0 && strings.TrimSpace(w.lines[len(w.lines)-1].text) != "" {
		w.lines = append(w.lines, line{quote: min(w.quote, w.lines[len(w.lines)-1].quote), sign: w.sign})
	}
	l := line{text: text, quote: w.quote, sign: w.sign}
	if !blank {
		w.gap = false
		l.mark, w.mark = w.mark, markNone
	}
	w.lines = append(w.lines, l)
}

// trimmed gives the lines without blank ones at the ends and with no more than two blank ones in a row.
func (w *htmlWriter) trimmed() []line {
	out := w.lines[:0]
	blank := 0
	for _, l := range w.lines {
		if strings.TrimSpace(l.text) == "" {
			if blank++; blank > 2 || len(out) == 0 {
				continue
			}
		} else {
			blank = 0
		}
		out = append(out, l)
	}
	return trimBlank(out)
}

var metaPattern = regexp.MustCompile(`(?i)<meta[^>]{0,200}charset\s{0,5}=\s{0,5}["']?\s{0,5}([a-zA-Z0-9_.:-]{2,40})`)

// metaCharset finds the charset that HTML claims for itself in its first kilobytes.
func metaCharset(content []byte) string {
	if m := metaPattern.FindSubmatch(content[:min(len(content), 4096)]); m != nil {
		return string(m[1])
	}
	return ""
}

// cidsUsed finds the Content-IDs that HTML shows, as written and in lower case.
func cidsUsed(source string) map[string]bool {
	used := map[string]bool{}
	rest := source
	for len(used) < 5000 {
		i := indexFold(rest, "cid:")
		if i < 0 {
			break
		}
		rest = rest[i+4:]
		end := strings.IndexAny(rest[:min(len(rest), 300)], "\"'<> \t\r\n)")
		if end <= 0 {
			continue
		}
		id := html.UnescapeString(rest[:end])
		if plain := string(percentDecode(id)); plain != id {
			used[plain], used[strings.ToLower(plain)] = true, true
		}
		used[id], used[strings.ToLower(id)] = true, true
	}
	return used
}

// indexFold finds an ASCII word in any case; word is lower case.
func indexFold(s, word string) int {
	first := word[:1] + strings.ToUpper(word[:1])
	for from := 0; ; {
		i := strings.IndexAny(s[from:], first)
		if i < 0 {
			return -1
		}
		at := from + i
		if len(s)-at < len(word) {
			return -1
		}
		if strings.EqualFold(s[at:at+len(word)], word) {
			return at
		}
		from = at + 1
	}
}
