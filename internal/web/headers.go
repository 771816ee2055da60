package web

import (
	"crypto/rand"
	"encoding/base64"
	"net/http"
	"strings"
)

// setHeaders puts on every answer what a browser must know before it looks at the content. Handlers may replace single
// ones. plain is for answers that are no page of ours: they may run and load nothing.
func (s *Server) setHeaders(h http.Header, plain bool) {
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	if s.secure {
		h.Set("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
	}
	h.Set("Content-Security-Policy", nothing)
	if plain {
		h.Set("Cache-Control", "no-store")
		return
	}
	h.Set("Permissions-Policy", "camera=(), geolocation=(), payment=(), usb=(), microphone=(self), display-capture=()")
}

// nothing is the policy of an answer that is no page.
const nothing = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"

// pagePolicy is that of the desk and our other pages. Styles need the nonce or a file of ours: Ant Design writes its
// sheets into the page and takes the nonce. Style attributes are allowed, as charts set them in markup.
func (s *Server) pagePolicy(r *http.Request, nonce string) string {
	var b strings.Builder
	b.WriteString("default-src 'none'; script-src 'self'; style-src 'self' 'nonce-")
	b.WriteString(nonce)
	b.WriteString("'; style-src-attr 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; " +
		"media-src 'self' blob:; worker-src 'self' blob:; manifest-src 'self'; connect-src 'self'")
	// Not every browser counts a websocket to the own host as 'self'. A host that is not ours is not named.
	for scheme, ws := range map[string]string{"http": "ws", "https": "wss"} {
		if s.origins[scheme+"://"+r.Host] {
			b.WriteString(" " + ws + "://" + r.Host)
		}
	}
	b.WriteString("; frame-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'")
	return b.String()
}

// newNonce is a fresh 128-bit nonce for one page.
func newNonce() string {
	var b [16]byte
	rand.Read(b[:]) //nolint:errcheck // crypto/rand never fails: it stops the program
	return base64.RawStdEncoding.EncodeToString(b[:])
}
