package mime

import (
	"strings"
)

// decodeHZ decodes HZ (RFC 1843): GB2312 in seven bits between ~{ and ~}.
func decodeHZ(b []byte) string {
	var gb []byte
	var out strings.Builder
	flush := func() {
		out.WriteString(csGB18030.decode(gb))
		gb = gb[:0]
	}
	wide := false
	for i := 0; i < len(b); i++ {
		c := b[i]
		next := byte(0)
		if i+1 < len(b) {
			next = b[i+1]
		}
		switch {
		case c == '~' && next == '{':
			wide = true
			i++
		case c == '~' && next == '}':
			wide = false
			i++
		case c == '~' && next == '~' && !wide:
			gb = append(gb, '~')
			i++
		case c == '~' && next == '\n' && !wide: // a line that goes on
			i++
		case c == '\n':
			wide = false
			gb = append(gb, c)
		case wide && c > ' ' && c < 0x7f && next > ' ' && next < 0x7f:
			gb = append(gb, c|0x80, next|0x80)
			i++
		default:
			gb = append(gb, c)
		}
	}
	flush()
	return out.String()
}

// likelyHZ says whether undeclared ASCII holds HZ that decodes to good Chinese. "~{" alone is common in ASCII.
func likelyHZ(b []byte) bool {
	s := string(b[:min(len(b), 64<<10)])
	i := strings.Index(s, "~{")
	if i < 0 || !strings.Contains(s[i:], "~}") {
		return false
	}
	wide := s[i+2:]
	wide = wide[:strings.Index(wide, "~}")]
	return len(wide) >= 2 && len(wide)%2 == 0 && fit(decodeHZ([]byte("~{"+wide+"~}"))) > 0.5
}

// set is one of the character sets that ISO 2022 switches between.
type set byte

const (
	setASCII set = iota
	setJIS       // JIS X 0208
	setJIS2      // JIS X 0212
	setKana      // JIS X 0201, right half
	setGB        // GB 2312, or ISO-IR-165 which holds it
	setKS        // KS C 5601
	setCNS1      // CNS 11643 plane 1
	setCNS2      // CNS 11643 plane 2
)

// designations maps escape sequences, without ESC, to what they select and where: G0 is in force at once, G1 after
// SO, G2 for one character after ESC N.
var designations = []struct {
	seq string
	g   int
	set set
}{
	{"$(D", 0, setJIS2},
	{"$(C", 0, setKS},
	{"$(A", 0, setGB},
	{"$(B", 0, setJIS},
	{"$(@", 0, setJIS},
	{"$(O", 0, setJIS},
	{"$(P", 0, setJIS2},
	{"$(Q", 0, setJIS}, // JIS X 0213 holds JIS X 0208
	{"$)A", 1, setGB},
	{"$)E", 1, setGB},
	{"$)G", 1, setCNS1},
	{"$)C", 1, setKS},
	{"$*H", 2, setCNS2},
	{"$B", 0, setJIS},
	{"$@", 0, setJIS},
	{"$A", 0, setGB},
	{"(B", 0, setASCII},
	{"(J", 0, setASCII},
	{"(H", 0, setASCII},
	{"(I", 0, setKana},
}

// decodeISO2022 decodes ISO-2022-JP, -KR and -CN (RFC 1468, 1554, 1557, 1922), which differ only in the sets they use.
func decodeISO2022(b []byte) string {
	var out strings.Builder
	var run []byte
	runSet := setASCII
	emit := func(s set, bytes ...byte) {
		if s != runSet {
			out.WriteString(decodeSet(runSet, run))
			run, runSet = run[:0], s
		}
		run = append(run, bytes...)
	}
	g := [3]set{setASCII, setASCII, setASCII}
	shifted := false
	for i := 0; i < len(b); {
		c := b[i]
		switch c {
		case 0x1b:
			if i+3 < len(b) && b[i+1] == 'N' { // single shift two
				emit(g[2], b[i+2], b[i+3])
				i += 4
				continue
			}
			n := 0
			for _, d := range designations {
				if strings.HasPrefix(string(b[i+1:min(len(b), i+4)]), d.seq) {
					g[d.g] = d.set
					n = len(d.seq)
					break
				}
			}
			i += 1 + n
			continue
		case 0x0e:
			shifted = true
			i++
			continue
		case 0x0f:
			shifted = false
			i++
			continue
		case '\n':
			// RFC 1468 and 1922 want every line to begin in ASCII; programs that forget the way back recover here.
			g[0], shifted = setASCII, false
		}
		cur := g[0]
		if shifted {
			cur = g[1]
		}
		switch {
		case c <= ' ' || c >= 0x7f || cur == setASCII:
			emit(setASCII, c)
			i++
		case cur == setKana:
			emit(cur, c)
			i++
		case i+1 < len(b) && b[i+1] > ' ' && b[i+1] < 0x7f:
			emit(cur, c, b[i+1])
			i += 2
		default:
			emit(setASCII, c)
			i++
		}
	}
	out.WriteString(decodeSet(runSet, run))
	return out.String()
}

// decodeSet decodes seven-bit codes of one set by way of the eight-bit charset that holds it.
func decodeSet(s set, b []byte) string {
	if len(b) == 0 {
		return ""
	}
	wide := make([]byte, 0, len(b)*3/2)
	switch s {
	case setASCII:
		return csUTF8.decode(b)
	case setKana:
		for _, c := range b {
			wide = append(wide, 0x8e, c|0x80)
		}
		return csEUCJP.decode(wide)
	case setJIS2:
		for i := 0; i+1 < len(b); i += 2 {
			wide = append(wide, 0x8f, b[i]|0x80, b[i+1]|0x80)
		}
		return csEUCJP.decode(wide)
	case setCNS1, setCNS2:
		for i := 0; i+1 < len(b); i += 2 {
			hi, lo := cnsToBig5(s, b[i], b[i+1])
			wide = append(wide, hi, lo)
		}
		return csBig5.decode(wide)
	}
	for _, c := range b {
		wide = append(wide, c|0x80)
	}
	switch s {
	case setJIS:
		return csEUCJP.decode(wide)
	case setKS:
		return csEUCKR.decode(wide)
	}
	return csGB18030.decode(wide)
}
