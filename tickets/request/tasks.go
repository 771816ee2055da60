package request

import (
	"context"
	"time"

	"frontline/internal/authority"
	"frontline/internal/fault"
	"frontline/tickets"

	"github.com/jackc/pgx/v5"
)

// Task is what somebody does for a service request.
type Task struct {
	ID           int64          `json:"id"`
	Ticket       TaskTicket     `json:"ticket"`
	Subject      string         `json:"subject"`
	Mode         string         `json:"mode" enum:"on_site,bench,remote,phone"`
	State        string         `json:"state" enum:"planned,accepted,started,done,failed,cancelled"`
	Next         []string       `json:"next" doc:"States that it can go to"`
	Doer         *tickets.Named `json:"doer"`
	WantedAt     *time.Time     `json:"wanted_at" doc:"When the customer wants it to begin"`
	PlannedAt    *time.Time     `json:"planned_at"`
	PlannedUntil *time.Time     `json:"planned_until"`
	StartedAt    *time.Time     `json:"started_at"`
	EndedAt      *time.Time     `json:"ended_at"`
	Parts        []TaskPart     `json:"parts" doc:"To carry"`
	Remark       string         `json:"remark"`
	RemindAt     *time.Time     `json:"remind_at" doc:"When its doer is reminded"`
	Files        []TaskFile     `json:"files"`
	Version      int            `json:"version" doc:"Counts the changes"`
	CreatedAt    time.Time      `json:"created_at"`
	UpdatedAt    time.Time      `json:"updated_at"`

	placeAt time.Time
}

// TaskTicket is the ticket of a task with what one needs to know on the way.
type TaskTicket struct {
	ID      int64  `json:"id"`
	Number  string `json:"number"`
	Subject string `json:"subject"`
	Contact string `json:"contact"`
	Phone   string `json:"phone"`
	Account string `json:"account"`
	Address string `json:"address"`
}

// TaskPart is something to carry to the customer.
type TaskPart struct {
	Name     string `json:"name" minLength:"1" maxLength:"200"`
	Number   string `json:"number,omitempty" maxLength:"50"`
	Quantity int    `json:"quantity" minimum:"1" maximum:"100000"`
}

// TaskFile is a photo or a signature of a task; the file is read as any attachment.
type TaskFile struct {
	ID     int64  `json:"id" doc:"The attachment's"`
	Name   string `json:"name"`
	Type   string `json:"type"`
	Size   int64  `json:"size" doc:"bytes"`
	Kind   string `json:"kind" enum:"photo,signature,other"`
	Signer string `json:"signer" doc:"Of a signature: who signed"`
}

const taskColumns = `k.id, t.id, t.number, t.subject, c.name,
	coalesce((select p.address from contact_points p where p.contact_id = c.id and p.kind = 'phone' order by p.id limit 1), ''), coalesce(a.name, ''), coalesce(a.address, ''),
	k.subject, k.mode, k.state, coalesce(d.id, 0), coalesce(d.name, ''), k.wanted_at, k.planned_at, k.planned_until, k.started_at, k.ended_at, k.parts, k.remark, k.remind_at,
	k.version, k.created_at, k.updated_at, k.place_at,
	(select coalesce(jsonb_agg(jsonb_build_object('id', f.id, 'name', f.name, 'type', f.type, 'size', f.size, 'kind', x.kind, 'signer', x.signer) order by f.id), '[]')
		from task_files x join attachments f on f.id = x.attachment_id where x.task_id = k.id)
	from tasks k join tickets t on t.id = k.ticket_id join contacts c on c.id = t.contact_id left join accounts a on a.id = t.account_id left join agents d on d.id = k.doer_id`

func scanTask(r pgx.CollectableRow) (k Task, err error) {
	var doer tickets.Named
	err = r.Scan(&k.ID, &k.Ticket.ID, &k.Ticket.Number, &k.Ticket.Subject, &k.Ticket.Contact, &k.Ticket.Phone, &k.Ticket.Account, &k.Ticket.Address,
		&k.Subject, &k.Mode, &k.State, &doer.ID, &doer.Name, &k.WantedAt, &k.PlannedAt, &k.PlannedUntil, &k.StartedAt, &k.EndedAt, &k.Parts, &k.Remark, &k.RemindAt,
		&k.Version, &k.CreatedAt, &k.UpdatedAt, &k.placeAt, &k.Files)
	if doer.ID != 0 {
		k.Doer = &doer
	}
	k.Next = append([]string{}, moves[k.State]...)
	return k, err
}

// Task reads one; its doer sees it, and whoever sees its ticket.
func (r *Requests) Task(ctx context.Context, by authority.Actor, id int64) (k Task, err error) {
	err = r.gate.View(ctx, by, func(q authority.Query) error {
		k, err = readTask(ctx, q, id)
		return err
	})
	return k, err
}

func readTask(ctx context.Context, q authority.Query, id int64) (Task, error) {
	rows, err := q.Query(ctx, `select `+taskColumns+` where k.id = $1`, id)
	if err != nil {
		return Task{}, wrap("task", err)
	}
	k, err := pgx.CollectExactlyOneRow(rows, scanTask)
	return k, missing(err, "task")
}

// TasksOf lists the tasks of a ticket, the oldest first.
func (r *Requests) TasksOf(ctx context.Context, by authority.Actor, ticket int64) (out []Task, err error) {
	if err := r.tickets.Visible(ctx, by, ticket); err != nil {
		return nil, err
	}
	return out, r.gate.View(ctx, by, func(q authority.Query) error {
		rows, err := q.Query(ctx, `select `+taskColumns+` where k.ticket_id = $1 order by k.id limit 500`, ticket)
		if err != nil {
			return wrap("tasks", err)
		}
		out, err = pgx.CollectRows(rows, scanTask)
		return wrap("tasks", err)
	})
}

// Round says which tasks are listed, in the order of the day.
type Round struct {
	Doer  int64     // 0: nobody's
	Ended bool      // also those that are done with
	From  time.Time // by when they are planned, else wanted, else made; zero: from the first
	Until time.Time // not included; zero: to the last
	After TaskPlace
	Limit int
}

// TaskPlace is a place in a list of tasks.
type TaskPlace struct {
	At time.Time `json:"at"`
	ID int64     `json:"id"`
}

const inTheirOrder = ` and (k.place_at, k.id) > ($2, $3) and ($4::timestamptz is null or k.place_at < $4)
	and ($5 or k.state in ('planned', 'accepted', 'started')) order by k.place_at, k.id limit $6`

// Tasks lists the tasks of one doer, or nobody's, that the actor may see.
func (r *Requests) Tasks(ctx context.Context, by authority.Actor, f Round) (out []Task, err error) {
	var from, until *time.Time
	if from = &f.After.At; f.From.After(f.After.At) {
		from, f.After.ID = &f.From, 0
	}
	if !f.Until.IsZero() {
		until = &f.Until
	}
	err = r.gate.View(ctx, by, func(q authority.Query) error {
		list := `select ` + taskColumns + ` where k.doer_id = $1` + inTheirOrder
		if f.Doer == 0 {
			list = `select ` + taskColumns + ` where k.doer_id is null and $1::bigint = 0` + inTheirOrder
		}
		rows, err := q.Query(ctx, list, f.Doer, from, f.After.ID, until, f.Ended, f.Limit)
		if err != nil {
			return wrap("tasks", err)
		}
		out, err = pgx.CollectRows(rows, scanTask)
		return wrap("tasks", err)
	})
	return out, err
}

// moves are the states that a task can go to from each. Who reports afterwards may say the end at once; what was said by
// mistake is taken back.
var moves = map[string][]string{
	"planned":   {"accepted", "started", "done", "failed", "cancelled"},
	"accepted":  {"planned", "started", "done", "failed", "cancelled"},
	"started":   {"done", "failed", "cancelled"},
	"done":      {"started"},
	"failed":    {"started"},
	"cancelled": {"planned"},
}

func ended(state string) bool { return state == "done" || state == "failed" || state == "cancelled" }

// checkDoer refuses a doer who is not there; 0 is nobody.
func checkDoer(ctx context.Context, q authority.Query, doer int64) error {
	var there bool
	if err := q.QueryRow(ctx, `select $1 = 0 or exists (select from agents where id = $1 and disabled_at is null)`, doer).Scan(&there); err != nil {
		return wrap("doer", err)
	}
	if !there {
		return fault.BadField("doer_id", "unknown_agent")
	}
	return nil
}
