package main

import (
	"context"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"frontline/internal/pg"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"frontline": main})
}

// TestScripts runs testdata/script: scenarios that a supervisor could read, on the program as it is started by hand.
// Each has a port of its own in $LISTEN.
func TestScripts(t *testing.T) {
	t.Parallel()
	// Scripts run in folders of their own, from which the Postgres that npm ci brings is not seen.
	postgres, err := pg.FindBinaries(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(e *testscript.Env) error {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				return err
			}
			defer l.Close()
			e.Setenv("LISTEN", l.Addr().String())
			e.Setenv("FRONTLINE_LISTEN", l.Addr().String())
			e.Setenv("FRONTLINE_DATA", e.WorkDir+"/data")
			e.Setenv("FRONTLINE_LOG", "warn")
			e.Setenv("TMPDIR", e.WorkDir+"/tmp")
			e.Setenv("PGBIN", postgres.Dir)
			return os.Mkdir(e.WorkDir+"/tmp", 0o755)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"ready": ready, "http": ask, "eventually": eventually, "setenv": setenv},
	})
}

// ready waits until the program can work: ready
func ready(ts *testscript.TestScript, _ bool, _ []string) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	for {
		if status, _, err := send(ctx, ts, "GET", "/readyz", "", nil); err == nil && status == http.StatusOK {
			return
		}
		select {
		case <-ctx.Done():
			ts.Fatalf("the program did not become ready")
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// ask sends a request and gives the answer's body as the output of the command: http STATUS METHOD PATH [BODY [HEADER: VALUE]...]
// The request is made with the token in $TOKEN.
func ask(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 {
		ts.Fatalf("usage: http STATUS METHOD PATH [BODY [HEADER: VALUE]...]")
	}
	body, headers := "", []string(nil)
	if len(args) > 3 {
		body, headers = args[3], args[4:]
	}
	status, answer, err := send(context.Background(), ts, args[1], args[2], body, headers)
	ts.Check(err)
	if strconv.Itoa(status) != args[0] {
		ts.Fatalf("%s %s = %d %s, want %s", args[1], args[2], status, answer, args[0])
	}
	ts.Check(os.WriteFile(ts.MkAbs("answer"), []byte(answer), 0o600))
}

// eventually is http for a request that is refused for a while.
func eventually(ts *testscript.TestScript, _ bool, args []string) {
	body := strings.Join(args[3:], "")
	deadline := time.Now().Add(time.Minute)
	for {
		status, answer, err := send(context.Background(), ts, args[1], args[2], body, nil)
		switch {
		case err == nil && strconv.Itoa(status) == args[0]:
			ts.Check(os.WriteFile(ts.MkAbs("answer"), []byte(answer), 0o600))
			return
		case time.Now().After(deadline):
			ts.Fatalf("%s %s = %d %s (%v), want %s", args[1], args[2], status, answer, err, args[0])
		}
		time.Sleep(50 * time.Millisecond)
	}
}

func send(ctx context.Context, ts *testscript.TestScript, method, path, body string, headers []string) (status int, answer string, err error) {
	r, err := http.NewRequestWithContext(ctx, method, "http://"+ts.Getenv("LISTEN")+path, strings.NewReader(body))
	if err != nil {
		return 0, "", err
	}
	if token := ts.Getenv("TOKEN"); token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		r.Header.Set(name, value)
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, "", err
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	return res.StatusCode, string(b), err
}

// setenv keeps the output of the last command, without its end: setenv NAME
func setenv(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: setenv NAME")
	}
	ts.Setenv(args[0], strings.TrimSpace(ts.ReadFile("stdout")))
}
