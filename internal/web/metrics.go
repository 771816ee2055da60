package web

import (
	"crypto/subtle"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"frontline/internal/fault"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// counts are our own numbers. Their labels are routes, methods and statuses: bounded sets.
type counts struct {
	requests *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
	running  prometheus.Gauge
}

func (c *counts) seen(method, route string, status int, took time.Duration) {
	c.requests.WithLabelValues(method, route, strconv.Itoa(status)).Inc()
	c.seconds.WithLabelValues(method, route).Observe(took.Seconds())
}

func (s *Server) setMetrics() error {
	if s.o.Metrics == nil {
		r := prometheus.NewRegistry()
		r.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
		s.o.Metrics, s.o.Gather = r, r
	}
	s.counts = &counts{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "frontline_http_requests_total", Help: "Requests answered.",
		}, []string{"method", "route", "status"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "frontline_http_request_seconds", Help: "Time from a request's head to the end of its answer.",
			Buckets: []float64{.001, .002, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10},
		}, []string{"method", "route"}),
		running: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "frontline_http_requests_running", Help: "Requests being worked on, websockets among them.",
		}),
	}
	for _, c := range []prometheus.Collector{s.counts.requests, s.counts.seconds, s.counts.running} {
		if err := s.o.Metrics.Register(c); err != nil {
			return fmt.Errorf("register http metrics: %w", err)
		}
	}
	return nil
}

// serveMetrics shows all numbers to this machine, and to who has the token.
func (s *Server) serveMetrics() {
	if s.o.Gather == nil {
		return
	}
	// Numbers that cannot be had, for want of the database, must not hide the others just then.
	show := promhttp.HandlerFor(s.o.Gather, promhttp.HandlerOpts{MaxRequestsInFlight: 4, ErrorHandling: promhttp.ContinueOnError, Registry: s.o.Metrics})
	s.HandleFunc("GET /metrics", func(w http.ResponseWriter, r *http.Request) error {
		token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		known := s.o.Scrape != "" && subtle.ConstantTimeCompare([]byte(token), []byte(s.o.Scrape)) == 1
		if !known && !near(r) {
			return fault.New(fault.Forbidden, "scrape_refused")
		}
		show.ServeHTTP(w, r)
		return nil
	})
}
