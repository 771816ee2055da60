package tickets_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"frontline/crm"
	"frontline/internal/authority"
	"frontline/internal/fault"
	"frontline/tickets"
)

func TestAContactBecomesATicket(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	got := w.mail("Zhang.Wei@Example.cn", "主轴转速不稳", copied("boss@example.cn", "not an address"), func(in *tickets.Inbound) {
		in.Name, in.Text, in.Reply, in.HTML = "张伟", "8000 转以上\n报警 AL-401\n> 旧文", "8000 转以上\n报警 AL-401", "<p>x</p>"
		in.At = time.Now().Add(-time.Hour)
	})
	if !got.Opened || got.Duplicate || got.Number == "" {
		t.Errorf("received %+v, want a new ticket with a number", got)
	}
	v := w.view(got.Ticket)
	if v.Subject != "主轴转速不稳" || v.State != "open" || v.Channel != "email" || v.QueueID != 1 || v.Contact.Name != "张伟" || v.Contact.Address != "zhang.wei@example.cn" ||
		v.LastDirection != "in" || v.LastSnippet != "8000 转以上 报警 AL-401" || v.LastMessageID != got.Message {
		t.Errorf("ticket %+v", v.Row)
	}
	var who []string
	for _, p := range v.Participants {
		who = append(who, p.Role+" "+p.Address)
	}
	if want := []string{"requester zhang.wei@example.cn", "cc boss@example.cn"}; !slices.Equal(who, want) {
		t.Errorf("participants %q, want %q", who, want)
	}
	e := w.timeline(got.Ticket)[0]
	if e.Direction != "in" || e.Text != "8000 转以上\n报警 AL-401\n> 旧文" || e.Reply != "8000 转以上\n报警 AL-401" || !e.HasHTML || e.HasRaw ||
		e.Author != (tickets.Author{Kind: "contact", ID: got.ContactID, Name: "张伟", Address: "zhang.wei@example.cn"}) || time.Since(e.At) < time.Minute {
		t.Errorf("message %+v", e)
	}
	if got := w.heard("ticket.created", fmt.Sprint("ticket:", got.Ticket)); !slices.Equal(got, []string{"queue:1", fmt.Sprint("ticket:", v.ID)}) {
		t.Errorf("told %q", got)
	}
}

// Whatever comes twice, from however many sides, is one message in one ticket.
func TestSixteenDeliveriesOfOneMailMakeOneTicket(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	in := w.inbound("zhang@example.cn", "once")
	var got [16]tickets.Received
	crowd(16, func(i int) {
		var err error
		if got[i], err = w.tickets.Receive(t.Context(), email, in); err != nil {
			t.Error(err)
		}
	})
	opened := 0
	for _, r := range got {
		if r.Opened {
			opened++
		}
		if r.Ticket != got[0].Ticket || r.Message != got[0].Message || r.Opened == r.Duplicate {
			t.Errorf("%+v and %+v, want one ticket and one message", r, got[0])
		}
	}
	if opened != 1 || w.count(`select count(*) from messages`) != 1 || w.count(`select count(*) from events`) != 1 {
		t.Errorf("%d opened a ticket, want one, with one message and one event", opened)
	}
	// The same name in another channel is another message.
	in.Channel = "webchat"
	if r, err := w.tickets.Receive(t.Context(), email, in); err != nil || r.Duplicate {
		t.Errorf("in another channel %+v, %v", r, err)
	}
	// Without a name nothing can be told apart.
	for range 2 {
		if r := w.mail("zhang@example.cn", "again", func(in *tickets.Inbound) { in.RemoteID = "" }); r.Duplicate {
			t.Error("a message without a name was taken for another")
		}
	}
}

func TestSixteenMailsOfANewCustomerMakeOneContact(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var all [16]tickets.Inbound
	for i := range all {
		all[i] = w.inbound([]string{"li@example.cn", "LI@Example.CN", "Li@example.cn"}[i%3], fmt.Sprint("mail ", i))
	}
	crowd(16, func(i int) {
		if _, err := w.tickets.Receive(t.Context(), email, all[i]); err != nil {
			t.Error(err)
		}
	})
	if c, n := w.count(`select count(*) from contacts`), w.count(`select count(*) from tickets`); c != 1 || n != 16 {
		t.Errorf("%d contacts and %d tickets, want 1 and 16", c, n)
	}
	if n := w.count(`select count(distinct number) from tickets`); n != 16 {
		t.Errorf("%d numbers for 16 tickets", n)
	}
}

// Which ticket a mail belongs to.
func TestWhereAMailBelongs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	li := w.Hire("li", "agent")
	first := w.mail("zhang@example.cn", "first", copied("boss@example.cn"), func(in *tickets.Inbound) { in.Keys = []string{"k1", "provider-1"} })
	reply := w.reply(li, first.Ticket, "an answer")
	out := fmt.Sprintf("out-%d@us", reply)
	// The customer has a second address.
	if err := w.crm.EditContact(t.Context(), li, first.ContactID, crm.Change{AddPoints: []crm.Point{{Kind: crm.Email, Address: "zhang@home.cn"}}}); err != nil {
		t.Fatal(err)
	}
	other := w.mail("wang@example.cn", "other", func(in *tickets.Inbound) { in.Keys = []string{"k2"} })
	merged := w.mail("zhang@example.cn", "merged", func(in *tickets.Inbound) { in.Keys = []string{"k3"} })
	w.hand(`update tickets set merged_into = $2 where id = $1`, merged.Ticket, first.Ticket)

	for name, c := range map[string]struct {
		from   string
		edits  []func(*tickets.Inbound)
		join   int64 // 0: a new ticket
		link   string
		linked int64
	}{
		"no hint":                                 {from: "zhang@example.cn"},
		"the token of our reply":                  {"zhang@example.cn", []func(*tickets.Inbound){names("token", first.Ticket)}, first.Ticket, "", 0},
		"a reference to the customer's mail":      {"zhang@example.cn", []func(*tickets.Inbound){refersTo("k1")}, first.Ticket, "", 0},
		"a reference to an id of the provider":    {"zhang@example.cn", []func(*tickets.Inbound){refersTo("nowhere", "provider-1")}, first.Ticket, "", 0},
		"a reference to our reply":                {"ZHANG@example.cn", []func(*tickets.Inbound){refersTo(out)}, first.Ticket, "", 0},
		"the number in the subject":               {"zhang@example.cn", []func(*tickets.Inbound){names("subject", first.Ticket)}, first.Ticket, "", 0},
		"somebody in copy":                        {"Boss@example.cn", []func(*tickets.Inbound){refersTo("k1")}, first.Ticket, "", 0},
		"the customer's other address":            {"zhang@home.cn", []func(*tickets.Inbound){refersTo("k1")}, first.Ticket, "", 0},
		"a stranger with the token":               {"eve@example.com", []func(*tickets.Inbound){names("token", first.Ticket)}, 0, "perhaps token_other_sender", first.Ticket},
		"a stranger with a reference":             {"eve@example.com", []func(*tickets.Inbound){refersTo("k1")}, 0, "perhaps reference_other_sender", first.Ticket},
		"a reference nobody knows":                {"zhang@example.cn", []func(*tickets.Inbound){refersTo("nowhere")}, 0, "", 0},
		"a ticket that is not there":              {"zhang@example.cn", []func(*tickets.Inbound){names("subject", 999)}, 0, "", 0},
		"the first reference counts":              {"zhang@example.cn", []func(*tickets.Inbound){refersTo("k1", "k2")}, first.Ticket, "", 0},
		"a hint that fails, then one that holds":  {"zhang@example.cn", []func(*tickets.Inbound){names("token", other.Ticket), refersTo("k1")}, first.Ticket, "", 0},
		"two hints that fail: the first is shown": {"eve@example.com", []func(*tickets.Inbound){refersTo("k2"), names("subject", first.Ticket)}, 0, "perhaps reference_other_sender", other.Ticket},
		"a merged ticket leads on":                {"zhang@example.cn", []func(*tickets.Inbound){refersTo("k3")}, first.Ticket, "", 0},
		"another channel's reference":             {"zhang@example.cn", []func(*tickets.Inbound){refersTo("k1"), func(in *tickets.Inbound) { in.Channel = "webchat" }}, 0, "", 0},
	} {
		got := w.mail(c.from, name, c.edits...)
		if c.join != 0 {
			if got.Opened || got.Ticket != c.join {
				t.Errorf("%s: %+v, want ticket %d", name, got, c.join)
			}
			continue
		}
		if !got.Opened {
			t.Errorf("%s: joined ticket %d, want a new one", name, got.Ticket)
		}
		var links []string
		for _, l := range w.view(got.Ticket).Links {
			links = append(links, fmt.Sprintf("%s %s to %d", l.Kind, l.Reason, l.Ticket.ID))
		}
		want := []string(nil)
		if c.link != "" {
			want = []string{fmt.Sprintf("%s to %d", c.link, c.linked)}
		}
		if !slices.Equal(links, want) {
			t.Errorf("%s: links %q, want %q", name, links, want)
		}
	}
	// A ring of merges ends.
	w.hand(`update tickets set merged_into = $2 where id = $1`, first.Ticket, merged.Ticket)
	if got := w.mail("zhang@example.cn", "ring", refersTo("k1")); !got.Opened {
		t.Error("joined a ring of merged tickets")
	}
}

// The customer's own words wake a ticket; a machine's do not; too late a word opens a new one.
func TestWhatWakesATicket(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	li := w.Hire("li", "agent")
	for _, state := range []string{"pending", "on_hold", "resolved", "closed"} {
		first := w.mail("zhang@example.cn", state)
		key := fmt.Sprintf("mail-%d@zhang@example.cn", w.mails)
		w.edit(li, first.Ticket, tickets.Edit{State: &state, SubState: ptr("waiting")})

		w.mail("zhang@example.cn", "I am away", refersTo(key), machine)
		if v := w.view(first.Ticket); v.State != state {
			t.Errorf("an automatic mail made %s %s", state, v.State)
		}
		w.mail("zhang@example.cn", "still broken", refersTo(key))
		if v := w.view(first.Ticket); v.State != "open" || v.SubState != "" || v.LastSnippet != "still broken" {
			t.Errorf("the customer's answer made %s %s with %q", state, v.State, v.SubState)
		}
		reopened := 0
		if state == "resolved" || state == "closed" {
			reopened = 1
		}
		if n := w.count(`select reopened from tickets where id = $1 and resolved_at is null and closed_at is null`, first.Ticket); n != reopened {
			t.Errorf("%s counts as reopened %d times, want %d", state, n, reopened)
		}
		if story := w.story(first.Ticket); !slices.Equal(story, []string{"in", "state", "sub_state", "in", "in", "state"}) {
			t.Errorf("%s: story %q", state, story)
		}
	}
	// After the set time the ticket rests, and a new one follows it.
	old := w.mail("zhang@example.cn", "old")
	key := fmt.Sprintf("mail-%d@zhang@example.cn", w.mails)
	w.edit(li, old.Ticket, tickets.Edit{State: ptr("resolved")})
	w.hand(`update tickets set resolved_at = now() - interval '14 days 1 minute' where id = $1`, old.Ticket)
	next := w.mail("zhang@example.cn", "again", refersTo(key))
	if v := w.view(next.Ticket); !next.Opened || len(v.Links) != 1 || v.Links[0].Kind != "follows" || v.Links[0].Ticket.ID != old.Ticket {
		t.Errorf("after two weeks %+v with links %+v, want a new ticket that follows", next, v.Links)
	}
	w.hand(`update ticket_settings set reopen_days = 30`)
	if got := w.mail("zhang@example.cn", "again", refersTo(key)); got.Ticket != old.Ticket {
		t.Errorf("within the set time %+v, want ticket %d", got, old.Ticket)
	}
}

// A bounce or robot that belongs nowhere opens nothing.
func TestQuietMailOpensNoTicket(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	got := w.mail("mailer-daemon@example.cn", "undelivered", machine, quietly)
	if got.Ticket != 0 || got.Opened || got.Message != 0 {
		t.Errorf("received %+v, want nothing opened", got)
	}
	first := w.mail("zhang@example.cn", "hello")
	key := fmt.Sprintf("mail-%d@zhang@example.cn", w.mails)
	if got := w.mail("zhang@example.cn", "away", machine, quietly, refersTo(key)); got.Ticket != first.Ticket {
		t.Errorf("received %+v, want it to join", got)
	}
}

func TestAFormIsAnsweredWhereItsCustomerIs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	second := w.queue("二线")
	got, err := w.tickets.Receive(t.Context(), eye, tickets.Inbound{
		Channel: "form", From: crm.Point{Kind: crm.Phone, Address: "138 0013 8000"}, Name: "张伟", Subject: "报修", Text: "坏了",
		Queue: second, Type: "故障", Severity: "停机", Tags: []string{"机床"},
	})
	if err != nil {
		t.Fatal(err)
	}
	if v := w.view(got.Ticket); v.QueueID != second || v.Type != "故障" || v.Severity != "停机" || !slices.Equal(v.Tags, []string{"机床"}) || v.Contact.Address != "+8613800138000" {
		t.Errorf("ticket %+v", v.Row)
	}
	_, err = w.tickets.Receive(t.Context(), eye, tickets.Inbound{Channel: "form", From: crm.Point{Kind: crm.Email, Address: "a@x"}, Queue: 999})
	w.wants("a queue that is not there", err, fault.Invalid, "unknown_queue")
	_, err = w.tickets.Receive(t.Context(), eye, tickets.Inbound{Channel: "form", From: crm.Point{Kind: crm.Email, Address: "nobody"}})
	w.wants("an address that is none", err, fault.Invalid, "bad_email")
	// A company that took its default queue away still takes contacts in.
	w.hand(`update ticket_settings set default_queue = null`)
	if got := w.mail("a@x", "hello"); !got.Opened {
		t.Error("nothing was opened without a default queue")
	}
}

func TestFilesComeWithTheirMessage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ref, err := w.blobs.Put(t.Context(), strings.NewReader("%PDF"))
	if err != nil {
		t.Fatal(err)
	}
	got := w.mail("a@x", "file", func(in *tickets.Inbound) {
		in.Files = []tickets.File{{Ref: ref, Name: "手册\u202efdp.exe\x00", Type: "application/pdf\r\n"}, {Ref: ref, Name: "logo.png", Type: "image/png", Inline: true, CID: "logo@x"}}
		in.RawHash = ref.Hash
	})
	e := w.timeline(got.Ticket)[0]
	if len(e.Attachments) != 2 || e.Attachments[0].Name != "手册fdp.exe" || e.Attachments[0].Type != "application/pdf" || e.Attachments[0].Size != 4 || !e.Attachments[1].Inline || !e.HasRaw {
		t.Errorf("attachments %+v", e.Attachments)
	}
	_, _, inline, err := w.tickets.HTML(t.Context(), eye, got.Message)
	if err != nil || inline["logo@x"] != e.Attachments[1].ID {
		t.Errorf("inline files %v, %v", inline, err)
	}
	err = w.Gate.View(t.Context(), eye, func(q authority.Query) error {
		files, err := w.tickets.Files(t.Context(), q, got.Message)
		if len(files) != 2 || files[0].Hash != ref.Hash {
			t.Errorf("files to send %+v", files)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
	// What is quarantined has no words, and is shown with its raw source.
	if n := w.count(`select count(*) from attachments where message_id = $1`, got.Message); n != 2 {
		t.Errorf("%d attachments", n)
	}
}

func TestAMessageTellsWhatItsHTMLHas(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, c := range []struct {
		html              string
		formatted, remote bool
	}{
		{"", false, false},
		{`<div style="color:#000">Yes.<br><b>Li</b></div>`, false, false},
		{`<p>Tables and images are words.</p>`, false, false},
		{`<TABLE border=0><tr><td>1</td></tr></table>`, true, false},
		{`<ul><li>one</li></ul>`, true, false},
		{`<p>my answers <span style="font-size:9pt; COLOR: red">in red</span></p>`, true, false},
		{`<img src="cid:logo">`, true, false},
		{`<img src="data:image/png;base64,aHR0cDovLw==">`, true, false},
		{`<img alt=x src=https://shop.example/a.gif>`, true, true},
		{"<img\nwidth=1 SRC = '//shop.example/a.gif'/>", true, true},
	} {
		got := w.mail("a@x", "html", func(in *tickets.Inbound) { in.HTML = c.html })
		if e := w.timeline(got.Ticket)[0]; e.HasHTML != (c.html != "") || e.Formatted != c.formatted || e.Remote != c.remote {
			t.Errorf("%q: html %v, formatted %v, remote pictures %v", c.html, e.HasHTML, e.Formatted, e.Remote)
		}
	}
}

// A part within somebody else's transaction, as the mail reader uses it: all or nothing.
func TestKeepIsUndoneWithItsTransaction(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	in := w.inbound("a@x", "undone")
	err := w.Gate.Do(ctx, email, func(tx *authority.Tx) error {
		if err := tx.Allow(ctx, authority.Act{Name: "ticket.receive"}); err != nil {
			return err
		}
		if _, err := w.tickets.Keep(ctx, tx, in); err != nil {
			return err
		}
		return context.Canceled
	})
	if err == nil || w.count(`select (select count(*) from tickets) + (select count(*) from contacts)`) != 0 {
		t.Errorf("Do = %v, want all undone", err)
	}
}

// What is larger than the limits is cut; the whole is in the raw message.
func TestAHugeMailIsCut(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	huge := strings.Repeat("长", 3<<20)
	got := w.mail("zhang@example.cn", huge, func(in *tickets.Inbound) { in.HTML, in.Name = huge, huge })
	if v := w.view(got.Ticket); len([]rune(v.Subject)) != 1000 || len([]rune(v.LastSnippet)) != 160 || len([]rune(v.Contact.Name)) != 200 {
		t.Errorf("subject of %d, snippet of %d, name of %d characters", len(v.Subject), len(v.LastSnippet), len(v.Contact.Name))
	}
	if e := w.timeline(got.Ticket)[0]; len([]rune(e.Text)) != tickets.MaxShown {
		t.Errorf("the timeline shows %d characters, want %d", len([]rune(e.Text)), tickets.MaxShown)
	}
	if n := w.count(`select length(text) from messages`); n != 2<<20 {
		t.Errorf("kept %d characters, want 2 Mi", n)
	}
}
