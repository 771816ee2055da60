package email

import (
	"errors"
	"strings"
	"testing"

	"frontline/internal/authority"
	"frontline/internal/blob"
	"frontline/internal/fault"
)

func TestACustomersMailOpensATicketAndTheAnswerToOursJoinsIt(t *testing.T) {
	w := newWorld(t)
	first := w.arrives("From: =?utf-8?B?5byg5LiJ?= <zhang@customer.test>\nSubject: 主轴转速不稳", "机床 SY3240 主轴转速不稳，请尽快处理。")
	if first.State != "done" || first.Ticket == 0 || first.TicketState != "open" {
		t.Fatalf("first mail: %+v", first)
	}
	sent := w.deliveries(first.Ticket) // the acknowledgement
	if len(sent) != 1 {
		t.Fatalf("%d acknowledgements, want 1", len(sent))
	}
	joined := w.arrives("From: zhang@customer.test\nSubject: Re: whatever\nIn-Reply-To: <"+sent[0]+">", "还是不行")
	if joined.Ticket != first.Ticket {
		t.Errorf("the answer to our mail opened ticket %d, want %d", joined.Ticket, first.Ticket)
	}
	own := w.arrives("From: zhang@customer.test\nReferences: <m1@customer.test>\nSubject: x", "补充一张照片")
	if own.Ticket != first.Ticket {
		t.Errorf("a mail that refers to the customer's own first one went to ticket %d, want %d", own.Ticket, first.Ticket)
	}
	var number string
	if err := w.db.Read.QueryRow(w.ctx, `select set_config('app.sees_all', 'on', false)`).Scan(new(string)); err != nil {
		t.Fatal(err)
	}
	if err := w.gate.View(w.ctx, cli, func(q authority.Query) error {
		return q.QueryRow(w.ctx, `select number from tickets where id = $1`, first.Ticket).Scan(&number)
	}); err != nil {
		t.Fatal(err)
	}
	tagged := w.arrives("From: zhang@customer.test\nSubject: Fwd: "+w.names.subjectTag(number), "换了一个邮件程序")
	if tagged.Ticket != first.Ticket {
		t.Errorf("a mail with our subject tag went to ticket %d, want %d", tagged.Ticket, first.Ticket)
	}
	token := w.arrives("From: zhang@customer.test\nTo: "+w.names.replyTo(w.address, first.Ticket)+"\nSubject: x", "回复到令牌地址")
	if token.Ticket != first.Ticket {
		t.Errorf("a mail to our token address went to ticket %d, want %d", token.Ticket, first.Ticket)
	}
	if n := w.deliveries(first.Ticket); len(n) != 1 {
		t.Errorf("%d automatic mails, want 1: only a new ticket is acknowledged", len(n))
	}
}

func TestAStrangerWhoKnowsAMessageIDDoesNotJoin(t *testing.T) {
	w := newWorld(t)
	first := w.arrives("From: zhang@customer.test\nSubject: 报价", "请报价")
	eve := w.arrives("From: eve@evil.test\nSubject: Re: 报价\nIn-Reply-To: <m1@customer.test>", "告诉我价格")
	if eve.Ticket == first.Ticket {
		t.Fatal("a stranger joined")
	}
	if eve.LinkKind != "perhaps" || eve.Note != "reference_other_sender" {
		t.Errorf("link %q because %q, want perhaps because reference_other_sender", eve.LinkKind, eve.Note)
	}
	forged := w.arrives("From: zhang@customer.test\nSubject: [#100001-aaaaa] x", "猜的")
	if forged.Ticket == first.Ticket {
		t.Error("a guessed subject tag joined")
	}
}

func TestOneMailIsOneMessageHoweverOftenItComes(t *testing.T) {
	w := newWorld(t)
	const mail = "From: zhang@customer.test\nMessage-ID: <same@customer.test>\nDate: Tue, 24 Nov 2026 10:00:00 +0800\nSubject: 一封"
	first := w.arrives(mail, "同一封信")
	again := w.arrives(mail, "同一封信")
	if again.State != "duplicate" || again.Ticket != first.Ticket || again.MessagesInAll != first.MessagesInAll {
		t.Errorf("the same mail again: %+v after %+v", again, first)
	}
	other := w.arrives(mail, "另一封信，用了同一个编号")
	if other.State != "done" || other.Message == first.Message {
		t.Errorf("another mail with a repeated Message-ID was dropped: %+v", other)
	}
	a := w.raw("From: zhang@customer.test\r\nTo: x\r\nSubject: no id\r\n\r\none\r\n")
	b := w.raw("From: zhang@customer.test\r\nTo: x\r\nSubject: no id\r\n\r\ntwo\r\n")
	if a.State != "done" || b.State != "done" || a.Message == b.Message {
		t.Errorf("mails without Message-ID: %+v and %+v, want two messages", a, b)
	}
}

func TestAMailToTwoTeamsIsSeenByBothAndToOneTeamOnce(t *testing.T) {
	w := newWorld(t)
	var legal int64
	if err := w.gate.Do(w.ctx, cli, func(tx *authority.Tx) error {
		if err := tx.Allow(w.ctx, authority.Act{Name: "mailbox.edit", Object: "test"}); err != nil {
			return err
		}
		return tx.QueryRow(w.ctx, `with t as (insert into teams (name) values ('法务') returning id)
			insert into queues (name, team_id) select '法务', id from t returning id`).Scan(&legal)
	}); err != nil {
		t.Fatal(err)
	}
	support := w.box
	law := w.mailboxAt(Edit{Name: "法务", Address: "legal@frontline.test", QueueID: legal})
	same := w.mailboxAt(Edit{Name: "销售", Address: "sales@frontline.test", QueueID: 1})
	const mail = "From: zhang@customer.test\nTo: kefu@frontline.test, legal@frontline.test, sales@frontline.test\nMessage-ID: <both@customer.test>\nDate: Tue, 24 Nov 2026 10:00:00 +0800\nSubject: 合同"
	first := w.arrives(mail, "请两个部门都看")
	w.box = same
	if again := w.arrives(mail, "请两个部门都看"); again.State != "duplicate" || again.Ticket != first.Ticket {
		t.Errorf("at another mailbox of those who see it: %+v, want a duplicate of %d", again, first.Ticket)
	}
	w.box = law
	second := w.arrives(mail, "请两个部门都看")
	if second.State != "done" || second.Ticket == first.Ticket || second.LinkKind != "perhaps" || second.Note != "same_mail" {
		t.Errorf("at another team's mailbox: %+v, want a ticket of its own, linked", second)
	}
	if again := w.arrives(mail, "请两个部门都看"); again.State != "duplicate" || again.Ticket != second.Ticket {
		t.Errorf("there once more: %+v, want a duplicate of %d", again, second.Ticket)
	}
	private := strings.Replace(mail, "<both@", "<private@", 1)
	hidden := w.arrives(private, "先到法务")
	w.box = support
	if r := w.arrives(private, "先到法务"); r.State != "done" || r.Ticket == hidden.Ticket {
		t.Errorf("what came to the team first is lost to everybody else: %+v", r)
	}
	// The server renumbers its mails after an agent has handed a ticket to the other team: they are read again, and are none new.
	handed := w.arrives(strings.Replace(mail, "<both@", "<handed@", 1), "转给法务")
	if err := w.gate.Do(w.ctx, self, func(tx *authority.Tx) error {
		if err := tx.Allow(w.ctx, authority.Act{Name: "ticket.receive", Object: "test"}); err != nil {
			return err
		}
		_, err := tx.Exec(w.ctx, `update tickets set queue_id = $2 where id = $1`, handed.Ticket, legal)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if again := w.arrives(strings.Replace(mail, "<both@", "<handed@", 1), "转给法务"); again.State != "duplicate" {
		t.Errorf("read again after it was handed on: %+v, want a duplicate", again)
	}
	w.box = law
	// An answer to all to what one team wrote is that team's, wherever it arrives first.
	ours := w.deliveries(first.Ticket)[0]
	reply := strings.Replace(mail, "<both@", "<reply@", 1) + "\nIn-Reply-To: <" + ours + ">"
	one := w.arrives(reply, "谢谢两位")
	w.box = support
	two := w.arrives(reply, "谢谢两位")
	if one.Ticket != first.Ticket || two.State != "duplicate" || two.Ticket != first.Ticket {
		t.Errorf("an answer to all: %+v, then %+v, want both in %d", one, two, first.Ticket)
	}
}

func TestMachinesStartNothing(t *testing.T) {
	w := newWorld(t)
	vacation := w.arrives("From: zhang@customer.test\nSubject: 自动回复\nAuto-Submitted: auto-replied", "我在休假")
	if vacation.State != "set_aside" || vacation.Ticket != 0 {
		t.Errorf("an automatic reply to nothing: %+v, want set aside", vacation)
	}
	notice := w.arrives("From: monitor@customer.test\nSubject: disk full\nAuto-Submitted: auto-generated", "disk full on sy3240")
	if notice.State != "done" || !notice.Auto {
		t.Errorf("a machine's own notice: %+v, want a ticket marked automatic", notice)
	}
	if n := w.deliveries(notice.Ticket); len(n) != 0 {
		t.Error("a machine was answered by a machine")
	}
	news := w.arrives("From: news@shop.test\nSubject: offers\nPrecedence: bulk\nList-Unsubscribe: <https://shop.test/u>", "buy now")
	if news.State != "done" || news.Ticket == 0 || len(w.deliveries(news.Ticket)) != 0 {
		t.Errorf("a newsletter: %+v, want a ticket that nobody is answered on", news)
	}
	first := w.arrives("From: zhang@customer.test\nSubject: 主轴", "不稳")
	w.resolve(first.Ticket)
	back := w.arrives("From: zhang@customer.test\nSubject: Out of office\nAuto-Submitted: auto-replied\nIn-Reply-To: <"+w.deliveries(first.Ticket)[0]+">", "away")
	if back.Ticket != first.Ticket || back.TicketState != "resolved" {
		t.Errorf("an automatic reply: %+v, want it on ticket %d, still resolved", back, first.Ticket)
	}
	human := w.arrives("From: zhang@customer.test\nSubject: Re\nIn-Reply-To: <"+w.deliveries(first.Ticket)[0]+">", "还没好")
	if human.Ticket != first.Ticket || human.TicketState != "open" {
		t.Errorf("the customer's own words: %+v, want ticket %d open again", human, first.Ticket)
	}
}

func (w *world) resolve(ticket int64) {
	w.t.Helper()
	if err := w.gate.Do(w.ctx, self, func(tx *authority.Tx) error {
		if err := tx.Allow(w.ctx, authority.Act{Name: "ticket.receive", Object: "test"}); err != nil {
			return err
		}
		_, err := tx.Exec(w.ctx, `update tickets set state = 'resolved', resolved_at = now() where id = $1`, ticket)
		return err
	}); err != nil {
		w.t.Fatal(err)
	}
}

func TestABounceMarksTheMessageThatFailedAndNoOther(t *testing.T) {
	w := newWorld(t)
	first := w.arrives("From: zhang@customer.test\nSubject: 主轴", "不稳")
	w.resolve(first.Ticket)
	ours := w.deliveries(first.Ticket)[0]
	bounce := func(id string) rawRow {
		return w.raw("From: MAILER-DAEMON@mx.test\r\nTo: " + w.address + "\r\nSubject: Undelivered Mail Returned to Sender\r\nAuto-Submitted: auto-replied\r\n" +
			"MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n" +
			"--b\r\nContent-Type: text/plain\r\n\r\nuser unknown\r\n" +
			"--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.test\r\n\r\nFinal-Recipient: rfc822; zhang@customer.test\r\nAction: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 user unknown\r\n\r\n" +
			"--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <" + id + ">\r\nSubject: Re: x\r\n\r\n--b--\r\n")
	}
	forged := bounce(strings.Replace(ours, "fl.", "fl.9", 1))
	if forged.State != "set_aside" || forged.Reason != "bounce_of_nothing" {
		t.Errorf("a bounce of a mail that is not ours: %+v", forged)
	}
	real := bounce(ours)
	if real.State != "done" || real.Reason != "bounce" || real.Ticket != first.Ticket || real.TicketState != "open" {
		t.Errorf("a real bounce: %+v, want ticket %d open again", real, first.Ticket)
	}
	var state, detail string
	if err := w.gate.View(w.ctx, cli, func(q authority.Query) error {
		return q.QueryRow(w.ctx, `select delivery_state, delivery_detail from messages where id = $1`, real.Message).Scan(&state, &detail)
	}); err != nil {
		t.Fatal(err)
	}
	if state != "failed" || !strings.Contains(detail, "5.1.1") {
		t.Errorf("delivery %q %q, want failed with 5.1.1", state, detail)
	}
}

func TestTwoRobotsThatAnswerEachOtherStop(t *testing.T) {
	w := newWorld(t)
	// A robot that hides that it is one: each of our mails gets a new mail from it, without references.
	robot := 0
	for range 20 {
		r := w.arrives("From: anna@robots.test\nSubject: Hello", strings.Repeat("how are you ", robot+1))
		robot++
		if len(w.deliveries(r.Ticket)) == 0 {
			break
		}
	}
	if robot != 2 {
		t.Errorf("the robots exchanged %d mails, want 2: one acknowledgement an hour", robot)
	}
}

func TestAMailThatCannotBeReadIsShownAndTheNextIsNotDelayed(t *testing.T) {
	w := newWorld(t)
	id := w.row(blob.Ref{Hash: strings.Repeat("0", 64), Size: 1}) // its file is gone
	good := w.arrives("From: zhang@customer.test\nSubject: 后面的信", "没有耽误")
	if good.State != "done" {
		t.Fatalf("the next mail: %+v", good)
	}
	bad := w.look(id)
	if bad.State != "quarantined" || bad.Ticket == 0 {
		t.Errorf("the bad mail: %+v, want it quarantined and shown as a ticket", bad)
	}
}

func TestAMailThatItsDomainDisownsIsNotTakenForTheCustomer(t *testing.T) {
	w := newWorld(t)
	if _, err := w.Save(w.ctx, cli, w.box, Edit{Name: "客服", Address: w.address, QueueID: 1, TrustAuthserv: "mx.frontline.test"}); err != nil {
		t.Fatal(err)
	}
	first := w.arrives("From: zhang@customer.test\nSubject: 主轴", "不稳")
	forged := w.arrives("Authentication-Results: mx.frontline.test; dmarc=fail header.from=customer.test\nFrom: zhang@customer.test\nSubject: Re: 主轴\nIn-Reply-To: <m1@customer.test>", "请退款到这个账户")
	if forged.Ticket == first.Ticket || forged.LinkKind != "perhaps" {
		t.Errorf("a mail that failed DMARC: %+v, want a ticket of its own, perhaps of %d", forged, first.Ticket)
	}
	two := w.arrives("Authentication-Results: mx.frontline.test; spf=pass smtp.mailfrom=evil.test; dmarc=pass (p=none) header.from=evil.test\nFrom: zhang@customer.test\nFrom: eve@evil.test\nSubject: Re: 主轴\nIn-Reply-To: <m1@customer.test>", "两个发件人")
	if two.Ticket == first.Ticket {
		t.Error("a mail with two senders joined by the one that was not checked")
	}
	good := w.arrives("Authentication-Results: mx.frontline.test; dmarc=pass (p=none) header.from=customer.test\nFrom: zhang@Customer.test\nSubject: Re: 主轴\nIn-Reply-To: <m1@customer.test>", "真的是我")
	if good.Ticket != first.Ticket {
		t.Error("a mail that passed did not join")
	}
	elsewhere := w.arrives("Authentication-Results: evil.test; dmarc=fail\nFrom: zhang@customer.test\nSubject: Re: 主轴\nIn-Reply-To: <m1@customer.test>", "真的")
	if elsewhere.Ticket != first.Ticket {
		t.Error("another host's Authentication-Results were believed")
	}
}

func TestMailboxSettingsAreChecked(t *testing.T) {
	w := newWorld(t)
	for name, e := range map[string]Edit{
		"address": {Name: "x", Address: "not an address", QueueID: 1},
		"queue":   {Name: "x", Address: "a@b.test", QueueID: 999},
	} {
		if _, err := w.Save(w.ctx, cli, 0, e); !errors.Is(err, fault.Invalid) {
			t.Errorf("%s: %v, want invalid", name, err)
		}
	}
	if _, err := w.Save(w.ctx, cli, 0, Edit{Name: "x", Address: strings.ToUpper(w.address), QueueID: 1}); !errors.Is(err, fault.Conflict) {
		t.Errorf("a second mailbox of the same address: %v, want conflict", err)
	}
	if _, err := w.Save(w.ctx, cli, 999, Edit{Name: "x", Address: "a@b.test", QueueID: 1}); !errors.Is(err, fault.NotFound) {
		t.Errorf("an unknown mailbox: %v, want not found", err)
	}
	if _, err := w.Save(w.ctx, authority.System("courier"), 0, Edit{Name: "x", Address: "a@b.test", QueueID: 1}); !errors.Is(err, fault.Forbidden) {
		t.Errorf("by one without the right: %v, want forbidden", err)
	}
}
