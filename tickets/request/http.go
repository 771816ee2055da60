package request

import (
	"context"

	"frontline/internal/authority"
	"frontline/internal/web"
)

// Routes adds the service request to the API.
func (r *Requests) Routes(w *web.Server) {
	r.termRoutes(w)
	r.numberRoutes(w)
	r.taskRoutes(w)
	r.surveyRoutes(w)
	r.revisitRoutes(w)
	r.maintenanceRoutes(w)
}

const tag = "service"

func (r *Requests) termRoutes(w *web.Server) {
	web.Query(w, web.Op{Method: "GET", Path: "/terms", ID: "list-terms", Tag: tag, Summary: "The words that a house has for the parts of a service request"},
		func(ctx context.Context, by authority.Actor, in *struct {
			Kind string `query:"kind" enum:"scope,sub_scope,reproducibility,severity,sub_state,note_type,priority,state,task_mode,task_state,maintenance"`
		},
		) (web.Page[Term], error) {
			found, err := r.Terms(ctx, by, in.Kind)
			return web.Page[Term]{Items: found}, err
		})
	web.Command(w, web.Op{
		Method: "PUT", Path: "/terms/{kind}/{key}", ID: "save-term", Tag: tag, Summary: "Make a word that can be chosen, or change one",
		Doc: "Priority, state, task_mode, task_state and maintenance have the keys of the program: their words are changed, none is added.",
	}, func(ctx context.Context, by authority.Actor, in *struct {
		Kind string `path:"kind" maxLength:"20"`
		Key  string `path:"key" maxLength:"50"`
		Body struct {
			Name     string `json:"name" minLength:"1" maxLength:"100"`
			NameEn   string `json:"name_en,omitempty" maxLength:"100"`
			Parent   string `json:"parent,omitempty" maxLength:"50" doc:"Of a sub-scope the scope, of a sub-state the state that it belongs to; absent: any"`
			Beside   string `json:"beside,omitempty" maxLength:"100" doc:"Of a sub-state: what the state is called beside it"`
			BesideEn string `json:"beside_en,omitempty" maxLength:"100"`
			Position int    `json:"position,omitempty" minimum:"0" maximum:"10000"`
			Retired  bool   `json:"retired,omitempty"`
		}
	},
	) (web.Empty, error) {
		b := in.Body
		return web.Empty{}, r.SaveTerm(ctx, by, Term{in.Kind, in.Key, b.Name, b.NameEn, b.Parent, b.Beside, b.BesideEn, b.Position, b.Retired})
	})
}

func (r *Requests) numberRoutes(w *web.Server) {
	web.Query(w, web.Op{Method: "GET", Path: "/numberings", ID: "list-numberings", Tag: tag, Summary: "The types of tickets that have numbers of a pattern of their own"},
		func(ctx context.Context, by authority.Actor, _ *struct{}) (web.Page[Numbering], error) {
			found, err := r.Numberings(ctx, by)
			return web.Page[Numbering]{Items: found}, err
		})
	web.Command(w, web.Op{
		Method: "PUT", Path: "/numberings/{key}", ID: "save-numbering", Tag: tag, Summary: "Say how new tickets of a type are numbered",
		Doc: "Prefix, unit, the date on which the ticket is accepted, and a number that begins anew with each date: FWQQ, BRG00, YYYYMMDD and 3 digits give FWQQBRG0020050222006. A ticket keeps the number that it was given.",
	}, func(ctx context.Context, by authority.Actor, in *struct {
		Type string `path:"key" maxLength:"50" doc:"The type of ticket"`
		Body struct {
			Prefix  string `json:"prefix" minLength:"1" maxLength:"10" pattern:"^[A-Z]+$" example:"FWQQ"`
			Unit    string `json:"unit,omitempty" maxLength:"10" pattern:"^[A-Z0-9]*$" example:"BRG00"`
			Date    string `json:"date,omitempty" enum:"YYYYMMDD,YYMMDD,YYYYMM,YYYY" default:"YYYYMMDD"`
			Digits  int    `json:"digits,omitempty" minimum:"1" maximum:"9" default:"3" doc:"At least so many"`
			Zone    string `json:"zone" maxLength:"64" example:"Asia/Shanghai" doc:"In which a date begins"`
			Retired bool   `json:"retired,omitempty" doc:"New tickets are numbered as all others"`
		}
	},
	) (web.Empty, error) {
		b := in.Body
		return web.Empty{}, r.SaveNumbering(ctx, by, Numbering{in.Type, b.Prefix, b.Unit, b.Date, b.Digits, b.Zone, b.Retired})
	})
}
