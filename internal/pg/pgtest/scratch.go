package pgtest

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"frontline/internal/pg"

	"golang.org/x/sys/unix"
)

const prefix = "frontline-pgtest-"

// janitor waits until its input ends, which happens when the test binary ends in whatever way, and then removes the
// folder. Postgres, told by the kernel at the same moment, may still be writing into it.
const janitor = `read _; n=0; while [ -e "$1" ] && [ $n -lt 100 ]; do rm -rf "$1" 2>/dev/null || sleep 0.1; n=$((n+1)); done`

// leash is the janitor's input. Nothing is ever written; the kernel closes it when this program ends. A variable
// because an unreachable file is closed by the garbage collector.
//
//lint:ignore U1000 to stay open is its whole use
var leash io.WriteCloser

// scratch makes a folder that does not outlive this program. It is called once.
func scratch() (string, error) {
	dir, err := os.MkdirTemp(base(), prefix)
	if err != nil {
		return "", err
	}
	c := exec.Command("/bin/sh", "-c", janitor, "janitor", dir)
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // a ^C is not for it
	if leash, err = c.StdinPipe(); err != nil {
		return "", err
	}
	if err := c.Start(); err != nil {
		return "", fmt.Errorf("clean up after the tests: %w", err)
	}
	return dir, nil
}

// base is where clusters lie: in memory where there is plenty, which takes a start from a second on a busy disk to a
// tenth; else, or when TMPDIR asks for it, with the other temporary files.
func base() string {
	const memory, plenty = "/dev/shm", 2 << 30
	var st unix.Statfs_t
	if os.Getenv("TMPDIR") == "" && unix.Statfs(memory, &st) == nil && st.Type == unix.TMPFS_MAGIC &&
		st.Bavail*uint64(st.Bsize) > plenty && unix.Access(memory, unix.W_OK) == nil {
		return memory
	}
	return os.TempDir()
}

// sweep removes what janitors left that were themselves killed. A folder is dead when nobody holds its locks; a young
// one may not have got to that yet.
func sweep() {
	for _, place := range []string{base(), os.TempDir()} {
		dirs, err := filepath.Glob(filepath.Join(place, prefix+"*"))
		if err != nil {
			continue // TMPDIR is no valid pattern: nothing of ours was found there
		}
		for _, dir := range dirs {
			st, err := os.Stat(dir)
			if err != nil || time.Since(st.ModTime()) < time.Hour || pg.Held(dir) {
				continue
			}
			os.RemoveAll(dir) // best effort: it may be another user's
		}
	}
}
