package agentdesk

import (
	"context"
	"time"

	"frontline/internal/authority"
	"frontline/internal/web"
	"frontline/tickets"
)

type named struct {
	ID int64 `path:"id" minimum:"1"`
}

// Routes adds views, macros and acts on many tickets to the API.
func (w *Work) Routes(s *web.Server) {
	w.viewRoutes(s)
	w.macroRoutes(s)
	web.Command(s, web.Op{
		Method: "POST", Path: "/tickets/bulk", ID: "many-tickets", Tag: "tickets", Summary: "Do the same to up to 500 tickets", Timeout: 5 * time.Minute,
		Doc: "Each in a transaction of its own; what became of each is told. With an Idempotency-Key it can be asked again: what was done is not done twice.",
	}, func(ctx context.Context, by authority.Actor, in *struct{ Body Many }) (web.Page[tickets.OneOfMany], error) {
		done, err := w.DoMany(ctx, by, in.Body)
		return web.Page[tickets.OneOfMany]{Items: tickets.Told(ctx, s, done)}, err
	})
}

func (w *Work) viewRoutes(s *web.Server) {
	web.Query(s, web.Op{Method: "GET", Path: "/views", ID: "list-views", Tag: "views", Summary: "Saved views of the list: one's own, one's teams' and those for all"},
		func(ctx context.Context, by authority.Actor, _ *struct{}) (web.Page[View], error) {
			found, err := w.Views(ctx, by)
			return web.Page[View]{Items: found}, err
		})
	web.Query(s, web.Op{
		Method: "GET", Path: "/views/counts", ID: "count-views", Tag: "views", Summary: "How many tickets each view has",
		Doc: "Counted to 1000, among the 5000 latest in the view's states, queue and assignee.",
	}, func(ctx context.Context, by authority.Actor, _ *struct{}) (web.Page[ViewCount], error) {
		found, err := w.Counts(ctx, by)
		return web.Page[ViewCount]{Items: found}, err
	})
	web.Query(s, web.Op{
		Method: "GET", Path: "/views/{id}/tickets", ID: "view-tickets", Tag: "views", Summary: "The tickets of a view, in its order",
		Doc: "A page may have fewer than limit, even none, and still have a next one. In orders other than activity and waiting the 5000 latest are all there is.",
	}, func(ctx context.Context, by authority.Actor, in *struct {
		web.Paging
		ID int64 `path:"id" minimum:"1"`
	},
	) (web.Page[tickets.Chosen], error) {
		at, _, err := web.Place[tickets.Spot](in.After)
		if err != nil {
			return web.Page[tickets.Chosen]{}, err
		}
		rows, next, err := w.ViewTickets(ctx, by, in.ID, at, in.Limit)
		p := web.Page[tickets.Chosen]{Items: rows}
		if err == nil && next != nil {
			p.Next, err = web.Cursor(*next)
		}
		return p, err
	})
	web.Command(s, web.Op{Method: "POST", Path: "/views", ID: "add-view", Tag: "views", Summary: "Save a view", Status: 201},
		func(ctx context.Context, by authority.Actor, in *struct{ Body ViewEdit }) (added, error) {
			id, err := w.SaveView(ctx, by, 0, in.Body)
			return added{ID: id}, err
		})
	web.Command(s, web.Op{Method: "PUT", Path: "/views/{id}", ID: "edit-view", Tag: "views", Summary: "Change a view"},
		func(ctx context.Context, by authority.Actor, in *struct {
			ID   int64 `path:"id" minimum:"1"`
			Body ViewEdit
		},
		) (web.Empty, error) {
			_, err := w.SaveView(ctx, by, in.ID, in.Body)
			return web.Empty{}, err
		})
	web.Command(s, web.Op{Method: "DELETE", Path: "/views/{id}", ID: "drop-view", Tag: "views", Summary: "Throw a view away; its tickets stay"},
		func(ctx context.Context, by authority.Actor, in *named) (web.Empty, error) {
			return web.Empty{}, w.DropView(ctx, by, in.ID)
		})
}

func (w *Work) macroRoutes(s *web.Server) {
	web.Query(s, web.Op{Method: "GET", Path: "/macros", ID: "list-macros", Tag: "macros", Summary: "Macros: one's own, one's teams' and those for all"},
		func(ctx context.Context, by authority.Actor, _ *struct{}) (web.Page[Macro], error) {
			found, err := w.Macros(ctx, by)
			return web.Page[Macro]{Items: found}, err
		})
	web.Command(s, web.Op{
		Method: "POST", Path: "/macros", ID: "add-macro", Tag: "macros", Summary: "Save a macro", Status: 201,
		Doc: "Variables are {{customer.name}}, {{customer.company}}, {{ticket.number}}, {{ticket.subject}}, {{queue.name}}, {{agent.name}} and {{date}}; any other is refused with unknown_variable.",
	}, func(ctx context.Context, by authority.Actor, in *struct{ Body MacroEdit }) (added, error) {
		id, err := w.SaveMacro(ctx, by, 0, in.Body)
		return added{ID: id}, err
	})
	web.Command(s, web.Op{Method: "PUT", Path: "/macros/{id}", ID: "edit-macro", Tag: "macros", Summary: "Change a macro"},
		func(ctx context.Context, by authority.Actor, in *struct {
			ID   int64 `path:"id" minimum:"1"`
			Body MacroEdit
		},
		) (web.Empty, error) {
			_, err := w.SaveMacro(ctx, by, in.ID, in.Body)
			return web.Empty{}, err
		})
	web.Command(s, web.Op{Method: "DELETE", Path: "/macros/{id}", ID: "drop-macro", Tag: "macros", Summary: "Throw a macro away"},
		func(ctx context.Context, by authority.Actor, in *named) (web.Empty, error) {
			return web.Empty{}, w.DropMacro(ctx, by, in.ID)
		})
	web.Command(s, web.Op{Method: "POST", Path: "/tickets/{id}/macros/{macro}", ID: "use-macro", Tag: "macros", Summary: "Do a macro's changes to a ticket, and get its words to be read and sent"},
		func(ctx context.Context, by authority.Actor, in *struct {
			ID    int64 `path:"id" minimum:"1"`
			Macro int64 `path:"macro" minimum:"1"`
		},
		) (Prepared, error) {
			return w.UseMacro(ctx, by, in.Macro, in.ID)
		})
}
