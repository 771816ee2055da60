package tickets

import (
	"context"
	"regexp"
	"strings"

	"frontline/crm"
	"frontline/internal/authority"
	"frontline/internal/fault"
)

// Given is what somebody says of a customer: any of name, mail address and phone number.
type Given struct {
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
	points, err := n.Contact.points()
	if err != nil {
		return Received{}, err
	}
	var got Received
	err = t.gate.Do(ctx, by, func(tx *authority.Tx) error {
		act := authority.Act{Name: "ticket.receive", Object: n.Channel, Unveiled: true}
		in := Inbound{
			Channel: n.Channel, From: points[0], Name: n.Contact.Name, Subject: n.Subject, Text: n.Text,
			Queue: n.Queue, Type: n.Type, Severity: n.Severity, Tags: n.Tags,
		}
		var err error
		got, err = t.takeInFrom(ctx, tx, act, in, points)
		tx.Return(got)
		return err
	})
	return got, err
}

// takeInFrom is takeIn for somebody who gives several points.
func (t *Tickets) takeInFrom(ctx context.Context, tx *authority.Tx, act authority.Act, in Inbound, points []crm.Point) (Received, error) {
	if len(points) == 1 {
		return t.takeIn(ctx, tx, act, in)
	}
	if err := tx.Allow(ctx, act); err != nil {
		return Received{}, err
	}
	if _, err := crm.IdentifyAny(ctx, tx, points, in.Name); err != nil {
		return Received{}, err
	}
	return t.Keep(ctx, tx, in)
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
		in := Inbound{Into: ticket, Text: text}
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
