package tickets

import (
	"context"
	"strconv"
	"time"

	"frontline/internal/authority"
	"frontline/internal/fault"
	"frontline/internal/web"
)

// Routes adds tickets, their timeline and files, queues and seats to the API.
func (t *Tickets) Routes(s *web.Server, show Show) {
	t.readRoutes(s)
	t.timelineRoutes(s)
	t.writeRoutes(s)
	t.messageRoutes(s, show)
	t.draftRoutes(s)
	t.queueRoutes(s)
	t.fileRoutes(s, show)
	t.clockRoutes(s)
	t.togetherRoutes(s, show)
	t.fieldRoutes(s)
	t.tagRoutes(s)
}

type oneTicket struct {
	ID int64 `path:"id" minimum:"1"`
}

func (t *Tickets) readRoutes(s *web.Server) {
	web.Query(s, web.Op{
		Method: "GET", Path: "/tickets", ID: "list-tickets", Tag: "tickets", Summary: "Tickets, newest activity first",
		Doc: "Those that the caller may see. Without a state all are listed, resolved and closed ones too.",
	}, func(ctx context.Context, by authority.Actor, in *struct {
		web.Paging
		State    string `query:"state" enum:"open,pending,on_hold,resolved,closed,active" doc:"active: open, pending and on hold"`
		Queue    int64  `query:"queue" minimum:"1"`
		Assignee string `query:"assignee" maxLength:"20" doc:"me, none, or an agent's id"`
		Account  int64  `query:"account" minimum:"1"`
		Contact  int64  `query:"contact" minimum:"1"`
		Number   string `query:"number" maxLength:"20" doc:"the whole number"`
	},
	) (web.Page[Row], error) {
		f := Filter{State: in.State, Queue: in.Queue, Assignee: in.Assignee, Account: in.Account, Contact: in.Contact, Number: in.Number, Limit: in.Limit + 1}
		var err error
		if f.After, _, err = web.Place[Cursor](in.After); err != nil {
			return web.Page[Row]{}, err
		}
		rows, err := t.List(ctx, by, f)
		if err != nil {
			return web.Page[Row]{}, err
		}
		return web.NewPage(rows, in.Limit, func(r Row) Cursor { return Cursor{r.LastAt, r.ID} })
	})
	web.Query(s, web.Op{Method: "GET", Path: "/pop", ID: "screen-pop", Tag: "customers", Summary: "Who may be calling from a number, for whom, and about what"},
		func(ctx context.Context, by authority.Actor, in *struct {
			Number string `query:"number" required:"true" minLength:"1" maxLength:"40" doc:"as it was dialled or signalled"`
		},
		) (Pop, error) {
			return t.Pop(ctx, by, in.Number)
		})
	web.Query(s, web.Op{Method: "GET", Path: "/tickets/{id}", ID: "get-ticket", Tag: "tickets", Summary: "A ticket with its customer, participants, links and the caller's draft"},
		func(ctx context.Context, by authority.Actor, in *oneTicket) (Ticket, error) {
			return t.Ticket(ctx, by, in.ID)
		})
}

func (t *Tickets) timelineRoutes(s *web.Server) {
	web.Query(s, web.Op{
		Method: "GET", Path: "/tickets/{id}/timeline", ID: "ticket-timeline", Tag: "tickets", Summary: "Messages, notes and changes of a ticket, newest first",
	}, func(ctx context.Context, by authority.Actor, in *struct {
		ID     int64 `path:"id" minimum:"1"`
		Limit  int   `query:"limit" minimum:"1" maximum:"200" default:"50"`
		Before int64 `query:"before" minimum:"0" doc:"An entry's id: only older ones; the next of the page before"`
	},
	) (web.Page[Entry], error) {
		entries, err := t.Timeline(ctx, by, in.ID, in.Before, in.Limit+1)
		p := web.Page[Entry]{Items: entries}
		if len(entries) > in.Limit {
			p.Items = entries[:in.Limit]
			p.Next = strconv.FormatInt(p.Items[in.Limit-1].ID, 10)
		}
		return p, err
	})
}

func (t *Tickets) writeRoutes(s *web.Server) {
	web.Command(s, web.Op{
		Method: "POST", Path: "/tickets", ID: "create-ticket", Tag: "tickets", Summary: "Enter a contact, or write to a customer first: a new ticket", Status: 201, MaxBody: maxMessageBody,
		Doc: "The customer is found by mail address or phone number, and made where none has it. With direction out the text is mailed to the customer; what he answers joins the ticket.",
	}, func(ctx context.Context, by authority.Actor, in *struct{ Body newTicket }) (Received, error) {
		b := in.Body
		if err := b.check(); err != nil {
			return Received{}, err
		}
		if b.Direction == "out" {
			return t.Begin(ctx, by, Beginning{b.opening(), b.Cc, b.Bcc, b.State})
		}
		return t.Create(ctx, by, b.opening())
	})
	web.Command(s, web.Op{
		Method: "PATCH", Path: "/tickets/{id}", ID: "edit-ticket", Tag: "tickets", Summary: "Change a ticket",
	}, func(ctx context.Context, by authority.Actor, in *struct {
		ID   int64 `path:"id" minimum:"1"`
		Body editBody
	},
	) (web.Empty, error) {
		return web.Empty{}, t.Edit(ctx, by, in.ID, in.Body.edit())
	})
	web.Command(s, web.Op{
		Method: "POST", Path: "/tickets/{id}/arrived", ID: "arrived", Tag: "tickets", Summary: "Say that an engineer is at the customer's: a promise of arrival is kept",
	}, func(ctx context.Context, by authority.Actor, in *oneTicket) (web.Empty, error) {
		return web.Empty{}, t.Arrived(ctx, by, in.ID)
	})
	web.Command(s, web.Op{
		Method: "POST", Path: "/tickets/{id}/split", ID: "split-ticket", Tag: "tickets", Summary: "Open a new ticket with a customer's message of this one", Status: 201,
	}, func(ctx context.Context, by authority.Actor, in *struct {
		ID   int64 `path:"id" minimum:"1"`
		Body struct {
			Message int64 `json:"message" minimum:"1"`
		}
	},
	) (Made, error) {
		return t.Split(ctx, by, in.ID, in.Body.Message)
	})
	web.Command(s, web.Op{
		Method: "POST", Path: "/tickets/{id}/move", ID: "move-message", Tag: "tickets", Summary: "Put a customer's message into another ticket",
	}, func(ctx context.Context, by authority.Actor, in *struct {
		ID   int64 `path:"id" minimum:"1"`
		Body struct {
			Message int64 `json:"message" minimum:"1"`
			To      int64 `json:"to" minimum:"1" doc:"The other ticket's id"`
		}
	},
	) (web.Empty, error) {
		return web.Empty{}, t.Move(ctx, by, in.ID, in.Body.Message, in.Body.To)
	})
	web.Command(s, web.Op{
		Method: "POST", Path: "/tickets/{id}/links/{link}/dismiss", ID: "dismiss-link", Tag: "tickets", Summary: "Say that a proposed link to another ticket is wrong",
	}, func(ctx context.Context, by authority.Actor, in *struct {
		ID   int64 `path:"id" minimum:"1"`
		Link int64 `path:"link" minimum:"1"`
	},
	) (web.Empty, error) {
		return web.Empty{}, t.DismissLink(ctx, by, in.ID, in.Link)
	})
}

// newTicket is an Opening, or with direction out a Beginning, as it is sent.
type newTicket struct {
	Direction   string   `json:"direction,omitempty" enum:"in,out" default:"in" doc:"in: what the customer said; out: a mail to the customer"`
	Subject     string   `json:"subject" minLength:"1" maxLength:"1000"`
	Channel     string   `json:"channel,omitempty" maxLength:"32" doc:"Of an in, and needed there: how the customer came: phone, fax, letter, form, api, or a name of your own in a-z, 0-9, _ and -"`
	Text        string   `json:"text" minLength:"1" maxLength:"500000"`
	Contact     Given    `json:"contact"`
	Queue       int64    `json:"queue,omitempty" minimum:"1" doc:"A queue's id; absent: the default queue"`
	Type        string   `json:"type,omitempty" maxLength:"50"`
	Severity    string   `json:"severity,omitempty" maxLength:"50"`
	Tags        []string `json:"tags,omitempty" maxItems:"50"`
	Priority    int      `json:"priority,omitempty" minimum:"1" maximum:"4" doc:"1 urgent, 2 high, 3 normal, 4 low; absent: normal"`
	Assignee    int64    `json:"assignee_id,omitempty" minimum:"1" doc:"Absent: nobody"`
	Asset       int64    `json:"asset_id,omitempty" minimum:"1" doc:"The machine it is about"`
	Attachments []int64  `json:"attachments,omitempty" maxItems:"50" doc:"Uploaded before by the same agent"`

	Scope           string    `json:"scope,omitempty" maxLength:"50" doc:"A term's key, as the next two"`
	SubScope        string    `json:"sub_scope,omitempty" maxLength:"50"`
	Reproducibility string    `json:"reproducibility,omitempty" maxLength:"50"`
	Description     string    `json:"description,omitempty" maxLength:"20000"`
	Group           int64     `json:"group_id,omitempty" minimum:"1" doc:"The service group, a team"`
	Accepted        time.Time `json:"accepted_at,omitzero" doc:"When it was accepted, which its number may show; absent: when somebody first has it"`

	Cc    []string `json:"cc,omitempty" maxItems:"50" doc:"Of an out"`
	Bcc   []string `json:"bcc,omitempty" maxItems:"50" doc:"Of an out"`
	State string   `json:"state,omitempty" enum:"open,pending,on_hold,resolved,closed" doc:"Of an out: the ticket's state afterwards; absent: pending"`
}

// check refuses what has no meaning for the direction.
func (b newTicket) check() error {
	if b.Direction == "out" {
		if b.Channel != "" && b.Channel != "email" {
			return fault.BadField("channel", "not_allowed", "allowed", "email")
		}
		return nil
	}
	if b.Channel == "" {
		return fault.BadField("channel", "required")
	}
	for _, f := range []struct {
		name  string
		given bool
	}{{"cc", len(b.Cc) > 0}, {"bcc", len(b.Bcc) > 0}, {"state", b.State != ""}} {
		if f.given {
			return fault.BadField(f.name, "wrong_direction", "only", "out")
		}
	}
	return nil
}

func (b newTicket) opening() Opening {
	return Opening{
		Subject: b.Subject, Channel: b.Channel, Text: b.Text, Contact: b.Contact, Queue: b.Queue, Type: b.Type, Severity: b.Severity,
		Tags: b.Tags, Priority: b.Priority, Assignee: b.Assignee, Asset: b.Asset, Attachments: b.Attachments,
		Request: Request{b.Scope, b.SubScope, b.Reproducibility, b.Description, b.Group, b.Accepted},
	}
}

// editBody is Edit with an assignee that may be null, which means nobody; absent means unchanged.
type editBody struct {
	State    *string             `json:"state,omitempty" enum:"open,pending,on_hold,resolved,closed"`
	SubState *string             `json:"sub_state,omitempty" maxLength:"50"`
	Priority *int                `json:"priority,omitempty" minimum:"1" maximum:"4" doc:"1 urgent, 2 high, 3 normal, 4 low"`
	Severity *string             `json:"severity,omitempty" maxLength:"50"`
	Type     *string             `json:"type,omitempty" maxLength:"50"`
	Subject  *string             `json:"subject,omitempty" minLength:"1" maxLength:"1000"`
	Summary  *string             `json:"summary,omitempty" maxLength:"5000"`
	Queue    *int64              `json:"queue_id,omitempty" minimum:"1"`
	Assignee web.Optional[int64] `json:"assignee_id,omitzero" doc:"null or 0: nobody"`
	Tags     *[]string           `json:"tags,omitempty" maxItems:"50"`
	Asset    web.Optional[int64] `json:"asset_id,omitzero" doc:"The machine it is about; null or 0: none"`
	Fields   map[string]any      `json:"fields,omitempty" doc:"Values of fields of the house, by key; null takes one away"`
	RequestEdit
}

func (b editBody) edit() Edit {
	e := Edit{
		State: b.State, SubState: b.SubState, Priority: b.Priority, Severity: b.Severity, Type: b.Type, Subject: b.Subject, Summary: b.Summary,
		Queue: b.Queue, Tags: b.Tags, Fields: b.Fields, RequestEdit: b.RequestEdit,
	}
	if b.Asset.Set {
		e.Asset = &b.Asset.Value // 0 where it was null
	}
	if b.Assignee.Set {
		e.Assignee = &b.Assignee.Value // 0 where it was null
	}
	return e
}
