package main

import (
	"fmt"
	"os"
	"strconv"
	"testing"
	"time"

	"frontline/channels/email/emailtest"
)

// A mailbox that has been filling for years is connected, and the program is killed while it reads.
// FRONTLINE_MAILS sets how many mails there are; 600 in the ordinary run, 50,000 by hand.
const defaultMails = 600

func TestALargeMailboxIsTakenInThroughAKill(t *testing.T) {
	t.Parallel()
	mails := defaultMails
	if n, err := strconv.Atoi(os.Getenv("FRONTLINE_MAILS")); err == nil {
		mails = n
	}
	dovecot := emailtest.Dovecot(t)
	drop := make([][]byte, 0, 1000)
	for n := range mails {
		drop = append(drop, []byte(fmt.Sprintf("From: =?utf-8?q?=E5=BC=A0?= <c%d@customer.test>\r\nTo: kefu@frontline.test\r\nSubject: case %d\r\nMessage-ID: <old-%d@customer.test>\r\n"+
			"Date: Tue, 24 Nov 2026 10:00:00 +0800\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n主轴转速不稳 no. %d\r\n", n%5000, n, n, n)))
		if len(drop) == cap(drop) || n == mails-1 {
			dovecot.Drop("", drop...)
			drop = drop[:0]
		}
	}
	w := newVictims(t)
	w.start()
	var queues struct{ Items []struct{ ID int64 } }
	if _, err := w.call("GET", "/queues", "", nil, &queues); err != nil {
		t.Fatal(err)
	}
	if _, err := w.call("POST", "/mailboxes", "mailbox", map[string]any{
		"name": "客服", "address": "kefu@frontline.test", "queue_id": queues.Items[0].ID, "imap_secret": emailtest.Secret,
		"imap": map[string]any{"host": dovecot.Host, "port": dovecot.IMAP, "security": "plain", "user": emailtest.User},
	}, nil); err != nil {
		t.Fatal(err)
	}

	begun, killed := time.Now(), false
	for {
		seen, total, waiting := w.progress()
		t.Logf("%6.1f s: %d of %d fetched, %d waiting to be read", time.Since(begun).Seconds(), seen, total, waiting)
		if !killed && seen >= mails/2 {
			w.kill()
			w.start()
			killed = true
			t.Logf("%6.1f s: killed and started again", time.Since(begun).Seconds())
			continue
		}
		if seen == mails && waiting == 0 {
			break
		}
		if time.Since(begun) > 30*time.Minute {
			t.Fatal("not taken in after half an hour")
		}
		time.Sleep(250 * time.Millisecond) // progress is looked at as a person would
	}
	took := time.Since(begun)
	tickets := w.countTickets()
	t.Logf("%d mails in %v, %.0f a second, a kill in the middle included; %d tickets", mails, took.Round(time.Millisecond), float64(mails)/took.Seconds(), tickets)
	if tickets != mails {
		t.Errorf("%d tickets of %d mails", tickets, mails)
	}
}

// progress is what the mailbox page shows.
func (w *victims) progress() (seen, total, waiting int) {
	var boxes struct {
		Items []struct {
			Waiting int
			State   struct {
				Receiving *struct{ Folders []struct{ Seen, Total int } }
			}
		}
	}
	if _, err := w.call("GET", "/mailboxes", "", nil, &boxes); err != nil {
		w.t.Fatal(err)
	}
	if r := boxes.Items[0].State.Receiving; r != nil && len(r.Folders) > 0 {
		seen, total = r.Folders[0].Seen, r.Folders[0].Total
	}
	return seen, total, boxes.Items[0].Waiting
}

func (w *victims) countTickets() (n int) {
	after := ""
	for {
		var page struct {
			Items []struct{ ID int64 }
			Next  string
		}
		if _, err := w.call("GET", "/tickets?limit=200&after="+after, "", nil, &page); err != nil {
			w.t.Fatal(err)
		}
		n += len(page.Items)
		if after = page.Next; after == "" {
			return n
		}
	}
}
