package blob_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"frontline/internal/blob"
	"frontline/internal/fault"
)

func folder(t *testing.T) (blob.Store, string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "files")
	s, err := blob.Folder(dir)
	if err != nil {
		t.Fatal(err)
	}
	return s, dir
}

func unfinished(t *testing.T, dir string) []os.DirEntry {
	t.Helper()
	left, err := os.ReadDir(filepath.Join(dir, "tmp"))
	if err != nil {
		t.Fatal(err)
	}
	return left
}

func TestAFileIsKeptByItsContent(t *testing.T) {
	t.Parallel()
	s, dir := folder(t)
	content := bytes.Repeat([]byte("发票 "), 100_000)
	sum := sha256.Sum256(content)
	want := blob.Ref{Hash: hex.EncodeToString(sum[:]), Size: int64(len(content))}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if got, err := s.Put(t.Context(), bytes.NewReader(content)); err != nil || got != want {
				t.Errorf("Put = %v, %v, want %v", got, err, want)
			}
		})
	}
	wg.Wait()
	r, err := s.Open(t.Context(), want.Hash)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, content) {
		t.Fatalf("read %d bytes, %v; want what was put", len(got), err)
	}
	if left := unfinished(t, dir); len(left) != 0 {
		t.Errorf("unfinished files remain: %v", left)
	}
	if again, err := blob.Folder(dir); err != nil {
		t.Fatal(err)
	} else if r, err := again.Open(t.Context(), want.Hash); err != nil {
		t.Errorf("after a restart: %v", err)
	} else {
		r.Close()
	}
}

func TestNothingIsKeptOfAReaderThatBreaks(t *testing.T) {
	t.Parallel()
	s, dir := folder(t)
	broken := errors.New("line lost")
	_, err := s.Put(t.Context(), io.MultiReader(strings.NewReader("half"), iotest.ErrReader(broken)))
	if !errors.Is(err, broken) || errors.Is(err, fault.Unavailable) {
		t.Errorf("Put = %v, want the reader's own failure", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Put(ctx, strings.NewReader("late")); !errors.Is(err, context.Canceled) {
		t.Errorf("Put after the caller left = %v, want context.Canceled", err)
	}
	if left := unfinished(t, dir); len(left) != 0 {
		t.Errorf("unfinished files remain: %v", left)
	}
}

func TestAnUnknownOrHostileHashIsNotFound(t *testing.T) {
	t.Parallel()
	s, _ := folder(t)
	for _, hash := range []string{
		"", "00", strings.Repeat("0", 64), strings.Repeat("A", 64), "../" + strings.Repeat("0", 61),
		strings.Repeat("0", 63) + "\x00", "tmp",
	} {
		if _, err := s.Open(t.Context(), hash); !errors.Is(err, fault.NotFound) {
			t.Errorf("Open(%q) = %v, want not found", hash, err)
		}
	}
}

func TestAStoreThatCannotWriteIsUnavailable(t *testing.T) {
	t.Parallel()
	s, dir := folder(t)
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Put(t.Context(), strings.NewReader("x")); !errors.Is(err, fault.Unavailable) {
		t.Errorf("Put without a folder = %v, want unavailable", err)
	}
}

func TestWhatADeadProgramLeftIsRemovedAtStart(t *testing.T) {
	t.Parallel()
	_, dir := folder(t)
	dead, alive := filepath.Join(dir, "tmp", "put-dead"), filepath.Join(dir, "tmp", "put-alive")
	for _, path := range []string{dead, alive} {
		if err := os.WriteFile(path, []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	old := time.Now().Add(-48 * time.Hour)
	if err := os.Chtimes(dead, old, old); err != nil {
		t.Fatal(err)
	}
	if _, err := blob.Folder(dir); err != nil {
		t.Fatal(err)
	}
	if left := unfinished(t, dir); len(left) != 1 || left[0].Name() != "put-alive" {
		t.Errorf("unfinished files are %v, want only the one that may still be written", left)
	}
}
