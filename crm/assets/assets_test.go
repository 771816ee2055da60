package assets_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"frontline/crm"
	"frontline/crm/assets"
	"frontline/crm/catalogue"
	"frontline/internal/authority"
	"frontline/internal/authority/authoritytest"
	"frontline/internal/fault"
	"frontline/internal/web/webtest"
)

type world struct {
	*webtest.Office
	*assets.Assets
	t       *testing.T
	goods   *catalogue.Catalogue
	li      authority.Actor
	account int64
}

func newWorld(t *testing.T) *world {
	t.Helper()
	o := webtest.Open(t, crm.Schemas()...)
	w := &world{Office: o, Assets: assets.New(o.Gate), t: t, goods: catalogue.New(o.Gate), li: o.Hire("li", "agent")}
	w.account = w.company("上海万力机械有限公司")
	return w
}

// company is an account of a name.
func (w *world) company(name string) (id int64) {
	w.t.Helper()
	err := w.Gate.Do(w.t.Context(), w.li, func(tx *authority.Tx) error {
		if err := tx.Allow(w.t.Context(), authority.Act{Name: "asset.edit", Object: "account"}); err != nil {
			return err
		}
		return tx.QueryRow(w.t.Context(), `insert into accounts (name) values ($1) returning id`, name).Scan(&id)
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return id
}

func (w *world) supplier(name string) *int64 {
	w.t.Helper()
	id, err := w.goods.SaveSupplier(w.t.Context(), authority.System("demo"), 0, catalogue.SupplierFields{Name: name})
	if err != nil {
		w.t.Fatal(err)
	}
	return &id
}

func (w *world) save(f assets.Fields) (int64, error) {
	if f.AccountID == 0 {
		f.AccountID = w.account
	}
	if f.Name == "" {
		f.Name = "SY3240平衡机"
	}
	return w.Save(w.t.Context(), w.li, 0, 0, f)
}

func (w *world) asset(f assets.Fields) int64 {
	w.t.Helper()
	id, err := w.save(f)
	if err != nil {
		w.t.Fatal(err)
	}
	return id
}

// The machine of the sample service request comes out as it went in, with the product's name where none was given.
func TestTheSampleMachineIsKeptWhole(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.Serve(w.Routes)
	maker, supplier := w.supplier("SF公司"), w.supplier("上海天硕机电设备有限公司")
	product, err := w.goods.SaveProduct(t.Context(), authority.System("demo"), 0, catalogue.ProductFields{Number: "SY3240", Name: "SY3240平衡机", Model: "SY3240-6e", Kind: "machine", MakerID: maker})
	if err != nil {
		t.Fatal(err)
	}
	id := s.Must(201, "li", "POST", "/api/v1/assets", fmt.Sprintf(`{"account_id":%d,"product_id":%d,"supplier_id":%d,"asset_number":"WL006","serial_number":"20040201-5326-A33",
		"reference":"N634K76","warranty_from":"2004-05-31T19:00:00+08:00","warranty_to":"2005-05-31T19:00:00+08:00","warranty_kind":"hardware_and_software",
		"state":"shipped","installed_at":"2004-05-31T17:00:00+08:00","in_service":"2004-06-02","place":"上海市浦东金港路108号"}`, w.account, product, *supplier)).ID("id")
	one := fmt.Sprint("/api/v1/assets/", id)
	got := s.Must(200, "li", "GET", one, nil)
	for path, want := range map[string]any{
		"name": "SY3240平衡机", "model": "SY3240-6e", "account": "上海万力机械有限公司", "asset_number": "WL006", "serial_number": "20040201-5326-A33",
		"reference": "N634K76", "supplier": "上海天硕机电设备有限公司", "maker": "SF公司", "product": "SY3240", "state": "shipped",
		"warranty_kind": "hardware_and_software", "warranty_from": "2004-05-31T11:00:00Z", "warranty_to": "2005-05-31T11:00:00Z",
		"installed_at": "2004-05-31T09:00:00Z", "in_service": "2004-06-02", "place": "上海市浦东金港路108号", "version": 1.0,
	} {
		if got.Get(path) != want {
			t.Errorf("%s = %v, want %v", path, got.Get(path), want)
		}
	}
	for _, words := range []string{"20040201-5326", "wl006", "N634"} {
		if a := s.Must(200, "li", "GET", "/api/v1/assets?q="+words, nil); a.ID("items.0.id") != id {
			t.Errorf("%s finds %s", words, a)
		}
	}
	w.asset(assets.Fields{Number: "WL007"})
	page := s.Must(200, "li", "GET", fmt.Sprint("/api/v1/assets?limit=1&account=", w.account), nil)
	next := s.Must(200, "li", "GET", fmt.Sprint("/api/v1/assets?limit=1&account=", w.account, "&after=", page.Get("next")), nil)
	if page.ID("items.0.id") != id || next.Get("items.0.asset_number") != "WL007" || next.Get("next") != nil {
		t.Errorf("pages %s, %s", page, next)
	}
	s.Must(400, "li", "GET", "/api/v1/assets", nil)
	s.Must(204, "li", "PUT", one, fmt.Sprintf(`{"account_id":%d,"name":"平衡机","state":"running","version":1}`, w.account))
	if a := s.Must(200, "li", "GET", one, nil); a.Get("state") != "running" || a.Get("warranty_to") != nil || a.Get("version") != 2.0 {
		t.Errorf("after the edit %s", a)
	}
	if a := s.Ask("li", "PUT", one, fmt.Sprintf(`{"account_id":%d,"name":"x","version":1}`, w.account)); a.Status != 409 || a.Get("code") != "stale_record" {
		t.Errorf("a stale edit = %s", a)
	}
}

func TestAWarrantyHasABeginABeforeItsEndAndAKind(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	from, to := time.Date(2004, 5, 31, 11, 0, 0, 0, time.UTC), time.Date(2005, 5, 31, 11, 0, 0, 0, time.UTC)
	for what, c := range map[string]struct {
		f    assets.Fields
		name string
		code string
	}{
		"ends before it begins":    {assets.Fields{WarrantyKind: "hardware", WarrantyFrom: &to, WarrantyTo: &from}, "warranty_to", "ends_before_it_begins"},
		"ends as it begins":        {assets.Fields{WarrantyKind: "hardware", WarrantyFrom: &to, WarrantyTo: &to}, "warranty_to", "ends_before_it_begins"},
		"has no end":               {assets.Fields{WarrantyKind: "hardware", WarrantyFrom: &from}, "warranty_to", "required"},
		"has no begin":             {assets.Fields{WarrantyKind: "software", WarrantyTo: &to}, "warranty_from", "required"},
		"covers nothing":           {assets.Fields{WarrantyFrom: &from, WarrantyTo: &to}, "warranty_kind", "required"},
		"is of an unknown account": {assets.Fields{AccountID: 999}, "account_id", "unknown_account"},
		"is of an unknown product": {assets.Fields{ProductID: ptr(int64(999))}, "product_id", "unknown_product"},
		"is of an unknown maker":   {assets.Fields{MakerID: ptr(int64(999))}, "maker_id", "unknown_supplier"},
		"began on no day":          {assets.Fields{InService: "2004-02-30"}, "in_service", "bad_date"},
	} {
		_, err := w.save(c.f)
		var f *fault.Fault
		if !errors.As(err, &f) || len(f.Fields) != 1 || f.Fields[0].Name != c.name || f.Fields[0].Code != c.code {
			t.Errorf("a machine that %s = %v, want %s %s", what, err, c.name, c.code)
		}
	}
}

func TestASerialNumberIsOfOneAssetOfAMaker(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	one, other := w.supplier("甲"), w.supplier("乙")
	ends := make(chan error)
	for i := range 8 {
		go func() {
			_, err := w.save(assets.Fields{Serial: []string{"a33", "A33"}[i%2], MakerID: one})
			ends <- err
		}()
	}
	kept := 0
	for range 8 {
		var f *fault.Fault
		switch err := <-ends; {
		case err == nil:
			kept++
		case !errors.As(err, &f) || f.Code != "serial_taken" || f.Args["name"] != "SY3240平衡机":
			t.Error(err)
		}
	}
	if kept != 1 {
		t.Errorf("%d assets have the serial number, want one", kept)
	}
	w.asset(assets.Fields{Serial: "A33", MakerID: other}) // another maker counts for himself
	w.asset(assets.Fields{Serial: "A33"})                 // and so does nobody
	if _, err := w.save(assets.Fields{Serial: "A33"}); !errors.Is(err, fault.Conflict) {
		t.Errorf("twice without a maker = %v", err)
	}
	w.asset(assets.Fields{})
	w.asset(assets.Fields{}) // two without a serial number
}

func TestARetiredMachineDoesNotRunAgainBeforeItIsShipped(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.asset(assets.Fields{State: "running"})
	move := func(state string) error {
		_, err := w.Save(t.Context(), w.li, id, 0, assets.Fields{AccountID: w.account, Name: "x", State: state})
		return err
	}
	for _, m := range []struct {
		to string
		ok bool
	}{{"running", true}, {"retired", true}, {"running", false}, {"installed", false}, {"shipped", true}, {"running", true}} {
		if err := move(m.to); (err == nil) != m.ok {
			t.Errorf("to %s = %v", m.to, err)
		}
	}
}

func TestTheTreeOfPartsKeepsItsHistory(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.Serve(w.Routes)
	one := fmt.Sprint("/api/v1/assets/", w.asset(assets.Fields{}))
	board := s.Must(201, "li", "POST", one+"/parts", `{"kind":"hardware","name":"控制柜","serial_number":"K1"}`).ID("id")
	soft := s.Must(201, "li", "POST", one+"/parts", fmt.Sprintf(`{"kind":"software","name":"控制软件","version":"V3.00","parent_id":%d,"since":"2004-05-31T09:00:00Z"}`, board)).ID("id")
	s.Must(201, "li", "POST", one+"/parts", `{"kind":"hardware","name":"夹具螺栓","quantity":4}`)
	s.Must(204, "li", "POST", fmt.Sprint(one, "/parts/", soft, "/fittings"), `{"version":"V3.01","since":"2005-02-23T06:47:00Z"}`)
	a := s.Must(200, "li", "GET", one, nil)
	for path, want := range map[string]any{
		"parts.0.name": "控制柜", "parts.0.parts.0.fittings.0.version": "V3.01", "parts.0.parts.0.fittings.1.version": "V3.00",
		"parts.0.parts.0.fittings.0.by": w.li.String(), "parts.1.quantity": 4.0, "parts.1.parts.0": nil, "parts.0.removed_at": nil,
	} {
		if a.Get(path) != want {
			t.Errorf("%s = %v, want %v in %s", path, a.Get(path), want, a)
		}
	}
	for body, code := range map[string]string{
		`{"kind":"hardware","name":"x","quantity":-1}`:      "too_small",
		`{"kind":"hardware","name":"x","quantity":0}`:       "too_small",
		`{"kind":"hardware","name":"x","quantity":1e309}`:   "not_integer",
		`{"kind":"hardware","name":"x","quantity":1.5}`:     "not_integer",
		`{"kind":"hardware","name":"x","parent_id":999}`:    "unknown_part",
		`{"kind":"hardware","name":"x","product_id":999}`:   "unknown_product",
		`{"kind":"wetware","name":"x"}`:                     "not_allowed",
		`{"kind":"hardware","name":" "}`:                    "required",
		`{"kind":"hardware","name":"x","quantity":1000001}`: "too_large",
	} {
		if a := s.Ask("li", "POST", one+"/parts", body); a.Status/100 != 4 || a.Get("errors.0.code") != code {
			t.Errorf("%s = %s, want %s", body, a, code)
		}
	}
	s.Must(204, "li", "DELETE", fmt.Sprint(one, "/parts/", board), nil)
	if a := s.Must(200, "li", "GET", one, nil); a.Get("parts.0.removed_at") == nil || a.Get("parts.0.parts.0.removed_at") == nil || a.Get("parts.1.removed_at") != nil {
		t.Errorf("after taking the board out %s", a)
	}
	s.Must(404, "li", "DELETE", fmt.Sprint(one, "/parts/", board), nil)
	s.Must(404, "li", "POST", fmt.Sprint(one, "/parts/", soft, "/fittings"), `{"version":"V4"}`)
}

func TestEveryCommandOfAssetsRefuses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	left, boss := w.Hire("left", "agent"), w.Hire("boss", "admin")
	id := w.asset(assets.Fields{Serial: "1"})
	part, err := w.AddPart(t.Context(), w.li, id, assets.NewPart{Kind: "hardware", Name: "x"})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Accounts.ChangePerson(t.Context(), authority.System("cli"), left.ID, authority.PersonChange{Disabled: ptr(true)}); err != nil {
		t.Fatal(err)
	}
	type who = authority.Actor
	authoritytest.Account(t, w.DB, w.Assets, left, boss, authoritytest.Calls{
		"Of": func(ctx context.Context, by who) error {
			_, err := w.Of(ctx, by, w.account, assets.Place{}, 5)
			return err
		},
		"Find":  func(ctx context.Context, by who) error { _, err := w.Find(ctx, by, "1", 5); return err },
		"Asset": func(ctx context.Context, by who) error { _, _, err := w.Asset(ctx, by, id); return err },
		"Save": func(ctx context.Context, by who) error {
			_, err := w.Save(ctx, by, 0, 0, assets.Fields{AccountID: w.account, Name: "x"})
			return err
		},
		"AddPart": func(ctx context.Context, by who) error {
			_, err := w.AddPart(ctx, by, id, assets.NewPart{Kind: "hardware", Name: "x"})
			return err
		},
		"Refit": func(ctx context.Context, by who) error {
			return w.Refit(ctx, by, id, part, assets.Fitting{Version: "2"})
		},
		"RemovePart": func(ctx context.Context, by who) error { return w.RemovePart(ctx, by, id, part) },
	})
}

func ptr[T any](v T) *T { return &v }
