package crm

import (
	"context"

	"frontline/internal/authority"

	"github.com/jackc/pgx/v5"
)

// Company is an account with those who reach us for it.
type Company struct {
	Account
	Contacts []Person `json:"contacts" doc:"the first hundred"`
}

// Person reads one contact; one that is not there is fault.NotFound.
func (c *CRM) Person(ctx context.Context, by authority.Actor, id int64) (p Person, err error) {
	err = c.gate.View(ctx, by, func(q authority.Query) error {
		p, err = c.Contact(ctx, q, id)
		return err
	})
	return p, err
}

// Company reads one account; one that is not there is fault.NotFound.
func (c *CRM) Company(ctx context.Context, by authority.Actor, id int64) (Company, error) {
	out := Company{Contacts: []Person{}}
	err := c.gate.View(ctx, by, func(q authority.Query) error {
		if err := q.QueryRow(ctx, `select id, name, kind, address, class, created_at from accounts where id = $1`, id).Scan(
			&out.ID, &out.Name, &out.Kind, &out.Address, &out.Class, &out.CreatedAt); err != nil {
			return wrap("account", err)
		}
		rows, err := q.Query(ctx, `select id from contacts where account_id = $1 order by id limit 100`, id)
		if err != nil {
			return wrap("contacts of the account", err)
		}
		ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
		if err != nil {
			return wrap("contacts of the account", err)
		}
		for _, id := range ids {
			p, err := c.Contact(ctx, q, id)
			if err != nil {
				return err
			}
			out.Contacts = append(out.Contacts, p)
		}
		return nil
	})
	return out, err
}
