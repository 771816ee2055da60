package authority_test

import (
	"errors"
	"testing"

	"frontline/internal/authority"

	"github.com/shopspring/decimal"
)

func TestAboveTheLimitOnlyTheRequestIsKept(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	li := w.person("li", 1, "agent")
	wang := w.person("wang", 3, "supervisor")
	w.wantDone("a refund of 100.00 by tier 1", w.refund(li, yuan("100")))
	id := w.wantAsked("a refund of 100.01 by tier 1", w.refund(li, yuan("100.01")), 2)
	w.wantAsked("a refund of 600 by tier 1", w.refund(li, yuan("600")), 4)
	w.wantDone("a refund of 500 by tier 3", w.refund(wang, yuan("500")))
	w.wantAsked("a refund of 500.01 by tier 3", w.refund(wang, yuan("500.01")), 4)
	w.wantRefused("a refund beyond every tier", w.refund(li, yuan("5000.01")))

	if n := w.count(`select count(*) from goods`); n != 2 {
		t.Errorf("%d acts had their effect, want the 2 that were done", n)
	}
	if n := w.count(`select count(*) from concessions`); n != 2 {
		t.Errorf("%d concessions, want 2", n)
	}
	if n := w.count(`select count(*) from approvals where id = $1 and agent_id = $2 and act = 'shop.refund' and object = 'order:1' and amount = 100.01
		and currency = 'CNY' and tier = 2 and state = 'asked' and reason = 'late'`, id, li.ID); n != 1 {
		t.Errorf("the request is not as it was asked")
	}
	if n := w.count(`select count(*) from audit where outcome = 'ask'`); n != 3 {
		t.Errorf("%d requests in the audit trail, want 3", n)
	}
	if n := w.count(`select count(*) from events where kind = 'approval.asked' and topics = '{approvals}'`); n != 3 {
		t.Errorf("%d requests were announced, want 3", n)
	}
}

func TestMoneyThatIsNone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	li := w.person("li", 1, "agent")
	for _, m := range []authority.Money{
		yuan("0"), yuan("-1"), yuan("0.004"), yuan("99.999"), yuan("1e30"),
		{Amount: decimal.New(1, 1_000_000_000), Currency: "CNY"},
		{Amount: decimal.NewFromInt(1), Currency: "USD"}, // no limit speaks of dollars
		{Amount: decimal.NewFromInt(1)},
		{Amount: decimal.NewFromInt(1), Currency: "C\x00Y"},
	} {
		w.wantRefused("a refund of money that is none", w.refund(li, m))
	}
	if n := w.count(`select count(*) from approvals`) + w.count(`select count(*) from concessions`); n != 0 {
		t.Errorf("%d requests or concessions, want none", n)
	}
	for percent, want := range map[string]bool{"5": true, "5.01": false, "-1": false, "101": false} {
		err := w.do(li, authority.Act{Name: "shop.discount", Percent: decimal.RequireFromString(percent)})
		if (err == nil) != want {
			t.Errorf("a discount of %s %% = %v, want done: %v", percent, err, want)
		}
	}
	m := yuan("1")
	w.wantRefused("a gift by a program", w.do(robot, authority.Act{Name: "shop.gift", Money: &m}))
}

func TestADemotionCountsAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	chen := w.person("chen", 2, "agent")
	w.wantDone("a refund of 400 by tier 2", w.refund(chen, yuan("400")))
	w.hand(`update agents set tier = 1 where id = $1`, chen.ID)
	w.wantAsked("a refund of 400 by the same agent, now tier 1", w.refund(chen, yuan("400")), 2)
	w.hand(`update limits set max_amount = 20 where act = 'shop.refund' and tier = 1`)
	w.wantAsked("a refund of 50 after the limit fell", w.refund(chen, yuan("50")), 2)
}

func TestASumOverAWindow(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	li := w.person("li", 1, "agent")
	w.wantDone("the first 100", w.refund(li, yuan("100")))
	w.wantDone("the second 100", w.refund(li, yuan("100")))
	w.wantAsked("a third, of 250 in 30 days", w.refund(li, yuan("50.01")), 2)
	w.wantDone("what is left", w.refund(li, yuan("50")))
	w.wantAsked("a cent more", w.refund(li, yuan("0.01")), 2)
	w.wantDone("a colleague's", w.refund(w.person("zhao", 1, "agent"), yuan("100")))
	w.hand(`update concessions set at = now() - interval '31 days' where agent_id = $1`, li.ID)
	w.wantDone("a month later", w.refund(li, yuan("100")))
}

// 250 in 30 days, 20 refunds of 100 at once: exactly two are done.
func TestActsAtOnceCannotShareTheLastOfASum(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	li := w.person("li", 1, "agent")
	done := 0
	for _, err := range deck(20, func(int) error { return w.refund(li, yuan("100")) }) {
		var need *authority.NeedsApproval
		switch {
		case err == nil:
			done++
		case !errors.As(err, &need):
			t.Errorf("a refund at once with others = %v, want done or asked", err)
		}
	}
	if sum := w.count(`select coalesce(sum(amount), 0)::int from concessions where agent_id = $1`, li.ID); done != 2 || sum != 200 {
		t.Errorf("%d refunds done and %d given, want 2 and 200", done, sum)
	}
}
