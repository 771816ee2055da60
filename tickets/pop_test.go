package tickets_test

import (
	"slices"
	"testing"

	"frontline/crm"
	"frontline/internal/authority"
	"frontline/internal/fault"
	"frontline/tickets"
)

// The telephone rings: who it is, for which accounts, whose customer, and what they have called about.
func TestTheScreenPopKnowsWhoCalls(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	boss, li, wang := w.Hire("boss", "manager"), w.Hire("li", "agent", "north"), w.Hire("wang", "agent", "south")
	north := w.queue("north", "north")
	name := "上海万力机械有限公司"
	wanli, err := w.crm.AddAccount(t.Context(), boss, crm.AccountChange{
		Name: &name, Owner: &li.ID, Numbers: &[]crm.Number{{Kind: crm.Phone, Address: "021-50301234"}, {Kind: crm.Fax, Address: "021-50305678"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	var opened []int64
	for _, subject := range []string{"主轴转速不稳", "夹具不牢固"} {
		got, err := w.tickets.Create(t.Context(), li, tickets.Opening{
			Subject: subject, Channel: "phone", Text: "x", Contact: tickets.Given{Name: "张云峰", Phone: "13901888888"}, Queue: north,
		})
		if err != nil {
			t.Fatal(err)
		}
		opened = append([]int64{got.Ticket}, opened...)
		if err := w.crm.EditContact(t.Context(), li, got.ContactID, crm.Change{ActsFor: []crm.Role{{Account: wanli, Role: "设备科"}}}); err != nil {
			t.Fatal(err)
		}
	}
	pop := func(by authority.Actor, number string) tickets.Pop {
		t.Helper()
		p, err := w.tickets.Pop(t.Context(), by, number)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	p := pop(li, "139 0188 8888")
	if p.Number != "+8613901888888" || p.Contact == nil || p.Contact.Name != "张云峰" || len(p.Accounts) != 1 || len(p.Tickets) != 2 {
		t.Fatalf("the pop is %+v", p)
	}
	if a := p.Accounts[0]; a.ID != wanli || a.Role != "设备科" || a.Owner == nil || a.Owner.ID != li.ID || a.OwnerTeam != nil {
		t.Errorf("the account is %+v", a)
	}
	if got := []int64{p.Tickets[0].ID, p.Tickets[1].ID}; !slices.Equal(got, opened) || p.Tickets[0].State != "open" {
		t.Errorf("the tickets are %v, want %v: %+v", got, opened, p.Tickets)
	}
	// The switchboard is nobody's, and the account's: its tickets are what somebody may call about.
	if p := pop(li, "+86 21 50301234"); p.Contact != nil || len(p.Accounts) != 1 || p.Accounts[0].ID != wanli || len(p.Tickets) != 1 {
		t.Errorf("the pop of the switchboard is %+v", p)
	}
	if p := pop(li, "021-50305678"); len(p.Accounts) != 0 {
		t.Errorf("somebody calls from a fax: %+v", p)
	}
	if p := pop(wang, "13901888888"); p.Contact == nil || len(p.Tickets) != 0 {
		t.Errorf("another team's tickets pop up: %+v", p)
	}
	if p := pop(li, "13900000000"); p.Contact != nil || p.Accounts == nil || p.Tickets == nil || len(p.Accounts)+len(p.Tickets) != 0 {
		t.Errorf("a stranger is %+v", p)
	}
	w.wants("a number that is none", second(w.tickets.Pop(t.Context(), li, "abc")), fault.Invalid, "bad_phone")
}
