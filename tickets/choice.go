package tickets

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"frontline/internal/authority"
	"frontline/internal/fault"
	"frontline/internal/plain"

	"github.com/jackc/pgx/v5"
)

// Choice says which tickets a saved view has, and in which order; what is empty chooses all.
type Choice struct {
	States     []string       `json:"states,omitempty" required:"false" maxItems:"5"`
	Queues     []int64        `json:"queues,omitempty" required:"false" maxItems:"50"`
	Assignee   string         `json:"assignee,omitempty" required:"false" maxLength:"20" doc:"me (whoever looks), none, or an agent's id"`
	Channels   []string       `json:"channels,omitempty" required:"false" maxItems:"20"`
	Priorities []int          `json:"priorities,omitempty" required:"false" maxItems:"4"`
	Types      []string       `json:"types,omitempty" required:"false" maxItems:"20"`
	Severities []string       `json:"severities,omitempty" required:"false" maxItems:"20"`
	Tags       []string       `json:"tags,omitempty" required:"false" maxItems:"20" doc:"All of them"`
	Without    []string       `json:"without,omitempty" required:"false" maxItems:"20" doc:"None of these tags"`
	Account    int64          `json:"account,omitempty" required:"false"`
	Contact    int64          `json:"contact,omitempty" required:"false"`
	Words      string         `json:"words,omitempty" required:"false" maxLength:"100" doc:"In the subject"`
	Waits      bool           `json:"waits,omitempty" required:"false" doc:"The customer said the last word"`
	Failed     bool           `json:"failed,omitempty" required:"false" doc:"A message could not be delivered"`
	IdleHours  int            `json:"idle_hours,omitempty" required:"false" minimum:"0" maximum:"100000" doc:"Nothing was said for so long"`
	Fields     map[string]any `json:"fields,omitempty" required:"false" doc:"Fields of the house, by key, with the value they have"`
	Order      string         `json:"order,omitempty" required:"false" enum:"activity,waiting,created,priority" doc:"activity: newest first (also when absent); waiting: oldest activity first; created: newest first; priority: urgent first"`
}

// Orders that a choice can have.
const (
	byActivity = "activity"
	byWaiting  = "waiting"
	byCreation = "created"
	byPriority = "priority"
)

// Looked is how many tickets a choice looks at for a page or a count, those of the latest activity in its states, queue and
// assignee first: what a page costs does not grow with the number of tickets. In orders other than by activity these are all
// that is shown.
const Looked = 5000

// Spot is a place in a choice's list.
type Spot struct {
	At   time.Time `json:"at,omitzero"`
	ID   int64     `json:"id,omitzero"`
	Skip int       `json:"skip,omitzero"`
}

// CheckChoice refuses a choice that means nothing, and makes its words fit to keep. Fields are checked as those that the actor sees.
func (t *Tickets) CheckChoice(ctx context.Context, by authority.Actor, c *Choice) error {
	for _, f := range []struct {
		name string
		ok   bool
	}{
		{"states", all(c.States, func(s string) bool {
			return slices.Contains([]string{"open", "pending", "on_hold", "resolved", "closed"}, s)
		})},
		{"priorities", all(c.Priorities, func(n int) bool { return n >= 1 && n <= 4 })},
		{"channels", all(c.Channels, channelName.MatchString)},
		{"order", slices.Contains([]string{"", byActivity, byWaiting, byCreation, byPriority}, c.Order)},
	} {
		if !f.ok {
			return fault.BadField(f.name, "unknown_kind")
		}
	}
	if c.Assignee != "" && c.Assignee != "me" && c.Assignee != "none" {
		if n, err := strconv.ParseInt(c.Assignee, 10, 64); err != nil || n < 1 {
			return fault.BadField("assignee", "unknown_agent")
		}
	}
	if err := checkTags(slices.Concat(c.Tags, c.Without)); err != nil {
		return err
	}
	c.Words = plain.Line(c.Words, 100)
	c.Types, c.Severities = lines(c.Types, 20), lines(c.Severities, 20)
	known, err := t.Fields(ctx, by)
	if err != nil {
		return err
	}
	for key, v := range c.Fields {
		f, err := fieldOf(known, key)
		if err != nil {
			return err
		}
		if c.Fields[key], err = f.value(v); err != nil {
			return err
		}
	}
	return nil
}

func all[T any](of []T, is func(T) bool) bool {
	return !slices.ContainsFunc(of, func(x T) bool { return !is(x) })
}

// Chosen is a ticket of a choice, with its fields of the house.
type Chosen struct {
	Row
	Fields map[string]any `json:"fields"`
}

// Choose lists the tickets of a choice that the actor may see, from a place on; next is the place after them, nil at the
// end. A page may have fewer tickets than the limit, even none, and still have one after it.
func (t *Tickets) Choose(ctx context.Context, by authority.Actor, c Choice, after Spot, limit int) (rows []Chosen, next *Spot, err error) {
	err = t.gate.View(ctx, by, func(q authority.Query) error {
		known, err := fieldsSeen(ctx, q, by)
		if err != nil {
			return err
		}
		for key := range c.Fields {
			if _, err := fieldOf(known, key); err != nil {
				return err // a hidden field must not be told by what a choice finds
			}
		}
		if rows, next, err = choose(ctx, q, by, c, after, limit); err != nil {
			return err
		}
		return addFields(ctx, q, known, rows)
	})
	return rows, next, err
}

// Tally is how many tickets a choice has.
type Tally struct {
	Count int  `json:"count" doc:"Counted to 1000"`
	More  bool `json:"more" doc:"There may be more: not all tickets were looked at"`
}

// Count counts the tickets of a choice that the actor may see, to CountedTo, among the Looked latest ones.
func (t *Tickets) Count(ctx context.Context, by authority.Actor, c Choice) (n Tally, err error) {
	err = t.gate.View(ctx, by, func(q authority.Query) error {
		known, err := fieldsSeen(ctx, q, by)
		if err != nil {
			return err
		}
		for key := range c.Fields {
			if _, err := fieldOf(known, key); err != nil {
				return err
			}
		}
		s := c.sift(by, Spot{}, Looked)
		var looked int
		if err := q.QueryRow(ctx, `select count(*) filter (where `+s.fits+`), count(*) from (`+s.from+`) t`, s.args...).Scan(&n.Count, &looked); err != nil {
			return fmt.Errorf("count a choice: %w", err)
		}
		n.More = n.Count > CountedTo || looked >= Looked
		n.Count = min(n.Count, CountedTo)
		return nil
	})
	return n, err
}

// sieve is a choice as SQL: which tickets are looked at, and which of these are meant. It is put together from literals, so that
// Postgres sees only the conditions that hold.
type sieve struct {
	from  string // tickets t, of which fits chooses
	fits  string
	order string
	args  []any
}

func (s *sieve) arg(v any) string {
	s.args = append(s.args, v)
	return "$" + strconv.Itoa(len(s.args))
}

func (c Choice) sift(by authority.Actor, after Spot, looked int) *sieve {
	s := &sieve{fits: "true", order: "t.last_at desc, t.id desc"}
	states := c.States
	if len(states) == 0 {
		states = []string{"open", "pending", "on_hold", "resolved", "closed"}
	}
	where := "t.state = s.state"
	before := "<"
	if c.Order == byWaiting {
		s.order, before = "t.last_at, t.id", ">"
	}
	switch c.Assignee {
	case "":
	case "none":
		where += " and t.assignee_id is null"
	case "me":
		where += " and t.assignee_id = " + s.arg(by.ID)
	default:
		where += " and t.assignee_id = " + s.arg(c.Assignee) + "::bigint"
	}
	switch len(c.Queues) {
	case 0:
	case 1:
		where += " and t.queue_id = " + s.arg(c.Queues[0])
	default:
		where += " and t.queue_id = any (" + s.arg(c.Queues) + "::bigint[])"
	}
	if c.Account != 0 {
		where += " and t.account_id = " + s.arg(c.Account)
	}
	if c.Contact != 0 {
		where += " and t.contact_id = " + s.arg(c.Contact)
	}
	if !after.At.IsZero() {
		where += " and (t.last_at, t.id) " + before + " (" + s.arg(after.At) + ", " + s.arg(after.ID) + ")"
	}
	limit := s.arg(looked)
	from := strings.ReplaceAll(s.order, "t.", "p.")
	s.from = `select p.* from unnest(` + s.arg(states) + `::text[]) s(state) cross join lateral (
		select * from tickets t where ` + where + ` order by ` + s.order + ` limit ` + limit + `) p order by ` + from + ` limit ` + limit
	c.fit(s)
	switch c.Order {
	case byCreation:
		s.order = "t.id desc"
	case byPriority:
		s.order = "t.priority, t.last_at desc, t.id desc"
	}
	return s
}

// fit adds the conditions that no index knows.
func (c Choice) fit(s *sieve) {
	and := func(is string) { s.fits += " and " + is }
	if len(c.Channels) > 0 {
		and("t.channel = any (" + s.arg(c.Channels) + "::text[])")
	}
	if len(c.Priorities) > 0 {
		and("t.priority = any (" + s.arg(c.Priorities) + "::int[])")
	}
	if len(c.Types) > 0 {
		and("t.type = any (" + s.arg(c.Types) + "::text[])")
	}
	if len(c.Severities) > 0 {
		and("t.severity = any (" + s.arg(c.Severities) + "::text[])")
	}
	if len(c.Tags) > 0 {
		and("t.tags @> " + s.arg(c.Tags) + "::text[]")
	}
	if len(c.Without) > 0 {
		and("not t.tags && " + s.arg(c.Without) + "::text[]")
	}
	if c.Words != "" {
		and("strpos(lower(t.subject), lower(" + s.arg(c.Words) + ")) > 0")
	}
	if c.Waits {
		and("t.last_direction = 'in'")
	}
	if c.Failed {
		and("t.delivery_failed")
	}
	if c.IdleHours > 0 {
		and("t.last_at < now() - make_interval(hours => " + s.arg(c.IdleHours) + ")")
	}
	if len(c.Fields) > 0 {
		b, err := json.Marshal(c.Fields)
		if err != nil {
			panic(err) // they came from JSON
		}
		and("t.fields @> " + s.arg(string(b)) + "::jsonb")
	}
}

func (c Choice) byTime() bool { return c.Order == "" || c.Order == byActivity || c.Order == byWaiting }

// choose reads a page. By activity it looks at few tickets first, and at more only where these were not enough.
func choose(ctx context.Context, q authority.Query, by authority.Actor, c Choice, after Spot, limit int) ([]Chosen, *Spot, error) {
	if !c.byTime() {
		s := c.sift(by, Spot{}, Looked)
		rows, err := s.read(ctx, q, limit+1, after.Skip)
		if err != nil || len(rows) <= limit {
			return rows, nil, err
		}
		return rows[:limit], &Spot{Skip: after.Skip + limit}, nil
	}
	for _, looked := range []int{4 * limit, Looked} {
		s := c.sift(by, after, looked)
		rows, err := s.read(ctx, q, limit+1, 0)
		if err != nil {
			return nil, nil, err
		}
		if len(rows) > limit {
			last := rows[limit-1]
			return rows[:limit], &Spot{At: last.LastAt, ID: last.ID}, nil
		}
		end, all, err := s.end(ctx, q, looked)
		if err != nil {
			return nil, nil, err
		}
		if all {
			return rows, nil, nil
		}
		if looked == Looked {
			return rows, &end, nil
		}
	}
	return nil, nil, nil
}

func (s *sieve) read(ctx context.Context, q authority.Query, limit, skip int) ([]Chosen, error) {
	args := append(slices.Clone(s.args), limit, skip)
	rows, err := q.Query(ctx, `select `+rowColumns+` from (select t.* from (`+s.from+`) t where `+s.fits+` order by `+s.order+` limit $`+strconv.Itoa(len(s.args)+1)+` offset $`+strconv.Itoa(len(s.args)+2)+`) t`+rowJoins+` order by `+s.order, args...)
	if err != nil {
		return nil, fmt.Errorf("list a choice: %w", err)
	}
	found, err := pgx.CollectRows(rows, scanRow)
	if err != nil {
		return nil, fmt.Errorf("list a choice: %w", err)
	}
	out := make([]Chosen, len(found))
	for i, r := range found {
		out[i].Row = r
	}
	return out, nil
}

// end is the last ticket that was looked at, and whether there was none after it.
func (s *sieve) end(ctx context.Context, q authority.Query, looked int) (end Spot, all bool, err error) {
	var n int
	turned := strings.NewReplacer(" desc", "", "t.last_at, t.id", "t.last_at desc, t.id desc").Replace(s.order)
	err = q.QueryRow(ctx, `select last_at, id, n from (select t.last_at, t.id, count(*) over () n from (`+s.from+`) t where `+s.fits+` or true order by `+turned+` limit 1) x`, s.args...).Scan(&end.At, &end.ID, &n)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) { // no row: nothing was looked at
		return end, false, fmt.Errorf("end of a choice: %w", err)
	}
	return end, n < looked, nil
}

// addFields adds the fields that may be seen to the rows of a page.
func addFields(ctx context.Context, q authority.Query, known []Field, rows []Chosen) error {
	if len(rows) == 0 {
		return nil
	}
	at := map[int64]*Chosen{}
	ids := make([]int64, len(rows))
	for i := range rows {
		rows[i].Fields = map[string]any{}
		ids[i], at[rows[i].ID] = rows[i].ID, &rows[i]
	}
	found, err := q.Query(ctx, `select id, fields from tickets where id = any ($1)`, ids)
	if err != nil {
		return fmt.Errorf("fields of tickets: %w", err)
	}
	var id int64
	var values map[string]any
	_, err = pgx.ForEachRow(found, []any{&id, &values}, func() error {
		at[id].Fields = seenFields(known, values)
		values = nil
		return nil
	})
	if err != nil {
		return fmt.Errorf("fields of tickets: %w", err)
	}
	return nil
}
