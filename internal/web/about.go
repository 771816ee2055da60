package web

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"frontline/internal/fault"
)

// readyTime bounds all checks of /readyz together.
const readyTime = 3 * time.Second

// serveAbout registers what says how the program is, and the answers for addresses that do not exist.
func (s *Server) serveAbout() {
	s.Handle("GET /healthz", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.Header().Set("Cache-Control", "no-store")
		w.Write([]byte("ok\n")) //nolint:errcheck // the caller left
	}))
	s.HandleFunc("GET /readyz", s.ready)
	s.serveMetrics()
	for _, p := range reserved {
		s.HandleFunc(p, s.nothingHere)
	}
}

// ready asks every check. Which one failed is said, why is logged.
func (s *Server) ready(w http.ResponseWriter, r *http.Request) error {
	ctx, cancel := context.WithTimeout(r.Context(), readyTime)
	defer cancel()
	checks := make(map[string]string, len(s.o.Ready))
	status := http.StatusOK
	for _, c := range s.o.Ready {
		checks[c.Name] = "ok"
		if err := c.Do(ctx); err != nil {
			checks[c.Name], status = "failed", http.StatusServiceUnavailable
			s.log.LogAttrs(ctx, slog.LevelWarn, "not ready", slog.String("check", c.Name), slog.Any("err", err))
		}
	}
	if s.stopping.Load() {
		checks["stopping"], status = "true", http.StatusServiceUnavailable
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	return writeJSON(w, map[string]any{"ready": status == http.StatusOK, "checks": checks})
}

// nothingHere answers what no pattern has: 405 where another method would do, else 404.
func (s *Server) nothingHere(w http.ResponseWriter, r *http.Request) error {
	var allowed []string
	for _, m := range []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete} {
		other := *r
		other.Method = m
		if _, pattern := s.mux.Handler(&other); strings.HasPrefix(pattern, m+" ") {
			allowed = append(allowed, m)
		}
	}
	if len(allowed) == 0 {
		return fault.New(fault.NotFound, "not_found")
	}
	w.Header().Set("Allow", strings.Join(allowed, ", "))
	return &fault.Fault{Kind: errMethod, Code: "method_not_allowed"}
}
