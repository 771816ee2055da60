package web

import (
	"encoding/base64"
	"fmt"
	"reflect"

	"frontline/internal/fault"

	"github.com/danielgtaylor/huma/v2"
	"github.com/go-json-experiment/json"
)

// Page is one page of a list.
type Page[T any] struct {
	Items []T    `json:"items"`
	Next  string `json:"next,omitempty" doc:"Give it as after to get the next page; absent on the last"`
}

// Paging is what a list takes; embed it in the input.
type Paging struct {
	Limit int    `query:"limit" minimum:"1" maximum:"200" default:"50" doc:"At most so many"`
	After string `query:"after" maxLength:"512" doc:"The next of the page before"`
}

// maxCursor bounds a cursor's length, in bytes.
const maxCursor = 512

// NewPage makes a page of a list that was asked for one row more than limit: where that row is there, a next page is. at
// gives the place of a row, a small struct of what the list is ordered by.
func NewPage[T, C any](rows []T, limit int, at func(T) C) (Page[T], error) {
	if len(rows) <= limit {
		return Page[T]{Items: rows}, nil
	}
	next, err := Cursor(at(rows[limit-1]))
	return Page[T]{Items: rows[:limit], Next: next}, err
}

// Cursor writes a place in a list so that callers need not, and should not, know what is in it.
func Cursor(at any) (string, error) {
	b, err := json.Marshal(at)
	if err != nil {
		return "", fmt.Errorf("write cursor: %w", err)
	}
	s := base64.RawURLEncoding.EncodeToString(b)
	if len(s) > maxCursor {
		return "", fmt.Errorf("cursor of %d bytes: at most %d", len(s), maxCursor)
	}
	return s, nil
}

// Place reads a cursor; false for an empty one, the beginning of a list. One that Cursor did not write for the same kind
// of place is fault.Invalid.
func Place[C any](cursor string) (at C, found bool, err error) {
	if cursor == "" {
		return at, false, nil
	}
	bad := fault.BadField("after", "bad_cursor")
	if len(cursor) > maxCursor {
		return at, false, bad
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(cursor)
	if err != nil {
		return at, false, bad.Because(err)
	}
	if err := checkJSON(b); err != nil {
		return at, false, bad.Because(err)
	}
	if err := json.Unmarshal(b, &at, json.RejectUnknownMembers(true)); err != nil {
		return at, false, bad.Because(err)
	}
	return at, true, nil
}

// Optional is a field of a PATCH: absent, null, or a value. Tag it `json:"name,omitzero"`.
type Optional[T any] struct {
	Set   bool // it was there
	Null  bool // as null
	Value T
}

// IsZero is true for a field that was absent.
func (o Optional[T]) IsZero() bool { return !o.Set }

// UnmarshalJSON is called only for a field that is there.
func (o *Optional[T]) UnmarshalJSON(b []byte) error {
	o.Set = true
	if string(b) == "null" {
		o.Null = true
		return nil
	}
	return json.Unmarshal(b, &o.Value, json.RejectUnknownMembers(true))
}

// MarshalJSON writes null or the value.
func (o Optional[T]) MarshalJSON() ([]byte, error) {
	if !o.Set || o.Null {
		return []byte("null"), nil
	}
	return json.Marshal(o.Value)
}

// Schema is that of the value, or null.
func (o Optional[T]) Schema(r huma.Registry) *huma.Schema {
	s := *r.Schema(reflect.TypeFor[T](), true, "")
	s.Nullable = true
	return &s
}
