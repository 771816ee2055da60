package crm_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"

	"frontline/crm"
	"frontline/internal/authority"
	"frontline/internal/authority/authoritytest"
	"frontline/internal/fault"
)

func ptr[T any](v T) *T { return &v }

func TestEveryCommandOfCRMRefuses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	left, boss := w.Hire("left", "agent"), w.Hire("boss", "admin")
	if err := w.Accounts.ChangePerson(t.Context(), authority.System("cli"), left.ID, authority.PersonChange{Disabled: ptr(true)}); err != nil {
		t.Fatal(err)
	}
	c := w.customer("a@x", "A")
	if err := w.crm.EditContact(t.Context(), boss, c.ID, crm.Change{Account: ptr("厂")}); err != nil {
		t.Fatal(err)
	}
	account := w.person(c.ID).Account.ID
	bought := machine("1", day)
	purchase, err := w.crm.AddPurchase(t.Context(), boss, account, bought)
	if err != nil {
		t.Fatal(err)
	}
	authoritytest.Account(t, w.DB, w.crm, left, boss, authoritytest.Calls{
		"Person": func(ctx context.Context, by authority.Actor) error { _, err := w.crm.Person(ctx, by, c.ID); return err },
		"Company": func(ctx context.Context, by authority.Actor) error {
			_, err := w.crm.Company(ctx, by, account)
			return err
		},
		"Find": func(ctx context.Context, by authority.Actor) error { _, err := w.crm.Find(ctx, by, "a", 5); return err },
		"FindAccounts": func(ctx context.Context, by authority.Actor) error {
			_, err := w.crm.FindAccounts(ctx, by, "a", 5)
			return err
		},
		"Twins": func(ctx context.Context, by authority.Actor) error {
			_, err := w.crm.Twins(ctx, by, account)
			return err
		},
		"EditAccount": func(ctx context.Context, by authority.Actor) error {
			return w.crm.EditAccount(ctx, by, account, crm.AccountChange{Note: ptr("n")})
		},
		"AddAccount": func(ctx context.Context, by authority.Actor) error {
			_, err := w.crm.AddAccount(ctx, by, crm.AccountChange{Name: ptr("新 " + by.String())})
			return err
		},
		"Classes": func(ctx context.Context, by authority.Actor) error { _, err := w.crm.Classes(ctx, by); return err },
		"ClassHistory": func(ctx context.Context, by authority.Actor) error {
			_, err := w.crm.ClassHistory(ctx, by, account)
			return err
		},
		"SaveClass": func(ctx context.Context, by authority.Actor) error {
			return w.crm.SaveClass(ctx, by, crm.Class{Key: "x", Name: "x", Rank: 9})
		},
		"SetClassWindow": func(ctx context.Context, by authority.Actor) error {
			return w.crm.SetClassWindow(ctx, by, crm.ClassWindow{Days: 30, Kinds: []string{"part"}})
		},
		"Classify": func(ctx context.Context, by authority.Actor) error { _, err := w.crm.Classify(ctx, by); return err },
		"AddPurchase": func(ctx context.Context, by authority.Actor) error {
			_, err := w.crm.AddPurchase(ctx, by, account, bought)
			return err
		},
		"Purchases": func(ctx context.Context, by authority.Actor) error {
			_, err := w.crm.Purchases(ctx, by, account, 0, 5)
			return err
		},
		"VoidPurchase": func(ctx context.Context, by authority.Actor) error { return w.crm.VoidPurchase(ctx, by, purchase, "x") },
		"EditContact": func(ctx context.Context, by authority.Actor) error {
			return w.crm.EditContact(ctx, by, c.ID, crm.Change{Note: ptr("n")})
		},
	})
	// Who is disabled finds nobody.
	for name, read := range map[string]func() error{
		"Person":  func() error { _, err := w.crm.Person(t.Context(), left, c.ID); return err },
		"Company": func() error { _, err := w.crm.Company(t.Context(), left, account); return err },
	} {
		if err := read(); !errors.Is(err, fault.NotFound) {
			t.Errorf("%s by who has left = %v, want not found", name, err)
		}
	}
	if found, err := w.crm.Find(t.Context(), left, "a", 5); err != nil || len(found) != 0 {
		t.Errorf("Find by who has left = %+v, %v; want nobody", found, err)
	}
}

func TestAContactIsEdited(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	li := w.Hire("li", "agent")
	c := w.customer("zhang@x.cn", "zhang")
	other := w.customer("other@x.cn", "other")
	edit := func(ch crm.Change) error { return w.crm.EditContact(t.Context(), li, c.ID, ch) }
	if err := edit(crm.Change{
		Name: ptr(" 张\x00伟 "), Language: ptr("zh"), Note: ptr("喜欢电话"), Account: ptr("上海精密机床"),
		AddPoints: []crm.Point{{Kind: crm.Phone, Address: "138 0013 8000"}, {Kind: crm.Email, Address: "ZHANG@x.cn"}},
	}); err != nil {
		t.Fatal(err)
	}
	p := w.person(c.ID)
	if p.Name != "张伟" || p.Language != "zh" || p.Note != "喜欢电话" || p.Account == nil || p.Account.Name != "上海精密机床" || len(p.Points) != 2 {
		t.Errorf("after the edit %+v", p)
	}
	if got := w.count(`select count(*) from events where kind = 'contact.changed' and 'staff' = any (topics)`); got != 1 {
		t.Errorf("%d events, want 1", got)
	}
	// Another of the same company joins its account, however it is written.
	if err := w.crm.EditContact(t.Context(), li, other.ID, crm.Change{Account: ptr("上海精密机床 ")}); err != nil {
		t.Fatal(err)
	}
	if a := w.person(other.ID).Account; a == nil || a.ID != p.Account.ID {
		t.Errorf("the colleague's account is %+v, want the same", a)
	}
	company, err := w.crm.Company(t.Context(), li, p.Account.ID)
	if err != nil || len(company.Contacts) != 2 {
		t.Errorf("Company = %+v, %v; want both", company, err)
	}
	for what, c := range map[string]struct {
		ch   crm.Change
		kind error
	}{
		"an address that is somebody else's": {crm.Change{AddPoints: []crm.Point{{Kind: crm.Email, Address: "Other@x.cn"}}}, fault.Conflict},
		"no address":                         {crm.Change{AddPoints: []crm.Point{{Kind: crm.Email, Address: "x"}}}, fault.Invalid},
		"dropping no address":                {crm.Change{Drop: []crm.Point{{Kind: "fax", Address: "x"}}}, fault.Invalid},
		"an empty name":                      {crm.Change{Name: ptr(" \u202e ")}, fault.Invalid},
		"an unknown language":                {crm.Change{Language: ptr("fr")}, fault.Invalid},
		"bytes that no column takes":         {crm.Change{Note: ptr("a\x00")}, fault.Invalid},
	} {
		if err := edit(c.ch); !errors.Is(err, c.kind) {
			t.Errorf("%s = %v, want %v", what, err, c.kind)
		}
	}
	if err := edit(crm.Change{Account: ptr(""), Drop: []crm.Point{{Kind: crm.Phone, Address: "+8613800138000"}, {Kind: crm.Email, Address: "other@x.cn"}}}); err != nil {
		t.Fatal(err)
	}
	if p := w.person(c.ID); p.Account != nil || len(p.Points) != 1 || p.Points[0].Address != "zhang@x.cn" {
		t.Errorf("after the second edit %+v", p)
	}
	if p := w.person(other.ID); len(p.Points) != 1 {
		t.Error("somebody else's address was dropped")
	}
	if err := w.crm.EditContact(t.Context(), li, 999, crm.Change{Note: ptr("x")}); !errors.Is(err, fault.NotFound) {
		t.Errorf("a contact that is not there = %v", err)
	}
}

func TestOneAddressGoesToOneContactHoweverManyClaimIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	li := w.Hire("li", "agent")
	var ids [8]int64
	for i := range ids {
		ids[i] = w.customer(string(rune('a'+i))+"@x", "").ID
	}
	claim := crm.Point{Kind: crm.Phone, Address: "13800138000"}
	crowd(16, func(i int) {
		var err error
		if i < 8 {
			err = w.crm.EditContact(t.Context(), li, ids[i], crm.Change{AddPoints: []crm.Point{claim, {Kind: crm.Chat, Address: string(rune('a' + i))}}})
		} else {
			_, err = w.identify(claim, "")
		}
		if err != nil && !errors.Is(err, fault.Conflict) {
			t.Errorf("claim %d: %v", i, err)
		}
	})
	if n := w.count(`select count(*) from contact_points where kind = 'phone'`); n != 1 {
		t.Errorf("the number belongs to %d contacts", n)
	}
}

func TestAccountsOfOneNameAreOne(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	li := w.Hire("li", "agent")
	crowd(8, func(i int) {
		c := w.customer(string(rune('a'+i))+"@x", "")
		if err := w.crm.EditContact(t.Context(), li, c.ID, crm.Change{Account: ptr([]string{"ACME", "acme", "Acme "}[i%3])}); err != nil {
			t.Error(err)
		}
	})
	if n := w.count(`select count(*) from accounts`); n != 1 {
		t.Errorf("%d accounts, want 1", n)
	}
}

func TestDuplicatesAreProposedWithTheReason(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	me := w.customer("zhangwei@example.cn", "张伟")
	name := w.customer("zw@other.cn", "张伟")
	mailbox := w.customer("zhangwei@gmail.com", "Wei")
	w.customer("li@example.cn", "李娜")
	w.customer("admin@example.cn", "admin")
	short := w.customer("li@other.cn", "Li")
	dup := func(id int64) (out []crm.Duplicate) {
		err := w.Gate.View(t.Context(), email, func(q authority.Query) (err error) {
			out, err = w.crm.Duplicates(t.Context(), q, id)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	want := []crm.Duplicate{{name.ID, "张伟", "zw@other.cn", "same_name"}, {mailbox.ID, "Wei", "zhangwei@gmail.com", "same_mailbox_name"}}
	if got := dup(me.ID); !slices.Equal(got, want) {
		t.Errorf("duplicates %+v, want %+v", got, want)
	}
	li := w.Hire("li", "agent")
	number := crm.Point{Kind: crm.Phone, Address: "021-50301234"}
	for id, kind := range map[int64]string{me.ID: crm.Phone, short.ID: crm.Fax} {
		number.Kind = kind
		if err := w.crm.EditContact(t.Context(), li, id, crm.Change{AddPoints: []crm.Point{number}}); err != nil {
			t.Fatal(err)
		}
	}
	want = slices.Insert(want, 1, crm.Duplicate{ContactID: short.ID, Name: "Li", Address: "+862150301234", Reason: "same_number"})
	if got := dup(me.ID); !slices.Equal(got, want) {
		t.Errorf("duplicates %+v, want %+v", got, want)
	}
	if err := w.crm.EditContact(t.Context(), li, short.ID, crm.Change{Drop: []crm.Point{number, {Kind: crm.Fax, Address: number.Address}}}); err != nil {
		t.Fatal(err)
	}
	if got := dup(short.ID); len(got) != 0 {
		t.Errorf("a mailbox name as short as that proves nothing: %+v", got)
	}
}

func TestFindByTheBeginningOfNameOrAddress(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	li := w.Hire("li", "agent")
	a, b := w.customer("zhang@example.cn", "张伟"), w.customer("wei@example.cn", "Zhang Wei")
	if err := w.crm.EditContact(t.Context(), li, b.ID, crm.Change{AddPoints: []crm.Point{{Kind: crm.Phone, Address: "13800138000"}}}); err != nil {
		t.Fatal(err)
	}
	for words, want := range map[string][]int64{
		"zhang": {a.ID, b.ID}, "ZHANG W": {b.ID}, "张": {a.ID}, "wei@": {b.ID}, "": {}, "  ": {}, "%": nil, "x": nil, "\U0010FFFF": nil,
		"13800": {b.ID}, "138 0013": {b.ID}, "+86138": {b.ID}, "+86 138 0013-8000": {b.ID}, "0086 138": {b.ID}, "3800138": nil, "139": nil,
	} {
		found, err := w.crm.Find(t.Context(), li, words, 10)
		if err != nil {
			t.Errorf("Find %q: %v", words, err)
		}
		var ids []int64
		for _, p := range found {
			ids = append(ids, p.ID)
		}
		if !slices.Equal(ids, want) && len(ids)+len(want) > 0 {
			t.Errorf("Find %q = %v, want %v", words, ids, want)
		}
	}
	if _, err := w.crm.Find(t.Context(), li, "a\x00", 10); !errors.Is(err, fault.Invalid) {
		t.Errorf("Find of NUL = %v, want invalid", err)
	}
}

func TestAccountsAreFoundByTheBeginningOfTheirName(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	li := w.Hire("li", "agent")
	for i, name := range []string{"宏远轴承", "宏远机床", "ACME"} {
		c := w.customer(string(rune('a'+i))+"@x", "")
		if err := w.crm.EditContact(t.Context(), li, c.ID, crm.Change{Account: &name}); err != nil {
			t.Fatal(err)
		}
	}
	for words, want := range map[string]int{"宏远": 2, "宏远机": 1, "ac": 1, "": 0, "%": 0, "机床": 0} {
		found, err := w.crm.FindAccounts(t.Context(), li, words, 10)
		if err != nil || len(found) != want || found == nil {
			t.Errorf("FindAccounts %q = %+v, %v; want %d", words, found, err, want)
		}
	}
}

// Two have the same contact open; the second to save is told, and nothing of the first is lost.
func TestTwoWhoEditOneContactDoNotOverwriteEachOther(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	li, wang := w.Hire("li", "agent"), w.Hire("wang", "agent")
	c := w.customer("zhang@x.cn", "zhang")
	begun := w.person(c.ID).Version
	edit := func(by authority.Actor, ch crm.Change) error {
		ch.Version = begun
		return w.crm.EditContact(t.Context(), by, c.ID, ch)
	}
	if err := edit(li, crm.Change{Name: ptr("张伟")}); err != nil {
		t.Fatal(err)
	}
	for what, ch := range map[string]crm.Change{
		"a name": {Name: ptr("Zhang")}, "a point": {AddPoints: []crm.Point{{Kind: crm.Phone, Address: "13800138000"}}}, "an account": {Account: ptr("ACME")},
	} {
		var f *fault.Fault
		if err := edit(wang, ch); !errors.As(err, &f) || f.Code != "stale_contact" || f.Args["version"] != begun+1 {
			t.Errorf("%s on a stale view = %v, want stale_contact with version %d", what, err, begun+1)
		}
	}
	if p := w.person(c.ID); p.Name != "张伟" || len(p.Points) != 1 || p.Account != nil || p.Version != begun+1 {
		t.Errorf("after the refusals %+v", p)
	}
	// Sixteen at once from one view: one is done.
	begun++
	var done atomic.Int32
	crowd(16, func(i int) {
		err := edit(li, crm.Change{Note: ptr(fmt.Sprint(i))})
		if err == nil {
			done.Add(1)
		} else if !errors.Is(err, fault.Conflict) {
			t.Error(err)
		}
	})
	if done.Load() != 1 {
		t.Errorf("%d edits of one view were taken, want one", done.Load())
	}
	begun = 0
	if err := edit(wang, crm.Change{Note: ptr("a program that knows no versions")}); err != nil {
		t.Error(err)
	}
}

func TestAnAddressThatIsTakenSaysWhoseItIs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	li := w.Hire("li", "agent")
	c, other := w.customer("zhang@x.cn", "zhang"), w.customer("other@x.cn", "王芳")
	add := func(p ...crm.Point) (f *fault.Fault) {
		err := w.crm.EditContact(t.Context(), li, c.ID, crm.Change{AddPoints: p})
		if !errors.As(err, &f) {
			t.Fatalf("adding %+v = %v, want a fault", p, err)
		}
		return f
	}
	if f := add(crm.Point{Kind: crm.Email, Address: "Other@X.cn"}); f.Code != "address_taken" || f.Args["contact"] != other.ID || f.Args["name"] != "王芳" || f.Args["address"] != "other@x.cn" {
		t.Errorf("= %+v", f)
	}
	for place, p := range map[string]crm.Point{"add_points.1.address": {Kind: crm.Phone, Address: "12"}, "add_points.1.kind": {Kind: "pager", Address: "1"}} {
		if f := add(crm.Point{Kind: crm.Chat, Address: "v"}, p); f.Fields[0].Name != place {
			t.Errorf("%+v is said to be wrong at %q, want %q", p, f.Fields[0].Name, place)
		}
	}
}

func TestABouncedAddressIsRemembered(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.customer("gone@x", "")
	for _, good := range []bool{false, true} {
		if err := w.part(func(ctx context.Context, tx *authority.Tx) error { return crm.Bounced(ctx, tx, "Gone@X", good) }); err != nil {
			t.Fatal(err)
		}
		if at := w.person(c.ID).Points[0].BouncedAt; (at == nil) != good {
			t.Errorf("after good = %v it bounced at %v", good, at)
		}
	}
}
