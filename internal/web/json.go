package web

import (
	"errors"
	"io"
	"strings"

	"frontline/internal/fault"

	"github.com/danielgtaylor/huma/v2"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	jsonv1 "github.com/go-json-experiment/json/v1"
)

// maxDepth is how deep a body may be nested.
const maxDepth = 30

// format is JSON as we speak it: strict in what is read, and with lists that are never null in what is written.
var format = huma.Format{
	Marshal: writeJSON,
	Unmarshal: func(data []byte, v any) error {
		if err := json.Unmarshal(data, v, json.RejectUnknownMembers(true)); err != nil {
			return explain(err)
		}
		return nil
	},
}

// writing keeps omitempty as Go programmers know it: zero numbers and false are left out too.
var writing = json.JoinOptions(jsonv1.OmitEmptyWithLegacySemantics(true), json.Deterministic(true))

func writeJSON(w io.Writer, v any) error { return json.MarshalWrite(w, v, writing) }

// bodyError is what is wrong with a JSON body.
type bodyError struct {
	field fault.Field
	err   error
}

// Error is in the form of our messages for huma, which keeps only the text (see fieldOf).
func (e *bodyError) Error() string { return e.field.Code + " field=" + e.field.Name }
func (e *bodyError) Unwrap() error { return e.err }

// explain finds the field and the code in an error of the JSON package.
func explain(err error) *bodyError {
	var syntactic *jsontext.SyntacticError
	if errors.As(err, &syntactic) {
		f := fault.Field{Name: pointerName(syntactic.JSONPointer), Code: "bad_json", Args: map[string]any{"at": syntactic.ByteOffset}}
		if errors.Is(err, jsontext.ErrDuplicateName) {
			f = fault.Field{Name: pointerName(syntactic.JSONPointer), Code: "duplicate"}
		}
		return &bodyError{f, err}
	}
	var semantic *json.SemanticError
	if errors.As(err, &semantic) {
		f := fault.Field{Name: pointerName(semantic.JSONPointer), Code: wrongType(semantic)}
		return &bodyError{f, err}
	}
	return &bodyError{fault.Field{Name: "body", Code: "invalid"}, err}
}

// wrongType says what a value should have been. Most of it was said before by the schema; this is for what a schema
// cannot say: a number too large for its type, an unknown member beside it, a text that a type of ours does not read.
func wrongType(e *json.SemanticError) string {
	if errors.Is(e, json.ErrUnknownName) {
		return "unknown"
	}
	if e.JSONKind == '0' {
		if strings.ContainsAny(string(e.JSONValue), ".eE") {
			return "not_integer"
		}
		return "out_of_range"
	}
	return "invalid"
}

// pointerName writes a JSON pointer (RFC 6901) as a field path: /tags/3 is tags.3; the whole body is body.
func pointerName(p jsontext.Pointer) string {
	if p == "" {
		return "body"
	}
	var b strings.Builder
	for token := range p.Tokens() {
		if b.Len() > 0 {
			b.WriteByte('.')
		}
		if b.Len()+len(token) > 200 { // a caller's own long names are not sent back whole
			b.WriteString("…")
			break
		}
		b.WriteString(token)
	}
	return b.String()
}
