package webchat_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"frontline/channels/webchat"

	"github.com/gorilla/websocket"
)

func TestOnlyPagesOfTheSiteOpenItsChat(t *testing.T) {
	w := newWorld(t)
	for origin, want := range map[string]int{
		shop:                                  http.StatusSwitchingProtocols,
		w.URL:                                 http.StatusSwitchingProtocols, // our own
		"https://shop.example.com:8443":       http.StatusForbidden,
		"http://shop.example.com":             http.StatusForbidden,
		"https://shop.example.com.evil.test":  http.StatusForbidden,
		"https://evil.test":                   http.StatusForbidden,
		"null":                                http.StatusForbidden,
		"":                                    http.StatusForbidden,
		"https://SHOP.example.com":            http.StatusForbidden,
		"https://shop.example.com, https://x": http.StatusForbidden,
	} {
		if _, status := w.dial(origin, "demo"); status != want {
			t.Errorf("a line from %q = %d, want %d", origin, status, want)
		}
	}
	if _, status := w.dial(shop, "nowhere"); status != http.StatusNotFound {
		t.Errorf("a line to no site = %d, want 404", status)
	}
	off := demo
	off.Disabled = true
	w.change(off)
	if _, status := w.dial(shop, "demo"); status != http.StatusNotFound {
		t.Errorf("a line to a disabled site = %d, want 404", status)
	}
}

// TestFramesThatAreWrong: each is answered with its code, and the line and all others go on.
func TestFramesThatAreWrong(t *testing.T) {
	w := newWorld(t)
	bystander, _ := w.visitor(nil)
	bystander.start("I was here first")
	for _, c := range []struct{ frame, code string }{
		{`{"type":"typing","on":true`, "frame_not_json"},
		{`hello`, "frame_not_json"},
		{"{\"type\":\"message\",\"id\":\"client-1\",\"text\":\"\xff\xfe\"}", "frame_not_utf8"},
		{`{"type":"message","id":"client-12","text":"` + strings.Repeat("x", 16<<10) + `"}`, "frame_too_long"},
		{`{"type":"message","id":"client-12","text":"` + strings.Repeat("长", 4001) + `"}`, "too_long"},
		{`{"type":"message","id":"short","text":"x"}`, "frame_bad_field"},
		{`{"type":"message","text":"x"}`, "frame_bad_field"},
		{`{"type":"message","id":"client-12","text":7}`, "frame_bad_field"},
		{`{"type":"message","id":"client-12","text":"a","text":"b"}`, "frame_bad_field"},
		{`{"type":"message","id":"client-12","ticket":1}`, "frame_bad_field"},
		{`{"type":"shutdown"}`, "frame_unknown_type"},
		{`{}`, "frame_bad_field"},
		{`{"type":"hello"}`, "frame_said_hello"},
		{`{"type":"read","upto":-1}`, "frame_bad_field"},
		{`{"type":"message","id":"client-12","text":"x"}`, "chat_not_started"},
		{`{"type":"end","id":"client-12"}`, "chat_not_started"},
		{`{"type":"start","id":"client-12","text":"x","answers":{"shoe_size":"43"}}`, "unknown_question"},
		{`{"type":"start","id":"client-12","text":""}`, "required"},
		{`{"type":"start","id":"client-12","text":"x","what":"callback"}`, "required"},
		{`{"type":"start","id":"client-12","text":"x","files":[1]}`, "unknown_attachment"},
		{`{"type":"start","id":"client-12","text":"x","files":[1,2,3,4,5,6]}`, "too_many_files"},
	} {
		v, _ := w.visitor(nil)
		v.raw([]byte(c.frame))
		if f := v.until("error"); f.Code != c.code {
			t.Errorf("%.60q = %s (%s), want %s", c.frame, f.Code, f.Detail, c.code)
		}
		v.say(map[string]any{"type": "ping"})
		v.until("pong")
	}
	b, _ := w.visitor(nil)
	if err := b.ws.WriteMessage(websocket.BinaryMessage, []byte("x")); err != nil {
		t.Fatal(err)
	}
	if f := b.until("error"); f.Code != "frame_not_text" {
		t.Errorf("a binary frame = %s", f.Code)
	}
	bystander.write("and still am")
	if n := w.number(`select count(*) from tickets`); n != 1 {
		t.Errorf("%d tickets, want the bystander's alone", n)
	}
}

func TestWhoSaysNoHelloSaysNothing(t *testing.T) {
	w := newWorld(t)
	v, _ := w.dial(shop, "demo")
	if code := v.refused(map[string]any{"type": "message", "id": newID(), "text": "x"}); code != "frame_no_hello" {
		t.Errorf("without hello = %s", code)
	}
	for _, token := range []string{"x", strings.Repeat("A", 54), strings.Repeat("A", 5000)} {
		if code := v.refused(map[string]any{"type": "hello", "token": token}); code != "bad_chat_token" {
			t.Errorf("hello with a forged token = %s", code)
		}
	}
	v.hello(nil)
}

// TestATokenIsGoodForItsSiteAlone: a token that another site gave opens nothing here.
func TestATokenIsGoodForItsSiteAlone(t *testing.T) {
	w := newWorld(t)
	other := demo
	other.Key = "other"
	if _, err := w.SaveSite(t.Context(), cli, 0, other); err != nil {
		t.Fatal(err)
	}
	v, _ := w.visitor(nil)
	v.start("hello")
	there, _ := w.dial(shop, "other")
	if code := there.refused(map[string]any{"type": "hello", "token": v.token}); code != "bad_chat_token" {
		t.Errorf("a token of the site demo at the site other = %s", code)
	}
	if status, body := w.post(strings.Repeat("A", 54), "a.txt", "x"); status != http.StatusUnauthorized {
		t.Errorf("a file with a forged token = %d %s", status, body)
	}
}

// TestTheTokenIsKeptAsAHash: who reads the database cannot be a visitor.
func TestTheTokenIsKeptAsAHash(t *testing.T) {
	w := newWorld(t)
	v, _ := w.visitor(nil)
	v.start("hello")
	if n := w.number(`select count(*) from chat_visitors where encode(token, 'escape') like '%' || $1 || '%' or to_jsonb(chat_visitors)::text like '%' || $1 || '%'`, v.token); n != 0 {
		t.Error("the token stands in the database")
	}
}

func TestFloodsAreCutAndNobodyElseNotices(t *testing.T) {
	w := newWorldWith(t, webchat.Limits{VisitorSays: webchat.Rate{Each: 0.001, Burst: 3}, VisitorLines: 2, LineFrames: webchat.Rate{Each: 0.001, Burst: 12}})
	loud, _ := w.visitor(nil)
	quiet, _ := w.visitor(nil)
	loud.start("1")
	loud.write("2")
	loud.write("3")
	if code := loud.refused(map[string]any{"type": "message", "id": newID(), "text": "4"}); code != "rate_limited" {
		t.Errorf("the fourth message = %s, want it refused", code)
	}
	quiet.start("I am slow")
	// A third window of one visitor is one too many.
	w.visitor(map[string]any{"token": loud.token})
	third, _ := w.dial(shop, "demo")
	third.say(map[string]any{"type": "hello", "token": loud.token})
	third.closed(4409)
	// Who goes on with frames that are too many is cut.
	for range 40 {
		if err := loud.ws.WriteMessage(websocket.TextMessage, []byte(`{"type":"typing","on":true}`)); err != nil {
			break
		}
	}
	loud.closed(websocket.ClosePolicyViolation)
	quiet.write("and go on")
}

func TestAddressesHaveTheirLimit(t *testing.T) {
	w := newWorldWith(t, webchat.Limits{AddressLines: 3, AddressStarts: webchat.Rate{Each: 0.001, Burst: 2}})
	var lines []*browser
	for range 3 {
		v, _ := w.visitor(nil)
		lines = append(lines, v)
	}
	if _, status := w.dial(shop, "demo"); status != http.StatusTooManyRequests {
		t.Errorf("the fourth line of one address = %d, want 429", status)
	}
	lines[0].start("one")
	lines[1].start("two")
	if code := lines[2].refused(map[string]any{"type": "start", "id": newID(), "text": "three"}); code != "rate_limited" {
		t.Errorf("the third conversation of one address = %s", code)
	}
	lines[0].ws.Close() //nolint:errcheck // it leaves
	for end := time.Now().Add(20 * time.Second); ; {
		if _, status := w.dial(shop, "demo"); status == http.StatusSwitchingProtocols {
			break
		}
		if time.Now().After(end) {
			t.Fatal("a line that ended makes no room")
		}
	}
}

func TestFilesOfVisitors(t *testing.T) {
	w := newWorld(t)
	v, _ := w.visitor(nil)
	png := "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"
	status, body := w.post(v.token, "alarm.png", png)
	if status != http.StatusCreated {
		t.Fatalf("upload = %d %s", status, body)
	}
	for name, content := range map[string]string{"a.png": "<html><body>hello", "setup.exe": "MZ\x90\x00\x03\x00\x00\x00", "empty.png": "", "x.svg": `<?xml version="1.0"?><svg onload="alert(1)"/>`} {
		if status, body := w.post(v.token, name, content); status != http.StatusBadRequest || !strings.Contains(body, "file_type_refused") {
			t.Errorf("%s = %d %s, want it refused", name, status, body)
		}
	}
	if status, _ := w.post(v.token, "large.txt", strings.Repeat("x", 10<<20+1)); status != http.StatusRequestEntityTooLarge {
		t.Errorf("a file that is too large = %d", status)
	}
	var id int64
	w.see(&id, `select id from chat_files`)
	other, _ := w.visitor(nil)
	if code := other.refused(map[string]any{"type": "start", "id": newID(), "text": "x", "files": []int64{id}}); code != "unknown_attachment" {
		t.Errorf("another visitor's file = %s", code)
	}
	v.start("look", "files", []int64{id})
	v.read(1)
	f := v.seen[0].Files
	if len(f) != 1 || f[0].Name != "alarm.png" || f[0].Type != "image/png" || !f[0].Picture {
		t.Fatalf("the message has files %+v", f)
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, w.URL+f[0].URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	if status, body := w.do(r); status != http.StatusOK || body != png {
		t.Errorf("the picture = %d %q", status, body)
	}
	for _, bad := range []string{strings.Replace(f[0].URL, "sig=", "sig=x", 1), strings.Replace(f[0].URL, "until=1", "until=9", 1), strings.Replace(f[0].URL, fmt.Sprint("/", f[0].ID, "?"), "/9?", 1)} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, w.URL+bad, nil)
		if err != nil {
			t.Fatal(err)
		}
		if status, _ := w.do(r); status != http.StatusNotFound {
			t.Errorf("%s = %d, want 404", bad, status)
		}
	}
}

func TestPagesOfOthersReadOnlyWhatTheyMay(t *testing.T) {
	w := newWorld(t)
	for origin, allowed := range map[string]bool{shop: true, "https://evil.test": false} {
		for _, method := range []string{http.MethodGet, http.MethodOptions} {
			r, err := http.NewRequestWithContext(t.Context(), method, w.URL+"/chat/demo/config?lang=zh", nil)
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Origin", origin)
			res, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			res.Body.Close() //nolint:errcheck // not read
			if got := res.Header.Get("Access-Control-Allow-Origin") == origin; got != allowed {
				t.Errorf("%s from %s: allowed = %v, want %v", method, origin, got, allowed)
			}
			if !slices.Contains(res.Header.Values("Vary"), "Origin") {
				t.Errorf("%s does not vary by origin", method)
			}
		}
	}
}
