// Package web is the outside of the program over HTTP: it reads requests, says who asks, and answers, so that the other
// packages hold no HTTP of their own beyond a list of operations. Everything that must be true of every request (size and
// time limits, origin, rates, headers, idempotency, words for errors) is done here, once.
//
// A package adds its part with Query (reads), Command (writes), Upload and Handle. The OpenAPI description is made from
// the same registrations.
package web

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"frontline/internal/authority"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
	"github.com/prometheus/client_golang/prometheus"
)

// Prefix is where the API lives; an Op's Path is relative to it.
const Prefix = "/api/v1"

// Auth knows sessions and tokens. Both answer fault.Unauthorized for what is unknown, ended or expired, and take no
// longer for the one than for the other.
type Auth interface {
	Session(ctx context.Context, token string) (authority.Actor, error)
	Token(ctx context.Context, bearer string) (authority.Actor, error)
}

// Answers finds the kept answer of an earlier request with the same Idempotency-Key; *authority.Gate is one.
type Answers interface {
	Replay(ctx context.Context, by authority.Actor, o authority.Once) (result json.RawMessage, found bool, err error)
}

// Check is one thing that /readyz asks before it says yes, such as the database.
type Check struct {
	Name string
	Do   func(ctx context.Context) error
}

// Options of a Server. The zero value of each but Auth and Answers has a working meaning.
type Options struct {
	Auth    Auth
	Answers Answers

	Version   string // of the program, for the API description
	PublicURL string // how browsers reach us, "https://desk.example.com"; empty: http on Listen
	Listen    string // host:port, as given to the listener
	Language  string // of answers when the caller names none we have; empty: en

	Log     *slog.Logger          // nil: slog.Default()
	Ready   []Check               // for /readyz
	Metrics prometheus.Registerer // where our numbers go; nil: a registry of our own
	Gather  prometheus.Gatherer   // what /metrics shows; nil: that registry
	Scrape  string                // bearer token that may read /metrics from afar; empty: this machine only
	Proxies []netip.Prefix        // whose X-Forwarded-For is believed
	Desk    fs.FS                 // the built desk, with index.html; nil: none
	Limits  Limits                // rates
	Timeout time.Duration         // of one API request; zero: 15 s
	Body    time.Duration         // for the body of a request to arrive, or for the next part of an upload; zero: 20 s
}

// Server answers HTTP. Register everything before it serves.
type Server struct {
	o        Options
	log      *slog.Logger
	mux      *http.ServeMux
	api      huma.API
	cross    *http.CrossOriginProtection
	origins  map[string]bool
	secure   bool // browsers reach us by https
	rates    *rates
	counts   *counts
	desk     *desk
	stopping atomic.Bool
	onStop   []func()
}

// New makes a server from options; an error names the option that is wrong.
func New(o Options) (*Server, error) {
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o.Language == "" {
		o.Language = "en"
	}
	if words[o.Language] == nil {
		return nil, fmt.Errorf("language %q: want zh or en", o.Language)
	}
	if o.Body == 0 {
		o.Body = 20 * time.Second
	}
	if o.Timeout == 0 {
		o.Timeout = 15 * time.Second
	}
	s := &Server{o: o, log: o.Log, mux: http.NewServeMux(), rates: newRates(o.Limits)}
	if err := s.setOrigins(); err != nil {
		return nil, err
	}
	if err := s.setMetrics(); err != nil {
		return nil, err
	}
	s.api = humago.NewWithPrefix(s.mux, Prefix, s.describe())
	s.serveAbout()
	s.serveDocs()
	s.serveDesk()
	return s, nil
}

// Handle registers a handler of net/http's own kind, for what is no JSON operation: websockets, webhooks, downloads.
// Actor works inside it; who must be signed in is wrapped in Signed. It has no time limit of its own.
func (s *Server) Handle(pattern string, h http.Handler) {
	s.mux.Handle(pattern, h)
}

// HandleFunc is Handle for a function that returns its failure; the server answers it as it answers any other.
func (s *Server) HandleFunc(pattern string, f func(w http.ResponseWriter, r *http.Request) error) {
	s.Handle(pattern, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := f(w, r); err != nil {
			s.Fail(w, r, err)
		}
	}))
}

// Signed lets only those in who are signed in, by session or token. A websocket counts as worked on until it is open:
// how many lines somebody may have is for its owner to say.
func (s *Server) Signed(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		leave, err := s.admit(r.Context(), false)
		if err != nil {
			s.Fail(w, r, err)
			return
		}
		leave = sync.OnceFunc(leave)
		defer leave()
		requestOf(r.Context()).w.freed = leave
		h.ServeHTTP(w, r)
	})
}

// reserved are the parts of the path space in which an unknown page is an error and not the desk.
var reserved = []string{"/api/", "/ws/", "/hooks/", "/chat/"}

func isReserved(path string) bool {
	for _, p := range reserved {
		if strings.HasPrefix(path, p) {
			return true
		}
	}
	return false
}
