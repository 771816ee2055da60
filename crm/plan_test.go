package crm_test

import (
	"strings"
	"testing"

	"frontline/internal/authority"

	"github.com/jackc/pgx/v5"
)

// Under row-level security Postgres uses an index only where comparing cannot give rows away. A search that loses its
// index costs more with each customer.
func TestSearchesOfCustomersUseTheirIndexes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	li := w.Hire("li", "agent")
	for _, sql := range []string{
		`explain select d.id from contacts me join contacts d on d.name_key = me.name_key where me.id = 1`,
		`explain select p.id from contact_points mine join contact_points p on p.mailbox = mine.mailbox where mine.contact_id = 1`,
		`explain select id from contacts where name_key >= 'a' and name_key < 'b' order by name_key limit 5`,
		`explain select contact_id from contact_points where address >= 'a' and address < 'b' order by address limit 5`,
		`explain select id from accounts where name_key = 'a'`,
		`explain select id from accounts where twin_key < 'a' order by twin_key desc limit 5`,
		`explain select id from accounts where twin_back > 'a' order by twin_back limit 5`,
		`explain select id from accounts where address_key = 'a'`,
	} {
		var plan []string
		err := w.Gate.View(t.Context(), li, func(q authority.Query) error {
			// The tables are small: without this a scan would be the better plan.
			if err := q.QueryRow(t.Context(), `select set_config('enable_seqscan', 'off', true)`).Scan(nil); err != nil {
				return err
			}
			rows, err := q.Query(t.Context(), sql)
			if err != nil {
				return err
			}
			plan, err = pgx.CollectRows(rows, pgx.RowTo[string])
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if all := strings.Join(plan, "\n"); strings.Contains(all, "Seq Scan") {
			t.Errorf("%s reads the whole table:\n%s", sql, all)
		}
	}
}
