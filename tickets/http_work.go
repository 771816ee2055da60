package tickets

import (
	"context"
	"time"

	"frontline/internal/authority"
	"frontline/internal/fault"
	"frontline/internal/web"
)

// Routes adds offers, what agents do with contacts, rules and seats to the API.
func (w *Work) Routes(s *web.Server) {
	w.offerRoutes(s)
	w.handRoutes(s)
	w.ruleRoutes(s)
	w.seatRoutes(s)
}

func (w *Work) offerRoutes(s *web.Server) {
	web.Query(s, web.Op{Method: "GET", Path: "/offers", ID: "list-offers", Tag: "offers", Summary: "The contacts that the caller is asked to take"},
		func(ctx context.Context, by authority.Actor, _ *struct{}) (web.Page[Offer], error) {
			out, err := w.Offers(ctx, by)
			return web.Page[Offer]{Items: out}, err
		})
	web.Command(s, web.Op{Method: "POST", Path: "/offers/{id}/accept", ID: "accept-offer", Tag: "offers", Summary: "Take the contact that is offered"},
		func(ctx context.Context, by authority.Actor, in *struct {
			ID int64 `path:"id" minimum:"1"`
		},
		) (Taken, error) {
			return w.Accept(ctx, by, in.ID)
		})
	web.Command(s, web.Op{Method: "POST", Path: "/offers/{id}/decline", ID: "decline-offer", Tag: "offers", Summary: "Refuse the contact that is offered"},
		func(ctx context.Context, by authority.Actor, in *struct {
			ID   int64 `path:"id" minimum:"1"`
			Body struct {
				Reason string `json:"reason,omitempty" maxLength:"200"`
			}
		},
		) (web.Empty, error) {
			return web.Empty{}, w.Decline(ctx, by, in.ID, in.Body.Reason)
		})
}

func (w *Work) handRoutes(s *web.Server) {
	web.Query(s, web.Op{Method: "GET", Path: "/me/work", ID: "list-my-work", Tag: "offers", Summary: "The contacts that the caller has in hand, has put aside or wraps up"},
		func(ctx context.Context, by authority.Actor, _ *struct{}) (web.Page[InHand], error) {
			out, err := w.Mine(ctx, by)
			return web.Page[InHand]{Items: out}, err
		})
	web.Command(s, web.Op{Method: "POST", Path: "/tickets/{id}/pull", ID: "pull-ticket", Tag: "offers", Summary: "Take a contact that waits, by hand"},
		func(ctx context.Context, by authority.Actor, in *oneTicket) (Taken, error) {
			return w.Pull(ctx, by, in.ID)
		})
	web.Command(s, web.Op{Method: "POST", Path: "/tickets/{id}/transfer", ID: "transfer-ticket", Tag: "offers", Summary: "Hand a contact on to a queue, a team or a person", Doc: "Exactly one of queue_id, team_id and agent_id."},
		func(ctx context.Context, by authority.Actor, in *struct {
			ID   int64 `path:"id" minimum:"1"`
			Body Transfer
		},
		) (web.Empty, error) {
			return web.Empty{}, w.Transfer(ctx, by, in.ID, in.Body)
		})
	web.Command(s, web.Op{
		Method: "POST", Path: "/tickets/{id}/take-back", ID: "take-back-ticket", Tag: "offers", Summary: "Undo a transfer that nobody took up",
		Doc: "By who transferred it, or who leads them; who leads may also take back what an agent has in hand: it waits again.",
	},
		func(ctx context.Context, by authority.Actor, in *oneTicket) (web.Empty, error) {
			return web.Empty{}, w.TakeBack(ctx, by, in.ID)
		})
	web.Command(s, web.Op{Method: "POST", Path: "/tickets/{id}/park", ID: "park-ticket", Tag: "offers", Summary: "Put a contact in hand aside until a time"},
		func(ctx context.Context, by authority.Actor, in *struct {
			ID   int64 `path:"id" minimum:"1"`
			Body struct {
				Until time.Time `json:"until"`
				Note  string    `json:"note,omitempty" maxLength:"10000"`
			}
		},
		) (web.Empty, error) {
			return web.Empty{}, w.Park(ctx, by, in.ID, in.Body.Until, in.Body.Note)
		})
	web.Command(s, web.Op{Method: "POST", Path: "/tickets/{id}/unpark", ID: "unpark-ticket", Tag: "offers", Summary: "Take up again what was put aside"},
		func(ctx context.Context, by authority.Actor, in *oneTicket) (web.Empty, error) {
			return web.Empty{}, w.Unpark(ctx, by, in.ID)
		})
	web.Command(s, web.Op{Method: "POST", Path: "/tickets/{id}/end", ID: "end-contact", Tag: "offers", Summary: "Say that the contact is over; wrap-up follows where the queue has one"},
		func(ctx context.Context, by authority.Actor, in *oneTicket) (web.Empty, error) {
			return web.Empty{}, w.End(ctx, by, in.ID)
		})
	web.Command(s, web.Op{Method: "POST", Path: "/tickets/{id}/wrap-up", ID: "wrap-up-ticket", Tag: "offers", Summary: "End the wrap-up of a contact, with a code of its queue"},
		func(ctx context.Context, by authority.Actor, in *struct {
			ID   int64 `path:"id" minimum:"1"`
			Body struct {
				Code string `json:"code,omitempty" maxLength:"50"`
				Note string `json:"note,omitempty" maxLength:"1000"`
			}
		},
		) (web.Empty, error) {
			return web.Empty{}, w.WrapUp(ctx, by, in.ID, in.Body.Code, in.Body.Note)
		})
}

type oneQueue struct {
	ID int64 `path:"id" minimum:"1"`
}

func (w *Work) ruleRoutes(s *web.Server) {
	web.Query(s, web.Op{Method: "GET", Path: "/queues/{id}/rules", ID: "get-rules", Tag: "queues", Summary: "How a queue routes"},
		func(ctx context.Context, by authority.Actor, in *oneQueue) (QueueRules, error) {
			return w.Rules(ctx, by, in.ID)
		})
	type change struct {
		ID   int64 `path:"id" minimum:"1"`
		Body QueueRules
	}
	web.Command(s, web.Op{Method: "PUT", Path: "/queues/{id}/rules", ID: "save-rules", Tag: "queues", Summary: "Change how a queue routes"},
		func(ctx context.Context, by authority.Actor, in *change) (SavedRules, error) {
			out, err := w.SaveRules(ctx, by, in.ID, in.Body)
			return out.told(ctx), err
		})
	web.Command(s, web.Op{Method: "POST", Path: "/queues/{id}/rules/check", ID: "check-rules", Tag: "queues", Summary: "What saving these rules would say, without saving"},
		func(ctx context.Context, by authority.Actor, in *change) (SavedRules, error) {
			out, err := w.CheckRules(ctx, by, in.ID, in.Body)
			return out.told(ctx), err
		})
	web.Query(s, web.Op{Method: "GET", Path: "/queues/{id}/waiting", ID: "list-waiting", Tag: "queues", Summary: "The contacts of a queue that no agent has, the longest waiting first"},
		func(ctx context.Context, by authority.Actor, in *struct {
			web.Paging
			ID int64 `path:"id" minimum:"1"`
		},
		) (web.Page[InQueue], error) {
			after, _, err := web.Place[Place](in.After)
			if err != nil {
				return web.Page[InQueue]{}, err
			}
			out, err := w.Waiting(ctx, by, in.ID, after, in.Limit+1)
			if err != nil {
				return web.Page[InQueue]{}, err
			}
			return web.NewPage(out, in.Limit, func(x InQueue) Place { return Place{x.ArrivedAt, x.ID} })
		})
}

// told puts warnings in words.
func (r SavedRules) told(ctx context.Context) SavedRules {
	if r.Warnings == nil {
		r.Warnings = []Warning{}
	}
	for i, w := range r.Warnings {
		r.Warnings[i].Detail = web.FieldWords(ctx, fault.Field{Name: w.Field, Code: w.Code, Args: w.Args})
	}
	return r
}

func (w *Work) seatRoutes(s *web.Server) {
	type one struct {
		ID int64 `path:"id" minimum:"1"`
	}
	web.Query(s, web.Op{Method: "GET", Path: "/agents/{id}/seat", ID: "get-seat", Tag: "agents", Summary: "What an agent can take: skills, capacity, queues"},
		func(ctx context.Context, by authority.Actor, in *one) (SeatSetup, error) {
			return w.Setup(ctx, by, in.ID)
		})
	web.Query(s, web.Op{Method: "GET", Path: "/me/seat", ID: "get-my-seat", Tag: "agents", Summary: "What the caller can take"},
		func(ctx context.Context, by authority.Actor, _ *struct{}) (SeatSetup, error) {
			if by.Kind != authority.Agent {
				return SeatSetup{}, fault.New(fault.NotFound, "not_found", "what", "agent")
			}
			return w.Setup(ctx, by, by.ID)
		})
	web.Command(s, web.Op{Method: "PUT", Path: "/agents/{id}/seat", ID: "save-seat", Tag: "agents", Summary: "Change what an agent can take"},
		func(ctx context.Context, by authority.Actor, in *struct {
			ID   int64 `path:"id" minimum:"1"`
			Body SeatSetup
		},
		) (web.Empty, error) {
			return web.Empty{}, w.SaveSetup(ctx, by, in.ID, in.Body)
		})
	web.Command(s, web.Op{Method: "POST", Path: "/agents/{id}/presence", ID: "set-presence", Tag: "agents", Summary: "Set another's presence"},
		func(ctx context.Context, by authority.Actor, in *struct {
			ID   int64 `path:"id" minimum:"1"`
			Body struct {
				State  string `json:"state" enum:"ready,not_ready,after_work,away"`
				Reason string `json:"reason,omitempty" maxLength:"100"`
			}
		},
		) (web.Empty, error) {
			return web.Empty{}, w.SetPresenceOf(ctx, by, in.ID, in.Body.State, in.Body.Reason)
		})
}
