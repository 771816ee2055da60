package tickets

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"frontline/internal/authority"
	"frontline/internal/fault"
	"frontline/internal/plain"
)

// Deed is a change that fits any ticket, as macros and acts on many have it. nil leaves a thing as it is.
type Deed struct {
	State      *string        `json:"state,omitempty" enum:"open,pending,on_hold,resolved,closed"`
	SubState   *string        `json:"sub_state,omitempty" maxLength:"50"`
	Priority   *int           `json:"priority,omitempty" minimum:"1" maximum:"4"`
	Severity   *string        `json:"severity,omitempty" maxLength:"50"`
	Type       *string        `json:"type,omitempty" maxLength:"50"`
	Queue      *int64         `json:"queue_id,omitempty" minimum:"1"`
	Assignee   *string        `json:"assignee,omitempty" maxLength:"20" doc:"me (whoever does it), none, or an agent's id"`
	AddTags    []string       `json:"add_tags,omitempty" maxItems:"20"`
	RemoveTags []string       `json:"remove_tags,omitempty" maxItems:"20"`
	Fields     map[string]any `json:"fields,omitempty" doc:"Fields of the house, by key; null takes a value away"`
}

// Said is what is said with a deed: a reply to the customer, or a note.
type Said struct {
	Direction string // out or note
	Text      string
}

// Empty says that a deed changes nothing.
func (d Deed) Empty() bool {
	return d.State == nil && d.SubState == nil && d.Priority == nil && d.Severity == nil && d.Type == nil && d.Queue == nil && d.Assignee == nil &&
		len(d.AddTags) == 0 && len(d.RemoveTags) == 0 && len(d.Fields) == 0
}

// Check refuses a deed that could never be done.
func (d Deed) Check() error {
	if d.State != nil && !slices.Contains([]string{"open", "pending", "on_hold", "resolved", "closed"}, *d.State) {
		return fault.BadField("state", "unknown_kind")
	}
	if d.Priority != nil && (*d.Priority < 1 || *d.Priority > 4) {
		return fault.BadField("priority", "unknown_kind")
	}
	if d.Assignee != nil && *d.Assignee != "me" && *d.Assignee != "none" {
		if n, err := strconv.ParseInt(*d.Assignee, 10, 64); err != nil || n < 1 {
			return fault.BadField("assignee", "unknown_agent")
		}
	}
	for _, f := range []struct {
		name string
		v    *string
	}{{"sub_state", d.SubState}, {"severity", d.Severity}, {"type", d.Type}} {
		if f.v != nil && plain.Line(*f.v, 50) != *f.v {
			return fault.BadField(f.name, "too_long", "max", 50)
		}
	}
	return checkTags(slices.Concat(d.AddTags, d.RemoveTags))
}

// Apply does a deed to a ticket and says what is to be said, in one transaction.
func (t *Tickets) Apply(ctx context.Context, by authority.Actor, ticket int64, d Deed, say *Said) error {
	if err := d.Check(); err != nil {
		return err
	}
	if say != nil {
		if err := checkText(say.Text); err != nil {
			return err
		}
	}
	return t.gate.Do(ctx, by, func(tx *authority.Tx) error {
		if err := tx.Allow(ctx, authority.Act{Name: "ticket.edit", Object: object(ticket)}); err != nil {
			return err
		}
		e, err := d.edit(ctx, tx, ticket)
		if err != nil {
			return err
		}
		state := e.State
		if say != nil && say.Direction != "note" {
			e.State = nil // the reply moves it, when all else is as it should be
		}
		if err := t.edit(ctx, tx, ticket, e); err != nil || say == nil {
			return err
		}
		return t.say(ctx, tx, ticket, *say, state)
	})
}

func (t *Tickets) say(ctx context.Context, tx *authority.Tx, ticket int64, s Said, state *string) error {
	if s.Direction == "note" {
		return t.noteIn(ctx, tx, ticket, s.Text)
	}
	if err := tx.Allow(ctx, authority.Act{Name: "ticket.reply", Object: object(ticket)}); err != nil {
		return err
	}
	r := Reply{Ticket: ticket, Text: s.Text}
	if state != nil {
		r.State = *state
	}
	_, err := t.Answer(ctx, tx, r)
	return err
}

// noteIn is Note within another act.
func (t *Tickets) noteIn(ctx context.Context, tx *authority.Tx, ticket int64, text string) error {
	if err := tx.Allow(ctx, authority.Act{Name: "ticket.note", Object: object(ticket)}); err != nil {
		return err
	}
	var s ticketState
	err := tx.QueryRow(ctx, `with m as (
			insert into messages (ticket_id, direction, author_kind, author_id, author_name, text) select id, 'note', $2, $3, $4, $5 from tickets where id = $1 returning id
		)
		update tickets set last_message_id = m.id, updated_at = now() from m where tickets.id = $1 returning queue_id, assignee_id`,
		ticket, authorKind(tx.By), tx.By.ID, tx.By.Name, text).Scan(&s.Queue, &s.Assignee)
	if err != nil {
		return notFound(err, "ticket")
	}
	tx.Emit("message.added", object(ticket), topics(ticket, s.Queue, s.Assignee)...)
	return nil
}

// edit is the deed as an edit of one ticket, whose row is locked.
func (d Deed) edit(ctx context.Context, tx *authority.Tx, ticket int64) (Edit, error) {
	e := Edit{State: d.State, SubState: d.SubState, Priority: d.Priority, Severity: d.Severity, Type: d.Type, Queue: d.Queue, Fields: d.Fields}
	if d.Assignee != nil {
		var agent int64
		switch *d.Assignee {
		case "none":
		case "me":
			agent = tx.By.ID
		default:
			n, err := strconv.ParseInt(*d.Assignee, 10, 64)
			if err != nil {
				return e, fault.BadField("assignee", "unknown_agent")
			}
			agent = n
		}
		e.Assignee = &agent
	}
	var tags []string
	if err := tx.QueryRow(ctx, `select tags from tickets where id = $1 for update`, ticket).Scan(&tags); err != nil {
		return e, notFound(err, "ticket")
	}
	if len(d.AddTags)+len(d.RemoveTags) == 0 {
		return e, nil
	}
	tags = slices.DeleteFunc(tags, func(tag string) bool { return slices.Contains(d.RemoveTags, tag) })
	for _, tag := range d.AddTags {
		if !slices.Contains(tags, tag) {
			tags = append(tags, tag)
		}
	}
	if len(tags) > maxTags {
		return e, fault.BadField("tags", "too_many", "max", maxTags)
	}
	e.Tags = &tags
	return e, nil
}

// AllowMany asks whether somebody may do something to many tickets at once, and writes it down. Each of the changes is asked for as well.
func (t *Tickets) AllowMany(ctx context.Context, by authority.Actor, what string, n int) error {
	return t.gate.Do(authority.WithKey(ctx, authority.Once{}), by, func(tx *authority.Tx) error {
		return tx.Allow(ctx, authority.Act{Name: "ticket.bulk", Object: fmt.Sprintf("tickets:%d", n), Reason: what})
	})
}
