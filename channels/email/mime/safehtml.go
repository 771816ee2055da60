package mime

import (
	"net/url"
	"regexp"
	"strings"
	"sync"

	"github.com/microcosm-cc/bluemonday"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// HTMLOptions say where the pictures of a mail may be had. A nil function, or one that gives an empty string, leaves
// the picture out; its alternative text stays.
type HTMLOptions struct {
	CID    func(cid string) string // URL for a picture within the mail, by Content-ID or Content-Location; empty when there is none
	Remote func(url string) string // URL for a picture elsewhere, such as that of a proxy; nil: the mail may not look home

	// New are the new words of the mail, where it quotes others. Where the HTML has them all above the history that it
	// quotes, that is folded, to be opened by a click. Empty: nothing is folded.
	New string
}

// SafeHTML makes the HTML of a mail fit to show: no scripts, forms, frames, styles that reach out or cover, ids or
// names, and no request to anywhere that o did not give. It is one of two walls; the other is the sandboxed frame that
// shows the result. The result is at most a few times as long as source.
func SafeHTML(source string, o HTMLOptions) string {
	return htmlPolicy().Sanitize(rewriteHTML(source, o))
}

// rewriteHTML maps pictures, links and styles to what may stay, and drops what has no place in a mail. It leaves the
// last word to the policy.
func rewriteHTML(source string, o HTMLOptions) string {
	var out strings.Builder
	z := html.NewTokenizer(strings.NewReader(source))
	skip := ""
	fold := folder{on: o.New != ""}
	at := 0
	for {
		kind := z.Next()
		at += len(z.Raw())
		switch kind {
		case html.ErrorToken:
			if fold.hides(o.New) {
				o.New = ""
				return rewriteHTML(source, o)
			}
			return out.String()
		case html.TextToken:
			if skip == "" {
				text := strings.ReplaceAll(string(z.Text()), "\x00", "")
				fold.text(text)
				out.WriteString(html.EscapeString(text))
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			name, hasAttr := z.TagName()
			tag := atom.Lookup(name)
			switch {
			case skip != "":
			case skipped[tag] && tag != 0:
				skip = string(name)
			case allowedTags[tag]:
				t := html.Token{Type: html.StartTagToken, Data: tag.String()}
				var marks attributes
				if hasAttr {
					t.Attr, marks = rewriteAttrs(tag, z, o)
				}
				out.WriteString(fold.start(tag, marks, source[min(at, len(source)):]))
				out.WriteString(t.String())
			}
		case html.EndTagToken:
			name, _ := z.TagName()
			switch tag := atom.Lookup(name); {
			case skip == string(name):
				skip = ""
			case skip == "" && allowedTags[tag]:
				out.WriteString("</" + tag.String() + ">" + fold.end(tag))
			}
		}
	}
}

// allowedTags are the elements that are shown; of others only the content is.
var allowedTags = func() map[atom.Atom]bool {
	m := map[atom.Atom]bool{}
	for _, t := range tagNames {
		m[atom.Lookup([]byte(t))] = true
	}
	return m
}()

var tagNames = []string{
	"a", "abbr", "address", "article", "aside", "b", "bdi", "bdo", "big", "blockquote", "br", "caption", "center", "cite", "code",
	"col", "colgroup", "dd", "del", "dfn", "div", "dl", "dt", "em", "figcaption", "figure", "font", "footer", "h1", "h2", "h3", "h4", "h5",
	"h6", "header", "hr", "i", "img", "ins", "kbd", "li", "main", "mark", "nav", "ol", "p", "pre", "q", "s", "samp", "section", "small",
	"span", "strike", "strong", "sub", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "tt", "u", "ul", "var", "wbr",
}

// maxAttrs bounds the attributes read of one element.
const maxAttrs = 60

// rewriteAttrs reads the attributes of an element and keeps those of use; marks are those that tell of quoted history.
func rewriteAttrs(tag atom.Atom, z *html.Tokenizer, o HTMLOptions) (out []html.Attribute, marks attributes) {
	style := ""
	for n := 0; ; n++ {
		k, v, more := z.TagAttr()
		key, value := string(k), string(v)
		if o.New != "" && n < maxAttrs {
			marks.note(key, value)
		}
		switch {
		case n >= maxAttrs:
		case key == "style":
			style += safeStyle(value)
		case key == "class" && strings.Contains(strings.ToLower(value), "mso"):
			// Word gives its paragraphs no margin in a style sheet, which is not shown.
			if tag == atom.P || tag == atom.Div || tag == atom.Li {
				style = "margin:0;" + style
			}
		case key == "src" && tag == atom.Img:
			if src := imageURL(value, o); src != "" {
				out = append(out, html.Attribute{Key: "src", Val: src})
			}
		case key == "href" && tag == atom.A:
			if link := safeLink(value); link != "" {
				// The reader sees where a link leads, whatever its text says.
				out = append(out, html.Attribute{Key: "href", Val: link}, html.Attribute{Key: "title", Val: link})
			}
		case key == "title" && tag == atom.A, key == "src", key == "href":
		case plainAttrs[key]:
			out = append(out, html.Attribute{Key: key, Val: value})
		}
		if !more {
			break
		}
	}
	if style != "" {
		out = append(out, html.Attribute{Key: "style", Val: style})
	}
	return out, marks
}

// plainAttrs are attributes that only give form.
var plainAttrs = map[string]bool{
	"align": true, "valign": true, "width": true, "height": true, "bgcolor": true, "border": true, "cellpadding": true,
	"cellspacing": true, "colspan": true, "rowspan": true, "dir": true, "lang": true, "color": true, "face": true, "size": true,
	"type": true, "start": true, "alt": true, "title": true, "nowrap": true, "span": true,
}

// cleanURL takes out what browsers ignore in a URL and gives its scheme in lower case.
func cleanURL(s string) (clean, scheme string) {
	clean = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return -1
		}
		return r
	}, strings.TrimSpace(s))
	if i := strings.IndexByte(clean, ':'); i > 0 {
		scheme = strings.ToLower(clean[:i])
	}
	return clean, scheme
}

// imageURL decides where a picture comes from; empty: it is not shown.
func imageURL(src string, o HTMLOptions) string {
	clean, scheme := cleanURL(src)
	switch scheme {
	case "cid":
		if o.CID == nil {
			return ""
		}
		id := clean[len("cid:"):]
		if plain, err := url.PathUnescape(id); err == nil {
			id = plain
		}
		return o.CID(strings.Trim(id, "<> "))
	case "data":
		if dataImage.MatchString(clean) {
			return clean
		}
		return ""
	case "http", "https":
	case "":
		if !strings.HasPrefix(clean, "//") {
			if o.CID == nil || clean == "" || strings.HasPrefix(clean, "/") || strings.HasPrefix(clean, `\`) {
				return ""
			}
			return o.CID(clean) // the Content-Location of a part
		}
		clean = "https:" + clean
	default:
		return ""
	}
	if o.Remote == nil {
		return ""
	}
	u, err := url.Parse(clean)
	if err != nil || u.Host == "" {
		return ""
	}
	return o.Remote(u.String())
}

// safeLink gives a link that may be followed; empty for others.
func safeLink(href string) string {
	clean, scheme := cleanURL(href)
	switch scheme {
	case "http", "https":
		u, err := url.Parse(clean)
		if err != nil || u.Host == "" {
			return ""
		}
		return u.String()
	case "mailto", "tel":
		if u, err := url.Parse(clean); err == nil {
			return u.String()
		}
	}
	return ""
}

var (
	dataImage  = regexp.MustCompile(`^data:image/(?:png|gif|jpe?g|webp|bmp);base64,[A-Za-z0-9+/= ]*$`)
	imagePlace = regexp.MustCompile(`^(?:https?://|/[^/\\]|cid:|data:image/(?:png|gif|jpe?g|webp|bmp);base64,)`)
	linkPlace  = regexp.MustCompile(`^(?:https?://|mailto:|tel:)`)
	styleShape = regexp.MustCompile(`^(?:[a-z-]+:(?:[a-zA-Z0-9 #%.,+'"/!-]|(?:rgb|hsl)a?\([0-9 .,%/]*\))*;)*$`)
	plainValue = regexp.MustCompile(`^[\p{L}\p{N}\p{M}\p{P}\p{S}\p{Z}\n\t]*$`)
	shortValue = regexp.MustCompile(`^[a-zA-Z0-9 #%.,_+'"-]{0,100}$`)
)

// htmlPolicy is what may stand in the result, whatever rewriteHTML let through.
var htmlPolicy = sync.OnceValue(func() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements(tagNames...)
	p.AllowNoAttrs().OnElements(tagNames...)
	p.AllowElements("details", "summary") // of folds; the mail's own are not let through above
	for name := range plainAttrs {
		if name != "alt" && name != "title" {
			p.AllowAttrs(name).Matching(shortValue).Globally()
		}
	}
	p.AllowAttrs("alt", "title").Matching(plainValue).Globally()
	p.AllowAttrs("style").Matching(styleShape).Globally()
	p.AllowAttrs("src").Matching(imagePlace).OnElements("img")
	p.AllowAttrs("href").Matching(linkPlace).OnElements("a")
	p.AllowURLSchemes("http", "https", "mailto", "tel", "cid")
	p.AllowURLSchemeWithCustomPolicy("data", func(u *url.URL) bool { return dataImage.MatchString("data:" + u.Opaque) })
	p.AllowRelativeURLs(true) // the pictures of the mail itself; links were held to a scheme above
	p.RequireNoReferrerOnLinks(true)
	p.RequireNoFollowOnLinks(true)
	p.AddTargetBlankToFullyQualifiedLinks(true)
	return p
})
