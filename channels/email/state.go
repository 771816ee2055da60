package email

import (
	"context"
	"errors"
	"strings"
	"time"

	"frontline/internal/alarm"
	"frontline/internal/authority"

	"github.com/jackc/pgx/v5"
)

// The sides in mailbox_states: one for each folder, and one for sending.
const (
	sideIn  = "in:" // and the folder's name
	sideOut = "out"
)

// health is what is known of a side after something was tried.
type health struct {
	ok           bool
	code, detail string
	seen, total  int64
}

// report writes a side's health. Only a change is announced, and a success that changes nothing is
// written at most each minute, so that a healthy mailbox costs no writes.
func (e *Email) report(ctx context.Context, mailbox int64, side string, h health) error {
	var known bool
	err := e.db.Read.QueryRow(ctx, `select ok = $3 and code = $4 and seen = $5 and total = $6 and checked_at > now() - interval '1 minute'
		from mailbox_states where mailbox_id = $1 and side = $2`, mailbox, side, h.ok, h.code, h.seen, h.total).Scan(&known)
	if known || err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return wrap("mailbox state", err)
	}
	return e.gate.Do(ctx, self, func(tx *authority.Tx) error {
		if err := tx.Allow(ctx, authority.Act{Name: "mailbox.state", Object: mailboxObject(mailbox)}); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `insert into mailbox_states (mailbox_id, side, ok, code, detail, seen, total, last_success)
			values ($1, $2, $3, $4, $5, $6, $7, case when $3 then now() end)
			on conflict (mailbox_id, side) do update set ok = $3, code = $4, detail = $5, seen = $6, total = $7, checked_at = now(),
				since = case when (mailbox_states.ok, mailbox_states.code) = ($3, $4) then mailbox_states.since else now() end,
				last_success = case when $3 then now() else mailbox_states.last_success end`,
			mailbox, side, h.ok, h.code, h.detail, h.seen, h.total); err != nil {
			return wrap("mailbox state", err)
		}
		tx.Emit("mailbox.state", mailboxObject(mailbox), "staff")
		kind := "mailbox.receiving"
		if side == sideOut {
			kind = "mailbox.sending"
		}
		if !h.ok {
			return alarm.Raise(ctx, tx, kind, mailboxObject(mailbox), h.code, map[string]any{"detail": h.detail})
		}
		return e.clear(ctx, tx, kind, mailbox)
	})
}

// clear ends the alarm of a direction when all its sides are well.
func (e *Email) clear(ctx context.Context, tx *authority.Tx, kind string, mailbox int64) error {
	var ill bool
	if err := tx.QueryRow(ctx, `select exists (select from mailbox_states where mailbox_id = $1 and not ok and (side = 'out') = ($2 = 'mailbox.sending'))`, mailbox, kind).Scan(&ill); err != nil || ill {
		return wrap("mailbox state", err)
	}
	return alarm.Clear(ctx, tx, kind, mailboxObject(mailbox))
}

// Status is a mailbox as its page shows it.
type Status struct {
	Mailbox
	HandIn      *HandIn    `json:"hand_in" doc:"where mail for this mailbox can be handed to the program; null: nowhere"`
	State       State      `json:"state"`
	SentHour    int        `json:"sent_hour" doc:"recipients that mail was sent to in the last 60 minutes"`
	SentDay     int        `json:"sent_day" doc:"the same in the last 24 hours"`
	Held        int        `json:"held" doc:"mails that wait because of a limit, counted to 1000"`
	SlowUntil   *time.Time `json:"slow_until" doc:"until when nothing is sent because the provider said that it was too many"`
	Waiting     int        `json:"waiting" doc:"mails kept and not yet read, counted to 1000"`
	SetAside    int        `json:"set_aside" doc:"automatic mail that belongs to no ticket, counted to 1000"`
	Quarantined int        `json:"quarantined" doc:"mails that could not be read, counted to 1000"`
}

// HandIn is a port at which mail servers hand over mail.
type HandIn struct {
	Protocol string `json:"protocol" enum:"smtp,lmtp"`
	Address  string `json:"address" doc:"host:port on which the program listens"`
}

// State is how both directions of a mailbox do; null: nothing was tried yet.
type State struct {
	Receiving *Side `json:"receiving"`
	Sending   *Side `json:"sending"`
}

// Side is how one direction of a mailbox does.
type Side struct {
	OK          bool       `json:"ok"`
	Code        string     `json:"error" doc:"what is wrong, as a code that the desk has words for"`
	Detail      string     `json:"detail" doc:"the server's words"`
	Since       time.Time  `json:"since"`
	LastSuccess *time.Time `json:"last_success"`
	LagSeconds  float64    `json:"lag_s" doc:"since the last success, when it is not well"`
	Folders     []Folder   `json:"folders,omitempty"`
}

// Folder is how far a folder has been read.
type Folder struct {
	Name  string `json:"name"`
	Seen  int64  `json:"seen"`
	Total int64  `json:"total"`
	OK    bool   `json:"ok"`
	Code  string `json:"error"`
}

// Mailboxes lists all mailboxes with their state, for those who may see them.
func (e *Email) Mailboxes(ctx context.Context, by authority.Actor) ([]Status, error) {
	out := []Status{}
	err := e.gate.View(ctx, by, func(q authority.Query) error {
		if err := e.may(ctx, q, by, "mailbox.view"); err != nil {
			return err
		}
		rows, err := q.Query(ctx, `select `+mailboxColumns+` from mailboxes order by id limit 500`)
		if err != nil {
			return wrap("mailboxes", err)
		}
		boxes, err := pgx.CollectRows(rows, scanMailbox)
		if err != nil {
			return wrap("mailboxes", err)
		}
		for _, m := range boxes {
			s := Status{Mailbox: m, HandIn: e.handIn.Load()}
			if err := s.read(ctx, q); err != nil {
				return err
			}
			out = append(out, s)
		}
		return nil
	})
	return out, err
}

func (s *Status) read(ctx context.Context, q authority.Query) error {
	if err := q.QueryRow(ctx, `select coalesce(sum(reach) filter (where sending_at > now() - interval '1 hour'), 0), coalesce(sum(reach), 0),
			(select count(*) from (select from deliveries where state = 'queued' and account_id = $1 and channel = 'email' and detail = any ($2) limit 1000) n),
			(select slowed_until from mailboxes where id = $1 and slowed_until > now())
		from deliveries where account_id = $1 and channel = 'email' and sending_at > now() - interval '1 day'`, s.ID, allLimits).
		Scan(&s.SentHour, &s.SentDay, &s.Held, &s.SlowUntil); err != nil {
		return wrap("what was sent", err)
	}
	if err := q.QueryRow(ctx, `select (select count(*) from (select from raw_mails where state = 'new' and mailbox_id = $1 limit 1000) n),
			(select count(*) from (select from raw_mails where state = 'set_aside' and mailbox_id = $1 limit 1000) n),
			(select count(*) from (select from raw_mails where state = 'quarantined' and mailbox_id = $1 limit 1000) n)`, s.ID).
		Scan(&s.Waiting, &s.SetAside, &s.Quarantined); err != nil {
		return wrap("waiting mails", err)
	}
	rows, err := q.Query(ctx, `select side, ok, code, detail, since, last_success, seen, total,
		case when ok then 0 else extract(epoch from now() - coalesce(last_success, since)) end::float8 from mailbox_states where mailbox_id = $1 order by side`, s.ID)
	if err != nil {
		return wrap("mailbox state", err)
	}
	var side string
	var x Side
	var f Folder
	_, err = pgx.ForEachRow(rows, []any{&side, &x.OK, &x.Code, &x.Detail, &x.Since, &x.LastSuccess, &f.Seen, &f.Total, &x.LagSeconds}, func() error {
		if side == sideOut {
			out := x
			s.State.Sending = &out
			return nil
		}
		f.Name, f.OK, f.Code = strings.TrimPrefix(side, sideIn), x.OK, x.Code
		s.State.add(x, f)
		return nil
	})
	return wrap("mailbox state", err)
}

// add adds a folder: one that fails makes the side fail.
func (s *State) add(x Side, f Folder) {
	if s.Receiving == nil {
		x.Folders = nil
		s.Receiving = &x
	} else if s.Receiving.OK && !x.OK {
		x.Folders = s.Receiving.Folders
		s.Receiving = &x
	}
	s.Receiving.Folders = append(s.Receiving.Folders, f)
}
