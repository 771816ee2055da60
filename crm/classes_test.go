package crm_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"frontline/crm"
	"frontline/internal/authority"
	"frontline/internal/fault"
)

func machine(amount string, ago time.Duration) crm.Purchase {
	return crm.Purchase{Kind: "machine", At: time.Now().Add(-ago), What: "SY3240平衡机", Quantity: "1", Amount: amount, Currency: "CNY"}
}

const day = 24 * time.Hour

// A customer grows with what he buys, and shrinks when it came back or is long ago.
func TestPurchasesMakeTheClass(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	boss := w.Hire("boss", "manager")
	wanli := w.account(boss, "上海万力机械有限公司")
	buy := func(p crm.Purchase) int64 {
		id, err := w.crm.AddPurchase(t.Context(), boss, wanli, p)
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	class := func(want, when string) {
		t.Helper()
		if got := w.company(wanli).Class; got != want {
			t.Errorf("%s the class is %q, want %q", when, got, want)
		}
	}
	buy(machine("5000000.00", 3*365*day))
	class("", "after a purchase of three years ago")
	buy(crm.Purchase{Kind: "part", At: time.Now().Add(-day), What: "SY3240-AK03", Number: "CTR1", Quantity: "1", Amount: "324.32", Currency: "CNY"})
	class("small", "after a part")
	buy(machine("199675.68", day))
	class("major", "at 200,000.00 to the cent")
	big := buy(machine("800000", day))
	class("vip", "at 1,000,000")
	buy(crm.Purchase{Kind: "machine", At: time.Now().Add(-day), What: "M", Quantity: "0.5", Amount: "9000000", Currency: "JPY"})
	class("vip", "after a purchase in a currency without threshold")
	for range 2 {
		if err := w.crm.VoidPurchase(t.Context(), boss, big, "退货"); err != nil {
			t.Fatal(err)
		}
	}
	class("major", "after the machine came back")

	history, err := w.crm.ClassHistory(t.Context(), boss, wanli)
	if err != nil {
		t.Fatal(err)
	}
	told := ""
	for _, h := range history {
		told += h.From + ">" + h.To + " "
	}
	if told != "vip>major major>vip small>major >small " || history[0].ByHand || history[0].Actor != boss.String() {
		t.Errorf("the history is %q: %+v", told, history)
	}
	// The order of a number is bought once, however often it is told.
	n := w.count(`select count(*) from purchases`)
	buy(crm.Purchase{Kind: "part", At: time.Now(), What: "again", Number: "CTR1", Quantity: "1", Amount: "9999999", Currency: "CNY"})
	class("major", "after an order told twice")
	if got := w.count(`select count(*) from purchases`); got != n {
		t.Errorf("%d purchases, want %d", got, n)
	}
	page, err := w.crm.Purchases(t.Context(), boss, wanli, 0, 2)
	if err != nil || len(page) != 2 {
		t.Fatalf("Purchases = %+v, %v", page, err)
	}
	rest, err := w.crm.Purchases(t.Context(), boss, wanli, page[1].ID, 10)
	if err != nil || len(rest) != n-2 || rest[len(rest)-1].Amount != "5000000.00" {
		t.Errorf("the rest of the purchases is %+v, %v", rest, err)
	}
}

func TestAClassByHandHoldsUntilItsEnd(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	boss, jobs := w.Hire("boss", "manager"), authority.System("jobs")
	wanli := w.account(boss, "万力")
	rank := func(class string, until *time.Time) error {
		return w.crm.EditAccount(t.Context(), boss, wanli, crm.AccountChange{Class: &class, ClassReason: "战略客户", ClassUntil: until})
	}
	if err := rank("vip", ptr(time.Now().Add(time.Second))); err != nil {
		t.Fatal(err)
	}
	if _, err := w.crm.AddPurchase(t.Context(), boss, wanli, machine("1", day)); err != nil {
		t.Fatal(err)
	}
	if got := w.company(wanli).Class; got != "vip" {
		t.Errorf("by hand the class is %q", got)
	}
	// The night after its end makes it what was bought.
	for w.company(wanli).Class == "vip" {
		if _, err := w.crm.Classify(t.Context(), jobs); err != nil {
			t.Fatal(err)
		}
	}
	if got := w.company(wanli).Class; got != "small" {
		t.Errorf("after its end the class is %q", got)
	}
	h, err := w.crm.ClassHistory(t.Context(), boss, wanli)
	if err != nil || len(h) != 2 || !h[1].ByHand || h[1].Reason != "战略客户" || h[0].ByHand || h[0].Actor != "system:jobs" {
		t.Errorf("the history is %+v, %v", h, err)
	}
	// Thresholds are rows: with other ones the next night gives other classes.
	if err := w.crm.SaveClass(t.Context(), boss, crm.Class{Key: "gold", Name: "金", Rank: 1, Thresholds: []crm.Threshold{{Currency: "CNY", Amount: "0.50"}}}); err != nil {
		t.Fatal(err)
	}
	if n, err := w.crm.Classify(t.Context(), jobs); err != nil || n != 1 || w.company(wanli).Class != "gold" {
		t.Errorf("%d changed, %v; the class is %q", n, err, w.company(wanli).Class)
	}
	if err := w.crm.SetClassWindow(t.Context(), boss, crm.ClassWindow{Days: 1000, Kinds: []string{"service"}}); err != nil {
		t.Fatal(err)
	}
	if n, err := w.crm.Classify(t.Context(), jobs); err != nil || n != 1 || w.company(wanli).Class != "" {
		t.Errorf("where machines do not count: %d changed, %v; the class is %q", n, err, w.company(wanli).Class)
	}
	for what, err := range map[string]error{
		"a class nobody has":    rank("platinum", nil),
		"an end that has been":  rank("vip", ptr(time.Now().Add(-day))),
		"no day":                w.crm.SetClassWindow(t.Context(), boss, crm.ClassWindow{Kinds: []string{"part"}}),
		"a threshold below 0":   w.crm.SaveClass(t.Context(), boss, crm.Class{Key: "x", Name: "x", Thresholds: []crm.Threshold{{Currency: "CNY", Amount: "-1"}}}),
		"a currency of nowhere": w.crm.SaveClass(t.Context(), boss, crm.Class{Key: "x", Name: "x", Thresholds: []crm.Threshold{{Currency: "XQX", Amount: "1"}}}),
	} {
		if !errors.Is(err, fault.Invalid) {
			t.Errorf("%s = %v, want invalid", what, err)
		}
	}
}

// A hundred purchases at once, which only together make a VIP.
func TestPurchasesAtOnceAreAllCounted(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	boss := w.Hire("boss", "manager")
	wanli := w.account(boss, "万力")
	crowd(20, func(i int) {
		for n := range 5 {
			p := machine("10000", day)
			p.Number = fmt.Sprint(i, "-", n)
			if _, err := w.crm.AddPurchase(t.Context(), boss, wanli, p); err != nil {
				t.Error(err)
			}
		}
	})
	if got := w.company(wanli).Class; got != "vip" {
		t.Errorf("the class is %q, want vip", got)
	}
}

func TestABadPurchaseIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	boss := w.Hire("boss", "manager")
	wanli := w.account(boss, "万力")
	for what, spoil := range map[string]func(*crm.Purchase){
		"a negative quantity":       func(p *crm.Purchase) { p.Quantity = "-1" },
		"none of it":                func(p *crm.Purchase) { p.Quantity = "0.0000" },
		"a quantity beyond doubles": func(p *crm.Purchase) { p.Quantity = "1e309" },
		"an amount beyond doubles":  func(p *crm.Purchase) { p.Amount = "1e309" },
		"a negative amount":         func(p *crm.Purchase) { p.Amount = "-1" },
		"a tenth of a cent":         func(p *crm.Purchase) { p.Amount = "1.001" },
		"a currency nobody uses":    func(p *crm.Purchase) { p.Currency = "XXQ" },
		"no name":                   func(p *crm.Purchase) { p.What = " " },
		"another kind":              func(p *crm.Purchase) { p.Kind = "gift" },
		"tomorrow":                  func(p *crm.Purchase) { p.At = time.Now().Add(day) },
		"no time":                   func(p *crm.Purchase) { p.At = time.Time{} },
		"a contact nobody is":       func(p *crm.Purchase) { p.Contact = 999 },
	} {
		p := machine("1", day)
		spoil(&p)
		if _, err := w.crm.AddPurchase(t.Context(), boss, wanli, p); !errors.Is(err, fault.Invalid) {
			t.Errorf("%s = %v, want invalid", what, err)
		}
	}
	if _, err := w.crm.AddPurchase(t.Context(), boss, 999, machine("1", day)); !errors.Is(err, fault.NotFound) {
		t.Errorf("a purchase by nobody = %v", err)
	}
	if err := w.crm.VoidPurchase(t.Context(), boss, 999, "x"); !errors.Is(err, fault.NotFound) {
		t.Errorf("to void what is not there = %v", err)
	}
}
