package tickets_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"frontline/crm"
	"frontline/internal/authority"
	"frontline/internal/blob"
	"frontline/internal/fetch"
	"frontline/internal/web"
	"frontline/internal/web/webtest"
	"frontline/tickets"
)

// api is an office whose tickets are reached over HTTP.
type api struct {
	*webtest.Office
	*webtest.Server
	tickets *tickets.Tickets
	blobs   blob.Store
	t       *testing.T
}

// post takes what agents send; delivering is the channels' part.
type post struct{}

func (post) Queue(context.Context, *authority.Tx, tickets.Outbound) ([]string, error) {
	return nil, nil
}

func newAPI(t *testing.T) *api {
	t.Helper()
	a := &api{Office: webtest.Open(t, tickets.Schemas()...), t: t}
	var err error
	if a.blobs, err = blob.Folder(t.TempDir()); err != nil {
		t.Fatal(err)
	}
	customers := crm.New(a.Gate)
	a.tickets = tickets.New(a.Gate, customers, a.blobs, post{})
	a.Server = a.Serve(func(s *web.Server) {
		customers.Routes(s)
		a.tickets.Routes(s, tickets.Show{
			Key: a.Key, Fetch: fetch.New(fetch.Options{Allow: func(netip.AddrPort) bool { return true }, Bytes: 1000}), HTML: shown, Letter: lettered,
		})
	})
	return a
}

// lettered stands for the mail reader, which the tickets do not know: it marks what went through it.
func lettered(html string) (safe, text string) {
	return "safe " + html, strings.TrimSpace(strings.NewReplacer("<b>", "", "</b>", "").Replace(html))
}

// shown says which pictures would be shown from where, instead of HTML: making HTML harmless is tested with its package.
func shown(html, _ string, cid, remote func(string) string) string {
	var b strings.Builder
	for address := range strings.FieldsSeq(html) {
		from := ""
		if id, ok := strings.CutPrefix(address, "cid:"); ok {
			from = cid(id)
		} else if remote != nil {
			from = remote(address)
		}
		b.WriteString("<a>" + from + "</a>")
	}
	return b.String()
}

// pictures are the addresses in a page made by shown.
func pictures(page []byte) (out []string) {
	for part := range strings.SplitSeq(string(page), "<a>") {
		if address, _, ok := strings.Cut(part, "</a>"); ok {
			out = append(out, address)
		}
	}
	return out
}

func TestATicketFromFirstWordToLast(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	li := a.Hire("li", "agent")
	// The customer phones; the agent enters it.
	made := a.Must(201, "li", "POST", "/api/v1/tickets", map[string]any{
		"subject": "主轴转速不稳", "channel": "phone", "text": "8000 转以上报警", "type": "故障", "severity": "停机", "tags": []string{"主轴"},
		"contact": map[string]any{"name": "张伟", "email": "Zhang@Example.cn", "phone": "138 0013 8000"},
	})
	id, contact := made.ID("id"), made.ID("contact_id")
	if made.Get("number") == "" || contact == 0 || made.Get("account_id") != nil {
		t.Fatalf("created %s", made)
	}
	// He is the same by either address.
	again := a.Must(201, "li", "POST", "/api/v1/tickets", map[string]any{
		"subject": "发票", "channel": "phone", "text": "要重开", "contact": map[string]any{"phone": "+8613800138000"},
	})
	if again.ID("contact_id") != contact {
		t.Errorf("by phone he is contact %d, want %d", again.ID("contact_id"), contact)
	}
	path := fmt.Sprint("/api/v1/tickets/", id)
	view := a.Must(200, "li", "GET", path, nil)
	for field, want := range map[string]any{
		"subject": "主轴转速不稳", "state": "open", "type": "故障", "severity": "停机", "channel": "phone", "tags.0": "主轴", "assignee": nil, "draft": nil,
		"contact.name": "张伟", "contact.address": "zhang@example.cn", "last_direction": "in", "last_snippet": "8000 转以上报警",
		"customer.contact.points.1.address": "+8613800138000", "customer.tickets.0.subject": "发票", "participants.0.role": "requester",
	} {
		if got := view.Get(field); got != want {
			t.Errorf("%s = %v, want %v", field, got, want)
		}
	}

	// He says more, a colleague is told, the customer is answered.
	more := a.Must(201, "li", "POST", path+"/messages", `{"direction":"in","text":"还在停机"}`)
	note := a.Must(201, "li", "POST", path+"/messages", `{"direction":"note","text":"编码器?","note_type":"diagnosis"}`)
	file := a.Must(201, "li", "POST", "/api/v1/attachments?name=%E6%89%8B%E5%86%8C.pdf", []byte("%PDF"), "Content-Type", "application/pdf")
	a.Must(204, "li", "PUT", path+"/draft", map[string]any{"text": "您好", "to": []string{"zhang@example.cn"}, "attachments": []int64{file.ID("id")}, "seen": more.ID("id")})
	if d := a.Must(200, "li", "GET", path, nil); d.Get("draft.text") != "您好" || d.ID("draft.attachments.0") != file.ID("id") || d.ID("draft.files.0.id") != file.ID("id") {
		t.Errorf("draft %v", d.Get("draft"))
	}
	out := a.Must(201, "li", "POST", path+"/messages", map[string]any{
		"direction": "out", "text": "工程师今天到", "attachments": []int64{file.ID("id")}, "seen": note.ID("id"),
	})
	view = a.Must(200, "li", "GET", path, nil)
	if view.Get("state") != "pending" || view.Get("draft") != nil || view.ID("last_message_id") != out.ID("id") {
		t.Errorf("after the reply: %s", view)
	}

	// The timeline, newest first, page by page.
	var kinds []string
	for next := ""; ; {
		page := a.Must(200, "li", "GET", path+"/timeline?limit=2"+next, nil)
		for i := range 2 {
			if page.Get(fmt.Sprint("items.", i)) != nil {
				kinds = append(kinds, fmt.Sprint(page.Get(fmt.Sprint("items.", i, ".direction"))))
			}
		}
		if page.Get("next") == nil {
			break
		}
		next = fmt.Sprint("&before=", page.Get("next"))
	}
	if want := []string{"event", "event", "out", "note", "in", "in"}; !slices.Equal(kinds, want) {
		t.Errorf("timeline %v, want %v", kinds, want)
	}
	reply := a.Must(200, "li", "GET", path+"/timeline?limit=3", nil)
	for field, want := range map[string]any{
		"items.2.text": "工程师今天到", "items.2.to.0": "zhang@example.cn", "items.2.delivery.state": "queued", "items.2.author.name": "li",
		"items.2.attachments.0.name": "手册.pdf", "items.1.event.name": "state", "items.1.event.to": "pending", "items.0.event.name": "assignee",
	} {
		if got := reply.Get(field); got != want {
			t.Errorf("timeline %s = %v, want %v", field, got, want)
		}
	}

	// Changes, one by one and together; null is nobody, absent is unchanged.
	a.Must(204, "li", "PATCH", path, map[string]any{"assignee_id": li.ID, "priority": 1, "subject": "主轴 AL-401", "tags": []string{}})
	if v := a.Must(200, "li", "GET", path, nil); v.ID("assignee.id") != li.ID || v.ID("priority") != 1 || v.Get("subject") != "主轴 AL-401" {
		t.Errorf("after the change: %s", v)
	}
	a.Must(204, "li", "PATCH", path, `{"state":"on_hold"}`)
	if v := a.Must(200, "li", "GET", path, nil); v.ID("assignee.id") != li.ID {
		t.Errorf("an absent assignee changed it: %s", v)
	}
	a.Must(204, "li", "PATCH", path, `{"assignee_id":null}`)
	if v := a.Must(200, "li", "GET", path, nil); v.Get("assignee") != nil {
		t.Errorf("null did not take the assignee away: %s", v)
	}
	a.Must(204, "li", "DELETE", path+"/draft", nil)
}

func TestAReplyHasLooksOnlyWhereItIsGivenSome(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	a.Hire("li", "agent")
	path := fmt.Sprint("/api/v1/tickets/", a.open("li", "zhang@example.cn", "手册").ID("id"))
	for _, x := range []struct {
		body       map[string]any
		text, html string
	}{
		{map[string]any{"html": "<b>见附件</b>"}, "见附件", "safe <b>见附件</b>"},
		{map[string]any{"html": "<b>见附件</b>", "text": "请看附件"}, "请看附件", "safe <b>见附件</b>"},
		{map[string]any{"text": "只有文字"}, "只有文字", ""},
	} {
		x.body["direction"] = "out"
		made := a.Must(201, "li", "POST", path+"/messages", x.body).ID("id")
		got := a.Must(200, "li", "GET", path+"/timeline", nil)
		at := 0
		for got.ID(fmt.Sprint("items.", at, ".id")) != made {
			at++
		}
		item := fmt.Sprint("items.", at, ".")
		if got.Get(item+"text") != x.text || got.Get(item+"has_html") != (x.html != "") {
			t.Errorf("%v: text %v, has_html %v", x.body, got.Get(item+"text"), got.Get(item+"has_html"))
		}
		kept, _, _, err := a.tickets.HTML(t.Context(), eye, made)
		if err != nil || kept != x.html {
			t.Errorf("%v: html %q, %v; want %q", x.body, kept, err, x.html)
		}
	}
}

func TestAReplyOnAStaleViewWarns(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	a.Hire("li", "agent")
	made := a.open("li", "zhang@example.cn", "第一")
	path := fmt.Sprint("/api/v1/tickets/", made.ID("id"), "/messages")
	seen := made.ID("message_id")
	a.Must(201, "li", "POST", path, `{"direction":"in","text":"第二"}`)
	a.Must(201, "li", "POST", path, `{"direction":"in","text":"第三"}`)
	reply := map[string]any{"direction": "out", "text": "答复", "seen": seen}
	if got := a.Must(409, "li", "POST", path, reply); got.Get("code") != "stale_view" || got.ID("args.new") != 2 {
		t.Errorf("stale: %s", got)
	}
	reply["anyway"] = true
	a.Must(201, "li", "POST", path, reply)
}

func (a *api) open(login, email, subject string) webtest.Answer {
	a.t.Helper()
	return a.Must(201, login, "POST", "/api/v1/tickets", map[string]any{
		"subject": subject, "channel": "form", "text": subject, "contact": map[string]any{"email": email, "name": "张伟"},
	})
}

func TestTheSameRequestTwiceActsOnce(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	a.Hire("li", "agent")
	body := map[string]any{"subject": "一次", "channel": "api", "text": "一次", "contact": map[string]any{"name": "只有名字"}}
	first := a.Must(201, "li", "POST", "/api/v1/tickets", body, "Idempotency-Key", "order-1")
	second := a.Must(201, "li", "POST", "/api/v1/tickets", body, "Idempotency-Key", "order-1")
	if !bytes.Equal(first.Body, second.Body) {
		t.Errorf("%s, then %s", first, second)
	}
	if l := a.Must(200, "li", "GET", "/api/v1/tickets", nil); l.Get("items.1") != nil {
		t.Errorf("two tickets: %s", l)
	}
	// Two people of one name whose address nobody knows are two contacts.
	third := a.Must(201, "li", "POST", "/api/v1/tickets", body, "Idempotency-Key", "order-2")
	if third.ID("contact_id") == first.ID("contact_id") {
		t.Error("a name alone made two people one")
	}
	if v := a.Must(200, "li", "GET", fmt.Sprint("/api/v1/tickets/", third.ID("id")), nil); v.Get("contact.address") != nil {
		t.Errorf("the made-up address is shown: %s", v)
	}
	mail := map[string]any{"direction": "out", "subject": "一封", "text": "您好", "contact": map[string]any{"email": "once@example.cn"}}
	began := a.Must(201, "li", "POST", "/api/v1/tickets", mail, "Idempotency-Key", "mail-1")
	if again := a.Must(201, "li", "POST", "/api/v1/tickets", mail, "Idempotency-Key", "mail-1"); !bytes.Equal(began.Body, again.Body) {
		t.Errorf("a mail that begins a thread: %s, then %s", began, again)
	}
	if l := a.Must(200, "li", "GET", fmt.Sprint("/api/v1/tickets?contact=", began.ID("contact_id")), nil); l.Get("items.0.state") != "pending" || l.Get("items.1") != nil {
		t.Errorf("after it was sent twice: %s", l)
	}
	path := fmt.Sprint("/api/v1/tickets/", first.ID("id"), "/messages")
	for range 2 {
		a.Must(201, "li", "POST", path, `{"direction":"note","text":"einmal"}`, "Idempotency-Key", "note-1")
	}
	if l := a.Must(200, "li", "GET", fmt.Sprint("/api/v1/tickets/", first.ID("id"), "/timeline"), nil); l.Get("items.2") != nil {
		t.Errorf("noted twice: %s", l)
	}
}

func TestListsAreFilteredAndPagedWithoutGaps(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	li := a.Hire("li", "agent")
	a.Hire("zhao", "supervisor")
	var ids []int64
	for i := range 7 {
		ids = append(ids, a.open("li", fmt.Sprintf("c%d@example.cn", i%2), fmt.Sprint("第", i)).ID("id"))
	}
	ticket := func(i int) string { return fmt.Sprint("/api/v1/tickets/", ids[i]) }
	a.Must(204, "li", "PATCH", ticket(1), map[string]any{"assignee_id": li.ID})
	a.Must(204, "li", "PATCH", ticket(2), `{"state":"resolved"}`)
	second := a.Must(201, "zhao", "POST", "/api/v1/queues", `{"name":"二线","name_en":"Second line"}`).ID("id")
	a.Must(204, "li", "PATCH", ticket(3), map[string]any{"queue_id": second})
	list := func(query string) (out []int64) {
		t.Helper()
		for next := ""; ; {
			page := a.Must(200, "li", "GET", "/api/v1/tickets?limit=2"+query+next, nil)
			for i := range 2 {
				if id := page.ID(fmt.Sprint("items.", i, ".id")); id != 0 {
					out = append(out, id)
				}
			}
			if page.Get("next") == nil {
				return out
			}
			next = fmt.Sprint("&after=", page.Get("next"))
		}
	}
	contact := a.Must(200, "li", "GET", ticket(0), nil).ID("contact.id")
	for query, want := range map[string][]int{
		"":                                  {6, 5, 4, 3, 2, 1, 0},
		"&state=resolved":                   {2},
		"&state=active":                     {6, 5, 4, 3, 1, 0},
		"&state=open&assignee=none":         {6, 5, 4, 3, 0},
		"&assignee=me":                      {1},
		fmt.Sprint("&assignee=", li.ID):     {1},
		fmt.Sprint("&queue=", second):       {3},
		fmt.Sprint("&contact=", contact):    {6, 4, 2, 0},
		"&queue=1&assignee=none&state=open": {6, 5, 4, 0},
		"&account=77":                       nil,
	} {
		var ordered []int64
		for _, i := range want {
			ordered = append(ordered, ids[i])
		}
		if got := list(query); !slices.Equal(got, ordered) {
			t.Errorf("list%s = %v, want %v", query, got, ordered)
		}
	}
	queues := a.Must(200, "li", "GET", "/api/v1/queues", nil)
	if queues.Get("items.1.name") != "二线" || queues.ID("items.0.open") != 5 || queues.ID("items.0.unassigned") != 4 {
		t.Errorf("queues %s", queues)
	}
	a.Must(200, "zhao", "PUT", fmt.Sprint("/api/v1/queues/", second), `{"name":"二线","signature":"敬上"}`)
	if got := a.Ask("li", "POST", "/api/v1/queues", `{"name":"mine"}`); got.Status != 403 {
		t.Errorf("an agent makes a queue: %s", got)
	}
	if got := a.Ask("zhao", "POST", "/api/v1/queues", `{"name":"二线"}`); got.Status != 409 || got.Get("code") != "name_taken" {
		t.Errorf("a second queue of one name: %s", got)
	}
	if seats := a.Must(200, "li", "GET", "/api/v1/agents", nil); seats.Get("items.0.name") != "li" || seats.Get("items.0.presence") != "away" {
		t.Errorf("agents %s", seats)
	}
}

func TestWhatOneMayNotSeeIsNotThere(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	a.Hire("li", "agent", "一组")
	a.Hire("wang", "agent", "二组")
	a.Hire("zhao", "supervisor")
	team := a.Teams("二组")[0]
	queue := a.Must(201, "zhao", "POST", "/api/v1/queues", map[string]any{"name": "二组", "team_id": team}).ID("id")
	made := a.Must(201, "wang", "POST", "/api/v1/tickets", map[string]any{
		"subject": "密", "channel": "form", "text": "密", "queue": queue, "contact": map[string]any{"email": "secret@example.cn"},
	})
	mine := a.open("li", "zhang@example.cn", "mine").ID("id")
	file := a.Must(201, "wang", "POST", "/api/v1/attachments?name=a.txt", []byte("x")).ID("id")
	hidden := fmt.Sprint("/api/v1/tickets/", made.ID("id"))
	for _, try := range []struct {
		method, path string
		body         any
		status       int
	}{
		{"GET", hidden, nil, 404},
		{"GET", hidden + "/timeline", nil, 404},
		{"PATCH", hidden, `{"state":"closed"}`, 404},
		{"POST", hidden + "/messages", `{"direction":"in","text":"x"}`, 404},
		{"POST", hidden + "/messages", `{"direction":"out","text":"x"}`, 404},
		{"POST", hidden + "/messages", `{"direction":"note","text":"x"}`, 404},
		{"PUT", hidden + "/draft", `{"text":"x"}`, 404},
		{"DELETE", hidden + "/draft", nil, 404},
		{"POST", hidden + "/split", map[string]any{"message": made.ID("message_id")}, 404},
		{"POST", hidden + "/move", map[string]any{"message": made.ID("message_id"), "to": mine}, 404},
		{"POST", hidden + "/links/1/dismiss", nil, 404},
		{"GET", fmt.Sprint("/api/v1/messages/", made.ID("message_id"), "/html"), nil, 404},
		{"GET", fmt.Sprint("/api/v1/messages/", made.ID("message_id"), "/raw"), nil, 404},
		{"GET", fmt.Sprint("/api/v1/attachments/", file), nil, 404},
		{"POST", fmt.Sprint("/api/v1/tickets/", mine, "/messages"), map[string]any{"direction": "note", "text": "x", "attachments": []int64{file}}, 400},
		{"GET", "/api/v1/tickets/99999999", nil, 404},
	} {
		if got := a.Ask("li", try.method, try.path, try.body); got.Status != try.status || bytes.Contains(got.Body, []byte("密")) {
			t.Errorf("%s %s by a stranger to it = %s, want %d", try.method, try.path, got, try.status)
		}
		if got := a.Ask("", try.method, try.path, try.body); got.Status != 401 {
			t.Errorf("%s %s by nobody = %s, want 401", try.method, try.path, got)
		}
	}
	if l := a.Must(200, "li", "GET", "/api/v1/tickets", nil); l.ID("items.0.id") != mine || l.Get("items.1") != nil {
		t.Errorf("li's list: %s", l)
	}
	a.Must(200, "zhao", "GET", hidden, nil)
}

func TestSplitMoveAndDismiss(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	a.Hire("li", "agent")
	made := a.open("li", "zhang@example.cn", "两件事")
	path := fmt.Sprint("/api/v1/tickets/", made.ID("id"))
	other := a.Must(201, "li", "POST", path+"/messages", `{"direction":"in","text":"另一件事"}`).ID("id")
	note := a.Must(201, "li", "POST", path+"/messages", `{"direction":"note","text":"x"}`).ID("id")
	if got := a.Ask("li", "POST", path+"/split", map[string]any{"message": note}); got.Status != 400 || got.Get("errors.0.code") != "only_incoming" {
		t.Errorf("split off a note: %s", got)
	}
	split := a.Must(201, "li", "POST", path+"/split", map[string]any{"message": other})
	there := fmt.Sprint("/api/v1/tickets/", split.ID("id"))
	view := a.Must(200, "li", "GET", there, nil)
	if view.Get("links.0.kind") != "split" || view.ID("links.0.ticket.id") != made.ID("id") || view.Get("last_snippet") != "另一件事" || view.Get("number") != split.Get("number") {
		t.Errorf("split off: %s", view)
	}
	a.Must(204, "li", "POST", fmt.Sprint(path, "/links/", view.ID("links.0.id"), "/dismiss"), nil)
	if v := a.Must(200, "li", "GET", there, nil); v.Get("links.0") != nil {
		t.Errorf("the dismissed link stands: %s", v)
	}
	if got := a.Ask("li", "POST", fmt.Sprint(path, "/links/999/dismiss"), nil); got.Status != 404 {
		t.Errorf("dismiss what is not there: %s", got)
	}
	third := a.Must(201, "li", "POST", there+"/messages", `{"direction":"in","text":"又回来"}`).ID("id")
	a.Must(204, "li", "POST", there+"/move", map[string]any{"message": third, "to": made.ID("id")})
	if v := a.Must(200, "li", "GET", path, nil); v.Get("last_snippet") != "又回来" {
		t.Errorf("moved: %s", v)
	}
	for field, body := range map[string]any{
		"to":      map[string]any{"message": other, "to": split.ID("id")},
		"message": map[string]any{"message": 1 << 40, "to": made.ID("id")},
	} {
		if got := a.Ask("li", "POST", there+"/move", body); got.Status != 400 || got.Get("errors.0.field") != field {
			t.Errorf("move with a wrong %s: %s", field, got)
		}
	}
}

func TestFilesAreSavedAndNeverShown(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	a.Hire("li", "agent")
	evil := []byte(`<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`)
	file := a.Must(201, "li", "POST", "/api/v1/attachments?name="+"..%2F%E2%80%AEgvs.exe", evil, "Content-Type", "image/svg+xml")
	got := a.Must(200, "li", "GET", fmt.Sprint("/api/v1/attachments/", file.ID("id")), nil)
	if !bytes.Equal(got.Body, evil) {
		t.Errorf("content %q", got.Body)
	}
	for header, want := range map[string]string{
		"Content-Type": "application/octet-stream", "X-Content-Type-Options": "nosniff", "Content-Disposition": `attachment; filename="gvs.exe"`,
		"Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
	} {
		if got.Header.Get(header) != want {
			t.Errorf("%s: %s, want %s", header, got.Header.Get(header), want)
		}
	}
	// Who has it need not load it again, in whole or in part; who may not see it learns nothing by asking so.
	a.Hire("wang", "agent")
	path, tag := fmt.Sprint("/api/v1/attachments/", file.ID("id")), got.Header.Get("ETag")
	for _, x := range []struct {
		who, header, value string
		status             int
	}{
		{"li", "If-None-Match", tag, 304},
		{"li", "If-None-Match", `"other"`, 200},
		{"wang", "If-None-Match", tag, 404},
		{"wang", "If-None-Match", "*", 404},
		{"li", "Range", "bytes=0-3", 206},
		{"li", "Range", "bytes=9999-", 416},
		{"wang", "Range", "bytes=0-3", 404},
	} {
		if part := a.Ask(x.who, "GET", path, nil, x.header, x.value); part.Status != x.status || x.status == 206 && string(part.Body) != "<svg" {
			t.Errorf("%s: %s for %s = %s, want %d", x.header, x.value, x.who, part, x.status)
		}
	}
	if big := a.Ask("li", "POST", "/api/v1/attachments?name=big.bin", make([]byte, 26<<20)); big.Status != 413 {
		t.Errorf("a file of 26 MB: %d", big.Status)
	}
	for _, query := range []string{"", "?name=", "?name=" + strings.Repeat("x", 301)} {
		if bad := a.Ask("li", "POST", "/api/v1/attachments"+query, evil); bad.Status != 400 || bad.Get("errors.0.field") != "name" {
			t.Errorf("upload%.20s: %s", query, bad)
		}
	}
}

// mail is a message with HTML, a picture within and one elsewhere.
func (a *api) mail(elsewhere string) (ticket, message int64) {
	a.t.Helper()
	ctx := a.t.Context()
	keep := func(content string) blob.Ref {
		ref, err := a.blobs.Put(ctx, strings.NewReader(content))
		if err != nil {
			a.t.Fatal(err)
		}
		return ref
	}
	got, err := a.tickets.Receive(ctx, authority.System("email"), tickets.Inbound{
		Channel: "email", RemoteID: "m1@example.cn", From: crm.Point{Kind: crm.Email, Address: "zhang@example.cn"}, Subject: "图", Text: "图",
		HTML: "cid:logo cid:none " + elsewhere, RawHash: keep("Subject: x\r\n\r\nx").Hash,
		Files: []tickets.File{{Ref: keep(string(png)), Name: "logo.png", Type: "image/png", Inline: true, CID: "logo"}},
	})
	if err != nil {
		a.t.Fatal(err)
	}
	return got.Ticket, got.Message
}

var png = []byte("\x89PNG\r\n\x1a\n picture")

func TestPicturesOfAMail(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	a.Hire("li", "agent")
	asked := make(chan string, 10)
	elsewhere := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked <- r.URL.String()
		switch r.URL.Path {
		case "/large.png":
			w.Write(append(png, make([]byte, 2000)...)) //nolint:errcheck // cut by the other side
		case "/page.png":
			w.Header().Set("Content-Type", "image/png")
			w.Write([]byte("<html><script>alert(1)</script>")) //nolint:errcheck // in a test
		default:
			w.Write(png) //nolint:errcheck // in a test
		}
	}))
	defer elsewhere.Close()
	_, message := a.mail(strings.Join([]string{elsewhere.URL + "/logo.png?who=zhang", elsewhere.URL + "/large.png", elsewhere.URL + "/page.png"}, " "))
	path := fmt.Sprint("/api/v1/messages/", message)

	// Nothing is fetched from elsewhere unless asked for; what came with the mail is shown.
	a.Must(400, "li", "GET", path+"/html?dark=yes", nil)
	if light, dark := a.Must(200, "li", "GET", path+"/html", nil), a.Must(200, "li", "GET", path+"/html?dark=1", nil); strings.Contains(string(light.Body), "invert") || !strings.Contains(string(dark.Body), "invert") {
		t.Error("the pictures are made ready for the negative in the light, or not in the dark")
	}
	page := a.Must(200, "li", "GET", path+"/html?images=0", nil)
	if csp := page.Header.Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'") || !strings.Contains(csp, "sandbox") || strings.Contains(csp, "script") {
		t.Errorf("policy %s", csp)
	}
	got := pictures(page.Body)
	if len(got) != 5 || got[0] == "" || strings.Join(got[1:], "") != "" {
		t.Fatalf("pictures %q, want the one within", got)
	}
	// A sandboxed frame sends no cookie and no token: the address itself must do.
	inside := a.Must(200, "", "GET", got[0], nil)
	if !bytes.Equal(inside.Body, png) || inside.Header.Get("Content-Type") != "image/png" || inside.Header.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("picture within: %s %v", inside, inside.Header)
	}
	select {
	case u := <-asked:
		t.Errorf("%s was asked for", u)
	default:
	}

	got = pictures(a.Must(200, "li", "GET", path+"/html?images=1", nil).Body)
	if len(got) != 5 {
		t.Fatalf("pictures %q", got)
	}
	if outside := a.Must(200, "", "GET", got[2], nil); !bytes.Equal(outside.Body, png) || outside.Header.Get("Content-Type") != "image/png" {
		t.Errorf("picture from elsewhere: %s", outside)
	}
	if u := <-asked; u != "/logo.png?who=zhang" {
		t.Errorf("asked for %s", u)
	}
	for _, address := range got[3:] { // too large; no picture
		if bad := a.Ask("", "GET", address, nil); bad.Status != 404 {
			t.Errorf("%s = %s", address, bad)
		}
	}
	for what, address := range map[string]string{
		"another picture":    strings.Replace(got[2], "logo", "other", 1),
		"another time":       strings.Replace(got[2], "until=1", "until=2", 1),
		"no signature":       got[2][:strings.Index(got[2], "&sign")],
		"another attachment": strings.Replace(got[0], "/attachments/1/", "/attachments/2/", 1),
		"as an attachment":   strings.Replace(got[2], "/messages/", "/attachments/", 1),
	} {
		if bad := a.Ask("", "GET", address, nil); bad.Status != 404 {
			t.Errorf("%s: %s = %s, want 404", what, address, bad)
		}
	}

	raw := a.Must(200, "li", "GET", path+"/raw", nil)
	if string(raw.Body) != "Subject: x\r\n\r\nx" || !strings.HasPrefix(raw.Header.Get("Content-Disposition"), "attachment; filename=\"message-") {
		t.Errorf("raw: %s %v", raw, raw.Header)
	}
	if bad := a.Ask("li", "GET", path+"/html?images=yes", nil); bad.Status != 400 || bad.Get("errors.0.field") != "images" {
		t.Errorf("images=yes: %s", bad)
	}
	plain := a.open("li", "zhang@example.cn", "no html").ID("message_id")
	for _, part := range []string{"html", "raw"} {
		if none := a.Ask("li", "GET", fmt.Sprint("/api/v1/messages/", plain, "/", part), nil); none.Status != 404 {
			t.Errorf("%s of a plain message: %s", part, none)
		}
	}
}

// Every wrong request names its field, in the caller's language.
func TestWrongRequestsNameTheirField(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	a.Hire("li", "agent")
	id := a.open("li", "zhang@example.cn", "x").ID("id")
	one := fmt.Sprint("/api/v1/tickets/", id)
	// with replaces or adds a member of a good new ticket.
	with := func(name, value string) string {
		members := map[string]string{"subject": `"s"`, "channel": `"form"`, "text": `"t"`, "contact": `{"name":"n"}`}
		members[name] = value
		var parts []string
		for k, v := range members {
			if v != "" {
				parts = append(parts, fmt.Sprintf("%q:%s", k, v))
			}
		}
		return "{" + strings.Join(parts, ",") + "}"
	}
	long := func(n int) string { return `"` + strings.Repeat("长", n) + `"` }
	for _, c := range []struct{ method, path, body, field, code string }{
		{"POST", "/api/v1/tickets", with("role", `"admin"`), "role", "unknown"},
		{"POST", "/api/v1/tickets", `{"subject":"a","subject":"b"}`, "subject", "duplicate"},
		{"POST", "/api/v1/tickets", with("subject", ""), "subject", "required"},
		{"POST", "/api/v1/tickets", with("text", ""), "text", "required"},
		{"POST", "/api/v1/tickets", with("contact", ""), "contact", "required"},
		{"POST", "/api/v1/tickets", with("subject", `""`), "subject", "too_short"},
		{"POST", "/api/v1/tickets", with("subject", `"   "`), "subject", "required"},
		{"POST", "/api/v1/tickets", with("subject", long(1001)), "subject", "too_long"},
		{"POST", "/api/v1/tickets", with("text", long(500_001)), "text", "too_long"},
		{"POST", "/api/v1/tickets", with("subject", `"a\u0000b"`), "subject", "nul"},
		{"POST", "/api/v1/tickets", with("channel", `"Phone Call"`), "channel", "bad_channel"},
		{"POST", "/api/v1/tickets", with("contact", `{}`), "contact", "contact_empty"},
		{"POST", "/api/v1/tickets", with("contact", `{"email":"nobody"}`), "contact.email", "bad_email"},
		{"POST", "/api/v1/tickets", with("contact", `{"phone":"12"}`), "contact.phone", "bad_phone"},
		{"POST", "/api/v1/tickets", with("contact", `{"name":7}`), "contact.name", "not_string"},
		{"POST", "/api/v1/tickets", with("contact", `{"id":7777}`), "contact.id", "unknown_contact"},
		{"POST", "/api/v1/tickets", with("contact", `{"id":"7"}`), "contact.id", "not_integer"},
		{"POST", "/api/v1/tickets", with("channel", ""), "channel", "required"},
		{"POST", "/api/v1/tickets", with("cc", `["a@b.cn"]`), "cc", "wrong_direction"},
		{"POST", "/api/v1/tickets", with("state", `"open"`), "state", "wrong_direction"},
		{"POST", "/api/v1/tickets", with("priority", `5`), "priority", "too_large"},
		{"POST", "/api/v1/tickets", with("assignee_id", `7777`), "assignee_id", "unknown_agent"},
		{"POST", "/api/v1/tickets", with("direction", `"sideways"`), "direction", "not_allowed"},
		{"POST", "/api/v1/tickets", with("direction", `"out"`), "channel", "not_allowed"},
		{"POST", "/api/v1/tickets", `{"direction":"out","subject":"s","text":"t","contact":{"phone":"13800138000"}}`, "contact.email", "required"},
		{"POST", "/api/v1/tickets", `{"direction":"out","subject":"s","text":"t","contact":{"email":"a@b.cn"},"cc":["nobody"]}`, "cc", "bad_email"},
		{"POST", "/api/v1/tickets", with("queue", `77`), "queue", "unknown_queue"},
		{"POST", "/api/v1/tickets", with("queue", `"first"`), "queue", "not_integer"},
		{"POST", "/api/v1/tickets", with("tags", `[""]`), "tags", "bad_tag"},
		{"POST", "/api/v1/tickets", `{"subject":`, "subject", "bad_json"},
		{"POST", "/api/v1/tickets", with("text", `"`+strings.Repeat("x", 5<<20)+`"`), "text", "body_too_large"},
		{"PATCH", one, `{"state":"asleep"}`, "state", "not_allowed"},
		{"PATCH", one, `{"priority":9}`, "priority", "too_large"},
		{"PATCH", one, `{"assignee_id":9999}`, "assignee_id", "unknown_agent"},
		{"PATCH", one, `{"queue_id":9999}`, "queue_id", "unknown_queue"},
		{"PATCH", one, `{"number":"1"}`, "number", "unknown"},
		{"PATCH", one, `{"created_at":"2020-01-01T00:00:00Z"}`, "created_at", "unknown"},
		{"POST", one + "/messages", `{"direction":"up","text":"x"}`, "direction", "not_allowed"},
		{"POST", one + "/messages", `{"direction":"note"}`, "text", "required"},
		{"POST", one + "/messages", `{"direction":"note","text":" "}`, "text", "required"},
		{"POST", one + "/messages", `{"direction":"note","text":"x","to":["a@b.cn"]}`, "to", "wrong_direction"},
		{"POST", one + "/messages", `{"direction":"note","text":"x","html":"x"}`, "html", "wrong_direction"},
		{"POST", one + "/messages", `{"direction":"out","html":"<b></b>"}`, "html", "no_words"},
		{"POST", one + "/messages", `{"direction":"out"}`, "text", "required"},
		{"POST", one + "/messages", `{"direction":"note","text":""}`, "text", "required"},
		{"POST", one + "/messages", `{"direction":"out","html":"` + strings.Repeat("好", 500_001) + `"}`, "html", "too_long"},
		{"POST", one + "/messages", `{"direction":"out","text":"x","note_type":"y"}`, "note_type", "wrong_direction"},
		{"POST", one + "/messages", `{"direction":"out","text":"x","to":["a b"]}`, "to", "bad_email"},
		{"POST", one + "/messages", `{"direction":"out","text":"x","attachments":[77]}`, "attachments", "unknown_attachment"},
		{"POST", one + "/messages", `{"direction":"in","text":"x","channel":"A"}`, "channel", "bad_channel"},
		{"GET", "/api/v1/tickets?limit=0", "", "limit", "too_small"},
		{"GET", "/api/v1/tickets?limit=1&limit=2", "", "limit", "duplicate"},
		{"GET", "/api/v1/tickets?colour=red", "", "colour", "unknown"},
		{"GET", "/api/v1/tickets?after=nonsense", "", "after", "bad_cursor"},
		{"GET", "/api/v1/tickets?assignee=somebody", "", "assignee", "unknown_agent"},
		{"GET", "/api/v1/tickets/x", "", "id", "not_integer"},
		{"PATCH", "/api/v1/contacts/1", `{"language":"fr"}`, "language", "not_allowed"},
	} {
		var body any
		if c.body != "" {
			body = c.body
		}
		for language, detail := range map[string]bool{"zh": true, "en": false} {
			got := a.Ask("li", c.method, c.path, body, "Accept-Language", language)
			words := fmt.Sprint(got.Get("errors.0.detail"))
			if got.Status != 400 || got.Header.Get("Content-Type") != "application/problem+json" ||
				got.Get("errors.0.field") != c.field || got.Get("errors.0.code") != c.code {
				t.Errorf("%s %s %.60s = %.300s, want %s %s", c.method, c.path, c.body, got, c.field, c.code)
			} else if chinese := strings.ContainsFunc(words, func(r rune) bool { return r >= 0x4e00 && r < 0xa000 }); chinese != detail {
				t.Errorf("%s %s in %s: %q", c.field, c.code, language, words)
			}
		}
	}
}

func TestCustomers(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	a.Hire("li", "agent")
	id := a.open("li", "zhang@example.cn", "x").ID("contact_id")
	path := fmt.Sprint("/api/v1/contacts/", id)
	a.Must(204, "li", "PATCH", path, `{"name":"张大伟","language":"zh","account":"宏远轴承","add_points":[{"kind":"phone","address":"010-6552 8888"}]}`)
	got := a.Must(200, "li", "GET", path, nil)
	if got.Get("name") != "张大伟" || got.Get("account.name") != "宏远轴承" || got.Get("points.1.address") != "+861065528888" {
		t.Errorf("contact %s", got)
	}
	account := a.Must(200, "li", "GET", fmt.Sprint("/api/v1/accounts/", got.ID("account.id")), nil)
	if account.Get("name") != "宏远轴承" || account.Get("contacts.0.name") != "张大伟" {
		t.Errorf("account %s", account)
	}
	for q, found := range map[string]bool{"zhang": true, "ZHANG@": true, "%E5%BC%A0": true, "%2B8610": true, "hang": false, "": false, "%25": false} {
		l := a.Must(200, "li", "GET", "/api/v1/contacts?q="+q, nil)
		if (l.ID("items.0.id") == id) != found || l.Get("items") == nil {
			t.Errorf("find %q: %s", q, l)
		}
	}
	second := a.open("li", "other@example.cn", "y").ID("contact_id")
	taken := a.Ask("li", "PATCH", fmt.Sprint("/api/v1/contacts/", second), `{"add_points":[{"kind":"email","address":"ZHANG@example.cn"}]}`)
	if taken.Status != 409 || taken.Get("code") != "address_taken" {
		t.Errorf("an address twice: %s", taken)
	}
	for _, missing := range []string{"/api/v1/contacts/999", "/api/v1/accounts/999"} {
		if got := a.Ask("li", "GET", missing, nil); got.Status != 404 {
			t.Errorf("%s: %s", missing, got)
		}
	}
}
