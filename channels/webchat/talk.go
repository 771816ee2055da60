package webchat

import (
	"context"
	"strconv"

	"frontline/channels"
	"frontline/internal/fault"

	"github.com/jackc/pgx/v5"
)

// talk is how a conversation stands.
type talk struct {
	ticket int64 // where it is now: tickets are merged
	queue  int64
	state  string // none, waiting, talking, left or ended
	agent  string // who has it; empty: nobody
	last   int64  // its last message
}

func (t talk) agentName() *agentName {
	if t.agent == "" {
		return nil
	}
	return &agentName{t.agent}
}

func ticketObject(id int64) string { return "ticket:" + strconv.FormatInt(id, 10) }

// talkOf reads how a visitor's conversation stands.
func (c *Chat) talkOf(ctx context.Context, v visitor) (t talk, err error) {
	if v.ticket == 0 {
		return talk{state: "none"}, nil
	}
	b := &pgx.Batch{}
	queueTalk(b, v.token, &v, &t)
	return t, wrap("how the conversation stands", c.o.Gate.Ask(ctx, self, b))
}

// conversation is c: the ticket on which the conversation of the visitor with the token $1 is now, however often tickets were
// merged, its first message, who wrote that, and the visitor's address; origin is the ticket that was opened by it, and since
// what tells there that it was merged, or null.
const conversation = `with recursive led (id, leads) as (
		select t.id, t.merged_into from chat_visitors v join tickets t on t.id = v.ticket_id where v.token = $1
		union select t.id, t.merged_into from led join tickets t on t.id = led.leads),
	c as (select led.id, v.first_message, f.author, v.email, f.origin,
			case when f.origin <> led.id then coalesce((select max(e.id) from messages e where e.ticket_id = f.origin and e.direction = 'event' and e.change->>'name' = 'merged_into'), 0) end since
		from led, chat_visitors v left join lateral (select m.author_id author, coalesce(m.merged_from, v.ticket_id) origin from messages m where m.id = v.first_message) f on true
		where v.token = $1 and (led.leads is null or led.leads = led.id))`

// queueTalk asks how the conversation of a visitor stands, by the hash of his token; v is read no later than this. One whose
// ticket nobody sees stands nowhere, and its state is empty.
func queueTalk(b *pgx.Batch, hash []byte, v *visitor, t *talk) {
	b.Queue(conversation+` select t.id, t.queue_id, t.state, coalesce(a.name, ''), coalesce(e.state::text, ''), coalesce(e.outcome::text, ''), coalesce(e.agent, ''),
			coalesce((select max(m.id) from messages m where m.ticket_id = c.id and m.id >= c.first_message and `+shownToVisitor+`), 0)
		from c join tickets t on t.id = c.id left join agents a on a.id = t.assignee_id
			left join lateral (select e.state, e.outcome, w.name agent from entries e left join agents w on w.id = e.agent_id
				where e.ticket_id = t.id order by e.id desc limit 1) e on true`, hash).Query(func(rows pgx.Rows) error {
		*t = talk{}
		var ticket, assignee, stay, outcome string
		_, err := pgx.ForEachRow(rows, []any{&t.ticket, &t.queue, &ticket, &assignee, &stay, &outcome, &t.agent, &t.last}, func() error { return nil })
		switch {
		case v.ticket == 0:
			t.state = "none"
			return err
		case t.ticket == 0:
			return err
		case stay == "": // of before there were stays, or none was made
			t.agent = assignee
		}
		t.state = standing(*v, ticket, stay, outcome, t.agent != "")
		if t.state != "talking" {
			t.agent = ""
		}
		return err
	})
}

// shownToVisitor are the messages m of the conversation c that its visitor may see: what the same customer said, and what we
// answered; no notes, no events, not what the program mails by itself, and nothing of somebody else whose ticket was merged
// with this one: neither what they said nor what they were answered before.
const shownToVisitor = `(m.direction = 'in' and m.author_id = c.author
	or m.direction = 'in' and m.author_address in (select p.address from participants p where p.ticket_id = m.ticket_id and p.kind = 'email' and p.address = c.email)
	or m.direction = 'out' and not (m.author_kind = 'system' and m.channel <> 'chat')
		and (m.merged_from is null and m.id > coalesce(c.since, 0) or m.merged_from = c.origin))`

// standing is the state of a conversation as its visitor knows it.
func standing(v visitor, ticket, stay, outcome string, agent bool) string {
	switch {
	case v.ended:
		return "ended"
	case stay == "in_hand", stay == "parked", stay == "" && agent && ticket != "resolved" && ticket != "closed":
		return "talking"
	case stay == "wrap_up", stay == "ended" && outcome == "handled", stay == "" && (ticket == "resolved" || ticket == "closed"):
		return "ended"
	case v.leftAs != "", stay == "ended" && outcome != "transferred" && outcome != "moved" && outcome != "overflowed" && outcome != "returned" && outcome != "merged":
		return "left"
	}
	return "waiting"
}

// pageSize is how many messages are read at once.
const pageSize = 100

// queueMessages asks for the messages of a conversation after one, oldest first.
func queueMessages(b *pgx.Batch, hash []byte, v *visitor, after int64, page *[]messageFrame) {
	b.Queue(conversation+` select m.id, m.said, m.name, m.text, m.remote, m.at,
			(select coalesce(jsonb_agg(jsonb_build_object('id', a.id, 'name', a.name, 'type', a.type, 'size', a.size) order by a.id), '[]')
				from attachments a where a.message_id = m.id and not a.inline)
		from c, lateral (select m.id, case when m.direction = 'in' then 'visitor' when m.author_kind = 'system' then 'system' else 'agent' end said,
				case when m.direction = 'out' then m.author_name else '' end as name, left(coalesce(m.reply, m.text), 20000) as text, coalesce(m.remote_id, '') remote, m.at
			from messages m where m.ticket_id = c.id and m.id > greatest($2, c.first_message - 1) and `+shownToVisitor+` order by m.id limit $3) m
		order by m.id`, hash, after, pageSize).Query(func(rows pgx.Rows) (err error) {
		mine := v.remote("")
		*page, err = pgx.CollectRows(rows, func(r pgx.CollectableRow) (messageFrame, error) {
			m := messageFrame{Type: "message"}
			var remote string
			err := r.Scan(&m.Seq, &m.From, &m.Name, &m.Text, &remote, &m.At, &m.Files)
			if m.From == "visitor" && len(remote) > len(mine) && remote[:len(mine)] == mine {
				m.ID = remote[len(mine):]
			}
			m.Parts = channels.Parts(m.Text)
			m.At = m.At.UTC()
			return m, err
		})
		return err
	})
}

// look reads all that a browser shows, in one round trip: who the visitor is, how the conversation stands, and what of it came
// after a message. A visitor who has said nothing yet is as given.
func (c *Chat) look(ctx context.Context, token string, v visitor, after int64) (visitor, talk, []messageFrame, error) {
	b, hash := &pgx.Batch{}, c.tokenHash(token)
	var t talk
	var page []messageFrame
	queueVisitor(b, hash, &v)
	queueTalk(b, hash, &v, &t)
	queueMessages(b, hash, &v, after, &page)
	err := c.o.Gate.Ask(ctx, self, b)
	if err == nil && t.state == "" {
		err = errNoTicket
	}
	v.ticket = t.ticket
	return v, t, page, wrap("look at the conversation", err)
}

var errNoTicket = fault.New(fault.NotFound, "not_found", "what", "ticket")
