package arch

import (
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	comment = regexp.MustCompile(`(?m)--.*$`)
	create  = regexp.MustCompile(`(?i)\bcreate\s+(?:unlogged\s+)?table\s+(?:if\s+not\s+exists\s+)?([\w.]+)`)
	change  = regexp.MustCompile(`(?i)\b(?:insert\s+into|update|delete\s+from)\s+(\w+)`)
)

// owners says which module's migrations create each table.
func owners(t *testing.T) map[string]string {
	t.Helper()
	owner := map[string]string{}
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && slices.Contains([]string{".git", "node_modules", "data", "testdata"}, d.Name()):
			return fs.SkipDir
		case filepath.Ext(path) != ".sql" || filepath.Base(filepath.Dir(path)) != "migrations":
			return nil
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		folder, err := filepath.Rel("../..", filepath.Dir(filepath.Dir(path)))
		if err != nil {
			return err
		}
		for _, m := range create.FindAllStringSubmatch(comment.ReplaceAllString(string(b), ""), -1) {
			if strings.Contains(m[1], ".") {
				continue // in a schema of its own: River's, which only River writes
			}
			if other := owner[m[1]]; other != "" && other != module(folder) {
				t.Errorf("table %s is made by %s and by %s", m[1], other, module(folder))
			}
			owner[m[1]] = module(folder)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return owner
}

func TestOnlyTheOwnerWritesATable(t *testing.T) {
	t.Parallel()
	owner := owners(t)
	for _, p := range source(t) {
		for _, s := range texts(p) {
			if !statement.MatchString(s.value) {
				continue
			}
			for _, m := range change.FindAllStringSubmatch(s.value, -1) {
				if o := owner[m[1]]; o != "" && o != module(folder(p)) {
					t.Errorf("%s writes %s, which belongs to %s", s.at, m[1], o)
				}
			}
		}
	}
}

// TestThePageNamesEveryOwner holds the table of docs/architecture.md against the migrations.
func TestThePageNamesEveryOwner(t *testing.T) {
	t.Parallel()
	told := map[string]string{}
	_, table, _ := strings.Cut(content(t, "docs/architecture.md"), "| package | tables |\n|---|---|\n")
	table, _, _ = strings.Cut(table, "\n\n")
	for _, row := range regexp.MustCompile(`(?m)^\| (\S+) \| (\w+(?:, \w+)*) \|$`).FindAllStringSubmatch(table, -1) {
		for name := range strings.SplitSeq(row[2], ", ") {
			told[name] = row[1]
		}
	}
	if made := owners(t); !maps.Equal(told, made) {
		for table, o := range made {
			if told[table] != o {
				t.Errorf("docs/architecture.md gives %s to %q, the migrations to %s", table, told[table], o)
			}
		}
		for table, o := range told {
			if made[table] == "" {
				t.Errorf("docs/architecture.md gives %s to %s, but no migration makes it", table, o)
			}
		}
	}
}
