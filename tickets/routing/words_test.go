package routing_test

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"frontline/tickets/routing"
)

func TestEveryCodeHasWordsInBothLanguages(t *testing.T) {
	t.Parallel()
	file, err := parser.ParseFile(token.NewFileSet(), "fact.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var codes []string
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		for i := 0; ok && i < len(spec.Values); i++ {
			code, err := strconv.Unquote(spec.Values[i].(*ast.BasicLit).Value)
			if err != nil {
				t.Fatal(err)
			}
			codes = append(codes, code)
		}
		return true
	})
	if len(codes) < 30 {
		t.Fatalf("fact.go has %d codes", len(codes))
	}
	keys := map[string][]string{}
	for _, lang := range []string{"zh", "en"} {
		b, err := os.ReadFile("words/" + lang + ".json")
		if err != nil {
			t.Fatal(err)
		}
		var words map[string]string
		if err := json.Unmarshal(b, &words); err != nil {
			t.Fatal(err)
		}
		for _, code := range codes {
			if words[code] == "" {
				t.Errorf("%s has no words for %q", lang, code)
			}
		}
		keys[lang] = slices.Sorted(maps.Keys(words))
	}
	if !slices.Equal(keys["zh"], keys["en"]) {
		t.Errorf("zh has %v\nen has %v", keys["zh"], keys["en"])
	}
}

func TestWords(t *testing.T) {
	t.Parallel()
	li := routing.Why{
		{Code: routing.Got, Agent: 1, Name: "李"},
		{Code: routing.Skilled, Skill: "zh", Have: 4, Need: 3},
		{Code: routing.Idle, Seconds: 94},
		{Code: routing.NoRoom, Agent: 2, Name: "王"},
		{Code: routing.Waits, Seconds: 60, Head: 300},
	}
	shanghai := time.FixedZone("", 8*3600)
	for _, c := range []struct {
		why  routing.Why
		lang string
		want string
	}{
		{li, "zh", "李：zh 4 ≥ 3，空闲 94 秒；王 没有余量；已等待 60 秒，按 6 分钟计"},
		{li, "en", "李, because zh 4 ≥ 3, idle 94 s; 王 has no capacity; waiting 60 s, counts as 6 min"},
		{li, "fr", "李, because zh 4 ≥ 3, idle 94 s; 王 has no capacity; waiting 60 s, counts as 6 min"},
		{li[:1], "zh", "李"},
		{routing.Why{{Code: routing.Closed, At: noon}}, "zh", "20:00 前不服务"},
		{routing.Why{{Code: routing.Held, Name: "李", At: noon.Add(9*time.Hour + 30*time.Second)}}, "en", "kept for 李 until 2026-11-25 05:00:30"},
		{routing.Why{{Code: routing.Waits, Seconds: 200_000}}, "en", "waiting 55 h"},
		{routing.Why{{Code: routing.Waits, Seconds: 300_000}}, "zh", "已等待 3 天"},
		{routing.Why{{Code: "of a later version"}}, "zh", "of a later version"},
		{nil, "zh", ""},
	} {
		if got := c.why.Words(routing.Reader{Lang: c.lang, Zone: shanghai, Now: noon}); got != c.want {
			t.Errorf("%s of %+v = %q, want %q", c.lang, c.why, got, c.want)
		}
	}
	if got := (routing.Why{{Code: routing.Closed, At: noon}}).Words(routing.Reader{Lang: "en"}); got != "closed until 2026-11-24 12:00" {
		t.Errorf("without a zone: %q", got)
	}
}
