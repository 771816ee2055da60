package crm_test

import (
	"errors"
	"testing"

	"frontline/crm"
	"frontline/internal/fault"
)

// The same company is written in many ways; other companies only look like it.
func TestAccountsThatMayBeTheSameAreProposedWithTheReason(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	boss := w.Hire("boss", "manager")
	proposed := func(id int64) map[int64]string {
		t.Helper()
		found, err := w.crm.Twins(t.Context(), boss, id)
		if err != nil {
			t.Fatal(err)
		}
		out := map[int64]string{}
		for _, d := range found {
			out[d.ID] = d.Reason
		}
		if len(out) != len(found) {
			t.Errorf("one is proposed twice: %+v", found)
		}
		return out
	}
	for _, c := range []struct{ one, other, want string }{
		{"上海万力机械有限公司", "上海万力机械", "same_name"},
		{"宁波天硕机电股份有限公司", "宁波天硕（机电）有限责任公司", "same_name"},
		{"Northwind Traders Co., Ltd.", "NORTHWIND TRADERS", "same_name"},
		{"Hartmann Pumpen GmbH", "Hartmann  Pumpen", "same_name"},
		{"Ｆｕｊｉ精工集团", "Fuji精工", "same_name"},
		{"北京市华锐风电有限公司", "北京华锐风电科技", ""},
		{"杭州市西湖仪表有限公司", "杭州西湖仪表厂", ""},
		{"深圳市科陆电子有限公司", "深圳科陆电子", "similar_name"},
		{"Castlerock Bearings", "Castelrock Bearings Inc.", "similar_name"},
		{"Meridian Tooling", "Meridian Toolings Ltd", "similar_name"},
		{"青岛海纺第3分公司", "青岛海纺第4分公司", ""},
		{"万方", "万力", ""},
		{"有限公司", "集团公司", ""},
	} {
		one, other := w.account(boss, c.one), w.account(boss, c.other)
		if got := proposed(one)[other]; got != c.want {
			t.Errorf("%s and %s: %q, want %q", c.one, c.other, got, c.want)
		}
		if got := proposed(other)[one]; got != c.want {
			t.Errorf("%s and %s: %q, want %q", c.other, c.one, got, c.want)
		}
	}

	edit := func(id int64, ch crm.AccountChange) {
		t.Helper()
		if err := w.crm.EditAccount(t.Context(), boss, id, ch); err != nil {
			t.Fatal(err)
		}
	}
	board, workshop, stranger := w.account(boss, "长江重工"), w.account(boss, "黄河锻造"), w.account(boss, "珠江食品")
	edit(board, crm.AccountChange{Address: ptr("上海市浦东金港路108号"), Numbers: &[]crm.Number{{Kind: crm.Phone, Address: "021-50301234"}}})
	edit(workshop, crm.AccountChange{Address: ptr("上海市浦东 金港路１０８号"), Numbers: &[]crm.Number{{Kind: crm.Fax, Address: "+86 21 5030 1234"}}})
	if got := proposed(board); len(got) != 1 || got[workshop] != "same_number" {
		t.Errorf("of the same number: %v", got)
	}
	edit(workshop, crm.AccountChange{Numbers: &[]crm.Number{}})
	if got := proposed(board); len(got) != 1 || got[workshop] != "same_address" {
		t.Errorf("of the same address: %v", got)
	}
	edit(board, crm.AccountChange{Address: ptr("上海")})
	edit(stranger, crm.AccountChange{Address: ptr("上海")})
	if got := proposed(board); len(got) != 0 {
		t.Errorf("a town proves nothing: %v", got)
	}
	if _, err := w.crm.Twins(t.Context(), boss, 1<<40); !errors.Is(err, fault.NotFound) {
		t.Errorf("of an account that is not there: %v", err)
	}
}
