// Package tickets is where all channels meet: a contact comes in, joins the ticket it belongs to
// or opens one, and is answered there. It knows no channel; a channel hands it what came in and
// takes what goes out.
package tickets

import (
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"slices"
	"strconv"

	"frontline/crm"
	"frontline/internal/alarm"
	"frontline/internal/authority"
	"frontline/internal/blob"
	"frontline/internal/pg"
	"frontline/internal/plain"
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
	shelf shelf         // calendars and policies
	poked chan struct{} // something was committed that may have moved a clock
	dial  dial          // how far the database's clock was seen to be
}

// New makes Tickets.
func New(gate *authority.Gate, c *crm.CRM, blobs blob.Store, out Outbox) *Tickets {
	return &Tickets{gate: gate, crm: c, blobs: blobs, out: out, poked: make(chan struct{}, 1)}
}

func object(ticket int64) string { return "ticket:" + strconv.FormatInt(ticket, 10) }

// topics says who listens to a ticket: its queue, its assignee, and those who have it open.
func topics(ticket, queue int64, assignee *int64) []string {
	t := []string{"queue:" + strconv.FormatInt(queue, 10), object(ticket)}
	if assignee != nil && *assignee != 0 {
		t = append(t, "agent:"+strconv.FormatInt(*assignee, 10))
	}
	return t
}

// short is a name that another system gave, such as a Message-ID, as an index takes it: the name itself, or its hash
// where it is long or has bytes that no column takes. The same name has always the same short one.
func short(name string) string {
	const longest = 400 // bytes; an index row has room for 2,700
	if len(name) <= longest && plain.Text(name, longest) == name {
		return name
	}
	sum := sha256.Sum256([]byte(name))
	return "sha256:" + hex.EncodeToString(sum[:])
}

// names are short names, each once, of the first max.
func names(all []string, max int) []string {
	out := make([]string, 0, min(len(all), max))
	for _, n := range all[:cap(out)] {
		if n = short(n); n != "" && !slices.Contains(out, n) {
			out = append(out, n)
		}
	}
	return out
}

// lines keeps nil out of not-null array columns, and bad characters out of the database.
func lines(all []string, max int) []string {
	out := make([]string, 0, min(len(all), max))
	for _, s := range all[:cap(out)] {
		out = append(out, plain.Line(s, 1000))
	}
	return out
}

// snippet is the first words of a message for lists.
func snippet(text string) string {
	if len(text) > 4000 {
		text = text[:4000] // what is cut within a character is dropped with the rest
	}
	return plain.Line(text, 160)
}
