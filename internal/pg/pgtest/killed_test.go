package pgtest_test

import (
	"bufio"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"frontline/internal/pg/pgtest"
)

const victim = "FRONTLINE_PGTEST_VICTIM"

// TestVictim is the test binary that TestKilledBinaryLeavesNothing kills.
func TestVictim(t *testing.T) {
	if os.Getenv(victim) == "" {
		return // it is nothing by itself
	}
	fmt.Println("\naddress", pgtest.URL(t, notes))
	if _, err := io.Copy(io.Discard, os.Stdin); err != nil {
		t.Fatal(err)
	}
}

func TestKilledBinaryLeavesNothing(t *testing.T) {
	t.Parallel()
	c := exec.Command(os.Args[0], "-test.run=^TestVictim$")
	c.Env = append(os.Environ(), victim+"=1")
	leash, err := c.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { leash.Close(); c.Process.Kill(); c.Wait() })
	address := ""
	for lines := bufio.NewScanner(out); address == "" && lines.Scan(); {
		address, _ = strings.CutPrefix(lines.Text(), "address ")
		if !strings.HasPrefix(address, "postgres:") {
			address = ""
		}
	}
	u, err := url.Parse(address)
	if err != nil || address == "" {
		t.Fatalf("the victim's address is %q: %v", address, err)
	}
	folder := u.Query().Get("host")
	if _, err := os.Stat(filepath.Join(folder, "data", "PG_VERSION")); err != nil {
		t.Fatal(err)
	}
	if err := c.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	for exists(folder) || worksIn(t, folder) {
		select {
		case <-t.Context().Done():
			t.Fatal("the folder or its server stays")
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// worksIn says whether a process has its working folder below path, which may be deleted already.
func worksIn(t *testing.T, path string) bool {
	t.Helper()
	links, err := filepath.Glob("/proc/[0-9]*/cwd")
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range links {
		if to, err := os.Readlink(l); err == nil && strings.HasPrefix(to, path+"/") {
			return true
		}
	}
	return false
}
