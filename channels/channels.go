// Package channels is what all channels have in common on the way out: a message that an agent
// wrote becomes a delivery in the same transaction, and a courier hands it to its channel, once.
package channels

import (
	"context"
	"embed"
	"fmt"
	"io/fs"

	"frontline/internal/authority"
	"frontline/internal/fault"
	"frontline/internal/pg"
	"frontline/tickets"

	"github.com/riverqueue/river"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Schemas are the migrations of this package and of those below it, in order.
func Schemas() []pg.Schema {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		panic(err) // the folder is embedded
	}
	return append(tickets.Schemas(), pg.Schema{Module: "channels", Files: files})
}

// Letter says how a message will be carried: by which account, and under which names, that is
// before any attempt, so that every attempt uses the same.
type Letter struct {
	Account int64
	Remote  string   // the channel's own unique name for it: an email's Message-ID
	Keys    []string // names by which an answer may refer to it; Remote is one without being named
	Copy    bool     // one of what was sent is to be put where the account keeps such
}

// Addresser chooses the letter of a message, in the transaction of the reply.
type Addresser interface {
	Address(ctx context.Context, tx *authority.Tx, m tickets.Outbound) (Letter, error)
}

// Outbox is the tickets.Outbox of all channels.
type Outbox struct {
	channels map[string]Addresser
	direct   map[string]tickets.Outbox
}

// NewOutbox makes an outbox of channels by name: those that carry messages away, and direct ones, whose customers read them
// here, so that the commit is the delivery.
func NewOutbox(channels map[string]Addresser, direct map[string]tickets.Outbox) *Outbox {
	return &Outbox{channels, direct}
}

// Queue writes the delivery of a message and the job that carries it out. A ticket whose channel
// cannot carry an answer is fault.Invalid "cannot_reply_here".
func (o *Outbox) Queue(ctx context.Context, tx *authority.Tx, m tickets.Outbound) ([]string, error) {
	if d, ok := o.direct[m.Channel]; ok {
		return d.Queue(ctx, tx, m)
	}
	c, ok := o.channels[m.Channel]
	if !ok {
		return nil, fault.New(fault.Invalid, "cannot_reply_here", "channel", m.Channel)
	}
	l, err := c.Address(ctx, tx, m)
	if err != nil {
		return nil, err
	}
	if _, err := tx.Exec(ctx, `insert into deliveries (message_id, ticket_id, channel, account_id, remote_id, keys, reach, copy)
		values ($1, $2, $3, $4, $5, $6, $7, case when $8 then 'wanted' else 'none' end)`,
		m.Message, m.Ticket, m.Channel, l.Account, l.Remote, append([]string{}, l.Keys...), max(1, len(m.To)+len(m.Cc)+len(m.Bcc)), l.Copy); err != nil {
		return nil, fmt.Errorf("queue the delivery: %w", err)
	}
	if err := tx.Enqueue(ctx, Carry{Ticket: m.Ticket}, &river.InsertOpts{MaxAttempts: carryTries}); err != nil {
		return nil, err
	}
	return append([]string{l.Remote}, l.Keys...), nil
}

// Carry is the job that delivers what a ticket has in its outbox, in order.
type Carry struct {
	Ticket int64 `json:"ticket"`
}

// Kind names the job.
func (Carry) Kind() string { return "channels_carry" }

// carryTries is generous: an attempt of the job is not an attempt to deliver; that is counted and
// spaced in the delivery itself.
const carryTries = 100
