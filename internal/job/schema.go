package job

import (
	"embed"
	"io/fs"

	"frontline/internal/pg"
)

//go:generate go run ./generate

//go:embed migrations/*.sql
var migrations embed.FS

// Schema is River's migrations, put into their own schema, between ours that make the schema and give the program its
// rights in it. River numbers its files from 001; ours after it begin at 100.
func Schema() pg.Schema {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		panic(err) // the folder is embedded
	}
	return pg.Schema{Module: "river", Files: files}
}
