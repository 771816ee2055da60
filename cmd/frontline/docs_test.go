package main

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

func page(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile("../../docs/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestOperateNamesEverySettingOfServe(t *testing.T) {
	t.Parallel()
	_, table, _ := strings.Cut(page(t, "operate.md"), "## Settings")
	table, _, _ = strings.Cut(table, "\n## ")
	var told []string
	for _, m := range regexp.MustCompile("(?m)^\\| `(\\w+)` \\|").FindAllStringSubmatch(table, -1) {
		told = append(told, "FRONTLINE_"+m[1])
	}
	read := settings(t, "serve")
	for _, name := range read {
		if !slices.Contains(told, name) {
			t.Errorf("docs/operate.md does not tell of %s", name)
		}
	}
	for _, name := range told {
		if !slices.Contains(read, name) {
			t.Errorf("docs/operate.md tells of %s, which serve does not read", name)
		}
	}
}

func TestContractNamesEveryCommand(t *testing.T) {
	t.Parallel()
	text, _, _ := strings.Cut(page(t, "contract.md"), "## Reserved")
	var walk func(n *kong.Node, path string)
	walk = func(n *kong.Node, path string) {
		if n.Leaf() && !strings.Contains(text, "`"+path) {
			t.Errorf("docs/contract.md does not tell of `%s`", path)
		}
		for _, c := range n.Children {
			walk(c, path+" "+c.Name)
		}
	}
	walk(parser(t).Model.Node, "frontline")

	for _, m := range regexp.MustCompile("`frontline ([a-z ]*[a-z])").FindAllStringSubmatch(text, -1) {
		n := parser(t).Model.Node
		for word := range strings.SplitSeq(m[1], " ") {
			at := slices.IndexFunc(n.Children, func(c *kong.Node) bool { return c.Name == word })
			if at < 0 {
				t.Errorf("docs/contract.md tells of `frontline %s`, which does not exist", m[1])
				break
			}
			n = n.Children[at]
		}
	}
}
