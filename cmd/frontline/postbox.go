package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"github.com/emersion/go-smtp"
)

// postbox is the world outside in a demo: an SMTP server on this machine that takes every mail the
// desk sends and keeps it as a file, so that it can be looked at and answered.
type postbox struct {
	dir string
	n   atomic.Int64
}

// maxPost is the largest mail the postbox takes, in bytes.
const maxPost = 60 << 20

// serve takes mail until ctx ends.
func (p *postbox) serve(ctx context.Context, l net.Listener) error {
	if err := os.MkdirAll(p.dir, 0o700); err != nil {
		return fmt.Errorf("make the demo's postbox: %w", err)
	}
	s := smtp.NewServer(p)
	s.Domain, s.MaxMessageBytes, s.MaxRecipients = "postbox.demo", maxPost, 100
	s.ReadTimeout, s.WriteTimeout = time.Minute, time.Minute
	stop := context.AfterFunc(ctx, func() { _ = s.Close() })
	defer stop()
	if err := s.Serve(l); err != nil && ctx.Err() == nil {
		return fmt.Errorf("serve the demo's postbox: %w", err)
	}
	return nil
}

// NewSession implements smtp.Backend.
func (p *postbox) NewSession(*smtp.Conn) (smtp.Session, error) { return &posting{box: p}, nil }

// posting is one mail on its way into the postbox.
type posting struct{ box *postbox }

// Mail implements smtp.Session.
func (*posting) Mail(string, *smtp.MailOptions) error { return nil }

// Rcpt implements smtp.Session.
func (*posting) Rcpt(string, *smtp.RcptOptions) error { return nil }

// Data implements smtp.Session: the file is whole under its name, or not there.
func (s *posting) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	name := fmt.Sprintf("%s-%04d.eml", time.Now().UTC().Format("20060102-150405"), s.box.n.Add(1))
	tmp := filepath.Join(s.box.dir, "."+name)
	if err := os.WriteFile(tmp, raw, 0o600); err != nil {
		return err
	}
	return os.Rename(tmp, filepath.Join(s.box.dir, name))
}

// Reset implements smtp.Session.
func (*posting) Reset() {}

// Logout implements smtp.Session.
func (*posting) Logout() error { return nil }
