package smtpout

import (
	"encoding/base64"
	"errors"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"

	"frontline/internal/fault"
)

// header is the address as a header has it. field names it in an error.
func (a Address) header(field string) (string, error) {
	switch {
	case a.Address == "":
		return "", fault.BadField(field, "missing")
	case hasControl(a.Name):
		return "", fault.BadField(field, "control_character")
	case len(a.Name) > maxName:
		return "", fault.BadField(field, "name_too_long", "max", maxName)
	}
	address, err := asciiAddress(a.Address)
	if err != nil {
		return "", fault.BadField(field, "bad_address").Because(err)
	}
	address = "<" + address + ">"
	switch {
	case a.Name == "":
		return address, nil
	case isPlain(a.Name) && len(a.Name) <= 60:
		return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(a.Name) + `" ` + address, nil
	}
	return encodedWords(a.Name) + "\r\n " + address, nil
}

// asciiAddress is an address as the mail system carries it: the domain in its ASCII form. A local part in other letters
// would need SMTPUTF8 on the whole way, and one in quotes is refused by most providers; neither is sent to.
func asciiAddress(address string) (string, error) {
	at := strings.LastIndexByte(address, '@')
	if at < 0 || len(address) > 254 {
		return "", errors.New("not an address")
	}
	local, domain := address[:at], address[at+1:]
	if !isASCII(domain) {
		var err error
		if domain, err = idna.Lookup.ToASCII(domain); err != nil {
			return "", err
		}
	}
	if !isDotAtom(local) || !isDotAtom(domain) {
		return "", errors.New("not an address that mail can be sent to")
	}
	return local + "@" + domain, nil
}

// text is a value of free text: as it is where a header can carry that, and else in encoded words.
func text(s string) string {
	if isPlain(s) && len(s) <= 65 {
		return s
	}
	return encodedWords(s)
}

// encodedWords is s in the encoded words of RFC 2047, one on a line. Base64 rather than Q, since Q has letters that other
// programs stumble over in names.
func encodedWords(s string) string {
	const most = 45 // bytes, so that a word has at most 72 of the 75 allowed
	var words []string
	for s = strings.ToValidUTF8(s, "�"); s != ""; {
		n := min(most, len(s))
		for n < len(s) && !utf8.RuneStart(s[n]) {
			n--
		}
		words = append(words, "=?UTF-8?B?"+base64.StdEncoding.EncodeToString([]byte(s[:n]))+"?=")
		s = s[n:]
	}
	return strings.Join(words, "\r\n ")
}

// older is a file name inside quotes as programs write it that do not know RFC 2231.
func older(name string) string {
	if isPlain(name) {
		return name
	}
	return encodedWords(name)
}

// modern is a file name as a parameter by RFC 2231.
func modern(name string) string {
	if isPlain(name) {
		return `filename="` + name + `"`
	}
	// url.PathEscape leaves some characters that RFC 2231 wants escaped.
	escaped := strings.NewReplacer("$", "%24", "&", "%26", "+", "%2B", "=", "%3D", "@", "%40", ":", "%3A", "'", "%27",
		"(", "%28", ")", "%29", "!", "%21", ",", "%2C", ";", "%3B").Replace(url.PathEscape(name))
	return "filename*=UTF-8''" + escaped
}

// isPlain is whether text can stand in a header as it is: printable ASCII that nobody takes for an encoded word.
func isPlain(s string) bool {
	return !strings.Contains(s, "=?") && !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r > '~' })
}

func hasControl(s string) bool { return strings.ContainsFunc(s, isControl) }

// isControl is a character that ends lines, ends strings, or writes backwards to deceive (RFC 5322 headers have none).
func isControl(r rune) bool {
	switch r {
	case '\u2028', '\u2029', '\u202a', '\u202b', '\u202c', '\u202d', '\u202e', '\u2066', '\u2067', '\u2068', '\u2069':
		return true
	}
	return unicode.IsControl(r)
}

// isMessageID is whether an id can stand between < and > in a header.
func isMessageID(id string) bool {
	return len(id) >= 3 && len(id) <= 900 && strings.Contains(id, "@") && !strings.ContainsFunc(id, func(r rune) bool {
		return r <= ' ' || r > '~' || r == '<' || r == '>'
	})
}

// isToken is whether s is made of letters, digits, dots, dashes and underscores.
func isToken(s string) bool {
	return s != "" && len(s) <= 200 && !strings.ContainsFunc(s, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune(".-_", r))
	})
}

// isDotAtom is the usual form of both sides of an address (RFC 5322, 3.2.3).
func isDotAtom(s string) bool {
	if s == "" || strings.HasPrefix(s, ".") || strings.HasSuffix(s, ".") || strings.Contains(s, "..") {
		return false
	}
	return !strings.ContainsFunc(s, func(r rune) bool {
		return r <= ' ' || r > '~' || strings.ContainsRune(`()<>[]:;@\,"`, r)
	})
}

func isASCII(s string) bool { return !strings.ContainsFunc(s, func(r rune) bool { return r >= 0x80 }) }
