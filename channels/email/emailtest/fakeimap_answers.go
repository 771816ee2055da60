package emailtest

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"encoding/base64"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// answer is the honest answer to a command; false ends the line.
func (c *IMAPConn) answer(name, args string) bool {
	s := c.Server
	switch name {
	case "CAPABILITY":
		_ = c.Say("* CAPABILITY %s\r\n", s.capabilities())
	case "ID":
		if s.conf.BadID {
			_ = c.Say("%s BAD unknown command\r\n", c.Tag)
			return true
		}
		c.saidID = true
		_ = c.Say("* ID (\"name\" \"fake\")\r\n")
	case "LOGIN":
		if !strings.Contains(args, "kefu") {
			_ = c.Say("%s NO [AUTHENTICATIONFAILED] no\r\n", c.Tag)
			return true
		}
	case "AUTHENTICATE":
		return c.authenticate(args)
	case "STARTTLS":
		if s.conf.StartTLS == nil {
			_ = c.Say("%s BAD not here\r\n", c.Tag)
			return true
		}
		c.OK()
		c.conn = tls.Server(c.conn, &tls.Config{Certificates: []tls.Certificate{*s.conf.StartTLS}})
		c.in = bufio.NewReader(c.conn)
		return true
	case "SELECT", "EXAMINE":
		return c.open(args)
	case "NOOP":
		c.exists()
	case "IDLE":
		if s.conf.NoIdle {
			_ = c.Say("%s BAD unknown command\r\n", c.Tag)
			return true
		}
		if !c.idle() {
			return false
		}
	case "LIST":
		_ = c.Say("* LIST () \"/\" INBOX\r\n")
	case "UID SEARCH":
		c.search(args)
	case "UID FETCH":
		c.fetch(args)
	case "LOGOUT":
		_ = c.Say("* BYE bye\r\n")
		c.OK()
		return false
	default:
		_ = c.Say("%s BAD unknown command\r\n", c.Tag)
		return true
	}
	c.OK()
	return true
}

func (s *FakeIMAPServer) capabilities() string {
	caps := "IMAP4rev1 AUTH=PLAIN AUTH=XOAUTH2 AUTH=OAUTHBEARER"
	if !s.conf.NoIdle {
		caps += " IDLE"
	}
	if s.conf.StartTLS != nil {
		caps += " STARTTLS"
	}
	return caps
}

// authenticate takes one message, by PLAIN, XOAUTH2 or OAUTHBEARER; a token must be Token, as at Google.
func (c *IMAPConn) authenticate(mechanism string) bool {
	_ = c.Say("+ \r\n")
	line, err := c.line()
	if err != nil {
		return false
	}
	said, _ := base64.StdEncoding.DecodeString(line)
	if mechanism == "PLAIN" || bytes.Contains(said, []byte("Bearer "+Token+"\x01\x01")) {
		c.OK()
		return true
	}
	_ = c.Say("+ %s\r\n", base64.StdEncoding.EncodeToString([]byte(`{"status":"401","schemes":"bearer","scope":"mail"}`)))
	if _, err := c.line(); err != nil {
		return false
	}
	_ = c.Say("%s NO [AUTHENTICATIONFAILED] Invalid credentials\r\n", c.Tag)
	return true
}

func (c *IMAPConn) open(folder string) bool {
	s := c.Server
	if s.conf.NeedID && !c.saidID {
		_ = c.Say("%s NO EXAMINE Unsafe Login. Please contact kefu@188.com for help\r\n", c.Tag)
		return true
	}
	if !strings.EqualFold(strings.Trim(folder, `"`), "INBOX") {
		_ = c.Say("%s NO Folder not exist\r\n", c.Tag)
		return true
	}
	s.mu.Lock()
	c.announce = len(s.mails)
	_ = c.Say("* FLAGS (\\Seen)\r\n* %d EXISTS\r\n* OK [UIDVALIDITY %d] ok\r\n* OK [UIDNEXT %d] ok\r\n", c.announce, s.validity, s.next)
	s.mu.Unlock()
	c.OK()
	return true
}

// exists tells how many mails there are when that changed.
func (c *IMAPConn) exists() {
	s := c.Server
	s.mu.Lock()
	n := len(s.mails)
	s.mu.Unlock()
	if n != c.announce && !s.conf.NoExists {
		c.announce = n
		_ = c.Say("* %d EXISTS\r\n", n)
	}
}

func (c *IMAPConn) idle() bool {
	s := c.Server
	_ = c.Say("+ idling\r\n")
	done := make(chan error, 1)
	go func() {
		_, err := c.line() // DONE
		done <- err
	}()
	for {
		s.mu.Lock()
		changed := s.changed
		s.mu.Unlock()
		c.exists()
		select {
		case err := <-done:
			return err == nil
		case <-changed:
		}
	}
}

// search knows "ALL", "UID n:*", "UID n,m,…" and "HEADER Message-ID x".
func (c *IMAPConn) search(args string) {
	s := c.Server
	s.mu.Lock()
	defer s.mu.Unlock()
	found := s.uids()
	if set, ok := strings.CutPrefix(args, "UID "); ok {
		found = s.in(set)
	}
	if header, ok := strings.CutPrefix(args, "HEADER Message-ID "); ok {
		found = slices.DeleteFunc(found, func(uid uint32) bool {
			return !bytes.Contains(s.mails[uid], []byte(strings.Trim(header, `"`)))
		})
	}
	_ = c.Say("* SEARCH")
	for _, uid := range found {
		_ = c.Say(" %d", uid)
	}
	_ = c.Say("\r\n")
}

// in gives the UIDs of a set that exist; "n:*" holds the last mail whatever n is.
func (s *FakeIMAPServer) in(set string) []uint32 {
	all := s.uids()
	var found []uint32
	for _, part := range strings.Split(set, ",") {
		first, last, isRange := strings.Cut(part, ":")
		from, _ := strconv.ParseUint(first, 10, 32)
		until, err := strconv.ParseUint(last, 10, 32)
		if !isRange {
			until = from
		} else if err != nil && len(all) > 0 {
			until = uint64(all[len(all)-1])
			from = min(from, until)
		}
		for _, uid := range all {
			if uint64(uid) >= from && uint64(uid) <= until {
				found = append(found, uid)
			}
		}
	}
	return found
}

func (c *IMAPConn) fetch(args string) {
	s := c.Server
	set, items, _ := strings.Cut(args, " ")
	s.mu.Lock()
	all := s.uids()
	found := s.in(set)
	mails := make([][]byte, len(found))
	for i, uid := range found {
		mails[i] = s.mails[uid]
	}
	s.mu.Unlock() // a client may be slow to read
	for i, uid := range found {
		raw := mails[i]
		_ = c.Say("* %d FETCH (UID %d", slices.Index(all, uid)+1, uid)
		if strings.Contains(items, "INTERNALDATE") {
			_ = c.Say(` INTERNALDATE "17-Jul-2026 02:44:25 +0800"`)
		}
		if strings.Contains(items, "RFC822.SIZE") {
			_ = c.Say(" RFC822.SIZE %d", len(raw))
		}
		if strings.Contains(items, "BODY.PEEK[]") {
			_ = c.Say(" BODY[] %s", literal(raw))
		}
		if _, partial, ok := strings.Cut(items, "BODY.PEEK[HEADER]<0."); ok {
			head, _, _ := bytes.Cut(raw, []byte("\r\n\r\n"))
			head = append(bytes.Clone(head), "\r\n\r\n"...)
			size, _ := strconv.Atoi(partial[:strings.IndexByte(partial, '>')])
			_ = c.Say(" BODY[HEADER]<0> %s", literal(head[:min(size, len(head))]))
		}
		_ = c.Say(")\r\n")
	}
}

func literal(raw []byte) string { return fmt.Sprintf("{%d}\r\n%s", len(raw), raw) }
