package agentdesk

import (
	"context"
	"fmt"
	"strings"

	"frontline/internal/authority"
	"frontline/internal/fault"
	"frontline/internal/plain"
	"frontline/tickets"

	"github.com/jackc/pgx/v5"
)

// Macro is words and changes that are used again and again.
type Macro struct {
	ID      int64 `json:"id"`
	OwnerID int64 `json:"owner_id"`
	MacroEdit
}

// MacroEdit is what a macro is made with, or changed to.
type MacroEdit struct {
	Name   string `json:"name" minLength:"1" maxLength:"100"`
	NameEn string `json:"name_en" required:"false" maxLength:"100"`
	Shared
	Direction string       `json:"direction" required:"false" enum:"out,note" default:"out" doc:"What the words are: a reply, or a note"`
	Text      string       `json:"text" required:"false" maxLength:"20000" doc:"With variables such as {{customer.name}}"`
	TextEn    string       `json:"text_en" required:"false" maxLength:"20000" doc:"For customers whose language is known and not Chinese; empty: text"`
	Deed      tickets.Deed `json:"deed" required:"false"`
}

const (
	maxMacros  = 500 // shown to one
	macroNames = `select id, name, name_en, owner_id, share, team_id, direction, text, text_en, deed from macros`
)

func scanMacro(r pgx.CollectableRow) (m Macro, err error) {
	return m, r.Scan(&m.ID, &m.Name, &m.NameEn, &m.OwnerID, &m.Share, &m.TeamID, &m.Direction, &m.Text, &m.TextEn, &m.Deed)
}

// Macros are those that the actor sees: his own, his teams' and those for all.
func (w *Work) Macros(ctx context.Context, by authority.Actor) ([]Macro, error) {
	return seen(ctx, w.gate, by, scanMacro, func(q authority.Query) (pgx.Rows, error) {
		return q.Query(ctx, macroNames+` order by name, id limit $1`, maxMacros)
	})
}

func (w *Work) macro(ctx context.Context, by authority.Actor, id int64) (Macro, error) {
	return one(seen(ctx, w.gate, by, scanMacro, func(q authority.Query) (pgx.Rows, error) {
		return q.Query(ctx, macroNames+` where id = $1`, id)
	}))
}

// SaveMacro makes a macro (id 0) or changes one. A variable that there is not is fault.Invalid "unknown_variable".
func (w *Work) SaveMacro(ctx context.Context, by authority.Actor, id int64, m MacroEdit) (int64, error) {
	if err := m.fit(); err != nil {
		return 0, err
	}
	err := w.gate.Do(ctx, by, func(tx *authority.Tx) error {
		was, err := mayKeep(ctx, tx, "macro", id, m.Share)
		if err != nil {
			return err
		}
		if id == 0 {
			err = tx.QueryRow(ctx, `insert into macros (name, name_en, owner_id, share, team_id, direction, text, text_en, deed) values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning id`,
				m.Name, m.NameEn, by.ID, m.Share, m.TeamID, m.Direction, m.Text, m.TextEn, m.Deed).Scan(&id)
		} else {
			err = tx.QueryRow(ctx, `update macros set name = $2, name_en = $3, share = $4, team_id = $5, direction = $6, text = $7, text_en = $8, deed = $9, updated_at = now() where id = $1 returning id`,
				id, m.Name, m.NameEn, m.Share, m.TeamID, m.Direction, m.Text, m.TextEn, m.Deed).Scan(&id)
		}
		if err != nil {
			return kept("macro", err)
		}
		tx.Emit("macro.changed", fmt.Sprint("macro:", id), told(by, was, m.Share)...)
		tx.Return(added{ID: id})
		return nil
	})
	return id, err
}

func (m *MacroEdit) fit() error {
	m.Name, m.NameEn = plain.Line(m.Name, 100), plain.Line(m.NameEn, 100)
	m.Text, m.TextEn = plain.Text(m.Text, 20000), plain.Text(m.TextEn, 20000)
	if m.Name == "" {
		return fault.BadField("name", "required")
	}
	if m.Direction == "" {
		m.Direction = "out"
	}
	if m.Direction != "out" && m.Direction != "note" {
		return fault.BadField("direction", "not_allowed", "allowed", "out, note")
	}
	if strings.TrimSpace(m.Text) == "" {
		if m.TextEn != "" {
			return fault.BadField("text", "required")
		}
		if m.Deed.Empty() {
			return fault.BadField("text", "required")
		}
		m.Text = ""
	}
	for _, text := range []string{m.Text, m.TextEn} {
		if _, err := tickets.CheckWords(text); err != nil {
			return err
		}
	}
	if err := m.Deed.Check(); err != nil {
		return err
	}
	return m.check()
}

// DropMacro throws a macro away.
func (w *Work) DropMacro(ctx context.Context, by authority.Actor, id int64) error {
	return w.gate.Do(ctx, by, func(tx *authority.Tx) error {
		was, err := mayKeep(ctx, tx, "macro", id, "me")
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `delete from macros where id = $1`, id); err != nil {
			return fmt.Errorf("drop the macro: %w", err)
		}
		tx.Emit("macro.changed", fmt.Sprint("macro:", id), told(by, was)...)
		return nil
	})
}

// Prepared are a macro's words for one ticket, to be looked at before they are sent.
type Prepared struct {
	Direction string `json:"direction" enum:"out,note"`
	Text      string `json:"text"`
}

// words are the macro's for a customer, in his language.
func (m MacroEdit) words(w tickets.Words) string {
	if w.English() && m.TextEn != "" {
		return w.Fill(m.TextEn)
	}
	return w.Fill(m.Text)
}

// UseMacro does a macro's changes to a ticket and answers its words, which somebody then reads and sends. To ask it twice
// changes nothing more.
func (w *Work) UseMacro(ctx context.Context, by authority.Actor, macro, ticket int64) (Prepared, error) {
	if err := w.tickets.AllowMany(ctx, by, "macro", 1); err != nil {
		return Prepared{}, err
	}
	m, err := w.macro(ctx, by, macro)
	if err != nil {
		return Prepared{}, err
	}
	words, err := w.tickets.WordsOf(ctx, by, ticket)
	if err != nil {
		return Prepared{}, err
	}
	if !m.Deed.Empty() {
		if err := w.tickets.Apply(authority.WithKey(ctx, authority.Once{}), by, ticket, m.Deed, nil); err != nil {
			return Prepared{}, err
		}
	}
	return Prepared{m.Direction, m.words(words)}, nil
}

// Many is one act on many tickets: a deed, a merging, or a macro.
type Many struct {
	Tickets   []int64       `json:"tickets" minItems:"1" maxItems:"500"`
	Deed      *tickets.Deed `json:"deed,omitempty" doc:"Change them"`
	MergeInto int64         `json:"merge_into,omitempty" minimum:"1" doc:"Or merge them into this ticket"`
	Anyway    bool          `json:"anyway,omitempty" doc:"Of a merging: although the customers differ"`
	Macro     int64         `json:"macro,omitempty" minimum:"1" doc:"Or use this macro on each: its words are sent"`
}

// MaxMany is how many tickets one act can be done to.
const MaxMany = 500

// DoMany does one act to many tickets, each in a transaction of its own, and tells what became of each. With an idempotency key in ctx, what
// was done is not done again when the same is asked again.
func (w *Work) DoMany(ctx context.Context, by authority.Actor, m Many) ([]tickets.Outcome, error) {
	if len(m.Tickets) == 0 {
		return nil, fault.BadField("tickets", "required")
	}
	if len(m.Tickets) > MaxMany {
		return nil, fault.BadField("tickets", "too_many", "max", MaxMany)
	}
	if err := tickets.SameTicketOnce(m.Tickets); err != nil {
		return nil, err
	}
	what, do, err := w.act(ctx, by, m)
	if err != nil {
		return nil, err
	}
	if err := w.tickets.AllowMany(ctx, by, what, len(m.Tickets)); err != nil {
		return nil, err
	}
	return w.tickets.Each(ctx, by, m.Tickets, do), nil
}

// act is what is to be done to each.
func (w *Work) act(ctx context.Context, by authority.Actor, m Many) (what string, do func(context.Context, int64) error, err error) {
	given := 0
	if m.Deed != nil {
		given++
		what, do = "edit", func(ctx context.Context, id int64) error { return w.tickets.Apply(ctx, by, id, *m.Deed, nil) }
		if err := m.Deed.Check(); err != nil {
			return "", nil, err
		}
		if m.Deed.Empty() {
			return "", nil, fault.BadField("deed", "required")
		}
	}
	if m.MergeInto != 0 {
		given++
		what, do = "merge", func(ctx context.Context, id int64) error {
			if id == m.MergeInto {
				return nil // it is the one that stays
			}
			return w.tickets.Merge(ctx, by, id, m.MergeInto, m.Anyway)
		}
	}
	if m.Macro != 0 {
		given++
		macro, err := w.macro(ctx, by, m.Macro)
		if err != nil {
			return "", nil, err
		}
		what, do = "macro", func(ctx context.Context, id int64) error { return w.run(ctx, by, macro, id) }
	}
	switch given {
	case 0:
		return "", nil, fault.BadField("deed", "required")
	case 1:
		return what, do, nil
	}
	return "", nil, fault.BadField("deed", "not_both", "other", "merge_into, macro")
}

// run does a macro to a ticket, its words included.
func (w *Work) run(ctx context.Context, by authority.Actor, m Macro, ticket int64) error {
	words, err := w.tickets.WordsOf(ctx, by, ticket)
	if err != nil {
		return err
	}
	if m.Text == "" {
		return w.tickets.Apply(ctx, by, ticket, m.Deed, nil)
	}
	return w.tickets.Apply(ctx, by, ticket, m.Deed, &tickets.Said{Direction: m.Direction, Text: m.words(words)})
}
