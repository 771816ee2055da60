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
	Money    *Money          // what it costs us; nil when no money is involved
	Percent  decimal.Decimal // a discount asked, 0 to 100
	Class    string          // the customer's class, where limits differ by it
	Category string          // what it is about, where limits differ by it
	Reason   string
	Args     any // what is needed to run the command again after an approval
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
	MaxAmount  *decimal.Decimal
	MaxPercent *decimal.Decimal
	WindowDays *int
	MaxSum     *decimal.Decimal
}

// standing is what the transaction read about the actor and the act.
type standing struct {
	Roles    []string // of the agent; for others the one pseudo role they act in
	Tier     int
	Disabled bool
	Rights   []string // roles that may do the act
	Limits   []limit
	Given    map[int]decimal.Decimal // by window in days: already given away by this agent
}

type outcome string

const (
	allow outcome = "allow"
	ask   outcome = "ask"
	deny  outcome = "deny"
)

// decide is the whole rule. It answers the lowest tier that could say yes when the outcome is ask.
// What no row mentions is denied; a negative amount, a percentage outside 0 to 100 and money
// for which no limit exists are denied.
func decide(a Act, s standing) (outcome, int) {
	if s.Disabled || !slices.ContainsFunc(s.Roles, func(r string) bool { return slices.Contains(s.Rights, r) }) {
		return deny, 0
	}
	if a.Percent.IsNegative() || a.Percent.GreaterThan(decimal.NewFromInt(100)) {
		return deny, 0
	}
	if a.Money == nil && a.Percent.IsZero() {
		return allow, 0
	}
	if a.Money != nil && !a.Money.Amount.IsPositive() {
		return deny, 0
	}
	next := 0
	for _, l := range s.Limits {
		if l.Tier <= s.Tier && l.covers(a, s.Given) {
			return allow, 0
		}
		if l.Tier > s.Tier && l.covers(a, nil) && (next == 0 || l.Tier < next) {
			next = l.Tier
		}
	}
	if next == 0 {
		return deny, 0
	}
	return ask, next
}

// covers says whether one limit alone permits the act. A limit that does not speak of amounts
// (or of percentages) permits none of them.
func (l limit) covers(a Act, given map[int]decimal.Decimal) bool {
	if a.Money != nil && (l.MaxAmount == nil || a.Money.Amount.GreaterThan(*l.MaxAmount)) {
		return false
	}
	if !a.Percent.IsZero() && (l.MaxPercent == nil || a.Percent.GreaterThan(*l.MaxPercent)) {
		return false
	}
	if l.WindowDays != nil && a.Money != nil && given != nil {
		return given[*l.WindowDays].Add(a.Money.Amount).LessThanOrEqual(*l.MaxSum)
	}
	return true
}
