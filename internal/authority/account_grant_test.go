package authority_test

import (
	"slices"
	"testing"
	"time"

	"frontline/internal/authority"

	"github.com/pquerna/otp/totp"
)

// A manager was given the right to change people; he must not become more by it, through whomever.
func TestNobodyGivesMoreThanHeHas(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	li, boss, manager := o.hire("li"), o.admin, o.hire("zhou", authority.RoleManager, authority.RoleAgent)
	o.edit(`update agents set tier = 3 where id = $1`, manager.ID)
	o.edit(`insert into rights (act, role) values ('agent.add', 'manager'), ('agent.change', 'manager')`)
	ctx := t.Context()
	change := func(by, who authority.Actor, c authority.PersonChange) error {
		return o.ChangePerson(ctx, by, who.ID, c)
	}

	want(t, "a manager who makes an administrator", change(manager, li, authority.PersonChange{Roles: []string{"admin"}}), "above_own_roles")
	want(t, "a manager who gives a role he lacks", change(manager, li, authority.PersonChange{Roles: []string{"agent", "sales"}}), "above_own_roles")
	want(t, "a manager who gives a higher tier", change(manager, li, authority.PersonChange{Tier: new(4)}), "above_own_tier")
	_, err := o.AddPerson(ctx, manager, authority.NewPerson{Login: "x", Name: "X", Roles: []string{"admin"}})
	want(t, "a manager who adds an administrator", err, "above_own_roles")
	_, err = o.AddPerson(ctx, manager, authority.NewPerson{Login: "x", Name: "X", Tier: 4})
	want(t, "a manager who adds somebody above", err, "above_own_tier")

	// A password set for the boss would be the boss's rights; so would be his account without its second factor.
	want(t, "a manager who sets the boss's password", change(manager, boss, authority.PersonChange{Password: new("taken over it is")}), "above_own_roles")
	want(t, "a manager who locks the boss", change(manager, boss, authority.PersonChange{Disabled: new(true)}), "above_own_roles")
	want(t, "a manager who takes the boss's second factor", o.ResetFactor(ctx, manager, boss.ID), "above_own_roles")
	// Each try is written down, with what it failed on.
	var tries int
	if err := o.db.Read.QueryRow(ctx, `select count(*) from audit where actor = $1 and outcome = 'deny' and reason like 'above_own_%'`, manager.String()).Scan(&tries); err != nil || tries != 8 {
		t.Errorf("%d tries to become more were written down, want 8 (%v)", tries, err)
	}
	if _, err := o.signIn("boss", password, ""); err != nil {
		t.Errorf("the boss = %v, want to come in as before", err)
	}

	// What he has he may give, and who had more before keeps it.
	if err := change(manager, li, authority.PersonChange{Roles: []string{"agent", "manager"}, Tier: new(3)}); err != nil {
		t.Errorf("giving what one has = %v", err)
	}
	o.edit(`update agents set tier = 7 where id = $1`, li.ID)
	if err := change(manager, li, authority.PersonChange{Roles: []string{"agent"}}); err != nil {
		t.Errorf("changing the roles of somebody of a higher tier = %v", err)
	}
	want(t, "a tier that even an administrator has not", change(boss, li, authority.PersonChange{Tier: new(8)}), "above_own_tier")
	want(t, "the factor of nobody", o.ResetFactor(ctx, boss, 999), "not_found")
}

func TestWhatSomebodyMayIsReadFromTheRights(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	li := o.hire("li")
	for who, has := range map[authority.Actor]bool{o.admin: true, li: false} {
		may, err := o.May(t.Context(), who)
		if err != nil || slices.Contains(may, "agent.add") != has || !slices.Contains(may, "agent.self") {
			t.Errorf("%s may %q, %v", who, may, err)
		}
	}
	o.edit(`insert into rights (act, role) values ('agent.add', 'agent')`)
	if may, err := o.May(t.Context(), li); err != nil || !slices.Contains(may, "agent.add") {
		t.Errorf("after the right was given: %q, %v", may, err)
	}
}

// A password that somebody else chose is replaced at the first sign-in and opens nothing before.
func TestAOneTimePasswordIsReplacedBeforeItOpensAnything(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ctx := t.Context()
	once := authority.NewPassword()
	id, err := o.AddPerson(ctx, o.admin, authority.NewPerson{Login: "wang", Name: "Wang", Password: once, Once: true})
	if err != nil {
		t.Fatal(err)
	}
	enter := func(pass, next string) (authority.Started, error) {
		return o.SignIn(ctx, authority.Login{Login: "wang", Password: pass, New: next, Peer: home})
	}
	_, err = enter("a wrong one", "my own password")
	want(t, "a wrong password", err, "bad_login")
	for range 8 { // asking for the new one counts as no failure
		_, err = enter(once, "")
		want(t, "the one-time password alone", err, "new_password_needed")
	}
	for next, code := range map[string]string{"short": "too_short", once: "same_password", "aaaaaaaaaaaa": "easy_to_guess"} {
		_, err = enter(once, next)
		want(t, "the new password "+next, err, code)
	}
	if n := o.sessions(id); n != 0 {
		t.Fatalf("%d sessions before a password was chosen", n)
	}
	o.edit(`update credentials set password_at = now() - interval '7 days 1 second' where agent_id = $1`, id)
	_, err = enter(once, "my own password")
	want(t, "after a week", err, "password_expired")
	o.edit(`update credentials set password_at = now() - interval '6 days 23 hours' where agent_id = $1`, id)
	s, err := enter(once, "my own password")
	if err != nil {
		t.Fatal(err)
	}
	by, err := o.Session(ctx, s.Token)
	if err != nil || by.ID != id {
		t.Fatalf("Session = %v, %v", by, err)
	}
	_, err = enter(once, "another password")
	want(t, "the one-time password again", err, "bad_login")
	if _, err := enter("my own password", ""); err != nil {
		t.Errorf("the chosen password = %v", err)
	}

	// A reset ends what was open, and asks again; with a second factor after the new password.
	o.secondFactor(by)
	again := authority.NewPassword()
	if err := o.ChangePerson(ctx, o.admin, id, authority.PersonChange{Password: &again, Once: true}); err != nil {
		t.Fatal(err)
	}
	_, err = o.Session(ctx, s.Token)
	want(t, "a session from before the reset", err, "session_ended")
	_, err = enter(again, "")
	want(t, "the reset password alone", err, "new_password_needed")
	_, err = enter(again, "a third password")
	want(t, "without the second factor", err, "code_needed")
	_, err = o.SignIn(ctx, authority.Login{Login: "wang", Password: again, New: "a third password", Code: "000000", Peer: home})
	want(t, "with a wrong code", err, "bad_code")
	if err := o.ResetFactor(ctx, o.admin, id); err != nil {
		t.Fatal(err)
	}
	third, err := enter(again, "a third password")
	if err != nil {
		t.Fatal(err)
	}
	if err := o.ResetFactor(ctx, o.admin, id); err != nil {
		t.Fatal(err)
	}
	_, err = o.Session(ctx, third.Token)
	want(t, "a session from before the factor's reset", err, "session_ended")
}

func (o *office) sessions(agent int64) (n int) {
	o.t.Helper()
	if err := o.db.Read.QueryRow(o.t.Context(), `select count(*) from sessions where agent_id = $1`, agent).Scan(&n); err != nil {
		o.t.Fatal(err)
	}
	return n
}

// secondFactor sets one up.
func (o *office) secondFactor(by authority.Actor) {
	o.t.Helper()
	p, err := o.ProposeFactor(o.t.Context(), by)
	if err != nil {
		o.t.Fatal(err)
	}
	if _, err := o.ConfirmFactor(o.t.Context(), by, o.code(p.Secret)); err != nil {
		o.t.Fatal(err)
	}
}

// code is what an authenticator app shows now.
func (o *office) code(secret string) string {
	o.t.Helper()
	c, err := totp.GenerateCode(secret, time.Now().Add(time.Duration(o.clock.Load())*time.Second))
	if err != nil {
		o.t.Fatal(err)
	}
	return c
}
