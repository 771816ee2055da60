package emailtest

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"

	"github.com/emersion/go-smtp"
)

// DovecotUser is a person with a mailbox on a DovecotServer.
type DovecotUser struct {
	server  *DovecotServer
	address string
	maildir string
}

// AddUser gives another person an empty mailbox.
func (s *DovecotServer) AddUser(address, secret string) *DovecotUser {
	s.t.Helper()
	home := filepath.Join(s.dir, "home", address)
	s.users += address + ":{PLAIN}" + secret + "::::" + home + "::\n"
	s.write("users", []byte(s.users))
	return &DovecotUser{server: s, address: address, maildir: filepath.Join(home, "mail")}
}

// Deliver hands a mail to the user's INBOX by LMTP, as a mail server would.
func (u *DovecotUser) Deliver(raw []byte) {
	s := u.server
	s.t.Helper()
	conn, err := net.Dial("tcp", net.JoinHostPort(s.Host, strconv.Itoa(s.LMTP)))
	if err != nil {
		s.t.Fatalf("deliver: %v", err)
	}
	client := smtp.NewClientLMTP(conn)
	defer func() { _ = client.Close() }()
	if err := client.SendMail("sender@example.test", []string{u.address}, bytes.NewReader(raw)); err != nil {
		s.t.Fatalf("deliver: %v", err)
	}
}

// Drop puts mails into a folder of the user ("" is INBOX) by writing the files, which is fast and works while the server
// is down.
func (u *DovecotUser) Drop(folder string, raws ...[]byte) {
	s := u.server
	s.t.Helper()
	if folder != "" && folder != Sent {
		s.t.Fatalf("drop: folder %q has another name on disk", folder)
	}
	if folder != "" {
		folder = "." + folder
	}
	maildir := filepath.Join(u.maildir, folder)
	for _, sub := range []string{"tmp", "new", "cur"} {
		if err := os.MkdirAll(filepath.Join(maildir, sub), 0o700); err != nil {
			s.t.Fatalf("drop: %v", err)
		}
	}
	s.own(filepath.Join(s.dir, "home"))
	for _, raw := range raws {
		// Dovecot gives UIDs to new files in the order of their names.
		name := fmt.Sprintf("1000000000.%09d.test,S=%d", s.dropped.Add(1), len(raw))
		file := filepath.Join(maildir, "tmp", name)
		if err := os.WriteFile(file, raw, 0o600); err != nil {
			s.t.Fatalf("drop: %v", err)
		}
		s.ownOne(file)
		if err := os.Rename(file, filepath.Join(maildir, "new", name)); err != nil {
			s.t.Fatalf("drop: %v", err)
		}
	}
}

// WipeUIDs deletes what Dovecot knows about the UIDs of the user's INBOX while it is stopped, so that the next UIDVALIDITY
// is another and all UIDs begin again.
func (u *DovecotUser) WipeUIDs() {
	u.server.t.Helper()
	for _, pattern := range []string{"dovecot-uidlist", "dovecot.index*"} {
		found, _ := filepath.Glob(filepath.Join(u.maildir, pattern))
		for _, file := range found {
			if err := os.Remove(file); err != nil {
				u.server.t.Fatalf("wipe UIDs: %v", err)
			}
		}
	}
}
