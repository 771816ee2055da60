package tickets

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"frontline/internal/authority"
	"frontline/internal/fault"
	"frontline/internal/plain"
	"frontline/internal/web"
	"frontline/tickets/routing"

	"github.com/jackc/pgx/v5"
)

// Work is what agents do with contacts that wait: they are offered them, take them, hand them on, put them aside and are
// done with them. How queues route and what agents can is set here too.
type Work struct {
	gate *authority.Gate
	t    *Tickets
}

// NewWork makes Work on the tickets.
func NewWork(t *Tickets) *Work { return &Work{t.gate, t} }

// Offer is a contact that an agent is asked to take.
type Offer struct {
	ID        int64       `json:"id"`
	TicketID  int64       `json:"ticket_id"`
	Number    string      `json:"number"`
	Subject   string      `json:"subject"`
	Customer  string      `json:"customer"`
	Channel   string      `json:"channel"`
	Queue     QueueName   `json:"queue"`
	MadeAt    time.Time   `json:"made_at"`
	ExpiresAt *time.Time  `json:"expires_at" doc:"null: it was accepted without asking"`
	Auto      bool        `json:"auto"`
	Why       routing.Why `json:"why" doc:"Who, because, who else could not"`
	Words     string      `json:"words" doc:"The same in a sentence"`
}

// QueueName names a queue.
type QueueName struct {
	ID     int64  `json:"id"`
	Name   string `json:"name"`
	NameEn string `json:"name_en"`
}

// Offers are those that are out to the actor, the oldest first.
func (w *Work) Offers(ctx context.Context, by authority.Actor) ([]Offer, error) {
	return w.offers(ctx, by, 0)
}

// Offer is one of the actor's that is out, or that gave a contact without asking; else it is fault.NotFound.
func (w *Work) Offer(ctx context.Context, by authority.Actor, id int64) (Offer, error) {
	found, err := w.offers(ctx, by, id)
	if err == nil && len(found) == 0 {
		err = notFound(pgx.ErrNoRows, "offer")
	}
	if err != nil {
		return Offer{}, err
	}
	return found[0], nil
}

// offers reads one, or with 0 all that are out.
func (w *Work) offers(ctx context.Context, by authority.Actor, id int64) (out []Offer, err error) {
	// Who is asked may not see the ticket yet; its number they are told all the same.
	as := by
	if by.Kind == authority.Agent && by.ID > 0 {
		as = authority.System("router")
	}
	b := &pgx.Batch{}
	var asked *pgx.QueuedQuery
	if id == 0 {
		asked = b.Queue(offersShown+` where o.agent_id = $1 and o.state = 'out' order by o.id limit 100`, by.ID)
	} else { // by its number: an agent's offers of years are many
		asked = b.Queue(offersShown+` where o.agent_id = $1 and o.id = $2 and (o.state = 'out' or o.state = 'accepted' and o.expires_at is null)`, by.ID, id)
	}
	asked.Query(gather(&out, func(r pgx.CollectableRow) (Offer, error) {
		var o Offer
		err := r.Scan(&o.ID, &o.TicketID, &o.Number, &o.Subject, &o.Customer, &o.Channel, &o.Queue.ID, &o.Queue.Name, &o.Queue.NameEn, &o.MadeAt, &o.ExpiresAt, &o.Why)
		o.Auto = o.ExpiresAt == nil
		o.Words = o.Why.Words(readerOf(ctx, o.MadeAt))
		return o, err
	}))
	if err := w.gate.Ask(ctx, as, b); err != nil {
		return nil, fmt.Errorf("offers: %w", err)
	}
	return out, nil
}

const offersShown = `select o.id, o.ticket_id, t.number, o.subject, o.customer, o.channel, q.id, q.name, q.name_en, o.made_at, o.expires_at, o.why
	from offers o join queues q on q.id = o.queue_id join tickets t on t.id = o.ticket_id`

// readerOf is who asks, as the reader of an explanation.
func readerOf(ctx context.Context, now time.Time) routing.Reader {
	return routing.Reader{Lang: web.Language(ctx), Zone: web.Zone(ctx), Now: now}
}

// Taken names the ticket of a contact that an agent has now.
type Taken struct {
	TicketID int64 `json:"ticket_id"`
}

// Accept takes the contact that is offered: the ticket is the agent's. An offer that is over is fault.Conflict
// "offer_over"; accepted twice it is the same.
func (w *Work) Accept(ctx context.Context, by authority.Actor, offer int64) (Taken, error) {
	var got Taken
	err := w.answer(ctx, by, offer, func(tx *authority.Tx, b *pgx.Batch, s *stay, o asked) error {
		got = Taken{s.ticket}
		tx.Return(got)
		if o.State == "accepted" && s.held() && s.Agent == by.ID {
			return nil
		}
		if o.State != "out" {
			return fault.New(fault.Conflict, "offer_over")
		}
		s.take(b, by.ID, false)
		assign(tx, b, s.ticket, o.assigned, by)
		return nil
	})
	return got, err
}

// Decline refuses the contact that is offered: it waits again at its old place, and is asked of the agent again only after a time.
func (w *Work) Decline(ctx context.Context, by authority.Actor, offer int64, reason string) error {
	return w.answer(ctx, by, offer, func(_ *authority.Tx, b *pgx.Batch, s *stay, o asked) error {
		if o.State != "out" {
			return fault.New(fault.Conflict, "offer_over")
		}
		s.withdraw(b, "declined", plain.Line(reason, 200))
		s.back(b, true)
		return nil
	})
}

// asked is an offer and its ticket, as an answer to it needs them.
type asked struct {
	Ticket, Agent int64
	State         string
	assigned      owner
}

// owner is who has a ticket, and where it is.
type owner struct {
	queue    int64
	assignee *int64
}

// answer locks an offer of the actor's with its ticket and stay, and writes what f puts into the batch.
func (w *Work) answer(ctx context.Context, by authority.Actor, offer int64, f func(tx *authority.Tx, b *pgx.Batch, s *stay, o asked) error) error {
	return w.gate.Do(ctx, by, func(tx *authority.Tx) error {
		// Who is asked need not see the ticket yet.
		if err := tx.Allow(ctx, authority.Act{Name: "offer.answer", Object: fmt.Sprint("offer:", offer), Unveiled: true}); err != nil {
			return err
		}
		var o asked
		if err := tx.QueryRow(ctx, `select ticket_id from offers where id = $1 and agent_id = $2`, offer, by.ID).Scan(&o.Ticket); err != nil {
			return notFound(err, "offer")
		}
		var s stay
		look := &pgx.Batch{}
		look.Queue(`select queue_id, assignee_id from tickets where id = $1 for no key update`, o.Ticket).QueryRow(func(r pgx.Row) error {
			return r.Scan(&o.assigned.queue, &o.assigned.assignee)
		})
		s.look(look, o.Ticket)
		look.Queue(`select agent_id, state from offers where id = $1`, offer).QueryRow(func(r pgx.Row) error { return r.Scan(&o.Agent, &o.State) })
		if err := tx.SendBatch(ctx, look).Close(); err != nil {
			return fmt.Errorf("read the offer: %w", err)
		}
		b := &pgx.Batch{}
		if err := f(tx, b, &s, o); err != nil {
			return err
		}
		return s.write(ctx, tx, b)
	})
}

// assign makes a ticket an agent's, as is seen on its timeline.
func assign(tx *authority.Tx, b *pgx.Batch, ticket int64, was owner, to authority.Actor) {
	before := int64(0)
	if was.assignee != nil {
		before = *was.assignee
	}
	if before == to.ID {
		return
	}
	b.Queue(`update tickets set assignee_id = nullif($2::bigint, 0), updated_at = now() where id = $1`, ticket, to.ID)
	queueEvent(b, ticket, tx.By, Changed{Name: "assignee", From: before, To: to.ID})
	hear := topics(ticket, was.queue, was.assignee)
	if to.ID != 0 {
		hear = append(hear, "agent:"+strconv.FormatInt(to.ID, 10))
	}
	tx.Emit("ticket.changed", object(ticket), hear...)
}

// hand is a contact of which an agent does something by hand.
type hand struct {
	stay
	owner
	boss     bool       // the actor leads others
	deadline *time.Time // of the offer, the parking or the wrap-up, where the router looks
}

// byHand locks a ticket that the actor sees, with its stay, and writes what f puts into the batch.
func (w *Work) byHand(ctx context.Context, by authority.Actor, act string, ticket int64, f func(tx *authority.Tx, b *pgx.Batch, h *hand) error) error {
	return w.gate.Do(ctx, by, func(tx *authority.Tx) error {
		if err := tx.Allow(ctx, authority.Act{Name: act, Object: object(ticket)}); err != nil {
			return err
		}
		var h hand
		look, found := &pgx.Batch{}, false
		look.Queue(`select true, queue_id, assignee_id, (select sees_all()) from tickets where id = $1 for no key update`, ticket).Query(func(rows pgx.Rows) error {
			_, err := pgx.ForEachRow(rows, []any{&found, &h.queue, &h.assignee, &h.boss}, func() error { return nil })
			return err
		})
		h.look(look, ticket)
		if err := tx.SendBatch(ctx, look).Close(); err != nil {
			return fmt.Errorf("read the stay: %w", err)
		}
		if !found {
			return notFound(pgx.ErrNoRows, "ticket")
		}
		// Who hands a contact over may lose sight of it by that.
		if err := tx.Unveil(ctx); err != nil {
			return err
		}
		b := &pgx.Batch{}
		if err := f(tx, b, &h); err != nil {
			return err
		}
		return h.write(ctx, tx, b)
	})
}

// mine refuses where the contact is in nobody's hand, or in another's whom the actor does not lead.
func (h *hand) mine(by authority.Actor) error {
	switch {
	case h.ID == 0 || h.waits():
		return fault.New(fault.Conflict, "not_in_hand")
	case h.Agent != by.ID && !h.boss:
		return fault.New(fault.Forbidden, "not_yours")
	}
	return nil
}

// Pull takes a contact that waits without being offered it, where the queue lets agents do that. One that another agent
// has is fault.Conflict "in_hand".
func (w *Work) Pull(ctx context.Context, by authority.Actor, ticket int64) (Taken, error) {
	got := Taken{ticket}
	err := w.byHand(ctx, by, "entry.pull", ticket, func(tx *authority.Tx, b *pgx.Batch, h *hand) error {
		tx.Return(got)
		switch {
		case h.ID == 0:
			return fault.New(fault.Conflict, "not_waiting")
		case h.waits() && !h.boss && !h.Rules.pullable():
			return fault.New(fault.Forbidden, "no_pull")
		case h.waits():
			h.take(b, by.ID, true)
			assign(tx, b, ticket, h.owner, by)
			return nil
		case h.Agent == by.ID:
			return nil
		}
		return fault.New(fault.Conflict, "in_hand")
	})
	return got, err
}

// Park puts a contact in hand aside until a time; then, or when the customer says more, the agent has it again.
func (w *Work) Park(ctx context.Context, by authority.Actor, ticket int64, until time.Time, note string) error {
	return w.byHand(ctx, by, "entry.park", ticket, func(tx *authority.Tx, b *pgx.Batch, h *hand) error {
		if err := h.mine(by); err != nil {
			return err
		}
		if !h.held() {
			return fault.New(fault.Conflict, "not_in_hand")
		}
		if !until.After(tx.Now()) || until.After(tx.Now().AddDate(1, 0, 0)) {
			return fault.BadField("until", "not_ahead", "days", 365)
		}
		b.Queue(`update entries set state = 'parked', parked_until = $2 where ticket_id = $1 and state <> 'ended'`, ticket, until)
		b.Queue(`update seats set idle_since = now() where agent_id = $1`, h.Agent)
		h.touch(h.Queue, h.Agent)
		return h.note(tx, b, note)
	})
}

// Unpark gives a contact that was put aside back to its agent before its time.
func (w *Work) Unpark(ctx context.Context, by authority.Actor, ticket int64) error {
	return w.byHand(ctx, by, "entry.park", ticket, func(_ *authority.Tx, b *pgx.Batch, h *hand) error {
		if err := h.mine(by); err != nil {
			return err
		}
		if h.State != "parked" {
			return fault.New(fault.Conflict, "not_parked")
		}
		h.take(b, h.Agent, false)
		return nil
	})
}

// End says that the contact itself is over: the customer hung up, or nothing more is to be done. Wrap-up follows where
// the queue has one.
func (w *Work) End(ctx context.Context, by authority.Actor, ticket int64) error {
	return w.byHand(ctx, by, "entry.end", ticket, func(_ *authority.Tx, b *pgx.Batch, h *hand) error {
		if err := h.mine(by); err != nil {
			return err
		}
		h.finish(b)
		return nil
	})
}

// WrapUp ends the wrap-up of a contact with one of its queue's codes.
func (w *Work) WrapUp(ctx context.Context, by authority.Actor, ticket int64, code, note string) error {
	return w.byHand(ctx, by, "entry.wrap_up", ticket, func(_ *authority.Tx, b *pgx.Batch, h *hand) error {
		if err := h.mine(by); err != nil {
			return err
		}
		if h.State != "wrap_up" {
			return fault.New(fault.Conflict, "not_in_wrap_up")
		}
		if err := h.Rules.WrapUp.takes(code); err != nil {
			return err
		}
		b.Queue(`update entries set code = $2, code_note = $3 where ticket_id = $1 and state <> 'ended'`, ticket, code, plain.Text(note, 1000))
		h.end(b, "handled")
		return nil
	})
}

// takes refuses a code that is not the queue's.
func (w *WrapUpRule) takes(code string) error {
	if w == nil {
		return nil // the rule went while the contact was wrapped up
	}
	if code == "" {
		if w.Required {
			return fault.BadField("code", "required")
		}
		return nil
	}
	for _, c := range w.Codes {
		if c.Code == code {
			return nil
		}
	}
	return fault.BadField("code", "unknown_code")
}

// note keeps words for colleagues with what is done; empty, nothing.
func (h *hand) note(tx *authority.Tx, b *pgx.Batch, text string) error {
	if strings.TrimSpace(text) == "" {
		return nil
	}
	if err := checkText(text); err != nil {
		return err
	}
	b.Queue(`with m as (insert into messages (ticket_id, direction, author_kind, author_id, author_name, text) values ($1, 'note', $2, $3, $4, $5) returning id)
		update tickets set last_message_id = greatest(last_message_id, m.id), updated_at = now() from m where tickets.id = $1`,
		h.ticket, authorKind(tx.By), tx.By.ID, tx.By.Name, text)
	tx.Emit("message.added", object(h.ticket), topics(h.ticket, h.queue, h.assignee)...)
	return nil
}
