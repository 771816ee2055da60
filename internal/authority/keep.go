package authority

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"hash"
	"time"

	"github.com/jackc/pgx/v5"
)

// PruneEvents forgets events older than age; a desk with an older cursor is told to reload.
func (g *Gate) PruneEvents(ctx context.Context, age time.Duration) error {
	return unavailable(pgx.BeginFunc(ctx, g.write, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `with gone as (delete from events where at < now() - make_interval(secs => $1) returning seq)
			update seq_base set pruned_to = greatest(pruned_to, (select max(seq) from gone)) where exists (select from gone)`, age.Seconds())
		return err
	}))
}

// Seal chains the audit rows that are complete and not yet sealed; it answers how many. Rows may
// be sealed by any node: a lock lets one at a time.
func (g *Gate) Seal(ctx context.Context) (sealed int, err error) {
	err = pgx.BeginFunc(ctx, g.write, func(tx pgx.Tx) error {
		var upto, from int64
		var last []byte
		// The statement after the lock must see what its former holder committed.
		if _, err := tx.Exec(ctx, `select pg_advisory_xact_lock(hashtextextended('audit_seals', 0))`); err != nil {
			return err
		}
		if err := tx.QueryRow(ctx, `select seq_horizon(), coalesce(s.upto, 0), coalesce(s.hash, '')
			from (select 1) one left join (select upto, hash from audit_seals order by upto desc limit 1) s on true`).Scan(&upto, &from, &last); err != nil {
			return err
		}
		sum, n, _, err := chain(ctx, tx, last, from, upto)
		if err != nil || n == 0 {
			return err
		}
		sealed = n
		_, err = tx.Exec(ctx, `insert into audit_seals (upto, rows, hash) values ($1, $2, $3)`, upto, n, sum)
		return err
	})
	return sealed, unavailable(err)
}

// Broken is a stretch of the audit trail that is not as it was sealed.
type Broken struct {
	From, Upto int64 // audit.seq, from inclusive
	Rows, Want int   // rows there are and rows that were sealed
}

func (b Broken) Error() string {
	return fmt.Sprintf("audit rows %d to %d were changed, deleted or added: %d rows, %d were sealed", b.From, b.Upto, b.Rows, b.Want)
}

// Verify computes the whole chain again and answers the first stretch that does not fit, nil when
// all do. It reads the trail once, seal by seal.
func Verify(ctx context.Context, q Query) (*Broken, error) {
	type seal struct {
		Upto int64
		Rows int
		Hash []byte
	}
	rows, err := q.Query(ctx, `select upto, rows, hash from audit_seals order by upto`)
	if err != nil {
		return nil, fmt.Errorf("seals: %w", err)
	}
	seals, err := pgx.CollectRows(rows, pgx.RowToStructByPos[seal])
	if err != nil {
		return nil, fmt.Errorf("seals: %w", err)
	}
	var last []byte
	var from int64
	for _, s := range seals {
		sum, n, first, err := chain(ctx, q, last, from, s.Upto)
		if err != nil {
			return nil, err
		}
		if n != s.Rows || !bytes.Equal(sum, s.Hash) {
			return &Broken{From: max(first, from), Upto: s.Upto, Rows: n, Want: s.Rows}, nil
		}
		last, from = s.Hash, s.Upto
	}
	return nil, nil
}

// chain hashes the audit rows with from <= seq < upto after the hash of the stretch before.
func chain(ctx context.Context, q Query, last []byte, from, upto int64) (sum []byte, n int, first int64, err error) {
	rows, err := q.Query(ctx, `select seq, extract(epoch from at)::text, actor, act, object, coalesce(amount::text, ''), coalesce(currency, ''),
		coalesce(percent::text, ''), reason, outcome from audit where seq >= $1 and seq < $2 order by seq`, from, upto)
	if err != nil {
		return nil, 0, 0, fmt.Errorf("audit rows: %w", err)
	}
	h := sha256.New()
	h.Write(last)
	var seq int64
	var f [9]string
	_, err = pgx.ForEachRow(rows, []any{&seq, &f[0], &f[1], &f[2], &f[3], &f[4], &f[5], &f[6], &f[7], &f[8]}, func() error {
		if n++; n == 1 {
			first = seq
		}
		writeInt(h, seq)
		for _, s := range f {
			writeInt(h, int64(len(s))) // lengths, so that no two rows give the same bytes
			h.Write([]byte(s))
		}
		return nil
	})
	return h.Sum(nil), n, first, err
}

func writeInt(h hash.Hash, n int64) {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], uint64(n))
	h.Write(b[:])
}
