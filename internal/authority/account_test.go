package authority_test

import (
	"context"
	"encoding/base32"
	"errors"
	"net/netip"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"frontline/internal/authority"
	"frontline/internal/fault"
	"frontline/internal/pg"
	"frontline/internal/pg/pgtest"
	"frontline/internal/secret"

	"github.com/jackc/pgx/v5"
	"github.com/pquerna/otp/totp"
)

// office is a company with accounts.
type office struct {
	*authority.Accounts
	t     *testing.T
	db    *pg.DB
	gate  *authority.Gate
	clock *atomic.Int64 // seconds that the office's clock is ahead
	admin authority.Actor
}

var (
	cli  = authority.System("cli")
	home = netip.MustParseAddr("203.0.113.9")
)

const password = "correct horse 电池"

// newOffice has one administrator, with the login boss.
func newOffice(t *testing.T) *office {
	t.Helper()
	db := pgtest.New(t, authority.Schemas()...)
	key, err := secret.Load(filepath.Join(t.TempDir(), "key"))
	if err != nil {
		t.Fatal(err)
	}
	o := &office{t: t, db: db, gate: authority.New(db, authority.Options{}), clock: new(atomic.Int64)}
	o.Accounts = authority.NewAccounts(o.gate, authority.AccountOptions{Key: key, Now: func() time.Time {
		return time.Now().Add(time.Duration(o.clock.Load()) * time.Second)
	}})
	o.admin = o.hire("boss", authority.RoleAdmin)
	o.edit(`update agents set tier = 5 where id = $1`, o.admin.ID)
	return o
}

// hire adds somebody with the password of all.
func (o *office) hire(login string, roles ...string) authority.Actor {
	o.t.Helper()
	id, err := o.AddPerson(o.t.Context(), cli, authority.NewPerson{Login: login, Name: "N " + login, Password: password, Roles: roles})
	if err != nil {
		o.t.Fatalf("hire %s: %v", login, err)
	}
	return authority.AgentActor(id, "N "+login)
}

func (o *office) signIn(login, pass, code string) (authority.Started, error) {
	return o.SignIn(o.t.Context(), authority.Login{Login: login, Password: pass, Code: code, Peer: home, Software: "Firefox"})
}

func (o *office) mustSignIn(login string) authority.Started {
	o.t.Helper()
	s, err := o.signIn(login, password, "")
	if err != nil {
		o.t.Fatalf("sign in as %s: %v", login, err)
	}
	return s
}

// edit changes rows past the program, as an operator would in psql.
func (o *office) edit(sql string, args ...any) {
	o.t.Helper()
	c, err := pgx.Connect(o.t.Context(), o.db.URL)
	if err != nil {
		o.t.Fatal(err)
	}
	defer c.Close(context.WithoutCancel(o.t.Context()))
	err = pgx.BeginFunc(o.t.Context(), c, func(tx pgx.Tx) error {
		if _, err := tx.Exec(o.t.Context(), `set local app.act = 'test'`); err != nil {
			return err
		}
		_, err := tx.Exec(o.t.Context(), sql, args...)
		return err
	})
	if err != nil {
		o.t.Fatal(err)
	}
}

// events are the kinds and objects of all events so far.
func (o *office) events() string {
	o.t.Helper()
	rows, err := o.db.Read.Query(o.t.Context(), `select kind || ' ' || object || ' ' || topics[1] from events order by seq`)
	if err != nil {
		o.t.Fatal(err)
	}
	all, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		o.t.Fatal(err)
	}
	return strings.Join(all, "\n")
}

// want fails unless err is a fault of this code.
func want(t *testing.T, what string, err error, code string) {
	t.Helper()
	var f *fault.Fault
	if !errors.As(err, &f) || f.Code != code && (len(f.Fields) == 0 || f.Fields[0].Code != code) {
		t.Errorf("%s = %v, want %s", what, err, code)
	}
}

func TestASessionFromLoginToLogout(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	li := o.hire("li")
	s, err := o.signIn(" LI ", password, "")
	if err != nil {
		t.Fatal(err)
	}
	by, err := o.Session(t.Context(), s.Token)
	if err != nil || by.ID != li.ID || by.Session != s.ID || by.Name != "N li" || by.Session == 0 {
		t.Fatalf("Session = %+v, %v; want that of li", by, err)
	}
	var kept int
	if err := o.db.Read.QueryRow(t.Context(), `select count(*) from sessions where token = $1::bytea or encode(token, 'escape') like '%' || $2 || '%'`,
		[]byte(s.Token), s.Token).Scan(&kept); err != nil || kept != 0 {
		t.Errorf("the token itself is in the database (%d, %v)", kept, err)
	}
	second, err := o.SignIn(t.Context(), authority.Login{Login: "li", Password: password, Peer: home, Old: s.Token})
	if err != nil || second.Token == s.Token {
		t.Fatalf("a second login gave %v and not a new session", err)
	}
	_, err = o.Session(t.Context(), s.Token)
	want(t, "the session before the second login", err, "session_ended")
	by, err = o.Session(t.Context(), second.Token)
	if err != nil {
		t.Fatal(err)
	}
	if list, err := o.Sessions(t.Context(), by); err != nil || len(list) != 1 || !list[0].Current || list[0].Peer != "203.0.113.9" {
		t.Errorf("sessions are %+v, %v; want the current one", list, err)
	}
	if err := o.EndSession(t.Context(), by, by.Session); err != nil {
		t.Fatal(err)
	}
	_, err = o.Session(t.Context(), second.Token)
	want(t, "the session after signing out", err, "session_ended")
	if got := o.events(); !strings.Contains(got, "session.ended session:") || !strings.Contains(got, li.String()) {
		t.Errorf("events are %s, want the end of a session", got)
	}
}

func TestEveryWrongLoginHasOneAnswer(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.hire("li")
	gone := o.hire("gone")
	if err := o.ChangePerson(t.Context(), o.admin, gone.ID, authority.PersonChange{Disabled: new(true)}); err != nil {
		t.Fatal(err)
	}
	if _, err := o.AddPerson(t.Context(), cli, authority.NewPerson{Login: "unset", Name: "No password yet"}); err != nil {
		t.Fatal(err)
	}
	for _, c := range [][2]string{
		{"li", "wrong password"},
		{"li", ""},
		{"li", strings.Repeat("x", 5000)},
		{"nobody", password},
		{"", ""},
		{"gone", password},
		{"unset", ""},
		{"unset", password},
		{"li\x00", password},
		{strings.Repeat("l", 5000), password},
	} {
		_, err := o.signIn(c[0], c[1], "")
		if err == nil || err.Error() != "unauthorized: bad_login" {
			t.Errorf("login %.20q with %.20q = %v, want bad_login", c[0], c[1], err)
		}
	}
}

func TestGuessingIsSlowedByAccountAndAddress(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.hire("li")
	away := netip.MustParseAddr("2001:db8::1")
	try := func(login, pass string, from netip.Addr) error {
		_, err := o.SignIn(t.Context(), authority.Login{Login: login, Password: pass, Peer: from})
		return err
	}
	for _, login := range []string{"li", "nobody"} { // the same for one that does not exist
		for range 5 {
			want(t, "a guess", try(login, "guess", home), "bad_login")
		}
		want(t, "the sixth guess", try(login, "guess", home), "login_blocked")
	}
	want(t, "the right password meanwhile", try("li", password, home), "login_blocked")
	if err := try("li", password, away); err != nil {
		t.Errorf("from another address = %v, want a session: a stranger must not lock a person out at once", err)
	}
	o.edit(`update login_tries set at = at - interval '20 seconds'`)
	if err := try("li", password, home); err != nil {
		t.Errorf("after the pause = %v, want a session", err)
	}
	want(t, "a guess after success", try("li", "guess", home), "bad_login")
}

func TestManyGuessesAtOnceAreNotAllTheFirst(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.hire("li")
	var looked atomic.Int32
	var wg sync.WaitGroup
	for range 30 {
		wg.Go(func() {
			_, err := o.signIn("li", "guess", "")
			var f *fault.Fault
			if errors.As(err, &f) && f.Code == "bad_login" {
				looked.Add(1)
			} else if !errors.Is(err, fault.TooMany) {
				t.Errorf("a guess = %v", err)
			}
		})
	}
	wg.Wait()
	if n := looked.Load(); n > 5 {
		t.Errorf("%d of 30 guesses at once were looked at, want 5", n)
	}
}

func TestAnAddressThatTriesManyAccountsIsSlowed(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.hire("li")
	_, err := o.signIn("nobody", "guess", "")
	want(t, "a guess", err, "bad_login")
	o.edit(`update login_tries set failures = 49`)
	_, err = o.signIn("somebody", "guess", "")
	want(t, "the fiftieth guess at some account", err, "bad_login")
	_, err = o.signIn("li", password, "")
	want(t, "a login from the address", err, "login_blocked")
}

func TestSecondFactor(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.hire("li")
	by, err := o.Session(t.Context(), o.mustSignIn("li").Token)
	if err != nil {
		t.Fatal(err)
	}
	other := o.mustSignIn("li")
	p, err := o.ProposeFactor(t.Context(), by)
	if err != nil || !strings.Contains(p.URL, p.Secret) {
		t.Fatalf("ProposeFactor = %+v, %v", p, err)
	}
	if _, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(p.Secret); err != nil {
		t.Fatalf("the seed is no base32: %v", err)
	}
	if _, err := o.signIn("li", password, ""); err != nil {
		t.Errorf("login with a proposed factor = %v, want a session: the app may not be set up", err)
	}
	code := func() string {
		t.Helper()
		c, err := totp.GenerateCode(p.Secret, time.Now().Add(time.Duration(o.clock.Load())*time.Second))
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	_, err = o.ConfirmFactor(t.Context(), by, "000000x")
	want(t, "a wrong first code", err, "bad_code")
	used := code() // asked for once: the next half minute has another
	codes, err := o.ConfirmFactor(t.Context(), by, used)
	if err != nil || len(codes) != 10 {
		t.Fatalf("ConfirmFactor = %v, %v; want ten recovery codes", codes, err)
	}
	_, err = o.Session(t.Context(), other.Token)
	want(t, "another session after the factor was set up", err, "session_ended")

	_, err = o.signIn("li", password, "")
	want(t, "login without a code", err, "code_needed")
	_, err = o.signIn("li", "wrong password", code())
	want(t, "a code with a wrong password", err, "bad_login")
	_, err = o.signIn("li", password, used)
	want(t, "the code that set it up", err, "bad_code")
	o.clock.Add(60)
	used = code()
	if _, err := o.signIn("li", password, used); err != nil {
		t.Errorf("login with the present code = %v", err)
	}
	_, err = o.signIn("li", password, used)
	want(t, "the same code again", err, "bad_code")
	if _, err := o.signIn("li", password, strings.ToUpper(codes[3])); err != nil {
		t.Errorf("login with a recovery code = %v", err)
	}
	_, err = o.signIn("li", password, codes[3])
	want(t, "the same recovery code again", err, "bad_code")

	var leak int
	if err := o.db.Read.QueryRow(t.Context(), `select count(*) from credentials where position($1::bytea in totp) > 0`, []byte(p.Secret)).Scan(&leak); err != nil || leak != 0 {
		t.Errorf("the seed is readable in the database (%d, %v)", leak, err)
	}
	_, err = o.ProposeFactor(t.Context(), by)
	want(t, "a new factor over the old", err, "factor_set")
	want(t, "removing it without the password", o.DropFactor(t.Context(), by, "wrong password"), "wrong_password")
	if err := o.DropFactor(t.Context(), by, password); err != nil {
		t.Fatal(err)
	}
	if _, err := o.signIn("li", password, ""); err != nil {
		t.Errorf("login after removing it = %v", err)
	}
}

func TestOneCodeSignsInOnceHoweverManyTry(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.hire("li")
	by, err := o.Session(t.Context(), o.mustSignIn("li").Token)
	if err != nil {
		t.Fatal(err)
	}
	p, err := o.ProposeFactor(t.Context(), by)
	if err != nil {
		t.Fatal(err)
	}
	now := func() string {
		c, err := totp.GenerateCode(p.Secret, time.Now().Add(time.Duration(o.clock.Load())*time.Second))
		if err != nil {
			t.Error(err)
		}
		return c
	}
	if _, err := o.ConfirmFactor(t.Context(), by, now()); err != nil {
		t.Fatal(err)
	}
	o.clock.Add(60)
	code := now()
	var in atomic.Int32
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			if _, err := o.signIn("li", password, code); err == nil {
				in.Add(1)
			}
		})
	}
	wg.Wait()
	if in.Load() != 1 {
		t.Errorf("one code signed in %d times, want once", in.Load())
	}
}

func TestSessionsRunOut(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	li := o.hire("li")
	for _, c := range []struct{ name, age string }{
		{"unused", `update sessions set seen_at = now() - interval '9 hours'`},
		{"old", `update sessions set expires_at = now() - interval '1 second'`},
	} {
		s := o.mustSignIn("li")
		by, err := o.Session(t.Context(), s.Token)
		if err != nil {
			t.Fatal(err)
		}
		o.edit(c.age)
		_, err = o.Session(t.Context(), s.Token)
		want(t, "a session "+c.name, err, "session_ended")
		if ended, err := o.Ended(t.Context(), []authority.Actor{by}); err != nil || len(ended) != 1 {
			t.Errorf("Ended = %v, %v; want the session %s", ended, err, c.name)
		}
		if err := o.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := o.events(); !strings.HasSuffix(got, li.String()) {
			t.Errorf("after the sweep events are %s, want the end of the session %s", got, c.name)
		}
	}
	s := o.mustSignIn("li")
	o.edit(`update sessions set seen_at = now() - interval '7 hours'`)
	if _, err := o.Session(t.Context(), s.Token); err != nil {
		t.Errorf("a session used seven hours ago = %v, want it to go on", err)
	}
	var fresh bool
	if err := o.db.Read.QueryRow(t.Context(), `select seen_at > now() - interval '1 minute' from sessions`).Scan(&fresh); err != nil || !fresh {
		t.Errorf("its use was not kept (%v)", err)
	}
}

func TestAPITokens(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	li, wang := o.hire("li"), o.hire("wang")
	by, err := o.Session(t.Context(), o.mustSignIn("li").Token)
	if err != nil {
		t.Fatal(err)
	}
	id, token, err := o.AddToken(t.Context(), by, li.ID, "import script", 0)
	if err != nil || !strings.HasPrefix(token, "flt_") || len(token) != 47 {
		t.Fatalf("AddToken = %d %q, %v", id, token, err)
	}
	program, err := o.Token(t.Context(), token)
	if err != nil || program.ID != li.ID || program.Token != id || program.Session != 0 {
		t.Fatalf("Token = %+v, %v; want li by the token", program, err)
	}
	for _, bad := range []string{"", "flt_", token[:46], token + "x", strings.ToLower(token), "flt_" + strings.Repeat("A", 43)} {
		_, err := o.Token(t.Context(), bad)
		want(t, "Token "+bad, err, "bad_bearer")
	}
	_, _, err = o.AddToken(t.Context(), by, wang.ID, "for another", 0)
	want(t, "a token for another agent", err, "not_allowed")
	_, _, err = o.AddToken(t.Context(), program, li.ID, "by a program", 0)
	want(t, "a token made with a token", err, "not_allowed")
	want(t, "a language set with a token", o.SetLanguage(t.Context(), program, "en"), "not_allowed")

	other, err := o.Session(t.Context(), o.mustSignIn("wang").Token)
	if err != nil {
		t.Fatal(err)
	}
	want(t, "ending another agent's token", o.EndToken(t.Context(), other, id), "not_found")
	if _, err := o.Token(t.Context(), token); err != nil {
		t.Errorf("another agent ended the token: %v", err)
	}
	if list, err := o.Tokens(t.Context(), by); err != nil || len(list) != 1 || list[0].Name != "import script" || list[0].Seen == nil {
		t.Errorf("tokens are %+v, %v", list, err)
	}
	if err := o.EndToken(t.Context(), by, id); err != nil {
		t.Fatal(err)
	}
	_, err = o.Token(t.Context(), token)
	want(t, "an ended token", err, "bad_bearer")
	if ended, err := o.Ended(t.Context(), []authority.Actor{program, by}); err != nil || len(ended) != 1 || ended[0] != program {
		t.Errorf("Ended = %v, %v; want the program's line only", ended, err)
	}

	_, short, err := o.AddToken(t.Context(), cli, li.ID, "for an hour", time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := o.Token(t.Context(), short); err != nil {
		t.Errorf("a fresh token = %v", err)
	}
	o.edit(`update tokens set expires_at = now() - interval '1 second'`)
	_, err = o.Token(t.Context(), short)
	want(t, "an expired token", err, "bad_bearer")
}

func TestWhoIsDisabledIsOutAtOnce(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	li := o.hire("li")
	s := o.mustSignIn("li")
	by, err := o.Session(t.Context(), s.Token)
	if err != nil {
		t.Fatal(err)
	}
	_, token, err := o.AddToken(t.Context(), by, li.ID, "script", 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := o.ChangePerson(t.Context(), o.admin, li.ID, authority.PersonChange{Disabled: new(true)}); err != nil {
		t.Fatal(err)
	}
	_, err = o.Session(t.Context(), s.Token)
	want(t, "the session of a disabled agent", err, "session_ended")
	_, err = o.Token(t.Context(), token)
	want(t, "the token of a disabled agent", err, "bad_bearer")
	if got := o.events(); !strings.Contains(got, "session.ended") || !strings.Contains(got, "token.ended") {
		t.Errorf("events are %s, want the ends of session and token", got)
	}
}

func TestRightsAreChangedByOthersOnly(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	li, chief := o.hire("li"), o.hire("chief", authority.RoleAdmin)
	up := authority.PersonChange{Roles: []string{authority.RoleAdmin}, Tier: new(9)}
	want(t, "an agent who makes himself administrator", o.ChangePerson(t.Context(), li, li.ID, up), "own_rights")
	want(t, "an agent who makes another administrator", o.ChangePerson(t.Context(), li, chief.ID, up), "not_allowed")
	_, err := o.AddPerson(t.Context(), li, authority.NewPerson{Login: "x", Name: "X"})
	want(t, "an agent who adds people", err, "not_allowed")
	// Not even which people there are, or which passwords are good, is told to who may not set them.
	for id, word := range map[int64]string{chief.ID: password, 999: password, o.admin.ID: "short"} {
		want(t, "an agent who sets a password", o.ChangePerson(t.Context(), li, id, authority.PersonChange{Password: &word}), "not_allowed")
	}
	want(t, "an administrator who raises himself", o.ChangePerson(t.Context(), chief, chief.ID, up), "own_rights")
	want(t, "an administrator who sets himself a password without the old one", o.ChangePerson(t.Context(), chief, chief.ID, authority.PersonChange{Password: new(password)}), "own_password")
	want(t, "an administrator who drops his second factor without the password", o.ResetFactor(t.Context(), chief, chief.ID), "own_password")
	var denied int
	if err := o.db.Read.QueryRow(t.Context(), `select count(*) from audit where actor = $1 and outcome = 'deny' and reason like 'own_%'`, chief.String()).Scan(&denied); err != nil || denied != 3 {
		t.Errorf("%d tries on the own account were written down, want 3 (%v)", denied, err)
	}
	_, err = o.SetTeam(t.Context(), li, 0, "T")
	want(t, "an agent who makes a team", err, "not_allowed")

	// Two administrators who remove each other at once: one of them stays.
	var wg sync.WaitGroup
	var done atomic.Int32
	for _, pair := range [][2]authority.Actor{{o.admin, chief}, {chief, o.admin}} {
		wg.Go(func() {
			err := o.ChangePerson(t.Context(), pair[0], pair[1].ID, authority.PersonChange{Disabled: new(true)})
			if err == nil {
				done.Add(1)
			} else if !errors.Is(err, fault.Conflict) && !errors.Is(err, fault.Forbidden) {
				t.Errorf("remove an administrator = %v", err)
			}
		})
	}
	wg.Wait()
	var left int
	if err := o.db.Read.QueryRow(t.Context(), `select count(*) from agents where 'admin' = any(roles) and disabled_at is null`).Scan(&left); err != nil || left != 1 || done.Load() != 1 {
		t.Errorf("%d administrators are left after %d removals (%v), want one", left, done.Load(), err)
	}
}

func TestPeopleAndTeams(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	team, err := o.SetTeam(t.Context(), o.admin, 0, "售后")
	if err != nil {
		t.Fatal(err)
	}
	_, err = o.SetTeam(t.Context(), o.admin, 0, "售后")
	want(t, "a second team of that name", err, "name_taken")
	_, err = o.SetTeam(t.Context(), o.admin, 999, "x")
	want(t, "renaming no team", err, "not_found")
	id, err := o.AddPerson(t.Context(), o.admin, authority.NewPerson{
		Login: "张.三", Name: "张三", Email: "zhang@example.com", Tier: 2, Roles: []string{"agent", "editor"}, Teams: []int64{team}, Language: "en",
	})
	if err != nil {
		t.Fatal(err)
	}
	p, err := o.Person(t.Context(), o.admin, id)
	if err != nil || p.Login != "张.三" || len(p.Teams) != 1 || p.Teams[0].Name != "售后" || p.Tier != 2 || p.Disabled || p.TwoFactor {
		t.Errorf("Person = %+v, %v", p, err)
	}
	if err := o.ChangePerson(t.Context(), o.admin, id, authority.PersonChange{Name: new("张三丰"), Teams: []int64{}}); err != nil {
		t.Fatal(err)
	}
	if p, err := o.Person(t.Context(), o.admin, id); err != nil || p.Name != "张三丰" || len(p.Teams) != 0 || p.Tier != 2 {
		t.Errorf("after the change Person = %+v, %v", p, err)
	}
	_, err = o.AddPerson(t.Context(), o.admin, authority.NewPerson{Login: "张.三", Name: "x"})
	want(t, "the same login", err, "login_taken")
	_, err = o.Person(t.Context(), o.admin, 999)
	want(t, "nobody", err, "not_found")
	want(t, "changing nobody", o.ChangePerson(t.Context(), o.admin, 999, authority.PersonChange{Tier: new(2)}), "not_found")
	want(t, "an unknown team", o.ChangePerson(t.Context(), o.admin, id, authority.PersonChange{Teams: []int64{999}}), "unknown_team")
	for code, p := range map[string]authority.NewPerson{
		"bad_login_form": {Login: "two words", Name: "x"},
		"required":       {Login: "a", Name: " "},
		"too_long":       {Login: "a", Name: strings.Repeat("名", 101)},
		"bad_email":      {Login: "a", Name: "x", Email: "x"},
		"not_allowed":    {Login: "a", Name: "x", Roles: []string{"root"}},
		"too_short":      {Login: "a", Name: "x", Password: "short"},
		"easy_to_guess":  {Login: "liming", Name: "x", Password: "liming2026!"},
		"bad_characters": {Login: "a", Name: "x", Password: "0123456789\x00"},
	} {
		_, err := o.AddPerson(t.Context(), o.admin, p)
		want(t, "adding "+code, err, code)
	}
}

func TestAPasswordIsChangedWithTheOldOne(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	li := o.hire("li")
	by, err := o.Session(t.Context(), o.mustSignIn("li").Token)
	if err != nil {
		t.Fatal(err)
	}
	other := o.mustSignIn("li")
	want(t, "a change with a wrong password", o.SetPassword(t.Context(), by, "wrong", "another password"), "wrong_password")
	if err := o.SetPassword(t.Context(), by, password, "another password"); err != nil {
		t.Fatal(err)
	}
	_, err = o.Session(t.Context(), other.Token)
	want(t, "another session", err, "session_ended")
	if ended, err := o.Ended(t.Context(), []authority.Actor{by}); err != nil || len(ended) != 0 {
		t.Errorf("Ended = %v, %v; want the own session to go on", ended, err)
	}
	_, err = o.signIn("li", password, "")
	want(t, "the old password", err, "bad_login")
	if _, err := o.signIn("li", "another password", ""); err != nil {
		t.Errorf("the new password = %v", err)
	}
	if err := o.ChangePerson(t.Context(), o.admin, li.ID, authority.PersonChange{Password: new("set by an admin")}); err != nil {
		t.Fatal(err)
	}
	if ended, err := o.Ended(t.Context(), []authority.Actor{by}); err != nil || len(ended) != 1 {
		t.Errorf("Ended = %v, %v; want all sessions after a reset", ended, err)
	}
	if _, err := o.signIn("li", "set by an admin", ""); err != nil {
		t.Errorf("the password an administrator set = %v", err)
	}
}

// BenchmarkToken is what it costs this program to know whose a bearer token is; the database's share is beside it.
func BenchmarkToken(b *testing.B) {
	db := pgtest.New(b, authority.Schemas()...)
	key, err := secret.Load(filepath.Join(b.TempDir(), "key"))
	if err != nil {
		b.Fatal(err)
	}
	a := authority.NewAccounts(authority.New(db, authority.Options{}), authority.AccountOptions{Key: key})
	id, err := a.AddPerson(b.Context(), cli, authority.NewPerson{Login: "li", Name: "Li"})
	if err != nil {
		b.Fatal(err)
	}
	_, token, err := a.AddToken(b.Context(), cli, id, "bench", 0)
	if err != nil {
		b.Fatal(err)
	}
	var before, after syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &before); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := a.Token(b.Context(), token); err != nil {
			b.Fatal(err)
		}
	}
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &after); err != nil {
		b.Fatal(err)
	}
	cpu := after.Utime.Nano() + after.Stime.Nano() - before.Utime.Nano() - before.Stime.Nano()
	b.ReportMetric(float64(cpu)/1e3/float64(b.N), "cpu-µs/op")
}
