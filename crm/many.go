package crm

import (
	"context"

	"frontline/internal/authority"

	"github.com/jackc/pgx/v5"
)

// Somebody is a person as another system knew them: at least one point, in its written form (see Point.Normal), the
// best first.
type Somebody struct {
	Name   string
	Points []Point
}

// IdentifyMany is IdentifyAny for many at once, as an import has them, in a handful of statements. The answer has a
// contact for each. A part.
func IdentifyMany(ctx context.Context, tx *authority.Tx, all []Somebody) ([]Contact, error) {
	held, err := holders(ctx, tx, all)
	if err != nil {
		return nil, err
	}
	out := make([]Contact, len(all))
	var made, given struct {
		ids              []int64
		names            []string
		kinds, addresses []string
	}
	strangers := 0
	for i, s := range all {
		c, known := anyOf(held, s.Points)
		if !known {
			strangers++
			c = Contact{ID: int64(-strangers), Name: called(s.Name, s.Points[0]), New: true} // numbered below
			made.names = append(made.names, c.Name)
		}
		out[i] = c
		c.New = false
		for _, p := range s.Points {
			if _, taken := held[p]; !taken {
				held[p] = c
				given.ids, given.kinds, given.addresses = append(given.ids, c.ID), append(given.kinds, p.Kind), append(given.addresses, p.Address)
			}
		}
	}
	if made.ids, err = newContactIDs(ctx, tx, strangers); err != nil {
		return nil, err
	}
	for i := range out {
		if n := out[i].ID; n < 0 {
			out[i].ID = made.ids[-n-1]
		}
	}
	for i, n := range given.ids {
		if n < 0 {
			given.ids[i] = made.ids[-n-1]
		}
	}
	tx.RaceOn(pointTaken)
	b := &pgx.Batch{}
	b.Queue(`insert into contacts (id, name) overriding system value select * from unnest($1::bigint[], $2::text[])`, made.ids, made.names)
	b.Queue(`insert into contact_points (contact_id, kind, address) select * from unnest($1::bigint[], $2::text[], $3::text[])`,
		given.ids, given.kinds, given.addresses)
	return out, wrap("make contacts", tx.SendBatch(ctx, b).Close())
}

func anyOf(held map[Point]Contact, points []Point) (Contact, bool) {
	for _, p := range points {
		if c, ok := held[p]; ok {
			return c, true
		}
	}
	return Contact{}, false
}

// holders finds whose the points are. Those that are nobody's yet are locked, so that nobody else gives them away
// before this transaction ends.
func holders(ctx context.Context, tx *authority.Tx, all []Somebody) (map[Point]Contact, error) {
	points := map[Point]bool{}
	for _, s := range all {
		for _, p := range s.Points {
			points[p] = true
		}
	}
	held := map[Point]Contact{}
	if err := findHolders(ctx, tx, points, held); err != nil {
		return nil, err
	}
	kinds, addresses := lists(points)
	if len(kinds) == 0 {
		return held, nil
	}
	if _, err := tx.Exec(ctx, lockPoints, kinds, addresses); err != nil {
		return nil, wrap("lock contact points", err)
	}
	return held, findHolders(ctx, tx, points, held)
}

// findHolders moves those points that are somebody's from points to held.
func findHolders(ctx context.Context, tx *authority.Tx, points map[Point]bool, held map[Point]Contact) error {
	kinds, addresses := lists(points)
	rows, err := tx.Query(ctx, `select p.kind, p.address, c.id, c.account_id, c.name, c.language
		from unnest($1::text[], $2::text[]) given(kind, address) join contact_points p using (kind, address) join contacts c on c.id = p.contact_id`, kinds, addresses)
	if err != nil {
		return wrap("find contacts", err)
	}
	var p Point
	var c Contact
	_, err = pgx.ForEachRow(rows, []any{&p.Kind, &p.Address, &c.ID, &c.AccountID, &c.Name, &c.Language}, func() error {
		held[p] = c
		delete(points, p)
		return nil
	})
	return wrap("find contacts", err)
}

func lists(points map[Point]bool) (kinds, addresses []string) {
	for p := range points {
		kinds, addresses = append(kinds, p.Kind), append(addresses, p.Address)
	}
	return kinds, addresses
}

func newContactIDs(ctx context.Context, tx *authority.Tx, n int) ([]int64, error) {
	rows, err := tx.Query(ctx, `select nextval('contacts_id_seq') from generate_series(1, $1)`, n)
	if err != nil {
		return nil, wrap("number contacts", err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	return ids, wrap("number contacts", err)
}
