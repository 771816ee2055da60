package main

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"frontline/internal/alarm"
	"frontline/internal/authority"
	"frontline/internal/blob"
	"frontline/internal/fault"
	"frontline/internal/web/webtest"
)

func TestFilesThatCannotBeKeptStandOnEveryDeskUntilTheyCan(t *testing.T) {
	t.Parallel()
	office := webtest.Open(t, append(authority.Schemas(), alarm.Schema())...)
	alarms := alarm.New(office.Gate)
	who := office.Hire("li", "agent")
	// A program that died left one.
	if err := alarms.Raise(t.Context(), authority.System("jobs"), filesAlarm, "files", "disk_full", nil); err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "files")
	store, err := blob.Folder(dir)
	if err != nil {
		t.Fatal(err)
	}
	files := watch(store, 20*time.Millisecond)
	office.Run(func(ctx context.Context) error { return files.tell(ctx, alarms, slog.New(slog.DiscardHandler)) })
	until := func(codes ...string) {
		t.Helper()
		for {
			standing, err := alarms.Standing(t.Context(), who)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, a := range standing {
				got = append(got, a.Code)
			}
			if strings.Join(got, " ") == strings.Join(codes, " ") {
				return
			}
			time.Sleep(5 * time.Millisecond)
		}
	}
	until()

	if _, err := files.Put(t.Context(), iotest.ErrReader(errors.New("line lost"))); err == nil {
		t.Error("half a file was kept")
	}
	away := dir + ".away"
	if err := os.Rename(dir, away); err != nil {
		t.Fatal(err)
	}
	if _, err := files.Put(t.Context(), strings.NewReader("x")); !errors.Is(err, fault.Unavailable) {
		t.Errorf("Put without a folder = %v, want unavailable", err)
	}
	until("files_away")
	if err := os.Rename(away, dir); err != nil {
		t.Fatal(err)
	}
	until()
	if _, err := files.Put(t.Context(), strings.NewReader("x")); err != nil {
		t.Error(err)
	}
}
