package web

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

func TestBothLanguagesHaveTheSameWords(t *testing.T) {
	t.Parallel()
	en, zh := words["en"], words["zh"]
	for part, pair := range map[string][2]map[string]string{
		"titles": {en.Titles, zh.Titles}, "faults": {en.Faults, zh.Faults}, "fields": {en.Fields, zh.Fields},
	} {
		if a, b := slices.Sorted(maps.Keys(pair[0])), slices.Sorted(maps.Keys(pair[1])); !slices.Equal(a, b) {
			t.Errorf("%s differ: en has %v, zh has %v", part, without(a, b), without(b, a))
		}
		for code, text := range pair[0] {
			if a, b := places(text), places(pair[1][code]); !slices.Equal(a, b) {
				t.Errorf("%s %s has the arguments %v in en and %v in zh", part, code, a, b)
			}
		}
	}
}

func without(a, b []string) []string {
	return slices.DeleteFunc(slices.Clone(a), func(s string) bool { return slices.Contains(b, s) })
}

func places(text string) []string {
	found := regexp.MustCompile(`\{[a-z_]+\}`).FindAllString(text, -1)
	slices.Sort(found)
	return found
}

// The codes of the whole program are looked for in its source: a code without words would show a user an empty phrase.
func TestEveryFaultHasWords(t *testing.T) {
	t.Parallel()
	root := filepath.Join("..", "..")
	missing := map[string]token.Position{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "node_modules" || d.Name() == "testdata" || strings.HasPrefix(d.Name(), ".") && path != root) {
			return fs.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		src, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		files := token.NewFileSet()
		file, err := parser.ParseFile(files, path, src, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if name, code, at := codeOf(n); code != "" && name[code] == "" {
				missing[code] = files.Position(at)
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for code, at := range missing {
		t.Errorf("%s: no words for the code %q in lang/en.json", at, code)
	}
}

// codeOf finds the code in fault.New(kind, "code", …), fault.BadField("field", "code", …) and &fault.Fault{Code: "code"},
// and the words it should be among.
func codeOf(n ast.Node) (among map[string]string, code string, at token.Pos) {
	literal := func(e ast.Expr) string {
		l, ok := e.(*ast.BasicLit)
		if !ok || l.Kind != token.STRING {
			return ""
		}
		s, err := strconv.Unquote(l.Value)
		if err != nil {
			return ""
		}
		return s
	}
	switch n := n.(type) {
	case *ast.CallExpr:
		f, ok := n.Fun.(*ast.SelectorExpr)
		if !ok || len(n.Args) < 2 {
			return nil, "", 0
		}
		switch p, _ := f.X.(*ast.Ident); {
		case p == nil || p.Name != "fault":
		case f.Sel.Name == "New":
			return words["en"].Faults, literal(n.Args[1]), n.Pos()
		case f.Sel.Name == "BadField":
			return words["en"].Fields, literal(n.Args[1]), n.Pos()
		}
	case *ast.CompositeLit:
		s, ok := n.Type.(*ast.SelectorExpr)
		if !ok {
			return nil, "", 0
		}
		p, _ := s.X.(*ast.Ident)
		if p == nil || p.Name != "fault" || s.Sel.Name != "Fault" && s.Sel.Name != "Field" {
			return nil, "", 0
		}
		among = words["en"].Faults
		if s.Sel.Name == "Field" {
			among = words["en"].Fields
		}
		for _, e := range n.Elts {
			kv, ok := e.(*ast.KeyValueExpr)
			if !ok {
				continue
			}
			if k, _ := kv.Key.(*ast.Ident); k != nil && k.Name == "Code" {
				return among, literal(kv.Value), n.Pos()
			}
		}
	}
	return nil, "", 0
}
