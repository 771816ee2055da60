package crm

import (
	"context"
	"fmt"

	"frontline/internal/authority"
	"frontline/internal/fault"
	"frontline/internal/plain"

	"github.com/jackc/pgx/v5"
)

// ActsFor is an account for which a contact acts, and as what.
type ActsFor struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
	Role string `json:"role" doc:"such as buyer or fitter"`
}

// Role is what a contact is to an account.
type Role struct {
	Account int64  `json:"account" minimum:"1"`
	Role    string `json:"role" maxLength:"100"`
}

func actsFor(ctx context.Context, q authority.Query, contact int64) ([]ActsFor, error) {
	rows, err := q.Query(ctx, `select a.id, a.name, f.role from affiliations f join accounts a on a.id = f.account_id
		where f.contact_id = $1 order by a.id limit 50`, contact)
	if err != nil {
		return nil, wrap("accounts of the contact", err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowToStructByPos[ActsFor])
	return out, wrap("accounts of the contact", err)
}

// joinAccount makes the account of that name the contact's main one. Two at once make one account.
func joinAccount(ctx context.Context, tx *authority.Tx, contact int64, name string) error {
	if name == "" {
		_, err := tx.Exec(ctx, `with was as (select account_id from contacts where id = $1),
			gone as (delete from affiliations f using was where f.contact_id = $1 and f.account_id = was.account_id)
			update contacts set account_id = null where id = $1`, contact)
		return wrap("leave account", err)
	}
	if err := lockName(ctx, tx, name); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `with old as (select id from accounts where name_key = lower($2) order by id limit 1),
		made as (insert into accounts (name) select $2 where not exists (select from old) returning id),
		new as (select id from old union all select id from made),
		role as (insert into affiliations (contact_id, account_id) select $1, id from new on conflict do nothing)
		update contacts set account_id = (select id from new) where id = $1`, contact, name)
	return wrap("join account", err)
}

// lockName makes those who give an account the same name wait for each other.
func lockName(ctx context.Context, tx *authority.Tx, name string) error {
	_, err := tx.Exec(ctx, `select pg_advisory_xact_lock(hashtextextended('account:' || lower($1), 0))`, name)
	return wrap("lock account name", err)
}

// actFor gives the contact further accounts and takes some away. Who acts for some has a main one among them.
func actFor(ctx context.Context, tx *authority.Tx, contact int64, ch Change) error {
	if len(ch.ActsFor)+len(ch.Leaves) == 0 {
		return nil
	}
	for i, r := range ch.ActsFor {
		tag, err := tx.Exec(ctx, `insert into affiliations (contact_id, account_id, role) select $1, id, $3 from accounts where id = $2
			on conflict (contact_id, account_id) do update set role = excluded.role`, contact, r.Account, plain.Line(r.Role, 100))
		if err != nil {
			return wrap("act for an account", err)
		}
		if tag.RowsAffected() == 0 {
			return fault.BadField(fmt.Sprintf("acts_for.%d.account", i), "unknown_account")
		}
	}
	if _, err := tx.Exec(ctx, `delete from affiliations where contact_id = $1 and account_id = any ($2)`, contact, ch.Leaves); err != nil {
		return wrap("leave accounts", err)
	}
	_, err := tx.Exec(ctx, `update contacts c set account_id = (select min(account_id) from affiliations where contact_id = c.id)
		where id = $1 and (account_id is null or account_id = any ($2))`, contact, ch.Leaves)
	return wrap("main account", err)
}
