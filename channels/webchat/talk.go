package webchat

import (
	"context"
	"errors"
	"strconv"

	"frontline/channels"
	"frontline/internal/authority"
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
	err = c.o.Gate.View(ctx, self, func(q authority.Query) error {
		t, err = readTalk(ctx, q, v)
		return err
	})
	return t, err
}

// readTalk is talkOf inside a transaction.
func readTalk(ctx context.Context, q authority.Query, v visitor) (t talk, err error) {
	var ticket, stay, outcome, assignee string
	for t.ticket = v.ticket; ; {
		var merged int64
		err := q.QueryRow(ctx, `select coalesce(t.merged_into, 0), t.queue_id, t.state, coalesce(a.name, ''), coalesce(e.state::text, ''), coalesce(e.outcome::text, ''), coalesce(e.agent, ''),
				coalesce((select max(m.id) from messages m where m.ticket_id = t.id and m.id >= $2 and `+shownToVisitor+`), 0)
			from tickets t left join agents a on a.id = t.assignee_id
				left join lateral (select e.state, e.outcome, w.name agent from entries e left join agents w on w.id = e.agent_id
					where e.ticket_id = t.id order by e.id desc limit 1) e on true
			where t.id = $1`, t.ticket, v.first, v.email).Scan(&merged, &t.queue, &ticket, &assignee, &stay, &outcome, &t.agent, &t.last)
		if errors.Is(err, pgx.ErrNoRows) {
			return talk{}, fault.New(fault.NotFound, "not_found", "what", "ticket")
		}
		if err != nil {
			return talk{}, wrap("how the conversation stands", err)
		}
		if merged == 0 || merged == t.ticket {
			break
		}
		t.ticket = merged
	}
	if stay == "" { // of before there were stays, or none was made
		t.agent = assignee
	}
	t.state = standing(v, ticket, stay, outcome, t.agent != "")
	if t.state != "talking" {
		t.agent = ""
	}
	return t, nil
}

// shownToVisitor are the messages m that a visitor may see, $2 being the first of the conversation: what the same customer said,
// and what we answered; no notes, no events, not what the program mails by itself, and not what somebody else said whose ticket
// was merged with this one.
const shownToVisitor = `(m.direction = 'in' and m.author_id = (select author_id from messages where id = $2)
	or m.direction = 'in' and m.author_address in (select p.address from participants p where p.ticket_id = m.ticket_id and p.kind = 'email' and p.address = $3)
	or m.direction = 'out' and not (m.author_kind = 'system' and m.channel <> 'chat'))`

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

// messages reads the conversation after a message, oldest first.
func (c *Chat) messages(ctx context.Context, v visitor, after int64) (page []messageFrame, err error) {
	mine := v.remote("")
	err = c.o.Gate.View(ctx, self, func(q authority.Query) error {
		rows, err := q.Query(ctx, `select m.id, case when m.direction = 'in' then 'visitor' when m.author_kind = 'system' then 'system' else 'agent' end,
				case when m.direction = 'out' then m.author_name else '' end, left(coalesce(m.reply, m.text), 20000), coalesce(m.remote_id, ''), m.at,
				(select coalesce(jsonb_agg(jsonb_build_object('id', a.id, 'name', a.name, 'type', a.type, 'size', a.size) order by a.id), '[]')
					from attachments a where a.message_id = m.id and not a.inline)
			from messages m where m.ticket_id = $1 and m.id > greatest($4, $2 - 1) and `+shownToVisitor+` order by m.id limit $5`, v.ticket, v.first, v.email, after, pageSize)
		if err != nil {
			return wrap("messages", err)
		}
		page, err = pgx.CollectRows(rows, func(r pgx.CollectableRow) (messageFrame, error) {
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
		return wrap("messages", err)
	})
	return page, err
}
