package tickets

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"frontline/internal/authority"
	"frontline/internal/fault"
	"frontline/tickets/sla"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// Calendar says when the company is open, as it is written down; sla.Calendar says what each part means.
type Calendar struct {
	Name     string        `json:"name" minLength:"1" maxLength:"50" doc:"By which policies and queues refer to it, such as 8*5; it cannot be changed"`
	Zone     string        `json:"zone" maxLength:"100" doc:"IANA name, such as Asia/Shanghai"`
	Week     string        `json:"week" maxLength:"2000" doc:"Such as Mon-Fri 09:00-12:00,13:00-18:00; Sat 22:00-06:00, or 8*5, or 24*7"`
	Makeup   []string      `json:"makeup,omitempty" maxItems:"20" doc:"The hours of a weekend day that is worked instead of another, such as 09:00-12:00; without: those of Monday"`
	Official string        `json:"official,omitempty" maxLength:"10" doc:"The country whose announced holidays and make-up workdays apply, such as CN"`
	Days     []CalendarDay `json:"days,omitempty" maxItems:"5000" doc:"Days of the company's own; they win over official ones"`
	From     string        `json:"from,omitempty" maxLength:"10" doc:"First day on which it holds"`
	Until    string        `json:"until,omitempty" maxLength:"10" doc:"Last day on which it holds"`
}

// KeptCalendar is a calendar that was saved.
type KeptCalendar struct {
	ID int64 `json:"id"`
	Calendar
}

// CalendarDay is a day that differs from its week.
type CalendarDay struct {
	Date string   `json:"date" maxLength:"10" doc:"Such as 2026-10-01"`
	Name string   `json:"name,omitempty" maxLength:"100"`
	Work bool     `json:"work" doc:"Worked; else closed"`
	Open []string `json:"open,omitempty" maxItems:"20" doc:"Hours of a worked day; without: those of a make-up day"`
}

// parse reads what is written. A part that cannot be read is fault.Invalid, of its field.
func (c Calendar) parse() (out sla.Calendar, err error) {
	out = sla.Calendar{Name: c.Name, Zone: c.Zone, Official: c.Official}
	if out.Week, err = sla.ParseWeek(c.Week); err != nil {
		return out, named("week", err)
	}
	if out.Makeup, err = parseSpans("makeup", c.Makeup); err != nil {
		return out, err
	}
	for i, d := range c.Days {
		field := fmt.Sprint("days.", i)
		day := sla.Day{Name: d.Name, Work: d.Work}
		if day.Date, err = sla.ParseDate(d.Date); err != nil {
			return out, named(field+".date", err)
		}
		if day.Open, err = parseSpans(field+".open", d.Open); err != nil {
			return out, err
		}
		out.Days = append(out.Days, day)
	}
	for _, d := range []struct {
		name, text string
		to         *sla.Date
	}{{"from", c.From, &out.From}, {"until", c.Until, &out.Until}} {
		if err := d.to.UnmarshalText([]byte(d.text)); err != nil {
			return out, named(d.name, err)
		}
	}
	return out, nil
}

func parseSpans(field string, texts []string) (out []sla.Span, err error) {
	for i, s := range texts {
		span, err := sla.ParseSpan(s)
		if err != nil {
			return nil, named(fmt.Sprint(field, ".", i), err)
		}
		out = append(out, span)
	}
	return out, nil
}

// named is a fault of one field, under the name that the field has for the caller.
func named(field string, err error) error {
	var f *fault.Fault
	if !errors.As(err, &f) || len(f.Fields) != 1 {
		return err
	}
	out := *f
	out.Fields = []fault.Field{{Name: field, Code: f.Fields[0].Code, Args: f.Fields[0].Args}}
	return &out
}

func readCalendars(ctx context.Context, q authority.Query) ([]KeptCalendar, error) {
	rows, err := q.Query(ctx, `select id, name, zone, week, makeup, official, days, from_day, until_day from calendars order by name`)
	if err != nil {
		return nil, fmt.Errorf("calendars: %w", err)
	}
	out, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (c KeptCalendar, err error) {
		return c, r.Scan(&c.ID, &c.Name, &c.Zone, &c.Week, &c.Makeup, &c.Official, &c.Days, &c.From, &c.Until)
	})
	if err != nil {
		return nil, fmt.Errorf("calendars: %w", err)
	}
	return out, nil
}

// YearKnown is a year whose official holidays are known.
type YearKnown struct {
	Country string   `json:"country"`
	Year    int      `json:"year"`
	Papers  []string `json:"papers" doc:"The notices it was taken from"`
	Free    int      `json:"free" doc:"Days that are free"`
	Worked  int      `json:"worked" doc:"Days of a weekend that are worked"`
	Added   bool     `json:"added" doc:"Added here; else it came with the program"`
}

// Calendars are all, with the official years that they may follow.
type Calendars struct {
	Items []KeptCalendar `json:"items"`
	Years []YearKnown    `json:"years"`
}

// Calendars lists the calendars by name, and the official years.
func (t *Tickets) Calendars(ctx context.Context, by authority.Actor) (out Calendars, err error) {
	err = t.gate.View(ctx, by, func(q authority.Query) error {
		if out.Items, err = readCalendars(ctx, q); err != nil {
			return err
		}
		b, err := t.book(ctx, q)
		if err == nil {
			out.Years = b.officialYears()
		}
		return err
	})
	return out, err
}

// SaveCalendar makes a calendar (id 0) or changes one; its name stays. A calendar that never opens is fault.Invalid "never_opens". What
// is promised by it is due when the changed calendar says.
func (t *Tickets) SaveCalendar(ctx context.Context, by authority.Actor, id int64, c Calendar) (int64, error) {
	err := t.gate.Do(ctx, by, func(tx *authority.Tx) error {
		if err := tx.Allow(ctx, authority.Act{Name: "calendar.edit", Object: fmt.Sprint("calendar:", id)}); err != nil {
			return err
		}
		if id != 0 {
			if err := tx.QueryRow(ctx, `select name from calendars where id = $1 for update`, id).Scan(&c.Name); err != nil {
				return notFound(err, "calendar")
			}
		}
		if err := t.usable(ctx, tx, c); err != nil {
			return err
		}
		err := writeCalendar(ctx, tx, &id, c)
		var p *pgconn.PgError
		if errors.As(err, &p) && p.Code == "23505" {
			return fault.New(fault.Conflict, "name_taken", "name", c.Name)
		}
		if err != nil {
			return fmt.Errorf("save the calendar: %w", err)
		}
		tx.Return(Added{id})
		return newEdition(ctx, tx, []string{c.Name})
	})
	return id, err
}

// usable refuses a calendar that cannot be read, or never opens.
func (t *Tickets) usable(ctx context.Context, q authority.Query, c Calendar) error {
	_, err := t.draw(ctx, q, c)
	return err
}

// draw makes the hours of a calendar that may not have been saved.
func (t *Tickets) draw(ctx context.Context, q authority.Query, c Calendar) (*sla.Hours, error) {
	parsed, err := c.parse()
	if err != nil {
		return nil, err
	}
	b, err := t.book(ctx, q)
	if err != nil {
		return nil, err
	}
	return parsed.Hours(b.years...)
}

func writeCalendar(ctx context.Context, tx *authority.Tx, id *int64, c Calendar) error {
	days, err := json.Marshal(c.Days)
	if err != nil {
		return err
	}
	if c.Days == nil {
		days = []byte(`[]`)
	}
	if c.Makeup == nil {
		c.Makeup = []string{}
	}
	if *id == 0 {
		return tx.QueryRow(ctx, `insert into calendars (name, zone, week, makeup, official, days, from_day, until_day) values ($1, $2, $3, $4, $5, $6, $7, $8) returning id`,
			c.Name, c.Zone, c.Week, c.Makeup, c.Official, days, c.From, c.Until).Scan(id)
	}
	_, err = tx.Exec(ctx, `update calendars set zone = $2, week = $3, makeup = $4, official = $5, days = $6, from_day = $7, until_day = $8, updated_at = now() where id = $1`,
		*id, c.Zone, c.Week, c.Makeup, c.Official, days, c.From, c.Until)
	return err
}

// AddYear adds what a government announced for a year, or puts it in the place of what was known of that year. body is as sla.ParseYear
// reads it. Every promise that reaches into the year is due anew.
func (t *Tickets) AddYear(ctx context.Context, by authority.Actor, body []byte) (YearKnown, error) {
	var known YearKnown
	y, bad := sla.ParseYear(body)
	err := t.gate.Do(ctx, by, func(tx *authority.Tx) error {
		if err := tx.Allow(ctx, authority.Act{Name: "calendar.edit", Object: fmt.Sprint("year:", y.Country, ":", y.Year)}); err != nil {
			return err
		}
		if bad != nil {
			return bad
		}
		if _, err := tx.Exec(ctx, `insert into official_years (country, year, body) values ($1, $2, $3)
			on conflict (country, year) do update set body = $3, updated_at = now()`, y.Country, y.Year, body); err != nil {
			return fmt.Errorf("add the year: %w", err)
		}
		b := book{years: []sla.Year{y}}
		all := b.officialYears()
		known = all[slices.IndexFunc(all, func(k YearKnown) bool { return k.Country == y.Country && k.Year == y.Year })]
		tx.Return(known)
		followers, err := tx.Query(ctx, `select name from calendars where official = $1`, y.Country)
		if err != nil {
			return fmt.Errorf("who follows the year: %w", err)
		}
		names, err := pgx.CollectRows(followers, pgx.RowTo[string])
		if err != nil {
			return fmt.Errorf("who follows the year: %w", err)
		}
		return newEdition(ctx, tx, names)
	})
	return known, err
}

// Trial asks what a calendar, which need not be saved, comes to: a month of it, and when a promise is due.
type Trial struct {
	Calendar Calendar  `json:"calendar"`
	Month    string    `json:"month,omitempty" maxLength:"7" doc:"To be drawn, such as 2026-10"`
	From     time.Time `json:"from,omitzero" doc:"When the promise begins; absent: now"`
	Target   string    `json:"target,omitempty" maxLength:"300" doc:"The promise, such as: resolution within 4 h"`
}

// Tried is the answer to a Trial.
type Tried struct {
	Days  []DrawnDay `json:"days" doc:"Of the month that was asked for"`
	Due   *time.Time `json:"due,omitempty" doc:"When the promise is due; absent: it is never reached"`
	Open  bool       `json:"open" doc:"Whether it is open when the promise begins"`
	Words string     `json:"words,omitempty" doc:"The promise as it was understood, in the caller's language"`
	Known bool       `json:"known" doc:"The official holidays that the answer needs are known"`
}

// DrawnDay is a day as it is drawn.
type DrawnDay struct {
	Date  string   `json:"date"`
	Kind  string   `json:"kind" enum:"ordinary,holiday,makeup,own_hours,not_valid,not_known"`
	Name  string   `json:"name,omitempty" doc:"Of the holiday"`
	Open  []string `json:"open" doc:"Spans that begin on the day, such as 09:00-12:00"`
	Hours float64  `json:"hours" doc:"How long it is open, as clocks count it"`
}

// TryCalendar draws a month of a calendar and says when a promise by it is due, in the caller's language (zh or en).
func (t *Tickets) TryCalendar(ctx context.Context, by authority.Actor, in Trial, lang string) (out Tried, err error) {
	out.Days, out.Known = []DrawnDay{}, true
	err = t.gate.View(ctx, by, func(q authority.Query) error {
		h, err := t.draw(ctx, q, in.Calendar)
		if err != nil {
			return within("calendar", err)
		}
		if in.Month != "" {
			month, err := time.Parse("2006-01", in.Month)
			if err != nil {
				return fault.BadField("month", "bad_day", "from", 1970, "to", 2199)
			}
			out.draw(h.Month(month.Year(), month.Month()))
		}
		if in.From.IsZero() {
			if err := q.QueryRow(ctx, `select now()`).Scan(&in.From); err != nil {
				return fmt.Errorf("now: %w", err)
			}
		}
		out.Open = h.Open(in.From)
		if strings.TrimSpace(in.Target) == "" {
			return nil
		}
		return out.reckon(h, in, lang)
	})
	return out, err
}

func (out *Tried) draw(days []sla.Drawn) {
	for _, d := range days {
		day := DrawnDay{Date: d.Date.String(), Kind: d.Kind, Name: d.Name, Open: []string{}}
		for _, o := range d.Open {
			day.Open = append(day.Open, o.Span.String())
			day.Hours += o.To.Sub(o.From).Hours()
		}
		out.Days = append(out.Days, day)
	}
}

// reckon says when the promise is due. It is by the calendar that is tried, whether or not it is named.
func (out *Tried) reckon(h *sla.Hours, in Trial, lang string) error {
	target, err := sla.ParseTarget(in.Target)
	if err != nil {
		quoted := fmt.Sprintf("%s of %q", in.Target, in.Calendar.Name)
		if target, err = sla.ParseTarget(quoted); err != nil {
			return named("target", err)
		}
	}
	target.Calendar = in.Calendar.Name
	out.Words = target.Text(lang)
	if due, ok := target.Due(h, in.From); ok {
		out.Due = &due
		out.Known = len(h.Missing(in.From, due)) == 0
	}
	return nil
}
