package web

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strconv"

	"frontline/internal/authority"
	"frontline/internal/fault"

	"github.com/jackc/pgx/v5/pgconn"
)

// Problem is the answer to a request that was not done (RFC 9457).
type Problem struct {
	Type      string         `json:"type" doc:"Always about:blank: code says what happened" example:"about:blank"`
	Title     string         `json:"title" doc:"The status in words, in the caller's language"`
	Status    int            `json:"status" doc:"HTTP status"`
	Code      string         `json:"code" doc:"What happened, for programs; does not change" example:"stale_view"`
	Detail    string         `json:"detail" doc:"What happened, for people, in the caller's language"`
	Args      map[string]any `json:"args,omitempty" doc:"Facts that belong to the code, such as how many new messages there are"`
	RequestID string         `json:"request_id" doc:"Names this request in our logs"`
	Errors    []FieldProblem `json:"errors,omitempty" doc:"The fields that are wrong"`
}

// FieldProblem is one field that is wrong.
type FieldProblem struct {
	Field  string `json:"field" doc:"Where: a path such as contact.email or tags.3, or the name of a parameter" example:"subject"`
	Code   string `json:"code" doc:"What is wrong, for programs; does not change" example:"too_long"`
	Detail string `json:"detail" doc:"What is wrong, for people, in the caller's language"`
}

// Error, GetStatus and ContentType make a Problem what huma answers with.
func (p *Problem) Error() string { return p.Code }

// GetStatus is the HTTP status.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType is that of RFC 9457.
func (p *Problem) ContentType(string) string { return "application/problem+json" }

// GetHeaders are those that belong to the status.
func (p *Problem) GetHeaders() http.Header {
	h := http.Header{}
	switch p.Status {
	case http.StatusUnauthorized:
		h.Set("WWW-Authenticate", "Bearer")
	case http.StatusServiceUnavailable:
		h.Set("Retry-After", "2")
	case http.StatusTooManyRequests:
		seconds, ok := p.Args["retry_after"].(int)
		if !ok {
			seconds = 1
		}
		h.Set("Retry-After", strconv.Itoa(seconds))
	}
	return h
}

// waiting is the answer to an act that waits for a higher tier; no failure, so not a problem document.
type waiting struct {
	ApprovalID int64  `json:"approval_id" doc:"Follow it at /approvals/{id}"`
	Tier       int    `json:"tier" doc:"The lowest tier that may say yes"`
	Code       string `json:"code" example:"needs_approval"`
	Detail     string `json:"detail"`
}

func (w *waiting) Error() string  { return w.Code }
func (w *waiting) GetStatus() int { return http.StatusAccepted }

// statusGone is what the log shows for a caller who left before the answer; nobody receives it.
const statusGone = 499

// maxFields bounds the fields one answer names.
const maxFields = 20

// Kinds of failure that only HTTP knows.
var (
	errMediaType = errors.New("media type")
	errMethod    = errors.New("method")
	errTooLarge  = errors.New("too large")
)

// statusOf is the table of kinds and statuses.
func statusOf(kind error) int {
	switch kind { //nolint:errorlint // a kind is a sentinel itself
	case fault.Invalid:
		return http.StatusBadRequest
	case fault.Unauthorized:
		return http.StatusUnauthorized
	case fault.Forbidden:
		return http.StatusForbidden
	case fault.NotFound:
		return http.StatusNotFound
	case fault.Conflict:
		return http.StatusConflict
	case fault.TooMany:
		return http.StatusTooManyRequests
	case fault.Unavailable:
		return http.StatusServiceUnavailable
	case errMediaType:
		return http.StatusUnsupportedMediaType
	case errMethod:
		return http.StatusMethodNotAllowed
	case errTooLarge:
		return http.StatusRequestEntityTooLarge
	}
	return 0
}

var kinds = []error{fault.Invalid, fault.Unauthorized, fault.Forbidden, fault.NotFound, fault.Conflict, fault.TooMany, fault.Unavailable}

// resolve is the one function that turns a failure into what the caller is told. What is no known kind of failure is a
// fault of the program: it is logged here, once, and the caller gets only the number under which it stands in the log.
func (s *Server) resolve(ctx context.Context, err error) error {
	var p *Problem
	if errors.As(err, &p) {
		return p
	}
	var n *authority.NeedsApproval
	if errors.As(err, &n) {
		return &waiting{
			ApprovalID: n.ID, Tier: n.Tier, Code: "needs_approval",
			Detail: words[Language(ctx)].fault("needs_approval", http.StatusAccepted, map[string]any{"approval_id": n.ID}),
		}
	}
	f := s.classify(ctx, err)
	status := statusOf(f.Kind)
	switch status {
	case 0:
		status = http.StatusInternalServerError
		s.log.LogAttrs(ctx, slog.LevelError, "request failed", slog.String("request", RequestID(ctx)), slog.Any("err", err))
	case http.StatusServiceUnavailable:
		s.log.LogAttrs(ctx, slog.LevelWarn, "not available", slog.String("request", RequestID(ctx)), slog.Any("err", err))
	}
	return problem(ctx, status, f)
}

// classify finds the fault in an error. One of no kind comes back with the code "internal" and no kind.
func (s *Server) classify(ctx context.Context, err error) *fault.Fault {
	var f *fault.Fault
	if errors.As(err, &f) && statusOf(f.Kind) != 0 {
		return f
	}
	for _, kind := range kinds {
		if errors.Is(err, kind) {
			return &fault.Fault{Kind: kind, Code: plainCode(kind)}
		}
	}
	var pg *pgconn.PgError
	var dial *pgconn.ConnectError
	switch {
	case errors.As(err, &pg) && pg.Code == "57014", // query_canceled: the statement's time limit
		errors.Is(err, context.DeadlineExceeded):
		return fault.New(fault.Unavailable, "timeout")
	case errors.As(err, &pg) && pg.Code == "53100":
		return fault.New(fault.Unavailable, "database_full")
	case errors.As(err, &pg) && unreachable(pg.Code), errors.As(err, &dial):
		return fault.New(fault.Unavailable, "database_unavailable")
	case errors.Is(err, context.Canceled) && (s.stopping.Load() || ctx.Err() != nil):
		return fault.New(fault.Unavailable, "stopping")
	}
	return &fault.Fault{Code: "internal", Args: map[string]any{"request_id": RequestID(ctx)}}
}

// plainCode is the code for a bare kind.
func plainCode(kind error) string {
	switch kind { //nolint:errorlint // a kind is a sentinel itself
	case fault.NotFound:
		return "not_found"
	case fault.Unauthorized:
		return "not_signed_in"
	case fault.Forbidden:
		return "not_allowed"
	case fault.Conflict:
		return "conflict"
	case fault.TooMany:
		return "too_busy"
	case fault.Unavailable:
		return "unavailable"
	}
	return "invalid"
}

// unreachable tells a database that cannot work now, by SQLSTATE class, from a statement that is wrong: connection, resources,
// operator (shutting down, starting), system; and 25006, a server that has become read-only in a failover.
func unreachable(code string) bool {
	switch code[:2] {
	case "08", "53", "57", "58":
		return true
	}
	return code == "25006"
}

// problem writes a fault in the caller's language.
func problem(ctx context.Context, status int, f *fault.Fault) *Problem {
	d := words[Language(ctx)]
	p := &Problem{
		Type: "about:blank", Title: d.title(status), Status: status, Code: f.Code,
		Detail: d.fault(f.Code, status, f.Args), Args: f.Args, RequestID: RequestID(ctx),
	}
	for i, field := range f.Fields {
		if i == maxFields {
			break
		}
		p.Errors = append(p.Errors, FieldProblem{Field: field.Name, Code: field.Code, Detail: d.field(field.Code, field.Args)})
	}
	return p
}

// Fail answers a failed request of a handler registered with Handle.
func (s *Server) Fail(w http.ResponseWriter, r *http.Request, err error) {
	writeFailure(w, s.resolve(r.Context(), err))
}

// Describe gives the code and words for a failure, in the request's language, for channels that have no status, such as
// a websocket: of one wrong field those of the field. A failure of no known kind is logged.
func (s *Server) Describe(ctx context.Context, err error) (code, detail string, args map[string]any) {
	switch v := s.resolve(ctx, err).(type) { //nolint:errorlint // resolve returns exactly these
	case *Problem:
		if len(v.Errors) == 1 {
			return v.Errors[0].Code, v.Errors[0].Field + " " + v.Errors[0].Detail, nil
		}
		return v.Code, v.Detail, v.Args
	case *waiting:
		return v.Code, v.Detail, map[string]any{"approval_id": v.ApprovalID, "tier": v.Tier}
	}
	return "internal", "", nil
}

// writeFailure writes what resolve returned.
func writeFailure(w http.ResponseWriter, v error) {
	status, kind := http.StatusInternalServerError, "application/json"
	switch v := v.(type) { //nolint:errorlint // resolve returns exactly these
	case *Problem:
		status, kind = v.Status, v.ContentType("")
		for name, values := range v.GetHeaders() {
			w.Header()[name] = values
		}
	case *waiting:
		status = v.GetStatus()
	}
	var b bytes.Buffer
	if err := writeJSON(&b, v); err != nil {
		panic(err) // our own two types
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Content-Length", strconv.Itoa(b.Len()))
	w.WriteHeader(status)
	w.Write(b.Bytes()) //nolint:errcheck // the caller left; the access log shows it
}
