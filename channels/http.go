package channels

import (
	"context"
	"net/http"

	"frontline/internal/authority"
	"frontline/internal/web"
)

// Routes adds what people decide about deliveries to the API.
func (c *Courier) Routes(s *web.Server) {
	web.Command(s, web.Op{
		Method: http.MethodPost, Path: "/messages/{id}/delivery", ID: "decide-delivery", Tag: "tickets",
		Summary: "Settle a delivery that is uncertain or has failed",
		Doc:     "`sent`: the customer has it. `resend`: the same message is sent again, under the same Message-ID.",
	}, func(ctx context.Context, by authority.Actor, in *struct {
		ID   int64 `path:"id"`
		Body struct {
			Decision string `json:"decision" enum:"sent,resend"`
		}
	},
	) (web.Empty, error) {
		return web.Empty{}, c.Decide(ctx, by, in.ID, in.Body.Decision)
	})
}
