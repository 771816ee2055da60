package mime

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"
	"unicode/utf16"
)

// A small writer of winmail.dat, as Outlook would send it.

// tnefStream puts attributes together.
func tnefStream(attributes ...[]byte) []byte {
	return append(append(binary.LittleEndian.AppendUint32(nil, tnefSignature), 1, 0), bytes.Join(attributes, nil)...)
}

// attribute is one attribute of the message (level 1) or of a file (level 2).
func attribute(level byte, id uint32, data []byte) []byte {
	b := binary.LittleEndian.AppendUint32([]byte{level}, id)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(data)))
	var sum uint16
	for _, c := range data {
		sum += uint16(c)
	}
	return binary.LittleEndian.AppendUint16(append(b, data...), sum)
}

// properties packs MAPI properties.
func properties(list ...[]byte) []byte {
	return append(binary.LittleEndian.AppendUint32(nil, uint32(len(list))), bytes.Join(list, nil)...)
}

// value is a property whose value has a length.
func value(typ, id uint16, data []byte) []byte {
	b := binary.LittleEndian.AppendUint16(nil, typ)
	b = binary.LittleEndian.AppendUint16(b, id)
	b = binary.LittleEndian.AppendUint32(b, 1)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(data)))
	return append(append(b, data...), make([]byte, (4-len(data)%4)%4)...)
}

// number is a property of four bytes.
func number(id uint16, n uint32) []byte {
	b := binary.LittleEndian.AppendUint16(nil, 3)
	return binary.LittleEndian.AppendUint32(binary.LittleEndian.AppendUint16(b, id), n)
}

// wide is UTF-16 with its final NUL.
func wide(s string) (b []byte) {
	for _, u := range append(utf16.Encode([]rune(s)), 0) {
		b = binary.LittleEndian.AppendUint16(b, u)
	}
	return b
}

// plainRTF packs RTF without compressing it.
func plainRTF(rtf string) []byte {
	b := binary.LittleEndian.AppendUint32(nil, uint32(len(rtf)+12))
	b = binary.LittleEndian.AppendUint32(b, uint32(len(rtf)))
	return append(append(b, "MELA\x00\x00\x00\x00"...), rtf...)
}

// start begins a file.
var start = attribute(2, 0x00069002, make([]byte, 14))

func TestWinmail(t *testing.T) {
	t.Parallel()
	codepage := attribute(1, 0x00069007, []byte{0xa8, 3, 0, 0, 0, 0, 0, 0}) // 936
	gbkName := append([]byte("\xb1\xa8\xb8\xe6.doc"), 0)                    // 报告.doc
	for _, c := range []struct {
		name   string
		stream []byte
		text   string
		files  string // name=content, in order
	}{
		{
			"a file with a short name in the code page of the sender",
			tnefStream(codepage, start, attribute(2, 0x00018010, gbkName), attribute(2, 0x0006800f, []byte("doc"))),
			"", "报告.doc=doc",
		},
		{
			"a file whose long name is a property",
			tnefStream(start, attribute(2, 0x00018010, []byte("REPORT~1.DOC\x00")), attribute(2, 0x0006800f, []byte("doc")),
				attribute(2, 0x00069005, properties(value(typeUnicode, propAttachLongName, wide("维修报告.docx"))))),
			"", "维修报告.docx=doc",
		},
		{
			"a file whose content is a property, after a named one",
			tnefStream(start, attribute(2, 0x00069005, properties(
				append(append([]byte{0x1f, 0, 1, 0x80}, make([]byte, 16)...), append([]byte{1, 0, 0, 0, 4, 0, 0, 0, 'a', 0, 0, 0}, []byte{1, 0, 0, 0, 2, 0, 0, 0, 'b', 0, 0, 0}...)...),
				value(typeString8, propAttachLongName, []byte("a.txt\x00")),
				value(typeBinary, propAttachData, []byte("hello"))))),
			"", "a.txt=hello",
		},
		{
			"text as HTML",
			tnefStream(attribute(1, 0x00069003, properties(number(propInternetCPID, 936), value(typeBinary, propHTML, []byte("<p>\xd6\xf7\xd6\xe1</p>"))))),
			"主轴", "",
		},
		{
			"text as HTML within RTF",
			tnefStream(attribute(1, 0x00069003, properties(value(typeBinary, propRTF, plainRTF(
				`{\rtf1\ansi\ansicpg936\fromhtml1 {\*\htmltag64 <p>}\htmlrtf \par \htmlrtf0 \'d6\'f7\u36724?{\*\htmltag72 </p>}}`))))),
			"主轴", "",
		},
		{
			"text as RTF",
			tnefStream(attribute(1, 0x00069003, properties(value(typeBinary, propRTF, plainRTF(
				`{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 Arial;}{\f1\fcharset134 SimSun;}}\f0 K\'f6ln\par\f1 \'d6\'f7\par}`))))),
			"Köln\n主", "",
		},
		{
			"a message within the message",
			tnefStream(start, attribute(2, 0x00069005, properties(
				value(typeUnicode, propDisplayName, wide("old mail")), number(propAttachMethod, 5),
				value(typeObject, propAttachData, append(make([]byte, 16), tnefStream(attribute(1, 0x0002800c, []byte("old words\x00")), start, attribute(2, 0x00018010, []byte("in.txt\x00")), attribute(2, 0x0006800f, []byte("in")))...))))),
			"", "old mail.txt=old words in.txt=in",
		},
	} {
		m := Read(tnefPart(c.stream), Limits{})
		var files []string
		for _, a := range m.Attachments {
			files = append(files, a.Name+"="+string(a.Content))
		}
		if m.Text != c.text || strings.Join(files, " ") != c.files {
			t.Errorf("%s: text %q, files %q, want %q and %q", c.name, m.Text, files, c.text, c.files)
		}
	}
}

func TestBrokenWinmailKeepsWhatIsWhole(t *testing.T) {
	t.Parallel()
	whole := tnefStream(start, attribute(2, 0x00018010, []byte("a.txt\x00")), attribute(2, 0x0006800f, []byte("hello")))
	m := Read(tnefPart(append(whole, "garbage at the end"...)), Limits{})
	if len(m.Attachments) != 1 || m.Attachments[0].Name != "a.txt" || string(m.Attachments[0].Content) != "hello" {
		t.Errorf("attachments = %+v, want a.txt", m.Attachments)
	}
	if len(m.Problems) == 0 || !hasProblem(m, ProblemTNEF) {
		t.Errorf("problems = %v, want %s", m.Problems, ProblemTNEF)
	}
	// What is no winmail.dat at all stays a file.
	m = Read(tnefPart([]byte("not this")), Limits{})
	if len(m.Attachments) != 1 || m.Attachments[0].Name != "winmail.dat" {
		t.Errorf("attachments = %+v, want winmail.dat itself", m.Attachments)
	}
}

func hasProblem(m Mail, code string) bool {
	for _, p := range m.Problems {
		if p.Code == code {
			return true
		}
	}
	return false
}

// The dictionary and one reference into it: "{\rtf1" is there from the start.
func TestCompressedRTF(t *testing.T) {
	t.Parallel()
	packed := binary.LittleEndian.AppendUint32(nil, 30)
	packed = binary.LittleEndian.AppendUint32(packed, 9)
	packed = append(packed, "LZFu\x00\x00\x00\x00"...)
	packed = append(packed, 0b0001, 0x00, 0x04, ' ', 'x', '}') // 6 bytes from 0
	got, ok := decompressRTF(packed, 1000)
	if want := `{\rtf1 x}`; !ok || string(got) != want {
		t.Errorf("decompressRTF = %q, %v, want %q", got, ok, want)
	}
}

// An opaque signature is only a wrapper: what is in it can be read.
func TestOpaqueSignature(t *testing.T) {
	t.Parallel()
	inner := "Content-Type: text/plain; charset=utf-8\r\n\r\n主轴坏了\r\n"
	definite := append(append([]byte{0x30, 0x80}, oidSignedData...), 0xa0, 0x80, 0x30, 0x80)
	definite = append(append(definite, oidData...), 0xa0, byte(len(inner)+2), 0x04, byte(len(inner)))
	definite = append(definite, inner...)
	pieces := append(append([]byte{0x30, 0x80}, oidSignedData...), 0xa0, 0x80, 0x30, 0x80)
	pieces = append(append(pieces, oidData...), 0xa0, 0x80, 0x24, 0x80, 0x04, 10)
	pieces = append(append(pieces, inner[:10]...), 0x04, byte(len(inner)-10))
	pieces = append(append(pieces, inner[10:]...), 0, 0, 0, 0)
	for name, der := range map[string][]byte{"in one piece": definite, "in pieces": pieces} {
		m := Read(append([]byte("Content-Type: application/pkcs7-mime; smime-type=signed-data; name=smime.p7m\nContent-Transfer-Encoding: binary\n\n"), der...), Limits{})
		if m.Text != "主轴坏了" || m.Signed != "smime" || m.Encrypted != "" || len(m.Attachments) != 1 {
			t.Errorf("%s: text %q, signed %q, encrypted %q, %d files", name, m.Text, m.Signed, m.Encrypted, len(m.Attachments))
		}
	}
}
