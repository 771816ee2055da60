package mime

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// shown are the options of a desk that lets remote pictures through its proxy.
var shown = HTMLOptions{
	CID:    func(cid string) string { return "/attachments/" + url.PathEscape(cid) },
	Remote: func(place string) string { return "/proxy?u=" + place },
}

func TestSafeHTML(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, source, want string }{
		{"text stays", `<p>a &lt;b&gt; <b>c</b></p>`, `<p>a &lt;b&gt; <b>c</b></p>`},
		{"scripts go with their content", `a<script>alert(1)</script><style>p{}</style>b`, `ab`},
		{"handlers", `<p onclick=x OnMouseOver="y">a</p>`, `<p>a</p>`},
		{"forms", `<form action=x><input name=y><button>go</button></form>`, `go`},
		{"ids and names", `<a id=body name=cookie class=c>a</a>`, `<a>a</a>`},
		{"a picture of the mail", `<img src="cid:p1@x" alt=photo>`, `<img src="/attachments/p1@x" alt="photo">`},
		{"an escaped id", `<img src="cid:p%201">`, `<img src="/attachments/p%201">`},
		{"a picture by its location", `<img src="image001.png">`, `<img src="/attachments/image001.png">`},
		{"a remote picture", `<img src="http://t.example/p.gif?a=1&amp;b=2">`, `<img src="/proxy?u=http://t.example/p.gif?a=1&amp;b=2">`},
		{"a remote picture without scheme", `<img src="//t.example/p.gif">`, `<img src="/proxy?u=https://t.example/p.gif">`},
		{"a picture in the text", `<img src="data:image/png;base64,AAAA">`, `<img src="data:image/png;base64,AAAA">`},
		{"a drawing in the text", `<img src="data:image/svg+xml;base64,AAAA">`, `<img>`},
		{"a picture of ours", `<img src="/api/v1/logout">`, `<img>`},
		{"background", `<td background="http://t.example/p.gif" style="background:url(http://t.example)">a</td>`, `<td>a</td>`},
		{
			"a link shows where it leads", `<a href="https://bank.example/x" title="other">bank</a>`,
			`<a href="https://bank.example/x" title="https://bank.example/x" rel="nofollow noreferrer noopener" target="_blank">bank</a>`,
		},
		{"a script link", "<a href=\"java\nscript:alert(1)\">a</a>", `<a>a</a>`},
		{"a link to ours", `<a href="/logout">a</a>`, `<a>a</a>`},
		{"a style", `<p style="color:#f00; position:fixed; margin:-9px; font-family:'宋体', Arial; width:10px">a</p>`, `<p style="color:#f00;width:10px;">a</p>`},
		{"a style in disguise", `<p style="color:e\78pression(x); background:u/**/rl(x); color:rgb(1,2,3)">a</p>`, `<p style="color:rgb(1,2,3);">a</p>`},
		{"Word's paragraphs", `<p class=MsoNormal>a</p>`, `<p style="margin:0;">a</p>`},
		{"drawings", `<svg><a xlink:href="javascript:x">a</a></svg>b`, `b`},
		{"mutation", `<noscript><p title="</noscript><img src=x onerror=alert(1)>">`, `<img src="/attachments/x">&#34;&gt;`},
		{"an attribute within", `<img alt="<img src=x onerror=alert(1)>">`, `<img alt="&lt;img src=x onerror=alert(1)&gt;">`},
	} {
		got := SafeHTML(c.source, shown)
		if got != c.want {
			t.Errorf("%s: SafeHTML(%q)\n got %s\nwant %s", c.name, c.source, got, c.want)
		}
	}
}

func TestSafeHTMLFetchesNothingUnasked(t *testing.T) {
	t.Parallel()
	source := `<img src="http://t.example/a.gif"><img src="cid:x"><img srcset="http://t.example/b.gif 2x"><table background="http://t.example/c.gif">`
	if got := SafeHTML(source, HTMLOptions{}); strings.Contains(got, "t.example") || strings.Contains(got, "src") {
		t.Errorf("SafeHTML without options = %q, want no picture at all", got)
	}
}

// unsafe lists what has no place in HTML that SafeHTML made with the options shown.
func unsafe(source string) (bad []string) {
	allowed := map[string]bool{}
	for _, name := range tagNames {
		allowed[name] = true
	}
	z := html.NewTokenizer(strings.NewReader(source))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return bad
		case html.CommentToken, html.DoctypeToken:
			bad = append(bad, "comment")
		case html.StartTagToken, html.SelfClosingTagToken:
			t := z.Token()
			if !allowed[t.Data] {
				bad = append(bad, "element "+t.Data)
			}
			for _, a := range t.Attr {
				if problem := unsafeAttr(a); problem != "" {
					bad = append(bad, fmt.Sprintf("%s of %s: %s", a.Key, t.Data, problem))
				}
			}
		}
	}
}

func unsafeAttr(a html.Attribute) string {
	begins := func(prefixes ...string) string {
		for _, p := range prefixes {
			if strings.HasPrefix(a.Val, p) {
				return ""
			}
		}
		return "leads to " + a.Val
	}
	switch {
	case a.Key == "src":
		return begins("/attachments/", "/proxy?u=http", "data:image/")
	case a.Key == "href":
		return begins("http://", "https://", "mailto:", "tel:")
	case a.Key == "style":
		for _, word := range []string{"url", "expression", "position", "@", `\`, "behavior", "/*", "image"} {
			if strings.Contains(strings.ToLower(a.Val), word) && !strings.Contains(a.Val, "font-family") {
				return "has " + word
			}
		}
	case a.Key == "rel", a.Key == "target", plainAttrs[a.Key]:
	default:
		return "not allowed"
	}
	return ""
}
