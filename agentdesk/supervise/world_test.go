package supervise_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"frontline/agentdesk"
	"frontline/agentdesk/supervise"
	"frontline/crm"
	"frontline/internal/alarm"
	"frontline/internal/authority"
	"frontline/internal/blob"
	"frontline/internal/web"
	"frontline/internal/web/webtest"
	"frontline/tickets"
)

// world is an office with queues, in which contacts are put down as they would have come about.
type world struct {
	*webtest.Office
	t       testing.TB
	tickets *tickets.Tickets
	sup     *supervise.Supervision
	boss    authority.Actor
	web     *webtest.Server
	n       int
}

// outbox takes answers and sends none: nothing here is about mail.
type outbox struct{}

func (outbox) Queue(context.Context, *authority.Tx, tickets.Outbound) ([]string, error) {
	return nil, nil
}

// nine is nine o'clock of a working day in Shanghai, long ago.
var nine = time.Date(2026, 1, 5, 1, 0, 0, 0, time.UTC)

// at is a time of that day, "09:00:30".
func at(clock string) time.Time {
	if clock == "" {
		return time.Time{}
	}
	c, err := time.Parse("15:04:05", clock)
	if err != nil {
		panic(err)
	}
	return nine.Add(time.Duration(c.Hour()-9)*time.Hour + time.Duration(c.Minute())*time.Minute + time.Duration(c.Second())*time.Second)
}

func newWorld(t testing.TB) *world {
	t.Helper()
	w := &world{Office: webtest.Open(t, agentdesk.Schemas()...), t: t}
	files, err := blob.Folder(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	w.tickets = tickets.New(w.Gate, crm.New(w.Gate), files, outbox{})
	w.sup = supervise.New(w.Gate, w.tickets)
	w.boss = w.Hire("boss", "supervisor")
	alarms := alarm.New(w.Gate)
	w.web = w.Serve(func(s *web.Server) { w.sup.Routes(s); alarms.Routes(s) })
	return w
}

// write changes rows under an act, as the program would.
func (w *world) write(sql string, args ...any) (id int64) {
	w.t.Helper()
	err := w.Gate.Do(w.t.Context(), authority.System("router"), func(tx *authority.Tx) error {
		if err := tx.Allow(w.t.Context(), authority.Act{Name: "entry.route", Object: "test"}); err != nil {
			return err
		}
		return tx.QueryRow(w.t.Context(), sql, args...).Scan(&id)
	})
	if err != nil {
		w.t.Fatalf("%s: %v", sql, err)
	}
	return id
}

// queue makes a queue of everybody; within is T in seconds, 0 for the company's.
func (w *world) queue(name string, within int) int64 {
	w.t.Helper()
	rules := `{}`
	if within > 0 {
		rules = fmt.Sprintf(`{"service_level":{"percent":80,"within_s":%d}}`, within)
	}
	return w.write(`insert into queues (name, rules) values ($1, $2) returning id`, name, rules)
}

func (w *world) ticket(queue int64, channel string, when time.Time) int64 {
	w.t.Helper()
	w.n++
	who := w.write(`insert into contacts (name) values ('Zhang') returning id`)
	return w.write(`insert into tickets (subject, channel, queue_id, contact_id, created_at, last_at) values ($1, $2, $3, $4, $5, $5) returning id`,
		fmt.Sprint("case ", w.n), channel, queue, who, when)
}

// stay is a stay in a queue; times are of the day, empty where it did not happen.
type stay struct {
	channel                        string
	entered, answered, wrap, ended string
	outcome                        string
	agent                          authority.Actor
	ticket                         int64
	state                          string
}

func or(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func (w *world) stay(queue int64, s stay) (entry, ticket int64) {
	w.t.Helper()
	if s.channel == "" {
		s.channel = "phone"
	}
	if s.ticket == 0 {
		s.ticket = w.ticket(queue, s.channel, at(s.entered))
	}
	if s.state == "" {
		switch {
		case s.ended != "":
			s.state = "ended"
		case s.answered != "":
			s.state = "in_hand"
		default:
			s.state = "waiting"
		}
	}
	var agent *int64
	if s.agent.ID != 0 {
		agent = &s.agent.ID
	}
	id := w.write(`insert into entries (ticket_id, queue_id, channel, state, arrived_at, entered_at, answered_at, wrap_up_at, ended_at, outcome, agent_id)
		values ($1, $2, $3, $4, $5, $5, $6, $7, $8, $9, $10) returning id`,
		s.ticket, queue, s.channel, s.state, at(s.entered), or(at(s.answered)), or(at(s.wrap)), or(at(s.ended)), s.outcome, agent)
	return id, s.ticket
}

// offer is what an agent was asked.
func (w *world) offer(entry, ticket, queue int64, agent authority.Actor, channel, made, ended, state string, auto bool) int64 {
	w.t.Helper()
	expires := or(at(made).Add(20 * time.Second))
	if auto {
		expires = nil
	}
	return w.write(`insert into offers (entry_id, ticket_id, queue_id, agent_id, channel, state, made_at, expires_at, ended_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning id`,
		entry, ticket, queue, agent.ID, channel, state, at(made), expires, or(at(ended)))
}

// says puts a message into a ticket: by its customer, or by an agent.
func (w *world) says(ticket int64, clock string, by authority.Actor, auto bool) int64 {
	w.t.Helper()
	direction, kind := "in", "contact"
	if by.Kind == authority.Agent {
		direction, kind = "out", "agent"
	}
	id := w.write(`insert into messages (ticket_id, at, direction, author_kind, author_id, text, auto) values ($1, $2, $3, $4, $5, 'x', $6) returning id`,
		ticket, at(clock), direction, kind, by.ID, auto)
	w.write(`update tickets set last_at = $2 where id = $1 returning id`, ticket, at(clock))
	return id
}

func (w *world) was(agent authority.Actor, presence, from, until string) {
	w.t.Helper()
	w.write(`insert into presences (agent_id, presence, from_at, until_at) values ($1, $2, $3, $4) returning id`, agent.ID, presence, at(from), or(at(until)))
}

// day is the whole of that day, or of one who is named in it.
func day(s supervise.Scope) supervise.Scope {
	s.From, s.To = nine.Add(-9*time.Hour), nine.Add(15*time.Hour)
	return s
}

// counts fails unless the measure has the value (−1: none) and is counted from so many rows.
func (w *world) counts(name string, in supervise.Scope, value float64, cases int64) {
	w.t.Helper()
	got, err := w.sup.Figure(w.t.Context(), w.boss, name, in)
	if err != nil {
		w.t.Fatalf("%s: %v", name, err)
	}
	have := -1.0
	if got.Value != nil {
		have = *got.Value
	}
	if diff := have - value; diff > 0.0005 || diff < -0.0005 || got.Cases != cases {
		w.t.Errorf("%s = %.4f of %d rows, want %.4f of %d", name, have, got.Cases, value, cases)
	}
	rows, err := w.sup.Rows(w.t.Context(), w.boss, name, in, nil, 1000)
	if err != nil {
		w.t.Fatalf("rows of %s: %v", name, err)
	}
	if int64(len(rows)) != cases {
		w.t.Errorf("%s opens into %d rows, want %d", name, len(rows), cases)
	}
}

// parts are how many rows of a measure are of each part.
func (w *world) parts(name string, in supervise.Scope) string {
	w.t.Helper()
	groups, err := w.sup.Groups(w.t.Context(), w.boss, name, "part", in)
	if err != nil {
		w.t.Fatal(err)
	}
	var out []string
	for _, g := range groups {
		out = append(out, fmt.Sprintf("%s %d", g.Key, g.Cases))
	}
	return strings.Join(out, ", ")
}
