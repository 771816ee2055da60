package arch

import (
	"strconv"
	"testing"

	"frontline/channels"
	"frontline/internal/pg/pgtest"
)

// TestEveryStatementPrepares lets Postgres read every SQL literal of the program against the migrated schema: a column
// that is gone, a misspelt name, a wrong type are found without running the function that holds it.
func TestEveryStatementPrepares(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t, channels.Schemas()...)
	conn, err := db.Read.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Release()
	n := 0
	for _, p := range source(t) {
		for _, s := range statements(p) {
			n++
			if _, err := conn.Conn().Prepare(t.Context(), strconv.Itoa(n), s.value); err != nil {
				t.Errorf("%s: %v", s.at, err)
			}
		}
	}
	if n == 0 {
		t.Error("no statement found: does this test still know what SQL looks like?")
	}
	t.Logf("%d statements", n)
}
