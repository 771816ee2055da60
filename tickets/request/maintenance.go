package request

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"frontline/crm/assets"
	"frontline/internal/authority"
	"frontline/internal/fault"
	"frontline/internal/plain"
	"frontline/tickets"

	"github.com/jackc/pgx/v5"
)

// Maintenance is an entry of a machine's log: what was done to it.
type Maintenance struct {
	ID        int64         `json:"id"`
	Asset     MaintainedOne `json:"asset"`
	Ticket    *Numbered     `json:"ticket" doc:"For which it was done; null: for none, or for one that the caller does not see"`
	DoneOn    string        `json:"done_on" format:"date"`
	Kinds     []string      `json:"kinds" enum:"replace,upgrade,repair"`
	Text      string        `json:"text"`
	Part      string        `json:"part"`
	OldSerial string        `json:"old_serial"`
	NewSerial string        `json:"new_serial"`
	Quantity  int           `json:"quantity"`
	By        tickets.Named `json:"by" doc:"Who did it"`
	CreatedAt time.Time     `json:"created_at"`
	Withdrawn bool          `json:"withdrawn" doc:"It was written by mistake"`
}

// MaintainedOne is the machine that was maintained.
type MaintainedOne struct {
	ID     int64  `json:"id"`
	Name   string `json:"name"`
	Serial string `json:"serial"`
}

// Numbered is a ticket by id and number.
type Numbered struct {
	ID     int64  `json:"id"`
	Number string `json:"number"`
}

const maintenanceColumns = `m.id, a.id, a.name, a.serial, coalesce(t.id, 0), coalesce(t.number, ''), m.done_on::text, m.kinds::text[], m.text, m.part, m.old_serial, m.new_serial, m.quantity,
	g.id, g.name, m.created_at, m.withdrawn_at is not null
	from maintenance m join assets a on a.id = m.asset_id join agents g on g.id = m.agent_id left join tickets t on t.id = m.ticket_id`

func scanMaintenance(r pgx.CollectableRow) (m Maintenance, err error) {
	var t Numbered
	err = r.Scan(&m.ID, &m.Asset.ID, &m.Asset.Name, &m.Asset.Serial, &t.ID, &t.Number, &m.DoneOn, &m.Kinds, &m.Text, &m.Part, &m.OldSerial, &m.NewSerial, &m.Quantity,
		&m.By.ID, &m.By.Name, &m.CreatedAt, &m.Withdrawn)
	if t.ID != 0 {
		m.Ticket = &t
	}
	return m, err
}

// MaintenanceOf lists what was done for a ticket, the latest first.
func (r *Requests) MaintenanceOf(ctx context.Context, by authority.Actor, ticket int64) (out []Maintenance, err error) {
	if err := r.tickets.Visible(ctx, by, ticket); err != nil {
		return nil, err
	}
	return r.maintenance(ctx, by, 0, ticket)
}

// MaintenanceLog lists what was done to a machine, the latest first. A machine that is not there is fault.NotFound.
func (r *Requests) MaintenanceLog(ctx context.Context, by authority.Actor, asset int64) ([]Maintenance, error) {
	return r.maintenance(ctx, by, asset, 0)
}

// maintenance lists what was done to an asset, or for a ticket.
func (r *Requests) maintenance(ctx context.Context, by authority.Actor, asset, ticket int64) (out []Maintenance, err error) {
	list, of := `select `+maintenanceColumns+` where m.asset_id = $1 order by m.done_on desc, m.id desc limit 500`, asset
	if ticket != 0 {
		list, of = `select `+maintenanceColumns+` where m.ticket_id = $1 order by m.done_on desc, m.id desc limit 500`, ticket
	}
	err = r.gate.View(ctx, by, func(q authority.Query) error {
		var known bool
		if err := q.QueryRow(ctx, `select $1::bigint = 0 or exists (select from assets where id = $1)`, asset).Scan(&known); err != nil {
			return wrap("maintenance", err)
		}
		if !known {
			return fault.New(fault.NotFound, "not_found", "what", "asset")
		}
		rows, err := q.Query(ctx, list, of)
		if err != nil {
			return wrap("maintenance", err)
		}
		out, err = pgx.CollectRows(rows, scanMaintenance)
		return wrap("maintenance", err)
	})
	return out, err
}

// Upkeep is what was done to a machine, to be written into its log.
type Upkeep struct {
	ClientID             string // the caller's own name for it: the same again is the same entry
	Asset                int64  // 0: the ticket's own
	PartID               int64  // of the machine's parts, the one in whose place the new serial number is since; 0: none
	DoneOn               string // a date
	Kinds                []string
	Text, Part           string
	OldSerial, NewSerial string
	Quantity             int
	Agent                int64 // who did it; 0: whoever acts
}

// Maintain writes what was done for a ticket into the log of its machine, or of another one of the customer's.
func (r *Requests) Maintain(ctx context.Context, by authority.Actor, ticket int64, u Upkeep) (m Maintenance, err error) {
	if err := u.check(); err != nil {
		return m, err
	}
	err = r.gate.Do(ctx, by, func(tx *authority.Tx) error {
		if err := tx.Allow(ctx, authority.Act{Name: "maintenance.write", Object: fmt.Sprint("ticket:", ticket)}); err != nil {
			return err
		}
		id, err := r.maintain(ctx, tx, ticket, u)
		if err != nil {
			return err
		}
		rows, err := tx.Query(ctx, `select `+maintenanceColumns+` where m.id = $1`, id)
		if err != nil {
			return wrap("maintenance", err)
		}
		m, err = pgx.CollectExactlyOneRow(rows, scanMaintenance)
		tx.Return(m)
		return wrap("maintenance", err)
	})
	return m, err
}

func (r *Requests) maintain(ctx context.Context, tx *authority.Tx, ticket int64, u Upkeep) (id int64, err error) {
	tx.RaceOn("maintenance_created_by_client_id_key")
	err = tx.QueryRow(ctx, `select id from maintenance where created_by = $1 and client_id = $2`, tx.By.ID, u.ClientID).Scan(&id)
	if err == nil || !errors.Is(err, pgx.ErrNoRows) {
		return id, wrap("maintenance", err)
	}
	if err := r.tickets.Tell(ctx, tx, ticket, tickets.Changed{Name: "maintained", To: u.Text}); err != nil {
		return 0, err
	}
	var machine, agent, past bool
	err = tx.QueryRow(ctx, `select coalesce(a.id, 0), a.id is not null, exists (select from agents where id = $3), $4::date <= (now() + interval '1 day')::date
		from tickets t left join assets a on a.id = coalesce(nullif($2::bigint, 0), t.asset_id) where t.id = $1`, ticket, u.Asset, u.agent(tx.By), u.DoneOn).Scan(&u.Asset, &machine, &agent, &past)
	switch {
	case err != nil:
		return 0, missing(err, "ticket")
	case !machine:
		return 0, fault.BadField("asset_id", "unknown_asset")
	case !agent:
		return 0, fault.BadField("agent_id", "unknown_agent")
	case !past:
		return 0, fault.BadField("done_on", "not_past")
	}
	err = tx.QueryRow(ctx, `insert into maintenance (asset_id, ticket_id, part_id, done_on, kinds, text, part, old_serial, new_serial, quantity, agent_id, created_by, client_id)
		values ($1, $2, nullif($3::bigint, 0), $4, $5::text[]::maintenance_kind[], $6, $7, $8, $9, $10, $11, $12, nullif($13, '')) returning id`,
		u.Asset, ticket, u.PartID, u.DoneOn, u.Kinds, u.Text, u.Part, u.OldSerial, u.NewSerial, u.Quantity, u.agent(tx.By), tx.By.ID, u.ClientID).Scan(&id)
	if err != nil {
		return 0, wrap("keep the maintenance", err)
	}
	tx.Emit("maintenance.changed", fmt.Sprint("asset:", u.Asset), "staff", fmt.Sprint("ticket:", ticket))
	if u.PartID == 0 {
		return id, nil
	}
	since, err := time.Parse(time.DateOnly, u.DoneOn)
	if err != nil {
		return 0, err // it was checked
	}
	return id, assets.Fit(ctx, tx, u.Asset, u.PartID, assets.Fitting{Serial: u.NewSerial, Since: since})
}

func (u Upkeep) agent(by authority.Actor) int64 {
	if u.Agent == 0 {
		return by.ID
	}
	return u.Agent
}

// check makes the words fit to keep, and refuses what cannot have been done.
func (u *Upkeep) check() error {
	u.Text = strings.TrimSpace(plain.Text(u.Text, 2000))
	u.Part, u.OldSerial, u.NewSerial = plain.Line(u.Part, 200), plain.Line(u.OldSerial, 100), plain.Line(u.NewSerial, 100)
	u.Kinds = slices.Compact(slices.Sorted(slices.Values(u.Kinds)))
	for _, k := range u.Kinds {
		if k != "replace" && k != "upgrade" && k != "repair" {
			return fault.BadField("kinds", "not_allowed", "allowed", "replace, upgrade, repair")
		}
	}
	switch day, err := time.Parse(time.DateOnly, u.DoneOn); {
	case err != nil || day.Year() < 1970:
		return fault.BadField("done_on", "bad_date")
	case len(u.Kinds) == 0:
		return fault.BadField("kinds", "required")
	case u.Text == "":
		return fault.BadField("text", "required")
	case u.Quantity < 1:
		return fault.BadField("quantity", "too_small", "min", 1)
	}
	return nil
}

// WithdrawMaintenance says that an entry was written by mistake; it stays in the log as such. Twice is once.
func (r *Requests) WithdrawMaintenance(ctx context.Context, by authority.Actor, id int64) error {
	return r.gate.Do(ctx, by, func(tx *authority.Tx) error {
		if err := tx.Allow(ctx, authority.Act{Name: "maintenance.withdraw", Object: fmt.Sprint("maintenance:", id)}); err != nil {
			return err
		}
		var asset, ticket int64
		var text string
		var before bool
		err := tx.QueryRow(ctx, `select m.asset_id, coalesce(t.id, 0), m.text, m.withdrawn_at is not null from maintenance m left join tickets t on t.id = m.ticket_id
			where m.id = $1 and (m.ticket_id is null or t.id is not null) for update of m`, id).Scan(&asset, &ticket, &text, &before)
		if err != nil {
			return missing(err, "maintenance")
		}
		if before {
			return nil
		}
		if _, err := tx.Exec(ctx, `update maintenance set withdrawn_at = now() where id = $1`, id); err != nil {
			return wrap("withdraw", err)
		}
		tx.Emit("maintenance.changed", fmt.Sprint("asset:", asset), "staff", fmt.Sprint("ticket:", ticket))
		if ticket == 0 {
			return nil
		}
		return r.tickets.Tell(ctx, tx, ticket, tickets.Changed{Name: "maintenance_withdrawn", To: text})
	})
}
