package tickets

import (
	"context"
	"encoding/json"

	"frontline/internal/authority"
	"frontline/internal/fault"
	"frontline/internal/web"
	"frontline/tickets/sla"
)

// Warning is what was saved and surely not meant, in the caller's language.
type Warning struct {
	Field  string         `json:"field"`
	Code   string         `json:"code"`
	Detail string         `json:"detail"`
	Args   map[string]any `json:"args,omitempty"`
}

func spelt(ctx context.Context, warnings []sla.Warning) []Warning {
	out := make([]Warning, len(warnings))
	for i, w := range warnings {
		out[i] = Warning{w.Field, w.Code, web.FieldWords(ctx, fault.Field{Name: w.Field, Code: w.Code, Args: w.Args}), w.Args}
	}
	return out
}

func (t *Tickets) clockRoutes(s *web.Server) {
	t.calendarRoutes(s)
	web.Query(s, web.Op{Method: "GET", Path: "/policies", ID: "list-policies", Tag: "clocks", Summary: "What is promised to whom, in the order in which it is looked through"},
		func(ctx context.Context, by authority.Actor, _ *struct{}) (PolicyList, error) {
			return t.Policies(ctx, by, web.Language(ctx))
		})
	type saved struct {
		Version  int       `json:"version"`
		Warnings []Warning `json:"warnings"`
	}
	web.Command(s, web.Op{
		Method: "PUT", Path: "/policies", ID: "save-policies", Tag: "clocks", Summary: "Put a list of policies in the place of the one that holds", MaxBody: 1 << 20,
		Doc: "A policy that differs from what it was becomes a new version. Tickets stay under the version that they were opened under, until their class, machine, channel, type, severity or queue changes.",
	}, func(ctx context.Context, by authority.Actor, in *struct{ Body PolicyList }) (saved, error) {
		version, warnings, err := t.SavePolicies(ctx, by, in.Body)
		return saved{version, spelt(ctx, warnings)}, err
	})
	type checked struct {
		Warnings []Warning `json:"warnings"`
	}
	web.Command(s, web.Op{
		Method: "POST", Path: "/policies/check", ID: "check-policies", Tag: "clocks", Summary: "What saving a list of policies would refuse, and warn of", MaxBody: 1 << 20,
	}, func(ctx context.Context, by authority.Actor, in *struct{ Body PolicyList }) (checked, error) {
		warnings, err := t.CheckPolicies(ctx, by, in.Body.Items)
		return checked{spelt(ctx, warnings)}, err
	})
}

func (t *Tickets) calendarRoutes(s *web.Server) {
	web.Query(s, web.Op{Method: "GET", Path: "/calendars", ID: "list-calendars", Tag: "clocks", Summary: "Calendars, and the official years that are known"},
		func(ctx context.Context, by authority.Actor, _ *struct{}) (Calendars, error) {
			return t.Calendars(ctx, by)
		})
	web.Command(s, web.Op{Method: "POST", Path: "/calendars", ID: "add-calendar", Tag: "clocks", Summary: "Add a calendar", Status: 201, MaxBody: 1 << 20},
		func(ctx context.Context, by authority.Actor, in *struct{ Body Calendar }) (Added, error) {
			id, err := t.SaveCalendar(ctx, by, 0, in.Body)
			return Added{id}, err
		})
	web.Command(s, web.Op{
		Method: "PUT", Path: "/calendars/{id}", ID: "change-calendar", Tag: "clocks", Summary: "Change a calendar", MaxBody: 1 << 20,
		Doc: "Its name stays. What is promised by it is due when the changed calendar says, from now on.",
	}, func(ctx context.Context, by authority.Actor, in *struct {
		ID   int64 `path:"id" minimum:"1"`
		Body Calendar
	},
	) (web.Empty, error) {
		_, err := t.SaveCalendar(ctx, by, in.ID, in.Body)
		return web.Empty{}, err
	})
	web.Command(s, web.Op{Method: "POST", Path: "/calendars/try", ID: "try-calendar", Tag: "clocks", Summary: "Draw a month of a calendar, and say when a promise by it is due", MaxBody: 1 << 20},
		func(ctx context.Context, by authority.Actor, in *struct{ Body Trial }) (Tried, error) {
			return t.TryCalendar(ctx, by, in.Body, web.Language(ctx))
		})
	web.Command(s, web.Op{
		Method: "POST", Path: "/calendars/years", ID: "add-official-year", Tag: "clocks", Summary: "Add the official holidays and make-up workdays of a year", Status: 201, MaxBody: 1 << 20,
		Doc: "In the form of the holiday-cn project. It takes the place of what was known of that year.",
	}, func(ctx context.Context, by authority.Actor, in *struct{ Body officialYear }) (YearKnown, error) {
		body, err := json.Marshal(in.Body)
		if err != nil {
			return YearKnown{}, err
		}
		return t.AddYear(ctx, by, body)
	})
}

// officialYear is an sla.Year as it is sent.
type officialYear struct {
	Country string   `json:"country" minLength:"2" maxLength:"2" doc:"ISO 3166, such as CN"`
	Year    int      `json:"year" minimum:"1970" maximum:"2199"`
	Papers  []string `json:"papers" minItems:"1" maxItems:"20" doc:"The notices it was taken from: title, number, date"`
	Days    []struct {
		Name string `json:"name" maxLength:"100" doc:"Of the holiday to which it belongs"`
		Date string `json:"date" maxLength:"10"`
		Off  bool   `json:"isOffDay" doc:"Free; else a day of a weekend that is worked"`
	} `json:"days" minItems:"1" maxItems:"400"`
}
