package arch

import (
	"go/ast"
	"go/token"
	"go/types"
	"maps"
	"slices"
	"testing"

	"golang.org/x/tools/go/packages"
)

// each calls f for every node of a package but those inside the functions of the given names, short or full.
func each(p *packages.Package, f func(ast.Node), except ...string) {
	for _, file := range p.Syntax {
		ast.Inspect(file, func(n ast.Node) bool {
			if d, ok := n.(*ast.FuncDecl); ok {
				f := p.TypesInfo.Defs[d.Name].(*types.Func)
				if slices.Contains(except, f.Name()) || slices.Contains(except, f.FullName()) {
					return false
				}
			}
			if n != nil {
				f(n)
			}
			return true
		})
	}
}

// callee is the function or method that a call names; nil for a conversion, a built-in or a function value.
func callee(p *packages.Package, c *ast.CallExpr) *types.Func {
	fun := ast.Unparen(c.Fun)
	if generic, ok := fun.(*ast.IndexExpr); ok {
		fun = generic.X
	}
	f, _ := p.TypesInfo.Uses[name(fun)].(*types.Func)
	return f
}

// name is the last word of "a.b.c"; nil for anything else.
func name(e ast.Expr) *ast.Ident {
	switch e := ast.Unparen(e).(type) {
	case *ast.Ident:
		return e
	case *ast.SelectorExpr:
		return e.Sel
	}
	return nil
}

// calls says whether an expression calls the function of that full name, such as "(error).Error".
func calls(p *packages.Package, e ast.Expr, full string) bool {
	c, ok := ast.Unparen(e).(*ast.CallExpr)
	if !ok {
		return false
	}
	f := callee(p, c)
	return f != nil && f.FullName() == full
}

// TestErrorsAreNotReadAsText: a caller tells failures apart by kind, since text is for people and changes.
func TestErrorsAreNotReadAsText(t *testing.T) {
	t.Parallel()
	const text = "(error).Error"
	for _, p := range source(t) {
		each(p, func(n ast.Node) {
			switch n := n.(type) {
			case *ast.CallExpr:
				f := callee(p, n)
				if f == nil || f.Pkg() == nil || f.Pkg().Path() != "strings" || !types.Identical(p.TypesInfo.TypeOf(n), types.Typ[types.Bool]) {
					return
				}
				for _, a := range n.Args {
					if calls(p, a, text) {
						t.Errorf("%s: an error is read as text; use errors.Is or errors.As", p.Fset.Position(n.Pos()))
					}
				}
			case *ast.BinaryExpr:
				if (n.Op == token.EQL || n.Op == token.NEQ) && (calls(p, n.X, text) || calls(p, n.Y, text)) {
					t.Errorf("%s: an error is compared as text; use errors.Is or errors.As", p.Fset.Position(n.Pos()))
				}
			}
		}, "Error") // which puts texts together
	}
}

// TestFaultsHaveANamedKind: the kinds are those of package fault, so that one table gives each its status.
func TestFaultsHaveANamedKind(t *testing.T) {
	t.Parallel()
	const fault = "frontline/internal/fault"
	for _, p := range source(t) {
		each(p, func(n ast.Node) {
			c, ok := n.(*ast.CallExpr)
			if !ok || !calls(p, c, fault+".New") {
				return
			}
			kind, ok := p.TypesInfo.Uses[name(c.Args[0])].(*types.Var)
			// A kind itself, or a variable inside a function that was given one.
			if !ok || kind.Pkg().Path() != fault && kind.Parent() == kind.Pkg().Scope() {
				t.Errorf("%s: fault.New wants one of the kinds of package fault", p.Fset.Position(c.Pos()))
			}
		})
	}
}

// beginnings are where a context may begin, because what runs there lives as long as its owner and not as a call.
var beginnings = map[string]string{
	"agentdesk":           "a desk's socket outlives the request that opened it",
	"channels/webchat":    "a visitor's socket outlives the request that opened it",
	"channels/email":      "Prometheus scrapes without one",
	"channels/email/wire": "errors of libraries that take no context",
	"internal/pg":         "the guard of the pools, and the log of the private server",
}

// TestContextsComeFromTheCaller: whoever makes a new one goes on after the caller has gone.
func TestContextsComeFromTheCaller(t *testing.T) {
	t.Parallel()
	for _, p := range source(t) {
		if beginnings[folder(p)] != "" || forTests(p) || p.Name == "main" {
			continue
		}
		each(p, func(n ast.Node) {
			c, ok := n.(*ast.CallExpr)
			if ok && (calls(p, c, "context.Background") || calls(p, c, "context.TODO")) {
				t.Errorf("%s: a context begins here; take the caller's, or context.WithoutCancel of it", p.Fset.Position(c.Pos()))
			}
		})
	}
}

// assembled are the functions, by their full name, that may put a statement together, from literals and $n alone.
var assembled = map[string]string{
	"(*frontline/tickets.Tickets).List":  "only the conditions that hold, so that each filter has its index; its own tests run all of them",
	"(*frontline/tickets.Tickets).Count": "a choice of tickets has the conditions that hold, as List has",
	"(*frontline/tickets.sieve).read":    "same",
	"(*frontline/tickets.sieve).end":     "same",
}

// TestStatementsAreLiterals: one put together from what came in is how strangers get theirs run.
func TestStatementsAreLiterals(t *testing.T) {
	t.Parallel()
	for _, p := range source(t) {
		if folder(p) == "internal/pg" || forTests(p) {
			continue // names of databases and roles cannot be parameters
		}
		given := literals(p)
		each(p, func(n ast.Node) {
			c, ok := n.(*ast.CallExpr)
			if !ok {
				return
			}
			f := callee(p, c)
			if f == nil {
				return
			}
			params := f.Signature().Params()
			for i := range min(params.Len(), len(c.Args)) {
				if !isStatement(f, params.At(i)) {
					continue
				}
				if v, ok := p.TypesInfo.Uses[name(c.Args[i])].(*types.Var); p.TypesInfo.Types[c.Args[i]].Value == nil && (!ok || !given[v]) {
					t.Errorf("%s: a statement that is no literal; write it out and pass the parts as $1", p.Fset.Position(c.Args[i].Pos()))
				}
			}
		}, slices.Collect(maps.Keys(assembled))...)
	}
}

// isStatement says whether a parameter takes SQL: by its name, which pgx.Batch.Queue has its own for.
func isStatement(f *types.Func, v *types.Var) bool {
	return types.Identical(v.Type(), types.Typ[types.String]) && (v.Name() == "sql" || f.FullName() == "(*github.com/jackc/pgx/v5.Batch).Queue" && v.Name() == "query")
}

// literals are the variables that can hold only literals: parameters called sql, whose callers are held to the same, and
// variables that are given nothing but constants.
func literals(p *packages.Package) map[*types.Var]bool {
	ok := map[*types.Var]bool{}
	note := func(id *ast.Ident, value ast.Expr) {
		v, isVar := p.TypesInfo.ObjectOf(id).(*types.Var)
		if !isVar || !types.Identical(v.Type(), types.Typ[types.String]) {
			return
		}
		before, seen := ok[v]
		ok[v] = p.TypesInfo.Types[value].Value != nil && (before || !seen)
	}
	each(p, func(n ast.Node) {
		switch n := n.(type) {
		case *ast.FuncType:
			for _, field := range n.Params.List {
				for _, id := range field.Names {
					if v, isVar := p.TypesInfo.Defs[id].(*types.Var); isVar && id.Name == "sql" {
						ok[v] = true
					}
				}
			}
		case *ast.AssignStmt:
			for i, left := range n.Lhs {
				if id, isName := left.(*ast.Ident); isName && len(n.Lhs) == len(n.Rhs) {
					note(id, n.Rhs[i])
				}
			}
		case *ast.ValueSpec:
			for i, id := range n.Names {
				if i < len(n.Values) {
					note(id, n.Values[i])
				}
			}
		}
	})
	return ok
}
