package mime

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestRead reads the mails in testdata/mails. The .json beside each holds what must come out, of the form that
// "frontline mail parse" prints; what it does not name is not compared. "problem" is a code that must be among problems.
func TestRead(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/mails/*.eml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no mails in testdata: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".eml"), func(t *testing.T) {
			t.Parallel()
			raw, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			wanted, err := os.ReadFile(strings.TrimSuffix(file, ".eml") + ".json")
			if err != nil {
				t.Fatal(err)
			}
			var want map[string]any
			if err := json.Unmarshal(wanted, &want); err != nil {
				t.Fatal(err)
			}
			got := parsed(t, raw)
			if code, ok := want["problem"]; ok {
				delete(want, "problem")
				if !strings.Contains(string(mustJSON(t, got["problems"])), `"`+code.(string)+`"`) {
					t.Errorf("problems of %s = %v, want %v among them", file, got["problems"], code)
				}
			}
			for field, value := range want {
				if diff := cmp.Diff(value, only(value, got[field])); diff != "" {
					t.Errorf("%s of %s (-want +got):\n%s", field, file, diff)
				}
			}
		})
	}
}

// parsed reads a mail the way scripts see it.
func parsed(t *testing.T, raw []byte) map[string]any {
	t.Helper()
	var m map[string]any
	if err := json.Unmarshal(mustJSON(t, Read(raw, Limits{})), &m); err != nil {
		t.Fatal(err)
	}
	return m
}

func mustJSON(t *testing.T, v any) []byte {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// only gives of have the fields that want has, so that an expectation may leave things out.
func only(want, have any) any {
	switch w := want.(type) {
	case map[string]any:
		h, ok := have.(map[string]any)
		if !ok {
			return have
		}
		out := map[string]any{}
		for k, v := range w {
			out[k] = only(v, h[k])
		}
		return out
	case []any:
		h, ok := have.([]any)
		if !ok || len(h) != len(w) {
			return have
		}
		out := make([]any, len(h))
		for i := range h {
			out[i] = only(w[i], h[i])
		}
		return out
	}
	return have
}
