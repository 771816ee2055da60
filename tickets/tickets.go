// Package tickets is where all channels meet: a contact comes in, joins the ticket it belongs to
// or opens one, and is answered there. It knows no channel; a channel hands it what came in and
// takes what goes out.
package tickets

import (
	"context"
	"embed"
	"io/fs"
	"strconv"
	"strings"

	"frontline/crm"
	"frontline/internal/alarm"
	"frontline/internal/authority"
	"frontline/internal/blob"
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
	return append(crm.Schemas(), alarm.Schema(), pg.Schema{Module: "tickets", Files: files})
}

// Outbox takes what an agent sends. Queue runs in the transaction of the reply: it writes what
// must be delivered and answers the names by which an answer may refer to it.
type Outbox interface {
	Queue(ctx context.Context, tx *authority.Tx, m Outbound) (threadKeys []string, err error)
}

// Tickets reads and changes tickets.
type Tickets struct {
	gate  *authority.Gate
	crm   *crm.CRM
	blobs blob.Store
	out   Outbox
}

// New makes Tickets.
func New(gate *authority.Gate, c *crm.CRM, blobs blob.Store, out Outbox) *Tickets {
	return &Tickets{gate: gate, crm: c, blobs: blobs, out: out}
}

func object(ticket int64) string { return "ticket:" + strconv.FormatInt(ticket, 10) }

// topics says who listens to a ticket: its queue, its assignee, and those who have it open.
func topics(ticket, queue int64, assignee *int64) []string {
	t := []string{"queue:" + strconv.FormatInt(queue, 10), object(ticket)}
	if assignee != nil {
		t = append(t, "agent:"+strconv.FormatInt(*assignee, 10))
	}
	return t
}

// clean makes a stranger's line fit for a column: valid UTF-8 without NUL, no longer than max characters.
func clean(s string, max int) string {
	s = strings.ToValidUTF8(strings.ReplaceAll(s, "\x00", ""), "\uFFFD")
	if len(s) <= max {
		return s
	}
	if r := []rune(s); len(r) > max {
		return string(r[:max])
	}
	return s
}

// snippet is the first words of a message for lists.
func snippet(text string) string {
	if len(text) > 2000 {
		text = strings.ToValidUTF8(text[:2000], "")
	}
	return clean(strings.Join(strings.Fields(text), " "), 160)
}
