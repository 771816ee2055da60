package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"
)

// HealthCmd asks a program on this machine whether it can work, for container health checks.
type HealthCmd struct {
	Listen string `default:"127.0.0.1:8080" help:"Where the program listens."`
}

// Run fails where the program does not answer, or says that it cannot work.
func (c *HealthCmd) Run(ctx context.Context, std stdio) error {
	if _, _, err := net.SplitHostPort(c.Listen); err != nil {
		return usageError{fmt.Errorf("listen address %q: want something like 127.0.0.1:8080", c.Listen)}
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+reachable(c.Listen)+"/readyz", nil)
	if err != nil {
		return err
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return fmt.Errorf("no answer: %w", err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(io.LimitReader(answer.Body, 10_000))
	if err != nil {
		return fmt.Errorf("no whole answer: %w", err)
	}
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("not ready: %s", strings.TrimSpace(string(body)))
	}
	_, err = fmt.Fprintln(std.Out, "ready")
	return err
}
