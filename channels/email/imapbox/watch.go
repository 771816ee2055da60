package imapbox

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"

	"frontline/channels/email/wire"
)

// Options say what to watch. Zero fields take the defaults named beside them.
type Options struct {
	Folders     []string // INBOX
	Connections int      // at most, since providers count them; folders above share the last one and are polled; 4
	Batch       int      // mails, at most, in one Keep; 200
	BatchBytes  int64    // of all mails in one Keep, at most, unless a single mail is larger; 16 MB
	Inline      int64    // bytes; a larger mail goes to Sink.Put as a stream; 1 MB
	After       After
	Backoff     Backoff
	GiveUp      int // tries for a mail that the server never gives, before it is kept as lost; 6
}

// After is what to do with mails in the mailbox once they are kept. It is a courtesy to people who look into the mailbox:
// nothing depends on it, and a failure is not repeated. The zero value leaves mails alone.
type After struct {
	Flag string // flag or keyword to set, for example \Seen or Frontline
	Move string // folder to move to
}

// Backoff is how long to wait before another connection: from Min, doubled at each failure in a row, to Max; and Slow at
// once where trying soon does harm, as with a wrong password. Half of each wait is random, so that many mailboxes do not
// come back in step.
type Backoff struct {
	Min, Max, Slow time.Duration // 1 second, 1 minute, 5 minutes
}

func (o Options) orDefault() Options {
	if len(o.Folders) == 0 {
		o.Folders = []string{"INBOX"}
	}
	if o.Connections <= 0 {
		o.Connections = 4
	}
	if o.Batch <= 0 {
		o.Batch = 200
	}
	if o.BatchBytes <= 0 {
		o.BatchBytes = 16 << 20
	}
	if o.Inline <= 0 {
		o.Inline = 1 << 20
	}
	if o.Backoff.Min <= 0 {
		o.Backoff.Min = time.Second
	}
	if o.Backoff.Max <= 0 {
		o.Backoff.Max = time.Minute
	}
	if o.Backoff.Slow <= 0 {
		o.Backoff.Slow = 5 * time.Minute
	}
	if o.GiveUp <= 0 {
		o.GiveUp = 6
	}
	return o
}

// wait is the pause after the nth failure in a row, counted from 0.
func (b Backoff) wait(n int, code wire.Code) time.Duration {
	d := min(b.Max, b.Min<<min(n, 20))
	if code == wire.AuthFailed || code == wire.Throttled {
		d = b.Slow
	}
	return d/2 + rand.N(d/2+1)
}

// Watch hands every mail of the folders to the sink, those there are and those that come, until the context ends. It
// never gives up: what goes wrong is told by Sink.State, and it tries again. It returns the context's cause.
func Watch(ctx context.Context, account Account, options Options, sink Sink) error {
	options = options.orDefault()
	account = account.orDefault()
	account.Writable = options.After != After{}
	var workers sync.WaitGroup
	for _, folders := range share(options.Folders, options.Connections) {
		w := &worker{account: account, options: options, sink: sink}
		for _, name := range folders {
			w.folders = append(w.folders, &folder{worker: w, name: name, batch: options.Batch})
		}
		workers.Go(func() { w.run(ctx) })
	}
	workers.Wait()
	return context.Cause(ctx)
}

// share gives each folder a connection of its own as long as there are any, and the rest to the last.
func share(folders []string, connections int) [][]string {
	var shares [][]string
	for i, name := range folders {
		if i < connections {
			shares = append(shares, []string{name})
		} else {
			shares[connections-1] = append(shares[connections-1], name)
		}
	}
	return shares
}

// worker is one connection, again and again, and its folders.
type worker struct {
	account Account
	options Options
	sink    Sink
	folders []*folder
}

func (w *worker) run(ctx context.Context) {
	for failures := 0; ; failures++ {
		progress, err := w.session(ctx)
		if ctx.Err() != nil {
			return
		}
		if progress {
			failures = 0
		}
		pause := time.NewTimer(w.options.Backoff.wait(failures, wire.CodeOf(err)))
		select {
		case <-pause.C:
		case <-ctx.Done():
			pause.Stop()
			return
		}
	}
}

// session is one connection from its begin to its end, which is always an error. progress tells that it was of use.
func (w *worker) session(ctx context.Context) (progress bool, err error) {
	box, err := Dial(ctx, w.account)
	if err != nil {
		for _, f := range w.folders {
			f.fail(ctx, err)
		}
		return false, err
	}
	defer box.Close()
	for _, f := range w.folders {
		f.open = false
	}
	for {
		alone := len(w.folders) == 1
		for _, f := range w.folders {
			err := f.follow(ctx, box, alone)
			progress = progress || f.moved || err == nil
			if err != nil {
				f.fail(ctx, err)
				if f.open || !passable(err) {
					w.blame(ctx, f, err)
					return progress, err
				}
			}
		}
		if alone && w.folders[0].open {
			err = box.Wait(ctx)
		} else {
			err = box.Pause(ctx)
		}
		if err != nil {
			w.blame(ctx, nil, err)
			return progress, err
		}
	}
}

// passable is a failure to open one folder that leaves the connection good for the others.
func passable(err error) bool {
	code := wire.CodeOf(err)
	return code == wire.FolderMissing || code == wire.RefusedByServer
}

// blame tells the other folders of the connection that it is gone.
func (w *worker) blame(ctx context.Context, except *folder, err error) {
	for _, f := range w.folders {
		if f != except {
			f.fail(ctx, err)
		}
	}
}
