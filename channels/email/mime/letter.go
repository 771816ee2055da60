package mime

import (
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// Letter makes HTML that one of us wrote fit to be sent: by the policy of SafeHTML, with pictures from elsewhere, and without
// those that would have to come with the mail. Every element that it opens it closes, and no other, so that what stands below
// it in the mail stays below. text is what there is to read.
func Letter(source string) (safe, text string) {
	safe = balanced(SafeHTML(source, HTMLOptions{Remote: func(url string) string { return url }}))
	return safe, strings.TrimSpace(joinLines(htmlLines(safe)))
}

// maxLetterDepth bounds the elements that are open at once; of deeper ones only the content is kept.
const maxLetterDepth = 200

// balanced closes what is left open and drops what closes nothing.
func balanced(source string) string {
	var out strings.Builder
	var open []string
	z := html.NewTokenizer(strings.NewReader(source))
	for {
		kind := z.Next()
		raw := string(z.Raw())
		switch kind {
		case html.ErrorToken:
			for _, name := range slices.Backward(open) {
				out.WriteString("</" + name + ">")
			}
			return out.String()
		case html.StartTagToken:
			name, attributes := z.TagName()
			switch tag := string(name); {
			case tag == "img" && !attributes: // its picture was taken out
			case void[atom.Lookup(name)]:
				out.WriteString(raw)
			case len(open) < maxLetterDepth:
				open = append(open, tag)
				out.WriteString(raw)
			}
		case html.EndTagToken:
			name, _ := z.TagName()
			for at := len(open) - 1; at >= 0; at-- {
				if open[at] == string(name) {
					for _, inner := range slices.Backward(open[at:]) {
						out.WriteString("</" + inner + ">")
					}
					open = open[:at]
					break
				}
			}
		default:
			out.WriteString(raw)
		}
	}
}

// void elements have no content and no end.
var void = map[atom.Atom]bool{atom.Br: true, atom.Hr: true, atom.Img: true, atom.Wbr: true, atom.Col: true}
