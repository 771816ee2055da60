package agentdesk

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"frontline/internal/authority"
	"frontline/internal/fault"
	"frontline/internal/plain"
	"frontline/tickets"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// Work is what agents keep to work faster: views of the list, macros, and acts on many tickets.
type Work struct {
	gate    *authority.Gate
	tickets *tickets.Tickets
}

// NewWork makes a Work.
func NewWork(gate *authority.Gate, t *tickets.Tickets) *Work { return &Work{gate, t} }

// Shared says who sees a view or a macro.
type Shared struct {
	Share  string `json:"share" enum:"me,team,all" default:"me"`
	TeamID *int64 `json:"team_id" required:"false" doc:"Of share team"`
}

func (s *Shared) check() error {
	if s.Share == "" {
		s.Share = "me"
	}
	switch {
	case s.Share != "me" && s.Share != "team" && s.Share != "all":
		return fault.BadField("share", "not_allowed", "allowed", "me, team, all")
	case s.Share == "team" && s.TeamID == nil:
		return fault.BadField("team_id", "required")
	case s.Share != "team":
		s.TeamID = nil
	}
	return nil
}

// told says who hears of a change of something that is shared so.
func told(by authority.Actor, shares ...string) []string {
	if slices.ContainsFunc(shares, func(s string) bool { return s != "me" && s != "" }) {
		return []string{"staff"}
	}
	return []string{agentObject(by.ID)}
}

// View is a choice of tickets that somebody named.
type View struct {
	ID      int64 `json:"id"`
	OwnerID int64 `json:"owner_id"`
	ViewEdit
}

// ViewEdit is what a view is made with, or changed to.
type ViewEdit struct {
	Name   string `json:"name" minLength:"1" maxLength:"100"`
	NameEn string `json:"name_en" required:"false" maxLength:"100"`
	Shared
	Choice   tickets.Choice `json:"choice"`
	Columns  []string       `json:"columns" required:"false" maxItems:"8" doc:"What rows show besides the usual: account, assignee, channel, created, number, priority, queue, severity, tags, type, or field:KEY"`
	Position int            `json:"position" required:"false" minimum:"0" maximum:"10000"`
}

var column = regexp.MustCompile(`^(account|assignee|channel|created|number|priority|queue|severity|tags|type|field:[a-z][a-z0-9_]{0,49})$`)

const (
	maxViews  = 100 // shown to one
	viewNames = `select id, name, name_en, owner_id, share, team_id, choice, columns, position from views`
)

func scanView(r pgx.CollectableRow) (v View, err error) {
	return v, r.Scan(&v.ID, &v.Name, &v.NameEn, &v.OwnerID, &v.Share, &v.TeamID, &v.Choice, &v.Columns, &v.Position)
}

// Views are those that the actor sees: his own, his teams' and those for all.
func (w *Work) Views(ctx context.Context, by authority.Actor) ([]View, error) {
	return seen(ctx, w.gate, by, scanView, func(q authority.Query) (pgx.Rows, error) {
		return q.Query(ctx, viewNames+` order by position, id limit $1`, maxViews)
	})
}

func (w *Work) view(ctx context.Context, by authority.Actor, id int64) (View, error) {
	return one(seen(ctx, w.gate, by, scanView, func(q authority.Query) (pgx.Rows, error) {
		return q.Query(ctx, viewNames+` where id = $1`, id)
	}))
}

// seen reads those rows of a table of ours that the actor sees.
func seen[T any](ctx context.Context, gate *authority.Gate, by authority.Actor, scan pgx.RowToFunc[T], read func(authority.Query) (pgx.Rows, error)) (out []T, err error) {
	err = gate.View(ctx, by, func(q authority.Query) error {
		rows, err := read(q)
		if err == nil {
			out, err = pgx.CollectRows(rows, scan)
		}
		if err != nil {
			return fmt.Errorf("what %s keeps for work: %w", by, err)
		}
		return nil
	})
	return out, err
}

// one is the only row of a reading by id; without it, it is not there for who asks.
func one[T any](rows []T, err error) (row T, _ error) {
	if err != nil {
		return row, err
	}
	if len(rows) == 0 {
		return row, fault.New(fault.NotFound, "not_found")
	}
	return rows[0], nil
}

// ViewTickets lists the tickets of a view from a place on.
func (w *Work) ViewTickets(ctx context.Context, by authority.Actor, id int64, after tickets.Spot, limit int) ([]tickets.Chosen, *tickets.Spot, error) {
	v, err := w.view(ctx, by, id)
	if err != nil {
		return nil, nil, err
	}
	return w.tickets.Choose(ctx, by, v.Choice, after, limit)
}

// ViewCount is how many tickets a view has.
type ViewCount struct {
	ID int64 `json:"id"`
	tickets.Tally
}

// Counts counts the tickets of all views that the actor sees. One whose choice has a field that he does not see has none.
func (w *Work) Counts(ctx context.Context, by authority.Actor) ([]ViewCount, error) {
	all, err := w.Views(ctx, by)
	if err != nil {
		return nil, err
	}
	out := make([]ViewCount, len(all))
	for i, v := range all {
		out[i].ID = v.ID
		out[i].Tally, err = w.tickets.Count(ctx, by, v.Choice)
		if err != nil && !errors.Is(err, fault.Invalid) {
			return nil, err
		}
	}
	return out, nil
}

// SaveView makes a view (id 0) or changes one. What others see is changed by those who may share.
func (w *Work) SaveView(ctx context.Context, by authority.Actor, id int64, v ViewEdit) (int64, error) {
	v.Name, v.NameEn = plain.Line(v.Name, 100), plain.Line(v.NameEn, 100)
	if v.Name == "" {
		return 0, fault.BadField("name", "required")
	}
	if err := v.check(); err != nil {
		return 0, err
	}
	for _, c := range v.Columns {
		if !column.MatchString(c) {
			return 0, fault.BadField("columns", "unknown_kind")
		}
	}
	if v.Columns == nil {
		v.Columns = []string{}
	}
	if err := w.tickets.CheckChoice(ctx, by, &v.Choice); err != nil {
		return 0, err
	}
	err := w.gate.Do(ctx, by, func(tx *authority.Tx) error {
		was, err := mayKeep(ctx, tx, "view", id, v.Share)
		if err != nil {
			return err
		}
		if id == 0 {
			err = tx.QueryRow(ctx, `insert into views (name, name_en, owner_id, share, team_id, choice, columns, position) values ($1, $2, $3, $4, $5, $6, $7, $8) returning id`,
				v.Name, v.NameEn, by.ID, v.Share, v.TeamID, v.Choice, v.Columns, v.Position).Scan(&id)
		} else {
			err = tx.QueryRow(ctx, `update views set name = $2, name_en = $3, share = $4, team_id = $5, choice = $6, columns = $7, position = $8, updated_at = now() where id = $1 returning id`,
				id, v.Name, v.NameEn, v.Share, v.TeamID, v.Choice, v.Columns, v.Position).Scan(&id)
		}
		if err != nil {
			return kept("view", err)
		}
		tx.Emit("view.changed", fmt.Sprint("view:", id), told(by, was, v.Share)...)
		tx.Return(added{ID: id})
		return nil
	})
	return id, err
}

// DropView throws a view away.
func (w *Work) DropView(ctx context.Context, by authority.Actor, id int64) error {
	return w.gate.Do(ctx, by, func(tx *authority.Tx) error {
		was, err := mayKeep(ctx, tx, "view", id, "me")
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `delete from views where id = $1`, id); err != nil {
			return fmt.Errorf("drop the view: %w", err)
		}
		tx.Emit("view.changed", fmt.Sprint("view:", id), told(by, was)...)
		return nil
	})
}

// mayKeep asks whether the actor may make or change a view or macro that is, or will be, shared so; it answers how it is shared.
// Somebody else's own is not found: row-level security hides it.
func mayKeep(ctx context.Context, tx *authority.Tx, what string, id int64, share string) (was string, err error) {
	object := fmt.Sprintf("%s:%d", what, id)
	if err := tx.Allow(ctx, authority.Act{Name: what + ".edit", Object: object}); err != nil {
		return "", err
	}
	if id != 0 {
		err := tx.QueryRow(ctx, `select share from views where id = $1 and $2 = 'view' union all select share from macros where id = $1 and $2 = 'macro'`, id, what).Scan(&was)
		if errors.Is(err, pgx.ErrNoRows) {
			return "", fault.New(fault.NotFound, "not_found", "what", what)
		}
		if err != nil {
			return "", fmt.Errorf("%s: %w", what, err)
		}
	}
	if share != "me" || was != "" && was != "me" {
		return was, tx.Allow(ctx, authority.Act{Name: what + ".share", Object: object})
	}
	return was, nil
}

// kept explains why a view or macro could not be kept.
func kept(what string, err error) error {
	var p *pgconn.PgError
	switch {
	case errors.As(err, &p) && p.Code == "23503" && strings.Contains(p.ConstraintName, "team"):
		return fault.BadField("team_id", "unknown_team")
	case errors.Is(err, pgx.ErrNoRows):
		return fault.New(fault.NotFound, "not_found", "what", what)
	}
	return fmt.Errorf("keep the %s: %w", what, err)
}
