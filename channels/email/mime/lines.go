package mime

import (
	"html"
	"strings"
)

// line is one line of readable content.
type line struct {
	text  string
	quote int  // depth of quotation as HTML marks it; a plain text marks it with > in text
	mark  mark // what the HTML says begins here
	sign  bool // stands in what the HTML marks as signature
}

// mark is what an HTML element says about the lines from here on.
type mark byte

const (
	markNone    mark = iota
	markHistory      // quoted history begins: the element is one that mail programs put around it
	markHeader       // the head of quoted history: "On … wrote:" in an element of its own
)

// splitLines makes lines of a normalised text.
func splitLines(text string) []line {
	text = strings.TrimRight(text, "\n")
	if text == "" {
		return nil
	}
	lines := make([]line, 0, strings.Count(text, "\n")+1)
	for l := range strings.SplitSeq(text, "\n") {
		lines = append(lines, line{text: l})
	}
	return lines
}

// joinLines makes text of lines, quotations of HTML with > before them.
func joinLines(lines []line) string {
	var b strings.Builder
	for i, l := range lines {
		if i > 0 {
			b.WriteByte('\n')
		}
		if l.quote > 0 {
			b.WriteString(strings.Repeat(">", min(l.quote, maxQuoteMarks)))
			if l.text != "" {
				b.WriteByte(' ')
			}
		}
		b.WriteString(l.text)
	}
	return b.String()
}

// maxQuoteMarks bounds the marks before a line.
const maxQuoteMarks = 10

// normalLines makes every line end a single LF, turns other separators into it, and takes out control characters.
func normalLines(text string) string {
	if strings.IndexByte(text, '\r') >= 0 {
		text = strings.NewReplacer("\r\r\n", "\n", "\r\n", "\n", "\r", "\n").Replace(text)
	}
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case r == '\f' || r == '\v' || r == '\u2028' || r == '\u2029':
			return '\n'
		case r < ' ' || r == 0x7f || r == 0xfeff:
			return -1
		}
		return r
	}, text)
}

// trimBlank drops blank lines at both ends.
func trimBlank(lines []line) []line {
	for len(lines) > 0 && strings.TrimSpace(lines[0].text) == "" && lines[0].quote == 0 {
		lines = lines[1:]
	}
	for len(lines) > 0 && strings.TrimSpace(lines[len(lines)-1].text) == "" {
		lines = lines[:len(lines)-1]
	}
	return lines
}

// unflow joins the lines of format=flowed (RFC 3676): a line that ends in a blank goes on in the next of the same
// quote depth. delsp says that the blank itself was added.
func unflow(text string, delsp bool) string {
	var out strings.Builder
	joined := false // the last line goes on
	depth := 0
	for l := range strings.SplitSeq(text, "\n") {
		d := 0
		for d < len(l) && l[d] == '>' {
			d++
		}
		content := strings.TrimPrefix(l[d:], " ") // space-stuffing
		switch {
		case joined && d == depth:
		case out.Len() > 0 || joined:
			out.WriteByte('\n')
			fallthrough
		default:
			if d > 0 {
				out.WriteString(l[:d])
				out.WriteByte(' ')
			}
		}
		depth = d
		// The signature separator ends in a blank but does not flow.
		joined = strings.HasSuffix(content, " ") && content != "-- "
		if joined && delsp {
			content = content[:len(content)-1]
		}
		out.WriteString(content)
	}
	return out.String()
}

// textToHTML shows plain text as HTML.
func textToHTML(text string) string {
	return "<div>" + strings.ReplaceAll(html.EscapeString(text), "\n", "<br>\n") + "</div>"
}
