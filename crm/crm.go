// Package crm knows the customers: who they are and how they reach us. Every channel asks it who
// is there, and every screen asks it what is known.
package crm

import (
	"embed"
	"io/fs"

	"frontline/internal/authority"
	"frontline/internal/pg"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Schemas are the migrations of this package and of those below it, in order.
func Schemas() []pg.Schema {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		panic(err) // the folder is embedded
	}
	return append(authority.Schemas(), pg.Schema{Module: "crm", Files: files})
}

// CRM reads and edits customer records.
type CRM struct{ gate *authority.Gate }

// New makes a CRM behind the gate.
func New(gate *authority.Gate) *CRM { return &CRM{gate: gate} }
