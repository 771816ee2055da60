package mime

import (
	"encoding/binary"
	"strconv"
	"strings"
)

// TNEF (winmail.dat, MS-OXTNEF) is how Outlook packs formatted text and files for other Outlooks.

const tnefSignature = 0x223e9f78

// Attributes of TNEF that are read.
const (
	tnefBody          = 0x800c
	tnefAttachData    = 0x800f
	tnefAttachTitle   = 0x8010
	tnefAttachStart   = 0x9002
	tnefMessageProps  = 0x9003
	tnefAttachProps   = 0x9005
	tnefOEMCodepage   = 0x9007
	tnefMaxEmbedded   = 3      // messages within messages that are unpacked
	tnefMaxFiles      = 500    // of one message
	tnefMaxProperties = 10_000 // of one message or file
)

// MAPI properties that are read.
const (
	propBody           = 0x1000
	propRTF            = 0x1009
	propHTML           = 0x1013
	propDisplayName    = 0x3001
	propAttachData     = 0x3701
	propAttachFileName = 0x3704
	propAttachMethod   = 0x3705
	propAttachLongName = 0x3707
	propAttachMIMEType = 0x370e
	propAttachCID      = 0x3712
	propInternetCPID   = 0x3fde
)

// tnefFile is a file in a TNEF stream.
type tnefFile struct {
	name     string // of the attribute or the property, the longer one
	typ      string
	cid      string
	content  []byte
	embedded bool // content is a TNEF stream itself
}

// tnefMail is what a TNEF stream holds.
type tnefMail struct {
	text     string
	html     string
	rtf      []byte // still compressed
	files    []tnefFile
	codepage string
	broken   bool // the stream ended early
}

// reader cuts pieces off a byte string; short says that there was not enough.
type byteReader struct {
	b     []byte
	short bool
}

func (r *byteReader) take(n uint32) []byte {
	if uint64(n) > uint64(len(r.b)) {
		r.short = true
		out := r.b
		r.b = nil
		return out
	}
	out := r.b[:n]
	r.b = r.b[n:]
	return out
}

func (r *byteReader) uint16() uint16 {
	if b := r.take(2); len(b) == 2 {
		return binary.LittleEndian.Uint16(b)
	}
	return 0
}

func (r *byteReader) uint32() uint32 {
	if b := r.take(4); len(b) == 4 {
		return binary.LittleEndian.Uint32(b)
	}
	return 0
}

// parseTNEF reads a TNEF stream as far as it is whole. ok is false when it is none.
func parseTNEF(b []byte) (m tnefMail, ok bool) {
	r := &byteReader{b: b}
	if r.uint32() != tnefSignature {
		return m, false
	}
	r.uint16() // key
	var file *tnefFile
	for len(r.b) > 0 {
		level := r.take(1)
		id := r.uint32() & 0xffff
		data := r.take(r.uint32())
		r.uint16() // checksum: a wrong one would not make the content less wanted
		if len(level) == 0 || level[0] != 1 && level[0] != 2 {
			m.broken = true
			break
		}
		if id == tnefAttachStart || file == nil && level[0] == 2 {
			if len(m.files) >= tnefMaxFiles {
				m.broken = true
				break
			}
			m.files = append(m.files, tnefFile{})
			file = &m.files[len(m.files)-1]
		}
		switch id {
		case tnefOEMCodepage:
			if len(data) >= 4 {
				m.codepage = codepageLabel(binary.LittleEndian.Uint32(data))
			}
		case tnefBody:
			m.text, _ = decodeCharset(data, m.codepage)
		case tnefMessageProps:
			m.properties(data)
		case tnefAttachTitle:
			if name := m.string8(data); len(name) > len(file.name) {
				file.name = name
			}
		case tnefAttachData:
			if len(file.content) == 0 {
				file.content = data
			}
		case tnefAttachProps:
			m.fileProperties(file, data)
		}
		if r.short {
			m.broken = true
			break
		}
	}
	return m, true
}

// codepageLabel names a Windows code page as a charset.
func codepageLabel(n uint32) string {
	switch n {
	case 936, 54936:
		return "gb18030"
	case 950:
		return "big5"
	case 932:
		return "shift_jis"
	case 949:
		return "euc-kr"
	case 65001:
		return "utf-8"
	case 0, 20127:
		return ""
	}
	if n < 20000 {
		if n >= 1250 && n <= 1258 || n == 874 {
			return "windows-" + strconv.Itoa(int(n))
		}
		return "cp" + strconv.Itoa(int(n))
	}
	return ""
}

// string8 decodes a string of the stream's code page, ended by a NUL.
func (m *tnefMail) string8(b []byte) string {
	for i, c := range b {
		if c == 0 {
			b = b[:i]
			break
		}
	}
	text, _ := decodeCharset(b, m.codepage)
	return text
}

// property is one value of a MAPI property.
type property struct {
	id, typ uint16
	value   []byte
}

// Types of MAPI properties.
const (
	typeObject  = 0x0d
	typeString8 = 0x1e
	typeUnicode = 0x1f
	typeBinary  = 0x102
	typeMulti   = 0x1000
)

// text decodes a string value.
func (p property) text(m *tnefMail) string {
	if p.typ == typeUnicode {
		return strings.TrimRight(csUTF16LE.decode(p.value), "\x00")
	}
	return m.string8(p.value)
}

// eachProperty calls f with the first value of each property in data.
func eachProperty(data []byte, f func(property)) {
	r := &byteReader{b: data}
	count := r.uint32()
	for range min(count, tnefMaxProperties) {
		if len(r.b) == 0 || r.short {
			return
		}
		p := property{typ: r.uint16(), id: r.uint16()}
		if p.id >= 0x8000 { // a named property: its name stands here
			r.take(16)
			if r.uint32() == 0 {
				r.take(4)
			} else {
				r.take(padded(r.uint32()))
			}
		}
		multi := p.typ&typeMulti != 0
		p.typ &^= typeMulti
		values := uint32(1)
		size := fixedSize(p.typ)
		if multi || size == 0 {
			values = r.uint32()
		}
		for i := range values {
			if r.short || len(r.b) == 0 {
				return
			}
			n := size
			if size == 0 {
				n = r.uint32()
			}
			value := r.take(n)
			r.take(min(padded(n)-n, uint32(len(r.b))))
			if i == 0 {
				p.value = value
				f(p)
			}
		}
	}
}

// padded rounds up to four bytes.
func padded(n uint32) uint32 {
	if n > 1<<31 {
		return n
	}
	return (n + 3) &^ 3
}

// fixedSize gives the bytes of a type's value in the stream; 0 for types whose values say their length.
func fixedSize(typ uint16) uint32 {
	switch typ {
	case typeObject, typeString8, typeUnicode, typeBinary:
		return 0
	case 5, 6, 7, 0x14, 0x40:
		return 8
	case 0x48:
		return 16
	}
	return 4
}

// properties reads those of the message.
func (m *tnefMail) properties(data []byte) {
	htmlLabel := m.codepage
	var html []byte
	eachProperty(data, func(p property) {
		switch p.id {
		case propBody:
			if text := p.text(m); text != "" {
				m.text = text
			}
		case propHTML:
			html = p.value
			if p.typ == typeUnicode {
				html = []byte(p.text(m))
				htmlLabel = "utf-8"
			}
		case propRTF:
			m.rtf = p.value
		case propInternetCPID:
			if len(p.value) >= 4 {
				if label := codepageLabel(binary.LittleEndian.Uint32(p.value)); label != "" {
					htmlLabel = label
				}
			}
		}
	})
	if len(html) > 0 {
		m.html, _ = decodeCharset(html, htmlLabel, metaCharset(html))
	}
}

// fileProperties reads those of an attachment.
func (m *tnefMail) fileProperties(file *tnefFile, data []byte) {
	short, long, display := "", "", ""
	eachProperty(data, func(p property) {
		switch p.id {
		case propAttachLongName:
			long = p.text(m)
		case propAttachFileName:
			short = p.text(m)
		case propDisplayName:
			display = p.text(m)
		case propAttachMIMEType:
			file.typ = strings.ToLower(p.text(m))
		case propAttachCID:
			file.cid = firstID(p.text(m))
		case propAttachMethod:
			file.embedded = len(p.value) > 0 && p.value[0] == 5
		case propAttachData:
			value := p.value
			if p.typ == typeObject && len(value) >= 16 { // the interface id stands first
				value = value[16:]
			}
			if len(value) > 0 {
				file.content = value
			}
		}
	})
	for _, name := range []string{long, short, display} {
		if name != "" {
			if long != "" || file.name == "" {
				file.name = name
			}
			break
		}
	}
}

// unpackTNEF reads a winmail.dat: its files become attachments, its text is shown if the mail has none. ok is false
// when it is not TNEF at all.
func (c *collector) unpackTNEF(content []byte) (body, bool) {
	if len(content) > c.unpacked {
		c.problems[ProblemUnpacked] = true
		return body{}, false
	}
	m, ok := parseTNEF(content)
	if !ok {
		c.problems[ProblemTNEF] = true
		return body{}, false
	}
	c.unpacked -= len(content)
	if m.broken {
		c.problems[ProblemTNEF] = true
	}
	c.attachTNEF(m, 0)
	if c.shown {
		return body{}, true
	}
	b := c.tnefBody(m)
	c.shown = c.shown || len(b.lines) > 0
	return b, true
}

func (c *collector) attachTNEF(m tnefMail, depth int) {
	for _, f := range m.files {
		if c.full() {
			return
		}
		if f.embedded && depth < tnefMaxEmbedded {
			if inner, ok := parseTNEF(f.content); ok {
				if b := c.tnefBody(inner); len(b.lines) > 0 {
					c.add(newAttachment(f.name+".txt", "text/plain", []byte(joinLines(b.lines))))
				}
				c.attachTNEF(inner, depth+1)
				continue
			}
		}
		typ := f.typ
		if typ == "" || !strings.Contains(typ, "/") {
			typ = typeByName(f.name)
		}
		a := newAttachment(f.name, typ, f.content)
		a.CID = f.cid
		c.add(a)
	}
}

// tnefBody makes the text of a TNEF message, from the form that says most.
func (c *collector) tnefBody(m tnefMail) body {
	html := m.html
	text := m.text
	if html == "" && len(m.rtf) > 0 {
		if rtf, ok := decompressRTF(m.rtf, min(c.unpacked, c.limits.HTML)); ok {
			c.unpacked -= len(rtf)
			var fromHTML bool
			var plain string
			plain, fromHTML = readRTF(rtf)
			if fromHTML {
				html = plain
			} else if strings.TrimSpace(text) == "" {
				text = plain
			}
		}
	}
	if html != "" {
		html = html[:min(len(html), max(c.html, 0))]
		c.html -= len(html)
		lines := htmlLines(html)
		if len(lines) > 0 {
			return body{lines: lines, html: html, htmlLines: lines}
		}
	}
	text = text[:min(len(text), max(c.text, 0))]
	c.text -= len(text)
	return body{lines: splitLines(normalLines(csUTF8.decode([]byte(text)))), plain: true}
}
