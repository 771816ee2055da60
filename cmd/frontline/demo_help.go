package main

import (
	_ "embed"
	"errors"
	"html/template"
	"net/http"
	"regexp"
	"strings"

	"frontline/channels/ticketpage"
	"frontline/internal/fault"
	"frontline/internal/web"
)

//go:embed demo_help.html
var helpSource string

var helpPage = template.Must(template.New("help").Parse(helpSource))

// helpPolicy lets the page load its looks and send its forms here, and nothing else: it has no script.
const helpPolicy = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// helpWords are the page's words in a language.
type helpWords struct {
	Tag, Title, Lead, Shop          string
	Have, Link, Show                string
	Lost, Number, Email, Send       string
	Mailed, Often, NoLink, NotValid string
}

var helpIn = map[string]helpWords{
	"zh": {
		Tag: "zh-CN", Title: "我的请求", Lead: "查看您的请求进展到哪一步，并可直接补充或答复。", Shop: "返回首页",
		Have: "我有链接", Link: "邮件中的链接", Show: "查看",
		Lost: "我没有链接", Number: "请求编号", Email: "您的邮箱", Send: "发送链接",
		Mailed: "如果该编号的请求属于这个邮箱，链接已经寄出。请查看您的邮箱。", Often: "请求过于频繁，请稍后再试。",
		NoLink: "这不是有效的链接。请从邮件中完整复制。", NotValid: "请填写编号和有效的邮箱。",
	},
	"en": {
		Tag: "en", Title: "Your requests", Lead: "See how your request stands, add to it or answer.", Shop: "Back to the company's page",
		Have: "You have the link", Link: "The link in our mail", Show: "Show it",
		Lost: "You have no link", Number: "Number of the request", Email: "Your email address", Send: "Send me the link",
		Mailed: "If there is a request of that number with that address, its link is on the way. Please look into your mail.", Often: "Too often. Please try again a little later.",
		NoLink: "This is none of our links. Please copy the whole of it from our mail.", NotValid: "Please give the number and a valid address.",
	},
}

// pageLink is a link to a ticket's page as mails have it.
var pageLink = regexp.MustCompile(`/c/([A-Za-z0-9_-]{43})([?#].*)?$`)

// openHelp serves the company's self-service at /demo/help: a customer who has a ticket's link comes to its page, one who has none
// lets it be mailed. All it needs of the program is that page and one call, as any company's would.
func (d *demo) openHelp() {
	d.h.web.HandleFunc("GET /demo/help", func(w http.ResponseWriter, r *http.Request) error { return help(w, r, "") })
	d.h.web.HandleFunc("POST /demo/help", func(w http.ResponseWriter, r *http.Request) error {
		r.Body = http.MaxBytesReader(w, r.Body, 8<<10)
		words := helpIn[web.Language(r.Context())]
		if link := strings.TrimSpace(r.PostFormValue("link")); link != "" {
			if found := pageLink.FindStringSubmatch(link); found != nil {
				http.Redirect(w, r, "/c/"+found[1], http.StatusSeeOther)
				return nil
			}
			return help(w, r, words.NoLink)
		}
		err := d.h.pages.AskFor(r.Context(), web.Peer(r.Context()), ticketpage.Asked{Number: r.PostFormValue("number"), Email: r.PostFormValue("email")})
		switch {
		case err == nil:
			return help(w, r, words.Mailed)
		case errors.Is(err, fault.TooMany):
			return help(w, r, words.Often)
		case errors.Is(err, fault.Invalid):
			return help(w, r, words.NotValid)
		}
		return err
	})
}

// help writes the page, with what became of what was sent.
func help(w http.ResponseWriter, r *http.Request, said string) error {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", helpPolicy)
	h.Set("Cache-Control", "no-store")
	return helpPage.Execute(w, struct {
		helpWords
		Said string
	}{helpIn[web.Language(r.Context())], said})
}
