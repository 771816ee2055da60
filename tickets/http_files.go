package tickets

import (
	"context"
	"io"
	"net/http"
	"strconv"

	"frontline/internal/authority"
	"frontline/internal/fault"
	"frontline/internal/web"
)

func (t *Tickets) fileRoutes(s *web.Server, show Show) {
	web.Upload(s, web.Op{
		Method: "POST", Path: "/attachments", ID: "upload", Tag: "tickets", Summary: "Upload a file for a later message of the same agent", Status: 201,
	}, func(ctx context.Context, by authority.Actor, in *struct {
		Name string `query:"name" required:"true" minLength:"1" maxLength:"300"`
		Type string `header:"Content-Type" maxLength:"200"`
	}, body io.Reader,
	) (Attached, error) {
		return t.Upload(ctx, by, in.Name, in.Type, body)
	})
	raw := func(op web.Op, kind string, f func(w http.ResponseWriter, r *http.Request, id int64) error) {
		op.Method, op.Tag = "GET", "tickets"
		s.DescribeRaw(op, kind)
		h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
			if err != nil || id < 1 {
				err = fault.New(fault.NotFound, "not_found")
			} else {
				err = f(w, r, id)
			}
			if err != nil {
				s.Fail(w, r, err)
			}
		})
		pattern := "GET " + web.Prefix + op.Path
		if op.Public {
			s.Handle(pattern, h)
		} else {
			s.Handle(pattern, s.Signed(h))
		}
	}
	raw(web.Op{Path: "/attachments/{id}", ID: "download", Summary: "A file, to be saved and never shown"}, "application/octet-stream", t.download)
	raw(web.Op{Path: "/messages/{id}/raw", ID: "raw-message", Summary: "A message as it came, for example the mail"}, "message/rfc822", t.downloadRaw)
	show.tickets, show.prefix = t, web.Prefix
	raw(web.Op{
		Path: "/messages/{id}/html", ID: "message-html", Summary: "A message's HTML, made fit for a sandboxed frame",
		Doc: "With images=1 pictures from elsewhere are shown, fetched by us.",
	}, "text/html", show.page)
	raw(web.Op{Path: "/attachments/{id}/picture", ID: "inline-picture", Public: true, Summary: "A picture inside a message; the address comes from the message's page and ends"}, "image/*", show.inline)
	raw(web.Op{Path: "/messages/{id}/picture", ID: "remote-picture", Public: true, Summary: "A picture from elsewhere; the address comes from the message's page and ends"}, "image/*", show.remote)
}

func (t *Tickets) download(w http.ResponseWriter, r *http.Request, id int64) error {
	a, content, err := t.Open(r.Context(), web.Actor(r.Context()), id)
	if err != nil {
		return err
	}
	defer content.Close()
	web.Download(w, r, web.File{Name: a.Name, Type: a.Type, Size: a.Size, Hash: a.hash, Content: content})
	return nil
}

func (t *Tickets) downloadRaw(w http.ResponseWriter, r *http.Request, id int64) error {
	content, err := t.Raw(r.Context(), web.Actor(r.Context()), id)
	if err != nil {
		return err
	}
	defer content.Close()
	web.Download(w, r, web.File{Name: "message-" + strconv.FormatInt(id, 10) + ".eml", Type: "message/rfc822", Size: -1, Content: content})
	return nil
}
