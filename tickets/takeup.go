package tickets

import (
	"context"
	"fmt"
	"strconv"

	"frontline/internal/authority"

	"github.com/jackc/pgx/v5"
)

// takeUpAtOnce is how many tickets one transaction puts into their queues: whoever writes one of them waits that long.
const takeUpAtOnce = 200

// TakeUp puts tickets that are older than the queue into it: those that are open and whose customer spoke last, for who has them
// first, and at the place that the customer's last words give them. It goes from the newest to the oldest, once for a database:
// how far it came is kept with what it did, so that it goes on after a stop, and a second node waits and finds nothing left.
func (t *Tickets) TakeUp(ctx context.Context, by authority.Actor) error {
	for {
		left, err := t.takeUp(ctx, by)
		if err != nil || !left {
			return err
		}
	}
}

func (t *Tickets) takeUp(ctx context.Context, by authority.Actor) (left bool, err error) {
	err = t.gate.Do(ctx, by, func(tx *authority.Tx) error {
		left = false
		if err := tx.Allow(ctx, authority.Act{Name: "entry.begin", Object: "tickets"}); err != nil {
			return err
		}
		var upto int64
		if err := tx.QueryRow(ctx, `select unqueued from ticket_settings for update`).Scan(&upto); err != nil {
			return fmt.Errorf("tickets that wait nowhere: %w", err)
		}
		if upto == 0 {
			return nil
		}
		rows, err := tx.Query(ctx, `with old as (
				select id, queue_id, channel, assignee_id, last_at from tickets t
				where id <= $1 and state = 'open' and last_direction = 'in' and merged_into is null and not exists (select from entries e where e.ticket_id = t.id)
				order by id desc limit $2 for no key update
			), begun as (
				insert into entries (ticket_id, queue_id, channel, arrived_at, preferred_id, preferred_why)
				select id, queue_id, channel, last_at, assignee_id, case when assignee_id is null then '' else 'last' end from old on conflict do nothing
			), upto as (
				update ticket_settings set unqueued = case when (select count(*) from old) < $2 then 0 else (select min(id) - 1 from old) end
			)
			select id, queue_id from old`, upto, takeUpAtOnce)
		if err != nil {
			return fmt.Errorf("put tickets into their queues: %w", err)
		}
		n := 0
		var ticket, queue int64
		_, err = pgx.ForEachRow(rows, []any{&ticket, &queue}, func() error {
			n++
			tx.Emit("entry.changed", object(ticket), object(ticket), "queue:"+strconv.FormatInt(queue, 10), routingTopic)
			return nil
		})
		left = n == takeUpAtOnce
		if err != nil {
			return fmt.Errorf("put tickets into their queues: %w", err)
		}
		return nil
	})
	return left, err
}
