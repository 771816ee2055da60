package channels

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"time"

	"frontline/internal/authority"
	"frontline/internal/pg"
	"frontline/tickets"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
)

// Life shows that this program lives, to the database and so to every node: a lock on its number
// that Postgres drops with the connection. What a dead program was sending is uncertain.
type Life struct {
	ID int64
	db *pg.DB
}

// NewLife makes the life of this program; Run keeps it.
func NewLife(db *pg.DB) *Life { return &Life{ID: rand.Int64N(1<<62) + 1, db: db} }

// sweepEach is how often deliveries of dead programs are looked for.
const sweepEach = 20 * time.Second

// Run holds the lock until ctx ends, and settles what dead programs were sending.
func (l *Life) Run(ctx context.Context, c *Courier) error {
	for ctx.Err() == nil {
		if err := l.hold(ctx, c); err != nil && ctx.Err() == nil {
			slog.WarnContext(ctx, "sign of life lost", "err", err)
			select {
			case <-ctx.Done():
			case <-time.After(time.Second):
			}
		}
	}
	return nil
}

func (l *Life) hold(ctx context.Context, c *Courier) error {
	conn, err := l.db.Connect(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	if _, err := conn.Exec(ctx, `select pg_advisory_lock($1)`, l.ID); err != nil {
		return err
	}
	for {
		if err := c.Sweep(ctx); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(sweepEach):
		}
		if err := conn.Ping(ctx); err != nil {
			return err
		}
	}
}

// Sweep makes uncertain what a program was sending that no longer lives: it is never sent again
// by itself, since the mail server may have it. And it wakes what is overdue, because the job of a
// dead program is rescued only after its time.
func (c *Courier) Sweep(ctx context.Context) error {
	if err := c.settleLost(ctx); err != nil {
		return err
	}
	return c.wakeOverdue(ctx)
}

// overdue is how late a delivery is before its ticket gets another job.
const overdue = 10 * time.Second

func (c *Courier) wakeOverdue(ctx context.Context) error {
	rows, err := c.life.db.Read.Query(ctx, `select distinct ticket_id from deliveries where state = 'queued' and next_at < now() - make_interval(secs => $1) limit 100`, overdue.Seconds())
	if err != nil {
		return fmt.Errorf("look for overdue deliveries: %w", err)
	}
	late, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return fmt.Errorf("look for overdue deliveries: %w", err)
	}
	for _, ticket := range late {
		if err := c.gate.Do(ctx, courier, func(tx *authority.Tx) error {
			if err := tx.Allow(ctx, authority.Act{Name: "delivery.send", Object: fmt.Sprint("ticket:", ticket), Reason: "overdue"}); err != nil {
				return err
			}
			return tx.Enqueue(ctx, Carry{Ticket: ticket}, &river.InsertOpts{MaxAttempts: carryTries})
		}); err != nil {
			return err
		}
	}
	return nil
}

func (c *Courier) settleLost(ctx context.Context) error {
	rows, err := c.life.db.Read.Query(ctx, `select id, message_id, ticket_id, channel, instance from deliveries where state = 'sending' and instance <> $1 limit 100`, c.life.ID)
	if err != nil {
		return fmt.Errorf("look for lost deliveries: %w", err)
	}
	type lost struct {
		ID, Message, Ticket int64
		Channel             string
		Instance            int64
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByPos[lost])
	if err != nil {
		return fmt.Errorf("look for lost deliveries: %w", err)
	}
	for _, x := range found {
		if err := c.gate.Do(ctx, courier, func(tx *authority.Tx) error {
			if err := tx.Allow(ctx, authority.Act{Name: "delivery.send", Object: fmt.Sprint("ticket:", x.Ticket), Reason: "sender_died"}); err != nil {
				return err
			}
			var dead, still bool
			if err := tx.QueryRow(ctx, `select pg_try_advisory_xact_lock($1), exists (select from deliveries where id = $2 and state = 'sending' and instance = $1)`,
				x.Instance, x.ID).Scan(&dead, &still); err != nil {
				return fmt.Errorf("sign of life: %w", err)
			}
			if !dead || !still {
				return nil
			}
			return settle(ctx, tx, c.tickets, Delivery{ID: x.ID, Message: x.Message, Ticket: x.Ticket, Channel: x.Channel},
				Result{State: Uncertain, Detail: "sender_died"}, tx.Now())
		}); err != nil {
			return err
		}
	}
	return nil
}

// Decide settles an uncertain or failed delivery by an agent's word: "sent" (the customer has it)
// or "resend" (send the same message again, under the same name).
func (c *Courier) Decide(ctx context.Context, by authority.Actor, message int64, decision string) error {
	return c.gate.Do(ctx, by, func(tx *authority.Tx) error {
		if err := tx.Allow(ctx, authority.Act{Name: "delivery.decide", Object: fmt.Sprint("message:", message), Reason: decision}); err != nil {
			return err
		}
		return c.decide(ctx, tx, message, decision)
	})
}

// Proved settles an uncertain delivery by proof: the message is in the Sent folder. A part.
func Proved(ctx context.Context, tx *authority.Tx, t *tickets.Tickets, d Delivery) error {
	return settle(ctx, tx, t, d, Result{State: Sent, Detail: "found_in_sent_folder"}, tx.Now())
}

// Returned settles a delivery that came back: a report says that it did not arrive. A part.
func Returned(ctx context.Context, tx *authority.Tx, t *tickets.Tickets, d Delivery, detail string) error {
	return settle(ctx, tx, t, d, Result{State: Refused, Detail: detail}, tx.Now())
}
