package email

import (
	"regexp"
	"strings"
	"testing"

	"frontline/channels"
	"frontline/channels/email/emailtest"
	"frontline/channels/email/mime"
	"frontline/channels/ticketpage"
	"frontline/internal/authority"
	"frontline/tickets"
)

var pageAddress = regexp.MustCompile(`https://desk\.example\.com/c/([A-Za-z0-9_-]{43})`)

// linking makes the mailbox's mails carry links and its new tickets be acknowledged, and gives what is outside.
func (w *world) linking() (*emailtest.SinkServer, *channels.Courier) {
	w.t.Helper()
	sink, courier := w.outside(emailtest.SMTP{})
	if _, err := w.Save(w.ctx, cli, w.box, Edit{
		Name: "客服", Address: w.address, QueueID: 1, SMTP: &Server{Host: sink.Host, Port: sink.Port, Security: "plain"},
		Acknowledge: true, AckText: "已收到，谢谢。", TicketLink: true,
	}); err != nil {
		w.t.Fatal(err)
	}
	return sink, courier
}

// see reads one value, as somebody who sees all.
func (w *world) see(to any, sql string, args ...any) {
	w.t.Helper()
	if err := w.gate.View(w.ctx, cli, func(q authority.Query) error { return q.QueryRow(w.ctx, sql, args...).Scan(to) }); err != nil {
		w.t.Fatal(err)
	}
}

// delivers carries out what a ticket has, and gives the n-th mail that came out.
func (w *world) delivers(courier *channels.Courier, sink *emailtest.SinkServer, ticket int64, n int) mime.Mail {
	w.t.Helper()
	if wait, err := courier.Deliver(w.ctx, ticket); err != nil || wait != 0 {
		w.t.Fatalf("Deliver = %v, %v", wait, err)
	}
	return mime.Read(sink.Wait(n)[n-1].Raw, mime.DefaultLimits())
}

// TestMailsToTheCustomerAloneCarryALink: the acknowledgement and the answers, in both their forms, always the same link and none
// in what others get; once it is ended the next mail has another.
func TestMailsToTheCustomerAloneCarryALink(t *testing.T) {
	w := newWorld(t)
	sink, courier := w.linking()
	li := w.admin()
	ticket := w.arrives("From: zhang@customer.test\nSubject: 主轴", "请尽快处理").Ticket
	reply := func(text string, cc ...string) {
		t.Helper()
		if _, err := w.tickets.Reply(w.ctx, li, tickets.Reply{Ticket: ticket, Text: text, Cc: cc}); err != nil {
			t.Fatal(err)
		}
	}
	acknowledged := w.delivers(courier, sink, ticket, 1)
	link := pageAddress.FindStringSubmatch(acknowledged.Text)
	if link == nil || !strings.Contains(acknowledged.Text, "已收到，谢谢。\n\n-- \n查看进度或答复："+link[0]) || !strings.Contains(acknowledged.HTML, `<a href="`+link[0]) {
		t.Fatalf("the acknowledgement is %q, %q, want a link in it", acknowledged.Text, acknowledged.HTML)
	}
	seen, err := w.pages.View(w.ctx, link[1])
	if err != nil || len(seen.Messages) != 2 {
		t.Errorf("the link shows %+v, %v, want the customer's words and ours", seen, err)
	}
	reply("The engineer comes tomorrow.")
	if m := w.delivers(courier, sink, ticket, 2); !strings.Contains(m.Text, "See how it stands, or answer: "+link[0]) {
		t.Errorf("the answer is %q, want the same link", m.Text)
	}
	reply("With a copy.", "boss@customer.test")
	if m := w.delivers(courier, sink, ticket, 3); pageAddress.MatchString(m.Text + m.HTML) {
		t.Errorf("a mail to others too has the link: %q", m.Text)
	}
	links, err := w.pages.Links(w.ctx, li, ticket)
	if err != nil || len(links) != 1 || !links[0].Mailed {
		t.Fatalf("links = %+v, %v, want the one of mails", links, err)
	}
	if err := w.pages.Revoke(w.ctx, li, links[0].ID); err != nil {
		t.Fatal(err)
	}
	reply("And again.")
	m := w.delivers(courier, sink, ticket, 4)
	if next := pageAddress.FindString(m.Text); next == "" || next == link[0] {
		t.Errorf("after the link was ended the answer has %q, want another than %q", next, link[0])
	}
	var told int
	if w.see(&told, `select count(*) from messages where text like '%/c/%'`); told != 0 {
		t.Errorf("%d messages have a link in their kept words", told)
	}
}

// TestAQuotedLinkIsNotPassedOn: a customer's answer quotes the link that we sent, and our next goes to others as well.
func TestAQuotedLinkIsNotPassedOn(t *testing.T) {
	t.Parallel()
	token := strings.Repeat("aB3-_", 9)[:43]
	l := letter{words: "Hello", quoted: &quoted{name: "Ann", text: "see https://desk.example.com/c/" + token + " there"}}
	for _, got := range []string{l.text(), l.html()} {
		if strings.Contains(got, token) || !strings.Contains(got, "https://desk.example.com/c/…") {
			t.Errorf("the quote is %q", got)
		}
	}
}

// TestALinkThatIsAskedForIsMailedToItsCustomer: and to nobody else, whatever number or address is named.
func TestALinkThatIsAskedForIsMailedToItsCustomer(t *testing.T) {
	w := newWorld(t)
	sink, courier := w.linking()
	ticket := w.arrives("From: zhang@customer.test\nSubject: Spindle", "hello").Ticket
	w.delivers(courier, sink, ticket, 1)
	var number string
	w.see(&number, `select number from tickets where id = $1`, ticket)
	for _, asked := range []ticketpage.SendLink{
		{Number: number, Email: "boss@customer.test"}, {Number: "no such", Email: "zhang@customer.test"},
		{Number: number, Email: "zhang@customer.test", Language: "zh"},
	} {
		if err := w.pages.Send(w.ctx, asked); err != nil {
			t.Fatal(err)
		}
	}
	m := w.delivers(courier, sink, ticket, 2)
	if !pageAddress.MatchString(m.Text) || !strings.Contains(m.Text, "您索取的") {
		t.Errorf("who asked got %q, want the link", m.Text)
	}
	if n := len(w.deliveries(ticket)); n != 2 {
		t.Errorf("%d mails went out, want two", n)
	}
	var last string
	if w.see(&last, `select last_direction || ' ' || last_snippet from tickets where id = $1`, ticket); last != "in hello" {
		t.Errorf("after two automatic mails the list shows %q, want the customer's words", last)
	}
	// A mailbox whose mails carry no links sends none that says it does.
	w.outside(emailtest.SMTP{})
	if err := w.pages.Send(w.ctx, ticketpage.SendLink{Number: number, Email: "zhang@customer.test"}); err != nil {
		t.Fatal(err)
	}
	if n := len(w.deliveries(ticket)); n != 2 {
		t.Errorf("%d mails went out of a mailbox without links", n-2)
	}
}
