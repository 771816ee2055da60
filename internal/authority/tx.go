package authority

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"frontline/internal/fault"
	"frontline/internal/plain"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/riverqueue/river"
	"github.com/shopspring/decimal"
)

// Tx is a transaction done by somebody. It begins with the first Allow, in the same round trip,
// and its audit rows, events and kept answer travel with the commit, in one more.
//
// It is a pgx.Tx, so that parts and River take it; it cannot be committed, rolled back or nested
// by those who are given it.
type Tx struct {
	By Actor

	conn   *pgx.Conn
	gate   *Gate
	begun  bool
	ending bool  // the commit was sent
	done   bool  // nothing is left to undo
	failed error // what the command must not ignore
	now    time.Time
	trail  []trail
	events []note
	last   []*pgx.QueuedQuery // sent with the commit
	races  []string           // constraints whose violation means that another was faster
	jobs   bool               // some were put in
	key    Once
	result any
}

var _ pgx.Tx = (*Tx)(nil)

type trail struct {
	act     Act
	outcome outcome
}

type note struct {
	kind, object string
	topics       []string
}

// maxNotes is how many rows one transaction may number (a sequence number keeps 12 bits for them).
const maxNotes = 4096

// Now is the transaction's time, from the database; valid after Allow.
func (tx *Tx) Now() time.Time { return tx.now }

// Allow decides whether tx.By may do a, and writes the decision down with the commit. An act
// above the actor's limit ends the transaction with *NeedsApproval, one without right with
// fault.Forbidden, even where the command drops the error.
func (tx *Tx) Allow(ctx context.Context, a Act) error { return tx.AllowWith(ctx, a, &pgx.Batch{}) }

// AllowWith is Allow that sends reads along, in the same round trip. Their functions (QueuedQuery.QueryRow and the like)
// are called before it is decided: what they read is of use only where AllowWith returns nil.
func (tx *Tx) AllowWith(ctx context.Context, a Act, reads *pgx.Batch) error {
	if tx.failed != nil {
		return tx.failed
	}
	a.Object, a.Reason = plain.Text(a.Object, maxObject), plain.Text(a.Reason, maxReason)
	if tx.failed = tx.judge(ctx, a, reads); tx.failed == nil {
		tx.trail = append(tx.trail, trail{a, allow})
	}
	return tx.failed
}

// Deny refuses an act for a reason that no row holds, such as that a token may not do what a person in
// a session may. Like one that Allow denies, it ends the transaction and is written down.
func (tx *Tx) Deny(a Act) error {
	a.Object, a.Reason = plain.Text(a.Object, maxObject), plain.Text(a.Reason, maxReason)
	if tx.failed == nil {
		tx.failed = &denied{a}
	}
	return tx.failed
}

// Unveil shows the transaction, from here on, what its actor may not see; see Act.Unveiled.
func (tx *Tx) Unveil(ctx context.Context) error {
	if _, err := tx.Exec(ctx, `select set_config('app.sees_all', 'on', true)`); err != nil {
		return fmt.Errorf("unveil: %w", err)
	}
	return nil
}

func (tx *Tx) judge(ctx context.Context, a Act, reads *pgx.Batch) error {
	s, err := tx.stand(ctx, a, reads)
	if err != nil {
		return err
	}
	costs := a.Money != nil || !a.Percent.IsZero()
	if costs && s.entitled(a) && a.sane() {
		if s.Limits, err = tx.limits(ctx, a); err != nil {
			return err
		}
	}
	switch out, tier := decide(a, s); out {
	case deny:
		return &denied{a}
	case ask:
		return &wait{a, tier}
	}
	if a.Money == nil {
		return nil
	}
	_, err = tx.conn.Exec(ctx, `insert into concessions (agent_id, act, object, amount, currency) values ($1, $2, $3, $4, $5)`,
		tx.By.ID, a.Name, a.Object, a.Money.Amount.String(), a.Money.Currency)
	if err != nil {
		return fmt.Errorf("note the concession: %w", err)
	}
	return nil
}

// stand reads who acts and what the rules say, and sets what triggers and row-level security read.
// The first time it begins the transaction, and claims its key, in the same round trip.
func (tx *Tx) stand(ctx context.Context, a Act, reads *pgx.Batch) (standing, error) {
	s := standing{Kind: tx.By.Kind, ID: tx.By.ID}
	var who int64
	switch tx.By.Kind {
	case Agent:
		who = tx.By.ID
	case Contact:
		s.Roles = []string{"contact"}
	case Program:
		s.Roles = []string{tx.By.String()}
	}
	first := !tx.begun
	keyed := first && tx.key.Key != ""
	b := &pgx.Batch{}
	if first {
		// Neither read-write, which would override a database that an operator made read-only, nor read-only.
		b.Queue(`begin isolation level read committed`)
	}
	if keyed {
		b.Queue(lockKey, tx.By.String(), tx.key.Key)
		b.Queue(findKey, tx.By.String(), tx.key.Key)
	}
	b.Queue(`select coalesce(a.roles, '{}'), coalesce(a.tier, 0), a.disabled_at is not null,
			coalesce((select array_agg(role) from rights where act = $2), '{}'), now(),
			set_config('app.act', $2, true), set_config('app.agent', $1::bigint::text, true),
			set_config('app.teams', array(select team_id from team_members where agent_id = $1)::text, true),
			set_config('app.sees_all', case when $3 or a.roles && '{supervisor,manager,admin}' then 'on' else '' end, true)
		from (select 1) one left join agents a on a.id = $1`, who, a.Name, a.Unveiled || tx.By.Kind == Program)
	b.QueuedQueries = append(b.QueuedQueries, reads.QueuedQueries...)
	res := tx.conn.SendBatch(ctx, b)
	tx.begun = true
	roles, err := tx.standing(res, &s, first, keyed)
	if err = errors.Join(err, res.Close()); err != nil {
		return s, err
	}
	if tx.By.Kind == Agent {
		s.Roles = roles
	}
	return s, nil
}

// standing reads what stand asked.
func (tx *Tx) standing(res pgx.BatchResults, s *standing, first, keyed bool) (roles []string, err error) {
	if first {
		if _, err := res.Exec(); err != nil {
			return nil, fmt.Errorf("begin: %w", err)
		}
	}
	if keyed {
		if err := claimed(res, tx.key); err != nil {
			return nil, err
		}
	}
	if err := res.QueryRow().Scan(&roles, &s.Tier, &s.Disabled, &s.Rights, &tx.now, nil, nil, nil, nil); err != nil {
		return nil, fmt.Errorf("standing of %s: %w", tx.By, err)
	}
	return roles, nil
}

// limits reads the limits that fit the act, with what this agent has already given in their windows. A lock makes
// two acts of one agent wait for each other, so that both cannot take the last of a sum.
func (tx *Tx) limits(ctx context.Context, a Act) ([]limit, error) {
	_, currency := a.amount()
	b := &pgx.Batch{}
	b.Queue(`select pg_advisory_xact_lock(hashtextextended('concession:' || $1, 0))`, tx.By.String())
	b.Queue(`select tier, case when customer_class is null then 0 else 2 end + case when category is null then 0 else 1 end,
			max_amount::text, max_percent::text, window_days, max_sum::text,
			coalesce((select sum(amount) from concessions c where c.agent_id = $5 and c.act = l.act
				and c.currency = l.currency and c.at > now() - make_interval(days => l.window_days)), 0)::text
		from limits l where act = $1 and ($2::text is null or currency = $2) and (customer_class is null or customer_class = $3)
			and (category is null or category = $4)`,
		a.Name, currency, a.Class, a.Category, tx.By.ID)
	res := tx.conn.SendBatch(ctx, b)
	_, err := res.Exec()
	var out []limit
	if err == nil {
		var rows pgx.Rows
		if rows, err = res.Query(); err == nil {
			out, err = pgx.CollectRows(rows, scanLimit)
		}
	}
	if err = errors.Join(err, res.Close()); err != nil {
		return nil, fmt.Errorf("limits of %s: %w", a.Name, err)
	}
	return out, nil
}

func scanLimit(r pgx.CollectableRow) (limit, error) {
	var l limit
	var amount, percent, sum *string
	var given string
	err := r.Scan(&l.Tier, &l.Special, &amount, &percent, &l.WindowDays, &sum, &given)
	if err != nil {
		return l, err
	}
	l.Given, err = decimal.NewFromString(given)
	for _, n := range []struct {
		from *string
		to   **decimal.Decimal
	}{{amount, &l.MaxAmount}, {percent, &l.MaxPercent}, {sum, &l.MaxSum}} {
		if n.from != nil {
			d, e := decimal.NewFromString(*n.from)
			*n.to, err = &d, errors.Join(err, e)
		}
	}
	return l, err
}

// What an act names may come from a stranger, such as the id that a mail has elsewhere.
const (
	maxObject = 300 // characters: it is in an index
	maxReason = 2000
)

// Emit tells every desk on every node, if and when tx commits, that object changed. Events carry
// names, never content: whoever may read the object fetches it. Topics say who listens.
func (tx *Tx) Emit(kind, object string, topics ...string) {
	tx.events = append(tx.events, note{kind, object, append([]string{}, topics...)})
}

// Enqueue puts a job into tx: it runs when tx has committed, and only then.
func (tx *Tx) Enqueue(ctx context.Context, args river.JobArgs, opts *river.InsertOpts) error {
	if tx.gate.o.Jobs == nil {
		return fmt.Errorf("enqueue %s: this gate has no jobs", args.Kind())
	}
	if _, err := tx.gate.o.Jobs.InsertTx(ctx, tx, args, opts); err != nil {
		return fmt.Errorf("enqueue %s: %w", args.Kind(), err)
	}
	tx.jobs = true
	return nil
}

// Last sends a statement with the commit, in the same round trip: for writes that nothing in the command reads back.
// An error of it is the error of Do.
func (tx *Tx) Last(sql string, args ...any) error {
	if err := tx.ready(); err != nil {
		return err
	}
	tx.last = append(tx.last, &pgx.QueuedQuery{SQL: sql, Arguments: args})
	return nil
}

// RaceOn says that a violation of a unique constraint means that another transaction was faster with the same: this one
// runs again, and then finds what the other made. It is cheaper than a lock, where two at once are rare.
func (tx *Tx) RaceOn(constraint string) { tx.races = append(tx.races, constraint) }

// Return keeps v, as JSON, as the answer to the request's idempotency key, with the commit.
func (tx *Tx) Return(v any) { tx.result = v }

// commit writes trail, events and kept answer, and commits, in one round trip.
func (tx *Tx) commit(ctx context.Context) error {
	if tx.failed != nil {
		return tx.failed
	}
	if !tx.begun {
		return nil
	}
	switch tx.conn.PgConn().TxStatus() {
	case 'T':
	case 'E':
		return errDropped
	default:
		return errGate
	}
	b := &pgx.Batch{QueuedQueries: tx.last}
	if err := queueTrail(b, tx.By, tx.trail, tx.events); err != nil {
		return err
	}
	if tx.key.Key != "" {
		result, err := json.Marshal(tx.result)
		if err != nil {
			return fmt.Errorf("keep the answer: %w", err)
		}
		b.Queue(`insert into idempotency (actor, key, hash, result) values ($1, $2, $3, $4)`, tx.By.String(), tx.key.Key, tx.key.Hash, result)
	}
	b.Queue(`commit`)
	n := b.Len()
	tx.ending = true
	res := tx.conn.SendBatch(ctx, b)
	var err error
	for i := 0; i < n && err == nil; i++ {
		var tag pgconn.CommandTag
		if tag, err = res.Exec(); err == nil && i == n-1 && tag.String() != "COMMIT" {
			err = pgx.ErrTxCommitRollback
		}
	}
	if err = errors.Join(err, res.Close()); err == nil {
		tx.done = true
	}
	return keyTaken(err)
}

// keyTaken names the failure of a request whose key another one has used meanwhile.
func keyTaken(err error) error {
	var p *pgconn.PgError
	if errors.As(err, &p) && p.ConstraintName == "idempotency_pkey" {
		return fault.New(fault.Conflict, "key_in_use")
	}
	return err
}

// undo rolls back what was not committed; a connection on which even that fails is closed, and
// the pool drops it.
func (tx *Tx) undo(ctx context.Context) {
	if !tx.begun || tx.done {
		return
	}
	tx.done = true
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), undoTime)
	defer cancel()
	if _, err := tx.conn.Exec(ctx, `rollback`); err != nil {
		_ = tx.conn.Close(ctx)
	}
}

// amount gives the act's money as Postgres takes it; nil without money.
func (a Act) amount() (amount, currency *string) {
	if a.Money == nil {
		return nil, nil
	}
	n := a.Money.Amount.String()
	return &n, &a.Money.Currency
}

func (a Act) percent() *string {
	if a.Percent.IsZero() {
		return nil
	}
	p := a.Percent.String()
	return &p
}

// nextSeq numbers the $1-th row of this transaction: its id, then the row's own number. Ordered by it, rows below
// seq_horizon() are complete. It is no function because Postgres would plan that anew for each call.
const nextSeq = `((pg_current_xact_id()::text::bigint + (select base from seq_base)) << 12) | $1`

// queueTrail adds the audit rows and events to a batch, numbered within the transaction.
func queueTrail(b *pgx.Batch, by Actor, acts []trail, events []note) error {
	if len(acts) > maxNotes || len(events) > maxNotes {
		return fmt.Errorf("%d acts and %d events in one transaction; at most %d", len(acts), len(events), maxNotes)
	}
	for n, t := range acts {
		amount, currency := t.act.amount()
		b.Queue(`insert into audit (seq, actor, act, object, amount, currency, percent, reason, outcome)
			values (`+nextSeq+`, $2, $3, $4, $5, $6, $7, $8, $9)`,
			n, by.String(), t.act.Name, t.act.Object, amount, currency, t.act.percent(), t.act.Reason, string(t.outcome))
	}
	for n, e := range events {
		b.Queue(`insert into events (seq, actor, kind, object, topics) values (`+nextSeq+`, $2, $3, $4, $5)`,
			n, by.String(), e.kind, e.object, e.topics)
	}
	return nil
}

func writeTrail(ctx context.Context, tx pgx.Tx, by Actor, acts []trail, events []note) error {
	b := &pgx.Batch{}
	if err := queueTrail(b, by, acts, events); err != nil {
		return err
	}
	return tx.SendBatch(ctx, b).Close()
}

// undoTime bounds how long a rollback may take before the connection is given up.
const undoTime = 5 * time.Second
