package arch

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// Licences (SPDX names) whose code may be part of a program under Apache-2.0. MPL-2.0 binds only its own files, which we
// use as they are. The GPL family is not here: it would bind the whole program.
var shipped = []string{
	"0BSD", "Apache-2.0", "BlueOak-1.0.0", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "ISC", "MIT", "MIT-0", "MPL-2.0",
	"PostgreSQL", "Unlicense", "Zlib",
}

// Licences that are good for tools too, which build and test the program but are no part of it.
var tools = append([]string{"CC-BY-3.0", "CC-BY-4.0", "Python-2.0"}, shipped...)

// phrases name a licence by words that stand in no other. Order matters: the GPL texts speak of other licences.
var phrases = []struct {
	name string
	text *regexp.Regexp
}{
	{"GPL", regexp.MustCompile(`GNU (AFFERO |LESSER |LIBRARY )?GENERAL PUBLIC LICENSE`)},
	{"MPL-2.0", regexp.MustCompile(`Mozilla Public License,? Version 2\.0`)},
	{"Apache-2.0", regexp.MustCompile(`Apache License,? Version 2\.0`)},
	{"BSD-3-Clause", regexp.MustCompile(`Redistribution and use in source and binary forms`)},
	{"MIT", regexp.MustCompile(`Permission is hereby granted, free of charge, to any person`)},
	{"ISC", regexp.MustCompile(`Permission to use, copy, modify, and(/or)? distribute this software`)},
	{"Unlicense", regexp.MustCompile(`This is free and unencumbered software`)},
	{"CC0-1.0", regexp.MustCompile(`CC0 1\.0 Universal`)},
}

// TestGoLicences holds every module compiled into the program or its tests against the licences that go with ours.
func TestGoLicences(t *testing.T) {
	t.Parallel()
	list := exec.CommandContext(t.Context(), "go", "list", "-deps", "-test", "-json=Module", "./...")
	list.Dir = "../.."
	list.Stderr = os.Stderr
	out, err := list.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	folders := map[string]string{}
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p struct{ Module *struct{ Path, Dir string } }
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		if p.Module != nil {
			folders[p.Module.Path] = p.Module.Dir
		}
	}
	for module, dir := range folders {
		if names := licencesIn(t, dir); len(names) == 0 {
			t.Errorf("%s: no licence that this test knows", module)
		} else if bad := slices.IndexFunc(names, func(n string) bool { return !slices.Contains(shipped, n) }); bad >= 0 {
			t.Errorf("%s: licence %s does not go with Apache-2.0", module, names[bad])
		}
	}
}

// licencesIn names the licences whose texts lie at the root of a module.
func licencesIn(t *testing.T, dir string) (names []string) {
	t.Helper()
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if f.IsDir() || !regexp.MustCompile(`(?i)^(licen[cs]e|copying|unlicense)`).MatchString(f.Name()) {
			continue
		}
		text, err := os.ReadFile(filepath.Join(dir, f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		flat := strings.Join(strings.Fields(string(text)), " ")
		for _, p := range phrases {
			if p.text.MatchString(flat) {
				names = append(names, p.name)
				break
			}
		}
	}
	return names
}

// TestDeskLicences does the same for the packages of the desk and of the chat, by what their authors wrote into
// package.json.
func TestDeskLicences(t *testing.T) {
	t.Parallel()
	for _, folder := range []string{"agentdesk/ui", "channels/webchat/widget"} {
		t.Run(folder, func(t *testing.T) {
			t.Parallel()
			checkPackages(t, "../../"+folder+"/package-lock.json")
		})
	}
}

func checkPackages(t *testing.T, file string) {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var lock struct {
		Packages map[string]struct {
			License  string
			Dev      bool
			Resolved string
		}
	}
	if err := json.Unmarshal(b, &lock); err != nil {
		t.Fatal(err)
	}
	if len(lock.Packages) < 2 {
		t.Fatal("package-lock.json names no packages")
	}
	for path, p := range lock.Packages {
		if path == "" { // the program itself
			continue
		}
		allowed := shipped
		if p.Dev {
			allowed = tools
		}
		if !permits(p.License, allowed) {
			t.Errorf("%s: licence %q does not go with Apache-2.0", path, p.License)
		}
		// An address would bind every build to the registry of the machine that wrote the file.
		if p.Resolved != "" {
			t.Errorf("%s: package-lock.json holds an address, %s", path, p.Resolved)
		}
	}
}

// permits says whether an SPDX expression leaves us a choice that is wholly allowed. It knows OR and AND without nesting,
// which is all that packages use.
func permits(expression string, allowed []string) bool {
	flat := strings.NewReplacer("(", "", ")", "").Replace(expression)
	for choice := range strings.SplitSeq(flat, " OR ") {
		if !slices.ContainsFunc(strings.Split(choice, " AND "), func(name string) bool {
			return !slices.Contains(allowed, strings.TrimSpace(name))
		}) {
			return true
		}
	}
	return false
}

func TestPermits(t *testing.T) {
	t.Parallel()
	for expression, want := range map[string]bool{
		"MIT": true, "(MIT OR GPL-3.0)": true, "MIT AND ISC": true, "GPL-3.0": false, "MIT AND AGPL-3.0-only": false, "": false,
	} {
		if got := permits(expression, shipped); got != want {
			t.Errorf("permits(%q) = %v, want %v", expression, got, want)
		}
	}
}
