package tickets

import (
	"context"
	"fmt"
	"slices"

	"frontline/internal/authority"
	"frontline/internal/fault"

	"github.com/jackc/pgx/v5"
)

// Outcome says what became of one ticket of many that something was done to.
type Outcome struct {
	Ticket int64
	Err    error // nil: it was done
}

// AnswerChildren sends the same words to the customers of a ticket's children: each gets a reply of his own, in his own
// ticket and on its channel, with its variables filled in, in one transaction a child. Only those of the children that are named,
// or all of them where none is. With an idempotency key in ctx it may be called again: a child that was answered is not
// answered twice. One that cannot be answered is told in its Outcome and does not keep the others from theirs.
func (t *Tickets) AnswerChildren(ctx context.Context, by authority.Actor, parent int64, only []int64, r Reply) ([]Outcome, error) {
	if err := checkText(r.Text); err != nil {
		return nil, err
	}
	if _, err := CheckWords(r.Text); err != nil {
		return nil, err
	}
	if err := SameTicketOnce(only); err != nil {
		return nil, err
	}
	var children []int64
	err := t.gate.Do(authority.WithKey(ctx, authority.Once{}), by, func(tx *authority.Tx) error {
		if err := tx.Allow(ctx, authority.Act{Name: "ticket.reply", Object: object(parent), Reason: "children"}); err != nil {
			return err
		}
		var seen bool
		if err := tx.QueryRow(ctx, `select true from tickets where id = $1`, parent).Scan(&seen); err != nil {
			return notFound(err, "ticket")
		}
		rows, err := tx.Query(ctx, `select l.ticket_id from ticket_links l join tickets t on t.id = l.ticket_id
			where l.other_id = $1 and l.kind = 'child' and l.dismissed_at is null order by l.ticket_id limit $2`, parent, maxChildren)
		if err != nil {
			return fmt.Errorf("children: %w", err)
		}
		children, err = pgx.CollectRows(rows, pgx.RowTo[int64])
		return err
	})
	if err != nil {
		return nil, err
	}
	for _, id := range only {
		if !slices.Contains(children, id) {
			return nil, fault.BadField("tickets", "unknown_ticket")
		}
	}
	if len(only) > 0 {
		children = only
	}
	return t.Each(ctx, by, children, func(ctx context.Context, child int64) error { return t.answerChild(ctx, by, child, r) }), nil
}

func (t *Tickets) answerChild(ctx context.Context, by authority.Actor, child int64, r Reply) error {
	r.Ticket, r.To, r.Cc, r.Bcc, r.Seen = child, nil, nil, nil, 0
	return t.gate.Do(ctx, by, func(tx *authority.Tx) error {
		if err := tx.Allow(ctx, authority.Act{Name: "ticket.reply", Object: object(child)}); err != nil {
			return err
		}
		words, err := wordsOf(ctx, tx, child)
		if err != nil {
			return err
		}
		mine := r
		mine.Text, mine.HTML = words.Fill(r.Text), words.FillHTML(r.HTML)
		if mine.Attachments, err = lend(ctx, tx, r.Attachments); err != nil {
			return err
		}
		message, err := t.Answer(ctx, tx, mine)
		tx.Return(Added{message})
		return err
	})
}

// lend makes copies of uploaded files, so that more than one message can have them. The content is kept once.
func lend(ctx context.Context, tx *authority.Tx, ids []int64) ([]int64, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	rows, err := tx.Query(ctx, `insert into attachments (uploaded_by, hash, name, type, size, inline, cid)
		select uploaded_by, hash, name, type, size, inline, cid from attachments where id = any ($1) and message_id is null and uploaded_by = $2 order by id returning id`, ids, tx.By.ID)
	if err != nil {
		return nil, fmt.Errorf("copy the files: %w", err)
	}
	copies, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return nil, fmt.Errorf("copy the files: %w", err)
	}
	if len(copies) != len(slices.Compact(slices.Sorted(slices.Values(ids)))) {
		return nil, fault.BadField("attachments", "unknown_attachment")
	}
	return copies, nil
}

// Each does something to many tickets, each in a transaction of its own, in the order given. What is refused for one is told in its Outcome.
// With an idempotency key in ctx, what was done is not done again when the same is asked again.
func (t *Tickets) Each(ctx context.Context, by authority.Actor, ids []int64, do func(ctx context.Context, ticket int64) error) []Outcome {
	out := make([]Outcome, 0, len(ids))
	for _, id := range ids {
		o := Outcome{Ticket: id}
		o.Err = t.gate.Part(ctx, by, object(id), func(ctx context.Context) error { return do(ctx, id) })
		out = append(out, o)
	}
	return out
}

// SameTicketOnce refuses the same ticket twice among many.
func SameTicketOnce(ids []int64) error {
	seen := map[int64]bool{}
	for _, id := range ids {
		if seen[id] {
			return fault.BadField("tickets", "duplicate")
		}
		seen[id] = true
	}
	return nil
}
