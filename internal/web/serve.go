package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"frontline/internal/fault"
)

const (
	headerTime = 10 * time.Second // for a request's head to arrive
	idleTime   = 2 * time.Minute  // for the next request on a connection
	maxHeader  = 32 << 10         // bytes of a request's head
	answerTime = time.Hour        // for an answer to be taken, such as a recording by a slow line; operations have less
	finishTime = 10 * time.Second // for requests being worked on, when the program stops
)

// Serve answers on a listener until ctx ends, then lets running requests finish for up to ten seconds. /readyz says no
// from that moment on, and what OnStop named is called.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	h := &http.Server{
		Handler:           s,
		ReadHeaderTimeout: headerTime,
		WriteTimeout:      answerTime, // anew for each request; a websocket is free of it
		IdleTimeout:       idleTime,
		MaxHeaderBytes:    maxHeader,
		ErrorLog:          slog.NewLogLogger(s.log.Handler(), slog.LevelDebug), // handshakes and the like of strangers
	}
	for _, f := range s.onStop {
		h.RegisterOnShutdown(f)
	}
	stopped := make(chan error, 1)
	stop := context.AfterFunc(ctx, func() {
		s.stopping.Store(true)
		limit, cancel := context.WithTimeout(context.WithoutCancel(ctx), finishTime)
		defer cancel()
		err := h.Shutdown(limit)
		if err != nil {
			err = errors.Join(fmt.Errorf("finish requests: %w", err), h.Close())
		}
		stopped <- err
	})
	if err := h.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		stop()
		return fmt.Errorf("serve http: %w", err)
	}
	return <-stopped
}

// OnStop names what must hear that the server stops, such as open websockets. Call it before Serve.
func (s *Server) OnStop(f func()) { s.onStop = append(s.onStop, f) }

// ServeHTTP is every request's way in and out.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	began := time.Now()
	a := &answer{w: w, late: r.ContentLength != 0}
	q := &request{
		s: s, w: a,
		id:       requestID(r.Header.Get("X-Request-Id")),
		language: chooseLanguage(r.Header.Get("Accept-Language"), s.o.Language),
		peer:     s.peer(r),
	}
	r = r.WithContext(context.WithValue(r.Context(), requestKey{}, q))
	q.r = r
	s.counts.running.Inc()
	defer s.finish(q, began)
	defer s.recover(q)
	a.Header().Set("X-Request-Id", q.id)
	s.setHeaders(a.Header(), isReserved(r.URL.Path))
	if err := s.cross.Check(r); err != nil {
		s.Fail(a, r, fault.New(fault.Forbidden, "cross_origin").Because(err))
		return
	}
	s.mux.ServeHTTP(a, r)
}

// recover answers for a handler that panicked, and keeps the program running.
func (s *Server) recover(q *request) {
	v := recover()
	if v == nil {
		return
	}
	if v == http.ErrAbortHandler { //nolint:errorlint // net/http's own sign, compared as it says
		panic(v)
	}
	s.log.LogAttrs(q.r.Context(), slog.LevelError, "handler panicked",
		slog.String("request", q.id), slog.Any("panic", v), slog.String("stack", string(debug.Stack())))
	if !q.w.begun {
		writeFailure(q.w, problem(q.r.Context(), http.StatusInternalServerError,
			&fault.Fault{Code: "internal", Args: map[string]any{"request_id": q.id}}))
	}
}

// finish counts and logs a request: its route and never its address, which can hold a secret, nor anything a customer
// wrote.
func (s *Server) finish(q *request, began time.Time) {
	s.counts.running.Dec()
	took := time.Since(began)
	status := q.w.status
	if q.r.Context().Err() != nil && !q.w.begun {
		status = statusGone
	}
	method, route := method(q.r.Method), route(q.r.Pattern)
	s.counts.seen(method, route, status, took)
	level := slog.LevelInfo
	if quiet[route] {
		level = slog.LevelDebug
	}
	ctx := q.r.Context()
	if !s.log.Enabled(ctx, level) {
		return
	}
	s.log.LogAttrs(ctx, level, "request",
		slog.String("request", q.id), slog.String("method", method), slog.String("route", route),
		slog.Int("status", status), slog.Int64("bytes", q.w.bytes), slog.Duration("took", took),
		slog.String("peer", q.peer.String()), slog.String("actor", q.actor.String()))
}

// quiet are the routes that are asked all day by machines, or in dozens by each page.
var quiet = map[string]bool{"/healthz": true, "/readyz": true, "/metrics": true, "/": true}

// route is the pattern's path: a bounded set, fit for labels.
func route(pattern string) string {
	_, path, found := strings.Cut(pattern, " ")
	if found {
		return path
	}
	if pattern == "" {
		return "none"
	}
	return pattern
}

// method bounds what callers can put into labels.
func method(m string) string {
	switch m {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return m
	}
	return "other"
}
