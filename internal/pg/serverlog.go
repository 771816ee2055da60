package pg

import (
	"bufio"
	"context"
	"io"
	"log/slog"
	"slices"
	"strings"
	"sync"
)

// relay passes the server's lines to the log at the level they ask for.
func (c *Cluster) relay(out io.Reader, last *tail) {
	lines := bufio.NewReader(out)
	for {
		line, err := lines.ReadString('\n')
		if line = strings.TrimSpace(line); line != "" {
			last.add(line)
			level, text := c.level(line)
			c.opt.Log.Log(context.Background(), level, "PostgreSQL says", "text", text)
		}
		if err != nil {
			return
		}
	}
}

// level is how loud a line of the server is. FATAL ends one session, which its client hears of; while the server starts
// or stops that is every session, on purpose. Only PANIC is the end of all.
func (c *Cluster) level(line string) (slog.Level, string) {
	kind, text, ok := strings.Cut(line, ":  ")
	if !ok {
		return slog.LevelDebug, line
	}
	switch {
	case kind == "PANIC":
		return slog.LevelError, text
	case kind == "FATAL" && c.serving.Load():
		return slog.LevelWarn, text
	}
	return slog.LevelDebug, text
}

// tail keeps the last lines a server said, for the error of a start that did not succeed.
type tail struct {
	mu    sync.Mutex
	lines []string
}

func (t *tail) add(line string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.lines = append(t.lines, line); len(t.lines) > 30 {
		t.lines = t.lines[1:]
	}
}

// String is the line that says why, else all of them. That the server is not ready is what it says to each question
// whether it is, and no reason.
func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, kind := range []string{"PANIC:  ", "FATAL:  "} {
		for _, l := range slices.Backward(t.lines) {
			why, ok := strings.CutPrefix(l, kind)
			if !ok || strings.HasPrefix(why, "the database system is ") {
				continue
			}
			if strings.Contains(why, "No space left on device") || strings.Contains(why, "wrote only") {
				why += " (the disk is full: free some, nothing that was committed is lost)"
			}
			return why
		}
	}
	return strings.Join(t.lines, "; ")
}
