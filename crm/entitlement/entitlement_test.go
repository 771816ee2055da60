package entitlement_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"frontline/crm/entitlement"

	"github.com/shopspring/decimal"
)

var shanghai = time.FixedZone("Asia/Shanghai", 8*60*60)

// at reads a time of the sample's country: "2005-02-22 10:05", or with seconds.
func at(s string) time.Time {
	for _, form := range []string{"2006-01-02 15:04:05.999999999", "2006-01-02 15:04", time.RFC3339} {
		if t, err := time.ParseInLocation(form, s, shanghai); err == nil {
			return t
		}
	}
	panic(s)
}

func percent(s string) decimal.Decimal { return decimal.RequireFromString(s) }

type (
	change   = func(*entitlement.Case)
	contract = func(*entitlement.Contract)
)

// machine is the sample's balancing machine: asset 6 of product 3240, under warranty until the contract's end.
func machine() entitlement.Case {
	return entitlement.Case{
		Asset: &entitlement.Asset{ID: 6, Product: 3240, Warranty: entitlement.Warranty{Kind: "hardware_and_software", From: at("2004-05-31 19:00"), To: at("2005-05-31 19:00")}},
		Under: entitlement.Terms{Free: []string{"visit", "labour", "parts"}},
		Out:   entitlement.Terms{LabourOff: percent("0")},
	}
}

// signed is a contract of the sample's kind that names the machine; changes make another of it.
func signed(number string, changes ...contract) change {
	k := entitlement.Contract{
		ID: int64(number[0]), Number: number, Kind: "on_site", State: entitlement.Signed, From: at("2004-12-01 09:00"), To: at("2005-05-31 19:00"), Assets: []int64{6},
		Terms: entitlement.Terms{Calendar: "8*5", Promises: []entitlement.Promise{{Kind: "arrival", Days: 1}}, Free: []string{"visit"}, PartsOff: percent("10"), LabourOff: percent("20")},
	}
	for _, c := range changes {
		c(&k)
	}
	return func(c *entitlement.Case) { c.Contracts = append(c.Contracts, k) }
}

func state(s string) contract { return func(k *entitlement.Contract) { k.State = s } }
func from(s string) contract  { return func(k *entitlement.Contract) { k.From = at(s) } }
func to(s string) contract    { return func(k *entitlement.Contract) { k.To = at(s) } }
func names(ids ...int64) contract {
	return func(k *entitlement.Contract) { k.Assets = ids }
}

func products(ids ...int64) contract {
	return func(k *entitlement.Contract) { k.Assets, k.Products = nil, ids }
}
func everything(k *entitlement.Contract) { k.Assets, k.Everything = nil, true }
func visits(total, used int) contract {
	return func(k *entitlement.Contract) { k.Visits = &entitlement.Included{Total: total, Used: used} }
}

func minutes(total, used int) contract {
	return func(k *entitlement.Contract) {
		k.Minutes = &entitlement.Included{Total: total, Used: used}
		k.Free = append(k.Free, "labour")
	}
}
func noWarranty(c *entitlement.Case)  { c.Asset.Warranty = entitlement.Warranty{} }
func thirdParty(c *entitlement.Case)  { c.Asset.ThirdParty = true }
func retired(c *entitlement.Case)     { c.Asset.Retired = true }
func noProduct(c *entitlement.Case)   { c.Asset.Product = 0 }
func accountOnly(c *entitlement.Case) { c.Asset = nil }
func concerns(what string) change     { return func(c *entitlement.Case) { c.Concerns = what } }
func covers(kind string) change       { return func(c *entitlement.Case) { c.Asset.Warranty.Kind = kind } }
func warranty(begin, end string) change {
	return func(c *entitlement.Case) { c.Asset.Warranty.From, c.Asset.Warranty.To = at(begin), at(end) }
}

// vip customers get a tenth off outside of the warranty, and somebody within two hours.
func vip(c *entitlement.Case) {
	c.Out = entitlement.Terms{Class: "vip", Calendar: "24*7", Promises: []entitlement.Promise{{Kind: "first_reply", Minutes: 120}}, PartsOff: percent("10"), LabourOff: percent("10")}
}

// written is an answer in one line: basis, what is free, what is off, what is left, what else would do: the reasons.
func written(e entitlement.Entitlement) string {
	var b strings.Builder
	b.WriteString(e.Basis)
	if e.Contract != nil {
		b.WriteString(" " + e.Contract.Number)
	}
	if !e.Until.IsZero() {
		b.WriteString(" until " + e.Until.In(shanghai).Format("06-01-02"))
	}
	if len(e.Free) > 0 {
		b.WriteString(", free " + strings.Join(e.Free, "+"))
	}
	if !e.PartsOff.IsZero() || !e.LabourOff.IsZero() {
		fmt.Fprintf(&b, ", off %s/%s", e.PartsOff, e.LabourOff)
	}
	if e.Calendar != "" {
		b.WriteString(", " + e.Calendar)
	}
	for _, p := range e.Promises {
		fmt.Fprintf(&b, " %s %d/%d", p.Kind, p.Minutes, p.Days)
	}
	if e.VisitsLeft != nil {
		fmt.Fprintf(&b, ", %d visits", *e.VisitsLeft)
	}
	if e.MinutesLeft != nil {
		fmt.Fprintf(&b, ", %d min", *e.MinutesLeft)
	}
	for _, k := range e.Also {
		b.WriteString(", also " + k.Number)
	}
	var codes []string
	for _, r := range e.Reasons {
		codes = append(codes, r.Code)
	}
	return b.String() + ": " + strings.Join(codes, " ")
}

func TestWhatACustomerIsEntitledTo(t *testing.T) {
	t.Parallel()
	if len(cases) < 60 {
		t.Errorf("%d cases, want at least 60", len(cases))
	}
	seen := map[string]bool{}
	for _, x := range cases {
		if seen[x.name] {
			t.Errorf("%s is there twice", x.name)
		}
		seen[x.name] = true
		c := machine()
		for _, change := range x.changes {
			change(&c)
		}
		if got := written(entitlement.Of(c, at(x.at))); got != x.want {
			t.Errorf("%s\n got %s\nwant %s", x.name, got, x.want)
		}
	}
}

// The order in which contracts are read from the database must not change the answer, nor the zone in which the time is given.
func TestTheOrderOfContractsAndTheZoneDoNotMatter(t *testing.T) {
	t.Parallel()
	for _, x := range cases {
		c := machine()
		for _, change := range x.changes {
			change(&c)
		}
		if len(c.Contracts) < 2 {
			continue
		}
		want := entitlement.Of(c, at(x.at))
		slices.Reverse(c.Contracts)
		got := entitlement.Of(c, at(x.at).In(time.FixedZone("west", -9*3600)))
		if got.Basis != want.Basis || got.Contract != nil && got.Contract.Number != want.Contract.Number || len(got.Also) != len(want.Also) {
			t.Errorf("%s: reversed %s, want %s", x.name, written(got), written(want))
		}
	}
}

// What is answered belongs to the caller: changing it changes no contract.
func TestAnAnswerSharesNothingWithTheQuestion(t *testing.T) {
	t.Parallel()
	c := machine()
	signed("A", visits(1, 1))(&c)
	e := entitlement.Of(c, at("2005-02-22 10:05"))
	e.Free[0], e.Promises[0].Days = "changed", 9
	if k := c.Contracts[0]; k.Free[0] != "visit" || k.Promises[0].Days != 1 || c.Under.Free[0] != "visit" {
		t.Errorf("the question became %+v", c)
	}
}

func TestReasonsInWords(t *testing.T) {
	t.Parallel()
	c := machine()
	signed("FWHYBRG0020050223001", visits(3, 1), minutes(90, 0), func(k *entitlement.Contract) { k.Name = "万力现场服务合约 {until}" })(&c)
	signed("B", to("2005-05-01 00:00"))(&c)
	e := entitlement.Of(c, at("2005-02-22 10:05"))
	check := func(lang string, want ...string) {
		t.Helper()
		var got []string
		for _, r := range e.Reasons {
			got = append(got, r.Words(lang, shanghai))
		}
		if !slices.Equal(got, want) {
			t.Errorf("in %s:\n got %q\nwant %q", lang, got, want)
		}
	}
	check("zh", "合约 FWHYBRG0020050223001 万力现场服务合约 {until}列明此资产,有效至 2005-05-31 19:00", "含 3 次上门,剩余 2 次", "含 1.5 小时工时,剩余 1.5 小时", "合约 B 同时有效", "仍在保修期内,保修内免费的项目照旧免费")
	check("en", "contract FWHYBRG0020050223001 万力现场服务合约 {until} names this asset, until 2005-05-31 19:00", "2 of 3 visits are left", "1.5 of 1.5 hours are left", "contract B holds at the same time", "the warranty still holds, and what it makes free stays free")
	c = machine()
	e = entitlement.Of(c, at("2005-02-22 10:05"))
	check("zh", "硬件和软件保修至 2005-05-31 19:00")
	check("en", "under warranty for hardware and software until 2005-05-31 19:00")
}

// Every reason of the table has words in both languages, with every place in them filled.
func TestEveryReasonHasWords(t *testing.T) {
	t.Parallel()
	told := map[string]bool{}
	for _, x := range cases {
		c := machine()
		for _, change := range x.changes {
			change(&c)
		}
		for _, r := range entitlement.Of(c, at(x.at)).Reasons {
			told[r.Code] = true
			for _, lang := range []string{"zh", "en"} {
				if w := r.Words(lang, shanghai); w == "" || strings.ContainsAny(w, "{}") {
					t.Errorf("%s: %s in %s: %q", x.name, r.Code, lang, w)
				}
			}
		}
	}
	if len(told) < 25 {
		t.Errorf("the table tells %d kinds of reasons, there are 25", len(told))
	}
}
