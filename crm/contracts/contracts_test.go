package contracts_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"frontline/crm"
	"frontline/crm/assets"
	"frontline/crm/catalogue"
	"frontline/crm/contracts"
	"frontline/crm/entitlement"
	"frontline/internal/authority"
	"frontline/internal/authority/authoritytest"
	"frontline/internal/fault"
	"frontline/internal/web/webtest"
)

var demo = authority.System("demo")

type world struct {
	*webtest.Office
	*contracts.Contracts
	t              *testing.T
	assets         *assets.Assets
	sales          authority.Actor
	account        int64
	product, other int64 // products
	machine        int64 // an asset of product, under warranty in 2004/05
}

func newWorld(t *testing.T) *world {
	t.Helper()
	o := webtest.Open(t, crm.Schemas()...)
	w := &world{Office: o, Contracts: contracts.New(o.Gate), t: t, assets: assets.New(o.Gate), sales: o.Hire("sales", "sales")}
	w.account = w.company("上海万力机械有限公司", "")
	goods := catalogue.New(o.Gate)
	for number, id := range map[string]*int64{"SY3240": &w.product, "AK03": &w.other} {
		var err error
		if *id, err = goods.SaveProduct(t.Context(), demo, 0, catalogue.ProductFields{Number: number, Name: number, Kind: "machine"}); err != nil {
			t.Fatal(err)
		}
	}
	w.machine = w.asset(w.account, &w.product)
	return w
}

// company is an account of a name and class.
func (w *world) company(name, class string) (id int64) {
	w.t.Helper()
	err := w.Gate.Do(w.t.Context(), demo, func(tx *authority.Tx) error {
		if err := tx.Allow(w.t.Context(), authority.Act{Name: "asset.edit", Object: "account"}); err != nil {
			return err
		}
		return tx.QueryRow(w.t.Context(), `insert into accounts (name, class) values ($1, $2) returning id`, name, class).Scan(&id)
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return id
}

func (w *world) asset(account int64, product *int64) int64 {
	w.t.Helper()
	from, to := shanghai("2004-05-31 19:00"), shanghai("2005-05-31 19:00")
	id, err := w.assets.Save(w.t.Context(), demo, 0, 0, assets.Fields{AccountID: account, ProductID: product, Name: "SY3240平衡机", WarrantyKind: "hardware_and_software", WarrantyFrom: &from, WarrantyTo: &to})
	if err != nil {
		w.t.Fatal(err)
	}
	return id
}

// zone is the customers'.
var zone = time.FixedZone("Asia/Shanghai", 8*60*60)

func shanghai(s string) time.Time {
	at, err := time.ParseInLocation("2006-01-02 15:04", s, zone)
	if err != nil {
		panic(err)
	}
	return at
}

// fields are those of the sample's contract.
func (w *world) fields(number string, changes ...func(*contracts.Fields)) contracts.Fields {
	f := contracts.Fields{
		Number: number, Name: "万力现场服务合约", AccountID: w.account, Kind: "on_site", Assets: []int64{w.machine},
		Offer:  contracts.Offer{Calendar: "8*5", Promises: []entitlement.Promise{{Kind: "arrival", Days: 1}}, Free: []string{"visit"}, PartsOff: "10", LabourOff: "12.50"},
		Begins: shanghai("2004-12-01 09:00"), Ends: shanghai("2005-05-31 19:00"),
	}
	for _, c := range changes {
		c(&f)
	}
	return f
}

func (w *world) save(f contracts.Fields) contracts.Saved {
	w.t.Helper()
	out, err := w.Save(w.t.Context(), w.sales, 0, 0, f)
	if err != nil {
		w.t.Fatal(err)
	}
	return out
}

func (w *world) signed(f contracts.Fields) int64 {
	w.t.Helper()
	id := w.save(f).ID
	if err := w.Move(w.t.Context(), w.sales, id, "signed", ""); err != nil {
		w.t.Fatal(err)
	}
	return id
}

// The sample's contract is kept whole and says, for its machine, what the sample says.
func TestTheSampleContract(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.Serve(w.Routes)
	id := s.Must(201, "sales", "POST", "/api/v1/contracts", fmt.Sprintf(`{"number":"FWHYBRG0020050223001","name":"万力现场服务合约","account_id":%d,"kind":"on_site","calendar":"8*5",
		"promises":[{"kind":"arrival","days":1}],"free":["visit"],"parts_off":"10","labour_off":"12.50","visits":3,"minutes":600,"assets":[%d],
		"begins_at":"2004-12-01T09:00:00+08:00","ends_at":"2005-05-31T19:00:00+08:00"}`, w.account, w.machine)).ID("id")
	one := fmt.Sprint("/api/v1/contracts/", id)
	ask := fmt.Sprint("/api/v1/entitlement?at=2005-02-22T10:05:00%2B08:00&asset=", w.machine)
	if a := s.Must(200, "sales", "GET", ask, nil); a.Get("basis") != "warranty" {
		t.Errorf("before it is signed %s", a)
	}
	s.Must(204, "sales", "POST", one+"/state", `{"state":"signed"}`)
	s.Must(403, "sales", "POST", one+"/uses", `{"visits":1}`)
	w.Hire("lxb", "engineer")
	use := s.Must(201, "lxb", "POST", one+"/uses", `{"visits":1,"minutes":150,"object":"ticket:42"}`).ID("id")
	got := s.Must(200, "sales", "GET", one, nil)
	for path, want := range map[string]any{
		"number": "FWHYBRG0020050223001", "name": "万力现场服务合约", "account": "上海万力机械有限公司", "kind": "on_site", "state": "signed", "calendar": "8*5",
		"promises.0.kind": "arrival", "promises.0.days": 1.0, "begins_at": "2004-12-01T01:00:00Z", "ends_at": "2005-05-31T11:00:00Z",
		"parts_off": "10", "labour_off": "12.5", "visits": 3.0, "visits_used": 1.0, "minutes_used": 150.0, "uses.0.object": "ticket:42", "remind_days": 30.0,
	} {
		if got.Get(path) != want {
			t.Errorf("%s = %v, want %v", path, got.Get(path), want)
		}
	}
	a := s.Must(200, "sales", "GET", ask, nil, "Accept-Language", "zh", "Time-Zone", "Asia/Shanghai")
	for path, want := range map[string]any{
		"basis": "contract", "contract.number": "FWHYBRG0020050223001", "until": "2005-05-31T11:00:00Z", "calendar": "8*5", "promises.0.days": 1.0,
		"free.0": "visit", "free.1": "labour", "parts_off": "10", "labour_off": "12.5", "visits_left": 2.0, "minutes_left": 450.0,
		"reasons.0.words": "合约 FWHYBRG0020050223001 万力现场服务合约列明此资产,有效至 2005-05-31 19:00", "reasons.2.words": "含 10 小时工时,剩余 7.5 小时",
	} {
		if a.Get(path) != want {
			t.Errorf("%s = %v, want %v in %s", path, a.Get(path), want, a)
		}
	}
	s.Must(204, "lxb", "DELETE", fmt.Sprint(one, "/uses/", use), nil)
	s.Must(204, "lxb", "DELETE", fmt.Sprint(one, "/uses/", use), nil) // twice is once
	s.Must(404, "lxb", "DELETE", fmt.Sprint(one, "/uses/999"), nil)
	if a := s.Must(200, "sales", "GET", ask, nil); a.Get("visits_left") != 3.0 {
		t.Errorf("after the use was taken back %s", a)
	}
	if a := s.Must(200, "sales", "GET", fmt.Sprint("/api/v1/contracts?account=", w.account), nil); a.ID("items.0.id") != id || a.Get("items.1") != nil {
		t.Errorf("contracts of the account %s", a)
	}
	s.Must(400, "sales", "GET", "/api/v1/contracts", nil)
	s.Must(400, "sales", "GET", "/api/v1/entitlement", nil)
	s.Must(404, "sales", "GET", "/api/v1/entitlement?asset=999", nil)
}

func TestWhatIsWrongWithAContractIsSaid(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.save(w.fields("A"))
	theirs := w.asset(w.company("别家", ""), nil)
	for what, c := range map[string]struct {
		change      func(*contracts.Fields)
		field, code string
	}{
		"ends before it begins":        {func(f *contracts.Fields) { f.Ends = f.Begins.Add(-time.Second) }, "ends_at", "ends_before_it_begins"},
		"ends as it begins":            {func(f *contracts.Fields) { f.Ends = f.Begins }, "ends_at", "ends_before_it_begins"},
		"more than all off":            {func(f *contracts.Fields) { f.PartsOff = "100.5" }, "parts_off", "bad_percent"},
		"an endless discount":          {func(f *contracts.Fields) { f.LabourOff = "1e309" }, "labour_off", "bad_percent"},
		"fewer than no visits":         {func(f *contracts.Fields) { f.Visits = ptr(-1) }, "visits", "too_small"},
		"another's machine":            {func(f *contracts.Fields) { f.Assets = []int64{w.machine, theirs} }, "assets.1", "not_of_the_account"},
		"a product that there is not":  {func(f *contracts.Fields) { f.Products = []int64{999} }, "products.0", "unknown_product"},
		"an account that there is not": {func(f *contracts.Fields) { f.AccountID, f.Assets = 999, nil }, "account_id", "unknown_account"},
		"an owner that there is not":   {func(f *contracts.Fields) { f.OwnerID = ptr(int64(999)) }, "owner_id", "unknown_agent"},
		"no number":                    {func(f *contracts.Fields) { f.Number = " " }, "number", "required"},
		"one promise twice":            {func(f *contracts.Fields) { f.Promises = append(f.Promises, f.Promises[0]) }, "promises.1.kind", "duplicate"},
		"a promise by no clock":        {func(f *contracts.Fields) { f.Calendar = "" }, "calendar", "required"},
		"hours and days of a promise":  {func(f *contracts.Fields) { f.Promises[0].Minutes = 5 }, "promises.0.minutes", "within_and_day"},
	} {
		_, err := w.Save(t.Context(), w.sales, 0, 0, w.fields("B", c.change))
		var f *fault.Fault
		if !errors.As(err, &f) || len(f.Fields) != 1 || f.Fields[0].Name != c.field || f.Fields[0].Code != c.code {
			t.Errorf("%s = %v, want %s %s", what, err, c.field, c.code)
		}
	}
	if _, err := w.Save(t.Context(), w.sales, 0, 0, w.fields("A")); !errors.Is(err, fault.Conflict) {
		t.Errorf("a number twice = %v", err)
	}
}

func TestOverlappingContractsAreWarnedOf(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	second := w.asset(w.account, &w.other)
	first := w.signed(w.fields("A"))
	covers := func(f func(*contracts.Fields)) func(*contracts.Fields) {
		return func(x *contracts.Fields) { x.Assets = nil; f(x) }
	}
	for what, c := range map[string]struct {
		change func(*contracts.Fields)
		warns  bool
	}{
		"of the same asset":            {func(*contracts.Fields) {}, true},
		"of the product of the asset":  {covers(func(f *contracts.Fields) { f.Products = []int64{w.product} }), true},
		"of everything":                {covers(func(f *contracts.Fields) { f.Everything = true }), true},
		"of another asset":             {func(f *contracts.Fields) { f.Assets = []int64{second} }, false},
		"of another product":           {covers(func(f *contracts.Fields) { f.Products = []int64{w.other} }), false},
		"of nothing":                   {covers(func(*contracts.Fields) {}), false},
		"from the end of the first on": {func(f *contracts.Fields) { f.Begins, f.Ends = f.Ends, f.Ends.AddDate(1, 0, 0) }, false},
		"from just before its end":     {func(f *contracts.Fields) { f.Begins, f.Ends = f.Ends.Add(-time.Second), f.Ends.AddDate(1, 0, 0) }, true},
	} {
		out := w.save(w.fields("B", c.change))
		var numbers []string
		for _, x := range out.Warnings {
			numbers = append(numbers, x.Number)
		}
		if slices.Contains(numbers, "A") != c.warns {
			t.Errorf("a contract %s warns of %v", what, numbers)
		}
		if err := w.Move(t.Context(), w.sales, out.ID, "ended", "test"); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Save(t.Context(), w.sales, out.ID, 0, w.fields("B")); !errors.Is(err, fault.Conflict) {
			t.Errorf("an ended contract is edited = %v", err)
		}
		// Its number is free again only by another name: the ended one keeps it.
		w.rename(out.ID)
	}
	if _, err := w.Save(t.Context(), w.sales, first, 1, w.fields("A")); !errors.Is(err, fault.Conflict) {
		t.Errorf("a stale edit = %v", err)
	}
	if _, err := w.Save(t.Context(), w.sales, first, 2, w.fields("A", covers(func(*contracts.Fields) {}))); !errors.Is(err, fault.Invalid) {
		t.Errorf("a signed contract that covers nothing = %v", err)
	}
	if _, err := w.Save(t.Context(), w.sales, first, 2, w.fields("A", func(f *contracts.Fields) { f.Note = "x" })); err != nil {
		t.Error(err)
	}
}

// rename gives an ended contract another number, so that the next of the table can have it.
func (w *world) rename(id int64) {
	w.t.Helper()
	err := w.Gate.Do(w.t.Context(), demo, func(tx *authority.Tx) error {
		if err := tx.Allow(w.t.Context(), authority.Act{Name: "contract.edit", Object: "test"}); err != nil {
			return err
		}
		_, err := tx.Exec(w.t.Context(), `update contracts set number = number || id where id = $1`, id)
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

func TestAContractGoesFromStateToState(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.save(w.fields("A", func(f *contracts.Fields) { f.Assets = nil })).ID
	if err := w.Move(t.Context(), w.sales, id, "signed", ""); !errors.Is(err, fault.Invalid) {
		t.Errorf("signing what covers nothing = %v", err)
	}
	if _, err := w.Save(t.Context(), w.sales, id, 0, w.fields("A")); err != nil {
		t.Fatal(err)
	}
	for _, m := range []struct {
		to string
		ok bool
	}{
		{"suspended", false}, {"signed", true}, {"signed", true}, {"draft", false}, {"suspended", true}, {"draft", false}, {"signed", true}, {"suspended", true},
		{"ended", true}, {"signed", false}, {"draft", false},
	} {
		if err := w.Move(t.Context(), w.sales, id, m.to, "test"); (err == nil) != m.ok || err != nil && !errors.Is(err, fault.Invalid) {
			t.Errorf("to %s = %v", m.to, err)
		}
	}
	if err := w.Move(t.Context(), w.sales, 999, "signed", ""); !errors.Is(err, fault.NotFound) {
		t.Errorf("a contract that is not there = %v", err)
	}
}

// Sixteen take visits of a contract that has five: five get one.
func TestNobodyTakesAVisitThatIsNotLeft(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.save(w.fields("A", func(f *contracts.Fields) { f.Visits = ptr(5) })).ID
	if _, err := w.Use(t.Context(), demo, id, contracts.Use{Visits: 1}); !errors.Is(err, fault.Conflict) {
		t.Errorf("using a draft = %v", err)
	}
	if err := w.Move(t.Context(), w.sales, id, "signed", ""); err != nil {
		t.Fatal(err)
	}
	ends := make(chan error)
	for range 16 {
		go func() {
			_, err := w.Use(t.Context(), demo, id, contracts.Use{Visits: 1})
			ends <- err
		}()
	}
	taken := 0
	for range 16 {
		var f *fault.Fault
		switch err := <-ends; {
		case err == nil:
			taken++
		case !errors.As(err, &f) || f.Code != "used_up" || f.Args["left"] != 0:
			t.Error(err)
		}
	}
	if taken != 5 {
		t.Errorf("%d visits were taken of five", taken)
	}
	for what, u := range map[string]contracts.Use{"nothing": {}, "fewer than nothing": {Visits: -1, Minutes: 2}, "what is not counted": {Minutes: 5}} {
		if _, err := w.Use(t.Context(), demo, id, u); !errors.Is(err, fault.Invalid) {
			t.Errorf("using %s = %v", what, err)
		}
	}
	e, err := w.Entitled(t.Context(), w.sales, contracts.Asked{Asset: w.machine, At: shanghai("2005-05-31 18:59")})
	if err != nil || *e.VisitsLeft != 0 || !slices.Contains(e.Free, "visit") { // the warranty lends it
		t.Errorf("entitlement %+v, %v", e, err)
	}
}

// What holds without a contract differs by the customer's class, and by who made the machine.
func TestTermsByClassAndMaker(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.Serve(w.Routes)
	w.Hire("boss", "supervisor")
	for body, code := range map[string]string{
		`{"items":[{"basis":"none"}]}`:                                                   "terms_for_all",
		`{"items":[{"basis":"none"},{"basis":"warranty"},{"basis":"none"}]}`:             "duplicate",
		`{"items":[{"basis":"none","parts_off":"101"},{"basis":"warranty"}]}`:            "bad_percent",
		`{"items":[{"basis":"none","free":["lunch"]},{"basis":"warranty"}]}`:             "not_allowed",
		`{"items":[{"basis":"none"},{"basis":"warranty","promises":[{"kind":"x"}]}]}`:    "not_allowed",
		`{"items":[{"basis":"none","parts_off":10},{"basis":"warranty","class":"big"}]}`: "not_string",
	} {
		if a := s.Ask("boss", "PUT", "/api/v1/service-terms", body); a.Status/100 != 4 || a.Get("errors.0.code") != code {
			t.Errorf("%s = %s, want %s", body, a, code)
		}
	}
	s.Must(204, "boss", "PUT", "/api/v1/service-terms", `{"items":[{"basis":"warranty","free":["visit","labour","parts"]},{"basis":"none"},
		{"basis":"none","class":"vip","calendar":"24*7","promises":[{"kind":"first_reply","minutes":120}],"parts_off":"10"}]}`)
	if a := s.Must(200, "sales", "GET", "/api/v1/service-terms", nil); a.Get("items.2.class") != "vip" || a.Get("items.2.promises.0.minutes") != 120.0 {
		t.Errorf("terms %s", a)
	}
	vip := w.company("大客户", "vip")
	if a := s.Must(200, "sales", "GET", fmt.Sprint("/api/v1/entitlement?account=", vip), nil); a.Get("parts_off") != "10" || a.Get("calendar") != "24*7" || a.Get("basis") != "none" {
		t.Errorf("a vip without a contract %s", a)
	}
	if a := s.Must(200, "sales", "GET", fmt.Sprint("/api/v1/entitlement?account=", w.account), nil); a.Get("parts_off") != "0" {
		t.Errorf("another without a contract %s", a)
	}
	third, err := catalogue.New(w.Gate).SaveSupplier(t.Context(), demo, 0, catalogue.SupplierFields{Name: "德国某厂", ThirdParty: true})
	if err != nil {
		t.Fatal(err)
	}
	from, to := shanghai("2004-05-31 19:00"), shanghai("2005-05-31 19:00")
	foreign, err := w.assets.Save(t.Context(), demo, 0, 0, assets.Fields{AccountID: w.account, Name: "变频器", MakerID: &third, WarrantyKind: "hardware", WarrantyFrom: &from, WarrantyTo: &to})
	if err != nil {
		t.Fatal(err)
	}
	e, err := w.Entitled(t.Context(), w.sales, contracts.Asked{Asset: foreign, At: shanghai("2005-02-22 10:05")})
	if err != nil || e.Basis != entitlement.ByDefault || e.Reasons[0].Code != entitlement.ThirdPartyWarranty {
		t.Errorf("a third party's machine %+v, %v", e, err)
	}
	if _, err := w.Entitled(t.Context(), w.sales, contracts.Asked{Asset: foreign, Account: vip}); !errors.Is(err, fault.Invalid) {
		t.Errorf("an asset of another account = %v", err)
	}
}

// Who looks after a contract is told once that it ends, and once more when it was prolonged and ends again.
func TestTheEndOfAContractIsToldOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	jobs := authority.System("jobs")
	soon := func(days int) func(*contracts.Fields) {
		return func(f *contracts.Fields) {
			f.Ends, f.OwnerID = time.Now().AddDate(0, 0, days), &w.sales.ID
		}
	}
	id := w.signed(w.fields("A", soon(20)))
	w.signed(w.fields("B", soon(40)))
	w.save(w.fields("C", soon(5))) // a draft
	w.signed(w.fields("D"))        // over long ago
	sub, err := w.Hub.Subscribe(t.Context(), 0, fmt.Sprint("agent:", w.sales.ID))
	if err != nil {
		t.Fatal(err)
	}
	defer sub.Close()
	remind := func() int {
		n, err := w.Remind(t.Context(), jobs)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	if n := remind(); n != 1 {
		t.Errorf("%d ends were told, want one", n)
	}
	if n := remind(); n != 0 {
		t.Errorf("%d ends were told again", n)
	}
	if ending, err := w.Ending(t.Context(), w.sales, 5); err != nil || len(ending) != 1 || ending[0].Number != "A" {
		t.Errorf("ending %+v, %v", ending, err)
	}
	if _, err := w.Save(t.Context(), w.sales, id, 0, w.fields("A", soon(25))); err != nil {
		t.Fatal(err)
	}
	if n := remind(); n != 1 {
		t.Errorf("%d ends were told after it was prolonged, want one", n)
	}
	for got := 0; got < 2; {
		<-sub.Wake
		events, err := sub.Take(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range events {
			if e.Kind == "contract.ending" && e.Object == fmt.Sprint("contract:", id) {
				got++
			}
		}
	}
}

func TestEveryCommandOfContractsRefuses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	left, boss := w.Hire("left", "supervisor"), w.Hire("boss", "admin")
	id := w.signed(w.fields("A", func(f *contracts.Fields) { f.Visits = ptr(9) }))
	use, err := w.Use(t.Context(), demo, id, contracts.Use{Visits: 1})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Accounts.ChangePerson(t.Context(), authority.System("cli"), left.ID, authority.PersonChange{Disabled: ptr(true)}); err != nil {
		t.Fatal(err)
	}
	type who = authority.Actor
	authoritytest.Account(t, w.DB, w.Contracts, left, boss, authoritytest.Calls{
		"Save": func(ctx context.Context, by who) error { _, err := w.Save(ctx, by, 0, 0, w.fields("B")); return err },
		"Move": func(ctx context.Context, by who) error { return w.Move(ctx, by, id, "suspended", "x") },
		"Use": func(ctx context.Context, by who) error {
			_, err := w.Use(ctx, by, id, contracts.Use{Visits: 1})
			return err
		},
		"Undo":     func(ctx context.Context, by who) error { return w.Undo(ctx, by, id, use) },
		"Remind":   func(ctx context.Context, by who) error { _, err := w.Remind(ctx, by); return err },
		"Contract": func(ctx context.Context, by who) error { _, _, err := w.Contract(ctx, by, id); return err },
		"Of": func(ctx context.Context, by who) error {
			_, err := w.Of(ctx, by, w.account, contracts.Place{}, 5)
			return err
		},
		"Ending": func(ctx context.Context, by who) error { _, err := w.Ending(ctx, by, 5); return err },
		"Entitled": func(ctx context.Context, by who) error {
			_, err := w.Entitled(ctx, by, contracts.Asked{Asset: w.machine})
			return err
		},
		"Terms": func(ctx context.Context, by who) error { _, err := w.Terms(ctx, by); return err },
		"SaveTerms": func(ctx context.Context, by who) error {
			return w.SaveTerms(ctx, by, []contracts.Terms{{Basis: "none"}, {Basis: "warranty"}})
		},
	})
}

func ptr[T any](v T) *T { return &v }
