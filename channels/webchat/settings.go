package webchat

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"frontline/internal/authority"
	"frontline/internal/fault"
	"frontline/internal/secret"
	"frontline/internal/web"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// Edit is what a site is made with, or changed to.
type Edit struct {
	Key       string     `json:"key" pattern:"^[a-z0-9][a-z0-9-]{1,31}$" example:"shop" doc:"Its name in addresses"`
	Name      string     `json:"name" minLength:"1" maxLength:"100"`
	Origins   []string   `json:"origins" maxItems:"100" doc:"Whose pages may open the chat: scheme, host and port exactly, such as https://shop.example.com"`
	Colour    string     `json:"colour,omitempty" pattern:"^#[0-9a-f]{6}$" example:"#1f5fbf" default:"#1f5fbf"`
	Title     Words      `json:"title,omitempty"`
	Greeting  Words      `json:"greeting,omitempty"`
	Offline   Words      `json:"offline,omitempty" doc:"Shown when it is closed or nobody is there"`
	Questions []Question `json:"questions,omitempty" maxItems:"20"`
	Calendar  string     `json:"calendar,omitempty" maxLength:"100" doc:"Its hours, by name; empty: always open"`
	QueueID   int64      `json:"queue_id" minimum:"1"`
	Routes    []Route    `json:"routes,omitempty" maxItems:"100" doc:"The first that fits decides the queue"`
	MailAfter int        `json:"mail_after_s,omitempty" minimum:"10" maximum:"86400" default:"600" doc:"An answer that a visitor did not get goes by mail after so long"`
	AwayAfter int        `json:"away_after_s,omitempty" minimum:"20" maximum:"86400" default:"120" doc:"Who waits and is gone so long has left"`
	Disabled  bool       `json:"disabled,omitempty"`
}

// Site is a site as it is kept.
type Site struct {
	ID int64 `json:"id"`
	Edit
	HasSecret bool `json:"has_secret" doc:"The host's visitors can be identified"`
}

// Saved names the site that was saved.
type Saved struct {
	ID int64 `json:"id"`
}

func siteObject(id int64) string { return "chat_site:" + strconv.FormatInt(id, 10) }

// check refuses what would never work, or not as it looks.
func (x *Edit) check() error {
	for i, o := range x.Origins {
		at := "origins." + strconv.Itoa(i)
		u, err := url.Parse(o)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || o != strings.ToLower(u.Scheme+"://"+u.Host) {
			return fault.BadField(at, "bad_origin")
		}
		if u.Scheme == "http" && u.Port() == "80" || u.Scheme == "https" && u.Port() == "443" {
			return fault.BadField(at, "bad_origin") // browsers leave it out
		}
	}
	names := map[string]Question{}
	for i, q := range x.Questions {
		at := "questions." + strconv.Itoa(i)
		if _, twice := names[q.Name]; twice {
			return fault.BadField(at+".name", "twice")
		}
		if q.Label.in("en") == "" {
			return fault.BadField(at+".label", "required")
		}
		if (q.Kind == "choice") != (len(q.Options) > 0) {
			return fault.BadField(at+".options", "not_allowed", "allowed", "choice")
		}
		names[q.Name] = q
	}
	for i, r := range x.Routes {
		at := "routes." + strconv.Itoa(i)
		q, known := names[r.Question]
		switch {
		case r.Pages == "" && r.Question == "":
			return fault.BadField(at, "route_for_all")
		case r.Question != "" && !known:
			return fault.BadField(at+".question", "unknown_question")
		case r.Question != "" && q.Kind == "choice" && !slices.ContainsFunc(q.Options, func(o Option) bool { return o.Value == r.Answer }):
			return fault.BadField(at+".answer", "unknown_choice")
		}
	}
	return nil
}

// Sites lists all sites, for those who may see or change them; for others there are none.
func (c *Chat) Sites(ctx context.Context, by authority.Actor) (out []Site, err error) {
	out = []Site{}
	err = c.o.Gate.View(ctx, by, func(q authority.Query) error {
		rows, err := q.Query(ctx, `select s.id, s.key, s.name, s.origins, s.colour, s.title, s.greeting, s.offline, s.questions, s.calendar, s.queue_id, s.routes,
				s.mail_after_s, s.away_after_s, s.disabled_at is not null, s.identity_secret is not null
			from chat_sites s where exists (select from agents a join rights r on r.act in ('chat_site.view', 'chat_site.edit') and r.role = any (a.roles)
				where a.id = $1 and a.disabled_at is null) order by s.name, s.id limit 1000`, by.ID)
		if err != nil {
			return wrap("sites", err)
		}
		out, err = pgx.CollectRows(rows, scanSite)
		return wrap("sites", err)
	})
	return out, err
}

func scanSite(r pgx.CollectableRow) (Site, error) {
	var s Site
	var texts [5][]byte
	if err := r.Scan(&s.ID, &s.Key, &s.Name, &s.Origins, &s.Colour, &texts[0], &texts[1], &texts[2], &texts[3], &s.Calendar, &s.QueueID, &texts[4],
		&s.MailAfter, &s.AwayAfter, &s.Disabled, &s.HasSecret); err != nil {
		return s, err
	}
	for i, to := range []any{&s.Title, &s.Greeting, &s.Offline, &s.Questions, &s.Routes} {
		if err := json.Unmarshal(texts[i], to); err != nil {
			return s, err
		}
	}
	return s, nil
}

// SaveSite makes a site (id 0) or changes one.
func (c *Chat) SaveSite(ctx context.Context, by authority.Actor, id int64, x Edit) (Saved, error) {
	if err := x.check(); err != nil {
		return Saved{}, err
	}
	saved := Saved{id}
	err := c.o.Gate.Do(ctx, by, func(tx *authority.Tx) error {
		if err := tx.Allow(ctx, authority.Act{Name: "chat_site.edit", Object: siteObject(id)}); err != nil {
			return err
		}
		saved = Saved{id}
		if _, err := c.o.Tickets.Hours(ctx, tx, x.Calendar); err != nil && x.Calendar != "" {
			return err
		}
		if err := c.save(ctx, tx, &saved.ID, x); err != nil {
			return saveFault(err, x)
		}
		tx.Emit("chat_site.changed", siteObject(saved.ID), "staff")
		tx.Return(saved)
		return nil
	})
	c.sites.forget()
	return saved, err
}

func (c *Chat) save(ctx context.Context, tx *authority.Tx, id *int64, x Edit) error {
	args := []any{*id, x.Key, x.Name, append([]string{}, x.Origins...), or(x.Colour, "#1f5fbf"), x.Calendar, x.QueueID, orInt(x.MailAfter, 600), orInt(x.AwayAfter, 120), x.Disabled}
	for _, v := range []any{x.Title, x.Greeting, x.Offline, append([]Question{}, x.Questions...), append([]Route{}, x.Routes...)} {
		b, err := json.Marshal(v)
		if err != nil {
			return err
		}
		args = append(args, b)
	}
	for i, r := range x.Routes {
		var there bool
		if err := tx.QueryRow(ctx, `select exists (select from queues where id = $1)`, r.Queue).Scan(&there); err != nil {
			return err
		}
		if !there {
			return fault.BadField("routes."+strconv.Itoa(i)+".queue_id", "unknown_queue")
		}
	}
	if *id == 0 {
		return tx.QueryRow(ctx, `insert into chat_sites (key, name, origins, colour, calendar, queue_id, mail_after_s, away_after_s, disabled_at, title, greeting, offline, questions, routes)
			select $2, $3, $4, $5, $6, $7, $8, $9, case when $10 then now() end, $11, $12, $13, $14, $15 where $1 = 0 returning id`, args...).Scan(id)
	}
	return tx.QueryRow(ctx, `update chat_sites set key = $2, name = $3, origins = $4, colour = $5, calendar = $6, queue_id = $7, mail_after_s = $8, away_after_s = $9,
			disabled_at = case when $10 then coalesce(disabled_at, now()) end, title = $11, greeting = $12, offline = $13, questions = $14, routes = $15, updated_at = now()
		where id = $1 returning id`, args...).Scan(id)
}

func saveFault(err error, x Edit) error {
	var pe *pgconn.PgError
	switch {
	case errors.As(err, &pe) && pe.Code == "23505":
		return fault.New(fault.Conflict, "key_taken", "key", x.Key)
	case errors.As(err, &pe) && pe.Code == "23503":
		return fault.BadField("queue_id", "unknown_queue")
	case errors.Is(err, pgx.ErrNoRows):
		return fault.New(fault.NotFound, "not_found", "what", "site")
	}
	return wrap("save the site", err)
}

// Made is a secret, told once.
type Made struct {
	Secret string `json:"secret" doc:"Signs the host site's tokens; it is not shown again"`
}

func secretContext(site int64) string { return siteObject(site) + ":identity" }

// MakeSecret gives a site another identity secret; tokens that were signed with the one before are good no more.
func (c *Chat) MakeSecret(ctx context.Context, by authority.Actor, id int64) (Made, error) {
	made := Made{rand.Text() + rand.Text()}
	err := c.o.Gate.Do(ctx, by, func(tx *authority.Tx) error {
		if err := tx.Allow(ctx, authority.Act{Name: "chat_site.edit", Object: siteObject(id), Reason: "identity secret"}); err != nil {
			return err
		}
		err := tx.QueryRow(ctx, `update chat_sites set identity_secret = $2, updated_at = now() where id = $1 returning id`, id, seal(c.o.Key, id, made.Secret)).Scan(&id)
		if err != nil {
			return saveFault(err, Edit{})
		}
		tx.Emit("chat_site.changed", siteObject(id), "staff")
		return nil
	})
	c.sites.forget()
	if err != nil {
		return Made{}, err
	}
	return made, nil
}

func seal(key *secret.Key, site int64, plain string) []byte {
	return key.Seal([]byte(plain), secretContext(site))
}

func or(s, standard string) string {
	if s == "" {
		return standard
	}
	return s
}

func orInt(n, standard int) int {
	if n == 0 {
		return standard
	}
	return n
}

func (c *Chat) siteRoutes(s *web.Server) {
	web.Query(s, web.Op{Method: http.MethodGet, Path: "/chat-sites", ID: "list-chat-sites", Tag: "chat", Summary: "Where the chat may be opened"},
		func(ctx context.Context, by authority.Actor, _ *struct{}) (web.Page[Site], error) {
			all, err := c.Sites(ctx, by)
			return web.Page[Site]{Items: all}, err
		})
	web.Command(s, web.Op{Method: http.MethodPost, Path: "/chat-sites", ID: "create-chat-site", Tag: "chat", Summary: "Add a site", Status: http.StatusCreated},
		func(ctx context.Context, by authority.Actor, in *struct{ Body Edit }) (Saved, error) {
			return c.SaveSite(ctx, by, 0, in.Body)
		})
	web.Command(s, web.Op{Method: http.MethodPut, Path: "/chat-sites/{id}", ID: "replace-chat-site", Tag: "chat", Summary: "Change a site"},
		func(ctx context.Context, by authority.Actor, in *struct {
			ID   int64 `path:"id" minimum:"1"`
			Body Edit
		},
		) (Saved, error) {
			return c.SaveSite(ctx, by, in.ID, in.Body)
		})
	web.Command(s, web.Op{
		Method: http.MethodPost, Path: "/chat-sites/{id}/secret", ID: "make-chat-secret", Tag: "chat",
		Summary: "Make the secret with which the host site signs who its visitors are", Status: http.StatusCreated,
	},
		func(ctx context.Context, by authority.Actor, in *struct {
			ID int64 `path:"id" minimum:"1"`
		},
		) (Made, error) {
			return c.MakeSecret(ctx, by, in.ID)
		})
}
