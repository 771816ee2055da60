package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
)

// start runs the program as a shell would.
func start(t *testing.T, stdin string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, complaint bytes.Buffer
	code = run(t.Context(), args, stdio{In: strings.NewReader(stdin), Out: &out, Err: &complaint})
	return code, out.String(), complaint.String()
}

func TestExitCodes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		args string
		code int
	}{
		{"--help", exitDone},
		{"version", exitDone},
		{"mail --help", exitDone},
		{"mail parse", exitDone},
		{"", exitUsage},
		{"no-such-command", exitUsage},
		{"mail parse --no-such-flag", exitUsage},
	} {
		code, _, stderr := start(t, "", strings.Fields(c.args)...)
		if code != c.code {
			t.Errorf("frontline %s exits with %d, want %d", c.args, code, c.code)
		}
		if want := map[bool]int{true: 1, false: 0}[c.code != exitDone]; strings.Count(stderr, "\n") != want {
			t.Errorf("frontline %s complains %q, want %d lines", c.args, stderr, want)
		}
	}
}

func TestMailParsePrintsOneObject(t *testing.T) {
	t.Parallel()
	for _, raw := range []string{
		"",
		"\x00\xff\xfe garbage",
		"From: Li <li@example.com>\r\nSubject: =?gbk?B?y/nT0A==?=\r\n\r\nhello\r\n",
	} {
		code, stdout, stderr := start(t, raw, "mail", "parse")
		if code != exitDone {
			t.Errorf("mail parse of %q exits with %d: %s", raw, code, stderr)
		}
		var got map[string]any
		if err := json.Unmarshal([]byte(stdout), &got); err != nil {
			t.Errorf("mail parse of %q prints no JSON object: %v", raw, err)
		}
	}
}
