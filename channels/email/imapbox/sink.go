package imapbox

import (
	"context"
	"io"
	"time"

	"frontline/channels/email/wire"
)

// Cursor is how far a folder was read: every mail up to UID, under that UIDVALIDITY, is kept. The zero Cursor is the
// beginning; it needs no flag beside it, since a folder whose UIDVALIDITY really is 0 is read from UID 0 just the same.
type Cursor struct {
	Validity, UID uint32
}

// Raw is a mail as it came, for the sink to keep.
type Raw struct {
	UID        uint32
	Date       time.Time // when the server got it; zero where the server cannot say
	Size       int64     // bytes of the whole mail, as the server counts; 0 where it cannot say
	Bytes      []byte    // the mail, unless Ref is set
	Ref        string    // what Sink.Put gave for a mail of more than Options.Inline bytes
	HeaderOnly bool      // Bytes are the header: the mail is above Account.MaxMail, or the server gives no more
	Lost       wire.Code // set when the server could not be brought to give anything, many times over, and why
}

// State is what to tell people about the reading of a folder.
type State struct {
	OK          bool
	Since       time.Time // since when OK and Code are as they are
	Code        wire.Code // what is wrong, unless OK
	Text        string    // the server's own words on it
	Seen, Total int       // mails of the folder that are kept, and mails in it, when last looked
	LastSuccess time.Time // when everything in the folder was last known to be kept
}

// Sink takes what Watch reads. Its methods are called from one goroutine for each folder.
type Sink interface {
	// Cursor gives what the last Keep for the folder has set, and the zero Cursor before the first.
	Cursor(ctx context.Context, folder string) (Cursor, error)

	// Put stores a large mail, durably, and gives a name for it that a Raw will carry.
	Put(ctx context.Context, mail io.Reader) (ref string, err error)

	// Keep stores mails, rising by UID, and moves the cursor, in one transaction. A mail may come again: after an error or
	// a crash, under another UID when the server renumbered its mails, or in another folder. And another mail may come under
	// a UIDVALIDITY and UID that were used before, from servers that renumber without saying so (UIDVALIDITY 0 above all),
	// so only the content tells what is a duplicate. The cursor may go back. Mails may be none.
	Keep(ctx context.Context, folder string, to Cursor, mails []Raw) error

	// State is called when the state changes, with each batch, and at least once in each Account.Renew or Account.Poll.
	State(ctx context.Context, folder string, s State)
}
