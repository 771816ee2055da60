package mime

import (
	"bytes"
	"encoding/binary"
	"strconv"
	"strings"
)

// rtfDictionary is what the sliding window of compressed RTF starts with (MS-OXRTFCP section 2.1.2.1).
const rtfDictionary = "{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript " +
	"\\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par " +
	"\\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx"

// decompressRTF unpacks PR_RTF_COMPRESSED, to at most limit bytes.
func decompressRTF(b []byte, limit int) ([]byte, bool) {
	if len(b) < 16 || limit <= 0 {
		return nil, false
	}
	size := int(min(binary.LittleEndian.Uint32(b[4:]), uint32(limit)))
	in := b[16:]
	switch string(b[8:12]) {
	case "MELA":
		return in[:min(len(in), size)], true
	case "LZFu":
	default:
		return nil, false
	}
	const window = 4096
	var dict [window]byte
	at := copy(dict[:], rtfDictionary)
	out := make([]byte, 0, min(size, 4*len(in)))
	put := func(c byte) {
		out = append(out, c)
		dict[at] = c
		at = (at + 1) % window
	}
	for len(in) > 0 && len(out) < size {
		control := in[0]
		in = in[1:]
		for bit := 0; bit < 8 && len(in) > 0 && len(out) < size; bit++ {
			if control>>bit&1 == 0 {
				put(in[0])
				in = in[1:]
				continue
			}
			if len(in) < 2 {
				return out, true
			}
			ref := binary.BigEndian.Uint16(in)
			in = in[2:]
			from, n := int(ref>>4), int(ref&15)+2
			if from == at { // the end
				return out, true
			}
			for i := range n {
				put(dict[(from+i)%window])
			}
		}
	}
	return out, true
}

// rtfState is what a group may change.
type rtfState struct {
	skip    bool // a destination that is not text
	tag     bool // within \*\htmltag: HTML as it was
	rtfOnly bool // between \htmlrtf and \htmlrtf0
	uc      int  // characters that stand in for a \u
	charset string
}

// rtfReader makes text of RTF, or gives back the HTML that Outlook wrapped in it (MS-OXRTFEX).
type rtfReader struct {
	rtfState
	stack    []rtfState
	out      strings.Builder
	bytes    []byte // 8-bit text waiting to be decoded
	codepage string
	charsets map[string]string // of the font table, by font
	font     string
	fromHTML bool
	pending  int // characters to skip after \u
}

// rtfSkipped are destinations that hold no text.
var rtfSkipped = map[string]bool{
	"fonttbl": true, "colortbl": true, "stylesheet": true, "info": true, "pict": true, "object": true, "header": true,
	"footer": true, "themedata": true, "datastore": true, "generator": true, "listtable": true, "listoverridetable": true,
	"fldinst": true, "xmlnstbl": true, "rsidtbl": true, "latentstyles": true, "colorschememapping": true,
}

// maxRTFDepth bounds nested groups.
const maxRTFDepth = 500

// readRTF gives the text of an RTF document; fromHTML says that it is HTML.
func readRTF(b []byte) (text string, fromHTML bool) {
	r := &rtfReader{rtfState: rtfState{uc: 1}, fromHTML: bytes.Contains(b[:min(len(b), 1024)], []byte(`\fromhtml`)), charsets: map[string]string{}}
	for i := 0; i < len(b); {
		switch c := b[i]; c {
		case '{':
			if len(r.stack) < maxRTFDepth {
				r.stack = append(r.stack, r.rtfState)
			}
			i++
		case '}':
			r.flush()
			if n := len(r.stack); n > 0 {
				r.rtfState, r.stack = r.stack[n-1], r.stack[:n-1]
			}
			i++
		case '\\':
			i += r.control(b[i:])
		case '\r', '\n':
			i++
		default:
			r.literal(c)
			i++
		}
	}
	r.flush()
	return r.out.String(), r.fromHTML
}

// visible says whether text counts here.
func (r *rtfReader) visible() bool {
	if r.fromHTML {
		return r.tag || !r.skip && !r.rtfOnly
	}
	return !r.skip
}

func (r *rtfReader) literal(c byte) {
	if r.pending > 0 {
		r.pending--
		return
	}
	if r.visible() {
		r.bytes = append(r.bytes, c)
	}
}

// flush decodes the 8-bit text that was gathered.
func (r *rtfReader) flush() {
	if len(r.bytes) == 0 {
		return
	}
	label := r.charset
	if label == "" {
		label = r.codepage
	}
	text, _ := decodeCharset(r.bytes, label)
	r.out.WriteString(text)
	r.bytes = r.bytes[:0]
}

func (r *rtfReader) write(s string) {
	if r.visible() {
		r.flush()
		r.out.WriteString(s)
	}
}

// control reads a control word or symbol at the start of b and gives its length.
func (r *rtfReader) control(b []byte) int {
	if len(b) < 2 {
		return 1
	}
	c := b[1]
	if c < 'a' || c > 'z' {
		switch c {
		case '\'':
			if len(b) >= 4 && isHex(b[2]) && isHex(b[3]) {
				r.literal(unhex(b[2])<<4 | unhex(b[3]))
				return 4
			}
		case '\\', '{', '}':
			r.literal(c)
		case '~':
			r.write("\u00a0")
		case '_':
			r.write("-")
		case '*':
			// An unknown destination is skipped; one that is known says so itself.
			if !bytes.HasPrefix(b[2:], []byte(`\htmltag`)) {
				r.skip = true
			}
		case '\n', '\r':
			r.write("\n")
		}
		return 2
	}
	n := 1
	for n < len(b) && n < 40 && b[n] >= 'a' && b[n] <= 'z' {
		n++
	}
	word := string(b[1:n])
	start := n
	if n < len(b) && b[n] == '-' {
		n++
	}
	for n < len(b) && n < start+10 && b[n] >= '0' && b[n] <= '9' {
		n++
	}
	number := string(b[start:n])
	if n < len(b) && b[n] == ' ' {
		n++
	}
	r.word(word, number)
	return n
}

// word does what a control word says.
func (r *rtfReader) word(word, number string) {
	arg, err := strconv.Atoi(number)
	has := err == nil
	switch word {
	case "par", "line":
		if !r.rtfOnly || !r.fromHTML {
			r.write("\n")
		}
	case "tab":
		r.write("\t")
	case "cell":
		r.write("\t")
	case "row":
		r.write("\n")
	case "lquote", "rquote":
		r.write("'")
	case "ldblquote", "rdblquote":
		r.write(`"`)
	case "bullet":
		r.write("•")
	case "endash":
		r.write("–")
	case "emdash":
		r.write("—")
	case "u":
		if has {
			r.pending = 0
			r.write(string(rune(uint16(int16(arg)))))
			r.pending = r.uc
		}
	case "uc":
		if has && arg >= 0 && arg < 10 {
			r.uc = arg
		}
	case "ansicpg":
		if has && arg > 0 {
			r.codepage = codepageLabel(uint32(arg))
		}
	case "f":
		if r.skip {
			r.font = number // in the font table
		} else {
			r.flush()
			r.charset = r.charsets[number]
		}
	case "fcharset":
		if label := rtfCharsets[arg]; label != "" && has && len(r.charsets) < 1000 {
			r.charsets[r.font] = label
		}
	case "htmltag":
		r.flush()
		r.tag, r.skip = true, false
	case "htmlrtf":
		r.flush()
		r.rtfOnly = !has || arg != 0
	default:
		if rtfSkipped[word] {
			r.skip = true
		}
	}
}

// rtfCharsets names the charsets of \fcharset.
var rtfCharsets = map[int]string{
	128: "shift_jis", 129: "euc-kr", 134: "gb18030", 136: "big5", 161: "windows-1253", 162: "windows-1254", 163: "windows-1258",
	177: "windows-1255", 178: "windows-1256", 186: "windows-1257", 204: "windows-1251", 222: "windows-874", 238: "windows-1250",
}
