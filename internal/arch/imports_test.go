package arch

import (
	"go/ast"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// below lists, for each module, those it may import besides internal. agentdesk and channels never see each other: they
// meet in tickets.
var below = map[string][]string{
	"crm":       {},
	"knowledge": {},
	"tickets":   {"crm"},
	"channels":  {"tickets", "crm"},
	"agentdesk": {"tickets", "crm", "knowledge"},
	"cmd":       {"agentdesk", "channels", "tickets", "crm", "knowledge"},
}

func TestImportsPointOneWay(t *testing.T) {
	t.Parallel()
	for _, p := range source(t) {
		from := module(folder(p))
		inside := strings.HasPrefix(from, "internal/")
		if _, known := below[from]; !known && !inside {
			t.Errorf("%s: no such module in docs/architecture.md", folder(p))
			continue
		}
		for path := range p.Imports {
			to, ours := strings.CutPrefix(path, "frontline/")
			switch to = module(to); {
			case !ours || to == from:
			case strings.HasPrefix(to, "internal/"):
			case inside || !slices.Contains(below[from], to):
				t.Errorf("%s may not import %s", folder(p), path)
			}
		}
	}
}

// TestOnlyTheGateWrites finds calls of the pool that may write. The gate has it, and River, whose tables hold no
// business and have no triggers.
func TestOnlyTheGateWrites(t *testing.T) {
	t.Parallel()
	allowed := []string{"internal/authority", "internal/job", "internal/pg"}
	for _, p := range source(t) {
		if slices.Contains(allowed, module(folder(p))) {
			continue
		}
		for call, f := range p.TypesInfo.Uses {
			if f.Name() == "Write" && f.Pkg() != nil && f.Pkg().Path() == "frontline/internal/pg" {
				t.Errorf("%s: only the gate may write; use gate.Do", p.Fset.Position(call.Pos()))
			}
		}
	}
}

func TestPackagesAreNamedForSubjects(t *testing.T) {
	t.Parallel()
	never := []string{"pkg", "model", "models", "util", "utils", "common", "service", "services", "repository", "mock", "mocks", "helper", "helpers"}
	for _, p := range source(t) {
		for part := range strings.SplitSeq(folder(p), "/") {
			if slices.Contains(never, part) {
				t.Errorf("%s: %s is a layer or a drawer, not a subject", folder(p), part)
			}
		}
	}
}

func TestPackagesSayWhatTheyAreFor(t *testing.T) {
	t.Parallel()
	for _, p := range source(t) {
		start := "Package " + p.Name + " "
		if p.Name == "main" {
			_, name, _ := strings.Cut(folder(p), "/")
			start = "Command " + name[strings.LastIndex(name, "/")+1:] + " "
		}
		var docs []string
		for _, f := range p.Syntax {
			if f.Doc != nil {
				docs = append(docs, f.Doc.Text())
			}
		}
		if len(docs) != 1 || !strings.HasPrefix(docs[0], start) {
			t.Errorf("%s: want one doc comment that begins %q, have %d: %.60q", folder(p), start, len(docs), docs)
		}
	}
}

// TestNothingIsLeftForLater keeps out what would be done another day.
func TestNothingIsLeftForLater(t *testing.T) {
	t.Parallel()
	for _, p := range source(t) {
		for _, f := range p.Syntax {
			for _, group := range f.Comments {
				for _, word := range []string{"TODO", "FIXME", "XXX", "HACK"} {
					if slices.Contains(strings.FieldsFunc(group.Text(), notLetter), word) {
						t.Errorf("%s: %s: do it, or open an issue", p.Fset.Position(group.Pos()), word)
					}
				}
			}
			ast.Inspect(f, func(n ast.Node) bool {
				if call, ok := n.(*ast.CallExpr); ok && isPanic(call) {
					t.Errorf("%s: panic for what is not built", p.Fset.Position(call.Pos()))
				}
				return true
			})
		}
	}
}

func notLetter(r rune) bool { return (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') }

// isPanic knows panic("not implemented") in its common spellings.
func isPanic(call *ast.CallExpr) bool {
	f, ok := call.Fun.(*ast.Ident)
	if !ok || f.Name != "panic" || len(call.Args) != 1 {
		return false
	}
	lit, ok := call.Args[0].(*ast.BasicLit)
	if !ok {
		return false
	}
	s, err := strconv.Unquote(lit.Value)
	return err == nil && (strings.Contains(s, "implement") || strings.Contains(strings.ToLower(s), "todo"))
}
