package webchat

import (
	"context"
	"fmt"
	"strings"

	"frontline/crm"
	"frontline/internal/authority"
	"frontline/internal/fault"
	"frontline/internal/plain"
	"frontline/tickets"

	"github.com/jackc/pgx/v5"
)

// outcomes are how a stay in a queue ends where its visitor chooses another way.
var outcomes = map[string]string{"message": "message", "callback": "callback", "mail": "by_mail"}

// start begins a conversation: its ticket, with the first message in it, in one transaction. Said again it is the same.
func (c *Chat) start(ctx context.Context, l *line, m said) (seq int64, err error) {
	if m.What != "" && outcomes[m.What] == "" {
		return 0, badFrame("what")
	}
	if err := c.floods.say(l.token, l.peer); err != nil {
		return 0, err
	}
	given, err := l.site.read(m.Answers)
	if err != nil {
		return 0, err
	}
	if err := fit(&m); err != nil {
		return 0, err
	}
	started := false
	err = c.o.Gate.Do(ctx, self, func(tx *authority.Tx) error {
		started = false
		var v visitor
		var t talk
		before, err := c.turn(ctx, tx, l, &v, &t, m.ID)
		if err != nil || before != 0 {
			seq = before
			return err
		}
		if v.ticket != 0 && t.state != "ended" {
			return fault.New(fault.Conflict, "chat_started")
		}
		if err := c.floods.start(l.site.ID, l.peer); err != nil {
			return err
		}
		started = true
		seq, err = c.open(ctx, tx, l, v, m, given)
		return err
	})
	if err == nil && started {
		c.counts.said.WithLabelValues("visitor").Inc()
	}
	l.ask(func() { l.pull = true })
	return seq, err
}

// turn begins what a visitor does, in one round trip: one thing of his after another. It reads who he is and how his
// conversation stands, and gives the message that the same frame made before.
func (c *Chat) turn(ctx context.Context, tx *authority.Tx, l *line, v *visitor, t *talk, id string) (before int64, err error) {
	b, hash := &pgx.Batch{}, c.tokenHash(l.token)
	queueLock(b, hash, l, v)
	queueTalk(b, hash, v, t)
	if id != "" {
		// The name is made in a query of its own: in a join, row-level security would keep it from the index.
		b.Queue(`select m.id from messages m where m.channel = 'chat'
			and m.remote_id = (select 'v' || v.id || '.' || $2 from chat_visitors v where v.token = $1)`, hash, id).Query(func(rows pgx.Rows) error {
			_, err := pgx.ForEachRow(rows, []any{&before}, func() error { return nil })
			return err
		})
	}
	if err := tx.AllowWith(ctx, authority.Act{Name: "chat.visit", Object: "site:" + l.site.Key}, b); err != nil {
		return 0, wrap("visitor", err)
	}
	if t.state == "" {
		return 0, errNoTicket
	}
	return before, nil
}

// open opens the ticket of a conversation.
func (c *Chat) open(ctx context.Context, tx *authority.Tx, l *line, v visitor, m said, given answers) (int64, error) {
	if !v.verified {
		v.name, v.email, v.phone = or(given.name, v.name), or(given.email, v.email), or(given.phone, v.phone)
	}
	if err := v.reachable(m.What); err != nil {
		return 0, err
	}
	v.language, v.page = l.lang, l.page
	files, err := c.claim(ctx, tx, v, m.Files)
	if err != nil {
		return 0, err
	}
	in := tickets.Inbound{
		Channel: Channel, RemoteID: v.remote(m.ID), From: v.point(l.site.ID), Name: v.called(), Queue: l.site.queueFor(l.page, m.Answers), Files: files,
		Text: m.Text, Subject: given.subject,
	}
	if in.Subject == "" {
		in.Subject = or(plain.Line(m.Text, 80), l.site.Name)
	}
	if about := given.words(v.verified, l.lang); about != "" {
		in.Reply, in.Text = m.Text, strings.TrimSpace(m.Text+"\n\n"+about)
	}
	if strings.TrimSpace(in.Text) == "" && len(files) == 0 {
		return 0, fault.BadField("text", "required")
	}
	if err := tx.Allow(ctx, authority.Act{Name: "ticket.receive", Object: "chat:" + in.RemoteID}); err != nil {
		return 0, err
	}
	if v.verified {
		if _, err := crm.IdentifyAny(ctx, tx, v.points(l.site.ID), v.name); err != nil {
			return 0, err
		}
	}
	got, err := c.o.Tickets.Keep(ctx, tx, in)
	if err != nil {
		return 0, err
	}
	if _, err := tx.Exec(ctx, `update chat_visitors set ticket_id = $2, first_message = $3, left_as = $4, ended_at = null, name = $5, email = $6, phone = $7, language = $8, page = $9,
			answers = $10, delivered_upto = 0, read_upto = 0, seen_at = now() where id = $1`,
		v.id, got.Ticket, got.Message, m.What, v.name, v.email, v.phone, v.language, v.page, encode(given.all)); err != nil {
		return 0, wrap("begin the conversation", err)
	}
	if err := c.used(ctx, tx, m.Files, got.Message); err != nil {
		return 0, err
	}
	if m.What != "" {
		return got.Message, c.leaveQueue(ctx, tx, got.Ticket, outcomes[m.What], tickets.Call{Number: v.phone, At: given.when})
	}
	return got.Message, nil
}

// fit makes what a visitor writes fit to keep.
func fit(m *said) error {
	if !plain.Short(m.Text, maxText) {
		return fault.BadField("text", "too_long", "max", maxText)
	}
	m.Text = strings.TrimSpace(plain.Text(m.Text, maxText))
	return nil
}

// message adds to a conversation. Said again it is the same.
func (c *Chat) message(ctx context.Context, l *line, m said) (seq int64, err error) {
	if err := c.floods.say(l.token, l.peer); err != nil {
		return 0, err
	}
	if err := fit(&m); err != nil {
		return 0, err
	}
	if m.Text == "" && len(m.Files) == 0 {
		return 0, fault.BadField("text", "required")
	}
	kept := false
	err = c.o.Gate.Do(ctx, self, func(tx *authority.Tx) error {
		kept = false
		var v visitor
		var t talk
		before, err := c.turn(ctx, tx, l, &v, &t, m.ID)
		if err != nil || before != 0 {
			seq = before
			return err
		}
		if v.ticket == 0 {
			return fault.New(fault.Conflict, "chat_not_started")
		}
		if t.state == "ended" {
			return fault.New(fault.Conflict, "chat_ended")
		}
		files, err := c.claim(ctx, tx, v, m.Files)
		if err != nil {
			return err
		}
		in := tickets.Inbound{Channel: Channel, RemoteID: v.remote(m.ID), From: v.point(l.site.ID), Name: v.called(), Text: m.Text, Files: files, Into: t.ticket}
		got, err := c.o.Tickets.KeepAs(ctx, tx, authority.Act{Name: "ticket.receive", Object: "chat:" + in.RemoteID}, in)
		if err != nil {
			return err
		}
		seq, kept = got.Message, true
		if t.ticket != v.ticket || v.leftAs == "away" {
			if _, err := tx.Exec(ctx, `update chat_visitors set ticket_id = $2, left_as = case left_as when 'away' then '' else left_as end where id = $1`, v.id, t.ticket); err != nil {
				return wrap("go on with the conversation", err)
			}
		}
		return c.used(ctx, tx, m.Files, got.Message)
	})
	if err == nil && kept {
		c.counts.said.WithLabelValues("visitor").Inc()
	}
	return seq, err
}

// reachable says whether the way that a visitor chose leads to him.
func (v visitor) reachable(what string) error {
	switch {
	case what == "callback" && v.phone == "":
		return fault.BadField("phone", "required")
	case what == "mail" && v.email == "":
		return fault.BadField("email", "required")
	}
	return nil
}

// choose lets a visitor wait no longer.
func (c *Chat) choose(ctx context.Context, l *line, m said) error {
	if m.What == "wait" {
		return nil
	}
	if outcomes[m.What] == "" {
		return badFrame("what")
	}
	given, err := reach(m.Answers)
	if err != nil {
		return err
	}
	err = c.o.Gate.Do(ctx, self, func(tx *authority.Tx) error {
		var v visitor
		var t talk
		if _, err := c.turn(ctx, tx, l, &v, &t, ""); err != nil {
			return err
		}
		if v.ticket == 0 {
			return fault.New(fault.Conflict, "chat_not_started")
		}
		if v.leftAs == m.What {
			return nil
		}
		if t.state != "waiting" {
			return fault.New(fault.Conflict, "chat_not_waiting")
		}
		if !v.verified {
			v.email, v.phone = or(given.email, v.email), or(given.phone, v.phone)
		}
		if err := v.reachable(m.What); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `update chat_visitors set left_as = $2, email = $3, phone = $4 where id = $1`, v.id, m.What, v.email, v.phone); err != nil {
			return wrap("choose", err)
		}
		return c.leaveQueue(ctx, tx, t.ticket, outcomes[m.What], tickets.Call{Number: v.phone, At: given.when})
	})
	l.ask(func() { l.pull = true })
	return err
}

// finish ends a conversation for its visitor; one that has ended is fine.
func (c *Chat) finish(ctx context.Context, l *line) error {
	err := c.o.Gate.Do(ctx, self, func(tx *authority.Tx) error {
		var v visitor
		var t talk
		if _, err := c.turn(ctx, tx, l, &v, &t, ""); err != nil {
			return err
		}
		if v.ticket == 0 {
			return fault.New(fault.Conflict, "chat_not_started")
		}
		if v.ended {
			return nil
		}
		if _, err := tx.Exec(ctx, `update chat_visitors set ended_at = now() where id = $1`, v.id); err != nil {
			return wrap("end the conversation", err)
		}
		if t.state == "left" || t.state == "ended" {
			tx.Emit("ticket.changed", ticketObject(t.ticket), ticketObject(t.ticket))
			return nil
		}
		return c.leaveQueue(ctx, tx, t.ticket, "abandoned", tickets.Call{})
	})
	l.ask(func() { l.pull = true })
	return err
}

// leaveQueue takes a conversation out of its queue, or out of an agent's hand. call is where a visitor wants to be called who does.
func (c *Chat) leaveQueue(ctx context.Context, tx *authority.Tx, ticket int64, outcome string, call tickets.Call) error {
	if err := tx.Allow(ctx, authority.Act{Name: "entry.end", Object: ticketObject(ticket), Reason: outcome}); err != nil {
		return err
	}
	// Other windows of the visitor, and the desk, hear of it, whatever the queue had of it.
	tx.Emit("ticket.changed", ticketObject(ticket), ticketObject(ticket))
	if outcome == "callback" {
		return wrap("ask for a call", c.o.Tickets.AskCall(ctx, tx, ticket, call))
	}
	return wrap(fmt.Sprintf("leave the queue as %s", outcome), c.o.Tickets.Leave(ctx, tx, ticket, outcome))
}
