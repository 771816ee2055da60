package arch

import (
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// pages lists the repository's Markdown pages, as paths from its root.
func pages(t *testing.T) (paths []string) {
	t.Helper()
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && slices.Contains([]string{".git", "node_modules", "data"}, d.Name()):
			return fs.SkipDir
		case filepath.Ext(path) == ".md":
			path, err = filepath.Rel("../..", path)
			paths = append(paths, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return paths
}

func content(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("../..", path))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

var (
	code    = regexp.MustCompile("(?s)```.*?```|`[^`\n]*`")
	link    = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	heading = regexp.MustCompile(`(?m)^#+ (.+)$`)
	notSlug = regexp.MustCompile(`[^\p{L}\p{N} _-]`)
)

// TestLinksInPagesLead follows every link from one page of the repository to another, or to a heading in it.
func TestLinksInPagesLead(t *testing.T) {
	t.Parallel()
	for _, page := range pages(t) {
		for _, m := range link.FindAllStringSubmatch(code.ReplaceAllString(content(t, page), ""), -1) {
			u, err := url.Parse(m[1])
			if err != nil {
				t.Errorf("%s: link %s: %v", page, m[1], err)
				continue
			}
			if u.Scheme != "" {
				continue
			}
			to := page
			if u.Path != "" {
				to = filepath.Join(filepath.Dir(page), u.Path)
			}
			if _, err := os.Stat(filepath.Join("../..", to)); err != nil {
				t.Errorf("%s: link %s leads nowhere", page, m[1])
				continue
			}
			if u.Fragment != "" && !slices.Contains(slugs(content(t, to)), u.Fragment) {
				t.Errorf("%s: link %s leads to no heading", page, m[1])
			}
		}
	}
}

// slugs are the names by which a page's headings are linked.
func slugs(text string) (names []string) {
	for _, h := range heading.FindAllStringSubmatch(text, -1) {
		names = append(names, strings.ReplaceAll(notSlug.ReplaceAllString(strings.ToLower(h[1]), ""), " ", "-"))
	}
	return names
}

var (
	testName = regexp.MustCompile(`\b(?:Test|Fuzz)[A-Z]\w*`)
	testFunc = regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)\w+)\(`)
)

// TestTheSecurityPageNamesTestsThatExist: a defence whose test was renamed or removed must not look tested.
func TestTheSecurityPageNamesTestsThatExist(t *testing.T) {
	t.Parallel()
	there := map[string]bool{}
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && slices.Contains([]string{".git", "node_modules", "data"}, d.Name()):
			return fs.SkipDir
		case !strings.HasSuffix(path, "_test.go"):
			return nil
		}
		b, err := os.ReadFile(path)
		for _, m := range testFunc.FindAllSubmatch(b, -1) {
			there[string(m[1])] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	rows := strings.Split(content(t, "docs/security.md"), "\n")
	for _, row := range rows {
		names := testName.FindAllString(row, -1)
		for _, name := range names {
			if !there[name] {
				t.Errorf("docs/security.md names %s, which does not exist", name)
			}
		}
		if strings.HasPrefix(row, "| ") && !strings.HasPrefix(row, "| class") && len(names) == 0 {
			t.Errorf("docs/security.md names no test for %.60s", row)
		}
	}
}
