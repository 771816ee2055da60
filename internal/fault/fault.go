// Package fault names the kinds of failure that a caller can do something about: every other error is a fault of the
// program itself. It holds codes and arguments only; the words that users read are in internal/web/lang.
package fault

import (
	"errors"
	"fmt"
	"strings"
)

// The kinds. Test with errors.Is, never by text. What a caller may not see is NotFound, not Forbidden.
var (
	NotFound     = errors.New("not found")
	Invalid      = errors.New("invalid")
	Conflict     = errors.New("conflict")
	Forbidden    = errors.New("forbidden")
	Unauthorized = errors.New("unauthorized")
	Unavailable  = errors.New("unavailable")
	TooMany      = errors.New("too many")
)

// Field is one part of the input that is wrong, for example {"subject", "too_long", {"max": 200}}. Name is the path as
// the caller wrote it: "contact.email", "tags.3".
type Field struct {
	Name string
	Code string
	Args map[string]any
}

// Fault is a failure of a known kind. errors.Is holds for its Kind and for the cause in Err; the cause is for the log
// and is never shown to a caller.
type Fault struct {
	Kind   error          // one of the variables above
	Code   string         // stable, snake_case: "stale_view"
	Args   map[string]any // what the words for Code need, and what a program reads
	Fields []Field
	Err    error
}

// New makes a fault of a kind. kv are pairs of name and value: New(Conflict, "stale_view", "new", 2). It panics on a
// list that is not made of pairs, since that is a slip in the calling line.
func New(kind error, code string, kv ...any) *Fault {
	return &Fault{Kind: kind, Code: code, Args: pairs(kv)}
}

// BadField makes an Invalid fault about one field: BadField("subject", "too_long", "max", 200).
func BadField(name, code string, kv ...any) *Fault {
	return &Fault{Kind: Invalid, Code: "invalid", Fields: []Field{{Name: name, Code: code, Args: pairs(kv)}}}
}

// Because returns a copy of the fault that also carries its cause.
func (f *Fault) Because(err error) *Fault {
	c := *f
	c.Err = err
	return &c
}

// Error is for logs and programmers: kind, code, fields and cause.
func (f *Fault) Error() string {
	var b strings.Builder
	if f.Kind != nil {
		b.WriteString(f.Kind.Error())
		b.WriteString(": ")
	}
	b.WriteString(f.Code)
	for i, field := range f.Fields {
		if i == 0 {
			b.WriteString(" (")
		} else {
			b.WriteString(", ")
		}
		b.WriteString(field.Name + " " + field.Code)
	}
	if len(f.Fields) > 0 {
		b.WriteByte(')')
	}
	if f.Err != nil {
		b.WriteString(": ")
		b.WriteString(f.Err.Error())
	}
	return b.String()
}

// Unwrap lets errors.Is find the kind and the cause.
func (f *Fault) Unwrap() []error {
	out := make([]error, 0, 2)
	if f.Kind != nil {
		out = append(out, f.Kind)
	}
	if f.Err != nil {
		out = append(out, f.Err)
	}
	return out
}

func pairs(kv []any) map[string]any {
	if len(kv) == 0 {
		return nil
	}
	if len(kv)%2 != 0 {
		panic(fmt.Sprintf("fault: odd list of arguments %v", kv))
	}
	m := make(map[string]any, len(kv)/2)
	for i := 0; i < len(kv); i += 2 {
		name, ok := kv[i].(string)
		if !ok {
			panic(fmt.Sprintf("fault: argument name %v is not a string", kv[i]))
		}
		m[name] = kv[i+1]
	}
	return m
}
