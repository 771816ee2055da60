package tickets

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync"

	"frontline/internal/alarm"
	"frontline/internal/authority"
	"frontline/internal/fault"
	"frontline/tickets/routing"
	"frontline/tickets/sla"

	"github.com/jackc/pgx/v5"
)

// book is what clocks are computed with: calendars, and every version of every policy. It is not changed once it is read.
type book struct {
	sla.Book
	edition int
	years   []sla.Year         // besides those of the program
	chosen  sla.Policies       // those that new tickets are matched with, in order
	steps   map[sla.Ref][]Step // of every version
}

// shelf keeps the book that was read last, with the calendars' years that were made ready in it.
type shelf struct {
	mu   sync.Mutex
	book *book
	said map[string]bool // alarms that were raised since it was read
}

// edition is the book where it is the one that holds; nil where that was not read yet.
func (s *shelf) edition(n int) *book {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.book == nil || s.book.edition != n {
		return nil
	}
	return s.book
}

// told says whether an alarm was raised since the book was read: that it stands is enough for all that would raise it again.
func (s *shelf) told(key string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.said[key]
}

// tell keeps that alarms were raised.
func (s *shelf) tell(keys []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.said == nil || len(s.said) > 1000 {
		s.said = map[string]bool{}
	}
	for _, k := range keys {
		s.said[k] = true
	}
}

// Hours are when a calendar is open, by its name. The empty name is always open: nil. A calendar that is not there is
// fault.Invalid "unknown_calendar". A part, for whoever reads.
func (t *Tickets) Hours(ctx context.Context, q authority.Query, calendar string) (routing.Hours, error) {
	if calendar == "" {
		return nil, nil //nolint:nilnil // no hours: always open, as routing has it
	}
	b, err := t.book(ctx, q)
	if err != nil {
		return nil, err
	}
	h := b.Hours[calendar]
	if h == nil {
		return nil, fault.BadField("calendar", "unknown_calendar", "calendar", calendar)
	}
	return h, nil
}

// book is the current one. What it costs is one row, unless a calendar or a policy was saved since.
func (t *Tickets) book(ctx context.Context, q authority.Query) (*book, error) {
	var edition int
	if err := q.QueryRow(ctx, `select book from clock_settings`).Scan(&edition); err != nil {
		return nil, fmt.Errorf("edition of calendars: %w", err)
	}
	if kept := t.shelf.edition(edition); kept != nil {
		return kept, nil
	}
	b, err := readBook(ctx, q)
	if err != nil {
		return nil, err
	}
	t.shelf.mu.Lock()
	defer t.shelf.mu.Unlock()
	if t.shelf.book == nil || t.shelf.book.edition < b.edition {
		t.shelf.book, t.shelf.said = b, nil
	}
	return b, nil
}

// readBook reads all of it. The edition is read first: what is saved meanwhile is then read once more, and never missed.
func readBook(ctx context.Context, q authority.Query) (*book, error) {
	b := &book{Book: sla.Book{Hours: map[string]*sla.Hours{}, Policies: map[sla.Ref]sla.Policy{}}, steps: map[sla.Ref][]Step{}}
	if err := q.QueryRow(ctx, `select book from clock_settings`).Scan(&b.edition); err != nil {
		return nil, fmt.Errorf("edition of calendars: %w", err)
	}
	var err error
	if b.years, err = readYears(ctx, q); err != nil {
		return nil, err
	}
	calendars, err := readCalendars(ctx, q)
	if err != nil {
		return nil, err
	}
	for _, c := range calendars {
		parsed, err := c.parse()
		if err != nil {
			return nil, fmt.Errorf("calendar %s: %w", c.Name, err)
		}
		if b.Hours[c.Name], err = parsed.Hours(b.years...); err != nil {
			return nil, fmt.Errorf("calendar %s: %w", c.Name, err)
		}
	}
	return b, b.readPolicies(ctx, q)
}

func (b *book) readPolicies(ctx context.Context, q authority.Query) error {
	rows, err := q.Query(ctx, `select name, version, coalesce(place, 0), match, targets, steps from policies order by place, name, version`)
	if err != nil {
		return fmt.Errorf("policies: %w", err)
	}
	var p sla.Policy
	var place int
	var match, steps []byte
	var targets []string
	_, err = pgx.ForEachRow(rows, []any{&p.Name, &p.Version, &place, &match, &targets, &steps}, func() error {
		p.Match, p.Targets = sla.Match{}, nil
		if err := json.Unmarshal(match, &p.Match); err != nil {
			return fmt.Errorf("match of %s: %w", p.Ref(), err)
		}
		for _, text := range targets {
			target, err := sla.ParseTarget(text)
			if err != nil {
				return fmt.Errorf("target of %s: %w", p.Ref(), err)
			}
			p.Targets = append(p.Targets, target)
		}
		var todo []Step
		if err := json.Unmarshal(steps, &todo); err != nil {
			return fmt.Errorf("steps of %s: %w", p.Ref(), err)
		}
		b.Policies[p.Ref()], b.steps[p.Ref()] = p, todo
		if place > 0 {
			b.chosen = append(b.chosen, p)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("policies: %w", err)
	}
	return nil
}

func readYears(ctx context.Context, q authority.Query) ([]sla.Year, error) {
	rows, err := q.Query(ctx, `select body from official_years order by country, year`)
	if err != nil {
		return nil, fmt.Errorf("official years: %w", err)
	}
	bodies, err := pgx.CollectRows(rows, pgx.RowTo[[]byte])
	if err != nil {
		return nil, fmt.Errorf("official years: %w", err)
	}
	var years []sla.Year
	for _, b := range bodies {
		y, err := sla.ParseYear(b)
		if err != nil {
			return nil, fmt.Errorf("official year: %w", err)
		}
		years = append(years, y)
	}
	return years, nil
}

// newEdition tells every node that calendars have changed, and looks again at every promise that is open: it may be due at another
// time now. Alarms about the calendars are over; what is still wrong is found by that look. A part.
func newEdition(ctx context.Context, tx *authority.Tx, calendars []string) error {
	for _, c := range calendars {
		for _, kind := range []string{"calendar", "official_year"} {
			if err := alarm.Clear(ctx, tx, kind, "calendar:"+c); err != nil {
				return err
			}
		}
	}
	b := &pgx.Batch{}
	b.Queue(`update clock_settings set book = book + 1`)
	b.Queue(`update clocks set next_at = now() where due_at is not null or next_at is not null`)
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return fmt.Errorf("new edition of calendars: %w", err)
	}
	tx.Emit("calendar.changed", "calendars", "staff", "routing")
	return nil
}

// officialYears are the years known for each country, in order: of the program and added ones.
func (b *book) officialYears() (out []YearKnown) {
	add := func(y sla.Year, added bool) {
		known := YearKnown{Country: y.Country, Year: y.Year, Papers: y.Papers, Added: added}
		for _, d := range y.Days {
			if d.Off {
				known.Free++
			} else {
				known.Worked++
			}
		}
		i := slices.IndexFunc(out, func(o YearKnown) bool { return o.Country == y.Country && o.Year == y.Year })
		if i >= 0 {
			out[i] = known
			return
		}
		out = append(out, known)
	}
	for _, y := range sla.AllOfficial() {
		add(y, false)
	}
	for _, y := range b.years {
		add(y, true)
	}
	return out
}
