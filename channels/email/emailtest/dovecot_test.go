package emailtest_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"frontline/channels/email/emailtest"
)

func TestDovecotKeepsMailOverAPowerCutAndForgetsItsUIDs(t *testing.T) {
	t.Parallel()
	s := emailtest.Dovecot(t)
	sales := s.AddUser("sales@example.test", "another")
	s.Deliver([]byte("Subject: by LMTP\r\n\r\none\r\n"))
	sales.Deliver([]byte("Subject: not in the first mailbox\r\n\r\n"))
	s.Drop("", []byte("Subject: by file\r\n\r\ntwo\r\n"))

	before := inbox(t, s)
	if before.NumMessages != 2 {
		t.Fatalf("INBOX has %d mails, want 2; log: %s", before.NumMessages, s.Log())
	}
	s.Stop()
	s.WipeUIDs()
	s.Start()
	after := inbox(t, s)
	if after.NumMessages != 2 || after.UIDValidity == before.UIDValidity {
		t.Fatalf("after the wipe INBOX is %+v, was %+v, want the same mails and another UIDVALIDITY", after, before)
	}
}

func inbox(t *testing.T, s *emailtest.DovecotServer) *imap.SelectData {
	t.Helper()
	c, err := imapclient.DialInsecure(fmt.Sprintf("%s:%d", s.Host, s.IMAP), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	if err := c.Login(emailtest.User, emailtest.Secret).Wait(); err != nil {
		t.Fatalf("login: %v; log: %s", err, s.Log())
	}
	data, err := c.Select("INBOX", nil).Wait()
	if err != nil {
		t.Fatalf("select: %v; log: %s", err, s.Log())
	}
	folders, err := c.List("", "*", nil).Collect()
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range folders {
		names = append(names, f.Mailbox)
	}
	if got := strings.Join(names, " "); !strings.Contains(got, emailtest.AfterFix) || !strings.Contains(got, emailtest.Sent) {
		t.Fatalf("folders are %s", got)
	}
	return data
}
