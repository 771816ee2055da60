package email

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"frontline/channels/email/mime"
	"frontline/crm"
	"frontline/internal/authority"
	"frontline/tickets"

	"golang.org/x/net/idna"
)

// sort decides what a mail is, and does what follows: a message, a report on a message of ours, or
// something that is kept aside.
func (e *Email) sort(ctx context.Context, tx *authority.Tx, k *kept) error {
	m := k.mail
	switch {
	case k.problem != "" || k.Lost != "":
		return e.quarantine(ctx, tx, k)
	case m.Bounce != nil:
		return e.bounced(ctx, tx, k)
	case m.Kind == mime.Receipt || m.Kind == mime.Report:
		return e.done(ctx, tx, k, "set_aside", string(m.Kind), 0)
	}
	box, err := e.mailbox(ctx, tx, k.Mailbox)
	if err != nil {
		return err
	}
	from := sender(m)
	if mine, err := e.sentByUs(ctx, tx, m, from); err != nil || mine {
		return errors.Join(err, e.done(ctx, tx, k, "set_aside", "own_mail", 0))
	}
	who, err := e.writer(ctx, tx, m, from)
	if err != nil {
		return err
	}
	from = who.Address
	in := e.inbound(ctx, tx, k, box, who)
	got, err := e.tickets.Keep(ctx, tx, in)
	if err == nil && got.Duplicate {
		got, err = e.elsewhere(ctx, tx, in, box, got)
	}
	switch {
	case err != nil:
		return err
	case got.Duplicate:
		return e.done(ctx, tx, k, "duplicate", "", got.Message)
	case got.Ticket == 0:
		return e.done(ctx, tx, k, "set_aside", "automatic", 0)
	}
	if err := e.done(ctx, tx, k, "done", "", got.Message); err != nil {
		return err
	}
	return e.acknowledge(ctx, tx, box, m, from, got)
}

// sentByUs tells our own mail that came back to us: it carries a Message-ID that we made.
func (e *Email) sentByUs(ctx context.Context, tx *authority.Tx, m mime.Mail, from mime.Address) (bool, error) {
	if _, _, ok := e.names.readMessageID(m.MessageID); !ok {
		return false, nil
	}
	var mine bool
	err := tx.QueryRow(ctx, `select exists (select from mailboxes where address = $1) and exists (select from deliveries where remote_id = $2)`,
		withoutToken(from.Address), m.MessageID).Scan(&mine)
	return mine, wrap("own mail", err)
}

// inbound is the mail as tickets takes it.
func (e *Email) inbound(ctx context.Context, tx *authority.Tx, k *kept, box Mailbox, who writer) tickets.Inbound {
	m, from := k.mail, who.Address
	in := tickets.Inbound{
		Channel: Channel, RemoteID: identity(m, k), At: m.Date, Name: from.Name,
		From: crm.Point{Kind: crm.Email, Address: from.Address}, To: addresses(m.To), Cc: addresses(m.Cc), Others: who.others, ReplyTo: who.replyTo,
		Subject: m.Subject, Text: m.Text, HTML: m.HTML, RawHash: k.Hash, Queue: box.QueueID,
		Auto: m.Auto, Bulk: m.Bulk, Files: k.files,
	}
	if from.Address == "" {
		in.From = crm.Point{Kind: crm.Other, Address: "no-sender@" + box.domain()}
		in.Problems = append(in.Problems, mime.ProblemNoSender)
	}
	if m.Reply != m.Text {
		in.Reply = m.Reply
	}
	// A date far off says nothing; the mail's place in the timeline is when it came.
	if now := tx.Now(); in.At.IsZero() || in.At.After(now.Add(time.Hour)) || in.At.Before(now.AddDate(-5, 0, 0)) {
		in.At = now
	}
	if m.MessageID != "" {
		in.Keys = []string{cut(m.MessageID)}
	}
	for _, p := range m.Problems {
		in.Problems = append(in.Problems, p.Code)
	}
	if k.HeadOnly {
		in.Problems = append(in.Problems, mime.ProblemTooLarge)
	}
	if disowned(box, m) {
		// The domain says that it did not send this: it is not taken for the customer, whoever it claims to be.
		in.From = crm.Point{Kind: crm.Other, Address: "unverified:" + from.Address}
		in.Problems = append(in.Problems, "dmarc_failed")
	}
	if m.Bulk {
		in.Tags = append(in.Tags, "bulk")
	}
	// An answer by a machine starts nothing; bulk mail, or a notice that a machine sends by itself, may be
	// what somebody waits for.
	in.Quiet = m.Kind == mime.Auto && !strings.HasPrefix(strings.ToLower(m.Header.Get("Auto-Submitted")), "auto-generated")
	in.Hints = e.hints(ctx, tx, m)
	if who.claimed {
		in.Problems = append(in.Problems, "sender_from_reply_to")
		for i, h := range in.Hints {
			if !who.ours || !signed(h) {
				in.Hints[i].Doubt = "sender_claimed"
			}
		}
	}
	return in
}

// identity is the mail's own name: its Message-ID and its content, so that neither a missing nor a
// repeated Message-ID does harm. What servers add on the way is left out, so that a mail that came
// to two of our addresses is one message.
func identity(m mime.Mail, k *kept) string {
	h := sha256.New()
	fmt.Fprintf(h, "%s\n%d\n%q\n%q\n%q\n", m.MessageID, m.Date.Unix(), m.From, m.Subject, m.Text)
	for _, a := range m.Attachments {
		fmt.Fprintln(h, a.SHA256)
	}
	if m.MessageID == "" && m.Date.IsZero() {
		fmt.Fprintln(h, k.Hash) // nothing else tells two such mails apart
	}
	return hex.EncodeToString(h.Sum(nil))
}

func addresses(list []mime.Address) []string {
	out := make([]string, 0, len(list))
	for _, a := range list {
		if a.Address != "" && len(out) < 100 {
			out = append(out, a.Address)
		}
	}
	return out
}

// hints are the reasons to believe that a mail belongs to a ticket, strongest first: our token in
// an address or in a Message-ID of ours, then any Message-ID that we know, then the tag in the subject.
func (e *Email) hints(ctx context.Context, tx *authority.Tx, m mime.Mail) []tickets.Hint {
	var out []tickets.Hint
	for _, to := range append(addresses(append(append([]mime.Address{}, m.To...), m.Cc...)), m.DeliveredTo...) {
		if ticket, ok := e.names.readToken(to); ok {
			out = append(out, tickets.Hint{Kind: "token", Ticket: ticket})
		}
	}
	refs := make([]string, 0, len(m.References)+1)
	if m.InReplyTo != "" {
		refs = append(refs, m.InReplyTo)
	}
	for i := len(m.References) - 1; i >= 0 && len(refs) < 100; i-- {
		refs = append(refs, m.References[i])
	}
	for _, r := range refs {
		if ticket, _, ok := e.names.readMessageID(r); ok {
			out = append(out, tickets.Hint{Kind: "reference", Ticket: ticket})
			break
		}
	}
	if len(refs) > 0 {
		out = append(out, tickets.Hint{Kind: "reference", Keys: cutAll(refs)})
	}
	if number := e.names.readSubject(m.Subject); number != "" {
		var id int64
		if err := tx.QueryRow(ctx, `select id from tickets where number = $1`, number).Scan(&id); err == nil {
			out = append(out, tickets.Hint{Kind: "subject", Ticket: id})
		}
	}
	return out
}

// disowned reads what the mailbox's own server found (RFC 8601): the sender's domain disowns the mail, or the server looked at
// another sender than we do, as where a mail has two.
func disowned(box Mailbox, m mime.Mail) bool {
	if box.TrustAuthserv == "" {
		return false
	}
	_, domain, _ := strings.Cut(sender(m).Address, "@")
	if ascii, err := idna.ToASCII(domain); err == nil {
		domain = ascii
	}
	for _, r := range m.AuthenticationResults {
		host, results, _ := strings.Cut(strings.ToLower(r), ";")
		if strings.TrimSpace(host) != box.TrustAuthserv {
			continue
		}
		if strings.Contains(results, "dmarc=fail") {
			return true
		}
		if looked := headerFrom.FindStringSubmatch(results); looked != nil && domain != "" && looked[1] != domain {
			return true
		}
	}
	return false
}

// headerFrom is the domain of the sender that DMARC was checked for.
var headerFrom = regexp.MustCompile(`\bdmarc=[^;]*\bheader\.from=(?:[^\s;@]*@)?([a-z0-9.-]+)`)

// quarantine keeps a mail that cannot be read: a ticket shows it, with the raw file.
func (e *Email) quarantine(ctx context.Context, tx *authority.Tx, k *kept) error {
	box, err := e.mailbox(ctx, tx, k.Mailbox)
	if err != nil {
		return err
	}
	reason := k.problem
	if reason == "" {
		reason = k.Lost
	}
	k.mail = mime.Mail{}
	got, err := e.tickets.Keep(ctx, tx, tickets.Inbound{
		Channel: Channel, RemoteID: fmt.Sprint("raw_mail:", k.ID), Name: box.Name, From: crm.Point{Kind: crm.Other, Address: "unreadable@" + box.domain()},
		Subject: "✉ " + reason, RawHash: k.Hash, Queue: box.QueueID, Problems: []string{"unreadable", reason}, Auto: true,
	})
	if err != nil {
		return err
	}
	return e.done(ctx, tx, k, "quarantined", reason, got.Message)
}

// cut bounds an id that a stranger wrote.
func cut(id string) string {
	if len(id) > 1000 {
		return strings.ToValidUTF8(id[:1000], "")
	}
	return id
}

func cutAll(ids []string) []string {
	out := make([]string, len(ids))
	for i, id := range ids {
		out[i] = cut(id)
	}
	return out
}
