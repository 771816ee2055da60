package imapbox_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"time"

	"frontline/channels/email/emailtest"
	"frontline/channels/email/imapbox"
	"frontline/channels/email/wire"
)

func readMail(m imapbox.Mail) (int64, error) { return io.Copy(io.Discard, m.Raw) }

// flood sends a head and then filler for as long as the client takes it. It gives how many bytes went out.
func flood(c *emailtest.IMAPConn, head, filler string) {
	_ = c.Say("%s", head)
	chunk := strings.Repeat(filler, 64<<10/len(filler))
	for sent := 0; sent < 512<<20; sent += len(chunk) {
		if c.Say("%s", chunk) != nil {
			return
		}
	}
}

func TestAServerCannotFillOurMemory(t *testing.T) { // alone, since it measures the heap
	for name, test := range map[string]struct{ command, head, filler string }{
		"literal of 4 GB in a list":  {"LIST", "* LIST () \"/\" {4000000000}\r\n", "x"},
		"atom without an end":        {"LIST", "* LIST () \"/\" ", "x"},
		"folders without an end":     {"LIST", "", "* LIST () \"/\" aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n"},
		"capabilities without end":   {"CAPABILITY", "* CAPABILITY", " X"},
		"text without an end":        {"EXAMINE", "* OK ", "x"},
		"flags without an end":       {"EXAMINE", "* FLAGS (", "\\Seen "},
		"UIDs without an end":        {"UID SEARCH", "* SEARCH", " 1 3 5 7 9"},
		"mails nobody asked for":     {"UID FETCH", "", "* 1 FETCH (UID 99 BODY[] {2}\r\nxx)\r\n"},
		"literal of 4 GB in a fetch": {"UID FETCH", "* 1 FETCH (UID 1 ENVELOPE ({4000000000}\r\n", "x"},
		"mail of 4 GB":               {"UID FETCH", "* 1 FETCH (UID 1 BODY[] {4000000000}\r\n", "x"},
		"chatter while idle":         {"IDLE", "+ idling\r\n", "* 5 EXPUNGE\r\n* OK " + strings.Repeat("still here ", 50) + "\r\n"},
		"a line while idle":          {"IDLE", "+ idling\r\n* OK ", "x"},
	} {
		t.Run(name, func(t *testing.T) {
			server := emailtest.FakeIMAP(t, emailtest.IMAP{
				Mails: letters(0, 3), On: func(c *emailtest.IMAPConn, command, args string) bool {
					if command != test.command || (command == "UID FETCH" && !strings.Contains(args, "BODY")) {
						return false
					}
					flood(c, test.head, test.filler)
					return true
				},
			})
			account := fakeAccount(server)
			account.Renew = 10 * time.Second
			account.MaxMail = 1 << 20
			highest := watchHeap(t)
			err := readAll(t.Context(), account)
			if grown := highest(); grown > 64<<20 {
				t.Errorf("the heap grew by %d MB", grown>>20)
			}
			if code := wire.CodeOf(err); code != wire.BadAnswer {
				t.Errorf("the answer was %v, want bad_answer", err)
			}
		})
	}
}

// watchHeap measures by how much the heap grows at most, until the returned function is called.
func watchHeap(t *testing.T) func() uint64 {
	heap := func() uint64 {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	runtime.GC()
	before, highest := heap(), uint64(0)
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for tick := time.NewTicker(time.Millisecond); ; {
			highest = max(highest, heap())
			select {
			case <-stop:
				tick.Stop()
				return
			case <-tick.C:
			}
		}
	}()
	return func() uint64 {
		close(stop)
		<-stopped
		return highest - min(before, highest)
	}
}

func TestATrickleEndsToo(t *testing.T) {
	t.Parallel()
	server := emailtest.FakeIMAP(t, emailtest.IMAP{On: func(c *emailtest.IMAPConn, name, _ string) bool {
		for name == "EXAMINE" && c.Say("x") == nil {
			time.Sleep(10 * time.Millisecond) // the slowness is the subject
		}
		return name == "EXAMINE"
	}})
	account := fakeAccount(server)
	account.Server.Patience = impatient
	if err := readAll(t.Context(), account); wire.CodeOf(err) != wire.Timeout {
		t.Fatalf("with a server that sends a byte now and then: %v, want timeout", err)
	}
}

func TestASetOfAllNumbersIsRefusedAndNotWrittenOut(t *testing.T) {
	t.Parallel()
	server := emailtest.FakeIMAP(t, emailtest.IMAP{On: func(c *emailtest.IMAPConn, name, _ string) bool {
		switch name {
		case "CAPABILITY":
			_ = c.Say("* CAPABILITY IMAP4rev1 ESEARCH\r\n")
			c.OK()
		case "UID SEARCH":
			_ = c.Say("* ESEARCH (TAG \"%s\") UID ALL 1:4294967295\r\n", c.Tag)
			c.OK()
		default:
			return false
		}
		return true
	}})
	if err := readAll(t.Context(), fakeAccount(server)); wire.CodeOf(err) != wire.BadAnswer {
		t.Fatalf("with a server that claims four thousand million mails: %v, want bad_answer", err)
	}
}

func TestALineThatBreaksInTheMiddleOfAMailKeepsNoHalf(t *testing.T) {
	t.Parallel()
	broken := 0
	server := emailtest.FakeIMAP(t, emailtest.IMAP{
		Mails: letters(0, 3), On: func(c *emailtest.IMAPConn, name, args string) bool {
			if name != "UID FETCH" || !strings.Contains(args, "BODY.PEEK[]") || broken == 2 {
				return false
			}
			broken++
			_ = c.Say("* 1 FETCH (UID 1 BODY[] {%d}\r\n%s)\r\n* 2 FETCH (UID 2 BODY[] {%d}\r\n%s", len(letter(0)), letter(0), len(letter(1)), letter(1)[:30])
			c.Close()
			return true
		},
	})
	kept := newStore(t)
	watch(t, fakeAccount(server), imapbox.Options{Backoff: quick}, kept)
	kept.has(3)
	kept.says("")
	for i, m := range kept.order {
		if string(m.Bytes) != string(letter(i)) || m.HeaderOnly || m.Lost != "" {
			t.Errorf("mail %d is %q", i, m.Bytes)
		}
	}
	for content, n := range kept.mails {
		if n != 1 {
			t.Errorf("kept %d times: %q", n, content)
		}
	}
}

func TestOneMailThatTheServerCannotGiveDoesNotHoldUpTheNext(t *testing.T) {
	t.Parallel()
	const poison = 38
	tests := map[string]struct {
		answer func(c *emailtest.IMAPConn, args string) bool // to a fetch with the poisoned mail among its mails
		check  func(m imapbox.Raw) bool
	}{
		"refused whole, header given": {
			func(c *emailtest.IMAPConn, args string) bool {
				if strings.Contains(args, "HEADER") {
					return false
				}
				_ = c.Say("%s NO [SERVERBUG] Internal error occurred\r\n", c.Tag)
				return true
			},
			func(m imapbox.Raw) bool { return m.HeaderOnly && strings.HasPrefix(string(m.Bytes), "From: customer") },
		},
		"broken date": {
			func(c *emailtest.IMAPConn, args string) bool {
				if !strings.Contains(args, "INTERNALDATE") {
					return false
				}
				_ = c.Say("* %d FETCH (UID %d INTERNALDATE \"00-XXX-0000\" RFC822.SIZE 5)\r\n", poison, poison)
				c.OK()
				return true
			},
			func(m imapbox.Raw) bool { return string(m.Bytes) == string(letter(poison-1)) && !m.HeaderOnly },
		},
		"the line is cut": {
			func(c *emailtest.IMAPConn, args string) bool {
				c.Close()
				return true
			},
			func(m imapbox.Raw) bool { return m.Lost == wire.ConnectionLost },
		},
		"never sent": {
			func(c *emailtest.IMAPConn, args string) bool {
				c.OK()
				return true
			},
			func(m imapbox.Raw) bool { return m.Lost == wire.BadAnswer },
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := emailtest.FakeIMAP(t, emailtest.IMAP{
				Mails: letters(0, 60), On: func(c *emailtest.IMAPConn, name, args string) bool {
					return name == "UID FETCH" && asksFor(args, poison) && test.answer(c, args)
				},
			})
			kept := newStore(t)
			watch(t, fakeAccount(server), imapbox.Options{Backoff: quick}, kept)
			kept.has(60)
			kept.says("")
			for i, m := range kept.order {
				if i+1 == poison && !test.check(m) {
					t.Errorf("the poisoned mail was kept as %+v", m)
				}
				if i+1 != poison && string(m.Bytes) != string(letter(i)) {
					t.Errorf("mail %d is %+v", i, m)
				}
			}
			t.Logf("%d commands, batches %v", len(server.Commands()), kept.batches)
		})
	}
}

// asksFor is whether a set of UIDs in a command, such as "5,7:9 (BODY.PEEK[])", has one among them.
func asksFor(args string, uid int) bool {
	set, _, _ := strings.Cut(args, " ")
	for _, part := range strings.Split(set, ",") {
		var from, until int
		if n, _ := fmt.Sscanf(part, "%d:%d", &from, &until); n == 1 {
			until = from
		}
		if from <= uid && uid <= until {
			return true
		}
	}
	return false
}

func TestServersThatBreakTheirPromises(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		server emailtest.IMAP
		change func(*emailtest.FakeIMAPServer)
	}{
		"no IDLE":              {emailtest.IMAP{NoIdle: true}, nil},
		"IDLE refused":         {answering("IDLE", "%s BAD unknown command\r\n"), nil},
		"never says EXISTS":    {emailtest.IMAP{NoExists: true}, nil},
		"UIDVALIDITY 0":        {emailtest.IMAP{Validity: 0}, func(s *emailtest.FakeIMAPServer) { s.Renumber(0, 3) }},
		"other UIDVALIDITY":    {emailtest.IMAP{Validity: 5}, func(s *emailtest.FakeIMAPServer) { s.Renumber(6, 1) }},
		"back to UIDVALIDITY":  {emailtest.IMAP{Validity: 5}, func(s *emailtest.FakeIMAPServer) { s.Renumber(6, 1); s.Renumber(5, 1) }},
		"to 0":                 {emailtest.IMAP{Validity: 5}, func(s *emailtest.FakeIMAPServer) { s.Renumber(0, 1) }},
		"all lines cut":        {emailtest.IMAP{Validity: 5}, func(s *emailtest.FakeIMAPServer) { s.Drop() }},
		"UIDs up to the limit": {emailtest.IMAP{Validity: 5}, func(s *emailtest.FakeIMAPServer) { s.Renumber(6, 4294967290) }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test.server.Mails = letters(0, 3)
			server := emailtest.FakeIMAP(t, test.server)
			account := fakeAccount(server)
			account.Renew = 20 * time.Millisecond
			kept := newStore(t)
			watch(t, account, imapbox.Options{Backoff: quick}, kept)
			kept.has(3)
			kept.says("")
			if test.change != nil {
				test.change(server)
			}
			server.Add(letter(3))
			kept.has(4)
			kept.says("")
			if len(kept.order) != 4 {
				t.Fatalf("%d different mails, want 4", len(kept.order))
			}
		})
	}
}

func TestRenumberingUnderTheSameValidityIsSeenByUIDNEXT(t *testing.T) {
	t.Parallel()
	server := emailtest.FakeIMAP(t, emailtest.IMAP{Mails: letters(0, 10)})
	kept := newStore(t)
	stop := watch(t, fakeAccount(server), imapbox.Options{Backoff: quick}, kept)
	kept.has(10)
	stop()
	fresh := emailtest.FakeIMAP(t, emailtest.IMAP{Mails: letters(100, 103)}) // restored from nothing: UIDs 1 to 3, still UIDVALIDITY 0
	watch(t, fakeAccount(fresh), imapbox.Options{Backoff: quick}, kept)
	kept.has(13)
	if at := kept.cursor["INBOX"]; at != (imapbox.Cursor{Validity: 0, UID: 3}) {
		t.Fatalf("cursor %+v, want UID 3", at)
	}
}

func TestACancelledCallEndsAtOnceAndSaysSo(t *testing.T) {
	t.Parallel()
	idling := make(chan struct{})
	server := emailtest.FakeIMAP(t, emailtest.IMAP{On: func(_ *emailtest.IMAPConn, name, _ string) bool {
		if name == "IDLE" {
			close(idling)
		}
		return false
	}})
	account := fakeAccount(server)
	account.Server.Patience.Answer = time.Hour
	account.Renew = time.Hour
	box, err := imapbox.Dial(t.Context(), account)
	if err != nil {
		t.Fatal(err)
	}
	defer box.Close()
	if _, err := box.Select(t.Context(), "INBOX"); err != nil {
		t.Fatal(err)
	}
	why := errors.New("enough")
	ctx, cancel := context.WithCancelCause(t.Context())
	ended := make(chan error)
	go func() { ended <- box.Wait(ctx) }()
	<-idling
	cancel(why)
	if err := <-ended; !errors.Is(err, why) {
		t.Fatalf("Wait = %v, want %v", err, why)
	}
	if _, err := box.After(t.Context(), 0); err == nil {
		t.Fatal("a box whose line was cut still answers")
	}
}

func TestASentMailIsFoundByItsMessageID(t *testing.T) {
	t.Parallel()
	server := emailtest.Dovecot(t)
	server.Drop(emailtest.Sent, letters(0, 5)...)
	box, err := imapbox.Dial(t.Context(), dovecotAccount(server))
	if err != nil {
		t.Fatal(err)
	}
	defer box.Close()
	if _, err := box.Select(t.Context(), emailtest.Sent); err != nil {
		t.Fatal(err)
	}
	found, err := box.Find(t.Context(), "3@example.test")
	if err != nil || len(found) != 1 || found[0] != 4 {
		t.Fatalf("Find = %v, %v, want UID 4", found, err)
	}
	if found, err := box.Find(t.Context(), "99@example.test"); err != nil || len(found) != 0 {
		t.Fatalf("Find of an unknown mail = %v, %v", found, err)
	}
}
