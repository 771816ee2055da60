package catalogue_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"frontline/crm"
	"frontline/crm/catalogue"
	"frontline/crm/money"
	"frontline/internal/authority"
	"frontline/internal/authority/authoritytest"
	"frontline/internal/fault"
	"frontline/internal/web/webtest"
)

type world struct {
	*webtest.Office
	*catalogue.Catalogue
	t     *testing.T
	sales authority.Actor
}

func newWorld(t *testing.T) *world {
	t.Helper()
	o := webtest.Open(t, crm.Schemas()...)
	return &world{Office: o, Catalogue: catalogue.New(o.Gate), t: t, sales: o.Hire("sales", "sales")}
}

func (w *world) product(number string) int64 {
	w.t.Helper()
	id, err := w.SaveProduct(w.t.Context(), w.sales, 0, catalogue.ProductFields{Number: number, Name: "SY3240-AK03", Kind: "part"})
	if err != nil {
		w.t.Fatal(err)
	}
	return id
}

func day(s string) time.Time {
	d, err := time.Parse(time.DateOnly, s)
	if err != nil {
		panic(err)
	}
	return d
}

func TestThePriceOfADayIsTheLastThatBegan(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p, other := w.product("600102"), w.product("100201")
	for _, x := range []catalogue.PriceFields{
		{Currency: "CNY", Amount: "300.00", From: "2004-01-01"},
		{Currency: "CNY", Amount: "324.32", From: "2005-01-01", Until: "2005-06-30"},
		{Currency: "USD", Amount: "40", From: "2004-06-01"},
	} {
		if _, err := w.SavePrice(t.Context(), w.sales, p, x); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		product        int64
		currency, on   string
		want, wantCode string
	}{
		{p, "CNY", "2004-12-31", "300.00", ""},
		{p, "CNY", "2005-01-01", "324.32", ""},
		{p, "CNY", "2005-06-30", "324.32", ""},
		{p, "CNY", "2005-07-01", "", "no_price"}, // the list of 2004 does not come back
		{p, "CNY", "2003-12-31", "", "no_price"},
		{p, "USD", "2005-07-01", "40.00", ""},
		{other, "CNY", "2005-01-01", "", "no_price"},
	} {
		m, err := w.PriceOn(t.Context(), w.sales, c.product, c.currency, day(c.on))
		var f *fault.Fault
		if c.wantCode != "" {
			if !errors.As(err, &f) || f.Code != c.wantCode {
				t.Errorf("%s on %s = %v, want %s", c.currency, c.on, err, c.wantCode)
			}
		} else if err != nil || money.Text(m) != c.want {
			t.Errorf("%s on %s = %s, %v; want %s", c.currency, c.on, money.Text(m), err, c.want)
		}
	}
	// The same day again replaces; dropping lets the one before hold.
	id, err := w.SavePrice(t.Context(), w.sales, p, catalogue.PriceFields{Currency: "CNY", Amount: "330", From: "2005-01-01"})
	if err != nil {
		t.Fatal(err)
	}
	if m, err := w.PriceOn(t.Context(), w.sales, p, "CNY", day("2005-02-23")); err != nil || money.Text(m) != "330.00" {
		t.Errorf("after the replacement %s, %v", money.Text(m), err)
	}
	if err := w.DropPrice(t.Context(), w.sales, p, id); err != nil {
		t.Fatal(err)
	}
	if m, err := w.PriceOn(t.Context(), w.sales, p, "CNY", day("2005-02-23")); err != nil || money.Text(m) != "300.00" {
		t.Errorf("after the drop %s, %v", money.Text(m), err)
	}
	if err := w.DropPrice(t.Context(), w.sales, p, id); !errors.Is(err, fault.NotFound) {
		t.Errorf("dropping it twice = %v", err)
	}
}

func TestNumbersAndNamesAreOfOne(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.product("600102")
	ends := make(chan error)
	for i := range 8 {
		go func() {
			_, err := w.SaveSupplier(t.Context(), w.sales, 0, catalogue.SupplierFields{Name: []string{"天硕", " 天硕 "}[i%2]})
			ends <- err
		}()
	}
	made := 0
	for range 8 {
		var f *fault.Fault
		switch err := <-ends; {
		case err == nil:
			made++
		case !errors.As(err, &f) || f.Code != "name_taken":
			t.Error(err)
		}
	}
	if made != 1 {
		t.Errorf("%d suppliers of one name were made, want one", made)
	}
	for what, c := range map[string]struct {
		id   int64
		p    catalogue.ProductFields
		kind error
	}{
		"a number that is taken":         {0, catalogue.ProductFields{Number: "600102", Name: "x", Kind: "part"}, fault.Conflict},
		"a maker that there is not":      {0, catalogue.ProductFields{Number: "1", Name: "x", Kind: "part", MakerID: ptr(int64(999))}, fault.Invalid},
		"a kind that there is not":       {0, catalogue.ProductFields{Number: "1", Name: "x", Kind: "boat"}, fault.Invalid},
		"no name":                        {0, catalogue.ProductFields{Number: "1", Name: " ", Kind: "part"}, fault.Invalid},
		"no number":                      {0, catalogue.ProductFields{Number: "\u202e", Name: "x", Kind: "part"}, fault.Invalid},
		"a product that there is not":    {999, catalogue.ProductFields{Number: "1", Name: "x", Kind: "part"}, fault.NotFound},
		"an edit of what has changed":    {id, catalogue.ProductFields{Number: "600102", Name: "x", Kind: "part", Version: 7}, fault.Conflict},
		"an edit that says what it knew": {id, catalogue.ProductFields{Number: "600102", Name: "x", Kind: "part", Version: 1}, nil},
	} {
		if _, err := w.SaveProduct(t.Context(), w.sales, c.id, c.p); !errors.Is(err, c.kind) {
			t.Errorf("%s = %v, want %v", what, err, c.kind)
		}
	}
}

func TestTheCatalogueInHTTP(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.Serve(w.Routes)
	maker := s.Must(201, "sales", "POST", "/api/v1/suppliers", `{"name":"上海天硕机电设备有限公司","third_party":true}`).ID("id")
	s.Must(204, "sales", "PUT", fmt.Sprint("/api/v1/suppliers/", maker), `{"name":"天硕机电"}`)
	if a := s.Must(200, "sales", "GET", "/api/v1/suppliers?q=天", nil); a.Get("items.0.name") != "天硕机电" {
		t.Errorf("suppliers %s", a)
	}
	p := s.Must(201, "sales", "POST", "/api/v1/products", fmt.Sprintf(`{"number":"100103","name":"工时费","name_en":"Labour","kind":"service","unit":"小时","unit_en":"h","maker_id":%d}`, maker)).ID("id")
	one := fmt.Sprint("/api/v1/products/", p)
	price := s.Must(201, "sales", "POST", one+"/prices", `{"currency":"CNY","amount":"125","from":"2005-01-01"}`).ID("id")
	if a := s.Must(200, "sales", "GET", one, nil); a.Get("unit") != "小时" || a.Get("prices.0.amount") != "125.00" || a.Get("prices.0.from") != "2005-01-01" {
		t.Errorf("product %s", a)
	}
	if a := s.Must(200, "sales", "GET", one+"/price?currency=CNY&on=2005-02-23", nil); a.Get("amount") != "125.00" {
		t.Errorf("price %s", a)
	}
	s.Must(204, "sales", "PUT", one, `{"number":"100103","name":"工时","kind":"service","version":1}`)
	if a := s.Must(200, "sales", "GET", "/api/v1/products?q=1001", nil); a.Get("items.0.name") != "工时" || a.Get("items.0.version") != 2.0 {
		t.Errorf("products %s", a)
	}
	for body, code := range map[string]string{
		`{"currency":"ZZZ","amount":"1","from":"2005-01-01"}`:                         "unknown_currency",
		`{"currency":"CNY","amount":"-1","from":"2005-01-01"}`:                        "too_small",
		`{"currency":"CNY","amount":"1e309","from":"2005-01-01"}`:                     "bad_amount",
		`{"currency":"CNY","amount":1e309,"from":"2005-01-01"}`:                       "not_integer",
		`{"currency":"CNY","amount":"1","from":"2005-02-30"}`:                         "bad_date",
		`{"currency":"CNY","amount":"1","from":"2005-02-01","until":"2005-01-01"}`:    "ends_before_it_begins",
		`{"currency":"CNY","amount":"0.001","from":"2005-02-01"}`:                     "too_precise",
		`{"currency":"CNY","amount":"1","from":"2005-02-01","until":"tomorrow"}`:      "bad_date",
		`{"currency":"CNY","amount":"1","from":"2005-02-01","surprise":"tomorrow"}`:   "unknown",
		`{"currency":"CNY","amount":"1 ","from":"2005-02-01","until":"2005-02-01"}`:   "bad_amount",
		`{"currency":"CNYCNY","amount":"1","from":"2005-02-01","until":"20050201"}`:   "too_long",
		`{"currency":"CNY","amount":"1","from":"0000-00-00","until":"9999-99-99"}`:    "bad_date",
		`{"currency":"CNY","amount":"99999999999999999999999","from":"2005-02-01"}`:   "bad_amount",
		`{"currency":"CNY","amount":"","from":"2005-02-01","until":"2005-02-01"}`:     "bad_amount",
		`{"currency":"CNY","amount":null,"from":"2005-02-01","until":"2005-02-01"}`:   "not_string",
		`{"currency":"DEM","amount":"1.00","from":"2005-02-01","until":"2005-02-01"}`: "unknown_currency",
	} {
		if a := s.Ask("sales", "POST", one+"/prices", body); a.Status/100 != 4 || a.Get("errors.0.code") != code {
			t.Errorf("%s = %s, want %s", body, a, code)
		}
	}
	s.Must(204, "sales", "DELETE", fmt.Sprint(one, "/prices/", price), nil)
	s.Must(404, "sales", "GET", one+"/price?currency=CNY&on=2005-02-23", nil)
	w.Hire("li", "agent")
	s.Must(403, "li", "POST", "/api/v1/suppliers", `{"name":"x"}`)
}

func TestEveryCommandOfTheCatalogueRefuses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	left, boss := w.Hire("left", "sales"), w.Hire("boss", "admin")
	p := w.product("600102")
	id, err := w.SavePrice(t.Context(), w.sales, p, catalogue.PriceFields{Currency: "CNY", Amount: "1", From: "2005-01-01"})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Accounts.ChangePerson(t.Context(), authority.System("cli"), left.ID, authority.PersonChange{Disabled: ptr(true)}); err != nil {
		t.Fatal(err)
	}
	type who = authority.Actor
	authoritytest.Account(t, w.DB, w.Catalogue, left, boss, authoritytest.Calls{
		"Suppliers": func(ctx context.Context, by who) error { _, err := w.Suppliers(ctx, by, "", 5); return err },
		"Products":  func(ctx context.Context, by who) error { _, err := w.Products(ctx, by, "", 5); return err },
		"Product":   func(ctx context.Context, by who) error { _, _, err := w.Product(ctx, by, p); return err },
		"PriceOn": func(ctx context.Context, by who) error {
			_, err := w.PriceOn(ctx, by, p, "CNY", day("2005-01-01"))
			return err
		},
		"SaveSupplier": func(ctx context.Context, by who) error {
			_, err := w.SaveSupplier(ctx, by, 0, catalogue.SupplierFields{Name: "x"})
			return err
		},
		"SaveProduct": func(ctx context.Context, by who) error {
			_, err := w.SaveProduct(ctx, by, 0, catalogue.ProductFields{Number: "1", Name: "x", Kind: "part"})
			return err
		},
		"SavePrice": func(ctx context.Context, by who) error {
			_, err := w.SavePrice(ctx, by, p, catalogue.PriceFields{Currency: "CNY", Amount: "1", From: "2006-01-01"})
			return err
		},
		"DropPrice": func(ctx context.Context, by who) error { return w.DropPrice(ctx, by, p, id) },
	})
}

func ptr[T any](v T) *T { return &v }
