package authority

import (
	"testing"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"
)

func dec(s string) *decimal.Decimal {
	d := decimal.RequireFromString(s)
	return &d
}

func days(n int) *int { return &n }

func refundOf(amount, currency string) Act {
	return Act{Name: "refund", Object: "order:1", Money: &Money{Amount: *dec(amount), Currency: currency}}
}

func discountOf(percent string) Act {
	return Act{Name: "discount", Object: "order:1", Percent: *dec(percent)}
}

func TestDecide(t *testing.T) {
	t.Parallel()
	agent := standing{Kind: Agent, ID: 7, Roles: []string{"agent"}, Tier: 1, Rights: []string{"agent", "supervisor"}}
	with := func(edit func(*standing)) standing {
		s := agent
		edit(&s)
		return s
	}
	limits := func(l ...limit) standing { return with(func(s *standing) { s.Limits = l }) }
	tiers := limits(limit{Tier: 1, MaxAmount: dec("100")}, limit{Tier: 2, MaxAmount: dec("500")}, limit{Tier: 4, MaxAmount: dec("5000")})
	window := func(given string) standing {
		return limits(limit{Tier: 1, MaxAmount: dec("100"), WindowDays: days(30), MaxSum: dec("250"), Given: *dec(given)}, limit{Tier: 2, MaxAmount: dec("500")})
	}
	plain := Act{Name: "reply", Object: "ticket:1"}
	for name, c := range map[string]struct {
		act  Act
		by   standing
		want outcome
		tier int
	}{
		"a right without money":         {plain, agent, allow, 0},
		"nobody has the right":          {plain, with(func(s *standing) { s.Rights = nil }), deny, 0},
		"another role has it":           {plain, with(func(s *standing) { s.Rights = []string{"admin"} }), deny, 0},
		"no roles at all":               {plain, with(func(s *standing) { s.Roles = nil }), deny, 0},
		"disabled":                      {plain, with(func(s *standing) { s.Disabled = true }), deny, 0},
		"the zero standing":             {plain, standing{}, deny, 0},
		"own thing":                     {Act{Name: "presence", Owner: 7}, agent, allow, 0},
		"another agent's thing":         {Act{Name: "presence", Owner: 8}, agent, deny, 0},
		"a program on an agent's thing": {Act{Name: "presence", Owner: 8}, standing{Kind: Program, Roles: []string{"system:jobs"}, Rights: []string{"system:jobs"}}, allow, 0},
		"within the limit":              {refundOf("99.99", "CNY"), tiers, allow, 0},
		"at the limit":                  {refundOf("100", "CNY"), tiers, allow, 0},
		"at the limit in other digits":  {refundOf("100.000", "CNY"), tiers, allow, 0},
		"above it":                      {refundOf("100.01", "CNY"), tiers, ask, 2},
		"above the next":                {refundOf("500.01", "CNY"), tiers, ask, 4},
		"above all":                     {refundOf("5000.01", "CNY"), tiers, deny, 0},
		"no limit speaks of it":         {refundOf("1", "CNY"), agent, deny, 0},
		"a limit of percent only":       {refundOf("1", "CNY"), limits(limit{Tier: 1, MaxPercent: dec("100")}), deny, 0},
		"a higher tier does it alone":   {refundOf("300", "CNY"), with(func(s *standing) { s.Tier, s.Limits = 3, tiers.Limits }), allow, 0},
		"a wider limit of a lower tier": {refundOf("90", "CNY"), with(func(s *standing) {
			s.Tier, s.Limits = 2, []limit{{Tier: 1, MaxAmount: dec("100")}, {Tier: 2, MaxAmount: dec("50")}}
		}), allow, 0},
		"nothing":                          {refundOf("0", "CNY"), tiers, deny, 0},
		"less than nothing":                {refundOf("-5", "CNY"), tiers, deny, 0},
		"a tenth of a cent":                {refundOf("0.001", "CNY"), tiers, deny, 0},
		"cents and a bit":                  {refundOf("99.999", "CNY"), tiers, deny, 0},
		"more than a column takes":         {refundOf("10000000000000000", "CNY"), tiers, deny, 0},
		"a number of a billion digits":     {Act{Name: "x", Money: &Money{decimal.New(1, 1_000_000_000), "CNY"}}, tiers, deny, 0},
		"one of as many behind the point":  {Act{Name: "x", Money: &Money{decimal.New(1, -1_000_000_000), "CNY"}}, tiers, deny, 0},
		"no currency":                      {refundOf("1", ""), tiers, deny, 0},
		"a strange currency":               {refundOf("1", "CN\x00"), tiers, deny, 0},
		"small letters":                    {refundOf("1", "cny"), tiers, deny, 0},
		"a discount":                       {discountOf("5"), limits(limit{Tier: 1, MaxPercent: dec("5")}), allow, 0},
		"too much of one":                  {discountOf("5.01"), limits(limit{Tier: 1, MaxPercent: dec("5")}, limit{Tier: 3, MaxPercent: dec("20")}), ask, 3},
		"more than all":                    {discountOf("100.01"), limits(limit{Tier: 1, MaxPercent: dec("100")}), deny, 0},
		"an extra charge as discount":      {discountOf("-1"), limits(limit{Tier: 1, MaxPercent: dec("100")}), deny, 0},
		"a discount of a billion digits":   {Act{Name: "x", Percent: decimal.New(1, -1_000_000_000)}, limits(limit{Tier: 1, MaxPercent: dec("100")}), deny, 0},
		"money and percent, one limited":   {Act{Name: "x", Money: &Money{*dec("10"), "CNY"}, Percent: *dec("3")}, limits(limit{Tier: 1, MaxAmount: dec("100")}), deny, 0},
		"money and percent, both":          {Act{Name: "x", Money: &Money{*dec("10"), "CNY"}, Percent: *dec("3")}, limits(limit{Tier: 1, MaxAmount: dec("100"), MaxPercent: dec("5")}), allow, 0},
		"room in the window":               {refundOf("50", "CNY"), window("200"), allow, 0},
		"no room in the window":            {refundOf("50.01", "CNY"), window("200"), ask, 2},
		"a rule for the class is narrower": {refundOf("80", "CNY"), limits(limit{Tier: 1, MaxAmount: dec("100")}, limit{Tier: 1, Special: 2, MaxAmount: dec("50")}), deny, 0},
		"a rule for the class is wider":    {refundOf("200", "CNY"), limits(limit{Tier: 1, Special: 2, MaxAmount: dec("300")}, limit{Tier: 1, MaxAmount: dec("100")}), allow, 0},
		"class before category":            {refundOf("80", "CNY"), limits(limit{Tier: 1, Special: 1, MaxAmount: dec("100")}, limit{Tier: 1, Special: 2, MaxAmount: dec("50")}), deny, 0},
		"a program gives nothing away":     {refundOf("1", "CNY"), standing{Kind: Program, Roles: []string{"agent"}, Rights: []string{"agent"}, Limits: tiers.Limits}, deny, 0},
	} {
		got, tier := decide(c.act, c.by)
		if got != c.want || tier != c.tier {
			t.Errorf("%s: decide = %s by tier %d, want %s by tier %d", name, got, tier, c.want, c.tier)
		}
	}
}

// Whatever the rules and the act: nobody without right acts; nothing is allowed that no limit of the actor's own tier
// or below covers with room; who is asked is of a higher tier and could do it; more money is never easier.
func TestDecideHoldsItsPromises(t *testing.T) {
	t.Parallel()
	amount := rapid.Map(rapid.Int64Range(-1000, 1_000_000), func(cents int64) decimal.Decimal { return decimal.New(cents, -2) })
	optional := func(t *rapid.T, name string, g *rapid.Generator[decimal.Decimal]) *decimal.Decimal {
		if !rapid.Bool().Draw(t, name+" set") {
			return nil
		}
		d := g.Draw(t, name).Abs()
		return &d
	}
	limits := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) limit {
		l := limit{
			Tier: rapid.IntRange(1, 9).Draw(t, "limit tier"), Special: rapid.IntRange(0, 3).Draw(t, "special"),
			MaxAmount: optional(t, "most", amount), MaxPercent: optional(t, "percent", amount), Given: amount.Draw(t, "given").Abs(),
		}
		if l.MaxSum = optional(t, "sum", amount); l.MaxSum != nil {
			l.WindowDays = days(30)
		}
		return l
	}), 0, 8)
	rapid.Check(t, func(t *rapid.T) {
		roles := rapid.SliceOfN(rapid.SampledFrom([]string{"agent", "supervisor", "admin"}), 0, 3)
		s := standing{
			Kind: rapid.SampledFrom([]Kind{Nobody, Agent, Contact, Program}).Draw(t, "kind"), ID: 1, Tier: rapid.IntRange(0, 9).Draw(t, "tier"),
			Roles: roles.Draw(t, "roles"), Rights: roles.Draw(t, "rights"), Disabled: rapid.Bool().Draw(t, "disabled"), Limits: limits.Draw(t, "limits"),
		}
		a := Act{Name: "x", Money: &Money{amount.Draw(t, "amount"), "CNY"}}
		got, tier := decide(a, s)
		if got != deny && !s.entitled(a) {
			t.Fatalf("%s although not entitled", got)
		}
		if got != deny && !a.Money.Amount.IsPositive() {
			t.Fatalf("%s of %s", got, a.Money.Amount)
		}
		held := closest(s.Limits)
		if got == allow {
			ok := false
			for _, l := range held {
				ok = ok || l.Tier <= s.Tier && l.MaxAmount != nil && a.Money.Amount.LessThanOrEqual(*l.MaxAmount) &&
					(l.MaxSum == nil || l.Given.Add(a.Money.Amount).LessThanOrEqual(*l.MaxSum))
			}
			if !ok {
				t.Fatalf("allowed %s with no limit for it", a.Money.Amount)
			}
		}
		if got == ask && (tier <= s.Tier || s.Kind != Agent || !held[tier].covers(a)) {
			t.Fatalf("asks tier %d, which is not above %d or could not say yes", tier, s.Tier)
		}
		more := Act{Name: "x", Money: &Money{a.Money.Amount.Add(decimal.New(1, -2)), "CNY"}}
		if easier, _ := decide(more, s); got == deny && a.sane() && easier != deny || got == ask && easier == allow {
			t.Fatalf("%s of %s, but %s of a cent more", got, a.Money.Amount, easier)
		}
	})
}
