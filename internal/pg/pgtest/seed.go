package pgtest

import (
	"archive/tar"
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"frontline/internal/pg"
)

// plant puts a prepared cluster into dir, so that a test binary does not wait for initdb. The first one on this machine
// makes it and keeps it in the user's cache, by the version of Postgres and by what goes into a cluster. It is kept as
// one archive, which is read faster than 1,300 files.
func plant(ctx context.Context, dir string) error {
	cache, err := os.UserCacheDir()
	if err != nil {
		return nil // no home: every test binary makes its own
	}
	b, err := pg.FindBinaries(ctx, 0)
	if err != nil {
		return err
	}
	cache = filepath.Join(cache, "frontline", "pgtest")
	seed := filepath.Join(cache, name(b))
	if _, err := os.Stat(seed); err != nil {
		if err := grow(ctx, cache, seed); err != nil {
			return err
		}
	}
	now := time.Now()
	if err := os.Chtimes(seed, now, now); err != nil { // prune asks when it was last used
		return err
	}
	return unpack(seed, filepath.Join(dir, "data"))
}

// name is that of the seed made by these binaries.
func name(b pg.Binaries) string {
	h := sha256.New()
	io.WriteString(h, b.Version+"\n"+pg.Layout())
	return hex.EncodeToString(h.Sum(nil))[:16] + ".tar"
}

// grow makes the seed; of several test binaries one does and the others wait.
func grow(ctx context.Context, cache, seed string) error {
	if err := os.MkdirAll(cache, 0o700); err != nil {
		return err
	}
	lock, err := os.OpenFile(filepath.Join(cache, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	defer lock.Close()
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX); err != nil {
		return err
	}
	if _, err := os.Stat(seed); err == nil {
		return nil
	}
	prune(cache)
	dir, err := os.MkdirTemp(base(), prefix)
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	c, err := pg.StartPrivate(ctx, cluster(dir))
	if err != nil {
		return err
	}
	if err := c.Stop(); err != nil {
		return err
	}
	if err := pack(filepath.Join(dir, "data"), seed+".new"); err != nil {
		return err
	}
	return os.Rename(seed+".new", seed)
}

// prune drops seeds that nobody has used for a month.
func prune(cache string) {
	seeds, err := filepath.Glob(filepath.Join(cache, "*.tar*"))
	if err != nil {
		return // the home's name is no valid pattern: old seeds cost only room
	}
	for _, seed := range seeds {
		if st, err := os.Stat(seed); err == nil && time.Since(st.ModTime()) > 30*24*time.Hour {
			os.Remove(seed) // best effort, likewise
		}
	}
}

// pack writes the folder into one archive.
func pack(dir, archive string) error {
	f, err := os.Create(archive)
	if err != nil {
		return err
	}
	buf := bufio.NewWriterSize(f, 1<<20)
	w := tar.NewWriter(buf)
	return errors.Join(w.AddFS(os.DirFS(dir)), w.Close(), buf.Flush(), f.Close())
}

// unpack makes the folder again, its files private as Postgres wants them.
func unpack(archive, dir string) error {
	f, err := os.Open(archive)
	if err != nil {
		return err
	}
	defer f.Close()
	r := tar.NewReader(bufio.NewReaderSize(f, 1<<20))
	if err := os.Mkdir(dir, 0o700); err != nil {
		return err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	for {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil {
			err = extract(root, r, h)
		}
		if err != nil {
			return fmt.Errorf("%s: %w; remove it to have it made again", archive, err)
		}
	}
}

func extract(root *os.Root, r io.Reader, h *tar.Header) error {
	name := strings.TrimSuffix(h.Name, "/")
	if h.Typeflag == tar.TypeDir {
		if name == "." {
			return nil
		}
		return root.Mkdir(name, 0o700)
	}
	f, err := root.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, r)
	return errors.Join(err, f.Close())
}
