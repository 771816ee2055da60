// Package supervise counts what happens and shows it to those who answer for it: measures with the rows they were counted
// from, what waits and who works now, standards with each agent's scores, thresholds that raise alarms. It also holds what a
// supervisor does besides answering: looking on, whispering, telling everybody.
package supervise

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"frontline/internal/authority"
	"frontline/internal/fault"
	"frontline/internal/plain"
	"frontline/tickets"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// Supervision reads measures and does what supervisors do.
type Supervision struct {
	gate    *authority.Gate
	tickets *tickets.Tickets
	live    shelf
}

// New makes Supervision behind the gate, of the work on the tickets.
func New(gate *authority.Gate, t *tickets.Tickets) *Supervision {
	return &Supervision{gate: gate, tickets: t}
}

// Settings are what the definitions of the measures leave to the company.
type Settings struct {
	Zone         string `json:"zone" maxLength:"64" doc:"IANA name of the zone in which a day begins, such as Asia/Shanghai"`
	Within       int    `json:"within_s" minimum:"1" maximum:"604800" doc:"T of the service level where a queue names none, in seconds"`
	Percent      int    `json:"percent" minimum:"1" maximum:"100" doc:"the target of the service level where a queue names none"`
	ShortAbandon int    `json:"short_abandon_s" minimum:"0" maximum:"600" doc:"who leaves sooner is a short abandon, in seconds"`
	RingCycle    int    `json:"ring_cycle_s" minimum:"1" maximum:"20" doc:"length of a ring cycle: China 5, US 6, Japan 3"`
	StrictRings  bool   `json:"strict_rings" doc:"before the third tone ends, instead of before the third cycle does"`
	ChatReply    int    `json:"chat_reply_s" minimum:"1" maximum:"3600" doc:"limit of the first chat reply and of chat responses, in seconds"`
	MailReply    int    `json:"mail_reply_s" minimum:"60" maximum:"2592000" doc:"limit of the first mail reply, in seconds"`
}

// Settings reads them; everybody whose work is measured may know.
func (s *Supervision) Settings(ctx context.Context, by authority.Actor) (out Settings, err error) {
	err = s.gate.View(ctx, by, func(q authority.Query) error {
		return q.QueryRow(ctx, `select zone, within_s, percent, short_abandon_s, ring_cycle_s, strict_rings, chat_reply_s, mail_reply_s
			from measure_settings`).Scan(&out.Zone, &out.Within, &out.Percent, &out.ShortAbandon, &out.RingCycle, &out.StrictRings, &out.ChatReply, &out.MailReply)
	})
	return out, err
}

// SaveSettings changes them. They hold for every number computed from then on; scores that are kept stay as they were.
func (s *Supervision) SaveSettings(ctx context.Context, by authority.Actor, in Settings) error {
	if _, err := time.LoadLocation(in.Zone); err != nil || in.Zone == "" || in.Zone == "Local" {
		return fault.BadField("zone", "unknown_zone")
	}
	return s.gate.Do(ctx, by, func(tx *authority.Tx) error {
		if err := tx.Allow(ctx, authority.Act{Name: "measure.settings", Object: "measures"}); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `update measure_settings set zone = $1, within_s = $2, percent = $3, short_abandon_s = $4, ring_cycle_s = $5,
				strict_rings = $6, chat_reply_s = $7, mail_reply_s = $8`,
			in.Zone, in.Within, in.Percent, in.ShortAbandon, in.RingCycle, in.StrictRings, in.ChatReply, in.MailReply); err != nil {
			return fmt.Errorf("settings of the measures: %w", err)
		}
		tx.Emit("measures.changed", "measures", "staff")
		return nil
	})
}

// words is what a person typed, as it is kept; where nothing is left it is refused.
func words(field, text string, most int) (string, error) {
	if text = plain.Text(strings.TrimSpace(text), most); text == "" {
		return "", fault.BadField(field, "required")
	}
	return text, nil
}

// all refuses those who do not see everything: for them what is asked does not exist.
func all(ctx context.Context, q authority.Query) error {
	var sees bool
	if err := q.QueryRow(ctx, `select sees_all()`).Scan(&sees); err != nil {
		return fmt.Errorf("who asks: %w", err)
	}
	if !sees {
		return fault.New(fault.NotFound, "not_found")
	}
	return nil
}

// unknown turns a reference to a row that is not there into a fault of the field.
func unknown(err error, field, code string) error {
	var p *pgconn.PgError
	if errors.As(err, &p) && p.Code == "23503" {
		return fault.BadField(field, code)
	}
	return err
}

// gone says that a row which was to be changed is not there.
func gone(err error) error {
	if errors.Is(err, pgx.ErrNoRows) {
		return fault.New(fault.NotFound, "not_found")
	}
	return err
}

// Added is the id of what was made.
type Added struct {
	ID int64 `json:"id"`
}
