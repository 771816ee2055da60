package main

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"strings"
	"time"

	"frontline/internal/alarm"
	"frontline/internal/authority"
	"frontline/internal/blob"
	"frontline/internal/fault"
)

// watchedFiles is a file store whose troubles stand on every desk: a full disk stops mail and attachments alike, and
// whoever could mend it may be far from the one who is refused.
type watchedFiles struct {
	blob.Store
	failed chan string // the code of the last failure, not yet told
	every  time.Duration
}

func watch(files blob.Store, every time.Duration) *watchedFiles {
	return &watchedFiles{files, make(chan string, 1), every}
}

// Put notes a failure of the store itself; one of the reader is none.
func (w *watchedFiles) Put(ctx context.Context, r io.Reader) (blob.Ref, error) {
	ref, err := w.Store.Put(ctx, r)
	if code := trouble(err); code != "" {
		select {
		case w.failed <- code:
		default: // one is waiting
		}
	}
	return ref, err
}

func trouble(err error) string {
	var f *fault.Fault
	if errors.As(err, &f) && (f.Code == "disk_full" || f.Code == "files_away") {
		return f.Code
	}
	return ""
}

const (
	filesAlarm  = "files"
	filesProbed = 5 * time.Second // how often a store in trouble is tried again
	probeSize   = 1 << 20         // a store that takes so much takes mails again
)

// tell raises the alarm when something could not be kept, tries the store until it takes a file again, and clears the
// alarm: also one that another run of the program left, for which the store is tried once at the start.
func (w *watchedFiles) tell(ctx context.Context, alarms *alarm.Alarms, log *slog.Logger) error {
	by := authority.System("jobs")
	standing := "unknown" // the code of the alarm; empty: none
	again := time.NewTimer(0)
	for {
		code := standing
		select {
		case <-ctx.Done():
			return nil
		case code = <-w.failed:
		case <-again.C:
			_, err := w.Store.Put(ctx, strings.NewReader(strings.Repeat("\x00", probeSize)))
			code = trouble(err)
		}
		var err error
		switch {
		case code == standing:
		case code != "":
			err = alarms.Raise(ctx, by, filesAlarm, "files", code, nil)
		default:
			err = alarms.Clear(ctx, by, filesAlarm, "files")
		}
		if err == nil {
			standing = code
		} else if ctx.Err() == nil {
			log.WarnContext(ctx, "alarm of the files not told", "code", code, "err", err)
		}
		if standing != "" || err != nil {
			again.Reset(w.every)
		}
	}
}
