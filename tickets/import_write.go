package tickets

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"frontline/crm"
	"frontline/internal/authority"
	"frontline/internal/plain"

	"github.com/jackc/pgx/v5"
)

// importBatch writes a batch in one transaction and says what became of it.
func (t *Tickets) importBatch(ctx context.Context, by authority.Actor, b *batch) error {
	read := *b
	return t.gate.Do(ctx, by, func(tx *authority.Tx) error {
		*b = read // it may run again
		b.refused = slices.Clone(read.refused)
		if err := tx.Allow(ctx, authority.Act{Name: "ticket.import", Object: fmt.Sprintf("lines:%d-%d", b.first, b.last)}); err != nil {
			return err
		}
		entries, err := b.fresh(ctx, tx)
		if err != nil || len(entries) == 0 {
			return err
		}
		people := make([]crm.Somebody, len(entries))
		for i, e := range entries {
			people[i] = e.who
		}
		contacts, err := crm.IdentifyMany(ctx, tx, people)
		if err != nil {
			return err
		}
		tx.Emit("tickets.imported", "tickets", "staff")
		return b.write(ctx, tx, entries, contacts)
	})
}

// placed is an entry with the ids of what it names.
type placed struct {
	entry
	queue     int64
	agent     *int64
	agentName string
	fields    string // as JSON
}

// importFields checks a record's values of the fields of the house, and says in plain words what is wrong with them.
func importFields(known []Field, given map[string]any) (string, error) {
	values := map[string]any{}
	for _, key := range slices.Sorted(maps.Keys(given)) {
		f, err := fieldOf(known, key)
		if err != nil {
			return "", fmt.Errorf("fields.%s: there is none of this key", plain.Line(key, 50))
		}
		v, err := f.value(given[key])
		if err != nil {
			return "", fmt.Errorf("fields.%s: is not a value of the type %s", key, f.Type)
		}
		if v != nil {
			values[key] = v
		}
	}
	b, err := json.Marshal(values)
	if err != nil {
		return "", fmt.Errorf("fields: %w", err)
	}
	return string(b), nil
}

// fresh gives the entries whose ticket is not there yet, with their queues and agents; one that names a queue or an
// agent that is not there is refused.
func (b *batch) fresh(ctx context.Context, tx *authority.Tx) ([]placed, error) {
	var keys, queues, logins []string
	for _, e := range b.entries {
		keys, queues, logins = append(keys, e.rec.Key), append(queues, e.rec.Queue), append(logins, strings.ToLower(e.rec.Agent))
	}
	// Of two imports at once each batch waits for that of the other, and then finds what it made.
	if _, err := tx.Exec(ctx, `select set_config('lock_timeout', '0', true), pg_advisory_xact_lock(hashtextextended('ticket import', 0))`); err != nil {
		return nil, fmt.Errorf("wait for another import: %w", err)
	}
	// What this database exported has its own name before the number.
	rows, err := tx.Query(ctx, `select key from ticket_imports where key = any ($1)
		union select key from ticket_settings s, unnest($1::text[]) key join tickets t on t.number = split_part(key, '/', 2)
			where split_part(key, '/', 1) = s.installation::text`, keys)
	if err != nil {
		return nil, fmt.Errorf("what is there: %w", err)
	}
	found, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("what is there: %w", err)
	}
	there := map[string]bool{}
	for _, k := range found {
		there[k] = true
	}
	queueIDs, agents, err := places(ctx, tx, queues, logins)
	if err != nil {
		return nil, err
	}
	known, err := fieldsSeen(ctx, tx, tx.By)
	if err != nil {
		return nil, err
	}
	var out []placed
	for _, e := range b.entries {
		fields, err := importFields(known, e.rec.Fields)
		if err != nil {
			b.refuse(e.line, err)
			continue
		}
		queue, known := queueIDs[e.rec.Queue]
		p := placed{entry: e, queue: queue, fields: fields}
		if e.rec.Agent != "" {
			a, hired := agents[strings.ToLower(e.rec.Agent)]
			if !hired {
				b.refuse(e.line, fmt.Errorf("agent: nobody has the login %q", e.rec.Agent))
				continue
			}
			p.agent, p.agentName = &a.ID, a.Name
		}
		switch {
		case there[e.rec.Key]:
			b.done.Already++
		case !known:
			b.refuse(e.line, fmt.Errorf("queue: there is none of the name %q", e.rec.Queue))
		default:
			there[e.rec.Key] = true
			out = append(out, p)
		}
	}
	return out, nil
}

// places finds queues by name, the default one under "", and agents by login.
func places(ctx context.Context, tx *authority.Tx, queues, logins []string) (map[string]int64, map[string]Named, error) {
	queueIDs, agents := map[string]int64{}, map[string]Named{}
	rows, err := tx.Query(ctx, `select name, id from queues where name = any ($1)
		union all select '', coalesce(default_queue, (select min(id) from queues)) from ticket_settings`, queues)
	if err != nil {
		return nil, nil, fmt.Errorf("queues: %w", err)
	}
	var name string
	var id int64
	if _, err := pgx.ForEachRow(rows, []any{&name, &id}, func() error { queueIDs[name] = id; return nil }); err != nil {
		return nil, nil, fmt.Errorf("queues: %w", err)
	}
	if rows, err = tx.Query(ctx, `select login, id, name from agents where login = any ($1)`, logins); err != nil {
		return nil, nil, fmt.Errorf("agents: %w", err)
	}
	var login string
	_, err = pgx.ForEachRow(rows, []any{&login, &id, &name}, func() error { agents[login] = Named{ID: id, Name: name}; return nil })
	if err != nil {
		return nil, nil, fmt.Errorf("agents: %w", err)
	}
	return queueIDs, agents, nil
}

// columns are the rows to write, as Postgres takes many at once.
type columns struct {
	t struct {
		id, queue, contact, last                                        []int64
		agent, account                                                  []*int64
		key, subject, kind, state, sub, severity, channel, tags, fields []string
		lastDirection, lastSnippet, pointKind, pointAddress, pointName  []string
		priority                                                        []int16
		at, lastAt                                                      []time.Time
		firstReply, resolved, closed                                    []*time.Time
	}
	m struct {
		id, ticket, author                                         []int64
		at                                                         []time.Time
		direction, note, channel, authorKind, name, addr, to, text []string
	}
}

func (b *batch) write(ctx context.Context, tx *authority.Tx, entries []placed, contacts []crm.Contact) error {
	messages := 0
	for _, e := range entries {
		messages += len(e.rec.Messages)
	}
	tickets, err := take(ctx, tx, "tickets_id_seq", len(entries))
	if err != nil {
		return err
	}
	ids, err := take(ctx, tx, "messages_id_seq", messages)
	if err != nil {
		return err
	}
	var c columns
	for i, e := range entries {
		n := len(e.rec.Messages)
		c.add(e, contacts[i], tickets[i], ids[:n])
		ids = ids[n:]
		if contacts[i].New {
			b.done.Contacts++
		}
	}
	b.done.Tickets, b.done.Messages = len(entries), messages
	return c.insert(ctx, tx)
}

// take takes ids from a sequence, rising.
func take(ctx context.Context, tx *authority.Tx, sequence string, n int) ([]int64, error) {
	rows, err := tx.Query(ctx, `select nextval($1::regclass) from generate_series(1, $2)`, sequence, n)
	if err != nil {
		return nil, fmt.Errorf("take numbers: %w", err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return nil, fmt.Errorf("take numbers: %w", err)
	}
	slices.Sort(ids)
	return ids, nil
}

// add puts a record into the columns. What the list shows of a ticket is that of its last message.
func (c *columns) add(e placed, who crm.Contact, id int64, messages []int64) {
	r, t := e.rec, &c.t
	point := e.who.Points[0]
	lastAt, direction, shown, last := r.At, "", "", int64(0)
	var firstReply, resolved, closed *time.Time
	for i, m := range r.Messages {
		c.addMessage(e, who, m, id, messages[i])
		if m.Direction == "note" {
			last = messages[i]
			continue
		}
		lastAt, direction, shown, last = m.At, m.Direction, snippet(m.Text), messages[i]
		if m.Direction == "out" && firstReply == nil {
			firstReply = &r.Messages[i].At
		}
	}
	if r.Status == "resolved" || r.Status == "closed" {
		resolved = &lastAt
	}
	if r.Status == "closed" {
		closed = &lastAt
	}
	t.id, t.queue, t.contact, t.last = append(t.id, id), append(t.queue, e.queue), append(t.contact, who.ID), append(t.last, last)
	t.agent, t.account = append(t.agent, e.agent), append(t.account, who.AccountID)
	t.key, t.subject, t.kind, t.state, t.sub = append(t.key, r.Key), append(t.subject, r.Subject), append(t.kind, r.Type), append(t.state, r.Status), append(t.sub, r.SubStatus)
	t.severity, t.channel, t.tags = append(t.severity, r.Severity), append(t.channel, r.Channel), append(t.tags, strings.Join(r.Tags, "\x1f"))
	t.fields = append(t.fields, e.fields)
	t.lastDirection, t.lastSnippet = append(t.lastDirection, direction), append(t.lastSnippet, shown)
	t.pointKind, t.pointAddress, t.pointName = append(t.pointKind, point.Kind), append(t.pointAddress, point.Address), append(t.pointName, who.Name)
	t.priority = append(t.priority, int16(r.Priority))
	t.at, t.lastAt = append(t.at, r.At), append(t.lastAt, lastAt)
	t.firstReply, t.resolved, t.closed = append(t.firstReply, firstReply), append(t.resolved, resolved), append(t.closed, closed)
}

func (c *columns) addMessage(e placed, who crm.Contact, x RecordMessage, ticket, id int64) {
	m := &c.m
	kind, author, name, address, to := "system", int64(0), x.Author, "", ""
	theirs := ""
	if e.who.Points[0].Real() {
		theirs = e.who.Points[0].Address
	}
	switch {
	case x.Direction == "in":
		kind, author, address = "contact", who.ID, theirs
		if name == "" {
			name = who.Name
		}
	case x.Direction == "out":
		to = theirs
	}
	if x.Direction != "in" && name == "" && e.agent != nil {
		kind, author, name = "agent", *e.agent, e.agentName
	}
	m.id, m.ticket, m.author, m.at = append(m.id, id), append(m.ticket, ticket), append(m.author, author), append(m.at, x.At)
	m.direction, m.note, m.channel = append(m.direction, x.Direction), append(m.note, x.NoteType), append(m.channel, x.Channel)
	m.authorKind, m.name, m.addr, m.to, m.text = append(m.authorKind, kind), append(m.name, name), append(m.addr, address), append(m.to, to), append(m.text, x.Text)
}

// insert sends all rows in one round trip. COPY, which Postgres refuses under row-level security, would be no faster:
// the indexes are what costs.
func (c *columns) insert(ctx context.Context, tx *authority.Tx) error {
	b := &pgx.Batch{}
	t, m := &c.t, &c.m
	b.Queue(`insert into tickets (id, queue_id, contact_id, last_message_id, assignee_id, account_id, subject, type, state, sub_state, severity, channel, tags,
			last_direction, last_snippet, priority, created_at, updated_at, last_at, first_reply_at, resolved_at, closed_at, fields) overriding system value
		select id, queue, contact, last, agent, account, subject, kind, state, sub, severity, channel, coalesce(string_to_array(nullif(tags, ''), E'\x1f'), '{}'),
			direction, snippet, priority, at, last_at, last_at, first_reply, resolved, closed, fields::jsonb
		from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[],
			$12::text[], $13::text[], $14::text[], $15::text[], $16::smallint[], $17::timestamptz[], $18::timestamptz[], $19::timestamptz[], $20::timestamptz[], $21::timestamptz[], $22::text[])
			x(id, queue, contact, last, agent, account, subject, kind, state, sub, severity, channel, tags, direction, snippet, priority, at, last_at, first_reply, resolved, closed, fields)`,
		t.id, t.queue, t.contact, t.last, t.agent, t.account, t.subject, t.kind, t.state, t.sub, t.severity, t.channel, t.tags,
		t.lastDirection, t.lastSnippet, t.priority, t.at, t.lastAt, t.firstReply, t.resolved, t.closed, t.fields)
	b.Queue(`insert into messages (id, ticket_id, at, direction, note_type, channel, author_kind, author_id, author_name, author_address, to_addresses, text)
		select id, ticket, at, direction, note, channel, kind, author, name, address, coalesce(string_to_array(nullif(recipient, ''), E'\x1f'), '{}'), text
		from unnest($1::bigint[], $2::bigint[], $3::timestamptz[], $4::text[], $5::text[], $6::text[], $7::text[], $8::bigint[], $9::text[], $10::text[], $11::text[], $12::text[])
			x(id, ticket, at, direction, note, channel, kind, author, name, address, recipient, text)`,
		m.id, m.ticket, m.at, m.direction, m.note, m.channel, m.authorKind, m.author, m.name, m.addr, m.to, m.text)
	b.Queue(`insert into participants (ticket_id, kind, address, name, role)
		select *, 'requester' from unnest($1::bigint[], $2::text[], $3::text[], $4::text[])`, t.id, t.pointKind, t.pointAddress, t.pointName)
	b.Queue(`insert into ticket_imports (key, ticket_id) select * from unnest($1::text[], $2::bigint[])`, t.key, t.id)
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return fmt.Errorf("write the tickets: %w", err)
	}
	return nil
}
