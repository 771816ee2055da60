package mime

import (
	"strings"
)

// maxAddresses bounds the addresses read of one field; a mail to more people is bulk anyway.
const maxAddresses = 5000

// addressList reads the addresses of a field as RFC 5322 has them and as people write them: unquoted commas in names
// aside, anything with an @ is found. Encoded words are decoded last, because they may hold commas and brackets.
func addressList(raws []string) (list []Address, cut bool) {
	for _, raw := range raws {
		found, more := parseAddresses(eightBit(raw), maxAddresses-len(list))
		list = append(list, found...)
		cut = cut || more
	}
	return list, cut
}

// addressParser gathers one address at a time.
type addressParser struct {
	list    []Address
	phrase  strings.Builder // words outside angles and comments
	quoted  strings.Builder // the part of the phrase that stood in quotes
	comment string
	angle   string
	inAngle bool   // an angle was seen
	before  int    // bytes of the phrase that stood before it
	bare    string // the last entry, if it was words without an address: perhaps the first half of "Lee, Ann <ann@…>"
}

func parseAddresses(s string, limit int) (list []Address, cut bool) {
	if !strings.Contains(s, "<") && strings.Contains(s, "＜") { // as Chinese input methods write them
		s = wideAngles.Replace(s)
	}
	var p addressParser
	words := true // an encoded word may still end further on
	for i := 0; i < len(s); {
		if len(p.list) >= limit {
			return p.list, true
		}
		switch c := s[i]; c {
		case '"':
			text, n := quotedString(s[i:])
			p.phrase.WriteString(text)
			p.quoted.WriteString(text)
			i += n
		case '(':
			text, n := comment(s[i:])
			if p.comment == "" {
				p.comment = text
			}
			i += n
		case '<':
			if i+1 < len(s) && s[i+1] == '<' {
				i++
				continue
			}
			if p.inAngle { // the comma before the next name is missing
				after := p.phrase.String()[p.before:]
				p.cutPhrase()
				p.flush()
				p.phrase.WriteString(after)
			}
			p.before = p.phrase.Len()
			end := strings.IndexAny(s[i+1:], "><,;\"")
			switch {
			case end < 0:
				p.angle, i = s[i+1:], len(s)
			case s[i+1+end] == '>':
				p.angle, i = s[i+1:i+1+end], i+1+end+1
			case s[i+1+end] == '"': // a quoted local part
				stop := strings.IndexByte(s[i+1:], '>')
				if stop < 0 {
					stop = len(s) - i - 1
				}
				p.angle, i = s[i+1:i+1+stop], min(len(s), i+1+stop+1)
			default: // never closed, or a route: <@a,@b:c@d>
				stop := strings.IndexByte(s[i+1:], '>')
				if s[i+1+end] == ',' && stop > end && strings.HasPrefix(s[i+1:], "@") {
					p.angle, i = s[i+1:i+1+stop], i+1+stop+1
				} else {
					p.angle, i = s[i+1:i+1+end], i+1+end
				}
			}
			p.inAngle = true
		case ':':
			// A group's name stands before its colon; "mailto:" and IPv6 literals have one too.
			if !p.inAngle && !strings.ContainsAny(p.phrase.String(), "@[") {
				p.reset()
			} else {
				p.phrase.WriteByte(c)
			}
			i++
		case ',', ';':
			p.flush()
			i++
		case '>':
			i++
		default:
			if c == '=' && words && strings.HasPrefix(s[i:], "=?") {
				// An encoded word is one piece, whatever it holds.
				if w, ok := cutWord(s, i, &words); ok {
					p.phrase.WriteString(s[i:w.end])
					i = w.end
					continue
				}
			}
			p.phrase.WriteByte(c)
			i++
		}
	}
	p.flush()
	return p.list, false
}

var wideAngles = strings.NewReplacer("＜", "<", "＞", ">", "＠", "@")

// cutPhrase leaves of the phrase what stood before the angle.
func (p *addressParser) cutPhrase() {
	name := p.phrase.String()[:p.before]
	p.phrase.Reset()
	p.phrase.WriteString(name)
}

func (p *addressParser) reset() {
	*p = addressParser{list: p.list, bare: p.bare}
}

// flush makes an address of what was gathered.
func (p *addressParser) flush() {
	defer p.reset()
	bare := p.bare
	p.bare = ""
	phrase := strings.Join(strings.Fields(p.phrase.String()), " ")
	if phrase == "" && p.comment == "" && !p.inAngle {
		return
	}
	name := cleanName(decodeWords(phrase))
	comment := cleanName(decodeWords(p.comment))
	if p.inAngle {
		address := cleanAddress(p.angle)
		if address == "" && !strings.Contains(name, "@") {
			if name != "" {
				p.list = append(p.list, Address{Name: name})
			}
			return
		}
		if address != "" {
			if name == "" {
				name = comment
			}
			if bare != "" && name != "" {
				// The comma of a name that should have been quoted: the entry before was its first half.
				name = cleanName(decodeWords(bare)) + ", " + name
				p.list = p.list[:len(p.list)-1]
			}
			p.list = append(p.list, Address{Name: name, Address: address})
			return
		}
	}
	// Without angles the address is the word with the @; the name is what stands around it or in a comment.
	if strings.Contains(name, "<") && strings.Contains(name, "@") && strings.Contains(phrase, "=?") {
		// The sender encoded name and address together.
		if inner, _ := parseAddresses(name, 10); len(inner) > 0 {
			p.list = append(p.list, inner...)
			return
		}
	}
	address, rest := "", []string{}
	for _, w := range strings.Fields(name) {
		if address == "" && strings.Contains(w, "@") {
			address = cleanAddress(w)
		} else {
			rest = append(rest, w)
		}
	}
	if address == "" && p.quoted.Len() == 0 && len(rest) == 1 && isASCII([]byte(name)) {
		address, rest = cleanAddress(name), nil // a local user
	}
	name = cleanName(strings.Join(rest, " "))
	if name == "" {
		name = comment
	}
	if address == "" && name == "" {
		return
	}
	if !strings.Contains(address, "@") {
		p.bare = phrase
	}
	p.list = append(p.list, Address{Name: name, Address: address})
}

// maxQuoted bounds a quoted string or comment. No name is longer, and a field of nothing but opening quotes must not
// cost quadratic time.
const maxQuoted = 500

// quotedString reads a quoted string at the start of s and gives its text and its length. One that never closes is
// only its quote.
func quotedString(s string) (text string, n int) {
	var b strings.Builder
	for i := 1; i < len(s) && i < maxQuoted; i++ {
		switch {
		case s[i] == '\\' && i+1 < len(s):
			i++
			b.WriteByte(s[i])
		case s[i] == '"':
			return b.String(), i + 1
		default:
			b.WriteByte(s[i])
		}
	}
	return "", 1
}

// comment reads a comment, nested ones included, at the start of s. One that never closes is only its bracket.
func comment(s string) (text string, n int) {
	depth := 0
	for i := 0; i < len(s) && i < maxQuoted; i++ {
		switch s[i] {
		case '\\':
			i++
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return strings.ReplaceAll(s[1:i], `\`, ""), i + 1
			}
		}
	}
	return "", 1
}

// cleanName makes one line of a name and takes off quotes that were put around it twice.
func cleanName(s string) string {
	s = strings.TrimSpace(oneLine(s))
	for len(s) >= 2 && (s[0] == '"' && s[len(s)-1] == '"' || s[0] == '\'' && s[len(s)-1] == '\'') {
		s = strings.TrimSpace(s[1 : len(s)-1])
	}
	return clip(s, maxWord)
}

// cleanAddress takes an address out of what surrounds it: routes, blanks, mailto:, quotes.
func cleanAddress(s string) string {
	s = strings.TrimSpace(oneLine(decodeWords(s)))
	s = strings.Trim(s, "<>'`, ;")
	if len(s) > 7 && strings.EqualFold(s[:7], "mailto:") {
		s = s[7:]
	}
	if strings.HasPrefix(s, "@") { // a source route: @a,@b:user@c
		if i := strings.LastIndexByte(s, ':'); i >= 0 {
			s = s[i+1:]
		}
	}
	if i := strings.LastIndexByte(s, '@'); i >= 0 {
		local, domain := strings.TrimSpace(s[:i]), strings.Join(strings.Fields(s[i+1:]), "")
		if !strings.HasPrefix(local, `"`) {
			local = strings.Join(strings.Fields(local), "")
		}
		s = local + "@" + strings.TrimRight(domain, ".,;:>")
	}
	if len(s) > 1000 {
		return ""
	}
	return s
}
