package authority

import (
	"embed"
	"io/fs"

	"frontline/internal/job"
	"frontline/internal/pg"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Schemas are the migrations of this package and of the job queue that its transactions put jobs into, in order.
func Schemas() []pg.Schema {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		panic(err) // the folder is embedded
	}
	return []pg.Schema{job.Schema(), {Module: "authority", Files: files}}
}
