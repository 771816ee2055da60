package ui_test

import (
	"io/fs"
	"strings"
	"testing"

	"frontline/agentdesk/ui"
)

func TestFilesAlwaysHasAPage(t *testing.T) {
	t.Parallel()
	page, err := fs.ReadFile(ui.Files(), "index.html")
	if err != nil {
		t.Fatalf("Files() has no index.html: %v", err)
	}
	if !strings.Contains(string(page), "<html") {
		t.Errorf("index.html = %.80q, want an HTML page", page)
	}
}
