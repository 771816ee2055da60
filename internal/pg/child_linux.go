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
	"syscall"
)

// Capabilities of capabilities(7) that x/sys does not need to be imported for.
const (
	capDACOverride   = 1
	capDACReadSearch = 2
)

// identity is the operating system user that Postgres runs as: it refuses to be root.
type identity struct {
	uid, gid int
	setuid   bool      // change to uid and gid: the program is root
	caps     []uintptr // kept across the change, to walk through folders that only root may enter
	userns   bool      // keep the file owner and take the name uid in a user namespace
}

// choose says as whom Postgres runs on the cluster in dir. An ordinary user stays what it is. Root becomes the owner of
// the data, else the user postgres or nobody; where the programs or the folder lie below a folder that is closed to
// that user (/root, a test's temporary folder), it keeps the right to pass through. Where the container forbids all
// that, a user namespace without any capability is tried.
func choose(ctx context.Context, b Binaries, dir string) (identity, error) {
	owner := ownerOf(filepath.Join(dir, "data"))
	euid := os.Geteuid()
	if euid != 0 {
		if owner >= 0 && owner != euid {
			return identity{}, fmt.Errorf("%s/data belongs to user %d and the program runs as user %d: run it as that user, or run chown -R %[3]d %[1]s", dir, owner, euid)
		}
		id := identity{uid: euid, gid: os.Getegid()}
		if owner < 0 && !named(euid) {
			// initdb wants a user with a name, which a container with an arbitrary user id does not have.
			return id.named(ctx, b)
		}
		return id, nil
	}
	id, err := unprivileged(dir, owner)
	if err != nil {
		return identity{}, err
	}
	tries := []identity{id}
	if !reachable(b.Dir, id) || !reachable(dir, id) {
		search, override := id, id
		search.caps, override.caps = []uintptr{capDACReadSearch}, []uintptr{capDACOverride}
		tries = []identity{search, override}
	}
	if owner <= 0 {
		tries = append(tries, identity{uid: id.uid, gid: id.gid, userns: true})
	}
	var errs []error
	for _, t := range tries {
		if err = t.try(ctx, b); err == nil {
			return t, nil
		}
		errs = append(errs, err)
	}
	return identity{}, fmt.Errorf("the program is root, PostgreSQL must not be, and this container lets it be nobody else "+
		"(%w): run the program as an ordinary user, or set DATABASE_URL", errors.Join(errs...))
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

// named finds a namespace in which a nameless user has a name.
func (id identity) named(ctx context.Context, b Binaries) (identity, error) {
	u, err := unprivileged("", -1)
	if err == nil {
		u.setuid, u.userns = false, true
		if err = u.try(ctx, b); err == nil {
			return u, nil
		}
	}
	return identity{}, fmt.Errorf("user id %d has no name, which initdb needs (%w): add a line for it to /etc/passwd, or run as a user that has one", id.uid, err)
}

func named(uid int) bool {
	_, err := user.LookupId(strconv.Itoa(uid))
	return err == nil
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
	c := exec.CommandContext(ctx, filepath.Join(b.Dir, "postgres"), "--version")
	c.SysProcAttr = id.attr(syscall.SIGKILL)
	c.Dir = "/"
	if err := c.Run(); err != nil {
		how := "as user " + strconv.Itoa(id.uid)
		if id.userns {
			how = "in a user namespace"
		}
		return fmt.Errorf("%s: %w", how, err)
	}
	return nil
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

// spawn starts a command on a thread that lives as long as the child. The death signal is sent when the thread that
// forked ends, not the process, and Go retires threads at will.
func spawn(c *exec.Cmd) (ended <-chan error, err error) {
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
