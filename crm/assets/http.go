package assets

import (
	"context"

	"frontline/internal/authority"
	"frontline/internal/fault"
	"frontline/internal/web"
)

type oneAsset struct {
	ID int64 `path:"id" minimum:"1"`
}

type onePart struct {
	ID   int64 `path:"id" minimum:"1"`
	Part int64 `path:"part" minimum:"1"`
}

// Whole is an asset with its parts.
type Whole struct {
	Asset
	Parts []Part `json:"parts"`
}

// Routes adds assets to the API.
func (s *Assets) Routes(w *web.Server) {
	web.Query(w, web.Op{Method: "GET", Path: "/assets", ID: "list-assets", Tag: "assets", Summary: "Assets of an account, or those of a number", Doc: "Either account or q is given."},
		func(ctx context.Context, by authority.Actor, in *struct {
			web.Paging
			Account int64  `query:"account" minimum:"1"`
			Words   string `query:"q" maxLength:"100" doc:"Beginning of a serial, asset or reference number"`
		},
		) (web.Page[Asset], error) {
			if in.Account == 0 {
				if in.Words == "" {
					return web.Page[Asset]{}, fault.BadField("account", "required")
				}
				found, err := s.Find(ctx, by, in.Words, in.Limit)
				return web.Page[Asset]{Items: found}, err
			}
			from, _, err := web.Place[Place](in.After)
			if err != nil {
				return web.Page[Asset]{}, err
			}
			found, err := s.Of(ctx, by, in.Account, from, in.Limit+1)
			if err != nil {
				return web.Page[Asset]{}, err
			}
			return web.NewPage(found, in.Limit, func(a Asset) Place { return Place{a.ID} })
		})
	web.Query(w, web.Op{Method: "GET", Path: "/assets/{id}", ID: "get-asset", Tag: "assets", Summary: "An asset with what it is made of"},
		func(ctx context.Context, by authority.Actor, in *oneAsset) (Whole, error) {
			a, parts, err := s.Asset(ctx, by, in.ID)
			return Whole{a, parts}, err
		})
	web.Command(w, web.Op{Method: "POST", Path: "/assets", ID: "add-asset", Tag: "assets", Summary: "A new asset of a customer", Status: 201},
		func(ctx context.Context, by authority.Actor, in *struct{ Body Fields }) (Made, error) {
			id, err := s.Save(ctx, by, 0, 0, in.Body)
			return Made{id}, err
		})
	web.Command(w, web.Op{Method: "PUT", Path: "/assets/{id}", ID: "edit-asset", Tag: "assets", Summary: "Change an asset", Doc: "The whole of it is given: what is absent is emptied."},
		func(ctx context.Context, by authority.Actor, in *struct {
			ID   int64 `path:"id" minimum:"1"`
			Body struct {
				Fields
				Version int `json:"version,omitempty" minimum:"1" doc:"That of the asset when the edit began; a later one makes it 409 stale_record"`
			}
		},
		) (web.Empty, error) {
			_, err := s.Save(ctx, by, in.ID, in.Body.Version, in.Body.Fields)
			return web.Empty{}, err
		})
	s.partRoutes(w)
}

func (s *Assets) partRoutes(w *web.Server) {
	web.Command(w, web.Op{Method: "POST", Path: "/assets/{id}/parts", ID: "add-part", Tag: "assets", Summary: "A part of an asset", Status: 201},
		func(ctx context.Context, by authority.Actor, in *struct {
			ID   int64 `path:"id" minimum:"1"`
			Body NewPart
		},
		) (Made, error) {
			id, err := s.AddPart(ctx, by, in.ID, in.Body)
			return Made{id}, err
		})
	web.Command(w, web.Op{Method: "POST", Path: "/assets/{id}/parts/{part}/fittings", ID: "refit-part", Tag: "assets", Summary: "Another piece or version in a part's place"},
		func(ctx context.Context, by authority.Actor, in *struct {
			ID   int64 `path:"id" minimum:"1"`
			Part int64 `path:"part" minimum:"1"`
			Body Fitting
		},
		) (web.Empty, error) {
			return web.Empty{}, s.Refit(ctx, by, in.ID, in.Part, in.Body)
		})
	web.Command(w, web.Op{Method: "DELETE", Path: "/assets/{id}/parts/{part}", ID: "remove-part", Tag: "assets", Summary: "Take a part, with its own parts, out of an asset"},
		func(ctx context.Context, by authority.Actor, in *onePart) (web.Empty, error) {
			return web.Empty{}, s.RemovePart(ctx, by, in.ID, in.Part)
		})
}
