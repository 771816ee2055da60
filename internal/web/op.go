package web

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"reflect"
	"strings"
	"time"

	"frontline/internal/authority"
	"frontline/internal/fault"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
)

// Op describes an operation of the API.
type Op struct {
	Method  string        // GET, POST, PUT, PATCH, DELETE
	Path    string        // below Prefix, "/tickets/{id}"
	ID      string        // name in generated clients, "get-ticket"
	Summary string        // one line
	Doc     string        // more, in Markdown
	Tag     string        // the group it is shown in, "tickets"
	Status  int           // when it is done; zero: 200, or 204 where O is Empty
	Public  bool          // also for those who are not signed in
	MaxBody int64         // bytes; zero: 1 MiB, for an Upload 25 MiB
	Timeout time.Duration // zero: Options.Timeout, for an Upload 10 minutes
}

// Empty is the answer of an operation that has nothing to say: 204.
type Empty = struct{}

// output is how huma wants an answer.
type output[O any] struct{ Body O }

// Query registers a read. I is a struct with the parameters (tags path, query, header), O the JSON answer. For a list O
// is Page. by is who asks; the zero Actor only where the operation is Public.
func Query[I, O any](s *Server, op Op, f func(ctx context.Context, by authority.Actor, in *I) (O, error)) {
	if op.Method != http.MethodGet {
		panic("web: " + op.ID + " is a query and must be GET")
	}
	register(s, op, op.huma(), false, func(ctx context.Context, in *I) (O, error) {
		return f(ctx, Actor(ctx), in)
	})
}

// Command registers a write. I may also have a field Body, the JSON body: unknown, doubled, missing, too long and wrong
// fields are refused before f is called. With an Idempotency-Key the same request acts once and has one answer for 24
// hours: f's gate.Do keeps it with what it does, provided f calls tx.Return with the value it returns. A Public command
// has no actor to whom a key could belong, and ignores it.
func Command[I, O any](s *Server, op Op, f func(ctx context.Context, by authority.Actor, in *I) (O, error)) {
	if op.Method == http.MethodGet {
		panic("web: " + op.ID + " is a command and must not be GET")
	}
	h := op.huma()
	h.Parameters = onceParameter(op)
	register(s, op, h, true, func(ctx context.Context, in *I) (O, error) {
		return once(ctx, s, func(ctx context.Context) (O, error) { return f(ctx, Actor(ctx), in) })
	})
}

// Upload registers a command whose body is a file of any kind, which f reads while it arrives. After MaxBody bytes, or
// when nothing more comes, reading fails with an error that f returns. The answer is kept under the Idempotency-Key like
// a Command's; that the file is the same is taken from its length and type.
func Upload[I, O any](s *Server, op Op, f func(ctx context.Context, by authority.Actor, in *I, body io.Reader) (O, error)) {
	if op.MaxBody == 0 {
		op.MaxBody = 25 << 20
	}
	if op.Timeout == 0 {
		op.Timeout = 10 * time.Minute
	}
	h := op.huma()
	h.Parameters = onceParameter(op)
	h.RequestBody = &huma.RequestBody{
		Required: true,
		Content:  map[string]*huma.MediaType{"application/octet-stream": {Schema: &huma.Schema{Type: "string", Format: "binary"}}},
	}
	h.SkipValidateBody = true
	h.Metadata = map[string]any{"upload": true}
	register(s, op, h, true, func(ctx context.Context, in *I) (O, error) {
		return once(ctx, s, func(ctx context.Context) (O, error) {
			body := newUpload(ctx, op.MaxBody)
			defer body.line.SetReadDeadline(time.Time{}) //nolint:errcheck // f may stop before the end
			return f(ctx, Actor(ctx), in, body)
		})
	})
}

// Body is the body of a request of Handle's, a file of at most max bytes, read while it arrives: reading fails with an error
// that answers the request where there is more, or where nothing more comes.
func Body(ctx context.Context, max int64) io.Reader { return newUpload(ctx, max) }

func newUpload(ctx context.Context, max int64) *upload {
	q := requestOf(ctx)
	return &upload{http.MaxBytesReader(q.w, q.r.Body, max), q.r.Body, http.NewResponseController(q.w), q.w.Header(), q.s.o.Body}
}

// upload turns the limit's error into an answer, and does not wait for ever for who has stopped sending.
type upload struct {
	r      io.Reader // bounded
	all    io.Reader
	line   *http.ResponseController
	head   http.Header   // of the answer
	within time.Duration // for the next part
}

func (u *upload) Read(p []byte) (int, error) {
	u.line.SetReadDeadline(time.Now().Add(u.within)) //nolint:errcheck // not every transport has deadlines
	n, err := u.r.Read(p)
	m, tooLarge := err.(*http.MaxBytesError) //nolint:errorlint // net/http returns it bare
	if tooLarge {
		io.CopyN(io.Discard, u.all, drain) //nolint:errcheck // a courtesy
	}
	if err != nil {
		u.line.SetReadDeadline(time.Time{}) //nolint:errcheck // same
	}
	if tooLarge {
		err = &fault.Fault{Kind: errTooLarge, Code: "body_too_large", Args: map[string]any{"max": m.Limit}}
	} else if err != nil && err != io.EOF { //nolint:errorlint // a Reader's end is exactly io.EOF
		u.head.Set("Connection", "close") // the rest will not come
		err = fault.BadField("body", "invalid").Because(err)
	}
	return n, err
}

// huma is the operation as huma describes it.
func (op Op) huma() huma.Operation {
	if op.ID == "" || op.Summary == "" || op.Tag == "" || !strings.HasPrefix(op.Path, "/") {
		panic("web: operation " + op.Method + " " + op.Path + " needs an ID, a summary, a tag and a path from /")
	}
	h := huma.Operation{
		Method: op.Method, Path: op.Path, OperationID: op.ID, Summary: op.Summary, Description: op.Doc,
		Tags: []string{op.Tag}, DefaultStatus: op.Status, BodyReadTimeout: -1,
		RejectUnknownQueryParameters: true,
	}
	if op.Public {
		h.Security = []map[string][]string{{}}
	}
	return h
}

// register gives an operation to huma behind our own checks.
func register[I, O any](s *Server, op Op, h huma.Operation, writes bool, f func(ctx context.Context, in *I) (O, error)) {
	if op.MaxBody == 0 {
		op.MaxBody = maxBody
	}
	if op.Timeout == 0 {
		op.Timeout = s.o.Timeout
	}
	h.MaxBodyBytes = op.MaxBody + 2 // huma refuses at its limit; ours comes first
	h.Middlewares = huma.Middlewares{s.front(op, writes)}
	if reflect.TypeFor[O]() == reflect.TypeFor[Empty]() {
		huma.Register(s.api, h, func(ctx context.Context, in *I) (*struct{}, error) {
			if _, err := f(ctx, in); err != nil {
				return nil, s.resolve(ctx, err)
			}
			return nil, nil //nolint:nilnil // how huma says 204
		})
	} else {
		huma.Register(s.api, h, func(ctx context.Context, in *I) (*output[O], error) {
			out, err := f(ctx, in)
			if err != nil {
				return nil, s.resolve(ctx, err)
			}
			return &output[O]{out}, nil
		})
	}
	schemas := s.api.OpenAPI().Components.Schemas
	refuseUnique(schemas, op.ID)
	admitNull(schemas)
}

// refuseUnique keeps uniqueItems out of schemas: huma's check of it panics on a list of objects, which any caller can send.
func refuseUnique(r huma.Registry, id string) {
	for name, schema := range r.Map() {
		for field, p := range schema.Properties {
			if p.UniqueItems {
				panic("web: " + id + ": " + name + "." + field + " has uniqueItems; check it in the command")
			}
		}
	}
}

// front stands before every operation: who, how often, how long, and what is in the body.
func (s *Server) front(op Op, writes bool) func(huma.Context, func(huma.Context)) {
	return func(c huma.Context, next func(huma.Context)) {
		r, w := humago.Unwrap(c)
		ctx, cancel := context.WithTimeout(r.Context(), op.Timeout)
		defer cancel()
		leave, err := s.admit(ctx, op.Public)
		if err != nil {
			s.Fail(w, r, err)
			return
		}
		defer leave()
		// Someone who does not read the answer must not hold the connection for ever.
		http.NewResponseController(w).SetWriteDeadline(time.Now().Add(op.Timeout + takeTime)) //nolint:errcheck // not every transport has deadlines
		if err := checkAddress(r, c.Operation()); err != nil {
			s.Fail(w, r, err)
			return
		}
		var body []byte
		if writes && c.Operation().Metadata["upload"] == nil {
			described := c.Operation().RequestBody
			body, err = readBody(w, r, op.MaxBody, s.o.Body, described != nil, described != nil && described.Required)
			if err != nil {
				s.Fail(w, r, err)
				return
			}
			r.Body = io.NopCloser(bytes.NewReader(body))
		}
		if writes && !op.Public {
			if ctx, err = withOnce(ctx, r, body); err != nil {
				s.Fail(w, r, err)
				return
			}
		}
		next(huma.WithContext(c, ctx))
	}
}
