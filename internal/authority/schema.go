package authority

import (
	"embed"
	"io/fs"

	"frontline/internal/pg"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Schemas are the migrations of this package.
func Schemas() []pg.Schema {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		panic(err) // the folder is embedded
	}
	return []pg.Schema{{Module: "authority", Files: files}}
}
