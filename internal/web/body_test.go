package web_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"frontline/internal/authority"
	"frontline/internal/web"
)

// order is an input with one of everything.
type order struct {
	ID    int64     `path:"id" minimum:"1"`
	Mode  string    `query:"mode" enum:"fast,slow"`
	Since time.Time `query:"since"`
	Body  struct {
		Subject string              `json:"subject" minLength:"1" maxLength:"20"`
		Count   int64               `json:"count,omitempty" minimum:"1" maximum:"9007199254740993"`
		Tags    []string            `json:"tags,omitempty" maxItems:"3" maxLength:"5"`
		Contact *person             `json:"contact,omitempty"`
		Kind    string              `json:"kind,omitempty" enum:"question,complaint"`
		When    *time.Time          `json:"when,omitempty"`
		Urgent  bool                `json:"urgent,omitempty"`
		Owner   web.Optional[int64] `json:"owner,omitzero"`
	}
}

type person struct {
	Name  string `json:"name" maxLength:"10"`
	Email string `json:"email,omitempty" format:"email"`
}

type ordered struct {
	ID    int64    `json:"id"`
	Count int64    `json:"count"`
	Tags  []string `json:"tags"`
	Owner string   `json:"owner"`
	Buyer *person  `json:"buyer"`
}

func orders(s *web.Server) {
	web.Command(s, web.Op{Method: "POST", Path: "/orders/{id}", ID: "order", Summary: "Order", Tag: "orders", Status: 201},
		func(_ context.Context, _ authority.Actor, in *order) (ordered, error) {
			return ordered{in.ID, in.Body.Count, in.Body.Tags, fmt.Sprint(in.Body.Owner), in.Body.Contact}, nil
		})
	web.Command(s, web.Op{Method: "DELETE", Path: "/orders/{id}", ID: "cancel", Summary: "Cancel", Tag: "orders"},
		func(context.Context, authority.Actor, *struct {
			ID int64 `path:"id"`
		},
		) (web.Empty, error) {
			return web.Empty{}, nil
		})
}

func TestGoodInputIsRead(t *testing.T) {
	t.Parallel()
	w := open(t, web.Options{}, orders)
	for _, c := range []struct{ path, body, want string }{
		{"/1", `{"subject":"主轴"}`, `{"id":1,"count":0,"tags":[],"owner":"{false false 0}","buyer":null}`},
		{"/1?mode=fast", "\n {\"subject\":\"a\", \"count\": 9007199254740993 } \n", `{"id":1,"count":9007199254740993,"tags":[],"owner":"{false false 0}","buyer":null}`},
		{"/2", `{"subject":"a","tags":["x","y"],"owner":null,"contact":{"name":"张"}}`, `{"id":2,"count":0,"tags":["x","y"],"owner":"{true true 0}","buyer":{"name":"张"}}`},
		{"/2", `{"subject":"a\ud83d\ude00","owner":7,"kind":null}`, `{"id":2,"count":0,"tags":[],"owner":"{true false 7}","buyer":null}`},
	} {
		if a := w.ask("POST", "/api/v1/orders"+c.path, c.body); a.StatusCode != http.StatusCreated || a.text != c.want {
			t.Errorf("POST %s %s = %d %s, want 201 %s", c.path, c.body, a.StatusCode, a.text, c.want)
		}
	}
	for _, body := range []string{"", "{}"} {
		if a := w.ask("DELETE", "/api/v1/orders/1", body); a.StatusCode != http.StatusNoContent || a.text != "" {
			t.Errorf("DELETE with body %q = %d %q, want 204", body, a.StatusCode, a.text)
		}
	}
}

func TestBadInputNamesTheFieldAndTheFault(t *testing.T) {
	t.Parallel()
	w := open(t, web.Options{}, orders)
	deep := strings.Repeat(`{"a":`, 40) + `1` + strings.Repeat(`}`, 40)
	for _, c := range []struct{ name, path, body, want string }{
		{"no body", "/1", ``, "body required"},
		{"blank body", "/1", " \n", "body required"},
		{"no JSON", "/1", `subject=a`, "body bad_json"},
		{"half a body", "/1", `{"subject":"a"`, "body bad_json"},
		{"cut in a value", "/1", `{"subject":"a`, "subject bad_json"},
		{"two bodies", "/1", `{"subject":"a"}{}`, "body bad_json"},
		{"trailing words", "/1", `{"subject":"a"} x`, "body bad_json"},
		{"a list", "/1", `[]`, "body not_object"},
		{"null", "/1", `null`, "body not_object"},
		{"unknown", "/1", `{"subject":"a","role":"admin"}`, "role unknown"},
		{"other case", "/1", `{"Subject":"a"}`, "subject required, Subject unknown"},
		{"unknown inside", "/1", `{"subject":"a","contact":{"name":"b","tier":9}}`, "contact.tier unknown"},
		{"doubled", "/1", `{"subject":"a","subject":"b"}`, "subject duplicate"},
		{"doubled by escape", "/1", `{"subject":"a","subjec\u0074":"b"}`, "subject duplicate"},
		{"doubled inside", "/1", `{"subject":"a","contact":{"name":"b","name":"c"}}`, "contact.name duplicate"},
		{"missing", "/1", `{}`, "subject required"},
		{"missing inside", "/1", `{"subject":"a","contact":{}}`, "contact.name required"},
		{"null for text", "/1", `{"subject":null}`, "subject not_string"},
		{"empty", "/1", `{"subject":""}`, "subject too_short"},
		{"too long", "/1", `{"subject":"` + strings.Repeat("长", 21) + `"}`, "subject too_long"},
		{"number for text", "/1", `{"subject":5}`, "subject not_string"},
		{"text for number", "/1", `{"subject":"a","count":"5"}`, "count not_integer"},
		{"fraction", "/1", `{"subject":"a","count":1.5}`, "count not_integer"},
		{"exponent", "/1", `{"subject":"a","count":1e3}`, "count not_integer"},
		{"too small", "/1", `{"subject":"a","count":0}`, "count too_small"},
		{"too large", "/1", `{"subject":"a","count":99999999999999999999}`, "count too_large"},
		{"beyond floats", "/1", `{"subject":"a","count":1e999}`, "count not_integer"},
		{"text for truth", "/1", `{"subject":"a","urgent":"yes"}`, "urgent not_boolean"},
		{"not allowed", "/1", `{"subject":"a","kind":"praise"}`, "kind not_allowed"},
		{"not a time", "/1", `{"subject":"a","when":"tomorrow"}`, "when bad_time"},
		{"not an address", "/1", `{"subject":"a","contact":{"name":"b","email":"@@"}}`, "contact.email bad_email"},
		{"object for list", "/1", `{"subject":"a","tags":{}}`, "tags not_array"},
		{"too many", "/1", `{"subject":"a","tags":["a","b","c","d"]}`, "tags too_many"},
		{"too long in a list", "/1", `{"subject":"a","tags":["a","toolong"]}`, "tags.1 too_long"},
		{"object in a list", "/1", `{"subject":"a","tags":["a",{}]}`, "tags.1 not_string"},
		{"wrong optional", "/1", `{"subject":"a","owner":"x"}`, "owner not_integer"},
		{"NUL", "/1", `{"subject":"a\u0000b"}`, "subject nul"},
		{"NUL in a name", "/1", `{"subject":"a","x\u0000":1}`, "x\x00 nul"},
		{"raw NUL", "/1", "{\"subject\":\"a\x00b\"}", "subject bad_json"},
		{"not UTF-8", "/1", "{\"subject\":\"a\xff\"}", "subject not_utf8"},
		{"half a surrogate", "/1", `{"subject":"a\ud83d"}`, "subject bad_json"},
		{"too deep", "/1", deep, strings.Repeat("a.", 29) + "a too_deep"},
		{"huge", "/1", `{"subject":"` + strings.Repeat("a", 1<<20) + `"}`, "subject body_too_large"},
		{"huge far beyond", "/1", `{"subject":"` + strings.Repeat("a", 20<<20) + `"}`, "subject body_too_large"},
		{"huge beyond", "/1", `{"contact":{"name":"b","email":"` + strings.Repeat("a", 3<<20) + `"}}`, "contact.email body_too_large"},
		{"number in path", "/x", `{"subject":"a"}`, "id not_integer"},
		{"small in path", "/0", `{"subject":"a"}`, "id too_small"},
		{"unknown parameter", "/1?x=1", `{"subject":"a"}`, "x unknown"},
		{"doubled parameter", "/1?mode=fast&mode=fast", `{"subject":"a"}`, "mode duplicate"},
		{"wrong parameter", "/1?mode=now", `{"subject":"a"}`, "mode not_allowed"},
		{"time parameter", "/1?since=now", `{"subject":"a"}`, "since bad_time"},
		{"bad escape", "/1?mode=%zz", `{"subject":"a"}`, "query bad_escape"},
		{"NUL parameter", "/1?mode=%00", `{"subject":"a"}`, "mode nul"},
		{"other charset", "/1?mode=%ff", `{"subject":"a"}`, "mode not_utf8"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			a := w.ask("POST", "/api/v1/orders"+c.path, c.body)
			p := a.problem(t)
			var got []string
			for _, f := range p.Errors {
				got = append(got, f.Field+" "+f.Code)
				if f.Detail == "" || strings.Contains(f.Detail, "{") {
					t.Errorf("field %s has the words %q", f.Field, f.Detail)
				}
			}
			if a.StatusCode != http.StatusBadRequest || p.Code != "invalid" || strings.Join(got, ", ") != c.want {
				t.Errorf("= %d %s %v, want 400 invalid [%s]", a.StatusCode, p.Code, got, c.want)
			}
		})
	}
	if a := w.ask("DELETE", "/api/v1/orders/1", `{"all":true}`); a.StatusCode != http.StatusBadRequest || a.problem(t).Errors[0].Code != "no_body" {
		t.Errorf("a body where none belongs = %d %s", a.StatusCode, a.text)
	}
}

func TestWhatIsNoJSONIsNotAccepted(t *testing.T) {
	t.Parallel()
	w := open(t, web.Options{}, orders)
	for header, want := range map[string]int{
		"Content-Type: application/json; charset=UTF-8":   http.StatusCreated,
		"Content-Type: application/json; charset=gbk":     http.StatusUnsupportedMediaType,
		"Content-Type: text/plain":                        http.StatusUnsupportedMediaType,
		"Content-Type: application/x-www-form-urlencoded": http.StatusUnsupportedMediaType,
		"Content-Type: application/vnd.x+json":            http.StatusUnsupportedMediaType,
		"Content-Type: ;":                                 http.StatusUnsupportedMediaType,
		"Content-Type:":                                   http.StatusCreated,
		"Content-Encoding: gzip":                          http.StatusUnsupportedMediaType,
		"Content-Encoding: identity":                      http.StatusCreated,
	} {
		if a := w.ask("POST", "/api/v1/orders/1", `{"subject":"a"}`, header); a.StatusCode != want {
			t.Errorf("%s = %d %s, want %d", header, a.StatusCode, a.text, want)
		}
	}
}

func TestFaultsAreToldInTheCallersLanguage(t *testing.T) {
	t.Parallel()
	w := open(t, web.Options{}, orders)
	for accept, want := range map[string]string{
		"zh-CN,zh;q=0.9,en;q=0.8": "超过 20 个字符",
		"fr, en;q=0.3, zh;q=0.5":  "超过 20 个字符",
		"en-GB":                   "is longer than 20 characters",
		"fr":                      "is longer than 20 characters",
		"":                        "is longer than 20 characters",
	} {
		p := w.ask("POST", "/api/v1/orders/1", `{"subject":"`+strings.Repeat("a", 21)+`"}`, "Accept-Language: "+accept).problem(t)
		if p.Errors[0].Detail != want {
			t.Errorf("Accept-Language %q is answered %q, want %q", accept, p.Errors[0].Detail, want)
		}
	}
}
