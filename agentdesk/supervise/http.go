package supervise

import (
	"context"
	"time"

	"frontline/internal/authority"
	"frontline/internal/fault"
	"frontline/internal/web"
)

// Routes adds measures, the live state, standards, thresholds, broadcasts and whispers to the API.
func (s *Supervision) Routes(w *web.Server) {
	s.liveRoutes(w)
	s.measureRoutes(w)
	s.standardRoutes(w)
	s.thresholdRoutes(w)
	s.broadcastRoutes(w)
	s.whisperRoutes(w)
	s.stepInRoutes(w)
}

const tag = "supervision"

func (s *Supervision) liveRoutes(w *web.Server) {
	web.Query(w, web.Op{
		Method: "GET", Path: "/supervision/queues", ID: "supervision-queues", Tag: tag, Summary: "Queues now and today, for those who lead",
		Doc: "At most a second old. Events of kind entry.changed say when to ask again.",
	}, func(ctx context.Context, by authority.Actor, _ *struct{}) (*Now, error) { return s.Now(ctx, by) })
	web.Query(w, web.Op{Method: "GET", Path: "/supervision/agents", ID: "supervision-agents", Tag: tag, Summary: "Agents now: how they are, since when, and on what"},
		func(ctx context.Context, by authority.Actor, _ *struct{}) (web.Page[AgentNow], error) {
			agents, err := s.Agents(ctx, by)
			return web.Page[AgentNow]{Items: agents}, err
		})
}

// ScopeQuery is a Scope in an address. It is exported because a parameter of an embedded struct is only found then.
type ScopeQuery struct {
	Queue int64     `query:"queue" minimum:"1"`
	Agent int64     `query:"agent" minimum:"1" doc:"who does not see everything may only name himself"`
	Team  int64     `query:"team" minimum:"1"`
	From  time.Time `query:"from" doc:"RFC 3339; absent: when today began in the company's zone"`
	To    time.Time `query:"to" doc:"RFC 3339, not included; absent: until now"`
}

func (q ScopeQuery) scope() Scope { return Scope(q) }

func (s *Supervision) measureRoutes(w *web.Server) {
	web.Query(w, web.Op{Method: "GET", Path: "/measures", ID: "list-measures", Tag: "measures", Summary: "Every number that is shown, with its definition"},
		func(ctx context.Context, by authority.Actor, _ *struct{}) (web.Page[Measure], error) {
			all, err := s.Measures(ctx, by)
			return web.Page[Measure]{Items: all}, err
		})
	web.Query(w, web.Op{Method: "GET", Path: "/measures/{name}", ID: "get-measure", Tag: "measures", Summary: "A number, of whom and when is asked"},
		func(ctx context.Context, by authority.Actor, in *struct {
			Name string `path:"name" maxLength:"50"`
			ScopeQuery
		},
		) (Figure, error) {
			return s.Figure(ctx, by, in.Name, in.scope())
		})
	web.Query(w, web.Op{Method: "GET", Path: "/measures/{name}/groups", ID: "measure-groups", Tag: "measures", Summary: "A number for each queue, agent, part or stretch of time"},
		func(ctx context.Context, by authority.Actor, in *struct {
			Name string `path:"name" maxLength:"50"`
			By   string `query:"by" required:"true" enum:"queue,agent,part,quarter,hour,day"`
			ScopeQuery
		},
		) (web.Page[Group], error) {
			groups, err := s.Groups(ctx, by, in.Name, in.By, in.scope())
			return web.Page[Group]{Items: groups}, err
		})
	web.Query(w, web.Op{Method: "GET", Path: "/measures/{name}/rows", ID: "measure-rows", Tag: "measures", Summary: "The rows that a number was counted from, the newest first"},
		func(ctx context.Context, by authority.Actor, in *struct {
			Name string `path:"name" maxLength:"50"`
			ScopeQuery
			web.Paging
		},
		) (web.Page[Case], error) {
			var after *Place
			at, found, err := web.Place[Place](in.After)
			if err != nil {
				return web.Page[Case]{}, err
			}
			if found {
				after = &at
			}
			rows, err := s.Rows(ctx, by, in.Name, in.scope(), after, in.Limit+1)
			if err != nil {
				return web.Page[Case]{}, err
			}
			return web.NewPage(rows, in.Limit, func(r Case) Place { return Place{r.At, r.ID} })
		})
	web.Query(w, web.Op{Method: "GET", Path: "/measure-settings", ID: "get-measure-settings", Tag: "measures", Summary: "What the definitions leave to the company"},
		func(ctx context.Context, by authority.Actor, _ *struct{}) (Settings, error) {
			return s.Settings(ctx, by)
		})
	web.Command(w, web.Op{Method: "PUT", Path: "/measure-settings", ID: "save-measure-settings", Tag: "measures", Summary: "Change it"},
		func(ctx context.Context, by authority.Actor, in *struct{ Body Settings }) (web.Empty, error) {
			return web.Empty{}, s.SaveSettings(ctx, by, in.Body)
		})
}

func (s *Supervision) standardRoutes(w *web.Server) {
	web.Query(w, web.Op{
		Method: "GET", Path: "/standards", ID: "standards-card", Tag: "measures", Summary: "How an agent or a team meets the standards",
		Doc: "Without agent and team: of everybody, for those who see everything, else of who asks.",
	}, func(ctx context.Context, by authority.Actor, in *ScopeQuery) (Card, error) {
		return s.Card(ctx, by, in.scope())
	})
	web.Query(w, web.Op{
		Method: "GET", Path: "/supervision/standards", ID: "standards-scores", Tag: "measures", Summary: "How each team and each agent meets the standards",
	}, func(ctx context.Context, by authority.Actor, in *struct {
		Queue int64     `query:"queue" minimum:"1"`
		From  time.Time `query:"from" doc:"RFC 3339; absent: when today began in the company's zone"`
		To    time.Time `query:"to" doc:"RFC 3339, not included; absent: until now"`
	},
	) (Scores, error) {
		return s.Scores(ctx, by, Scope{Queue: in.Queue, From: in.From, To: in.To})
	})
	web.Command(w, web.Op{Method: "PUT", Path: "/standards/{measure}", ID: "save-standard", Tag: "measures", Summary: "Change what is expected"},
		func(ctx context.Context, by authority.Actor, in *struct {
			Measure string `path:"measure" maxLength:"50"`
			Body    struct {
				Target int `json:"target" minimum:"1" maximum:"100" doc:"percent"`
				Weight int `json:"weight" minimum:"0" maximum:"100" doc:"in the score; 0: is shown and does not count"`
			}
		},
		) (web.Empty, error) {
			return web.Empty{}, s.SaveStandard(ctx, by, in.Measure, in.Body.Target, in.Body.Weight)
		})
	web.Query(w, web.Op{Method: "GET", Path: "/me/standards", ID: "my-standards", Tag: "measures", Summary: "How I meet the standards"},
		func(ctx context.Context, by authority.Actor, in *struct {
			From time.Time `query:"from"`
			To   time.Time `query:"to"`
		},
		) (Card, error) {
			if by.Kind != authority.Agent {
				return Card{}, fault.New(fault.NotFound, "not_found")
			}
			return s.Card(ctx, by, Scope{Agent: by.ID, From: in.From, To: in.To})
		})
	web.Command(w, web.Op{Method: "POST", Path: "/me/standards/{measure}/contests", ID: "contest-row", Tag: "measures", Summary: "Say that a row of mine should not count"},
		func(ctx context.Context, by authority.Actor, in *struct {
			Measure string `path:"measure" maxLength:"50"`
			Body    struct {
				Kind string `json:"kind" enum:"entry,offer,ticket"`
				ID   int64  `json:"id" minimum:"1"`
				Note string `json:"note" minLength:"1" maxLength:"1000"`
			}
		},
		) (web.Empty, error) {
			return web.Empty{}, s.Contest(ctx, by, in.Measure, in.Body.Kind, in.Body.ID, in.Body.Note)
		})
}

func (s *Supervision) thresholdRoutes(w *web.Server) {
	web.Query(w, web.Op{Method: "GET", Path: "/thresholds", ID: "list-thresholds", Tag: tag, Summary: "What raises an alarm"},
		func(ctx context.Context, by authority.Actor, _ *struct{}) (web.Page[Threshold], error) {
			all, err := s.Thresholds(ctx, by)
			return web.Page[Threshold]{Items: all}, err
		})
	web.Command(w, web.Op{Method: "POST", Path: "/thresholds", ID: "add-threshold", Tag: tag, Summary: "Add a threshold", Status: 201},
		func(ctx context.Context, by authority.Actor, in *struct{ Body ThresholdEdit }) (Added, error) {
			id, err := s.SaveThreshold(ctx, by, 0, in.Body)
			return Added{id}, err
		})
	web.Command(w, web.Op{Method: "PUT", Path: "/thresholds/{id}", ID: "save-threshold", Tag: tag, Summary: "Change a threshold"},
		func(ctx context.Context, by authority.Actor, in *struct {
			ID   int64 `path:"id" minimum:"1"`
			Body ThresholdEdit
		},
		) (Added, error) {
			id, err := s.SaveThreshold(ctx, by, in.ID, in.Body)
			return Added{id}, err
		})
	web.Command(w, web.Op{Method: "DELETE", Path: "/thresholds/{id}", ID: "drop-threshold", Tag: tag, Summary: "Drop a threshold"},
		func(ctx context.Context, by authority.Actor, in *oneID) (web.Empty, error) {
			return web.Empty{}, s.DropThreshold(ctx, by, in.ID)
		})
}

type oneID struct {
	ID int64 `path:"id" minimum:"1"`
}

func (s *Supervision) broadcastRoutes(w *web.Server) {
	web.Query(w, web.Op{Method: "GET", Path: "/broadcasts", ID: "list-broadcasts", Tag: tag, Summary: "What supervisors tell everybody, or my team"},
		func(ctx context.Context, by authority.Actor, _ *struct{}) (web.Page[Broadcast], error) {
			all, err := s.Broadcasts(ctx, by)
			return web.Page[Broadcast]{Items: all}, err
		})
	web.Command(w, web.Op{Method: "POST", Path: "/broadcasts", ID: "make-broadcast", Tag: tag, Summary: "Tell everybody, or a team", Status: 201},
		func(ctx context.Context, by authority.Actor, in *struct{ Body BroadcastNew }) (Added, error) {
			id, err := s.Broadcast(ctx, by, in.Body)
			return Added{id}, err
		})
	web.Command(w, web.Op{Method: "POST", Path: "/broadcasts/{id}/read", ID: "read-broadcast", Tag: tag, Summary: "Take it from my desk"},
		func(ctx context.Context, by authority.Actor, in *oneID) (web.Empty, error) {
			return web.Empty{}, s.ReadBroadcast(ctx, by, in.ID)
		})
	web.Command(w, web.Op{Method: "DELETE", Path: "/broadcasts/{id}", ID: "end-broadcast", Tag: tag, Summary: "Take it from all desks"},
		func(ctx context.Context, by authority.Actor, in *oneID) (web.Empty, error) {
			return web.Empty{}, s.EndBroadcast(ctx, by, in.ID)
		})
}

func (s *Supervision) whisperRoutes(w *web.Server) {
	web.Query(w, web.Op{Method: "GET", Path: "/tickets/{id}/whispers", ID: "list-whispers", Tag: tag, Summary: "What supervisors whispered to me on a ticket"},
		func(ctx context.Context, by authority.Actor, in *oneID) (web.Page[Whisper], error) {
			all, err := s.Whispers(ctx, by, in.ID)
			return web.Page[Whisper]{Items: all}, err
		})
	web.Command(w, web.Op{Method: "POST", Path: "/tickets/{id}/whispers", ID: "whisper", Tag: tag, Summary: "Whisper to the agent who has the ticket", Status: 201},
		func(ctx context.Context, by authority.Actor, in *struct {
			ID   int64 `path:"id" minimum:"1"`
			Body struct {
				Text string `json:"text" minLength:"1" maxLength:"2000"`
			}
		},
		) (Added, error) {
			id, err := s.Whisper(ctx, by, in.ID, in.Body.Text)
			return Added{id}, err
		})
}

func (s *Supervision) stepInRoutes(w *web.Server) {
	web.Command(w, web.Op{Method: "POST", Path: "/tickets/{id}/reassign", ID: "reassign", Tag: tag, Summary: "Give a ticket that another has to somebody else"},
		func(ctx context.Context, by authority.Actor, in *struct {
			ID   int64 `path:"id" minimum:"1"`
			Body struct {
				Agent  int64  `json:"assignee_id" minimum:"1"`
				Reason string `json:"reason" minLength:"1" maxLength:"500"`
			}
		},
		) (web.Empty, error) {
			return web.Empty{}, s.Reassign(ctx, by, in.ID, in.Body.Agent, in.Body.Reason)
		})
	web.Command(w, web.Op{Method: "POST", Path: "/tickets/{id}/take-over", ID: "take-over", Tag: tag, Summary: "Take a ticket that another has into my own hand"},
		func(ctx context.Context, by authority.Actor, in *struct {
			ID   int64 `path:"id" minimum:"1"`
			Body struct {
				Reason string `json:"reason" minLength:"1" maxLength:"500"`
			}
		},
		) (web.Empty, error) {
			return web.Empty{}, s.TakeOver(ctx, by, in.ID, in.Body.Reason)
		})
	web.Command(w, web.Op{Method: "POST", Path: "/tickets/{id}/join", ID: "join-ticket", Tag: tag, Summary: "Say that I work on a ticket beside whoever has it"},
		func(ctx context.Context, by authority.Actor, in *oneID) (web.Empty, error) {
			return web.Empty{}, s.Join(ctx, by, in.ID)
		})
}
