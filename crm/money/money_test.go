package money_test

import (
	"errors"
	"testing"

	"frontline/crm/money"
	"frontline/internal/fault"
)

func TestAmountsAreExactOrRefused(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ amount, currency, want, code string }{
		{"324.32", "CNY", "324.32", ""},
		{"1322", "CNY", "1322.00", ""},
		{"-0.45", "CNY", "-0.45", ""},
		{"0.10", "CNY", "0.10", ""},
		{"210.000", "CNY", "210.00", ""},
		{"1000", "JPY", "1000", ""},
		{"1.125", "KWD", "1.125", ""},
		{"1.125", "CNY", "", "too_precise"},
		{"1.5", "JPY", "", "too_precise"},
		{"1e309", "CNY", "", "bad_amount"},
		{"1e1000000000", "CNY", "", "bad_amount"},
		{"1234567890123456", "CNY", "", "bad_amount"},
		{"NaN", "CNY", "", "bad_amount"},
		{"", "CNY", "", "bad_amount"},
		{"１０", "CNY", "", "bad_amount"},
		{" 1", "CNY", "", "bad_amount"},
		{"+1", "CNY", "", "bad_amount"},
		{"1", "DEM", "", "unknown_currency"}, // nobody pays with it any more
		{"1", "ZZZ", "", "unknown_currency"},
		{"1", "cny", "", "unknown_currency"},
		{"1", "", "", "unknown_currency"},
	} {
		m, err := money.Parse(c.amount, c.currency)
		if got := code(err); got != c.code || err == nil && money.Text(m) != c.want {
			t.Errorf("Parse %q %q = %s, %v; want %s %s", c.amount, c.currency, money.Text(m), err, c.want, c.code)
		}
	}
	if _, err := money.Price("-1", "CNY"); code(err) != "too_small" {
		t.Errorf("a price below nothing = %v, want too_small", err)
	}
}

func TestPercentagesAreFromNothingToAll(t *testing.T) {
	t.Parallel()
	for s, ok := range map[string]bool{"": true, "0": true, "100": true, "12.5": true, "0.01": true, "100.01": false, "-1": false, "1.005": false, "1e2": false, "x": false} {
		if _, err := money.Percent("parts_off", s); (err == nil) != ok || err != nil && code(err) != "bad_percent" {
			t.Errorf("Percent %q = %v", s, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"1322.45", "-0.45", "1e309", "0", "999999999999999.999999"} {
		f.Add(s, "CNY")
	}
	f.Fuzz(func(t *testing.T, amount, currency string) {
		m, err := money.Parse(amount, currency)
		if err != nil {
			return
		}
		again, err := money.Parse(money.Text(m), currency)
		if err != nil || !again.Amount.Equal(m.Amount) {
			t.Errorf("%q %q is %s, which reads as %s, %v", amount, currency, money.Text(m), again.Amount, err)
		}
	})
}

// code is the code of the one field of a fault.
func code(err error) string {
	var f *fault.Fault
	if !errors.As(err, &f) || len(f.Fields) != 1 {
		return ""
	}
	return f.Fields[0].Code
}
