// Package email is the email channel: it fetches mail, keeps every byte before it reads them, finds
// the ticket a mail belongs to, and sends what agents write so that the answer comes back to it.
package email

import (
	"context"
	"fmt"
	"strconv"
	"sync/atomic"

	"frontline/internal/authority"
	"frontline/internal/blob"
	"frontline/internal/pg"
	"frontline/internal/secret"
	"frontline/tickets"
)

// Channel is the channel's name on tickets and messages.
const Channel = "email"

// self is the channel when it acts by itself.
var self = authority.System("email")

// Email is the channel. Its parts: mailboxes (settings and state), intake (raw mail to tickets),
// fetcher (IMAP), receiver (LMTP and SMTP), carrier (SMTP out).
type Email struct {
	db      *pg.DB
	gate    *authority.Gate
	blobs   blob.Store
	names   names
	key     *secret.Key
	tickets *tickets.Tickets
	links   Linker
	tokens  tokens
	wake    chan struct{} // a raw mail was kept
	reload  chan struct{} // a mailbox was changed
	handIn  atomic.Pointer[HandIn]
}

// Linker knows the page on which a customer sees a ticket.
type Linker interface {
	// Mailed gives its address for a mail. Asked again it is the same, so that a mail that is composed twice is one.
	Mailed(ctx context.Context, ticket int64) (address string, err error)
}

// New makes the channel. Without links (nil) no mail carries one, whatever its mailbox says.
func New(db *pg.DB, gate *authority.Gate, blobs blob.Store, key *secret.Key, t *tickets.Tickets, links Linker) *Email {
	return &Email{
		db: db, gate: gate, blobs: blobs, names: names{key}, key: key, tickets: t, links: links,
		wake: make(chan struct{}, 1), reload: make(chan struct{}, 1),
	}
}

func poke(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

func mailboxObject(id int64) string { return "mailbox:" + strconv.FormatInt(id, 10) }

func wrap(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", what, err)
}
