package tickets

import (
	"context"
	"strings"

	"frontline/internal/authority"
	"frontline/internal/fault"
	"frontline/internal/web"
)

// Bodies in bytes: MaxText characters of up to four bytes, and what JSON adds; twice that where HTML comes beside the text.
const (
	maxMessageBody = 4 << 20
	maxReplyBody   = 2 * maxMessageBody
)

type messageBody struct {
	Direction   string   `json:"direction" enum:"in,out,note" doc:"in: what the customer said elsewhere; out: a reply to the customer; note: for colleagues only"`
	Text        string   `json:"text,omitempty" maxLength:"500000" doc:"May be absent beside html: it is then made of it"`
	HTML        string   `json:"html,omitempty" maxLength:"500000" doc:"Of an out: the same with its looks, for channels that can show them. Scripts, forms and whatever else mail may not have are taken out"`
	NoteType    string   `json:"note_type,omitempty" maxLength:"50" doc:"Of a note"`
	Channel     string   `json:"channel,omitempty" maxLength:"32" doc:"Of an in: how it came; absent: as the ticket"`
	To          []string `json:"to,omitempty" maxItems:"50" doc:"Of an out: absent: the customer"`
	Cc          []string `json:"cc,omitempty" maxItems:"50"`
	Bcc         []string `json:"bcc,omitempty" maxItems:"50"`
	Attachments []int64  `json:"attachments,omitempty" maxItems:"50" doc:"Uploaded before by the same agent"`
	Seen        int64    `json:"seen,omitempty" minimum:"0" doc:"Of an out: the last message the writer has seen; newer ones make it 409 stale_view"`
	Anyway      bool     `json:"anyway,omitempty" doc:"Of an out: send although newer messages have come"`
	State       string   `json:"state,omitempty" enum:"open,pending,on_hold,resolved,closed" doc:"Of an out: the ticket's state afterwards; absent: pending"`
}

func (t *Tickets) messageRoutes(s *web.Server, show Show) {
	web.Command(s, web.Op{
		Method: "POST", Path: "/tickets/{id}/messages", ID: "add-message", Tag: "tickets", Summary: "Reply, note, or enter what the customer said", Status: 201, MaxBody: maxReplyBody,
	}, func(ctx context.Context, by authority.Actor, in *struct {
		ID   int64 `path:"id" minimum:"1"`
		Body messageBody
	},
	) (Added, error) {
		if err := in.Body.dress(show); err != nil {
			return Added{}, err
		}
		id, err := t.add(ctx, by, in.ID, in.Body)
		return Added{id}, err
	})
}

// dress makes the HTML fit to send, and the text of it where there is none.
func (b *messageBody) dress(show Show) error {
	if b.HTML == "" {
		return nil
	}
	var text string
	if b.HTML, text = show.Letter(b.HTML); strings.TrimSpace(b.Text) == "" {
		b.Text = text
	}
	if strings.TrimSpace(b.Text) == "" {
		return fault.BadField("html", "no_words")
	}
	return nil
}

func (t *Tickets) add(ctx context.Context, by authority.Actor, ticket int64, b messageBody) (int64, error) {
	if err := b.check(); err != nil {
		return 0, err
	}
	switch b.Direction {
	case "in":
		return t.Enter(ctx, by, ticket, b.Channel, b.Text, b.Attachments)
	case "note":
		return t.Note(ctx, by, ticket, b.NoteType, b.Text, b.Attachments)
	}
	return t.Reply(ctx, by, Reply{
		Ticket: ticket, Text: b.Text, HTML: b.HTML, To: b.To, Cc: b.Cc, Bcc: b.Bcc, Attachments: b.Attachments, Seen: b.Seen, Anyway: b.Anyway, State: b.State,
	})
}

// check refuses what has no meaning for the direction: a note "to" a customer would be a secret
// that the writer believes was sent.
func (b messageBody) check() error {
	for _, f := range []struct {
		name  string
		given bool
		only  string
	}{
		{"to", len(b.To) > 0, "out"},
		{"cc", len(b.Cc) > 0, "out"},
		{"bcc", len(b.Bcc) > 0, "out"},
		{"html", b.HTML != "", "out"},
		{"state", b.State != "", "out"},
		{"note_type", b.NoteType != "", "note"},
		{"channel", b.Channel != "", "in"},
	} {
		if f.given && b.Direction != f.only {
			return fault.BadField(f.name, "wrong_direction", "only", f.only)
		}
	}
	return nil
}

// draftBody is a Draft as it is written.
type draftBody struct {
	Direction   string   `json:"direction,omitempty" enum:"out,note" default:"out"`
	Text        string   `json:"text" maxLength:"500000"`
	To          []string `json:"to,omitempty" maxItems:"50"`
	Cc          []string `json:"cc,omitempty" maxItems:"50"`
	Bcc         []string `json:"bcc,omitempty" maxItems:"50"`
	Attachments []int64  `json:"attachments,omitempty" maxItems:"50"`
	Seen        int64    `json:"seen,omitempty" minimum:"0"`
}

func (t *Tickets) draftRoutes(s *web.Server) {
	web.Command(s, web.Op{
		Method: "PUT", Path: "/tickets/{id}/draft", ID: "save-draft", Tag: "tickets", Summary: "Keep the caller's unsent words on a ticket", MaxBody: maxMessageBody,
	}, func(ctx context.Context, by authority.Actor, in *struct {
		ID   int64 `path:"id" minimum:"1"`
		Body draftBody
	},
	) (web.Empty, error) {
		b := in.Body
		return web.Empty{}, t.SaveDraft(ctx, by, in.ID, Draft{
			Direction: b.Direction, Text: b.Text, To: b.To, Cc: b.Cc, Bcc: b.Bcc, Attachments: b.Attachments, Seen: b.Seen,
		})
	})
	web.Command(s, web.Op{Method: "DELETE", Path: "/tickets/{id}/draft", ID: "drop-draft", Tag: "tickets", Summary: "Throw the caller's draft on a ticket away"},
		func(ctx context.Context, by authority.Actor, in *oneTicket) (web.Empty, error) {
			return web.Empty{}, t.DropDraft(ctx, by, in.ID)
		})
}

func (t *Tickets) queueRoutes(s *web.Server) {
	web.Query(s, web.Op{Method: "GET", Path: "/queues", ID: "list-queues", Tag: "queues", Summary: "The queues the caller works on, with what waits in them"},
		func(ctx context.Context, by authority.Actor, _ *struct{}) (web.Page[Queue], error) {
			found, err := t.Queues(ctx, by)
			return web.Page[Queue]{Items: found}, err
		})
	web.Command(s, web.Op{Method: "POST", Path: "/queues", ID: "add-queue", Tag: "queues", Summary: "Make a queue", Status: 201},
		func(ctx context.Context, by authority.Actor, in *struct{ Body QueueEdit }) (Added, error) {
			id, err := t.SaveQueue(ctx, by, 0, in.Body)
			return Added{id}, err
		})
	web.Command(s, web.Op{Method: "PUT", Path: "/queues/{id}", ID: "edit-queue", Tag: "queues", Summary: "Change a queue; its tickets follow its team"},
		func(ctx context.Context, by authority.Actor, in *struct {
			ID   int64 `path:"id" minimum:"1"`
			Body QueueEdit
		},
		) (Added, error) {
			id, err := t.SaveQueue(ctx, by, in.ID, in.Body)
			return Added{id}, err
		})
	web.Query(s, web.Op{Method: "GET", Path: "/agents", ID: "list-agents", Tag: "agents", Summary: "All who work here, and whether they are there"},
		func(ctx context.Context, by authority.Actor, _ *struct{}) (web.Page[Seat], error) {
			found, err := t.Seats(ctx, by)
			return web.Page[Seat]{Items: found}, err
		})
}
