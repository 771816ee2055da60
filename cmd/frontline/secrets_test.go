package main

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"

	"frontline/internal/pg/pgtest"

	"github.com/jackc/pgx/v5"
)

// lines is a log that several write.
type lines struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

// TestSecretsAreInNoAnswerNoLogAndNoRow gives the program passwords, tokens and mailbox secrets, and looks for them
// wherever somebody else could: in every answer, in the log, and in every row of every table.
func TestSecretsAreInNoAnswerNoLogAndNoRow(t *testing.T) {
	t.Parallel()
	log := &lines{}
	o := newOutsideLogging(t, slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug})))
	boss := o.hire("boss", "admin")
	secrets := map[string]string{
		"password": "pass-word-9f31c7", "password typed as login": "typed-as-login-51ab", "wrong password": "wrong-word-77d0e2",
		"imap": "imap-secret-4be1aa", "smtp": "smtp-secret-90fd13", "oauth": "oauth-secret-e2776b", "api token": o.tokens["boss"],
	}
	var answers strings.Builder
	tell := func(status int, login, method, path, body string, headers ...string) string {
		t.Helper()
		a := o.ask(login, method, path, []byte(body), headers...)
		if a.status != status {
			t.Fatalf("%s %s = %d %s, want %d", method, path, a.status, a.body, status)
		}
		answers.WriteString(a.body)
		return a.body
	}
	tell(201, "boss", "POST", "/people", fmt.Sprintf(`{"login":"li","name":"Li","roles":["agent"],"password":%q}`, secrets["password"]), "Idempotency-Key", "a")
	tell(401, "", "POST", "/session", fmt.Sprintf(`{"login":"li","password":%q}`, secrets["wrong password"]))
	tell(401, "", "POST", "/session", fmt.Sprintf(`{"login":%q,"password":"x"}`, secrets["password typed as login"]))
	tell(400, "boss", "POST", "/people", fmt.Sprintf(`{"login":"x","name":"X","password":%q,"nope":1}`, secrets["password"]))
	secrets["session"] = o.session(t, "li", secrets["password"])
	cookie := []string{"Cookie", "frontline=" + secrets["session"]}
	var made struct{ Token string }
	if a := o.ask("", "POST", "/me/tokens", []byte(`{"name":"t"}`), append(cookie, "Idempotency-Key", "b")...); a.status != 201 || json.Unmarshal([]byte(a.body), &made) != nil || made.Token == "" {
		t.Fatalf("a token: %d %s", a.status, a.body)
	}
	secrets["one's own token"] = made.Token
	tell(201, "", "POST", "/me/tokens", `{"name":"t"}`, append(cookie, "Idempotency-Key", "b")...)
	server := `{"host":"127.0.0.1","port":1,"security":"plain","user":"kefu"}`
	box := fmt.Sprintf(`{"name":"Box","address":"box@example.com","queue_id":1,"imap":%s,"smtp":%s,"imap_secret":%q,"smtp_secret":%q,"oauth_secret":%q}`,
		server, server, secrets["imap"], secrets["smtp"], secrets["oauth"])
	tell(201, "boss", "POST", "/mailboxes", box, "Idempotency-Key", "c")
	tell(201, "boss", "POST", "/mailboxes", box, "Idempotency-Key", "c")
	tell(409, "boss", "POST", "/mailboxes", box)
	tell(200, "boss", "PUT", "/mailboxes/1", strings.Replace(box, "Box", "Bax", 1))
	tell(200, "boss", "POST", "/mailboxes/1/test", "")
	for _, op := range o.ops {
		if op.Method == http.MethodGet {
			answers.WriteString(o.ask("boss", "GET", op.at(map[string]string{"id": fmt.Sprint(boss.ID)}), nil).body)
		}
	}
	rows := everyRow(t, o)
	// The words of a search are known to be found, or this test finds nothing.
	if !strings.Contains(answers.String(), "box@example.com") || !strings.Contains(rows, "box@example.com") || !strings.Contains(log.b.String(), "route=/api/v1/mailboxes") {
		t.Error("the answers, rows and log are not what was looked for")
	}
	for name, secret := range secrets {
		for where, text := range map[string]string{"an answer": answers.String(), "the log": log.b.String(), "a row": rows} {
			if strings.Contains(text, secret) || strings.Contains(text, hex.EncodeToString([]byte(secret))) {
				t.Errorf("%s is in %s", name, where)
			}
		}
	}
}

// session signs somebody in and gives the cookie.
func (o *outside) session(t *testing.T, login, password string) string {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), "POST", o.url+"/api/v1/session", strings.NewReader(fmt.Sprintf(`{"login":%q,"password":%q}`, login, password)))
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	for _, c := range res.Cookies() {
		return c.Value
	}
	t.Fatalf("%s cannot sign in: %d", login, res.StatusCode)
	return ""
}

// everyRow is all that the database holds, as text.
func everyRow(t *testing.T, o *outside) string {
	t.Helper()
	c, err := pgx.Connect(t.Context(), pgtest.AdminURL(t, o.db.URL))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(t.Context())
	rows, err := c.Query(t.Context(), `select format('%I.%I', schemaname, tablename) from pg_tables where schemaname not in ('pg_catalog', 'information_schema')`)
	if err != nil {
		t.Fatal(err)
	}
	tables, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil || len(tables) < 20 {
		t.Fatalf("tables %v, %v", tables, err)
	}
	var all strings.Builder
	for _, table := range tables {
		var text *string
		if err := c.QueryRow(t.Context(), `select string_agg(x::text, E'\n') from `+table+` x`).Scan(&text); err != nil {
			t.Fatal(err)
		}
		if text != nil {
			all.WriteString(*text)
		}
	}
	return all.String()
}
