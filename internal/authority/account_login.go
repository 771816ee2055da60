package authority

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/netip"
	"slices"
	"strings"
	"time"

	"frontline/internal/fault"
	"frontline/internal/plain"

	"github.com/jackc/pgx/v5"
)

// Login is a try to sign in.
type Login struct {
	Login    string
	Password string
	Code     string     // of the second factor, or a recovery code; needed where one is set up
	New      string     // the password to have from now on; needed where the present one is for one sign-in
	Peer     netip.Addr // true address of who tries
	Software string     // what the browser calls itself, for the list of sessions
	Old      string     // token of the session the browser had, which ends
}

// Started is a new session.
type Started struct {
	Token string        // for the cookie; not kept anywhere in this form
	ID    int64         // of the session
	Life  time.Duration // at most
	By    Actor
}

// credentials is what is known of who has a login.
type credentials struct {
	Agent    int64
	Name     string
	Disabled bool
	Password *string
	Once     bool   // the password is for this sign-in only
	Late     bool   // and was not used in its time
	TOTP     []byte // sealed; nil where no second factor is set up
}

// SignIn starts a session. An unknown login, a wrong password and a disabled account have one answer, fault.Unauthorized
// "bad_login", after the same time; "code_needed", "bad_code" and, where the password is for one sign-in,
// "new_password_needed" come only after the right password. Too many failures
// by account, by address or by both are fault.TooMany "login_blocked", whether the account exists or not.
func (a *Accounts) SignIn(ctx context.Context, in Login) (Started, error) {
	in.Login = strings.ToLower(strings.TrimSpace(in.Login))
	tries := a.triesOf(in)
	if err := a.blocked(ctx, tries); err != nil {
		return Started{}, err
	}
	leave, err := a.hasher.enter(ctx)
	if err != nil {
		return Started{}, err
	}
	c, right, err := a.checkLogin(ctx, in, tries)
	leave()
	switch {
	case err != nil:
		return Started{}, err
	case !right:
		return Started{}, fault.New(fault.Unauthorized, "bad_login")
	}
	fresh, err := a.chosen(ctx, c, in)
	if err == nil && c.TOTP != nil && in.Code == "" {
		err = fault.New(fault.Unauthorized, "code_needed")
	}
	if err != nil {
		return Started{}, errors.Join(err, a.forgive(ctx, tries))
	}
	return a.start(ctx, c, in, fresh, tries)
}

// onceDays is how long a one-time password waits for its only use: a letter that nobody opened is no key for ever.
const onceDays = 7

// chosen is the hash of the password that follows one for a single sign-in; nil where the present one stays.
func (a *Accounts) chosen(ctx context.Context, c credentials, in Login) (*string, error) {
	switch {
	case !c.Once:
		return nil, nil
	case c.Late:
		return nil, fault.New(fault.Unauthorized, "password_expired", "days", onceDays)
	case in.New == "":
		return nil, fault.New(fault.Unauthorized, "new_password_needed")
	case in.New == in.Password:
		return nil, fault.BadField("new_password", "same_password")
	}
	hash, err := a.newPassword(ctx, in.Login, in.New)
	if err != nil {
		return nil, renamed(err, "new_password")
	}
	return hash, nil
}

// renamed gives the only field of a fault the name it has for the caller.
func renamed(err error, name string) error {
	var f *fault.Fault
	if !errors.As(err, &f) || len(f.Fields) != 1 {
		return err
	}
	x := f.Fields[0]
	x.Name = name
	again := *f
	again.Fields = []fault.Field{x}
	return &again
}

// checkLogin counts the try and compares the password. A try is counted before the password is looked at: a thousand at
// once must not all be the first.
func (a *Accounts) checkLogin(ctx context.Context, in Login, tries []try) (c credentials, right bool, err error) {
	if c, err = a.find(ctx, in.Login); err != nil {
		return c, false, err
	}
	if err := a.count(ctx, tries, c.Agent); err != nil {
		return c, false, err
	}
	kept := noPassword
	if c.Password != nil {
		kept = *c.Password
	}
	if len(in.Password) > 4*maxPassword {
		in.Password = "" // no password is that long; hash something
	}
	if right, err = checkPassword(kept, in.Password); err != nil {
		return c, false, fmt.Errorf("password of agent %d: %w", c.Agent, err)
	}
	return c, right && c.Password != nil && !c.Disabled, nil
}

// find reads what is known of a login; nothing for an unknown one, and for what cannot be one.
func (a *Accounts) find(ctx context.Context, login string) (c credentials, err error) {
	if !loginForm.MatchString(login) {
		login = ""
	}
	err = a.db.Read.QueryRow(ctx, `select a.id, a.name, a.disabled_at is not null, c.password, coalesce(c.password_once, false), coalesce(c.password_at < now() - make_interval(days => $2), false), case when c.totp_at is not null then c.totp end
		from agents a left join credentials c on c.agent_id = a.id where a.login = $1`, login, onceDays).
		Scan(&c.Agent, &c.Name, &c.Disabled, &c.Password, &c.Once, &c.Late, &c.TOTP)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return c, failure(fmt.Errorf("find the account: %w", err))
	}
	return c, nil
}

// start opens the session of who has shown the right password, if the code is right too; fresh is the hash of a
// password that takes its place.
func (a *Accounts) start(ctx context.Context, c credentials, in Login, fresh *string, tries []try) (Started, error) {
	s := Started{Token: newSecret(), Life: a.life, By: AgentActor(c.Agent, c.Name)}
	err := a.gate.Do(ctx, s.By, func(tx *Tx) error {
		if err := tx.Allow(ctx, Act{Name: "session.start", Object: s.By.String()}); err != nil {
			return err
		}
		if c.TOTP != nil {
			if err := a.useCode(ctx, tx, c.Agent, c.TOTP, in.Code); err != nil {
				return err
			}
		}
		if fresh != nil {
			if err := tx.Allow(ctx, Act{Name: "agent.self", Object: s.By.String(), Reason: "one-time password replaced"}); err != nil {
				return err
			}
			if err := keepPassword(ctx, tx, c.Agent, *fresh, false); err != nil {
				return err
			}
		}
		if err := takeBack(ctx, tx, tries, true); err != nil {
			return err
		}
		if in.Old != "" {
			if err := endAll(ctx, tx, "session", `delete from sessions where token = $1 returning id, agent_id`, a.hash("session", in.Old)); err != nil {
				return err
			}
		}
		return tx.QueryRow(ctx, `insert into sessions (agent_id, token, expires_at, peer, software)
			values ($1, $2, now() + make_interval(secs => $3), $4, $5) returning id`,
			c.Agent, a.hash("session", s.Token), a.life.Seconds(), in.Peer.String(), plain.Line(in.Software, 200)).Scan(&s.ID)
	})
	s.By.Session = s.ID
	return s, err
}

// try is one thing by which failed logins are counted.
type try struct {
	key  []byte
	free int // failures before waiting begins
}

// Failures that cost nothing: a person mistypes, an office shares an address, and a stranger must not easily keep a
// person out from elsewhere.
const (
	freeBoth    = 5
	freeAccount = 30
	freePeer    = 50
)

const (
	firstWait  = 15 * time.Second // after the first failure too many; doubles with each
	longWait   = 15 * time.Minute
	forgetting = 24 * time.Hour // after this time without failure all are forgotten
)

func (a *Accounts) triesOf(in Login) []try {
	bits := 32
	if in.Peer.Is6() {
		bits = 64 // what one household gets
	}
	peer := "none"
	if p, err := in.Peer.Prefix(bits); err == nil {
		peer = p.String()
	}
	key := func(parts ...string) []byte {
		b := make([][]byte, len(parts))
		for i, p := range parts {
			b[i] = []byte(p)
		}
		return a.key.MAC("login tries", b...)[:16]
	}
	out := []try{
		{key("both", in.Login, peer), freeBoth},
		{key("account", in.Login), freeAccount},
		{key("peer", peer), freePeer},
	}
	// One order for all, so that two logins never wait for each other's rows.
	slices.SortFunc(out, func(x, y try) int { return slices.Compare(x.key, y.key) })
	return out
}

func keysOf(tries []try) [][]byte {
	keys := make([][]byte, len(tries))
	for i, t := range tries {
		keys[i] = t.key
	}
	return keys
}

// blocked says whether any of the tries must wait.
func (a *Accounts) blocked(ctx context.Context, tries []try) error {
	return failure(waitFor(ctx, a.db.Read, tries))
}

func waitFor(ctx context.Context, q Query, tries []try) error {
	rows, err := q.Query(ctx, `select key, failures, extract(epoch from clock_timestamp() - at)::float8 from login_tries
		where key = any($1) and at > now() - make_interval(secs => $2)`, keysOf(tries), forgetting.Seconds())
	if err != nil {
		return fmt.Errorf("failed logins: %w", err)
	}
	var wait time.Duration
	var key []byte
	var failures int
	var since float64
	_, err = pgx.ForEachRow(rows, []any{&key, &failures, &since}, func() error {
		for _, t := range tries {
			if slices.Equal(t.key, key) && failures >= t.free {
				wait = max(wait, waitAfter(failures-t.free)-time.Duration(since*float64(time.Second)))
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("failed logins: %w", err)
	}
	if wait > 0 {
		return fault.New(fault.TooMany, "login_blocked", "retry_after", int(math.Ceil(wait.Seconds())))
	}
	return nil
}

// waitAfter is the pause after so many failures too many.
func waitAfter(n int) time.Duration {
	if n > 6 {
		return longWait
	}
	return min(firstWait<<n, longWait)
}

// count counts a try as failed, unless it must wait. Who tries is kept in the audit trail by the agent or nobody, never
// by what was typed.
func (a *Accounts) count(ctx context.Context, tries []try, agent int64) error {
	object := "agent:?"
	if agent != 0 {
		object = AgentActor(agent, "").String()
	}
	return a.gate.Do(ctx, api, func(tx *Tx) error {
		if err := tx.Allow(ctx, Act{Name: "session.try", Object: object}); err != nil {
			return err
		}
		// Rows are locked, and made where there are none, before they are judged.
		if _, err := tx.Exec(ctx, `insert into login_tries (key, failures) select unnest($1::bytea[]), 0
			on conflict (key) do update set failures = case when login_tries.at < now() - make_interval(secs => $2) then 0 else login_tries.failures end`,
			keysOf(tries), forgetting.Seconds()); err != nil {
			return fmt.Errorf("lock failed logins: %w", err)
		}
		if err := waitFor(ctx, tx, tries); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `update login_tries set failures = failures + 1, at = clock_timestamp() where key = any($1)`, keysOf(tries)); err != nil {
			return fmt.Errorf("count a login: %w", err)
		}
		return nil
	})
}

// forgive takes a try back that was not wrong but lacked its code.
func (a *Accounts) forgive(ctx context.Context, tries []try) error {
	return a.gate.Do(ctx, api, func(tx *Tx) error {
		if err := tx.Allow(ctx, Act{Name: "session.try", Object: "agent:?"}); err != nil {
			return err
		}
		return takeBack(ctx, tx, tries, false)
	})
}

// takeBack takes the try back, and after a whole success all failures of the account. Those of the address stay: its
// user may have an account of his own beside those he guesses at.
func takeBack(ctx context.Context, tx *Tx, tries []try, whole bool) error {
	var all [][]byte
	for _, t := range tries {
		if whole && t.free != freePeer {
			all = append(all, t.key)
		}
	}
	if _, err := tx.Exec(ctx, `update login_tries set failures = case when key = any($2) then 0 else greatest(failures - 1, 0) end where key = any($1)`,
		keysOf(tries), all); err != nil {
		return fmt.Errorf("forgive failed logins: %w", err)
	}
	return nil
}

func (a *Accounts) hash(what, token string) []byte { return a.key.MAC(what, []byte(token)) }
