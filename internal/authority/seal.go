package authority

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"log/slog"
	"time"

	"frontline/internal/secret"

	"github.com/jackc/pgx/v5"
)

const (
	sealEvery  = 200 * time.Millisecond
	sealAnyway = 10 * time.Second // for a node that died between its last commit and its seal
	sealAtMost = 20_000           // rows in one seal
)

// Sealing seals the audit trail every 200 ms in which this node wrote to it, until ctx ends. Through any loss of the
// database it goes on.
func (g *Gate) Sealing(ctx context.Context) error {
	tick := time.NewTicker(sealEvery)
	defer tick.Stop()
	var last, wait time.Time // wait: not before, after a failure
	pause := sealEvery
	for {
		if time.Now().After(wait) && (g.unsealed.Swap(false) || time.Since(last) >= sealAnyway) {
			last = time.Now()
			_, more, err := g.Seal(ctx)
			if err != nil && ctx.Err() == nil {
				slog.WarnContext(ctx, "audit trail not sealed", "err", err)
				pause = min(2*pause, sealAnyway/2)
				wait = time.Now().Add(pause)
			} else {
				pause = sealEvery
			}
			if err != nil || more {
				g.unsealed.Store(true)
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// Seal chains audit rows that are complete and not yet sealed; it answers how many, and whether there are more, which
// wait for a transaction that still runs, or for another node that is sealing now.
func (g *Gate) Seal(ctx context.Context) (sealed int, more bool, err error) {
	var upto int64
	var sum []byte
	err = g.begin(ctx, func(tx pgx.Tx) error {
		sealed, more = 0, true
		var mine bool
		// The next statement must see what the last holder of the lock committed, and so comes after it.
		if err := tx.QueryRow(ctx, `select pg_try_advisory_xact_lock(hashtextextended('audit_seals', 0))`).Scan(&mine); err != nil || !mine {
			return err
		}
		var s seal
		var last []byte
		if err := tx.QueryRow(ctx, `select coalesce(s.upto, 0), coalesce(s.hash, ''), seq_horizon(),
				coalesce((select seq from audit where seq >= coalesce(s.upto, 0) order by seq offset $1 limit 1), seq_horizon())
			from (select 1) one left join (select upto, hash from audit_seals order by upto desc limit 1) s on true`, sealAtMost).
			Scan(&s.from, &last, &s.upto, &s.next); err != nil {
			return fmt.Errorf("last seal: %w", err)
		}
		s.upto = min(s.upto, s.next)
		rows, err := auditRows(ctx, tx, s.from, s.upto)
		if err != nil {
			return err
		}
		defer rows.Close()
		if err := s.cover(rows, last); err != nil {
			return fmt.Errorf("audit rows: %w", err)
		}
		sealed = s.rows
		if s.rows > 0 {
			upto, sum = s.upto, s.sum(g.o.Key)
			if _, err := tx.Exec(ctx, `insert into audit_seals (upto, rows, hash) values ($1, $2, $3)`, upto, s.rows, sum); err != nil {
				return fmt.Errorf("seal: %w", err)
			}
		}
		return tx.QueryRow(ctx, `select exists (select from audit where seq >= $1)`, s.upto).Scan(&more)
	})
	if err == nil && sealed > 0 && g.o.Sealed != nil {
		g.o.Sealed(upto, sum)
	}
	return sealed, more, err
}

// HasSeal says whether the trail has a seal that Options.Sealed was told of: where not, its end was cut.
func HasSeal(ctx context.Context, q Query, upto int64, sum []byte) (has bool, err error) {
	err = q.QueryRow(ctx, `select exists (select from audit_seals where upto = $1 and hash = $2)`, upto, sum).Scan(&has)
	return has, err
}

// Broken is a stretch of the audit trail that is not as it was sealed.
type Broken struct {
	From, Upto int64 // audit.seq, from inclusive, upto exclusive
	Rows, Want int   // rows there are and rows that were sealed
}

func (b Broken) String() string {
	return fmt.Sprintf("audit rows %d to %d were changed, deleted or added: %d rows, %d were sealed", b.From, b.Upto, b.Rows, b.Want)
}

// Verify computes the whole chain again, with the key it was sealed with, and answers the first stretch that does not
// fit, nil when all do. Rows that are not sealed yet are not looked at. A trail from whose end both the rows and their
// seals were cut looks whole: that is for HasSeal.
func Verify(ctx context.Context, q Query, key *secret.Key) (*Broken, error) {
	const page = 100
	var from int64
	last := []byte{}
	for {
		rows, err := q.Query(ctx, `select upto, rows, hash from audit_seals where upto > $1 order by upto limit $2`, from, page)
		if err != nil {
			return nil, fmt.Errorf("seals: %w", err)
		}
		seals, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (kept, error) {
			var k kept
			return k, r.Scan(&k.upto, &k.rows, &k.sum)
		})
		if err != nil || len(seals) == 0 {
			return nil, err
		}
		upto := seals[len(seals)-1].upto
		trail, err := auditRows(ctx, q, from, upto)
		if err != nil {
			return nil, err
		}
		broken, err := compare(trail, from, last, seals, key)
		if err != nil || broken != nil {
			return broken, err
		}
		from, last = upto, seals[len(seals)-1].sum
	}
}

// kept is a seal as it was written.
type kept struct {
	upto int64
	rows int
	sum  []byte
}

// compare walks rows along the seals that cover them.
func compare(rows *trailRows, from int64, last []byte, seals []kept, key *secret.Key) (*Broken, error) {
	defer rows.Close()
	for _, k := range seals {
		s := seal{from: from, upto: k.upto}
		if err := s.cover(rows, last); err != nil {
			return nil, fmt.Errorf("audit rows: %w", err)
		}
		if s.rows != k.rows || !bytes.Equal(s.sum(key), k.sum) {
			return &Broken{From: from, Upto: k.upto, Rows: s.rows, Want: k.rows}, nil
		}
		from, last = k.upto, k.sum
	}
	return nil, nil
}

// seal is the hash over a stretch of the trail and the seal before it.
type seal struct {
	from, upto, next int64
	rows             int
	hash             hash.Hash
}

// cover reads the rows below s.upto and leaves the others.
func (s *seal) cover(rows *trailRows, last []byte) error {
	s.hash = sha256.New()
	s.hash.Write(last)
	for rows.Next() {
		if rows.seq >= s.upto {
			return nil
		}
		s.rows++
		writeInt(s.hash, rows.seq)
		for _, f := range rows.fields {
			writeInt(s.hash, int64(len(f))) // lengths, so that no two rows give the same bytes
			s.hash.Write([]byte(f))
		}
		rows.taken = true
	}
	return rows.Err()
}

func (s *seal) sum(key *secret.Key) []byte {
	writeInt(s.hash, s.upto)
	sum := s.hash.Sum(nil)
	if key == nil {
		return sum
	}
	return key.MAC("audit", sum)
}

func writeInt(h hash.Hash, n int64) {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], uint64(n))
	h.Write(b[:])
}

// trailRows are audit rows of which the first that is not taken stays.
type trailRows struct {
	pgx.Rows
	seq    int64
	fields [9]string
	taken  bool
	err    error
}

func auditRows(ctx context.Context, q Query, from, upto int64) (*trailRows, error) {
	rows, err := q.Query(ctx, `select seq, extract(epoch from at)::text, actor, act, object, coalesce(amount::text, ''), coalesce(currency, ''),
		coalesce(percent::text, ''), reason, outcome from audit where seq >= $1 and seq < $2 order by seq`, from, upto)
	if err != nil {
		return nil, fmt.Errorf("audit rows: %w", err)
	}
	return &trailRows{Rows: rows, taken: true}, nil
}

// Next goes to the next row, or stays at one that was not taken.
func (r *trailRows) Next() bool {
	if !r.taken {
		return true
	}
	if r.err != nil || !r.Rows.Next() {
		return false
	}
	f := &r.fields
	r.taken = false
	r.err = r.Scan(&r.seq, &f[0], &f[1], &f[2], &f[3], &f[4], &f[5], &f[6], &f[7], &f[8])
	return r.err == nil
}

// Err is what ended the rows too early.
func (r *trailRows) Err() error { return errors.Join(r.err, r.Rows.Err()) }
