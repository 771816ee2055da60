package email

import (
	"context"
	"fmt"
	"time"

	"frontline/channels"
	"frontline/internal/authority"
)

// Why a delivery waits although it is due. The desk has words for them.
const (
	limitHour     = "sending_limit_hour"
	limitDay      = "sending_limit_day"
	limitProvider = "provider_limit"
)

// ownLimits are those that the mailbox's settings make.
var ownLimits = []string{limitHour, limitDay}

// allLimits are the reasons for which a delivery is put off before it is tried.
var allLimits = []string{limitHour, limitDay, limitProvider}

// Room implements channels.Limiter: a mailbox sends to so many recipients in any hour and in any day, and to none while its
// provider wants it to be slow. What came first goes first: those that wait already have their places kept.
func (e *Email) Room(ctx context.Context, tx *authority.Tx, d channels.Delivery) (time.Time, string, error) {
	var hour, day, reach int
	var slowed *time.Time
	err := tx.QueryRow(ctx, `select b.per_hour, b.per_day, b.slowed_until, d.reach from mailboxes b, deliveries d where b.id = $1 and d.id = $2`, d.Account, d.ID).
		Scan(&hour, &day, &slowed, &reach)
	switch {
	case err != nil:
		return time.Time{}, "", wrap("limits of the mailbox", err)
	case slowed != nil && slowed.After(tx.Now()):
		return *slowed, limitProvider, nil
	case hour == 0 && day == 0:
		return time.Time{}, "", nil
	}
	// One asks at a time, so that two do not take the same place.
	if _, err := tx.Exec(ctx, `select from mailboxes where id = $1 for no key update`, d.Account); err != nil {
		return time.Time{}, "", wrap("limits of the mailbox", err)
	}
	if d.Left != nil {
		reach = len(d.Left)
	}
	var ahead int
	if err := tx.QueryRow(ctx, `select coalesce(sum(reach), 0) from deliveries where state = 'queued' and id < $2 and account_id = $1 and channel = 'email' and detail = any ($3)`,
		d.Account, d.ID, allLimits).Scan(&ahead); err != nil {
		return time.Time{}, "", wrap("what waits before", err)
	}
	for _, x := range []struct {
		limit  int
		window time.Duration
		why    string
	}{{day, 24 * time.Hour, limitDay}, {hour, time.Hour, limitHour}} {
		if x.limit == 0 {
			continue
		}
		until, err := room(ctx, tx, d.Account, x.limit, x.window, ahead+reach)
		if err != nil || until.After(tx.Now()) {
			return until, x.why, err
		}
	}
	return time.Time{}, "", nil
}

// room says when an account may send to n more. More than the whole limit goes when nothing else was sent for a window, since it would
// never go otherwise.
func room(ctx context.Context, tx *authority.Tx, account int64, limit int, window time.Duration, n int) (time.Time, error) {
	var sent int
	var enough, last *time.Time
	err := tx.QueryRow(ctx, `with sent as (
			select sending_at, sum(reach) over (order by sending_at, id) gone, sum(reach) over () total from deliveries
			where account_id = $1 and channel = 'email' and sending_at > now() - make_interval(secs => $2))
		select coalesce(max(total), 0), min(sending_at) filter (where total - gone + $3 <= $4), max(sending_at) from sent`,
		account, window.Seconds(), n, limit).Scan(&sent, &enough, &last)
	switch {
	case err != nil:
		return time.Time{}, wrap("what was sent", err)
	case sent == 0 || sent+n <= limit:
		return time.Time{}, nil
	case enough == nil:
		enough = last
	}
	return enough.Add(window + time.Second), nil // a moment later, so that it is surely outside the window
}

// slowest is how long a mailbox is silent at most after its provider said "too many", before it tries again.
const slowest = time.Hour

// pace makes a mailbox slow when its provider said "too many", five minutes at first and twice as long each time, and normal
// again when a mail goes through.
func (e *Email) pace(ctx context.Context, box Mailbox, tooMany bool) error {
	if !tooMany && !box.slowed {
		return nil
	}
	return e.gate.Do(ctx, self, func(tx *authority.Tx) error {
		if err := tx.Allow(ctx, authority.Act{Name: "mailbox.state", Object: mailboxObject(box.ID), Reason: fmt.Sprintf("too many: %t", tooMany)}); err != nil {
			return err
		}
		// Others of the same moment may say the same: that counts once.
		_, err := tx.Exec(ctx, `update mailboxes set slowed_for = case when $2 then least(greatest(2 * slowed_for, 300), $3) else 0 end,
				slowed_until = case when $2 then now() + make_interval(secs => least(greatest(2 * slowed_for, 300), $3)) end
			where id = $1 and (slowed_until is null or slowed_until <= now())`, box.ID, tooMany, int(slowest.Seconds()))
		return wrap("pace of the mailbox", err)
	})
}
