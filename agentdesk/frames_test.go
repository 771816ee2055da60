package agentdesk

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"frontline/internal/fault"
)

// FuzzFrames reads whatever a client may say: it is understood or refused by name, and what is given back is JSON.
func FuzzFrames(f *testing.F) {
	for _, seed := range []string{
		`{"type":"hello","after":0}`, `{"type":"watch","object":"ticket:42","id":1}`, `{"type":"presence","state":"ready","reason":"午餐","id":"a"}`,
		`{"type":"typing","object":"ticket:42","on":true}`, `{"type":"ping","id":-1.5e300}`, `{"type":"ping","id":"\u0000\ud83d"}`, `{"type":"ping","id":null}`,
		`{`, `[]`, `null`, `"x"`, `{"type":"a","type":"b"}`, `{"id":{"id":{}},"type":"x"}`, "{\"type\":\"\xff\"}", `{"type":"x"} {}`, `{"after":99999999999999999999,"type":"hello"}`,
		`{"Type":"ping"}`, `{"type":"ping","id":"` + strings.Repeat("x", 100) + `"}`, strings.Repeat(`{"type":`, 2000),
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, frame []byte) {
		m, err := parse(frame)
		if err != nil && !errors.Is(err, fault.Invalid) {
			t.Fatalf("parse(%q) = %v, want an invalid frame", frame, err)
		}
		if err == nil && m.Type == "" {
			t.Fatalf("parse(%q) understood a frame without type", frame)
		}
		if len(m.ID) > maxID {
			t.Fatalf("parse(%q) keeps an id of %d bytes", frame, len(m.ID))
		}
		if b := encode(errorFrame{Type: "error", ID: m.ID, Code: "x"}); !json.Valid(b) {
			t.Fatalf("parse(%q): the answer %q is no JSON", frame, b)
		}
	})
}
