package mime

import (
	"strings"
	"unicode/utf16"
)

// decodeUTF7 decodes UTF-7 (RFC 2152): UTF-16 in base64 between + and -.
func decodeUTF7(b []byte) string {
	var out strings.Builder
	for i := 0; i < len(b); {
		if b[i] != '+' {
			out.WriteByte(b[i])
			i++
			continue
		}
		i++
		if i < len(b) && b[i] == '-' {
			out.WriteByte('+')
			i++
			continue
		}
		start := i
		for i < len(b) && base64Value[b[i]] != 0xff {
			i++
		}
		data := decodeBase64(b[start:i]).data
		units := make([]uint16, 0, len(data)/2)
		for j := 0; j+1 < len(data); j += 2 {
			units = append(units, uint16(data[j])<<8|uint16(data[j+1]))
		}
		out.WriteString(string(utf16.Decode(units)))
		if i < len(b) && b[i] == '-' {
			i++
		}
	}
	return csUTF8.decode([]byte(out.String()))
}
