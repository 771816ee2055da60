// Command generate copies River's migrations into the migrations folder, put into schema river. They are kept in the
// repository because what ran on somebody's database must not change with a new version of River: a diff here in a file
// that is not new needs a migration of ours instead.
package main

import (
	"io/fs"
	"log"
	"os"
	"path/filepath"
	"strings"

	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
)

const notice = "-- From River (https://riverqueue.com), Mozilla Public License 2.0. Made by go generate.\n\n"

func main() {
	if err := copyAll("migrations"); err != nil {
		log.Fatal(err)
	}
}

func copyAll(to string) error {
	from := riverpgxv5.New(nil).GetMigrationFS(riverdriver.MigrationLineMain)
	names, err := fs.Glob(from, "migration/main/*.up.sql")
	if err != nil {
		return err
	}
	for _, name := range names {
		sql, err := fs.ReadFile(from, name)
		if err != nil {
			return err
		}
		text := notice + strings.TrimSpace(strings.ReplaceAll(string(sql), "/* TEMPLATE: schema */", "river.")) + "\n"
		if err := os.WriteFile(filepath.Join(to, strings.TrimSuffix(filepath.Base(name), ".up.sql")+".sql"), []byte(text), 0o644); err != nil {
			return err
		}
	}
	return nil
}
