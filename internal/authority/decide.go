package authority

import (
	"fmt"
	"slices"

	"github.com/shopspring/decimal"
)

// Money is an exact amount with its currency (ISO 4217).
type Money struct {
	Amount   decimal.Decimal `json:"amount"`
	Currency string          `json:"currency"`
}

// Act is one thing somebody wants to do, with the real object and the real amount.
type Act struct {
	Name     string          // for example "ticket.reply"
	Object   string          // for example "ticket:42"
	Owner    int64           // the agent whose own thing it is; another agent is denied. 0: not one agent's
	Money    *Money          // what it costs us; nil when no money is involved
	Percent  decimal.Decimal // a discount asked, 0 to 100
	Class    string          // the customer's class, where limits differ by it
	Category string          // what it is about, where limits differ by it
	Reason   string
	Args     any // what is needed to run the command again after an approval

	// Unveiled shows the transaction, from here on, what its actor may not see: for acts that must know it, such as
	// which customer has an address, or end where the actor's sight ends, such as a handover. What is read must not
	// reach the actor.
	Unveiled bool
}

// NeedsApproval is returned when the act waits for a higher tier; the request is kept.
type NeedsApproval struct {
	ID   int64 // of the approval
	Tier int   // the lowest tier that may say yes
}

func (e *NeedsApproval) Error() string {
	return fmt.Sprintf("waits for approval %d by tier %d", e.ID, e.Tier)
}

// limit is one row of limits that fits the act's name, currency, class and category.
type limit struct {
	Tier       int
	Special    int // how closely it fits: 2 names the customer's class, 1 the category, 3 both, 0 neither
	MaxAmount  *decimal.Decimal
	MaxPercent *decimal.Decimal
	WindowDays *int
	MaxSum     *decimal.Decimal
	Given      decimal.Decimal // already given away by this agent in the window
}

// standing is what the transaction read about the actor and the act.
type standing struct {
	Kind     Kind
	ID       int64
	Roles    []string // of the agent; for others the one pseudo role they act in
	Tier     int
	Disabled bool
	Rights   []string // roles that may do the act
	Limits   []limit
}

type outcome string

const (
	allow outcome = "allow"
	ask   outcome = "ask"
	deny  outcome = "deny"
)

// decide is the whole rule. It answers the lowest tier that could say yes when the outcome is ask.
// What no row mentions is denied; so is money that is no amount to give away, a percentage outside
// 0 to 100, and either of them where no limit speaks of it.
func decide(a Act, s standing) (outcome, int) {
	if !s.entitled(a) || !a.sane() {
		return deny, 0
	}
	if a.Money == nil && a.Percent.IsZero() {
		return allow, 0
	}
	next := 0
	for tier, l := range closest(s.Limits) {
		switch {
		case tier <= s.Tier && l.covers(a) && l.hasRoom(a):
			return allow, 0
		case tier > s.Tier && l.covers(a) && (next == 0 || tier < next):
			next = tier
		}
	}
	if next == 0 || s.Kind != Agent {
		return deny, 0
	}
	return ask, next
}

// entitled says whether the actor may do such acts at all, whatever they cost.
func (s standing) entitled(a Act) bool {
	if s.Disabled || a.Owner != 0 && s.Kind == Agent && s.ID != a.Owner {
		return false
	}
	return slices.ContainsFunc(s.Roles, func(r string) bool { return slices.Contains(s.Rights, r) })
}

// closest keeps, of each tier, the limit that fits the act most closely: a rule for small customers
// counts for them even where the one for all is wider.
func closest(all []limit) map[int]limit {
	out := map[int]limit{}
	for _, l := range all {
		if had, ok := out[l.Tier]; !ok || l.Special > had.Special {
			out[l.Tier] = l
		}
	}
	return out
}

// covers says whether the limit permits so much at a time. One that does not speak of amounts (or of percentages)
// permits none of them.
func (l limit) covers(a Act) bool {
	if a.Money != nil && (l.MaxAmount == nil || a.Money.Amount.GreaterThan(*l.MaxAmount)) {
		return false
	}
	return a.Percent.IsZero() || l.MaxPercent != nil && a.Percent.LessThanOrEqual(*l.MaxPercent)
}

// hasRoom says whether what was given in the window leaves room for this.
func (l limit) hasRoom(a Act) bool {
	return l.WindowDays == nil || a.Money == nil || l.Given.Add(a.Money.Amount).LessThanOrEqual(*l.MaxSum)
}

// Columns of money are numeric(18,2), those of percentages numeric(5,2).
var (
	tooMuch = decimal.New(1, 16)
	hundred = decimal.NewFromInt(100)
)

// sane says whether the act's amounts are any: more than nothing, in whole hundredths, in a currency. A number such as
// 1e1000000000 is refused by its looks, since to compare it would take all memory.
func (a Act) sane() bool {
	if a.Money != nil {
		m := *a.Money
		if !isCurrency(m.Currency) || !hundredths(m.Amount) || !m.Amount.IsPositive() || m.Amount.GreaterThanOrEqual(tooMuch) {
			return false
		}
	}
	return hundredths(a.Percent) && !a.Percent.IsNegative() && !a.Percent.GreaterThan(hundred)
}

func hundredths(d decimal.Decimal) bool {
	const longest = 64 // digits before or behind the point
	return d.Exponent() <= longest && d.Exponent() >= -longest && d.NumDigits() <= 2*longest && d.Equal(d.Truncate(2))
}

func isCurrency(s string) bool {
	if len(s) != 3 {
		return false
	}
	for i := range 3 {
		if s[i] < 'A' || s[i] > 'Z' {
			return false
		}
	}
	return true
}
