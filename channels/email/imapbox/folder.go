package imapbox

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"frontline/channels/email/wire"
)

// folder keeps up with one folder. It outlives connections.
type folder struct {
	worker *worker
	name   string

	open  bool   // selected on the present connection, and at says how far we are
	at    Cursor // what the sink has
	moved bool   // the last follow has kept something

	batch int    // mails to ask for at once: halved at each failure, so that one bad mail is soon alone
	stuck uint32 // UID of the mail that failed alone
	tries int    // how often it did
	why   wire.Code

	state State
}

// follow brings the sink up to date. alone says that the folder stays selected between calls.
func (f *folder) follow(ctx context.Context, box *Box, alone bool) error {
	f.moved = false
	if !f.open || !alone {
		if err := f.begin(ctx, box); err != nil {
			return err
		}
	}
	uids, err := box.After(ctx, f.at.UID)
	if err != nil {
		return err
	}
	for {
		f.state.Total = max(box.Messages(), len(uids))
		f.state.Seen = f.state.Total - len(uids)
		if len(uids) == 0 {
			f.succeed(ctx)
			return nil
		}
		f.worker.sink.State(ctx, f.name, f.state)
		done, err := f.take(ctx, box, uids)
		if err != nil {
			return err
		}
		uids = uids[done:]
	}
}

// begin selects the folder and decides where to read on.
func (f *folder) begin(ctx context.Context, box *Box) error {
	f.open = false
	at, err := f.worker.sink.Cursor(ctx, f.name)
	if err != nil {
		return storeFailed("cursor", err)
	}
	opened, err := box.Select(ctx, f.name)
	if err != nil {
		return err
	}
	// Other UIDs mean reading everything again; the sink knows what it has. A server without true UIDVALIDITY shows the
	// same by a UIDNEXT below what we have already seen.
	renumbered := at.Validity != opened.Validity || (opened.Next != 0 && opened.Next <= at.UID)
	if renumbered {
		at = Cursor{Validity: opened.Validity}
	}
	f.at, f.open = at, true
	return nil
}

// take reads one batch and has it kept. It gives how many of the UIDs are behind us.
func (f *folder) take(ctx context.Context, box *Box, uids []uint32) (int, error) {
	o := f.worker.options
	batch := Batch{Count: f.batch, Bytes: o.BatchBytes}
	if f.stuck == uids[0] && f.tries > 0 {
		if f.tries >= o.GiveUp {
			return f.giveUp(ctx, uids[0])
		}
		batch.Count, batch.Part = 1, f.part()
	}
	var mails []Raw
	done, failed := box.Fetch(ctx, uids, batch, func(m Mail) error {
		raw, err := f.raw(ctx, m)
		if err == nil {
			mails = append(mails, raw)
		}
		return err
	})
	if done > 0 {
		// The server may answer in any order; what came beyond a gap comes again.
		slices.SortFunc(mails, func(a, b Raw) int { return cmp.Compare(a.UID, b.UID) })
		mails = slices.DeleteFunc(mails, func(r Raw) bool { return r.UID > uids[done-1] })
		if err := f.keep(ctx, uids[done-1], mails); err != nil {
			return 0, err
		}
		f.after(ctx, box, mails)
	}
	if failed != nil {
		f.suspect(ctx, uids[done:], batch, failed)
		return done, failed
	}
	f.batch = min(2*f.batch, o.Batch)
	return done, nil
}

// part is what to ask of a mail that has failed alone: first the same again, in case the line was to blame, then less.
func (f *folder) part() Part {
	switch third := f.worker.options.GiveUp / 3; {
	case f.tries < third:
		return Whole
	case f.tries < 2*third:
		return BodyOnly
	}
	return Header
}

// raw takes a mail off the line, into memory or into the sink's store.
func (f *folder) raw(ctx context.Context, m Mail) (Raw, error) {
	raw := Raw{UID: m.UID, Date: m.Date, Size: m.Size, HeaderOnly: m.HeaderOnly}
	var err error
	if m.Size > f.worker.options.Inline && !m.HeaderOnly {
		raw.Ref, err = f.worker.sink.Put(ctx, m.Raw)
		return raw, err
	}
	var body bytes.Buffer
	if !m.HeaderOnly {
		body.Grow(int(m.Size) + bytes.MinRead)
	}
	_, err = body.ReadFrom(m.Raw)
	raw.Bytes = body.Bytes()
	return raw, err
}

func (f *folder) keep(ctx context.Context, uid uint32, mails []Raw) error {
	to := Cursor{Validity: f.at.Validity, UID: uid}
	if err := f.worker.sink.Keep(ctx, f.name, to, mails); err != nil {
		return storeFailed("keep", err)
	}
	f.at, f.moved = to, true
	if f.stuck != 0 && f.stuck <= uid {
		f.stuck, f.tries = 0, 0
	}
	return nil
}

// suspect remembers a failure to fetch. Only what a mail can be to blame for counts against it.
func (f *folder) suspect(ctx context.Context, left []uint32, batch Batch, err error) {
	switch wire.CodeOf(err) {
	case wire.BadAnswer, wire.RefusedByServer, wire.ConnectionLost, wire.Timeout:
	default:
		return
	}
	if ctx.Err() != nil || len(left) == 0 {
		return
	}
	if batch.Count > 1 {
		f.batch = max(1, batch.Count/2)
		return
	}
	if f.stuck != left[0] {
		f.stuck, f.tries = left[0], 0
	}
	f.tries++
	f.why = wire.CodeOf(err)
}

// giveUp keeps a mail that no server would give, so that a person can look for it, and the next mail is not held up.
func (f *folder) giveUp(ctx context.Context, uid uint32) (int, error) {
	return 1, f.keep(ctx, uid, []Raw{{UID: uid, Lost: f.why}})
}

// after does what was asked for with mails that are kept.
func (f *folder) after(ctx context.Context, box *Box, mails []Raw) {
	var uids []uint32
	for _, m := range mails {
		uids = append(uids, m.UID)
	}
	after := f.worker.options.After
	if after.Flag != "" && len(uids) > 0 {
		_ = box.Mark(ctx, uids, after.Flag)
	}
	if after.Move != "" && len(uids) > 0 {
		_ = box.Move(ctx, uids, after.Move)
	}
}

func (f *folder) succeed(ctx context.Context) {
	now := time.Now()
	if !f.state.OK {
		f.state.OK, f.state.Since = true, now
	}
	f.state.Code, f.state.Text, f.state.LastSuccess = "", "", now
	f.worker.sink.State(ctx, f.name, f.state)
}

func (f *folder) fail(ctx context.Context, err error) {
	if ctx.Err() != nil {
		return
	}
	var e *wire.Error
	if !errors.As(err, &e) {
		e = &wire.Error{Code: wire.BadAnswer, Op: "watch", Err: err}
	}
	if f.state.OK || f.state.Code != e.Code {
		f.state.OK, f.state.Since, f.state.Code = false, time.Now(), e.Code
	}
	f.state.Text = e.Text
	f.worker.sink.State(ctx, f.name, f.state)
}

func storeFailed(op string, err error) error {
	return &wire.Error{Code: wire.StoreFailed, Op: op, Err: err}
}
