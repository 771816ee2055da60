package channels

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"frontline/crm"
	"frontline/internal/authority"
	"frontline/internal/fault"
	"frontline/internal/job"
	"frontline/tickets"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
)

// Delivery is a message on its way.
type Delivery struct {
	ID       int64
	Message  int64
	Ticket   int64
	Channel  string
	Account  int64
	Remote   string
	Hash     *string  // of the composed message, once it is composed
	Left     []string // recipients still to be reached; nil: all
	Attempts int      // this one included
	Created  time.Time
}

// Result says what became of an attempt.
type Result struct {
	State  State
	Detail string   // the other side's words, for the agent
	Text   string   // the other side's whole answer
	Keys   []string // names that the other side gave the message
	Gone   []string // addresses that refused for good
	Left   []string // with Later: recipients that were put off while others took it; nil: all
}

// State is how far an attempt came.
type State string

// The states of an attempt.
const (
	Sent      State = "sent"
	Refused   State = "failed"    // for good
	Later     State = "queued"    // surely not accepted; try again
	Uncertain State = "uncertain" // may have been accepted: never sent again blindly
)

// Carrier sends one message. It has its own deadlines; an error is a fault of ours (the message
// could not be composed, the account is gone), to be tried again later.
type Carrier interface {
	Carry(ctx context.Context, d Delivery) (Result, error)
}

// Limiter is a Carrier whose accounts may send only so much.
type Limiter interface {
	// Room says until when a delivery must wait and why, as a code; a moment that has passed: it may go, and counts from now.
	Room(ctx context.Context, tx *authority.Tx, d Delivery) (until time.Time, why string, err error)
}

// Courier delivers what is queued.
type Courier struct {
	gate     *authority.Gate
	tickets  *tickets.Tickets
	carriers map[string]Carrier
	life     *Life
}

// NewCourier makes a courier with the carriers by channel.
func NewCourier(gate *authority.Gate, t *tickets.Tickets, life *Life, carriers map[string]Carrier) *Courier {
	return &Courier{gate: gate, tickets: t, carriers: carriers, life: life}
}

var courier = authority.System("courier")

// giveUp is how long a message is tried.
const giveUp = 48 * time.Hour

// carryTime bounds one run of the job: several messages may wait, each with its own deadlines.
const carryTime = 10 * time.Minute

// Kind is the Carry job with what works it: it delivers what is due in the ticket's outbox and
// comes back for the rest.
func (c *Courier) Kind() job.Kind {
	return job.Worker[Carry]{Timeout: carryTime, Do: func(ctx context.Context, j *river.Job[Carry]) error {
		wait, err := c.Deliver(ctx, j.Args.Ticket)
		if err == nil && wait > 0 {
			return river.JobSnooze(wait)
		}
		return err
	}}
}

// Deliver sends what is queued for a ticket, oldest first, and answers how long to wait for the
// rest; 0: nothing is left. A message that waits for another try holds back those after it.
func (c *Courier) Deliver(ctx context.Context, ticket int64) (wait time.Duration, err error) {
	for {
		d, wait, err := c.claim(ctx, ticket)
		if err != nil || d == nil {
			return wait, err
		}
		res, err := c.attempt(ctx, *d)
		switch {
		case errors.Is(err, fault.Invalid): // no other try will be better: the writer must know now
			res = Result{State: Refused, Detail: "cannot_be_sent: " + err.Error()}
		case err != nil:
			slog.WarnContext(ctx, "delivery not attempted", "delivery", d.ID, "ticket", d.Ticket, "err", err)
			res = Result{State: Later, Detail: "not_attempted"}
		}
		// What happened must be written even when the program is asked to stop meanwhile.
		if err := c.settle(context.WithoutCancel(ctx), *d, res); err != nil {
			return 0, err
		}
	}
}

func (c *Courier) attempt(ctx context.Context, d Delivery) (Result, error) {
	carrier, ok := c.carriers[d.Channel]
	if !ok {
		return Result{}, fmt.Errorf("no carrier for channel %q", d.Channel)
	}
	return carrier.Carry(ctx, d)
}

// claim takes the oldest unsettled message of the ticket, if it is due and nobody has it. The
// claim is committed before the first byte is sent: after a crash the row says that the message
// may have gone out.
func (c *Courier) claim(ctx context.Context, ticket int64) (d *Delivery, wait time.Duration, err error) {
	err = c.gate.Do(ctx, courier, func(tx *authority.Tx) error {
		d, wait = nil, 0
		if err := tx.Allow(ctx, authority.Act{Name: "delivery.send", Object: fmt.Sprint("ticket:", ticket)}); err != nil {
			return err
		}
		var x Delivery
		var state string
		var next time.Time
		err := tx.QueryRow(ctx, `select id, message_id, ticket_id, channel, account_id, remote_id, hash, remaining, attempts, created_at, state, next_at
			from deliveries where ticket_id = $1 and state in ('queued', 'sending') order by id limit 1 for update`, ticket).
			Scan(&x.ID, &x.Message, &x.Ticket, &x.Channel, &x.Account, &x.Remote, &x.Hash, &x.Left, &x.Attempts, &x.Created, &state, &next)
		switch {
		case errors.Is(err, pgx.ErrNoRows):
			return nil
		case err != nil:
			return fmt.Errorf("claim a delivery: %w", err)
		case state == "sending":
			wait = 2 * time.Second
			return nil
		case next.After(tx.Now()):
			wait = next.Sub(tx.Now())
			return nil
		}
		if wait, err = c.hold(ctx, tx, x); err != nil || wait > 0 {
			return err
		}
		x.Attempts++
		if _, err := tx.Exec(ctx, `update deliveries set state = 'sending', attempts = $2, instance = $3, sending_at = now(), updated_at = now() where id = $1`,
			x.ID, x.Attempts, c.life.ID); err != nil {
			return fmt.Errorf("claim a delivery: %w", err)
		}
		d = &x
		return c.tickets.MarkDelivery(ctx, tx, x.Message, "sending", "")
	})
	return d, wait, err
}

// hold puts off a delivery whose account has sent as much as it may; it stays queued, with the reason shown, and the two
// days in which it is tried have not begun. It answers how long; 0: it may go.
func (c *Courier) hold(ctx context.Context, tx *authority.Tx, d Delivery) (time.Duration, error) {
	l, ok := c.carriers[d.Channel].(Limiter)
	if !ok {
		return 0, nil
	}
	until, why, err := l.Room(ctx, tx, d)
	wait := until.Sub(tx.Now())
	if err != nil || wait <= 0 {
		return 0, err
	}
	var told bool
	if err := tx.QueryRow(ctx, `with old as (select detail from deliveries where id = $1)
		update deliveries d set next_at = $2, detail = $3, created_at = case when attempts = 0 then now() else created_at end, updated_at = now()
		from old where d.id = $1 returning old.detail = $3`, d.ID, until, why).Scan(&told); err != nil {
		return 0, fmt.Errorf("put the delivery off: %w", err)
	}
	if !told {
		err = c.tickets.MarkDelivery(ctx, tx, d.Message, "queued", why)
	}
	return wait, err
}

// settle writes what became of an attempt.
func (c *Courier) settle(ctx context.Context, d Delivery, res Result) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	return c.gate.Do(ctx, courier, func(tx *authority.Tx) error {
		if err := tx.Allow(ctx, authority.Act{Name: "delivery.send", Object: fmt.Sprint("ticket:", d.Ticket), Reason: string(res.State)}); err != nil {
			return err
		}
		next := tx.Now().Add(backoff(d.Attempts))
		if res.State == Later && next.Sub(d.Created) > giveUp {
			res.State = Refused
		}
		return settle(ctx, tx, c.tickets, d, res, next)
	})
}

// settle is the part of it that others use: the delivery, the message on the ticket, the names.
func settle(ctx context.Context, tx *authority.Tx, t *tickets.Tickets, d Delivery, res Result, next time.Time) error {
	if _, err := tx.Exec(ctx, `update deliveries set state = $2, detail = $3, remote_text = $4, next_at = $5, remaining = coalesce($6, remaining),
			sending_at = case when $2 = 'queued' and $6::text[] is null then null else sending_at end, updated_at = now() where id = $1`,
		d.ID, string(res.State), res.Detail, res.Text, next, res.Left); err != nil {
		return fmt.Errorf("settle the delivery: %w", err)
	}
	if len(res.Keys) > 0 {
		if err := t.AddKeys(ctx, tx, d.Message, d.Channel, res.Keys...); err != nil {
			return err
		}
	}
	for _, address := range res.Gone {
		if err := crm.Bounced(ctx, tx, address, false); err != nil {
			return err
		}
	}
	return t.MarkDelivery(ctx, tx, d.Message, string(res.State), res.Detail)
}

// backoff spaces the attempts: soon at first, every four hours in the end.
func backoff(attempts int) time.Duration {
	steps := []time.Duration{
		15 * time.Second, time.Minute, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute, 20 * time.Minute,
		40 * time.Minute, time.Hour, 2 * time.Hour, 4 * time.Hour,
	}
	return steps[min(max(attempts, 1), len(steps))-1]
}

// Composed remembers the bytes of a delivery, for every later attempt.
func Composed(ctx context.Context, gate *authority.Gate, delivery int64, hash string) error {
	return gate.Do(ctx, courier, func(tx *authority.Tx) error {
		if err := tx.Allow(ctx, authority.Act{Name: "delivery.send", Object: fmt.Sprint("delivery:", delivery), Reason: "composed"}); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `update deliveries set hash = $2, updated_at = now() where id = $1`, delivery, hash); err != nil {
			return fmt.Errorf("keep the composed message: %w", err)
		}
		return nil
	})
}

// Copied marks what was done about the copies of deliveries in the sender's own folder: "kept", or "none" where none is wanted
// any more.
func Copied(ctx context.Context, gate *authority.Gate, deliveries []int64, state string) error {
	return gate.Do(ctx, courier, func(tx *authority.Tx) error {
		if err := tx.Allow(ctx, authority.Act{Name: "delivery.send", Object: fmt.Sprint("delivery:", deliveries), Reason: "copy " + state}); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `update deliveries set copy = $2 where id = any ($1)`, deliveries, state); err != nil {
			return fmt.Errorf("mark the copies: %w", err)
		}
		return nil
	})
}
