package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"frontline/crm"
	"frontline/internal/authority"
	"frontline/internal/blob"
	"frontline/tickets"
)

// ImportCmd makes tickets of a file.
type ImportCmd struct {
	Place
	File string `arg:"" help:"File of JSON, one ticket a line: {\"contact\":{\"name\",\"email\",\"phone\"},\"subject\",\"messages\":[{\"at\",\"direction\",\"text\"}],\"status\",\"agent\",\"at\"}; - reads standard input."`
}

// Run imports, shows on a terminal how far it has come, and prints each refused line with its reason.
func (c *ImportCmd) Run(ctx context.Context, std stdio) (err error) {
	in, size := std.In, int64(0)
	if c.File != "-" {
		f, err := os.Open(c.File)
		if err != nil {
			return err
		}
		defer f.Close()
		if st, err := f.Stat(); err == nil {
			size = st.Size()
		}
		in = f
	}
	return c.withTickets(ctx, std, func(t *tickets.Tickets) error {
		show := progress{to: std.Err, live: terminal(std.Err), begun: time.Now()}
		sum, err := t.Import(ctx, authority.System("cli"), in, tickets.Watch{
			Progress: func(i tickets.Imported) {
				show.say("%d lines%s, %d tickets, %.0f lines a second", i.Lines, share(i.Bytes, size), i.Tickets, show.rate(i.Lines))
			},
			Refused: func(line int, reason error) {
				show.clear()
				fmt.Fprintf(std.Err, "line %d: %v\n", line, reason)
			},
		})
		show.clear()
		if _, e := fmt.Fprintf(std.Out, "%d tickets with %d messages and %d new contacts; %d lines were there already, %d refused\n",
			sum.Tickets, sum.Messages, sum.Contacts, sum.Already, sum.Refused); err == nil {
			err = e
		}
		if err == nil && sum.Refused > 0 {
			err = fmt.Errorf("%d lines were refused; mend them and run the import again", sum.Refused)
		}
		return err
	})
}

// ExportCmd writes all tickets.
type ExportCmd struct {
	Place
	File string `arg:"" optional:"" help:"Where to; without it standard output."`
}

// Run exports, and shows on a terminal how far it has come.
func (c *ExportCmd) Run(ctx context.Context, std stdio) (err error) {
	out := std.Out
	if c.File != "" {
		f, err := os.OpenFile(c.File, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, f.Sync(), f.Close()) }()
		out = f
	}
	return c.withTickets(ctx, std, func(t *tickets.Tickets) error {
		show := progress{to: std.Err, live: terminal(std.Err), begun: time.Now()}
		sum, err := t.Export(ctx, authority.System("cli"), out, func(e tickets.Exported) {
			show.say("%d tickets, %.0f a second", e.Tickets, show.rate(e.Tickets))
		})
		show.clear()
		if err == nil {
			_, err = fmt.Fprintf(std.Err, "%d tickets with %d messages\n", sum.Tickets, sum.Messages)
		}
		return err
	})
}

// withTickets is for commands about tickets: it opens the database for f alone. Nothing is sent meanwhile.
func (p Place) withTickets(ctx context.Context, std stdio, f func(*tickets.Tickets) error) error {
	log := p.logger(std)
	if err := p.folder(); err != nil {
		return err
	}
	key, err := p.key()
	if err != nil {
		return err
	}
	files, err := blob.Folder(p.filesDir())
	if err != nil {
		return err
	}
	s, err := p.storage(ctx, log, true)
	if err != nil {
		return err
	}
	gate := authority.New(s.db, authority.Options{Key: key})
	err = f(tickets.New(gate, crm.New(gate), files, nil))
	for more := true; more && err == nil; { // the program that would seal what this wrote may not be running
		var sealed int
		sealed, more, err = gate.Seal(ctx)
		more = more && sealed > 0
	}
	return errors.Join(err, s.close())
}

// progress is one line on a terminal that changes; elsewhere it says nothing.
type progress struct {
	to    io.Writer
	live  bool
	begun time.Time
	shown time.Time
}

func (p *progress) say(format string, args ...any) {
	if !p.live || time.Since(p.shown) < 100*time.Millisecond {
		return
	}
	p.shown = time.Now()
	fmt.Fprintf(p.to, "\r\x1b[K"+format, args...) //nolint:errcheck // what cannot be shown is not needed
}

func (p *progress) clear() {
	if p.live {
		fmt.Fprint(p.to, "\r\x1b[K") //nolint:errcheck // same
	}
}

func (p *progress) rate(n int) float64 { return float64(n) / max(time.Since(p.begun).Seconds(), 0.001) }

// share is how much of a file was read.
func share(n, of int64) string {
	if of <= 0 {
		return ""
	}
	return fmt.Sprintf(" (%d %%)", min(100, 100*n/of))
}

// terminal says whether somebody watches.
func terminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	st, err := f.Stat()
	return err == nil && st.Mode()&os.ModeCharDevice != 0
}
