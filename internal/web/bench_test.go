package web_test

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"frontline/internal/authority"
	"frontline/internal/web"
)

// sink is an answer that goes nowhere.
type sink struct{ h http.Header }

func (s *sink) Header() http.Header         { return s.h }
func (s *sink) Write(p []byte) (int, error) { return len(p), nil }
func (s *sink) WriteHeader(int)             {}

const benchBody = `{"subject":"主轴转速不稳","text":"从昨天开始，加工时主轴转速不稳定。","tags":["spindle","vip"],"contact":{"name":"张","email":"zhang@example.com"}}`

type benchIn struct {
	ID   int64 `path:"id" minimum:"1"`
	Body struct {
		Subject string   `json:"subject" maxLength:"200"`
		Text    string   `json:"text" maxLength:"100000"`
		Tags    []string `json:"tags,omitempty" maxItems:"20"`
		Contact struct {
			Name  string `json:"name"`
			Email string `json:"email" maxLength:"254"`
		} `json:"contact"`
	}
}

type benchOut struct {
	ID     int64 `json:"id"`
	Number int64 `json:"number"`
}

// BenchmarkCommand is what the whole layer costs a write: who, rates, checks, validation, JSON both ways, log, numbers.
func BenchmarkCommand(b *testing.B) {
	s, err := web.New(web.Options{
		Auth: staff, Log: slog.New(slog.NewJSONHandler(io.Discard, nil)),
		Limits: web.Limits{ActorRate: 1e9, ActorBurst: 1 << 30},
	})
	if err != nil {
		b.Fatal(err)
	}
	web.Command(s, web.Op{Method: "POST", Path: "/tickets/{id}", ID: "bench", Summary: "Bench", Tag: "bench", Status: 201},
		func(_ context.Context, _ authority.Actor, in *benchIn) (benchOut, error) {
			return benchOut{in.ID, 7}, nil
		})
	benchmark(b, s)
}

// BenchmarkRaw is the same by hand on net/http alone, to compare with.
func BenchmarkRaw(b *testing.B) {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /api/v1/tickets/{id}", func(w http.ResponseWriter, r *http.Request) {
		var in benchIn
		if err := json.NewDecoder(r.Body).Decode(&in.Body); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusCreated)
		json.NewEncoder(w).Encode(benchOut{1, 7}) //nolint:errcheck // a sink
	})
	benchmark(b, mux)
}

func benchmark(b *testing.B, h http.Handler) {
	b.Helper()
	b.ReportAllocs()
	for b.Loop() {
		r := httptest.NewRequest(http.MethodPost, "/api/v1/tickets/42", strings.NewReader(benchBody))
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Authorization", "Bearer li")
		h.ServeHTTP(&sink{http.Header{}}, r)
	}
}
