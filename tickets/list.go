package tickets

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"frontline/internal/authority"
	"frontline/internal/fault"

	"github.com/jackc/pgx/v5"
)

// Named is a person or account by id and name.
type Named struct {
	ID      int64  `json:"id"`
	Name    string `json:"name"`
	Address string `json:"address,omitempty"`
}

// Row is a ticket as lists show it.
type Row struct {
	ID             int64     `json:"id"`
	Number         string    `json:"number"`
	Subject        string    `json:"subject"`
	Summary        string    `json:"summary"`
	State          string    `json:"state" enum:"open,pending,on_hold,resolved,closed"`
	SubState       string    `json:"sub_state"`
	Type           string    `json:"type"`
	Priority       int       `json:"priority" doc:"1 urgent, 2 high, 3 normal, 4 low"`
	Severity       string    `json:"severity"`
	Channel        string    `json:"channel"`
	QueueID        int64     `json:"queue_id"`
	TeamID         *int64    `json:"team_id"`
	Assignee       *Named    `json:"assignee"`
	Contact        Named     `json:"contact"`
	Account        *Named    `json:"account"`
	Tags           []string  `json:"tags"`
	LastAt         time.Time `json:"last_at"`
	LastDirection  string    `json:"last_direction" enum:",in,out"`
	LastSnippet    string    `json:"last_snippet"`
	LastMessageID  int64     `json:"last_message_id"`
	DeliveryFailed bool      `json:"delivery_failed"`
	CreatedAt      time.Time `json:"created_at"`
	UpdatedAt      time.Time `json:"updated_at"`
	Due            *Due      `json:"due" doc:"Of the open promises the one that is due first; null: none is, or all stand still"`
}

// rowColumns and scanRow belong together.
const rowColumns = `t.id, t.number, t.subject, t.summary, t.state, t.sub_state, t.type, t.priority, t.severity, t.channel, t.queue_id, q.team_id,
	a.id, a.name, c.id, c.name, coalesce((select p.address from participants p where p.ticket_id = t.id and p.role = 'requester' and p.address not like 'unknown:%' limit 1), ''),
	acc.id, acc.name, t.tags, t.last_at, t.last_direction, t.last_snippet, t.last_message_id, t.delivery_failed, t.created_at, t.updated_at,
	k.due_at, k.due_kind, k.breached, k.started_at`

const rowJoins = ` left join agents a on a.id = t.assignee_id join contacts c on c.id = t.contact_id join queues q on q.id = t.queue_id left join accounts acc on acc.id = t.account_id
	left join clocks k on k.ticket_id = t.id and k.due_at is not null`

func scanRow(r pgx.CollectableRow) (Row, error) {
	var x Row
	var agent, account struct {
		ID   *int64
		Name *string
	}
	var due struct {
		at, started *time.Time
		kind        *string
		breached    *bool
	}
	err := r.Scan(&x.ID, &x.Number, &x.Subject, &x.Summary, &x.State, &x.SubState, &x.Type, &x.Priority, &x.Severity, &x.Channel, &x.QueueID, &x.TeamID,
		&agent.ID, &agent.Name, &x.Contact.ID, &x.Contact.Name, &x.Contact.Address, &account.ID, &account.Name, &x.Tags, &x.LastAt, &x.LastDirection,
		&x.LastSnippet, &x.LastMessageID, &x.DeliveryFailed, &x.CreatedAt, &x.UpdatedAt,
		&due.at, &due.kind, &due.breached, &due.started)
	if due.at != nil {
		x.Due = &Due{*due.at, *due.kind, *due.breached, *due.started}
	}
	if agent.ID != nil {
		x.Assignee = &Named{ID: *agent.ID, Name: *agent.Name}
	}
	if account.ID != nil {
		x.Account = &Named{ID: *account.ID, Name: *account.Name}
	}
	return x, err
}

// Filter chooses tickets; zero values choose all.
type Filter struct {
	State    string // one of the states, or "active": open, pending and on hold
	Queue    int64
	Assignee string // "me", "none" or an agent's id
	Account  int64
	Contact  int64
	Number   string // a ticket's number, whole
	After    Cursor
	Limit    int
}

// Cursor is a place in the list of tickets, newest activity first.
type Cursor struct {
	At time.Time
	ID int64
}

// List gives the tickets that the actor may see, newest activity first.
func (t *Tickets) List(ctx context.Context, by authority.Actor, f Filter) ([]Row, error) {
	sql, args, err := f.query(by)
	if err != nil {
		return nil, err
	}
	var out []Row
	err = t.gate.View(ctx, by, func(q authority.Query) error {
		rows, err := q.Query(ctx, sql, args...)
		if err != nil {
			return fmt.Errorf("list tickets: %w", err)
		}
		out, err = pgx.CollectRows(rows, scanRow)
		return err
	})
	return out, err
}

// query puts the statement together from literals, so that Postgres sees only the conditions that hold and takes the
// index that has them. Each state is read by itself through a lateral join: the cost is a page for each state, however
// many tickets there are.
func (f Filter) query(by authority.Actor) (sql string, args []any, err error) {
	states := []string{"open", "pending", "on_hold", "resolved", "closed"}
	switch f.State {
	case "":
	case "active":
		states = states[:3]
	default:
		states = []string{f.State}
	}
	arg := func(v any) string {
		args = append(args, v)
		return "$" + strconv.Itoa(len(args))
	}
	from := "unnest(" + arg(states) + "::text[]) s(state)"
	where := "t.state = s.state"
	for _, c := range []struct {
		is string
		id int64
	}{{" and t.queue_id = ", f.Queue}, {" and t.contact_id = ", f.Contact}, {" and t.account_id = ", f.Account}} {
		if c.id != 0 {
			where += c.is + arg(c.id)
		}
	}
	switch f.Assignee {
	case "":
	case "none":
		where += " and t.assignee_id is null"
	case "me":
		where += " and t.assignee_id = " + arg(by.ID)
	default:
		id, err := strconv.ParseInt(f.Assignee, 10, 64)
		if err != nil {
			return "", nil, fault.BadField("assignee", "unknown_agent")
		}
		where += " and t.assignee_id = " + arg(id)
	}
	if f.Number != "" {
		where += " and t.number = " + arg(f.Number)
	}
	if !f.After.At.IsZero() {
		where += " and (t.last_at, t.id) < (" + arg(f.After.At) + ", " + arg(f.After.ID) + ")"
	}
	limit := arg(f.Limit)
	return `select ` + rowColumns + ` from (
			select p.* from ` + from + ` cross join lateral (
				select * from tickets t where ` + where + ` order by t.last_at desc, t.id desc limit ` + limit + `) p
			order by p.last_at desc, p.id desc limit ` + limit + `) t` + rowJoins + ` order by t.last_at desc, t.id desc`, args, nil
}
