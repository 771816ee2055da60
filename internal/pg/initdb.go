package pg

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// tuned are the settings of a private cluster for a small machine that also runs the program. They go into a file of
// the data folder that each start writes anew; ALTER SYSTEM, which writes another file, overrides them.
const tuned = `# Written by the program at each start. To change a setting: ALTER SYSTEM SET name = value.
max_connections = 100
shared_buffers = 128MB
effective_cache_size = 1GB
work_mem = 8MB
maintenance_work_mem = 64MB
random_page_cost = 1.1
# Parallel workers want shared memory, of which a container has 64 MB, and processors, of which a small machine has two.
max_parallel_workers_per_gather = 0
max_parallel_maintenance_workers = 0
jit = off
wal_compression = on
# Bounds what a start after a crash has to replay.
max_wal_size = 1GB
checkpoint_timeout = 5min
# A queue table is rewritten many times over; a fifth of it dead is too late.
autovacuum_vacuum_scale_factor = 0.05
autovacuum_analyze_scale_factor = 0.05
timezone = 'UTC'
log_timezone = 'UTC'
# Errors go to the program, which logs them without customers' text. What the server alone knows is logged, tersely
# because details quote rows.
log_min_messages = log
log_min_error_statement = panic
log_error_verbosity = terse
log_line_prefix = ''
log_checkpoints = off
log_lock_waits = on
`

// tunedTest are the settings of a cluster that is thrown away: nothing waits for a disk.
const tunedTest = `
fsync = off
synchronous_commit = off
full_page_writes = off
max_connections = 300
shared_buffers = 64MB
wal_level = minimal
max_wal_senders = 0
wal_init_zero = off
wal_recycle = off
max_wal_size = 4GB
checkpoint_timeout = 1h
autovacuum = off
`

// Layout names what goes into a cluster made for tests; one made by another layout is not to be reused.
func Layout() string { return makeLogin + tuned + tunedTest }

// version reads the major version that made the data folder, 0 when there is none.
func version(dir string) (int, error) {
	file := filepath.Join(dir, "data", "PG_VERSION")
	b, err := os.ReadFile(file)
	if errors.Is(err, os.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	major, err := strconv.Atoi(strings.TrimSpace(string(b)))
	if err != nil {
		return 0, fmt.Errorf("%s says %q, which is no version", file, b)
	}
	return major, nil
}

// create makes the data folder under a name of its own and renames it when it is whole and on disk, so that a half-made
// one is never used. lock is inherited, so that no second program starts while a killed one's initdb still writes.
func create(ctx context.Context, b Binaries, id identity, dir string, volatile bool, lock *os.File) error {
	if entries, err := os.ReadDir(filepath.Join(dir, "data")); err == nil && len(entries) > 0 {
		return fmt.Errorf("%s/data holds files but no PG_VERSION: it is not a database; move it away", dir)
	}
	fresh := filepath.Join(dir, "data.new")
	if err := os.RemoveAll(fresh); err != nil {
		return err
	}
	var out bytes.Buffer
	for _, locale := range []string{"C.UTF-8", "C"} { // musl and small containers have only C
		args := []string{
			"--pgdata", fresh, "--username", superuser, "--auth", "trust", "--encoding", "UTF8", "--locale", locale,
			"--data-checksums", "--no-instructions", "--no-sync",
		}
		if volatile {
			args = append(args, "--wal-segsize", "1") // less to copy
		}
		c := id.command(ctx, filepath.Join(b.Dir, "initdb"), syscall.SIGKILL, lock, args...)
		out.Reset()
		c.Stdout, c.Stderr = &out, &out
		ended, err := c.spawn()
		if err == nil {
			err = <-ended
		}
		if err == nil {
			break
		}
		if locale == "C" || !strings.Contains(out.String(), "locale") {
			return fmt.Errorf("initdb: %w: %s", err, bytes.TrimSpace(out.Bytes()))
		}
	}
	conf, err := os.OpenFile(filepath.Join(fresh, "postgresql.conf"), os.O_APPEND|os.O_WRONLY|syscall.O_NOFOLLOW, 0)
	if err != nil {
		return err
	}
	_, err = conf.WriteString("\ninclude_if_exists = 'frontline.conf'\n")
	if err := errors.Join(err, conf.Close()); err != nil {
		return err
	}
	if !volatile {
		if err := syncFolder(fresh); err != nil {
			return err
		}
	}
	// An empty data folder, such as a mount point's, is replaced.
	if err := os.Rename(fresh, filepath.Join(dir, "data")); err != nil {
		return err
	}
	if !volatile {
		return syncFolder(dir)
	}
	return nil
}

// configure writes the settings file of the data folder.
func configure(id identity, dir string, volatile bool) error {
	file := filepath.Join(dir, "data", "frontline.conf")
	text := tuned
	if volatile {
		text += tunedTest
	}
	if old, err := os.ReadFile(file); err == nil && string(old) == text {
		return nil
	}
	// A file of its own that takes the place of the old one: a link that lies there leads nowhere.
	fresh := file + ".new"
	if err := os.RemoveAll(fresh); err != nil {
		return err
	}
	f, err := os.OpenFile(fresh, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	if err := errors.Join(err, f.Close(), id.own(fresh)); err != nil {
		return err // half of it on a full disk
	}
	return os.Rename(fresh, file)
}

// syncFolder puts the whole file system of a folder on disk: initdb's thousand files one by one take longer.
func syncFolder(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := unix.Syncfs(int(f.Fd())); err != nil {
		return &os.PathError{Op: "syncfs", Path: path, Err: err}
	}
	return nil
}
