package imapbox_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"frontline/channels/email/emailtest"
	"frontline/channels/email/imapbox"
	"frontline/channels/email/wire"
)

func TestAMailIsKeptAsSoonAsTheServerHasIt(t *testing.T) {
	t.Parallel()
	server := emailtest.Dovecot(t)
	kept := newStore(t)
	account := dovecotAccount(server)
	account.Poll = time.Hour // only IDLE can tell
	watch(t, account, imapbox.Options{}, kept)
	kept.says("")

	for n := range 3 {
		server.Deliver(letter(n))
		kept.has(n + 1)
	}
	first := kept.order[0]
	if !strings.Contains(string(first.Bytes), "Subject: machine 0\r\n") || time.Since(first.Date) > time.Hour || first.HeaderOnly {
		t.Fatalf("kept %+v", first)
	}
	state := kept.says("")
	if state.Seen != 3 || state.Total != 3 || time.Since(state.LastSuccess) > time.Minute {
		t.Fatalf("state after three mails is %+v", state)
	}
}

func TestAMonthOfMailIsTakenInBatchesAndInOrder(t *testing.T) {
	t.Parallel()
	server := emailtest.Dovecot(t)
	server.Drop("", letters(0, 100)...)
	kept := newStore(t)
	stop := watch(t, dovecotAccount(server), imapbox.Options{}, kept)
	kept.has(100)
	stop()

	server.Stop()
	server.Drop("", letters(100, 1500)...)
	server.Start()
	watch(t, dovecotAccount(server), imapbox.Options{Batch: 150}, kept)
	kept.has(1500)
	for i, m := range kept.order {
		if string(m.Bytes[:40]) != string(letter(i)[:40]) || m.UID != uint32(i+1) {
			t.Fatalf("mail %d has UID %d and is %q", i, m.UID, m.Bytes[:60])
		}
	}
	if most := slices.Max(kept.batches[1:]); most != 150 {
		t.Fatalf("the largest batch has %d mails, want 150: %v", most, kept.batches)
	}
	var seen []int
	for _, s := range kept.states["INBOX"] {
		if s.Total == 1500 {
			seen = append(seen, s.Seen)
		}
	}
	if !slices.IsSorted(seen) || !slices.Contains(seen, 250) || !slices.Contains(seen, 1450) {
		t.Fatalf("progress was %v, want steps of 150 from 100", seen)
	}
}

func TestNothingIsLostWhenTheServerDiesAndRenumbersItsMails(t *testing.T) {
	t.Parallel()
	server := emailtest.Dovecot(t)
	server.Drop("", letters(0, 50)...)
	kept := newStore(t)
	watch(t, dovecotAccount(server), imapbox.Options{Backoff: quick}, kept)
	kept.has(50)
	before := kept.cursor["INBOX"]

	server.Stop()
	kept.until("the failure is told", func() bool {
		states := kept.states["INBOX"]
		return !states[len(states)-1].OK
	})
	server.WipeUIDs()
	server.Drop("", letters(50, 60)...)
	server.Start()

	kept.has(60)
	kept.says("")
	after := kept.cursor["INBOX"]
	if after.Validity == before.Validity || after.UID != 60 {
		t.Fatalf("cursor went from %+v to %+v, want another UIDVALIDITY and UID 60", before, after)
	}
	if len(kept.order) != 60 {
		t.Fatalf("%d different mails, want 60", len(kept.order))
	}
}

func TestSeveralFoldersAreWatchedAndAMissingOneHarmsNoOther(t *testing.T) {
	t.Parallel()
	for _, connections := range []int{1, 8} {
		server := emailtest.Dovecot(t)
		server.Drop("", letter(1))
		server.Drop(emailtest.Sent, letter(2))
		kept := newStore(t)
		account := dovecotAccount(server)
		account.Poll = 10 * time.Millisecond
		watch(t, account, imapbox.Options{
			Folders: []string{"INBOX", "Geschäft", emailtest.Sent, emailtest.AfterFix}, Connections: connections,
		}, kept)
		kept.has(2)
		server.Drop("", letter(3))
		server.Drop(emailtest.Sent, letter(4))
		kept.has(4)
		kept.until("each folder has its state", func() bool {
			for folder, want := range map[string]wire.Code{"INBOX": "", "Geschäft": wire.FolderMissing, emailtest.Sent: "", emailtest.AfterFix: ""} {
				if s := kept.states[folder]; len(s) == 0 || s[len(s)-1].Code != want || s[len(s)-1].OK != (want == "") {
					return false
				}
			}
			return true
		})
	}
}

func TestAWrongPasswordIsToldAndTheRightOneResumes(t *testing.T) {
	t.Parallel()
	server := emailtest.Dovecot(t)
	server.Drop("", letter(1))
	kept := newStore(t)
	var right atomic.Bool
	account := dovecotAccount(server)
	account.Login.Secret = func(context.Context) (string, error) {
		if right.Load() {
			return emailtest.Secret, nil
		}
		return "guess", nil
	}
	watch(t, account, imapbox.Options{Backoff: quick}, kept)
	since := kept.says(wire.AuthFailed).Since
	kept.until("it has failed three times", func() bool { return len(kept.states["INBOX"]) >= 3 })
	if again := kept.says(wire.AuthFailed).Since; again != since {
		t.Fatalf("the failure is told to last since %v, then since %v", since, again)
	}
	right.Store(true)
	kept.has(1)
	kept.says("")
}

func TestAStoreThatFailsGetsTheSameMailsAgain(t *testing.T) {
	t.Parallel()
	server := emailtest.FakeIMAP(t, emailtest.IMAP{Validity: 7, Mails: letters(0, 10)})
	kept := newStore(t)
	kept.broken = errors.New("disk full")
	watch(t, fakeAccount(server), imapbox.Options{Batch: 4, Backoff: quick}, kept)
	kept.says(wire.StoreFailed)
	kept.mu.Lock()
	kept.broken = nil
	kept.mu.Unlock()
	kept.has(10)
	kept.says("")
	for content, n := range kept.mails {
		if n != 1 {
			t.Fatalf("a mail was kept %d times: %q", n, content)
		}
	}
}

func TestLargeMailsAreStreamedAndTooLargeOnesCutToTheirHeader(t *testing.T) { // alone, since it measures the heap
	server := emailtest.Dovecot(t)
	server.Drop("", letter(1), large(24<<20), large(3<<20), letter(2), large(32<<20))
	kept := newStore(t)
	account := dovecotAccount(server)
	account.MaxMail = 28 << 20
	highest := watchHeap(t)
	watch(t, account, imapbox.Options{}, kept)
	kept.has(5)
	if grown := highest(); grown > 12<<20 {
		t.Errorf("the heap grew by %d MB", grown>>20)
	}
	inline, huge, tooLarge := kept.order[0], kept.order[1], kept.order[4]
	if len(inline.Bytes) == 0 || inline.Ref != "" {
		t.Errorf("the small mail is %+v", inline)
	}
	if huge.Bytes != nil || huge.Size < 24<<20 || !strings.HasPrefix(huge.Ref, fmt.Sprintf("%d bytes ", huge.Size)) || huge.HeaderOnly {
		t.Errorf("the large mail is %+v", huge)
	}
	if !tooLarge.HeaderOnly || tooLarge.Size < 32<<20 || string(tooLarge.Bytes) != "Subject: drawings\r\nFrom: c@example.test\r\n\r\n" {
		t.Errorf("the mail above the limit is %+v", tooLarge)
	}
}

func TestWhatIsKeptCanBeFlaggedAndMovedAway(t *testing.T) {
	t.Parallel()
	server := emailtest.Dovecot(t)
	server.Drop("", letters(0, 20)...)
	kept := newStore(t)
	account := dovecotAccount(server)
	stop := watch(t, account, imapbox.Options{Batch: 8, After: imapbox.After{Flag: "Frontline", Move: emailtest.AfterFix}}, kept)
	kept.has(20)
	kept.says("")
	server.Deliver(letter(21)) // the cursor holds although the folder is empty
	kept.has(21)
	kept.until("the move is done", func() bool {
		states := kept.states["INBOX"]
		return states[len(states)-1].Total == 0 && len(kept.batches) == 4
	})
	stop()

	box, err := imapbox.Dial(t.Context(), account)
	if err != nil {
		t.Fatal(err)
	}
	defer box.Close()
	if f, err := box.Select(t.Context(), emailtest.AfterFix); err != nil || f.Messages != 21 {
		t.Fatalf("the other folder is %+v (%v), want 21 mails", f, err)
	}
	if f, err := box.Select(t.Context(), "INBOX"); err != nil || f.Messages != 0 {
		t.Fatalf("INBOX is %+v (%v), want no mails", f, err)
	}
}
