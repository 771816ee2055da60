package mime

import (
	"bytes"
)

// uuFile is a file that stood uuencoded in a text.
type uuFile struct {
	name       string
	content    []byte
	start, end int // of its lines in the text
}

// cutUU finds the first uuencoded file in text: "begin 644 name", lines of data, "end". A block without its end or
// with a line that is no data is not one.
func cutUU(text []byte) (uuFile, bool) {
	for at := 0; at < len(text); {
		i := bytes.Index(text[at:], []byte("begin "))
		if i < 0 {
			return uuFile{}, false
		}
		start := at + i
		at = start + len("begin ")
		if start > 0 && text[start-1] != '\n' {
			continue
		}
		line, rest := nextLine(text[start:])
		mode, name, ok := bytes.Cut(line[len("begin "):], []byte(" "))
		if !ok || len(mode) < 3 || len(mode) > 4 || len(bytes.Trim(mode, "01234567")) > 0 || len(bytes.TrimSpace(name)) == 0 {
			continue
		}
		content, left, ok := uuData(rest)
		if ok {
			return uuFile{name: string(bytes.TrimSpace(name)), content: content, start: start, end: len(text) - len(left)}, true
		}
		// The lines that were tried are data of a broken block: to try them again would cost quadratic time.
		at = len(text) - len(left)
	}
	return uuFile{}, false
}

// uuData decodes lines up to "end". left is what follows, also when the block is broken.
func uuData(b []byte) (content, left []byte, ok bool) {
	for len(b) > 0 {
		line, rest := nextLine(b)
		line = bytes.TrimRight(line, " \t")
		if string(line) == "end" {
			return content, rest, true
		}
		b = rest
		if len(line) == 0 {
			continue
		}
		n := int(line[0]-' ') & 63
		data := line[1:]
		// Encoders that write blanks lose them at the end of the line, so a short line stands for zeros.
		if line[0] < ' ' || line[0] > '`' || len(data) > (n+2)/3*4+2 {
			return nil, b, false
		}
		for i := 0; n > 0; i += 4 {
			var q [4]byte
			for j := range q {
				if i+j < len(data) {
					if data[i+j] < ' ' || data[i+j] > '`' {
						return nil, b, false
					}
					q[j] = (data[i+j] - ' ') & 63
				}
			}
			out := []byte{q[0]<<2 | q[1]>>4, q[1]<<4 | q[2]>>2, q[2]<<6 | q[3]}
			content = append(content, out[:min(n, 3)]...)
			n -= 3
		}
	}
	return nil, b, false
}
