package request

import (
	"context"
	"slices"

	"frontline/internal/authority"
	"frontline/internal/fault"
	"frontline/internal/plain"

	"github.com/jackc/pgx/v5"
)

// Term is a word from which one chooses, by the key that a ticket keeps.
type Term struct {
	Kind     string `json:"kind"`
	Key      string `json:"key" doc:"Does not change"`
	Name     string `json:"name"`
	NameEn   string `json:"name_en"`
	Parent   string `json:"parent" doc:"Of a sub-scope the scope, of a sub-state the state that it belongs to; empty: any"`
	Beside   string `json:"beside" doc:"Of a sub-state: what the state is called beside it; empty: as usual"`
	BesideEn string `json:"beside_en"`
	Position int    `json:"position"`
	Retired  bool   `json:"retired" doc:"Kept where it is set, offered no more"`
}

// Kinds are those of terms; the words of the last five name what the program itself tells apart.
var Kinds = []string{"scope", "sub_scope", "reproducibility", "severity", "sub_state", "note_type", "priority", "state", "task_mode", "task_state", "maintenance"}

const (
	fixedKinds = 6   // from this one on, in Kinds
	maxTerms   = 200 // of one kind
)

// Terms lists the terms of a kind, or of all where it is empty, in their order, retired ones last.
func (r *Requests) Terms(ctx context.Context, by authority.Actor, kind string) (out []Term, err error) {
	err = r.gate.View(ctx, by, func(q authority.Query) error {
		rows, err := q.Query(ctx, `select kind, key, name, name_en, parent, beside, beside_en, position, retired from terms
			where $1 = '' or kind = $1 order by kind, retired, position, key`, kind)
		if err != nil {
			return wrap("terms", err)
		}
		out, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Term])
		return wrap("terms", err)
	})
	return out, err
}

// SaveTerm makes a term or changes it. A key that names what the program tells apart must be one of its own.
func (r *Requests) SaveTerm(ctx context.Context, by authority.Actor, t Term) error {
	if err := t.check(); err != nil {
		return err
	}
	return r.gate.Do(ctx, by, func(tx *authority.Tx) error {
		if err := tx.Allow(ctx, authority.Act{Name: "term.edit", Object: "term:" + t.Kind + ":" + t.Key}); err != nil {
			return err
		}
		var known, parent bool
		var n int
		err := tx.QueryRow(ctx, `select exists (select from terms where kind = $1 and key = $2), count(*),
				$3 = '' or exists (select from terms where kind = case $1 when 'sub_scope' then 'scope' else 'state' end and key = $3)
			from terms where kind = $1`, t.Kind, t.Key, t.Parent).Scan(&known, &n, &parent)
		switch {
		case err != nil:
			return wrap("term", err)
		case !parent:
			return fault.BadField("parent", "not_a_choice")
		case !known && slices.Index(Kinds, t.Kind) >= fixedKinds:
			return fault.BadField("key", "not_a_choice")
		case !known && n >= maxTerms:
			return fault.BadField("key", "too_many", "max", maxTerms)
		}
		_, err = tx.Exec(ctx, `insert into terms (kind, key, name, name_en, parent, beside, beside_en, position, retired) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
			on conflict (kind, key) do update set name = $3, name_en = $4, parent = $5, beside = $6, beside_en = $7, position = $8, retired = $9`,
			t.Kind, t.Key, t.Name, t.NameEn, t.Parent, t.Beside, t.BesideEn, t.Position, t.Retired)
		if err != nil {
			return wrap("keep the term", err)
		}
		tx.Emit("term.changed", "term:"+t.Kind, "staff")
		return nil
	})
}

func (t *Term) check() error {
	if !slices.Contains(Kinds, t.Kind) {
		return fault.BadField("kind", "unknown_kind")
	}
	if t.Key == "" || plain.Line(t.Key, 50) != t.Key {
		return fault.BadField("key", "bad_characters")
	}
	for _, text := range []*string{&t.Name, &t.NameEn, &t.Beside, &t.BesideEn} {
		*text = plain.Line(*text, 100)
	}
	switch {
	case t.Name == "":
		return fault.BadField("name", "required")
	case t.Parent != "" && t.Kind != "sub_scope" && t.Kind != "sub_state":
		return fault.BadField("parent", "not_allowed", "allowed", "sub_scope, sub_state")
	case t.Beside+t.BesideEn != "" && t.Kind != "sub_state":
		return fault.BadField("beside", "not_allowed", "allowed", "sub_state")
	}
	return nil
}
