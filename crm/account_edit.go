package crm

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"frontline/internal/authority"
	"frontline/internal/fault"
	"frontline/internal/plain"

	"github.com/jackc/pgx/v5"
)

// AccountChange is what an edit of an account sets; nil leaves a field as it is.
type AccountChange struct {
	Name        *string    `json:"name,omitempty" minLength:"1" maxLength:"200"`
	Kind        *string    `json:"kind,omitempty" enum:"end_user_direct,end_user_indirect,dealer"`
	Address     *string    `json:"address,omitempty" maxLength:"500"`
	Postcode    *string    `json:"postcode,omitempty" maxLength:"20"`
	Industry    *string    `json:"industry,omitempty" maxLength:"100"`
	Note        *string    `json:"note,omitempty" maxLength:"10000"`
	Class       *string    `json:"class,omitempty" maxLength:"50" doc:"key of a class, given by hand whatever was bought; empty: what the purchases say"`
	ClassReason string     `json:"class_reason,omitempty" maxLength:"500" doc:"why the class is given by hand"`
	ClassUntil  *time.Time `json:"class_until,omitempty" doc:"until when the class by hand holds; without it for good"`
	Parent      *int64     `json:"parent_id,omitempty" minimum:"0" doc:"the account it is part of; 0: none"`
	Dealer      *int64     `json:"dealer_id,omitempty" minimum:"0" doc:"the dealer through whom it buys; 0: none"`
	Owner       *int64     `json:"owner_id,omitempty" minimum:"0" doc:"the agent whose customer it is; 0: nobody; ends the team's ownership"`
	OwnerTeam   *int64     `json:"owner_team_id,omitempty" minimum:"0" doc:"the team whose customer it is; 0: none; ends the agent's ownership"`
	Tags        *[]string  `json:"tags,omitempty" maxItems:"50"`
	Numbers     *[]Number  `json:"numbers,omitempty" maxItems:"50" doc:"all of them, in place of those before"`
	Version     int        `json:"version,omitempty" minimum:"1" doc:"that of the account when the edit began; a later one makes it 409 stale_account"`
}

// AddAccount makes an account. One of the same name is fault.Conflict "account_exists", and says which.
func (c *CRM) AddAccount(ctx context.Context, by authority.Actor, ch AccountChange) (id int64, err error) {
	if ch.Name == nil {
		return 0, fault.BadField("name", "required")
	}
	if err := ch.check(); err != nil {
		return 0, err
	}
	ch.Version = 0
	err = c.gate.Do(ctx, by, func(tx *authority.Tx) error {
		if err := tx.Allow(ctx, authority.Act{Name: "account.edit", Object: "account:new"}); err != nil {
			return err
		}
		if err := lockName(ctx, tx, *ch.Name); err != nil {
			return err
		}
		err := tx.QueryRow(ctx, `insert into accounts (name) select $1 where not exists (select from accounts where name_key = lower($1)) returning id`, *ch.Name).Scan(&id)
		if errors.Is(err, pgx.ErrNoRows) {
			err = tx.QueryRow(ctx, `select id from accounts where name_key = lower($1) order by id limit 1`, *ch.Name).Scan(&id)
			if err == nil {
				return fault.New(fault.Conflict, "account_exists", "account", id, "name", *ch.Name)
			}
		}
		if err != nil {
			return wrap("make the account", err)
		}
		if err := ch.write(ctx, tx, id); err != nil {
			return err
		}
		tx.Emit("account.changed", fmt.Sprint("account:", id), "staff")
		tx.Return(Kept{id})
		return nil
	})
	return id, err
}

// EditAccount changes an account. An edit since the version it began with is fault.Conflict "stale_account".
func (c *CRM) EditAccount(ctx context.Context, by authority.Actor, id int64, ch AccountChange) error {
	if err := ch.check(); err != nil {
		return err
	}
	return c.gate.Do(ctx, by, func(tx *authority.Tx) error {
		object := fmt.Sprint("account:", id)
		if err := tx.Allow(ctx, authority.Act{Name: "account.edit", Object: object}); err != nil {
			return err
		}
		if err := ch.write(ctx, tx, id); err != nil {
			return err
		}
		tx.Emit("account.changed", object, "staff")
		return nil
	})
}

// check makes the texts fit to keep.
func (ch *AccountChange) check() error {
	line := func(s **string, max int) {
		if *s != nil {
			kept := plain.Line(**s, max)
			*s = &kept
		}
	}
	line(&ch.Name, 200)
	line(&ch.Address, 500)
	line(&ch.Postcode, 20)
	line(&ch.Industry, 100)
	line(&ch.Class, 50)
	if ch.Name != nil && *ch.Name == "" {
		return fault.BadField("name", "required")
	}
	if ch.Owner != nil && ch.OwnerTeam != nil && *ch.Owner > 0 && *ch.OwnerTeam > 0 {
		return fault.BadField("owner_team_id", "one_owner")
	}
	if ch.Tags != nil {
		tags := []string{}
		for _, t := range *ch.Tags {
			if t = plain.Line(t, 50); t != "" && !slices.Contains(tags, t) {
				tags = append(tags, t)
			}
		}
		ch.Tags = &tags
	}
	if ch.Numbers == nil {
		return nil
	}
	numbers := slices.Clone(*ch.Numbers)
	for i, n := range numbers {
		p, err := Point(n).Normal()
		if err != nil || n.Kind != Phone && n.Kind != Fax {
			return fault.BadField(fmt.Sprintf("numbers.%d.address", i), "bad_phone")
		}
		numbers[i] = Number(p)
	}
	ch.Numbers = &numbers
	return nil
}

// write keeps the change of an account that is there and of that version.
func (ch *AccountChange) write(ctx context.Context, tx *authority.Tx, id int64) error {
	if err := ch.links(ctx, tx, id); err != nil {
		return err
	}
	// Each owner ends the other's ownership; a link of 0 is none.
	tag, err := tx.Exec(ctx, `update accounts set name = coalesce($3, name), kind = coalesce($4, kind), address = coalesce($5, address), postcode = coalesce($6, postcode),
			industry = coalesce($7, industry), note = coalesce($8, note), tags = coalesce($9, tags),
			parent_id = nullif(coalesce($10, parent_id), 0), dealer_id = nullif(coalesce($11, dealer_id), 0),
			owner_id = case when $13 > 0 then null else nullif(coalesce($12, owner_id), 0) end,
			owner_team_id = case when $12 > 0 then null else nullif(coalesce($13, owner_team_id), 0) end,
			updated_at = now(), version = version + 1
		where id = $1 and ($2 = 0 or version = $2)`,
		id, ch.Version, ch.Name, ch.Kind, ch.Address, ch.Postcode, ch.Industry, ch.Note, ch.Tags, ch.Parent, ch.Dealer, ch.Owner, ch.OwnerTeam)
	if err != nil {
		return wrap("edit account", err)
	}
	if tag.RowsAffected() == 0 {
		var version int
		err := tx.QueryRow(ctx, `select version from accounts where id = $1`, id).Scan(&version)
		if errors.Is(err, pgx.ErrNoRows) {
			return fault.New(fault.NotFound, "not_found", "what", "account")
		}
		if err != nil {
			return wrap("edit account", err)
		}
		return fault.New(fault.Conflict, "stale_account", "version", version)
	}
	if err := ch.rank(ctx, tx, id); err != nil || ch.Numbers == nil {
		return err
	}
	kinds, addresses := make([]string, len(*ch.Numbers)), make([]string, len(*ch.Numbers))
	for i, n := range *ch.Numbers {
		kinds[i], addresses[i] = n.Kind, n.Address
	}
	b := &pgx.Batch{}
	b.Queue(`delete from account_numbers where account_id = $1`, id)
	b.Queue(`insert into account_numbers (account_id, kind, address) select $1, kind, address
		from unnest($2::text[], $3::text[]) given(kind, address) on conflict do nothing`, id, kinds, addresses)
	return wrap("numbers of the account", tx.SendBatch(ctx, b).Close())
}

// maxAbove is how many accounts may stand above one: a group of groups of groups, and no ring.
const maxAbove = 10

// links checks that what the account is tied to is there and may be: an account is no part of its own parts.
func (ch *AccountChange) links(ctx context.Context, tx *authority.Tx, id int64) error {
	if ch.Parent != nil && *ch.Parent > 0 {
		if _, err := tx.Exec(ctx, `select pg_advisory_xact_lock(hashtextextended('account tree', 0))`); err != nil {
			return wrap("lock the tree of accounts", err)
		}
		var found, ring bool
		var above int
		err := tx.QueryRow(ctx, `with recursive up(id, n) as (
				select id, 1 from accounts where id = $1
				union all select a.parent_id, n + 1 from up join accounts a on a.id = up.id where a.parent_id is not null and n <= $3)
			select exists (select from up), exists (select from up where id = $2), coalesce(max(n), 0) from up`, *ch.Parent, id, maxAbove).Scan(&found, &ring, &above)
		switch {
		case err != nil:
			return wrap("parent of the account", err)
		case !found:
			return fault.BadField("parent_id", "unknown_account")
		case ring:
			return fault.BadField("parent_id", "part_of_itself")
		case above > maxAbove:
			return fault.BadField("parent_id", "too_deep", "max", maxAbove)
		}
	}
	if ch.Dealer != nil && *ch.Dealer > 0 {
		var kind string
		err := tx.QueryRow(ctx, `select kind from accounts where id = $1`, *ch.Dealer).Scan(&kind)
		switch {
		case errors.Is(err, pgx.ErrNoRows):
			return fault.BadField("dealer_id", "unknown_account")
		case err != nil:
			return wrap("dealer of the account", err)
		case kind != "dealer" || *ch.Dealer == id:
			return fault.BadField("dealer_id", "no_dealer")
		}
	}
	return ch.owners(ctx, tx)
}

func (ch *AccountChange) owners(ctx context.Context, tx *authority.Tx) error {
	var agent, team int64
	if ch.Owner != nil {
		agent = *ch.Owner
	}
	if ch.OwnerTeam != nil {
		team = *ch.OwnerTeam
	}
	if agent+team == 0 {
		return nil
	}
	var isAgent, isTeam bool
	if err := tx.QueryRow(ctx, `select exists (select from agents where id = $1 and disabled_at is null), exists (select from teams where id = $2)`, agent, team).Scan(&isAgent, &isTeam); err != nil {
		return wrap("owner of the account", err)
	}
	switch {
	case agent > 0 && !isAgent:
		return fault.BadField("owner_id", "unknown_agent")
	case team > 0 && !isTeam:
		return fault.BadField("owner_team_id", "unknown_team")
	}
	return nil
}
