package crm

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"unicode"

	"frontline/internal/authority"
	"frontline/internal/fault"

	"github.com/jackc/pgx/v5"
)

// Twin is another account that may be the same one, with the strongest reason.
type Twin struct {
	ID      int64  `json:"id"`
	Name    string `json:"name"`
	Address string `json:"address"`
	Reason  string `json:"reason" enum:"same_name,same_number,same_address,similar_name" doc:"same_name: apart from the legal form, such as 有限公司 or Co., Ltd."`
}

// twinReasons are the reasons, the strongest first.
var twinReasons = []string{"same_name", "same_number", "same_address", "similar_name"}

// maxTwins is how many accounts are proposed at most.
const maxTwins = 10

// shortAddress is the length, in characters, below which an address such as "上海" proves nothing.
const shortAddress = 6

// Twins proposes at most ten other accounts that may be the same one: of the same or a similar name, with a number or an
// address that this one has too. What a similar name costs does not grow with the accounts: of all names only the
// neighbours are looked at, in the order of the names and in that of the names read backwards.
func (c *CRM) Twins(ctx context.Context, by authority.Actor, account int64) (out []Twin, err error) {
	err = c.gate.View(ctx, by, func(q authority.Query) error {
		out, err = twins(ctx, q, account)
		return err
	})
	return out, err
}

func twins(ctx context.Context, q authority.Query, account int64) ([]Twin, error) {
	var name, back, address *string
	var numbers []string
	err := q.QueryRow(ctx, `select twin_key, twin_back, case when length(address_key) >= $2 then address_key end,
		array(select address::text from account_numbers where account_id = $1) from accounts where id = $1`, account, shortAddress).Scan(&name, &back, &address, &numbers)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, fault.New(fault.NotFound, "not_found", "what", "account")
	}
	if err != nil {
		return nil, wrap("account", err)
	}
	rows, err := q.Query(ctx, `(select id, name, address, coalesce(twin_key, ''), 'same_name' from accounts where twin_key = $2 and id <> $1 order by id limit 10)
		union all (select a.id, a.name, a.address, '', 'same_number' from unnest($5::text[]) given(address) cross join lateral
			(select account_id from account_numbers where address = given.address and account_id <> $1 limit 10) n join accounts a on a.id = n.account_id limit 10)
		union all (select id, name, address, '', 'same_address' from accounts where address_key = $4 and id <> $1 order by id limit 10)
		union all (select id, name, address, twin_key, 'similar_name' from accounts where twin_key > $2 order by twin_key limit 50)
		union all (select id, name, address, twin_key, 'similar_name' from accounts where twin_key < $2 order by twin_key desc limit 50)
		union all (select id, name, address, twin_key, 'similar_name' from accounts where twin_back > $3 order by twin_back limit 50)
		union all (select id, name, address, twin_key, 'similar_name' from accounts where twin_back < $3 order by twin_back desc limit 50)`,
		account, name, back, address, numbers)
	if err != nil {
		return nil, wrap("duplicates of the account", err)
	}
	found := []Twin{}
	var t Twin
	var key string
	_, err = pgx.ForEachRow(rows, []any{&t.ID, &t.Name, &t.Address, &key, &t.Reason}, func() error {
		if t.Reason != "similar_name" || alike(*name, key) {
			found = append(found, t)
		}
		return nil
	})
	if err != nil {
		return nil, wrap("duplicates of the account", err)
	}
	slices.SortStableFunc(found, func(a, b Twin) int {
		return cmp.Compare(slices.Index(twinReasons, a.Reason), slices.Index(twinReasons, b.Reason))
	})
	seen := map[int64]bool{}
	found = slices.DeleteFunc(found, func(t Twin) bool {
		again := seen[t.ID]
		seen[t.ID] = true
		return again
	})
	return found[:min(len(found), maxTwins)], nil
}

// alike reports whether two names, without their legal form, differ in one place only: by a character, in a long name by
// one in six, or by two that changed places. Names of other numbers, such as those of branches, are not alike, and of
// fewer than four characters each is a name of its own.
func alike(a, b string) bool {
	x, y := []rune(a), []rune(b)
	shorter := min(len(x), len(y))
	if shorter < 4 || digits(a) != digits(b) {
		return false
	}
	for len(x) > 0 && len(y) > 0 && x[0] == y[0] {
		x, y = x[1:], y[1:]
	}
	for len(x) > 0 && len(y) > 0 && x[len(x)-1] == y[len(y)-1] {
		x, y = x[:len(x)-1], y[:len(y)-1]
	}
	swapped := len(x) == 2 && len(y) == 2 && x[0] == y[1] && x[1] == y[0]
	return swapped || max(len(x), len(y)) <= max(1, shorter/6)
}

func digits(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsDigit(r) {
			return r
		}
		return -1
	}, s)
}
