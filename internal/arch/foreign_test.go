package arch

import (
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/go/packages"
)

// forTests says whether a package is part of tests, or a tool that is run by go generate.
func forTests(p *packages.Package) bool {
	return strings.HasSuffix(p.PkgPath, "test") || strings.HasSuffix(p.PkgPath, "/generate")
}

// never are packages that the program must not stand on, and why.
var never = map[string]string{
	"github.com/twilio/twilio-go":                "its root costs two minutes of build and 20 MB; take client, client/jwt, rest/api/v2010",
	"github.com/fergusstrange/embedded-postgres": "it deletes a data folder of another major version",
	"database/sql":  "take pgx",
	"gorm.io/gorm":  "SQL stands beside its function",
	"log":           "take log/slog",
	"math/rand":     "take math/rand/v2, and crypto/rand for what must not be guessed",
	"text/template": "take html/template, which escapes",
	"encoding/gob":  "it trusts the bytes it reads",
	"testing":       "it is for tests",
}

func TestForeignPackagesThatMustNotBe(t *testing.T) {
	t.Parallel()
	for _, p := range source(t) {
		if forTests(p) {
			continue
		}
		for path := range p.Imports {
			if why, bad := never[path]; bad {
				t.Errorf("%s imports %s: %s", folder(p), path, why)
			}
			if strings.HasPrefix(path, "frontline/") && strings.HasSuffix(path, "test") {
				t.Errorf("%s imports %s, which is for tests", folder(p), path)
			}
		}
	}
}

// leaves know nothing of the rest of the program; pure ones have no database either.
var (
	leaves = []string{"internal/pg", "internal/fault", "internal/secret", "internal/blob"}
	pure   = []string{"tickets/routing", "tickets/sla", "channels/email/mime"}
)

func TestLeavesStandAlone(t *testing.T) {
	t.Parallel()
	for _, p := range source(t) {
		for path := range p.Imports {
			to, ours := strings.CutPrefix(path, "frontline/")
			if ours && to != "internal/fault" && slices.Contains(leaves, folder(p)) {
				t.Errorf("%s is a leaf and may not import %s", folder(p), path)
			}
			if slices.Contains(pure, folder(p)) && (to == "internal/pg" || strings.HasPrefix(path, "github.com/jackc/pgx/")) {
				t.Errorf("%s is pure and may not import %s", folder(p), path)
			}
		}
	}
}
