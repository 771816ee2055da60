package crm_test

import (
	"errors"
	"slices"
	"testing"

	"frontline/crm"
	"frontline/internal/authority"
	"frontline/internal/fault"
)

// account makes an account of that name.
func (w *world) account(by authority.Actor, name string) int64 {
	w.t.Helper()
	id, err := w.crm.AddAccount(w.t.Context(), by, crm.AccountChange{Name: &name})
	if err != nil {
		w.t.Fatal(err)
	}
	return id
}

func (w *world) company(id int64) crm.Company {
	w.t.Helper()
	c, err := w.crm.Company(w.t.Context(), email, id)
	if err != nil {
		w.t.Fatal(err)
	}
	return c
}

// The account of the sample service request, with its group, its dealer, its numbers and whose customer it is.
func TestTheRecordOfAnAccountIsWhole(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	boss, li := w.Hire("boss", "manager"), w.Hire("li", "sales")
	group, dealer := w.account(boss, "万力集团"), w.account(boss, "天硕机电")
	edit := func(id int64, ch crm.AccountChange) error { return w.crm.EditAccount(t.Context(), boss, id, ch) }
	if err := edit(dealer, crm.AccountChange{Kind: ptr("dealer")}); err != nil {
		t.Fatal(err)
	}
	id := w.account(boss, "上海万力机械有限公司")
	if err := edit(id, crm.AccountChange{
		Address: ptr("上海市浦东金港路108号"), Postcode: ptr("201206"), Industry: ptr("机械"), Parent: &group, Dealer: &dealer, Owner: &li.ID, Tags: &[]string{"重点", " 重点 ", ""},
		Numbers: &[]crm.Number{{Kind: crm.Phone, Address: "021-50301234"}, {Kind: crm.Fax, Address: "021-50305678"}},
	}); err != nil {
		t.Fatal(err)
	}
	c := w.company(id)
	if c.Postcode != "201206" || c.Industry != "机械" || c.Parent == nil || c.Parent.ID != group || c.Dealer == nil || c.Dealer.Name != "天硕机电" ||
		c.Owner == nil || c.Owner.ID != li.ID || c.OwnerTeam != nil || !slices.Equal(c.Tags, []string{"重点"}) ||
		!slices.Equal(c.Numbers, []crm.Number{{Kind: crm.Phone, Address: "+862150301234"}, {Kind: crm.Fax, Address: "+862150305678"}}) {
		t.Errorf("the account is %+v", c)
	}
	if parts := w.company(group).Parts; len(parts) != 1 || parts[0].ID != id {
		t.Errorf("the parts of the group are %+v", parts)
	}
	err := w.Gate.View(t.Context(), email, func(q authority.Query) error {
		if h, err := crm.Owner(t.Context(), q, id); err != nil || h != (crm.Holder{Agent: li.ID}) {
			t.Errorf("Owner = %+v, %v", h, err)
		}
		h, err := crm.Owner(t.Context(), q, 999)
		if h != (crm.Holder{}) {
			t.Errorf("Owner of no account = %+v", h)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
	for what, ch := range map[string]crm.AccountChange{
		"a part above itself":     {Parent: &id},
		"an account nobody has":   {Parent: ptr(int64(999))},
		"a dealer that deals not": {Dealer: &id},
		"an unknown owner":        {Owner: ptr(int64(999))},
		"an unknown team":         {OwnerTeam: ptr(int64(999))},
		"two owners":              {Owner: ptr(li.ID), OwnerTeam: ptr(int64(1))},
		"no name":                 {Name: ptr(" \u202e")},
		"no number":               {Numbers: &[]crm.Number{{Kind: crm.Phone, Address: "abc"}}},
		"a number that is a mail": {Numbers: &[]crm.Number{{Kind: crm.Email, Address: "a@b"}}},
	} {
		if err := edit(group, ch); !errors.Is(err, fault.Invalid) {
			t.Errorf("%s = %v, want invalid", what, err)
		}
	}
	version := w.company(id).Version
	if err := edit(id, crm.AccountChange{Owner: ptr(int64(0)), Parent: ptr(int64(0)), Numbers: &[]crm.Number{}, Version: version}); err != nil {
		t.Fatal(err)
	}
	if c := w.company(id); c.Owner != nil || c.Parent != nil || len(c.Numbers) != 0 || c.Dealer == nil || c.Version != version+1 {
		t.Errorf("after the second edit %+v", c)
	}
	if err := edit(id, crm.AccountChange{Note: ptr("x"), Version: version}); !errors.Is(err, fault.Conflict) {
		t.Errorf("an edit of an old version = %v, want conflict", err)
	}
	if err := edit(999, crm.AccountChange{Note: ptr("x")}); !errors.Is(err, fault.NotFound) {
		t.Errorf("an account that is not there = %v", err)
	}
	var f *fault.Fault
	if _, err := w.crm.AddAccount(t.Context(), boss, crm.AccountChange{Name: ptr(" 万力集团 ")}); !errors.As(err, &f) || f.Code != "account_exists" || f.Args["account"] != group {
		t.Errorf("an account of a name that is there = %v", err)
	}
}

func TestManyWhoAddAnAccountOfOneNameMakeOne(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	boss := w.Hire("boss", "manager")
	crowd(16, func(int) {
		if _, err := w.crm.AddAccount(t.Context(), boss, crm.AccountChange{Name: ptr("ACME")}); err != nil && !errors.Is(err, fault.Conflict) {
			t.Error(err)
		}
	})
	if n := w.count(`select count(*) from accounts`); n != 1 {
		t.Errorf("%d accounts, want 1", n)
	}
}

// Two who put each other's account above their own: one is told.
func TestNoRingOfAccountsIsMade(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	boss := w.Hire("boss", "manager")
	ids := []int64{w.account(boss, "a"), w.account(boss, "b")}
	crowd(8, func(i int) {
		if err := w.crm.EditAccount(t.Context(), boss, ids[i%2], crm.AccountChange{Parent: &ids[1-i%2]}); err != nil && !errors.Is(err, fault.Invalid) {
			t.Error(err)
		}
	})
	if n := w.count(`select count(*) from accounts where parent_id is not null`); n != 1 {
		t.Errorf("%d accounts have a parent, want one", n)
	}
}

func TestOnePersonActsForSeveralAccounts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	boss, li := w.Hire("boss", "manager"), w.Hire("li", "agent")
	wanli, tianshuo := w.account(boss, "万力"), w.account(boss, "天硕")
	zhang := w.customer("zhangyf@shwl.com", "张云峰")
	edit := func(ch crm.Change) error { return w.crm.EditContact(t.Context(), li, zhang.ID, ch) }
	mobile := crm.Point{Kind: crm.Phone, Address: "13901888888"}
	if err := edit(crm.Change{
		ActsFor: []crm.Role{{Account: wanli, Role: "设备科"}, {Account: tianshuo, Role: "顾问"}}, Prefers: ptr("phone"),
		AddPoints: []crm.Point{mobile, {Kind: crm.Fax, Address: "021-50305678"}}, Labels: []crm.Label{{Point: mobile, Label: "mobile"}},
	}); err != nil {
		t.Fatal(err)
	}
	p := w.person(zhang.ID)
	if p.Account == nil || p.Account.ID != wanli || p.Prefers != "phone" || len(p.Points) != 3 || p.Points[1].Label != "mobile" || p.Points[2].Kind != crm.Fax ||
		!slices.Equal(p.Accounts, []crm.ActsFor{{ID: wanli, Name: "万力", Role: "设备科"}, {ID: tianshuo, Name: "天硕", Role: "顾问"}}) {
		t.Errorf("the person is %+v", p)
	}
	if m := w.company(tianshuo).Contacts; len(m) != 1 || m[0].ID != zhang.ID || m[0].Role != "顾问" {
		t.Errorf("the members are %+v", m)
	}
	// Who leaves the main account is of the other one.
	if err := edit(crm.Change{Leaves: []int64{wanli}}); err != nil {
		t.Fatal(err)
	}
	if p := w.person(zhang.ID); p.Account == nil || p.Account.ID != tianshuo || len(p.Accounts) != 1 {
		t.Errorf("after leaving %+v", p)
	}
	for what, ch := range map[string]crm.Change{
		"an account nobody has":        {ActsFor: []crm.Role{{Account: 999}}},
		"a label of somebody's number": {Labels: []crm.Label{{Point: crm.Point{Kind: crm.Phone, Address: "13800138000"}, Label: "home"}}},
	} {
		if err := edit(ch); !errors.Is(err, fault.Invalid) {
			t.Errorf("%s = %v, want invalid", what, err)
		}
	}
}
