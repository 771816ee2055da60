package entitlement

import (
	"cmp"
	"slices"
	"time"
)

// closeness is how closely a contract fits an asset.
type closeness int

const (
	not closeness = iota
	byAccount
	byProduct
	byName
)

func (c Case) closeness(k Contract) closeness {
	a := c.Asset
	switch {
	case a == nil && k.Everything:
		return byAccount
	case a == nil:
		return not
	case slices.Contains(k.Assets, a.ID):
		return byName
	case a.Product != 0 && slices.Contains(k.Products, a.Product):
		return byProduct
	case k.Everything && !a.ThirdParty:
		return byAccount
	}
	return not
}

// fitting are the contracts that cover the case at an instant, the best first: what names the asset before what names its
// product and that before what is for all; what has something left before what is used up; then the one that lasts longest.
// Why others that would cover it do not hold is told.
func (c Case) fitting(at time.Time, e *Entitlement) []Contract {
	var fit []Contract
	if c.Asset != nil && c.Asset.Retired {
		e.because(AssetRetired)
		return nil
	}
	for _, k := range c.Contracts {
		if c.closeness(k) == not {
			if c.Asset != nil && c.Asset.ThirdParty && k.Everything && k.holds(at) {
				e.because(NotForThirdParty, "number", k.Number)
			}
			continue
		}
		switch {
		case k.State == Draft:
			e.because(NotSigned, "number", k.Number)
		case k.State == Ended:
			e.because(WasEnded, "number", k.Number)
		case at.Before(k.From):
			e.because(NotBegun, "number", k.Number, "from", k.From)
		case !at.Before(k.To):
			e.because(RanOut, "number", k.Number, "until", k.To)
		case k.State == Suspended:
			e.because(IsSuspended, "number", k.Number)
		default:
			fit = append(fit, k)
		}
	}
	slices.SortFunc(fit, func(a, b Contract) int {
		return cmp.Or(cmp.Compare(c.closeness(b), c.closeness(a)), cmp.Compare(a.usedUp(), b.usedUp()), b.To.Compare(a.To), cmp.Compare(a.ID, b.ID))
	})
	if len(fit) > 0 {
		e.Reasons = nil // one holds: why others do not is of no use
	}
	return fit
}

// holds says whether a contract is in force at an instant, whatever it covers.
func (k Contract) holds(at time.Time) bool {
	return k.State == Signed && !at.Before(k.From) && at.Before(k.To)
}

// usedUp counts what a contract includes and has no more.
func (k Contract) usedUp() (n int) {
	for _, i := range []*Included{k.Visits, k.Minutes} {
		if i != nil && i.Left() == 0 {
			n++
		}
	}
	return n
}

// warranty says whether the house's warranty holds at an instant, and why or why not.
func (c Case) warranty(at time.Time) (holds bool, why []Reason) {
	a := c.Asset
	if a == nil || a.Retired {
		return false, nil
	}
	w := a.Warranty
	because := func(code string, kv ...any) []Reason { return []Reason{reason(code, kv)} }
	switch {
	case w.Kind == "":
		return false, because(NoWarranty)
	case a.ThirdParty:
		return false, because(ThirdPartyWarranty)
	case at.Before(w.From):
		return false, because(WarrantyNotBegun, "from", w.From)
	case !at.Before(w.To):
		return false, because(WarrantyOver, "until", w.To)
	case c.Concerns != "" && w.Kind != "hardware_and_software" && w.Kind != c.Concerns:
		return false, because(WarrantyElsewhere, "kind", w.Kind)
	}
	return true, because(WarrantyHolds, "until", w.To, "kind", w.Kind)
}
