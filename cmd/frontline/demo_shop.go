package main

import (
	_ "embed"
	"fmt"
	"net/http"

	"frontline/internal/web"
)

// The demo company's own page, plain as any company's: what makes the chat stand on it is one tag.
var (
	//go:embed demo_shop.html
	shopPage string
	//go:embed demo_shop.css
	shopLooks string
)

// shopPolicy is as strict as a company may have it, so that the demo shows what the chat asks for: its script, its calls and
// its pictures, from here alone.
const shopPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self' ws: wss:; img-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"

// openShop serves the company's page at /demo/shop, in the visitor's language.
func (d *demo) openShop() {
	d.h.web.HandleFunc("GET /demo/shop", func(w http.ResponseWriter, r *http.Request) error {
		tag, title, words, requests := "zh-CN", "北辰机床", "数控机床、主轴与备件。有问题？请点击右下角，与我们的客服在线对话。", "我的请求"
		if web.Language(r.Context()) == "en" {
			tag, title, words, requests = "en", "Polaris Machine Tools", "Machine tools, spindles and spare parts. Any questions? Chat with us, at the lower right.", "Your requests"
		}
		h := w.Header()
		h.Set("Content-Type", "text/html; charset=utf-8")
		h.Set("Content-Security-Policy", shopPolicy)
		fmt.Fprintf(w, shopPage, tag, title, title, words, requests, demoSite) //nolint:errcheck // the visitor left
		return nil
	})
	d.h.web.HandleFunc("GET /demo/shop.css", func(w http.ResponseWriter, _ *http.Request) error {
		w.Header().Set("Content-Type", "text/css; charset=utf-8")
		fmt.Fprint(w, shopLooks) //nolint:errcheck // the visitor left
		return nil
	})
}
