// Package webtest is an office for tests of routes: a database of its own, people with real tokens and sessions, and
// real servers that are asked as a client would.
package webtest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"frontline/internal/authority"
	"frontline/internal/event"
	"frontline/internal/job"
	"frontline/internal/pg"
	"frontline/internal/pg/pgtest"
	"frontline/internal/secret"
	"frontline/internal/web"
)

// Password is that of everybody who has one.
const Password = "correct horse 电池"

var cli = authority.System("cli")

// Office is a company on a database.
type Office struct {
	T        testing.TB
	DB       *pg.DB
	Key      *secret.Key
	Hub      *event.Hub // runs
	Gate     *authority.Gate
	Accounts *authority.Accounts

	mu     sync.Mutex
	tokens map[string]string // by login
	teams  map[string]int64
}

// Open makes an office with these migrations.
func Open(t testing.TB, schemas ...pg.Schema) *Office {
	t.Helper()
	key, err := secret.Load(filepath.Join(t.TempDir(), "key"))
	if err != nil {
		t.Fatal(err)
	}
	return on(t, pgtest.New(t, schemas...), key)
}

// Branch is another node of the same company: the same database and people, a gate and events of its own.
func (o *Office) Branch() *Office {
	b := on(o.T, o.DB, o.Key)
	b.tokens, b.teams = o.tokens, o.teams
	return b
}

func on(t testing.TB, db *pg.DB, key *secret.Key) *Office {
	t.Helper()
	o := &Office{T: t, DB: db, Key: key, Hub: event.New(db), tokens: map[string]string{}, teams: map[string]int64{}}
	o.Gate = authority.New(db, authority.Options{Jobs: job.New(db), Poke: o.Hub.Poke})
	o.Accounts = authority.NewAccounts(o.Gate, authority.AccountOptions{Key: key})
	o.Run(o.Hub.Run)
	return o
}

// Run runs a part beside the test until it ends, or until the returned function is called.
func (o *Office) Run(part func(context.Context) error) (stop func()) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(o.T.Context()))
	var done sync.WaitGroup
	done.Go(func() {
		if err := part(ctx); err != nil {
			o.T.Errorf("a part of the office: %v", err)
		}
	})
	stop = sync.OnceFunc(func() { cancel(); done.Wait() })
	o.T.Cleanup(stop)
	return stop
}

// Hire adds somebody with a role, to teams that are made when missing, and with a token. They cannot sign in by
// password: see Admit.
func (o *Office) Hire(login, role string, teams ...string) authority.Actor {
	o.T.Helper()
	return o.hire(authority.NewPerson{Login: login, Name: login, Roles: []string{role}, Teams: o.Teams(teams...)})
}

// Admit is Hire for somebody who signs in by Password.
func (o *Office) Admit(login, role string, teams ...string) authority.Actor {
	o.T.Helper()
	return o.hire(authority.NewPerson{Login: login, Name: login, Roles: []string{role}, Teams: o.Teams(teams...), Password: Password})
}

func (o *Office) hire(p authority.NewPerson) authority.Actor {
	o.T.Helper()
	id, err := o.Accounts.AddPerson(o.T.Context(), cli, p)
	if err != nil {
		o.T.Fatal(err)
	}
	_, token, err := o.Accounts.AddToken(o.T.Context(), cli, id, "test", 0)
	if err != nil {
		o.T.Fatal(err)
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.tokens[p.Login] = token
	return authority.AgentActor(id, p.Name)
}

// Teams are the ids of teams by name.
func (o *Office) Teams(names ...string) []int64 {
	o.T.Helper()
	o.mu.Lock()
	defer o.mu.Unlock()
	ids := []int64{}
	for _, name := range names {
		if o.teams[name] == 0 {
			id, err := o.Accounts.SetTeam(o.T.Context(), cli, 0, name)
			if err != nil {
				o.T.Fatal(err)
			}
			o.teams[name] = id
		}
		ids = append(ids, o.teams[name])
	}
	return ids
}

// Token is that of somebody.
func (o *Office) Token(login string) string {
	o.mu.Lock()
	defer o.mu.Unlock()
	if token, ok := o.tokens[login]; ok {
		return token
	}
	return login // for tests of what is no token
}

// Server is a running server of the office.
type Server struct {
	*web.Server
	URL  string
	Stop func()

	office *Office
}

// Serve runs a server with these routes. It answers as an installation does whose browsers reach it directly.
func (o *Office) Serve(routes func(s *web.Server)) *Server {
	o.T.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		o.T.Fatal(err)
	}
	s, err := web.New(web.Options{Auth: o.Accounts, Answers: o.Gate, Listen: l.Addr().String(), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		o.T.Fatal(err)
	}
	routes(s)
	stop := o.Run(func(ctx context.Context) error { return s.Serve(ctx, l) })
	return &Server{Server: s, URL: "http://" + l.Addr().String(), Stop: stop, office: o}
}

// Answer is what a server said.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
}

// String is for failures of tests.
func (a Answer) String() string { return fmt.Sprintf("%d %s", a.Status, a.Body) }

// Get reads a value of the JSON by a path such as "items.0.subject"; nil where there is none. Numbers are float64.
func (a Answer) Get(path string) any {
	var v any
	if json.Unmarshal(a.Body, &v) != nil {
		return nil
	}
	for step := range strings.SplitSeq(path, ".") {
		switch x := v.(type) {
		case map[string]any:
			v = x[step]
		case []any:
			var i int
			if _, err := fmt.Sscan(step, &i); err != nil || i >= len(x) {
				return nil
			}
			v = x[i]
		default:
			return nil
		}
	}
	return v
}

// ID reads a number; 0 where there is none.
func (a Answer) ID(path string) int64 {
	f, _ := a.Get(path).(float64)
	return int64(f)
}

// Ask sends a request as whoever has the login (by token; "" as a stranger). A body that is a string is sent as it is
// and said to be JSON, []byte is sent as it is, nil is none, and anything else is written as JSON. headers are pairs.
func (s *Server) Ask(login, method, path string, body any, headers ...string) Answer {
	s.office.T.Helper()
	var content []byte
	kind := "application/json"
	switch b := body.(type) {
	case nil:
		kind = ""
	case []byte:
		content, kind = b, "application/octet-stream"
	case string:
		content = []byte(b)
	default:
		var err error
		if content, err = json.Marshal(b); err != nil {
			s.office.T.Fatal(err)
		}
	}
	r, err := http.NewRequestWithContext(s.office.T.Context(), method, s.URL+path, bytes.NewReader(content))
	if err != nil {
		s.office.T.Fatal(err)
	}
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	if login != "" {
		r.Header.Set("Authorization", "Bearer "+s.office.Token(login))
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	res, err := http.DefaultTransport.RoundTrip(r) // a redirect is an answer too
	if err != nil {
		s.office.T.Fatal(err)
	}
	defer res.Body.Close()
	a := Answer{Status: res.StatusCode, Header: res.Header}
	if a.Body, err = io.ReadAll(res.Body); err != nil {
		s.office.T.Fatal(err)
	}
	return a
}

// Must is Ask for what has to be done: any answer but the one wanted ends the test.
func (s *Server) Must(status int, login, method, path string, body any, headers ...string) Answer {
	s.office.T.Helper()
	a := s.Ask(login, method, path, body, headers...)
	if a.Status != status {
		s.office.T.Fatalf("%s %s by %q = %s, want %d", method, path, login, a, status)
	}
	return a
}
