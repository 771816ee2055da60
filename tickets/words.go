package tickets

import (
	"context"
	"fmt"
	"html"
	"regexp"
	"slices"
	"strings"

	"frontline/internal/authority"
	"frontline/internal/fault"
)

// Variables are the names that prepared words may have in double braces, such as {{customer.name}}.
var Variables = []string{"customer.name", "customer.company", "ticket.number", "ticket.subject", "queue.name", "agent.name", "date"}

var variable = regexp.MustCompile(`\{\{([^{}]*)\}\}`)

// CheckWords finds the variables of prepared words. One that there is not is fault.Invalid "unknown_variable".
func CheckWords(text string) (used []string, err error) {
	for _, m := range variable.FindAllStringSubmatch(text, -1) {
		name := strings.TrimSpace(m[1])
		if !slices.Contains(Variables, name) {
			return nil, fault.BadField("text", "unknown_variable", "name", name, "known", strings.Join(Variables, ", "))
		}
		used = append(used, name)
	}
	return used, nil
}

// Words are the variables' values for one ticket and who writes.
type Words struct {
	values   map[string]string
	Language string // of the customer; empty where it is not known
}

// Fill puts the values in their places. What a value itself has in braces stays as it is.
func (w Words) Fill(text string) string { return w.fill(text, func(s string) string { return s }) }

// FillHTML is Fill for HTML.
func (w Words) FillHTML(text string) string { return w.fill(text, html.EscapeString) }

func (w Words) fill(text string, dress func(string) string) string {
	return variable.ReplaceAllStringFunc(text, func(v string) string {
		if value, known := w.values[strings.TrimSpace(v[2:len(v)-2])]; known {
			return dress(value)
		}
		return v
	})
}

// WordsOf reads the variables' values for a ticket that the actor may see.
func (t *Tickets) WordsOf(ctx context.Context, by authority.Actor, ticket int64) (w Words, err error) {
	err = t.gate.View(ctx, by, func(q authority.Query) error {
		w, err = wordsFor(ctx, q, by, ticket)
		return err
	})
	return w, err
}

func wordsOf(ctx context.Context, tx *authority.Tx, ticket int64) (Words, error) {
	return wordsFor(ctx, tx, tx.By, ticket)
}

func wordsFor(ctx context.Context, q authority.Query, by authority.Actor, ticket int64) (Words, error) {
	var customer, language, company, number, subject, queue, queueEn, date string
	err := q.QueryRow(ctx, `select c.name, c.language, coalesce(a.name, ''), t.number, t.subject, q.name, coalesce(nullif(q.name_en, ''), q.name), to_char(now(), 'YYYY-MM-DD')
		from tickets t join contacts c on c.id = t.contact_id join queues q on q.id = t.queue_id left join accounts a on a.id = t.account_id where t.id = $1`, ticket).
		Scan(&customer, &language, &company, &number, &subject, &queue, &queueEn, &date)
	if err != nil {
		return Words{}, notFound(err, "ticket")
	}
	w := Words{Language: language, values: map[string]string{
		"customer.name": customer, "customer.company": company, "ticket.number": number, "ticket.subject": subject,
		"queue.name": queue, "agent.name": by.Name, "date": date,
	}}
	if w.English() {
		w.values["queue.name"] = queueEn
	}
	if by.Kind == authority.Agent {
		var name string
		if err := q.QueryRow(ctx, `select name from agents where id = $1`, by.ID).Scan(&name); err != nil {
			return Words{}, fmt.Errorf("who writes: %w", err)
		}
		w.values["agent.name"] = name
	}
	return w, nil
}

// English says that the customer is written to in English: his language is known and is not Chinese.
func (w Words) English() bool { return w.Language != "" && !strings.HasPrefix(w.Language, "zh") }
