package mime

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"strings"
)

// hostile makes mails that try to cost much: each function gives one of about n bytes.
var hostile = map[string]func(n int) []byte{
	// One kilobyte of this hung a library: every level is looked for again in what the level above left.
	"multiparts never closed": func(n int) []byte {
		var b strings.Builder
		b.WriteString("Content-Type: multipart/mixed; boundary=b0\n\n")
		for i := 0; b.Len() < n; i++ {
			fmt.Fprintf(&b, "--b%d\nContent-Type: multipart/mixed; boundary=b%d\n\n", i, i+1)
		}
		return []byte(b.String())
	},
	"multiparts whose boundary is missing": func(n int) []byte {
		var b strings.Builder
		b.WriteString("Content-Type: multipart/mixed; boundary=other\n\n")
		for i := 0; b.Len() < n; i++ {
			fmt.Fprintf(&b, "--b%d\nContent-Type: multipart/mixed; boundary=none%d\n\n", i, i+1)
		}
		return []byte(b.String())
	},
	"one boundary for all levels": func(n int) []byte {
		return append([]byte("Content-Type: multipart/mixed; boundary=b\n\n"),
			bytes.Repeat([]byte("--b\nContent-Type: multipart/mixed; boundary=b\n\n"), n/48)...)
	},
	"many parts": func(n int) []byte {
		return append([]byte("Content-Type: multipart/mixed; boundary=b\n\n"),
			bytes.Repeat([]byte("--b\n\nx\n"), n/7)...)
	},
	"many parts with big headers": func(n int) []byte {
		part := "--b\n" + strings.Repeat("Content-X: y\n", 2000) + "\nx\n"
		return append([]byte("Content-Type: multipart/mixed; boundary=b\n\n"), bytes.Repeat([]byte(part), n/len(part)+1)...)
	},
	"multiparts encoded as base64": func(n int) []byte {
		inner := bytes.Repeat([]byte("--b\n\nx\n"), n/14)
		for range 4 {
			if len(inner) > n {
				break
			}
			enc := base64.StdEncoding.EncodeToString(inner)
			inner = []byte("--b\nContent-Type: multipart/mixed; boundary=b\nContent-Transfer-Encoding: base64\n\n" + enc + "\n")
		}
		return append([]byte("Content-Type: multipart/mixed; boundary=b\n\n"), inner...)
	},
	"lines that begin like a boundary": func(n int) []byte {
		var b strings.Builder
		for i := range 30 {
			fmt.Fprintf(&b, "Content-Type: multipart/mixed; boundary=\"%s%d\"\n\n--%s%d\n", strings.Repeat("b", 60), i, strings.Repeat("b", 60), i)
		}
		return append([]byte(b.String()), bytes.Repeat([]byte("--bbbbbbbbbb\n"), n/13)...)
	},
	"one huge header field":      func(n int) []byte { return []byte("Subject: " + strings.Repeat("x", n) + "\n\nbody") },
	"one field of many folds":    func(n int) []byte { return []byte("To: a@b\n" + strings.Repeat(" ,c@d\n", n/6) + "\nbody") },
	"many header fields":         func(n int) []byte { return []byte(strings.Repeat("A: b\n", n/5) + "\nbody") },
	"many references":            func(n int) []byte { return []byte("References: " + strings.Repeat("<a@b> ", n/6) + "\n\nbody") },
	"encoded words never closed": func(n int) []byte { return []byte("Subject: " + strings.Repeat("=?utf-8?Q?", n/10) + "\n\nbody") },
	"encoded words of many charsets": func(n int) []byte {
		return []byte("Subject: " + strings.Repeat("=?gbk?B?1tDO?= =?big5?B?pKQ=?= =?x?Q?=FF=FE?= ", n/46) + "\n\nbody")
	},
	"base64 words cut within a quantum": func(n int) []byte {
		return []byte("Subject: " + strings.Repeat("=?utf-8?B?YWJjZ?= ", n/18) + "\n\nbody")
	},
	"addresses of brackets": func(n int) []byte {
		return []byte("From: " + strings.Repeat("(", n/4) + "\nTo: " + strings.Repeat("<", n/4) + "\nCc: " + strings.Repeat(`"`, n/4) + "\nBcc: " + strings.Repeat("=?x?q?", n/24) + "\n\nbody")
	},
	"parameters": func(n int) []byte {
		return []byte("Content-Type: text/plain" + strings.Repeat("; a*1*=x", n/8) + "\n\nbody")
	},
	"parameter quotes": func(n int) []byte {
		return []byte("Content-Type: text/plain; a=" + strings.Repeat(`"`, n) + "\n\nbody")
	},
	"raw bytes in the header": func(n int) []byte { return []byte(strings.Repeat("X: \xd6\xd0\xff\xfe\x81\n", n/9) + "\nbody") },
	"one line without end":    func(n int) []byte { return []byte("\n" + strings.Repeat("x", n)) },
	"lines of nothing":        func(n int) []byte { return []byte("\n" + strings.Repeat("\n", n)) },
	"carriage returns":        func(n int) []byte { return []byte("Subject: x\n\n" + strings.Repeat("\r", n)) },
	"zero bytes":              func(n int) []byte { return make([]byte, n) },
	"high bytes": func(n int) []byte {
		return append([]byte("Subject: x\n\n"), bytes.Repeat([]byte{0xd6, 0xd0, 0xff}, n/3)...)
	},
	"escapes": func(n int) []byte {
		return append([]byte("Subject: x\n\n"), bytes.Repeat([]byte("\x1b$B\x1b(B"), n/6)...)
	},
	"half HZ": func(n int) []byte { return append([]byte("Subject: x\n\n"), bytes.Repeat([]byte("~{~"), n/3)...) },
	"UTF-7": func(n int) []byte {
		return append([]byte("Content-Type: text/plain; charset=utf-7\n\n"), bytes.Repeat([]byte("+T+"), n/3)...)
	},
	"files never ended": func(n int) []byte {
		return append([]byte("Subject: x\n\n"), bytes.Repeat([]byte("begin 644 a\n#86)C\n"), n/18)...)
	},
	"many small files": func(n int) []byte {
		return append([]byte("Subject: x\n\n"), bytes.Repeat([]byte("begin 644 a\n#86)C\nend\n"), n/22)...)
	},
	"heads of quotations": func(n int) []byte {
		return append([]byte("Subject: x\n\n"), bytes.Repeat([]byte("On 1 May 2024 10:00, a\n"), n/23)...)
	},
	"heads without quotations": func(n int) []byte {
		return append([]byte("Subject: x\n\n"), bytes.Repeat([]byte("On 1 May 2024 10:00, a@b.cn wrote:\n\n\n"), n/37)...)
	},
	"marked lines": func(n int) []byte {
		return append([]byte("Subject: x\n\n"), bytes.Repeat([]byte("> a\nb\n"), n/6)...)
	},
	"header-like lines": func(n int) []byte {
		return append([]byte("Subject: x\n\n"), bytes.Repeat([]byte("From: a\nTo: b\nDate: c\n"), n/23)...)
	},
	"a report of addresses": func(n int) []byte {
		return append([]byte("From: MAILER-DAEMON@x\nSubject: failure notice\n\nThe following addresses failed:\n"), bytes.Repeat([]byte("a@b.cn: 550 5.1.1 no\n"), n/21)...)
	},
	"a status of recipients": func(n int) []byte {
		head := "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\nContent-Type: message/delivery-status\n\n"
		return append([]byte(head), bytes.Repeat([]byte("Final-Recipient: rfc822; a@b.cn\nAction: failed\n\n"), n/48)...)
	},
	"tags never closed":      func(n int) []byte { return htmlMail("<div><table><blockquote type=cite>", n) },
	"formatting misnested":   func(n int) []byte { return htmlMail("<b><i><a href=x><font></b>", n) },
	"one tag of attributes":  func(n int) []byte { return htmlMail("", 0, "<img "+strings.Repeat("a=b style=c ", n/12)+">") },
	"one style":              func(n int) []byte { return htmlMail("", 0, `<p style="`+strings.Repeat("color:rgb(", n/10)+`">`) },
	"open angle brackets":    func(n int) []byte { return htmlMail("<", n) },
	"comments never closed":  func(n int) []byte { return htmlMail("<!--", n) },
	"scripts never closed":   func(n int) []byte { return htmlMail("<script><title>", n) },
	"entities":               func(n int) []byte { return htmlMail("&lt;&#0;&amp;&#x110000;", n) },
	"pictures of the mail":   func(n int) []byte { return htmlMail("cid:", n) },
	"meta tags never closed": func(n int) []byte { return htmlMail("<meta ", n) },
	"preformatted":           func(n int) []byte { return htmlMail("<pre>\n\n</pre>", n) },
	"flowed": func(n int) []byte {
		return append([]byte("Content-Type: text/plain; format=flowed\n\n"), bytes.Repeat([]byte(">> x \n"), n/6)...)
	},
	"calendar": func(n int) []byte {
		return append([]byte("Content-Type: text/calendar\n\nBEGIN:VEVENT\nSUMMARY:"), bytes.Repeat([]byte("x\n "), n/3)...)
	},
	"winmail.dat of attributes": func(n int) []byte {
		var b bytes.Buffer
		_ = binary.Write(&b, binary.LittleEndian, uint32(tnefSignature))
		b.Write([]byte{0, 0})
		one := append([]byte{2, 2, 0x90, 6, 0, 0, 0, 0, 0}, 0, 0)
		for b.Len() < n/4*3 {
			b.Write(one)
		}
		return tnefPart(b.Bytes())
	},
	"winmail.dat of properties": func(n int) []byte {
		props := binary.LittleEndian.AppendUint32(nil, 0xffffffff)
		for len(props) < n/4*3 {
			props = append(props, 0x02, 0x11, 0x13, 0x10, 0xff, 0xff, 0xff, 0x0f) // a value of many values
		}
		return tnefPart(tnefAttribute(1, tnefMessageProps, props))
	},
	"many winmail.dat of many files": func(n int) []byte {
		files := bytes.Repeat([]byte{2, 2, 0x90, 6, 0, 0, 0, 0, 0, 0, 0}, 500)
		part := "--b\nContent-Type: application/ms-tnef\nContent-Transfer-Encoding: base64\n\n" +
			base64.StdEncoding.EncodeToString(append(binary.LittleEndian.AppendUint32(nil, tnefSignature), append([]byte{0, 0}, files...)...)) + "\n"
		return append([]byte("Content-Type: multipart/mixed; boundary=b\n\n"), bytes.Repeat([]byte(part), n/len(part)+1)...)
	},
	"rich text that unpacks": func(n int) []byte {
		packed := binary.LittleEndian.AppendUint32(nil, 0)
		packed = binary.LittleEndian.AppendUint32(packed, 0xffffffff)
		packed = append(packed, "LZFu\x00\x00\x00\x00"...)
		for len(packed) < n/4*3 {
			packed = append(packed, 0xff)
			for range 8 {
				packed = append(packed, 0x00, 0x1f)
			}
		}
		props := binary.LittleEndian.AppendUint32(nil, 1)
		props = append(props, 0x02, 0x01, 0x09, 0x10, 1, 0, 0, 0)
		props = binary.LittleEndian.AppendUint32(props, uint32(len(packed)))
		return tnefPart(tnefAttribute(1, tnefMessageProps, append(props, packed...)))
	},
	"signatures within signatures": func(n int) []byte {
		inner := bytes.Repeat([]byte("x"), n/2)
		for range 6 {
			der := append([]byte{0x30, 0x80}, oidSignedData...)
			der = append(append(der, 0xa0, 0x80, 0x30, 0x80), oidData...)
			der = append(der, 0xa0, 0x80, 0x24, 0x80, 0x04, 0x83, byte(len(inner)>>16), byte(len(inner)>>8), byte(len(inner)))
			der = append(append(der, inner...), 0, 0)
			inner = append([]byte("Content-Type: application/pkcs7-mime; smime-type=signed-data\nContent-Transfer-Encoding: binary\n\n"), der...)
			if len(inner) >= 1<<24 {
				break
			}
		}
		return inner
	},
}

// htmlMail makes an HTML mail of a piece that is repeated.
func htmlMail(piece string, n int, once ...string) []byte {
	var b strings.Builder
	b.WriteString("Content-Type: text/html\n\n")
	b.WriteString(strings.Join(once, ""))
	if piece != "" {
		b.WriteString(strings.Repeat(piece, n/len(piece)))
	}
	return []byte(b.String())
}

// tnefPart wraps a TNEF stream in a mail.
func tnefPart(stream []byte) []byte {
	return []byte("Content-Type: application/ms-tnef; name=winmail.dat\nContent-Transfer-Encoding: base64\n\n" +
		base64.StdEncoding.EncodeToString(stream))
}

// tnefAttribute makes a stream of one attribute.
func tnefAttribute(level byte, id uint32, data []byte) []byte {
	b := binary.LittleEndian.AppendUint32(nil, tnefSignature)
	b = append(b, 0, 0, level)
	b = binary.LittleEndian.AppendUint32(b, id)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(data)))
	return append(append(b, data...), 0, 0)
}
