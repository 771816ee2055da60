package tickets

import (
	"context"
	"fmt"
	"time"

	"frontline/crm"
	"frontline/internal/authority"
)

// Pop is what a desk shows while the telephone still rings.
type Pop struct {
	Number   string       `json:"number" doc:"in E.164"`
	Contact  *PopContact  `json:"contact" doc:"whose number it is; null where nobody's"`
	Accounts []PopAccount `json:"accounts" doc:"those for which the contact acts, the main one first, and those with this number as their own"`
	Tickets  []PopTicket  `json:"tickets" doc:"the latest ten of the contact, or of the accounts where the contact is unknown"`
}

// PopContact is who calls.
type PopContact struct {
	ID       int64  `json:"id"`
	Name     string `json:"name"`
	Language string `json:"language"`
	Note     string `json:"note"`
}

// PopAccount is for whom somebody may call.
type PopAccount struct {
	ID        int64      `json:"id"`
	Name      string     `json:"name"`
	Kind      string     `json:"kind"`
	Class     string     `json:"class"`
	Role      string     `json:"role" doc:"what the contact is to it"`
	Owner     *crm.Named `json:"owner"`
	OwnerTeam *crm.Named `json:"owner_team"`
}

// PopTicket is what somebody may call about.
type PopTicket struct {
	ID       int64      `json:"id"`
	Number   string     `json:"number"`
	Subject  string     `json:"subject"`
	State    string     `json:"state"`
	Priority int        `json:"priority"`
	LastAt   time.Time  `json:"last_at"`
	Assignee *crm.Named `json:"assignee"`
}

// Pop says who may be calling from a number, as it was dialled or signalled, with the accounts and tickets that the actor
// may see. One query, because the telephone rings: its cost does not grow with the number of customers.
func (t *Tickets) Pop(ctx context.Context, by authority.Actor, number string) (Pop, error) {
	point, err := crm.Point{Kind: crm.Phone, Address: number}.Normal()
	if err != nil {
		return Pop{}, err
	}
	p := Pop{Number: point.Address}
	err = t.gate.View(ctx, by, func(q authority.Query) error {
		err := q.QueryRow(ctx, `with who as materialized (
				select c.id, c.name, c.language, c.note, c.account_id from contact_points p join contacts c on c.id = p.contact_id where p.kind = 'phone' and p.address = $1),
			whose as materialized (
				select account_id, max(role) role, bool_or(main) main from (
					select f.account_id, f.role, f.account_id = who.account_id main from who join affiliations f on f.contact_id = who.id
					union all (select account_id, '', false from account_numbers where address = $1 and kind = 'phone' order by account_id limit 10)) a
				group by account_id order by 3 desc, 1 limit 10),
			about as (
				(select t.* from who cross join lateral (select id, number, subject, state, priority, last_at, assignee_id from tickets
					where contact_id = who.id and merged_into is null order by last_at desc, id desc limit 10) t)
				union all
				(select t.* from whose cross join lateral (select id, number, subject, state, priority, last_at, assignee_id from tickets
					where account_id = whose.account_id and merged_into is null order by last_at desc, id desc limit 10) t
					where not exists (select from who) order by last_at desc, id desc limit 10))
			select (select json_build_object('id', id, 'name', name, 'language', language, 'note', note) from who),
				coalesce((select json_agg(json_build_object('id', a.id, 'name', a.name, 'kind', a.kind, 'class', a.class, 'role', w.role,
						'owner', (select json_build_object('id', id, 'name', name) from agents where id = a.owner_id),
						'owner_team', (select json_build_object('id', id, 'name', name) from teams where id = a.owner_team_id)) order by w.main desc, a.id)
					from whose w join accounts a on a.id = w.account_id), '[]'),
				coalesce((select json_agg(json_build_object('id', id, 'number', number, 'subject', subject, 'state', state, 'priority', priority, 'last_at', last_at,
						'assignee', (select json_build_object('id', id, 'name', name) from agents where id = about.assignee_id)) order by last_at desc, id desc)
					from about), '[]')`, p.Number).Scan(&p.Contact, &p.Accounts, &p.Tickets)
		if err != nil {
			return fmt.Errorf("screen pop: %w", err)
		}
		return nil
	})
	return p, err
}
