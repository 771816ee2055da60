package email

import (
	"html"
	"regexp"
	"strings"
	"time"
	"unicode"
)

// letter is what an agent's message looks like to the customer: the words, the signature, and below
// them what is answered, quoted in the way that mail programs recognise and fold.
type letter struct {
	words, signature string
	dressed          string // the words as HTML, fit to send; empty: they have no looks of their own
	link             string // to the page of the ticket; empty: none
	quoted           *quoted
}

// quoted is the message that is answered.
type quoted struct {
	name string
	at   time.Time
	text string
}

// maxQuote bounds the history below an answer, in bytes; the whole is on the ticket.
const maxQuote = 20_000

// intro is the line above what is quoted, in the language of the answer.
func (l letter) intro() string {
	name := strings.Join(strings.Fields(l.quoted.name), " ")
	if chinese(l.words) {
		return "在 " + l.quoted.at.Format("2006年1月2日 15:04 MST") + "，" + name + " 写道："
	}
	return "On " + l.quoted.at.Format("Mon, 2 Jan 2006 15:04 MST") + ", " + name + " wrote:"
}

// chinese says whether a text has Chinese characters.
func chinese(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Han, r) })
}

// pageLinks are secret links to tickets' pages. A customer's mail program quotes the one that we sent; we do not pass it on to
// whom an answer goes besides.
var pageLinks = regexp.MustCompile(`(https?://[^\s<>]{1,300}/c/)[A-Za-z0-9_-]{43}`)

func (l letter) history() string {
	t := pageLinks.ReplaceAllString(strings.TrimSpace(l.quoted.text), "$1…")
	if len(t) > maxQuote {
		t = strings.ToValidUTF8(t[:maxQuote], "") + "\n…"
	}
	return t
}

// invites is what stands before the link, in the language of the answer.
func (l letter) invites() string {
	if chinese(l.words) {
		return "查看进度或答复："
	}
	return "See how it stands, or answer: "
}

// text is the plain part. "-- " on its own line starts a signature (RFC 3676, 4.3), to which the link belongs: an answer does
// not repeat it.
func (l letter) text() string {
	var b strings.Builder
	b.WriteString(strings.TrimRight(l.words, "\n"))
	if l.signature != "" || l.link != "" {
		b.WriteString("\n\n-- ")
	}
	if l.signature != "" {
		b.WriteString("\n" + l.signature)
	}
	if l.link != "" {
		b.WriteString("\n" + l.invites() + l.link)
	}
	if l.quoted != nil {
		b.WriteString("\n\n" + l.intro() + "\n")
		for _, line := range strings.Split(l.history(), "\n") {
			b.WriteString("> " + line + "\n")
		}
	}
	return b.String()
}

// html is the same for programs that show HTML. The customer's words are escaped and cannot become markup; an agent's can only
// where they came as HTML, which was made harmless before it was kept.
func (l letter) html() string {
	var b strings.Builder
	b.WriteString(`<!DOCTYPE html><html><head><meta charset="utf-8"></head><body><div style="font-family:sans-serif;font-size:14px;line-height:1.6">`)
	if l.dressed != "" {
		b.WriteString(l.dressed)
	} else {
		b.WriteString(lines(strings.TrimRight(l.words, "\n")))
	}
	if l.signature != "" || l.link != "" {
		b.WriteString(`<div style="color:#666"><br>-- `)
		if l.signature != "" {
			b.WriteString(`<br>` + lines(l.signature))
		}
		if l.link != "" {
			b.WriteString(`<br>` + l.invites() + `<a href="` + html.EscapeString(l.link) + `">` + html.EscapeString(l.link) + `</a>`)
		}
		b.WriteString(`</div>`)
	}
	b.WriteString(`</div>`)
	if l.quoted != nil {
		b.WriteString(`<br><div class="gmail_quote"><div>` + html.EscapeString(l.intro()) +
			`</div><blockquote class="gmail_quote" type="cite" style="margin:0 0 0 .8ex;border-left:1px solid #ccc;padding-left:1ex">` +
			lines(l.history()) + `</blockquote></div>`)
	}
	b.WriteString(`</body></html>`)
	return b.String()
}

func lines(s string) string {
	return strings.ReplaceAll(html.EscapeString(s), "\n", "<br>\n")
}
