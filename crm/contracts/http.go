package contracts

import (
	"context"
	"time"

	"frontline/internal/authority"
	"frontline/internal/fault"
	"frontline/internal/web"
)

type one struct {
	ID int64 `path:"id" minimum:"1"`
}

// Whole is a contract with what was used up of it.
type Whole struct {
	Contract
	Uses []Used `json:"uses" doc:"The last first, at most 200"`
}

// Routes adds contracts, terms and entitlement to the API.
func (s *Contracts) Routes(w *web.Server) {
	s.readRoutes(w)
	s.writeRoutes(w)
	s.useRoutes(w)
	s.termsRoutes(w)
}

func (s *Contracts) readRoutes(w *web.Server) {
	web.Query(w, web.Op{Method: "GET", Path: "/contracts", ID: "list-contracts", Tag: "contracts", Summary: "Contracts of an account, or those that end soon", Doc: "Either account or ending is given."},
		func(ctx context.Context, by authority.Actor, in *struct {
			web.Paging
			Account int64 `query:"account" minimum:"1"`
			Ending  bool  `query:"ending" doc:"Signed ones whose end is so near that somebody is reminded"`
		},
		) (web.Page[Contract], error) {
			if in.Account == 0 {
				if !in.Ending {
					return web.Page[Contract]{}, fault.BadField("account", "required")
				}
				found, err := s.Ending(ctx, by, in.Limit)
				return web.Page[Contract]{Items: found}, err
			}
			from, _, err := web.Place[Place](in.After)
			if err != nil {
				return web.Page[Contract]{}, err
			}
			found, err := s.Of(ctx, by, in.Account, from, in.Limit+1)
			if err != nil {
				return web.Page[Contract]{}, err
			}
			return web.NewPage(found, in.Limit, func(k Contract) Place { return Place{k.Ends, k.ID} })
		})
	web.Query(w, web.Op{Method: "GET", Path: "/contracts/{id}", ID: "get-contract", Tag: "contracts", Summary: "A contract with what is used up of it"},
		func(ctx context.Context, by authority.Actor, in *one) (Whole, error) {
			k, uses, err := s.Contract(ctx, by, in.ID)
			return Whole{k, uses}, err
		})
	web.Query(w, web.Op{Method: "GET", Path: "/entitlement", ID: "get-entitlement", Tag: "contracts", Summary: "What a customer is entitled to, and why", Doc: "For an asset, or for an account as a whole; by a contract, else by the warranty, else by what holds without either."},
		func(ctx context.Context, by authority.Actor, in *struct {
			Asset    int64     `query:"asset" minimum:"1"`
			Account  int64     `query:"account" minimum:"1"`
			Concerns string    `query:"concerns" enum:"hardware,software" doc:"What is broken; absent: not known"`
			At       time.Time `query:"at" doc:"Absent: now"`
		},
		) (Answer, error) {
			if in.Asset == 0 && in.Account == 0 {
				return Answer{}, fault.BadField("asset", "required")
			}
			e, err := s.Entitled(ctx, by, Asked{in.Account, in.Asset, in.Concerns, in.At})
			return Shown(e, web.Language(ctx), web.Zone(ctx)), err
		})
}

func (s *Contracts) writeRoutes(w *web.Server) {
	web.Command(w, web.Op{Method: "POST", Path: "/contracts", ID: "add-contract", Tag: "contracts", Summary: "A new contract, as a draft", Status: 201, Doc: "Another contract that covers the same at the same time is warned of."},
		func(ctx context.Context, by authority.Actor, in *struct{ Body Fields }) (Saved, error) {
			return s.Save(ctx, by, 0, 0, in.Body)
		})
	web.Command(w, web.Op{Method: "PUT", Path: "/contracts/{id}", ID: "edit-contract", Tag: "contracts", Summary: "Change a contract", Doc: "The whole of it is given: what is absent is emptied. One that has ended stays as it was."},
		func(ctx context.Context, by authority.Actor, in *struct {
			ID   int64 `path:"id" minimum:"1"`
			Body struct {
				Fields
				Version int `json:"version,omitempty" minimum:"1" doc:"That of the contract when the edit began; a later one makes it 409 stale_record"`
			}
		},
		) (Saved, error) {
			return s.Save(ctx, by, in.ID, in.Body.Version, in.Body.Fields)
		})
	web.Command(w, web.Op{Method: "POST", Path: "/contracts/{id}/state", ID: "move-contract", Tag: "contracts", Summary: "Sign, suspend, resume or end a contract"},
		func(ctx context.Context, by authority.Actor, in *struct {
			ID   int64 `path:"id" minimum:"1"`
			Body struct {
				State  string `json:"state" enum:"draft,signed,suspended,ended"`
				Reason string `json:"reason,omitempty" maxLength:"1000"`
			}
		},
		) (web.Empty, error) {
			return web.Empty{}, s.Move(ctx, by, in.ID, in.Body.State, in.Body.Reason)
		})
}

func (s *Contracts) useRoutes(w *web.Server) {
	web.Command(w, web.Op{Method: "POST", Path: "/contracts/{id}/uses", ID: "use-contract", Tag: "contracts", Summary: "A visit or work that is used up of what is included", Status: 201},
		func(ctx context.Context, by authority.Actor, in *struct {
			ID   int64 `path:"id" minimum:"1"`
			Body Use
		},
		) (Made, error) {
			id, err := s.Use(ctx, by, in.ID, in.Body)
			return Made{id}, err
		})
	web.Command(w, web.Op{Method: "DELETE", Path: "/contracts/{id}/uses/{use}", ID: "undo-use", Tag: "contracts", Summary: "Take a use back, which was wrong"},
		func(ctx context.Context, by authority.Actor, in *struct {
			ID  int64 `path:"id" minimum:"1"`
			Use int64 `path:"use" minimum:"1"`
		},
		) (web.Empty, error) {
			return web.Empty{}, s.Undo(ctx, by, in.ID, in.Use)
		})
}

// TermsList is what holds without a contract.
type TermsList struct {
	Items []Terms `json:"items" maxItems:"100"`
}

func (s *Contracts) termsRoutes(w *web.Server) {
	web.Query(w, web.Op{Method: "GET", Path: "/service-terms", ID: "list-service-terms", Tag: "contracts", Summary: "What holds without a contract, under warranty and without"},
		func(ctx context.Context, by authority.Actor, _ *struct{}) (TermsList, error) {
			list, err := s.Terms(ctx, by)
			return TermsList{list}, err
		})
	web.Command(w, web.Op{Method: "PUT", Path: "/service-terms", ID: "save-service-terms", Tag: "contracts", Summary: "Change what holds without a contract"},
		func(ctx context.Context, by authority.Actor, in *struct{ Body TermsList }) (web.Empty, error) {
			return web.Empty{}, s.SaveTerms(ctx, by, in.Body.Items)
		})
}
