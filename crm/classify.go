package crm

import (
	"context"
	"fmt"
	"time"

	"frontline/internal/authority"
	"frontline/internal/fault"
	"frontline/internal/plain"

	"github.com/jackc/pgx/v5"
)

// classify gives accounts the class that holds for them now: by hand, else by what they bought. Purchases of one account
// at once wait for each other, so that the later one counts both. It answers how many changed.
func classify(ctx context.Context, tx *authority.Tx, accounts []int64) (int, error) {
	if _, err := tx.Exec(ctx, `select from accounts where id = any ($1) order by id for no key update`, accounts); err != nil {
		return 0, wrap("lock accounts", err)
	}
	rows, err := tx.Query(ctx, `with bought as (
			select p.account_id, p.currency, sum(p.amount) total from purchases p cross join class_settings s
			where p.account_id = any ($1) and p.voided_at is null and p.kind = any (s.kinds) and p.at > now() - make_interval(days => s.window_days)
			group by 1, 2),
		due as (
			select a.id, a.class was, h.by_hand, case when h.by_hand then a.class_reason else '' end reason,
				case when h.by_hand then a.class_by_hand else coalesce((select c.key from bought b join class_thresholds t on t.currency = b.currency join classes c on c.key = t.class_key
					where b.account_id = a.id and b.total >= t.amount order by c.rank, c.key limit 1), '') end becomes
			from accounts a cross join lateral (select a.class_by_hand is not null and (a.class_until is null or a.class_until > now()) by_hand) h
			where a.id = any ($1)),
		changed as (update accounts a set class = d.becomes, updated_at = now() from due d where a.id = d.id and d.was <> d.becomes returning a.id),
		told as (insert into class_history (account_id, was, now, by_hand, reason, actor)
			select d.id, d.was, d.becomes, d.by_hand, d.reason, $2 from due d join changed using (id))
		select id from changed`, accounts, tx.By.String())
	if err != nil {
		return 0, wrap("classify", err)
	}
	changed, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return 0, wrap("classify", err)
	}
	for _, id := range changed {
		tx.Emit("account.changed", fmt.Sprint("account:", id), "staff")
	}
	return len(changed), nil
}

// classBatch is how many accounts are classified in one transaction.
const classBatch = 1000

// Classify gives every account the class that holds for it now: purchases have left the window, classes by hand have
// ended, thresholds were changed. It answers how many changed; each thousand accounts are a transaction.
func (c *CRM) Classify(ctx context.Context, by authority.Actor) (changed int, err error) {
	var last int64
	for more := true; more; {
		err := c.gate.Do(ctx, by, func(tx *authority.Tx) error {
			more = false
			if err := tx.Allow(ctx, authority.Act{Name: "account.classify", Object: fmt.Sprint("accounts after:", last)}); err != nil {
				return err
			}
			rows, err := tx.Query(ctx, `select id from accounts a where id > $1
				and (class <> '' or class_by_hand is not null or exists (select from purchases p where p.account_id = a.id)) order by id limit $2`, last, classBatch)
			if err != nil {
				return wrap("accounts to classify", err)
			}
			ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
			if err != nil || len(ids) == 0 {
				return wrap("accounts to classify", err)
			}
			n, err := classify(ctx, tx, ids)
			if err != nil {
				return err
			}
			changed, last, more = changed+n, ids[len(ids)-1], len(ids) == classBatch
			return nil
		})
		if err != nil {
			return changed, err
		}
	}
	return changed, nil
}

// rank gives the account a class by hand, until its end; an empty one makes it what its purchases say.
func (ch *AccountChange) rank(ctx context.Context, tx *authority.Tx, id int64) error {
	if ch.Class == nil {
		return nil
	}
	if err := tx.Allow(ctx, authority.Act{Name: "account.class", Object: fmt.Sprint("account:", id), Reason: ch.ClassReason}); err != nil {
		return err
	}
	if ch.ClassUntil != nil && !ch.ClassUntil.After(tx.Now()) {
		return fault.BadField("class_until", "in_the_past")
	}
	tag, err := tx.Exec(ctx, `update accounts set class_by_hand = nullif($2, ''), class_until = case when $2 <> '' then $3::timestamptz end, class_reason = $4
		where id = $1 and ($2 = '' or exists (select from classes where key = $2))`, id, *ch.Class, ch.ClassUntil, plain.Line(ch.ClassReason, 500))
	if err != nil {
		return wrap("class of the account", err)
	}
	if tag.RowsAffected() == 0 {
		return fault.BadField("class", "unknown_class")
	}
	_, err = classify(ctx, tx, []int64{id})
	return err
}

// ClassChange is one entry of the history of an account's class.
type ClassChange struct {
	At     time.Time `json:"at"`
	From   string    `json:"from"`
	To     string    `json:"to"`
	ByHand bool      `json:"by_hand" doc:"and not by what was bought"`
	Reason string    `json:"reason"`
	Actor  string    `json:"actor"`
}

// ClassHistory lists the latest hundred changes of an account's class, newest first. An account that is not there is
// fault.NotFound.
func (c *CRM) ClassHistory(ctx context.Context, by authority.Actor, account int64) (out []ClassChange, err error) {
	err = c.gate.View(ctx, by, func(q authority.Query) error {
		if _, err := readAccount(ctx, q, account); err != nil {
			return err
		}
		rows, err := q.Query(ctx, `select at, was, now, by_hand, reason, actor from class_history where account_id = $1 order by at desc, id desc limit 100`, account)
		if err != nil {
			return wrap("history of the class", err)
		}
		out, err = pgx.CollectRows(rows, pgx.RowToStructByPos[ClassChange])
		return wrap("history of the class", err)
	})
	return out, err
}
