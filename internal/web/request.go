package web

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"net/http"
	"net/netip"
	"sync"

	"frontline/internal/authority"
)

// request is what is known about a request besides what net/http says; one value in its context.
type request struct {
	s        *Server
	r        *http.Request
	w        *answer
	id       string
	language string
	peer     netip.Addr

	// Who asks is found out when somebody wants to know: most files and checks need no database.
	who   sync.Once
	actor authority.Actor
	err   error
}

type requestKey struct{}

func requestOf(ctx context.Context) *request {
	q, _ := ctx.Value(requestKey{}).(*request)
	return q
}

// RequestID names the request in logs and answers; empty outside a request.
func RequestID(ctx context.Context) string {
	if q := requestOf(ctx); q != nil {
		return q.id
	}
	return ""
}

// Peer is the true address of who asks: that of the connection, or what a configured proxy says it is.
func Peer(ctx context.Context) netip.Addr {
	if q := requestOf(ctx); q != nil {
		return q.peer
	}
	return netip.Addr{}
}

// requestID keeps an id that a proxy gave, where it is harmless in logs and headers, and makes one otherwise.
func requestID(given string) string {
	if n := len(given); n >= 8 && n <= 64 {
		ok := true
		for i := range n {
			c := given[i]
			if !(c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '-' || c == '_' || c == '.') {
				ok = false
				break
			}
		}
		if ok {
			return given
		}
	}
	var b [12]byte
	rand.Read(b[:]) //nolint:errcheck // crypto/rand never fails: it stops the program
	return base64.RawURLEncoding.EncodeToString(b[:])
}
