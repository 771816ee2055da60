package mime

import (
	"strings"
)

// quoteReader tells the new words of a mail from the history quoted in it.
type quoteReader struct {
	lines   []line
	forward bool // the subject says that the mail was passed on
	budget  int  // costly comparisons left
	first   int  // the first line with text
	last    int  // the last one above the signature
	dropped []bool
	shared  map[int]string // new words on a line whose rest is the head of a quotation
}

// newQuoteReader reads lines that are not changed.
func newQuoteReader(lines []line, forward bool) *quoteReader {
	q := &quoteReader{lines: lines, forward: forward, budget: maxComparisons, last: len(lines) - 1}
	for q.first < len(lines) && strings.TrimSpace(lines[q.first].text) == "" {
		q.first++
	}
	if n := separatorAt(lines); n > 0 {
		q.last = n - 1
	}
	for q.last > q.first && strings.TrimSpace(lines[q.last].text) == "" {
		q.last--
	}
	return q
}

const (
	maxComparisons = 20_000 // lines put together and compared with the heads of quotations
	maxHeadLines   = 50_000 // lines that are looked at: no one writes a longer answer
	maxBlankLines  = 50     // between a head and the quotation
)

// text gives line i as the sender's program wrote it, blanks of HTML that stayed in a plain text replaced.
func (q *quoteReader) text(i int) string {
	t := q.lines[i].text
	if strings.Contains(t, "&nbsp;") {
		t = strings.ReplaceAll(t, "&nbsp;", " ")
	}
	return t
}

// quoted says whether line i is marked as quoted.
func (q *quoteReader) quoted(i int) bool {
	if q.lines[i].quote > 0 {
		return true
	}
	t := strings.TrimLeft(q.lines[i].text, " \u00a0")
	return len(q.lines[i].text)-len(t) < 4 && (strings.HasPrefix(t, ">") || strings.HasPrefix(t, "＞"))
}

// quotedAfter says whether the first line with text from i on is quoted.
func (q *quoteReader) quotedAfter(i int) bool {
	for n := 0; i < len(q.lines) && n < maxBlankLines; i, n = i+1, n+1 {
		if q.quoted(i) {
			return true
		}
		if strings.TrimSpace(q.lines[i].text) != "" {
			return false
		}
	}
	return false
}

// head says what line i begins.
type head struct {
	lines int  // of the head itself
	all   bool // everything below is history, marked or not
}

// headAt finds the head of a quotation at line i.
func (q *quoteReader) headAt(i int) (head, bool) {
	if isOriginalLine(q.text(i)) {
		return head{1, true}, true
	}
	if n := q.headBlock(i); n > 0 {
		return head{n, true}, true
	}
	if h, ok := q.wroteHead(i); ok {
		return h, true
	}
	switch q.lines[i].mark {
	case markHistory:
		return q.markedHead(i), true
	case markHeader:
		// In whatever language: lines of the form "word: value" below a ruled line, or one above quoted lines.
		if n := q.fieldsAt(i); n >= 3 {
			return head{n, true}, true
		}
		if strings.HasSuffix(strings.TrimRight(q.text(i), " "), ":") && q.quotedAfter(i+1) {
			return head{1, false}, true
		}
	}
	return head{}, false
}

// wroteHead finds a line that says who wrote what follows. What follows is marked as quoted, or it is everything.
func (q *quoteReader) wroteHead(i int) (head, bool) {
	n := q.wroteLine(i)
	if n == 0 {
		return head{}, false
	}
	return head{n, !q.quotedAfter(i + n)}, true
}

// markedHead is the head in an element that mail programs put around history. Quotations within it may have answers
// between them; without any, all is history.
func (q *quoteReader) markedHead(i int) head {
	for j := i; j < len(q.lines) && j < i+8; j++ {
		if q.lines[j].quote > 0 {
			return head{j - i, false}
		}
	}
	return head{1, true}
}

// fieldsAt counts the lines from i on that look like "word: value".
func (q *quoteReader) fieldsAt(i int) int {
	n := 0
	for ; i < len(q.lines) && n < 8; i++ {
		t := strings.TrimSpace(q.text(i))
		if at := strings.IndexAny(t, ":："); at < 1 || at > 40 || strings.Count(t[:at], " ") > 3 {
			break
		}
		n++
	}
	return n
}

// newWords gives the lines that are not history, and whether any history was found.
func (q *quoteReader) newWords() (kept []line, found bool) {
	q.dropped = make([]bool, len(q.lines))
	q.scan()
	q.keepContext()
	for i, l := range q.lines {
		if q.dropped[i] {
			found = true
			continue
		}
		if before, shared := q.shared[i]; shared {
			l.text = before
			found = true
		}
		kept = append(kept, l)
	}
	return kept, found
}

// scan marks the lines that are history.
func (q *quoteReader) scan() {
	headed := false // a head was seen: marked lines below it are history
	for i := 0; i < len(q.lines) && i < maxHeadLines; {
		l := q.lines[i]
		if l.text == "" && l.quote == 0 {
			i++
			continue
		}
		if !q.quoted(i) && isForwardLine(q.text(i)) {
			return
		}
		if q.quoted(i) && l.mark == markNone {
			end := q.quotedEnd(i)
			if headed || q.isQuotation(i, end) {
				q.drop(i, end)
			}
			i = end
			continue
		}
		if before, ok := q.sharedLine(i); ok {
			if q.shared == nil {
				q.shared = map[int]string{}
			}
			q.shared[i], headed = before, true
			i++
			continue
		}
		h, ok := q.headAt(i)
		if !ok {
			i++
			continue
		}
		if h.all && q.forward && !headed || l.mark == markHistory && q.forwardBelow(i) {
			return
		}
		start := i
		for start > 0 && isRule(q.lines[start-1].text) {
			start--
		}
		if h.all {
			q.drop(start, len(q.lines))
			return
		}
		headed = true
		end := i + h.lines
		if h.lines == 0 {
			end = q.quotedEnd(i) // the mark stands on the quotation itself
		}
		q.drop(start, end)
		i = end
	}
}

// drop marks lines as history.
func (q *quoteReader) drop(start, end int) {
	for i := start; i < end; i++ {
		q.dropped[i] = true
	}
}

// keepContext takes quotations back that were answered point by point: the answers make no sense without them. One
// quotation above one answer is only a habit.
func (q *quoteReader) keepContext() {
	last := -1 // the last line of new words
	for i, l := range q.lines {
		if !q.dropped[i] && !isRule(l.text) {
			last = i
		}
	}
	answered := 0
	var waiting bool
	for i := 0; i <= last; i++ {
		switch {
		case q.dropped[i]:
			waiting = waiting || q.quoted(i)
		case waiting && !isRule(q.lines[i].text):
			answered++
			waiting = false
		}
	}
	if answered < 2 {
		return
	}
	for i := 0; i <= last; i++ {
		q.dropped[i] = false
	}
}

// isRule says whether a line is blank or only drawn.
func isRule(text string) bool { return strings.Trim(text, " \t-_=*—\u00a0") == "" }

// forwardBelow says whether the marked history that begins at line i is a mail that was passed on.
func (q *quoteReader) forwardBelow(i int) bool {
	for j := i; j < len(q.lines) && j < i+3; j++ {
		if isForwardLine(q.text(j)) {
			return true
		}
	}
	return false
}

// quotedEnd gives the end of the run of quoted lines that begins at i. Blank lines within it belong to it, and so does
// the rest of a link that a program broke off.
func (q *quoteReader) quotedEnd(i int) int {
	end := i + 1
	for j := i + 1; j < len(q.lines); j++ {
		switch {
		case q.quoted(j):
			end = j + 1
		case strings.TrimSpace(q.lines[j].text) == "":
		case q.lines[j].quote == 0 && j == end && j+1 < len(q.lines) && q.quoted(j+1) && q.brokenLink(j):
		default:
			return end
		}
	}
	return end
}

// brokenLink says whether line j is the second half of a link in the quoted line above.
func (q *quoteReader) brokenLink(j int) bool {
	t := strings.TrimSpace(q.lines[j].text)
	above := q.lines[j-1].text
	if at := strings.LastIndex(above, "http"); at > 0 && !strings.ContainsAny(above[at:], ")> ") && !strings.Contains(t, " ") {
		return true
	}
	return (strings.HasPrefix(t, "(http") || strings.HasPrefix(t, "<http")) && len(strings.Fields(t)) <= 2
}

// isQuotation says whether marked lines without a head are a quotation. People also write > for "more than" and for
// show, so a single line in the middle is not.
func (q *quoteReader) isQuotation(start, end int) bool {
	if q.lines[start].quote > 0 {
		return true
	}
	marked := 0
	for i := start; i < end; i++ {
		if q.quoted(i) {
			marked++
		}
	}
	if marked >= 2 {
		return true
	}
	return (start == q.first) != (end > q.last)
}

// sharedLine finds the head of a quotation at the end of a line of new words, where a program put no line break.
func (q *quoteReader) sharedLine(i int) (before string, ok bool) {
	t := q.text(i)
	at := strings.LastIndex(t, "On ")
	if at < 1 || len(t) > 4*maxHead || !strings.HasSuffix(strings.TrimRight(t, " -"), "wrote:") || !q.quotedAfter(i+1) {
		return "", false
	}
	sub := newQuoteReader(append([]line{{text: t[at:]}}, q.lines[i+1:min(i+3, len(q.lines))]...), false)
	if sub.wroteLine(0) != 1 || !timePattern.MatchString(t[at:]) {
		return "", false
	}
	return strings.TrimRight(t[:at], " -"), true
}

// trimRules drops blank lines and drawn rules at the end.
func trimRules(lines []line) []line {
	for len(lines) > 0 && isRule(lines[len(lines)-1].text) {
		lines = lines[:len(lines)-1]
	}
	return lines
}

// isForwardSubject says whether a subject is that of a mail passed on, and not of an answer.
func isForwardSubject(subject string) bool {
	s := strings.ToLower(strings.TrimSpace(subject))
	for _, p := range forwardSubjects {
		if strings.HasPrefix(s, p) {
			return true
		}
	}
	return false
}

// replyOf gives the new words of a mail.
func (m *Mail) replyOf(b body) string {
	forward := isForwardSubject(m.Subject)
	q := newQuoteReader(b.lines, forward)
	kept, found := q.newWords()
	if !found && b.plain && len(b.htmlLines) > 0 {
		if n, ok := m.cutLikeHTML(b, forward); ok {
			kept, found = b.lines[:n], true
		}
	}
	kept = dropSignature(trimBlank(kept), m.From, found)
	text := strings.TrimSpace(joinLines(kept))
	if text == "" {
		return m.Text
	}
	return text
}

// cutLikeHTML finds the end of the new words in a plain text by the HTML form of the same mail, where elements mark the
// history in any language.
func (m *Mail) cutLikeHTML(b body, forward bool) (n int, ok bool) {
	h := newQuoteReader(b.htmlLines, forward)
	kept, found := h.newWords()
	if !found {
		return 0, false
	}
	want := tight(joinLines(kept))
	if want == "" {
		return 0, false
	}
	for i, l := range b.lines {
		if want, ok = strings.CutPrefix(want, tight(l.text)); !ok {
			return 0, false
		}
		if want == "" {
			return i + 1, true
		}
	}
	return 0, false
}

// tight takes out white space and the marks that a plain text has where HTML has form.
func tight(s string) string {
	return strings.Map(func(r rune) rune {
		switch r {
		case ' ', '\t', '\n', '\u00a0', '\u3000', '*', '_', '-', '>':
			return -1
		}
		return r
	}, s)
}
