package webchat

import (
	"encoding/json"
	"errors"
	"testing"
	"unicode/utf8"

	"frontline/internal/fault"
)

// FuzzFrame: whatever a stranger's browser says is a frame of the protocol or fault.Invalid, and what is given back of it can be
// sent as JSON.
func FuzzFrame(f *testing.F) {
	for _, seed := range []string{
		`{"type":"hello","token":"","after":0,"lang":"zh","page":"https://shop.example.com/","identity":""}`,
		`{"type":"start","id":"client-000001","answers":{"email":"a@b.cn"},"text":"主轴","files":[1,2]}`,
		`{"type":"message","id":"client-000001","text":"\ud800"}`,
		`{"type":"typing","on":true}`, `{"type":"read","upto":9223372036854775807}`, `{"type":"read","upto":1e400}`,
		`{"type":"choose","id":"client-000001","what":"mail"}`, `{"type":"end","id":"client-000001"}`, `{"type":"ping"}`,
		`{"type":"ping","type":"end"}`, `{"type":"message","id":"` + "\x00" + `"}`, `[]`, `null`, `"`, "\xff", ``, `{"answers":{"a":{}}}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, frame []byte) {
		m, err := parse(frame)
		if err != nil {
			var of *fault.Fault
			if !errors.Is(err, fault.Invalid) || !errors.As(err, &of) {
				t.Fatalf("parse(%q) = %v, want fault.Invalid", frame, err)
			}
			if b, err := json.Marshal(of.Args); err != nil || !utf8.Valid(b) || len(b) > 1000 {
				t.Fatalf("parse(%q) gives %q back, %v", frame, b, err)
			}
			return
		}
		if m.Type == "" || len(m.Files) > maxFiles || m.After < 0 || m.Upto < 0 {
			t.Fatalf("parse(%q) = %+v", frame, m)
		}
		if fit(&m) == nil && (!utf8.ValidString(m.Text) || utf8.RuneCountInString(m.Text) > maxText) {
			t.Fatalf("the text of %q is kept as %q", frame, m.Text)
		}
	})
}

func TestRoutesByPageAndAnswer(t *testing.T) {
	t.Parallel()
	s := &site{Queue: 1, Routes: []Route{
		{Pages: "https://shop.example.com/repair/*", Queue: 2},
		{Pages: "*/en/*", Question: "about", Answer: "repair", Queue: 3},
		{Question: "about", Answer: "repair", Queue: 4},
	}}
	for _, c := range []struct {
		page, about string
		want        int64
	}{
		{"https://shop.example.com/", "", 1},
		{"https://shop.example.com/repair/lathe?x=1", "", 2},
		{"https://shop.example.com/repair", "", 1},
		{"https://shop.example.com/en/lathe", "Repair", 3},
		{"https://shop.example.com/zh/lathe", "repair", 4},
		{"https://evil.test/https://shop.example.com/repair/", "", 1},
	} {
		if got := s.queueFor(c.page, map[string]string{"about": c.about}); got != c.want {
			t.Errorf("queue of %s about %q = %d, want %d", c.page, c.about, got, c.want)
		}
	}
}

// TestHowAConversationStands: the words that a visitor is told for what the queue and the ticket say.
func TestHowAConversationStands(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		v                     visitor
		ticket, stay, outcome string
		agent                 bool
		want                  string
	}{
		{visitor{}, "open", "waiting", "", false, "waiting"},
		{visitor{}, "open", "offered", "", false, "waiting"},
		{visitor{}, "open", "in_hand", "", true, "talking"},
		{visitor{leftAs: "away"}, "open", "in_hand", "", true, "talking"},
		{visitor{}, "open", "parked", "", true, "talking"},
		{visitor{}, "open", "wrap_up", "", true, "ended"},
		{visitor{}, "resolved", "ended", "handled", true, "ended"},
		{visitor{}, "open", "ended", "transferred", false, "waiting"},
		{visitor{}, "open", "ended", "abandoned", false, "left"},
		{visitor{leftAs: "mail"}, "open", "ended", "by_mail", false, "left"},
		{visitor{leftAs: "message"}, "open", "waiting", "", false, "left"},
		{visitor{ended: true}, "open", "in_hand", "", true, "ended"},
		{visitor{}, "open", "", "", false, "waiting"},
		{visitor{}, "pending", "", "", true, "talking"},
		{visitor{}, "closed", "", "", true, "ended"},
	} {
		if got := standing(c.v, c.ticket, c.stay, c.outcome, c.agent); got != c.want {
			t.Errorf("standing(%+v, %q, %q, %q, %v) = %s, want %s", c.v, c.ticket, c.stay, c.outcome, c.agent, got, c.want)
		}
	}
}
