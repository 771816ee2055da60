package ticketpage

import (
	"context"
	"io"
	"io/fs"
	"net/http"
	"strconv"

	"frontline/channels"
	"frontline/internal/authority"
	"frontline/internal/fault"
	"frontline/internal/web"
	"frontline/tickets"
)

// policy is that of the page: it loads what is ours, and nobody frames it.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; " +
	"frame-ancestors 'none'; base-uri 'none'; form-action 'none'"

// Routes adds the pages and their links to the server.
func (p *Pages) Routes(s *web.Server) {
	p.web = s
	p.agentRoutes(s)
	p.customerRoutes(s)
	if p.o.Files == nil {
		return
	}
	files := s.Files(p.o.Files)
	s.HandleFunc("GET /c/{token}", func(w http.ResponseWriter, r *http.Request) error {
		raw, err := fs.ReadFile(p.o.Files, "link.html")
		if err != nil {
			return wrap("read the page", err)
		}
		h := w.Header()
		h.Set("Content-Type", "text/html; charset=utf-8")
		h.Set("Content-Security-Policy", policy)
		h.Set("Referrer-Policy", "no-referrer") // the address is the secret
		h.Set("X-Robots-Tag", "noindex")
		h.Set("Cache-Control", "no-store")
		w.Write(raw) //nolint:errcheck // the customer left
		return nil
	})
	s.HandleFunc("GET /c/assets/{file}", func(w http.ResponseWriter, r *http.Request) error {
		return files.Send(w, r, r.PathValue("file"), "public, no-cache")
	})
}

func (p *Pages) agentRoutes(s *web.Server) {
	web.Command(s, web.Op{
		Method: http.MethodPost, Path: "/tickets/{id}/link", ID: "make-link", Tag: "tickets", Status: http.StatusCreated,
		Summary: "Make a secret link by which the customer sees the ticket and answers",
	}, func(ctx context.Context, by authority.Actor, in *struct {
		ID   int64 `path:"id" minimum:"1"`
		Body struct {
			Days int `json:"days,omitempty" minimum:"1" maximum:"90" default:"30"`
		}
	},
	) (Link, error) {
		return p.Make(ctx, by, in.ID, in.Body.Days)
	})
	web.Command(s, web.Op{
		Method: http.MethodPost, Path: "/tickets/{id}/surveys/send", ID: "send-survey", Tag: "tickets", Status: http.StatusCreated,
		Summary: "Ask the customer how content he was: a link to the questions goes to him, in a mail or in the chat",
	}, func(ctx context.Context, by authority.Actor, in *struct {
		ID   int64 `path:"id" minimum:"1"`
		Body struct {
			Questionnaire int64 `json:"questionnaire_id" minimum:"1"`
		}
	},
	) (tickets.Added, error) {
		id, err := p.AskSurvey(ctx, by, in.ID, in.Body.Questionnaire)
		return tickets.Added{ID: id}, err
	})
	web.Query(s, web.Op{Method: http.MethodGet, Path: "/tickets/{id}/links", ID: "list-links", Tag: "tickets", Summary: "The secret links to a ticket, without their tokens"},
		func(ctx context.Context, by authority.Actor, in *struct {
			ID int64 `path:"id" minimum:"1"`
		},
		) (web.Page[Link], error) {
			all, err := p.Links(ctx, by, in.ID)
			return web.Page[Link]{Items: all}, err
		})
	web.Command(s, web.Op{Method: http.MethodDelete, Path: "/links/{id}", ID: "revoke-link", Tag: "tickets", Summary: "End a secret link at once"},
		func(ctx context.Context, by authority.Actor, in *struct {
			ID int64 `path:"id" minimum:"1"`
		},
		) (web.Empty, error) {
			return web.Empty{}, p.Revoke(ctx, by, in.ID)
		})
}

func (p *Pages) customerRoutes(s *web.Server) {
	web.Command(s, web.Op{
		Method: http.MethodPost, Path: "/link-requests", ID: "ask-for-link", Tag: "link", Public: true, Status: http.StatusAccepted,
		Summary: "Let the link to a ticket be mailed to its customer",
		Doc:     "The answer is the same whether there is such a ticket of such a customer or not.",
	}, func(ctx context.Context, _ authority.Actor, in *struct{ Body Asked }) (web.Empty, error) {
		return web.Empty{}, p.AskFor(ctx, web.Peer(ctx), in.Body)
	})
	web.Query(s, web.Op{Method: http.MethodGet, Path: "/link/{token}", ID: "view-by-link", Tag: "link", Public: true, Summary: "A ticket as the holder of a secret link sees it"},
		func(ctx context.Context, _ authority.Actor, in *struct {
			Token string `path:"token" maxLength:"100"`
		},
		) (View, error) {
			return p.View(ctx, in.Token)
		})
	web.Command(s, web.Op{
		Method: http.MethodPost, Path: "/link/{token}/messages", ID: "reply-by-link", Tag: "link", Public: true, Status: http.StatusCreated,
		Summary: "Answer by a secret link", MaxBody: 256 << 10,
	}, func(ctx context.Context, _ authority.Actor, in *struct {
		Token string `path:"token" maxLength:"100"`
		Body  Reply
	},
	) (Said, error) {
		return p.Reply(ctx, in.Token, in.Body)
	})
	web.Command(s, web.Op{
		Method: http.MethodPost, Path: "/link/{token}/answers", ID: "evaluate-by-link", Tag: "link", Public: true,
		Summary: "Answer by a secret link how content one was; once", MaxBody: 64 << 10,
	}, func(ctx context.Context, _ authority.Actor, in *struct {
		Token string `path:"token" maxLength:"100"`
		Body  Opinion
	},
	) (web.Empty, error) {
		return web.Empty{}, p.Evaluate(ctx, in.Token, in.Body)
	})
	web.Upload(s, web.Op{
		Method: http.MethodPost, Path: "/link/{token}/files", ID: "upload-by-link", Tag: "link", Public: true, Status: http.StatusCreated,
		Summary: "Upload a file for an answer by a secret link", MaxBody: channels.MaxFile,
	}, func(ctx context.Context, _ authority.Actor, in *struct {
		Token string `path:"token" maxLength:"100"`
		Name  string `query:"name" required:"true" minLength:"1" maxLength:"300"`
	}, body io.Reader,
	) (File, error) {
		return p.Upload(ctx, in.Token, in.Name, body)
	})
	s.DescribeRaw(web.Op{Method: http.MethodGet, Path: "/link/{token}/files/{id}", ID: "download-by-link", Tag: "link", Public: true, Summary: "A file of the ticket, to be saved and never shown"}, "application/octet-stream")
	s.HandleFunc("GET "+web.Prefix+"/link/{token}/files/{id}", func(w http.ResponseWriter, r *http.Request) error {
		if err := p.opens.Take(web.Household(web.Peer(r.Context()))); err != nil {
			return err
		}
		id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
		if err != nil || id < 1 {
			return fault.New(fault.NotFound, "not_found")
		}
		f, content, err := p.Open(r.Context(), r.PathValue("token"), id)
		if err != nil {
			return err
		}
		defer content.Close()
		web.Download(w, r, web.File{Name: f.Name, Type: f.Type, Size: f.Size, Content: content})
		return nil
	})
}
