package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestStrangersMustSignInEverywhere: what is open to all is listed here, so that nothing becomes so unnoticed.
func TestStrangersMustSignInEverywhere(t *testing.T) {
	t.Parallel()
	o := newOutside(t)
	open := []string{
		"inline-picture", "remote-picture", "sign-in", "sign-out",
		"download-by-link", "reply-by-link", "upload-by-link", "view-by-link", "evaluate-by-link", // who has a ticket's secret link
		"ask-for-link", // who has lost it
	}
	for _, op := range o.ops {
		if op.public() != slices.Contains(open, op.ID) {
			t.Errorf("%s: open to all: %v", op.ID, op.public())
		}
		if op.public() {
			continue
		}
		for name, headers := range map[string][]string{
			"nobody": nil, "an unknown session": {"Cookie", "frontline=x"},
		} {
			if a := o.ask("", op.Method, op.at(nil), []byte(`{}`), headers...); a.status != http.StatusUnauthorized || a.problem == "" {
				t.Errorf("%s by %s = %d %s, want 401", op.ID, name, a.status, a.body)
			}
		}
	}
}

// TestNumbersThatAreNoneAreRefusedEverywhere: ids in addresses come from everywhere.
func TestNumbersThatAreNoneAreRefusedEverywhere(t *testing.T) {
	t.Parallel()
	o := newOutside(t)
	o.hire("boss", "admin")
	for _, op := range o.ops {
		for _, p := range op.Parameters {
			if p.In != "path" || p.Name == "key" { // names are chosen, and these may be some
				continue
			}
			var body []byte
			if s, ok := o.body(op); ok {
				body = encoded(o.good(s))
			}
			for _, id := range []string{"0", "-1", "9223372036854775807", "9223372036854775808", "99999999999999999999999", "x", "1.5", "1e3", "0x1", "%00", "1%2f2", "%F0%9F", "%D9%A3", "1;", "'", "%20"} {
				a := o.ask("boss", op.Method, op.at(map[string]string{p.Name: id}), body)
				if a.problem == "" || a.status != 400 && a.status != 404 {
					t.Errorf("%s with %s %s = %d %s, want 400 or 404", op.ID, p.Name, id, a.status, a.body)
				}
			}
		}
	}
}

// TestBadInputIsRefusedByNameEverywhere sends to every operation that takes JSON what it should not take.
func TestBadInputIsRefusedByNameEverywhere(t *testing.T) {
	t.Parallel()
	o := newOutside(t)
	o.hire("boss", "admin")
	for _, op := range o.ops {
		s, ok := o.body(op)
		if !ok {
			continue
		}
		for _, language := range []string{"zh", "en"} {
			refused := func(what, field, body string, headers ...string) {
				t.Helper()
				a := o.ask("boss", op.Method, op.at(nil), []byte(body), append(headers, "Accept-Language", language)...)
				named := field == "" || slices.ContainsFunc(a.fields, func(f string) bool { return strings.HasPrefix(f, field) })
				if a.problem == "" || a.status < 400 || a.status >= 500 || !named || field != "" && a.status != 400 {
					t.Errorf("%s, %s in %s: %.300s = %d %.300s, want %q named", op.ID, what, language, body, a.status, a.body, field)
				}
			}
			good := o.good(s).(map[string]any)
			text := string(encoded(good))
			for _, broken := range []string{"{", "[]", `"x"`, "1", "null", text + "x", text + text, "\ufeff" + text, strings.Repeat("[", 100_000), strings.Repeat(`{"a":`, 5000) + "1" + strings.Repeat("}", 5000)} {
				refused("broken", "", broken)
			}
			refused("another type", "", text, "Content-Type", "text/plain")
			refused("a form", "", "a=b", "Content-Type", "application/x-www-form-urlencoded")
			refused("compressed", "", text, "Content-Encoding", "gzip")
			refused("another charset", "", text, "Content-Type", "application/json; charset=gbk")
			refused("huge", "big", `{"big":"`+strings.Repeat("x", 2<<20)+`"}`)
			o.fields(s, "", func(v any) any { return v }, refused)
		}
	}
}

// fields tries each field of an object; with puts the object where it belongs.
func (o *outside) fields(s schema, before string, with func(any) any, refused func(what, field, body string, headers ...string)) {
	s = o.resolve(s)
	base := o.good(s).(map[string]any)
	put := func(name string, v any) string {
		x := maps.Clone(base)
		x[name] = v
		return string(encoded(with(x)))
	}
	for _, never := range []string{"role", "created_at", "approved_by", "ID", "__proto__"} {
		if _, known := s.Properties[never]; !known {
			refused("unknown", before+never, put(never, "admin"))
		}
	}
	wrong := map[string][]any{
		"string": {12, true, []int{}, map[string]int{}}, "integer": {"x", 1.5, true, []int{}, json.Number("1e400"), json.Number("100000000000000000000"), json.Number("-100000000000000000000")},
		"array": {"x", 1, map[string]int{}}, "object": {"x", 1, []int{}}, "boolean": {"x", 1, []int{}},
	}
	for name, p := range s.Properties {
		p, field := o.resolve(p), before+name
		for _, v := range wrong[p.kind()] {
			refused("of the wrong type", field, put(name, v))
		}
		if slices.Contains(s.Required, name) {
			x := maps.Clone(base)
			delete(x, name)
			refused("missing", field, string(encoded(with(x))))
		}
		const here = `"@here@"`
		if p.kind() == "string" {
			for what, v := range map[string]string{"NUL": `"a\u0000b"`, "half a pair": `"\ud800"`, "no UTF-8": "\"\xff\"", "too long": `"` + strings.Repeat("x", 2<<20) + `"`} {
				refused(what, field, strings.Replace(put(name, "@here@"), here, v, 1))
			}
		}
		if p.kind() == "array" && o.resolve(*p.Items).kind() == "string" {
			refused("NUL in a list", field, put(name, []string{"a\x00"}))
		}
		twice := strings.Replace(put(name, "@here@"), here, `1,"`+name+`":2`, 1)
		refused("twice", field, twice)
		if p.kind() == "object" && p.Properties != nil {
			o.fields(p, field+".", func(v any) any {
				x := maps.Clone(base)
				x[name] = v
				return with(x)
			}, refused)
		}
	}
}

// TestWhatIsNotTheirsIsNotThereByAnyAddress tries every operation on what hangs on a ticket of another team, and on what
// only those who run the desk may change, as an agent.
func TestWhatIsNotTheirsIsNotThereByAnyAddress(t *testing.T) {
	t.Parallel()
	o := newOutside(t)
	h := o.hide()
	boss := o.hire("boss", "admin")
	o.hire("li", "agent")
	_, session := o.signIn("wang")
	// Customers are everybody's, and one's own settings are one's own.
	free := []string{
		"get-contact", "edit-contact", "get-account", "get-product", "get-price", "get-asset", "edit-asset", "add-part", "refit-part", "remove-part", "get-contract",
	}
	seen := 0
	for _, op := range o.ops {
		if op.public() || slices.Contains(free, op.ID) {
			continue
		}
		ids := map[string]string{"id": fmt.Sprint(boss.ID), "link": "1", "price": "1", "use": "1"}
		switch {
		case strings.HasPrefix(op.Path, "/tickets/{id}"):
			ids["id"] = fmt.Sprint(h.ticket)
		case strings.HasPrefix(op.Path, "/messages/{id}"):
			ids["id"] = fmt.Sprint(h.message)
		case strings.HasPrefix(op.Path, "/attachments/{id}"):
			ids["id"] = fmt.Sprint(h.file)
		case strings.HasPrefix(op.Path, "/queues/{id}"):
			ids["id"] = fmt.Sprint(h.queue)
		case strings.HasPrefix(op.Path, "/me/sessions/{id}"):
			ids["id"] = fmt.Sprint(session)
		case strings.HasPrefix(op.Path, "/me/tokens/{id}"):
			ids["id"] = "1" // the boss's
		case !strings.Contains(op.Path, "{id}"):
			continue
		}
		var body []byte
		if s, ok := o.body(op); ok {
			v := o.good(s).(map[string]any)
			switch op.ID {
			case "add-message", "answer-children", "edit-macro":
				v["text"] = "x"
			case "link-ticket":
				v["ticket"] = h.other
			case "merge-ticket":
				v["into"] = h.other
			case "replace-chat-site":
				v["origins"], v["queue_id"] = []string{"https://shop.example.com"}, 1
			case "park-ticket":
				v["until"] = time.Now().Add(time.Hour).Format(time.RFC3339)
			case "use-macro":
				v["macro"] = 1
			case "split-ticket":
				v["message"] = h.message
			case "move-message":
				v["message"], v["to"] = h.message, h.other
			case "replace-mailbox":
				v["address"], v["queue_id"] = "x@example.com", 1
			}
			body = encoded(v)
		}
		seen++
		if a := o.ask("li", op.Method, op.at(ids), body); a.problem == "" || a.status != http.StatusNotFound && a.status != http.StatusForbidden || strings.Contains(a.body, "secret") {
			t.Errorf("%s on what is not theirs = %d %.300s, want 403 or 404", op.ID, a.status, a.body)
		}
	}
	if seen < 20 {
		t.Errorf("only %d operations were tried", seen)
	}
	// By the numbers of what is hidden, from where one may look.
	for what, body := range map[string]string{
		"move into it":     fmt.Sprintf(`{"message":%d,"to":%d}`, h.other+1, h.ticket),
		"move its message": fmt.Sprintf(`{"message":%d,"to":%d}`, h.message, h.other),
	} {
		if a := o.ask("li", "POST", fmt.Sprintf("/tickets/%d/move", h.other), []byte(body)); a.status != 400 || a.problem == "" {
			t.Errorf("%s = %d %s, want 400", what, a.status, a.body)
		}
	}
	for _, direction := range []string{"out", "note", "in"} {
		body := fmt.Sprintf(`{"direction":%q,"text":"x","attachments":[%d]}`, direction, h.file)
		if a := o.ask("li", "POST", fmt.Sprintf("/tickets/%d/messages", h.other), []byte(body)); a.status != 400 || !slices.Contains(a.fields, "attachments") {
			t.Errorf("its file in another ticket (%s) = %d %s, want 400", direction, a.status, a.body)
		}
	}
	o.ask("li", "PUT", fmt.Sprintf("/tickets/%d/draft", h.other), fmt.Appendf(nil, `{"text":"x","attachments":[%d]}`, h.file))
	for _, path := range []string{
		"/tickets", "/tickets?contact=1", "/tickets?assignee=none", fmt.Sprint("/tickets/", h.other), fmt.Sprint("/tickets/", h.other, "/timeline"), "/queues", "/contacts?q=zhang", "/contacts/1", "/alarms",
	} {
		if a := o.ask("li", "GET", path, nil); a.status != 200 || strings.Contains(a.body, "secret") || strings.Contains(a.body, "south") {
			t.Errorf("GET %s = %d %s, want nothing of the hidden ticket", path, a.status, a.body)
		}
	}
	var acted int
	if err := o.db.Read.QueryRow(t.Context(), `select count(*) from audit where outcome = 'allow' and actor <> 'system:api' and object = any ($1) and act not in ('ticket.draft')`,
		[]string{fmt.Sprint("ticket:", h.ticket), fmt.Sprint("message:", h.message)}).Scan(&acted); err != nil || acted > 0 {
		t.Errorf("%d acts on the hidden ticket were allowed and kept, %v", acted, err)
	}
}
