package pg

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// identity is the operating system user that Postgres runs as: it refuses to be root.
type identity struct {
	uid, gid int
	setuid   bool      // change to uid and gid: the program is root
	caps     []uintptr // kept across the change, to walk through folders that only root may enter
	userns   bool      // keep the file owner and take the name uid in a user namespace
}

// choose says as whom Postgres runs on the cluster in dir, and from where. An ordinary user stays what it is. Root
// becomes the owner of the data, else the user postgres or nobody. Where the data lies below a folder that is closed to
// that user, such as /root, it keeps the capability to walk there; programs that lie so are copied out, because
// Postgres asks access(2) of them, which knows no capability. Where a container forbids all that, root stays the owner
// of the files and takes another name in a user namespace, without any capability.
func choose(ctx context.Context, b Binaries, dir string) (identity, Binaries, error) {
	owner := ownerOf(filepath.Join(dir, "data"))
	if euid := os.Geteuid(); euid != 0 {
		id, err := ordinary(ctx, b, dir, euid, owner)
		return id, b, err
	}
	id, err := unprivileged(dir, owner)
	if err != nil {
		return identity{}, b, err
	}
	tries := []identity{id}
	if !reachable(filepath.Dir(dir), id) { // dir itself will be its own
		search, override := id, id
		search.caps, override.caps = []uintptr{unix.CAP_DAC_READ_SEARCH}, []uintptr{unix.CAP_DAC_OVERRIDE}
		tries = []identity{search, override}
	}
	var errs []error
	open := b
	if owner <= 0 && !mayEnterAll() { // the program itself could not enter what it gave away
		errs, tries = append(errs, errors.New("root may not enter other users' folders")), nil
	} else if !reachable(b.Dir, id) {
		if open, err = copyOut(b); err != nil {
			errs, tries = append(errs, err), nil
		}
	}
	for _, t := range tries {
		if err = t.try(ctx, open); err == nil {
			return t, open, nil
		}
		errs = append(errs, err)
	}
	if owner <= 0 {
		t := identity{uid: id.uid, gid: id.gid, userns: true}
		if err = t.try(ctx, b); err == nil {
			return t, b, nil
		}
		errs = append(errs, err)
	}
	return identity{}, b, fmt.Errorf("the program is root, PostgreSQL must not be, and nothing else is possible here (%w): "+
		"run the program as an ordinary user, or set DATABASE_URL", errors.Join(errs...))
}

// ordinary is the identity of a program that is not root.
func ordinary(ctx context.Context, b Binaries, dir string, uid, owner int) (identity, error) {
	if owner >= 0 && owner != uid {
		return identity{}, fmt.Errorf("%s/data belongs to user %d and the program runs as user %d: run it as that user, or run chown -R %[3]d %[1]s", dir, owner, uid)
	}
	id := identity{uid: uid, gid: os.Getegid()}
	if _, err := user.LookupId(strconv.Itoa(uid)); err == nil || owner >= 0 {
		return id, nil
	}
	// initdb wants a user with a name, which a container with an arbitrary user id does not have: a namespace may lend one.
	lent, err := unprivileged("", -1)
	if err == nil {
		lent.setuid, lent.userns = false, true
		if err = lent.try(ctx, b); err == nil {
			return lent, nil
		}
	}
	return identity{}, fmt.Errorf("user id %d has no name, which initdb needs (%w): add a line for it to /etc/passwd, or run as a user that has one", uid, err)
}

// unprivileged is the user root hands Postgres to: the owner of the data where there is one.
func unprivileged(dir string, owner int) (identity, error) {
	if owner > 0 {
		st, err := os.Stat(filepath.Join(dir, "data"))
		if err != nil {
			return identity{}, err
		}
		return identity{uid: owner, gid: int(st.Sys().(*syscall.Stat_t).Gid), setuid: true}, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err := strconv.Atoi(u.Uid)
		if err != nil {
			return identity{}, fmt.Errorf("user %s: %w", name, err)
		}
		gid, err := strconv.Atoi(u.Gid)
		if err != nil {
			return identity{}, fmt.Errorf("user %s: %w", name, err)
		}
		return identity{uid: uid, gid: gid, setuid: true}, nil
	}
	return identity{}, errors.New("the program is root, PostgreSQL must not be, and there is neither a user postgres nor nobody: add one (useradd --system postgres)")
}

// mayEnterAll says whether root has root's usual power over files, which a container can take away.
func mayEnterAll() bool {
	var data [2]unix.CapUserData
	err := unix.Capget(&unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}, &data[0])
	return err == nil && data[0].Effective&(1<<unix.CAP_DAC_OVERRIDE) != 0
}

// ownerOf is the user id that owns a path, -1 when there is nothing.
func ownerOf(path string) int {
	st, err := os.Stat(path)
	if err != nil {
		return -1
	}
	return int(st.Sys().(*syscall.Stat_t).Uid)
}

// reachable says whether the user may walk to dir.
func reachable(dir string, id identity) bool {
	for ; ; dir = filepath.Dir(dir) {
		st, err := os.Stat(dir)
		if err != nil {
			return false
		}
		sys := st.Sys().(*syscall.Stat_t)
		x := sys.Mode & 0o001
		switch {
		case int(sys.Uid) == id.uid:
			x = sys.Mode & 0o100
		case int(sys.Gid) == id.gid:
			x = sys.Mode & 0o010
		}
		if x == 0 {
			return false
		}
		if dir == filepath.Dir(dir) {
			return true
		}
	}
}

// try runs the least there is as the identity.
func (id identity) try(ctx context.Context, b Binaries) error {
	ended, err := id.command(ctx, filepath.Join(b.Dir, "postgres"), syscall.SIGKILL, nil, "--version").spawn()
	if err == nil {
		err = <-ended
	}
	if err == nil {
		return nil
	}
	how := "as user " + strconv.Itoa(id.uid)
	if id.userns {
		how = "in a user namespace"
	}
	return fmt.Errorf("%s: %w", how, err)
}

// own gives one file or folder to the identity.
func (id identity) own(path string) error {
	if !id.setuid {
		return nil
	}
	return os.Lchown(path, id.uid, id.gid)
}

// take gives the cluster's folder to the identity, with all data when that is another's. The data folder itself goes
// last: its owner says whose the whole is, also after a kill in the middle.
func (id identity) take(dir string) error {
	if !id.setuid {
		return nil
	}
	if err := id.own(dir); err != nil {
		return err
	}
	data := filepath.Join(dir, "data")
	if owner := ownerOf(data); owner < 0 || owner == id.uid {
		return nil
	}
	var all []string
	if err := filepath.WalkDir(data, func(p string, _ os.DirEntry, err error) error {
		all = append(all, p)
		return err
	}); err != nil {
		return err
	}
	for _, p := range slices.Backward(all) {
		if err := id.own(p); err != nil {
			return err
		}
	}
	return nil
}

// copies is where root keeps Postgres for users who may not enter the folder it lies in.
const copies = "/var/cache/frontline"

// copyOut makes a copy of an installation that other users can reach, once for each version. It knows the one layout
// that is brought into closed folders, the npm package's: bin, lib and share below native.
func copyOut(b Binaries) (Binaries, error) {
	from := filepath.Dir(b.Dir)
	if filepath.Base(from) != "native" {
		return b, fmt.Errorf("%s is closed to ordinary users", b.Dir)
	}
	to := filepath.Join(copies, "postgres-"+strings.Fields(b.Version)[0])
	out := Binaries{Dir: filepath.Join(to, filepath.Base(b.Dir)), Version: b.Version, Major: b.Major}
	if _, err := os.Stat(to); err == nil {
		return out, nil
	}
	if err := os.MkdirAll(copies, 0o755); err != nil {
		return b, err
	}
	fresh, err := os.MkdirTemp(copies, "new-")
	if err != nil {
		return b, err
	}
	defer os.RemoveAll(fresh)
	if err := errors.Join(os.CopyFS(fresh, os.DirFS(from)), os.Chmod(fresh, 0o755)); err != nil {
		return b, fmt.Errorf("copy PostgreSQL to where its user can reach it: %w", err)
	}
	// Of two programs that do this at once one is first, and both have what they want.
	if err := os.Rename(fresh, to); err != nil && !errors.Is(err, os.ErrExist) {
		return b, err
	}
	return out, nil
}

// attr makes a child of the identity that is told to end when the program dies, kill -9 included. It has a process
// group of its own: a ^C on the terminal goes to the program, which ends the child in order.
func (id identity) attr(onDeath syscall.Signal) *syscall.SysProcAttr {
	a := &syscall.SysProcAttr{Setpgid: true, Pdeathsig: onDeath}
	switch {
	case id.setuid:
		a.Credential = &syscall.Credential{Uid: uint32(id.uid), Gid: uint32(id.gid)}
		a.AmbientCaps = id.caps
	case id.userns:
		a.Cloneflags = syscall.CLONE_NEWUSER
		a.UidMappings = []syscall.SysProcIDMap{{ContainerID: id.uid, HostID: os.Geteuid(), Size: 1}}
		a.GidMappings = []syscall.SysProcIDMap{{ContainerID: id.gid, HostID: os.Getegid(), Size: 1}}
		a.Credential = &syscall.Credential{Uid: uint32(id.uid), Gid: uint32(id.gid), NoSetGroups: true}
	}
	return a
}

// child is a program of Postgres's.
type child struct{ *exec.Cmd }

// command makes a child of the identity that inherits the lock, which may be nil, and sees nothing of the program's
// environment.
func (id identity) command(ctx context.Context, exe string, onDeath syscall.Signal, lock *os.File, args ...string) child {
	c := child{exec.CommandContext(ctx, exe, args...)}
	c.Env = []string{"PATH=/usr/bin:/bin", "LC_ALL=C", "TZ=UTC"}
	c.Dir = "/"
	c.SysProcAttr = id.attr(onDeath)
	if lock != nil {
		c.ExtraFiles = []*os.File{lock}
	}
	return c
}

// spawn starts the child on a thread that lives as long as it does. The death signal is sent when the thread that forked
// ends, not the process, and Go retires threads at will.
func (c child) spawn() (ended <-chan error, err error) {
	started, done := make(chan error, 1), make(chan error, 1)
	go func() {
		runtime.LockOSThread() // never unlocked: the thread ends with this goroutine
		err := c.Start()
		started <- err
		if err == nil {
			done <- c.Wait()
		}
	}()
	return done, <-started
}
