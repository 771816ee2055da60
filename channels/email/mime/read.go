package mime

import (
	"bytes"
	"sort"
	"strings"
	"unicode/utf8"
)

// Read reads a raw mail. Any bytes are a mail; a mail beyond the limits is read as far as they go. The result holds
// pieces of raw, which must not be changed afterwards.
func Read(raw []byte, l Limits) (m Mail) {
	l = l.orDefault()
	defer func() {
		// A fault of the reader must not stop the mail from being seen, nor the next one from being read.
		if p := recover(); p != nil {
			m = unreadable(raw, l)
		}
	}()
	return read(raw, l)
}

// unreadable shows a mail as bytes.
func unreadable(raw []byte, l Limits) Mail {
	text := csUTF8.decode(cutAt(raw, min(l.Text, 64<<10)))
	text = normalLines(text)
	return Mail{
		Text: text, Reply: text, Size: len(raw), Kind: Human,
		Problems: []Problem{{Code: ProblemUnreadable}},
	}
}

func read(raw []byte, l Limits) Mail {
	m := Mail{Size: len(raw), Kind: Human}
	problems, details := map[string]bool{}, map[string]string{}
	tooLarge := len(raw) > l.Size
	if tooLarge {
		raw = raw[:min(len(raw), l.Header+4096)]
		problems[ProblemTooLarge] = true
	}
	raw = unixLines(raw)
	block := readHeader(skipBlank(raw), l.Header, never, func(string) bool { return true })
	if block.cut {
		problems[ProblemHeader] = true
	}
	if len(block.header) == 0 {
		problems[ProblemNoHeader] = true
	}
	hint := charsetHint(block.header, block.rest)
	block.header.toUTF8(hint)
	m.Header = block.header
	m.readHeader(problems)
	root := &part{header: m.Header, ctype: contentField{value: "text/plain"}}
	if !tooLarge {
		rest := block.rest
		if len(block.stray) > 0 {
			rest = append(append([]byte{}, block.stray...), rest...)
		}
		if !m.Header.Has("Content-Type") {
			m.Header = append(m.Header, bareMultipart(rest)...)
		}
		tree := &treeReader{limits: l, rest: rest, charset: hint, problems: problems}
		root, _ = tree.read(m.Header, "")
		root.inherit(false, false)
		c := &collector{
			mail: &m, root: root, limits: l, text: l.Text, html: l.HTML, unpacked: l.Unpacked,
			problems: problems, details: details,
		}
		m.setBody(c.walk(root))
		m.markInline()
	}
	m.classify(root, l)
	for code := range problems {
		m.Problems = append(m.Problems, Problem{Code: code, Detail: details[code]})
	}
	sort.Slice(m.Problems, func(i, j int) bool { return m.Problems[i].Code < m.Problems[j].Code })
	return m
}

// bareMultipart gives the Content-Type that a multipart body lost, which happens to stored mail.
func bareMultipart(rest []byte) Header {
	boundary := guessBoundary(cutAt(rest, 64<<10))
	if boundary == "" || strings.ContainsAny(boundary, "\"\\") {
		return nil
	}
	before, _, _ := bytes.Cut(rest, []byte("--"+boundary))
	before = bytes.TrimSpace(before)
	if len(before) > 200 || len(before) > 0 && !bytes.Contains(before, []byte("MIME")) || !bytes.Contains(rest, []byte("--"+boundary+"--")) {
		return nil // a text that holds the source of a mail
	}
	return Header{{Name: "Content-Type", Value: `multipart/mixed; boundary="` + boundary + `"`}}
}

// setBody fills in what is there to read.
func (m *Mail) setBody(b body) {
	b.lines = trimBlank(b.lines)
	m.HTML = b.html
	m.Text = strings.TrimSpace(joinLines(b.lines))
	m.Reply = m.replyOf(b)
	if m.Text == "" && m.Invite != nil {
		m.Text = m.Invite.Summary
		m.Reply = m.Text
	}
}

// inherit tells each part what it stands in.
func (p *part) inherit(signed, related bool) {
	p.signed, p.related = signed, related
	for i, child := range p.parts {
		child.inherit(signed || p.ctype.value == "multipart/signed" && i > 0, related || p.ctype.value == "multipart/related")
	}
}

// unixLines makes LF of CR in a mail that has no LF at all.
func unixLines(raw []byte) []byte {
	if bytes.IndexByte(raw, '\n') >= 0 || bytes.IndexByte(raw, '\r') < 0 {
		return raw
	}
	return bytes.ReplaceAll(raw, []byte("\r"), []byte("\n"))
}

// skipBlank drops a byte order mark and blank lines before the header.
func skipBlank(raw []byte) []byte {
	raw = bytes.TrimPrefix(raw, []byte("\xef\xbb\xbf"))
	rest := raw
	for range 10 {
		line, next := nextLine(rest)
		if len(bytes.TrimSpace(line)) > 0 {
			if _, _, ok := fieldName(line); ok {
				return rest
			}
			return raw
		}
		rest = next
	}
	return raw
}

// readHeader fills in what the header says.
func (m *Mail) readHeader(problems map[string]bool) {
	h := m.Header
	for _, f := range []struct {
		name string
		to   *[]Address
	}{
		{"From", &m.From}, {"Sender", &m.Sender}, {"To", &m.To}, {"Cc", &m.Cc}, {"Bcc", &m.Bcc}, {"Reply-To", &m.ReplyTo},
	} {
		list, cut := addressList(h.rawAll(f.name))
		*f.to = list
		if cut {
			problems[ProblemAddressCount] = true
		}
	}
	if len(m.From) == 0 {
		problems[ProblemNoSender] = true
	}
	m.Subject = clip(h.Get("Subject"), maxSubject)
	m.Date = parseDate(h.Get("Date"))
	if m.Date.IsZero() {
		problems[ProblemBadDate] = true
		if received := h.rawAll("Received"); len(received) > 0 {
			if i := strings.LastIndexByte(received[0], ';'); i >= 0 {
				m.Date = parseDate(received[0][i+1:])
			}
		}
	}
	id, _ := h.raw("Message-ID")
	m.MessageID = firstID(id)
	reply, _ := h.raw("In-Reply-To")
	if ids := messageIDs(reply); len(ids) > 0 {
		m.InReplyTo = ids[0]
	}
	m.References = references(h.rawAll("References"))
	m.Precedence = clip(strings.ToLower(h.Get("Precedence")), maxWord)
	m.AuthenticationResults = h.All("Authentication-Results")
	if path, ok := h.raw("Return-Path"); ok {
		path = strings.TrimSpace(path)
		m.ReturnPath = cleanAddress(path)
		m.NullReturnPath = path == "<>" || path == "< >"
	}
	for _, name := range []string{
		"Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "X-Delivered-To", "X-Real-To", "Apparently-To",
	} {
		for _, v := range h.rawAll(name) {
			if a := cleanAddress(eightBit(v)); strings.Contains(a, "@") && len(m.DeliveredTo) < 100 {
				m.DeliveredTo = append(m.DeliveredTo, a)
			}
		}
	}
	m.List = clip(listID(h), maxWord)
}

const (
	maxSubject = 2000 // bytes; RFC 5322 allows lines of 998
	maxWord    = 500
)

// clip shortens s to at most n bytes, between characters.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// listID names the mailing list a mail came through.
func listID(h Header) string {
	if v, ok := h.raw("List-Id"); ok {
		if ids := messageIDs(v); len(ids) > 0 {
			return ids[0]
		}
		return headerText(v)
	}
	for _, name := range []string{"List-Post", "Mailing-List", "X-Mailing-List"} {
		if v, ok := h.raw(name); ok {
			if ids := messageIDs(v); len(ids) > 0 {
				return strings.TrimPrefix(ids[0], "mailto:")
			}
			return headerText(v)
		}
	}
	return ""
}
