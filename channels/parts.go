package channels

import (
	"net/url"
	"regexp"
	"strings"
	"unicode/utf8"
)

// Part is a piece of text, perhaps a link, to be shown without any markup in it.
type Part struct {
	Text string `json:"text"`
	Href string `json:"href,omitempty" doc:"http, https, mailto or tel only"`
}

// linkish is what may be a link, to be looked at more closely. Chinese text has no spaces around it: what is not in a URL
// (RFC 3986) ends it, full-width marks among them.
var linkish = regexp.MustCompile("(?i)\\b(?:https?://|mailto:|tel:)[a-z0-9\\-._~:/?#\\[\\]@!$&'()*+,;=%]+")

// maxParts bounds how many links one text has; the rest stays text.
const maxParts = 100

// Parts cuts text into words and safe links.
func Parts(text string) []Part {
	var out []Part
	at := 0
	for _, m := range linkish.FindAllStringIndex(text, maxParts) {
		end := m[0] + len(strings.TrimRight(text[m[0]:m[1]], ".,;:!?'"))
		if open := text[m[0]:end]; strings.HasSuffix(open, ")") && !strings.Contains(open, "(") {
			end-- // a link in brackets
		}
		href, ok := safeLink(text[m[0]:end])
		if !ok {
			continue
		}
		if m[0] > at {
			out = append(out, Part{Text: text[at:m[0]]})
		}
		out = append(out, Part{Text: text[m[0]:end], Href: href})
		at = end
	}
	if at < len(text) || len(out) == 0 {
		out = append(out, Part{Text: text[at:]})
	}
	return out
}

// safeLink is the address where it leads where it seems to: no other scheme, no name and password in front of the host.
func safeLink(s string) (string, bool) {
	if len(s) > 2000 || !utf8.ValidString(s) {
		return "", false
	}
	u, err := url.Parse(s)
	if err != nil || u.User != nil {
		return "", false
	}
	switch strings.ToLower(u.Scheme) {
	case "http", "https":
		if u.Hostname() == "" {
			return "", false
		}
	case "mailto", "tel":
		if u.Opaque == "" {
			return "", false
		}
	default:
		return "", false
	}
	return u.String(), true
}
