package imapbox

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"frontline/channels/email/wire"
)

// Mail is one mail as it comes from the server.
type Mail struct {
	UID        uint32
	Date       time.Time // when the server got it; zero where the server cannot say
	Size       int64     // bytes of the whole mail, as the server counts
	HeaderOnly bool      // larger than Account.MaxMail, or the server gives no more: Raw is the header
	Raw        io.Reader // good until the function that got the Mail returns
}

// Batch bounds one Fetch.
type Batch struct {
	Count int   // mails, at most
	Bytes int64 // of all mails, at most; but one mail always
	Part  Part
}

// Part is how much of a mail to ask for. The lesser parts are for a mail that a server cannot give whole.
type Part int

// The parts.
const (
	Whole    Part = iota
	BodyOnly      // the mail without its date and size, on which some servers fail
	Header        // only the header
)

// Fetch reads the first of the given mails of the open folder, as many as the batch allows, and calls each for every one
// that still exists. done is how many of the UIDs, from the first on, are dealt with; it counts even when there is an
// error later. Mails above MaxMail come as their header. An error from each comes back as store_failed.
func (b *Box) Fetch(ctx context.Context, uids []uint32, batch Batch, each func(Mail) error) (done int, err error) {
	uids = uids[:min(len(uids), max(batch.Count, 1))]
	if len(uids) == 0 {
		return 0, nil
	}
	heads := map[uint32]Mail{}
	if batch.Part == Whole {
		if heads, err = b.heads(ctx, uids); err != nil {
			return 0, err
		}
		uids = fitting(uids, heads, batch.Bytes)
	}
	var whole, header []uint32
	for _, uid := range uids {
		switch head, known := heads[uid]; {
		case batch.Part == Header || head.Size > b.account.MaxMail:
			header = append(header, uid)
		case batch.Part == BodyOnly || known: // what is not known any more was deleted since the search
			whole = append(whole, uid)
		}
	}
	got := map[uint32]bool{}
	deliver := func(m Mail) error {
		head := heads[m.UID]
		m.Date, m.Size = head.Date, max(head.Size, m.Size)
		if err := each(m); err != nil {
			return &wire.Error{Code: wire.StoreFailed, Op: "fetch", Err: err}
		}
		got[m.UID] = true
		return nil
	}
	if len(whole) > 0 {
		err = b.bodies(ctx, whole, &imap.FetchItemBodySection{Peek: true}, deliver)
	}
	if err == nil && len(header) > 0 {
		err = b.bodies(ctx, header, &imap.FetchItemBodySection{
			Peek: true, Specifier: imap.PartSpecifierHeader, Partial: &imap.SectionPartial{Size: maxHeader},
		}, deliver)
	}
	if err == nil {
		err = b.missing(ctx, uids, got)
	}
	for done < len(uids) && (got[uids[done]] || err == nil) {
		done++
	}
	return done, err
}

// heads asks for dates and sizes.
func (b *Box) heads(ctx context.Context, uids []uint32) (map[uint32]Mail, error) {
	heads := make(map[uint32]Mail, len(uids))
	options := &imap.FetchOptions{UID: true, InternalDate: true, RFC822Size: true}
	err := b.fetch(ctx, uids, options, func(msg *imapclient.FetchMessageData) error {
		var m Mail
		err := walk(msg, func(item imapclient.FetchItemData, _ *literal) {
			switch item := item.(type) {
			case imapclient.FetchItemDataUID:
				m.UID = uint32(item.UID)
			case imapclient.FetchItemDataInternalDate:
				m.Date = item.Time
			case imapclient.FetchItemDataRFC822Size:
				m.Size = item.Size
			}
		})
		heads[m.UID] = m
		return err
	})
	return heads, err
}

// fitting cuts uids where their mails together become larger than limit.
func fitting(uids []uint32, heads map[uint32]Mail, limit int64) []uint32 {
	total := int64(0)
	for i, uid := range uids {
		total += heads[uid].Size
		if i > 0 && limit > 0 && total > limit {
			return uids[:i]
		}
	}
	return uids
}

// bodies reads one section of each mail, as a stream. A function that fails costs the connection, since what the server
// still wants to send cannot be called off.
func (b *Box) bodies(ctx context.Context, uids []uint32, section *imap.FetchItemBodySection, deliver func(Mail) error) error {
	var failed error
	options := &imap.FetchOptions{UID: true, BodySection: []*imap.FetchItemBodySection{section}}
	err := b.fetch(ctx, uids, options, func(msg *imapclient.FetchMessageData) error {
		var uid uint32
		return walk(msg, func(item imapclient.FetchItemData, body *literal) {
			if item, ok := item.(imapclient.FetchItemDataUID); ok {
				uid = uint32(item.UID)
			}
			if body == nil || uid == 0 || failed != nil { // a NIL body is looked into by missing
				return
			}
			body.credit = b.conn.Credit
			if failed = b.one(uid, body, section.Specifier == imap.PartSpecifierHeader, deliver); failed != nil {
				b.conn.Cut(failed)
			}
		})
	})
	if failed != nil {
		return b.explain("fetch", failed)
	}
	return err
}

// one hands over one mail and leaves nothing of it on the line.
func (b *Box) one(uid uint32, body *literal, header bool, deliver func(Mail) error) error {
	m := Mail{UID: uid, Size: body.size, Raw: body}
	switch {
	case header:
		m.HeaderOnly, m.Size = true, 0
		if body.size > maxHeader {
			return errors.New("more header than asked for")
		}
	case body.size > 4*b.account.MaxMail:
		return fmt.Errorf("mail of %d bytes", body.size)
	case body.size > b.account.MaxMail: // the server had said less
		head, err := readHeader(body)
		if err != nil {
			return err
		}
		m.HeaderOnly, m.Raw = true, bytes.NewReader(head)
	}
	if err := deliver(m); err != nil {
		if body.err != nil {
			return body.err // deliver failed because the server did
		}
		return err
	}
	_, err := io.Copy(io.Discard, body)
	return err
}

// fetch runs one FETCH. When handle gives an error, a literal has broken off and the line with it.
func (b *Box) fetch(ctx context.Context, uids []uint32, options *imap.FetchOptions, handle func(*imapclient.FetchMessageData) error) error {
	return b.do(ctx, "fetch", smallAnswer+int64(len(uids))<<10, func() error {
		cmd := b.client.Fetch(setOf(uids), options)
		for msg := cmd.Next(); msg != nil; msg = cmd.Next() {
			if err := handle(msg); err != nil {
				<-b.client.Closed()
				return err
			}
		}
		return cmd.Close()
	})
}

// walk visits the parts of a mail and reads what visit leaves of a literal. It stops at a literal that broke off: the
// library would read that once more, at the same time as its own reader of the line.
func walk(msg *imapclient.FetchMessageData, visit func(imapclient.FetchItemData, *literal)) error {
	for item := msg.Next(); item != nil; item = msg.Next() {
		var source imap.LiteralReader
		switch item := item.(type) {
		case imapclient.FetchItemDataBodySection:
			source = item.Literal
		case imapclient.FetchItemDataBinarySection:
			source = item.Literal
		}
		if source == nil {
			visit(item, nil)
			continue
		}
		body := &literal{r: source, size: source.Size(), left: source.Size()}
		visit(item, body)
		body.credit = nil
		if _, err := io.Copy(io.Discard, body); body.err != nil {
			return err
		}
	}
	return nil
}

// ignore reads a mail that nobody asked for off the line.
func ignore(msg *imapclient.FetchMessageData) {
	_ = walk(msg, func(imapclient.FetchItemData, *literal) {})
}

// missing makes sure that mails which did not come are really gone, and were not just passed over.
func (b *Box) missing(ctx context.Context, uids []uint32, got map[uint32]bool) error {
	var absent []uint32
	for _, uid := range uids {
		if !got[uid] {
			absent = append(absent, uid)
		}
	}
	if len(absent) == 0 {
		return nil
	}
	still, err := b.search(ctx, &imap.SearchCriteria{UID: []imap.UIDSet{setOf(absent)}})
	if err == nil && len(still) > 0 {
		err = &wire.Error{Code: wire.BadAnswer, Op: "fetch", Text: fmt.Sprintf("UID %d exists but does not come", still[0])}
	}
	return err
}

// readHeader reads up to the empty line, or 1 MB.
func readHeader(r io.Reader) ([]byte, error) {
	var header []byte
	begin := true // of a line; a long line comes in pieces
	for in := bufio.NewReader(io.LimitReader(r, maxHeader)); ; {
		piece, err := in.ReadSlice('\n')
		header = append(header, piece...)
		switch {
		case errors.Is(err, io.EOF), err == nil && begin && len(bytes.TrimRight(piece, "\r\n")) == 0:
			return header, nil
		case err != nil && !errors.Is(err, bufio.ErrBufferFull):
			return nil, err
		}
		begin = err == nil
	}
}

// literal is a string that a server sends with its length before it. It must come whole: the library takes a line that
// broke in the middle for its end. What a caller reads from it does not count as answer when there is credit.
type literal struct {
	r      io.Reader
	size   int64
	left   int64
	credit func(int)
	err    error // why it broke off
}

func (l *literal) Read(p []byte) (int, error) {
	if l.err != nil {
		return 0, l.err
	}
	n, err := l.r.Read(p)
	l.left -= int64(n)
	if l.credit != nil {
		l.credit(n)
	}
	if errors.Is(err, io.EOF) && l.left > 0 {
		err = io.ErrUnexpectedEOF
	}
	if err != nil && !errors.Is(err, io.EOF) {
		l.err = err
	}
	return n, err
}
