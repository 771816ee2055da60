package web_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"frontline/internal/authority"
	"frontline/internal/fault"
	"frontline/internal/web"
)

// world is a server on a real connection, and its people.
type world struct {
	*web.Server
	t    testing.TB
	url  string
	logs *logs
}

// people are the tokens and sessions of a test; both answer as Auth promises.
type people map[string]authority.Actor

func (p people) Session(_ context.Context, token string) (authority.Actor, error) {
	if by, ok := p["session "+token]; ok {
		return by, nil
	}
	return authority.Actor{}, fault.New(fault.Unauthorized, "session_ended")
}

func (p people) Token(_ context.Context, token string) (authority.Actor, error) {
	if by, ok := p["token "+token]; ok {
		return by, nil
	}
	return authority.Actor{}, fault.New(fault.Unauthorized, "bad_bearer")
}

var staff = people{
	"token li":      authority.AgentActor(1, "李"),
	"token wang":    authority.AgentActor(2, "王"),
	"session desk1": {Kind: authority.Agent, ID: 1, Name: "李", Session: 77},
}

// logs keeps what the server logged.
type logs struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logs) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logs) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// open makes a server; with registers operations before it listens.
func open(t testing.TB, o web.Options, with func(s *web.Server)) *world {
	t.Helper()
	l := &logs{}
	if o.Log == nil {
		o.Log = slog.New(slog.NewJSONHandler(l, nil))
	}
	if o.Auth == nil {
		o.Auth = staff
	}
	s, err := web.New(o)
	if err != nil {
		t.Fatal(err)
	}
	if with != nil {
		with(s)
	}
	h := httptest.NewServer(s)
	t.Cleanup(h.Close)
	return &world{Server: s, t: t, url: h.URL, logs: l}
}

// answer is what came back.
type answer struct {
	*http.Response
	text string
}

// problem reads a problem document.
func (a answer) problem(t testing.TB) web.Problem {
	t.Helper()
	if kind := a.Header.Get("Content-Type"); kind != "application/problem+json" {
		t.Fatalf("content type %q of %d %s, want a problem", kind, a.StatusCode, a.text)
	}
	var p web.Problem
	if err := json.Unmarshal([]byte(a.text), &p); err != nil {
		t.Fatalf("problem %q: %v", a.text, err)
	}
	if p.Status != a.StatusCode || p.Title == "" || p.Detail == "" || p.RequestID == "" {
		t.Errorf("problem %+v of status %d is not whole", p, a.StatusCode)
	}
	return p
}

// ask sends a request as the agent with the token li; headers are "Name: value", and replace.
func (w *world) ask(method, path, body string, headers ...string) answer {
	w.t.Helper()
	var content io.Reader
	if body != "" {
		content = strings.NewReader(body)
	}
	r, err := http.NewRequestWithContext(w.t.Context(), method, w.url+path, content)
	if err != nil {
		w.t.Fatal(err)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	r.Header.Set("Authorization", "Bearer li")
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ":")
		if value = strings.TrimSpace(value); value == "" {
			r.Header.Del(name)
			continue
		}
		r.Header.Set(name, value)
	}
	return w.send(r)
}

func (w *world) send(r *http.Request) answer {
	w.t.Helper()
	res, err := client.Do(r)
	if err != nil {
		w.t.Fatalf("%s %s: %v", r.Method, r.URL.Path, err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		w.t.Fatalf("%s %s: %v", r.Method, r.URL.Path, err)
	}
	return answer{res, string(text)}
}

var client = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
