package web_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"frontline/internal/authority"
	"frontline/internal/fault"
	"frontline/internal/web"
)

type me struct {
	Actor   string `json:"actor"`
	Session int64  `json:"session"`
	Peer    string `json:"peer"`
}

// signing registers who am I, signing in and signing out, for all.
func signing(s *web.Server) {
	who := func(ctx context.Context) me {
		return me{web.Actor(ctx).String(), web.Session(ctx), web.Peer(ctx).String()}
	}
	web.Query(s, web.Op{Method: "GET", Path: "/me", ID: "me", Summary: "Me", Tag: "session"},
		func(ctx context.Context, by authority.Actor, _ *struct{}) (me, error) {
			if by != web.Actor(ctx) {
				return me{}, fmt.Errorf("by is %s, web.Actor is %s", by, web.Actor(ctx))
			}
			return who(ctx), nil
		})
	web.Query(s, web.Op{Method: "GET", Path: "/anyone", ID: "anyone", Summary: "Anyone", Tag: "session", Public: true},
		func(ctx context.Context, _ authority.Actor, _ *struct{}) (me, error) { return who(ctx), nil })
	web.Command(s, web.Op{Method: "POST", Path: "/session", ID: "sign-in", Summary: "Sign in", Tag: "session", Public: true},
		func(ctx context.Context, _ authority.Actor, _ *struct{}) (web.Empty, error) {
			web.StartSession(ctx, "desk1", 12*time.Hour)
			return web.Empty{}, nil
		})
	web.Command(s, web.Op{Method: "DELETE", Path: "/session", ID: "sign-out", Summary: "Sign out", Tag: "session"},
		func(ctx context.Context, _ authority.Actor, _ *struct{}) (web.Empty, error) {
			if got := web.SessionToken(ctx); got != "desk1" {
				return web.Empty{}, fmt.Errorf("token %q", got)
			}
			web.EndSession(ctx)
			return web.Empty{}, nil
		})
	s.Handle("GET /ws/raw", s.Signed(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, web.Actor(r.Context()))
	})))
}

func TestWhoAsksIsKnownByTokenOrCookie(t *testing.T) {
	t.Parallel()
	w := open(t, web.Options{}, signing)
	long := strings.Repeat("x", 300)
	for _, c := range []struct {
		name    string
		path    string
		headers []string
		status  int
		want    string
	}{
		{"token", "/api/v1/me", []string{"Authorization: Bearer li"}, 200, "agent:1"},
		{"lower case scheme", "/api/v1/me", []string{"Authorization: bearer wang"}, 200, "agent:2"},
		{"cookie", "/api/v1/me", []string{"Authorization:", "Cookie: frontline=desk1"}, 200, `"session":77`},
		{"token before cookie", "/api/v1/me", []string{"Authorization: Bearer wang", "Cookie: frontline=desk1"}, 200, "agent:2"},
		{"bad token hides the cookie", "/api/v1/me", []string{"Authorization: Bearer x", "Cookie: frontline=desk1"}, 401, "bad_bearer"},
		{"nothing", "/api/v1/me", []string{"Authorization:"}, 401, "not_signed_in"},
		{"other scheme", "/api/v1/me", []string{"Authorization: Basic bGk6"}, 401, "bad_bearer"},
		{"long token", "/api/v1/me", []string{"Authorization: Bearer " + long}, 401, "bad_bearer"},
		{"ended session", "/api/v1/me", []string{"Authorization:", "Cookie: frontline=old"}, 401, "session_ended"},
		{"long cookie", "/api/v1/me", []string{"Authorization:", "Cookie: frontline=" + long}, 401, "session_ended"},
		{"public to a stranger", "/api/v1/anyone", []string{"Authorization:"}, 200, "nobody"},
		{"public with an ended session", "/api/v1/anyone", []string{"Authorization:", "Cookie: frontline=old"}, 200, "nobody"},
		{"public to an agent", "/api/v1/anyone", nil, 200, "agent:1"},
		{"raw", "/ws/raw", nil, 200, "agent:1"},
		{"raw to a stranger", "/ws/raw", []string{"Authorization:"}, 401, "not_signed_in"},
	} {
		if a := w.ask("GET", c.path, "", c.headers...); a.StatusCode != c.status || !strings.Contains(a.text, c.want) {
			t.Errorf("%s: %d %s, want %d %s", c.name, a.StatusCode, a.text, c.status, c.want)
		}
	}
}

// away is an Auth whose database is gone.
type away struct{}

func (away) Session(context.Context, string) (authority.Actor, error) {
	return authority.Actor{}, fault.New(fault.Unavailable, "database_unavailable")
}

func (away) Token(context.Context, string) (authority.Actor, error) {
	return authority.Actor{}, errors.New("broken")
}

func TestALostDatabaseIsNotAStranger(t *testing.T) {
	t.Parallel()
	w := open(t, web.Options{Auth: away{}}, signing)
	for _, path := range []string{"/api/v1/me", "/api/v1/anyone", "/ws/raw"} {
		if a := w.ask("GET", path, "", "Authorization:", "Cookie: frontline=desk1"); a.StatusCode != http.StatusServiceUnavailable {
			t.Errorf("%s = %d %s, want 503: the agent would be sent to the login", path, a.StatusCode, a.text)
		}
		if a := w.ask("GET", path, ""); a.StatusCode != http.StatusInternalServerError {
			t.Errorf("%s = %d %s, want 500", path, a.StatusCode, a.text)
		}
	}
}

func TestTheCookieIsKeptFromScriptsAndOtherHosts(t *testing.T) {
	t.Parallel()
	for public, want := range map[string]string{
		"https://desk.example.com": "__Host-frontline=desk1; Path=/; Max-Age=43200; HttpOnly; Secure; SameSite=Lax",
		"http://desk.example.com":  "frontline=desk1; Path=/; Max-Age=43200; HttpOnly; SameSite=Lax",
	} {
		w := open(t, web.Options{PublicURL: public}, signing)
		if got := w.ask("POST", "/api/v1/session", "", "Authorization:").Header.Get("Set-Cookie"); got != want {
			t.Errorf("at %s the cookie is %q, want %q", public, got, want)
		}
	}
	w := open(t, web.Options{}, signing)
	a := w.ask("DELETE", "/api/v1/session", "", "Authorization:", "Cookie: frontline=desk1")
	if got, want := a.Header.Get("Set-Cookie"), "frontline=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax"; got != want {
		t.Errorf("after signing out the cookie is %q, want %q", got, want)
	}
}

func TestPagesOfOtherSitesCannotWrite(t *testing.T) {
	t.Parallel()
	w := open(t, web.Options{PublicURL: "https://desk.example.com", Listen: "127.0.0.1:8080"}, signing)
	for _, c := range []struct {
		headers []string
		status  int
	}{
		{nil, 204},
		{[]string{"Sec-Fetch-Site: same-origin"}, 204},
		{[]string{"Sec-Fetch-Site: none"}, 204},
		{[]string{"Sec-Fetch-Site: cross-site", "Origin: https://desk.example.com"}, 204},
		{[]string{"Sec-Fetch-Site: cross-site", "Origin: https://evil.example"}, 403},
		{[]string{"Sec-Fetch-Site: same-site", "Origin: https://evil.example.com"}, 403},
		{[]string{"Origin: https://evil.example"}, 403},
		{[]string{"Origin: http://desk.example.com"}, 403},
		{[]string{"Origin: null"}, 403},
		{[]string{"Origin: http://127.0.0.1:8080"}, 204},
	} {
		a := w.ask("POST", "/api/v1/session", "", c.headers...)
		if a.StatusCode != c.status || c.status == 403 && a.problem(t).Code != "cross_origin" {
			t.Errorf("POST with %q = %d %s, want %d", c.headers, a.StatusCode, a.text, c.status)
		}
	}
}

func TestWebsocketsAreOpenedByOurPagesAndByPrograms(t *testing.T) {
	t.Parallel()
	w := open(t, web.Options{PublicURL: "https://Desk.example.com:443/desk", Listen: "0.0.0.0:8080"}, nil)
	for _, c := range []struct {
		origin, bearer string
		want           bool
	}{
		{"https://desk.example.com", "", true},
		{"http://localhost:8080", "", true},
		{"http://127.0.0.1:8080", "", true},
		{"http://[::1]:8080", "", true},
		{"http://desk.example.com", "", false},
		{"https://desk.example.com:8443", "", false},
		{"https://desk.example.com.evil.example", "", false},
		{"https://evil.example", "Bearer li", false},
		{"http://localhost", "", false},
		{"null", "", false},
		{"", "", false},
		{"", "Bearer li", true},
	} {
		r, err := http.NewRequestWithContext(t.Context(), "GET", "/ws/desk", nil)
		if err != nil {
			t.Fatal(err)
		}
		if c.origin != "" {
			r.Header.Set("Origin", c.origin)
		}
		if c.bearer != "" {
			r.Header.Set("Authorization", c.bearer)
		}
		if got := w.OriginAllowed(r); got != c.want {
			t.Errorf("origin %q with %q is allowed: %t, want %t", c.origin, c.bearer, got, c.want)
		}
	}
}

func TestAWrongSettingIsNamed(t *testing.T) {
	t.Parallel()
	for want, o := range map[string]web.Options{
		"public URL":     {PublicURL: "desk.example.com"},
		"listen address": {Listen: "8080"},
		"language":       {Language: "fr"},
	} {
		if _, err := web.New(o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("New(%+v) = %v, want an error about the %s", o, err, want)
		}
	}
}
