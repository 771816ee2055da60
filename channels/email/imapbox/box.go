// Package imapbox reads mailboxes on other people's IMAP servers. Box is one connection whose every command ends in time
// and in bounded memory; Watch keeps up with folders for ever, through restarts, renumbering and outages of any length,
// and hands each mail over at least once, in batches that the receiver makes durable together with the cursor.
package imapbox

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"frontline/channels/email/wire"
)

// Account is a mailbox account and how to treat its server. Zero fields take the defaults named beside them.
type Account struct {
	Server wire.Server
	Login  wire.Login

	ID       string        // our name for the ID command (RFC 2971), without which some providers refuse to open a folder; "Frontline"
	Renew    time.Duration // how long one IDLE lasts, below what routers and providers cut; 4 minutes
	Poll     time.Duration // how often to look where there is no IDLE; 1 minute
	MaxMail  int64         // bytes; of a larger mail only the header is fetched; 50 MB
	Writable bool          // open folders for Mark and Move; otherwise nothing in the mailbox can change
}

func (a Account) orDefault() Account {
	if a.ID == "" {
		a.ID = "Frontline"
	}
	if a.Renew <= 0 {
		a.Renew = 4 * time.Minute
	}
	if a.Poll <= 0 {
		a.Poll = time.Minute
	}
	if a.MaxMail <= 0 {
		a.MaxMail = 50 << 20
	}
	return a
}

// Allowances: bytes that a server may send in answer to one command, beyond the mails themselves.
const (
	smallAnswer = 1 << 20
	maxHeader   = 1 << 20  // of a mail that is too large to fetch
	idleAnswer  = 8 << 20  // another client may flag a whole mailbox while we listen
	listAnswer  = 4 << 20  // folders
	maxUIDs     = 32 << 20 // all UIDs of a folder, each of up to 11 bytes
)

// Box is a connection, logged in. It is for one goroutine. After an error that is not a refusal, and after a context that
// ended during a command, it is good for Close only. All errors are *wire.Error or the context's.
type Box struct {
	account  Account
	conn     *wire.Conn
	client   *imapclient.Client
	caps     imap.CapSet
	news     chan struct{} // holds one when the server has spoken of mails since it was last emptied
	idle     bool          // the server can IDLE
	messages uint32        // in the folder, when it was opened
}

// Dial connects, encrypts, logs in and says who we are.
func Dial(ctx context.Context, account Account) (*Box, error) {
	account = account.orDefault()
	conn, err := wire.Dial(ctx, account.Server, startTLS)
	if err != nil {
		return nil, err
	}
	return start(ctx, account, conn)
}

// start begins the conversation on a line that is as secure as it will be.
func start(ctx context.Context, account Account, conn *wire.Conn) (*Box, error) {
	b := &Box{account: account, conn: conn, news: make(chan struct{}, 1)}
	options := &imapclient.Options{UnilateralDataHandler: &imapclient.UnilateralDataHandler{
		// It runs in the library's read loop and must not wait for anybody.
		Mailbox: func(data *imapclient.UnilateralDataMailbox) {
			if data.NumMessages != nil {
				select {
				case b.news <- struct{}{}:
				default:
				}
			}
		},
		Fetch: ignore,
	}}
	if account.Server.Security == wire.StartTLS {
		b.client = imapclient.New(&greeted{Conn: conn, greeting: strings.NewReader("* OK encrypted\r\n")}, options)
	} else {
		b.client = imapclient.New(conn, options)
	}
	if err := b.open(ctx); err != nil {
		b.Close()
		return nil, err
	}
	return b, nil
}

func (b *Box) open(ctx context.Context) error {
	if err := b.do(ctx, "greeting", smallAnswer, b.client.WaitGreeting); err != nil {
		return err
	}
	if b.client.State() == imap.ConnStateNotAuthenticated {
		if err := b.login(ctx); err != nil {
			return err
		}
	}
	err := b.do(ctx, "id", smallAnswer, func() error {
		_, err := b.client.ID(&imap.IDData{Name: b.account.ID, Version: "1", Vendor: b.account.ID}).Wait()
		return err
	})
	if err != nil && wire.CodeOf(err) != wire.RefusedByServer { // who knows no ID says BAD, and that is fine
		return err
	}
	return b.do(ctx, "capability", smallAnswer, func() error {
		b.caps = b.client.Caps()
		if b.caps == nil {
			return errors.New("no capabilities")
		}
		b.idle = b.caps.Has(imap.CapIdle)
		return nil
	})
}

// Folder is what a server says of a folder when it is opened.
type Folder struct {
	Name     string
	Validity uint32 // UIDVALIDITY: UIDs mean something only together with it. 0 from servers that have none
	Next     uint32 // UIDNEXT: greater than every UID so far. 0 from servers that do not say
	Messages uint32
}

// Select opens a folder for the commands that follow.
func (b *Box) Select(ctx context.Context, folder string) (Folder, error) {
	opened := Folder{Name: folder}
	err := b.do(ctx, "select", smallAnswer, func() error {
		data, err := b.client.Select(folder, &imap.SelectOptions{ReadOnly: !b.account.Writable}).Wait()
		if err != nil {
			return err
		}
		opened.Validity, opened.Next, opened.Messages = data.UIDValidity, uint32(data.UIDNext), data.NumMessages
		return nil
	})
	b.messages = opened.Messages
	return opened, err
}

// Messages is how many mails the open folder has, as far as the server has told.
func (b *Box) Messages() int {
	if m := b.client.Mailbox(); m != nil {
		return int(m.NumMessages)
	}
	return 0
}

// After gives the UIDs above uid of all mails in the open folder, rising. After(ctx, 0) is every mail, for a reconcile.
func (b *Box) After(ctx context.Context, uid uint32) ([]uint32, error) {
	if uid == ^uint32(0) {
		return nil, nil
	}
	select {
	case <-b.news: // what came before this search is found by it
	default:
	}
	set := imap.UIDSet{imap.UIDRange{Start: imap.UID(uid) + 1}} // Stop 0 is "*"
	found, err := b.search(ctx, &imap.SearchCriteria{UID: []imap.UIDSet{set}})
	// "n:*" holds the last mail even when its UID is below n.
	return slices.DeleteFunc(found, func(u uint32) bool { return u <= uid }), err
}

// Find gives the UIDs of the mails in the open folder that have a Message-ID, without <>. A mail whose sending is uncertain
// was sent when it is in the folder of sent mail.
func (b *Box) Find(ctx context.Context, messageID string) ([]uint32, error) {
	return b.search(ctx, &imap.SearchCriteria{Header: []imap.SearchCriteriaHeaderField{{Key: "Message-ID", Value: messageID}}})
}

func (b *Box) search(ctx context.Context, what *imap.SearchCriteria) ([]uint32, error) {
	var options *imap.SearchOptions
	if b.caps.Has(imap.CapESearch) || b.caps.Has(imap.CapIMAP4rev2) {
		options = &imap.SearchOptions{ReturnAll: true} // ranges instead of a number for each mail
	}
	var uids []uint32
	allowance := min(listAnswer+11*int64(b.messages), maxUIDs)
	err := b.do(ctx, "search", allowance, func() error {
		data, err := b.client.UIDSearch(what, options).Wait()
		if err != nil {
			return err
		}
		set, _ := data.All.(imap.UIDSet)
		uids, err = numbers(set)
		return err
	})
	return uids, err
}

// numbers lists a set from a server, which can say "1:4294967295" in a few bytes.
func numbers(set imap.UIDSet) ([]uint32, error) {
	const most = maxUIDs / 2
	total := uint64(0)
	for _, r := range set {
		if r.Start == 0 || r.Stop < r.Start {
			return nil, fmt.Errorf("set of UIDs with the range %d:%d", r.Start, r.Stop)
		}
		total += uint64(r.Stop-r.Start) + 1
	}
	if total > most {
		return nil, fmt.Errorf("set of %d UIDs", total)
	}
	uids := make([]uint32, 0, total)
	for _, r := range set {
		for u := uint64(r.Start); u <= uint64(r.Stop); u++ {
			uids = append(uids, uint32(u))
		}
	}
	return uids, nil
}

// Folders gives the names of all folders that can be opened, sorted.
func (b *Box) Folders(ctx context.Context) ([]string, error) {
	var names []string
	err := b.do(ctx, "list", listAnswer, func() error {
		list := b.client.List("", "*", nil)
		for data := list.Next(); data != nil; data = list.Next() {
			if !slices.Contains(data.Attrs, imap.MailboxAttrNoSelect) {
				names = append(names, data.Mailbox)
			}
		}
		return list.Close()
	})
	slices.Sort(names)
	return names, err
}

// Mark sets a flag or keyword on mails of the open folder, which must be writable.
func (b *Box) Mark(ctx context.Context, uids []uint32, flag string) error {
	return b.do(ctx, "mark", smallAnswer+int64(len(uids))<<10, func() error {
		return b.client.Store(setOf(uids), &imap.StoreFlags{Op: imap.StoreFlagsAdd, Silent: true, Flags: []imap.Flag{imap.Flag(flag)}}, nil).Close()
	})
}

// Move moves mails of the open folder, which must be writable, to another. Call it with many UIDs at once: a server may
// take seconds for a call. It is refused where the server could only do it by expunging what other people have deleted.
func (b *Box) Move(ctx context.Context, uids []uint32, to string) error {
	if !b.caps.Has(imap.CapMove) && !b.caps.Has(imap.CapUIDPlus) && !b.caps.Has(imap.CapIMAP4rev2) {
		return &wire.Error{Code: wire.RefusedByServer, Op: "move", Text: "no MOVE or UIDPLUS"}
	}
	return b.do(ctx, "move", smallAnswer+int64(len(uids))<<10, func() error {
		_, err := b.client.Move(setOf(uids), to).Wait()
		return err
	})
}

func setOf(uids []uint32) imap.UIDSet {
	var set imap.UIDSet
	for _, uid := range uids {
		set.AddNum(imap.UID(uid))
	}
	return set
}

// Close ends the connection at once. A server forgets a client that is gone, so there is no LOGOUT to wait for.
func (b *Box) Close() {
	_ = b.conn.Close()
	_ = b.client.Close() // the connection is closed; this waits for the library's goroutine
}

// do runs one command with an allowance for its answer. The context cuts the line.
func (b *Box) do(ctx context.Context, op string, allowance int64, command func() error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	stop := context.AfterFunc(ctx, func() { b.conn.Cut(context.Cause(ctx)) })
	b.conn.Expect(0, allowance)
	err := command()
	b.conn.Rest()
	stop()
	if err != nil && ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return b.explain(op, err)
}

func (b *Box) explain(op string, err error) error {
	var no *imap.Error
	if errors.As(err, &no) {
		return refusal(op, no)
	}
	return b.conn.Explain(op, err)
}

// greeted is a connection on which the server has already greeted, for a client that waits for it.
type greeted struct {
	*wire.Conn
	greeting io.Reader
}

func (g *greeted) Read(p []byte) (int, error) {
	if n, err := g.greeting.Read(p); n > 0 || !errors.Is(err, io.EOF) {
		return n, err
	}
	return g.Conn.Read(p)
}
