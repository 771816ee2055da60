package request

import (
	"context"

	"frontline/internal/authority"
	"frontline/internal/web"
)

type upkeepBody struct {
	ClientID  string   `json:"client_id,omitempty" maxLength:"64" doc:"The caller's own name for it: the same again is the same entry"`
	Asset     int64    `json:"asset_id,omitempty" minimum:"1" doc:"Absent: the ticket's machine"`
	PartID    int64    `json:"part_id,omitempty" minimum:"1" doc:"Of the machine's parts: in its place the new serial number is since"`
	DoneOn    string   `json:"done_on" format:"date" example:"2005-02-23"`
	Kinds     []string `json:"kinds" minItems:"1" maxItems:"3" enum:"replace,upgrade,repair"`
	Text      string   `json:"text" minLength:"1" maxLength:"2000"`
	Part      string   `json:"part,omitempty" maxLength:"200" doc:"What was replaced, in words"`
	OldSerial string   `json:"old_serial,omitempty" maxLength:"100"`
	NewSerial string   `json:"new_serial,omitempty" maxLength:"100"`
	Quantity  int      `json:"quantity,omitempty" minimum:"1" maximum:"100000" default:"1"`
	Agent     int64    `json:"agent_id,omitempty" minimum:"1" doc:"Who did it; absent: the caller"`
}

func (r *Requests) maintenanceRoutes(w *web.Server) {
	web.Query(w, web.Op{Method: "GET", Path: "/tickets/{id}/maintenance", ID: "ticket-maintenance", Tag: tag, Summary: "What was done to machines for a ticket, the latest first"},
		func(ctx context.Context, by authority.Actor, in *one) (web.Page[Maintenance], error) {
			found, err := r.MaintenanceOf(ctx, by, in.ID)
			return web.Page[Maintenance]{Items: found}, err
		})
	web.Query(w, web.Op{Method: "GET", Path: "/assets/{id}/maintenance", ID: "asset-maintenance", Tag: tag, Summary: "What was done to a machine, the latest first"},
		func(ctx context.Context, by authority.Actor, in *one) (web.Page[Maintenance], error) {
			found, err := r.MaintenanceLog(ctx, by, in.ID)
			return web.Page[Maintenance]{Items: found}, err
		})
	web.Command(w, web.Op{Method: "POST", Path: "/tickets/{id}/maintenance", ID: "add-maintenance", Tag: tag, Summary: "Write what was done for a ticket into the machine's log", Status: 201},
		func(ctx context.Context, by authority.Actor, in *struct {
			ID   int64 `path:"id" minimum:"1"`
			Body upkeepBody
		},
		) (Maintenance, error) {
			b := in.Body
			return r.Maintain(ctx, by, in.ID, Upkeep{
				ClientID: b.ClientID, Asset: b.Asset, PartID: b.PartID, DoneOn: b.DoneOn, Kinds: b.Kinds, Text: b.Text, Part: b.Part,
				OldSerial: b.OldSerial, NewSerial: b.NewSerial, Quantity: b.Quantity, Agent: b.Agent,
			})
		})
	web.Command(w, web.Op{Method: "DELETE", Path: "/maintenance/{id}", ID: "withdraw-maintenance", Tag: tag, Summary: "Say that an entry of a machine's log was written by mistake"},
		func(ctx context.Context, by authority.Actor, in *one) (web.Empty, error) {
			return web.Empty{}, r.WithdrawMaintenance(ctx, by, in.ID)
		})
}
