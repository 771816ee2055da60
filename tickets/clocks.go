package tickets

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"frontline/internal/alarm"
	"frontline/internal/authority"
	"frontline/tickets/sla"

	"github.com/jackc/pgx/v5"
)

// Due is the open promise of a ticket that is due first.
type Due struct {
	At       time.Time `json:"at"`
	Kind     string    `json:"kind" enum:"answer,first_reply,next_reply,resolution,arrival"`
	Breached bool      `json:"breached"`
	Started  time.Time `json:"started"`
}

const (
	lookEvery   = time.Second           // for what other nodes wrote; what this one wrote wakes it
	lookAtMost  = 15 * time.Millisecond // so that what comes in a burst is reckoned together
	reckonBatch = 100                   // tickets at a time: a writer of one of them waits that long
)

// RunClocks keeps all clocks reckoned, and does what their policies say at the instants when they warn and break, until ctx ends. A
// row says when a ticket is to be looked at again, so that nothing is lost with the program; any number of nodes may run it.
func (t *Tickets) RunClocks(ctx context.Context) error {
	by := authority.System("clocks")
	for {
		wait, err := t.Reckon(ctx, by)
		if err != nil && ctx.Err() == nil {
			slog.WarnContext(ctx, "clocks not reckoned", "err", err)
			wait = lookEvery
		}
		timer := time.NewTimer(min(wait, lookEvery))
		select {
		case <-ctx.Done():
			timer.Stop()
			return nil
		case <-t.poked:
			timer.Stop()
			select {
			case <-ctx.Done():
				return nil
			case <-time.After(lookAtMost):
			}
		case <-timer.C:
		}
	}
}

// Poke says that something was committed on this node; RunClocks looks whether it moved a clock. It never blocks.
func (t *Tickets) Poke() {
	select {
	case t.poked <- struct{}{}:
	default:
	}
}

// Reckon looks at every ticket whose time has come: what was committed on it moved its clocks, or one warns or breaks. It answers how
// long it is until the next. Safe twice, and from many nodes at once.
func (t *Tickets) Reckon(ctx context.Context, by authority.Actor) (wait time.Duration, err error) {
	for {
		var due bool
		var seconds *float64
		var now time.Time
		err := t.gate.View(ctx, by, func(q authority.Query) error {
			// clock_timestamp: the view's own time is that of its begin.
			return q.QueryRow(ctx, `select coalesce(min(next_at) <= clock_timestamp(), false), extract(epoch from min(next_at) - clock_timestamp())::float8, clock_timestamp() from clocks`).Scan(&due, &seconds, &now)
		})
		if err != nil {
			return 0, fmt.Errorf("next look at clocks: %w", err)
		}
		if t.dial.wentBack(now) {
			if err := t.takeBack(ctx, by); err != nil {
				t.dial.forget()
				return 0, err
			}
			continue
		}
		switch {
		case due:
			n, err := t.reckonBatch(ctx, by)
			if err != nil {
				return 0, err
			}
			if n == 0 {
				return lookEvery, nil // another node has them
			}
		case seconds == nil:
			return lookEvery, nil
		default:
			return max(time.Duration(*seconds*float64(time.Second)), 0), nil
		}
	}
}

// reckonBatch looks at some tickets in one transaction. One with something to be done about a promise is done by itself afterwards: it
// takes the ticket's lock, and whoever has that may wait for a row that is held here.
func (t *Tickets) reckonBatch(ctx context.Context, by authority.Actor) (n int, err error) {
	var todo []int64
	var said []string
	err = t.gate.Do(ctx, by, func(tx *authority.Tx) error {
		var touched []touched
		look := &pgx.Batch{}
		look.Queue(`select ticket_id, next_at, due_at, due_kind, breached from clocks where next_at <= now() order by next_at limit $1 for update skip locked`, reckonBatch).Query(func(rows pgx.Rows) (err error) {
			touched, err = pgx.CollectRows(rows, scanTouched)
			return err
		})
		if err := tx.AllowWith(ctx, authority.Act{Name: "clock.reckon", Object: "clocks"}, look); err != nil {
			return err
		}
		n = len(touched)
		todo, said, err = t.reckon(ctx, tx, touched)
		return err
	})
	if err != nil {
		return 0, err
	}
	t.shelf.tell(said)
	for _, ticket := range todo {
		err = errors.Join(err, t.step(ctx, by, ticket))
	}
	return n, err
}

// touched is a ticket whose time has come, and what lists show of it so far.
type touched struct {
	ticket   int64
	at       time.Time
	due      *time.Time
	kind     string
	breached bool
}

func scanTouched(r pgx.CollectableRow) (x touched, err error) {
	return x, r.Scan(&x.ticket, &x.at, &x.due, &x.kind, &x.breached)
}

// shows says whether lists show of the ticket what they would show now.
func (x touched) shows(d *Due) bool {
	if d == nil || x.due == nil {
		return d == nil && x.due == nil
	}
	return d.At.Equal(*x.due) && d.Kind == x.kind && d.Breached == x.breached
}

// reckon computes the clocks of tickets whose rows are locked, and writes how they stand. It answers those about which something must
// be done now; they stay as they were.
func (t *Tickets) reckon(ctx context.Context, tx *authority.Tx, touched []touched) (todo []int64, said []string, err error) {
	ids := make([]int64, len(touched))
	for i, x := range touched {
		ids[i] = x.ticket
	}
	b, err := t.book(ctx, tx)
	if err != nil {
		return nil, nil, err
	}
	all, err := histories(ctx, tx, ids)
	if err != nil {
		return nil, nil, err
	}
	if err := readDone(ctx, tx, all); err != nil {
		return nil, nil, err
	}
	write := &pgx.Batch{}
	for _, x := range touched {
		h := all[x.ticket]
		if h == nil { // merged: its clocks are those of the ticket it leads to
			write.Queue(`update clocks set next_at = null, due_at = null, due_kind = '', breached = false where ticket_id = $1`, x.ticket)
			continue
		}
		h.govern(b, x.at)
		v, err := h.view(b, tx.Now())
		if err != nil { // its own fault must not stop the clocks of all others
			slog.ErrorContext(ctx, "clocks of a ticket not reckoned", "ticket", x.ticket, "err", err)
			write.Queue(`update clocks set next_at = now() + interval '1 hour' where ticket_id = $1`, x.ticket)
			continue
		}
		raised, err := t.raise(ctx, tx, v)
		if err != nil {
			return nil, nil, err
		}
		said = append(said, raised...)
		if len(v.todo) > 0 {
			todo = append(todo, x.ticket)
			v.next = x.at // what is to be done keeps it on the list
		}
		v.queue(write)
		if !x.shows(v.due) {
			tx.Emit("clocks.changed", object(x.ticket), topics(x.ticket, h.facts.Queue, h.facts.Assignee)...)
		}
	}
	if err := tx.SendBatch(ctx, write).Close(); err != nil {
		return nil, nil, fmt.Errorf("keep how clocks stand: %w", err)
	}
	return todo, said, nil
}

// govern chooses the policy anew where the ticket has none yet or its case has changed. at is when that happened. A ticket that was not
// opened here, but imported, or that is older than clocks, is under none.
func (h *history) govern(b *book, at time.Time) {
	m := h.members[h.ticket]
	if !m.since.Equal(m.created) || len(m.rules) > 0 && sameCase(m.matched, h.facts.Case) {
		return
	}
	m.matched = string(asJSON(h.facts.Case))
	p, _ := b.chosen.Find(h.facts.Case)
	rule := ruled{At: at, After: h.last, Name: p.Name, Version: p.Version}
	if n := len(m.rules); n == 0 {
		rule.At, rule.After = m.created, 0
	} else if last := m.rules[n-1]; last.Name == p.Name && last.Version == p.Version {
		return
	}
	m.rules = append(m.rules, rule)
}

func sameCase(kept string, c sla.Case) bool {
	var was sla.Case
	return json.Unmarshal([]byte(kept), &was) == nil && was == c
}

// view is how the clocks of a ticket stand at an instant.
type view struct {
	*history
	clocks []sla.Clock
	due    *Due
	todo   []doing   // steps whose time has come
	next   time.Time // when to look again; zero: nothing will happen by itself
}

func (h *history) view(b *book, now time.Time) (view, error) {
	clocks, err := h.clocks(b, now)
	v := view{history: h, clocks: clocks}
	if err != nil {
		return v, err
	}
	for _, c := range clocks {
		if d := (Due{c.Due, string(c.Kind), !c.Breached.IsZero(), c.Started}); c.Outcome == sla.Running && !c.Due.IsZero() && (v.due == nil || d.At.Before(v.due.At)) {
			v.due = &d
		}
		for _, s := range stepsOf(c, b.steps[c.Policy]) {
			switch {
			case slices.ContainsFunc(h.done, s.is):
			case !s.at.After(now):
				v.todo = append(v.todo, s)
			case v.next.IsZero() || s.at.Before(v.next):
				v.next = s.at
			}
		}
	}
	// After downtime several are due at once: they are done in the order in which they would have been.
	slices.SortStableFunc(v.todo, func(a, b doing) int { return a.at.Compare(b.at) })
	return v, nil
}

// clockRow is how the clocks of a ticket are kept.
type clockRow struct {
	next, due, started *time.Time
	governed           []byte
	matched, kind      string
	breached           bool
}

func (v view) row() clockRow {
	m := v.members[v.ticket]
	r := clockRow{next: known(v.next), governed: asJSON(append([]ruled{}, m.rules...)), matched: m.matched}
	if v.due != nil {
		r.due, r.started, r.kind, r.breached = &v.due.At, &v.due.Started, v.due.Kind, v.due.Breached
	}
	return r
}

// queue keeps how they stand.
func (v view) queue(b *pgx.Batch) {
	r := v.row()
	b.Queue(`update clocks set next_at = $2, governed = $3, matched = $4, due_at = $5, due_kind = $6, breached = $7, started_at = $8 where ticket_id = $1`,
		v.ticket, r.next, r.governed, r.matched, r.due, r.kind, r.breached, r.started)
}

// troubled says whether raise would find something.
func (v view) troubled() bool {
	return v.unpromised() || slices.ContainsFunc(v.clocks, func(c sla.Clock) bool { return c.Outcome == sla.Running && (c.Never || len(c.Missing) > 0) })
}

// unpromised says whether no policy is for the ticket.
func (v view) unpromised() bool {
	rules := v.members[v.ticket].rules
	return len(rules) > 0 && rules[len(rules)-1].Name == ""
}

// raise shows on every desk what a clock has come upon and somebody must see to: a year without a notice, a calendar that ends before a
// promise is due, a ticket that no policy is for. It answers what it raised.
func (t *Tickets) raise(ctx context.Context, tx *authority.Tx, v view) (said []string, err error) {
	say := func(kind, object, code string, args map[string]any) error {
		key := kind + " " + object
		if t.shelf.told(key) {
			return nil
		}
		said = append(said, key)
		return alarm.Raise(ctx, tx, kind, object, code, args)
	}
	for _, c := range v.clocks {
		calendar := "calendar:" + c.Target.Calendar
		if c.Outcome == sla.Running && c.Never {
			err = say("calendar", calendar, "never_due", map[string]any{"calendar": c.Target.Calendar, "ticket": v.facts.Number})
		} else if c.Outcome == sla.Running && len(c.Missing) > 0 {
			err = say("official_year", calendar, "year_not_known", map[string]any{"calendar": c.Target.Calendar, "year": c.Missing[0]})
		}
		if err != nil {
			return nil, err
		}
	}
	if v.unpromised() {
		return said, say("policies", "policies", "nothing_promised", map[string]any{"ticket": v.facts.Number})
	}
	return said, nil
}

// asJSON writes what is made of strings, numbers and times.
func asJSON(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return b
}
