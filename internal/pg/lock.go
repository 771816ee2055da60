package pg

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Two locks keep one private cluster to one program. The program holds program.lock, which goes when the program does,
// so that a second program knows at once whether the first one lives. Postgres inherits server.lock from it, every
// backend included, so that the lock is free only when the last process on the data is gone. Both are flock(2) locks:
// the kernel drops them whatever happens to their holders, and neither a stale file nor a number that now belongs to
// another process (in containers: nearly always the same few) means anything.
const (
	programLock = "program.lock"
	serverLock  = "server.lock"
)

const (
	// handover is how long a successor waits for a program that was just killed.
	handover = 500 * time.Millisecond
	// hasten is how long a server whose program is gone may take to shut down in order before it is told to stop
	// at once, which loses nothing and leaves recovery to the next start.
	hasten = 2 * time.Second
	// lastWait is how long after that a start waits before it gives up.
	lastWait = 20 * time.Second
)

// ErrInUse says that another program that lives holds the private cluster.
var ErrInUse = errors.New("database folder is in use")

// holder is what the program that holds a cluster writes into program.lock for whoever comes second.
type holder struct {
	PID     int       `json:"pid"`
	Host    string    `json:"host"`
	Command string    `json:"command"`
	Since   time.Time `json:"since"`
	URL     string    `json:"url,omitempty"`    // set when the server answers
	Socket  string    `json:"socket,omitempty"` // a folder of its own for the socket, removed by the next start
}

func (h holder) String() string {
	if h.PID == 0 {
		return "another program"
	}
	return fmt.Sprintf("%q, process %d on %s since %s", h.Command, h.PID, h.Host, h.Since.Format(time.DateTime))
}

// me describes this program.
func me() holder {
	host, err := os.Hostname()
	if err != nil {
		host = "this machine"
	}
	// Of the arguments only the command: flags may hold secrets.
	command := filepath.Base(os.Args[0])
	if len(os.Args) > 1 && !strings.HasPrefix(os.Args[1], "-") {
		command += " " + os.Args[1]
	}
	return holder{PID: os.Getpid(), Host: host, Command: command, Since: time.Now().UTC()}
}

// write replaces the lock file's content.
func (h holder) write(f *os.File) error {
	b, err := json.Marshal(h)
	if err != nil {
		return err
	}
	if err := f.Truncate(0); err != nil {
		return err
	}
	_, err = f.WriteAt(append(b, '\n'), 0)
	return err
}

// readHolder is what program.lock says; the zero holder when it says nothing of use.
func readHolder(dir string) holder {
	b, err := os.ReadFile(filepath.Join(dir, programLock))
	var h holder
	if err != nil || json.Unmarshal(b, &h) != nil {
		return holder{}
	}
	return h
}

// lockFile opens dir/name and locks it when nobody else has.
func lockFile(dir, name string) (f *os.File, free bool, err error) {
	// The folder is Postgres's own: what lies there must not lead root elsewhere.
	f, err = os.OpenFile(filepath.Join(dir, name), os.O_CREATE|os.O_RDWR|syscall.O_NOFOLLOW, 0o600)
	if err != nil {
		return nil, false, err
	}
	if free, err = tryLock(f); err != nil || !free {
		f.Close()
		return nil, false, err
	}
	return f, true, nil
}

func tryLock(f *os.File) (free bool, err error) {
	for {
		switch err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err {
		case nil:
			return true, nil
		case syscall.EINTR:
		case syscall.EWOULDBLOCK:
			return false, nil
		default:
			return false, &os.PathError{Op: "flock", Path: f.Name(), Err: err}
		}
	}
}

// waitLock is lockFile with patience.
func waitLock(ctx context.Context, dir, name string, patience time.Duration) (f *os.File, free bool, err error) {
	end := time.NewTimer(patience)
	defer end.Stop()
	for pause := 5 * time.Millisecond; ; pause = min(2*pause, 100*time.Millisecond) {
		if f, free, err = lockFile(dir, name); err != nil || free {
			return f, free, err
		}
		select {
		case <-ctx.Done():
			return nil, false, ctx.Err()
		case <-end.C:
			return nil, false, nil
		case <-time.After(pause):
		}
	}
}

// Held says whether a program or a server has the cluster in dir.
func Held(dir string) bool {
	for _, name := range []string{programLock, serverLock} {
		f, free, err := lockFile(dir, name)
		if err != nil || !free {
			return true
		}
		f.Close()
	}
	return false
}

// hold takes both locks of the cluster in dir. A program that lives keeps them: ErrInUse, at once. A server that
// outlives its killed program for a moment is waited for.
func hold(ctx context.Context, dir string, log *slog.Logger) (program, server *os.File, err error) {
	program, free, err := waitLock(ctx, dir, programLock, handover)
	if err != nil {
		return nil, nil, fmt.Errorf("lock the database folder: %w", err)
	}
	if !free {
		return nil, nil, fmt.Errorf("%w: %s is held by %s; stop it, or choose another data folder", ErrInUse, dir, readHolder(dir))
	}
	defer func() {
		if err != nil {
			program.Close()
		}
	}()
	server, free, err = waitLock(ctx, dir, serverLock, hasten)
	if err == nil && !free {
		pid := postmaster(dir)
		log.WarnContext(ctx, "the server of a program that ended is slow to stop", "pid", pid)
		if pid != 0 {
			if err := syscall.Kill(pid, syscall.SIGQUIT); err != nil {
				log.WarnContext(ctx, "the slow server cannot be hastened", "pid", pid, "err", err)
			}
		}
		server, free, err = waitLock(ctx, dir, serverLock, lastWait)
		if err == nil && !free {
			err = fmt.Errorf("%w: the program that held %s is gone but its PostgreSQL (process %d) still runs; end it with kill -QUIT %[3]d",
				ErrInUse, dir, pid)
		}
	}
	if err != nil {
		return nil, nil, err
	}
	return program, server, nil
}

// postmaster is the process id of the server that works in dir's data, 0 when it cannot be told for certain. The number
// in postmaster.pid alone proves nothing: it may by now be another process.
func postmaster(dir string) int {
	data := filepath.Join(dir, "data")
	b, err := os.ReadFile(filepath.Join(data, "postmaster.pid"))
	if err != nil {
		return 0
	}
	first, _, _ := strings.Cut(string(b), "\n")
	pid, err := strconv.Atoi(first)
	if err != nil {
		return 0
	}
	at, err := os.Stat(filepath.Join("/proc", strconv.Itoa(pid), "cwd"))
	if err != nil {
		return 0
	}
	here, err := os.Stat(data)
	if err != nil || !os.SameFile(at, here) {
		return 0
	}
	return pid
}
