package email

import (
	"context"
	"net/http"

	"frontline/internal/authority"
	"frontline/internal/fault"
	"frontline/internal/web"

	"github.com/jackc/pgx/v5"
)

// Routes adds the channel's operations to the API.
func (e *Email) Routes(s *web.Server) {
	web.Query(s, web.Op{Method: http.MethodGet, Path: "/mailboxes", ID: "list-mailboxes", Summary: "Mailboxes with their state", Tag: "mailboxes"},
		func(ctx context.Context, by authority.Actor, _ *struct{}) (web.Page[Status], error) {
			all, err := e.Mailboxes(ctx, by)
			return web.Page[Status]{Items: all}, err
		})
	web.Command(s, web.Op{Method: http.MethodPost, Path: "/mailboxes", ID: "create-mailbox", Summary: "Add a mailbox", Tag: "mailboxes", Status: http.StatusCreated},
		func(ctx context.Context, by authority.Actor, in *struct{ Body Edit }) (Saved, error) {
			return e.Save(ctx, by, 0, in.Body)
		})
	web.Command(s, web.Op{Method: http.MethodPut, Path: "/mailboxes/{id}", ID: "replace-mailbox", Summary: "Change a mailbox; absent secrets stay", Tag: "mailboxes"},
		func(ctx context.Context, by authority.Actor, in *struct {
			ID   int64 `path:"id" minimum:"1"`
			Body Edit
		},
		) (Saved, error) {
			return e.Save(ctx, by, in.ID, in.Body)
		})
	web.Command(s, web.Op{
		Method: http.MethodPost, Path: "/mailboxes/{id}/test", ID: "test-mailbox", Tag: "mailboxes",
		Summary: "Log in to a mailbox's servers and say what happens", Timeout: testTime + testTime/2,
	},
		func(ctx context.Context, by authority.Actor, in *struct {
			ID int64 `path:"id" minimum:"1"`
		},
		) (Tested, error) {
			return e.Test(ctx, by, in.ID)
		})
	web.Query(s, web.Op{
		Method: http.MethodGet, Path: "/mailboxes/{id}/aside", ID: "list-mail-aside", Tag: "mailboxes",
		Summary: "Mails that are kept aside: automatic ones that belong to no ticket, and unreadable ones",
	},
		func(ctx context.Context, by authority.Actor, in *struct {
			ID int64 `path:"id" minimum:"1"`
			web.Paging
		},
		) (web.Page[Aside], error) {
			return e.aside(ctx, by, in.ID, in.Paging)
		})
}

// Aside is a mail that became no message.
type Aside struct {
	ID      int64  `json:"id"`
	State   string `json:"state" enum:"set_aside,quarantined"`
	Reason  string `json:"reason"`
	Size    int64  `json:"size"`
	Message *int64 `json:"message_id" doc:"the ticket's message that shows it, where there is one"`
	At      string `json:"received_at"`
}

func (e *Email) aside(ctx context.Context, by authority.Actor, mailbox int64, p web.Paging) (page web.Page[Aside], err error) {
	before, found, err := web.Place[int64](p.After)
	if err != nil {
		return page, err
	}
	if !found {
		before = 1<<63 - 1
	}
	var rows []Aside
	err = e.gate.View(ctx, by, func(q authority.Query) error {
		if err := e.may(ctx, q, by, "mailbox.view"); err != nil {
			return err
		}
		if _, err := e.mailbox(ctx, q, mailbox); err != nil {
			return err
		}
		r, err := q.Query(ctx, `select id, state, reason, size, message_id, to_char(received_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') from raw_mails
			where mailbox_id = $1 and state in ('set_aside', 'quarantined') and id < $2 order by id desc limit $3`, mailbox, before, p.Limit+1)
		if err != nil {
			return wrap("mails aside", err)
		}
		rows, err = pgx.CollectRows(r, pgx.RowToStructByPos[Aside])
		return wrap("mails aside", err)
	})
	if err != nil {
		return page, err
	}
	return web.NewPage(rows, p.Limit, func(a Aside) int64 { return a.ID })
}

// may hides mailboxes from who has no right to see or change them: their servers and state are nobody
// else's business.
func (e *Email) may(ctx context.Context, q authority.Query, by authority.Actor, act string) error {
	var may bool
	if err := q.QueryRow(ctx, `select exists (select from agents a join rights r on r.act = $2 and r.role = any (a.roles) where a.id = $1 and a.disabled_at is null)`,
		by.ID, act).Scan(&may); err != nil {
		return wrap("right to mailboxes", err)
	}
	if !may {
		return fault.New(fault.NotFound, "not_found", "what", "mailbox")
	}
	return nil
}
