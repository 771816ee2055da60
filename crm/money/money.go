// Package money reads amounts of money as people and other programs write them. They are exact decimals with a currency
// (ISO 4217); nothing here is a float.
package money

import (
	"regexp"
	"sync"

	"frontline/internal/authority"
	"frontline/internal/fault"

	"github.com/shopspring/decimal"
	"golang.org/x/text/currency"
)

// written is how an amount may be written. An exponent is not: 1e309 is no amount, and to write it out would take all memory.
var written = regexp.MustCompile(`^-?[0-9]{1,15}(\.[0-9]{1,6})?$`)

// tender are the currencies that somebody pays with today.
var tender = sync.OnceValue(func() map[string]currency.Unit {
	out := map[string]currency.Unit{}
	for all := currency.Query(); all.Next(); {
		out[all.Unit().String()] = all.Unit()
	}
	return out
})

// Places is how many decimals the amounts of a currency have: 2 of CNY, none of JPY. A currency with which nobody pays
// is fault.Invalid "unknown_currency" in the field "currency".
func Places(code string) (int32, error) {
	unit, ok := tender()[code]
	if !ok {
		return 0, fault.BadField("currency", "unknown_currency")
	}
	places, _ := currency.Standard.Rounding(unit)
	return int32(places), nil
}

// Parse reads an amount of a currency. What is no amount, or has more decimals than the currency, is fault.Invalid in the
// field "amount".
func Parse(amount, code string) (authority.Money, error) {
	places, err := Places(code)
	if err != nil {
		return authority.Money{}, err
	}
	if !written.MatchString(amount) {
		return authority.Money{}, fault.BadField("amount", "bad_amount")
	}
	d, err := decimal.NewFromString(amount)
	if err != nil {
		return authority.Money{}, fault.BadField("amount", "bad_amount").Because(err)
	}
	if !d.Equal(d.Truncate(places)) {
		return authority.Money{}, fault.BadField("amount", "too_precise", "max", places)
	}
	return authority.Money{Amount: d, Currency: code}, nil
}

// Price is Parse for what something costs, which is never less than nothing.
func Price(amount, code string) (authority.Money, error) {
	m, err := Parse(amount, code)
	if err == nil && m.Amount.IsNegative() {
		err = fault.BadField("amount", "too_small", "min", 0)
	}
	return m, err
}

// Text writes an amount with all the decimals of its currency: "1322.00".
func Text(m authority.Money) string {
	places, err := Places(m.Currency)
	if err != nil {
		return m.Amount.String() // kept when somebody still paid with it
	}
	return m.Amount.StringFixed(places)
}

// Percent reads a percentage from 0 to 100 with at most two decimals; empty is 0. Anything else is fault.Invalid in the
// field.
func Percent(field, s string) (decimal.Decimal, error) {
	if s == "" {
		return decimal.Zero, nil
	}
	if !written.MatchString(s) {
		return decimal.Zero, fault.BadField(field, "bad_percent")
	}
	d, err := decimal.NewFromString(s)
	if err != nil || d.IsNegative() || d.GreaterThan(decimal.NewFromInt(100)) || !d.Equal(d.Truncate(2)) {
		return decimal.Zero, fault.BadField(field, "bad_percent")
	}
	return d, nil
}
