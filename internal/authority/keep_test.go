package authority_test

import (
	"testing"
	"time"

	"frontline/internal/authority"
)

func (w *world) emit(name string) {
	w.Helper()
	ctx := w.Context()
	w.wantDone("emit", w.gate.Do(ctx, robot, func(tx *authority.Tx) error {
		if err := tx.Allow(ctx, authority.Act{Name: "shop.stock", Object: name}); err != nil {
			return err
		}
		tx.Emit("good.changed", name, "shop")
		return nil
	}))
}

func TestEventsAreForgottenByAge(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.hand(`insert into events (seq, at, actor, kind, object, topics) select n, now() - interval '8 days', 'a', 'k', 'o', '{}' from generate_series(1, 12000) n`)
	w.emit("new")
	w.wantDone("PruneEvents", w.gate.PruneEvents(t.Context(), 7*24*time.Hour))
	if n, to := w.count(`select count(*) from events`), w.count(`select pruned_to from seq_base`); n != 1 || to != 12000 {
		t.Errorf("%d events left and pruned to %d, want 1 and 12000", n, to)
	}
	w.wantDone("PruneEvents again", w.gate.PruneEvents(t.Context(), 7*24*time.Hour))
	if to := w.count(`select pruned_to from seq_base`); to != 12000 {
		t.Errorf("pruned to %d, want still 12000", to)
	}
}

// Too many to number within one transaction is an error and never a number used twice.
func TestATransactionHasRoomForItsEvents(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	for n, want := range map[int]bool{4096: true, 4097: false} {
		err := w.gate.Do(ctx, robot, func(tx *authority.Tx) error {
			if err := tx.Allow(ctx, authority.Act{Name: "shop.stock"}); err != nil {
				return err
			}
			for range n {
				tx.Emit("k", "o", "t")
			}
			return nil
		})
		if (err == nil) != want {
			t.Errorf("%d events in one transaction = %v, want done: %v", n, err, want)
		}
	}
}

// A dump restored into a younger cluster holds numbers that its transaction ids have not reached. New rows must come
// after the old ones all the same, for cursors, seals and keys.
func TestNumbersRiseAfterARestore(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.emit("before")
	w.sealAll()
	before := w.count(`select base from seq_base`)
	w.emit("still before")
	if now := w.count(`select base from seq_base`); now != before {
		t.Errorf("base moved from %d to %d in a database that was not restored", before, now)
	}
	// As if all had been written by a cluster that was a million transactions further.
	w.hand(`update events set seq = seq + (1000000::bigint << 12)`)
	w.hand(`update audit set seq = seq + (1000000::bigint << 12)`)
	last := w.count(`select max(seq) from audit`)
	w.gate = authority.New(w.db, authority.Options{}) // the program starts on it
	w.emit("after")
	if n := w.count(`select count(*) from events where object = 'after' and seq > $1`, last); n != 1 {
		t.Error("the event after the restore is numbered below those before it")
	}
	if n := w.count(`select count(*) from audit where object = 'after' and seq > $1`, last); n != 1 {
		t.Error("the audit row after the restore is numbered below those before it")
	}
	base := w.count(`select base from seq_base`)
	authorityNewAndEmit(w)
	if again := w.count(`select base from seq_base`); again != base {
		t.Errorf("base moved again, from %d to %d", base, again)
	}
}

func authorityNewAndEmit(w *world) {
	w.gate = authority.New(w.db, authority.Options{})
	w.emit("later")
}
