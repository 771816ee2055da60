package crm_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"frontline/crm"
	"frontline/internal/authority"
	"frontline/internal/fault"
)

func TestSixteenFirstContactsAtOnceMakeOneContact(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for kind, spellings := range map[string][]string{
		crm.Email: {"zhang.wei@example.cn", "Zhang.Wei@Example.CN", " ZHANG.WEI@EXAMPLE.CN ", "zhang.wei@EXAMPLE.cn"},
		crm.Phone: {"13800138000", "138 0013 8000", "+86 138-0013-8000", "0086 138 0013 8000", "１３８００１３８０００"},
		crm.Chat:  {"visitor-7f3a"},
	} {
		var got [16]crm.Contact
		crowd(16, func(i int) {
			c, err := w.identify(crm.Point{Kind: kind, Address: spellings[i%len(spellings)]}, "张伟")
			if err != nil {
				t.Errorf("Identify %s %q: %v", kind, spellings[i%len(spellings)], err)
			}
			got[i] = c
		})
		made := 0
		for _, c := range got {
			if c.ID != got[0].ID {
				t.Errorf("%s: contacts %d and %d, want one", kind, c.ID, got[0].ID)
			}
			if c.New {
				made++
			}
		}
		if made != 1 {
			t.Errorf("%s: made by %d, want by one", kind, made)
		}
	}
	if n := w.count(`select count(*) from contacts`); n != 3 {
		t.Errorf("%d contacts, want one for each kind", n)
	}
}

// Two who give a mail address and a phone number in other orders, at once and again.
func TestSeveralPointsMakeOneContact(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	mail, phone := crm.Point{Kind: crm.Email, Address: "Li@Example.cn"}, crm.Point{Kind: crm.Phone, Address: "139 0013 9000"}
	var ids [16]int64
	crowd(16, func(i int) {
		points := []crm.Point{mail, phone}
		if i%2 == 1 {
			points = []crm.Point{phone, mail}
		}
		err := w.part(func(ctx context.Context, tx *authority.Tx) error {
			c, err := crm.IdentifyAny(ctx, tx, points, "李娜")
			ids[i] = c.ID
			return err
		})
		if err != nil {
			t.Error(err)
		}
	})
	for _, id := range ids {
		if id != ids[0] {
			t.Fatalf("contacts %v, want one", ids)
		}
	}
	// A point that is somebody else's stays there.
	other := w.customer("wang@example.cn", "王芳")
	err := w.part(func(ctx context.Context, tx *authority.Tx) error {
		c, err := crm.IdentifyAny(ctx, tx, []crm.Point{{Kind: crm.Email, Address: "new@example.cn"}, {Kind: crm.Email, Address: "wang@example.cn"}, phone}, "x")
		if c.ID != other.ID {
			t.Errorf("is contact %d, want %d, the first that is known", c.ID, other.ID)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if p := w.person(ids[0]); len(p.Points) != 2 {
		t.Errorf("points %+v, want both still", p.Points)
	}
	if p := w.person(other.ID); len(p.Points) != 2 {
		t.Errorf("points %+v, want the new one too", p.Points)
	}
	if err := w.part(func(ctx context.Context, tx *authority.Tx) error {
		_, err := crm.IdentifyAny(ctx, tx, nil, "x")
		return err
	}); !errors.Is(err, fault.Invalid) {
		t.Errorf("nobody = %v, want invalid", err)
	}
}

func TestNormal(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ kind, in, want string }{
		{crm.Email, " A.B@Example.COM ", "a.b@example.com"},
		{crm.Email, "用户@例子.公司", "用户@例子.公司"},
		{crm.Email, `"a@b"@example.com`, `"a@b"@example.com`},
		{crm.Email, "a@b\xff.com", "a@b.com"},
		{crm.Phone, "010-6552 9988", "+861065529988"},
		{crm.Phone, "+1 (650) 253-0000", "+16502530000"},
		{crm.Chat, "v-1", "v-1"},
		{crm.Other, "WeChat:张", "WeChat:张"},
		{crm.Email, "", ""},
		{crm.Email, "no at", ""},
		{crm.Email, "@x", ""},
		{crm.Email, "x@", ""},
		{crm.Email, "a b@x", ""},
		{crm.Email, "a\u00a0b@x", ""},
		{crm.Email, "a@x\r\nBcc: b@x", ""},
		{crm.Email, "a\x00@x", ""},
		{crm.Email, "<a@x>", ""},
		{crm.Email, "a@x,b@x", ""},
		{crm.Email, strings.Repeat("a", 320) + "@x", ""},
		{crm.Phone, "12", ""},
		{crm.Phone, "call me", ""},
		{crm.Phone, "1\x00", ""},
		{crm.Other, "a\x1bb", ""},
		{"", "x", ""},
		{"fax", "1", ""},
	} {
		got, err := crm.Point{Kind: c.kind, Address: c.in}.Normal()
		switch {
		case c.want == "" && !errors.Is(err, fault.Invalid):
			t.Errorf("Normal of %s %q = %q, %v; want invalid", c.kind, c.in, got.Address, err)
		case c.want != "" && (err != nil || got.Address != c.want):
			t.Errorf("Normal of %s %q = %q, %v; want %q", c.kind, c.in, got.Address, err, c.want)
		}
	}
}

// Whatever is taken for an address is one that has one form, in one line, that Postgres keeps.
func FuzzNormal(f *testing.F) {
	for _, s := range []string{"a@b", "A@B", "13800138000", "+1 650 253 0000", "\x00", "\xff@x", "a@x\r\n", "İ@x", "\u202e@x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, kind := range []string{crm.Email, crm.Phone, crm.Chat, crm.Other} {
			p, err := crm.Point{Kind: kind, Address: s}.Normal()
			if err != nil {
				continue
			}
			if again, err := p.Normal(); err != nil || again != p {
				t.Errorf("%s %q became %q, and that %q, %v", kind, s, p.Address, again.Address, err)
			}
			if n := utf8.RuneCountInString(p.Address); !utf8.ValidString(p.Address) || strings.ContainsFunc(p.Address, unicode.IsControl) || n == 0 || n > 320 {
				t.Errorf("%s %q became %q", kind, s, p.Address)
			}
		}
	})
}

// Names are strangers' bytes.
func TestNamesOfStrangers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for address, c := range map[string]struct{ name, want string }{
		"a@x": {"", "a@x"}, "b@x": {" \r\n ", "b@x"}, "c@x": {"张\x00伟\xff", "张伟\uFFFD"}, "d@x": {"x\r\nBcc: y", "x Bcc: y"},
		"e@x": {strings.Repeat("长", 10_000), strings.Repeat("长", 200)}, "f@x": {"李\u202Eexe", "李exe"},
	} {
		if got := w.customer(address, c.name); got.Name != c.want {
			t.Errorf("%q is called %q, want %q", c.name, got.Name, c.want)
		}
	}
	// What they are called later changes nothing: an agent may have put it right.
	if again := w.customer("D@x", "another"); again.Name != "x Bcc: y" || again.New {
		t.Errorf("second contact = %+v", again)
	}
}

// An import has thousands at a time, some of them known, some there twice, while customers write.
func TestManyAtOnceAreTheSameAsOneByOne(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	mail := func(s string) crm.Point { return crm.Point{Kind: crm.Email, Address: s} }
	phone := crm.Point{Kind: crm.Phone, Address: "+8613800138000"}
	known := w.customer("known@x", "Known")
	var got []crm.Contact
	err := w.part(func(ctx context.Context, tx *authority.Tx) (err error) {
		got, err = crm.IdentifyMany(ctx, tx, []crm.Somebody{
			{Name: "Other", Points: []crm.Point{mail("known@x"), mail("known@home")}},
			{Name: " 新\x00人 ", Points: []crm.Point{mail("new@x"), phone}},
			{Name: "again", Points: []crm.Point{phone}},
			{Points: []crm.Point{mail("nameless@x")}},
			{Points: []crm.Point{mail("other@x"), mail("known@home")}}, // the second says who it is
		})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if got[0].ID != known.ID || got[0].New || got[4].ID != known.ID || got[1].Name != "新人" || !got[1].New || got[2].ID != got[1].ID || got[2].New || got[3].Name != "nameless@x" {
		t.Errorf("contacts %+v", got)
	}
	if p := w.person(known.ID); p.Name != "Known" || len(p.Points) != 3 {
		t.Errorf("the known one is %+v", p)
	}
	if p := w.person(got[1].ID); len(p.Points) != 2 {
		t.Errorf("the new one is %+v", p)
	}
	if err := w.part(func(ctx context.Context, tx *authority.Tx) error {
		none, err := crm.IdentifyMany(ctx, tx, nil)
		if len(none) != 0 {
			t.Errorf("nobody is %+v", none)
		}
		return err
	}); err != nil {
		t.Error(err)
	}
	// Imports of the same people in other orders, and one of them writes.
	people := make([]crm.Somebody, 300)
	for i := range people {
		people[i] = crm.Somebody{Points: []crm.Point{mail(fmt.Sprintf("p%d@x", i))}}
	}
	crowd(6, func(i int) {
		if i >= 4 {
			if _, err := w.identify(people[i*7].Points[0], "writes"); err != nil {
				t.Error(err)
			}
			return
		}
		mine := slices.Clone(people)
		rand.Shuffle(len(mine), func(a, b int) { mine[a], mine[b] = mine[b], mine[a] })
		if err := w.part(func(ctx context.Context, tx *authority.Tx) error {
			_, err := crm.IdentifyMany(ctx, tx, mine)
			return err
		}); err != nil {
			t.Error(err)
		}
	})
	if n := w.count(`select count(*) from contacts c where exists (select from contact_points p where p.contact_id = c.id and address like 'p%@x')`); n != 300 {
		t.Errorf("%d contacts for 300 people", n)
	}
	if n := w.count(`select count(*) from contacts c where not exists (select from contact_points p where p.contact_id = c.id)`); n != 0 {
		t.Errorf("%d contacts that nobody can reach", n)
	}
}
