package tickets

import (
	"context"
	"errors"
	"regexp"
	"slices"
	"strings"

	"frontline/crm"
	"frontline/internal/authority"
	"frontline/internal/fault"
)

// Given is what somebody says of a customer: any of name, mail address and phone number, or which contact it is.
type Given struct {
	ID    int64  `json:"id,omitempty" minimum:"1" doc:"A known contact's; email or phone then say which of its addresses is meant"`
	Name  string `json:"name,omitempty" maxLength:"200"`
	Email string `json:"email,omitempty" maxLength:"320"`
	Phone string `json:"phone,omitempty" maxLength:"50" doc:"With country code, or as dialled in China"`
}

// points are the ways to reach the customer, the best first.
func (g Given) points() ([]crm.Point, error) {
	var out []crm.Point
	if strings.TrimSpace(g.Email) != "" {
		out = append(out, crm.Point{Kind: crm.Email, Address: g.Email})
	}
	if strings.TrimSpace(g.Phone) != "" {
		out = append(out, crm.Point{Kind: crm.Phone, Address: g.Phone})
	}
	if len(out) == 0 {
		if strings.TrimSpace(g.Name) == "" {
			return nil, fault.BadField("contact", "contact_empty")
		}
		return append(out, crm.Unknown()), nil
	}
	for i, p := range out {
		p, err := p.Normal()
		if err != nil {
			return nil, within("contact", err)
		}
		out[i] = p
	}
	return out, nil
}

// within says that a fault's fields are parts of a larger field.
func within(outer string, err error) error {
	f, ok := err.(*fault.Fault) //nolint:errorlint // made by the call before, not wrapped
	if !ok {
		return err
	}
	inner := *f
	inner.Fields = nil
	for _, x := range f.Fields {
		x.Name = outer + "." + x.Name
		inner.Fields = append(inner.Fields, x)
	}
	return &inner
}

// Opening is a contact that somebody enters, or that another system hands over.
type Opening struct {
	Subject  string
	Channel  string // how the customer came: "phone", "fax", "form" ...
	Text     string
	Contact  Given
	Queue    int64 // 0: the default queue
	Type     string
	Severity string
	Tags     []string
	Priority int   // 1 urgent to 4 low; 0: normal
	Assignee int64 // 0: nobody
	Asset    int64 // the machine it is about; 0: none is known

	Attachments []int64 // uploaded before by the same agent
	Request     Request
}

// channelName is what a channel may be called.
var channelName = regexp.MustCompile(`^[a-z][a-z0-9_-]{0,31}$`)

// Create opens a ticket for a contact that somebody enters. It identifies the customer by mail
// address or phone number, and makes one that was not known.
func (t *Tickets) Create(ctx context.Context, by authority.Actor, n Opening) (Received, error) {
	if strings.TrimSpace(n.Subject) == "" {
		return Received{}, fault.BadField("subject", "required")
	}
	if !channelName.MatchString(n.Channel) {
		return Received{}, fault.BadField("channel", "bad_channel")
	}
	if err := checkText(n.Text); err != nil {
		return Received{}, err
	}
	if err := checkTags(n.Tags); err != nil {
		return Received{}, err
	}
	var points []crm.Point
	var err error
	if n.Contact.ID == 0 {
		if points, err = n.Contact.points(); err != nil {
			return Received{}, err
		}
	}
	var got Received
	err = t.gate.Do(ctx, by, func(tx *authority.Tx) error {
		act := authority.Act{Name: "ticket.receive", Object: n.Channel, Unveiled: true}
		in := Inbound{
			Channel: n.Channel, Name: n.Contact.Name, Subject: n.Subject, Text: n.Text,
			Queue: n.Queue, Type: n.Type, Severity: n.Severity, Tags: n.Tags, Priority: n.Priority, Assignee: n.Assignee,
			Request: n.Request, told: true,
		}
		var err error
		if n.Contact.ID != 0 || n.Assignee != 0 || n.Asset != 0 || n.Request != (Request{}) {
			got, err = t.takeInKnown(ctx, tx, act, in, n.Contact, points)
		} else {
			got, err = t.takeInFrom(ctx, tx, act, in, points)
		}
		if err != nil {
			return err
		}
		if n.Asset != 0 {
			if err := t.edit(ctx, tx, got.Ticket, Edit{Asset: &n.Asset}); err != nil {
				return err
			}
		}
		tx.Return(got)
		return t.attach(ctx, tx, got.Message, n.Attachments)
	})
	return got, err
}

// takeInFrom is takeIn for somebody who gives several points.
func (t *Tickets) takeInFrom(ctx context.Context, tx *authority.Tx, act authority.Act, in Inbound, points []crm.Point) (Received, error) {
	in.From = points[0]
	if len(points) == 1 {
		return t.takeIn(ctx, tx, act, in, true)
	}
	if err := tx.Allow(ctx, act); err != nil {
		return Received{}, err
	}
	if _, err := crm.IdentifyAny(ctx, tx, points, in.Name); err != nil {
		return Received{}, err
	}
	return t.Keep(ctx, tx, in)
}

// takeInKnown is takeInFrom where it names rows that must be there: the contact, the assignee, a machine, terms.
func (t *Tickets) takeInKnown(ctx context.Context, tx *authority.Tx, act authority.Act, in Inbound, who Given, points []crm.Point) (Received, error) {
	if err := tx.Allow(ctx, act); err != nil {
		return Received{}, err
	}
	if err := checkEdit(ctx, tx, Edit{Assignee: &in.Assignee}); err != nil {
		return Received{}, err
	}
	if err := in.Request.check(ctx, tx); err != nil {
		return Received{}, err
	}
	c, from, err := who.identify(ctx, tx, points, in.Channel)
	if err != nil {
		return Received{}, err
	}
	in.From = from
	if in.Name == "" {
		in.Name = c.Name
	}
	return t.Keep(ctx, tx, in)
}

// identify gives the contact, made where it was not known, and by which of its addresses it is meant: the one that was
// given, else the first that the channel uses, else its first.
func (g Given) identify(ctx context.Context, tx *authority.Tx, points []crm.Point, channel string) (crm.Contact, crm.Point, error) {
	if g.ID == 0 {
		c, err := crm.IdentifyAny(ctx, tx, points, g.Name)
		return c, points[0], err
	}
	c, all, err := crm.Known(ctx, tx, g.ID)
	if err != nil {
		if errors.Is(err, fault.NotFound) {
			err = fault.BadField("contact.id", "unknown_contact")
		}
		return c, crm.Point{}, err
	}
	if strings.TrimSpace(g.Email+g.Phone) != "" {
		asked, err := g.points()
		if err != nil {
			return c, crm.Point{}, err
		}
		if !slices.Contains(all, asked[0]) {
			return c, crm.Point{}, fault.BadField("contact."+asked[0].Kind, "not_theirs")
		}
		return c, asked[0], nil
	}
	for _, p := range all {
		if p.Kind == channel {
			return c, p, nil
		}
	}
	return c, all[0], nil
}

// Enter keeps in a ticket what the customer said outside of the program's own channels, such as
// on the phone. An empty channel is the ticket's own.
func (t *Tickets) Enter(ctx context.Context, by authority.Actor, ticket int64, channel, text string, attachments []int64) (message int64, err error) {
	if channel != "" && !channelName.MatchString(channel) {
		return 0, fault.BadField("channel", "bad_channel")
	}
	if err := checkText(text); err != nil {
		return 0, err
	}
	err = t.gate.Do(ctx, by, func(tx *authority.Tx) error {
		if err := tx.Allow(ctx, authority.Act{Name: "ticket.receive", Object: object(ticket)}); err != nil {
			return err
		}
		in := Inbound{Into: ticket, Text: text, told: true}
		// Who opened the ticket says it: by the address the ticket was opened from, else any of the contact's.
		err := tx.QueryRow(ctx, `select coalesce(nullif($2, ''), t.channel), c.name, p.kind, p.address
			from tickets t join contacts c on c.id = t.contact_id
			join lateral (
				select 0, kind, address from participants where ticket_id = t.id and role = 'requester'
				union all select 1, kind, address from contact_points where contact_id = c.id
				order by 1 limit 1) p on true
			where t.id = $1`, ticket, channel).Scan(&in.Channel, &in.Name, &in.From.Kind, &in.From.Address)
		if err != nil {
			return notFound(err, "ticket")
		}
		got, err := t.Keep(ctx, tx, in)
		if err != nil {
			return err
		}
		message = got.Message
		tx.Return(Added{message})
		return t.attach(ctx, tx, message, attachments)
	})
	return message, err
}

// Visible says whether the actor may see a ticket.
func (t *Tickets) Visible(ctx context.Context, by authority.Actor, ticket int64) error {
	return t.gate.View(ctx, by, func(q authority.Query) error {
		var seen bool
		if err := q.QueryRow(ctx, `select true from tickets where id = $1`, ticket).Scan(&seen); err != nil {
			return notFound(err, "ticket")
		}
		return nil
	})
}
