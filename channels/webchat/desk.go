package webchat

import (
	"context"
	"net/http"

	"frontline/internal/authority"
	"frontline/internal/web"

	"github.com/jackc/pgx/v5"
)

// OnTicket is a ticket's conversation as the desk shows it beside the timeline.
type OnTicket struct {
	Site struct {
		ID   int64  `json:"id"`
		Name string `json:"name"`
	} `json:"site"`
	Visitor struct {
		ID       int64  `json:"id"`
		Verified bool   `json:"verified" doc:"The host site vouches for name and addresses; otherwise the visitor says so"`
		Name     string `json:"name"`
		Email    string `json:"email"`
		Phone    string `json:"phone"`
		Language string `json:"language"`
		Page     string `json:"page" doc:"Where the conversation began, as the browser says"`
	} `json:"visitor"`
	Answers  []Answer `json:"answers" doc:"To the questions before the chat"`
	State    string   `json:"state" enum:"none,waiting,talking,left,ended"`
	LeftAs   string   `json:"left_as" enum:",message,callback,mail,away" doc:"How the visitor stopped waiting"`
	Online   bool     `json:"online"`
	ReadUpto int64    `json:"read_upto"`
}

// OnTicket reads the conversation of a ticket; fault.NotFound where it is none of the chat's.
func (c *Chat) OnTicket(ctx context.Context, by authority.Actor, ticket int64) (out OnTicket, err error) {
	var v visitor
	err = c.o.Gate.View(ctx, by, func(q authority.Query) error {
		if err := scanVisitor(q.QueryRow(ctx, `select `+visitorColumns+` from chat_visitors
			where ticket_id = $1 or ticket_id in (select id from tickets where merged_into = $1) order by id desc limit 1`, ticket), &v); err != nil {
			return err
		}
		if err := q.QueryRow(ctx, `select s.id, s.name from chat_visitors v join chat_sites s on s.id = v.site_id where v.id = $1`, v.id).Scan(&out.Site.ID, &out.Site.Name); err != nil {
			return wrap("site of the conversation", err)
		}
		out.Visitor.ID, out.Visitor.Verified, out.Visitor.Name, out.Visitor.Email, out.Visitor.Phone = v.id, v.verified, v.name, v.email, v.phone
		out.Visitor.Language, out.Visitor.Page = v.language, v.page
		out.Answers, out.LeftAs, out.ReadUpto = v.answers, v.leftAs, v.read
		return nil
	})
	if err != nil {
		return out, err
	}
	b, t := &pgx.Batch{}, talk{}
	queueTalk(b, v.token, &v, &t)
	if err := c.o.Gate.Ask(ctx, by, b); err != nil {
		return out, err
	}
	if out.State = t.state; t.state == "" {
		return out, errNoTicket
	}
	now := c.online(ticket)
	out.Online, out.ReadUpto = now.Online, max(out.ReadUpto, now.ReadUpto)
	return out, nil
}

func (c *Chat) deskRoutes(s *web.Server) {
	web.Query(s, web.Op{Method: http.MethodGet, Path: "/tickets/{id}/chat", ID: "get-chat", Tag: "chat", Summary: "A ticket's conversation: who the visitor is, and how far it is"},
		func(ctx context.Context, by authority.Actor, in *struct {
			ID int64 `path:"id" minimum:"1"`
		},
		) (OnTicket, error) {
			return c.OnTicket(ctx, by, in.ID)
		})
}
