package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/smtp"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	gosmtp "github.com/emersion/go-smtp"
)

// The program is killed over and over while customers write and agents answer. FRONTLINE_KILLS sets
// how often; 6 in the ordinary run, 200 by hand (docs/operate.md).
const (
	defaultKills = 6
	mailEach     = 50 * time.Millisecond
)

func TestNothingIsLostOrDoubledWhateverIsKilled(t *testing.T) {
	t.Parallel()
	kills := killsWanted(defaultKills)
	w := newVictims(t)
	w.sink()
	w.start()
	w.mailbox()

	ctx, stop := context.WithCancel(context.Background())
	var busy sync.WaitGroup
	for _, f := range []func(context.Context){w.customers, w.agents} {
		busy.Add(1)
		go func() { defer busy.Done(); f(ctx) }()
	}
	for i := range kills {
		time.Sleep(time.Duration(200+rand.IntN(1800)) * time.Millisecond) // the kill falls anywhere in the work
		w.kill()
		w.start()
		if (i+1)%20 == 0 {
			t.Logf("%d kills, %d mails and %d replies acknowledged", i+1, len(w.acked), len(w.replies))
		}
	}
	stop()
	busy.Wait()
	w.settle()
	w.check()
}

// victims is a program that is killed, with its customers, its agents and the world outside.
type victims struct {
	*node
	mail  string // where it takes mail
	smtp  string // where the world outside does
	token string

	mu      sync.Mutex
	sent    map[string]int  // what the world outside got, by Message-ID
	acked   map[string]bool // mails that were answered with 250, by the mark in their text
	replies map[string]bool // replies that were answered with 201, by the mark in their text
	tried   int
}

// newVictims prepares a program with an administrator, that does not run yet.
func newVictims(t testing.TB) *victims {
	t.Helper()
	mail := freePort(t)
	w := &victims{
		node: newNode(t, Place{}, "FRONTLINE_MAIL_LISTEN="+mail), mail: mail,
		sent: map[string]int{}, acked: map[string]bool{}, replies: map[string]bool{},
	}
	w.token = w.hire("li", "admin")
	return w
}

// call makes a request as the agent.
func (w *victims) call(method, path, key string, in, out any) (int, error) {
	return w.node.call(w.token, method, path, key, in, out)
}

func (w *victims) mailbox() {
	host, port, _ := net.SplitHostPort(w.smtp)
	n, _ := strconv.Atoi(port)
	var queues struct{ Items []struct{ ID int64 } }
	if _, err := w.call("GET", "/queues", "", nil, &queues); err != nil {
		w.t.Fatal(err)
	}
	_, err := w.call("POST", "/mailboxes", "mailbox", map[string]any{
		"name": "客服", "address": "kefu@frontline.test", "queue_id": queues.Items[0].ID,
		"smtp": map[string]any{"host": host, "port": n, "security": "plain"},
	}, nil)
	if err != nil {
		w.t.Fatal(err)
	}
}

// sink is the world outside: it counts what it takes by Message-ID.
func (w *victims) sink() {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		w.t.Fatal(err)
	}
	w.smtp = l.Addr().String()
	s := gosmtp.NewServer(gosmtp.BackendFunc(func(*gosmtp.Conn) (gosmtp.Session, error) { return &got{w}, nil }))
	go func() { _ = s.Serve(l) }()
	w.t.Cleanup(func() { _ = s.Close() })
}

type got struct{ w *victims }

func (*got) Mail(string, *gosmtp.MailOptions) error { return nil }
func (*got) Rcpt(string, *gosmtp.RcptOptions) error { return nil }
func (*got) Reset()                                 {}
func (*got) Logout() error                          { return nil }

var messageID = regexp.MustCompile(`(?im)^message-id:\s*(<[^>]+>)`)

func (g *got) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	m := messageID.FindSubmatch(raw)
	if m == nil {
		return errors.New("a mail without Message-ID")
	}
	g.w.mu.Lock()
	defer g.w.mu.Unlock()
	g.w.sent[string(m[1])]++
	return nil
}

// customers send a mail each 50 ms, and each again until it was taken, as mail servers do.
func (w *victims) customers(ctx context.Context) {
	for n := 0; ctx.Err() == nil; n++ {
		mark := fmt.Sprintf("mark-in-%06d", n)
		raw := fmt.Sprintf("From: =?utf-8?q?=E5=BC=A0?= <c%d@customer.test>\r\nTo: kefu@frontline.test\r\nSubject: case %d\r\nMessage-ID: <in-%d@customer.test>\r\n"+
			"Date: %s\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n主轴转速不稳 %s\r\n", n%200, n, n, time.Now().Format(time.RFC1123Z), mark)
		for ctx.Err() == nil {
			if err := smtp.SendMail(w.mail, nil, fmt.Sprintf("c%d@customer.test", n%200), []string{"kefu@frontline.test"}, []byte(raw)); err == nil {
				w.mu.Lock()
				w.acked[mark] = true
				w.mu.Unlock()
				break
			}
			time.Sleep(20 * time.Millisecond)
		}
		w.tried = n + 1
		time.Sleep(mailEach) // the rate of arrivals is what is tested
	}
}

// agents answer open tickets, each reply again under its key until it was taken.
func (w *victims) agents(ctx context.Context) {
	for n := 0; ctx.Err() == nil; n++ {
		var list struct{ Items []struct{ ID int64 } }
		if _, err := w.call("GET", "/tickets?state=open&limit=20", "", nil, &list); err != nil || len(list.Items) == 0 {
			time.Sleep(50 * time.Millisecond)
			continue
		}
		ticket := list.Items[rand.IntN(len(list.Items))].ID
		mark := fmt.Sprintf("mark-out-%06d", n)
		for ctx.Err() == nil {
			status, err := w.call("POST", fmt.Sprintf("/tickets/%d/messages", ticket), mark, map[string]any{"direction": "out", "text": "您好，已安排。 " + mark}, nil)
			if err == nil {
				w.mu.Lock()
				w.replies[mark] = true
				w.mu.Unlock()
				break
			}
			if status >= 400 && status < 500 && status != http.StatusConflict {
				w.t.Errorf("reply refused: %v", err)
				return
			}
			time.Sleep(20 * time.Millisecond)
		}
	}
}

// settle waits until everything that was taken in is read and everything to send is decided.
func (w *victims) settle() {
	deadline := time.Now().Add(3 * time.Minute)
	for time.Now().Before(deadline) {
		var boxes struct{ Items []struct{ Waiting int } }
		open := 0
		_, err := w.call("GET", "/mailboxes", "", nil, &boxes)
		if err == nil && len(boxes.Items) == 1 && boxes.Items[0].Waiting == 0 {
			for _, line := range w.timelines(w.token) {
				for _, m := range line {
					if m.Delivery != nil && (m.Delivery.State == "queued" || m.Delivery.State == "sending") {
						open++
					}
				}
			}
			if open == 0 {
				return
			}
		}
		time.Sleep(500 * time.Millisecond)
	}
	w.t.Error("work is left three minutes after the last kill")
}

var mark = regexp.MustCompile(`mark-(in|out)-\d+`)

func (w *victims) check() {
	shown, uncertain := map[string]int{}, 0
	for _, line := range w.timelines(w.token) {
		for _, m := range line {
			if found := mark.FindString(m.Text); found != "" {
				shown[found]++
			}
			if m.Delivery != nil && m.Delivery.State == "uncertain" {
				uncertain++
			}
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	lost, doubled, lostReplies, sentTwice := 0, 0, 0, 0
	for m := range w.acked {
		if shown[m] == 0 {
			lost++
		}
	}
	for m := range w.replies {
		if shown[m] == 0 {
			lostReplies++
		}
	}
	for m, n := range shown {
		if n > 1 {
			doubled++
			w.t.Logf("%s is shown %d times", m, n)
		}
	}
	for _, n := range w.sent {
		if n > 1 {
			sentTwice++
		}
	}
	outs := 0
	for m := range shown {
		if strings.HasPrefix(m, "mark-out") {
			outs++
		}
	}
	w.t.Logf("%d mails acknowledged, %d lost, %d doubled; %d replies acknowledged, %d lost; %d of %d sent, %d twice, %d uncertain",
		len(w.acked), lost, doubled, len(w.replies), lostReplies, len(w.sent), outs, sentTwice, uncertain)
	if lost+doubled+lostReplies+sentTwice > 0 {
		w.t.Error("something acknowledged was lost, or something was doubled")
	}
	if missing := outs - len(w.sent); missing > uncertain {
		w.t.Errorf("%d replies never reached the customer and only %d say that they are uncertain", missing, uncertain)
	}
	if len(w.acked) == 0 || len(w.replies) == 0 {
		w.t.Error("nobody wrote, or nobody answered: this test has shown nothing")
	}
}
