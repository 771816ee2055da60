package crm

import (
	"context"
	"net/http"
	"strconv"

	"frontline/internal/authority"
	"frontline/internal/fault"
	"frontline/internal/web"
)

// classRoutes adds what customers bought and how it classes them to the API.
func (c *CRM) classRoutes(s *web.Server) {
	web.Query(s, web.Op{Method: "GET", Path: "/classes", ID: "list-classes", Tag: "customers", Summary: "How customers are classed by what they bought"},
		func(ctx context.Context, by authority.Actor, _ *struct{}) (Classing, error) {
			return c.Classes(ctx, by)
		})
	web.Command(s, web.Op{Method: "PUT", Path: "/classes/{key}", ID: "save-class", Tag: "customers", Summary: "Make a class or change it"},
		func(ctx context.Context, by authority.Actor, in *struct {
			Key  string `path:"key" maxLength:"50"`
			Body Class
		},
		) (web.Empty, error) {
			if in.Body.Key != in.Key {
				return web.Empty{}, fault.BadField("key", "not_allowed", "allowed", in.Key)
			}
			return web.Empty{}, c.SaveClass(ctx, by, in.Body)
		})
	web.Command(s, web.Op{Method: "PUT", Path: "/class-window", ID: "set-class-window", Tag: "customers", Summary: "Say which purchases make a class"},
		func(ctx context.Context, by authority.Actor, in *struct{ Body ClassWindow }) (web.Empty, error) {
			return web.Empty{}, c.SetClassWindow(ctx, by, in.Body)
		})
	web.Query(s, web.Op{Method: "GET", Path: "/accounts/{id}/class-history", ID: "list-class-history", Tag: "customers", Summary: "What class the account had, when and why"},
		func(ctx context.Context, by authority.Actor, in *byID) (web.Page[ClassChange], error) {
			found, err := c.ClassHistory(ctx, by, in.ID)
			return web.Page[ClassChange]{Items: found}, err
		})
	web.Query(s, web.Op{Method: "GET", Path: "/accounts/{id}/purchases", ID: "list-purchases", Tag: "customers", Summary: "What the account bought, newest first"},
		func(ctx context.Context, by authority.Actor, in *struct {
			ID     int64 `path:"id" minimum:"1"`
			Before int64 `query:"before" minimum:"0" doc:"id of the last one of the page before"`
			Limit  int   `query:"limit" minimum:"1" maximum:"200" default:"50"`
		},
		) (web.Page[Bought], error) {
			found, err := c.Purchases(ctx, by, in.ID, in.Before, in.Limit)
			page := web.Page[Bought]{Items: found}
			if len(found) == in.Limit {
				page.Next = strconv.FormatInt(found[len(found)-1].ID, 10)
			}
			return page, err
		})
	web.Command(s, web.Op{Method: "POST", Path: "/accounts/{id}/purchases", ID: "add-purchase", Tag: "customers", Summary: "Keep what the account bought; its class follows", Status: http.StatusCreated},
		func(ctx context.Context, by authority.Actor, in *struct {
			ID   int64 `path:"id" minimum:"1"`
			Body Purchase
		},
		) (Kept, error) {
			id, err := c.AddPurchase(ctx, by, in.ID, in.Body)
			return Kept{id}, err
		})
	web.Command(s, web.Op{Method: "POST", Path: "/purchases/{id}/void", ID: "void-purchase", Tag: "customers", Summary: "Say that a purchase came back or never was"},
		func(ctx context.Context, by authority.Actor, in *struct {
			ID   int64 `path:"id" minimum:"1"`
			Body struct {
				Reason string `json:"reason" minLength:"1" maxLength:"500"`
			}
		},
		) (web.Empty, error) {
			return web.Empty{}, c.VoidPurchase(ctx, by, in.ID, in.Body.Reason)
		})
}
