// Package alarm keeps what is wrong with the program's surroundings and must be seen on every desk until it is over: a
// mailbox that refuses its password, a count that does not agree. Whoever finds it raises the alarm, and clears it.
package alarm

import (
	"context"
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"time"

	"frontline/internal/authority"
	"frontline/internal/pg"
	"frontline/internal/web"

	"github.com/jackc/pgx/v5"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Schema is the migrations of this package; they need those of authority.
func Schema() pg.Schema {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		panic(err) // the folder is embedded
	}
	return pg.Schema{Module: "alarm", Files: files}
}

// Alarm is one thing that is wrong.
type Alarm struct {
	ID     int64          `json:"id"`
	Kind   string         `json:"kind" doc:"What sort of thing is wrong, such as mailbox_receiving"`
	Object string         `json:"object" doc:"With what, such as mailbox:3"`
	Code   string         `json:"code" doc:"What is wrong with it, such as login_refused"`
	Args   map[string]any `json:"args" doc:"Facts that belong to the code"`
	Since  time.Time      `json:"since"`
}

// act is what raising and clearing need to be allowed.
const act = "alarm.raise"

// Alarms raises, clears and lists alarms.
type Alarms struct{ gate *authority.Gate }

// New makes Alarms behind the gate.
func New(gate *authority.Gate) *Alarms { return &Alarms{gate} }

// Raise says that something is wrong. One alarm stands for a kind and an object: said again it changes nothing, and with
// another code or other facts it changes the alarm that stands, since when it stood before.
func (a *Alarms) Raise(ctx context.Context, by authority.Actor, kind, object, code string, args map[string]any) error {
	return a.gate.Do(ctx, by, func(tx *authority.Tx) error {
		if err := tx.Allow(ctx, authority.Act{Name: act, Object: object}); err != nil {
			return err
		}
		return Raise(ctx, tx, kind, object, code, args)
	})
}

// Clear says that it is over. None standing is fine.
func (a *Alarms) Clear(ctx context.Context, by authority.Actor, kind, object string) error {
	return a.gate.Do(ctx, by, func(tx *authority.Tx) error {
		if err := tx.Allow(ctx, authority.Act{Name: act, Object: object}); err != nil {
			return err
		}
		return Clear(ctx, tx, kind, object)
	})
}

// Raise is Alarms.Raise as a part, under whatever the caller allowed.
func Raise(ctx context.Context, tx *authority.Tx, kind, object, code string, args map[string]any) error {
	if args == nil {
		args = map[string]any{}
	}
	facts, err := json.Marshal(args)
	if err != nil {
		return fmt.Errorf("facts of the alarm: %w", err)
	}
	tag, err := tx.Exec(ctx, `insert into alarms (kind, object, code, args) values ($1, $2, $3, $4)
		on conflict (kind, object) where cleared_at is null do update set code = $3, args = $4
		where (alarms.code, alarms.args) is distinct from ($3, $4::jsonb)`, kind, object, code, facts)
	if err != nil {
		return fmt.Errorf("raise the alarm: %w", err)
	}
	if tag.RowsAffected() > 0 {
		tx.Emit("alarm.raised", object, "staff")
	}
	return nil
}

// Clear is Alarms.Clear as a part.
func Clear(ctx context.Context, tx *authority.Tx, kind, object string) error {
	tag, err := tx.Exec(ctx, `update alarms set cleared_at = now() where kind = $1 and object = $2 and cleared_at is null`, kind, object)
	if err != nil {
		return fmt.Errorf("clear the alarm: %w", err)
	}
	if tag.RowsAffected() > 0 {
		tx.Emit("alarm.cleared", object, "staff")
	}
	return nil
}

// Standing lists the alarms that stand, the newest first.
func (a *Alarms) Standing(ctx context.Context, by authority.Actor) (out []Alarm, err error) {
	err = a.gate.View(ctx, by, func(q authority.Query) error {
		rows, err := q.Query(ctx, `select id, kind, object, code, args, since from alarms where cleared_at is null order by since desc, id desc limit 200`)
		if err != nil {
			return fmt.Errorf("alarms: %w", err)
		}
		out, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Alarm])
		return err
	})
	return out, err
}

// Routes adds the alarms to the API.
func (a *Alarms) Routes(s *web.Server) {
	web.Query(s, web.Op{Method: "GET", Path: "/alarms", ID: "list-alarms", Tag: "alarms", Summary: "What is wrong now and must be seen to"},
		func(ctx context.Context, by authority.Actor, _ *struct{}) (web.Page[Alarm], error) {
			standing, err := a.Standing(ctx, by)
			return web.Page[Alarm]{Items: standing}, err
		})
}
