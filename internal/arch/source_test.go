package arch

import (
	"go/ast"
	"go/constant"
	"go/token"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"golang.org/x/tools/go/packages"
)

// load reads and type-checks every package of the program, once for all tests here.
var load = sync.OnceValues(func() ([]*packages.Package, error) {
	return packages.Load(&packages.Config{
		Dir:  "../..",
		Mode: packages.NeedName | packages.NeedFiles | packages.NeedSyntax | packages.NeedImports | packages.NeedTypes | packages.NeedTypesInfo,
	}, "./...")
})

// source is every package of the program, without tests.
func source(t *testing.T) []*packages.Package {
	t.Helper()
	all, err := load()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range all {
		for _, e := range p.Errors {
			t.Fatal(e)
		}
	}
	return slices.DeleteFunc(slices.Clone(all), func(p *packages.Package) bool { return len(p.Syntax) == 0 })
}

// folder is a package's path from the repository's root: "internal/pg".
func folder(p *packages.Package) string { return strings.TrimPrefix(p.PkgPath, "frontline/") }

// module is the top folder that a path lies in; what lies in internal counts by its own name, "internal/pg".
func module(path string) string {
	parts := strings.Split(path, "/")
	if parts[0] == "internal" && len(parts) > 1 {
		return parts[0] + "/" + parts[1]
	}
	return parts[0]
}

// text is a constant string of the source.
type text struct {
	at    token.Position
	value string
	part  bool // joined with what is no constant
}

// texts are all constant strings of a package, where they are used; a concatenation of constants is one.
func texts(p *packages.Package) (found []text) {
	for _, f := range p.Syntax {
		parts := map[ast.Expr]bool{}
		ast.Inspect(f, func(n ast.Node) bool {
			if d, ok := n.(*ast.GenDecl); ok && d.Tok == token.CONST {
				return false // it may be a part of a longer one
			}
			e, ok := n.(ast.Expr)
			if !ok {
				return true
			}
			v := p.TypesInfo.Types[e].Value
			if v == nil || v.Kind() != constant.String {
				if join, ok := e.(*ast.BinaryExpr); ok {
					parts[join.X], parts[join.Y] = true, true
				}
				return true
			}
			found = append(found, text{p.Fset.Position(e.Pos()), constant.StringVal(v), parts[e]})
			return false
		})
	}
	return found
}

var statement = regexp.MustCompile(`(?is)^\s*(select\s|insert\s+into\s|update\s+\w+\s+(as\s+)?(\w+\s+)?set\s|delete\s+from\s|with\s+(recursive\s+)?\w+\s*(\([^)]*\)\s*)?as\s)`)

// statements are the constant strings that are SQL, and whole.
func statements(p *packages.Package) []text {
	return slices.DeleteFunc(texts(p), func(s text) bool { return s.part || !statement.MatchString(s.value) })
}
