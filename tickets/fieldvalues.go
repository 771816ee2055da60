package tickets

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"frontline/internal/authority"
	"frontline/internal/fault"
	"frontline/internal/plain"

	"github.com/jackc/pgx/v5"
	"github.com/shopspring/decimal"
)

// fieldChange is what an edit makes of a ticket's fields.
type fieldChange struct {
	now    map[string]any // all values afterwards; nil: nothing changes
	events []Changed
}

func (c fieldChange) tell(b *pgx.Batch, ticket int64, by authority.Actor) {
	for _, e := range c.events {
		queueEvent(b, ticket, by, e)
	}
}

// changeFields checks the values that an edit sets, and that nothing is missing that an agent must have filled in who
// resolves or closes.
func (t *Tickets) changeFields(ctx context.Context, tx *authority.Tx, was map[string]any, e Edit) (fieldChange, error) {
	ends := e.State != nil && (*e.State == "resolved" || *e.State == "closed") && tx.By.Kind == authority.Agent
	if len(e.Fields) == 0 && !ends {
		return fieldChange{}, nil
	}
	known, err := fieldsSeen(ctx, tx, tx.By)
	if err != nil {
		return fieldChange{}, err
	}
	var c fieldChange
	now := maps.Clone(was)
	for _, key := range slices.Sorted(maps.Keys(e.Fields)) {
		f, err := fieldOf(known, key)
		if err != nil {
			return fieldChange{}, err
		}
		v, err := f.value(e.Fields[key])
		if err != nil {
			return fieldChange{}, err
		}
		old := now[key]
		if reflect.DeepEqual(old, v) {
			continue
		}
		if v == nil {
			delete(now, key)
		} else {
			now[key] = v
		}
		c.now = now
		told := Changed{Name: "field:" + key, From: old, To: v}
		if len(f.Roles) > 0 {
			told.From, told.To = nil, nil // the timeline is read by all
		}
		c.events = append(c.events, told)
	}
	if ends {
		return c, complete(known, now)
	}
	return c, nil
}

// complete refuses where a required field has no value.
func complete(known []Field, values map[string]any) error {
	for _, f := range known {
		if f.Required && !f.Retired && values[f.Key] == nil {
			return fault.BadField("fields."+f.Key, "required")
		}
	}
	return nil
}

func fieldOf(known []Field, key string) (Field, error) {
	i := slices.IndexFunc(known, func(f Field) bool { return f.Key == key })
	if i < 0 {
		return Field{}, fault.BadField("fields."+plain.Line(key, 50), "unknown")
	}
	return known[i], nil
}

// value makes a value, as JSON has it, one of the field; nil stays nil.
func (f Field) value(v any) (any, error) {
	bad := func(code string, kv ...any) (any, error) { return nil, fault.BadField("fields."+f.Key, code, kv...) }
	if v == nil || v == "" {
		return nil, nil
	}
	switch f.Type {
	case "text":
		s, ok := v.(string)
		switch {
		case !ok:
			return bad("not_string")
		case !plain.Short(s, maxFieldText):
			return bad("too_long", "max", maxFieldText)
		}
		if s = strings.TrimSpace(plain.Text(s, maxFieldText)); s == "" {
			return nil, nil
		}
		return s, nil
	case "yes_no":
		if _, ok := v.(bool); !ok {
			return bad("not_boolean")
		}
		return v, nil
	case "date":
		s, _ := v.(string)
		if _, err := time.Parse(time.DateOnly, s); err != nil {
			return bad("bad_date")
		}
		return s, nil
	case "choice":
		s, _ := v.(string)
		if !slices.ContainsFunc(f.Choices, func(c Choosy) bool { return c.Key == s }) {
			return bad("not_a_choice")
		}
		return s, nil
	case "number":
		d, ok := decimalOf(v)
		if !ok {
			return bad("not_number")
		}
		n, _ := d.Float64() // as JSON reads it back
		if d.Abs().GreaterThan(maxNumber) || d.Exponent() < -maxPlaces {
			return bad("out_of_range")
		}
		return n, nil
	case "money":
		m, _ := v.(map[string]any)
		d, ok := decimalOf(m["amount"])
		currency, _ := m["currency"].(string)
		if !ok || len(m) != 2 || len(currency) != 3 || strings.ToUpper(currency) != currency || d.Abs().GreaterThan(maxNumber) || !d.Equal(d.Round(2)) {
			return bad("bad_money")
		}
		return map[string]any{"amount": d.StringFixed(2), "currency": currency}, nil
	}
	return nil, fmt.Errorf("field %s has the type %q", f.Key, f.Type)
}

const (
	maxFieldText = 2000
	maxPlaces    = 10
)

// maxNumber is what a double has to its last whole digit.
var maxNumber = decimal.New(1, 15)

// decimalOf reads a number as it was written, from a JSON number or a text.
func decimalOf(v any) (decimal.Decimal, bool) {
	var s string
	switch v := v.(type) {
	case float64:
		s = strconv.FormatFloat(v, 'g', -1, 64)
	case json.Number:
		s = v.String()
	case string:
		s = strings.TrimSpace(v)
	}
	if s == "" || len(s) > 40 {
		return decimal.Decimal{}, false
	}
	d, err := decimal.NewFromString(s)
	return d, err == nil && d.Exponent() < 40 && d.Exponent() > -40
}

// seenFields are a ticket's values without those that the actor may not see.
func seenFields(known []Field, values map[string]any) map[string]any {
	out := map[string]any{}
	for _, f := range known {
		if v, ok := values[f.Key]; ok {
			out[f.Key] = v
		}
	}
	return out
}
