package web_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"frontline/internal/web"
)

var built = fstest.MapFS{
	"index.html":           {Data: []byte(`<meta name="csp-nonce" content="__CSP_NONCE__"><script type="module" src="/assets/index-1a2b.js"></script>`)},
	"assets/index-1a2b.js": {Data: []byte(strings.Repeat("console.log(1);\n", 500))},
	"assets/logo-3c4d.png": {Data: []byte("\x89PNG not really")},
	"favicon.svg":          {Data: []byte(`<svg xmlns="http://www.w3.org/2000/svg"/>`)},
	".vite/manifest.json":  {Data: []byte(`{}`)},
}

func TestTheDeskIsServedWithAFreshNonce(t *testing.T) {
	t.Parallel()
	w := open(t, web.Options{Desk: built}, nil)
	seen := map[string]bool{}
	for _, path := range []string{"/", "/index.html", "/tickets/42", "/settings"} {
		a := w.ask("GET", path, "", "Authorization:")
		if a.StatusCode != 200 || a.Header.Get("Content-Type") != "text/html; charset=utf-8" || a.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("GET %s = %d %v, want the page, not to be stored", path, a.StatusCode, a.Header)
		}
		nonce := regexp.MustCompile(`content="([^"]{22,})"`).FindStringSubmatch(a.text)
		if nonce == nil || seen[nonce[1]] {
			t.Fatalf("GET %s has no fresh nonce: %s", path, a.text)
		}
		seen[nonce[1]] = true
		policy := a.Header.Get("Content-Security-Policy")
		for _, want := range []string{
			"default-src 'none'", "script-src 'self';", "style-src 'self' 'nonce-" + nonce[1] + "'", "frame-ancestors 'none'",
			"base-uri 'none'", "form-action 'self'", "frame-src 'self'", "img-src 'self' data: blob:",
		} {
			if !strings.Contains(policy, want) {
				t.Errorf("policy %q has no %s", policy, want)
			}
		}
	}
}

func TestThePolicyNamesTheWebsocketOfThisHostOnly(t *testing.T) {
	t.Parallel()
	w := open(t, web.Options{Desk: built, PublicURL: "https://desk.example.com"}, nil)
	for host, want := range map[string]string{
		"desk.example.com":         "connect-src 'self' wss://desk.example.com;",
		"evil.example; script-src": "connect-src 'self';",
	} {
		r, err := http.NewRequestWithContext(t.Context(), "GET", w.url+"/", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Host = host
		if a := w.send(r); a.StatusCode == 200 && !strings.Contains(a.Header.Get("Content-Security-Policy"), want) {
			t.Errorf("at host %q the policy is %q, want %q", host, a.Header.Get("Content-Security-Policy"), want)
		}
	}
}

func TestTheDesksFilesAreCachedByName(t *testing.T) {
	t.Parallel()
	w := open(t, web.Options{Desk: built}, nil)
	js := w.ask("GET", "/assets/index-1a2b.js", "", "Accept-Encoding: identity")
	if js.StatusCode != 200 || js.Header.Get("Cache-Control") != "public, max-age=31536000, immutable" || js.Header.Get("Content-Type") != "text/javascript; charset=utf-8" {
		t.Errorf("script = %d %v", js.StatusCode, js.Header)
	}
	packed := w.ask("GET", "/assets/index-1a2b.js", "", "Accept-Encoding: br, gzip;q=0.5")
	if packed.Header.Get("Content-Encoding") != "gzip" || len(packed.text) >= len(js.text) || packed.Header.Get("Etag") == js.Header.Get("Etag") {
		t.Fatalf("packed script = %d bytes %v", len(packed.text), packed.Header)
	}
	z, err := gzip.NewReader(strings.NewReader(packed.text))
	if err != nil {
		t.Fatal(err)
	}
	if text, err := io.ReadAll(z); err != nil || string(text) != js.text {
		t.Errorf("unpacked script differs, %v", err)
	}
	if a := w.ask("GET", "/assets/index-1a2b.js", "", "Accept-Encoding: gzip", "If-None-Match: "+packed.Header.Get("Etag")); a.StatusCode != http.StatusNotModified {
		t.Errorf("a known script = %d, want 304", a.StatusCode)
	}
	if a := w.ask("GET", "/favicon.svg", ""); a.Header.Get("Cache-Control") != "no-cache" || a.Header.Get("Content-Type") != "image/svg+xml" {
		t.Errorf("icon = %v", a.Header)
	}
	for _, path := range []string{"/assets/gone-9z.js", "/gone.js", "/.vite/manifest.json", "/assets", "/assets/%2e%2e/index.html", "/api/x", "/chat/x"} {
		a := w.ask("GET", path, "")
		if strings.Contains(a.text, "csp-nonce") && path != "/assets" || strings.Contains(a.text, "{}") {
			t.Errorf("GET %s = %d %s", path, a.StatusCode, a.text)
		}
	}
}

func TestEveryAnswerIsGuarded(t *testing.T) {
	t.Parallel()
	w := open(t, web.Options{Desk: built, PublicURL: "https://desk.example.com"}, signing)
	for _, path := range []string{"/", "/assets/index-1a2b.js", "/api/v1/me", "/api/v1/nothing", "/healthz", "/api/docs"} {
		a := w.ask("GET", path, "")
		for name, want := range map[string]string{
			"X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin", "Cross-Origin-Opener-Policy": "same-origin",
			"Cross-Origin-Resource-Policy": "same-origin", "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
		} {
			if a.Header.Get(name) != want {
				t.Errorf("GET %s has %s %q, want %q", path, name, a.Header.Get(name), want)
			}
		}
		if p := a.Header.Get("Content-Security-Policy"); !strings.Contains(p, "default-src 'none'") || strings.Contains(p, "unsafe-eval") || strings.Contains(p, "script-src 'unsafe") {
			t.Errorf("GET %s has the policy %q", path, p)
		}
		if a.Header.Get("X-Request-Id") == "" {
			t.Errorf("GET %s has no request id", path)
		}
	}
	if a := w.ask("GET", "/api/v1/me", ""); a.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("what an agent sees may be stored: %v", a.Header)
	}
	plain := open(t, web.Options{PublicURL: "http://desk.example.com"}, nil)
	if a := plain.ask("GET", "/healthz", ""); a.Header.Get("Strict-Transport-Security") != "" {
		t.Error("a site without TLS demands it for a year")
	}
}

func TestTheRequestIdOfAProxyIsKeptWhereItIsHarmless(t *testing.T) {
	t.Parallel()
	w := open(t, web.Options{}, signing)
	for given, kept := range map[string]bool{
		"edge-7f3a.1": true, "short": false, strings.Repeat("a", 65): false, "with space here": false, "quote\"quote": false,
	} {
		a := w.ask("GET", "/api/v1/me", "", "X-Request-Id: "+given)
		if got := a.Header.Get("X-Request-Id"); (got == given) != kept || got == "" {
			t.Errorf("X-Request-Id %q is answered %q; kept: want %t", given, got, kept)
		}
	}
	if !strings.Contains(w.logs.String(), `"request":"edge-7f3a.1"`) {
		t.Errorf("not in the log: %s", w.logs)
	}
}

func TestTheLogHoldsNoAddressesAndNoText(t *testing.T) {
	t.Parallel()
	w := open(t, web.Options{}, func(s *web.Server) { orders(s); signing(s) })
	w.ask("GET", "/api/v1/me?token=hunter2", "", "User-Agent: hunter2")
	w.ask("POST", "/api/v1/orders/1", `{"subject":"hunter2 hunter2 hunter2 hunter2"}`)
	w.ask("GET", "/api/v1/hunter2", "")
	if logged := w.logs.String(); strings.Contains(logged, "hunter2") || strings.Contains(logged, "Bearer") || !strings.Contains(logged, `"route":"/api/v1/orders/{id}"`) {
		t.Errorf("log: %s", logged)
	}
}

func TestTheDescriptionIsTheSameEveryTime(t *testing.T) {
	t.Parallel()
	both := func(s *web.Server) { orders(s); signing(s) }
	first, err := open(t, web.Options{Version: "1.2.3"}, both).OpenAPI()
	if err != nil {
		t.Fatal(err)
	}
	w := open(t, web.Options{Version: "1.2.3"}, both)
	a := w.ask("GET", "/api/v1/openapi.json", "", "Authorization:")
	if a.StatusCode != 200 || a.text != string(first) {
		t.Errorf("the description differs from one server to the next, status %d", a.StatusCode)
	}
	for _, want := range []string{`"/orders/{id}"`, `"Idempotency-Key"`, `"application/problem+json"`, `"url": "/api/v1"`, `"maxLength": 20`, `"bearer"`, `"1.2.3"`} {
		if !strings.Contains(a.text, want) {
			t.Errorf("no %s in the description", want)
		}
	}
	if n := bytes.Count(first, []byte(`"null"`)); n != 2 {
		t.Errorf("%d fields are described as nullable, want only the owner and the buyer, and no list", n)
	}
}

func TestTheDocumentationNeedsNothingFromElsewhere(t *testing.T) {
	t.Parallel()
	w := open(t, web.Options{}, func(s *web.Server) { orders(s); signing(s) })
	a := w.ask("GET", "/api/docs", "", "Authorization:")
	if a.StatusCode != 200 || strings.Contains(a.text, "<script") || strings.Contains(a.text, "http://") || strings.Contains(a.text, "https://") {
		t.Errorf("the page of the API loads something: %d %.400s", a.StatusCode, a.text)
	}
	nonce := regexp.MustCompile(`<style nonce="([^"]+)">`).FindStringSubmatch(a.text)
	if nonce == nil || !strings.Contains(strings.ReplaceAll(a.Header.Get("Content-Security-Policy"), "+", "&#43;"), "'nonce-"+nonce[1]+"'") {
		t.Errorf("the page's style has no nonce of the policy")
	}
	for _, want := range []string{`id="op-order"`, `id="OrderBody"`, `POST`, "/orders/{id}", "subject", "at most 20 characters"} {
		if !strings.Contains(a.text, want) {
			t.Errorf("no %q on the page", want)
		}
	}
}

func TestFilesAreSavedAndNeverShown(t *testing.T) {
	t.Parallel()
	w := open(t, web.Options{}, func(s *web.Server) {
		for path, f := range map[string]web.File{
			"/f/html": {Name: "x.html", Type: "text/html", Content: strings.NewReader("<script>alert(1)</script>")},
			"/f/svg":  {Name: "图 纸.svg", Type: "image/svg+xml", Content: strings.NewReader("<svg/>")},
			"/f/pdf":  {Name: "../../etc/\u202efdp.exe", Type: "application/pdf", Size: 4, Content: io.LimitReader(strings.NewReader("%PDF"), 4)},
			"/f/odd":  {Name: "a\r\nSet-Cookie: x\"", Type: "what ever", Size: -1, Content: io.LimitReader(strings.NewReader("?"), 1)},
		} {
			s.Handle("GET "+path, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { web.Download(w, r, f) }))
		}
		s.Handle("GET /p/png", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			web.Picture(w, r, web.File{Name: "a.png", Type: "image/png", Content: strings.NewReader("png")})
		}))
		s.Handle("GET /p/svg", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			web.Picture(w, r, web.File{Name: "a.svg", Type: "image/svg+xml", Content: strings.NewReader("<svg/>")})
		}))
		s.Handle("GET /mail", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			web.Frame(w, []byte("<p>你好</p>"), r.URL.Query().Get("images") == "1")
		}))
	})
	for path, want := range map[string][2]string{
		"/f/html": {"application/octet-stream", `attachment; filename="x.html"`},
		"/f/svg":  {"application/octet-stream", `attachment; filename="_ _.svg"; filename*=UTF-8''%E5%9B%BE%20%E7%BA%B8.svg`},
		"/f/pdf":  {"application/pdf", `attachment; filename="fdp.exe"`},
		"/f/odd":  {"application/octet-stream", `attachment; filename="aSet-Cookie_ x_"`},
		"/p/svg":  {"application/octet-stream", `attachment; filename="a.svg"`},
	} {
		a := w.ask("GET", path, "")
		if a.Header.Get("Content-Type") != want[0] || a.Header.Get("Content-Disposition") != want[1] ||
			!strings.Contains(a.Header.Get("Content-Security-Policy"), "sandbox") || a.Header.Get("Set-Cookie") != "" {
			t.Errorf("GET %s = %q %q, policy %q; want %q", path, a.Header.Get("Content-Type"), a.Header.Get("Content-Disposition"), a.Header.Get("Content-Security-Policy"), want)
		}
	}
	if a := w.ask("GET", "/f/svg", "", "Range: bytes=1-2"); a.StatusCode != http.StatusPartialContent || a.text != "sv" {
		t.Errorf("a part of a file = %d %q", a.StatusCode, a.text)
	}
	if a := w.ask("GET", "/p/png", ""); a.Header.Get("Content-Disposition") != "inline" || a.Header.Get("Cross-Origin-Resource-Policy") != "cross-origin" {
		t.Errorf("picture = %v", a.Header)
	}
	for path, want := range map[string]string{"/mail": "img-src data:;", "/mail?images=1": "img-src 'self' data:;"} {
		a := w.ask("GET", path, "")
		if p := a.Header.Get("Content-Security-Policy"); !strings.Contains(p, want) || !strings.Contains(p, "sandbox allow-popups") || strings.Contains(p, "script-src") || strings.Contains(p, "allow-same-origin") {
			t.Errorf("GET %s has the policy %q", path, p)
		}
	}
}

func TestHealthReadinessAndNumbers(t *testing.T) {
	t.Parallel()
	broken := errors.New("hunter2")
	var fail error
	w := open(t, web.Options{Scrape: "s3cret", Ready: []web.Check{
		{Name: "database", Do: func(context.Context) error { return fail }},
	}}, orders)
	if a := w.ask("GET", "/readyz", "", "Authorization:"); a.StatusCode != 200 || !strings.Contains(a.text, `"database":"ok"`) {
		t.Errorf("ready = %d %s", a.StatusCode, a.text)
	}
	fail = broken
	if a := w.ask("GET", "/readyz", "", "Authorization:"); a.StatusCode != 503 || !strings.Contains(a.text, `"database":"failed"`) || strings.Contains(a.text, "hunter2") {
		t.Errorf("not ready = %d %s", a.StatusCode, a.text)
	}
	if a := w.ask("GET", "/healthz", "", "Authorization:"); a.StatusCode != 200 {
		t.Errorf("healthy = %d", a.StatusCode)
	}
	for i := range 3 {
		w.ask("POST", "/api/v1/orders/"+string(rune('1'+i)), `{"subject":"a"}`)
	}
	w.ask("PROPFIND", "/api/v1/orders/1", "")
	a := w.ask("GET", "/metrics", "", "Authorization:")
	for _, want := range []string{
		`frontline_http_requests_total{method="POST",route="/api/v1/orders/{id}",status="201"} 3`,
		`method="other"`, "go_goroutines",
	} {
		if !strings.Contains(a.text, want) {
			t.Errorf("no %s in the numbers", want)
		}
	}
	if a := w.ask("GET", "/metrics", "", "Authorization:", "X-Forwarded-For: 203.0.113.9"); a.StatusCode != http.StatusForbidden {
		t.Errorf("numbers from afar = %d, want 403", a.StatusCode)
	}
	if a := w.ask("GET", "/metrics", "", "Authorization: Bearer s3cret", "X-Forwarded-For: 203.0.113.9"); a.StatusCode != 200 {
		t.Errorf("numbers with the token = %d, want 200", a.StatusCode)
	}
}
