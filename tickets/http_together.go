package tickets

import (
	"context"

	"frontline/internal/authority"
	"frontline/internal/web"
)

// OneOfMany is what became of one of many tickets, as the API says it.
type OneOfMany struct {
	Ticket int64  `json:"ticket"`
	Code   string `json:"code" doc:"Why it was not done; empty where it was"`
	Detail string `json:"detail" doc:"The same in words"`
}

// Told puts outcomes into the words of the request's language.
func Told(ctx context.Context, s *web.Server, all []Outcome) []OneOfMany {
	out := make([]OneOfMany, len(all))
	for i, o := range all {
		out[i].Ticket = o.Ticket
		if o.Err != nil {
			out[i].Code, out[i].Detail, _ = s.Describe(ctx, o.Err)
		}
	}
	return out
}

// togetherRoutes are those of tickets that belong together.
func (t *Tickets) togetherRoutes(s *web.Server, show Show) {
	web.Command(s, web.Op{
		Method: "POST", Path: "/tickets/{id}/merge", ID: "merge-ticket", Tag: "tickets", Summary: "Put all of a ticket into another one, to which it leads from then on",
		Doc: "Tickets of different customers are refused with 409 other_customer unless anyway is set; one that was merged before with 409 ticket_merged. It cannot be taken back.",
	}, func(ctx context.Context, by authority.Actor, in *struct {
		ID   int64 `path:"id" minimum:"1"`
		Body struct {
			Into   int64 `json:"into" minimum:"1" doc:"The ticket that stays"`
			Anyway bool  `json:"anyway,omitempty" doc:"Although the customers differ"`
		}
	},
	) (web.Empty, error) {
		return web.Empty{}, t.Merge(ctx, by, in.ID, in.Body.Into, in.Body.Anyway)
	})
	web.Query(s, web.Op{
		Method: "GET", Path: "/tickets/{id}/similar", ID: "similar-tickets", Tag: "tickets", Summary: "Tickets of the same customer that are perhaps about the same, the likeliest first",
	}, func(ctx context.Context, by authority.Actor, in *oneTicket) (web.Page[Alike], error) {
		found, err := t.Similar(ctx, by, in.ID)
		return web.Page[Alike]{Items: found}, err
	})
	web.Command(s, web.Op{
		Method: "POST", Path: "/tickets/{id}/links", ID: "link-ticket", Tag: "tickets", Summary: "Say that a ticket belongs together with another one",
	}, func(ctx context.Context, by authority.Actor, in *struct {
		ID   int64 `path:"id" minimum:"1"`
		Body struct {
			Ticket int64  `json:"ticket" minimum:"1" doc:"The other one"`
			Kind   string `json:"kind" enum:"related,parent,child" doc:"What this one is to the other. A parent is the common cause of its children"`
		}
	},
	) (web.Empty, error) {
		return web.Empty{}, t.Link(ctx, by, in.ID, in.Body.Ticket, in.Body.Kind)
	})
	web.Command(s, web.Op{
		Method: "DELETE", Path: "/tickets/{id}/links/{link}", ID: "unlink-ticket", Tag: "tickets", Summary: "Take such a link away",
	}, func(ctx context.Context, by authority.Actor, in *struct {
		ID   int64 `path:"id" minimum:"1"`
		Link int64 `path:"link" minimum:"1"`
	},
	) (web.Empty, error) {
		return web.Empty{}, t.Unlink(ctx, by, in.ID, in.Link)
	})
	web.Command(s, web.Op{
		Method: "POST", Path: "/tickets/{id}/children/messages", ID: "answer-children", Tag: "tickets", Summary: "Send the same words to the customers of all children", MaxBody: maxReplyBody,
		Doc: "Each gets a reply of his own, on his ticket's channel, with {{variables}} filled in. With an Idempotency-Key it can be asked again: nobody is answered twice.",
	}, func(ctx context.Context, by authority.Actor, in *struct {
		ID   int64 `path:"id" minimum:"1"`
		Body struct {
			Text        string  `json:"text,omitempty" maxLength:"500000"`
			HTML        string  `json:"html,omitempty" maxLength:"500000"`
			Attachments []int64 `json:"attachments,omitempty" maxItems:"50" doc:"Uploaded before by the same agent"`
			State       string  `json:"state,omitempty" enum:"open,pending,on_hold,resolved,closed" doc:"Of the children afterwards; absent: pending"`
			Tickets     []int64 `json:"tickets,omitempty" maxItems:"200" doc:"Only these of the children"`
		}
	},
	) (web.Page[OneOfMany], error) {
		b := messageBody{Direction: "out", Text: in.Body.Text, HTML: in.Body.HTML}
		if err := b.dress(show); err != nil {
			return web.Page[OneOfMany]{}, err
		}
		done, err := t.AnswerChildren(ctx, by, in.ID, in.Body.Tickets, Reply{Text: b.Text, HTML: b.HTML, Attachments: in.Body.Attachments, State: in.Body.State})
		return web.Page[OneOfMany]{Items: Told(ctx, s, done)}, err
	})
}

func (t *Tickets) fieldRoutes(s *web.Server) {
	web.Query(s, web.Op{Method: "GET", Path: "/fields", ID: "list-fields", Tag: "fields", Summary: "The fields that this house has on its tickets, those that the caller sees"},
		func(ctx context.Context, by authority.Actor, _ *struct{}) (web.Page[Field], error) {
			found, err := t.Fields(ctx, by)
			return web.Page[Field]{Items: found}, err
		})
	web.Command(s, web.Op{Method: "PUT", Path: "/fields/{key}", ID: "save-field", Tag: "fields", Summary: "Make a field, or change one"},
		func(ctx context.Context, by authority.Actor, in *struct {
			Key  string `path:"key" maxLength:"50"`
			Body fieldBody
		},
		) (web.Empty, error) {
			b := in.Body
			return web.Empty{}, t.SaveField(ctx, by, Field{in.Key, b.Name, b.NameEn, b.Type, b.Choices, b.Required, b.Roles, b.Position, b.Retired})
		})
}

type fieldBody struct {
	Name     string   `json:"name" minLength:"1" maxLength:"100"`
	NameEn   string   `json:"name_en,omitempty" maxLength:"100"`
	Type     string   `json:"type" enum:"text,number,date,choice,yes_no,money"`
	Choices  []Choosy `json:"choices,omitempty" maxItems:"200"`
	Required bool     `json:"required,omitempty" doc:"When an agent resolves or closes a ticket"`
	Roles    []string `json:"roles,omitempty" maxItems:"8" doc:"Who sees it; empty: everybody"`
	Position int      `json:"position,omitempty" minimum:"0" maximum:"10000"`
	Retired  bool     `json:"retired,omitempty" doc:"Kept where it is set, offered no more"`
}

func (t *Tickets) tagRoutes(s *web.Server) {
	web.Query(s, web.Op{Method: "GET", Path: "/tags", ID: "list-tags", Tag: "tags", Summary: "Tags in use, the most frequent first"},
		func(ctx context.Context, by authority.Actor, in *struct {
			Words string `query:"q" maxLength:"100"`
			Limit int    `query:"limit" minimum:"1" maximum:"500" default:"50"`
		},
		) (web.Page[Tag], error) {
			found, err := t.Tags(ctx, by, in.Words, in.Limit)
			return web.Page[Tag]{Items: found}, err
		})
	web.Command(s, web.Op{Method: "POST", Path: "/tags/rename", ID: "rename-tag", Tag: "tags", Summary: "Give all tickets that have a tag another one in its place"},
		func(ctx context.Context, by authority.Actor, in *struct {
			Body struct {
				From string `json:"from" minLength:"1" maxLength:"100"`
				To   string `json:"to" minLength:"1" maxLength:"100" doc:"One in use makes the two one"`
			}
		},
		) (Renamed, error) {
			n, err := t.RenameTag(ctx, by, in.Body.From, in.Body.To)
			return Renamed{n}, err
		})
}

// Renamed says how many tickets a tag was renamed on.
type Renamed struct {
	Tickets int `json:"tickets"`
}
