package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"
)

// killsWanted is how often a test kills the program: FRONTLINE_KILLS, or what it says itself.
func killsWanted(standard int) int {
	if n, err := strconv.Atoi(os.Getenv("FRONTLINE_KILLS")); err == nil {
		return n
	}
	return standard
}

// node is the program as it is started by hand, in a process that can be killed.
type node struct {
	t     testing.TB
	place Place
	env   []string // its other settings
	http  string   // its address
	run   *exec.Cmd
	log   *os.File

	mu sync.Mutex
	up chan struct{} // closed while it runs
}

// newNode prepares a node at a place; without one it has a folder and a database of its own.
func newNode(t testing.TB, at Place, env ...string) *node {
	t.Helper()
	n := &node{t: t, place: at, http: freePort(t), env: env, up: make(chan struct{})}
	if at.Data == "" {
		n.place.Data = t.TempDir()
	}
	var err error
	if n.log, err = os.Create(filepath.Join(t.TempDir(), "test.log")); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if n.run != nil {
			n.end()
		}
		if t.Failed() {
			b, _ := os.ReadFile(n.log.Name())
			t.Logf("the log of %s ends with:\n%s", n.http, b[max(0, len(b)-4000):])
		}
		_ = n.log.Close()
	})
	return n
}

func freePort(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

func (n *node) command(args ...string) *exec.Cmd {
	self, err := os.Executable()
	if err != nil {
		n.t.Fatal(err)
	}
	c := exec.Command(self, args...)
	c.Args[0] = "frontline" // as which TestMain runs the program
	c.Env = append(os.Environ(), "FRONTLINE_DATA="+n.place.Data, "FRONTLINE_DATABASE_URL="+n.place.DatabaseURL, "FRONTLINE_LISTEN="+n.http, "FRONTLINE_LOG=warn")
	c.Env = append(c.Env, n.env...)
	return c
}

var secretToken = regexp.MustCompile(`flt_\S+`)

// hire adds somebody and gives a token with which a program acts as them.
func (n *node) hire(login, role string) string {
	n.t.Helper()
	out, err := n.command("user", "add", "--login", login, "--name", login, "--role", role).CombinedOutput()
	if err != nil {
		n.t.Fatalf("user add: %v\n%s", err, out)
	}
	out, err = n.command("token", "add", "--login", login, "--name", "kill test").CombinedOutput()
	if err != nil {
		n.t.Fatalf("token add: %v\n%s", err, out)
	}
	token := secretToken.FindString(string(out))
	if token == "" {
		n.t.Fatalf("no token in %q", out)
	}
	return token
}

// start runs the program until it says that it is ready.
func (n *node) start() {
	n.t.Helper()
	ready := &readiness{said: make(chan struct{})}
	n.run = n.command("serve")
	n.run.Stdout, n.run.Stderr = ready, n.log
	if err := n.run.Start(); err != nil {
		n.t.Fatal(err)
	}
	select {
	case <-ready.said:
	case <-time.After(time.Minute):
		n.t.Fatal("the program is not ready a minute after its start")
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	close(n.up)
}

// running is closed while the program runs.
func (n *node) running() <-chan struct{} {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.up
}

// readiness is closed by the first line that the program prints: then it is ready.
type readiness struct {
	once sync.Once
	said chan struct{}
}

func (r *readiness) Write(b []byte) (int, error) {
	if bytes.Contains(b, []byte("is ready")) {
		r.once.Do(func() { close(r.said) })
	}
	return len(b), nil
}

// fall says that the program will not run any more.
func (n *node) fall() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.up = make(chan struct{})
}

// end stops the program in order: one that is killed leaves its Postgres some moments to end in, in
// which the test's folder cannot be removed.
func (n *node) end() {
	n.t.Helper()
	n.fall()
	last := time.AfterFunc(time.Minute, func() { _ = n.run.Process.Kill() })
	defer last.Stop()
	_ = n.run.Process.Signal(os.Interrupt)
	if err := n.run.Wait(); err != nil {
		n.t.Errorf("the program did not stop in order: %v", err)
	}
	n.run = nil
}

// kill is kill -9.
func (n *node) kill() {
	n.fall()
	_ = n.run.Process.Signal(syscall.SIGKILL)
	_ = n.run.Wait()
	n.run = nil
}

// client keeps its connections, as a program that works with the API would.
var client = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}

// call makes a request; an error without a status means that nobody knows what happened.
func (n *node) call(token, method, path, key string, in, out any) (int, error) {
	body, err := json.Marshal(in)
	if err != nil {
		return 0, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, method, "http://"+n.http+"/api/v1"+path, bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	if in == nil {
		r.Body = http.NoBody
		r.ContentLength = 0
	} else {
		r.Header.Set("Content-Type", "application/json")
	}
	r.Header.Set("Authorization", "Bearer "+token)
	if key != "" {
		r.Header.Set("Idempotency-Key", key)
	}
	resp, err := client.Do(r)
	if err != nil {
		return 0, err
	}
	defer func() { _ = resp.Body.Close() }()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		return 0, err
	}
	if resp.StatusCode >= 300 {
		return resp.StatusCode, fmt.Errorf("%s %s: %d %s", method, path, resp.StatusCode, b)
	}
	if out != nil {
		return resp.StatusCode, json.Unmarshal(b, out)
	}
	return resp.StatusCode, nil
}

// message is one of a ticket's timeline.
type message struct {
	ID        int64
	Kind      string
	Direction string
	Text      string
	Delivery  *struct{ State string }
}

// timelines reads all that the desk shows, by ticket, oldest first.
func (n *node) timelines(token string) map[int64][]message {
	n.t.Helper()
	all, after := map[int64][]message{}, ""
	for {
		var page struct {
			Items []struct{ ID int64 }
			Next  string
		}
		if _, err := n.call(token, "GET", "/tickets?limit=200&after="+after, "", nil, &page); err != nil {
			n.t.Fatal(err)
		}
		for _, ticket := range page.Items {
			var line struct{ Items []message }
			if _, err := n.call(token, "GET", fmt.Sprintf("/tickets/%d/timeline?limit=200", ticket.ID), "", nil, &line); err != nil {
				n.t.Fatal(err)
			}
			slices.Reverse(line.Items)
			all[ticket.ID] = slices.DeleteFunc(line.Items, func(m message) bool { return m.Kind != "message" })
		}
		if after = page.Next; after == "" {
			return all
		}
	}
}
