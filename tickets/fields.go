package tickets

import (
	"context"
	"fmt"
	"regexp"
	"slices"

	"frontline/internal/authority"
	"frontline/internal/fault"
	"frontline/internal/plain"

	"github.com/jackc/pgx/v5"
)

// Field is something that a house wants to know of its tickets, besides what all have.
type Field struct {
	Key      string   `json:"key" doc:"Its name for programs; does not change"`
	Name     string   `json:"name" minLength:"1" maxLength:"100"`
	NameEn   string   `json:"name_en" required:"false" maxLength:"100"`
	Type     string   `json:"type" enum:"text,number,date,choice,yes_no,money"`
	Choices  []Choosy `json:"choices" required:"false" maxItems:"200" doc:"Of type choice"`
	Required bool     `json:"required" required:"false" doc:"When an agent resolves or closes a ticket"`
	Roles    []string `json:"roles" required:"false" maxItems:"8" doc:"Who sees it; empty: everybody"`
	Position int      `json:"position" required:"false"`
	Retired  bool     `json:"retired" required:"false" doc:"Kept where it is set, offered no more"`
}

// Choosy is one of the values that a field of type choice can have.
type Choosy struct {
	Key    string `json:"key" minLength:"1" maxLength:"50"`
	Name   string `json:"name" minLength:"1" maxLength:"100"`
	NameEn string `json:"name_en" required:"false" maxLength:"100"`
}

const (
	maxFields    = 100
	fieldColumns = `select key, name, name_en, type, choices, required, roles, position, retired from ticket_fields`
)

// Fields lists the fields that the actor may see, retired ones last.
func (t *Tickets) Fields(ctx context.Context, by authority.Actor) (out []Field, err error) {
	err = t.gate.View(ctx, by, func(q authority.Query) error {
		out, err = fieldsSeen(ctx, q, by)
		return err
	})
	return out, err
}

func fieldsSeen(ctx context.Context, q authority.Query, by authority.Actor) ([]Field, error) {
	rows, err := q.Query(ctx, fieldColumns+` where $1 or roles = '{}' or roles && (select roles from agents where id = my_agent()) order by retired, position, key`,
		by.Kind == authority.Program)
	if err != nil {
		return nil, fmt.Errorf("fields: %w", err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Field])
	if err != nil {
		return nil, fmt.Errorf("fields: %w", err)
	}
	return out, nil
}

var fieldKey = regexp.MustCompile(`^[a-z][a-z0-9_]{0,49}$`)

// SaveField makes a field or changes it. Its type stays what it was: fault.Conflict "field_type_stays"; a choice that is
// taken out stays on the tickets that have it.
func (t *Tickets) SaveField(ctx context.Context, by authority.Actor, f Field) error {
	if err := f.check(); err != nil {
		return err
	}
	return t.gate.Do(ctx, by, func(tx *authority.Tx) error {
		if err := tx.Allow(ctx, authority.Act{Name: "field.edit", Object: "field:" + f.Key}); err != nil {
			return err
		}
		var was *string
		var n int
		if err := tx.QueryRow(ctx, `select (select type::text from ticket_fields where key = $1), (select count(*) from ticket_fields)`, f.Key).Scan(&was, &n); err != nil {
			return fmt.Errorf("field: %w", err)
		}
		switch {
		case was != nil && *was != f.Type:
			return fault.New(fault.Conflict, "field_type_stays", "type", *was)
		case was == nil && n >= maxFields:
			return fault.BadField("key", "too_many", "max", maxFields)
		}
		_, err := tx.Exec(ctx, `insert into ticket_fields (key, name, name_en, type, choices, required, roles, position, retired) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
			on conflict (key) do update set name = $2, name_en = $3, choices = $5, required = $6, roles = $7, position = $8, retired = $9`,
			f.Key, f.Name, f.NameEn, f.Type, f.Choices, f.Required, f.Roles, f.Position, f.Retired)
		if err != nil {
			return fmt.Errorf("keep the field: %w", err)
		}
		tx.Emit("field.changed", "field:"+f.Key, "staff")
		return nil
	})
}

var fieldTypes = []string{"text", "number", "date", "choice", "yes_no", "money"}

var roles = []string{
	authority.RoleAgent, authority.RoleEngineer, authority.RoleDispatcher, authority.RoleSupervisor,
	authority.RoleSales, authority.RoleEditor, authority.RoleManager, authority.RoleAdmin,
}

func (f *Field) check() error {
	f.Name, f.NameEn = plain.Line(f.Name, 100), plain.Line(f.NameEn, 100)
	if !fieldKey.MatchString(f.Key) {
		return fault.BadField("key", "bad_field_key")
	}
	if f.Name == "" {
		return fault.BadField("name", "required")
	}
	if !slices.Contains(fieldTypes, f.Type) {
		return fault.BadField("type", "unknown_kind")
	}
	if f.Choices == nil {
		f.Choices = []Choosy{}
	}
	if f.Roles == nil {
		f.Roles = []string{}
	}
	for _, r := range f.Roles {
		if !slices.Contains(roles, r) {
			return fault.BadField("roles", "not_allowed", "allowed", roles)
		}
	}
	if f.Type == "choice" && len(f.Choices) == 0 {
		return fault.BadField("choices", "required")
	}
	seen := map[string]bool{}
	for i := range f.Choices {
		c := &f.Choices[i]
		c.Key, c.Name, c.NameEn = plain.Line(c.Key, 50), plain.Line(c.Name, 100), plain.Line(c.NameEn, 100)
		at := fmt.Sprintf("choices.%d", i)
		switch {
		case f.Type != "choice":
			return fault.BadField("choices", "not_allowed", "allowed", "choice")
		case c.Key == "" || c.Name == "":
			return fault.BadField(at, "required")
		case seen[c.Key]:
			return fault.BadField(at, "duplicate")
		}
		seen[c.Key] = true
	}
	return nil
}
