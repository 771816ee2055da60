// Package blob keeps files (attachments, raw mails, recordings) by the hash of their content. A file is durable before
// Put returns, so that a row committed afterwards never points at nothing; the same content is kept once.
package blob

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"frontline/internal/fault"
)

// Ref names a kept file.
type Ref struct {
	Hash string // SHA-256 of the content, 64 lower-case hexadecimal digits
	Size int64  // bytes
}

// Store keeps files. Put reads r to its end; who must bound the size bounds r. An error of r is returned as it came.
// Open gives fault.NotFound for a hash that is not kept or is no hash at all. A store that has no room or is out of
// reach gives fault.Unavailable.
type Store interface {
	Put(ctx context.Context, r io.Reader) (Ref, error)
	Open(ctx context.Context, hash string) (io.ReadCloser, error)
}

// forgotten is the age at which an unfinished file of a dead program is removed. Far above any upload's time limit.
const forgotten = 24 * time.Hour

type folder struct{ dir string }

// Folder is a store in a folder of this machine (or a shared file system with atomic rename). It makes what is missing
// and removes what programs that died in the middle of a Put left behind.
func Folder(dir string) (Store, error) {
	f := folder{dir}
	if err := f.prepare(); err != nil {
		return nil, fmt.Errorf("prepare file store: %w", err)
	}
	return f, nil
}

// prepare makes all 256 shards at once, so that Put never has to make one durable.
func (f folder) prepare() error {
	if err := os.MkdirAll(f.tmp(), 0o700); err != nil {
		return err
	}
	for i := range 256 {
		if err := os.MkdirAll(filepath.Join(f.dir, fmt.Sprintf("%02x", i)), 0o700); err != nil {
			return err
		}
	}
	if err := syncDir(f.dir); err != nil {
		return err
	}
	left, err := os.ReadDir(f.tmp())
	if err != nil {
		return err
	}
	for _, e := range left {
		info, err := e.Info()
		if err != nil || time.Since(info.ModTime()) < forgotten {
			continue // gone meanwhile, or perhaps still written by another program
		}
		if err := os.Remove(filepath.Join(f.tmp(), e.Name())); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

func (f folder) tmp() string { return filepath.Join(f.dir, "tmp") }

func (f folder) path(hash string) string { return filepath.Join(f.dir, hash[:2], hash) }

// Put writes beside the final place and renames. An existing file is replaced by its equal: that is atomic for readers,
// and mends a file that a broken disk has cut.
func (f folder) Put(ctx context.Context, r io.Reader) (ref Ref, err error) {
	tmp, err := os.CreateTemp(f.tmp(), "put-*") // mode 0600
	if err != nil {
		return Ref{}, storeFault(err)
	}
	defer func() {
		if err != nil {
			os.Remove(tmp.Name())
		}
	}()
	defer tmp.Close()
	h := sha256.New()
	src := &source{ctx: ctx, r: r}
	n, err := io.Copy(io.MultiWriter(h, tmp), src)
	if src.err != nil {
		return Ref{}, fmt.Errorf("read file to keep: %w", src.err)
	}
	if err != nil {
		return Ref{}, storeFault(err)
	}
	if err := tmp.Sync(); err != nil {
		return Ref{}, storeFault(err)
	}
	ref = Ref{Hash: hex.EncodeToString(h.Sum(nil)), Size: n}
	if err := os.Rename(tmp.Name(), f.path(ref.Hash)); err != nil {
		return Ref{}, storeFault(err)
	}
	if err := syncDir(filepath.Dir(f.path(ref.Hash))); err != nil {
		return Ref{}, storeFault(err)
	}
	return ref, nil
}

func (f folder) Open(_ context.Context, hash string) (io.ReadCloser, error) {
	if !isHash(hash) {
		return nil, fault.New(fault.NotFound, "not_found")
	}
	file, err := os.Open(f.path(hash))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fault.New(fault.NotFound, "not_found").Because(err)
	}
	if err != nil {
		return nil, storeFault(err)
	}
	return file, nil
}

// source remembers its own failure, to tell a reader that broke from a disk that is full, and stops with the context.
type source struct {
	ctx context.Context //nolint:containedctx // lives for one Put only: io.Reader has no place for it
	r   io.Reader
	err error
}

func (s *source) Read(p []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		s.err = err
		return 0, err
	}
	n, err := s.r.Read(p)
	if err != nil && err != io.EOF { //nolint:errorlint // a Reader's end is exactly io.EOF
		s.err = err
	}
	return n, err
}

func storeFault(err error) error {
	code := "files_away"
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		code = "disk_full"
	}
	return fault.New(fault.Unavailable, code).Because(fmt.Errorf("file store: %w", err))
}

// isHash also keeps path elements such as ".." out.
func isHash(s string) bool {
	if len(s) != 2*sha256.Size {
		return false
	}
	for i := range len(s) {
		if c := s[i]; (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}
