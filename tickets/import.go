package tickets

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"time"

	"frontline/crm"
	"frontline/internal/authority"

	"golang.org/x/sync/errgroup"
)

// Imported says how far an import has come.
type Imported struct {
	Lines    int // read
	Tickets  int // made
	Messages int
	Contacts int // new
	Already  int // lines whose ticket was there, from an earlier run or an earlier line
	Refused  int
	Bytes    int64 // read
}

// Watch is told what an import or export does; nil functions are not called.
type Watch struct {
	Progress func(Imported)
	Refused  func(line int, reason error) // of an import; lines count from 1
}

// Lines are read and written in batches, each one transaction.
const (
	batchLines = 1000
	batchBytes = 8 << 20
	longest    = 32 << 20 // bytes of a line
)

var timeType = reflect.TypeFor[time.Time]()

// Import makes a ticket, with contact and messages, of each line of JSON (see Record). A line that cannot be one is
// refused with the reason, and the others go on. What was imported before is recognised by its key, or where it has
// none by the line itself, so that a file, or one that was broken off, can be imported again. Nobody is told of each
// ticket, and nothing is sent.
func (t *Tickets) Import(ctx context.Context, by authority.Actor, from io.Reader, w Watch) (Imported, error) {
	// Reading goes on while a batch is written.
	all, ctx := errgroup.WithContext(ctx)
	batches := make(chan batch, 1)
	all.Go(func() error {
		defer close(batches)
		return readBatches(from, func(b batch) error {
			select {
			case batches <- b:
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		})
	})
	var sum Imported
	all.Go(func() error {
		if err := t.mayImport(ctx, by); err != nil {
			return err
		}
		for b := range batches {
			if err := t.importBatch(ctx, by, &b); err != nil {
				return fmt.Errorf("lines %d to %d: %w", b.first, b.last, err)
			}
			sum.add(b.done)
			slices.SortFunc(b.refused, func(a, b refusal) int { return a.line - b.line })
			for _, r := range b.refused {
				if w.Refused != nil {
					w.Refused(r.line, r.reason)
				}
			}
			if w.Progress != nil {
				w.Progress(sum)
			}
		}
		return nil
	})
	return sum, all.Wait()
}

// mayImport refuses before the first line, so that also an empty file is refused to who may not.
func (t *Tickets) mayImport(ctx context.Context, by authority.Actor) error {
	return t.gate.Do(ctx, by, func(tx *authority.Tx) error {
		return tx.Allow(ctx, authority.Act{Name: "ticket.import", Object: "tickets", Reason: "begin"})
	})
}

func (i *Imported) add(n Imported) {
	i.Lines += n.Lines
	i.Tickets += n.Tickets
	i.Messages += n.Messages
	i.Contacts += n.Contacts
	i.Already += n.Already
	i.Refused += n.Refused
	i.Bytes += n.Bytes
}

// batch is some lines.
type batch struct {
	first, last int // line numbers
	entries     []entry
	refused     []refusal
	done        Imported
}

type entry struct {
	line int
	rec  *Record
	who  crm.Somebody
}

type refusal struct {
	line   int
	reason error
}

// readBatches reads lines until there are no more.
func readBatches(from io.Reader, give func(batch) error) error {
	r := bufio.NewReaderSize(from, 1<<20)
	now := time.Now()
	b := batch{first: 1}
	for n := 1; ; n++ {
		line, err := readLine(r)
		end := errors.Is(err, io.EOF)
		if err != nil && !end && !errors.Is(err, errLong) {
			return fmt.Errorf("read line %d: %w", n, err)
		}
		if len(line) > 0 || !end {
			b.take(n, line, err, now)
		}
		if b.done.Lines > 0 && (end || b.done.Lines >= batchLines || b.done.Bytes >= batchBytes) {
			if err := give(b); err != nil {
				return err
			}
			b = batch{first: n + 1}
		}
		if end {
			return nil
		}
	}
}

var errLong = fmt.Errorf("longer than %d MiB", longest>>20)

// readLine reads a line without its end. Of one that is too long the rest is skipped.
func readLine(r *bufio.Reader) ([]byte, error) {
	var line []byte
	for {
		part, err := r.ReadSlice('\n')
		if len(line)+len(part) > longest {
			for errors.Is(err, bufio.ErrBufferFull) {
				_, err = r.ReadSlice('\n')
			}
			if err == nil {
				err = errLong
			}
			return nil, err
		}
		line = append(line, part...)
		if !errors.Is(err, bufio.ErrBufferFull) {
			return line, err
		}
	}
}

// take adds a line, or the reason why it is none. Empty ones are passed over, and so is the mark with which some
// programs begin a file.
func (b *batch) take(n int, line []byte, err error, now time.Time) {
	b.last = n
	b.done.Lines++
	b.done.Bytes += int64(len(line))
	if n == 1 {
		line = bytes.TrimPrefix(line, []byte("\uFEFF"))
	}
	line = bytes.TrimSpace(line)
	switch {
	case errors.Is(err, errLong):
		b.refuse(n, err)
	case len(line) == 0:
	default:
		rec, who, err := readRecord(line, now)
		if err != nil {
			b.refuse(n, err)
			return
		}
		b.entries = append(b.entries, entry{n, rec, who})
	}
}

func (b *batch) refuse(line int, reason error) {
	b.refused = append(b.refused, refusal{line, reason})
	b.done.Refused++
}
