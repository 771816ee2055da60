package email

import (
	"bytes"
	netmail "net/mail"
	"strings"
	"testing"
	"time"

	"frontline/channels"
	"frontline/channels/email/emailtest"
	"frontline/channels/email/mime"
	"frontline/internal/authority"
	"frontline/tickets"
)

// outside makes an SMTP server the mailbox's way out, and gives a courier.
func (w *world) outside(conf emailtest.SMTP) (*emailtest.SinkServer, *channels.Courier) {
	w.t.Helper()
	sink := emailtest.Sink(w.t, conf)
	if _, err := w.Save(w.ctx, cli, w.box, Edit{
		Name: "客服", Address: w.address, QueueID: 1, SMTP: &Server{Host: sink.Host, Port: sink.Port, Security: "plain"},
	}); err != nil {
		w.t.Fatal(err)
	}
	return sink, channels.NewCourier(w.gate, w.tickets, channels.NewLife(w.db), map[string]channels.Carrier{Channel: w.Email})
}

// answers lets an agent reply.
func (w *world) answers(by authority.Actor, ticket int64, text string) int64 {
	w.t.Helper()
	id, err := w.tickets.Reply(w.ctx, by, tickets.Reply{Ticket: ticket, Text: text, Cc: []string{"boss@customer.test"}})
	if err != nil {
		w.t.Fatal(err)
	}
	return id
}

func (w *world) delivery(message int64) (state, detail string) {
	w.t.Helper()
	if err := w.gate.View(w.ctx, cli, func(q authority.Query) error {
		return q.QueryRow(w.ctx, `select delivery_state, delivery_detail from messages where id = $1`, message).Scan(&state, &detail)
	}); err != nil {
		w.t.Fatal(err)
	}
	return state, detail
}

func TestTheAnswerReachesTheCustomerInTheSameThread(t *testing.T) {
	w := newWorld(t)
	sink, courier := w.outside(emailtest.SMTP{})
	li := w.admin()
	first := w.arrives("From: =?utf-8?B?5byg5LiJ?= <zhang@customer.test>\nSubject: 主轴转速不稳\nMessage-ID: <q@customer.test>\nReferences: <root@customer.test>", "请尽快处理\n\n-- \n张三")
	message := w.answers(li, first.Ticket, "您好，工程师明天到。")
	if wait, err := courier.Deliver(w.ctx, first.Ticket); err != nil || wait != 0 {
		t.Fatalf("Deliver = %v, %v", wait, err)
	}
	if state, _ := w.delivery(message); state != "sent" {
		t.Errorf("the message is %q, want sent", state)
	}
	got := sink.Wait(1)
	if len(got) != 1 || strings.Join(got[0].To, " ") != "zhang@customer.test boss@customer.test" {
		t.Fatalf("outside: %+v", got)
	}
	m, err := netmail.ReadMessage(bytes.NewReader(got[0].Raw))
	if err != nil {
		t.Fatal(err)
	}
	for header, want := range map[string]string{"In-Reply-To": "<q@customer.test>", "References": "<root@customer.test> <q@customer.test>"} {
		if got := strings.Join(strings.Fields(m.Header.Get(header)), " "); got != want {
			t.Errorf("%s: %q, want %q", header, got, want)
		}
	}
	read := mime.Read(got[0].Raw, mime.DefaultLimits())
	if !strings.HasPrefix(read.Subject, "Re: 主轴转速不稳 [#") || read.From[0].Name != "管理员 | 客服" || !strings.Contains(read.Reply, "工程师明天到") {
		t.Errorf("subject %q, from %q, reply %q", read.Subject, read.From[0].Name, read.Reply)
	}
	if strings.Contains(read.Reply, "请尽快处理") || !strings.Contains(read.Text, "请尽快处理") {
		t.Errorf("the quote is not told from the words: %q of %q", read.Reply, read.Text)
	}
	back := w.arrives("From: boss@customer.test\nSubject: 回复\nIn-Reply-To: <"+read.MessageID+">", "好的，谢谢")
	if back.Ticket != first.Ticket || back.TicketState != "open" {
		t.Errorf("the answer of one in copy: %+v, want ticket %d open", back, first.Ticket)
	}
}

// Both tickets have an answer that waits to be sent when the one is merged into the other; each stays in its own thread, and what is
// answered afterwards answers the newest mail of both.
func TestAMailQueuedAtAMergeStaysInItsThread(t *testing.T) {
	w := newWorld(t)
	sink, courier := w.outside(emailtest.SMTP{})
	li := w.admin()
	into := w.arrives("From: zhang@customer.test\nSubject: a\nMessage-ID: <a@customer.test>", "a").Ticket
	from := w.arrives("From: zhang@customer.test\nSubject: b\nMessage-ID: <b@customer.test>\nReferences: <root@customer.test>", "b").Ticket
	w.answers(li, into, "to a")
	w.answers(li, from, "to b")
	if err := w.tickets.Merge(w.ctx, li, from, into, true); err != nil {
		t.Fatal(err)
	}
	w.answers(li, into, "to both")
	for _, ticket := range []int64{into, from} {
		if wait, err := courier.Deliver(w.ctx, ticket); err != nil || wait != 0 {
			t.Fatalf("Deliver = %v, %v", wait, err)
		}
	}
	want := map[string]string{"to a": "a@customer.test", "to b": "root@customer.test b@customer.test", "to both": "root@customer.test b@customer.test"}
	for _, sent := range sink.Wait(3) {
		m := mime.Read(sent.Raw, mime.DefaultLimits())
		words := strings.SplitN(m.Reply, "\n", 2)[0]
		if refs := strings.Join(m.References, " "); refs != want[words] || !strings.HasSuffix(refs, m.InReplyTo) || m.InReplyTo == "" {
			t.Errorf("%q answers %q, in the thread %q; want %q", words, m.InReplyTo, refs, want[words])
		}
		delete(want, words)
	}
	if len(want) != 0 {
		t.Errorf("not sent: %v", want)
	}
}

// We write first: the mail answers nothing and begins a thread, our second follows it, and the customer's answer joins.
func TestAMailThatBeginsAThread(t *testing.T) {
	w := newWorld(t)
	sink, courier := w.outside(emailtest.SMTP{})
	li := w.admin()
	got, err := w.tickets.Begin(w.ctx, li, tickets.Beginning{Opening: tickets.Opening{Subject: "保养提醒", Text: "设备该保养了。", Contact: tickets.Given{Email: "zhang@customer.test"}}})
	if err != nil {
		t.Fatal(err)
	}
	w.answers(li, got.Ticket, "再提醒一次。")
	if wait, err := courier.Deliver(w.ctx, got.Ticket); err != nil || wait != 0 {
		t.Fatalf("Deliver = %v, %v", wait, err)
	}
	sent := sink.Wait(2)
	first, then := mime.Read(sent[0].Raw, mime.DefaultLimits()), mime.Read(sent[1].Raw, mime.DefaultLimits())
	if !strings.HasPrefix(first.Subject, "保养提醒 [#") || first.InReplyTo != "" || len(first.References) != 0 || !strings.Contains(first.Reply, "该保养了") {
		t.Errorf("the first mail has the subject %q and answers %q %q", first.Subject, first.InReplyTo, first.References)
	}
	if !strings.HasPrefix(then.Subject, "Re: 保养提醒 [#") || then.InReplyTo != first.MessageID || strings.Join(then.References, " ") != first.MessageID {
		t.Errorf("the second has the subject %q and answers %q %q, want %q", then.Subject, then.InReplyTo, then.References, first.MessageID)
	}
	back := w.arrives("From: zhang@customer.test\nSubject: Re: x\nIn-Reply-To: <"+first.MessageID+">", "好的")
	if back.Ticket != got.Ticket || back.TicketState != "open" {
		t.Errorf("the answer: %+v, want ticket %d open", back, got.Ticket)
	}
}

func TestOnlyWhatWasSurelyNotTakenIsSentAgain(t *testing.T) {
	w := newWorld(t)
	li := w.admin()
	mode := make(chan string, 1)
	sink, courier := w.outside(emailtest.SMTP{
		OnDot: func(c *emailtest.SMTPConn, _ emailtest.Message) error {
			switch <-mode {
			case "later":
				return emailtest.Reply(451, "4.7.1 greylisted")
			case "never":
				return emailtest.Reply(550, "5.7.1 spam")
			case "cut":
				c.Close()
			}
			return nil
		},
	})
	first := w.arrives("From: zhang@customer.test\nSubject: 主轴", "不稳")

	deferred := w.answers(li, first.Ticket, "第一封")
	held := w.answers(li, first.Ticket, "第二封")
	mode <- "later"
	if wait, err := courier.Deliver(w.ctx, first.Ticket); err != nil || wait <= 0 || wait > time.Minute {
		t.Fatalf("after 451: wait %v, %v; want to come back within a minute", wait, err)
	}
	if state, detail := w.delivery(deferred); state != "queued" || !strings.Contains(detail, "greylisted") {
		t.Errorf("after 451: %q %q", state, detail)
	}
	if state, _ := w.delivery(held); state != "queued" || len(sink.Messages()) != 1 {
		t.Errorf("the second message overtook the first: %q, %d outside", state, len(sink.Messages()))
	}
	w.now(deferred)
	mode <- "ok"
	go func() { mode <- "cut" }()
	if _, err := courier.Deliver(w.ctx, first.Ticket); err != nil {
		t.Fatal(err)
	}
	if state, _ := w.delivery(deferred); state != "sent" {
		t.Errorf("the first is %q, want sent", state)
	}
	if state, _ := w.delivery(held); state != "uncertain" {
		t.Errorf("a line cut after the dot: %q, want uncertain", state)
	}
	tries := sink.Wait(3)
	if !bytes.Equal(tries[0].Raw, tries[1].Raw) {
		t.Error("two attempts sent different bytes")
	}
	if _, err := courier.Deliver(w.ctx, first.Ticket); err != nil {
		t.Fatal(err)
	}
	if n := len(sink.Messages()); n != 3 {
		t.Errorf("%d attempts, want 3: what is uncertain is never sent again by itself", n)
	}

	refused := w.answers(li, first.Ticket, "第三封")
	mode <- "never"
	if _, err := courier.Deliver(w.ctx, first.Ticket); err != nil {
		t.Fatal(err)
	}
	if state, detail := w.delivery(refused); state != "failed" || !strings.Contains(detail, "spam") {
		t.Errorf("after 550: %q %q, want failed at once", state, detail)
	}

	if err := courier.Decide(w.ctx, li, held, "resend"); err != nil {
		t.Fatal(err)
	}
	mode <- "ok"
	if _, err := courier.Deliver(w.ctx, first.Ticket); err != nil {
		t.Fatal(err)
	}
	if state, _ := w.delivery(held); state != "sent" {
		t.Errorf("resent by the agent: %q", state)
	}
	if all := sink.Messages(); !bytes.Equal(all[2].Raw, all[len(all)-1].Raw) {
		t.Error("the agent's resend has other bytes than the first attempt")
	}
}

// now makes a delivery due.
func (w *world) now(message int64) {
	w.t.Helper()
	if err := w.gate.Do(w.ctx, self, func(tx *authority.Tx) error {
		if err := tx.Allow(w.ctx, authority.Act{Name: "mail.keep", Object: "test"}); err != nil {
			return err
		}
		_, err := tx.Exec(w.ctx, `update deliveries set next_at = now() where message_id = $1`, message)
		return err
	}); err != nil {
		w.t.Fatal(err)
	}
}

func TestWhatADeadProgramWasSendingIsUncertainAndSettledByTheSentFolder(t *testing.T) {
	w := newWorld(t)
	_, courier := w.outside(emailtest.SMTP{})
	li := w.admin()
	first := w.arrives("From: zhang@customer.test\nSubject: 主轴", "不稳")
	message := w.answers(li, first.Ticket, "已发出")
	var remote string
	if err := w.gate.Do(w.ctx, self, func(tx *authority.Tx) error {
		if err := tx.Allow(w.ctx, authority.Act{Name: "mail.keep", Object: "test"}); err != nil {
			return err
		}
		return tx.QueryRow(w.ctx, `update deliveries set state = 'sending', instance = 4711 where message_id = $1 returning remote_id`, message).Scan(&remote)
	}); err != nil {
		t.Fatal(err)
	}
	if err := courier.Sweep(w.ctx); err != nil {
		t.Fatal(err)
	}
	if state, detail := w.delivery(message); state != "uncertain" || detail != "sender_died" {
		t.Fatalf("after the sweep: %q %q, want uncertain", state, detail)
	}
	dovecot := emailtest.Dovecot(t)
	dovecot.Drop(emailtest.Sent, []byte("Message-ID: <"+remote+">\r\nSubject: x\r\n\r\nx\r\n"))
	password := emailtest.Secret
	if _, err := w.Save(w.ctx, cli, w.box, Edit{
		Name: "客服", Address: w.address, QueueID: 1, IMAPSecret: &password,
		IMAP: &Server{Host: dovecot.Host, Port: dovecot.IMAP, Security: "plain", User: emailtest.User, Sent: emailtest.Sent},
	}); err != nil {
		t.Fatal(err)
	}
	if err := w.proveAll(w.ctx); err != nil {
		t.Fatal(err)
	}
	if state, _ := w.delivery(message); state != "sent" {
		t.Errorf("found in the sent folder: %q, want sent", state)
	}
}

func TestAnAnswerWithLooksGoesOutWithBothParts(t *testing.T) {
	w := newWorld(t)
	sink, courier := w.outside(emailtest.SMTP{})
	li := w.admin()
	first := w.arrives("From: zhang@customer.test\nSubject: 手册", "请发手册")
	html, text := mime.Letter("<p>您好，<a href=\"https://us.test/m.pdf\"><b>手册</b></a></p><script>x</script>")
	if _, err := w.tickets.Reply(w.ctx, li, tickets.Reply{Ticket: first.Ticket, Text: text, HTML: html}); err != nil {
		t.Fatal(err)
	}
	if _, err := courier.Deliver(w.ctx, first.Ticket); err != nil {
		t.Fatal(err)
	}
	read := mime.Read(sink.Wait(1)[0].Raw, mime.DefaultLimits())
	if !strings.Contains(read.HTML, "<b>手册</b></a></p>") || strings.Contains(read.HTML, "script") || !strings.Contains(read.HTML, "请发手册") {
		t.Errorf("the HTML part: %s", read.HTML)
	}
	if read.Reply != "您好，手册" && !strings.HasPrefix(read.Reply, "您好，手册") {
		t.Errorf("the text part: %q", read.Reply)
	}
}

func TestTheNameThatAProviderGaveLeadsBackToTheTicket(t *testing.T) {
	w := newWorld(t)
	_, courier := w.outside(emailtest.SMTP{OnDot: func(*emailtest.SMTPConn, emailtest.Message) error {
		return emailtest.Reply(250, "<replaced@provider.test> [InternalId=1] Queued mail for delivery")
	}})
	li := w.admin()
	first := w.arrives("From: zhang@customer.test\nSubject: 主轴", "不稳")
	message := w.answers(li, first.Ticket, "已收到")
	if _, err := courier.Deliver(w.ctx, first.Ticket); err != nil {
		t.Fatal(err)
	}
	if r := w.arrives("From: zhang@customer.test\nSubject: Re\nIn-Reply-To: <replaced@provider.test>", "谢谢"); r.Ticket != first.Ticket {
		t.Errorf("the answer: ticket %d, want %d", r.Ticket, first.Ticket)
	}
	if r := w.arrives("From: eve@evil.test\nSubject: Re\nIn-Reply-To: <replaced@provider.test>", "我也要"); r.Ticket == first.Ticket {
		t.Error("a stranger joined by the provider's name")
	}
	r := w.raw("From: MAILER-DAEMON@provider.test\r\nTo: " + w.address + "\r\nSubject: Undelivered Mail Returned to Sender\r\nAuto-Submitted: auto-replied\r\n" +
		"Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\n\r\nuser unknown\r\n" +
		"--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.test\r\n\r\nFinal-Recipient: rfc822; zhang@customer.test\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n" +
		"--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <replaced@provider.test>\r\n\r\n--b--\r\n")
	if state, _ := w.delivery(message); r.Reason != "bounce" || state != "failed" {
		t.Errorf("its bounce: %+v, and the message is %q; want it failed", r, state)
	}
}
