package agentdesk_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"frontline/agentdesk"
	"frontline/internal/authority"
	"frontline/internal/pg/pgtest"
	"frontline/internal/secret"
	"frontline/internal/web"

	"github.com/pquerna/otp/totp"
)

// front is the login of a company, over HTTP.
type front struct {
	*authority.Accounts
	t   *testing.T
	url string
}

const secretWord = "correct horse 电池"

func newFront(t *testing.T) *front {
	t.Helper()
	db := pgtest.New(t, authority.Schemas()...)
	key, err := secret.Load(t.TempDir() + "/key")
	if err != nil {
		t.Fatal(err)
	}
	gate := authority.New(db, authority.Options{})
	a := authority.NewAccounts(gate, authority.AccountOptions{Key: key})
	s, err := web.New(web.Options{Auth: a, Answers: gate, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	agentdesk.AccountRoutes(s, a, func(context.Context, authority.Actor, int64) (string, error) { return "away", nil })
	h := httptest.NewServer(s)
	t.Cleanup(h.Close)
	for login, role := range map[string]string{"boss": "admin", "li": "agent"} {
		if _, err := a.AddPerson(t.Context(), authority.System("cli"), authority.NewPerson{Login: login, Name: login, Password: secretWord, Roles: []string{role}, Tier: 5}); err != nil {
			t.Fatal(err)
		}
	}
	return &front{a, t, h.URL}
}

// browser keeps a cookie.
type browser struct {
	f      *front
	cookie string
}

// do sends a request and reads the answer into out, when the status is the one wanted.
func (b *browser) do(status int, method, path, body string, out any, headers ...string) {
	b.f.t.Helper()
	r, err := http.NewRequestWithContext(b.f.t.Context(), method, b.f.url+"/api/v1"+path, strings.NewReader(body))
	if err != nil {
		b.f.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	if b.cookie != "" {
		r.Header.Set("Cookie", "frontline="+b.cookie)
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		b.f.t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		b.f.t.Fatal(err)
	}
	for _, c := range res.Cookies() {
		b.cookie = c.Value
	}
	if res.StatusCode != status {
		b.f.t.Fatalf("%s %s = %d %s, want %d", method, path, res.StatusCode, text, status)
	}
	if bytes.Contains(text, []byte(secretWord)) {
		b.f.t.Errorf("%s %s shows the password", method, path)
	}
	if out != nil {
		if err := json.Unmarshal(text, out); err != nil {
			b.f.t.Fatalf("%s %s = %s: %v", method, path, text, err)
		}
	}
}

func (f *front) signedIn(login string) *browser {
	f.t.Helper()
	b := &browser{f: f}
	b.do(200, "POST", "/session", `{"login":"`+login+`","password":"`+secretWord+`"}`, nil)
	return b
}

type code struct {
	Code   string `json:"code"`
	Errors []struct{ Field, Code string }
}

func TestADayAtTheDeskBeginsAndEndsWithASession(t *testing.T) {
	t.Parallel()
	f := newFront(t)
	b := &browser{f: f}
	var c code
	b.do(401, "GET", "/me", "", &c)
	b.do(401, "POST", "/session", `{"login":"li","password":"wrong one"}`, &c)
	if c.Code != "bad_login" || b.cookie != "" {
		t.Errorf("a wrong password is answered %q, cookie %q", c.Code, b.cookie)
	}
	var who agentdesk.Myself
	b.do(200, "POST", "/session", `{"login":"li","password":"`+secretWord+`"}`, &who)
	if who.Agent.Login != "li" || who.Agent.Roles[0] != "agent" || who.Agent.Presence != "away" || who.Agent.Teams == nil || b.cookie == "" {
		t.Errorf("signed in as %+v, cookie %q", who, b.cookie)
	}
	b.do(200, "PATCH", "/me", `{"language":"en"}`, &who)
	if who.Agent.Language != "en" {
		t.Errorf("language is %q, want en", who.Agent.Language)
	}
	b.do(400, "PATCH", "/me", `{"roles":["admin"]}`, &c)
	if c.Errors[0].Field != "roles" || c.Errors[0].Code != "unknown" {
		t.Errorf("an agent's own roles = %+v, want an unknown field", c)
	}
	old := b.cookie
	b.do(204, "DELETE", "/session", "", nil)
	(&browser{f: f, cookie: old}).do(401, "GET", "/me", "", nil)
	b.do(204, "DELETE", "/session", "", nil) // again, as a browser with two tabs does
}

func TestSecondFactorOverHTTP(t *testing.T) {
	t.Parallel()
	f := newFront(t)
	b := f.signedIn("li")
	var p struct{ Secret, URL string }
	b.do(200, "POST", "/me/two-factor", "", &p)
	now, err := totp.GenerateCode(p.Secret, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	var codes struct {
		Recovery []string `json:"recovery_codes"`
	}
	b.do(200, "POST", "/me/two-factor/confirm", `{"code":"`+now+`"}`, &codes)
	var c code
	n := &browser{f: f}
	n.do(401, "POST", "/session", `{"login":"li","password":"`+secretWord+`"}`, &c)
	if c.Code != "code_needed" {
		t.Errorf("= %s, want code_needed", c.Code)
	}
	n.do(401, "POST", "/session", `{"login":"li","password":"`+secretWord+`","code":"`+now+`"}`, &c)
	if c.Code != "bad_code" {
		t.Errorf("a used code = %s, want bad_code", c.Code)
	}
	n.do(200, "POST", "/session", `{"login":"li","password":"`+secretWord+`","code":"`+codes.Recovery[0]+`"}`, nil)
	n.do(204, "POST", "/me/two-factor/remove", `{"password":"`+secretWord+`"}`, nil)
	f.signedIn("li")
}

func TestTokensActForTheirAgent(t *testing.T) {
	t.Parallel()
	f := newFront(t)
	b := f.signedIn("li")
	var made, again struct {
		ID    int64
		Token string
	}
	b.do(201, "POST", "/me/tokens", `{"name":"script","days":30}`, &made, "Idempotency-Key", "k")
	b.do(201, "POST", "/me/tokens", `{"name":"script","days":30}`, &again, "Idempotency-Key", "k")
	if again.ID != made.ID || again.Token != "" || made.Token == "" {
		t.Errorf("asked twice: %+v and %+v, want one token whose secret is shown once", made, again)
	}
	var who agentdesk.Myself
	program := &browser{f: f}
	program.do(200, "GET", "/me", "", &who, "Authorization", "Bearer "+made.Token)
	if who.Agent.Login != "li" {
		t.Errorf("the token acts for %q", who.Agent.Login)
	}
	program.do(403, "POST", "/me/tokens", `{"name":"another"}`, nil, "Authorization", "Bearer "+made.Token)
	program.do(403, "PATCH", "/me", `{"language":"en"}`, nil, "Authorization", "Bearer "+made.Token)
	b.do(204, "DELETE", "/me/tokens/"+itoa(made.ID), "", nil)
	program.do(401, "GET", "/me", "", nil, "Authorization", "Bearer "+made.Token)
}

func TestPeopleAreManagedByAdministrators(t *testing.T) {
	t.Parallel()
	f := newFront(t)
	boss, li := f.signedIn("boss"), f.signedIn("li")
	var team authority.Team
	boss.do(201, "POST", "/teams", `{"name":"售后"}`, &team)
	var made struct{ ID int64 }
	boss.do(201, "POST", "/people", `{"login":"wang","name":"王","password":"`+secretWord+`","roles":["agent"],"teams":[`+itoa(team.ID)+`]}`, &made)
	wang := f.signedIn("wang")
	boss.do(409, "POST", "/people", `{"login":"WANG","name":"王"}`, nil)
	boss.do(400, "POST", "/people", `{"login":"x","name":"x","tier":10}`, nil)
	boss.do(204, "PATCH", "/people/"+itoa(made.ID), `{"tier":3}`, nil)
	var all struct{ Items []authority.Person }
	boss.do(200, "GET", "/people", "", &all)
	if len(all.Items) != 3 {
		t.Errorf("the administrator sees %d people, want 3", len(all.Items))
	}
	li.do(200, "GET", "/people", "", &all)
	if len(all.Items) != 1 || all.Items[0].Login != "li" {
		t.Errorf("an agent sees %+v, want himself", all.Items)
	}
	li.do(403, "POST", "/people", `{"login":"x","name":"x"}`, nil)
	li.do(403, "PATCH", "/people/"+itoa(made.ID), `{"tier":9}`, nil)
	li.do(403, "POST", "/teams", `{"name":"x"}`, nil)
	li.do(403, "DELETE", "/people/"+itoa(made.ID)+"/two-factor", "", nil)
	boss.do(204, "PATCH", "/people/"+itoa(made.ID), `{"disabled":true}`, nil)
	wang.do(401, "GET", "/me", "", nil)
}

func TestSessionsAreListedAndEnded(t *testing.T) {
	t.Parallel()
	f := newFront(t)
	here, there, boss := f.signedIn("li"), f.signedIn("li"), f.signedIn("boss")
	var list struct{ Items []authority.SessionInfo }
	here.do(200, "GET", "/me/sessions", "", &list)
	if len(list.Items) != 2 {
		t.Fatalf("sessions are %+v, want two", list.Items)
	}
	for _, s := range list.Items {
		boss.do(404, "DELETE", "/me/sessions/"+itoa(s.ID), "", nil) // not the boss's
	}
	there.do(200, "GET", "/me", "", nil)
	for _, s := range list.Items {
		if !s.Current {
			here.do(204, "DELETE", "/me/sessions/"+itoa(s.ID), "", nil)
		}
	}
	there.do(401, "GET", "/me", "", nil)
	here.do(200, "GET", "/me", "", nil)
	third := f.signedIn("li")
	third.do(204, "DELETE", "/me/sessions", "", nil)
	here.do(401, "GET", "/me", "", nil)
	third.do(200, "GET", "/me", "", nil)
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

func TestAOneTimePasswordIsShownOnceAndReplaced(t *testing.T) {
	t.Parallel()
	f := newFront(t)
	boss := f.signedIn("boss")
	var made, again struct {
		ID       int64
		Password string
	}
	boss.do(201, "POST", "/people", `{"login":"wang","name":"王","one_time_password":true}`, &made, "Idempotency-Key", "k")
	boss.do(201, "POST", "/people", `{"login":"wang","name":"王","one_time_password":true}`, &again, "Idempotency-Key", "k")
	if made.Password == "" || again.ID != made.ID || again.Password != "" {
		t.Fatalf("asked twice: %+v and %+v, want one person whose password is shown once", made, again)
	}
	var c code
	boss.do(400, "POST", "/people", `{"login":"x","name":"x","one_time_password":true,"password":"another one"}`, &c)
	if c.Errors[0].Field != "one_time_password" {
		t.Errorf("both passwords = %+v", c)
	}
	wang := &browser{f: f}
	enter := func(password, more string) string {
		return `{"login":"wang","password":"` + password + `"` + more + `}`
	}
	wang.do(401, "POST", "/session", enter(made.Password, ""), &c)
	if c.Code != "new_password_needed" || wang.cookie != "" {
		t.Errorf("the one-time password alone = %s, cookie %q", c.Code, wang.cookie)
	}
	wang.do(400, "POST", "/session", enter(made.Password, `,"new_password":"short"`), &c)
	if c.Errors[0].Field != "new_password" || c.Errors[0].Code != "too_short" {
		t.Errorf("a short new password = %+v", c)
	}
	wang.do(200, "POST", "/session", enter(made.Password, `,"new_password":"`+secretWord+`"`), nil)
	wang.do(200, "GET", "/me", "", nil)
	var reset struct{ Password string }
	boss.do(200, "POST", "/people/"+itoa(made.ID)+"/password", "", &reset)
	wang.do(401, "GET", "/me", "", nil)
	wang.do(401, "POST", "/session", enter(reset.Password, ""), &c)
	if c.Code != "new_password_needed" {
		t.Errorf("after the reset = %s", c.Code)
	}
	f.signedIn("li").do(403, "POST", "/people/"+itoa(made.ID)+"/password", "", nil)
	boss.do(403, "PATCH", "/people/"+itoa(made.ID), `{"tier":6}`, &c)
	if c.Code != "above_own_tier" {
		t.Errorf("a tier above one's own = %s", c.Code)
	}
	var who agentdesk.Myself
	boss.do(200, "GET", "/me", "", &who)
	if !slices.Contains(who.Agent.May, "agent.add") {
		t.Errorf("an administrator may %q", who.Agent.May)
	}
}
