package main

import (
	"encoding/json"
	"fmt"
	"io"

	"frontline/channels/email/mime"
)

// MailCmd holds the tools for mail.
type MailCmd struct {
	Parse MailParseCmd `cmd:"" help:"Read one raw mail on stdin and print what it says as one JSON object."`
}

// MailParseCmd shows how a raw mail is read. Any bytes are a mail: it fails only when stdin cannot be read or stdout
// cannot be written.
type MailParseCmd struct{}

// Run reads a mail from std.In and prints it.
func (MailParseCmd) Run(std stdio) error {
	limits := mime.DefaultLimits()
	// One byte more than the limit is enough for the reader to see that the mail is too large.
	raw, err := io.ReadAll(io.LimitReader(std.In, int64(limits.Size)+1))
	if err != nil {
		return fmt.Errorf("read the mail: %w", err)
	}
	if _, err := io.Copy(io.Discard, std.In); err != nil {
		return fmt.Errorf("read the mail: %w", err)
	}
	out := json.NewEncoder(std.Out)
	out.SetEscapeHTML(false)
	if err := out.Encode(mime.Read(raw, limits)); err != nil {
		return fmt.Errorf("print the mail: %w", err)
	}
	return nil
}
