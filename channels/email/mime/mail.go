// Package mime reads raw mail. Read takes any bytes and gives one Mail: who wrote it, what they wrote, which words are
// new, what was attached, and whether a person wrote it at all. It has no database, no network and no clock, it never
// fails and never panics; what was odd about a mail is listed in Mail.Problems. SafeHTML makes a mail's HTML fit to show.
package mime

import (
	"crypto/sha256"
	"encoding/hex"
	"time"
)

// Address is one mailbox. Either field may be empty: people write headers by hand.
type Address struct {
	Name    string `json:"name"`
	Address string `json:"address"`
}

// Mail is what a raw mail says. Strings are valid UTF-8 without NUL.
type Mail struct {
	From    []Address
	Sender  []Address
	To      []Address
	Cc      []Address
	Bcc     []Address
	ReplyTo []Address
	Subject string
	Date    time.Time // UTC; zero when the mail has no date that can be read

	Text        string // what is there to read, from the plain part, else from the HTML
	Reply       string // the part of Text that is new: without quoted history and signature; Text when nothing else is left
	HTML        string // the HTML as received, not safe to show: use SafeHTML
	Attachments []Attachment
	Invite      *Invite // a meeting invitation, when there is one

	MessageID  string   // without <>
	InReplyTo  string   // without <>; the first one
	References []string // without <>, oldest first

	Kind     Kind    // who or what wrote it
	Auto     bool    // a machine wrote it: answer receipt, vacation, report. No automatic answer may go out
	NoAnswer bool    // no automatic answer may go out, for whatever reason; true whenever Auto, Bulk or Bounce is
	Bulk     bool    // sent to many at once
	List     string  // List-Id without <>, or the list's address; empty when not from a list
	Bounce   *Bounce // a report that a mail of ours did not arrive
	ARF      *Abuse  // a report that somebody called a mail of ours unwanted

	Signed    string // "smime", "pgp" or empty; not verified
	Encrypted string // "smime", "pgp" or empty

	ReturnPath            string   // envelope sender as the last server wrote it, without <>
	NullReturnPath        bool     // the envelope sender was <>
	DeliveredTo           []string // Delivered-To, X-Original-To, Envelope-To: where it really went
	AuthenticationResults []string // unfolded, topmost (nearest server) first
	Precedence            string
	Size                  int // bytes of the raw mail
	Header                Header
	Problems              []Problem
}

// Attachment is a file in a mail.
type Attachment struct {
	Name    string // without any folder; never empty
	Type    string // such as image/png, lower case
	Size    int    // bytes
	SHA256  string // hex of Content
	Inline  bool   // shown within the HTML
	CID     string // Content-ID without <>
	Content []byte
}

// newAttachment fills in what follows from the content.
func newAttachment(name, typ string, content []byte) Attachment {
	sum := sha256.Sum256(content)
	return Attachment{
		Name: fileName(name, typ), Type: typ, Content: content,
		Size: len(content), SHA256: hex.EncodeToString(sum[:]),
	}
}

// Kind says who or what wrote a mail.
type Kind string

// Kinds of mail. Only a Human mail starts something.
const (
	Human   Kind = "human"
	Auto    Kind = "auto"    // vacation notice, acknowledgement, notice of a machine
	Bounced Kind = "bounce"  // a mail did not arrive, or arrives late
	Receipt Kind = "receipt" // read or delivery receipt
	Report  Kind = "abuse"   // abuse report
	Listed  Kind = "list"    // newsletter or mailing list
)

// Problem is something odd in a mail. Code is stable: users' words for it live in the language files.
type Problem struct {
	Code   string `json:"code"`
	Detail string `json:"detail,omitempty"`
}
