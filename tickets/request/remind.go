package request

import (
	"context"
	"fmt"

	"frontline/internal/authority"

	"github.com/jackc/pgx/v5"
)

// remindedAtOnce is how many reminders one transaction gives.
const remindedAtOnce = 500

// Remind reminds the doers of the tasks whose time to be reminded has come and that are not done with: an event
// "task.reminder" for each, once. It answers how many.
func (r *Requests) Remind(ctx context.Context, by authority.Actor) (reminded int, err error) {
	var due bool
	err = r.gate.View(ctx, by, func(q authority.Query) error {
		return q.QueryRow(ctx, `select exists (select from tasks where remind_at <= now() and reminded_at is null)`).Scan(&due)
	})
	if err != nil || !due {
		return 0, wrap("reminders", err)
	}
	err = r.gate.Do(ctx, by, func(tx *authority.Tx) error {
		reminded = 0
		if err := tx.Allow(ctx, authority.Act{Name: "task.remind", Object: "tasks"}); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, `update tasks set reminded_at = now() where id in (
				select id from tasks where remind_at <= now() and reminded_at is null order by remind_at limit $1 for update skip locked)
			returning id, ticket_id, coalesce(doer_id, 0), state in ('planned', 'accepted', 'started')`, remindedAtOnce)
		if err != nil {
			return wrap("remind", err)
		}
		var task, ticket, doer int64
		var open bool
		_, err = pgx.ForEachRow(rows, []any{&task, &ticket, &doer, &open}, func() error {
			if !open {
				return nil
			}
			reminded++
			topic := fmt.Sprint("agent:", doer)
			if doer == 0 {
				topic = fmt.Sprint("ticket:", ticket)
			}
			tx.Emit("task.reminder", fmt.Sprint("task:", task), topic)
			return nil
		})
		return wrap("remind", err)
	})
	return reminded, err
}
