package agentdesk_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"frontline/internal/web/webtest"

	"github.com/gorilla/websocket"
)

func TestWhoMayOpenALine(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Admit("li", "agent")
	in := w.Must(200, "", "POST", "/api/v1/session", map[string]string{"login": "li", "password": webtest.Password})
	cookie, _, _ := strings.Cut(in.Header.Get("Set-Cookie"), ";")
	token := "Bearer " + w.Token("li")
	_, port, _ := strings.Cut(strings.TrimPrefix(w.URL, "http://"), ":")
	for name, c := range map[string]struct {
		header http.Header
		status int
	}{
		"a page of ours":               {http.Header{"Cookie": {cookie}, "Origin": {w.URL}}, 101},
		"a page of ours, by name":      {http.Header{"Cookie": {cookie}, "Origin": {"http://localhost:" + port}}, 101},
		"a program with a token":       {http.Header{"Authorization": {token}}, 101},
		"a foreign page":               {http.Header{"Cookie": {cookie}, "Origin": {"https://evil.example"}}, 403},
		"a page on another port":       {http.Header{"Cookie": {cookie}, "Origin": {"http://127.0.0.1:1"}}, 403},
		"a page over another scheme":   {http.Header{"Cookie": {cookie}, "Origin": {"https://127.0.0.1:" + port}}, 403},
		"a name that begins like ours": {http.Header{"Cookie": {cookie}, "Origin": {w.URL + ".evil.example"}}, 403},
		"a page without origin":        {http.Header{"Cookie": {cookie}, "Origin": {"null"}}, 403},
		"a cookie without origin":      {http.Header{"Cookie": {cookie}}, 403},
		"a foreign page with a token":  {http.Header{"Authorization": {token}, "Origin": {"https://evil.example"}}, 403},
		"a stranger":                   {http.Header{"Origin": {w.URL}}, 401},
		"an unknown token":             {http.Header{"Authorization": {"Bearer flt_x"}}, 401},
		"an unknown session":           {http.Header{"Cookie": {"frontline=x"}, "Origin": {w.URL}}, 401},
	} {
		if _, status, _ := w.upgrade(t.Context(), c.header); status != c.status {
			t.Errorf("%s: %d, want %d", name, status, c.status)
		}
	}
	if a := w.Ask("li", "GET", "/ws/desk", nil); a.Status != 400 || a.Get("errors.0.code") != "not_a_websocket" {
		t.Errorf("without an upgrade: %s", a)
	}
}

func TestFramesThatAreWrongAreAnsweredAndHarmNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Hire("li", "agent", "一组")
	w.queue("一", "一组")
	hidden := w.ticket(w.queue("二", "二组"), "of another team")
	c := w.line("li", 0)
	for _, x := range []struct{ frame, code, id string }{
		{`{"type":"ping","id":1}`, "", "1"},
		{`{"type":"ping","id":"a-b"}`, "", `"a-b"`},
		{`nonsense`, "frame_not_json", ""},
		{`{"type":"ping","id":2`, "frame_not_json", "2"},
		{`[]`, "frame_bad_field", ""},
		{`{}`, "frame_bad_field", ""},
		{`{"id":3}`, "frame_bad_field", "3"},
		{`{"type":"ping","id":{}}`, "frame_bad_field", ""},
		{`{"type":"ping","id":null}`, "frame_bad_field", ""},
		{`{"type":"ping","id":"` + strings.Repeat("x", 100) + `"}`, "frame_bad_field", ""},
		{`{"type":7,"id":4}`, "frame_bad_field", ""},
		{`{"type":"ping","type":"watch","id":5}`, "frame_bad_field", ""},
		{`{"id":6,"type":"ping","role":"admin"}`, "frame_bad_field", "6"},
		{"{\"id\":7,\"type\":\"\xff\"}", "frame_not_utf8", ""},
		{`{"id":8,"type":"shutdown"}`, "frame_unknown_type", "8"},
		{`{"id":9,"type":"hello"}`, "frame_said_hello", "9"},
		{`{"id":10,"type":"watch","object":"ticket:1; drop"}`, "frame_bad_field", "10"},
		{`{"id":11,"type":"watch","object":"ticket:-1"}`, "frame_bad_field", "11"},
		{`{"id":12,"type":"watch","object":"ticket:` + fmt.Sprint(hidden) + `"}`, "not_found", "12"},
		{`{"id":13,"type":"watch","object":"ticket:99999"}`, "not_found", "13"},
		{`{"id":14,"type":"typing","object":"ticket:1","on":true}`, "frame_not_watched", "14"},
		{`{"id":15,"type":"presence","state":"asleep"}`, "unknown_presence", "15"},
		{`{"id":16,"type":"unwatch","object":"anything"}`, "", "16"},
		{`{"type":"ping","id":17,"reason":"` + strings.Repeat("x", 5000) + `"}`, "frame_too_long", ""},
	} {
		// A line that was wrong too often is cut; each of these has its own.
		c := w.line("li", 0)
		c.say("%s", x.frame)
		f, err := c.next()
		switch {
		case err != nil:
			t.Errorf("%.60s: %v", x.frame, err)
		case x.code == "" && f.Type != "ok", x.code != "" && (f.Type != "error" || f.Code != x.code || f.Detail == ""), string(f.ID) != x.id:
			t.Errorf("%.60s: %+v, want code %q for id %s", x.frame, f, x.code, x.id)
		}
		c.say(`{"type":"ping","id":99}`)
		c.when("ok", func(f frame) bool { return string(f.ID) == "99" })
	}
	if err := c.ws.WriteMessage(websocket.BinaryMessage, []byte(`{"type":"ping"}`)); err != nil {
		t.Fatal(err)
	}
	if f := c.until("error"); f.Code != "frame_not_text" {
		t.Errorf("a binary frame: %+v", f)
	}
}

func TestAFloodIsCut(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Hire("li", "agent")
	for name, flood := range map[string]struct {
		frame string
		code  int
	}{
		"nonsense": {`{`, websocket.ClosePolicyViolation},
		"much":     {`{"type":"ping"}`, websocket.ClosePolicyViolation},
		"a giant":  {`{"type":"` + strings.Repeat("x", 100_000) + `"}`, websocket.CloseMessageTooBig},
	} {
		t.Run(name, func(t *testing.T) {
			c := w.line("li", 0)
			go func() {
				for c.ws.WriteMessage(websocket.TextMessage, []byte(flood.frame)) == nil {
				}
			}()
			if code := c.closed(); code != flood.code && code != 0 {
				// 0: the goodbye was overtaken by the reset of a connection that still sent
				t.Errorf("closed with %d, want %d", code, flood.code)
			}
		})
	}
}

func TestHelloComesFirst(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Hire("li", "agent")
	c := w.dial("li")
	for frame, code := range map[string]string{
		`{"type":"presence","state":"ready","id":1}`: "frame_no_hello",
		`{"type":"hello","after":-1}`:                "frame_bad_field",
		`{"type":"hello","after":"x"}`:               "frame_bad_field",
		`hello`:                                      "frame_not_json",
	} {
		c.say("%s", frame)
		if f := c.until("error"); f.Code != code {
			t.Errorf("%s: %+v, want %s", frame, f, code)
		}
	}
	c.say(`{"type":"hello"}`)
	f := c.until("welcome")
	var me struct {
		ID   int64  `json:"id"`
		Name string `json:"name"`
	}
	if err := json.Unmarshal(f.Agent, &me); err != nil || me.Name != "li" || me.ID == 0 || f.Seq == 0 {
		t.Errorf("welcome %+v as %s", f, f.Agent)
	}
}

func TestErrorsAreInTheLanguageOfTheDesk(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Hire("li", "agent")
	for language, want := range map[string]string{"zh-CN": "没有这种消息类型。", "en": "There is no such type of frame."} {
		c, _, err := w.upgrade(t.Context(), http.Header{"Authorization": {"Bearer " + w.Token("li")}, "Accept-Language": {language}})
		if err != nil {
			t.Fatal(err)
		}
		c.hello(0)
		c.say(`{"type":"sing"}`)
		if f := c.until("error"); f.Detail != want {
			t.Errorf("%s: %q, want %q", language, f.Detail, want)
		}
	}
}
