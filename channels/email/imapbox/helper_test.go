package imapbox_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"slices"
	"sync"
	"testing"
	"time"

	"frontline/channels/email/emailtest"
	"frontline/channels/email/imapbox"
	"frontline/channels/email/wire"
)

// store is a sink in memory, as strict as a database: mails and cursor move together or not at all.
type store struct {
	t testing.TB

	mu      sync.Mutex
	cursor  map[string]imapbox.Cursor
	mails   map[string]int // by content: how often it came
	order   []imapbox.Raw  // as kept, without those seen before
	batches []int          // mails in each Keep
	states  map[string][]imapbox.State
	broken  error // what Keep answers
	changed chan struct{}
}

func newStore(t testing.TB) *store {
	return &store{
		t: t, cursor: map[string]imapbox.Cursor{}, mails: map[string]int{}, states: map[string][]imapbox.State{},
		changed: make(chan struct{}),
	}
}

func (s *store) Cursor(_ context.Context, folder string) (imapbox.Cursor, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.cursor[folder], nil
}

func (s *store) Put(_ context.Context, mail io.Reader) (string, error) {
	h := sha256.New()
	n, err := io.Copy(h, mail)
	return fmt.Sprintf("%d bytes %s", n, hex.EncodeToString(h.Sum(nil))), err
}

func (s *store) Keep(_ context.Context, folder string, to imapbox.Cursor, mails []imapbox.Raw) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.broken != nil {
		return s.broken
	}
	if !slices.IsSortedFunc(mails, func(a, b imapbox.Raw) int { return int(a.UID) - int(b.UID) }) {
		s.t.Errorf("mails of a batch are not in order")
	}
	for _, m := range mails {
		if m.UID > to.UID {
			s.t.Errorf("mail with UID %d beyond the cursor %d", m.UID, to.UID)
		}
		content := string(m.Bytes) + m.Ref + string(m.Lost)
		if m.Lost != "" {
			content += fmt.Sprint(m.UID)
		}
		s.mails[content]++
		if s.mails[content] == 1 {
			s.order = append(s.order, m)
		}
	}
	s.batches = append(s.batches, len(mails))
	s.cursor[folder] = to
	s.tell()
	return nil
}

func (s *store) State(_ context.Context, folder string, state imapbox.State) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.states[folder] = append(s.states[folder], state)
	s.tell()
}

func (s *store) tell() {
	close(s.changed)
	s.changed = make(chan struct{})
}

// until waits until something is true of the store.
func (s *store) until(what string, is func() bool) {
	s.t.Helper()
	patience := time.After(20 * time.Second)
	for {
		s.mu.Lock()
		ok, changed := is(), s.changed
		s.mu.Unlock()
		if ok {
			return
		}
		select {
		case <-changed:
		case <-patience:
			s.mu.Lock()
			defer s.mu.Unlock()
			s.t.Fatalf("waited in vain until %s: %d mails, states %+v", what, len(s.order), s.states)
		}
	}
}

// has waits until n different mails are kept.
func (s *store) has(n int) {
	s.t.Helper()
	s.until(fmt.Sprintf("%d mails are kept", n), func() bool { return len(s.order) >= n })
}

// says waits until the last state of INBOX is OK (code "") or has a code.
func (s *store) says(code wire.Code) imapbox.State {
	s.t.Helper()
	var last imapbox.State
	s.until(fmt.Sprintf("the state is %q", code), func() bool {
		if states := s.states["INBOX"]; len(states) > 0 {
			last = states[len(states)-1]
			return last.Code == code && last.OK == (code == "")
		}
		return false
	})
	return last
}

// watch runs Watch until the test ends or the returned function is called.
func watch(t testing.TB, account imapbox.Account, options imapbox.Options, sink imapbox.Sink) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if err := imapbox.Watch(ctx, account, options, sink); err != context.Canceled {
			t.Errorf("Watch = %v, want it to end with its context", err)
		}
	}()
	stop = func() {
		cancel()
		<-ended
	}
	t.Cleanup(stop)
	return stop
}

// patient is patient enough for a busy machine, and impatient makes tests of silence short.
var (
	patient   = wire.Patience{Connect: 20 * time.Second, Answer: 20 * time.Second}
	impatient = wire.Patience{Connect: 20 * time.Second, Answer: 300 * time.Millisecond}
)

// quick comes back at once.
var quick = imapbox.Backoff{Min: time.Millisecond, Max: 10 * time.Millisecond, Slow: 10 * time.Millisecond}

func dovecotAccount(s *emailtest.DovecotServer) imapbox.Account {
	return imapbox.Account{
		Server: wire.Server{Host: s.Host, Port: s.IMAPS, Security: wire.TLS, CAs: s.CAs},
		Login:  wire.Login{User: emailtest.User, Secret: wire.Static(emailtest.Secret)},
	}
}

func fakeAccount(s *emailtest.FakeIMAPServer) imapbox.Account {
	return imapbox.Account{
		Server: wire.Server{Host: s.Host, Port: s.Port, Security: wire.Plain, Patience: patient},
		Login:  wire.Login{User: emailtest.User, Secret: wire.Static(emailtest.Secret)},
		Poll:   20 * time.Millisecond,
	}
}

// letter is a small mail, different for each n.
func letter(n int) []byte {
	return fmt.Appendf(nil, "From: customer <c@example.test>\r\nSubject: machine %d\r\nMessage-ID: <%d@example.test>\r\n\r\nIt stands still. %d\r\n", n, n, n)
}

func letters(from, until int) [][]byte {
	var all [][]byte
	for n := from; n < until; n++ {
		all = append(all, letter(n))
	}
	return all
}

// large is a mail of about size bytes, in lines as mails have them.
func large(size int) []byte {
	line := bytes.Repeat([]byte("0123456789abcdef"), 4)
	body := bytes.Repeat(append(line, "\r\n"...), size/(len(line)+2)+1)
	return append([]byte("Subject: drawings\r\nFrom: c@example.test\r\n\r\n"), body...)
}
