package tickets

import (
	"context"
	"fmt"
	"strings"
	"time"

	"frontline/internal/authority"
	"frontline/internal/fault"
	"frontline/internal/plain"

	"github.com/jackc/pgx/v5"
)

// Request is what a service request has besides what all tickets have.
type Request struct {
	Scope           string // these three are keys of terms
	SubScope        string
	Reproducibility string
	Description     string
	Group           int64     // the service group, a team; 0: none
	Accepted        time.Time // when it was accepted, which its number may show; zero: when somebody first has it
}

// maxDescription is the most characters of a description.
const maxDescription = 20_000

// edit is the request as a change sets it, without when it was accepted.
func (r Request) edit() RequestEdit {
	return RequestEdit{Scope: &r.Scope, SubScope: &r.SubScope, Reproducibility: &r.Reproducibility, Description: &r.Description, Group: &r.Group}
}

// check refuses what a new ticket cannot have.
func (r *Request) check(ctx context.Context, tx *authority.Tx) error {
	if *r == (Request{}) {
		return nil
	}
	if !r.Accepted.IsZero() && !sensible(r.Accepted, tx.Now()) {
		return fault.BadField("accepted_at", "not_past")
	}
	e := r.edit()
	if err := e.check(ctx, tx, Request{}); err != nil {
		return err
	}
	r.Description = *e.Description
	return nil
}

// args are the request's values as columns of a new ticket, in the order of the struct.
func (r Request) args() []any {
	return []any{r.Scope, r.SubScope, r.Reproducibility, r.Description, r.Group, r.accepted()}
}

func (r Request) accepted() *time.Time {
	if r.Accepted.IsZero() {
		return nil
	}
	return &r.Accepted
}

// RequestEdit is what a change sets of a service request; nil leaves a field as it is.
type RequestEdit struct {
	Scope           *string    `json:"scope,omitempty" maxLength:"50" doc:"A term's key; empty takes it away, as with the next two"`
	SubScope        *string    `json:"sub_scope,omitempty" maxLength:"50" doc:"One of the scope, or of any scope"`
	Reproducibility *string    `json:"reproducibility,omitempty" maxLength:"50"`
	Description     *string    `json:"description,omitempty" maxLength:"20000"`
	Group           *int64     `json:"group_id,omitempty" minimum:"0" doc:"The service group, a team; 0: none"`
	Accepted        *time.Time `json:"accepted_at,omitempty" doc:"When it was accepted; by itself when somebody first has it"`
	Closed          *time.Time `json:"closed_at,omitempty" doc:"Of a closed ticket: when it was closed, where that was not when it was said"`
}

// check refuses terms that are not there, and a sub-scope of another scope; was is the request before.
func (e *RequestEdit) check(ctx context.Context, q authority.Query, was Request) error {
	text := func(v *string, old string) string {
		if v == nil {
			return old
		}
		return *v
	}
	if e.Description != nil {
		if !plain.Short(*e.Description, maxDescription) {
			return fault.BadField("description", "too_long", "max", maxDescription)
		}
		*e.Description = strings.TrimSpace(plain.Text(*e.Description, maxDescription))
	}
	var scope, sub, repro, group bool
	err := q.QueryRow(ctx, `select $1 = $5 or $1 = '' or exists (select from terms where kind = 'scope' and key = $1 and not retired),
			$2 = $6 and $1 = $5 or $2 = '' or exists (select from terms where kind = 'sub_scope' and key = $2 and parent in ('', $1) and not retired),
			$3 = $7 or $3 = '' or exists (select from terms where kind = 'reproducibility' and key = $3 and not retired),
			coalesce($4::bigint, 0) = 0 or exists (select from teams where id = $4)`,
		text(e.Scope, was.Scope), text(e.SubScope, was.SubScope), text(e.Reproducibility, was.Reproducibility), e.Group, was.Scope, was.SubScope, was.Reproducibility).
		Scan(&scope, &sub, &repro, &group)
	if err != nil {
		return fmt.Errorf("terms of the request: %w", err)
	}
	for _, f := range []struct {
		name, code string
		ok         bool
	}{{"scope", "not_a_choice", scope}, {"sub_scope", "not_a_choice", sub}, {"reproducibility", "not_a_choice", repro}, {"group_id", "unknown_team", group}} {
		if !f.ok {
			return fault.BadField(f.name, f.code)
		}
	}
	return nil
}

// changeRequest adds what an edit changes of the service request to a batch that changes the ticket, whose state is then state.
func changeRequest(ctx context.Context, tx *authority.Tx, b *pgx.Batch, ticket int64, e RequestEdit, state string) error {
	if e == (RequestEdit{}) {
		return nil
	}
	var was Request
	var accepted *time.Time
	err := tx.QueryRow(ctx, `select scope, sub_scope, reproducibility, description, coalesce(group_id, 0), accepted_at from tickets where id = $1`, ticket).
		Scan(&was.Scope, &was.SubScope, &was.Reproducibility, &was.Description, &was.Group, &accepted)
	if err != nil {
		return notFound(err, "ticket")
	}
	if err := e.check(ctx, tx, was); err != nil {
		return err
	}
	if e.Accepted == nil {
		e.Accepted = accepted
	}
	switch {
	case e.Accepted != nil && !sensible(*e.Accepted, tx.Now()):
		return fault.BadField("accepted_at", "not_past")
	case e.Closed != nil && state != "closed":
		return fault.BadField("closed_at", "not_closed")
	case e.Closed != nil && !sensible(*e.Closed, tx.Now()):
		return fault.BadField("closed_at", "not_past")
	case e.Closed != nil && e.Accepted != nil && e.Closed.Before(*e.Accepted):
		return fault.BadField("closed_at", "before_accepted")
	}
	b.Queue(`update tickets set scope = coalesce($2, scope), sub_scope = coalesce($3, sub_scope), reproducibility = coalesce($4, reproducibility),
			description = coalesce($5, description), group_id = case when $6::bigint is null then group_id else nullif($6, 0) end,
			accepted_at = $7, closed_at = coalesce($8, closed_at) where id = $1`,
		ticket, e.Scope, e.SubScope, e.Reproducibility, e.Description, e.Group, e.Accepted, e.Closed)
	events(b, ticket, tx.By, "scope", was.Scope, e.Scope)
	events(b, ticket, tx.By, "sub_scope", was.SubScope, e.SubScope)
	events(b, ticket, tx.By, "reproducibility", was.Reproducibility, e.Reproducibility)
	if e.Description != nil && *e.Description != was.Description {
		queueEvent(b, ticket, tx.By, Changed{Name: "description"})
	}
	if e.Group != nil && *e.Group != was.Group {
		queueEvent(b, ticket, tx.By, Changed{Name: "group"})
	}
	if e.Accepted != nil && (accepted == nil || !accepted.Equal(*e.Accepted)) {
		queueEvent(b, ticket, tx.By, Changed{Name: "accepted_at", To: e.Accepted})
	}
	if e.Closed != nil {
		queueEvent(b, ticket, tx.By, Changed{Name: "closed_at", To: e.Closed})
	}
	return nil
}

// Called is what the house calls a key that a ticket has: see request.Term.
type Called struct {
	Key    string `json:"key"`
	Name   string `json:"name" doc:"Where nobody has named the key: the key itself"`
	NameEn string `json:"name_en"`
}

// Sheet is what a service request has besides what all tickets have, in the house's words.
type Sheet struct {
	Scope           Called     `json:"scope"`
	SubScope        Called     `json:"sub_scope"`
	Reproducibility Called     `json:"reproducibility"`
	Severity        Called     `json:"severity"`
	Priority        Called     `json:"priority"`
	State           Called     `json:"state"`
	SubState        Called     `json:"sub_state"`
	Description     string     `json:"description"`
	Group           *Named     `json:"group" doc:"The service group"`
	AcceptedAt      *time.Time `json:"accepted_at"`
	ClosedAt        *time.Time `json:"closed_at"`
}

// readSheet reads a ticket's sheet.
func readSheet(ctx context.Context, q authority.Query, ticket int64) (s Sheet, err error) {
	var group int64
	var name, beside, besideEn string
	term := func(t *Called) []any { return []any{&t.Key, &t.Name, &t.NameEn} }
	into := []any{&s.Description, &group, &name, &s.AcceptedAt, &s.ClosedAt, &beside, &besideEn}
	for _, t := range []*Called{&s.Scope, &s.SubScope, &s.Reproducibility, &s.Severity, &s.Priority, &s.State, &s.SubState} {
		into = append(into, term(t)...)
	}
	err = q.QueryRow(ctx, `select t.description, coalesce(g.id, 0), coalesce(g.name, ''), t.accepted_at, t.closed_at, coalesce(u.beside, ''), coalesce(u.beside_en, ''),
			t.scope, coalesce(a.name, t.scope), coalesce(nullif(a.name_en, ''), a.name, t.scope),
			t.sub_scope, coalesce(b.name, t.sub_scope), coalesce(nullif(b.name_en, ''), b.name, t.sub_scope),
			t.reproducibility, coalesce(c.name, t.reproducibility), coalesce(nullif(c.name_en, ''), c.name, t.reproducibility),
			t.severity, coalesce(d.name, t.severity), coalesce(nullif(d.name_en, ''), d.name, t.severity),
			t.priority::text, coalesce(p.name, t.priority::text), coalesce(nullif(p.name_en, ''), p.name, t.priority::text),
			t.state::text, coalesce(s.name, t.state), coalesce(nullif(s.name_en, ''), s.name, t.state),
			t.sub_state, coalesce(u.name, t.sub_state), coalesce(nullif(u.name_en, ''), u.name, t.sub_state)
		from tickets t left join teams g on g.id = t.group_id
			left join terms a on a.kind = 'scope' and a.key = t.scope
			left join terms b on b.kind = 'sub_scope' and b.key = t.sub_scope
			left join terms c on c.kind = 'reproducibility' and c.key = t.reproducibility
			left join terms d on d.kind = 'severity' and d.key = t.severity
			left join terms p on p.kind = 'priority' and p.key = t.priority::text
			left join terms s on s.kind = 'state' and s.key = t.state
			left join terms u on u.kind = 'sub_state' and u.key = t.sub_state and u.parent in ('', t.state)
		where t.id = $1`, ticket).Scan(into...)
	if err != nil {
		return s, notFound(err, "ticket")
	}
	if group != 0 {
		s.Group = &Named{ID: group, Name: name}
	}
	if beside != "" {
		s.State.Name, s.State.NameEn = beside, besideEn
	}
	return s, nil
}
