package widget_test

import (
	"encoding/json"
	"io/fs"
	"maps"
	"slices"
	"testing"

	"frontline/channels/webchat/widget"
)

func TestThereIsAlwaysAScriptAndAPage(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"widget.js", "link.html"} {
		if b, err := fs.ReadFile(widget.Files(), name); err != nil || len(b) == 0 {
			t.Errorf("Files() has %d bytes of %s, %v", len(b), name, err)
		}
	}
}

func TestEveryLanguageHasTheSameWords(t *testing.T) {
	t.Parallel()
	names := func(language string) []string {
		var words map[string]string
		if err := json.Unmarshal(widget.Words(language), &words); err != nil {
			t.Fatalf("Words(%q): %v", language, err)
		}
		for name, text := range words {
			if text == "" {
				t.Errorf("Words(%q) has no words for %s", language, name)
			}
		}
		return slices.Sorted(maps.Keys(words))
	}
	en := names("en")
	for _, language := range []string{"zh", "fr", "../../x", ""} {
		if got := names(language); !slices.Equal(got, en) {
			t.Errorf("Words(%q) names %v, want %v", language, got, en)
		}
	}
}
