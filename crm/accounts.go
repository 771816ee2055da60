package crm

import (
	"context"
	"strings"
	"time"

	"frontline/internal/authority"

	"github.com/jackc/pgx/v5"
)

// Account is a company or household we serve.
type Account struct {
	ID        int64     `json:"id"`
	Name      string    `json:"name"`
	Kind      string    `json:"kind" enum:"end_user_direct,end_user_indirect,dealer"`
	Address   string    `json:"address"`
	Postcode  string    `json:"postcode"`
	Industry  string    `json:"industry"`
	Class     string    `json:"class" doc:"How important the customer is, in the house's own words, such as vip; policies go by it"`
	Tags      []string  `json:"tags"`
	Owner     *Named    `json:"owner" doc:"the agent whose customer it is"`
	OwnerTeam *Named    `json:"owner_team" doc:"the team whose customer it is"`
	CreatedAt time.Time `json:"created_at"`
}

// Named is somebody or something with the name it has now.
type Named struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
}

// Number is a telephone or fax number of a company, such as its switchboard.
type Number struct {
	Kind    string `json:"kind" enum:"phone,fax"`
	Address string `json:"address" maxLength:"40"`
}

// Company is an account with all that is known, and those who reach us for it.
type Company struct {
	Account
	Note     string   `json:"note"`
	Parent   *Named   `json:"parent" doc:"the account it is part of"`
	Dealer   *Named   `json:"dealer" doc:"the account through which it buys"`
	Numbers  []Number `json:"numbers"`
	Contacts []Member `json:"contacts" doc:"the first hundred"`
	Parts    []Named  `json:"parts" doc:"accounts that are part of it, the first hundred"`
	Version  int      `json:"version" doc:"counts the edits; say it with the next one"`
}

// Member is a contact that acts for an account.
type Member struct {
	Person
	Role string `json:"role"`
}

const selectAccount = `select a.id, a.name, a.kind, a.address, a.postcode, a.industry, a.class, a.tags, a.created_at, o.id, o.name, t.id, t.name
	from accounts a left join agents o on o.id = a.owner_id left join teams t on t.id = a.owner_team_id `

func scanAccount(r pgx.CollectableRow) (a Account, err error) {
	var owner, team struct {
		id   *int64
		name *string
	}
	err = r.Scan(&a.ID, &a.Name, &a.Kind, &a.Address, &a.Postcode, &a.Industry, &a.Class, &a.Tags, &a.CreatedAt, &owner.id, &owner.name, &team.id, &team.name)
	a.Owner, a.OwnerTeam = named(owner.id, owner.name), named(team.id, team.name)
	return a, err
}

func named(id *int64, name *string) *Named {
	if id == nil {
		return nil
	}
	return &Named{*id, *name}
}

// readAccount reads one account; pgx.ErrNoRows where there is none.
func readAccount(ctx context.Context, q authority.Query, id int64) (Account, error) {
	rows, err := q.Query(ctx, selectAccount+`where a.id = $1`, id)
	if err != nil {
		return Account{}, wrap("account", err)
	}
	a, err := pgx.CollectExactlyOneRow(rows, scanAccount)
	return a, wrap("account", err)
}

// FindAccounts lists accounts whose name begins with the words, at most limit, by name.
func (c *CRM) FindAccounts(ctx context.Context, by authority.Actor, words string, limit int) ([]Account, error) {
	words = strings.ToLower(strings.TrimSpace(words))
	out := []Account{}
	if words == "" {
		return out, nil
	}
	err := c.gate.View(ctx, by, func(q authority.Query) error {
		rows, err := q.Query(ctx, selectAccount+`where a.name_key >= $1 and a.name_key < $1 || U&'\+10FFFF' order by a.name_key, a.id limit $2`, words, limit)
		if err != nil {
			return wrap("find accounts", err)
		}
		out, err = pgx.CollectRows(rows, scanAccount)
		return wrap("find accounts", err)
	})
	return out, err
}

// Company reads one account; one that is not there is fault.NotFound.
func (c *CRM) Company(ctx context.Context, by authority.Actor, id int64) (out Company, err error) {
	err = c.gate.View(ctx, by, func(q authority.Query) error {
		out, err = c.company(ctx, q, id)
		return err
	})
	return out, err
}

func (c *CRM) company(ctx context.Context, q authority.Query, id int64) (out Company, err error) {
	if out.Account, err = readAccount(ctx, q, id); err != nil {
		return out, err
	}
	var parent, dealer struct {
		id   *int64
		name *string
	}
	if err := q.QueryRow(ctx, `select a.note, a.version, p.id, p.name, d.id, d.name
		from accounts a left join accounts p on p.id = a.parent_id left join accounts d on d.id = a.dealer_id where a.id = $1`, id).Scan(
		&out.Note, &out.Version, &parent.id, &parent.name, &dealer.id, &dealer.name); err != nil {
		return out, wrap("account", err)
	}
	out.Parent, out.Dealer = named(parent.id, parent.name), named(dealer.id, dealer.name)
	if out.Numbers, err = numbersOf(ctx, q, id); err != nil {
		return out, err
	}
	rows, err := q.Query(ctx, `select id, name from accounts where parent_id = $1 order by name_key, id limit 100`, id)
	if err != nil {
		return out, wrap("parts of the account", err)
	}
	if out.Parts, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Named]); err != nil {
		return out, wrap("parts of the account", err)
	}
	out.Contacts, err = c.members(ctx, q, id)
	return out, err
}

func numbersOf(ctx context.Context, q authority.Query, account int64) ([]Number, error) {
	rows, err := q.Query(ctx, `select kind, address from account_numbers where account_id = $1 order by kind desc, address`, account)
	if err != nil {
		return nil, wrap("numbers of the account", err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Number])
	return out, wrap("numbers of the account", err)
}

func (c *CRM) members(ctx context.Context, q authority.Query, account int64) ([]Member, error) {
	rows, err := q.Query(ctx, `select contact_id, role from affiliations where account_id = $1 order by contact_id limit 100`, account)
	if err != nil {
		return nil, wrap("contacts of the account", err)
	}
	out, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (m Member, err error) { return m, r.Scan(&m.ID, &m.Role) })
	if err != nil {
		return nil, wrap("contacts of the account", err)
	}
	for i := range out {
		if out[i].Person, err = c.Contact(ctx, q, out[i].ID); err != nil {
			return nil, err
		}
	}
	return out, nil
}
