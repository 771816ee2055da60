package crm

import (
	"context"

	"frontline/internal/authority"
)

// Person reads one contact; one that is not there is fault.NotFound.
func (c *CRM) Person(ctx context.Context, by authority.Actor, id int64) (p Person, err error) {
	err = c.gate.View(ctx, by, func(q authority.Query) error {
		p, err = c.Contact(ctx, q, id)
		return err
	})
	return p, err
}
