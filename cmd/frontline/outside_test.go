package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"frontline/crm"
	"frontline/internal/authority"
	"frontline/internal/blob"
	"frontline/internal/pg/pgtest"
	"frontline/internal/secret"
	"frontline/tickets"
)

// outside is the whole program as somebody sees it who has only its description: every operation is tried, those that are
// added later too.
type outside struct {
	*house
	t       *testing.T
	url     string
	files   blob.Store
	tokens  map[string]string
	ops     []operation
	schemas map[string]schema
}

// operation is one of the description.
type operation struct {
	Method, Path string
	ID           string                `json:"operationId"`
	Security     []map[string][]string `json:"security"`
	Parameters   []struct{ Name, In string }
	RequestBody  *struct {
		Content map[string]struct{ Schema schema }
	} `json:"requestBody"`
}

// schema is what of JSON Schema the description uses.
type schema struct {
	Ref        string            `json:"$ref"`
	Type       any               `json:"type"` // a name, or a list with "null"
	Properties map[string]schema `json:"properties"`
	Required   []string          `json:"required"`
	Items      *schema           `json:"items"`
	Enum       []any             `json:"enum"`
	Format     string            `json:"format"`
	Minimum    *float64          `json:"minimum"`
	MinLength  int               `json:"minLength"`
	Examples   []any             `json:"examples"`
}

func newOutside(t *testing.T) *outside { return newOutsideLogging(t, slog.New(slog.DiscardHandler)) }

func newOutsideLogging(t *testing.T, log *slog.Logger) *outside {
	t.Helper()
	db := pgtest.New(t, schemas()...)
	key, err := secret.Load(filepath.Join(t.TempDir(), "key"))
	if err != nil {
		t.Fatal(err)
	}
	files, err := blob.Folder(filepath.Join(t.TempDir(), "files"))
	if err != nil {
		t.Fatal(err)
	}
	h, err := build(db, key, files, Settings{}, log)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(h.web)
	t.Cleanup(server.Close)
	o := &outside{house: h, t: t, url: server.URL, files: files, tokens: map[string]string{}, schemas: map[string]schema{}}
	o.describe()
	return o
}

func (o *outside) describe() {
	o.t.Helper()
	text, err := o.web.OpenAPI()
	if err != nil {
		o.t.Fatal(err)
	}
	var d struct {
		Paths      map[string]map[string]operation
		Components struct{ Schemas map[string]schema }
	}
	if err := json.Unmarshal(text, &d); err != nil {
		o.t.Fatal(err)
	}
	for path, methods := range d.Paths {
		for method, op := range methods {
			op.Method, op.Path = strings.ToUpper(method), path
			o.ops = append(o.ops, op)
		}
	}
	slices.SortFunc(o.ops, func(a, b operation) int { return strings.Compare(a.ID, b.ID) })
	o.schemas = d.Components.Schemas
}

// hire adds somebody with a token.
func (o *outside) hire(login, role string, teams ...int64) authority.Actor {
	o.t.Helper()
	id, err := o.accounts.AddPerson(o.t.Context(), cli, authority.NewPerson{Login: login, Name: login, Roles: []string{role}, Teams: teams})
	if err != nil {
		o.t.Fatal(err)
	}
	if _, o.tokens[login], err = o.accounts.AddToken(o.t.Context(), cli, id, "test", 0); err != nil {
		o.t.Fatal(err)
	}
	return authority.AgentActor(id, login)
}

// answered is what came back.
type answered struct {
	status  int
	problem string // code, when it is a problem document that is whole
	fields  []string
	body    string
	after   time.Duration // when to come again
}

// ask sends a request as somebody; headers are pairs. Who asks too fast waits as he is told, and asks again.
func (o *outside) ask(login, method, path string, body []byte, headers ...string) answered {
	o.t.Helper()
	for {
		a := o.askOnce(login, method, path, body, headers...)
		if a.problem != "rate_limited" {
			return a
		}
		select {
		case <-time.After(a.after):
		case <-o.t.Context().Done():
			return a
		}
	}
}

func (o *outside) askOnce(login, method, path string, body []byte, headers ...string) answered {
	o.t.Helper()
	r, err := http.NewRequestWithContext(o.t.Context(), method, o.url+"/api/v1"+path, bytes.NewReader(body))
	if err != nil {
		o.t.Fatal(err)
	}
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	if login != "" {
		r.Header.Set("Authorization", "Bearer "+o.tokens[login])
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	res, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		o.t.Fatalf("%s %s: %v", method, path, err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		o.t.Fatalf("%s %s: %v", method, path, err)
	}
	a := answered{status: res.StatusCode, body: string(text)}
	if seconds, err := strconv.Atoi(res.Header.Get("Retry-After")); err == nil {
		a.after = time.Duration(seconds) * time.Second
	}
	var p struct {
		Title, Code, Detail string
		Status              int
		Errors              []struct{ Field, Code, Detail string }
	}
	if res.Header.Get("Content-Type") == "application/problem+json" && json.Unmarshal(text, &p) == nil && p.Title != "" && p.Detail != "" && p.Status == a.status {
		a.problem = p.Code
		for _, e := range p.Errors {
			a.fields = append(a.fields, e.Field)
			p.Detail += e.Detail
		}
		if r.Header.Get("Accept-Language") == "zh" == !hasHan(p.Title+p.Detail) {
			o.t.Errorf("%s %s is answered in another language: %s", method, path, text)
		}
	}
	return a
}

func hasHan(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return r >= 0x4e00 && r <= 0x9fff })
}

func (op operation) public() bool { return len(op.Security) == 1 && len(op.Security[0]) == 0 }

// body is the schema of the JSON that an operation takes; ok is false for one without.
func (o *outside) body(op operation) (s schema, ok bool) {
	if op.RequestBody == nil {
		return s, false
	}
	content, ok := op.RequestBody.Content["application/json"]
	return o.resolve(content.Schema), ok
}

func (o *outside) resolve(s schema) schema {
	if s.Ref != "" {
		return o.schemas[strings.TrimPrefix(s.Ref, "#/components/schemas/")]
	}
	return s
}

func (s schema) kind() string {
	switch t := s.Type.(type) {
	case string:
		return t
	case []any:
		for _, name := range t {
			if name != "null" {
				return name.(string)
			}
		}
	}
	return ""
}

// good is a value that the schema takes, with nothing that need not be there.
func (o *outside) good(s schema) any {
	s = o.resolve(s)
	if len(s.Enum) > 0 {
		return s.Enum[0]
	}
	if len(s.Examples) > 0 {
		return s.Examples[0]
	}
	switch s.kind() {
	case "object":
		v := map[string]any{}
		for _, name := range s.Required {
			v[name] = o.good(s.Properties[name])
		}
		return v
	case "array":
		return []any{o.good(*s.Items)}
	case "boolean":
		return true
	case "integer", "number":
		if s.Minimum != nil {
			return *s.Minimum
		}
		return 1
	}
	switch s.Format {
	case "email":
		return "a@example.com"
	case "date-time":
		return "2026-11-21T08:00:00Z"
	}
	return strings.Repeat("x", max(1, s.MinLength))
}

// at fills the ids of a path.
func (op operation) at(ids map[string]string) string {
	path := op.Path
	for name, id := range ids {
		path = strings.ReplaceAll(path, "{"+name+"}", id)
	}
	return strings.NewReplacer("{id}", "1", "{link}", "1", "{macro}", "1").Replace(path)
}

func encoded(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // a value of this test
	}
	return b
}

// hidden is a ticket of another team, with all that hangs on it.
type hidden struct{ queue, ticket, message, more, file, other int64 }

func (o *outside) hide() hidden {
	o.t.Helper()
	ctx := o.t.Context()
	must := func(err error) {
		o.t.Helper()
		if err != nil {
			o.t.Fatal(err)
		}
	}
	team, err := o.accounts.SetTeam(ctx, cli, 0, "south")
	must(err)
	queue, err := o.tickets.SaveQueue(ctx, cli, 0, tickets.QueueEdit{Name: "south", TeamID: &team})
	must(err)
	file, err := o.files.Put(ctx, strings.NewReader("secret"))
	must(err)
	receive := func(subject string, queue, into int64) tickets.Received {
		o.t.Helper()
		got, err := o.tickets.Receive(ctx, authority.System("api"), tickets.Inbound{
			Channel: "form", From: crm.Point{Kind: crm.Email, Address: "zhang@example.cn"}, Subject: subject, Text: subject, HTML: "<p>x</p>", RawHash: file.Hash,
			Queue: queue, Into: into, Files: []tickets.File{{Ref: file, Name: subject + ".pdf", Type: "application/pdf"}},
		})
		must(err)
		return got
	}
	got := receive("secret", queue, 0)
	more := receive("more", queue, got.Ticket)
	other := receive("open", 0, 0)
	receive("open too", 0, other.Ticket)
	entries, err := o.tickets.Timeline(ctx, cli, got.Ticket, 0, 10)
	must(err)
	for _, e := range entries {
		if e.ID == got.Message {
			return hidden{queue, got.Ticket, got.Message, more.Message, e.Attachments[0].ID, other.Ticket}
		}
	}
	o.t.Fatal("no file")
	return hidden{}
}

// signIn makes somebody and a session of theirs.
func (o *outside) signIn(login string) (who authority.Actor, session int64) {
	o.t.Helper()
	const word = "correct horse 电池"
	id, err := o.accounts.AddPerson(o.t.Context(), cli, authority.NewPerson{Login: login, Name: login, Password: word, Roles: []string{"agent"}})
	if err != nil {
		o.t.Fatal(err)
	}
	started, err := o.accounts.SignIn(context.WithoutCancel(o.t.Context()), authority.Login{Login: login, Password: word})
	if err != nil {
		o.t.Fatal(err)
	}
	return authority.AgentActor(id, login), started.By.Session
}
