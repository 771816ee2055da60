package mime

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/ianaindex"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"
)

// decoder turns bytes of one charset into UTF-8. What cannot be decoded becomes U+FFFD.
type decoder func([]byte) string

// charset is a way to read bytes.
type charset struct {
	name   string
	decode decoder
}

var (
	csUTF8     = charset{"utf-8", func(b []byte) string { return strings.ToValidUTF8(string(b), "\ufffd") }}
	csGB18030  = fromEncoding("gb18030", simplifiedchinese.GB18030)
	csBig5     = fromEncoding("big5", traditionalchinese.Big5)
	csEUCKR    = fromEncoding("euc-kr", korean.EUCKR)
	csUTF16    = fromEncoding("utf-16", unicode.UTF16(unicode.BigEndian, unicode.UseBOM))
	csUTF16LE  = fromEncoding("utf-16le", unicode.UTF16(unicode.LittleEndian, unicode.UseBOM))
	csUTF32    = fromEncoding("utf-32", utf32.UTF32(utf32.BigEndian, utf32.UseBOM))
	csHZ       = charset{"hz-gb-2312", decodeHZ}
	csISO2022  = charset{"iso-2022", decodeISO2022}
	csUTF7     = charset{"utf-7", decodeUTF7}
	csEUCJP    = byIndex("euc-jp")
	csShiftJIS = byIndex("shift_jis")
	csKOI8     = byIndex("koi8-r")
	csCyrillic = byIndex("windows-1251")
	csLatin    = byIndex("windows-1252")
)

func fromEncoding(name string, e encoding.Encoding) charset {
	return charset{name, func(b []byte) string {
		out, err := e.NewDecoder().Bytes(b)
		if err != nil { // a truncated end; the decoders replace what they cannot read
			return string(out) + "\ufffd"
		}
		return string(out)
	}}
}

// byIndex gives a charset of the WHATWG index; only for labels known to be there.
func byIndex(label string) charset {
	e, err := htmlindex.Get(label)
	if err != nil {
		panic(err)
	}
	return fromEncoding(label, e)
}

// charsetLabels are labels seen in mail that no index has or that mail means otherwise. GB2312 is read as its superset
// always: programs write the label for whatever GB18030 holds. "" means undeclared.
var charsetLabels = map[string]charset{
	"gb2312": csGB18030, "gb_2312-80": csGB18030, "gb_2312": csGB18030, "gb2312-80": csGB18030, "gb-2312": csGB18030,
	"csgb2312": csGB18030, "csiso58gb231280": csGB18030, "euc-cn": csGB18030, "x-euc-cn": csGB18030, "euccn": csGB18030,
	"gbk": csGB18030, "x-gbk": csGB18030, "cp936": csGB18030, "ms936": csGB18030, "windows-936": csGB18030,
	"936": csGB18030, "gb18030": csGB18030, "gb18030-2000": csGB18030, "gb18030-2005": csGB18030, "gb-18030": csGB18030,
	"chinese": csGB18030, "zh-cn": csGB18030, "gb1988": csGB18030, "x-mac-chinesesimp": csGB18030, "chinesegb": csGB18030,
	"big5": csBig5, "big-5": csBig5, "cn-big5": csBig5, "x-x-big5": csBig5, "big5-hkscs": csBig5, "big5hkscs": csBig5,
	"cp950": csBig5, "ms950": csBig5, "windows-950": csBig5, "950": csBig5, "zh-tw": csBig5, "x-mac-chinesetrad": csBig5,
	"big5-eten": csBig5, "x-windows-950": csBig5, "chinesebig5": csBig5,
	"hz-gb-2312": csHZ, "hz": csHZ, "hz-gb2312": csHZ,
	"iso-2022-cn": csISO2022, "iso-2022-cn-ext": csISO2022, "iso-2022-jp": csISO2022, "iso-2022-jp-1": csISO2022,
	"iso-2022-jp-2": csISO2022, "iso-2022-jp-3": csISO2022, "iso-2022-jp-2004": csISO2022, "iso-2022-jp-ms": csISO2022,
	"csiso2022jp": csISO2022, "cp50220": csISO2022, "cp50221": csISO2022, "iso-2022-kr": csISO2022, "csiso2022kr": csISO2022,
	"utf-7": csUTF7, "utf7": csUTF7, "unicode-1-1-utf-7": csUTF7, "x-utf-7": csUTF7,
	"utf-16": csUTF16, "utf16": csUTF16, "utf-16be": csUTF16, "ucs-2": csUTF16, "iso-10646-ucs-2": csUTF16,
	"utf-16le": csUTF16LE, "utf-32": csUTF32, "utf-32be": csUTF32,
	"utf8": csUTF8, "utf-8": csUTF8, "utf_8": csUTF8, "utf-8-mac": csUTF8, "utf8mb4": csUTF8, "cp65001": csUTF8,
	"ks_c_5601": csEUCKR, "cp949": csEUCKR, "ms949": csEUCKR, "windows-949": csEUCKR, "uhc": csEUCKR, "x-windows-949": csEUCKR,
	"cp932": csShiftJIS, "ms932": csShiftJIS, "windows-932": csShiftJIS, "sjis": csShiftJIS, "shift-jis": csShiftJIS,
	"eucjp": csEUCJP, "euc-jp-ms": csEUCJP, "cp51932": csEUCJP,
}

// undeclared are labels that say nothing: ASCII is written on everything.
var undeclared = map[string]bool{
	"": true, "us-ascii": true, "ascii": true, "ansi": true, "ansi_x3.4-1968": true, "iso-ir-6": true, "646": true,
	"unknown": true, "unknown-8bit": true, "x-unknown": true, "unknown-7bit": true, "8bit": true, "7bit": true,
	"x-user-defined": true, "user-defined": true, "default": true, "default_charset": true, "_iso-2022-jp$esc": true,
	"none": true, "binary": true, "utf": true, "unicode": true, "iso": true, "x-ascii": true,
}

// charsetByLabel finds the charset for a label. ok is false for labels that no one knows and for those that say nothing.
func charsetByLabel(label string) (cs charset, ok bool) {
	label = cleanLabel(label)
	if undeclared[label] {
		return charset{}, false
	}
	if cs, ok := charsetLabels[label]; ok {
		return cs, true
	}
	if e, err := htmlindex.Get(label); err == nil {
		if name, err := htmlindex.Name(e); err == nil && name != "replacement" && name != "x-user-defined" {
			return fromEncoding(name, e), true
		}
	}
	if e, err := ianaindex.MIME.Encoding(label); err == nil && e != nil {
		return fromEncoding(label, e), true
	}
	if n, ok := strings.CutPrefix(label, "cp"); ok && !strings.HasPrefix(n, "125") {
		if e, err := ianaindex.MIME.Encoding("ibm" + n); err == nil && e != nil {
			return fromEncoding(label, e), true
		}
	}
	for _, alias := range []struct{ from, to string }{
		{"iso8859", "iso-8859"},
		{"iso_8859", "iso-8859"},
		{"windows125", "windows-125"},
		{"win-125", "windows-125"},
		{"win125", "windows-125"},
		{"latin-", "latin"},
		{"x-sjis", "shift_jis"},
	} {
		if rest, ok := strings.CutPrefix(label, alias.from); ok {
			name := alias.to + rest
			if alias.to == "iso-8859" && rest != "" && rest[0] != '-' {
				name = alias.to + "-" + strings.TrimLeft(rest, "_")
			}
			if e, err := htmlindex.Get(name); err == nil {
				return fromEncoding(name, e), true
			}
		}
	}
	return charset{}, false
}

// cleanLabel takes off what senders put around a label.
func cleanLabel(label string) string {
	label = strings.ToLower(strings.Trim(label, " \t\r\n\"'`;,<>=()[]"))
	label = strings.TrimPrefix(label, "charset=")
	label, _, _ = strings.Cut(label, "//") // iconv's //TRANSLIT
	label, _, _ = strings.Cut(label, " ")
	return strings.Trim(label, "\"'")
}

// reading says how bytes were read.
type reading struct {
	charset string
	problem string // ProblemCharset, ProblemMislabelled or empty
	detail  string
}

// decodeCharset makes UTF-8 of bytes that claim to be of the charset label. A claim that cannot be true is not
// believed: the charset is then found from the bytes. hints are labels from other places, such as an HTML meta tag.
// NULs are removed.
func decodeCharset(b []byte, label string, hints ...string) (string, reading) {
	text, how := decodeAny(b, label, hints)
	if strings.IndexByte(text, 0) >= 0 {
		text = strings.ReplaceAll(text, "\x00", "")
	}
	return text, how
}

func decodeAny(b []byte, label string, hints []string) (string, reading) {
	if cs, ok := byMark(b); ok {
		return strings.TrimPrefix(cs.decode(b), "\ufeff"), reading{charset: cs.name}
	}
	declared, known := charsetByLabel(label)
	how := reading{charset: declared.name}
	if !known && !undeclared[cleanLabel(label)] {
		how.problem, how.detail = ProblemCharset, cleanLabel(label)
	}
	switch declared.name {
	case "utf-16", "utf-16le", "utf-32":
		// Labels of wide charsets are wrong more often than right: ASCII under them would become nonsense.
		if bytes.IndexByte(b, 0) >= 0 || !utf8.Valid(b) {
			return declared.decode(b), how
		}
		known = false
	case csHZ.name, csUTF7.name:
		if !hasHigh(b) {
			return declared.decode(b), how
		}
	}
	if isASCII(b) {
		switch {
		case bytes.IndexByte(b, 0x1b) >= 0 || known && declared.name == csISO2022.name:
			return decodeISO2022(b), reading{charset: csISO2022.name}
		case !known && likelyHZ(b):
			return decodeHZ(b), reading{charset: csHZ.name}
		}
		return string(b), how
	}
	if !known {
		for _, h := range hints {
			if cs, ok := charsetByLabel(h); ok {
				declared, known = cs, true
				break
			}
		}
	}
	cs := detect(b, declared, known)
	if known && cs.name != declared.name {
		how.problem, how.detail = ProblemMislabelled, cs.name
	}
	how.charset = cs.name
	return cs.decode(b), how
}

// byMark finds a charset by its byte order mark, or UTF-16 by the NULs between ASCII letters.
func byMark(b []byte) (charset, bool) {
	switch {
	case bytes.HasPrefix(b, []byte("\xef\xbb\xbf")) && utf8.Valid(b):
		return csUTF8, true
	case len(b)%2 == 0 && bytes.HasPrefix(b, []byte("\xff\xfe")):
		return csUTF16LE, true
	case len(b)%2 == 0 && bytes.HasPrefix(b, []byte("\xfe\xff")):
		return csUTF16, true
	}
	head := b[:min(len(b), 64)]
	if len(head) >= 8 {
		var odd, even int
		for i, c := range head {
			if c == 0 {
				if i%2 == 0 {
					even++
				} else {
					odd++
				}
			}
		}
		switch {
		case odd > len(head)/4 && even == 0:
			return csUTF16LE, true
		case even > len(head)/4 && odd == 0:
			return csUTF16, true
		}
	}
	return charset{}, false
}

func hasHigh(b []byte) bool {
	for _, c := range b {
		if c >= 0x80 {
			return true
		}
	}
	return false
}

func isASCII(b []byte) bool { return !hasHigh(b) }
