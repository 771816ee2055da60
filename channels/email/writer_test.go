package email

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"frontline/channels/email/emailtest"
	"frontline/channels/email/mime"
	"frontline/internal/authority"
	"frontline/internal/fault"
	"frontline/tickets"
)

// from gives who a message is from, and where answers to it go.
func (w *world) from(message int64) (author string, replyTo, problems []string) {
	w.t.Helper()
	if err := w.gate.View(w.ctx, cli, func(q authority.Query) error {
		return q.QueryRow(w.ctx, `select author_address, reply_to, problems from messages where id = $1`, message).Scan(&author, &replyTo, &problems)
	}); err != nil {
		w.t.Fatal(err)
	}
	return author, replyTo, problems
}

func TestAWebFormsMailIsFromTheCustomerWhoFilledItIn(t *testing.T) {
	w := newWorld(t)
	for _, x := range []struct{ name, headers, customer string }{
		{"the mailbox itself", "From: 网站 <kefu@frontline.test>\nReply-To: =?utf-8?B?5byg5LiJ?= <zhang@customer.test>", "zhang@customer.test"},
		{"another address of the house", "From: web-01@frontline.test\nReply-To: li@customer.test", "li@customer.test"},
		{"a robot elsewhere", "From: no-reply@forms.example\nReply-To: wang@customer.test", "wang@customer.test"},
		{"a form by its own word", "From: shop@host.example\nX-WPCF7-Content-Type: text/plain\nReply-To: zhao@customer.test", "zhao@customer.test"},
		{"ourselves first", "From: wordpress@host.example\nReply-To: kefu@frontline.test, qian@customer.test", "qian@customer.test"},
		{"a person", "From: sun@customer.test\nReply-To: sun-home@other.test", "sun@customer.test"},
		{"a robot without Reply-To", "From: noreply@bank.test", "noreply@bank.test"},
		{"a robot that answers itself", "From: noreply@bank.test\nReply-To: NOREPLY@bank.test", "noreply@bank.test"},
		{"Reply-To is only ours", "From: sun@customer.test\nReply-To: <KEFU@frontline.test>", "sun@customer.test"},
		{"Reply-To is nonsense", "From: wordpress@host.example\nReply-To: nobody at all", "wordpress@host.example"},
	} {
		r := w.arrives(x.headers+"\nSubject: "+x.name, "您好，我要报修："+x.name)
		if author, _, _ := w.from(r.Message); author != x.customer {
			t.Errorf("%s: from %q, want %q", x.name, author, x.customer)
		}
	}
	// The mailbox of another house at a public provider: its neighbours are strangers.
	w.mailboxAt(Edit{Name: "QQ", Address: "our-shop@qq.com", QueueID: 1})
	r := w.arrives("From: neighbour@qq.com\nReply-To: zhang@customer.test\nSubject: x", "冒充")
	if author, replyTo, _ := w.from(r.Message); author != "neighbour@qq.com" || !slices.Equal(replyTo, []string{"zhang@customer.test"}) {
		t.Errorf("a neighbour at a public provider: from %q, answers to %q", author, replyTo)
	}
}

func TestAClaimedSenderJoinsNothingThatHeCouldNotKnow(t *testing.T) {
	w := newWorld(t)
	first := w.arrives("From: zhang@customer.test\nSubject: 报价", "请报价")
	ours := w.deliveries(first.Ticket)[0]
	token := w.names.replyTo(w.address, first.Ticket)
	for name, headers := range map[string]string{
		"a stranger's robot with our Message-ID":  "From: noreply@evil.test\nReply-To: zhang@customer.test\nIn-Reply-To: <" + ours + ">",
		"a stranger's robot at our token address": "From: noreply@evil.test\nTo: " + token + "\nReply-To: zhang@customer.test",
		"a stranger's form":                       "From: eve@evil.test\nX-Form-Id: 1\nReply-To: zhang@customer.test\nReferences: <m1@customer.test>",
		"our own form with a copied Message-ID":   "From: web@frontline.test\nReply-To: zhang@customer.test\nReferences: <m1@customer.test>",
	} {
		r := w.arrives(headers+"\nSubject: "+name, "告诉我价格："+name)
		if r.Ticket == first.Ticket || r.LinkKind != "perhaps" || r.Ticket == 0 {
			t.Errorf("%s: %+v, want a ticket of its own, perhaps of %d", name, r, first.Ticket)
		}
		if _, _, problems := w.from(r.Message); !slices.Contains(problems, "sender_from_reply_to") {
			t.Errorf("%s: problems %q do not say where the sender is from", name, problems)
		}
	}
	stranger := w.arrives("From: group@frontline.test\nReply-To: eve@evil.test\nSubject: Re\nIn-Reply-To: <"+ours+">", "我也要")
	if stranger.Ticket == first.Ticket {
		t.Error("somebody who takes no part joined through our group address")
	}
	group := w.arrives("From: \"zhang via kefu\" <group@frontline.test>\nReply-To: zhang@customer.test\nSubject: Re\nIn-Reply-To: <"+ours+">", "经由群组地址的答复")
	if group.Ticket != first.Ticket {
		t.Errorf("an answer through our own group address, with our signed Message-ID: ticket %d, want %d", group.Ticket, first.Ticket)
	}
}

func TestAnswersGoWhereTheSenderWantsThem(t *testing.T) {
	w := newWorld(t)
	sink, courier := w.outside(emailtest.SMTP{})
	li := w.admin()
	reply := func(ticket int64) []string {
		t.Helper()
		if _, err := w.tickets.Reply(w.ctx, li, tickets.Reply{Ticket: ticket, Text: "您好"}); err != nil {
			t.Fatal(err)
		}
		if _, err := courier.Deliver(w.ctx, ticket); err != nil {
			t.Fatal(err)
		}
		all := sink.Messages()
		return all[len(all)-1].To
	}
	form := w.arrives("From: wordpress@host.example\nReply-To: zhang@customer.test\nSubject: 报修", "主轴")
	if to := reply(form.Ticket); !slices.Equal(to, []string{"zhang@customer.test"}) {
		t.Errorf("a form is answered to %q", to)
	}
	person := w.arrives("From: sun@customer.test\nReply-To: sun@home.test, office@customer.test\nSubject: 询价", "价格")
	if to := reply(person.Ticket); !slices.Equal(to, []string{"sun@home.test", "office@customer.test"}) {
		t.Errorf("one who wants answers elsewhere is answered to %q", to)
	}
	back := w.arrives("From: sun@home.test\nSubject: Re: 询价\nIn-Reply-To: <"+w.deliveries(person.Ticket)[0]+">", "谢谢")
	if back.Ticket != person.Ticket {
		t.Errorf("the answer from where he wants them: ticket %d, want %d", back.Ticket, person.Ticket)
	}
}

func TestWhoGotABlindCopyIsNeverShownToOthers(t *testing.T) {
	w := newWorld(t)
	sink, courier := w.outside(emailtest.SMTP{})
	li := w.admin()
	send := func(r tickets.Reply) emailtest.Message {
		t.Helper()
		before := len(sink.Messages())
		if _, err := w.tickets.Reply(w.ctx, li, r); err != nil {
			t.Fatal(err)
		}
		if _, err := courier.Deliver(w.ctx, r.Ticket); err != nil {
			t.Fatal(err)
		}
		return sink.Wait(before + 1)[before]
	}
	roles := func(ticket int64) map[string]string {
		t.Helper()
		v, err := w.tickets.Ticket(w.ctx, li, ticket)
		if err != nil {
			t.Fatal(err)
		}
		out := map[string]string{}
		for _, p := range v.Participants {
			out[p.Address] = p.Role
		}
		return out
	}
	first := w.arrives("From: zhang@customer.test\nSubject: 事故", "请处理")
	out := send(tickets.Reply{Ticket: first.Ticket, Text: "已转法务", Cc: []string{"boss@customer.test"}, Bcc: []string{"Lawyer@law.test"}})
	if len(out.To) != 3 || strings.Contains(strings.ToLower(string(out.Raw)), "lawyer") {
		t.Fatalf("the blind copy: to %q, or named in the mail", out.To)
	}
	if got := roles(first.Ticket); got["lawyer@law.test"] != "bcc" || got["boss@customer.test"] != "cc" || got["zhang@customer.test"] != "requester" {
		t.Errorf("roles: %v", got)
	}
	secret := w.arrives("From: lawyer@law.test\nSubject: Re: 事故\nIn-Reply-To: <"+mime.Read(out.Raw, mime.DefaultLimits()).MessageID+">", "不要承认责任")
	if secret.Ticket != first.Ticket {
		t.Fatalf("the answer of one who got a blind copy: ticket %d, want %d", secret.Ticket, first.Ticket)
	}
	toCustomer := string(send(tickets.Reply{Ticket: first.Ticket, Text: "我们在查"}).Raw)
	read := mime.Read([]byte(toCustomer), mime.DefaultLimits())
	if strings.Contains(read.Text, "承认责任") || strings.Contains(toCustomer, "law.test") || strings.Contains(read.Text, "awyer") {
		t.Errorf("the customer learns of the lawyer:\n%s", read.Text)
	}
	if !strings.Contains(read.Text, "请处理") {
		t.Error("what the customer wrote is not quoted")
	}
	alone := send(tickets.Reply{Ticket: first.Ticket, Text: "明白", To: []string{"lawyer@law.test"}})
	if read := mime.Read(alone.Raw, mime.DefaultLimits()); !strings.Contains(read.Text, "承认责任") {
		t.Error("his own words are not quoted to him")
	}
	if got := roles(first.Ticket); got["lawyer@law.test"] != "bcc" {
		t.Errorf("answered alone he became %q", got["lawyer@law.test"])
	}
	send(tickets.Reply{Ticket: first.Ticket, Text: "现在公开", Cc: []string{"lawyer@law.test"}})
	if got := roles(first.Ticket); got["lawyer@law.test"] != "cc" {
		t.Errorf("put in copy he is %q, want cc", got["lawyer@law.test"])
	}
	send(tickets.Reply{Ticket: first.Ticket, Text: "再密送", Bcc: []string{"boss@customer.test"}})
	if got := roles(first.Ticket); got["boss@customer.test"] != "cc" {
		t.Errorf("known to all he became %q", got["boss@customer.test"])
	}
}

func TestWhoElseGotAMailTakesPartAndWeDoNot(t *testing.T) {
	w := newWorld(t)
	w.mailboxAt(Edit{Name: "销售", Address: "sales@frontline.test", QueueID: 1})
	li := w.admin()
	first := w.arrives("From: zhang@customer.test\nTo: <Kefu@frontline.test>, colleague@customer.test, zhang@customer.test, info@frontline.test\n"+
		"Cc: sales@frontline.test, boss@customer.test, colleague@customer.test\nX-Original-To: info@frontline.test\nSubject: 报修", "主轴")
	entries, err := w.tickets.Timeline(w.ctx, li, first.Ticket, 0, 2)
	if err != nil || len(entries) != 2 {
		t.Fatal(entries, err)
	}
	if got := entries[1].Others; !slices.Equal(got, []string{"colleague@customer.test", "boss@customer.test"}) {
		t.Errorf("an answer to all goes to %q besides the sender", got)
	}
	ours := w.deliveries(first.Ticket)[0]
	for _, from := range []string{"colleague@customer.test", "boss@customer.test"} {
		if r := w.arrives("From: "+from+"\nSubject: Re\nIn-Reply-To: <"+ours+">", "补充 "+from); r.Ticket != first.Ticket {
			t.Errorf("the answer of %s: ticket %d, want %d", from, r.Ticket, first.Ticket)
		}
	}
}

func TestAnAddressThatNoMailCanReachIsSaidAtOnce(t *testing.T) {
	w := newWorld(t)
	_, courier := w.outside(emailtest.SMTP{})
	li := w.admin()
	odd := w.arrives("From: =?utf-8?B?5byg5LiJ?= <张三@例子.中国>\nSubject: 主轴", "不稳")
	if odd.State != "done" || odd.Ticket == 0 {
		t.Fatalf("a mail from an address in Chinese: %+v", odd)
	}
	if _, err := w.tickets.Reply(w.ctx, li, tickets.Reply{Ticket: odd.Ticket, Text: "您好"}); !errors.Is(err, fault.Invalid) {
		t.Errorf("an answer that no server would take: %v, want invalid", err)
	}
	// One that was accepted before and proves to be none fails at once, and does not hold the ticket's next mail for two days.
	id, err := w.tickets.Reply(w.ctx, li, tickets.Reply{Ticket: odd.Ticket, Text: "您好", To: []string{"zhang@customer.test"}})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.gate.Do(w.ctx, self, func(tx *authority.Tx) error {
		if err := tx.Allow(w.ctx, authority.Act{Name: "ticket.receive", Object: "test"}); err != nil {
			return err
		}
		_, err := tx.Exec(w.ctx, `update messages set to_addresses = '{"zhang @customer.test"}' where id = $1`, id)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if wait, err := courier.Deliver(w.ctx, odd.Ticket); err != nil || wait != 0 {
		t.Fatalf("Deliver = %v, %v", wait, err)
	}
	if state, detail := w.delivery(id); state != "failed" || !strings.Contains(detail, "cannot_be_sent") {
		t.Errorf("delivery %q %q, want failed", state, detail)
	}
}
