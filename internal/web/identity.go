package web

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"frontline/internal/authority"
	"frontline/internal/fault"
)

// maxToken bounds what is looked up as a session or token.
const maxToken = 256

// Identify says who asks: the agent of the bearer token or of the session cookie. Without either it is
// fault.Unauthorized "not_signed_in". An Authorization header hides the cookie, so that a program never acts as the
// person whose browser it runs in. It asks once a request.
func Identify(ctx context.Context) (authority.Actor, error) {
	q := requestOf(ctx)
	if q == nil {
		return authority.Actor{}, fault.New(fault.Unauthorized, "not_signed_in")
	}
	q.who.Do(func() { q.actor, q.err = q.identify(ctx) })
	return q.actor, q.err
}

// Actor is who asks, or the zero Actor, which may do nothing.
func Actor(ctx context.Context) authority.Actor {
	by, err := Identify(ctx)
	if err != nil {
		return authority.Actor{}
	}
	return by
}

// Session is the id of the session the request belongs to; 0 for tokens and strangers.
func Session(ctx context.Context) int64 { return Actor(ctx).Session }

func (q *request) identify(ctx context.Context) (authority.Actor, error) {
	if h := q.r.Header.Values("Authorization"); len(h) > 0 {
		scheme, token, _ := strings.Cut(h[0], " ")
		token = strings.TrimSpace(token)
		if len(h) != 1 || !strings.EqualFold(scheme, "Bearer") || token == "" || len(token) > maxToken {
			return authority.Actor{}, fault.New(fault.Unauthorized, "bad_bearer")
		}
		return q.s.o.Auth.Token(ctx, token)
	}
	c, err := q.r.Cookie(q.s.cookieName())
	if err != nil || c.Value == "" {
		return authority.Actor{}, fault.New(fault.Unauthorized, "not_signed_in")
	}
	if len(c.Value) > maxToken {
		return authority.Actor{}, fault.New(fault.Unauthorized, "session_ended")
	}
	return q.s.o.Auth.Session(ctx, c.Value)
}

// SessionToken is the token of the session cookie as it came, also where the session has ended; empty without one.
func SessionToken(ctx context.Context) string {
	q := requestOf(ctx)
	if q == nil {
		return ""
	}
	c, err := q.r.Cookie(q.s.cookieName())
	if err != nil || len(c.Value) > maxToken {
		return ""
	}
	return c.Value
}

// cookieName carries the prefix that makes browsers refuse the cookie from anything but this host over TLS.
func (s *Server) cookieName() string {
	if s.secure {
		return "__Host-frontline"
	}
	return "frontline"
}

// StartSession gives the browser a session's token, to be forgotten after life. Call it before the answer is written.
func StartSession(ctx context.Context, token string, life time.Duration) {
	setCookie(ctx, token, int(life.Seconds()))
}

// EndSession makes the browser forget its session's token.
func EndSession(ctx context.Context) { setCookie(ctx, "", -1) }

func setCookie(ctx context.Context, value string, maxAge int) {
	q := requestOf(ctx)
	if q == nil {
		return
	}
	// Lax and not Strict: a link to a ticket in a mail must find the agent signed in.
	http.SetCookie(q.w, &http.Cookie{
		Name: q.s.cookieName(), Value: value, Path: "/", MaxAge: maxAge,
		HttpOnly: true, Secure: q.s.secure, SameSite: http.SameSiteLaxMode,
	})
}

// admit lets a request in: who must be signed in is, and neither the caller nor the address asks too much. leave must
// be called when the request is done. Strangers, and those with credentials that are not good, count by address.
func (s *Server) admit(ctx context.Context, public bool) (leave func(), err error) {
	by, err := Identify(ctx)
	if err == nil {
		return s.rates.actor(by)
	}
	if errors.Is(err, fault.Unauthorized) {
		if slow := s.rates.peer(Peer(ctx)); slow != nil {
			return nil, slow
		}
	}
	if public && errors.Is(err, fault.Unauthorized) {
		return func() {}, nil
	}
	return nil, err
}
