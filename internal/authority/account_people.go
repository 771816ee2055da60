package authority

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"

	"frontline/internal/fault"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// Person is somebody who works here.
type Person struct {
	ID        int64     `json:"id"`
	Login     string    `json:"login"`
	Name      string    `json:"name"`
	Email     string    `json:"email"`
	Roles     []string  `json:"roles"`
	Tier      int       `json:"tier" doc:"How much he may give away alone; 1 least"`
	Language  string    `json:"language"`
	Teams     []Team    `json:"teams"`
	TwoFactor bool      `json:"two_factor" doc:"A second factor is set up"`
	Disabled  bool      `json:"disabled"`
	Made      time.Time `json:"created_at"`
}

// Team is a group of agents.
type Team struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
}

// Roles lists all roles.
func Roles() []string {
	return []string{RoleAgent, RoleEngineer, RoleDispatcher, RoleSupervisor, RoleSales, RoleEditor, RoleManager, RoleAdmin}
}

// NewPerson is what somebody is added with.
type NewPerson struct {
	Login    string
	Name     string
	Email    string
	Password string // empty: can sign in only after one is set
	Roles    []string
	Tier     int    // zero: 1
	Language string // zero: zh
	Teams    []int64
	Once     bool // the password is for the first sign-in only
}

// loginForm keeps a login readable and without spaces; letters of every script may be in it.
var loginForm = regexp.MustCompile(`^[\p{L}\p{N}][\p{L}\p{N}._@+-]{0,99}$`)

// AddPerson adds somebody, and answers the id. More than the actor has cannot be given: fault.Forbidden
// "above_own_roles" or "above_own_tier".
func (a *Accounts) AddPerson(ctx context.Context, by Actor, p NewPerson) (id int64, err error) {
	p.Login = strings.ToLower(strings.TrimSpace(p.Login))
	if p.Tier == 0 {
		p.Tier = 1
	}
	if p.Language == "" {
		p.Language = "zh"
	}
	if len(p.Roles) == 0 {
		p.Roles = []string{RoleAgent}
	}
	if err := p.check(); err != nil {
		return 0, err
	}
	var hash *string
	if p.Password != "" {
		if hash, err = a.passwordFor(ctx, by, "agent.add", func() (string, error) { return p.Login, nil }, p.Password); err != nil {
			return 0, err
		}
	}
	err = a.gate.Do(ctx, by, func(tx *Tx) error {
		if err := tx.Allow(ctx, Act{Name: "agent.add", Object: "login:" + p.Login}); err != nil {
			return err
		}
		g, err := readGiver(ctx, tx)
		if err != nil {
			return err
		}
		if err := g.give(0, p.Roles, p.Tier); err != nil {
			return err
		}
		err = tx.QueryRow(ctx, `insert into agents (login, name, email, roles, tier, language) values ($1, $2, $3, $4, $5, $6) returning id`,
			p.Login, strings.TrimSpace(p.Name), p.Email, p.Roles, p.Tier, p.Language).Scan(&id)
		if isCode(err, "23505") {
			return fault.New(fault.Conflict, "login_taken", "login", p.Login)
		}
		if err != nil {
			return fmt.Errorf("add %s: %w", p.Login, err)
		}
		if p.Password != "" {
			if err := keepPasswordFor(ctx, tx, id, hash, p.Once); err != nil {
				return err
			}
		}
		if err := setTeams(ctx, tx, id, p.Teams); err != nil {
			return err
		}
		tx.Emit("agent.changed", AgentActor(id, "").String(), "staff")
		tx.Return(struct {
			ID int64 `json:"id"`
		}{id})
		return nil
	})
	return id, err
}

func (p NewPerson) check() error {
	switch {
	case !loginForm.MatchString(p.Login):
		return fault.BadField("login", "bad_login_form")
	case strings.TrimSpace(p.Name) == "":
		return fault.BadField("name", "required")
	case len([]rune(p.Name)) > 100:
		return fault.BadField("name", "too_long", "max", 100)
	case p.Email != "" && (len(p.Email) > 254 || !strings.Contains(p.Email, "@") || strings.ContainsFunc(p.Email, unicode.IsSpace)):
		return fault.BadField("email", "bad_email")
	}
	return checkRights(p.Roles, p.Tier, p.Language)
}

func checkRights(roles []string, tier int, language string) error {
	for _, r := range roles {
		if !slices.Contains(Roles(), r) {
			return fault.BadField("roles", "not_allowed", "allowed", strings.Join(Roles(), ", "))
		}
	}
	switch {
	case len(roles) == 0:
		return fault.BadField("roles", "required")
	case tier < 1 || tier > 9:
		return fault.BadField("tier", "not_allowed", "allowed", "1 … 9")
	case language != "zh" && language != "en":
		return fault.BadField("language", "not_allowed", "allowed", "zh, en")
	}
	return nil
}

// PersonChange is what to change of somebody; nil leaves a thing as it is.
type PersonChange struct {
	Name     *string
	Email    *string
	Roles    []string
	Tier     *int
	Language *string
	Teams    []int64 // nil: as they are; empty: none
	Disabled *bool
	Password *string
	Once     bool // the password is for the next sign-in only
}

// rights says whether the change touches what somebody may do.
func (c PersonChange) rights() bool { return c.Roles != nil || c.Tier != nil || c.Disabled != nil }

// ChangePerson changes somebody. Nobody changes his own rights (fault.Forbidden "own_rights") or, without the old one, his
// password ("own_password"), gives more than he has ("above_own_tier") or reaches somebody who has more
// ("above_own_roles"), and the last administrator stays one (fault.Conflict "last_admin"). Who is disabled, or gets a new password, is signed out everywhere.
func (a *Accounts) ChangePerson(ctx context.Context, by Actor, id int64, c PersonChange) error {
	if by.Kind == Agent && by.ID == id && c.rights() {
		return a.refuseOwn(ctx, by, "own_rights")
	}
	var hash *string
	if by.Kind == Agent && by.ID == id && c.Password != nil {
		return a.refuseOwn(ctx, by, "own_password")
	}
	if c.Password != nil {
		var err error
		if hash, err = a.passwordFor(ctx, by, "agent.change", func() (string, error) { return a.login(ctx, id) }, *c.Password); err != nil {
			return err
		}
	}
	return a.gate.Do(ctx, by, func(tx *Tx) error {
		if err := tx.Allow(ctx, Act{Name: "agent.change", Object: AgentActor(id, "").String()}); err != nil {
			return err
		}
		if err := changePerson(ctx, tx, id, c); err != nil {
			return err
		}
		if c.Password != nil {
			if err := keepPasswordFor(ctx, tx, id, hash, c.Once); err != nil {
				return err
			}
		}
		if c.Password != nil || c.Disabled != nil && *c.Disabled {
			if err := endAll(ctx, tx, "session", `delete from sessions where agent_id = $1 returning id, agent_id`, id); err != nil {
				return err
			}
		}
		if c.Disabled != nil && *c.Disabled {
			if err := endAll(ctx, tx, "token", `delete from tokens where agent_id = $1 returning id, agent_id`, id); err != nil {
				return err
			}
		}
		tx.Emit("agent.changed", AgentActor(id, "").String(), "staff")
		return nil
	})
}

// refuseOwn refuses somebody a change of his own account, and writes the try down. With a session left open or a token
// that was found, it would be somebody else's way to stay.
func (a *Accounts) refuseOwn(ctx context.Context, by Actor, code string) error {
	err := a.gate.Do(ctx, by, func(tx *Tx) error {
		return tx.Deny(Act{Name: "agent.change", Object: by.String(), Reason: code})
	})
	if errors.Is(err, fault.Forbidden) {
		return fault.New(fault.Forbidden, code)
	}
	return err
}

func changePerson(ctx context.Context, tx *Tx, id int64, c PersonChange) error {
	// All changes of rights wait for each other: two administrators must not disable each other at once.
	if c.rights() {
		if _, err := tx.Exec(ctx, `select pg_advisory_xact_lock(hashtextextended('rights of agents', 0))`); err != nil {
			return fmt.Errorf("change a person: %w", err)
		}
	}
	var p Person
	err := tx.QueryRow(ctx, `select name, email, roles, tier, language, disabled_at is not null from agents where id = $1 for update`, id).
		Scan(&p.Name, &p.Email, &p.Roles, &p.Tier, &p.Language, &p.Disabled)
	if errors.Is(err, pgx.ErrNoRows) {
		return fault.New(fault.NotFound, "not_found", "what", "agent")
	}
	if err != nil {
		return fmt.Errorf("change a person: %w", err)
	}
	g, err := readGiver(ctx, tx)
	if err != nil {
		return err
	}
	if !g.holds(p.Roles) {
		return fault.New(fault.Forbidden, "above_own_roles")
	}
	had := p.Tier
	set(&p.Name, c.Name)
	set(&p.Email, c.Email)
	set(&p.Tier, c.Tier)
	set(&p.Language, c.Language)
	set(&p.Disabled, c.Disabled)
	if c.Roles != nil {
		p.Roles = c.Roles
	}
	if err := (NewPerson{Login: "x", Name: p.Name, Email: p.Email, Roles: p.Roles, Tier: p.Tier, Language: p.Language}).check(); err != nil {
		return err
	}
	if err := g.give(had, p.Roles, p.Tier); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `update agents set name = $2, email = $3, roles = $4, tier = $5, language = $6,
		disabled_at = case when $7 then coalesce(disabled_at, now()) end where id = $1`,
		id, strings.TrimSpace(p.Name), p.Email, p.Roles, p.Tier, p.Language, p.Disabled); err != nil {
		return fmt.Errorf("change a person: %w", err)
	}
	if c.rights() {
		var admins bool
		if err := tx.QueryRow(ctx, `select exists (select from agents where disabled_at is null and 'admin' = any(roles))`).Scan(&admins); err != nil {
			return fmt.Errorf("count administrators: %w", err)
		}
		if !admins && tx.By.Kind == Agent {
			return fault.New(fault.Conflict, "last_admin")
		}
	}
	if c.Teams != nil {
		return setTeams(ctx, tx, id, c.Teams)
	}
	return nil
}

func set[T any](to *T, from *T) {
	if from != nil {
		*to = *from
	}
}

// People lists everybody, those who left too, by name. Who does not see all sees himself.
func (a *Accounts) People(ctx context.Context, by Actor) ([]Person, error) {
	return a.people(ctx, by, 0)
}

// Person is one of them.
func (a *Accounts) Person(ctx context.Context, by Actor, id int64) (Person, error) {
	found, err := a.people(ctx, by, id)
	if err != nil {
		return Person{}, err
	}
	if len(found) == 0 {
		return Person{}, fault.New(fault.NotFound, "not_found", "what", "agent")
	}
	return found[0], nil
}

func (a *Accounts) people(ctx context.Context, by Actor, id int64) ([]Person, error) {
	var out []Person
	err := a.gate.View(ctx, by, func(q Query) error {
		rows, err := q.Query(ctx, `select a.id, a.login, a.name, a.email, a.roles, a.tier, a.language,
				coalesce((select jsonb_agg(jsonb_build_object('id', t.id, 'name', t.name) order by t.name)
					from team_members m join teams t on t.id = m.team_id where m.agent_id = a.id), '[]'),
				coalesce(c.totp_at is not null, false), a.disabled_at is not null, a.created_at
			from agents a left join credentials c on c.agent_id = a.id
			where (sees_all() or a.id = my_agent()) and ($1 = 0 or a.id = $1) order by a.name, a.id limit 5000`, id)
		if err != nil {
			return fmt.Errorf("people: %w", err)
		}
		out, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Person])
		return err
	})
	return out, err
}

// login is the login of an agent.
func (a *Accounts) login(ctx context.Context, id int64) (login string, err error) {
	err = a.db.Read.QueryRow(ctx, `select login from agents where id = $1`, id).Scan(&login)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", fault.New(fault.NotFound, "not_found", "what", "agent")
	}
	return login, failure(err)
}

// newPassword checks and hashes one.
func (a *Accounts) newPassword(ctx context.Context, login, password string) (*string, error) {
	if err := goodPassword(login, password); err != nil {
		return nil, err
	}
	leave, err := a.hasher.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	hash := hashPassword(password)
	return &hash, nil
}

// passwordFor is newPassword for somebody else's account, where the actor may set it. Who may not learns neither which
// accounts there are nor keeps the processor busy: his hash is nil, and Allow tells him.
func (a *Accounts) passwordFor(ctx context.Context, by Actor, act string, login func() (string, error), password string) (*string, error) {
	if by.Kind != Program {
		may, err := a.May(ctx, by)
		if err != nil || !slices.Contains(may, act) {
			return nil, err
		}
	}
	name, err := login()
	if err != nil {
		return nil, err
	}
	return a.newPassword(ctx, name, password)
}

// keepPasswordFor keeps what passwordFor gave; nil where the right came only after it.
func keepPasswordFor(ctx context.Context, tx *Tx, agent int64, hash *string, once bool) error {
	if hash == nil {
		return fault.New(fault.Forbidden, "not_allowed", "act", "agent.change")
	}
	return keepPassword(ctx, tx, agent, *hash, once)
}

// keepPassword keeps a hash; once says that its password is good for one sign-in, at which a new one is chosen.
func keepPassword(ctx context.Context, tx *Tx, agent int64, hash string, once bool) error {
	if _, err := tx.Exec(ctx, `insert into credentials (agent_id, password, password_at, password_once) values ($1, $2, now(), $3)
		on conflict (agent_id) do update set password = $2, password_at = now(), password_once = $3`, agent, hash, once); err != nil {
		return fmt.Errorf("keep a password: %w", err)
	}
	return nil
}

func isCode(err error, code string) bool {
	var p *pgconn.PgError
	return errors.As(err, &p) && p.Code == code
}
