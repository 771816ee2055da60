package web

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2"
)

//go:embed docs.html
var docsText string

var docsPage = template.Must(template.New("docs").Funcs(template.FuncMap{"words": codeWords}).Parse(docsText))

// codeWords shows what stands between backquotes as code.
func codeWords(text string) template.HTML {
	var b strings.Builder
	for i, part := range strings.Split(text, "`") {
		if i%2 == 1 {
			part = "<code>" + template.HTMLEscapeString(part) + "</code>"
		} else {
			part = template.HTMLEscapeString(part)
		}
		b.WriteString(part)
	}
	return template.HTML(b.String()) //nolint:gosec // escaped above
}

// serveDocs registers the description of the API, for programs and for people. Both are made when first asked for,
// after everything is registered.
func (s *Server) serveDocs() {
	description := sync.OnceValues(s.OpenAPI)
	s.HandleFunc("GET "+Prefix+"/openapi.json", func(w http.ResponseWriter, r *http.Request) error {
		raw, err := description()
		if err != nil {
			return err
		}
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Cache-Control", "no-cache")
		w.Write(raw) //nolint:errcheck // the caller left
		return nil
	})
	contents := sync.OnceValue(s.contents)
	s.HandleFunc("GET /api/docs", func(w http.ResponseWriter, r *http.Request) error {
		nonce := newNonce()
		var page bytes.Buffer
		if err := docsPage.Execute(&page, map[string]any{"Nonce": nonce, "API": contents(), "Prefix": Prefix}); err != nil {
			return fmt.Errorf("write the page of the API: %w", err)
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Security-Policy", s.pagePolicy(r, nonce))
		w.Write(page.Bytes()) //nolint:errcheck // the caller left
		return nil
	})
}

// What the page shows.
type (
	docs struct {
		Title, Version, About string
		Tags                  []docsTag
		Schemas               []docsSchema
	}
	docsTag struct {
		Name string
		Ops  []docsOp
	}
	docsOp struct {
		ID, Method, Path, Summary, About string
		Public                           bool
		Params                           []docsField
		Body                             *docsField
		Answers                          []docsField
	}
	docsSchema struct {
		Name, About string
		Fields      []docsField
	}
	docsField struct {
		Name, In, Type, Ref, About string
		Required                   bool
	}
)

func (s *Server) contents() docs {
	o := s.api.OpenAPI()
	d := docs{Title: o.Info.Title, Version: o.Info.Version, About: o.Info.Description}
	tags := map[string][]docsOp{}
	for address, item := range o.Paths {
		for _, op := range []*huma.Operation{item.Get, item.Post, item.Put, item.Patch, item.Delete} {
			if op == nil || len(op.Tags) == 0 {
				continue
			}
			tags[op.Tags[0]] = append(tags[op.Tags[0]], docsOf(address, op))
		}
	}
	for name, ops := range tags {
		slices.SortFunc(ops, func(a, b docsOp) int { return strings.Compare(a.Path+" "+a.Method, b.Path+" "+b.Method) })
		d.Tags = append(d.Tags, docsTag{name, ops})
	}
	slices.SortFunc(d.Tags, func(a, b docsTag) int { return strings.Compare(a.Name, b.Name) })
	for name, schema := range o.Components.Schemas.Map() {
		one := docsSchema{Name: name, About: schema.Description}
		for field, p := range schema.Properties {
			f := fieldDocs(field, p)
			f.Required = slices.Contains(schema.Required, field)
			one.Fields = append(one.Fields, f)
		}
		slices.SortFunc(one.Fields, func(a, b docsField) int { return strings.Compare(a.Name, b.Name) })
		d.Schemas = append(d.Schemas, one)
	}
	slices.SortFunc(d.Schemas, func(a, b docsSchema) int { return strings.Compare(a.Name, b.Name) })
	return d
}

func docsOf(address string, op *huma.Operation) docsOp {
	out := docsOp{
		ID: op.OperationID, Method: op.Method, Path: address, Summary: op.Summary, About: op.Description,
		Public: len(op.Security) == 1 && len(op.Security[0]) == 0,
	}
	for _, p := range op.Parameters {
		f := fieldDocs(p.Name, p.Schema)
		f.In, f.Required = p.In, p.Required
		if p.Description != "" {
			f.About = p.Description
		}
		out.Params = append(out.Params, f)
	}
	if op.RequestBody != nil {
		for kind, m := range op.RequestBody.Content {
			f := fieldDocs(kind, m.Schema)
			out.Body = &f
		}
	}
	for status, answer := range op.Responses {
		f := docsField{Name: status, About: answer.Description}
		for _, m := range answer.Content {
			f = fieldDocs(status, m.Schema)
			f.About = answer.Description
		}
		out.Answers = append(out.Answers, f)
	}
	slices.SortFunc(out.Answers, func(a, b docsField) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// fieldDocs says in a few words what a value is, with a reference to its schema where it has one.
func fieldDocs(name string, s *huma.Schema) docsField {
	f := docsField{Name: name}
	if s == nil {
		return f
	}
	f.About = s.Description
	var more []string
	if len(s.AnyOf) == 2 && s.AnyOf[1].Type == "null" {
		s, more = s.AnyOf[0], append(more, "or null")
	}
	list := ""
	for s.Type == huma.TypeArray && s.Items != nil {
		list, s = list+"list of ", s.Items
	}
	f.Ref = strings.TrimPrefix(s.Ref, "#/components/schemas/")
	f.Type = list + s.Type
	if s.Format != "" {
		f.Type += " (" + s.Format + ")"
	}
	if s.Nullable {
		more = append(more, "or null")
	}
	if len(s.Enum) > 0 {
		more = append(more, "one of "+strings.Trim(fmt.Sprint(s.Enum...), "[]"))
	}
	if s.Minimum != nil {
		more = append(more, fmt.Sprint("at least ", *s.Minimum))
	}
	if s.Maximum != nil {
		more = append(more, fmt.Sprint("at most ", *s.Maximum))
	}
	if s.MaxLength != nil {
		more = append(more, fmt.Sprint("at most ", *s.MaxLength, " characters"))
	}
	if s.Default != nil {
		more = append(more, fmt.Sprint("usually ", s.Default))
	}
	if len(more) > 0 {
		f.Type += ", " + strings.Join(more, ", ")
	}
	return f
}
