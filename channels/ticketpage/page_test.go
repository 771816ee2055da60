package ticketpage_test

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"frontline/channels"
	"frontline/channels/email"
	"frontline/channels/ticketpage"
	"frontline/crm"
	"frontline/internal/authority"
	"frontline/internal/authority/authoritytest"
	"frontline/internal/blob"
	"frontline/internal/web"
	"frontline/internal/web/webtest"
	"frontline/tickets"
	"frontline/tickets/request"
)

var cli = authority.System("cli")

// world is a company whose customer Zhang has written a mail.
type world struct {
	*webtest.Office
	*webtest.Server
	*ticketpage.Pages
	t       testing.TB
	tickets *tickets.Tickets
	ticket  int64
}

func newWorld(t *testing.T) *world {
	t.Helper()
	t.Parallel()
	o := webtest.Open(t, channels.Schemas()...)
	files, err := blob.Folder(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	out := channels.NewOutbox(map[string]channels.Addresser{email.Channel: email.NewAddresser(o.Key)}, nil)
	w := &world{Office: o, t: t, tickets: tickets.New(o.Gate, crm.New(o.Gate), files, out)}
	mail := email.New(o.DB, o.Gate, files, o.Key, w.tickets, nil)
	if _, err := mail.Save(t.Context(), cli, 0, email.Edit{
		Name: "客服", Address: "kefu@frontline.test", QueueID: 1, SMTP: &email.Server{Host: "127.0.0.1", Port: 1, Security: "plain"},
	}); err != nil {
		t.Fatal(err)
	}
	w.Pages = ticketpage.New(ticketpage.Options{Gate: o.Gate, Tickets: w.tickets, Surveys: request.New(o.Gate, w.tickets), Blobs: files, Key: o.Key, Address: "https://desk.example.com"})
	w.Server = o.Serve(func(s *web.Server) { w.Pages.Routes(s) })
	w.Hire("li", "agent")
	w.ticket = w.mails(tickets.Inbound{Subject: "主轴转速不稳", Text: "请尽快处理"})
	return w
}

// mails lets Zhang write.
func (w *world) mails(in tickets.Inbound) int64 {
	w.t.Helper()
	in.Channel, in.Name = email.Channel, "张三"
	in.From = crm.Point{Kind: crm.Email, Address: "zhang@customer.test"}
	got, err := w.tickets.Receive(w.t.Context(), authority.System("email"), in)
	if err != nil {
		w.t.Fatal(err)
	}
	return got.Ticket
}

// link makes one and gives its token.
func (w *world) link() (id int64, token string) {
	w.t.Helper()
	made := w.Must(http.StatusCreated, "li", "POST", path("/tickets/%/link", w.ticket), map[string]any{"days": 7})
	url := made.Get("url").(string)
	token, ok := strings.CutPrefix(url, "https://desk.example.com/c/")
	if !ok {
		w.t.Fatalf("link = %s, want one of ours", url)
	}
	return made.ID("id"), token
}

func (w *world) agent() authority.Actor { return w.actor("li") }

func (w *world) actor(login string) authority.Actor {
	w.t.Helper()
	var id int64
	if err := w.DB.Read.QueryRow(w.t.Context(), `select id from agents where login = $1`, login).Scan(&id); err != nil {
		w.t.Fatal(err)
	}
	return authority.AgentActor(id, login)
}

// change does by hand what a test needs.
func (w *world) change(sql string) {
	w.t.Helper()
	if err := w.Gate.Do(w.t.Context(), w.agent(), func(tx *authority.Tx) error {
		if err := tx.Allow(w.t.Context(), authority.Act{Name: "page.revoke", Object: "test"}); err != nil {
			return err
		}
		_, err := tx.Exec(w.t.Context(), sql)
		return err
	}); err != nil {
		w.t.Fatal(err)
	}
}

func path(pattern string, id int64) string {
	return web.Prefix + strings.Replace(pattern, "%", strconv.FormatInt(id, 10), 1)
}

// TestACustomerSeesItsTicketAndAnswers: what it wrote and got, and nothing that went between us and others.
func TestACustomerSeesItsTicketAndAnswers(t *testing.T) {
	w := newWorld(t)
	li := w.agent()
	if _, err := w.tickets.Reply(t.Context(), li, tickets.Reply{Ticket: w.ticket, Text: "明天上门，见 https://example.com/a 和 javascript:alert(1)"}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.tickets.Reply(t.Context(), li, tickets.Reply{Ticket: w.ticket, Text: "Price of the bearing?", To: []string{"sales@supplier.test"}}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.tickets.Note(t.Context(), li, w.ticket, "", "a difficult one", nil); err != nil {
		t.Fatal(err)
	}
	if _, err := w.tickets.Receive(t.Context(), authority.System("email"), tickets.Inbound{
		Channel: email.Channel, From: crm.Point{Kind: crm.Email, Address: "sales@supplier.test"}, Text: "200 yuan", Into: w.ticket,
	}); err != nil {
		t.Fatal(err)
	}
	_, token := w.link()
	file := w.Must(http.StatusCreated, "", "POST", web.Prefix+"/link/"+token+"/files?name=a.txt", []byte("alarm 401\n"))
	say := map[string]any{"id": "answer-0001", "text": "好的", "files": []int64{file.ID("id")}}
	first := w.Must(http.StatusCreated, "", "POST", web.Prefix+"/link/"+token+"/messages", say)
	if again := w.Must(http.StatusCreated, "", "POST", web.Prefix+"/link/"+token+"/messages", say); again.ID("id") != first.ID("id") {
		t.Errorf("the same answer is message %d and %d, want one", first.ID("id"), again.ID("id"))
	}
	v, err := w.View(t.Context(), token)
	if err != nil {
		t.Fatal(err)
	}
	var said []string
	for _, m := range v.Messages {
		said = append(said, m.From+": "+m.Text)
	}
	want := []string{"you: 请尽快处理", "us: 明天上门，见 https://example.com/a 和 javascript:alert(1)", "you: 好的"}
	if strings.Join(said, "|") != strings.Join(want, "|") || v.State != "open" {
		t.Errorf("the customer sees %q in state %s, want %q, open", said, v.State, want)
	}
	for _, part := range v.Messages[1].Parts {
		if part.Href != "" && part.Href != "https://example.com/a" {
			t.Errorf("%q is a link", part.Href)
		}
	}
	files := v.Messages[2].Files
	if len(files) != 1 {
		t.Fatalf("the answer has files %v, want one", files)
	}
	got := w.Must(http.StatusOK, "", "GET", path("/link/"+token+"/files/%", files[0].ID), nil)
	if string(got.Body) != "alarm 401\n" {
		t.Errorf("the file holds %q", got.Body)
	}
}

// TestALinkThatHasEndedLeadsNowhere: revoked, expired, forged and never made are one to who tries.
func TestALinkThatHasEndedLeadsNowhere(t *testing.T) {
	w := newWorld(t)
	id, token := w.link()
	_, expired := w.link()
	if err := w.Revoke(t.Context(), w.agent(), id); err != nil {
		t.Fatal(err)
	}
	w.change(`update ticket_pages set expires_at = now() - interval '1 second' where id = (select max(id) from ticket_pages)`)
	for name, tried := range map[string]string{
		"revoked": token, "expired": expired, "forged": strings.Repeat("A", len(token)), "short": "x",
	} {
		for _, call := range []struct {
			method, path string
			body         any
		}{
			{"GET", "/link/" + tried, nil},
			{"POST", "/link/" + tried + "/messages", map[string]any{"id": "answer-0002", "text": "hello"}},
			{"POST", "/link/" + tried + "/files?name=a.txt", []byte("x")},
			{"GET", "/link/" + tried + "/files/1", nil},
		} {
			if got := w.Ask("", call.method, web.Prefix+call.path, call.body); got.Status != http.StatusNotFound || got.Get("code") != "link_ended" {
				t.Errorf("%s link: %s %s = %s, want link_ended", name, call.method, call.path, got)
			}
		}
	}
}

func TestWhatStrangersSendByALinkIsLookedAt(t *testing.T) {
	w := newWorld(t)
	_, token := w.link()
	_, other := w.link()
	to := web.Prefix + "/link/" + token
	for name, content := range map[string]string{
		"page.png": "<html><script>alert(1)</script>", "setup.txt": "MZ\x90\x00\x03\x00\x00\x00\x04", "none.txt": "",
	} {
		if got := w.Ask("", "POST", to+"/files?name="+name, []byte(content)); got.Status != http.StatusBadRequest {
			t.Errorf("file %s = %s, want it refused", name, got)
		}
	}
	theirs := w.Must(http.StatusCreated, "", "POST", web.Prefix+"/link/"+other+"/files?name=a.txt", []byte("x"))
	for code, body := range map[string]any{
		"unknown_attachment": map[string]any{"id": "answer-0003", "text": "x", "files": []int64{theirs.ID("id")}},
		"required":           map[string]any{"id": "answer-0004", "text": "  "},
		"too_long":           map[string]any{"id": "answer-0005", "text": strings.Repeat("长", 20_001)},
	} {
		if got := w.Ask("", "POST", to+"/messages", body); got.Get("errors.0.code") != code {
			t.Errorf("answer %s = %s", code, got)
		}
	}
}

func TestEveryCommandOfPagesRefuses(t *testing.T) {
	w := newWorld(t)
	id, _ := w.link()
	left, off := w.Hire("left", "admin"), true
	if err := w.Accounts.ChangePerson(t.Context(), cli, left.ID, authority.PersonChange{Disabled: &off}); err != nil {
		t.Fatal(err)
	}
	asked := w.questionnaire()
	authoritytest.Account(t, w.DB, w.Pages, left, w.Hire("admin", "admin"), authoritytest.Calls{
		"Make": func(ctx context.Context, by authority.Actor) error {
			_, err := w.Make(ctx, by, w.ticket, 0)
			return err
		},
		"AskSurvey": func(ctx context.Context, by authority.Actor) error {
			_, err := w.AskSurvey(ctx, by, w.ticket, asked)
			return err
		},
		"Links":  func(ctx context.Context, by authority.Actor) error { _, err := w.Links(ctx, by, w.ticket); return err },
		"Revoke": func(ctx context.Context, by authority.Actor) error { return w.Revoke(ctx, by, id) },
	})
}

// TestWhoAsksForALinkHearsTheSame: whether there is such a ticket or not; and not without end.
func TestWhoAsksForALinkHearsTheSame(t *testing.T) {
	w := newWorld(t)
	to := web.Prefix + "/link-requests"
	for code, body := range map[string]map[string]any{
		"bad_email": {"number": "100001", "email": "nobody"}, "required": {"number": " # ", "email": "zhang@customer.test"},
	} {
		if got := w.Ask("", "POST", to, body); got.Get("errors.0.code") != code {
			t.Errorf("%v = %s, want %s", body, got, code)
		}
	}
	var number string
	if err := w.Gate.View(t.Context(), cli, func(q authority.Query) error {
		return q.QueryRow(t.Context(), `select number from tickets where id = $1`, w.ticket).Scan(&number)
	}); err != nil {
		t.Fatal(err)
	}
	there := w.Must(http.StatusAccepted, "", "POST", to, map[string]any{"number": "#" + number, "email": "Zhang@customer.test"})
	none := w.Must(http.StatusAccepted, "", "POST", to, map[string]any{"number": "1", "email": "zhang@customer.test"})
	if string(there.Body) != string(none.Body) {
		t.Errorf("a ticket that is there answers %s, one that is not %s", there.Body, none.Body)
	}
	for {
		got := w.Ask("", "POST", to, map[string]any{"number": "1", "email": "zhang@customer.test"})
		if got.Status == http.StatusTooManyRequests {
			break
		}
		if got.Status != http.StatusAccepted {
			t.Fatalf("asked again and again: %s", got)
		}
	}
}
