package router_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"testing"

	"frontline/crm"
	"frontline/internal/authority"
	"frontline/internal/event"
	"frontline/internal/pg"
	"frontline/tickets"
	"frontline/tickets/router"

	"golang.org/x/sync/errgroup"
)

// nodeOf names the database for which this binary runs as a node of its own, with nothing but events and a router, so that
// a test can kill it.
const nodeOf = "FRONTLINE_ROUTER_NODE"

func TestMain(m *testing.M) {
	if url := os.Getenv(nodeOf); url != "" {
		if err := beNode(context.Background(), url); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

func beNode(ctx context.Context, url string) error {
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	db, err := pg.Open(ctx, url, pg.Options{Log: log})
	if err != nil {
		return err
	}
	defer db.Close()
	hub := event.New(db)
	gate := authority.New(db, authority.Options{Poke: hub.Poke})
	r := router.New(router.Options{DB: db, Hub: hub, Log: log, Dispatch: tickets.NewDispatch(tickets.New(gate, crm.New(gate), nil, outbox{}))})
	parts, ctx := errgroup.WithContext(ctx)
	parts.Go(func() error { return hub.Run(ctx) })
	parts.Go(func() error { return r.Run(ctx) })
	parts.Go(func() error { // it ends with whoever started it
		_, err := io.Copy(io.Discard, os.Stdin)
		if err == nil {
			err = io.EOF
		}
		return err
	})
	fmt.Println("up")
	return parts.Wait()
}

// node is a router in a process of its own.
type node struct {
	t   testing.TB
	url string
	run *exec.Cmd
}

// start runs it, and waits until its pools answer.
func (n *node) start() {
	n.t.Helper()
	self, err := os.Executable()
	if err != nil {
		n.t.Fatal(err)
	}
	n.run = exec.Command(self)
	n.run.Env = append(os.Environ(), nodeOf+"="+n.url)
	n.run.Stderr = os.Stderr
	if _, err := n.run.StdinPipe(); err != nil {
		n.t.Fatal(err)
	}
	out, err := n.run.StdoutPipe()
	if err != nil {
		n.t.Fatal(err)
	}
	if err := n.run.Start(); err != nil {
		n.t.Fatal(err)
	}
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil || line != "up\n" {
		n.t.Fatalf("a node said %q, %v", line, err)
	}
}

// kill is kill -9.
func (n *node) kill() {
	_ = n.run.Process.Kill()
	_ = n.run.Wait()
}
