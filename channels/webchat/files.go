package webchat

import (
	"context"
	"crypto/hmac"
	"encoding/base64"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"frontline/channels"
	"frontline/internal/authority"
	"frontline/internal/fault"
	"frontline/internal/web"
	"frontline/tickets"

	"github.com/jackc/pgx/v5"
)

const (
	maxUnsaid = 20 // files of one visitor that are in no message yet
	linkHours = 24 * time.Hour
)

func (c *Chat) fileRoutes(s *web.Server) {
	s.HandleFunc("POST /chat/{site}/files", c.counted(c.upload))
	s.HandleFunc("GET /chat/{site}/files/{id}", c.download)
}

// counted counts what a handler refused.
func (c *Chat) counted(f func(w http.ResponseWriter, r *http.Request) error) func(w http.ResponseWriter, r *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		err := f(w, r)
		if err != nil {
			c.counts.refuse(err)
		}
		return err
	}
}

// upload takes a visitor's file in, for a message to come.
func (c *Chat) upload(w http.ResponseWriter, r *http.Request) error {
	s, err := c.enterSite(w, r)
	if err != nil {
		return err
	}
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return errToken
	}
	if err := c.checkToken(s.ID, token); err != nil {
		return err
	}
	if err := c.floods.files.Take(web.Household(web.Peer(r.Context()))); err != nil {
		return err
	}
	f, err := channels.Accept(r.Context(), c.o.Blobs, r.URL.Query().Get("name"), web.Body(r.Context(), channels.MaxFile))
	if err != nil {
		return err
	}
	l := &line{chat: c, site: s, token: token, lang: web.Language(r.Context())}
	out := fileShown{Name: f.Name, Type: f.Type, Size: f.Size, Picture: channels.Picture(f.Type)}
	err = c.o.Gate.Do(r.Context(), self, func(tx *authority.Tx) error {
		var v visitor
		if _, err := c.turn(r.Context(), tx, l, &v, &talk{}, ""); err != nil {
			return err
		}
		var unsaid int
		if err := tx.QueryRow(r.Context(), `select count(*) from chat_files where visitor_id = $1 and message_id is null`, v.id).Scan(&unsaid); err != nil {
			return wrap("files of the visitor", err)
		}
		if unsaid >= maxUnsaid {
			return fault.New(fault.TooMany, "too_many_files", "max", maxUnsaid)
		}
		return wrap("keep the file", tx.QueryRow(r.Context(), `insert into chat_files (visitor_id, hash, name, type, size) values ($1, $2, $3, $4, $5) returning id`,
			v.id, f.Hash, f.Name, f.Type, f.Size).Scan(&out.ID))
	})
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusCreated)
	w.Write(encode(out)) //nolint:errcheck // the browser left
	return nil
}

// claim gives the visitor's files of those ids, for a message; any other id is refused.
func (c *Chat) claim(ctx context.Context, tx *authority.Tx, v visitor, ids []int64) ([]tickets.File, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	ids = slices.Compact(slices.Sorted(slices.Values(ids)))
	rows, err := tx.Query(ctx, `select hash, size, name, type from chat_files where id = any ($1) and visitor_id = $2 and message_id is null order by id`, ids, v.id)
	if err != nil {
		return nil, wrap("files of the visitor", err)
	}
	files, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (f tickets.File, err error) {
		return f, r.Scan(&f.Hash, &f.Size, &f.Name, &f.Type)
	})
	if err != nil {
		return nil, wrap("files of the visitor", err)
	}
	if len(files) != len(ids) {
		return nil, fault.BadField("files", "unknown_attachment")
	}
	return files, nil
}

// used says in which message files are.
func (c *Chat) used(ctx context.Context, tx *authority.Tx, ids []int64, message int64) error {
	if len(ids) == 0 {
		return nil
	}
	_, err := tx.Exec(ctx, `update chat_files set message_id = $2 where id = any ($1)`, ids, message)
	return wrap("files of the message", err)
}

// links gives files the addresses at which a browser gets them for some time: a picture in a page sends no token.
func (c *Chat) links(s *site, files []fileShown) []fileShown {
	until := time.Now().Truncate(linkHours).Add(2 * linkHours).Unix() // the same all day, so that browsers keep what they have
	for i := range files {
		f := &files[i]
		f.Picture = channels.Picture(f.Type)
		f.URL = "/chat/" + s.Key + "/files/" + strconv.FormatInt(f.ID, 10) + "?until=" + strconv.FormatInt(until, 10) + "&sig=" + c.signFile(s.ID, f.ID, until)
	}
	return files
}

func (c *Chat) signFile(site, file, until int64) string {
	sum := c.o.Key.MAC("chat file", strconv.AppendInt(nil, site, 10), strconv.AppendInt(nil, file, 10), strconv.AppendInt(nil, until, 10))
	return base64.RawURLEncoding.EncodeToString(sum)
}

// download gives a file of a conversation to whoever has its address.
func (c *Chat) download(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	s, err := c.sites.get(ctx, r.PathValue("site"))
	if err != nil {
		return err
	}
	missing := fault.New(fault.NotFound, "not_found", "what", "file")
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		return missing
	}
	until, err := strconv.ParseInt(r.URL.Query().Get("until"), 10, 64)
	if err != nil || time.Now().Unix() > until || !hmac.Equal([]byte(c.signFile(s.ID, id, until)), []byte(r.URL.Query().Get("sig"))) {
		return missing
	}
	// The signature says that the visitor was shown the message.
	a, content, err := c.o.Tickets.Open(ctx, self, id)
	if err != nil {
		return err
	}
	defer content.Close()
	f := web.File{Name: a.Name, Type: a.Type, Size: a.Size, Content: content}
	if channels.Picture(a.Type) {
		web.Picture(w, r, f)
		return nil
	}
	web.Download(w, r, f)
	return nil
}
