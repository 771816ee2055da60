package tickets

import (
	"context"
	"strconv"

	"frontline/internal/authority"
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
		Method: "POST", Path: "/tickets", ID: "create-ticket", Tag: "tickets", Summary: "Enter a contact: a new ticket", Status: 201, MaxBody: maxMessageBody,
		Doc: "The customer is found by mail address or phone number, and made where none has it.",
	}, func(ctx context.Context, by authority.Actor, in *struct {
		Body struct {
			Subject  string   `json:"subject" minLength:"1" maxLength:"1000"`
			Channel  string   `json:"channel" maxLength:"32" doc:"How the customer came: phone, fax, letter, form, api, or a name of your own in a-z, 0-9, _ and -"`
			Text     string   `json:"text" minLength:"1" maxLength:"500000"`
			Contact  Given    `json:"contact"`
			Queue    int64    `json:"queue,omitempty" minimum:"1" doc:"A queue's id; absent: the default queue"`
			Type     string   `json:"type,omitempty" maxLength:"50"`
			Severity string   `json:"severity,omitempty" maxLength:"50"`
			Tags     []string `json:"tags,omitempty" maxItems:"50"`
		}
	},
	) (Received, error) {
		b := in.Body
		return t.Create(ctx, by, Opening{b.Subject, b.Channel, b.Text, b.Contact, b.Queue, b.Type, b.Severity, b.Tags})
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
}

func (b editBody) edit() Edit {
	e := Edit{b.State, b.SubState, b.Priority, b.Severity, b.Type, b.Subject, b.Summary, b.Queue, nil, b.Tags}
	if b.Assignee.Set {
		e.Assignee = &b.Assignee.Value // 0 where it was null
	}
	return e
}
