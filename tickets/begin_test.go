package tickets_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"frontline/crm"
	"frontline/internal/authority"
	"frontline/internal/fault"
	"frontline/tickets"
)

// An agent writes to a customer who has not written: the ticket and the mail are there together, and the answer joins.
func TestAnAgentWritesFirst(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	li := w.Hire("li", "agent", "north")
	queue := w.queue("north", "north")
	got, err := w.tickets.Begin(t.Context(), li, tickets.Beginning{
		Opening: tickets.Opening{
			Subject: " 保养\n提醒 ", Text: "您好，设备该保养了。", Contact: tickets.Given{Name: "张伟", Email: "Zhang@Example.cn", Phone: "138 0013 8000"},
			Queue: queue, Type: "request", Severity: "low", Priority: 2, Assignee: li.ID, Tags: []string{"保养"},
		},
		Cc: []string{"boss@example.cn"},
	})
	if err != nil {
		t.Fatal(err)
	}
	v := w.view(got.Ticket)
	if v.Subject != "保养 提醒" || v.State != "pending" || v.Channel != "email" || v.QueueID != queue || v.Priority != 2 || v.Assignee == nil || v.Assignee.ID != li.ID ||
		v.LastDirection != "out" || v.Contact.Name != "张伟" || v.Severity != "low" || v.Type != "request" || v.Tags[0] != "保养" || len(v.Customer.Contact.Points) != 2 {
		t.Errorf("the ticket is %+v", v)
	}
	if sent := w.out.last(); sent.Message != got.Message || sent.Subject != "保养 提醒" || !slices.Equal(sent.To, []string{"zhang@example.cn"}) || sent.Cc[0] != "boss@example.cn" || sent.Author != "li" {
		t.Errorf("sent %+v", sent)
	}
	if heard := w.heard("ticket.created", fmt.Sprint("ticket:", got.Ticket)); !slices.Contains(heard, fmt.Sprint("queue:", queue)) || !slices.Contains(heard, li.String()) {
		t.Errorf("the new ticket is told to %q", heard)
	}
	answer := w.mail("zhang@example.cn", "Re: 保养提醒", refersTo(fmt.Sprintf("out-%d@us", got.Message)))
	if answer.Ticket != got.Ticket || w.view(got.Ticket).State != "open" {
		t.Errorf("the answer went to %d, want %d and open", answer.Ticket, got.Ticket)
	}
	if copied := w.mail("boss@example.cn", "Re: 保养提醒", refersTo(fmt.Sprintf("out-%d@us", got.Message))); copied.Ticket != got.Ticket {
		t.Error("the answer of one in copy opened another ticket")
	}
	if eve := w.mail("eve@example.com", "Re: 保养提醒", refersTo(fmt.Sprintf("out-%d@us", got.Message))); eve.Ticket == got.Ticket {
		t.Error("a stranger's answer joined")
	}
}

func TestWhoMayBeWrittenToFirst(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	li, sales := w.Hire("li", "agent", "north"), w.Hire("zhou", "sales")
	north, south := w.queue("north", "north"), w.queue("south", "south")
	known := w.mail("zhang@example.cn", "hello", into(north)).ContactID
	phoned, err := w.tickets.Create(t.Context(), li, tickets.Opening{Subject: "x", Channel: "phone", Text: "x", Contact: tickets.Given{Phone: "13800138000"}, Queue: north})
	if err != nil {
		t.Fatal(err)
	}
	begin := func(by authority.Actor, queue int64, who tickets.Given) error {
		return second(w.tickets.Begin(t.Context(), by, tickets.Beginning{Opening: tickets.Opening{Subject: "s", Text: "t", Contact: who, Queue: queue}}))
	}
	mail := tickets.Given{Email: "new@example.cn"}
	w.wants("by a seller", begin(sales, north, mail), fault.Forbidden)
	w.wants("from another team's queue", begin(li, south, mail), fault.Invalid, "not_your_queue")
	w.wants("from no queue", begin(li, 999, mail), fault.Invalid, "unknown_queue")
	w.wants("to a phone number", begin(li, north, tickets.Given{Phone: "13800138000"}), fault.Invalid, "required")
	w.wants("to nobody", begin(li, north, tickets.Given{}), fault.Invalid, "contact_empty")
	w.wants("to a contact that is not there", begin(li, north, tickets.Given{ID: 999}), fault.Invalid, "unknown_contact")
	w.wants("to a contact without a mail address", begin(li, north, tickets.Given{ID: phoned.ContactID}), fault.Invalid, "no_email")
	w.wants("to somebody else's address", begin(li, north, tickets.Given{ID: known, Email: "new@example.cn"}), fault.Invalid, "not_theirs")
	// Nothing of what was refused is left.
	if n := w.count(`select count(*) from contacts where name like 'new%'`); n != 0 || w.out.last().Message != 0 {
		t.Errorf("%d contacts and the mail %+v are left of refused beginnings", n, w.out.last())
	}
	w.out.fail = fault.New(fault.Invalid, "no_mailbox")
	w.wants("without a mailbox", begin(li, north, mail), fault.Invalid, "no_mailbox")
	w.out.fail = nil
	if n := w.count(`select count(*) from tickets where subject = 's'`); n != 0 {
		t.Errorf("%d tickets without their mail", n)
	}
	if err := begin(li, north, tickets.Given{ID: known}); err != nil || w.out.last().To[0] != "zhang@example.cn" {
		t.Errorf("to a known contact = %v, sent %+v", err, w.out.last())
	}
}

// The customer phones; the agent has him on the screen, or is told a second address.
func TestACallOfAKnownContactIsEntered(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	li := w.Hire("li", "agent")
	c := w.mail("zhang@example.cn", "hello").ContactID
	if err := w.crm.EditContact(t.Context(), li, c, crm.Change{AddPoints: []crm.Point{{Kind: crm.Phone, Address: "13800138000"}}}); err != nil {
		t.Fatal(err)
	}
	file, err := w.tickets.Upload(t.Context(), li, "照片.png", "image/png", strings.NewReader("x"))
	if err != nil {
		t.Fatal(err)
	}
	call := tickets.Opening{
		Subject: "报警", Channel: "phone", Text: "8000 转以上报警", Contact: tickets.Given{ID: c}, Priority: 1, Assignee: li.ID, Attachments: []int64{file.ID},
	}
	got, err := w.tickets.Create(t.Context(), li, call)
	if err != nil || got.ContactID != c {
		t.Fatalf("Create = %+v, %v; want contact %d", got, err, c)
	}
	v := w.view(got.Ticket)
	if v.Priority != 1 || v.Assignee == nil || v.Assignee.ID != li.ID || v.Contact.Name != "zhang" || v.Participants[0].Address != "+8613800138000" {
		t.Errorf("the ticket is %+v", v)
	}
	if e := w.timeline(got.Ticket); len(e) != 1 || e[0].Direction != "in" || len(e[0].Attachments) != 1 {
		t.Errorf("the timeline is %+v", e)
	}
	call.Attachments = nil
	call.Contact.Email = "zhang@example.cn"
	if got, err = w.tickets.Create(t.Context(), li, call); err != nil || w.view(got.Ticket).Participants[0].Address != "zhang@example.cn" {
		t.Errorf("by the address that was meant = %+v, %v", got, err)
	}
	call.Assignee = 999
	_, err = w.tickets.Create(t.Context(), li, call)
	w.wants("for an agent who is not there", err, fault.Invalid, "unknown_agent")
	call.Assignee, call.Contact = 0, tickets.Given{ID: 999}
	_, err = w.tickets.Create(t.Context(), li, call)
	w.wants("of a contact who is not there", err, fault.Invalid, "unknown_contact")

	// Who has lost all addresses is still himself.
	if err := w.crm.EditContact(t.Context(), li, c, crm.Change{Drop: []crm.Point{{Kind: crm.Phone, Address: "13800138000"}, {Kind: crm.Email, Address: "zhang@example.cn"}}}); err != nil {
		t.Fatal(err)
	}
	call.Contact = tickets.Given{ID: c}
	if got, err = w.tickets.Create(t.Context(), li, call); err != nil || got.ContactID != c {
		t.Fatalf("without an address = %+v, %v; want contact %d", got, err, c)
	}
	if p := w.view(got.Ticket).Customer.Contact.Points; len(p) != 0 {
		t.Errorf("a point that stands for none is shown: %+v", p)
	}
}
