package web

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"path"
	"reflect"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// describe is huma's configuration: our JSON, no pages of its own (they load from elsewhere), our errors.
func (s *Server) describe() huma.Config {
	version := s.o.Version
	if version == "" {
		version = "0"
	}
	return huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0",
			Info: &huma.Info{
				Title: "Frontline", Version: version,
				Description: "Everything the desk does. Errors are problem documents (RFC 9457) with a stable `code`, in the language of Accept-Language (zh, en); times within words are by the clock of Time-Zone (an IANA name). " +
					"Lists take `limit` and `after`. Every write takes an `Idempotency-Key`. Times are RFC 3339 in UTC, ids are integers, names are snake_case. " +
					"An act above the caller's limit answers 202 with an `approval_id`.",
			},
			Servers: []*huma.Server{{URL: Prefix}},
			Components: &huma.Components{
				Schemas: huma.NewMapRegistry("#/components/schemas/", namer()),
				SecuritySchemes: map[string]*huma.SecurityScheme{
					"token":   {Type: "http", Scheme: "bearer", Description: "For programs: frontline token add"},
					"session": {Type: "apiKey", In: "cookie", Name: s.cookieName(), Description: "For people: POST /session"},
				},
			},
			Security: []map[string][]string{{"token": {}}, {"session": {}}},
		},
		Formats:                      map[string]huma.Format{"application/json": format, "json": format},
		DefaultFormat:                "application/json",
		RejectUnknownQueryParameters: true,
	}
}

// namer names schemas by their type, and by package and type from the second of a name on.
func namer() func(reflect.Type, string) string {
	taken := map[string]reflect.Type{}
	return func(t reflect.Type, hint string) string {
		for t.Kind() == reflect.Pointer {
			t = t.Elem()
		}
		name := camel(huma.DefaultSchemaNamer(t, hint))
		if t.Kind() != reflect.Struct {
			return name
		}
		if first, ok := taken[name]; ok && first != t && t.PkgPath() != "" {
			pkg := path.Base(t.PkgPath())
			name = strings.ToUpper(pkg[:1]) + pkg[1:] + name
		}
		if _, ok := taken[name]; !ok {
			taken[name] = t
		}
		return name
	}
}

// camel turns the name of an operation, which nameless bodies are named after, into one like the others.
func camel(s string) string {
	var b strings.Builder
	for part := range strings.SplitSeq(s, "-") {
		if part != "" {
			b.WriteString(strings.ToUpper(part[:1]) + part[1:])
		}
	}
	return b.String()
}

// admitNull says of every field that is a pointer to a struct and always there that it may be null. huma can say so of
// plain values only, and a client made from the description would not look.
func admitNull(r huma.Registry) {
	for name, schema := range r.Map() {
		t := r.TypeFromRef("#/components/schemas/" + name)
		if t == nil || t.Kind() != reflect.Struct {
			continue
		}
		for _, f := range reflect.VisibleFields(t) {
			field, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			p := schema.Properties[field]
			if p == nil || p.Ref == "" || f.Type.Kind() != reflect.Pointer || !slices.Contains(schema.Required, field) {
				continue
			}
			schema.Properties[field] = &huma.Schema{Description: p.Description, AnyOf: []*huma.Schema{p, {Type: "null"}}}
		}
	}
}

// DescribeRaw adds to the API description what is registered with Handle: op's Path, as always, is below Prefix, and kind
// is the content type of a good answer ("" for none).
func (s *Server) DescribeRaw(op Op, kind string) {
	h := op.huma()
	status := op.Status
	if status == 0 {
		status = http.StatusOK
	}
	answer := &huma.Response{Description: http.StatusText(status)}
	if kind != "" {
		answer.Content = map[string]*huma.MediaType{kind: {Schema: &huma.Schema{Type: "string", Format: "binary"}}}
	}
	h.Responses = map[string]*huma.Response{fmt.Sprint(status): answer}
	for part := range strings.SplitSeq(op.Path, "/") {
		if name, ok := strings.CutPrefix(part, "{"); ok {
			h.Parameters = append(h.Parameters, &huma.Param{
				Name: strings.TrimSuffix(name, "}"), In: "path", Required: true, Schema: &huma.Schema{Type: "string"},
			})
		}
	}
	s.api.OpenAPI().AddOperation(&h)
}

// OpenAPI is the description of everything registered so far: the same registrations give the same bytes.
func (s *Server) OpenAPI() ([]byte, error) {
	raw, err := json.Marshal(s.api.OpenAPI())
	if err != nil {
		return nil, fmt.Errorf("describe the API: %w", err)
	}
	var out bytes.Buffer
	if err := json.Indent(&out, raw, "", "  "); err != nil {
		return nil, fmt.Errorf("describe the API: %w", err)
	}
	out.WriteByte('\n')
	return out.Bytes(), nil
}
