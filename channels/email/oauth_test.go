package email

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"frontline/channels"
	"frontline/channels/email/emailtest"
	"frontline/internal/authority"
)

func TestAMailboxWithOAuthRenewsItsTokenAndKeepsAReplacedOne(t *testing.T) {
	w := newWorld(t)
	var asked atomic.Int32
	provider := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		if id, secret, ok := r.BasicAuth(); r.FormValue("grant_type") != "refresh_token" || !strings.HasPrefix(r.FormValue("refresh_token"), "refresh-") || !ok || id != "client" || secret != "client-secret" {
			t.Errorf("asked for a token with %v", r.Form)
		}
		rw.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(rw).Encode(map[string]any{"access_token": emailtest.Token, "token_type": "Bearer", "expires_in": 3600, "refresh_token": "refresh-2"})
	}))
	t.Cleanup(provider.Close)
	sink := emailtest.Sink(t, emailtest.SMTP{Auth: []string{"XOAUTH2"}})
	refresh, client := "refresh-1", "client-secret"
	if _, err := w.Save(w.ctx, cli, w.box, Edit{
		Name: "客服", Address: w.address, QueueID: 1, IMAPSecret: &refresh, OAuthSecret: &client,
		OAuth: &OAuth{TokenURL: provider.URL, ClientID: "client"},
		SMTP:  &Server{Host: sink.Host, Port: sink.Port, Security: "plain", User: emailtest.User, Auth: "xoauth2"},
	}); err != nil {
		t.Fatal(err)
	}
	li := w.admin()
	courier := channels.NewCourier(w.gate, w.tickets, channels.NewLife(w.db), map[string]channels.Carrier{Channel: w.Email})
	first := w.arrives("From: zhang@customer.test\nSubject: 主轴", "不稳")
	for range 2 {
		message := w.answers(li, first.Ticket, "好的")
		if _, err := courier.Deliver(w.ctx, first.Ticket); err != nil {
			t.Fatal(err)
		}
		if state, detail := w.delivery(message); state != "sent" {
			t.Fatalf("with a token: %q %q", state, detail)
		}
	}
	if got := sink.Wait(2); got[0].User != emailtest.User {
		t.Errorf("sent as %q", got[0].User)
	}
	if n := asked.Load(); n != 1 {
		t.Errorf("%d tokens for two mails, want 1: a good one is used again", n)
	}
	var m Mailbox
	if err := w.gate.View(w.ctx, cli, func(q authority.Query) (err error) {
		m, err = w.mailbox(w.ctx, q, w.box)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if kept, err := w.open(m.imapSecret, m.ID, "imap"); err != nil || kept != "refresh-2" {
		t.Errorf("kept refresh token %q, %v; want the replaced one", kept, err)
	}
}
