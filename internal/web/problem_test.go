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

	"github.com/jackc/pgx/v5/pgconn"
)

// failing registers a query that fails as told.
func failing(fail func(ctx context.Context) error) func(s *web.Server) {
	return func(s *web.Server) {
		web.Query(s, web.Op{Method: "GET", Path: "/fail", ID: "fail", Summary: "Fail", Tag: "test", Timeout: 50 * time.Millisecond},
			func(ctx context.Context, _ authority.Actor, _ *struct{}) (web.Page[int], error) {
				return web.Page[int]{}, fail(ctx)
			})
	}
}

func TestEachKindOfFailureHasItsAnswer(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		err    error
		status int
		code   string
		header string
	}{
		{"missing", fault.New(fault.NotFound, "not_found"), 404, "not_found", ""},
		{"wrapped", fmt.Errorf("open ticket: %w", fault.New(fault.NotFound, "not_found")), 404, "not_found", ""},
		{"bare kind", fmt.Errorf("open ticket: %w", fault.Forbidden), 403, "not_allowed", ""},
		{"bad field", fault.BadField("to", "bad_email"), 400, "invalid", ""},
		{"stranger", fault.New(fault.Unauthorized, "session_ended"), 401, "session_ended", "Www-Authenticate"},
		{"stale", fault.New(fault.Conflict, "stale_view", "new", 2), 409, "stale_view", ""},
		{"eager", fault.New(fault.TooMany, "rate_limited", "retry_after", 7), 429, "rate_limited", "Retry-After"},
		{"away", fault.New(fault.Unavailable, "database_unavailable"), 503, "database_unavailable", "Retry-After"},
		{"statement took too long", fmt.Errorf("list: %w", &pgconn.PgError{Code: "57014"}), 503, "timeout", "Retry-After"},
		{"database stops", fmt.Errorf("list: %w", &pgconn.PgError{Code: "57P01"}), 503, "database_unavailable", "Retry-After"},
		{"database is full", fmt.Errorf("reply: %w", &pgconn.PgError{Code: "53100"}), 503, "database_full", "Retry-After"},
		{"database is read-only", fmt.Errorf("list: %w", &pgconn.PgError{Code: "25006"}), 503, "database_unavailable", "Retry-After"},
		{"request took too long", context.DeadlineExceeded, 503, "timeout", "Retry-After"},
		{"our own fault", errors.New("password=hunter2"), 500, "internal", ""},
		{"our own statement", &pgconn.PgError{Code: "42P01", Message: "relation hunter2"}, 500, "internal", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := open(t, web.Options{}, failing(func(context.Context) error { return c.err }))
			a := w.ask("GET", "/api/v1/fail", "")
			p := a.problem(t)
			if a.StatusCode != c.status || p.Code != c.code {
				t.Errorf("%v is answered %d %s, want %d %s", c.err, a.StatusCode, p.Code, c.status, c.code)
			}
			if c.header != "" && a.Header.Get(c.header) == "" {
				t.Errorf("no %s in %v", c.header, a.Header)
			}
			if strings.Contains(a.text, "hunter2") {
				t.Errorf("the cause is shown: %s", a.text)
			}
			if logged := strings.Count(w.logs.String(), `"msg":"request failed"`); logged != map[bool]int{true: 1}[c.status == 500] {
				t.Errorf("logged %d times: %s", logged, w.logs)
			}
			if c.status == 500 && (!strings.Contains(w.logs.String(), "hunter2") || !strings.Contains(w.logs.String(), p.RequestID)) {
				t.Errorf("cause or request id is not in the log: %s", w.logs)
			}
		})
	}
}

func TestFactsOfAFaultReachPrograms(t *testing.T) {
	t.Parallel()
	w := open(t, web.Options{}, failing(func(context.Context) error { return fault.New(fault.Conflict, "stale_view", "new", 2) }))
	if a := w.ask("GET", "/api/v1/fail", ""); a.problem(t).Args["new"] != 2.0 {
		t.Errorf("args of %s, want new 2", a.text)
	}
}

func TestAnActAboveTheLimitIsAcceptedForApproval(t *testing.T) {
	t.Parallel()
	w := open(t, web.Options{}, failing(func(context.Context) error {
		return fmt.Errorf("refund: %w", &authority.NeedsApproval{ID: 41, Tier: 3})
	}))
	a := w.ask("GET", "/api/v1/fail", "", "Accept-Language: zh")
	if a.StatusCode != http.StatusAccepted || !strings.Contains(a.text, `"approval_id":41`) || !strings.Contains(a.text, "审批 41") {
		t.Errorf("= %d %s, want 202 with approval_id 41", a.StatusCode, a.text)
	}
}

func TestARequestThatTakesTooLongIsCutOff(t *testing.T) {
	t.Parallel()
	w := open(t, web.Options{}, failing(func(ctx context.Context) error {
		<-ctx.Done() // the operation's own time limit, 50 ms
		return fmt.Errorf("list: %w", ctx.Err())
	}))
	if a := w.ask("GET", "/api/v1/fail", ""); a.StatusCode != http.StatusServiceUnavailable || a.problem(t).Code != "timeout" {
		t.Errorf("= %d %s, want 503 timeout", a.StatusCode, a.text)
	}
}

func TestAPanicEndsOneRequestOnly(t *testing.T) {
	t.Parallel()
	w := open(t, web.Options{}, failing(func(context.Context) error { panic("hunter2") }))
	for range 2 {
		a := w.ask("GET", "/api/v1/fail", "")
		if a.StatusCode != http.StatusInternalServerError || a.problem(t).Code != "internal" || strings.Contains(a.text, "hunter2") {
			t.Errorf("= %d %s, want 500 internal without the cause", a.StatusCode, a.text)
		}
	}
	if !strings.Contains(w.logs.String(), "problem_test.go") {
		t.Errorf("no stack in the log: %s", w.logs)
	}
}

func TestUnknownAddressesAndMethods(t *testing.T) {
	t.Parallel()
	w := open(t, web.Options{}, orders)
	for _, c := range []struct {
		method, path string
		status       int
		code, allow  string
	}{
		{"GET", "/api/v1/nothing", 404, "not_found", ""},
		{"GET", "/api/v1/orders/1/x", 404, "not_found", ""},
		{"GET", "/api/v1/orders/1", 405, "method_not_allowed", "POST, DELETE"},
		{"BREW", "/api/v1/orders/1", 405, "method_not_allowed", "POST, DELETE"},
		{"GET", "/ws/none", 404, "not_found", ""},
		{"POST", "/healthz", 405, "method_not_allowed", "GET"},
		{"GET", "/", 404, "not_found", ""},
		{"POST", "/api/v1/orders/%00", 404, "not_found", ""},
		{"POST", "/api/v1/orders/%ff", 404, "not_found", ""},
	} {
		a := w.ask(c.method, c.path, "")
		if p := a.problem(t); a.StatusCode != c.status || p.Code != c.code || a.Header.Get("Allow") != c.allow {
			t.Errorf("%s %s = %d %s, Allow %q; want %d %s, %q", c.method, c.path, a.StatusCode, p.Code, a.Header.Get("Allow"), c.status, c.code, c.allow)
		}
	}
}
