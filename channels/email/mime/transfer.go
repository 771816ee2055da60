package mime

import (
	"bytes"
	"strings"
)

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}

// unhex gives the value of a digit for which isHex holds.
func unhex(c byte) byte {
	switch {
	case c <= '9':
		return c - '0'
	case c <= 'F':
		return c - 'A' + 10
	}
	return c - 'a' + 10
}

// transferDecode undoes a Content-Transfer-Encoding. Without one, or with one that is unknown, bytes mean themselves.
func transferDecode(body []byte, encoding string) (decoded []byte, problem string) {
	e, _, _ := strings.Cut(strings.ToLower(encoding), ";")
	e, _, _ = strings.Cut(e, "(")
	switch strings.Trim(e, " \t\"'") {
	case "base64", "base-64":
		d := decodeBase64(body)
		if d.bad > len(body)/20 {
			return d.data, ProblemBase64
		}
		return d.data, ""
	case "quoted-printable", "quotedprintable", "quoted_printable":
		return decodeQuotedPrintable(body), ""
	case "x-uuencode", "x-uue", "uuencode", "uue":
		if file, ok := cutUU(body); ok {
			return file.content, ""
		}
	}
	return body, ""
}

// base64Value maps a letter of the base64 alphabet to its six bits, others to 0xff.
var base64Value = func() (t [256]byte) {
	for i := range t {
		t[i] = 0xff
	}
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	for i := range len(alphabet) {
		t[alphabet[i]] = byte(i)
	}
	return t
}()

type base64Result struct {
	data []byte
	bad  int // bytes that were neither base64 nor white space
}

// decodeBase64 decodes base64 as found in the wild: bytes outside the alphabet are skipped, a missing end is let pass,
// and several padded blocks in a row are read one after the other. Plain text that a mailing list put below the
// encoded block is not taken for data.
func decodeBase64(b []byte) base64Result {
	r := base64Result{data: make([]byte, 0, len(b)/4*3+3)}
	var bits uint32
	n := 0
	for i := 0; i < len(b); i++ {
		c := b[i]
		if v := base64Value[c]; v != 0xff {
			bits = bits<<6 | uint32(v)
			if n++; n == 4 {
				r.data = append(r.data, byte(bits>>16), byte(bits>>8), byte(bits))
				bits, n = 0, 0
			}
			continue
		}
		switch c {
		case '=':
			r.data = base64Tail(r.data, bits, n)
			bits, n = 0, 0
			for i+1 < len(b) && b[i+1] == '=' {
				i++
			}
			if !base64Line(b[i+1:]) {
				return r
			}
		case ' ', '\t', '\r', '\n':
		default:
			if n == 0 && len(r.data) > 0 && b[i-1] == '\n' && !moreBase64(b[i:]) {
				return r // a footer, such as one that begins with a drawn rule
			}
			r.bad++
		}
	}
	r.data = base64Tail(r.data, bits, n)
	return r
}

// base64Tail appends the bytes of a last quantum of n letters.
func base64Tail(data []byte, bits uint32, n int) []byte {
	switch n {
	case 2:
		return append(data, byte(bits>>4))
	case 3:
		return append(data, byte(bits>>10), byte(bits>>2))
	}
	return data
}

// moreBase64 says whether one of the next lines may be data: junk within a block does not end it.
func moreBase64(b []byte) bool {
	for range 10 {
		line, rest := nextLine(b)
		if len(line) >= 40 && base64Line(line) {
			return true
		}
		if b = rest; len(b) == 0 {
			return false
		}
	}
	return false
}

// base64Line says whether the next line that is not blank holds only base64.
func base64Line(b []byte) bool {
	b = bytes.TrimLeft(b, " \t\r\n")
	for i := range min(len(b), 78) {
		c := b[i]
		if c == '\r' || c == '\n' {
			return i%4 == 0
		}
		if base64Value[c] == 0xff && c != '=' {
			return false
		}
	}
	return len(b) > 0
}

// decodeQuotedPrintable decodes RFC 2045 section 6.7; an = that starts no code means itself.
func decodeQuotedPrintable(b []byte) []byte {
	out := make([]byte, 0, len(b))
	for len(b) > 0 {
		i := bytes.IndexByte(b, '\n')
		line, end := b, []byte(nil)
		if i >= 0 {
			line, b = b[:i], b[i+1:]
			end = []byte("\n")
			if bytes.HasSuffix(line, []byte("\r")) {
				line, end = line[:len(line)-1], []byte("\r\n")
			}
		} else {
			b = nil
		}
		line = bytes.TrimRight(line, " \t\r")
		if bytes.HasSuffix(line, []byte("=")) {
			line, end = line[:len(line)-1], nil
		}
		for j := 0; j < len(line); j++ {
			c := line[j]
			if c == '=' && j+2 < len(line) && isHex(line[j+1]) && isHex(line[j+2]) {
				c = unhex(line[j+1])<<4 | unhex(line[j+2])
				j += 2
			}
			out = append(out, c)
		}
		out = append(out, end...)
	}
	return out
}
