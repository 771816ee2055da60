package mime

import (
	"bytes"
	"strings"
)

// body is readable content: of one part, or of several put together.
type body struct {
	lines     []line // what there is to read
	html      string // as received, UTF-8; empty when there is none
	plain     bool   // lines come from a text part
	htmlLines []line // the lines of html, kept beside a plain text because HTML marks quotes more clearly
}

func (b body) blank() bool {
	for _, l := range b.lines {
		if strings.TrimSpace(l.text) != "" {
			return false
		}
	}
	return true
}

// collector walks the parts of a mail and gathers what is to read and what is attached.
type collector struct {
	mail     *Mail
	root     *part
	limits   Limits
	text     int // bytes of text that may still be shown
	html     int
	unpacked int  // bytes that may still be unpacked
	wrapped  int  // opaque signatures unwrapped so far
	shown    bool // some text was found that is shown
	problems map[string]bool
	details  map[string]string
}

// walk reads a part and all below it.
func (c *collector) walk(p *part) body {
	switch {
	case len(p.parts) > 0:
		return c.walkParts(p)
	case strings.HasPrefix(p.ctype.value, "multipart/"):
		c.attachUnread(p)
		return body{}
	}
	return c.walkLeaf(p)
}

func (c *collector) walkParts(p *part) body {
	switch p.ctype.value {
	case "multipart/signed":
		c.mail.Signed = cryptoKind(p.ctype.param("protocol"))
	case "multipart/encrypted":
		c.mail.Encrypted = cryptoKind(p.ctype.param("protocol"))
	}
	var bodies []body
	for _, child := range p.parts {
		if b := c.walk(child); len(b.lines) > 0 || b.html != "" {
			bodies = append(bodies, b)
		}
	}
	switch {
	case len(bodies) == 0:
		return body{}
	case len(bodies) == 1:
		return bodies[0]
	case p.ctype.value == "multipart/alternative":
		return alternative(bodies)
	}
	return sequence(bodies)
}

// alternative takes of several forms of one content the plain text that is not blank and the last HTML.
func alternative(bodies []body) body {
	var out body
	for _, b := range bodies {
		if b.html != "" {
			out.html = b.html
			out.htmlLines = b.htmlLines
			if !b.plain {
				out.htmlLines = b.lines
			}
		}
	}
	for _, b := range bodies {
		if b.plain && !b.blank() {
			out.lines, out.plain = b.lines, true
			return out
		}
	}
	for _, b := range bodies {
		if !b.blank() {
			out.lines = b.lines
		}
	}
	return out
}

// sequence puts contents one below the other. Where one has HTML, the others become HTML as well.
func sequence(bodies []body) body {
	var out body
	anyHTML := false
	for _, b := range bodies {
		anyHTML = anyHTML || b.html != ""
		out.plain = out.plain || b.plain
	}
	var html strings.Builder
	for i, b := range bodies {
		if i > 0 && len(out.lines) > 0 {
			out.lines = append(out.lines, line{})
		}
		out.lines = append(out.lines, b.lines...)
		if !anyHTML {
			continue
		}
		if b.html != "" {
			html.WriteString(b.html)
			out.htmlLines = append(out.htmlLines, b.htmlLines...)
		} else {
			html.WriteString(textToHTML(joinLines(b.lines)))
			out.htmlLines = append(out.htmlLines, b.lines...)
		}
		html.WriteString("\n")
	}
	out.html = html.String()
	return out
}

// cryptoKind names the system of a signature or an encryption by its media type.
func cryptoKind(protocol string) string {
	if strings.Contains(protocol, "pgp") {
		return "pgp"
	}
	return "smime"
}

// walkLeaf reads one leaf: it is shown, attached or unpacked.
func (c *collector) walkLeaf(p *part) body {
	content, problem := transferDecode(p.body, p.encoding())
	if problem != "" {
		c.problems[problem] = true
	}
	typ := p.ctype.value
	name := p.name()
	if typ == "application/ms-tnef" || typ == "application/vnd.ms-tnef" || strings.EqualFold(name, "winmail.dat") {
		if b, ok := c.unpackTNEF(content); ok {
			return b
		}
	}
	if isPKCS7(typ) {
		if b, ok := c.unwrapPKCS7(p, content); ok {
			return b
		}
	}
	only := c.isOnlyText(p)
	if only {
		c.attach(p, name, content)
	}
	if only || c.isShown(p, name) {
		switch typ {
		case "text/html", "application/xhtml+xml":
			if len(content) <= c.html {
				c.shown = true
				return c.readHTML(content, p.ctype.param("charset"))
			}
			c.problems[ProblemHTMLCut] = true
		default:
			if len(content) <= c.text {
				c.shown = true
				return c.readText(content, p)
			}
			c.problems[ProblemTextCut] = true
		}
		// Too long to show in full: the head is shown, the whole is attached.
		if !only {
			c.attach(p, name, content)
		}
		c.shown = true
		if typ == "text/html" || typ == "application/xhtml+xml" {
			return c.readHTML(cutAt(content, c.html), p.ctype.param("charset"))
		}
		return c.readText(cutAt(content, c.text), p)
	}
	c.attach(p, name, content)
	return body{}
}

// cutAt shortens b to at most n bytes, at a line end where one is near.
func cutAt(b []byte, n int) []byte {
	if len(b) <= n {
		return b
	}
	b = b[:max(n, 0)]
	if i := bytes.LastIndexByte(b, '\n'); i > len(b)/2 {
		return b[:i+1]
	}
	return b
}

// isShown says whether a leaf is text to read and not a file. A file name makes a text a file, except on the first
// text: some programs name the body.
func (c *collector) isShown(p *part, name string) bool {
	switch p.ctype.value {
	case "text/plain", "text/html", "application/xhtml+xml", "text/enriched", "text/richtext", "text/x-plain":
	default:
		return false
	}
	if p.dispo.value == "attachment" {
		return false
	}
	return name == "" || !c.shown && !p.signed
}

// isOnlyText says whether a text that is sent as a file is all there is: then it is to be read as well.
func (c *collector) isOnlyText(p *part) bool {
	return p == c.root && p.dispo.value == "attachment" && (p.ctype.value == "text/plain" || p.ctype.value == "text/html")
}

// attach keeps a part as a file.
func (c *collector) attach(p *part, name string, content []byte) {
	typ := p.ctype.value
	if typ == "text/calendar" || typ == "application/ics" {
		text, _ := decodeCharset(cutAt(content, maxCalendar), p.ctype.param("charset"))
		if in := parseInvite(text); in != nil && c.mail.Invite == nil {
			c.mail.Invite = in
		}
		if name == "" {
			name = "invite.ics"
		}
	}
	if name == "" && typ == "message/rfc822" {
		name = embeddedName(content)
	}
	a := newAttachment(name, typ, content)
	a.CID = p.cid()
	a.Inline = p.dispo.value == "inline" && strings.HasPrefix(typ, "image/") && p.name() == ""
	c.add(a)
}

// attachUnread keeps a multipart that was not read, for it lies too deep or is sent as a file, as a mail of its own.
func (c *collector) attachUnread(p *part) {
	if len(bytes.TrimSpace(p.body)) == 0 {
		return
	}
	ctype, _ := p.header.raw("Content-Type")
	content := append([]byte("Content-Type: "+ctype+"\r\n\r\n"), p.body...)
	c.add(newAttachment(p.name(), "message/rfc822", content))
}

// add adds a file, up to as many as a mail may have parts.
func (c *collector) add(a Attachment) {
	if !c.full() {
		c.mail.Attachments = append(c.mail.Attachments, a)
	}
}

// full says whether the mail has as many files as it may have.
func (c *collector) full() bool {
	if len(c.mail.Attachments) < c.limits.Parts {
		return false
	}
	c.problems[ProblemParts] = true
	return true
}

// embeddedName names a mail within the mail by its subject.
func embeddedName(content []byte) string {
	h := readHeader(content, 64<<10, never, func(name string) bool { return strings.EqualFold(name, "Subject") })
	subject := strings.NewReplacer("/", "_", `\`, "_", ":", "_").Replace(h.header.Get("Subject"))
	if subject == "" {
		return ""
	}
	return subject + ".eml"
}

// never stops no header.
func never([]byte) bool { return false }

// readHTML reads an HTML part.
func (c *collector) readHTML(content []byte, label string) body {
	c.html -= len(content)
	html, how := decodeCharset(content, label, metaCharset(content))
	c.note(how)
	lines := htmlLines(html)
	return body{lines: lines, html: html, htmlLines: lines}
}

// readText reads a plain part: files that stand uuencoded in it come out, flowed lines are joined.
func (c *collector) readText(content []byte, p *part) body {
	c.text -= len(content)
	content = c.cutFiles(content)
	text, how := decodeCharset(content, p.ctype.param("charset"))
	c.note(how)
	text = normalLines(text)
	text = c.cutArmor(text)
	if strings.EqualFold(p.ctype.param("format"), "flowed") {
		text = unflow(text, strings.EqualFold(p.ctype.param("delsp"), "yes"))
	}
	return body{lines: splitLines(text), plain: true}
}

// note keeps what was odd about a charset.
func (c *collector) note(how reading) {
	if how.problem != "" {
		c.problems[how.problem] = true
		c.details[how.problem] = how.detail
	}
}

// cutFiles takes uuencoded files out of a text.
func (c *collector) cutFiles(text []byte) []byte {
	if !bytes.Contains(text, []byte("begin ")) {
		return text
	}
	var out []byte
	for range 100 {
		f, ok := cutUU(text)
		if !ok {
			break
		}
		if len(f.content) > c.unpacked {
			c.problems[ProblemUnpacked] = true
			break
		}
		c.unpacked -= len(f.content)
		name := eightBit(f.name)
		c.add(newAttachment(name, typeByName(name), f.content))
		out = append(out, text[:f.start]...)
		text = text[f.end:]
	}
	return append(out, text...)
}

// cutArmor takes the armour of PGP off a clear signed text.
func (c *collector) cutArmor(text string) string {
	const begin, signature = "-----BEGIN PGP SIGNED MESSAGE-----\n", "\n-----BEGIN PGP SIGNATURE-----\n"
	if strings.HasPrefix(strings.TrimSpace(text), "-----BEGIN PGP MESSAGE-----") {
		c.mail.Encrypted = "pgp"
		return text
	}
	start := strings.Index(text, begin)
	if start < 0 || start > 0 && text[start-1] != '\n' {
		return text
	}
	before, rest := text[:start], text[start+len(begin):]
	end := strings.Index(rest, signature)
	if end < 0 {
		return text
	}
	signed, after := rest[:end], rest[end+len(signature):]
	if _, tail, ok := strings.Cut(after, "-----END PGP SIGNATURE-----"); ok {
		after = tail
	} else {
		after = ""
	}
	if _, words, ok := strings.Cut(signed, "\n\n"); ok { // below the Hash: lines
		signed = words
	}
	signed = strings.ReplaceAll("\n"+signed, "\n- ", "\n")[1:]
	c.mail.Signed = "pgp"
	return before + signed + after
}

// maxLocations bounds the files that are looked for by their Content-Location.
const maxLocations = 100

// markInline sets Attachment.Inline on what the HTML shows.
func (m *Mail) markInline() {
	if m.HTML == "" {
		return
	}
	used := cidsUsed(m.HTML)
	for i := range m.Attachments {
		a := &m.Attachments[i]
		switch {
		case a.CID == "":
		case used[a.CID], used[strings.ToLower(a.CID)]:
			a.Inline = true
		case i < maxLocations: // HTML may also name a picture by its Content-Location
			a.Inline = a.Inline || strings.Contains(m.HTML, `src="`+a.CID+`"`)
		}
	}
}

// typeByName guesses a media type from a file name's ending.
func typeByName(name string) string {
	dot := strings.LastIndexByte(name, '.')
	if dot < 0 {
		return "application/octet-stream"
	}
	ending := strings.ToLower(name[dot:])
	if t, ok := typesByEnding[ending]; ok {
		return t
	}
	return "application/octet-stream"
}

var typesByEnding = map[string]string{
	".txt": "text/plain", ".log": "text/plain", ".csv": "text/csv", ".htm": "text/html", ".html": "text/html",
	".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png", ".gif": "image/gif", ".bmp": "image/bmp",
	".webp": "image/webp", ".tif": "image/tiff", ".tiff": "image/tiff", ".svg": "image/svg+xml", ".heic": "image/heic",
	".pdf": "application/pdf", ".zip": "application/zip", ".rar": "application/vnd.rar", ".7z": "application/x-7z-compressed",
	".doc": "application/msword", ".xls": "application/vnd.ms-excel", ".ppt": "application/vnd.ms-powerpoint",
	".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
	".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
	".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
	".mp3":  "audio/mpeg", ".wav": "audio/wav", ".mp4": "video/mp4", ".mov": "video/quicktime", ".avi": "video/x-msvideo",
	".eml": "message/rfc822", ".ics": "text/calendar", ".vcf": "text/vcard", ".rtf": "application/rtf",
	".xml": "application/xml", ".json": "application/json",
}
