package agentdesk

import (
	"context"
	"net/http"
	"time"

	"frontline/internal/authority"
	"frontline/internal/fault"
	"frontline/internal/web"
)

// Seated says whether an agent is there: ready, not_ready, after_work or away.
type Seated func(ctx context.Context, by authority.Actor, agent int64) (presence string, err error)

// Myself is who asks, as the desk shows it.
type Myself struct {
	Agent me `json:"agent"`
}

type me struct {
	ID        int64            `json:"id"`
	Name      string           `json:"name"`
	Login     string           `json:"login"`
	Roles     []string         `json:"roles"`
	Tier      int              `json:"tier"`
	Teams     []authority.Team `json:"teams"`
	Language  string           `json:"language"`
	Presence  string           `json:"presence" enum:"ready,not_ready,after_work,away"`
	TwoFactor bool             `json:"two_factor"`
	May       []string         `json:"may" doc:"The acts that some role of his may do, such as queue.edit: what a screen may offer"`
}

type added struct {
	ID       int64  `json:"id"`
	Password string `json:"password,omitempty" doc:"The one-time password, this once"`
}

type oneTime struct {
	Password string `json:"password" doc:"Good for one sign-in, at which a new one is chosen; shown this once"`
}

type newToken struct {
	ID    int64  `json:"id"`
	Token string `json:"token" doc:"The secret, this once"`
}

type recoveryCodes struct {
	Codes []string `json:"recovery_codes" doc:"Each signs in once without the app"`
}

// accounts are the routes of signing in and of the people who work here.
type accounts struct {
	*authority.Accounts
	seated Seated
}

// AccountRoutes adds signing in and out, one's own account, people and teams to the API.
func AccountRoutes(s *web.Server, a *authority.Accounts, seated Seated) {
	c := accounts{a, seated}
	c.sessionRoutes(s)
	c.ownRoutes(s)
	c.factorRoutes(s)
	c.tokenRoutes(s)
	c.peopleRoutes(s)
	c.teamRoutes(s)
}

func (c accounts) myself(ctx context.Context, by authority.Actor) (Myself, error) {
	p, err := c.Person(ctx, by, by.ID)
	if err != nil {
		return Myself{}, err
	}
	presence, err := c.seated(ctx, by, by.ID)
	if err != nil {
		return Myself{}, err
	}
	may, err := c.May(ctx, by)
	if err != nil {
		return Myself{}, err
	}
	return Myself{me{
		ID: p.ID, Name: p.Name, Login: p.Login, Roles: p.Roles, Tier: p.Tier, Teams: p.Teams,
		Language: p.Language, Presence: presence, TwoFactor: p.TwoFactor, May: may,
	}}, nil
}

func (c accounts) sessionRoutes(s *web.Server) {
	web.Command(s, web.Op{
		Method: "POST", Path: "/session", ID: "sign-in", Tag: "session", Summary: "Sign in; the session is in a cookie", Public: true,
		Doc: "401 has the code bad_login, new_password_needed, code_needed or bad_code; 429 login_blocked says when to try again.",
	}, func(ctx context.Context, _ authority.Actor, in *struct {
		Software string `header:"User-Agent" hidden:"true"`
		Body     struct {
			Login    string `json:"login" maxLength:"200"`
			Password string `json:"password" maxLength:"1000"`
			Code     string `json:"code,omitempty" maxLength:"50" doc:"Of the authenticator app, or a recovery code"`
			New      string `json:"new_password,omitempty" maxLength:"200" doc:"The password to have from now on, where the present one is for one sign-in"`
		}
	},
	) (Myself, error) {
		started, err := c.SignIn(ctx, authority.Login{
			Login: in.Body.Login, Password: in.Body.Password, Code: in.Body.Code, New: in.Body.New,
			Peer: web.Peer(ctx), Software: in.Software, Old: web.SessionToken(ctx),
		})
		if err != nil {
			return Myself{}, err
		}
		web.StartSession(ctx, started.Token, started.Life)
		return c.myself(ctx, started.By)
	})
	web.Command(s, web.Op{Method: "DELETE", Path: "/session", ID: "sign-out", Tag: "session", Summary: "Sign out", Public: true},
		func(ctx context.Context, by authority.Actor, _ *struct{}) (web.Empty, error) {
			web.EndSession(ctx)
			if by.Session == 0 {
				return web.Empty{}, nil
			}
			return web.Empty{}, c.EndSession(ctx, by, by.Session)
		})
}

func (c accounts) ownRoutes(s *web.Server) {
	web.Query(s, web.Op{Method: "GET", Path: "/me", ID: "get-me", Tag: "session", Summary: "Who asks"},
		func(ctx context.Context, by authority.Actor, _ *struct{}) (Myself, error) { return c.myself(ctx, by) })
	web.Command(s, web.Op{Method: "PATCH", Path: "/me", ID: "edit-me", Tag: "session", Summary: "Change one's own settings", Status: http.StatusOK},
		func(ctx context.Context, by authority.Actor, in *struct {
			Body struct {
				Language string `json:"language,omitempty" enum:"zh,en"`
			}
		},
		) (Myself, error) {
			if in.Body.Language != "" {
				if err := c.SetLanguage(ctx, by, in.Body.Language); err != nil {
					return Myself{}, err
				}
			}
			return c.myself(ctx, by)
		})
	web.Command(s, web.Op{Method: "POST", Path: "/me/password", ID: "set-my-password", Tag: "session", Summary: "Change one's own password; other sessions end"},
		func(ctx context.Context, by authority.Actor, in *struct {
			Body struct {
				Old      string `json:"old" maxLength:"1000"`
				Password string `json:"password" maxLength:"200" doc:"At least 10 characters"`
			}
		},
		) (web.Empty, error) {
			return web.Empty{}, c.SetPassword(ctx, by, in.Body.Old, in.Body.Password)
		})
	web.Query(s, web.Op{Method: "GET", Path: "/me/sessions", ID: "list-my-sessions", Tag: "session", Summary: "One's own sessions, the last used first"},
		func(ctx context.Context, by authority.Actor, _ *struct{}) (web.Page[authority.SessionInfo], error) {
			list, err := c.Sessions(ctx, by)
			return web.Page[authority.SessionInfo]{Items: list}, err
		})
	web.Command(s, web.Op{Method: "DELETE", Path: "/me/sessions", ID: "end-my-other-sessions", Tag: "session", Summary: "End all of one's sessions but this one"},
		func(ctx context.Context, by authority.Actor, _ *struct{}) (web.Empty, error) {
			return web.Empty{}, c.EndOtherSessions(ctx, by)
		})
	web.Command(s, web.Op{Method: "DELETE", Path: "/me/sessions/{id}", ID: "end-my-session", Tag: "session", Summary: "End one of one's own sessions"},
		func(ctx context.Context, by authority.Actor, in *byID) (web.Empty, error) {
			return web.Empty{}, c.EndSession(ctx, by, in.ID)
		})
}

type byID struct {
	ID int64 `path:"id" minimum:"1"`
}

func (c accounts) factorRoutes(s *web.Server) {
	web.Command(s, web.Op{
		Method: "POST", Path: "/me/two-factor", ID: "propose-two-factor", Tag: "session", Summary: "Begin to set up a second factor", Status: http.StatusOK,
		Doc: "Show the address as a QR code to an authenticator app, then send its first code to /me/two-factor/confirm.",
	}, func(ctx context.Context, by authority.Actor, _ *struct{}) (authority.Proposal, error) {
		return c.ProposeFactor(ctx, by)
	})
	web.Command(s, web.Op{Method: "POST", Path: "/me/two-factor/confirm", ID: "confirm-two-factor", Tag: "session", Summary: "Set the second factor up; its recovery codes are shown once", Status: http.StatusOK},
		func(ctx context.Context, by authority.Actor, in *struct {
			Body struct {
				Code string `json:"code" maxLength:"20"`
			}
		},
		) (out recoveryCodes, err error) {
			out.Codes, err = c.ConfirmFactor(ctx, by, in.Body.Code)
			return out, err
		})
	web.Command(s, web.Op{Method: "POST", Path: "/me/two-factor/remove", ID: "remove-two-factor", Tag: "session", Summary: "Remove one's own second factor"},
		func(ctx context.Context, by authority.Actor, in *struct {
			Body struct {
				Password string `json:"password" maxLength:"1000"`
			}
		},
		) (web.Empty, error) {
			return web.Empty{}, c.DropFactor(ctx, by, in.Body.Password)
		})
}

func (c accounts) tokenRoutes(s *web.Server) {
	web.Query(s, web.Op{Method: "GET", Path: "/me/tokens", ID: "list-my-tokens", Tag: "tokens", Summary: "One's own API tokens"},
		func(ctx context.Context, by authority.Actor, _ *struct{}) (web.Page[authority.TokenInfo], error) {
			list, err := c.Tokens(ctx, by)
			return web.Page[authority.TokenInfo]{Items: list}, err
		})
	web.Command(s, web.Op{
		Method: "POST", Path: "/me/tokens", ID: "add-my-token", Tag: "tokens", Summary: "Make an API token; it is shown once", Status: http.StatusCreated,
		Doc: "Asked again with the same Idempotency-Key, the token is empty: it is kept nowhere.",
	}, func(ctx context.Context, by authority.Actor, in *struct {
		Body struct {
			Name string `json:"name" minLength:"1" maxLength:"100"`
			Days int    `json:"days,omitempty" minimum:"1" maximum:"3650" doc:"It expires after so many; absent: never"`
		}
	},
	) (out newToken, err error) {
		out.ID, out.Token, err = c.AddToken(ctx, by, by.ID, in.Body.Name, time.Duration(in.Body.Days)*24*time.Hour)
		return out, err
	})
	web.Command(s, web.Op{Method: "DELETE", Path: "/me/tokens/{id}", ID: "end-my-token", Tag: "tokens", Summary: "End one of one's own API tokens"},
		func(ctx context.Context, by authority.Actor, in *byID) (web.Empty, error) {
			return web.Empty{}, c.EndToken(ctx, by, in.ID)
		})
}

func (c accounts) peopleRoutes(s *web.Server) {
	web.Query(s, web.Op{
		Method: "GET", Path: "/people", ID: "list-people", Tag: "people", Summary: "All accounts, disabled ones too",
		Doc: "Supervisors, managers and administrators see all, others themselves.",
	}, func(ctx context.Context, by authority.Actor, _ *struct{}) (web.Page[authority.Person], error) {
		list, err := c.People(ctx, by)
		return web.Page[authority.Person]{Items: list}, err
	})
	web.Command(s, web.Op{
		Method: "POST", Path: "/people", ID: "add-person", Tag: "people", Summary: "Add an account", Status: http.StatusCreated,
		Doc: "Nobody gives roles that he has not, or a higher tier than his own. Asked again with the same Idempotency-Key, the one-time password is missing: it is kept nowhere.",
	},
		func(ctx context.Context, by authority.Actor, in *struct {
			Body struct {
				Login    string   `json:"login" minLength:"1" maxLength:"100"`
				Name     string   `json:"name" minLength:"1" maxLength:"100"`
				Email    string   `json:"email,omitempty" format:"email" maxLength:"254"`
				Password string   `json:"password,omitempty" maxLength:"200" doc:"At least 10 characters; without one nobody can sign in"`
				Roles    []string `json:"roles,omitempty" enum:"agent,engineer,dispatcher,supervisor,sales,editor,manager,admin" maxItems:"8"`
				Tier     int      `json:"tier,omitempty" minimum:"1" maximum:"9"`
				Language string   `json:"language,omitempty" enum:"zh,en"`
				Teams    []int64  `json:"teams,omitempty" maxItems:"100"`
				OneTime  bool     `json:"one_time_password,omitempty" doc:"Make a password for the first sign-in, and answer it"`
			}
		},
		) (out added, err error) {
			b := in.Body
			if b.OneTime {
				if b.Password != "" {
					return out, fault.BadField("one_time_password", "not_both", "other", "password")
				}
				b.Password = authority.NewPassword()
				out.Password = b.Password
			}
			out.ID, err = c.AddPerson(ctx, by, authority.NewPerson{
				Login: b.Login, Name: b.Name, Email: b.Email, Password: b.Password, Roles: b.Roles, Tier: b.Tier, Language: b.Language, Teams: b.Teams, Once: b.OneTime,
			})
			return out, err
		})
	web.Command(s, web.Op{
		Method: "PATCH", Path: "/people/{id}", ID: "edit-person", Tag: "people", Summary: "Change an account",
		Doc: "Nobody changes his own rights, or gives more than he has. Who is disabled or gets a new password is signed out everywhere.",
	}, func(ctx context.Context, by authority.Actor, in *struct {
		ID   int64 `path:"id" minimum:"1"`
		Body struct {
			Name     *string  `json:"name,omitempty" minLength:"1" maxLength:"100"`
			Email    *string  `json:"email,omitempty" maxLength:"254"`
			Password *string  `json:"password,omitempty" maxLength:"200"`
			Roles    []string `json:"roles,omitempty" enum:"agent,engineer,dispatcher,supervisor,sales,editor,manager,admin" minItems:"1" maxItems:"8"`
			Tier     *int     `json:"tier,omitempty" minimum:"1" maximum:"9"`
			Language *string  `json:"language,omitempty" enum:"zh,en"`
			Teams    []int64  `json:"teams,omitempty" maxItems:"100"`
			Disabled *bool    `json:"disabled,omitempty"`
		}
	},
	) (web.Empty, error) {
		b := in.Body
		return web.Empty{}, c.ChangePerson(ctx, by, in.ID, authority.PersonChange{
			Name: b.Name, Email: b.Email, Password: b.Password, Roles: b.Roles, Tier: b.Tier, Language: b.Language, Teams: b.Teams, Disabled: b.Disabled,
		})
	})
	web.Command(s, web.Op{
		Method: "POST", Path: "/people/{id}/password", ID: "reset-password", Tag: "people", Summary: "Give somebody a one-time password; he is signed out everywhere", Status: http.StatusOK,
		Doc: "Asked again with the same Idempotency-Key, the password is empty: it is kept nowhere.",
	}, func(ctx context.Context, by authority.Actor, in *byID) (oneTime, error) {
		password := authority.NewPassword()
		return oneTime{password}, c.ChangePerson(ctx, by, in.ID, authority.PersonChange{Password: &password, Once: true})
	})
	web.Command(s, web.Op{Method: "DELETE", Path: "/people/{id}/two-factor", ID: "reset-two-factor", Tag: "people", Summary: "Remove the second factor of who lost it; he is signed out everywhere"},
		func(ctx context.Context, by authority.Actor, in *byID) (web.Empty, error) {
			return web.Empty{}, c.ResetFactor(ctx, by, in.ID)
		})
}

func (c accounts) teamRoutes(s *web.Server) {
	web.Query(s, web.Op{Method: "GET", Path: "/teams", ID: "list-teams", Tag: "people", Summary: "All teams"},
		func(ctx context.Context, by authority.Actor, _ *struct{}) (web.Page[authority.Team], error) {
			list, err := c.Teams(ctx, by)
			return web.Page[authority.Team]{Items: list}, err
		})
	type named struct {
		Name string `json:"name" minLength:"1" maxLength:"100"`
	}
	web.Command(s, web.Op{Method: "POST", Path: "/teams", ID: "add-team", Tag: "people", Summary: "Add a team", Status: http.StatusCreated},
		func(ctx context.Context, by authority.Actor, in *struct{ Body named }) (authority.Team, error) {
			id, err := c.SetTeam(ctx, by, 0, in.Body.Name)
			return authority.Team{ID: id, Name: in.Body.Name}, err
		})
	web.Command(s, web.Op{Method: "PATCH", Path: "/teams/{id}", ID: "rename-team", Tag: "people", Summary: "Rename a team", Status: http.StatusOK},
		func(ctx context.Context, by authority.Actor, in *struct {
			ID   int64 `path:"id" minimum:"1"`
			Body named
		},
		) (authority.Team, error) {
			id, err := c.SetTeam(ctx, by, in.ID, in.Body.Name)
			return authority.Team{ID: id, Name: in.Body.Name}, err
		})
}
