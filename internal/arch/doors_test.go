package arch

import (
	"go/ast"
	"go/types"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/go/packages"
)

// doors are the ways out of the program, by their full names, and who may take them. Whatever goes to an address that
// somebody typed or a stranger sent takes internal/fetch or channels/email/wire, which check it as they connect.
var doors = []struct {
	why     string
	names   []string
	allowed []string
}{
	{"to other machines only through internal/fetch or channels/email/wire, which check the address as they connect", []string{
		"net.Dial", "net.DialTimeout", "net.DialTCP", "net.DialUDP", "net.Dialer", "crypto/tls.Dial", "crypto/tls.DialWithDialer", "crypto/tls.Dialer",
		"net/http.Client", "net/http.Transport", "net/http.DefaultClient", "net/http.DefaultTransport", "net/http.Get", "net/http.Post", "net/http.PostForm", "net/http.Head",
		"net/smtp.SendMail", "net/smtp.Dial", "net/rpc.Dial", "github.com/gorilla/websocket.Dialer", "github.com/gorilla/websocket.DefaultDialer",
		"net/http/httputil.ReverseProxy", "net/http/httputil.NewSingleHostReverseProxy",
	}, []string{"internal/fetch", "channels/email/wire", "internal/pg", "cmd/frontline"}},
	{"to the database only through internal/pg, whose connections are read-only unless the gate asks", []string{
		"github.com/jackc/pgx/v5.Connect", "github.com/jackc/pgx/v5.ConnectConfig", "github.com/jackc/pgx/v5.ConnectWithOptions", "github.com/jackc/pgx/v5.ReadWrite",
		"github.com/jackc/pgx/v5/pgconn.Connect", "github.com/jackc/pgx/v5/pgconn.ConnectConfig", "github.com/jackc/pgx/v5/pgconn.ConnectWithOptions",
		"github.com/jackc/pgx/v5/pgxpool.New", "github.com/jackc/pgx/v5/pgxpool.NewWithConfig",
	}, []string{"internal/pg", "internal/job"}},
	{"other programs are started by internal/pg alone: what strangers send must come near no shell", []string{
		"os/exec.Command", "os/exec.CommandContext", "os/exec.Cmd", "os.StartProcess", "syscall.Exec", "syscall.ForkExec", "plugin.Open",
	}, []string{"internal/pg"}},
}

func TestWaysOutOfTheProgram(t *testing.T) {
	t.Parallel()
	for _, p := range source(t) {
		if forTests(p) {
			continue
		}
		for id, used := range p.TypesInfo.Uses {
			if used.Pkg() == nil || used.Parent() != used.Pkg().Scope() {
				continue
			}
			name := used.Pkg().Path() + "." + used.Name()
			for _, d := range doors {
				if slices.Contains(d.names, name) && !slices.Contains(d.allowed, folder(p)) {
					t.Errorf("%s: %s: %s", p.Fset.Position(id.Pos()), name, d.why)
				}
			}
		}
	}
}

// TestDoorsAreThere finds misspelt names above: a door of a package that the program uses must exist in it.
func TestDoorsAreThere(t *testing.T) {
	t.Parallel()
	known := map[string]*types.Package{}
	for _, p := range source(t) {
		for path, imported := range p.Imports {
			known[path] = imported.Types
		}
	}
	for _, d := range doors {
		for _, name := range d.names {
			path, last := name[:strings.LastIndex(name, ".")], name[strings.LastIndex(name, ".")+1:]
			if p := known[path]; p != nil && p.Scope().Lookup(last) == nil {
				t.Errorf("there is no %s", name)
			}
		}
	}
}

var opensWriting = regexp.MustCompile(`(?i)\bread\s+write\b|transaction_read_only|session_replication_role|\bdisable\s+trigger\b|\brow_security\b|(^|;)\s*set\s+(local\s+|session\s+)?role\b|\bset_config\(\s*'(app\.|role|search_path)`)

// TestNobodySwitchesTheGuardsOff: a connection that only reads, and the triggers and policies behind it, can be switched
// by a statement.
func TestNobodySwitchesTheGuardsOff(t *testing.T) {
	t.Parallel()
	for _, p := range source(t) {
		if slices.Contains([]string{"internal/pg", "internal/authority"}, folder(p)) || forTests(p) {
			continue // they are the guards
		}
		for _, s := range texts(p) {
			if found := opensWriting.FindString(s.value); found != "" {
				t.Errorf("%s: %q in a statement", s.at, found)
			}
		}
	}
}

// TestEveryCommandIsAccountedFor: a type with a method that takes (context.Context, authority.Actor, …) is handed to
// authoritytest.Account in its package's tests, which calls each such method as somebody without any right. A command
// that asks nobody, or leaves no trace, is found there and not by a customer.
func TestEveryCommandIsAccountedFor(t *testing.T) {
	t.Parallel()
	acting := map[string]bool{} // types with such a method, by full name
	var where []string
	for _, p := range source(t) {
		if forTests(p) || p.Name == "main" {
			continue
		}
		for _, name := range p.Types.Scope().Names() {
			of, ok := p.Types.Scope().Lookup(name).(*types.TypeName)
			if !ok || !of.Exported() || types.IsInterface(of.Type()) {
				continue
			}
			if acts(types.NewPointer(of.Type())) {
				acting[types.TypeString(of.Type(), nil)] = true
				where = append(where, p.PkgPath)
			}
		}
	}
	delete(acting, "frontline/internal/authority.Gate") // it is what the others ask
	if len(acting) == 0 {
		t.Fatal("nobody acts: does this test still know what a command looks like?")
	}
	tests, err := packages.Load(&packages.Config{
		Dir: "../..", Tests: true,
		Mode: packages.NeedName | packages.NeedFiles | packages.NeedSyntax | packages.NeedImports | packages.NeedTypes | packages.NeedTypesInfo,
	}, where...)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range tests {
		each(p, func(n ast.Node) {
			if c, ok := n.(*ast.CallExpr); ok && calls(p, c, "frontline/internal/authority/authoritytest.Account") {
				given := p.TypesInfo.TypeOf(c.Args[2])
				if to, ok := given.(*types.Pointer); ok {
					given = to.Elem()
				}
				delete(acting, types.TypeString(given, nil))
			}
		})
	}
	for name := range acting {
		t.Errorf("%s has methods that take an actor; call authoritytest.Account with it in a test of its package", name)
	}
}

// acts says whether a type has an exported method that takes a context and an actor.
func acts(of types.Type) bool {
	methods := types.NewMethodSet(of)
	for m := range methods.Methods() {
		f := m.Obj().(*types.Func)
		params := f.Signature().Params()
		if f.Exported() && params.Len() >= 2 && types.TypeString(params.At(0).Type(), nil) == "context.Context" &&
			types.TypeString(params.At(1).Type(), nil) == "frontline/internal/authority.Actor" {
			return true
		}
	}
	return false
}
